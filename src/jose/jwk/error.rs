//! Why something is not a usable key.

use crate::{
    jose::{Alg, b64::B64Error, pem::PemError},
    kit::text::escape,
};

/// Why something is not a usable key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is no key in any form that is read here.
    #[error(transparent)]
    Text(#[from] PemError),
    /// A member of JSON that holds a key in another form.
    #[error("in `{}`: {why}", escape(.member))]
    Within {
        /// Its name.
        member: String,
        /// What is wrong with the key.
        why: Box<KeyError>,
    },
    /// A required member is missing or of the wrong type.
    #[error("JWK member `{member}`: {problem}")]
    Member {
        /// The member's name.
        member: &'static str,
        /// What is wrong with it.
        problem: MemberProblem,
    },
    /// The key is encrypted, and no passphrase was given, or a wrong one.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The RSA key is too short to be used at all.
    #[error("the key is too weak: RSA of {bits} bit, where RFC 7518 §3.3 requires 2048 or more")]
    Weak {
        /// Bits of its modulus.
        bits: usize,
    },
    /// Known, but not supported here.
    #[error("{0} is not supported here")]
    Unsupported(#[from] Unsupported),
    /// The key cannot be used with the algorithm.
    #[error("this key, {key}{why}, cannot be used with {alg}")]
    Mismatch {
        /// What the key is.
        key: String,
        /// What keeps it from being used.
        why: Unfit,
        /// What was asked for.
        alg: String,
    },
    /// The keys of an agreement lie on different curves.
    #[error("this key, {key}, cannot be used with an ephemeral key on {ephemeral}")]
    Curves {
        /// What the recipient's key is.
        key: String,
        /// What the ephemeral key is.
        ephemeral: String,
    },
    /// The coordinates are no point on the curve.
    #[error("`x` and `y` are not a point on {curve} (RFC 8725 §3.4)")]
    NoPoint {
        /// The curve.
        curve: &'static str,
    },
    /// The bytes of a public key are no point in the form that is expected.
    #[error("not a point on {curve}")]
    PointForm {
        /// The curve.
        curve: &'static str,
    },
    /// The private part is another key's than the public part.
    #[error("`d` does not belong to {public} of this {key} key")]
    Unpaired {
        /// The members of the public part.
        public: &'static str,
        /// What the key is.
        key: String,
    },
    /// The numbers of an RSA key are not those of one key.
    #[error("the members of this RSA key do not belong together")]
    RsaNumbers,
    /// What the key is made of cannot be read.
    #[error("the {key} key is damaged")]
    Damaged {
        /// What the key is.
        key: String,
    },
    /// Signing failed.
    #[error("the {key} key could not sign")]
    Sign {
        /// What the key is.
        key: String,
    },
    /// The library refused to sign.
    #[error("the key could not sign with {alg}: {reason}")]
    SignWith {
        /// The algorithm.
        alg: Alg,
        /// Why, in the library's words.
        reason: String,
    },
    /// Encrypting failed.
    #[error("the {key} key could not encrypt")]
    Encrypt {
        /// What the key is.
        key: String,
    },
    /// The key has no form in PKCS#8.
    #[error("the {key} key cannot be written")]
    Write {
        /// What the key is.
        key: String,
    },
    /// The library does not give the private part out.
    #[error("the private key cannot be exported")]
    Export,
    /// The two keys of an agreement lead to no secret.
    #[error("the two keys do not agree on a secret")]
    NoAgreement,
    /// No random bytes can be had.
    #[error("the system gives no randomness")]
    NoRandomness,
    /// Making a key on a curve failed.
    #[error("no key could be made on {crv}")]
    GenerateOn {
        /// The curve.
        crv: &'static str,
    },
    /// Making a key for an algorithm failed.
    #[error("no key could be made for {alg}")]
    GenerateFor {
        /// The algorithm.
        alg: Alg,
    },
    /// PEM has no form for shared secrets.
    #[error("a shared secret has no PEM form: keep it as a JWK")]
    NoPemForm,
}

/// What is wrong with a member of a JWK. Nothing of a private member is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberProblem {
    /// There is none, or it is of another type.
    #[error("missing, or not a string")]
    NoString,
    /// There is none, or it holds no bytes.
    #[error("missing, or not base64url")]
    NoBytes,
    /// A character that is not base64url.
    #[error("not base64url at offset {offset} (RFC 7515 §2)")]
    Character {
        /// Its byte offset.
        offset: usize,
    },
    /// Characters of base64url that encode no bytes.
    #[error(transparent)]
    Base64(B64Error),
    /// A member of the private key is missing.
    #[error(
        "missing: signing needs the complete private key, with `p`, `q`, `dp`, `dq` and `qi` \
         for RSA (RFC 7518 §6.3.2)"
    )]
    Incomplete,
    /// The key is public, where the private one is needed.
    #[error("missing: this is a public key, signing needs the private one")]
    Public,
    /// Of another length than the curve's numbers have.
    #[error("{found} bytes, but {crv} needs {needed}, with leading zeros (RFC 7518 §6.2.1.2)")]
    Width {
        /// Bytes that there are.
        found: usize,
        /// Bytes that the curve asks for.
        needed: usize,
        /// The curve.
        crv: &'static str,
    },
    /// An RSA exponent that no key should have.
    #[error("not an odd number above 1 of at most 33 bit")]
    Exponent,
    /// A number that begins with a zero octet.
    #[error(
        "begins with a zero octet, where a number stands in the fewest octets that hold it \
         (RFC 7518 §2, §6.3)"
    )]
    Padded,
}

