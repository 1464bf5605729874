//! Decrypting (RFC 7516 §5.2).

use std::{io::Read as _, num::NonZeroU32};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    Excessive, Jwe, JweError, Malformed, NoKey, Opened, Unsupported, agreement,
    limits::{MAX_ITERATIONS, MAX_PLAIN, MAX_RECIPIENTS},
    names::{Bits, Enc, Hash, Manage},
};
use crate::jose::{
    b64,
    crypto::{
        content, keys,
        manage::{self, Padding},
    },
    jwk::{Jwk, KeyError, Task, Unfit},
};

/// Whether `key` may be used with `alg` (and, for `dir`, with `enc`): `kty` and `crv`, length, and
/// the key's own `alg`, `use` and `key_ops` where it has them. The header never decides.
pub fn fits(key: &Jwk, alg: Manage, enc: Enc, task: Task) -> Result<(), KeyError> {
    let mismatch = |why: Unfit| KeyError::Mismatch {
        key: key.describe(),
        why,
        alg: if alg == Manage::Dir {
            format!("dir with {}", enc.name())
        } else {
            alg.name().to_owned()
        },
    };
    let crv = key.text("crv").unwrap_or("");
    let fit = match alg {
        Manage::Dir | Manage::AesKw(_) | Manage::GcmKw(_) | Manage::Pbes2(..) => key.kty() == "oct",
        Manage::Rsa15 | Manage::Oaep(_) => key.kty() == "RSA",
        Manage::EcdhEs | Manage::EcdhEsKw(_) => match key.kty() {
            "EC" => matches!(crv, "P-256" | "P-384" | "P-521"),
            "OKP" => matches!(crv, "X25519" | "X448"),
            _ => false,
        },
    };
    if !fit {
        return Err(mismatch(Unfit::Type));
    }
    if let Some(own) = key.text("alg") {
        let same = own == alg.name() || (alg == Manage::Dir && own == enc.name());
        if !same {
            return Err(mismatch(Unfit::Alg(own.to_owned())));
        }
    }
    key.allows(task).map_err(|why| mismatch(Unfit::Use(why)))?;
    let needed = match alg {
        Manage::Dir => enc.key_bytes(),
        Manage::AesKw(bits) | Manage::GcmKw(bits) => bits.bytes(),
        _ => return Ok(()),
    };
    let length = keys::secret(key)?.len();
    if length != needed {
        return Err(mismatch(Unfit::Length { bits: needed * 8 }));
    }
    Ok(())
}

impl Jwe {
    /// Decrypts with the first of `keys` that can, for the first recipient that it can.
    pub fn open(&self, keys: &[Jwk]) -> Result<Opened, JweError> {
        if keys.is_empty() {
            return Err(NoKey::Given.into());
        }
        self.bounded()?;
        let mut worst: Option<JweError> = None;
        for recipient in 0..self.recipients.len() {
            let header = self.header(recipient);
            let found = header_names(&header).and_then(|(alg, enc)| {
                self.open_one(recipient, &header, alg, enc, keys, &mut worst)
            });
            match found {
                Ok(Some(opened)) => return Ok(opened),
                Ok(None) => {}
                Err(error) => keep(&mut worst, error),
            }
        }
        Err(worst.unwrap_or_else(|| NoKey::Fits.into()))
    }

    /// All recipients together ask for no more work than one may.
    fn bounded(&self) -> Result<(), Excessive> {
        if self.recipients.len() > MAX_RECIPIENTS {
            return Err(Excessive::Recipients(self.recipients.len()));
        }
        let shared = self
            .protected
            .get("p2c")
            .or_else(|| self.unprotected.get("p2c"));
        let asked = self.recipients.iter().fold(0_u64, |sum, recipient| {
            let count = recipient
                .header
                .get("p2c")
                .or(shared)
                .and_then(Value::as_u64);
            sum.saturating_add(count.unwrap_or(0))
        });
        if asked > u64::from(MAX_ITERATIONS) {
            return Err(Excessive::IterationsInAll(asked));
        }
        Ok(())
    }

