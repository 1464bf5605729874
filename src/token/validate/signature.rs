//! The signature: is it readable, which keys may decide, and what do they say?

mod decide;
mod end;
mod keys;
mod readings;
mod would_fit;

use serde_json::Value;

use self::{
    decide::decide,
    end::End,
    keys::{Named, candidates},
    would_fit::Misfit,
};
use super::{
    Candidate, KeyOwner, KeyUsed, Policy, Signature, SignatureVerdict, critical::critical,
    steps::Check,
};
use crate::{
    jose::{Alg, Jwk, b64},
    kit::text::{capital, escape},
    token::{
        Form, Kind, ProblemKind, Token,
        decode::{self, Signed},
        mask,
    },
};

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
    // Where only the signature is short, its key may tell more: see `checked`.
    if let Some(cut) = token.problems.iter().find(|p| p.kind == ProblemKind::Cut)
        && (cut.part != "signature" || mask::find(&token.raw).is_some())
    {
        let reason = format!("The token is {}. Copy the whole token.", cut.message);
        return Err(End::new(Signature::Cut, Check::Form, reason));
    }
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
    let verdict = checked(token, signed, &alg, several, keys, policy);
    let Some(reason) = critical(signed, &policy.understood) else {
        return verdict;
    };
    // Whether the token is refused for `crit` alone is worth knowing: profiles demand such members.
    let also = match &verdict {
        Ok(verdict) if verdict.signature == Signature::Valid => " The signature itself fits.",
        Err(end) if end.signature == Signature::Invalid && end.at == Check::Signature => {
            " The signature does not fit either."
        }
        _ => "",
    };
    Err(End::invalid(Check::Critical, format!("{reason}{also}")))
}

/// What the keys say of a signature, `crit` apart.
fn checked(
    token: &Token,
    signed: &Signed<'_>,
    alg: &Alg,
    several: bool,
    keys: &[Candidate],
    policy: &Policy,
) -> Result<SignatureVerdict, End> {
    let padded = padded(signed);
    let text = if padded {
        signed.signature.trim_end_matches('=')
    } else {
        &signed.signature
    };
    let short = decode::short_signature(alg, text).filter(|_| !is_of_length(keys, text));
    let short = short.map(|why| format!("The token is cut short or masked: {why}."));
    let cut = |why: &str| {
        let reason = format!("{why} It cannot be judged: copy the whole token.");
        End::new(Signature::Cut, Check::Signature, reason)
    };
    let bytes = b64::decode(text).map_err(|e| {
        // Where it was cut, its last bits belong to no byte.
        if let Some(why) = &short {
            return cut(why);
        }
        let missing = match e {
            b64::B64Error::Character { .. } => "",
            _ => " Its end seems to be missing: the token is cut short.",
        };
        End::invalid(
            Check::Encoding,
            format!("The signature is not base64url: {e}.{missing}"),
        )
    })?;
    if let Alg::Other(_) = alg {
        let reason = format!(
            "`{}` is not an algorithm that is supported here: the signature was not checked.",
            escape(alg.name())
        );
        return Err(End::new(Signature::Unsupported, Check::Algorithm, reason));
    }
    if !policy.algs.is_empty() && !policy.algs.contains(alg) {
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
            now: policy.now,
        };
        let mark = |key: Option<KeyUsed>| {
            key.map(|key| KeyUsed {
                owner: KeyOwner::Brought,
                ..key
            })
        };
        return match decide(
            &[&own],
            &named,
            alg,
            signed,
            policy.detached.as_deref(),
            &bytes,
        ) {
            Ok(verdict) => Ok(SignatureVerdict {
                key: mark(verdict.key),
                reason: format!("{} {POSSESSION}", verdict.reason),
                ..verdict
            }),
            Err(end) => Err(End {
                key: mark(end.key),
                ..end
            }),
        };
    }
    let (fitting, left_out) = candidates(token, signed, keys);
    let named = Named {
        kid: signed.members().get("kid").and_then(Value::as_str),
        issuer: token.claim_text("iss"),
        // Of several signatures a key that was given can have made one only.
        given: policy.keys_given && !several,
        several,
        keys,
        now: policy.now,
    };
    if fitting.is_empty() {
        let misfit = Misfit {
            alg,
            signed,
            detached: policy.detached.as_deref(),
            signature: &bytes,
            named: &named,
        };
        let reason = match misfit.of_others() {
            Some(hint) => format!("{left_out} {hint}"),
            None => left_out,
        };
        let reason = match &short {
            Some(why) => format!("{reason} {why}"),
            None => reason,
        };
        return Err(End::new(Signature::NoKey, Check::Key, reason));
    }
    if let Some(why) = &short {
        return Err(cut(why));
    }
    let verdict = decide(
        &fitting,
        &named,
        alg,
        signed,
        policy.detached.as_deref(),
        &bytes,
    );
    if !padded {
        return verdict;
    }
    // Padding that was not signed came on the way: that is what is wrong then.
    let mut verdict = match (verdict, encoding(token, signed)) {
        (Ok(verdict), _) => verdict,
        (Err(_), Err(strict)) => return Err(strict),
        (Err(end), Ok(())) => return Err(end),
    };
    verdict.reason = format!("{} {PADDED}", verdict.reason);
    let steps = verdict.steps.iter_mut();
    for step in steps.filter(|step| step.check == Check::Encoding) {
        PADDED.clone_into(&mut step.detail);
    }
    Ok(verdict)
}

