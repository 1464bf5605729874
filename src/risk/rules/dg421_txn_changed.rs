//! DG-421: transaction changed.

use crate::{
    risk::{
        Severity,
        facts::{listed, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::Pair,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{
    Case, chain, claims, fires, silent, token, unknown, user, with_opaque_parent,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-421",
    title: "Transaction changed",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the parent has `txn`, and the child another one; or a transaction token that replaces one has no `txn`, or another `aud`",
    why: "The thread by which a call is audited is cut: what this agent does belongs to another transaction.",
    source: "draft-ietf-oauth-transaction-tokens (replacement tokens)",
    fix: "Have the transaction token service copy `txn` and `aud` into a replacement.",
    false_positives: "A new transaction that was begun on purpose.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("transaction changed"),
    yields_to: &[],
    check: Check::Pair(check),
};

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    let replaces = parent.kind == Kind::TxnToken && child.kind == Kind::TxnToken;
    let mut drafts = Vec::new();
    let mut differs = |claim: &str, before: String, after: Option<String>| {
        let found = after.unwrap_or_else(|| "absent".into());
        drafts.push(Draft {
            severity: Severity::High,
            claim: claim.into(),
            message: format!(
                "{} carries `{claim}` {before}, and {} {found}: it is another transaction.",
                parent.name(),
                child.name()
            ),
            found,
            expected: before,
            uncertain: false,
        });
    };
    if let Some(before) = parent.token.claim_text("txn") {
        let after = child.token.claim_text("txn");
        let lost = replaces && after.is_none();
        if lost || after.is_some_and(|after| after != before) {
            differs("txn", shown(before), after.map(shown));
        }
    } else if replaces {
        return Said::unknown("`txn` of the parent is absent");
    }
    if replaces && parent.audiences != child.audiences {
        let names =
            |all: &std::collections::BTreeSet<String>| listed(all.iter().map(String::as_str));
        let before = parent
            .audiences
            .as_ref()
            .map_or_else(|| "absent".into(), names);
        differs("aud", before, child.audiences.as_ref().map(names));
    }
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let txn = |changes: Value| {
        token(
            json!({ "alg": "ES256", "typ": "txntoken+jwt", "kid": "k1" }),
            claims(changes),
        )
    };
    let first = || txn(json!({ "txn": "t1", "aud": "trust.example" }));
    let then = |changes: Value| chain([(None, first()), (None, txn(changes))]);
    vec![
        fires(
            "another transaction",
            Severity::High,
            then(json!({ "txn": "t2", "aud": "trust.example" })),
        ),
        fires(
            "none any more",
            Severity::High,
            then(json!({ "aud": "trust.example" })),
        ),
        fires(
            "another trust domain",
            Severity::High,
            then(json!({ "txn": "t1", "aud": "other.example" })),
        ),
        silent(
            "replaced",
            then(json!({ "txn": "t1", "aud": "trust.example" })),
        ),
        silent(
            "no transaction",
            chain([(None, user(json!({}))), (None, user(json!({})))]),
        ),
        unknown(
            "opaque parent",
            with_opaque_parent(then(json!({ "txn": "t1" }))),
        ),
    ]
}
