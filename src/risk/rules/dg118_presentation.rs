//! DG-118: SD-JWT presented wrongly.

use crate::{
    risk::{
        Severity,
        facts::sentence,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::{
        Form, Kind,
        validate::{Policy, presentation_problems},
    },
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, key, one, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-118",
    title: "SD-JWT presented wrongly",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "a disclosure that the issuer did not sign or that no hash asks for, a missing last `~`, or a key binding that is made by another key than `cnf` names, for another presentation, or lacks a claim",
    why: "What a holder shows counts as the issuer's word: a disclosure of his own, or a binding of somebody else, must not.",
    source: "RFC 9901 §7.1, §7.3",
    fix: "Refuse the presentation; check every disclosure against the hashes, and the key binding by the key in `cnf`.",
    false_positives: "A text that was cut when it was copied.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let selective = matches!(own.kind, Kind::SdJwt | Kind::SdJwtVc);
    if own.token.disclosed.is_none() {
        return match own.token.form {
            Form::Opaque | Form::Jwe => Said::unknown("the content cannot be read"),
            _ if selective && own.token.raw.ends_with('~') => {
                Said::unknown("the disclosures cannot be read")
            }
            _ => Said::Silent,
        };
    }
    let policy = Policy {
        leeway: at.settings.skew,
        ..Policy::at(at.settings.now)
    };
    let drafts: Vec<Draft> = presentation_problems(own.token, &policy)
        .into_iter()
        .map(|problem| Draft {
            severity: Severity::High,
            claim: "disclosures".into(),
            found: problem.clone(),
            expected: "disclosures that the issuer signed, and a key binding by the key in `cnf`"
                .into(),
            message: format!(
                "What {} presents is to be refused: {}",
                own.name(),
                sentence(&problem)
            ),
            uncertain: false,
        })
        .collect();
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    use crate::{
        jose::{Alg, b64, crypto},
        risk::cases::{NOW, opaque},
        token::{craft::mint, decode::decode},
    };

    let holder = key();
    let disclosure = b64::encode(json!(["salt", "given_name", "Ann"]).to_string());
    let digest = b64::encode(crypto::sha256(disclosure.as_bytes()));
    let signed = mint(
        &json!({ "typ": "dc+sd-jwt" }),
        &json!({ "iss": "https://as", "vct": "v", "_sd": [digest], "_sd_alg": "sha-256",
            "exp": NOW + 100, "cnf": { "jwk": holder.public().unwrap().0 } }),
        &key(),
        &Alg::Es256,
    )
    .unwrap();
    let presented = format!("{signed}~{disclosure}~");
    let bound = |by: &crate::jose::Jwk, changes: Value| {
        let mut claims = json!({ "iat": NOW - 5, "aud": "https://rp", "nonce": "n",
            "sd_hash": b64::encode(crypto::sha256(presented.as_bytes())) });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let kb = mint(&json!({ "typ": "kb+jwt" }), &claims, by, &Alg::Es256).unwrap();
        one(decode(&format!("{presented}{kb}")))
    };
    let foreign = b64::encode(json!(["salt", "role", "admin"]).to_string());
    let other_hash = json!({ "sd_hash": b64::encode([0; 32]) });
    vec![
        fires(
            "a disclosure of his own",
            Severity::High,
            one(decode(&format!("{presented}{foreign}~"))),
        ),
        fires(
            "without the last ~",
            Severity::High,
            one(decode(presented.trim_end_matches('~'))),
        ),
        fires(
            "bound by another key",
            Severity::High,
            bound(&key(), json!({})),
        ),
        fires(
            "bound to something else",
            Severity::High,
            bound(&holder, other_hash),
        ),
        fires(
            "bound in the future",
            Severity::High,
            bound(&holder, json!({ "iat": NOW + 10_000 })),
        ),
        silent("bound", bound(&holder, json!({}))),
        silent("shown", one(decode(&presented))),
        silent("an access token", alone(json!({}))),
        unknown("opaque", opaque()),
    ]
}
