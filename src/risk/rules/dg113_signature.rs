//! DG-113: signature bad or unknown.

use crate::{
    risk::{
        Severity,
        facts::sentence,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::validate::{KeyOwner, Signature},
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, silent, unknown, verdict};

pub(super) static RULE: Rule = Rule {
    id: "DG-113",
    title: "Signature bad or unknown",
    severity: Severity::Critical,
    floor: Severity::Low,
    condition: "the signature does not verify (critical), or only with a key that the issuer does not publish (high), or no key is known for its issuer and `kid` (medium)",
    why: "Nothing else that the token says can be trusted.",
    source: "RFC 7515 §5.2",
    fix: "Fetch the issuer's present keys; refuse the token when it still does not verify.",
    false_positives: "A token edited on purpose; a key that has been rotated away.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let Some(verdict) = &own.hop.verdict else {
        return Said::unknown("no verification was tried: there is no key");
    };
    let (severity, title, found) = match verdict.signature {
        Signature::Valid if verdict.signer() == Some(KeyOwner::Other) => (
            Severity::High,
            "Signed by another than its issuer",
            "verifies, but not with a key of the issuer",
        ),
        Signature::Valid => return Said::Silent,
        Signature::Invalid => (
            Severity::Critical,
            "Signature does not verify",
            "does not verify",
        ),
        // Nothing speaks against the token: it could not be checked.
        Signature::NoKey => (Severity::Medium, "Signing key not known", "no key found"),
        Signature::Unsupported | Signature::Cut => {
            return Said::unknown(format!("not checked: {}", verdict.reason));
        }
        Signature::None => {
            return Said::unknown("there is no signature to check (DG-101)");
        }
    };
    let draft = Draft {
        severity,
        claim: "signature".into(),
        found: found.into(),
        expected: "a signature that verifies with a key of the issuer".into(),
        message: format!(
            "The signature of {}: {}",
            own.name(),
            sentence(&verdict.reason)
        ),
        uncertain: false,
    };
    Said::Titled(title, draft)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    let with = |signature: Option<Signature>| {
        let mut evidence = alone(serde_json::json!({}));
        evidence.hops[0].verdict = signature.map(verdict);
        evidence
    };
    let by = |owner: KeyOwner| {
        let mut evidence = with(Some(Signature::Valid));
        let verdict = evidence.hops[0].verdict.as_mut();
        verdict.and_then(|v| v.key.as_mut()).unwrap().owner = owner;
        evidence
    };
    let in_a_lab = || {
        let mut evidence = alone(serde_json::json!({ "iss": "http://127.0.0.1:4000" }));
        evidence.hops[0].verdict = Some(verdict(Signature::NoKey));
        evidence
    };
    vec![
        fires(
            "invalid",
            Severity::Critical,
            with(Some(Signature::Invalid)),
        ),
        fires("no key", Severity::Medium, with(Some(Signature::NoKey))),
        fires("no key, in a lab", Severity::Low, in_a_lab()),
        fires(
            "by a key that is not the issuer's",
            Severity::High,
            by(KeyOwner::Other),
        ),
        silent("valid", with(Some(Signature::Valid))),
        silent("valid, by a key given", by(KeyOwner::Given)),
        unknown("unsupported", with(Some(Signature::Unsupported))),
        unknown("cut", with(Some(Signature::Cut))),
        unknown("not tried", with(None)),
    ]
}
