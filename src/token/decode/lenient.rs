//! base64url as it stands in the wild.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::jose::b64;

/// Padding or none, and bits that belong to no byte: read all the same, and reported.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Reads padding, the standard alphabet and stray bits as well. The second value says what was wrong.
pub(super) fn lenient(text: &str) -> (Option<Vec<u8>>, Option<String>) {
    let error = match b64::decode(text) {
        Ok(bytes) => return (Some(bytes), None),
        Err(error) => error.to_string(),
    };
    let standard = text
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    (LENIENT.decode(standard).ok(), Some(error))
}
