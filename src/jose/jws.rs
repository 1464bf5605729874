//! JWS compact serialisation (RFC 7515 §3.1): split without loss, join, signing input.

/// The three parts of a compact JWS as they stand in the text. Nothing is decoded: the signing
/// input is the received bytes, never re-encoded JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compact<'a> {
    /// Encoded protected header.
    pub header: &'a str,
    /// Encoded payload.
    pub payload: &'a str,
    /// Encoded signature; empty when the token is unsigned or its signature is missing.
    pub signature: &'a str,
}

impl<'a> Compact<'a> {
    /// Splits at the dots. Two parts are taken as a token whose signature is missing.
    pub fn split(text: &'a str) -> Option<Self> {
        let mut parts = text.split('.');
        let header = parts.next()?;
        let payload = parts.next()?;
        let signature = parts.next().unwrap_or("");
        (parts.next().is_none()).then_some(Self {
            header,
            payload,
            signature,
        })
    }

    /// `header.payload`, the bytes that are signed (RFC 7515 §5.1).
    pub fn signing_input(&self) -> String {
        format!("{}.{}", self.header, self.payload)
    }
}
