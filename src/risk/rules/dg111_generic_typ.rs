//! DG-111: missing or generic typ.

use crate::{
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, claims, fires, one, opaque, silent, token, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-111",
    title: "Missing or generic typ",
    severity: Severity::Medium,
    floor: Severity::Low,
    condition: "`typ` is absent or `JWT` where a profile has a type of its own; medium for access tokens, low for others",
    why: "A token of one kind passes as another when nothing says what it is for.",
    source: "RFC 9068 §2.1; RFC 8725 §3.11",
    fix: "Set `typ` (`at+jwt` for access tokens) and check it at every receiver.",
    false_positives: "ID tokens; JWT-SVIDs, which must not have one; older authorization servers.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let (expected, severity) = match own.kind {
        Kind::AccessToken | Kind::PresumedAccessToken => ("at+jwt", Severity::Medium),
        Kind::DpopProof => ("dpop+jwt", Severity::Low),
        Kind::ClientAssertion => ("client-authentication+jwt", Severity::Low),
        Kind::TxnToken => ("txntoken+jwt", Severity::Low),
        Kind::IdJag => ("oauth-id-jag+jwt", Severity::Low),
        Kind::LogoutToken => ("logout+jwt", Severity::Low),
        Kind::SecurityEvent => ("secevent+jwt", Severity::Low),
        Kind::RequestObject => ("oauth-authz-req+jwt", Severity::Low),
        Kind::IntrospectionResponse => ("token-introspection+jwt", Severity::Low),
        Kind::Encrypted
        | Kind::Opaque
        | Kind::NestedJwt
        | Kind::Paseto
        | Kind::Macaroon
        | Kind::Biscuit
        | Kind::SamlAssertion => {
            return Said::unknown("the type of the content cannot be read");
        }
        // No profile gives these a type, or they are known by their type alone.
        _ => return Said::Silent,
    };
    if own.token.header.is_none() {
        return Said::unknown("the header cannot be read");
    }
    let typ = own.token.header_text("typ");
    if typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt")) {
        return Said::Silent;
    }
    Draft {
        severity,
        claim: "header.typ".into(),
        found: typ.map_or_else(|| "absent".into(), shown),
        expected: format!("`{expected}`"),
        message: format!(
            "{} does not say in `typ` what it is for: it can pass as another kind.",
            own.the_token()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let absent = one(token(json!({ "alg": "ES256" }), claims(json!({}))));
    let logout = typed(
        "JWT",
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }),
    );
    let spiffe = json!({ "sub": "spiffe://td.example/agent", "client_id": null });
    vec![
        fires("JWT", Severity::Medium, typed("JWT", json!({}))),
        fires("absent", Severity::Medium, absent),
        fires("logout token by shape", Severity::Low, logout),
        silent("at+jwt", alone(json!({}))),
        silent("ID token", typed("JWT", json!({ "nonce": "n" }))),
        silent("JWT-SVID", typed("JWT", spiffe)),
        unknown("opaque", opaque()),
    ]
}