/// Whether a signature has all that an RSA key at hand makes, or more: however unusual, it is not short.
fn is_of_length(keys: &[Candidate], text: &str) -> bool {
    let mut moduli = keys.iter().filter_map(|key| key.jwk.text("n"));
    moduli.any(|n| n.len() <= text.len())
}

/// The algorithm, if header and form allow a check at all.
fn readable(token: &Token, signed: &Signed<'_>, policy: &Policy) -> Result<Alg, End> {
    let header = match &signed.header {
        Ok(header) => header,
        Err(reason) => {
            return Err(End::invalid(
                Check::Json,
                format!("{}.", capital(&reason.to_string())),
            ));
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
        let cut = if token.is_cut() {
            "was never signed, or it is cut: copy the whole token"
        } else {
            "is not signed"
        };
        let reason = format!(
            "The header names {}, but the signature part is missing: the token {cut}.",
            escape(alg.name())
        );
        return Err(End::new(Signature::None, Check::Signature, reason));
    }
    if !padded(signed) {
        encoding(token, signed)?;
    }
    if signed
        .members()
        .get("kid")
        .is_some_and(|kid| !kid.is_string())
    {
        let reason = "`kid` in the header is not a string (RFC 7515 §4.1.4).";
        return Err(End::invalid(Check::Json, reason));
    }
    if policy.detached.is_some() && !signed.payload.is_empty() {
        let reason = "The token carries a payload, and another was given as detached content: which \
                      of them is meant cannot be known (RFC 7515 appendix F).";
        return Err(End::invalid(Check::Form, reason));
    }
    Ok(alg)
}

/// Whether the parts are padded with `=` as a whole, and what is signed is the padded text: AWS load
/// balancers write their tokens so. A token that was padded on its way is another text than its issuer
/// signed, and its signature is refused as before.
fn padded(signed: &Signed<'_>) -> bool {
    // Padded as RFC 4648 §4 has it, each of them: padding that a forger adds stands at one.
    let whole = |part: &str| {
        let bare = part.trim_end_matches('=');
        part.len() == bare.len().next_multiple_of(4) && b64::check(bare).is_ok()
    };
    let parts = [&*signed.protected, &*signed.payload, &*signed.signature];
    parts.iter().all(|part| whole(part))
        && (parts[..2].iter().any(|part| part.ends_with('='))
            || parts[2].ends_with('=')
                && signed
                    .members()
                    .get("signer")
                    .and_then(Value::as_str)
                    .is_some_and(|signer| signer.starts_with("arn:aws")))
}

/// Whether a token is written in padded base64url from end to end, as its issuer signed it.
pub fn is_padded(token: &Token) -> bool {
    let all = decode::signed(token);
    !all.is_empty() && all.iter().all(padded)
}

/// What is said of a token whose padded text is what was signed.
const PADDED: &str = "Its parts are padded with `=`, which RFC 7515 §2 forbids and most programs refuse: AWS load balancers issue tokens so.";

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

/// What a proof is worth that verifies by the key that it brings.
const POSSESSION: &str = "That proves possession of this key alone: not whose it is, nor that the proof belongs to a request or a token (RFC 9449 §4.3).";

/// The public key in the header of a proof of possession, which alone decides about it. Of any other
/// kind of token such a key is the sender's word for itself, and decides nothing.
fn brought(token: &Token, signed: &Signed<'_>) -> Option<Candidate> {
    if token.kind != Kind::DpopProof {
        return None;
    }
    let jwk = Jwk(signed.members().get("jwk")?.as_object()?.clone());
    (!jwk.is_private()).then(|| Candidate::new(jwk, "the header of the proof".into(), None))
}
