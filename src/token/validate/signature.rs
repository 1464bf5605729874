//! The signature: is it readable, which keys may decide, and what do they say?

use serde_json::Value;

use super::{
    Candidate, KeyOwner, KeyUsed, Policy, Signature, SignatureVerdict, capital,
    confusion::confused,
    critical::critical,
    steps::{self, Check, Outcome},
};
use crate::{
    jose::{
        Alg, Family, Jwk, KeyError, b64,
        crypto::{self, VerifyError},
        jwk::Task,
    },
    kit::text::escape,
    token::{
        Form, Kind, ProblemKind, Token,
        decode::{self, Signed},
    },
};

/// Where a verification ended without a valid signature.
struct End {
    signature: Signature,
    reason: String,
    key: Option<KeyUsed>,
    at: Check,
}

impl End {
    fn new(signature: Signature, at: Check, reason: impl Into<String>) -> Self {
        Self {
            signature,
            reason: reason.into(),
            key: None,
            at,
        }
    }

    fn invalid(at: Check, reason: impl Into<String>) -> Self {
        Self::new(Signature::Invalid, at, reason)
    }

    fn by(mut self, key: &Candidate, named: &Named<'_>) -> Self {
        self.key = Some(used(key, named));
        self
    }
}

impl From<End> for SignatureVerdict {
    fn from(end: End) -> Self {
        let outcome = match end.signature {
            Signature::Unsupported | Signature::NoKey => Outcome::Open,
            _ => Outcome::Failed,
        };
        Self {
            signature: end.signature,
            steps: steps::until(end.at, outcome, &end.reason),
            reason: end.reason,
            key: end.key,
            key_problems: Vec::new(),
        }
    }
}

/// A verdict for each signature; never empty.
pub(super) fn signatures(
    token: &Token,
    keys: &[Candidate],
    policy: &Policy,
) -> Vec<SignatureVerdict> {
    let all = match whole(token) {
        Ok(all) => all,
        Err(end) => return vec![end.into()],
    };
    let mixed = all
        .windows(2)
        .any(|two| two[0].unencoded() != two[1].unencoded());
    all.iter()
        .map(|signed| {
            if mixed {
                let reason = "`b64` is not the same for all signatures (RFC 7797 §3).";
                return End::invalid(Check::Critical, reason).into();
            }
            one(token, signed, all.len() > 1, keys, policy).unwrap_or_else(SignatureVerdict::from)
        })
        .collect()
}

/// The signatures of a token whose form allows to check any.
fn whole(token: &Token) -> Result<Vec<Signed<'_>>, End> {
    match token.form {
        Form::Opaque => {
            return Err(End::new(
                Signature::None,
                Check::Form,
                "An opaque token has no signature: only its issuer can judge it (RFC 7662).",
            ));
        }
        Form::Jwe => {
            return Err(End::new(
                Signature::Unsupported,
                Check::Form,
                "The token is encrypted: decrypt it, then verify what is inside.",
            ));
        }
        Form::Compact | Form::Flattened | Form::General => {}
    }
    let about = |kind: ProblemKind| {
        token
            .problems
            .iter()
            .find(|p| p.part == "token" && p.kind == kind)
            .map(|p| format!("{}.", capital(&p.message)))
    };
    if let Some(reason) = about(ProblemKind::Json) {
        return Err(End::invalid(Check::Form, reason));
    }
    if let Some(reason) = about(ProblemKind::Encoding) {
        return Err(End::invalid(Check::Encoding, reason));
    }
    if let Some(reason) = about(ProblemKind::Duplicate) {
        return Err(End::invalid(Check::Json, reason));
    }
    let all = decode::signed(token);
    if all.is_empty() {
        if token.form == Form::General {
            let reason = "The list of signatures is empty: the token is not signed.";
            return Err(End::new(Signature::None, Check::Form, reason));
        }
        let reason = "The token does not have the three parts of a JWS (RFC 7515 §3.1).";
        return Err(End::invalid(Check::Form, reason));
    }
    if all.len() > decode::MAX_SIGNATURES {
        let reason = format!(
            "More than {} signatures: none of them was verified.",
            decode::MAX_SIGNATURES
        );
        return Err(End::invalid(Check::Form, reason));
    }
    Ok(all)
}

