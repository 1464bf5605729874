//! DG-704: SPIFFE ID malformed.

use crate::{
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::svid,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-704",
    title: "SPIFFE ID malformed",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "a name that begins with `spiffe:` in `sub`, `client_id` or `act` breaks a rule of SPIFFE IDs: capital letters, a port or a user in the trust domain, a query, a fragment, an empty segment, `..`, a character outside letters, digits, `.`, `-`, `_`",
    why: "Policies compare such names as text: two readings of one name are two workloads, or one too many.",
    source: "SPIFFE-ID §2",
    fix: "Register the workload under a well-formed name; refuse others.",
    false_positives: "A URI that is no SPIFFE ID and only borrows the scheme.",
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
    let named = [("sub", own.sub), ("client_id", own.client)];
    let named = named
        .into_iter()
        .filter_map(|(claim, name)| Some((claim, name?)));
    let actors = own.actors.iter().map(|actor| ("act", &*actor.pid.sub));
    let mut seen: Vec<&str> = Vec::new();
    let mut drafts = Vec::new();
    for (claim, name) in named.chain(actors) {
        if !svid::is_meant(name) || seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let Some(flaw) = svid::id_flaw(name) else {
            continue;
        };
        drafts.push(Draft {
            severity: Severity::High,
            claim: claim.into(),
            found: shown(name),
            expected: "spiffe://trust-domain/path, in small letters, without port, query and `..`"
                .into(),
            message: format!(
                "{} names {} which is no well-formed SPIFFE ID: {flaw}.",
                own.name(),
                shown(name)
            ),
            uncertain: false,
        });
    }
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let svid = |sub: &str| typed("JWT", json!({ "sub": sub, "client_id": null }));
    vec![
        fires("port", Severity::High, svid("spiffe://td.example:8443/a")),
        fires("capitals", Severity::High, svid("spiffe://TD.example/a")),
        fires("upwards", Severity::High, svid("spiffe://td.example/../a")),
        fires("query", Severity::High, svid("spiffe://td.example/a?x=1")),
        fires(
            "an actor",
            Severity::High,
            alone(json!({ "act": { "sub": "spiffe://td.example//agent" } })),
        ),
        silent("well-formed", svid("spiffe://td.example/ns/a/sa/b-1")),
        silent("a person", alone(json!({}))),
        silent(
            "another URI",
            alone(json!({ "sub": "https://td.example:8443/a/" })),
        ),
        unknown("opaque", opaque()),
    ]
}
