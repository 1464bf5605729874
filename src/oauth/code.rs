//! Authorization code with PKCE (RFC 6749 §4.1, RFC 7636).

use std::collections::HashMap;

use url::Url;

use super::{
    failure::{self, Failure, FailureKind, RefusalPlace},
    http::{Field, Request},
    metadata::{EndpointError, Metadata},
};
use crate::{
    jose::{b64, crypto},
    kit::{
        rng::{self, Rng},
        secret::Secret,
        text,
    },
};

/// A PKCE verifier with its challenge (RFC 7636 §4.1, §4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pkce {
    /// `code_verifier`: kept until the token request.
    pub verifier: Secret,
    /// `code_challenge`, method `S256`.
    pub challenge: String,
}

impl Pkce {
    /// A fresh pair from 32 random bytes.
    pub fn new(rng: &dyn Rng) -> Self {
        Self::of(rng::token(rng, 32))
    }

    /// The pair of a verifier.
    pub fn of(verifier: impl Into<String>) -> Self {
        let verifier = verifier.into();
        Self {
            challenge: b64::encode(crypto::sha256(verifier.as_bytes())),
            verifier: Secret::new(verifier),
        }
    }
}

/// An authorization request (RFC 6749 §4.1.1).
#[derive(Debug, Clone, Default)]
pub struct AuthorizationRequest<'a> {
    /// `client_id`.
    pub client_id: &'a str,
    /// `redirect_uri`; whoever listens adds it when the port is not known yet.
    pub redirect_uri: Option<&'a str>,
    /// `state`, which the redirect must carry.
    pub state: &'a str,
    /// `code_challenge`, method `S256`.
    pub challenge: &'a str,
    /// `scope`.
    pub scope: &'a [String],
    /// `audience`, repeatable: not registered for this endpoint, read by many servers.
    pub audience: &'a [String],
    /// `resource`, repeatable (RFC 8707 §2.1).
    pub resource: &'a [String],
    /// `login_hint` (OpenID Connect Core §3.1.2.1).
    pub login_hint: Option<&'a str>,
    /// `may_act`, an extension of the practice server.
    pub may_act: Option<&'a str>,
    /// `dpop_jkt`: thumbprint of the key that the code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<&'a str>,
}

impl AuthorizationRequest<'_> {
    /// The URL to open. The endpoint's own query is kept (RFC 6749 §3.1).
    pub fn url(&self, server: &Metadata) -> Result<Url, EndpointError> {
        let mut url = server.endpoint("authorization_endpoint")?;
        url.set_fragment(None);
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", self.client_id);
            if let Some(uri) = self.redirect_uri {
                query.append_pair("redirect_uri", uri);
            }
            if !self.scope.is_empty() {
                query.append_pair("scope", &self.scope.join(" "));
            }
            query
                .append_pair("state", self.state)
                .append_pair("code_challenge", self.challenge)
                .append_pair("code_challenge_method", "S256");
            for value in self.audience {
                query.append_pair("audience", value);
            }
            for value in self.resource {
                query.append_pair("resource", value);
            }
            if let Some(user) = self.login_hint {
                query.append_pair("login_hint", user);
            }
            if let Some(actor) = self.may_act {
                query.append_pair("may_act", actor);
            }
            if let Some(jkt) = self.dpop_jkt {
                query.append_pair("dpop_jkt", jkt);
            }
        }
        Ok(url)
    }
}

