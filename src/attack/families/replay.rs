//! What is good once is sent again, or elsewhere.

use crate::{
    attack::{
        Expected, Family, Forgery, Make, Need, Stage,
        families::assertion,
        target::{Occasion, Steps},
    },
    oauth::{
        client_auth,
        http::{Field, Request},
    },
};

const ONCE: &str = "What is good once is good again: whoever sees it can use it.";

pub(super) static FAMILY: Family = Family {
    name: "replay",
    title: "Replay",
    says: "What is good once is sent again, or elsewhere.",
    stage: Stage::Request,
    forgeries: &[
        Forgery {
            name: "replay-second-resource",
            title: "The same token elsewhere",
            mutates: "The untouched token is sent to a second resource server.",
            answer: "401 invalid_token (RFC 6750 §3.1)",
            source: "RFC 9068 §4, RFC 9700 §2.3; FAPI 2.0",
            means: "A token for one server opens another: a server that is given a token can use it elsewhere.",
            needs: &[Need::SecondTarget],
            make: Make::Request(|o| {
                let second = o
                    .target
                    .second
                    .clone()
                    .ok_or("needs the address of a second resource server")?;
                Ok(vec![o.at(&second, o.token)?])
            }),
            ..forgery()
        },
        Forgery {
            name: "replay-assertion",
            title: "The same assertion twice",
            mutates: "A client assertion is sent twice.",
            answer: "401 invalid_client (RFC 6749 §5.2)",
            source: "RFC 7523 §3 point 7; FAPI 2.0",
            means: ONCE,
            needs: &[Need::ClientKey],
            make: Make::Request(assertion::twice),
            ..forgery()
        },
        Forgery {
            name: "replay-code",
            title: "The same code twice",
            mutates: "The request with an authorization code is sent twice.",
            answer: "400 invalid_grant (RFC 6749 §4.1.2)",
            source: "RFC 6749 §4.1.2; FAPI 2.0",
            means: ONCE,
            make: Make::Request(|o| again(o, "code")),
            ..forgery()
        },
        Forgery {
            name: "replay-request-uri",
            title: "The same request_uri twice",
            mutates: "The request with a `request_uri` is sent twice.",
            expected: Expected::Either,
            answer: "400 invalid_request_uri (RFC 9126 §4)",
            source: "RFC 9126 §4; FAPI 2.0",
            means: "A server may take a `request_uri` twice (RFC 9126 §4); FAPI 2.0 servers should not.",
            make: Make::Request(|o| again(o, "request_uri")),
            ..forgery()
        },
        Forgery {
            name: "replay-parent-revoked",
            title: "Token whose parent was revoked",
            mutates: "The parent token is revoked, then the untouched token is sent. The parent is dead afterwards.",
            expected: Expected::Either,
            answer: "401 invalid_token (RFC 6750 §3.1)",
            source: "RFC 8693 §2.1; own",
            means: "RFC 8693 §2.1 makes no lasting link: what was exchanged lives on when its parent is revoked. Good to know.",
            needs: &[Need::Parent, Need::TokenEndpoint],
            lasting: true,
            make: Make::Request(parent_revoked),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
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
    )
    .map_err(|e| e.to_string())?;
    Ok(vec![revoke, occasion.control()?])
}
