//! DG-108: remote key pointer.

use serde_json::Value;
use url::Url;

use crate::risk::{
    Severity,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, alone, claims, fires, one, opaque, silent, token, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-108",
    title: "Remote key pointer",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "`jku` or `x5u` in the header; critical when its host is not the issuer's, or it is not https",
    why: "A verifier that follows it takes the sender's own key for the issuer's, and fetches what the sender wants.",
    source: "RFC 8725 §3.10; RFC 7515 §4.1.2, §4.1.5",
    fix: "Ignore the header; take the keys from the issuer's `jwks_uri`, as configured.",
    false_positives: "Closed systems with a list of the addresses that are allowed.",
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
    let issuer = own.iss.and_then(|iss| Url::parse(iss).ok());
    let drafts: Vec<Draft> = ["jku", "x5u"]
        .into_iter()
        .filter_map(|name| Some((name, header.get(name)?)))
        .map(|(name, value)| {
            let text = value.as_str().unwrap_or_default();
            let (severity, where_to) = match (Url::parse(text), &issuer) {
                (Err(_), _) => (Severity::High, "which is no address"),
                (Ok(url), _) if url.scheme() != "https" => {
                    (Severity::Critical, "which is not https")
                }
                (Ok(url), Some(issuer)) if is_under(&url, issuer) => {
                    (Severity::High, "at the issuer's own host")
                }
                (Ok(_), Some(_)) => (Severity::Critical, "which is not the issuer's host"),
                (Ok(_), None) => (Severity::High, "and no issuer is named by an address"),
            };
            let found = match value {
                Value::String(text) => shown(text),
                other => shown(&other.to_string()),
            };
            Draft {
                severity,
                claim: format!("header.{name}"),
                expected: "no pointer: the keys that are configured for the issuer".into(),
                message: format!(
                    "{} says in `{name}` where its key is to be fetched, {where_to}: whoever follows it \
                     lets the sender choose the key.",
                    own.the_token()
                ),
                found,
                uncertain: false,
            }
        })
        .collect();
    Said::from(drafts)
}

/// Whether an address is at the issuer's host, or below it.
fn is_under(url: &Url, issuer: &Url) -> bool {
    let (Some(own), Some(host)) = (url.host_str(), issuer.host_str()) else {
        return false;
    };
    let plain = url.username().is_empty() && url.password().is_none();
    plain
        && (own == host
            || own
                .strip_suffix(host)
                .is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let with = |name: &str, value: Value| {
        let mut header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" });
        header[name] = value;
        one(token(header, claims(json!({}))))
    };
    vec![
        fires(
            "the issuer's",
            Severity::High,
            with("jku", json!(format!("{AS}/jwks"))),
        ),
        fires(
            "another host",
            Severity::Critical,
            with("jku", json!("https://attacker.example/jwks")),
        ),
        fires(
            "a host that only begins so",
            Severity::Critical,
            with("jku", json!(format!("{AS}.attacker.example/jwks"))),
        ),
        fires(
            "a user that looks like the host",
            Severity::Critical,
            with("x5u", json!(format!("{AS}@attacker.example/c.pem"))),
        ),
        fires(
            "not https",
            Severity::Critical,
            with("x5u", json!("http://169.254.169.254/latest")),
        ),
        fires("no address", Severity::High, with("jku", json!(["a"]))),
        silent("none", alone(json!({}))),
        silent("a thumbprint", with("x5t#S256", json!("AAAA"))),
        unknown("opaque", opaque()),
    ]
}
