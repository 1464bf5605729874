//! A token on the forger's bench: its parts as text, and the ways to put them together again.

use serde_json::{Map, Value};

use super::{
    ingredients::{Ingredients, unbound},
    made::{Forged, Made, Signed},
};
use crate::{
    jose::{b64, crypto},
    kit::json,
    token::json_text,
};

/// What stands for a raw JSON text until it is put into its place.
const PLACE: &str = "\u{1}raw\u{1}";

/// A token on the bench.
pub(super) struct Draft<'a> {
    /// Its text.
    pub raw: &'a str,
    /// What forgeries are made of.
    pub with: &'a Ingredients,
    parts: Vec<&'a str>,
}

impl<'a> Draft<'a> {
    pub fn of(raw: &'a str, with: &'a Ingredients) -> Self {
        Self {
            raw,
            with,
            parts: raw.splitn(7, '.').collect(),
        }
    }

    /// The three encoded parts of a compact JWS.
    pub fn parts(&self) -> Result<[&'a str; 3], String> {
        match (
            self.parts.as_slice(),
            self.raw.trim_start().starts_with('{'),
        ) {
            ([header, payload, signature], false) => Ok([header, payload, signature]),
            (_, true) => Err("the token is in JSON form: give it in compact form".into()),
            ([_, _, _, _, _], _) => {
                Err("the token is encrypted: forge what is inside, once it is decrypted".into())
            }
            ([_], _) => Err("the token is opaque: it has no parts to forge".into()),
            _ => Err("the token does not have the three parts of a compact JWS".into()),
        }
    }

    /// The header as it stands.
    pub fn header(&self) -> Result<String, String> {
        text_of(self.parts()?[0], "header")
    }

    /// The payload as it stands.
    pub fn payload(&self) -> Result<String, String> {
        text_of(self.parts()?[1], "payload")
    }

    /// The bytes of the signature.
    pub fn signature(&self) -> Result<Vec<u8>, String> {
        let bytes = b64::decode(self.parts()?[2])
            .map_err(|e| format!("the signature is not base64url: {e}"))?;
        if bytes.is_empty() {
            return Err("the token has no signature".into());
        }
        Ok(bytes)
    }

    /// The header's members.
    pub fn members(&self) -> Result<Map<String, Value>, String> {
        object(&self.header()?, "header")
    }

    /// The claims.
    pub fn claims(&self) -> Result<Map<String, Value>, String> {
        object(&self.payload()?, "payload")
    }

    /// A claim that is there.
    pub fn claim(&self, name: &str) -> Result<Value, String> {
        self.claims()?
            .get(name)
            .cloned()
            .ok_or_else(|| format!("the token has no `{name}`"))
    }

    /// A claim that is a string.
    pub fn claim_text(&self, name: &str) -> Result<String, String> {
        match self.claim(name)? {
            Value::String(text) => Ok(text),
            _ => Err(format!("`{name}` of the token is not a string")),
        }
    }

    /// The header's text with a member set or removed; every other byte stays.
    pub fn header_set(&self, pointer: &str, value: Option<Value>) -> Result<String, String> {
        set(&self.header()?, pointer, value)
    }

    /// The payload's text with a claim set or removed; every other byte stays.
    pub fn payload_set(&self, pointer: &str, value: Option<Value>) -> Result<String, String> {
        set(&self.payload()?, pointer, value)
    }

    /// The payload's text with a claim that is `text` as it stands, whatever JSON has to say of it.
    pub fn payload_raw(&self, pointer: &str, text: &str) -> Result<String, String> {
        let placed = self.payload_set(pointer, Some(PLACE.into()))?;
        Ok(placed.replacen(&Value::from(PLACE).to_string(), text, 1))
    }

    /// Header as it is, a claim set or removed, sealed by the issuer where its key is at hand.
    pub fn claim_sealed(&self, pointer: &str, value: Option<Value>) -> Forged {
        self.sealed(&self.header()?, &self.payload_set(pointer, value)?)
    }

    /// As [`Self::claim_sealed`], but the signature of the original is kept: with the issuer's
    /// signature this would be a good token.
    pub fn claim_kept(&self, pointer: &str, value: Option<Value>) -> Forged {
        self.kept(&self.header()?, &self.payload_set(pointer, value)?)
    }

    /// A header member set or removed, sealed by the issuer where its key is at hand.
    pub fn header_sealed(&self, pointer: &str, value: Option<Value>) -> Forged {
        self.sealed(&self.header_set(pointer, value)?, &self.payload()?)
    }

