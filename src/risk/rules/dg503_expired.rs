//! DG-503: expired, or nearly.

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
use crate::risk::cases::{Case, NOW, alone, fires, key, proof, request, silent, unknown, user};

pub(super) static RULE: Rule = Rule {
    id: "DG-503",
    title: "Expired, or nearly",
    severity: Severity::Info,
    floor: Severity::Info,
    condition: "`exp` is past (a note), or less is left than the task takes (medium)",
    why: "The job dies midway.",
    source: "RFC 7519 §4.1.4",
    fix: "Exchange again before the work starts.",
    false_positives: "A look at history.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if own.readable && own.exp.is_none() && own.kind == Kind::DpopProof {
        return Said::Silent;
    }
    let Some(exp) = own.exp else {
        return Said::unknown("there is no `exp` that can be read");
    };
    let left = exp.saturating_sub(at.settings.now.as_second());
    let (severity, expected, message) = if left <= at.settings.skew.saturating_neg() {
        (
            Severity::Info,
            "an end that is ahead".to_owned(),
            format!(
                "{} ended {} ago.",
                own.name(),
                duration(left.saturating_neg())
            ),
        )
    } else if let Some(task) = at.settings.task_seconds.filter(|task| left < *task) {
        (
            Severity::Medium,
            format!("at least {} left", duration(task)),
            format!(
                "{} ends in {}, yet the task takes {}: the job dies midway.",
                own.name(),
                duration(left),
                duration(task)
            ),
        )
    } else {
        return Said::Silent;
    };
    Draft {
        severity,
        claim: "exp".into(),
        found: moment(exp),
        expected,
        message,
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    use crate::evidence::sent::Scheme;

    let ends = |exp: i64| alone(json!({ "exp": exp }));
    let hurried = fires("too little left", Severity::Medium, ends(NOW + 99));
    let enough = silent("enough left", ends(NOW + 100));
    vec![
        fires("expired", Severity::Info, ends(NOW - 60)),
        hurried.under(|s| s.task_seconds = Some(100)),
        enough.under(|s| s.task_seconds = Some(100)),
        silent("no task", ends(NOW + 1)),
        silent(
            "a proof has no end",
            request(
                user(json!({})),
                Scheme::Dpop,
                [proof(&key(), json!({}), json!({}))],
            ),
        ),
        unknown("no exp", alone(json!({ "exp": null }))),
    ]
}
