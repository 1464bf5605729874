//! Key management of JWE (RFC 7518 §4): how the content encryption key (CEK) reaches a recipient.

use std::num::NonZeroU32;

use aws_lc_rs::{
    agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey, X25519},
    cipher::{DecryptingKey, DecryptionContext, EncryptingKey},
    constant_time::verify_slices_are_equal,
    kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest},
    key_wrap::{AES_128, AES_256, AesBlockCipher, AesKek, KeyWrap as _},
    pbkdf2,
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
        OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
        Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey,
        PublicEncryptingKey,
    },
};
use zeroize::Zeroizing;

use super::{Refused, content, keys};
use crate::jose::{
    jwe::names::{Bits, Hash},
    jwk::{Jwk, KeyError, Unsupported},
    pem,
};

/// Wraps a key (RFC 3394).
pub fn aes_wrap(bits: Bits, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, Refused> {
    let Some(cipher) = block_cipher(bits) else {
        return wrap_by_block(kek, key);
    };
    let mut out = vec![0; key.len() + 8];
    AesKek::new(cipher, kek)
        .and_then(|kek| kek.wrap(key, &mut out).map(|wrapped| wrapped.len()))
        .map_err(|_| Refused)?;
    Ok(out)
}

/// Unwraps it; the check value makes a wrong key known.
pub fn aes_unwrap(bits: Bits, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let Some(cipher) = block_cipher(bits) else {
        return unwrap_by_block(kek, wrapped);
    };
    let length = wrapped.len().checked_sub(8).ok_or(Refused)?;
    let mut out = Zeroizing::new(vec![0; length]);
    AesKek::new(cipher, kek)
        .and_then(|kek| kek.unwrap(wrapped, out.as_mut()).map(|key| key.len()))
        .map_err(|_| Refused)?;
    Ok(out)
}

/// The key wrap of the library, which has none of 192 bit.
fn block_cipher(bits: Bits) -> Option<&'static AesBlockCipher> {
    match bits {
        Bits::B128 => Some(&AES_128),
        Bits::B192 => None,
        Bits::B256 => Some(&AES_256),
    }
}

/// What the first register of a key wrap holds in the beginning (RFC 3394 §2.2.3.1).
const CHECK_VALUE: [u8; 8] = [0xa6; 8];

/// Longest key that is wrapped block by block, in bytes: content encryption keys have 64 at most, keys in
/// JWK form are not wrapped.
const LONGEST_WRAPPED: usize = 4096;

/// The key wrap of RFC 3394 §2.2.1 with the library's AES-192, a block at a time.
fn wrap_by_block(kek: &[u8], key: &[u8]) -> Result<Vec<u8>, Refused> {
    if key.len() < 16 || !key.len().is_multiple_of(8) || key.len() > LONGEST_WRAPPED {
        return Err(Refused);
    }
    let cipher = EncryptingKey::ecb(content::block_key(Bits::B192, kek)?).map_err(|_| Refused)?;
    let mut registers = Zeroizing::new(key.to_vec());
    let mut block = Zeroizing::new([0; 16]);
    block[..8].copy_from_slice(&CHECK_VALUE);
    let mut step = 0u64;
    for _ in 0..6 {
        for register in registers.chunks_exact_mut(8) {
            step += 1;
            block[8..].copy_from_slice(register);
            cipher.encrypt(&mut block[..]).map_err(|_| Refused)?;
            for (byte, t) in block.iter_mut().zip(step.to_be_bytes()) {
                *byte ^= t;
            }
            register.copy_from_slice(&block[8..]);
        }
    }
    Ok([&block[..8], &registers[..]].concat())
}

/// The same backwards (RFC 3394 §2.2.2).
fn unwrap_by_block(kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
    if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) || wrapped.len() > LONGEST_WRAPPED + 8
    {
        return Err(Refused);
    }
    let cipher = DecryptingKey::ecb(content::block_key(Bits::B192, kek)?).map_err(|_| Refused)?;
    let (check, registers) = wrapped.split_at(8);
    let mut registers = Zeroizing::new(registers.to_vec());
    let mut block = Zeroizing::new([0; 16]);
    block[..8].copy_from_slice(check);
    let mut step = registers.len() as u64 / 8 * 6;
    for _ in 0..6 {
        for register in registers.chunks_exact_mut(8).rev() {
            for (byte, t) in block.iter_mut().zip(step.to_be_bytes()) {
                *byte ^= t;
            }
            block[8..].copy_from_slice(register);
            cipher
                .decrypt(&mut block[..], DecryptionContext::None)
                .map_err(|_| Refused)?;
            register.copy_from_slice(&block[8..]);
            step -= 1;
        }
    }
    verify_slices_are_equal(&block[..8], &CHECK_VALUE).map_err(|_| Refused)?;
    Ok(registers)
}