fn one(
    token: &Token,
    signed: &Signed<'_>,
    several: bool,
    keys: &[Candidate],
    policy: &Policy,
) -> Result<SignatureVerdict, End> {
    let alg = readable(token, signed, policy)?;
    let bytes = b64::decode(&signed.signature).map_err(|e| {
        let reason = format!("The signature is not base64url: {e}.");
        End::invalid(Check::Encoding, reason)
    })?;
    if let Alg::Other(_) = alg {
        let reason = format!(
            "`{}` is not an algorithm that is supported here: the signature was not checked.",
            escape(alg.name())
        );
        return Err(End::new(Signature::Unsupported, Check::Algorithm, reason));
    }
    if !policy.algs.is_empty() && !policy.algs.contains(&alg) {
        let allowed: Vec<&str> = policy.algs.iter().map(Alg::name).collect();
        let reason = format!(
            "{alg} is not allowed here: allowed is {}.",
            allowed.join(", ")
        );
        return Err(End::invalid(Check::Algorithm, reason));
    }
    if let Some(own) = brought(token, signed).filter(|_| !policy.keys_given) {
        let named = Named {
            kid: None,
            issuer: None,
            given: true,
            several,
            keys: std::slice::from_ref(&own),
        };
        let input = signed.input(policy.detached.as_deref());
        let mark = |key: Option<KeyUsed>| {
            key.map(|key| KeyUsed {
                owner: KeyOwner::Brought,
                ..key
            })
        };
        return match decide(&[&own], &named, &alg, signed, &input, &bytes) {
            Ok(verdict) => Ok(SignatureVerdict {
                key: mark(verdict.key),
                ..verdict
            }),
            Err(end) => Err(End {
                key: mark(end.key),
                ..end
            }),
        };
    }
    let (fitting, left_out) = candidates(token, signed, keys);
    if fitting.is_empty() {
        return Err(End::new(Signature::NoKey, Check::Key, left_out));
    }
    let named = Named {
        kid: signed.members().get("kid").and_then(Value::as_str),
        issuer: token.claim_text("iss"),
        // Of several signatures a key that was given can have made one only.
        given: policy.keys_given && !several,
        several,
        keys,
    };
    decide(
        &fitting,
        &named,
        &alg,
        signed,
        &signed.input(policy.detached.as_deref()),
        &bytes,
    )
}

/// The algorithm, if header and form allow a check at all.
fn readable(token: &Token, signed: &Signed<'_>, policy: &Policy) -> Result<Alg, End> {
    let header = match &signed.header {
        Ok(header) => header,
        Err(reason) => {
            return Err(End::invalid(Check::Json, format!("{}.", capital(reason))));
        }
    };
    if let Some(pointer) = header.duplicates.first() {
        let reason = format!(
            "The header has `{}` twice: readers differ in which one they take (RFC 7515 §4).",
            escape(pointer.trim_start_matches('/'))
        );
        return Err(End::invalid(Check::Json, reason));
    }
    let alg = match signed.members().get("alg") {
        Some(Value::String(name)) => Alg::parse(name),
        Some(_) => {
            let reason = "`alg` in the header is not a string (RFC 7515 §4.1.1).";
            return Err(End::invalid(Check::Algorithm, reason));
        }
        None => {
            let reason = "The header has no `alg` (RFC 7515 §4.1.1).";
            return Err(End::invalid(Check::Algorithm, reason));
        }
    };
    if alg.name().eq_ignore_ascii_case("none") {
        let carries = if signed.signature.is_empty() {
            ""
        } else {
            " It carries a signature all the same, which proves nothing."
        };
        let case = if alg == Alg::None {
            ""
        } else {
            ", written so that a careless comparison lets it pass"
        };
        let reason = format!(
            "`alg` is `{}`{case}: the token is not signed, anyone can make it (RFC 8725 §3.2).{carries}",
            escape(alg.name())
        );
        return Err(End::new(Signature::None, Check::Algorithm, reason));
    }
    if signed.signature.is_empty() {
        let reason = format!(
            "The header names {}, but the signature part is missing: the token is not signed.",
            escape(alg.name())
        );
        return Err(End::new(Signature::None, Check::Signature, reason));
    }
    encoding(token, signed)?;
    if signed
        .members()
        .get("kid")
        .is_some_and(|kid| !kid.is_string())
    {
        let reason = "`kid` in the header is not a string (RFC 7515 §4.1.4).";
        return Err(End::invalid(Check::Json, reason));
    }
    if let Some(reason) = critical(signed) {
        return Err(End::invalid(Check::Critical, reason));
    }
    if policy.detached.is_some() && !signed.payload.is_empty() {
        let reason = "The token carries a payload, and another was given as detached content: which \
                      of them is meant cannot be known (RFC 7515 appendix F).";
        return Err(End::invalid(Check::Form, reason));
    }
    Ok(alg)
}

