//! DG-401: scope widened.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::risk::{
    Finding, Settings, Severity,
    facts::{is_privileged, listed, shown},
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::Pair,
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, fires, pair as hops, silent, unknown, with_opaque_parent};

pub(super) static RULE: Rule = Rule {
    id: "DG-401",
    title: "Scope widened",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the scopes of the child are not a subset of the parent's; critical when a new one is privileged, medium when another issuer adds claims about the user alone",
    why: "The agent gains what the user did not give.",
    source: "RFC 8693 §5; draft-ietf-oauth-transaction-tokens",
    fix: "Have the authorization server downscope: never more than the subject token carries.",
    false_positives: "Scopes renamed across domains; a hierarchy in which one scope implies another.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Foremost(added),
    yields_to: &[],
    check: Check::Pair(check),
};

/// Scopes that ask for claims about the user, and open no API (OpenID Connect Core §5.4).
const ABOUT_THE_USER: [&str; 5] = ["openid", "profile", "email", "address", "phone"];

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    let (Some(before), Some(after)) = (&parent.scopes, &child.scopes) else {
        return Said::unknown(format!("{} has no `scope`", pair.without_scope().name()));
    };
    if child.aauth || parent.aauth {
        return Said::Silent;
    }
    let allowed = implied(before, pair.settings, parent.iss != child.iss);
    let new: Vec<&str> = after
        .iter()
        .map(String::as_str)
        .filter(|s| !allowed.contains(s))
        .collect();
    if new.is_empty() {
        return Said::Silent;
    }
    let privileged = new.iter().any(|s| is_privileged(s, pair.settings));
    // What the user is called at another server is that server's to say.
    let about_the_user = parent.iss != child.iss && new.iter().all(|s| ABOUT_THE_USER.contains(s));
    let actor = child.actors.first().map(|a| a.pid.sub.as_str());
    let holder = actor.or(child.client).map(shown);
    let new = listed(new);
    Draft {
        severity: if privileged {
            Severity::Critical
        } else if about_the_user {
            Severity::Medium
        } else {
            Severity::High
        },
        claim: "scope".into(),
        expected: format!("at most {}", listed(before.iter().map(String::as_str))),
        message: match holder {
            Some(holder) => format!(
                "{holder} got {new} at {}, which {} does not have.",
                child.name(),
                parent.name()
            ),
            None => format!(
                "{} allows {new}, which {} does not.",
                child.name(),
                parent.name()
            ),
        },
        found: new,
        uncertain: false,
    }
    .into()
}

/// The scopes that were added, or how many.
#[allow(clippy::unnecessary_wraps)] // as all rules name their wires
fn added(finding: &Finding) -> Option<String> {
    const MOST: usize = 36;
    let found = &finding.found;
    Some(if found.chars().count() + 6 <= MOST {
        format!("{found} added")
    } else {
        format!("{} scopes added", found.matches(", ").count() + 1)
    })
}

/// The scopes that `scopes` allow: themselves, what the user's hierarchy derives from them, and, in
/// another domain, their new names.
fn implied<'t>(
    scopes: &'t BTreeSet<String>,
    settings: &'t Settings,
    other_domain: bool,
) -> HashSet<&'t str> {
    let mut allowed: HashSet<&str> = scopes.iter().map(String::as_str).collect();
    let renames: &[(String, String)] = if other_domain {
        &settings.scope_renames
    } else {
        &[]
    };
    if settings.scope_implies.is_empty() && renames.is_empty() {
        return allowed;
    }
    let mut leads: HashMap<&str, Vec<&str>> = HashMap::new();
    for (from, to) in settings.scope_implies.iter().chain(renames) {
        leads.entry(from.as_str()).or_default().push(to.as_str());
    }
    let mut open: Vec<&str> = allowed.iter().copied().collect();
    while let Some(scope) = open.pop() {
        for next in leads.get(scope).into_iter().flatten() {
            if allowed.insert(next) {
                open.push(next);
            }
        }
    }
    allowed
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let child = |scope: &str| hops(json!({ "aud": AS }), json!({ "scope": scope }));
    let derived = || {
        hops(
            json!({ "scope": "accounts" }),
            json!({ "scope": "accounts:read" }),
        )
    };
    let hierarchy = |settings: &mut Settings| {
        settings.scope_implies = vec![
            ("accounts".into(), "accounts:all".into()),
            ("accounts:all".into(), "accounts:read".into()),
        ];
    };
    vec![
        fires("one more", Severity::High, child("accounts:read mail:read")),
        fires(
            "privileged",
            Severity::Critical,
            child("accounts:read admin"),
        ),
        fires(
            "payment raises",
            Severity::Critical,
            child("payments:initiate"),
        ),
        fires(
            "claims about the user, by another issuer",
            Severity::Medium,
            hops(
                json!({ "scope": "profile" }),
                json!({ "iss": "https://other.example", "scope": "profile email" }),
            ),
        ),
        fires(
            "claims about the user, by the same issuer",
            Severity::High,
            hops(
                json!({ "scope": "profile" }),
                json!({ "scope": "profile email" }),
            ),
        ),
        fires("case counts", Severity::High, child("Accounts:read")),
        fires(
            "a hierarchy that nobody declared",
            Severity::High,
            derived(),
        ),
        silent("a declared hierarchy", derived()).under(hierarchy),
        silent("narrower", child("accounts:read")),
        unknown("child has none", hops(json!({}), json!({ "scope": null }))),
        unknown("parent has none", hops(json!({ "scope": null }), json!({}))),
        unknown("opaque parent", with_opaque_parent(child("accounts:read"))),
    ]
}
