//! Just enough DER (ITU-T X.690) to open and close the boxes that keys travel in: PKCS#1, PKCS#8,
//! SEC 1, SPKI, X.509. No cryptography here; the numbers inside are checked by `crypto`.

/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// NULL.
pub const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub const OID: u8 = 0x06;
/// `[0]`, constructed.
pub const CONTEXT_0: u8 = 0xa0;

/// A cursor over DER bytes.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element, whatever it is: tag and content. `None` at the end or when malformed.
    pub fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let length = if first < 0x80 {
            usize::from(first)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 || rest.len() < count {
                return None;
            }
            let (digits, after) = rest.split_at(count);
            rest = after;
            digits
                .iter()
                .fold(0usize, |n, d| (n << 8) | usize::from(*d))
        };
        if rest.len() < length {
            return None;
        }
        let (content, after) = rest.split_at(length);
        self.0 = after;
        Some((tag, content))
    }

    /// The content of the next element if it has this tag.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        (self.peek()? == tag).then(|| self.any())?.map(|(_, c)| c)
    }

    /// The next element as a nested reader.
    pub fn enter(&mut self, tag: u8) -> Option<Reader<'a>> {
        self.take(tag).map(Reader::new)
    }

    /// The next INTEGER as an unsigned big-endian number without leading zeros.
    pub fn unsigned(&mut self) -> Option<&'a [u8]> {
        self.take(INTEGER).map(strip)
    }

    /// The next BIT STRING's bytes; `None` when its last byte is not full.
    pub fn bits(&mut self) -> Option<&'a [u8]> {
        match self.take(BIT_STRING)?.split_first()? {
            (0, bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// `bytes` without leading zeros.
pub fn strip(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    &bytes[zeros..]
}

/// Bits of an unsigned big-endian number without leading zeros.
pub fn bit_length(bytes: &[u8]) -> usize {
    let bytes = strip(bytes);
    bytes
        .first()
        .map_or(0, |b| bytes.len() * 8 - b.leading_zeros() as usize)
}

/// The key inside PKCS#8 (RFC 5958), in the form of its algorithm.
pub fn pkcs8_content(bytes: &[u8]) -> Option<&[u8]> {
    let mut outer = Reader::new(bytes).enter(SEQUENCE)?;
    outer.take(INTEGER)?;
    outer.take(SEQUENCE)?;
    outer.take(OCTET_STRING)
}

/// One element.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let digits = strip(&digits);
        out.push(0x80 | digits.len() as u8);
        out.extend_from_slice(digits);
    }
    out.extend_from_slice(content);
    out
}

/// A SEQUENCE of elements.
pub fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// An INTEGER from an unsigned big-endian number.
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let bytes = strip(bytes);
    let mut content = Vec::with_capacity(bytes.len() + 1);
    if bytes.first().is_none_or(|b| b & 0x80 != 0) {
        content.push(0);
    }
    content.extend_from_slice(bytes);
    element(INTEGER, &content)
}

/// A BIT STRING of whole bytes.
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    let mut content = vec![0];
    content.extend_from_slice(bytes);
    element(BIT_STRING, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lengths_and_high_bits() {
        let big = vec![0x80; 300];
        let der = sequence(&[unsigned(&big), unsigned(&[0, 0]), bits(b"ab")]);
        let mut all = Reader::new(&der);
        let mut inner = all.enter(SEQUENCE).unwrap();
        assert_eq!(inner.unsigned().unwrap(), big);
        assert_eq!(inner.unsigned().unwrap(), b"");
        assert_eq!(inner.bits().unwrap(), b"ab");
        assert!(inner.is_empty() && all.is_empty());
    }

    #[test]
    fn malformed_is_none_not_a_panic() {
        for bytes in [
            &b"\x30"[..],
            b"\x30\x80",
            b"\x30\x85\x01\x01\x01\x01\x01",
            b"\x30\x05\x00",
        ] {
            assert!(Reader::new(bytes).any().is_none());
        }
    }
}