/// Header and payload are base64url, strictly. With `b64: false` the payload is not, and need not be
/// (RFC 7797 §3).
fn encoding(token: &Token, signed: &Signed<'_>) -> Result<(), End> {
    // What the decoder found says it best.
    let found = token
        .problems
        .iter()
        .find(|p| p.kind == ProblemKind::Encoding && p.part != "signature");
    if let (Some(problem), false) = (found, signed.unencoded()) {
        let reason = format!("{}.", capital(&problem.message));
        return Err(End::invalid(Check::Encoding, reason));
    }
    if token.form == Form::Compact {
        return Ok(()); // the decoder has read both strictly
    }
    let mut parts = vec![("header", &*signed.protected)];
    if !signed.unencoded() {
        parts.push(("payload", &*signed.payload));
    }
    for (name, text) in parts {
        if let Err(e) = b64::decode(text) {
            let reason = format!("The {name} is not base64url: {e}.");
            return Err(End::invalid(Check::Encoding, reason));
        }
    }
    Ok(())
}

/// The public key in the header of a proof of possession, which alone decides about it. Of any other
/// kind of token such a key is the sender's word for itself, and decides nothing.
fn brought(token: &Token, signed: &Signed<'_>) -> Option<Candidate> {
    if token.kind != Kind::DpopProof {
        return None;
    }
    let jwk = Jwk(signed.members().get("jwk")?.as_object()?.clone());
    (!jwk.is_private()).then(|| Candidate::new(jwk, "the header of the proof".into(), None))
}

