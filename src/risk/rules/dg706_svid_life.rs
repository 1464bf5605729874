//! DG-706: JWT-SVID lives long.

use crate::{
    risk::{
        Severity,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::{Kind, explain::duration},
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, alone, fires, one, opaque, silent, token, unknown};

/// Seconds that a JWT-SVID may live at most.
const LONG: i64 = 15 * 60;

/// Seconds from which on that is high.
const VERY_LONG: i64 = 60 * 60;

pub(super) static RULE: Rule = Rule {
    id: "DG-706",
    title: "JWT-SVID lives long",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "a JWT-SVID that lives longer than 15 minutes (high from an hour); without `iat` what is left of its life counts",
    why: "It is a bearer token: whoever copies it is the workload until it ends, and nothing revokes it.",
    source: "SPIFFE JWT-SVID §3.3, §7.1",
    fix: "Issue it for five minutes; workloads fetch the next one from the Workload API.",
    false_positives: "Workloads without a Workload API.",
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
    let Some(exp) = own.exp else {
        return Said::unknown("`exp` is absent, or is no number (DG-705)");
    };
    let now = at.settings.now.as_second();
    let (life, left) = match own.life() {
        Some(life) => (life, false),
        None => (exp.saturating_sub(now), true),
    };
    if life <= LONG {
        return if left {
            Said::unknown("when it was issued is unknown: `iat` and `nbf` are absent")
        } else {
            Said::Silent
        };
    }
    Draft {
        severity: if life > VERY_LONG {
            Severity::High
        } else {
            Severity::Medium
        },
        claim: "exp".into(),
        found: duration(life),
        expected: format!("at most {}", duration(LONG)),
        message: if left {
            format!(
                "{} still lives {}: stolen, it is the workload for as long.",
                own.name(),
                duration(life)
            )
        } else {
            format!(
                "{} lives {}: stolen, it is the workload for as long.",
                own.name(),
                duration(life)
            )
        },
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let svid = |iat: Value, exp: Value| {
        let mut claims = json!({ "sub": "spiffe://td.example/agent", "aud": "api" });
        for (name, value) in [("iat", iat), ("exp", exp)] {
            if !value.is_null() {
                claims[name] = value;
            }
        }
        one(token(json!({ "alg": "ES256", "kid": "k" }), claims))
    };
    let lives = |seconds: i64| svid(json!(NOW), json!(NOW + seconds));
    vec![
        fires("over 15 minutes", Severity::Medium, lives(901)),
        fires("an hour", Severity::Medium, lives(3_600)),
        fires("a year", Severity::High, lives(31_536_000)),
        fires(
            "a year, without beginning",
            Severity::High,
            svid(Value::Null, json!(NOW + 31_536_000)),
        ),
        silent("five minutes", lives(300)),
        silent("15 minutes", lives(900)),
        silent("an access token", alone(json!({ "exp": NOW + 100_000 }))),
        unknown(
            "no beginning, little left",
            svid(Value::Null, json!(NOW + 300)),
        ),
        unknown("no end", svid(json!(NOW), Value::Null)),
        unknown("opaque", opaque()),
    ]
}
