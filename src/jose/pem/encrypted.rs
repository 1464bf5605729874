//! Encrypted PKCS#8 (RFC 5958 §3): PBES2 with PBKDF2 and AES-CBC (RFC 8018), as OpenSSL writes it.

use zeroize::Zeroizing;

use super::PemError;
use crate::{
    jose::{
        crypto::{content, manage},
        der::{self, Reader},
        jwe::names::{Bits, Hash},
        jwk::{KeyError, Locked, Unsupported},
    },
    kit::secret::Secret,
};

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
/// hmacWithSHA1 and its like (RFC 8018 §B.1).
const HMAC: [(&[u8], Hash); 4] = [
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07],
        Hash::Sha1,
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09],
        Hash::Sha256,
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a],
        Hash::Sha384,
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b],
        Hash::Sha512,
    ),
];
/// aes128-CBC-PAD and its like (RFC 8018 §B.2).
const AES: [(&[u8], Bits); 3] = [
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02],
        Bits::B128,
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16],
        Bits::B192,
    ),
    (
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a],
        Bits::B256,
    ),
];

/// Iterations that are carried out; more is a way to keep the reader busy.
const MAX_ITERATIONS: u32 = 5_000_000;

/// The private key's PKCS#8 inside an `EncryptedPrivateKeyInfo`.
pub(super) fn open(
    bytes: &[u8],
    passphrase: Option<&Secret>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let Some(passphrase) = passphrase else {
        return Err(Locked::NoPassphrase.into());
    };
    let scheme = read(bytes)?;
    let key = manage::pbkdf2(
        scheme.hash,
        passphrase.expose().as_bytes(),
        scheme.salt,
        scheme.iterations,
        scheme.bits.bytes(),
    );
    content::cbc_open(scheme.bits, &key, scheme.iv, scheme.text)
        .ok()
        // A wrong key passes the padding now and then: what comes out must be a SEQUENCE as well.
        .filter(|plain| Reader::new(plain).enter(der::SEQUENCE).is_some())
        .ok_or_else(|| Locked::WrongPassphrase.into())
}

/// Whether the bytes are an `EncryptedPrivateKeyInfo`.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    let inner = || {
        let mut outer = Reader::new(bytes).enter(der::SEQUENCE)?;
        let mut algorithm = outer.enter(der::SEQUENCE)?;
        let oid = algorithm.take(der::OID)?;
        outer.take(der::OCTET_STRING)?;
        // PKCS #5 (PBES1, PBES2) and PKCS #12 schemes
        Some(
            oid == PBES2
                || oid.starts_with(&PBES2[..8])
                || oid.starts_with(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c]),
        )
    };
    inner() == Some(true)
}

struct Scheme<'a> {
    hash: Hash,
    salt: &'a [u8],
    iterations: std::num::NonZeroU32,
    bits: Bits,
    iv: &'a [u8],
    text: &'a [u8],
}

fn read(bytes: &[u8]) -> Result<Scheme<'_>, KeyError> {
    let damaged = || PemError::damaged("ENCRYPTED PRIVATE KEY");
    let unsupported = |part| KeyError::from(Unsupported::Encryption { part });
    let mut outer = Reader::new(bytes)
        .enter(der::SEQUENCE)
        .ok_or_else(damaged)?;
    let mut algorithm = outer.enter(der::SEQUENCE).ok_or_else(damaged)?;
    if algorithm.take(der::OID).ok_or_else(damaged)? != PBES2 {
        return Err(unsupported("the scheme"));
    }
    let mut parameters = algorithm.enter(der::SEQUENCE).ok_or_else(damaged)?;
    let mut derivation = parameters.enter(der::SEQUENCE).ok_or_else(damaged)?;
    if derivation.take(der::OID).ok_or_else(damaged)? != PBKDF2 {
        return Err(unsupported("the key derivation"));
    }
    let mut derivation = derivation.enter(der::SEQUENCE).ok_or_else(damaged)?;
    let salt = derivation
        .take(der::OCTET_STRING)
        .ok_or_else(|| unsupported("the salt"))?;
    let count = derivation.unsigned().ok_or_else(damaged)?;
    let count = (count.len() <= 4)
        .then(|| count.iter().fold(0_u32, |n, b| (n << 8) | u32::from(*b)))
        .filter(|n| *n <= MAX_ITERATIONS)
        .ok_or(PemError::Iterations {
            most: MAX_ITERATIONS,
        })?;
    let iterations = std::num::NonZeroU32::new(count).ok_or_else(damaged)?;
    derivation.take(der::INTEGER); // key length, which the cipher tells as well
    let hash = match derivation.enter(der::SEQUENCE) {
        None => Hash::Sha1,
        Some(mut function) => {
            let oid = function.take(der::OID).ok_or_else(damaged)?;
            HMAC.iter()
                .find(|(o, _)| *o == oid)
                .map(|(_, hash)| *hash)
                .ok_or_else(|| unsupported("the hash"))?
        }
    };
    let mut cipher = parameters.enter(der::SEQUENCE).ok_or_else(damaged)?;
    let oid = cipher.take(der::OID).ok_or_else(damaged)?;
    let bits = AES
        .iter()
        .find(|(o, _)| *o == oid)
        .map(|(_, bits)| *bits)
        .ok_or_else(|| unsupported("the cipher"))?;
    Ok(Scheme {
        hash,
        salt,
        iterations,
        bits,
        iv: cipher.take(der::OCTET_STRING).ok_or_else(damaged)?,
        text: outer.take(der::OCTET_STRING).ok_or_else(damaged)?,
    })
}