/// Wraps a key with AES-GCM (RFC 7518 §4.7): the wrapped key and its tag.
pub fn gcm_wrap(
    bits: Bits,
    kek: &[u8],
    iv: &[u8],
    key: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    content::gcm_seal(bits, kek, iv, &[], key)
}

/// The reverse of [`gcm_wrap`].
pub fn gcm_unwrap(
    bits: Bits,
    kek: &[u8],
    iv: &[u8],
    wrapped: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    content::gcm_open(bits, kek, iv, &[], wrapped, tag)
}

/// The padding of an RSA encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// RSAES-PKCS1-v1_5 (`RSA1_5`).
    Pkcs1,
    /// RSAES-OAEP, with this hash also in MGF1.
    Oaep(Hash),
}

fn oaep(hash: Hash) -> &'static OaepAlgorithm {
    match hash {
        Hash::Sha1 => &OAEP_SHA1_MGF1SHA1,
        Hash::Sha256 => &OAEP_SHA256_MGF1SHA256,
        Hash::Sha384 => &OAEP_SHA384_MGF1SHA384,
        Hash::Sha512 => &OAEP_SHA512_MGF1SHA512,
    }
}

/// Encrypts a key to an RSA public key.
pub fn rsa_encrypt(key: &Jwk, padding: Padding, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
    keys::rsa_public(key)?;
    let failed = |_| KeyError::Encrypt {
        key: key.describe(),
    };
    let public = PublicEncryptingKey::from_der(&pem::spki_der(key)?).map_err(|_| damaged(key))?;
    let mut out = vec![0; public.key_size_bytes()];
    let length = match padding {
        Padding::Pkcs1 => Pkcs1PublicEncryptingKey::new(public)
            .and_then(|key| key.encrypt(plain, &mut out).map(|c| c.len()))
            .map_err(failed)?,
        Padding::Oaep(hash) => OaepPublicEncryptingKey::new(public)
            .and_then(|key| {
                key.encrypt(oaep(hash), plain, &mut out, None)
                    .map(|c| c.len())
            })
            .map_err(failed)?,
    };
    out.truncate(length);
    Ok(out)
}

/// Decrypts what [`rsa_encrypt`] made. The outer error is about the key, the inner one about the
/// text: it says no more than that, so that nothing can be learnt from trying (RFC 7516 §11.5).
pub fn rsa_decrypt(
    key: &Jwk,
    padding: Padding,
    text: &[u8],
) -> Result<Result<Zeroizing<Vec<u8>>, Refused>, KeyError> {
    let der = keys::pkcs8(key)?;
    let private = PrivateDecryptingKey::from_pkcs8(&der).map_err(|_| damaged(key))?;
    if text.len() != private.key_size_bytes() {
        return Ok(Err(Refused));
    }
    let mut out = Zeroizing::new(vec![0; private.key_size_bytes()]);
    let length = match padding {
        Padding::Pkcs1 => Pkcs1PrivateDecryptingKey::new(private)
            .map_err(|_| damaged(key))?
            .decrypt(text, &mut out)
            .map(|plain| plain.len()),
        Padding::Oaep(hash) => OaepPrivateDecryptingKey::new(private)
            .map_err(|_| damaged(key))?
            .decrypt(oaep(hash), text, &mut out, None)
            .map(|plain| plain.len()),
    };
    Ok(length.map_err(|_| Refused).map(|length| {
        out.truncate(length);
        out
    }))
}

fn damaged(key: &Jwk) -> KeyError {
    KeyError::Damaged {
        key: key.describe(),
    }
}

