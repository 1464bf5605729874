//! Verdicts: is the signature good, by which key, and do the claims hold now?

use serde_json::Value;

use crate::{
    jose::{
        Alg, Family, Jwk, KeyError, b64,
        crypto::{self, VerifyError},
        pem,
    },
    kit::{
        clock::{Timestamp, from_numeric_date},
        text::{escape, shorten},
    },
};

use super::{
    Form, ProblemKind, Token, claims,
    decode::{self, Signed},
    explain::duration,
};

/// A key that may verify, and where it came from.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The key.
    pub jwk: Jwk,
    /// In words: `JWKS of https://as.example`, `key k3 of the workspace`, `pasted`.
    pub from: String,
    /// Issuer whose published key this is; `None` for a key that the user gave.
    pub issuer: Option<String>,
}

/// The state of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signature {
    /// Verified.
    Valid,
    /// Does not verify.
    Invalid,
    /// The algorithm is not supported here.
    Unsupported,
    /// No key to check with.
    NoKey,
    /// The token is not signed.
    None,
}

impl Signature {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::NoKey => "no_key",
            Self::None => "none",
        }
    }
}

/// The key that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUsed {
    /// `kid`.
    pub kid: Option<String>,
    /// SHA-256 thumbprint.
    pub thumbprint: Option<String>,
    /// Where it came from.
    pub from: String,
}

/// What the claims say at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// `exp` is ahead.
    Valid,
    /// `exp` is past.
    Expired,
    /// `nbf` is ahead.
    NotYet,
    /// There is no `exp`.
    NoExpiry,
}

/// The verdict on one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The signature.
    pub signature: Signature,
    /// Why, in a sentence.
    pub reason: String,
    /// The key that decided, when one did.
    pub key: Option<KeyUsed>,
    /// What is wrong with the claims now.
    pub claims_problems: Vec<String>,
    /// Where in its life the token is.
    pub life: Life,
}

impl Verdict {
    /// Signature valid and nothing wrong with the claims.
    pub fn verified(&self) -> bool {
        self.signature == Signature::Valid && self.claims_problems.is_empty()
    }
}

/// What a verdict asks for.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The moment.
    pub now: Timestamp,
    /// Allowed clock difference, in seconds.
    pub leeway: i64,
    /// Algorithms allowed; empty: the key decides, never the header alone.
    pub algs: Vec<Alg>,
    /// Required audience.
    pub audience: Option<String>,
    /// Required issuer.
    pub issuer: Option<String>,
}

impl Policy {
    /// Defaults at `now`: no leeway, the key decides.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            leeway: 0,
            algs: Vec::new(),
            audience: None,
            issuer: None,
        }
    }
}

/// Judges `token` with `keys`.
///
/// The key decides the algorithm, never the header alone. A key that an issuer published verifies
/// only that issuer's tokens; a `kid` in the header selects among the keys that have one. The
/// signed bytes are the received bytes, read strictly: what [`super::decode`] forgives (padding,
/// stray bits) makes the signature invalid here.
pub fn judge(token: &Token, keys: &[Candidate], policy: &Policy) -> Verdict {
    let (signature, reason, key) = signature(token, keys, policy);
    Verdict {
        signature,
        reason,
        key,
        claims_problems: claims_problems(token, policy),
        life: life(token, policy.now, policy.leeway),
    }
}

type Outcome = (Signature, String, Option<KeyUsed>);

fn signature(token: &Token, keys: &[Candidate], policy: &Policy) -> Outcome {
    let without = |state, reason: String| (state, reason, None);
    let (parts, alg) = match readable(token) {
        Ok(found) => found,
        Err((state, reason)) => return without(state, reason),
    };
    let shown = escape(alg.name()).into_owned();
    if let Alg::Other(_) = alg {
        return without(
            Signature::Unsupported,
            format!(
                "`{shown}` is not an algorithm that is supported here: the signature was not checked."
            ),
        );
    }
    if !policy.algs.is_empty() && !policy.algs.contains(&alg) {
        let allowed: Vec<&str> = policy.algs.iter().map(Alg::name).collect();
        return without(
            Signature::Invalid,
            format!(
                "{shown} is not allowed here: allowed is {}.",
                allowed.join(", ")
            ),
        );
    }
    let bytes = match b64::decode(&parts.signature) {
        Ok(bytes) => bytes,
        Err(e) => {
            return without(
                Signature::Invalid,
                format!("The signature is not base64url: {e}."),
            );
        }
    };
    let (fitting, left_out) = candidates(token, keys);
    if fitting.is_empty() {
        return without(Signature::NoKey, left_out);
    }
    decide(token, &fitting, keys.len() == 1, &alg, &parts, &bytes)
}

