//! DG-412: impersonation instead of delegation.

use crate::{
    risk::{
        Severity,
        actors::{Actors, Situation, may_lack_act},
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{
    Case, asked_as, asked_by, exchanged, fires, pair as hops, silent, unknown,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-412",
    title: "Impersonation instead of delegation",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "an actor token was sent or the holder is not the subject, and the child has no `act`; low where the child names its holder as client",
    why: "The resource cannot see the agent.",
    source: "RFC 8693 §1.1, appendix A.1",
    fix: "Use a server that issues `act`, and send an actor token.",
    false_positives: "The user's own client; ID-JAG, where `act` is undefined.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("impersonates"),
    yields_to: &[],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    if actors.situation != Situation::Nobody {
        return Said::Silent;
    }
    let (parent, child) = (actors.parent, actors.child);
    // `act` is undefined for these.
    if parent.kind == Kind::IdJag || child.kind == Kind::IdJag || may_lack_act(child.kind) {
        return Said::Silent;
    }
    let asked = child.asked();
    let sent = asked.is_some_and(|a| a.actor_token_sent || a.actor_token.is_some());
    let holder = asked.and_then(|a| a.client_id.as_deref()).or(child.client);
    let who = if sent {
        actors.presenter.as_ref().map(|x| x.sub.as_str()).or(holder)
    } else {
        let Some(holder) = holder else {
            return Said::unknown("neither actor token nor client is known");
        };
        let Some(sub) = child.sub else {
            return Said::unknown("`sub` is absent");
        };
        let pid = child.client_of_issuer(holder);
        let is_subject = holder == sub || child.subject().as_ref() == Some(&pid);
        let had = parent
            .client
            .is_some_and(|client| client == holder || parent.client_of_issuer(client) == pid);
        if is_subject || had {
            return Said::Silent; // the subject itself, or the client that had the parent already
        }
        Some(holder)
    };
    // Where the token names its client, a resource that looks there sees the agent.
    let named = !sent && child.client.is_some() && child.client == who;
    let who = who.map_or_else(|| "an agent".into(), shown);
    Draft {
        severity: if named { Severity::Low } else { Severity::High },
        claim: "act".into(),
        found: "absent".into(),
        expected: format!("`act` with {who}"),
        message: if named {
            format!(
                "{who} holds {} as {}: only the client of the token says so, which a resource has to look at.",
                child.name(),
                child.who()
            )
        } else {
            format!(
                "{who} holds {} as {}: the resource cannot see that an agent acts.",
                child.name(),
                child.who()
            )
        },
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    use crate::evidence::RequestedExchange;

    let bare = |client: Value, exchange: Option<RequestedExchange>| {
        let changes = json!({ "act": null, "client_id": client });
        exchanged(hops(json!({}), changes), exchange)
    };
    let planner = || json!("planner");
    let actor_token = bare(planner(), Some(asked_by("planner")));
    let client_only = bare(planner(), Some(asked_as("planner")));
    let own_client = bare(json!("app"), Some(asked_as("app")));
    vec![
        fires("actor token sent", Severity::High, actor_token),
        fires("client only", Severity::Low, client_only),
        fires(
            "by client_id of the token",
            Severity::Low,
            bare(planner(), None),
        ),
        silent("the user's own client", own_client),
        silent("delegated", hops(json!({}), json!({}))),
        silent(
            "the client itself, by another name",
            exchanged(
                hops(
                    json!({ "sub": "planner@clients", "client_id": "planner", "act": null }),
                    json!({ "sub": "planner@clients", "client_id": "planner", "act": null }),
                ),
                Some(asked_as("planner")),
            ),
        ),
        unknown("nobody known", bare(Value::Null, None)),
    ]
}
