//! Algorithm names (IANA "JSON Web Signature and Encryption Algorithms").

use std::fmt;

/// A signature algorithm by its registered name, or whatever else a header says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names are the registry's
pub enum Alg {
    None,
    Hs256,
    Hs384,
    Hs512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    Es256K,
    /// Polymorphic, deprecated by RFC 9864; Ed25519 here unless the key says Ed448.
    EdDsa,
    Ed25519,
    Other(String),
}

/// What an algorithm needs from its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Family {
    None,
    Hmac,
    RsaPkcs1,
    RsaPss,
    Ecdsa,
    Edwards,
    Unknown,
}

const NAMES: [(Alg, &str); 16] = [
    (Alg::None, "none"),
    (Alg::Hs256, "HS256"),
    (Alg::Hs384, "HS384"),
    (Alg::Hs512, "HS512"),
    (Alg::Rs256, "RS256"),
    (Alg::Rs384, "RS384"),
    (Alg::Rs512, "RS512"),
    (Alg::Ps256, "PS256"),
    (Alg::Ps384, "PS384"),
    (Alg::Ps512, "PS512"),
    (Alg::Es256, "ES256"),
    (Alg::Es384, "ES384"),
    (Alg::Es512, "ES512"),
    (Alg::Es256K, "ES256K"),
    (Alg::EdDsa, "EdDSA"),
    (Alg::Ed25519, "Ed25519"),
];

impl Alg {
    /// Reads a name exactly: names are case-sensitive (RFC 7515 §4.1.1).
    pub fn parse(name: &str) -> Self {
        NAMES
            .iter()
            .find(|(_, n)| *n == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(alg, _)| alg.clone())
    }

    /// The registered name.
    pub fn name(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => NAMES
                .iter()
                .find(|(a, _)| a == known)
                .map_or("", |(_, n)| n),
        }
    }

    /// What the algorithm needs from its key.
    pub fn family(&self) -> Family {
        match self {
            Self::None => Family::None,
            Self::Hs256 | Self::Hs384 | Self::Hs512 => Family::Hmac,
            Self::Rs256 | Self::Rs384 | Self::Rs512 => Family::RsaPkcs1,
            Self::Ps256 | Self::Ps384 | Self::Ps512 => Family::RsaPss,
            Self::Es256 | Self::Es384 | Self::Es512 | Self::Es256K => Family::Ecdsa,
            Self::EdDsa | Self::Ed25519 => Family::Edwards,
            Self::Other(_) => Family::Unknown,
        }
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
