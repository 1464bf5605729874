//! Header and payload as bytes, for what no JSON can say.

use super::{CraftError, Part, label, split};
use crate::jose::b64;

/// The bytes of a part, whatever they are.
pub fn bytes(raw: &str, part: Part) -> Result<Vec<u8>, CraftError> {
    let parts = split(raw)?;
    let encoded = match part {
        Part::Header => parts.header,
        Part::Payload => parts.payload,
    };
    b64::decode(encoded.trim_end_matches('='))
        .map_err(|e| CraftError::NotEditable(format!("the {} is not base64url: {e}", label(part))))
}

/// Replaces the bytes of a part; the same bytes change nothing.
pub fn set_bytes(raw: &str, part: Part, bytes: &[u8]) -> Result<String, CraftError> {
    let parts = split(raw)?;
    if self::bytes(raw, part).is_ok_and(|now| now == bytes) {
        return Ok(raw.to_owned());
    }
    let encoded = b64::encode(bytes);
    let (header, payload) = match part {
        Part::Header => (encoded.as_str(), parts.payload),
        Part::Payload => (parts.header, encoded.as_str()),
    };
    Ok(format!("{header}.{payload}.{}", parts.signature))
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
