//! Proofs judged as RFC 9449 §4.3 has it, step by step.

use serde_json::{Map, Value};
use url::Url;

use super::{AGE, AHEAD, ALGS, Outcome, TYP, ath, normalised};
use crate::{
    jose::{
        Alg, Family, Jwk,
        b64::{self, B64Error},
        crypto,
        jws::Compact,
    },
    kit::{
        json::{self, JsonError},
        text::{escape, shorten},
    },
};

/// Bytes that a `jti` may have: it is kept in memory to refuse a replay (RFC 9449 §11.1).
const LONGEST_ID: usize = 256;

/// What is checked of a proof, in this order (RFC 9449 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The request has exactly one proof.
    One,
    /// The proof is a JWT that can be read, with nothing in it that is not understood.
    Form,
    /// `typ`.
    Type,
    /// `alg` is asymmetric, and accepted.
    Algorithm,
    /// `jwk` is a key.
    Key,
    /// `jwk` has no private members.
    PublicOnly,
    /// The signature is by `jwk`.
    Signature,
    /// `htm` is the method.
    Method,
    /// `htu` is the address.
    Address,
    /// `iat` is of now.
    Age,
    /// `jti` is there.
    Id,
    /// `nonce` is one that the server gave.
    Nonce,
    /// `ath` is the hash of the access token.
    TokenHash,
    /// The key is the one that the token is bound to.
    Binding,
}

impl Check {
    /// All, in order.
    pub const ALL: [Self; 14] = [
        Self::One,
        Self::Form,
        Self::Type,
        Self::Algorithm,
        Self::Key,
        Self::PublicOnly,
        Self::Signature,
        Self::Method,
        Self::Address,
        Self::Age,
        Self::Id,
        Self::Nonce,
        Self::TokenHash,
        Self::Binding,
    ];

    /// The header member or claim that is looked at.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "proof",
            Self::Form => "form",
            Self::Type => "typ",
            Self::Algorithm => "alg",
            Self::Key | Self::PublicOnly => "jwk",
            Self::Signature => "signature",
            Self::Method => "htm",
            Self::Address => "htu",
            Self::Age => "iat",
            Self::Id => "jti",
            Self::Nonce => "nonce",
            Self::TokenHash => "ath",
            Self::Binding => "cnf.jkt",
        }
    }

    /// The clause that asks for it.
    pub fn source(self) -> &'static str {
        match self {
            Self::One => "RFC 9449 §4.3 check 1",
            Self::Form => "RFC 9449 §4.3 check 2",
            Self::Type => "RFC 9449 §4.3 check 4",
            Self::Algorithm => "RFC 9449 §4.3 check 5",
            Self::Key => "RFC 9449 §4.3 check 3",
            Self::PublicOnly => "RFC 9449 §4.3 check 7",
            Self::Signature => "RFC 9449 §4.3 check 6",
            Self::Method => "RFC 9449 §4.3 check 8",
            Self::Address => "RFC 9449 §4.3 check 9",
            Self::Age => "RFC 9449 §4.3 check 11",
            Self::Id => "RFC 9449 §4.2",
            Self::Nonce => "RFC 9449 §4.3 check 10",
            Self::TokenHash | Self::Binding => "RFC 9449 §4.3 check 12",
        }
    }
}

/// What a server wants of a proof.
#[derive(Clone, Copy)]
pub struct Demand<'a> {
    /// Method of the request, as it came.
    pub method: &'a str,
    /// Address of the request.
    pub url: &'a Url,
    /// The moment, in seconds since 1970.
    pub now: i64,
    /// The access token that came along; then `ath` must be its hash.
    pub token: Option<&'a str>,
    /// The thumbprint of the key that the token is bound to.
    pub jkt: Option<&'a str>,
    /// Nonces that the server gave and still takes; without any, none is asked for.
    pub nonces: &'a [String],
}

/// One step of a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was checked.
    pub check: Check,
    /// What it came to.
    pub outcome: Outcome,
    /// What was found; empty where it is as it should be.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// A proof that was judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// The steps that apply, in order.
    pub steps: Vec<Step>,
    /// The claims, as far as they could be read.
    pub claims: Map<String, Value>,
    /// The thumbprint of the key in the proof (RFC 7638).
    pub thumbprint: Option<String>,
}

