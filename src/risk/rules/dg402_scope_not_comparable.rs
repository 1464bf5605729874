//! DG-402: scope not comparable.

use crate::{
    risk::{
        Severity,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::Pair,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{
    Case, agent, chain, claims, fires, pair as hops, silent, token, unknown, user,
    with_opaque_parent,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-402",
    title: "Scope not comparable",
    severity: Severity::Low,
    floor: Severity::Info,
    condition: "parent or child has no `scope`",
    why: "A widening would stay invisible.",
    source: "draft-ietf-oauth-transaction-tokens (unknown scope is refused)",
    fix: "Put `scope` into the token.",
    false_positives: "Servers that tell scopes by introspection.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Pair(check),
};

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    if parent.scopes.is_some() && child.scopes.is_some() {
        return Said::Silent;
    }
    // These carry no scope by design: an identity is not a right.
    let identity = |kind| {
        matches!(
            kind,
            Kind::IdToken
                | Kind::UserInfo
                | Kind::ClientAssertion
                | Kind::JwtSvid
                | Kind::Wit
                | Kind::LogoutToken
                | Kind::SamlAssertion
        )
    };
    // What a grant leaves open, the server decides that it is shown to.
    let grant = matches!(parent.kind, Kind::IdJag | Kind::JwtGrant) && parent.scopes.is_none();
    if identity(parent.kind) || identity(child.kind) || grant {
        return Said::Silent;
    }
    let name = pair.without_scope().name();
    Draft {
        severity: Severity::Low,
        claim: "scope".into(),
        found: format!("absent in {name}"),
        expected: "`scope` on both sides".into(),
        message: format!(
            "{name} does not say what it allows: whether {} may do more than {} cannot be told.",
            child.name(),
            parent.name()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let id_token = token(
        json!({ "alg": "ES256", "typ": "JWT" }),
        claims(json!({
            "scope": null, "client_id": null, "cnf": null, "nonce": "n", "at_hash": "h",
        })),
    );
    let none = json!({ "scope": null });
    vec![
        fires("child", Severity::Low, hops(json!({}), none.clone())),
        fires("parent", Severity::Low, hops(none, json!({}))),
        silent("both there", hops(json!({}), json!({}))),
        silent(
            "an ID token",
            chain([
                (None, id_token),
                (Some("planner"), agent(&["planner"], json!({}))),
            ]),
        ),
        silent(
            "a grant that asks for nothing by name",
            chain([
                (
                    None,
                    token(
                        json!({ "alg": "ES256", "typ": "oauth-id-jag+jwt" }),
                        claims(json!({ "scope": null })),
                    ),
                ),
                (None, user(json!({}))),
            ]),
        ),
        unknown(
            "opaque parent",
            with_opaque_parent(hops(json!({}), json!({}))),
        ),
    ]
}
