//! DG-206: not what its kind demands.

use serde_json::Value;

use crate::{
    risk::{
        Severity,
        facts::{Facts, listed},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        shared_claims::{Shared, is_due},
        survey::At,
    },
    token::{
        Kind,
        guide::{self, Standing},
    },
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, one, opaque, silent, token, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-206",
    title: "Not what its kind demands",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "a member is absent that the specification of the token's kind requires (low for access tokens), or there is one that it forbids (high)",
    why: "A receiver that checks refuses it; one that does not takes it for what it is not.",
    source: "RFC 9068 §2.2; OpenID Connect Back-Channel Logout §2.4; RFC 8417 §2.2; RFC 9701 §5",
    fix: "Issue the token with the members of its kind, and refuse one without them.",
    false_positives: "Issuers that follow an older draft.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

/// The event of a logout token.
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Kinds whose members are judged here; of others that is done by rules of their own, or they are known
/// by their shape alone and promise nothing.
fn is_judged(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::AccessToken
            | Kind::IdToken
            | Kind::ClientAttestation
            | Kind::ClientAttestationPop
            | Kind::Wit
            | Kind::Wpt
            | Kind::TxnToken
            | Kind::LogoutToken
            | Kind::SecurityEvent
            | Kind::RequestObject
            | Kind::JarmResponse
            | Kind::IntrospectionResponse
            | Kind::KeyBinding
            | Kind::StatusList
            | Kind::EntityStatement
            | Kind::TrustMark
    )
}

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    if !is_judged(own.kind) {
        return Said::Silent;
    }
    let (mut missing, mut forbidden) = (Vec::new(), Vec::new());
    let mut source = "";
    for (demand, standing) in guide::checklist(own.token) {
        let list = match standing {
            Standing::Missing if !is_told_elsewhere(own, demand.name) => &mut missing,
            Standing::Forbidden => &mut forbidden,
            _ => continue,
        };
        list.push(demand.name);
        source = demand.source;
    }
    let kind = own.kind.label().to_lowercase();
    let mut drafts = Vec::new();
    let mut add = |severity, claim: &str, found: String, expected: String, message: String| {
        drafts.push(Draft {
            severity,
            claim: claim.into(),
            found,
            expected,
            message,
            uncertain: false,
        });
    };
    let words = |names: &[&str]| listed(names.iter().copied()).replace('|', " or ");
    if let Some(first) = missing.first() {
        let first = first.split('|').next().unwrap_or(first);
        add(
            // That an access token does not say all opens nothing by itself.
            if own.is_access() {
                Severity::Low
            } else {
                Severity::Medium
            },
            first,
            format!("absent: {}", words(&missing)),
            format!("all that {source} requires"),
            format!(
                "{} is of the kind {kind}, yet lacks {}: a receiver that checks has to refuse it.",
                own.the_token(),
                words(&missing)
            ),
        );
    }
    if let Some(first) = forbidden.first() {
        add(
            Severity::High,
            first,
            words(&forbidden),
            format!("absent: {source} forbids it"),
            format!(
                "{} is of the kind {kind}, yet has {}: it can pass for another kind.",
                own.the_token(),
                words(&forbidden)
            ),
        );
    }
    match (own.kind, own.token.claim("events")) {
        (Kind::LogoutToken, Some(events)) if events.get(LOGOUT).is_none_or(|e| !e.is_object()) => {
            add(
                Severity::Medium,
                "events",
                "no event of a logout".into(),
                format!("an object with the member {LOGOUT}, itself an object"),
                format!(
                    "{} is of the kind {kind}, yet its events hold no logout: a receiver that checks has to refuse it.",
                    own.the_token()
                ),
            );
        }
        (Kind::SecurityEvent, Some(events))
            if events.as_object().is_none_or(serde_json::Map::is_empty) =>
        {
            add(
                Severity::Medium,
                "events",
                "no event".into(),
                "an object with a member for each event".into(),
                format!("{} tells of events, yet holds none.", own.the_token()),
            );
        }
        _ => {}
    }
    if own.kind == Kind::IntrospectionResponse
        && let Some(answer) = own.token.claim("token_introspection")
        && answer
            .get("active")
            .is_none_or(|active| !active.is_boolean())
    {
        add(
            Severity::Medium,
            "token_introspection",
            "no `active`".into(),
            "an object with `active`, true or false".into(),
            format!(
                "{} does not say whether the token that was asked about is active.",
                own.the_token()
            ),
        );
    }
    Said::from(drafts)
}