/// The signed parts and the algorithm, if header and form allow a check at all.
fn readable(token: &Token) -> Result<(Signed, Alg), (Signature, String)> {
    match token.form {
        Form::Opaque => {
            return Err((
                Signature::None,
                "An opaque token has no signature: only its issuer can judge it (RFC 7662).".into(),
            ));
        }
        Form::Jwe => {
            return Err((
                Signature::Unsupported,
                "The token is encrypted: decrypt it, then verify what is inside.".into(),
            ));
        }
        Form::Compact | Form::Flattened | Form::General => {}
    }
    let invalid = |reason: String| Err((Signature::Invalid, reason));
    let Some(header) = &token.header else {
        return invalid("The header cannot be read (RFC 7515 §5.2).".into());
    };
    let Some(parts) = decode::signed(token).into_iter().next() else {
        return invalid("The token does not have the three parts of a JWS (RFC 7515 §3.1).".into());
    };
    if let Some(pointer) = header.duplicates.first() {
        return invalid(format!(
            "The header has `{}` twice: readers differ in which one they take (RFC 7515 §4).",
            escape(pointer.trim_start_matches('/'))
        ));
    }
    let alg = match token.header_map().get("alg") {
        Some(Value::String(name)) => Alg::parse(name),
        Some(_) => return invalid("`alg` in the header is not a string (RFC 7515 §4.1.1).".into()),
        None => return invalid("The header has no `alg` (RFC 7515 §4.1.1).".into()),
    };
    if alg.name().eq_ignore_ascii_case("none") {
        let carries = if parts.signature.is_empty() {
            ""
        } else {
            " It carries a signature all the same, which proves nothing."
        };
        let case = if alg == Alg::None {
            ""
        } else {
            ", written so that a careless comparison lets it pass"
        };
        return Err((
            Signature::None,
            format!(
                "`alg` is `{}`{case}: the token is not signed, anyone can make it (RFC 8725 §3.2).{carries}",
                escape(alg.name())
            ),
        ));
    }
    if parts.signature.is_empty() {
        return Err((
            Signature::None,
            format!(
                "The header names {}, but the signature part is missing: the token is not signed.",
                escape(alg.name())
            ),
        ));
    }
    // With `b64: false` the payload is not base64url, and need not be (RFC 7797 §3).
    let unencoded = token.header_map().get("b64") == Some(&Value::Bool(false));
    let encoded = token
        .problems
        .iter()
        .find(|p| p.kind == ProblemKind::Encoding && p.part != "signature");
    if let (Some(problem), false) = (encoded, unencoded) {
        return invalid(format!("{}.", capital(&problem.message)));
    }
    if token
        .header_map()
        .get("kid")
        .is_some_and(|kid| !kid.is_string())
    {
        return invalid("`kid` in the header is not a string (RFC 7515 §4.1.4).".into());
    }
    if let Some(reason) = critical(token, &parts) {
        return invalid(reason);
    }
    Ok((parts, alg))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// Why `crit` forbids to accept the token (RFC 7515 §4.1.11), if it does. `b64` is understood.
fn critical(token: &Token, parts: &Signed) -> Option<String> {
    const STANDARD: [&str; 18] = [
        "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc",
        "zip", "epk", "apu", "apv", "p2s", "p2c",
    ];
    let header = token.header_map();
    let lists_b64 = match header.get("crit") {
        None => false,
        Some(Value::Array(names)) if !names.is_empty() => {
            let protected = b64::decode(&parts.header)
                .ok()
                .and_then(|bytes| crate::kit::json::parse(&bytes).ok())
                .map(|json| json.value);
            let mut seen = Vec::new();
            for name in names {
                let Some(name) = name.as_str() else {
                    return Some(
                        "`crit` names something that is not a string (RFC 7515 §4.1.11).".into(),
                    );
                };
                let shown = escape(name);
                if seen.contains(&name) {
                    return Some(format!("`crit` names `{shown}` twice (RFC 7515 §4.1.11)."));
                }
                seen.push(name);
                if STANDARD.contains(&name) {
                    return Some(format!(
                        "`crit` names `{shown}`, which is no extension (RFC 7515 §4.1.11)."
                    ));
                }
                if protected.as_ref().is_none_or(|p| p.get(name).is_none()) {
                    return Some(format!(
                        "`crit` names `{shown}`, which the protected header does not have (RFC 7515 §4.1.11)."
                    ));
                }
                if name != "b64" {
                    return Some(format!(
                        "`crit` demands that `{shown}` is understood, and it is not understood here (RFC 7515 §4.1.11)."
                    ));
                }
            }
            seen.contains(&"b64")
        }
        Some(_) => {
            return Some("`crit` is not a list with at least one name (RFC 7515 §4.1.11).".into());
        }
    };
    match header.get("b64") {
        Some(Value::Bool(false)) if !lists_b64 => {
            Some("`b64` is false, but `crit` does not name it (RFC 7797 §6).".into())
        }
        Some(Value::Bool(_)) | None => None,
        Some(_) => Some("`b64` is not true or false (RFC 7797 §3).".into()),
    }
}

/// The keys that may verify this token, and if there are none, why.
fn candidates<'a>(token: &Token, keys: &'a [Candidate]) -> (Vec<&'a Candidate>, String) {
    if keys.is_empty() {
        return (
            Vec::new(),
            "There is no key to check the signature with: add the issuer's key set, or a key."
                .into(),
        );
    }
    let issuer = token.claim_text("iss");
    let trusted: Vec<&Candidate> = keys
        .iter()
        .filter(|c| match (&c.issuer, issuer) {
            (Some(publisher), Some(issuer)) => publisher == issuer,
            _ => true,
        })
        .collect();
    if trusted.is_empty() {
        return (
            Vec::new(),
            format!(
                "No key of the issuer {} is known: the keys at hand belong to others.",
                escape(issuer.unwrap_or("?"))
            ),
        );
    }
    let Some(kid) = token.header_text("kid") else {
        return (trusted, String::new());
    };
    let selected: Vec<&Candidate> = trusted
        .iter()
        .copied()
        .filter(|c| c.jwk.kid().is_none_or(|k| k == kid))
        .collect();
    let mut known: Vec<String> = trusted
        .iter()
        .filter_map(|c| c.jwk.kid())
        .take(5)
        .map(|k| format!("`{}`", escape(k)))
        .collect();
    known.dedup();
    let reason = format!(
        "No key has the `kid` `{}` that the header names. Known: {}.",
        escape(kid),
        known.join(", ")
    );
    (selected, reason)
}