/// Why an encrypted key stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Locked {
    /// No passphrase was given.
    #[error("this private key is encrypted: its passphrase is needed")]
    NoPassphrase,
    /// The passphrase is another key's.
    #[error("the passphrase does not fit this private key")]
    WrongPassphrase,
}

/// What is known of keys, but not supported here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// A curve, by its name in JWK.
    #[error("the curve `{}`", escape(.0))]
    Curve(String),
    /// A signature algorithm.
    #[error("{0}")]
    Alg(Alg),
    /// A key type (`kty`).
    #[error("the key type `{}`", escape(.0))]
    KeyType(String),
    /// A key type that has no thumbprint.
    #[error("kty `{0}`")]
    Thumbprint(String),
    /// A key type that is not written as PKCS#8.
    #[error("PKCS#8 of kty `{}`", escape(.0))]
    Pkcs8(String),
    /// A point of which only one coordinate is given.
    #[error("a compressed EC point")]
    CompressedPoint,
    /// An algorithm for which no key is made.
    #[error("making a key for `{}`", escape(.0.name()))]
    Generate(Alg),
    /// An RSA key that is longer than the library takes.
    #[error("an RSA key of {0} bit")]
    RsaBits(usize),
    /// An RSA key of several primes (`oth`).
    #[error("an RSA key of more than two primes")]
    RsaPrimes,
    /// Key agreement with this key.
    #[error("key agreement on {0}")]
    Agreement(String),
    /// The padding of an RSA signature.
    #[error("the padding of {0}")]
    Padding(Alg),
    /// A curve, by an object identifier.
    #[error("the curve of this EC key")]
    CurveOid,
    /// A curve that is given by its numbers.
    #[error("an EC key whose curve is not given by name")]
    UnnamedCurve,
    /// A private key on a curve of RFC 8410.
    #[error("a private key of {0}")]
    PrivateKeyOn(&'static str),
    /// The algorithm of a private key in PKCS#8.
    #[error("the algorithm of this private key")]
    PrivateAlgorithm,
    /// The algorithm of a public key in `SubjectPublicKeyInfo`.
    #[error("the algorithm of this public key")]
    PublicAlgorithm,
    /// A private key in SEC 1 that does not say on which curve it lies.
    #[error("an EC PRIVATE KEY of {bytes} bytes without the name of its curve")]
    Sec1WithoutCurve {
        /// Bytes of its number.
        bytes: usize,
    },
    /// PEM that is encrypted in the way of old OpenSSL.
    #[error(
        "the encryption of this old PEM (`Proc-Type: 4,ENCRYPTED`; \
         `openssl pkcs8 -topk8 -in FILE -out COPY` writes a newer one)"
    )]
    OldPem,
    /// How a PKCS#8 key is encrypted.
    #[error(
        "{part} of this ENCRYPTED PRIVATE KEY (read is PBES2 with PBKDF2 and AES-CBC: \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out COPY` writes it)"
    )]
    Encryption {
        /// What of it.
        part: &'static str,
    },
}

/// What keeps a key from being used with an algorithm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is of another type, or lies on another curve.
    #[error("")]
    Type,
    /// It is bound to another algorithm.
    #[error(" (its `alg` is {})", escape(.0))]
    Alg(String),
    /// What it is bound to cannot be read.
    #[error(" (its `alg` is not a string)")]
    AlgNoString,
    /// What it may be used for.
    #[error(" ({0})")]
    Use(#[from] UseError),
    /// It has another length than the algorithm asks for.
    #[error(", where {bits} are needed")]
    Length {
        /// Bits that are needed.
        bits: usize,
    },
}

/// Why a key's own `use` and `key_ops` do not allow a task (RFC 7517 §4.2, §4.3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UseError {
    /// `use` cannot be read.
    #[error("its `use` is not a string")]
    UseNoString,
    /// `use` names another purpose.
    #[error("its `use` is `{}`", escape(.0))]
    Use(String),
    /// `key_ops` cannot be read.
    #[error("its `key_ops` is not a list of strings")]
    OperationsForm,
    /// `key_ops` names an operation twice.
    #[error("its `key_ops` names `{}` twice", escape(.0))]
    Twice(String),
    /// `key_ops` names other operations.
    #[error("its `key_ops` do not allow it")]
    Operations,
    /// `use` and `key_ops` contradict each other.
    #[error("its `use` and `key_ops` contradict each other: `{0}`")]
    Contradiction(String),
}

/// Why text is no JWK Set as a server publishes it (RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// Markup.
    #[error("this is a web page or XML, not a JWK Set: check `jwks_uri`")]
    WebPage,
    /// Not JSON.
    #[error("a JWK Set is JSON (RFC 7517 §5): {0}")]
    NotJson(#[from] crate::kit::json::JsonError),
    /// JSON, but no object.
    #[error("a JWK Set is a JSON object (RFC 7517 §5)")]
    NoObject,
    /// `keys` is of another type.
    #[error("`keys` of the JWK Set is no list")]
    KeysNoList,
    /// One key.
    #[error("this is one JWK, not a JWK Set: a set has `keys` (RFC 7517 §5)")]
    OneKey,
    /// Neither keys nor a key.
    #[error("a JWK Set has `keys` (RFC 7517 §5)")]
    NoKeys,
}