    fn open_one(
        &self,
        recipient: usize,
        header: &Map<String, Value>,
        alg: Manage,
        enc: Enc,
        keys: &[Jwk],
        worst: &mut Option<JweError>,
    ) -> Result<Option<Opened>, JweError> {
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => {
                return Err(Malformed::NoString {
                    member: "kid",
                    clause: "RFC 7516 §4.1.6",
                }
                .into());
            }
        };
        for (n, key) in keys.iter().enumerate() {
            if let (Some(wanted), Some(own)) = (kid, key.kid())
                && wanted != own
            {
                keep(worst, NoKey::Named(wanted.to_owned()).into());
                continue;
            }
            let plain = fits(key, alg, enc, Task::Decrypt)
                .map_err(JweError::from)
                .and_then(|()| self.content_key(recipient, header, alg, enc, key))
                .and_then(|cek| {
                    content::open(
                        enc,
                        &cek,
                        &self.iv,
                        &self.authenticated(),
                        &self.ciphertext,
                        &self.tag,
                    )
                    .map_err(|_| JweError::Failed)
                });
            match plain {
                Ok(plain) => {
                    let mut notes = notes(header, alg);
                    let plain = self.unfold(plain, &mut notes)?;
                    return Ok(Some(Opened {
                        plain,
                        header: header.clone(),
                        recipient,
                        key: n,
                        notes,
                    }));
                }
                Err(error) => keep(worst, error),
            }
        }
        Ok(None)
    }

    /// The CEK for one recipient (RFC 7516 §5.2 steps 8 to 12).
    fn content_key(
        &self,
        recipient: usize,
        header: &Map<String, Value>,
        alg: Manage,
        enc: Enc,
        key: &Jwk,
    ) -> Result<Zeroizing<Vec<u8>>, JweError> {
        let wrapped = &self.recipients[recipient].encrypted_key;
        if alg.is_direct() && !wrapped.is_empty() {
            return Err(Malformed::KeyNotEmpty(alg).into());
        }
        if alg.is_direct() && self.recipients.len() > 1 {
            return Err(Malformed::OneRecipient(alg).into());
        }
        let refused = |_| JweError::Failed;
        let cek = match alg {
            Manage::Dir => return Ok(keys::secret(key)?),
            Manage::Rsa15 => manage::rsa_decrypt(key, Padding::Pkcs1, wrapped)?.map_err(refused)?,
            Manage::Oaep(hash) => {
                manage::rsa_decrypt(key, Padding::Oaep(hash), wrapped)?.map_err(refused)?
            }
            Manage::AesKw(bits) => {
                manage::aes_unwrap(bits, &keys::secret(key)?, wrapped).map_err(refused)?
            }
            Manage::GcmKw(bits) => {
                let iv = bytes(header, "iv", "RFC 7518 §4.7.1.1")?;
                let tag = bytes(header, "tag", "RFC 7518 §4.7.1.2")?;
                manage::gcm_unwrap(bits, &keys::secret(key)?, &iv, wrapped, &tag)
                    .map_err(refused)?
            }
            Manage::EcdhEs | Manage::EcdhEsKw(_) => {
                let epk = agreement::ephemeral(header)?;
                let derived = agreement::derive(key, &epk, header, alg, enc)?;
                match alg {
                    Manage::EcdhEsKw(bits) => {
                        manage::aes_unwrap(bits, &derived, wrapped).map_err(refused)?
                    }
                    _ => return Ok(derived),
                }
            }
            Manage::Pbes2(hash, bits) => {
                let kek = password_key(header, alg, hash, bits, &keys::secret(key)?)?;
                manage::aes_unwrap(bits, &kek, wrapped).map_err(refused)?
            }
        };
        if cek.len() == enc.key_bytes() {
            Ok(cek)
        } else {
            // A key of another length is as wrong as any other (RFC 7516 §11.5).
            Err(JweError::Failed)
        }
    }

    /// Undoes `zip` (RFC 7516 §4.1.3), up to a bound.
    fn unfold(
        &self,
        plain: Zeroizing<Vec<u8>>,
        notes: &mut Vec<String>,
    ) -> Result<Zeroizing<Vec<u8>>, JweError> {
        match self.protected.get("zip") {
            None => return Ok(plain),
            Some(Value::String(name)) if name == "DEF" => {}
            Some(other) => {
                return Err(Unsupported::Compression(other.to_string()).into());
            }
        }
        let mut out = Zeroizing::new(Vec::new());
        flate2::read::DeflateDecoder::new(plain.as_slice())
            .take(MAX_PLAIN as u64 + 1)
            .read_to_end(&mut out)
            .map_err(|_| Malformed::NotDeflate)?;
        if out.len() > MAX_PLAIN {
            return Err(Excessive::Unfolded.into());
        }
        notes.push(format!(
            "`zip` unfolded {} bytes to {}: compression before encryption tells of the content by its length (RFC 8725 §3.6)",
            plain.len(),
            out.len()
        ));
        Ok(out)
    }
}