    /// Joins the parts and signs them with the issuer's key; without it the signature is kept.
    pub fn sealed(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> Forged {
        self.sealed_parts(&b64::encode(header), &b64::encode(payload))
    }

    /// [`Self::sealed`] of parts that are encoded already, or are not to be.
    pub fn sealed_parts(&self, header: &str, payload: &str) -> Forged {
        let [_, _, signature] = self.parts()?;
        let input = format!("{header}.{payload}");
        let Some(key) = self.with.signing.as_ref().filter(|_| !signature.is_empty()) else {
            return Ok(Made {
                token: format!("{input}.{signature}"),
                signed: Signed::Kept,
            });
        };
        let bytes =
            crypto::sign(key, &self.with.alg, input.as_bytes()).map_err(|e| e.to_string())?;
        Ok(Made {
            token: format!("{input}.{}", b64::encode(bytes)),
            signed: Signed::Issuer,
        })
    }

    /// Joins the parts with the signature of the original.
    pub fn kept(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> Forged {
        let [_, _, signature] = self.parts()?;
        Ok(Made {
            token: format!(
                "{}.{}.{signature}",
                b64::encode(header),
                b64::encode(payload)
            ),
            signed: Signed::Kept,
        })
    }

    /// Joins the parts and signs them with the forger's own key.
    pub fn own(&self, header: &str, payload: &str) -> Forged {
        let input = format!("{}.{}", b64::encode(header), b64::encode(payload));
        let key = unbound(&self.with.own);
        let bytes =
            crypto::sign(&key, &self.with.own_alg, input.as_bytes()).map_err(|e| e.to_string())?;
        Ok(Made {
            token: format!("{input}.{}", b64::encode(bytes)),
            signed: Signed::Own,
        })
    }

    /// `alg` becomes HS256 and the token gets an HMAC with `secret`. Where it is HS256 already, a
    /// claim is added: with the issuer's very secret it would be the token itself, and say nothing.
    pub fn hmac(&self, secret: &[u8]) -> Forged {
        let header = self.header_set("/alg", Some("HS256".into()))?;
        if header == self.header()? {
            let payload = self.payload_set("/forged", Some(true.into()))?;
            return Ok(sealed_hmac(&header, &payload, secret));
        }
        self.hmac_with(&header, secret)
    }

    /// As [`Self::hmac`], with a header that is made already.
    pub fn hmac_with(&self, header: &str, secret: &[u8]) -> Forged {
        Ok(sealed_hmac(header, &self.payload()?, secret))
    }

    /// The parts as they are, with another signature.
    pub fn with_signature(&self, signature: &[u8]) -> Forged {
        let [header, payload, _] = self.parts()?;
        Ok(Made {
            token: format!("{header}.{payload}.{}", b64::encode(signature)),
            signed: Signed::Altered,
        })
    }
}

fn sealed_hmac(header: &str, payload: &str, secret: &[u8]) -> Made {
    let input = format!("{}.{}", b64::encode(header), b64::encode(payload));
    let mac = crypto::forge::hmac_sha256(secret, input.as_bytes());
    Made {
        token: format!("{input}.{}", b64::encode(mac)),
        signed: Signed::Guessed,
    }
}

/// `text` with what `pointer` leads to set or removed.
#[allow(clippy::needless_pass_by_value)] // made at the place of use
pub(super) fn set(text: &str, pointer: &str, value: Option<Value>) -> Result<String, String> {
    let absent = || format!("there is nothing at `{pointer}` that could be changed");
    if !json::parse(text.as_bytes()).is_ok_and(|j| j.value.is_object()) {
        return Err("this part is no JSON object, so that no member can be changed".into());
    }
    json_text::set(text, pointer, value.as_ref()).ok_or_else(absent)
}

/// A text that is wholly other than `raw`, or why there is none.
#[allow(clippy::unnecessary_wraps)] // the end of a forgery
pub(super) fn raw(token: impl Into<String>, signed: Signed) -> Forged {
    Ok(Made {
        token: token.into(),
        signed,
    })
}

fn text_of(part: &str, name: &str) -> Result<String, String> {
    let bytes = b64::decode(part).map_err(|e| format!("the {name} is not base64url: {e}"))?;
    String::from_utf8(bytes).map_err(|_| format!("the {name} is not text"))
}

fn object(text: &str, name: &str) -> Result<Map<String, Value>, String> {
    match json::parse(text.as_bytes()).map(|j| j.value) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(format!("the {name} is not a JSON object")),
    }
}
