//! DG-501: outlives its parent.

use crate::{
    risk::{
        Severity,
        facts::moment,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::{Kind, explain::duration},
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, fires, pair as hops, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-501",
    title: "Outlives its parent",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "the child's `exp` is later than the parent's; high when it lives more than twice as long as the parent had left",
    why: "Authority grows by hopping.",
    source: "policy (RFC 8693 allows it)",
    fix: "End the new token no later than the subject token.",
    false_positives: "Transaction tokens; access tokens in another domain.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("outlives its parent"),
    yields_to: &[],
    check: Check::Hop(check),
};

fn check(at: &At<'_>) -> Said {
    let child = at.own;
    if child.hop.parent.is_none() {
        return Said::Silent;
    }
    let Some(parent) = at.parent() else {
        return Said::unknown("the parent is not among the tokens");
    };
    // A grant is spent where it is redeemed, and a transaction token may outlive its input.
    if child.kind == Kind::TxnToken || matches!(parent.kind, Kind::IdJag | Kind::ClientAssertion) {
        return Said::Silent;
    }
    let (Some(from), Some(to)) = (parent.exp, child.exp) else {
        let who = if parent.exp.is_none() { parent } else { child };
        return Said::unknown(format!("{} has no `exp` that can be read", who.name()));
    };
    let more = to.saturating_sub(from);
    if more <= at.settings.skew {
        return Said::Silent;
    }
    // What the parent had left when the child was made; without `iat`, what it has left now.
    let made = child.iat.unwrap_or_else(|| at.settings.now.as_second());
    let left = from.saturating_sub(made).max(0);
    let life = to.saturating_sub(made);
    Draft {
        severity: if life > left.saturating_mul(2) {
            Severity::High
        } else {
            Severity::Medium
        },
        claim: "exp".into(),
        found: format!("{}, {} after its parent", moment(to), duration(more)),
        expected: format!("at most {}", moment(from)),
        message: format!(
            "{} lives {} longer than {}, from which it was made.",
            child.name(),
            duration(more),
            parent.name()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let ends = |parent: Value, child: i64| {
        hops(
            json!({ "exp": parent }),
            json!({ "exp": child, "iat": NOW }),
        )
    };
    let parent = || json!(NOW + 240);
    vec![
        fires("a bit", Severity::Medium, ends(parent(), NOW + 400)),
        fires("more than twice", Severity::High, ends(parent(), NOW + 600)),
        silent("within the skew", ends(parent(), NOW + 300)),
        unknown("parent has none", ends(Value::Null, NOW + 300)),
    ]
}