fn used(candidate: &Candidate) -> KeyUsed {
    KeyUsed {
        kid: candidate.jwk.kid().map(|k| escape(k).into_owned()),
        thumbprint: candidate.jwk.thumbprint().ok(),
        from: candidate.from.clone(),
    }
}

fn name(candidate: &Candidate) -> String {
    match candidate.jwk.kid() {
        Some(kid) => format!(
            "`{}` ({}, {})",
            escape(kid),
            candidate.jwk.describe(),
            candidate.from
        ),
        None => format!("{} ({})", candidate.jwk.describe(), candidate.from),
    }
}

fn decide(
    token: &Token,
    candidates: &[&Candidate],
    only_one: bool,
    alg: &Alg,
    parts: &Signed,
    bytes: &[u8],
) -> Outcome {
    let mut failed: Vec<&Candidate> = Vec::new();
    let mut unfit: Vec<(&Candidate, KeyError)> = Vec::new();
    let mut unsupported: Option<(&Candidate, String)> = None;
    for candidate in candidates {
        match crypto::verify(&candidate.jwk, alg, parts.input.as_bytes(), bytes) {
            Ok(()) => {
                let mut reason = format!("{alg} verified by {}.", name(candidate));
                if let Some(weak) = weak_secret(&candidate.jwk, alg) {
                    reason.push(' ');
                    reason.push_str(&weak);
                }
                return (Signature::Valid, reason, Some(used(candidate)));
            }
            Err(VerifyError::Invalid) => failed.push(candidate),
            Err(VerifyError::Unsupported(what) | VerifyError::Key(KeyError::Unsupported(what))) => {
                unsupported = Some((candidate, what));
            }
            Err(VerifyError::Key(error)) => unfit.push((candidate, error)),
        }
    }
    if let [key] = failed[..] {
        let shape = der_hint(alg, bytes).unwrap_or_default();
        let reason = format!(
            "The signature does not fit {}: header or payload were changed, or another key signed.{shape}",
            name(key)
        );
        return (Signature::Invalid, reason, Some(used(key)));
    }
    if !failed.is_empty() {
        let reason = format!(
            "The signature fits none of the {} keys that could have made it, among them {}.",
            failed.len(),
            name(failed[0])
        );
        return (Signature::Invalid, reason, None);
    }
    if let Some((key, what)) = unsupported {
        let reason = format!("{} is {what}, which is not supported here.", name(key));
        return (Signature::Unsupported, reason, None);
    }
    let Some((key, error)) = unfit.first() else {
        return (Signature::NoKey, "No key fits.".into(), None);
    };
    // A key counts as the token's own when the header or the issuer singles it out.
    let own = only_one
        || key.issuer.is_some()
        || (key.jwk.kid().is_some() && key.jwk.kid() == token.header_text("kid"));
    if !own {
        let reason = format!(
            "None of the {} keys at hand fits {alg}: {error}.",
            unfit.len()
        );
        return (Signature::NoKey, reason, None);
    }
    if alg.family() == Family::Hmac && key.jwk.kty() != "oct" {
        let made = unfit
            .iter()
            .find_map(|(c, _)| confusion(token, &c.jwk))
            .map(|form| format!(" It was made with the public key as the secret ({form})."))
            .unwrap_or_default();
        let reason = format!(
            "Key confusion: the header says {alg}, but {} is a public key, which anyone could \
             use as an HMAC secret (RFC 8725 §2.1).{made}",
            name(key)
        );
        return (Signature::Invalid, reason, Some(used(key)));
    }
    let reason = format!("The algorithm does not fit the key: {error}.");
    (Signature::Invalid, reason, Some(used(key)))
}

