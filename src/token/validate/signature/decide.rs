//! What the keys say: the first that verifies decides; else why none does.

use super::{
    end::End,
    keys::{Named, ambiguity, name, sharing, used},
    would_fit::{Misfit, length},
};
use crate::{
    jose::{
        Alg, Family, KeyError,
        crypto::{self, VerifyError},
        jwk::Task,
    },
    kit::text::escape,
    token::{
        decode::Signed,
        validate::{
            Candidate, KeyOwner, Signature, SignatureVerdict,
            confusion::{confused, spellings},
            steps::{self, Check, Outcome, Step},
        },
    },
};

/// Keys whose failure is explained, so that a hostile set costs little.
const MOST_EXPLAINED: usize = 16;

pub(super) fn decide(
    candidates: &[&Candidate],
    named: &Named<'_>,
    alg: &Alg,
    signed: &Signed<'_>,
    detached: Option<&[u8]>,
    bytes: &[u8],
) -> Result<SignatureVerdict, End> {
    let input = &*signed.input(detached);
    let mut failed: Vec<&Candidate> = Vec::new();
    let mut unfit: Vec<(&Candidate, KeyError)> = Vec::new();
    let mut unsupported: Option<(&Candidate, String)> = None;
    for candidate in candidates {
        let prepared = candidate.facts().prepared.as_ref();
        match crypto::verify_with(prepared, &candidate.jwk, alg, input, bytes) {
            Ok(()) => {
                return match public_secret(candidate, named) {
                    Some(reason) => Err(End::invalid(Check::KeyType, reason).by(candidate, named)),
                    None => Ok(valid(candidate, named, alg)),
                };
            }
            Err(VerifyError::Invalid) => failed.push(candidate),
            Err(VerifyError::Unsupported(alg)) => {
                unsupported = Some((candidate, format!("alg `{}`", escape(alg.name()))));
            }
            Err(VerifyError::Key(KeyError::Unsupported(what))) => {
                unsupported = Some((candidate, what.to_string()));
            }
            Err(VerifyError::Key(error)) => unfit.push((candidate, error)),
        }
    }
    let tried = failed.len();
    failed.retain(|key| named.given || named.names(key));
    let misfit = Misfit {
        alg,
        signed,
        detached,
        signature: bytes,
        named,
    };
    let hint = failed
        .iter()
        .take(MOST_EXPLAINED)
        .find_map(|key| Some((*key, misfit.would_fit(key)?)));
    if let Some((key, hint)) = hint {
        let reason = format!("The signature does not fit {}. {hint}", name(key));
        return Err(End::invalid(Check::Signature, reason).by(key, named));
    }
    if let [key] = failed[..] {
        let shape = der_hint(alg, bytes).unwrap_or_default();
        let empty = if signed.payload.is_empty() && detached.is_none() {
            " The payload is empty: if its content is detached, give it (RFC 7515 appendix F)."
        } else {
            ""
        };
        let reason = format!(
            "The signature does not fit {}: header or payload were changed, or another key signed.{shape}{empty}",
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
        let hint = misfit.of_others().map(|hint| format!(" {hint}"));
        let reason = format!(
            "The issuer's key is not known: {keys}, and the token does not say which key did.{}",
            hint.unwrap_or_default()
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
    let hmac = alg.family() == Family::Hmac;
    let made = unfit.iter().filter(|(c, _)| hmac && c.jwk.kty() != "oct");
    let made = made
        .take(MOST_EXPLAINED)
        .find_map(|(c, _)| Some((*c, confused(signed, &c.jwk)?)));
    if let Some((key, form)) = made {
        let reason = format!(
            "Key confusion: the header says {alg}, but {} is a public key, which anyone could use as an \
             HMAC secret (RFC 8725 §2.1). It was made with the public key as the secret ({form}).",
            name(key)
        );
        return Err(End::invalid(Check::KeyType, reason).by(key, named));
    }
    let hint = unfit
        .iter()
        .filter(|(key, _)| named.given || named.names(key))
        .take(MOST_EXPLAINED)
        .find_map(|(key, _)| Some((*key, misfit.would_fit_unfit(key)?)));
    if let Some((key, hint)) = hint {
        let reason = format!("The signature is not by {}. {hint}", name(key));
        return Err(End::invalid(Check::KeyType, reason).by(key, named));
    }
    let own = !named.several && ((named.given && named.keys.len() == 1) || named.names(key));
    if !own {
        let also = misfit.another_key(candidates);
        let reason = format!(
            "None of the {} keys at hand fits {alg}: {error}.{}",
            unfit.len(),
            also.map(|hint| format!(" {hint}")).unwrap_or_default()
        );
        return Err(End::new(Signature::NoKey, Check::Key, reason));
    }
    if hmac && key.jwk.kty() != "oct" {
        let pointed = named.kid.is_some() && named.kid == key.jwk.kid();
        let whole = length(&key.jwk, alg) == Some(bytes.len());
        if !pointed && whole {
            // Servers sign so what they alone read, as refresh tokens: nothing says that this key is
            // meant.
            let reason = format!(
                "{alg} is made and checked with a shared secret, and {} is a public key: it says nothing \
                 of this token, and must not serve as its secret (RFC 8725 §2.1). Servers sign so what \
                 they alone read, such as refresh tokens.",
                name(key)
            );
            return Err(End::new(Signature::NoKey, Check::Key, reason));
        }
        let why = if whole {
            "No spelling of that key that was tried made it."
        } else {
            "What stands there is no HMAC of that length: the header was changed, or its maker names the wrong algorithm."
        };
        let reason = format!(
            "Key confusion: the header says {alg}, but {} is a public key, which anyone could use as an \
             HMAC secret (RFC 8725 §2.1). {why}",
            name(key)
        );
        return Err(End::invalid(Check::KeyType, reason).by(key, named));
    }
    let at = match error {
        KeyError::Weak { .. } => Check::KeyStrength,
        KeyError::Mismatch { .. } if key.jwk.allows(Task::Verify).is_err() => Check::KeyUse,
        KeyError::Mismatch { .. } => Check::KeyType,
        _ => Check::KeyForm,
    };
    let reason = match at {
        Check::KeyStrength | Check::KeyForm => format!("{}: {error}.", name(key)),
        _ => format!("The algorithm does not fit the key: {error}."),
    };
    Err(End::invalid(at, reason).by(key, named))
}

/// Why a secret that verified is none: everybody can have it. `None` when it is one.
fn public_secret(key: &Candidate, named: &Named<'_>) -> Option<String> {
    if key.jwk.kty() != "oct" {
        return None;
    }
    let secret = crypto::keys::secret(&key.jwk).ok()?;
    let what = key.facts().public.map(str::to_owned).or_else(|| {
        let others = named.keys.iter().filter(|other| other.jwk.kty() != "oct");
        others.take(MOST_EXPLAINED).find_map(|other| {
            let mut all = spellings(&other.jwk).into_iter();
            let (form, _) = all.find(|(_, bytes)| *bytes == *secret)?;
            Some(format!("the {form} of {}", name(other)))
        })
    })?;
    Some(format!(
        "Key confusion: it fits {}, but that secret is {what}, which everybody can have: anyone could \
         have made this token, and a server that accepts it takes what anybody signs (RFC 8725 §2.1, \
         CVE-2016-10555). Give it as a key, not as a secret.",
        name(key)
    ))
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
    let malformed = key.facts().malformed.as_ref();
    let malformed = malformed.map(|what| format!("{what}: other programs refuse it."));
    let weak = weakness(key, alg);
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
            Check::KeyForm => failed(step, malformed.as_deref()),
            Check::KeyStrength => failed(step, weak.as_deref()),
            _ => {}
        }
    }
    let key_problems: Vec<String> = weak.into_iter().chain(malformed).collect();
    for problem in &key_problems {
        reason.push_str(" But ");
        reason.push_str(problem);
    }
    SignatureVerdict {
        signature: Signature::Valid,
        reason,
        key: Some(used),
        key_problems,
        remarks: key.remarks(named.now),
        steps,
    }
}

/// Marks a step as failed when there is something wrong.
fn failed(step: &mut Step, what: Option<&str>) {
    if let Some(what) = what {
        step.outcome = Outcome::Failed;
        what.clone_into(&mut step.detail);
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
