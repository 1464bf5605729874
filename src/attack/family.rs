//! Families of forgeries: what they have in common.

/// A family of forgeries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // see `Family::says`
pub enum Family {
    Signature,
    AlgNone,
    Hmac,
    Swap,
    Ecdsa,
    Rsa,
    Pointers,
    KeyId,
    Header,
    Serialization,
    Base64,
    Jwe,
    Time,
    Parties,
    Values,
    CrossUse,
    Dpop,
    ClientAssertion,
    Delegation,
    Exchange,
    Replay,
}

impl Family {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 21] = [
        Self::Signature,
        Self::AlgNone,
        Self::Hmac,
        Self::Swap,
        Self::Ecdsa,
        Self::Rsa,
        Self::Pointers,
        Self::KeyId,
        Self::Header,
        Self::Serialization,
        Self::Base64,
        Self::Jwe,
        Self::Time,
        Self::Parties,
        Self::Values,
        Self::CrossUse,
        Self::Dpop,
        Self::ClientAssertion,
        Self::Delegation,
        Self::Exchange,
        Self::Replay,
    ];

    /// Stable name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::AlgNone => "alg-none",
            Self::Hmac => "hmac",
            Self::Swap => "family-swap",
            Self::Ecdsa => "ecdsa",
            Self::Rsa => "rsa",
            Self::Pointers => "key-pointers",
            Self::KeyId => "kid",
            Self::Header => "header",
            Self::Serialization => "serialization",
            Self::Base64 => "base64",
            Self::Jwe => "jwe",
            Self::Time => "time",
            Self::Parties => "parties",
            Self::Values => "claim-values",
            Self::CrossUse => "cross-use",
            Self::Dpop => "dpop",
            Self::ClientAssertion => "client-assertion",
            Self::Delegation => "delegation",
            Self::Exchange => "exchange-request",
            Self::Replay => "replay",
        }
    }

    /// The family of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// For headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Signature => "Signature",
            Self::AlgNone => "Algorithm none",
            Self::Hmac => "HMAC secrets",
            Self::Swap => "Algorithm swapped",
            Self::Ecdsa => "ECDSA",
            Self::Rsa => "RSA",
            Self::Pointers => "Key pointers",
            Self::KeyId => "Key ID",
            Self::Header => "Header",
            Self::Serialization => "Serialization",
            Self::Base64 => "Base64url",
            Self::Jwe => "JWE",
            Self::Time => "Time",
            Self::Parties => "Parties",
            Self::Values => "Claim values",
            Self::CrossUse => "Cross-use",
            Self::Dpop => "DPoP",
            Self::ClientAssertion => "Client assertion",
            Self::Delegation => "Delegation",
            Self::Exchange => "Exchange request",
            Self::Replay => "Replay",
        }
    }

    /// What the family tries, in a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::Signature => "The signature is broken, cut or missing: is it checked at all?",
            Self::AlgNone => {
                "The header says that the token is not signed. Does the server believe it?"
            }
            Self::Hmac => {
                "The token is signed with bytes that are no secret: nothing, a word, or the issuer's public key."
            }
            Self::Swap => {
                "The header names another algorithm than the key is for. The key decides, never the header (RFC 8725 §3.1)."
            }
            Self::Ecdsa => "Numbers and encodings that careless ECDSA code lets pass.",
            Self::Rsa => "Paddings, exponents and sizes that careless RSA code lets pass.",
            Self::Pointers => {
                "The token brings its own key, or says where to fetch it. Only keys that the server knows beforehand may decide."
            }
            Self::KeyId => {
                "The name of the key is hostile: it may end in a file name, a query or a command."
            }
            Self::Header => {
                "Header members that must be understood or refused, and headers that readers read differently."
            }
            Self::Serialization => {
                "The same token written in another form than the one that is due."
            }
            Self::Base64 => "Encodings that RFC 7515 §2 forbids: two texts for one token.",
            Self::Jwe => {
                "Encrypted tokens made to be taken for signed ones, or to keep the reader busy."
            }
            Self::Time => "Tokens outside their time, or without one.",
            Self::Parties => {
                "Tokens of another issuer, for another audience, about another subject."
            }
            Self::Values => {
                "Claims with values of another type, too large, or made to be shown or stored."
            }
            Self::CrossUse => "A good token of another kind, issuer or audience (RFC 8725 §3.12).",
            Self::Dpop => "The proof of possession is missing or wrong (RFC 9449 §4.3).",
            Self::ClientAssertion => "The client's proof of who it is, is wrong (RFC 7523 §3).",
            Self::Delegation => "The chain of actors is forged: who acts for whom, and who may.",
            Self::Exchange => {
                "A token exchange that asks for more than it may, or is ill-formed (RFC 8693 §2)."
            }
            Self::Replay => "What is good once is sent again, or elsewhere.",
        }
    }

    /// When in a stack of forgeries this one is applied: claims first, the way of writing last.
    pub fn stage(self) -> u8 {
        match self {
            Self::Time | Self::Parties | Self::Values | Self::CrossUse | Self::Delegation => 0,
            Self::Header => 1,
            Self::KeyId | Self::Pointers => 2,
            Self::AlgNone | Self::Hmac | Self::Swap => 3,
            Self::Ecdsa | Self::Rsa => 4,
            Self::Signature => 5,
            Self::Serialization | Self::Jwe => 6,
            Self::Base64 => 7,
            Self::Dpop | Self::ClientAssertion | Self::Exchange | Self::Replay => 8,
        }
    }
}
