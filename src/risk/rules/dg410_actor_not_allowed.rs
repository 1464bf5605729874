//! DG-410: actor not in `may_act`.

use crate::{
    risk::{
        Severity,
        actors::linked,
        facts::{Facts, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::Pair,
    },
    token::claims::Pid,
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, exchanged, fires, pair as hops, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-410",
    title: "Actor not in may_act",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "the parent has `may_act`, and the presenter is another party; high and ambiguous when one side leaves out `iss`",
    why: "The user's limit is decoration: any agent that gets hold of the token can join the chain.",
    source: "RFC 8693 §4.4",
    fix: "Enforce `may_act` on `iss` and `sub` at the token endpoint; refuse with `invalid_request`.",
    false_positives: "`iss` left out on one side.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("not in may_act"),
    yields_to: &[],
    check: Check::Pair(check),
};

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    let Some(allowed) = parent.token.claim("may_act") else {
        return Said::Silent;
    };
    let text = |name: &str| allowed.get(name).and_then(serde_json::Value::as_str);
    let Some(sub) = text("sub") else {
        return Said::unknown("`may_act` names nobody (DG-211)");
    };
    let iss = text("iss");
    let Some((actor, is_client)) = presenter(child) else {
        return Said::unknown("who presented the exchange is unknown");
    };
    let whole = Pid {
        iss: iss.map(str::to_owned),
        sub: sub.to_owned(),
    };
    // A client identifier carries no issuer of its own.
    let actor_iss = actor
        .iss
        .as_deref()
        .filter(|_| !is_client || actor.iss.as_deref() == iss);
    let same = match (iss, actor_iss) {
        (None, None) => sub == actor.sub,
        (Some(_), Some(_)) => linked(&whole, pair.settings) == linked(&actor, pair.settings),
        _ => false,
    };
    if same {
        return Said::Silent;
    }
    let ambiguous = sub == actor.sub && iss.is_some() != actor_iss.is_some();
    let name = |sub: &str, iss: Option<&str>| match iss {
        Some(iss) if actor.sub == whole.sub => format!("{} of {}", shown(sub), shown(iss)),
        _ => shown(sub),
    };
    let (allowed, found) = (name(sub, iss), name(&actor.sub, actor_iss));
    Draft {
        severity: if ambiguous {
            Severity::High
        } else {
            Severity::Critical
        },
        claim: "act.sub".into(),
        message: if ambiguous {
            format!(
                "`may_act` of {} names {allowed} and the actor is {found}, one of them without issuer: \
                 ambiguous, for names of two issuers may be equal.",
                parent.name()
            )
        } else {
            format!(
                "{} names {allowed} as the only party that may act for {}. The server \
                 issued the token of {} to {found} all the same.",
                parent.the_token(),
                parent.who(),
                child.name()
            )
        },
        found,
        expected: allowed,
        uncertain: ambiguous,
    }
    .into()
}

/// Who presented the exchange that gave `child`, and whether that is known by `client_id` only: the
/// subject of the actor token, else the authenticated client; when the exchange was not seen, the actor
/// that the child names, else its client.
fn presenter(child: &Facts<'_>) -> Option<(Pid, bool)> {
    let client = |id: &str| Pid {
        iss: child.iss.map(str::to_owned),
        sub: id.to_owned(),
    };
    if let Some(asked) = child.asked() {
        if let Some(token) = &asked.actor_token
            && let Some(sub) = token.claim_text("sub")
        {
            let pid = Pid {
                iss: token.claim_text("iss").map(str::to_owned),
                sub: sub.to_owned(),
            };
            return Some((pid, false));
        }
        if let Some(id) = asked
            .client_id
            .as_deref()
            .filter(|_| !asked.actor_token_sent)
        {
            return Some((client(id), true));
        }
    }
    let actor = child.actors.first().filter(|a| !a.pid.sub.is_empty());
    actor
        .map(|a| (a.pid.clone(), false))
        .or_else(|| child.client.map(|id| (client(id), true)))
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let by = |may_act: Value| hops(json!({ "may_act": may_act }), json!({}));
    let named = |sub: &str| json!({ "iss": AS, "sub": sub });
    let nobody = hops(
        json!({ "may_act": named("planner") }),
        json!({ "act": null, "client_id": null }),
    );
    let elsewhere = json!({ "iss": "https://b", "sub": "planner" });
    vec![
        fires("another", Severity::Critical, by(named("reporter"))),
        fires(
            "exchange unseen",
            Severity::Critical,
            exchanged(by(named("reporter")), None),
        ),
        fires("same name elsewhere", Severity::Critical, by(elsewhere)),
        fires(
            "without iss",
            Severity::High,
            by(json!({ "sub": "planner" })),
        ),
        fires(
            "another without iss",
            Severity::Critical,
            by(json!({ "sub": "reporter" })),
        ),
        silent("the one named", by(named("planner"))),
        silent("no may_act", hops(json!({}), json!({}))),
        unknown("names nobody", by(json!({}))),
        unknown("presenter unknown", exchanged(nobody, None)),
    ]
}
