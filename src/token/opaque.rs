//! Tokens of other families, known by their shape where it is certain. None of them is read
//! further: what they hold is for their own verifiers.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Kind;

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 256 << 10;

const DECODER: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The family of a token that is no JOSE object.
pub fn kind(raw: &str) -> Kind {
    if is_paseto(raw) {
        return Kind::Paseto;
    }
    if raw.len() > LONGEST {
        return Kind::Opaque;
    }
    let text = raw.strip_prefix("biscuit:").unwrap_or(raw);
    let standard: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            c => c,
        })
        .collect();
    let Ok(bytes) = DECODER.decode(standard) else {
        return Kind::Opaque;
    };
    if is_macaroon_1(&bytes) || is_macaroon_2(&bytes) {
        Kind::Macaroon
    } else if is_biscuit(&bytes) {
        Kind::Biscuit
    } else {
        Kind::Opaque
    }
}

/// A PASETO: `v4.public.…`, with or without a footer.
pub fn is_paseto(text: &str) -> bool {
    if !text.starts_with('v') {
        return false; // most words
    }
    let mut parts = text.trim_end_matches('.').split('.');
    let version = matches!(parts.next(), Some("v1" | "v2" | "v3" | "v4"));
    version
        && matches!(parts.next(), Some("local" | "public"))
        && parts.next().is_some_and(|payload| {
            payload.len() >= 20
                && payload
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
}

/// The packets of the first binary format: four hexadecimal digits of length, a key, a space, a
/// value; the last is the signature.
fn is_macaroon_1(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut first = true;
    while let Some(length) = rest
        .get(..4)
        .and_then(|head| std::str::from_utf8(head).ok())
        .and_then(|head| usize::from_str_radix(head, 16).ok())
    {
        let Some(packet) = rest.get(4..length) else {
            return false;
        };
        if first && !(packet.starts_with(b"location ") || packet.starts_with(b"identifier ")) {
            return false;
        }
        first = false;
        rest = &rest[length..];
        if packet.starts_with(b"signature ") {
            return rest.is_empty();
        }
    }
    false
}

/// The second binary format: version 2, fields of type, length and value, a signature of 32 bytes
/// at the end.
fn is_macaroon_2(bytes: &[u8]) -> bool {
    let Some((2, mut rest)) = bytes.split_first() else {
        return false;
    };
    let mut identified = false;
    while let Some((field, after)) = rest.split_first() {
        if *field == 0 {
            rest = after;
            continue;
        }
        let Some((length, after)) = varint(after) else {
            return false;
        };
        let Some(after) = usize::try_from(length).ok().and_then(|n| after.get(n..)) else {
            return false;
        };
        match field {
            1 | 4 => {}
            2 => identified = true,
            6 => return identified && length == 32 && after.is_empty(),
            _ => return false,
        }
        rest = after;
    }
    false
}

/// The outermost message of a Biscuit: an authority block (2) with a key and a signature, and a
/// proof (4).
fn is_biscuit(bytes: &[u8]) -> bool {
    let Some(fields) = message(bytes) else {
        return false;
    };
    let of = |number: u64| {
        fields
            .iter()
            .find(|(n, _)| *n == number)
            .and_then(|(_, v)| *v)
    };
    let block = of(2).and_then(message);
    let signed = block.is_some_and(|block| {
        [1, 2, 3]
            .iter()
            .all(|number| block.iter().any(|(n, v)| n == number && v.is_some()))
    });
    signed && of(4).is_some() && fields.iter().all(|(n, _)| (1..=4).contains(n))
}

/// The number of a field, and its bytes when its length varies.
type Field<'a> = (u64, Option<&'a [u8]>);

/// The fields of a Protocol Buffers message, those of variable length with their bytes; `None` when
/// it is none.
fn message(mut bytes: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (key, rest) = varint(bytes)?;
        let value = match key & 7 {
            0 => {
                bytes = varint(rest)?.1;
                None
            }
            2 => {
                let (length, rest) = varint(rest)?;
                let length = usize::try_from(length).ok()?;
                let value = rest.get(..length)?;
                bytes = &rest[length..];
                Some(value)
            }
            _ => return None,
        };
        if key >> 3 == 0 {
            return None;
        }
        fields.push((key >> 3, value));
    }
    (!fields.is_empty()).then_some(fields)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (n, b) in bytes.iter().take(9).enumerate() {
        value |= u64::from(b & 0x7f) << (7 * n);
        if b & 0x80 == 0 {
            return Some((value, &bytes[n + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_known_where_their_shape_is_certain() {
        assert_eq!(
            kind("v4.public.eyJzdWIiOiJhbGljZSJ9bXNpZ25hdHVyZQ.Zm9vdGVy"),
            Kind::Paseto
        );
        assert_eq!(kind("v5.public.eyJzdWIiOiJhbGljZSJ9bXNpZ25h"), Kind::Opaque);
        let packet = |text: &str| format!("{:04x}{text}", text.len() + 4);
        let one = [
            packet("location https://api\n"),
            packet("identifier 7\n"),
            packet("signature 01234567890123456789012345678901\n"),
        ]
        .concat();
        assert_eq!(kind(&DECODER.encode(&one)), Kind::Macaroon);
        assert_eq!(kind(&DECODER.encode(&one[..40])), Kind::Opaque);
        let mut two = vec![2, 1, 3, b'a', b'p', b'i', 2, 1, b'7', 0, 0, 6, 32];
        two.extend([9; 32]);
        assert_eq!(kind(&DECODER.encode(&two)), Kind::Macaroon);
        two.pop();
        assert_eq!(kind(&DECODER.encode(&two)), Kind::Opaque);
        let block = [0x0a, 1, 5, 0x12, 2, 8, 0, 0x1a, 2, 7, 7];
        let mut biscuit = vec![0x12, block.len() as u8];
        biscuit.extend(block);
        biscuit.extend([0x22, 2, 0x0a, 0]);
        assert_eq!(kind(&DECODER.encode(&biscuit)), Kind::Biscuit);
        for other in [
            "",
            "tGzv3JOkF0XG5Qx2TlKWIA",
            "SGVsbG8gd29ybGQ",
            "AgE",
            "AAAA",
        ] {
            assert_eq!(kind(other), Kind::Opaque, "{other}");
        }
    }
}
