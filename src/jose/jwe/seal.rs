//! Encrypting (RFC 7516 §5.1).

use std::{io::Write as _, num::NonZeroU32};

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{
    DraftError, Form, JweError, Unsupported, agreement, authenticated, limits,
    names::{Enc, Manage},
    open::{self, fits},
};
use crate::{
    jose::{
        b64,
        crypto::{
            self, content, keys,
            manage::{self, Padding},
        },
        jwk::{Jwk, Task},
    },
    kit::rng::Rng,
};

/// Iterations of PBKDF2 when sealing (OWASP's number for HMAC-SHA-512 is 210,000).
pub const ITERATIONS: u32 = 310_000;

/// A JWE to be made. `alg` and `enc` stand in the headers, as they will in the JWE.
#[derive(Clone, Default)]
pub struct Draft {
    /// Protected header.
    pub protected: Map<String, Value>,
    /// Shared unprotected header: JSON forms only.
    pub unprotected: Map<String, Value>,
    /// The recipients: one in the compact and the flattened form.
    pub recipients: Vec<To>,
    /// Additional authenticated data: JSON forms only.
    pub aad: Option<Vec<u8>>,
}

/// A recipient of a [`Draft`].
#[derive(Clone)]
pub struct To {
    /// Its key: public, or shared.
    pub key: Jwk,
    /// Its own unprotected header: JSON forms only.
    pub header: Map<String, Value>,
    /// The ephemeral key pair for ECDH-ES; `None` makes one.
    pub ephemeral: Option<Jwk>,
}

impl Draft {
    /// A compact JWE for one key.
    pub fn compact(header: Map<String, Value>, key: Jwk) -> Self {
        Self {
            protected: header,
            recipients: vec![To {
                key,
                header: Map::new(),
                ephemeral: None,
            }],
            ..Self::default()
        }
    }

    /// Encrypts `plain`. Parameters that key management adds (`epk`, `iv`, `tag`, `p2s`, `p2c`) stand
    /// in the protected header where there is one recipient without a header of its own, else in
    /// that header. Randomness is asked for in this order: content encryption key, initialisation
    /// vector of the content, then each recipient's.
    pub fn seal(mut self, form: Form, plain: &[u8], rng: &dyn Rng) -> Result<String, JweError> {
        self.check(form)?;
        let mut all = self.protected.clone();
        all.extend(self.unprotected.clone());
        let enc = name(&all, &self.recipients, "enc")?;
        let enc = Enc::parse(&enc).ok_or_else(|| unknown(&enc))?;
        let algs: Vec<Manage> = self
            .recipients
            .iter()
            .map(|to| {
                let alg = name(&all, std::slice::from_ref(to), "alg")?;
                Manage::parse(&alg).ok_or_else(|| unknown(&alg))
            })
            .collect::<Result<_, _>>()?;
        if algs.len() > 1 && algs.iter().any(|alg| alg.is_direct()) {
            return Err(DraftError::OneRecipient.into());
        }
        let direct = algs.first().is_some_and(|alg| alg.is_direct());
        let mut cek = Zeroizing::new(vec![0; enc.key_bytes()]);
        if !direct {
            rng.fill(&mut cek);
        }
        let mut iv = vec![0; content::iv_length(enc)];
        rng.fill(&mut iv);
        let mut encrypted_keys = Vec::with_capacity(algs.len());
        for (n, alg) in algs.iter().enumerate() {
            let wrapped = self.wrap(n, *alg, enc, &mut cek, rng)?;
            encrypted_keys.push(b64::encode(wrapped));
        }
        let protected_text = if self.protected.is_empty() {
            String::new()
        } else {
            b64::encode(Value::Object(self.protected.clone()).to_string())
        };
        let aad = self.aad.as_ref().map(b64::encode);
        let folded = self.fold(plain)?;
        let (text, tag) = content::seal(
            enc,
            &cek,
            &iv,
            &authenticated(&protected_text, aad.as_deref()),
            folded.as_deref().map_or(plain, Vec::as_slice),
        )
        .map_err(|_| DraftError::NotEncrypted)?;
        let [iv, text, tag] = [iv, text, tag].map(b64::encode);
        if form == Form::Compact {
            let key = encrypted_keys.pop().unwrap_or_default();
            return Ok([protected_text, key, iv, text, tag].join("."));
        }
        Ok(self.serialise(form, &protected_text, encrypted_keys, aad, [iv, text, tag]))
    }

    fn check(&self, form: Form) -> Result<(), DraftError> {
        if self.recipients.is_empty() {
            return Err(DraftError::NoRecipient);
        }
        if form != Form::General && self.recipients.len() > 1 {
            return Err(DraftError::SeveralRecipients);
        }
        let open = !self.unprotected.is_empty()
            || self.aad.is_some()
            || self.recipients.iter().any(|to| !to.header.is_empty());
        if form == Form::Compact && open {
            return Err(DraftError::CompactForm);
        }
        Ok(())
    }