/// `alg` and `enc` of a header.
fn header_names(header: &Map<String, Value>) -> Result<(Manage, Enc), JweError> {
    let name = |member, clause| match header.get(member) {
        Some(Value::String(name)) => Ok(name.clone()),
        Some(_) => Err(Malformed::NoString { member, clause }),
        None => Err(Malformed::NoMember { member, clause }),
    };
    let alg = name("alg", "RFC 7516 §4.1.1")?;
    let enc = name("enc", "RFC 7516 §4.1.2")?;
    let unknown = |name: &str| Unsupported::Algorithm(name.to_owned());
    Ok((
        Manage::parse(&alg).ok_or_else(|| unknown(&alg))?,
        Enc::parse(&enc).ok_or_else(|| unknown(&enc))?,
    ))
}

fn bytes(
    header: &Map<String, Value>,
    member: &'static str,
    clause: &'static str,
) -> Result<Vec<u8>, Malformed> {
    match header.get(member) {
        Some(Value::String(text)) => {
            b64::decode(text).map_err(|why| Malformed::MemberBase64 { member, why })
        }
        _ => Err(Malformed::NoBytes { member, clause }),
    }
}

/// The key that a password gives (RFC 7518 §4.8.1).
fn password_key(
    header: &Map<String, Value>,
    alg: Manage,
    hash: Hash,
    bits: Bits,
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>, JweError> {
    let input = bytes(header, "p2s", "RFC 7518 §4.8.1.1")?;
    if input.len() < 8 {
        return Err(Malformed::ShortSalt.into());
    }
    let count = header.get("p2c").and_then(Value::as_u64).unwrap_or(0);
    if count > u64::from(MAX_ITERATIONS) {
        return Err(Excessive::Iterations(count).into());
    }
    let count = u32::try_from(count)
        .ok()
        .and_then(NonZeroU32::new)
        .ok_or(Malformed::Iterations)?;
    Ok(manage::pbkdf2(
        hash,
        password,
        &salt(alg, &input),
        count,
        bits.bytes(),
    ))
}

/// The salt: the algorithm's name, a zero byte and the salt input (RFC 7518 §4.8.1.1).
pub(super) fn salt(alg: Manage, input: &[u8]) -> Vec<u8> {
    [alg.name().as_bytes(), &[0], input].concat()
}

fn notes(header: &Map<String, Value>, alg: Manage) -> Vec<String> {
    let mut notes = Vec::new();
    if alg == Manage::Rsa15 {
        notes.push("`RSA1_5` is to be avoided: its padding has been broken again and again (RFC 8725 §3.2)".into());
    }
    if let Some(count) = header
        .get("p2c")
        .and_then(Value::as_u64)
        .filter(|n| *n < 1_000)
    {
        notes.push(format!(
            "`p2c` is {count}: at least 1000 iterations are recommended (RFC 7518 §4.8.1.2)"
        ));
    }
    notes
}

/// Keeps the error that says most: a key that was tried and failed before one that could not be.
fn keep(worst: &mut Option<JweError>, error: JweError) {
    let weight = |error: &JweError| match error {
        JweError::NoKey(_) => 0,
        JweError::Key(KeyError::Mismatch { .. } | KeyError::Curves { .. }) => 1,
        JweError::Unsupported(_) | JweError::Key(KeyError::Unsupported(_)) => 2,
        JweError::Key(_) => 3,
        JweError::Failed => 4,
        JweError::Malformed(_) | JweError::Draft(_) | JweError::Excessive(_) => 5,
    };
    if worst
        .as_ref()
        .is_none_or(|kept| weight(kept) < weight(&error))
    {
        *worst = Some(error);
    }
}
