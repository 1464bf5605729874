//! Primitives of a passphrase-sealed JWE: PBKDF2, AES Key Wrap, AES-GCM.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    key_wrap::{AES_256, AesKek, KeyWrap as _},
    pbkdf2,
};
use zeroize::Zeroizing;

/// The primitive refused: a wrong key, or text that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// A 256-bit key from a passphrase (RFC 7518 §4.8 with HMAC-SHA-512).
pub fn pbkdf2_sha512(
    passphrase: &[u8],
    salt: &[u8],
    iterations: std::num::NonZeroU32,
) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA512,
        iterations,
        salt,
        passphrase,
        key.as_mut(),
    );
    key
}

/// Wraps a 256-bit key (RFC 3394).
pub fn wrap_key(kek: &[u8; 32], key: &[u8; 32]) -> Result<Vec<u8>, Refused> {
    let mut out = [0; 40];
    AesKek::new(&AES_256, kek)
        .and_then(|kek| kek.wrap(key, &mut out).map(|wrapped| wrapped.to_vec()))
        .map_err(|_| Refused)
}

/// Unwraps it; the check value makes a wrong key known.
pub fn unwrap_key(kek: &[u8; 32], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, Refused> {
    if wrapped.len() != 40 {
        return Err(Refused);
    }
    let mut out = Zeroizing::new([0_u8; 32]);
    let length = AesKek::new(&AES_256, kek)
        .and_then(|kek| kek.unwrap(wrapped, out.as_mut()).map(|key| key.len()))
        .map_err(|_| Refused)?;
    if length == 32 { Ok(out) } else { Err(Refused) }
}

/// Encrypts with AES-256-GCM: ciphertext and tag. The nonce must never be used twice with a key.
pub fn gcm_seal(
    key: &[u8; 32],
    nonce: [u8; 12],
    aad: &[u8],
    plain: &[u8],
) -> Result<(Vec<u8>, [u8; 16]), Refused> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| Refused)?);
    let mut text = plain.to_vec();
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut text,
        )
        .map_err(|_| Refused)?;
    let tag = tag.as_ref().try_into().map_err(|_| Refused)?;
    Ok((text, tag))
}

/// Decrypts and checks.
pub fn gcm_open(
    key: &[u8; 32],
    nonce: [u8; 12],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| Refused)?);
    let mut text = Zeroizing::new([ciphertext, tag].concat());
    let length = key
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut text,
        )
        .map_err(|_| Refused)?
        .len();
    text.truncate(length);
    Ok(text)
}
