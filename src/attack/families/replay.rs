//! What is good once is sent again, or elsewhere.

use crate::attack::{
    Family, Forgery, Need,
    families::assertion,
    target::{Occasion, Steps},
};
use crate::oauth::{
    client_auth,
    http::{Field, Request},
};

const ONCE: &str = "What is good once is good again: whoever sees it can use it.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Replay;
    vec![
        Forgery::request(F, "replay-second-resource", "The same token elsewhere", "The untouched token is sent to a second resource server.", "401 invalid_token (RFC 6750 §3.1)", "RFC 9068 §4, RFC 9700 §2.3; FAPI 2.0", "A token for one server opens another: a server that is given a token can use it elsewhere.", |o| { let second = o.target.second.clone().ok_or("needs the address of a second resource server")?; Ok(vec![o.at(&second, o.token)?]) }).needing(&[Need::SecondTarget]),
        Forgery::request(F, "replay-assertion", "The same assertion twice", "A client assertion is sent twice.", "401 invalid_client (RFC 6749 §5.2)", "RFC 7523 §3 point 7; FAPI 2.0", ONCE, assertion::twice).needing(&[Need::ClientKey]),
        Forgery::request(F, "replay-code", "The same code twice", "The request with an authorization code is sent twice.", "400 invalid_grant (RFC 6749 §4.1.2)", "RFC 6749 §4.1.2; FAPI 2.0", ONCE, |o| again(o, "code")),
        Forgery::request(F, "replay-request-uri", "The same request_uri twice", "The request with a `request_uri` is sent twice.", "400 invalid_request_uri (RFC 9126 §4)", "RFC 9126 §4; FAPI 2.0", "A server may take a `request_uri` twice (RFC 9126 §4); FAPI 2.0 servers should not.", |o| again(o, "request_uri")).either(),
        Forgery::request(F, "replay-parent-revoked", "Token whose parent was revoked", "The parent token is revoked, then the untouched token is sent. The parent is dead afterwards.", "401 invalid_token (RFC 6750 §3.1)", "RFC 8693 §2.1; own", "RFC 8693 §2.1 makes no lasting link: what was exchanged lives on when its parent is revoked. Good to know.", parent_revoked).needing(&[Need::Parent, Need::TokenEndpoint]).either().lasting(),
    ]
}

/// The control twice, where its body or query carries something that is good once.
fn again(occasion: &Occasion<'_>, name: &str) -> Result<Steps, String> {
    let request = occasion.control()?;
    let body = request
        .body
        .encode()
        .map(|(_, text)| text)
        .unwrap_or_default();
    let named = |text: &str| {
        url::form_urlencoded::parse(text.as_bytes())
            .any(|(key, value)| key == name && !value.is_empty())
    };
    if !named(&body) && !named(request.url.query().unwrap_or_default()) {
        return Err(format!(
            "needs a target whose request carries a fresh `{name}`: this one has none"
        ));
    }
    Ok(vec![request.clone(), request])
}

fn parent_revoked(occasion: &Occasion<'_>) -> Result<Steps, String> {
    let endpoint = occasion.endpoint()?;
    let parent = occasion
        .with
        .parent
        .as_deref()
        .ok_or("needs the token that this one was exchanged from")?;
    let url = endpoint
        .server
        .endpoint("revocation_endpoint")
        .map_err(|_| "the server has no revocation endpoint".to_owned())?;
    let mut revoke = Request::form(url, vec![Field::token("token", parent)]);
    client_auth::apply(
        &endpoint.client,
        &mut revoke,
        &endpoint.server,
        occasion.env,
    )?;
    Ok(vec![revoke, occasion.control()?])
}