/// The keys that may verify this signature, and if there are none, why.
fn candidates<'a>(
    token: &Token,
    signed: &Signed<'_>,
    keys: &'a [Candidate],
) -> (Vec<&'a Candidate>, String) {
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
    let Some(kid) = signed.members().get("kid").and_then(Value::as_str) else {
        return (trusted, String::new());
    };
    let selected: Vec<&Candidate> = trusted
        .iter()
        .copied()
        .filter(|c| c.jwk.kid().is_none_or(|k| k == kid))
        .collect();
    if !selected.is_empty() {
        return (selected, String::new());
    }
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
    let thumbprint = candidate.facts().thumbprint.clone();
    let mut published = named
        .keys
        .iter()
        .filter(|c| c.issuer.is_some() && c.issuer.as_deref() == named.issuer)
        .peekable();
    let any = published.peek().is_some();
    let is_published = candidate.issuer.is_some()
        || published.any(|c| thumbprint.is_some() && c.facts().thumbprint == thumbprint);
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

fn name(candidate: &Candidate) -> &str {
    &candidate.facts().name
}

/// What singles a key out among those at hand.
struct Named<'a> {
    kid: Option<&'a str>,
    /// The token's issuer, if it names one: keys of others have been left out then.
    issuer: Option<&'a str>,
    given: bool,
    /// There are other signatures: a key of another type may be theirs, even with the same `kid` (RFC
    /// 7517 §4.5).
    several: bool,
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
    candidates: &[&Candidate],
    named: &Named<'_>,
    alg: &Alg,
    signed: &Signed<'_>,
    input: &[u8],
    bytes: &[u8],
) -> Result<SignatureVerdict, End> {
    let mut failed: Vec<&Candidate> = Vec::new();
    let mut unfit: Vec<(&Candidate, KeyError)> = Vec::new();
    let mut unsupported: Option<(&Candidate, String)> = None;
    for candidate in candidates {
        let prepared = candidate.facts().prepared.as_ref();
        match crypto::verify_with(prepared, &candidate.jwk, alg, input, bytes) {
            Ok(()) => return Ok(valid(candidate, named, alg)),
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
        let detached = if signed.payload.is_empty() {
            " The payload is empty: if its content is detached, give it (RFC 7515 appendix F)."
        } else {
            ""
        };
        let reason = format!(
            "The signature does not fit {}: header or payload were changed, or another key signed.{shape}{detached}",
            name(key)
        );
        return Err(End::invalid(Check::Signature, reason).by(key, named));
    }
    if !failed.is_empty() {
        let reason = format!(
            "The signature fits none of the {} keys that could have made it, among them {}.{}",
            failed.len(),
            name(failed[0]),
            ambiguity(failed[0], named)
        );
        return Err(End::invalid(Check::Signature, reason));
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
        return Err(End::new(Signature::NoKey, Check::Key, reason));
    }
    if let Some((key, what)) = unsupported {
        let reason = format!("{} is {what}, which is not supported here.", name(key));
        return Err(End::new(Signature::Unsupported, Check::KeyType, reason));
    }
    let Some((key, error)) = unfit.first() else {
        return Err(End::new(Signature::NoKey, Check::Key, "No key fits."));
    };
    let own = !named.several && ((named.given && named.keys.len() == 1) || named.names(key));
    if !own {
        let reason = format!(
            "None of the {} keys at hand fits {alg}: {error}.",
            unfit.len()
        );
        return Err(End::new(Signature::NoKey, Check::Key, reason));
    }
    if alg.family() == Family::Hmac && key.jwk.kty() != "oct" {
        let made = unfit
            .iter()
            .find_map(|(c, _)| confused(signed, &c.jwk))
            .map(|form| format!(" It was made with the public key as the secret ({form})."))
            .unwrap_or_default();
        let reason = format!(
            "Key confusion: the header says {alg}, but {} is a public key, which anyone could \
             use as an HMAC secret (RFC 8725 §2.1).{made}",
            name(key)
        );
        return Err(End::invalid(Check::KeyType, reason).by(key, named));
    }
    let at = match error {
        KeyError::Weak(_) => Check::KeyStrength,
        _ if key.jwk.allows(Task::Verify).is_err() => Check::KeyUse,
        _ => Check::KeyType,
    };
    let reason = match error {
        KeyError::Weak(_) => format!("{}: {error}.", name(key)),
        _ => format!("The algorithm does not fit the key: {error}."),
    };
    Err(End::invalid(at, reason).by(key, named))
}

/// How many different keys of the key's own set have the `kid` that the token names, when there are
/// several (RFC 7517 §4.5).
fn sharing(key: &Candidate, named: &Named<'_>) -> Option<usize> {
    let kid = named.kid.filter(|kid| key.jwk.kid() == Some(kid))?;
    let mut prints: Vec<&Option<String>> = named
        .keys
        .iter()
        .filter(|other| other.issuer == key.issuer && other.from == key.from)
        .filter(|other| other.jwk.kid() == Some(kid))
        .map(|other| &other.facts().thumbprint)
        .collect();
    prints.sort();
    prints.dedup();
    (prints.len() > 1).then_some(prints.len())
}

/// The same as a sentence.
fn ambiguity(key: &Candidate, named: &Named<'_>) -> String {
    sharing(key, named).map_or_else(String::new, |count| {
        format!(
            " {count} different keys of that set have this `kid`, which should be distinct: each was tried (RFC 7517 §4.5)."
        )
    })
}

fn valid(key: &Candidate, named: &Named<'_>, alg: &Alg) -> SignatureVerdict {
    let used = used(key, named);
    let mut reason = format!("{alg} verified by {}", name(key));
    reason.push_str(match used.owner {
        KeyOwner::Other => {
            ", which is none of the keys that its issuer publishes: whoever holds it can write what they like."
        }
        KeyOwner::Issuer | KeyOwner::Given | KeyOwner::Brought => ".",
    });
    reason.push_str(&ambiguity(key, named));
    let mut steps = steps::until(Check::Signature, Outcome::Passed, "");
    let key_problems: Vec<String> = weakness(key, alg).into_iter().collect();
    for step in &mut steps {
        match step.check {
            Check::Algorithm => alg.name().clone_into(&mut step.detail),
            Check::Key if used.owner == KeyOwner::Other => {
                step.outcome = Outcome::Open;
                step.detail = format!("{}: none of the keys that the issuer publishes", name(key));
            }
            Check::Key => {
                name(key).clone_into(&mut step.detail);
                if let Some(count) = sharing(key, named) {
                    step.detail.push_str(&format!(
                        ": one of {count} different keys with this `kid`, which should be distinct (RFC 7517 §4.5)"
                    ));
                }
            }
            Check::KeyType => step.detail = key.jwk.describe(),
            Check::KeyStrength if !key_problems.is_empty() => {
                step.outcome = Outcome::Failed;
                step.detail = key_problems.join(" ");
            }
            _ => {}
        }
    }
    for problem in &key_problems {
        reason.push_str(" But ");
        reason.push_str(problem);
    }
    SignatureVerdict {
        signature: Signature::Valid,
        reason,
        key: Some(used),
        key_problems,
        steps,
    }
}

/// Why a key that verified is not worth its trust: a secret that can be guessed, a modulus that can
/// be factored.
fn weakness(key: &Candidate, alg: &Alg) -> Option<String> {
    let needed = match alg {
        Alg::Hs256 => 32,
        Alg::Hs384 => 48,
        Alg::Hs512 => 64,
        _ => {
            return key.facts().roca.then(|| {
                "its modulus bears the mark of a broken generator and can be factored (ROCA, CVE-2017-15361).".into()
            });
        }
    };
    let length = crypto::keys::secret(&key.jwk).ok()?.len();
    (length < needed).then(|| {
        format!(
            "its secret has {} bit where {alg} needs {}: it can be guessed (RFC 7518 §3.2).",
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
