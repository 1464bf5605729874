//! Rules 5xx: time.

use super::{
    Severity,
    sink::{Draft, Sink},
};
use crate::{
    kit::clock,
    token::{Kind, explain::duration},
};

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.hop.supporting && facts.hop.parent.is_some() {
        outlives(sink, hop);
    }
    too_long(sink, hop);
    expired(sink, hop);
}

/// A NumericDate for people: RFC 3339, or the number when it is beyond the calendar.
fn moment(seconds: i64) -> String {
    clock::from_numeric_date(seconds).map_or_else(|| seconds.to_string(), |t| t.to_string())
}

/// DG-501. A grant is spent where it is redeemed, and a transaction token may outlive its input.
fn outlives(sink: &mut Sink<'_, '_>, hop: usize) {
    let child = &sink.facts[hop];
    let Some(parent) = child.hop.parent.and_then(|p| sink.facts.get(p)) else {
        return sink.unknown("DG-501", hop, "the parent is not among the tokens");
    };
    if child.kind == Kind::TxnToken || matches!(parent.kind, Kind::IdJag | Kind::ClientAssertion) {
        return;
    }
    let (Some(from), Some(to)) = (parent.exp, child.exp) else {
        let who = if parent.exp.is_none() { parent } else { child };
        let why = format!("{} has no `exp` that can be read", who.name());
        return sink.unknown("DG-501", hop, why);
    };
    let more = to.saturating_sub(from);
    if more <= sink.settings.skew {
        return;
    }
    // What the parent had left when the child was made; without `iat`, what it has left now.
    let made = child.iat.unwrap_or_else(|| sink.settings.now.as_second());
    let left = from.saturating_sub(made).max(0);
    let life = to.saturating_sub(made);
    let base = if life > left.saturating_mul(2) {
        Severity::High
    } else {
        Severity::Medium
    };
    let draft = Draft {
        claim: "exp".into(),
        found: format!("{}, {} after its parent", moment(to), duration(more)),
        expected: format!("at most {}", moment(from)),
        message: format!(
            "{} lives {} longer than {}, from which it was made.",
            child.name(),
            duration(more),
            parent.name()
        ),
    };
    sink.pair("DG-501", hop, base, false, draft);
}

/// DG-502.
fn too_long(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let (medium, high) = match facts.kind {
        Kind::AccessToken | Kind::PresumedAccessToken => (3_600, 86_400),
        Kind::IdJag | Kind::TxnToken => (300, 900),
        Kind::ClientAssertion => (300, 3_600),
        Kind::Opaque | Kind::Encrypted | Kind::Unknown => {
            return sink.unknown("DG-502", hop, "how long such a token may live is unknown");
        }
        _ => return,
    };
    let Some(life) = facts.life() else {
        return sink.unknown("DG-502", hop, "`exp`, or both `iat` and `nbf`, are absent");
    };
    if life <= medium {
        return;
    }
    let base = if life > high {
        Severity::High
    } else {
        Severity::Medium
    };
    let draft = Draft {
        claim: "exp".into(),
        found: duration(life),
        expected: format!("at most {}", duration(medium)),
        message: format!(
            "The {} of {} lives {}: stolen, it serves for as long.",
            facts.kind.label().to_lowercase(),
            facts.name(),
            duration(life)
        ),
    };
    sink.token("DG-502", hop, base, draft);
}

/// DG-503.
fn expired(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if facts.readable && facts.exp.is_none() && facts.kind == Kind::DpopProof {
        return;
    }
    let Some(exp) = facts.exp else {
        return sink.unknown("DG-503", hop, "there is no `exp` that can be read");
    };
    let now = sink.settings.now.as_second();
    let left = exp.saturating_sub(now);
    let (base, expected, message) = if left <= sink.settings.skew.saturating_neg() {
        (
            Severity::Info,
            "an end that is ahead".to_owned(),
            format!(
                "{} ended {} ago.",
                facts.name(),
                duration(left.saturating_neg())
            ),
        )
    } else if let Some(task) = sink.settings.task_seconds.filter(|task| left < *task) {
        (
            Severity::Medium,
            format!("at least {} left", duration(task)),
            format!(
                "{} ends in {}, yet the task takes {}: the job dies midway.",
                facts.name(),
                duration(left),
                duration(task)
            ),
        )
    } else {
        return;
    };
    let draft = Draft {
        claim: "exp".into(),
        found: moment(exp),
        expected,
        message,
    };
    sink.token("DG-503", hop, base, draft);
}