impl Judged {
    /// The steps that failed.
    pub fn flaws(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.outcome == Outcome::Failed)
    }

    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.flaws().next().is_none()
    }

    /// `jti`.
    pub fn jti(&self) -> &str {
        self.claims
            .get("jti")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// `iat`, in whole seconds.
    pub fn iat(&self) -> Option<i64> {
        seconds(self.claims.get("iat"))
    }

    fn pass(&mut self, check: Check) {
        self.end(check, Outcome::Passed, String::new(), String::new());
    }

    fn fail(&mut self, check: Check, found: impl Into<String>, expected: impl Into<String>) {
        self.end(check, Outcome::Failed, found.into(), expected.into());
    }

    fn end(&mut self, check: Check, outcome: Outcome, found: String, expected: String) {
        self.steps.push(Step {
            check,
            outcome,
            found,
            expected,
        });
    }

    /// The checks that were not made were not reached.
    fn close(mut self, demand: &Demand<'_>) -> Self {
        for check in Check::ALL {
            let due = match check {
                Check::TokenHash => demand.token.is_some(),
                Check::Binding => demand.jkt.is_some(),
                Check::Nonce => !demand.nonces.is_empty(),
                _ => true,
            };
            if due && !self.steps.iter().any(|s| s.check == check) {
                self.end(check, Outcome::NotReached, String::new(), String::new());
            }
        }
        self.steps.sort_by_key(|s| s.check);
        self
    }
}

/// Judges the proofs of a request: the values of its `DPoP` headers. Every check that can be made is
/// made, so that all that is wrong is said at once.
pub fn judge(proofs: &[&str], demand: &Demand<'_>) -> Judged {
    let mut judged = Judged::default();
    let [proof] = proofs else {
        let found = match proofs.len() {
            0 => "no DPoP header".to_owned(),
            n => format!("{n} DPoP headers"),
        };
        judged.fail(Check::One, found, "exactly one");
        return judged.close(demand);
    };
    judged.pass(Check::One);
    let parts = Compact::split(proof).filter(|_| proof.matches('.').count() == 2);
    let Some(parts) = parts else {
        let found = format!(
            "{} characters with {} dots",
            proof.chars().count(),
            proof.matches('.').count()
        );
        judged.fail(Check::Form, found, "one JWT in compact form");
        return judged.close(demand);
    };
    let read = object(parts.header, "header").and_then(|header| {
        if header.contains_key("crit") {
            return Err(Unread::Critical);
        }
        Ok((header, object(parts.payload, "payload")?))
    });
    let header = match read {
        Ok((header, claims)) => {
            judged.claims = claims;
            judged.pass(Check::Form);
            header
        }
        Err(found) => {
            judged.fail(Check::Form, found.to_string(), "one JWT in compact form");
            return judged.close(demand);
        }
    };
    look_at_header(&mut judged, &header, parts);
    look_at_claims(&mut judged, demand);
    if let Some(jkt) = demand.jkt {
        match judged.thumbprint.clone() {
            Some(found) if found == jkt => judged.pass(Check::Binding),
            Some(found) => judged.fail(
                Check::Binding,
                format!("a proof by the key `{found}`"),
                format!(
                    "one by the key {}, which the token is bound to",
                    quoted(jkt)
                ),
            ),
            None => {} // without a key it was not reached
        }
    }
    judged.close(demand)
}

fn look_at_header(judged: &mut Judged, header: &Map<String, Value>, parts: Compact<'_>) {
    match header.get("typ").and_then(Value::as_str) {
        // RFC 7515 §4.1.9: a media type, compared without case, `application/` may be left out.
        Some(typ) if is_type(typ) => judged.pass(Check::Type),
        Some(typ) => judged.fail(Check::Type, quoted(typ), TYP),
        None => judged.fail(Check::Type, "none", TYP),
    }
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or("");
    let named = Alg::parse(alg);
    let asymmetric = ALGS.contains(&named);
    if asymmetric {
        judged.pass(Check::Algorithm);
    } else {
        let found = match named.family() {
            Family::None => "none: an unsigned proof".to_owned(),
            Family::Hmac => format!("{}: a shared secret proves nothing", quoted(alg)),
            _ if alg.is_empty() => "no algorithm".into(),
            _ => quoted(alg),
        };
        let names: Vec<&str> = ALGS.iter().map(Alg::name).collect();
        judged.fail(
            Check::Algorithm,
            found,
            format!("one of {}", names.join(" ")),
        );
    }
    let key = match header.get("jwk") {
        Some(Value::Object(members)) => Some(Jwk(members.clone())),
        _ => None,
    };
    let Some(key) = key else {
        let found = if header.contains_key("jwk") {
            "no JSON object"
        } else {
            "none"
        };
        return judged.fail(Check::Key, found, "the public key that signed the proof");
    };
    match key.thumbprint() {
        Ok(_) if key.kty() == "oct" => judged.fail(
            Check::Key,
            "a shared secret",
            "the public key that signed the proof",
        ),
        Ok(thumbprint) => {
            judged.thumbprint = Some(thumbprint);
            judged.pass(Check::Key);
        }
        Err(why) => judged.fail(
            Check::Key,
            short(&why.to_string()),
            "the public key that signed the proof",
        ),
    }
    if key.is_private() {
        judged.fail(
            Check::PublicOnly,
            "private members: whoever sees the proof has the key",
            "the public key alone",
        );
    } else {
        judged.pass(Check::PublicOnly);
    }
    if !asymmetric || judged.thumbprint.is_none() {
        return; // nothing to check the signature with
    }
    let verified = b64::decode(parts.signature)
        .map_err(|why| why.to_string())
        .and_then(|signature| {
            let input = parts.signing_input();
            crypto::verify(&key, &named, input.as_bytes(), &signature).map_err(|e| e.to_string())
        });
    match verified {
        Ok(()) => judged.pass(Check::Signature),
        Err(why) => judged.fail(
            Check::Signature,
            short(&why),
            "a signature by the key in jwk",
        ),
    }
}