/// A key from a password (RFC 7518 §4.8): `salt` is already joined with the algorithm's name.
pub fn pbkdf2(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: NonZeroU32,
    bytes: usize,
) -> Zeroizing<Vec<u8>> {
    let algorithm = match hash {
        Hash::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Hash::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        Hash::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
    };
    let mut key = Zeroizing::new(vec![0; bytes]);
    pbkdf2::derive(algorithm, iterations, salt, password, &mut key);
    key
}

/// A key from an agreement between `private` and `public`, of the same curve (RFC 7518 §4.6.2: Concat
/// KDF of NIST SP 800-56A with SHA-256). `info` is `OtherInfo`.
pub fn agree(
    private: &Jwk,
    public: &Jwk,
    info: &[u8],
    bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (private_key, algorithm) = agreement_key(private)?;
    if private.text("crv") != public.text("crv") || private.kty() != public.kty() {
        return Err(KeyError::Curves {
            key: private.describe(),
            ephemeral: public.describe(),
        });
    }
    let point = agreement_point(public)?;
    let mut out = Zeroizing::new(vec![0; bytes]);
    agreement::agree(
        &private_key,
        UnparsedPublicKey::new(algorithm, point),
        KeyError::NoAgreement,
        |secret| {
            let digest = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256);
            let digest = digest.ok_or(KeyError::NoAgreement)?;
            sskdf_digest(digest, secret, info, &mut out).map_err(|_| KeyError::NoAgreement)
        },
    )?;
    Ok(out)
}

fn agreement_key(key: &Jwk) -> Result<(PrivateKey, &'static agreement::Algorithm), KeyError> {
    let damaged = |_| damaged(key);
    if key.kty() == "OKP" {
        let d = keys::x25519_private(key)?;
        return Ok((
            PrivateKey::from_private_key(&X25519, &d).map_err(damaged)?,
            &X25519,
        ));
    }
    // Also checks that public and private part belong together.
    keys::ec_pair(key)?;
    let algorithm = match key.text("crv") {
        Some("P-256") => &ECDH_P256,
        Some("P-384") => &ECDH_P384,
        Some("P-521") => &ECDH_P521,
        _ => return Err(Unsupported::Agreement(key.describe()).into()),
    };
    let d = keys::ec_private(key)?;
    Ok((
        PrivateKey::from_private_key(algorithm, &d).map_err(damaged)?,
        algorithm,
    ))
}

/// The public key, checked to lie on its curve.
fn agreement_point(key: &Jwk) -> Result<Vec<u8>, KeyError> {
    if key.kty() == "OKP" {
        keys::x25519_public(key)
    } else {
        keys::ec_point(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3394 §4.2, §4.4 and §4.5: keys of 128, 192 and 256 bit, each under the parts of one key.
    #[test]
    fn key_wrap_gives_what_its_standard_shows() {
        let kek: Vec<u8> = (0..32).collect();
        let key: Vec<u8> = (0u8..16).map(|n| n * 0x11).collect();
        let hex = |text: &str| crate::kit::hex::read(text).unwrap();
        for (bits, wrapped) in [
            (
                Bits::B128,
                "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5",
            ),
            (
                Bits::B192,
                "96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D",
            ),
            (
                Bits::B256,
                "64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7",
            ),
        ] {
            let kek = &kek[..bits.bytes()];
            let wrapped = hex(wrapped);
            assert_eq!(aes_wrap(bits, kek, &key).unwrap(), wrapped, "{bits:?}");
            assert_eq!(*aes_unwrap(bits, kek, &wrapped).unwrap(), key);
            let mut other = wrapped.clone();
            other[3] ^= 1;
            assert_eq!(aes_unwrap(bits, kek, &other), Err(Refused), "{bits:?}");
            for length in [0, 7, 8, 16, 23] {
                assert_eq!(aes_unwrap(bits, kek, &wrapped[..length]), Err(Refused));
            }
        }
        let longer: Vec<u8> = (0u8..16).map(|n| n * 0x11).chain(0..8).collect();
        let wrapped = hex("031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2");
        assert_eq!(aes_wrap(Bits::B192, &kek[..24], &longer).unwrap(), wrapped);
        assert_eq!(
            *aes_unwrap(Bits::B192, &kek[..24], &wrapped).unwrap(),
            longer
        );
    }
}
