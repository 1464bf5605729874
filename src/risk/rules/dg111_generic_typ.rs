//! DG-111: missing or generic typ.

use std::collections::{HashMap, HashSet};

use crate::{
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::{At, Survey},
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{
    Case, alone, chain, claims, fires, one, opaque, silent, token, typed, unknown,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-111",
    title: "Missing or generic typ",
    severity: Severity::Low,
    floor: Severity::Low,
    condition: "`typ` is absent or `JWT` where a profile has a type of its own; medium for an access token under FAPI, or beside another kind of token of the same issuer",
    why: "A token of one kind passes as another when nothing says what it is for.",
    source: "RFC 9068 §2.1; RFC 8725 §3.11",
    fix: "Set `typ` (`at+jwt` for access tokens) and check it at every receiver.",
    false_positives: "ID tokens; JWT-SVIDs, which must not have one; older authorization servers.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Survey(|survey| {
        let mixed = issuers_of_several_kinds(survey);
        Box::new(move |at| check(at, &mixed))
    }),
};

/// Issuers of more than one kind of token that could pass for each other.
fn issuers_of_several_kinds<'s>(survey: &'s Survey<'s>) -> HashSet<&'s str> {
    let mut first: HashMap<&str, Kind> = HashMap::new();
    let mut mixed = HashSet::new();
    for facts in &survey.facts {
        let kind = match facts.kind {
            Kind::AccessToken | Kind::PresumedAccessToken => Kind::AccessToken,
            kind @ (Kind::IdToken | Kind::RefreshToken | Kind::LogoutToken | Kind::IdJag) => kind,
            _ => continue,
        };
        let Some(iss) = facts.iss else { continue };
        if *first.entry(iss).or_insert(kind) != kind {
            mixed.insert(iss);
        }
    }
    mixed
}

fn check(at: &At<'_>, mixed: &HashSet<&str>) -> Said {
    let own = at.own;
    let confusable = at.settings.fapi || own.iss.is_some_and(|iss| mixed.contains(iss));
    let (expected, severity) = match own.kind {
        Kind::AccessToken | Kind::PresumedAccessToken => (
            "at+jwt",
            if confusable {
                Severity::Medium
            } else {
                Severity::Low
            },
        ),
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

    let id_token = || json!({ "nonce": "n", "client_id": null, "scope": null });
    let of_type = |changes| token(json!({ "alg": "ES256", "typ": "JWT" }), claims(changes));
    let beside = chain([(None, of_type(id_token())), (None, of_type(json!({})))]);
    let absent = one(token(json!({ "alg": "ES256" }), claims(json!({}))));
    let logout = typed(
        "JWT",
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }),
    );
    let spiffe = json!({
        "sub": "spiffe://td.example/agent", "client_id": null, "scope": null, "cnf": null,
    });
    vec![
        fires("JWT", Severity::Low, typed("JWT", json!({}))),
        fires("under FAPI", Severity::Medium, typed("JWT", json!({}))).under(|s| s.fapi = true),
        fires("beside an ID token", Severity::Medium, beside),
        fires("absent", Severity::Low, absent),
        fires("logout token by shape", Severity::Low, logout),
        silent("at+jwt", alone(json!({}))),
        silent("ID token", typed("JWT", id_token())),
        silent("JWT-SVID", typed("JWT", spiffe)),
        unknown("opaque", opaque()),
    ]
}
