//! The signature: is it readable, which keys may decide, and what do they say?

use serde_json::Value;

use super::{
    Candidate, KeyOwner, KeyUsed, Policy, Signature, capital, confusion, critical::critical,
};
use crate::{
    jose::{
        Alg, Family, Jwk, KeyError, b64,
        crypto::{self, VerifyError},
    },
    kit::text::escape,
    token::{
        Form, ProblemKind, Token,
        decode::{self, Signed},
    },
};

pub(super) type Outcome = (Signature, String, Option<KeyUsed>);

pub(super) fn signature(token: &Token, keys: &[Candidate], policy: &Policy) -> Outcome {
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
    let named = Named {
        kid: token.header_text("kid"),
        issuer: token.claim_text("iss"),
        given: policy.keys_given,
        keys,
    };
    decide(token, &fitting, &named, &alg, &parts, &bytes)
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

fn used(candidate: &Candidate, named: &Named<'_>) -> KeyUsed {
    let thumbprint = candidate.jwk.thumbprint().ok();
    let mut published = named
        .keys
        .iter()
        .filter(|c| c.issuer.is_some() && c.issuer.as_deref() == named.issuer)
        .peekable();
    let any = published.peek().is_some();
    let is_published = candidate.issuer.is_some()
        || published.any(|c| thumbprint.is_some() && c.jwk.thumbprint().ok() == thumbprint);
    KeyUsed {
        kid: candidate.jwk.kid().map(|k| escape(k).into_owned()),
        thumbprint,
        from: candidate.from.clone(),
        owner: match (is_published, any) {
            (true, _) => KeyOwner::Issuer,
            (false, true) => KeyOwner::Other,
            (false, false) => KeyOwner::Given,
        },
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

/// What singles a key out among those at hand.
struct Named<'a> {
    kid: Option<&'a str>,
    /// The token's issuer, if it names one: keys of others have been left out then.
    issuer: Option<&'a str>,
    given: bool,
    /// All that are at hand.
    keys: &'a [Candidate],
}

impl Named<'_> {
    /// Whether the token itself points to this key.
    fn names(&self, key: &Candidate) -> bool {
        (self.issuer.is_some() && key.issuer.is_some())
            || (self.kid.is_some() && self.kid == key.jwk.kid())
    }
}

fn decide(
    token: &Token,
    candidates: &[&Candidate],
    named: &Named<'_>,
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
                let used = used(candidate, named);
                let mut reason = format!("{alg} verified by {}", name(candidate));
                reason.push_str(match used.owner {
                    KeyOwner::Other => {
                        ", which is none of the keys that its issuer publishes: whoever holds it can write what they like."
                    }
                    KeyOwner::Issuer | KeyOwner::Given => ".",
                });
                if let Some(weak) = weak_secret(&candidate.jwk, alg) {
                    reason.push(' ');
                    reason.push_str(&weak);
                }
                return (Signature::Valid, reason, Some(used));
            }
            Err(VerifyError::Invalid) => failed.push(candidate),
            Err(VerifyError::Unsupported(what) | VerifyError::Key(KeyError::Unsupported(what))) => {
                unsupported = Some((candidate, what));
            }
            Err(VerifyError::Key(error)) => unfit.push((candidate, error)),
        }
    }
    let tried = failed.len();
    failed.retain(|key| named.given || named.names(key));
    if let [key] = failed[..] {
        let shape = der_hint(alg, bytes).unwrap_or_default();
        let reason = format!(
            "The signature does not fit {}: header or payload were changed, or another key signed.{shape}",
            name(key)
        );
        return (Signature::Invalid, reason, Some(used(key, named)));
    }
    if !failed.is_empty() {
        let reason = format!(
            "The signature fits none of the {} keys that could have made it, among them {}.",
            failed.len(),
            name(failed[0])
        );
        return (Signature::Invalid, reason, None);
    }
    if tried > 0 {
        let keys = if tried == 1 {
            "the one key at hand that could have did not make it".to_owned()
        } else {
            format!("none of the {tried} keys at hand that could have made it")
        };
        let reason = format!(
            "The issuer's key is not known: {keys}, and the token does not say which key did."
        );
        return (Signature::NoKey, reason, None);
    }
    if let Some((key, what)) = unsupported {
        let reason = format!("{} is {what}, which is not supported here.", name(key));
        return (Signature::Unsupported, reason, None);
    }
    let Some((key, error)) = unfit.first() else {
        return (Signature::NoKey, "No key fits.".into(), None);
    };
    let own = (named.given && named.keys.len() == 1) || named.names(key);
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
        return (Signature::Invalid, reason, Some(used(key, named)));
    }
    let reason = format!("The algorithm does not fit the key: {error}.");
    (Signature::Invalid, reason, Some(used(key, named)))
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
