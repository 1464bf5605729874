//! Content encryption of JWE (RFC 7518 §5): AES-GCM, and AES-CBC with HMAC.

use aws_lc_rs::{
    aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    cipher::{
        AES_128, AES_192, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
        PaddedBlockEncryptingKey, UnboundCipherKey,
    },
    constant_time, hmac,
    iv::FixedLength,
};
use zeroize::Zeroizing;

use super::Refused;
use crate::jose::jwe::names::{Bits, Enc};

/// Bytes of an initialisation vector for AES-GCM (RFC 7518 §5.3).
const GCM_IV: usize = 12;
/// Bytes of an initialisation vector for AES-CBC (RFC 7518 §5.2.2.1).
const CBC_IV: usize = 16;
/// Bytes of an authentication tag of AES-GCM.
pub(super) const GCM_TAG: usize = 16;

/// Bytes of the initialisation vector that `enc` needs.
pub fn iv_length(enc: Enc) -> usize {
    match enc {
        Enc::Gcm(_) => GCM_IV,
        Enc::Cbc(_) => CBC_IV,
    }
}

/// Bytes of the authentication tag that `enc` makes.
pub fn tag_length(enc: Enc) -> usize {
    match enc {
        Enc::Gcm(_) => GCM_TAG,
        Enc::Cbc(bits) => bits.bytes(),
    }
}

/// Encrypts `plain`: ciphertext and tag. The initialisation vector must never be used twice with a
/// key.
pub fn seal(
    enc: Enc,
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    plain: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    if key.len() != enc.key_bytes() {
        return Err(Refused);
    }
    match enc {
        Enc::Gcm(bits) => gcm_seal(bits, key, iv, aad, plain),
        Enc::Cbc(bits) => {
            let (mac, aes) = key.split_at(bits.bytes());
            let mut text = plain.to_vec();
            let iv: [u8; CBC_IV] = iv.try_into().map_err(|_| Refused)?;
            PaddedBlockEncryptingKey::cbc_pkcs7(block_key(bits, aes)?)
                .and_then(|key| {
                    let context = EncryptionContext::Iv128(FixedLength::from(iv));
                    key.less_safe_encrypt(&mut text, context)
                })
                .map_err(|_| Refused)?;
            let mut tag = cbc_tag(bits, mac, &iv, aad, &text);
            tag.truncate(bits.bytes());
            Ok((text, tag))
        }
    }
}

/// Decrypts and checks.
pub fn open(
    enc: Enc,
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    if key.len() != enc.key_bytes() || tag.len() != tag_length(enc) {
        return Err(Refused);
    }
    match enc {
        Enc::Gcm(bits) => gcm_open(bits, key, iv, aad, ciphertext, tag),
        Enc::Cbc(bits) => {
            let (mac, aes) = key.split_at(bits.bytes());
            let iv: [u8; CBC_IV] = iv.try_into().map_err(|_| Refused)?;
            // The tag is checked before anything is decrypted (RFC 7518 §5.2.2.2).
            let expected = cbc_tag(bits, mac, &iv, aad, ciphertext);
            constant_time::verify_slices_are_equal(&expected[..bits.bytes()], tag)
                .map_err(|_| Refused)?;
            cbc_open(bits, aes, &iv, ciphertext)
        }
    }
}

/// AES-CBC with its padding taken off. Nothing is authenticated: use it only where a check follows.
pub fn cbc_open(
    bits: Bits,
    key: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let iv: [u8; CBC_IV] = iv.try_into().map_err(|_| Refused)?;
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let length = PaddedBlockDecryptingKey::cbc_pkcs7(block_key(bits, key)?)
        .and_then(|key| {
            let context = DecryptionContext::Iv128(FixedLength::from(iv));
            key.decrypt(text.as_mut(), context).map(|plain| plain.len())
        })
        .map_err(|_| Refused)?;
    text.truncate(length);
    Ok(text)
}

/// AES-GCM alone: also the wrapping of keys by `A128GCMKW` and its like (RFC 7518 §4.7).
pub(super) fn gcm_seal(
    bits: Bits,
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    plain: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let iv: [u8; GCM_IV] = iv.try_into().map_err(|_| Refused)?;
    let key = gcm_key(bits, key)?;
    let mut text = plain.to_vec();
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(aad), &mut text)
        .map_err(|_| Refused)?;
    Ok((text, tag.as_ref().to_vec()))
}

/// The reverse of [`gcm_seal`].
pub(super) fn gcm_open(
    bits: Bits,
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let iv: [u8; GCM_IV] = iv.try_into().map_err(|_| Refused)?;
    if tag.len() != GCM_TAG {
        return Err(Refused);
    }
    let key = gcm_key(bits, key)?;
    let mut text = Zeroizing::new([ciphertext, tag].concat());
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(iv), Aad::from(aad), &mut text)
        .map_err(|_| Refused)?
        .len();
    text.truncate(length);
    Ok(text)
}

fn gcm_key(bits: Bits, key: &[u8]) -> Result<LessSafeKey, Refused> {
    let algorithm = match bits {
        Bits::B128 => &AES_128_GCM,
        Bits::B192 => &AES_192_GCM,
        Bits::B256 => &AES_256_GCM,
    };
    Ok(LessSafeKey::new(
        UnboundKey::new(algorithm, key).map_err(|_| Refused)?,
    ))
}

pub(super) fn block_key(bits: Bits, key: &[u8]) -> Result<UnboundCipherKey, Refused> {
    let algorithm = match bits {
        Bits::B128 => &AES_128,
        Bits::B192 => &AES_192,
        Bits::B256 => &AES_256,
    };
    UnboundCipherKey::new(algorithm, key).map_err(|_| Refused)
}

/// The whole HMAC over AAD, IV, ciphertext and the length of the AAD in bits (RFC 7518 §5.2.2.1);
/// the tag is its first half.
fn cbc_tag(bits: Bits, key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Vec<u8> {
    let algorithm = match bits {
        Bits::B128 => hmac::HMAC_SHA256,
        Bits::B192 => hmac::HMAC_SHA384,
        Bits::B256 => hmac::HMAC_SHA512,
    };
    let mut mac = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    mac.update(aad);
    mac.update(iv);
    mac.update(text);
    mac.update(&(aad.len() as u64 * 8).to_be_bytes());
    mac.sign().as_ref().to_vec()
}
