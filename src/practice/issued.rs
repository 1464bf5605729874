//! Access tokens of this server: how they are made, and how they are checked when they come back
//! (RFC 9068 §2, §4).

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    faults::{Fault, Faults},
    realm::{MAX_ACTORS, Realm, split_scope},
    refusal::quote,
};
use crate::{
    jose::{
        Alg, Family, Jwk,
        b64::{self, B64Error},
        crypto,
        jws::Compact,
        pem,
    },
    kit::json::{self, JsonError},
    token::{
        craft::{self, CraftError},
        decode::decode,
        validate::confusion,
    },
};

/// Seconds by which clocks may differ.
const LEEWAY: i64 = 60;

/// Most seconds that a token of this server may still live, whatever its policy was.
const LONGEST_LIFE: i64 = 24 * 3600;

/// `typ` of access tokens (RFC 9068 §2.1).
pub const ACCESS_TOKEN: &str = "at+jwt";

/// `typ` of tokens issued as `urn:ietf:params:oauth:token-type:jwt`: no resource server takes them.
pub const JWT: &str = "JWT";

/// Something that is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Which check: `signature`, `exp`, `aud` ...
    pub check: &'static str,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// Clause.
    pub source: &'static str,
}

impl Flaw {
    /// In a sentence part, for `error_description`.
    pub fn words(&self) -> String {
        format!(
            "{}: found {}, expected {} ({})",
            self.check, self.found, self.expected, self.source
        )
    }
}

/// A token as it was seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Its claims, verified or not.
    pub claims: Map<String, Value>,
    /// Whether the signature is this server's.
    pub verified: bool,
    /// What is wrong with it; empty: it is good.
    pub flaws: Vec<Flaw>,
}

impl Seen {
    /// A claim that is a string.
    pub fn text(&self, claim: &str) -> &str {
        self.claims.get(claim).and_then(Value::as_str).unwrap_or("")
    }

    /// A claim that is a whole number.
    pub fn number(&self, claim: &str) -> i64 {
        self.claims.get(claim).and_then(Value::as_i64).unwrap_or(0)
    }

    /// Thumbprint of the key that it is bound to (RFC 9449 §6.1).
    pub fn jkt(&self) -> Option<&str> {
        thumbprint(self.claims.get("cnf")?)
    }

    /// `scope`, split.
    pub fn scopes(&self) -> BTreeSet<String> {
        split_scope(self.text("scope"))
    }

    /// `aud`, string or array.
    pub fn audience(&self) -> Vec<String> {
        audience(&self.claims)
    }

    /// The entries of `act`, current actor first, each without what is nested in it.
    pub fn actors(&self) -> Vec<Map<String, Value>> {
        let mut actors = Vec::new();
        let mut next = self.claims.get("act");
        while let Some(Value::Object(entry)) = next {
            next = entry.get("act");
            actors.push(
                entry
                    .iter()
                    .filter(|(name, _)| *name != "act")
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            );
        }
        actors
    }

    fn flaw(
        &mut self,
        check: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
        source: &'static str,
    ) {
        self.flaws.push(Flaw {
            check,
            found: found.into(),
            expected: expected.into(),
            source,
        });
    }
}

/// `jkt` of a `cnf` that has nothing else.
fn thumbprint(cnf: &Value) -> Option<&str> {
    let members = cnf.as_object().filter(|members| members.len() == 1)?;
    members.get("jkt")?.as_str().filter(|jkt| !jkt.is_empty())
}