    /// Brings the CEK to one recipient (or takes it from there): the encrypted key.
    fn wrap(
        &mut self,
        n: usize,
        alg: Manage,
        enc: Enc,
        cek: &mut Zeroizing<Vec<u8>>,
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, JweError> {
        let To {
            key,
            header,
            ephemeral,
        } = self.recipients[n].clone();
        fits(&key, alg, enc, Task::Encrypt)?;
        let refused = |_| DraftError::NotWrapped(alg).into();
        let mut joint = self.protected.clone();
        joint.extend(self.unprotected.clone());
        joint.extend(header);
        match alg {
            Manage::Dir => {
                *cek = keys::secret(&key)?;
                Ok(Vec::new())
            }
            Manage::Rsa15 => Ok(manage::rsa_encrypt(&key, Padding::Pkcs1, cek)?),
            Manage::Oaep(hash) => Ok(manage::rsa_encrypt(&key, Padding::Oaep(hash), cek)?),
            Manage::AesKw(bits) => {
                manage::aes_wrap(bits, &keys::secret(&key)?, cek).map_err(refused)
            }
            Manage::GcmKw(bits) => {
                let mut iv = [0; 12];
                rng.fill(&mut iv);
                let (wrapped, tag) =
                    manage::gcm_wrap(bits, &keys::secret(&key)?, &iv, cek).map_err(refused)?;
                self.add(n, "iv", b64::encode(iv).into());
                self.add(n, "tag", b64::encode(tag).into());
                Ok(wrapped)
            }
            Manage::EcdhEs | Manage::EcdhEsKw(_) => {
                let pair = match ephemeral {
                    Some(pair) => pair,
                    None => crypto::keys::generate_on(key.text("crv").unwrap_or(""))?,
                };
                let epk = pair.public().ok_or(JweError::Failed)?;
                let mut members = epk.0;
                members.retain(|name, _| matches!(name.as_str(), "kty" | "crv" | "x" | "y"));
                self.add(n, "epk", Value::Object(members));
                let derived = agreement::derive(&pair, &key, &joint, alg, enc)?;
                if let Manage::EcdhEsKw(bits) = alg {
                    return manage::aes_wrap(bits, &derived, cek).map_err(refused);
                }
                *cek = derived;
                Ok(Vec::new())
            }
            Manage::Pbes2(hash, bits) => {
                let input = if let Some(text) = joint.get("p2s").and_then(Value::as_str) {
                    b64::decode(text).map_err(DraftError::Salt)?
                } else {
                    let mut input = vec![0; 16];
                    rng.fill(&mut input);
                    input
                };
                let count = joint
                    .get("p2c")
                    .and_then(Value::as_u64)
                    .and_then(|n| u32::try_from(n).ok())
                    .unwrap_or(ITERATIONS)
                    .min(limits::MAX_ITERATIONS);
                let count = NonZeroU32::new(count).ok_or(DraftError::NoIterations)?;
                self.add(n, "p2s", b64::encode(&input).into());
                self.add(n, "p2c", json!(count.get()));
                let kek = manage::pbkdf2(
                    hash,
                    &keys::secret(&key)?,
                    &open::salt(alg, &input),
                    count,
                    bits.bytes(),
                );
                manage::aes_wrap(bits, &kek, cek).map_err(refused)
            }
        }
    }

    /// Adds a header parameter of key management, unless it is there.
    fn add(&mut self, n: usize, name: &str, value: Value) {
        let own = !self.recipients[n].header.is_empty() || self.recipients.len() > 1;
        let place = if own {
            &mut self.recipients[n].header
        } else {
            &mut self.protected
        };
        if !self.unprotected.contains_key(name) {
            place.entry(name).or_insert(value);
        }
    }

    /// Carries `zip` out (RFC 7516 §4.1.3).
    fn fold(&self, plain: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, JweError> {
        match self.protected.get("zip") {
            None => return Ok(None),
            Some(Value::String(name)) if name == "DEF" => {}
            Some(other) => {
                return Err(Unsupported::Compression(other.to_string()).into());
            }
        }
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder
            .write_all(plain)
            .and_then(|()| encoder.finish())
            .map(|folded| Some(Zeroizing::new(folded)))
            .map_err(|e| DraftError::NotCompressed(e.to_string()).into())
    }

    fn serialise(
        self,
        form: Form,
        protected: &str,
        encrypted_keys: Vec<String>,
        aad: Option<String>,
        [iv, text, tag]: [String; 3],
    ) -> String {
        let mut out = Map::new();
        let mut recipients: Vec<Map<String, Value>> = self
            .recipients
            .into_iter()
            .zip(encrypted_keys)
            .map(|(to, key)| {
                let mut one = Map::new();
                if !key.is_empty() {
                    one.insert("encrypted_key".into(), key.into());
                }
                if !to.header.is_empty() {
                    one.insert("header".into(), Value::Object(to.header));
                }
                one
            })
            .collect();
        if !protected.is_empty() {
            out.insert("protected".into(), protected.into());
        }
        if !self.unprotected.is_empty() {
            out.insert("unprotected".into(), Value::Object(self.unprotected));
        }
        if form == Form::Flattened {
            out.append(&mut recipients.pop().unwrap_or_default());
        } else {
            out.insert("recipients".into(), json!(recipients));
        }
        if let Some(aad) = aad {
            out.insert("aad".into(), aad.into());
        }
        out.insert("iv".into(), iv.into());
        out.insert("ciphertext".into(), text.into());
        out.insert("tag".into(), tag.into());
        Value::Object(out).to_string()
    }
}

/// A header parameter that every recipient has, and has the same.
fn name(
    shared: &Map<String, Value>,
    recipients: &[To],
    member: &'static str,
) -> Result<String, DraftError> {
    let mut found: Option<&str> = None;
    for to in recipients {
        let own = shared.get(member).or_else(|| to.header.get(member));
        match (own.and_then(Value::as_str), found) {
            (None, _) => return Err(DraftError::NoMember(member)),
            (Some(own), Some(other)) if own != other => {
                return Err(DraftError::Differs(member));
            }
            (Some(own), _) => found = Some(own),
        }
    }
    Ok(found.unwrap_or_default().to_owned())
}

fn unknown(name: &str) -> JweError {
    Unsupported::Algorithm(name.to_owned()).into()
}
