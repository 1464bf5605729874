//! DG-109: key in the header.

use crate::{
    risk::{
        Severity,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, claims, fires, key, one, proof, silent, token, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-109",
    title: "Key in the header",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "`jwk` or `x5c` in the header of an access, ID, refresh, logout or transaction token, an ID-JAG, a JWT-SVID, an event or an introspection response",
    why: "A verifier that believes it accepts whatever anybody signs with a key of his own.",
    source: "RFC 7515 §4.1.3, §4.1.6; RFC 8725 §3.1",
    fix: "Leave it out; verify with the keys that are configured for the issuer.",
    false_positives: "Proofs of possession, and kinds whose certificate a verifier builds a path for: they are not looked at.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if own.token.header.is_none() {
        return Said::unknown("the header cannot be read");
    }
    let header = own.token.header_map();
    let there: Vec<&str> = ["jwk", "x5c"]
        .into_iter()
        .filter(|name| header.contains_key(*name))
        .collect();
    if there.is_empty() {
        return Said::Silent;
    }
    match own.kind {
        Kind::AccessToken
        | Kind::PresumedAccessToken
        | Kind::IdToken
        | Kind::RefreshToken
        | Kind::LogoutToken
        | Kind::TxnToken
        | Kind::IdJag
        | Kind::JwtSvid
        | Kind::Wit
        | Kind::SecurityEvent
        | Kind::IntrospectionResponse => {}
        Kind::Unknown => {
            return Said::unknown(
                "what the token is for, and so whether it may bring its key, is unknown",
            );
        }
        _ => return Said::Silent,
    }
    let drafts = there.into_iter().map(|name| Draft {
        severity: Severity::High,
        claim: format!("header.{name}"),
        found: match name {
            "jwk" => "a key",
            _ => "certificates",
        }
        .into(),
        expected: "`kid`: the name of a key that the issuer publishes".into(),
        message: format!(
            "{} brings the key in `{name}` that it is to be verified with: that proves nothing of its issuer.",
            own.the_token()
        ),
        uncertain: false,
    });
    Said::Found(drafts.collect())
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let with = |typ: &str, name: &str, value: Value| {
        let mut header = json!({ "alg": "ES256", "typ": typ });
        header[name] = value;
        one(token(header, claims(json!({}))))
    };
    let public = || json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" });
    vec![
        fires("jwk", Severity::High, with("at+jwt", "jwk", public())),
        fires(
            "x5c",
            Severity::High,
            with("at+jwt", "x5c", json!(["AAAA"])),
        ),
        fires("by shape", Severity::High, with("JWT", "jwk", public())),
        silent("a proof", one(proof(&key(), json!({}), json!({})))),
        silent("a credential", with("dc+sd-jwt", "x5c", json!(["AAAA"]))),
        silent("none", alone(json!({}))),
        unknown("of unknown kind", with("example+jwt", "jwk", public())),
    ]
}