/// Reads the redirect that answers an authorization request; gives the code.
///
/// Checks that it came to `redirect_uri`, that `state` is the request's (RFC 6749 §10.12), that `iss`
/// is the server's where it is sent or announced (RFC 9207 §2.4), and that no parameter is repeated
/// (RFC 6749 §3.1).
pub fn read_redirect(
    received: &Url,
    redirect_uri: &Url,
    state: &str,
    server: &Metadata,
) -> Result<Secret, Failure> {
    let wrong = |said: String, expected: &str, try_this: &str| {
        Err(Failure {
            kind: FailureKind::Refused,
            said,
            expected: expected.to_owned(),
            try_this: try_this.to_owned(),
            code: None,
        })
    };
    let place = |url: &Url| {
        (
            url.scheme().to_owned(),
            url.host_str().map(str::to_owned),
            url.port_or_known_default(),
            url.path().to_owned(),
        )
    };
    if place(received) != place(redirect_uri) {
        let (_, host, _, path) = place(received);
        return wrong(
            format!(
                "the server redirects to {}{}, not to the redirect URI of the request",
                text::shorten(&text::escape(&host.unwrap_or_default()), 100),
                text::shorten(&text::escape(&path), 100)
            ),
            "RFC 6749 §3.1.2: the answer comes to the redirect URI that the request named",
            "look at the address: a login page means that the server wants a person in a browser; else check the redirect URIs registered for the client",
        );
    }
    let mut parameters: HashMap<String, String> = HashMap::new();
    for (name, value) in received.query_pairs() {
        if parameters
            .insert(name.clone().into_owned(), value.into_owned())
            .is_some()
        {
            return wrong(
                format!(
                    "the redirect carries `{}` twice",
                    text::shorten(&text::escape(&name), 40)
                ),
                "RFC 6749 §3.1: a parameter must not occur more than once",
                "start the sign-in again; if it stays so, the server or something before it is broken",
            );
        }
    }
    let get = |name: &str| parameters.get(name).map(String::as_str);
    let code = get("code").filter(|c| !c.is_empty());
    match get("state") {
        Some(found) if found == state => {}
        // Some servers forget `state` when they refuse; the refusal is shown, nothing is taken.
        None if code.is_none() && get("error").is_some() => {}
        found => {
            return wrong(
                if found.is_some() {
                    "the redirect carries another `state`: it answers another request, perhaps a forged one".into()
                } else {
                    "the redirect carries no `state`".into()
                },
                "RFC 6749 §4.1.2 and §10.12: `state` comes back exactly as it was sent",
                "start the sign-in again, in one window only",
            );
        }
    }
    match get("iss") {
        Some(iss) if iss == server.issuer => {}
        Some(iss) => {
            return wrong(
                format!(
                    "the redirect comes from the issuer {}, not from {}",
                    text::shorten(&text::escape(iss), 200),
                    text::escape(&server.issuer)
                ),
                "RFC 9207 §2.4: `iss` must be the issuer that the request was sent to; another one is a mix-up attack or a wrong setting",
                "connect to the server by exactly the issuer it names, then sign in again",
            );
        }
        None if server.says("authorization_response_iss_parameter_supported") => {
            return wrong(
                "the redirect carries no `iss`, which the server's metadata announces".into(),
                "RFC 9207 §2.4: an announced `iss` that is missing must be refused",
                "start the sign-in again; if it stays so, the server's metadata is wrong",
            );
        }
        None => {}
    }
    if let Some(error) = get("error") {
        return Err(failure::refusal(
            RefusalPlace::Authorization,
            None,
            Some(error),
            get("error_description"),
        ));
    }
    match code {
        Some(code) => Ok(Secret::new(code)),
        None if get("response").is_some() => wrong(
            "the redirect carries a signed `response` (JARM), which was not asked for".into(),
            "RFC 6749 §4.1.2: `code` and `state` in the query",
            "switch JARM off for this client",
        ),
        None => wrong(
            "the redirect carries neither a code nor an error".into(),
            "RFC 6749 §4.1.2: `code` and `state` in the query",
            "check that the client may use the authorization code grant, and that its response mode is `query`",
        ),
    }
}

/// The token request that redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.5), before the client's proof
/// is added.
pub fn token_request(
    server: &Metadata,
    code: &Secret,
    redirect_uri: &str,
    pkce: &Pkce,
    resource: &[String],
) -> Result<Request, EndpointError> {
    let mut fields = vec![
        Field::plain("grant_type", "authorization_code"),
        Field::secret("code", code.expose()),
        Field::plain("redirect_uri", redirect_uri),
        Field::secret("code_verifier", pkce.verifier.expose()),
    ];
    fields.extend(resource.iter().map(|r| Field::plain("resource", r)));
    Ok(Request::form(server.endpoint("token_endpoint")?, fields))
}
