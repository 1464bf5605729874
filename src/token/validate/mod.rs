//! Verdicts: is the signature good, by which key, and do the claims hold now?

mod candidate;
mod claims;
mod confusion;
mod critical;
mod policy;
mod presentation;
mod signature;
pub mod steps;
mod verdict;

use self::{claims::claims_problems, signature::signatures};
use super::Token;

pub use self::{
    candidate::Candidate,
    claims::life,
    confusion::{confusion, spellings},
    critical::{Criticality, criticality},
    policy::Policy,
    presentation::{key_binding_words, presentation_problems, presented},
    signature::is_padded,
    verdict::{KeyOwner, KeyUsed, Life, Signature, SignatureVerdict, Verdict},
};

/// Judges `token` with `keys`.
///
/// The key decides the algorithm, never the header alone. A key that an issuer published verifies
/// only that issuer's tokens; a `kid` in the header selects among the keys that have one. The
/// signed bytes are the received bytes, read strictly: what [`super::decode`] forgives (padding,
/// stray bits) makes the signature invalid here.
///
/// Of several signatures (general JSON form) at least one must be valid and none may be bad: one for
/// which no key is at hand says nothing (RFC 7515 §5.2).
///
/// ```
/// use delegraph::{
///     kit::clock::Clock,
///     token::{
///         decode::decode,
///         validate::{Policy, Signature, judge},
///     },
/// };
///
/// let token = decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
/// let verdict = judge(&token, &[], &Policy::at(Clock::System.now()));
/// assert_eq!(verdict.signature, Signature::None);
/// assert!(!verdict.verified());
/// ```
pub fn judge(token: &Token, keys: &[Candidate], policy: &Policy) -> Verdict {
    let signatures = signatures(token, keys, policy);
    let (signature, reason, decisive) = overall(&signatures);
    let decisive = decisive.and_then(|n| signatures.get(n));
    Verdict {
        signature,
        reason,
        key: decisive.and_then(|one| one.key.clone()),
        key_problems: decisive.map_or_else(Vec::new, |one| one.key_problems.clone()),
        remarks: decisive.map_or_else(Vec::new, |one| one.remarks.clone()),
        claims_problems: claims_problems(token, policy),
        presentation_problems: presentation_problems(token, policy),
        life: life(token, policy.now, policy.leeway),
        signatures,
    }
}

/// What the signatures come to together, and the number of the one that decides.
fn overall(all: &[SignatureVerdict]) -> (Signature, String, Option<usize>) {
    if let [one] = all {
        return (one.signature, one.reason.clone(), Some(0));
    }
    let first = |states: &[Signature]| all.iter().position(|one| states.contains(&one.signature));
    let bad = first(&[Signature::Invalid, Signature::None]);
    let decisive = bad
        .or_else(|| first(&[Signature::Valid]))
        .or_else(|| first(&[Signature::Unsupported, Signature::Cut]))
        .or_else(|| first(&[Signature::NoKey]));
    let Some(n) = decisive else {
        return (Signature::None, "There is no signature.".into(), None);
    };
    let of = format!("Signature {} of {}: {}", n + 1, all.len(), all[n].reason);
    let open = all
        .iter()
        .filter(|one| {
            matches!(
                one.signature,
                Signature::NoKey | Signature::Unsupported | Signature::Cut
            )
        })
        .count();
    match all[n].signature {
        Signature::Invalid | Signature::None => (Signature::Invalid, of, decisive),
        Signature::Valid if open > 0 => (
            Signature::Valid,
            format!("{of} {open} of the others could not be checked."),
            decisive,
        ),
        Signature::Valid => (
            Signature::Valid,
            format!("All {} signatures are valid. {of}", all.len()),
            decisive,
        ),
        state => (state, of, decisive),
    }
}
