//! Header and payload as bytes, for what no JSON can say.

use super::{CraftError, NotEditable, Part, label, split};
use crate::jose::b64;

/// The bytes of a part, whatever they are.
pub fn bytes(raw: &str, part: Part) -> Result<Vec<u8>, CraftError> {
    let parts = split(raw, part.signature())?;
    let encoded = match part {
        Part::Header | Part::HeaderOf(_) => parts.header(),
        Part::Payload if parts.unencoded() => return Ok(parts.payload().as_bytes().to_vec()),
        Part::Payload => parts.payload(),
    };
    let part = label(part);
    b64::decode(encoded.trim_end_matches('='))
        .map_err(|why| NotEditable::Base64 { part, why }.into())
}

/// Replaces the bytes of a part; the same bytes change nothing. A payload that stands unencoded
/// (RFC 7797) can only be text.
pub fn set_bytes(raw: &str, part: Part, bytes: &[u8]) -> Result<String, CraftError> {
    let parts = split(raw, part.signature())?;
    if self::bytes(raw, part).is_ok_and(|now| now == bytes) {
        return Ok(raw.to_owned());
    }
    if part == Part::Payload && parts.unencoded() {
        let text = std::str::from_utf8(bytes).map_err(|_| NotEditable::UnencodedBytes)?;
        return parts.with(part, text);
    }
    parts.with(part, &b64::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let raw = "e30.e30.c2ln";
        let odd = [0xff, 0x00, 0x7b];
        let edited = set_bytes(raw, Part::Payload, &odd).unwrap();
        assert_eq!(edited, "e30._wB7.c2ln");
        assert_eq!(bytes(&edited, Part::Payload).unwrap(), odd);
        assert_eq!(bytes(&edited, Part::Header).unwrap(), b"{}");
        assert_eq!(set_bytes(&edited, Part::Payload, b"{}").unwrap(), raw);
        assert_eq!(
            set_bytes("e30=.e30.", Part::Header, b"{}").unwrap(),
            "e30=.e30."
        );
        assert!(bytes("opaque", Part::Header).is_err());
    }
}