/// Whether an HMAC token was made with the bytes of the public key as the secret (RFC 8725 §2.1),
/// and which form of the key: a verifier that trusts the header's `alg` would accept it.
pub fn confusion(token: &Token, public: &Jwk) -> Option<&'static str> {
    let alg = Alg::parse(token.header_text("alg")?);
    if alg.family() != Family::Hmac {
        return None;
    }
    let parts = decode::signed(token).into_iter().next()?;
    let signature = b64::decode(&parts.signature).ok()?;
    let public = public.public()?;
    let pem = pem::write(&public).ok();
    let spki = pem::spki_der(&public).ok();
    let pkcs1 = (public.kty() == "RSA")
        .then(|| pem::rsa_public_der(&public).ok())
        .flatten();
    let pkcs1_pem = pkcs1.as_ref().map(|der| pem::armour("RSA PUBLIC KEY", der));
    let jwk = serde_json::to_string(&public.0).ok();
    let text = |t: &Option<String>| t.as_ref().map(|t| t.clone().into_bytes());
    let bare = |t: &Option<String>| t.as_ref().map(|t| t.trim_end().as_bytes().to_vec());
    let crlf = |t: &Option<String>| t.as_ref().map(|t| t.replace('\n', "\r\n").into_bytes());
    let secrets: [(&'static str, Option<Vec<u8>>); 8] = [
        ("PEM", text(&pem)),
        ("PEM without final line break", bare(&pem)),
        ("PEM with CRLF", crlf(&pem)),
        ("DER", spki),
        ("PKCS#1 PEM", text(&pkcs1_pem)),
        ("PKCS#1 PEM without final line break", bare(&pkcs1_pem)),
        ("PKCS#1 DER", pkcs1),
        ("JWK", text(&jwk)),
    ];
    secrets.into_iter().find_map(|(form, secret)| {
        let key = Jwk(serde_json::Map::from_iter([
            ("kty".to_owned(), "oct".into()),
            ("k".to_owned(), b64::encode(secret?).into()),
        ]));
        crypto::verify(&key, &alg, parts.input.as_bytes(), &signature)
            .is_ok()
            .then_some(form)
    })
}

fn weak_secret(key: &Jwk, alg: &Alg) -> Option<String> {
    let needed = match alg {
        Alg::Hs256 => 32,
        Alg::Hs384 => 48,
        Alg::Hs512 => 64,
        _ => return None,
    };
    let length = crypto::keys::secret(key).ok()?.len();
    (length < needed).then(|| {
        format!(
            "But its secret has {} bit where {alg} needs {}: it can be guessed (RFC 7518 §3.2).",
            length * 8,
            needed * 8
        )
    })
}

fn der_hint(alg: &Alg, signature: &[u8]) -> Option<String> {
    let width = match alg {
        Alg::Es256 | Alg::Es256K => 64,
        Alg::Es384 => 96,
        Alg::Es512 => 132,
        _ => return None,
    };
    if signature.len() == width {
        return None;
    }
    Some(if signature.first() == Some(&0x30) {
        format!(
            " The signature is in DER, but {alg} wants R and S side by side, {width} bytes (RFC 7518 §3.4)."
        )
    } else {
        format!(
            " The signature has {} bytes, {alg} wants {width} (RFC 7518 §3.4).",
            signature.len()
        )
    })
}

