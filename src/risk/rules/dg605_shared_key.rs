//! DG-605: key shared by principals.

use std::collections::HashMap;

use crate::risk::{
    Severity,
    actors::holder,
    facts::{Facts, shown},
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::{At, Survey},
};

#[cfg(test)]
use crate::risk::cases::{Case, chain, fires, opaque, pair as hops, silent, unknown, user};

pub(super) static RULE: Rule = Rule {
    id: "DG-605",
    title: "Key shared by principals",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "tokens of one chain that different parties hold are bound to one key",
    why: "One theft is the theft of all, and blame is shared.",
    source: "RFC 9449 §4",
    fix: "Give each agent a key of its own.",
    false_positives: "Instances of one agent under several names.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[&super::dg604_key_handed_on::RULE],
    check: Check::Survey(|survey| {
        let elsewhere = held_elsewhere(survey);
        Box::new(move |at| check(at, &elsewhere))
    }),
};

/// For each hop, the first one of its chain that another party holds by the same key. Tokens of no
/// chain stand alone and are compared with none.
fn held_elsewhere<'s>(survey: &'s Survey<'s>) -> Vec<Option<&'s Facts<'s>>> {
    let mut first: HashMap<(&str, &str), &Facts<'_>> = HashMap::new();
    let shared = survey.facts.iter().map(|own| {
        let chain = own.hop.chain.as_deref().filter(|_| !own.hop.supporting)?;
        let other = *first.entry((chain, own.key.as_deref()?)).or_insert(own);
        (holder(other)? != holder(own)?).then_some(other)
    });
    shared.collect()
}

fn check(at: &At<'_>, elsewhere: &[Option<&Facts<'_>>]) -> Said {
    let own = at.own;
    if own.hop.supporting {
        return Said::Silent;
    }
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let Some(first) = elsewhere.get(at.hop).copied().flatten() else {
        return Said::Silent;
    };
    let (one, other) = (
        holder(first).unwrap_or_default(),
        holder(own).unwrap_or_default(),
    );
    Draft {
        severity: Severity::High,
        claim: "cnf".into(),
        found: shown(own.key.as_deref().unwrap_or_default()),
        expected: format!("a key of {} alone", shown(other)),
        message: format!(
            "{} of {} and {} of {} are bound to one key.",
            first.name(),
            shown(one),
            own.name(),
            shown(other)
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let two = |first: Value, second: Value| chain([(None, user(first)), (None, user(second))]);
    let of = |client: &str| json!({ "client_id": client, "cnf": { "jkt": "k" } });
    let one_key = json!({ "cnf": { "jkt": "k" } });
    vec![
        fires(
            "two clients, one key",
            Severity::High,
            two(of("one"), of("two")),
        ),
        silent("one client, one key", two(of("one"), of("one"))),
        silent(
            "a key handed on says it better",
            hops(one_key.clone(), one_key),
        ),
        unknown("opaque", opaque()),
    ]
}