/// `aud` of a set of claims as a list.
pub fn audience(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Signs `claims` with the realm's key.
pub fn mint(realm: &Realm, typ: &str, claims: &Map<String, Value>) -> Result<String, CraftError> {
    let mut header = json!({ "typ": typ, "alg": realm.alg.name() });
    if let Some(kid) = realm.key.kid() {
        header["kid"] = kid.into();
    }
    craft::mint(
        &header,
        &Value::Object(claims.clone()),
        &realm.key,
        &realm.alg,
    )
}

/// Looks at `token`: form, algorithm, signature, `typ`, issuer, lifetime, required claims,
/// revocation. What it may be used for is the caller's question. All checks are made, so that a
/// learner sees everything that is wrong at once; nothing is taken from a token with a flaw.
pub fn see(
    token: &str,
    types: &[&str],
    realm: &Realm,
    faults: &Faults,
    now: i64,
    revoked: &dyn Fn(&str) -> bool,
) -> Seen {
    let mut seen = Seen::default();
    let Some(parts) = Compact::split(token).filter(|_| token.matches('.').count() == 2) else {
        seen.flaw(
            "form",
            format!(
                "a string of {} characters with {} dots",
                token.len(),
                token.matches('.').count()
            ),
            "a JWT in compact form, three parts with two dots",
            "RFC 9068 §2, RFC 7515 §7.1",
        );
        return seen;
    };
    let (header, claims) = (object(parts.header), object(parts.payload));
    // What cannot be read comes first: every other check depends on it.
    for (part, read, source) in [
        ("header", &header, "RFC 7515 §4"),
        ("payload", &claims, "RFC 7519 §7.2"),
    ] {
        if let Err(why) = read {
            seen.flaw(part, why.to_string(), "base64url of a JSON object", source);
        }
    }
    if let Ok(header) = header {
        look_at_header(&mut seen, &header, types, faults);
        look_at_signature(&mut seen, &header, token, parts, realm, faults);
    }
    if let Ok(claims) = claims {
        seen.claims = claims;
        look_at_claims(&mut seen, realm, faults, now, revoked);
        look_at_actors(&mut seen);
    }
    seen
}

fn look_at_header(seen: &mut Seen, header: &Map<String, Value>, types: &[&str], faults: &Faults) {
    let typ = header.get("typ").and_then(Value::as_str).unwrap_or("");
    // RFC 7515 §4.1.9: a media type, compared without case, `application/` may be left out.
    let lower = typ.to_ascii_lowercase();
    let short = lower.strip_prefix("application/").unwrap_or(&lower);
    if !faults.contains(Fault::TypIgnored) && !types.iter().any(|t| t.eq_ignore_ascii_case(short)) {
        let found = if typ.is_empty() {
            "none".into()
        } else {
            quote(typ)
        };
        seen.flaw("typ", found, types.join(" or "), "RFC 9068 §4");
    }
    if header.contains_key("cty") {
        seen.flaw(
            "cty",
            "a content type",
            "none: the payload holds the claims, not another token",
            "RFC 7519 §5.2",
        );
    }
    if header.contains_key("crit") && !faults.contains(Fault::CritIgnored) {
        seen.flaw(
            "crit",
            "critical header parameters",
            "none: this server understands no extensions",
            "RFC 7515 §4.1.11",
        );
    }
    if header.get("kid").is_some_and(|kid| !kid.is_string()) {
        seen.flaw(
            "kid",
            "a value that is not a string",
            "the name of a key",
            "RFC 7515 §4.1.4",
        );
    }
}

/// The algorithm, the key, and whether it made the signature.
fn look_at_signature(
    seen: &mut Seen,
    header: &Map<String, Value>,
    token: &str,
    parts: Compact<'_>,
    realm: &Realm,
    faults: &Faults,
) {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let key = realm.verifier();
    let alg = text("alg").unwrap_or("");
    if faults.contains(Fault::AlgNoneAccepted) && alg.eq_ignore_ascii_case("none")
        || faults.contains(Fault::KeyConfusion)
            && alg == "HS256"
            && realm
                .public_key()
                .is_some_and(|key| confusion(&decode(token), key).is_some())
    {
        seen.verified = true;
        return;
    }
    let named = match Alg::parse(alg) {
        named if alg == realm.alg.name() => named,
        // The mistake: what the token names decides. An HMAC is not tried with a public key.
        named if faults.contains(Fault::AlgChosen) && named.family() != Family::Hmac => named,
        _ => {
            // Nothing is verified under an algorithm that the token chose (RFC 8725 §3.1).
            let found = if alg.is_empty() {
                "none".into()
            } else {
                quote(alg)
            };
            seen.flaw(
                "alg",
                found,
                format!("{}, the only algorithm of this server", realm.alg.name()),
                "RFC 9068 §4, RFC 8725 §3.1",
            );
            return;
        }
    };
    let brought = brought(header, faults);
    if let Some(kid) = text("kid")
        && key.kid() != Some(kid)
        && brought.is_none()
    {
        seen.flaw(
            "kid",
            quote(kid),
            format!(
                "{}, the key that this server has used since it started",
                quote(key.kid().unwrap_or(""))
            ),
            "RFC 7515 §4.1.4",
        );
        return;
    }
    let mut key = brought.unwrap_or_else(|| key.clone());
    if faults.contains(Fault::AlgChosen) {
        key.0.shift_remove("alg");
    }
    let good = b64::decode(parts.signature).is_ok_and(|signature| {
        crypto::verify(&key, &named, parts.signing_input().as_bytes(), &signature).is_ok()
    });
    if good || faults.contains(Fault::SignatureIgnored) {
        seen.verified = true;
    } else {
        seen.flaw(
            "signature",
            "a signature that does not fit header and payload",
            "one made by this server's key: the token was changed, or signed by someone else",
            "RFC 7515 §5.2",
        );
    }
}

/// The mistakes: the token brings the key that decides.
fn brought(header: &Map<String, Value>, faults: &Faults) -> Option<Jwk> {
    if faults.contains(Fault::JwkTrusted)
        && let Some(Value::Object(members)) = header.get("jwk")
    {
        return Some(Jwk(members.clone()));
    }
    let first = header
        .get("x5c")
        .filter(|_| faults.contains(Fault::X5cTrusted))?
        .get(0)?;
    let der = STANDARD.decode(first.as_str()?).ok()?;
    let keys = pem::read_bytes(&der, None).ok()?;
    keys.into_iter().next()
}

fn look_at_claims(
    seen: &mut Seen,
    realm: &Realm,
    faults: &Faults,
    now: i64,
    revoked: &dyn Fn(&str) -> bool,
) {
    let iss = seen.text("iss").to_owned();
    if iss != realm.issuer && !faults.contains(Fault::IssuerIgnored) {
        seen.flaw("iss", quote(&iss), quote(&realm.issuer), "RFC 9068 §4");
    }
    for claim in ["sub", "client_id", "jti"] {
        if seen.text(claim).is_empty() {
            seen.flaw(claim_name(claim), "none", "a string", "RFC 9068 §2.2");
        }
    }
    if seen.audience().is_empty() && !faults.contains(Fault::AudienceIgnored) {
        seen.flaw("aud", "none", "the target of the token", "RFC 9068 §2.2");
    }
    let number = |name: &str| seen.claims.get(name).map(Value::as_i64);
    let (iat, exp, nbf) = (number("iat"), number("exp"), number("nbf"));
    match iat.flatten() {
        None => seen.flaw("iat", "none", "a time in whole seconds", "RFC 9068 §2.2"),
        Some(iat) if iat > now.saturating_add(LEEWAY) => seen.flaw(
            "iat",
            format!("{iat}, {} s ahead", iat.saturating_sub(now)),
            format!("a time up to {now}, and {LEEWAY} s for clocks that differ"),
            "RFC 7519 §4.1.6",
        ),
        Some(_) => {}
    }
    match exp.flatten() {
        _ if faults.contains(Fault::ExpiryIgnored) => {}
        None => seen.flaw("exp", "none", "a time in whole seconds", "RFC 9068 §2.2"),
        Some(exp) if exp <= now => seen.flaw(
            "exp",
            format!("{exp}, {} s ago", now.saturating_sub(exp)),
            format!("a time after {now}"),
            "RFC 9068 §4",
        ),
        Some(exp) if exp > now.saturating_add(LONGEST_LIFE) => seen.flaw(
            "exp",
            format!("{exp}, {} s ahead", exp.saturating_sub(now)),
            format!("at most {LONGEST_LIFE} s ahead: no token of this server lives longer"),
            "RFC 9068 §4",
        ),
        Some(_) => {}
    }
    match nbf {
        Some(None) => seen.flaw(
            "nbf",
            "a value that is no whole number",
            "a time in whole seconds",
            "RFC 7519 §4.1.5",
        ),
        Some(Some(nbf)) if nbf > now => seen.flaw(
            "nbf",
            nbf.to_string(),
            format!("a time up to {now}"),
            "RFC 7519 §4.1.5",
        ),
        None | Some(Some(_)) => {}
    }
    if seen
        .claims
        .get("cnf")
        .is_some_and(|cnf| thumbprint(cnf).is_none())
    {
        seen.flaw(
            "cnf",
            "a binding that this server does not know",
            "jkt alone, the thumbprint of a DPoP key",
            "RFC 7800 §3.1, RFC 9449 §6.1",
        );
    }
    let jti = seen.text("jti").to_owned();
    if !jti.is_empty() && revoked(&jti) {
        seen.flaw(
            "revocation",
            "a token that was revoked",
            "one that was not",
            "RFC 7009 §2",
        );
    }
}

/// Whether `act` names somebody at each level, nobody as their own actor, and not too many.
fn look_at_actors(seen: &mut Seen) {
    let subject = seen.claims.get("sub").cloned();
    let mut next = seen.claims.get("act").cloned();
    let mut depth = 0;
    while let Some(act) = next {
        depth += 1;
        let sub = act.get("sub").and_then(Value::as_str).unwrap_or("");
        let wrong = if sub.is_empty() {
            Some("an actor without a name")
        } else if depth == 1 && subject.as_ref().and_then(Value::as_str) == Some(sub) {
            Some("the subject as its own actor")
        } else if depth > MAX_ACTORS {
            Some("more actors than this server allows")
        } else {
            None
        };
        if let Some(found) = wrong {
            return seen.flaw(
                "act",
                found,
                format!("objects with sub, at most {MAX_ACTORS}, none of them the subject"),
                "RFC 8693 §4.1",
            );
        }
        next = act.get("act").cloned();
    }
}

fn claim_name(claim: &str) -> &'static str {
    match claim {
        "sub" => "sub",
        "client_id" => "client_id",
        _ => "jti",
    }
}

/// Why a part of a token is no JSON object: what it is instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// No bytes.
    #[error(transparent)]
    Base64(#[from] B64Error),
    /// Not JSON.
    #[error("text that is not JSON, {0}")]
    NotJson(#[from] JsonError),
    /// A member stands twice.
    #[error("the member {} twice", quote(.0))]
    Twice(String),
    /// JSON of another type.
    #[error("JSON that is not an object")]
    NoObject,
}

/// A base64url part as a JSON object without duplicate members.
pub fn object(part: &str) -> Result<Map<String, Value>, PartError> {
    let json = json::parse(&b64::decode(part)?)?;
    if let Some(twice) = json.duplicates.into_iter().next() {
        return Err(PartError::Twice(twice));
    }
    match json.value {
        Value::Object(members) => Ok(members),
        _ => Err(PartError::NoObject),
    }
}