/// Whether a member's absence is found by another rule, or is none: vendors call the client otherwise,
/// and a request to a back channel (CIBA) has no response type.
fn is_told_elsewhere(own: &Facts<'_>, name: &str) -> bool {
    match name {
        "typ" => true,
        "client_id" => own.client.is_some(),
        "response_type" => ["login_hint", "login_hint_token", "id_token_hint"]
            .iter()
            .any(|name| own.token.claim(name).is_some()),
        // What drafts before called so.
        "scope" => own.token.claim("purp").is_some_and(Value::is_string),
        name => Shared::named(name).is_some_and(|shared| is_due(shared, own.kind) == Some(true)),
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let logout = |changes: Value| {
        let mut all = json!({
            "iss": "https://as.example.com", "aud": "app", "iat": 1, "exp": 2_000_000_000, "jti": "1",
            "sub": "alice", "events": { LOGOUT: {} },
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            if value.is_null() {
                all.as_object_mut().map(|all| all.remove(name));
            } else {
                all[name] = value.clone();
            }
        }
        one(token(json!({ "alg": "ES256", "typ": "logout+jwt" }), all))
    };
    let signed =
        |typ: &str, claims: Value| one(token(json!({ "alg": "ES256", "typ": typ }), claims));
    let answer = |answer: Value| {
        signed(
            "token-introspection+jwt",
            json!({ "iss": "https://as", "aud": "https://api", "iat": 1, "token_introspection": answer }),
        )
    };
    vec![
        fires(
            "access token without a client",
            Severity::Low,
            alone(json!({ "client_id": null, "iat": null })),
        ),
        fires(
            "logout token with a nonce",
            Severity::High,
            logout(json!({ "nonce": "n" })),
        ),
        fires(
            "logout token without events",
            Severity::Medium,
            logout(json!({ "events": null })),
        ),
        fires(
            "logout token with another event",
            Severity::Medium,
            logout(
                json!({ "events": { "https://schemas.openid.net/secevent/caep/event-type/session-revoked": {} } }),
            ),
        ),
        fires(
            "logout token of nobody",
            Severity::Medium,
            logout(json!({ "sub": null })),
        ),
        fires(
            "transaction token without its transaction",
            Severity::Medium,
            typed("txntoken+jwt", json!({})),
        ),
        fires(
            "workload identity token without a key",
            Severity::Medium,
            signed(
                "wit+jwt",
                json!({ "iss": "https://as", "sub": "wimse://a/b", "exp": 1, "jti": "1" }),
            ),
        ),
        fires(
            "answer without its answer",
            Severity::Medium,
            signed(
                "token-introspection+jwt",
                json!({ "iss": "https://as", "aud": "https://api", "iat": 1 }),
            ),
        ),
        fires(
            "answer that does not say",
            Severity::Medium,
            answer(json!({})),
        ),
        fires(
            "no events at all",
            Severity::Medium,
            signed(
                "secevent+jwt",
                json!({ "iss": "https://as", "iat": 1, "jti": "1", "events": {} }),
            ),
        ),
        fires(
            "request inside a request",
            Severity::High,
            signed(
                "oauth-authz-req+jwt",
                json!({ "iss": "app", "client_id": "app", "response_type": "code", "request_uri": "urn:x" }),
            ),
        ),
        silent("an access token that is whole", alone(json!({}))),
        silent(
            "a vendor's name for the client",
            alone(json!({ "client_id": null, "azp": "app" })),
        ),
        silent("a logout token that is whole", logout(json!({}))),
        silent("of a session", logout(json!({ "sub": null, "sid": "s" }))),
        silent(
            "an answer that is whole",
            answer(json!({ "active": false })),
        ),
        silent(
            "a request for a back channel",
            signed(
                "JWT",
                json!({ "iss": "app", "aud": "https://as", "client_id": "app", "login_hint": "a", "binding_message": "1" }),
            ),
        ),
        silent(
            "no promise, none broken",
            typed("JWT", json!({ "client_id": null })),
        ),
        unknown("opaque", opaque()),
    ]
}
