//! DG-606: proof of possession defective.

use std::collections::HashMap;

use crate::{
    evidence::sent::tokens_of_proofs,
    oauth::dpop::{Check as Demanded, Seen, Step},
    risk::{
        Severity,
        facts::Facts,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{
    Case, NOW, alone, fires, key, one, proof, request, silent, unknown, user,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-606",
    title: "Proof of possession defective",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "a DPoP proof fails a check of RFC 9449 §4.3: form, `typ`, `alg`, `jwk`, signature, `htm`, `htu`, `iat`, `jti`, or the key that the token is bound to",
    why: "A proof that proves nothing lets whoever has the token act as its holder, wherever it is not looked at closely.",
    source: "RFC 9449 §4.3",
    fix: "Make a new proof for each request, by the key that the token is bound to; have the receiver make every check.",
    false_positives: "A gateway that changes method or address on the way.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Survey(|survey| {
        let tokens = tokens_of_proofs(survey.evidence);
        Box::new(move |at| check(at, &tokens))
    }),
};

fn check(at: &At<'_>, tokens: &HashMap<usize, usize>) -> Said {
    let own = at.own;
    if own.kind != Kind::DpopProof {
        return Said::Silent;
    }
    let sent = own.hop.sent.as_ref();
    let request = sent.and_then(|s| s.request.as_ref());
    let token = tokens.get(&at.hop).and_then(|t| at.survey.facts.get(*t));
    let seen = Seen {
        proof: &own.token.raw,
        proofs: sent.map_or(1, |s| s.proofs),
        method: request.map(|line| line.method.as_str()),
        url: request.and_then(|line| line.url.as_deref()),
        token: None, // whether its hash fits is another rule's
        jkt: token.and_then(|t| t.key.as_deref()?.strip_prefix("jkt:")),
        now: at.settings.now.as_second(),
    };
    let reading = seen.judge();
    let compared = reading.open.is_empty();
    let drafts: Vec<Draft> = reading
        .flaws
        .iter()
        .map(|step| draft(own, step, compared))
        .collect();
    if !drafts.is_empty() {
        return Said::Found(drafts);
    }
    reading
        .open
        .first()
        .map_or(Said::Silent, |why| Said::unknown(*why))
}

fn draft(own: &Facts<'_>, step: &Step, compared: bool) -> Draft {
    let claim = match step.check {
        Demanded::Type => "header.typ",
        Demanded::Algorithm => "header.alg",
        Demanded::One => "header",
        Demanded::Key | Demanded::PublicOnly | Demanded::Binding => "header.jwk",
        other => other.name(),
    };
    let expected = match step.check {
        Demanded::Method if !compared => "the method of the request".to_owned(),
        Demanded::Address if !compared => "the address of the request without its query".to_owned(),
        _ => step.expected.clone(),
    };
    Draft {
        severity: Severity::High,
        claim: claim.into(),
        found: step.found.clone(),
        message: format!(
            "The proof {} is void by its `{claim}`: {} ({}).",
            own.name(),
            step.found,
            step.check.source()
        ),
        expected,
        uncertain: false,
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    use crate::{evidence::sent::Scheme, token::Token};

    let holder = key();
    let bound = || user(json!({ "cnf": { "jkt": holder.thumbprint().unwrap() } }));
    let good = || proof(&holder, json!({}), json!({}));
    let with = |proof: Token| request(bound(), Scheme::Dpop, [proof]);
    let header = |changes: Value| with(proof(&holder, changes, json!({})));
    let claims = |changes: Value| with(proof(&holder, json!({}), changes));
    let another = with(proof(&key(), json!({}), json!({})));
    let mut two = request(bound(), Scheme::Dpop, [good(), good()]);
    for hop in two.hops.iter_mut().skip(1) {
        if let Some(sent) = &mut hop.sent {
            sent.proofs = 2;
        }
    }
    let mut private = one(proof(&holder, json!({ "jwk": holder.0 }), json!({})));
    private.hops[0].sent = None;
    vec![
        fires("another key than the token's", Severity::High, another),
        fires("its private key is shown", Severity::High, private),
        fires(
            "the signature is by another key",
            Severity::High,
            header(json!({ "jwk": key().public().unwrap().0 })),
        ),
        fires(
            "another method",
            Severity::High,
            claims(json!({ "htm": "POST" })),
        ),
        fires(
            "another address",
            Severity::High,
            claims(json!({ "htu": "https://api.example.com/payments" })),
        ),
        fires("no jti", Severity::High, claims(json!({ "jti": null }))),
        fires(
            "made in the future",
            Severity::High,
            claims(json!({ "iat": NOW + 600 })),
        ),
        silent("good", with(good())),
        silent("old by now", claims(json!({ "iat": NOW - 86_400 }))),
        silent("no proof", alone(json!({}))),
        unknown("the request is unknown", one(good())),
        unknown(
            "behind a proxy that has another name",
            claims(json!({ "htu": "https://www.example.com/accounts" })),
        ),
        fires("two proofs in one request", Severity::High, two),
    ]
}