/// What is wrong with the claims at the policy's moment, a sentence each.
fn claims_problems(token: &Token, policy: &Policy) -> Vec<String> {
    let mut found = Vec::new();
    let now = policy.now.as_second();
    if token.claims.is_none() && matches!(token.form, Form::Opaque | Form::Jwe) {
        return found;
    }
    for problem in token.problems.iter().filter(|p| p.part == "payload") {
        // A payload that is no JSON is a legal JWS; one that tries to be and fails is not a JWT.
        let broken = match problem.kind {
            ProblemKind::Duplicate => true,
            ProblemKind::Json => token
                .payload_bytes
                .as_deref()
                .is_some_and(|b| b.trim_ascii_start().starts_with(b"{")),
            _ => false,
        };
        if broken {
            found.push(format!("{}.", capital(&problem.message)));
        }
    }
    let at = |seconds: i64| {
        from_numeric_date(seconds).map_or_else(|| seconds.to_string(), |t| t.to_string())
    };
    for name in ["exp", "nbf", "iat"] {
        let Some(value) = token.claim(name) else {
            continue;
        };
        let Some(seconds) = claims::numeric_date(token, name) else {
            let shown = value.to_string();
            found.push(format!(
                "`{name}` is {}, not a number of seconds (RFC 7519 §2).",
                escape(&shorten(&shown, 40))
            ));
            continue;
        };
        // Beyond the year 5138 nobody means seconds.
        if seconds.abs() > 100_000_000_000 {
            found.push(format!(
                "`{name}` is {seconds}, which looks like milliseconds: NumericDate counts seconds (RFC 7519 §2)."
            ));
        }
        match name {
            "exp" if now.saturating_sub(policy.leeway) >= seconds => found.push(format!(
                "Expired {} ago, at {} (`exp`).",
                duration(now.saturating_sub(seconds)),
                at(seconds)
            )),
            "nbf" if now.saturating_add(policy.leeway) < seconds => found.push(format!(
                "Not valid before {}, in {} (`nbf`).",
                at(seconds),
                duration(seconds.saturating_sub(now))
            )),
            "iat" if now.saturating_add(policy.leeway) < seconds => found.push(format!(
                "Issued in the future, at {}, in {} (`iat`).",
                at(seconds),
                duration(seconds.saturating_sub(now))
            )),
            _ => {}
        }
    }
    for name in ["iss", "sub", "jti"] {
        if token.claim(name).is_some_and(|v| !v.is_string()) {
            found.push(format!("`{name}` is not a string (RFC 7519 §4.1)."));
        }
    }
    if token.claim("aud").is_some() && claims::audiences(token).is_none() {
        found.push("`aud` is neither a string nor a list of strings (RFC 7519 §4.1.3).".into());
    }
    if let Some(wanted) = &policy.audience {
        let named = claims::audiences(token).unwrap_or_default();
        if !named.contains(wanted) {
            let names: Vec<&str> = named.iter().map(String::as_str).collect();
            let actual = if names.is_empty() {
                "names no audience".to_owned()
            } else {
                format!("is for {}", escape(&names.join(", ")))
            };
            found.push(format!(
                "The token {actual}, not for {} (`aud`).",
                escape(wanted)
            ));
        }
    }
    if let Some(wanted) = &policy.issuer
        && token.claim_text("iss") != Some(wanted)
    {
        let actual = token
            .claim_text("iss")
            .map_or_else(|| "nobody it names".into(), |i| escape(i).into_owned());
        found.push(format!(
            "The token is issued by {actual}, not by {} (`iss`).",
            escape(wanted)
        ));
    }
    found
}

/// Where in its life the token is. An `exp` that is no number counts as none.
pub fn life(token: &Token, now: Timestamp, leeway: i64) -> Life {
    let now = now.as_second();
    let exp = claims::numeric_date(token, "exp");
    if exp.is_some_and(|exp| now.saturating_sub(leeway) >= exp) {
        return Life::Expired;
    }
    if claims::numeric_date(token, "nbf").is_some_and(|nbf| now.saturating_add(leeway) < nbf) {
        return Life::NotYet;
    }
    if exp.is_some() {
        Life::Valid
    } else {
        Life::NoExpiry
    }
}
