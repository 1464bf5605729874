//! DG-410: actor not in `may_act`.

use serde_json::Value;

use crate::{
    evidence::RequestedExchange,
    risk::{
        Severity,
        actors::presenter as presenter_seen,
        facts::{Facts, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::Pair,
    },
    token::claims::{self, Pid},
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, asked_as, exchanged, fires, pair as hops, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-410",
    title: "Actor not in may_act",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "the parent has `may_act`, and the presenter is another party; a party without `iss` is one of its token's issuer; high and ambiguous when the tokens are of two issuers and one side leaves out `iss`",
    why: "The user's limit is decoration: any agent that gets hold of the token can join the chain.",
    source: "RFC 8693 §4.4",
    fix: "Enforce `may_act` on `iss` and `sub` at the token endpoint; refuse with `invalid_request`.",
    false_positives: "`iss` left out on one side, across issuers.",
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
    let Some(whole) = claims::party(parent.token, allowed) else {
        return Said::unknown("`may_act` names nobody (DG-211)");
    };
    if is_reissue(parent, child) {
        return Said::Silent;
    }
    let Some((actor, said_iss)) = presenter(child) else {
        return Said::unknown("who presented the exchange is unknown");
    };
    let allowed_pid = pair.linked(&whole);
    let presented = [
        Some(actor.clone()),
        child.asked().and_then(of_the_actor_token),
    ];
    if presented
        .iter()
        .flatten()
        .any(|pid| pair.linked(pid) == allowed_pid)
    {
        return Said::Silent;
    }
    if child.asked().is_none_or(|a| a.actor_token.is_none())
        && child.actors.is_empty()
        && child.identities.may_be_one(&actor, &whole)
    {
        return Said::unknown(
            "`may_act` names an identifier, and whether it is the client's that presented the exchange \
             is unknown: no token of that client is among these",
        );
    }
    let named_iss = allowed.get("iss").is_some_and(Value::is_string);
    // Of two issuers, and one of them is only taken from a token: the names may mean one party.
    let ambiguous = whole.sub == actor.sub && !(named_iss && said_iss);
    let same_name = actor.sub == whole.sub;
    let name = |pid: &Pid| match &pid.iss {
        Some(iss) if same_name => format!("{} of {}", shown(&pid.sub), shown(iss)),
        _ => shown(&pid.sub),
    };
    let (allowed, found) = (name(&whole), name(&actor));
    Draft {
        severity: if ambiguous {
            Severity::High
        } else {
            Severity::Critical
        },
        claim: "act.sub".into(),
        message: if ambiguous {
            format!(
                "`may_act` of {} names {allowed} and the actor is {found}, one of them without an issuer of \
                 its own: ambiguous, for names of two issuers may be equal.",
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

/// Whether the client that holds the parent got another token of the kind for itself: nobody begins to
/// act, and `may_act` is about who may (RFC 8693 §4.4).
fn is_reissue(parent: &Facts<'_>, child: &Facts<'_>) -> bool {
    let actor_sent = child.asked().is_some_and(|asked| asked.actor_token_sent);
    let client = child
        .asked()
        .and_then(|asked| asked.client_id.as_deref())
        .or(child.client);
    let same_actors = child.chain() == parent.chain();
    !actor_sent && same_actors && client.is_some() && client == parent.client
}

/// Who presented the exchange that gave `child`, and whether an issuer was named with it: the subject of
/// the actor token, else the authenticated client, whose identifier carries no issuer; when the exchange
/// was not seen, the actor that the child names, else its client.
fn presenter(child: &Facts<'_>) -> Option<(Pid, bool)> {
    if let Some(pid) = presenter_seen(child) {
        let by_token = child.asked().is_some_and(|a| a.actor_token.is_some());
        return Some((pid, by_token));
    }
    let actor = child.actors.first().filter(|a| !a.pid.sub.is_empty());
    actor
        .map(|a| (a.pid.clone(), a.has_iss))
        .or_else(|| child.client.map(|id| (child.client_of_issuer(id), false)))
}

/// Whom the actor token is about, as its own issuer names it: the server that issued the child may name
/// the same party without that issuer.
fn of_the_actor_token(asked: &RequestedExchange) -> Option<Pid> {
    claims::subject(asked.actor_token.as_deref()?)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

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
            "without iss, across issuers",
            Severity::High,
            exchanged(
                hops(
                    json!({ "may_act": { "sub": "planner" } }),
                    json!({ "iss": "https://b", "act": { "iss": "https://b", "sub": "planner" } }),
                ),
                None,
            ),
        ),
        silent("without iss", by(json!({ "sub": "planner" }))),
        silent("as a client", by(json!({ "client_id": "planner" }))),
        silent(
            "without iss on both sides",
            exchanged(
                hops(
                    json!({ "may_act": { "sub": "planner" } }),
                    json!({ "act": { "sub": "planner" } }),
                ),
                None,
            ),
        ),
        fires(
            "another without iss",
            Severity::Critical,
            by(json!({ "sub": "reporter" })),
        ),
        silent("the one named", by(named("planner"))),
        silent("no may_act", hops(json!({}), json!({}))),
        silent(
            "the client that had it already",
            exchanged(
                hops(
                    json!({ "may_act": named("planner") }),
                    json!({ "act": null, "client_id": "app" }),
                ),
                Some(asked_as("app")),
            ),
        ),
        fires(
            "another client, without actor",
            Severity::Critical,
            exchanged(
                hops(
                    json!({ "may_act": named("planner") }),
                    json!({ "act": null, "client_id": "booker" }),
                ),
                Some(asked_as("booker")),
            ),
        ),
        unknown(
            "an identifier, and a client by its name",
            exchanged(
                hops(
                    json!({ "may_act": { "sub": "13a8c05b-d40a-4bc6-8e3e-9b72c37c29d8" } }),
                    json!({ "act": null }),
                ),
                Some(asked_as("planner")),
            ),
        ),
        unknown("names nobody", by(json!({}))),
        unknown("presenter unknown", exchanged(nobody, None)),
    ]
}
