//! Names of key management and content encryption (IANA "JSON Web Signature and Encryption
//! Algorithms").

/// Bits of an AES key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Bits {
    B128,
    B192,
    B256,
}

impl Bits {
    /// The same in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::B128 => 16,
            Self::B192 => 24,
            Self::B256 => 32,
        }
    }
}

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// How the content encryption key (CEK) reaches a recipient: `alg` of a JWE (RFC 7518 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manage {
    /// `dir`: the shared key is the CEK.
    Dir,
    /// `RSA1_5`: to be avoided (RFC 8725 §3.2).
    Rsa15,
    /// `RSA-OAEP` and its like.
    Oaep(Hash),
    /// `A128KW` and its like.
    AesKw(Bits),
    /// `A128GCMKW` and its like.
    GcmKw(Bits),
    /// `ECDH-ES`: the agreed key is the CEK.
    EcdhEs,
    /// `ECDH-ES+A128KW` and its like.
    EcdhEsKw(Bits),
    /// `PBES2-HS256+A128KW` and its like.
    Pbes2(Hash, Bits),
}

const MANAGE: [(Manage, &str); 19] = [
    (Manage::Dir, "dir"),
    (Manage::Rsa15, "RSA1_5"),
    (Manage::Oaep(Hash::Sha1), "RSA-OAEP"),
    (Manage::Oaep(Hash::Sha256), "RSA-OAEP-256"),
    (Manage::Oaep(Hash::Sha384), "RSA-OAEP-384"),
    (Manage::Oaep(Hash::Sha512), "RSA-OAEP-512"),
    (Manage::AesKw(Bits::B128), "A128KW"),
    (Manage::AesKw(Bits::B192), "A192KW"),
    (Manage::AesKw(Bits::B256), "A256KW"),
    (Manage::GcmKw(Bits::B128), "A128GCMKW"),
    (Manage::GcmKw(Bits::B192), "A192GCMKW"),
    (Manage::GcmKw(Bits::B256), "A256GCMKW"),
    (Manage::EcdhEs, "ECDH-ES"),
    (Manage::EcdhEsKw(Bits::B128), "ECDH-ES+A128KW"),
    (Manage::EcdhEsKw(Bits::B192), "ECDH-ES+A192KW"),
    (Manage::EcdhEsKw(Bits::B256), "ECDH-ES+A256KW"),
    (
        Manage::Pbes2(Hash::Sha256, Bits::B128),
        "PBES2-HS256+A128KW",
    ),
    (
        Manage::Pbes2(Hash::Sha384, Bits::B192),
        "PBES2-HS384+A192KW",
    ),
    (
        Manage::Pbes2(Hash::Sha512, Bits::B256),
        "PBES2-HS512+A256KW",
    ),
];

impl Manage {
    /// Reads a name exactly: names are case-sensitive (RFC 7516 §4.1.1).
    pub fn parse(name: &str) -> Option<Self> {
        MANAGE.iter().find(|(_, n)| *n == name).map(|(m, _)| *m)
    }

    /// The registered name.
    pub fn name(self) -> &'static str {
        MANAGE
            .iter()
            .find(|(m, _)| *m == self)
            .map_or("", |(_, n)| n)
    }

    /// All that are carried out here, in the order of the registry.
    pub fn all() -> impl Iterator<Item = Self> {
        MANAGE.iter().map(|(m, _)| *m)
    }

    /// Whether the CEK is not transported, so that the encrypted key must be empty
    /// (RFC 7516 §5.2 step 10).
    pub fn is_direct(self) -> bool {
        matches!(self, Self::Dir | Self::EcdhEs)
    }
}

/// How the content is encrypted: `enc` of a JWE (RFC 7518 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Enc {
    /// `A128GCM` and its like.
    Gcm(Bits),
    /// `A128CBC-HS256` and its like.
    Cbc(Bits),
}

const ENC: [(Enc, &str); 6] = [
    (Enc::Cbc(Bits::B128), "A128CBC-HS256"),
    (Enc::Cbc(Bits::B192), "A192CBC-HS384"),
    (Enc::Cbc(Bits::B256), "A256CBC-HS512"),
    (Enc::Gcm(Bits::B128), "A128GCM"),
    (Enc::Gcm(Bits::B192), "A192GCM"),
    (Enc::Gcm(Bits::B256), "A256GCM"),
];

impl Enc {
    /// Reads a name exactly.
    pub fn parse(name: &str) -> Option<Self> {
        ENC.iter().find(|(_, n)| *n == name).map(|(e, _)| *e)
    }

    /// The registered name.
    pub fn name(self) -> &'static str {
        ENC.iter().find(|(e, _)| *e == self).map_or("", |(_, n)| n)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ENC.iter().map(|(e, _)| *e)
    }

    /// Bytes of the content encryption key.
    pub fn key_bytes(self) -> usize {
        match self {
            Self::Gcm(bits) => bits.bytes(),
            Self::Cbc(bits) => 2 * bits.bytes(),
        }
    }
}