fn look_at_claims(judged: &mut Judged, demand: &Demand<'_>) {
    match text(&judged.claims, "htm") {
        Some(htm) if htm == demand.method => judged.pass(Check::Method),
        found => judged.fail(
            Check::Method,
            found.map_or_else(|| "none".into(), |t| quoted(&t)),
            format!("{}, the method of the request", demand.method),
        ),
    }
    let wanted = normalised(demand.url);
    match text(&judged.claims, "htu") {
        Some(htu) if Url::parse(&htu).is_ok_and(|url| normalised(&url) == wanted) => {
            judged.pass(Check::Address);
        }
        found => judged.fail(
            Check::Address,
            found.map_or_else(|| "none".into(), |t| quoted(&t)),
            format!(
                "{}, the address of the request without its query",
                short(&wanted)
            ),
        ),
    }
    match judged.iat() {
        Some(iat) if iat < demand.now.saturating_sub(AGE) => judged.fail(
            Check::Age,
            format!("{iat}, {} s ago", demand.now.saturating_sub(iat)),
            format!("a proof made for this request, at most {AGE} s old"),
        ),
        Some(iat) if iat > demand.now.saturating_add(AHEAD) => judged.fail(
            Check::Age,
            format!("{iat}, {} s ahead", iat.saturating_sub(demand.now)),
            format!(
                "a time up to {}, and {AHEAD} s for clocks that differ",
                demand.now
            ),
        ),
        Some(_) => judged.pass(Check::Age),
        None => judged.fail(Check::Age, "none", "the time at which the proof was made"),
    }
    match text(&judged.claims, "jti") {
        Some(jti) if jti.len() > LONGEST_ID => judged.fail(
            Check::Id,
            format!("{} bytes", jti.len()),
            format!("at most {LONGEST_ID} bytes"),
        ),
        Some(jti) if !jti.is_empty() => judged.pass(Check::Id),
        _ => judged.fail(Check::Id, "none", "an identifier of this one proof"),
    }
    if !demand.nonces.is_empty() {
        match text(&judged.claims, "nonce") {
            Some(nonce) if demand.nonces.contains(&nonce) => judged.pass(Check::Nonce),
            found => judged.fail(
                Check::Nonce,
                found.map_or_else(|| "none".into(), |t| quoted(&t)),
                "the nonce that this server gave last, in DPoP-Nonce",
            ),
        }
    }
    if let Some(token) = demand.token {
        let wanted = ath(token);
        match text(&judged.claims, "ath") {
            Some(found) if found == wanted => judged.pass(Check::TokenHash),
            found => judged.fail(
                Check::TokenHash,
                found.map_or_else(|| "none".into(), |t| quoted(&t)),
                format!("{wanted}, the SHA-256 of the access token in base64url"),
            ),
        }
    }
}

fn is_type(typ: &str) -> bool {
    let lower = typ.to_ascii_lowercase();
    lower.strip_prefix("application/").unwrap_or(&lower) == TYP
}

fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn seconds(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

fn short(text: &str) -> String {
    escape(&shorten(text, 120)).into_owned()
}

fn quoted(text: &str) -> String {
    format!("`{}`", short(text))
}

/// Why header or payload of a proof cannot be read.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("a {part} that is no base64url: {why}")]
    Base64 { part: &'static str, why: B64Error },
    #[error("a {part} that is no JSON: {why}")]
    NotJson { part: &'static str, why: JsonError },
    #[error("a {part} with {} twice", quoted(.pointer))]
    Twice { part: &'static str, pointer: String },
    #[error("a {part} that is no JSON object")]
    NoObject { part: &'static str },
    #[error("critical header parameters, which are not understood here")]
    Critical,
}

fn object(text: &str, part: &'static str) -> Result<Map<String, Value>, Unread> {
    let bytes = b64::decode(text).map_err(|why| Unread::Base64 { part, why })?;
    let json = json::parse(&bytes).map_err(|why| Unread::NotJson { part, why })?;
    if let Some(pointer) = json.duplicates.into_iter().next() {
        return Err(Unread::Twice { part, pointer });
    }
    match json.value {
        Value::Object(members) => Ok(members),
        _ => Err(Unread::NoObject { part }),
    }
}
