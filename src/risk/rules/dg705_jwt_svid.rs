//! DG-705: JWT-SVID defective.

use crate::{
    risk::{
        Severity,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::{Kind, svid},
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, alone, fires, one, opaque, silent, token, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-705",
    title: "JWT-SVID defective",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "a JWT-SVID that is not signed with RS, ES or PS, has a `typ` other than JWT or JOSE, a header beside `alg`, `kid` and `typ`, no receiver in `aud`, or no `exp`",
    why: "Its receivers must refuse it: one that does not is lax with others as well.",
    source: "SPIFFE JWT-SVID §2, §3",
    fix: "Let the trust domain's server issue it: one receiver, minutes of life, no further headers.",
    false_positives: "Another kind of token whose subject is a SPIFFE ID.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    if own.kind != Kind::JwtSvid {
        return Said::Silent;
    }
    let drafts: Vec<Draft> = svid::flaws(own.token)
        .into_iter()
        .map(|flaw| Draft {
            severity: Severity::High,
            claim: flaw.claim,
            found: flaw.found,
            expected: flaw.expected.into(),
            message: format!("{}: {}", own.name(), flaw.says),
            uncertain: false,
        })
        .collect();
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    const SUB: &str = "spiffe://td.example/agent";
    let svid = |header: Value, claims: Value| one(token(header, claims));
    let plain = || json!({ "alg": "ES256", "typ": "JWT", "kid": "k" });
    let claims = |aud: Value| json!({ "sub": SUB, "aud": aud, "iat": NOW - 10, "exp": NOW + 200 });
    let for_api = || claims(json!(["api"]));
    vec![
        fires(
            "HMAC",
            Severity::High,
            svid(json!({ "alg": "HS256", "kid": "k" }), for_api()),
        ),
        fires(
            "EdDSA",
            Severity::High,
            svid(json!({ "alg": "EdDSA", "kid": "k" }), for_api()),
        ),
        fires(
            "jku",
            Severity::High,
            svid(
                json!({ "alg": "ES256", "kid": "k", "jku": "https://keys.example" }),
                for_api(),
            ),
        ),
        fires(
            "for nobody",
            Severity::High,
            svid(plain(), claims(json!([]))),
        ),
        fires(
            "for an empty name",
            Severity::High,
            svid(plain(), claims(json!(""))),
        ),
        fires(
            "without aud",
            Severity::High,
            svid(plain(), json!({ "sub": SUB, "exp": NOW + 200 })),
        ),
        fires(
            "without end",
            Severity::High,
            svid(plain(), json!({ "sub": SUB, "aud": "api" })),
        ),
        silent("sound", svid(plain(), for_api())),
        silent(
            "sound, one receiver as text",
            svid(json!({ "alg": "PS384" }), claims(json!("api"))),
        ),
        silent("an access token", alone(json!({ "exp": null }))),
        silent(
            "an access token of a workload",
            alone(json!({ "sub": SUB, "aud": null })),
        ),
        unknown("opaque", opaque()),
    ]
}
