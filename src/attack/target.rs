//! Where forgeries are sent, and how a request is made of a token.

use std::collections::BTreeSet;

use base64::Engine as _;
use url::Url;

use super::ingredients::{Ingredients, unbound};
use crate::{
    jose::Jwk,
    kit::{Env, text::escape},
    oauth::{
        client_auth::{self, Client, signing_alg},
        dpop::{self, HEADER},
        exchange::{Exchange, TypedToken},
        http::{Body, FORM, Field, Method, Request},
        metadata::{Metadata, is_loopback},
    },
};

/// What stands for the token in a header value or a body.
pub const MARK: &str = "{token}";

/// Statuses that count as a refusal, unless the user says otherwise.
pub const REFUSALS: [u16; 3] = [400, 401, 403];

/// Statuses that say that the request is too large: a refusal as well.
const TOO_LARGE: [u16; 3] = [413, 414, 431];

/// Requests of one forgery: all are sent in order, the last is judged.
pub type Steps = Vec<Request>;

/// Where the token goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenPlace {
    /// `Authorization: SCHEME TOKEN` (RFC 6750 §2.1).
    Authorization(String),
    /// A header of that name; its value is the token.
    Header(String),
    /// Into the body, in the place of `{token}`.
    Body,
    /// As the subject token of an exchange at the token endpoint.
    SubjectToken,
}

/// A token endpoint with what is asked of it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The authorization server.
    pub server: Metadata,
    /// The client that asks, with its credential.
    pub client: Client,
    /// `actor_token`.
    pub actor_token: Option<String>,
    /// `audience`.
    pub audience: Vec<String>,
    /// `scope`.
    pub scope: Vec<String>,
    /// `resource`.
    pub resource: Vec<String>,
    /// `requested_token_type`, a short word or a URI.
    pub requested_token_type: Option<String>,
}

/// Where forgeries are sent.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it is called beside its address, where it has to be told from others.
    pub label: Option<String>,
    /// Method.
    pub method: Method,
    /// Address.
    pub url: Url,
    /// Where the token goes.
    pub place: TokenPlace,
    /// Headers that every request has.
    pub headers: Vec<Field>,
    /// Media type and text of the body, with `{token}` where the token goes.
    pub body: Option<(String, String)>,
    /// Statuses that count as a refusal.
    pub refusals: BTreeSet<u16>,
    /// A second resource server, which must not take the token.
    pub second: Option<Url>,
    /// The private key that the token is bound to (RFC 9449).
    pub proof: Option<Jwk>,
    /// The token endpoint, for [`TokenPlace::SubjectToken`] and the forgeries that are aimed at it.
    pub endpoint: Option<Endpoint>,
}

impl Target {
    /// A resource server that takes bearer tokens.
    pub fn bearer(method: Method, url: Url) -> Self {
        Self {
            label: None,
            method,
            url,
            place: TokenPlace::Authorization("Bearer".into()),
            headers: Vec::new(),
            body: None,
            refusals: REFUSALS.into(),
            second: None,
            proof: None,
            endpoint: None,
        }
    }

    /// A token endpoint at which tokens are exchanged (RFC 8693).
    pub fn exchange(endpoint: Endpoint) -> Result<Self, String> {
        let url = endpoint
            .server
            .endpoint("token_endpoint")
            .map_err(|e| e.to_string())?;
        Ok(Self {
            place: TokenPlace::SubjectToken,
            endpoint: Some(endpoint),
            ..Self::bearer(Method::Post, url)
        })
    }

    /// Whether it is on this machine: then nobody has to be asked.
    pub fn is_local(&self) -> bool {
        self.addresses().iter().all(is_loopback)
    }

    /// Every address that something may be sent to.
    fn addresses(&self) -> Vec<Url> {
        let server = self.endpoint.as_ref().map(|endpoint| &endpoint.server);
        let others = ["token_endpoint", "revocation_endpoint"].into_iter();
        let others = others.filter_map(|name| server?.endpoint(name).ok());
        let mut all = vec![self.url.clone()];
        all.extend(self.second.clone());
        all.extend(others);
        all
    }

    /// Host and port.
    pub fn host(&self) -> String {
        host_of(&self.url)
    }

    /// Those that are not on this machine, for the question before the first request.
    pub fn foreign_hosts(&self) -> String {
        let mut hosts: Vec<String> = Vec::new();
        for url in self.addresses().iter().filter(|url| !is_loopback(url)) {
            let host = host_of(url);
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts.join(" and ")
    }

    /// Whether a status says that the request was refused.
    pub fn refuses(&self, status: u16) -> bool {
        self.refusals.contains(&status) || TOO_LARGE.contains(&status)
    }

    /// What is wrong with it, before anything is sent.
    pub fn check(&self) -> Result<(), String> {
        match (&self.place, &self.body, &self.endpoint) {
            (TokenPlace::Body, None, _) => Err(
                "the token goes into the body, but there is no body: write one with {token} in it"
                    .into(),
            ),
            (TokenPlace::Body, Some((_, text)), _) if !text.contains(MARK) => {
                Err("the body does not say where the token goes: write {token} there".into())
            }
            (TokenPlace::SubjectToken, _, None) => {
                Err("an exchange needs a token endpoint and a client".into())
            }
            (TokenPlace::Header(name), ..) if name.trim().is_empty() => {
                Err("the header that carries the token has no name".into())
            }
            (TokenPlace::Authorization(scheme), ..) if scheme.trim().is_empty() => {
                Err("the Authorization header has no scheme: Bearer or DPoP".into())
            }
            _ => Ok(()),
        }
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// One moment of firing: what a request is made of.
pub struct Occasion<'a> {
    /// Where it goes.
    pub target: &'a Target,
    /// The untouched token.
    pub token: &'a str,
    /// What forgeries are made of.
    pub with: &'a Ingredients,
    /// Time and randomness.
    pub env: &'a Env,
    /// The nonce that the server gave last (RFC 9449 §8).
    pub nonce: Option<&'a str>,
}

impl Occasion<'_> {
    /// The request with the untouched token.
    pub fn control(&self) -> Result<Request, String> {
        self.with_token(self.token)
    }

    /// The request with another token; a proof of possession is made for it where one is due.
    pub fn with_token(&self, token: &str) -> Result<Request, String> {
        self.at(&self.target.url, token)
    }

    /// [`Self::with_token`] at another address.
    pub fn at(&self, url: &Url, token: &str) -> Result<Request, String> {
        if self.target.place == TokenPlace::SubjectToken {
            return self.exchange(|ask| token.clone_into(&mut ask.subject_token));
        }
        let mut request = self.bare(url, token);
        if self.target.proof.is_some() {
            let proof = self
                .proof(&request, Some(token))?
                .sign()
                .map_err(|e| e.to_string())?;
            request.headers.push(Field::secret(HEADER, proof));
        }
        Ok(request)
    }

    /// A good proof for a request that carries `token`, to be changed before it is signed. A forger
    /// does not ask what his key is for.
    pub(super) fn proof(
        &self,
        request: &Request,
        token: Option<&str>,
    ) -> Result<dpop::Draft, String> {
        let key = self.target.proof.as_ref();
        let key = key.ok_or("needs the private key that the token is bound to")?;
        let about = dpop::About {
            method: request.method.name(),
            url: &request.url,
            token,
            nonce: self.nonce,
        };
        let mut draft =
            dpop::Draft::new(&unbound(key), &about, self.env).map_err(|e| e.to_string())?;
        draft.alg = signing_alg(key).map_err(|e| e.to_string())?;
        Ok(draft)
    }

    /// The exchange of the target, changed.
    pub(super) fn exchange(
        &self,
        change: impl FnOnce(&mut ExchangeDraft),
    ) -> Result<Request, String> {
        let mut ask = ExchangeDraft::of(self)?;
        change(&mut ask);
        ask.request(self)
    }

    /// The request without a proof of possession.
    pub(super) fn bare(&self, url: &Url, token: &str) -> Request {
        let target = self.target;
        let mut headers = target.headers.clone();
        match &target.place {
            TokenPlace::Authorization(scheme) => {
                headers.push(Field::token("Authorization", format!("{scheme} {token}")));
            }
            TokenPlace::Header(name) => headers.push(Field::token(name, token)),
            TokenPlace::Body | TokenPlace::SubjectToken => {}
        }
        let body = match &target.body {
            None => Body::Empty,
            Some((media, text)) => {
                let written = if media.starts_with(FORM) {
                    url::form_urlencoded::byte_serialize(token.as_bytes()).collect()
                } else if media.contains("json") {
                    // Inside a JSON string.
                    let quoted = serde_json::Value::from(token).to_string();
                    quoted.trim_matches('"').to_owned()
                } else {
                    token.to_owned()
                };
                Body::Text {
                    content_type: media.clone(),
                    text: text.replace(MARK, &written),
                }
            }
        };
        Request {
            method: target.method,
            url: url.clone(),
            headers,
            body,
        }
    }

    /// The token endpoint.
    pub(super) fn endpoint(&self) -> Result<&Endpoint, String> {
        self.target.endpoint.as_ref().ok_or_else(|| {
            "needs a token endpoint and a client there: aim at an exchange".to_owned()
        })
    }

    /// The client that asks.
    pub(super) fn client_id(&self) -> Result<&str, String> {
        self.endpoint().map(|e| e.client.client_id.as_str())
    }

    /// Random text for identifiers.
    pub(super) fn random(&self) -> String {
        let mut bytes = [0; 16];
        self.env.rng.fill(&mut bytes);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// An exchange, to be changed before it is sent.
#[derive(Clone)]
pub(super) struct ExchangeDraft {
    pub subject_token: String,
    pub subject_token_type: String,
    pub actor_token: Option<String>,
    pub audience: Vec<String>,
    pub scope: Vec<String>,
    pub resource: Vec<String>,
    pub requested_token_type: Option<String>,
    /// Whether the client proves who it is.
    pub authenticated: bool,
}

impl ExchangeDraft {
    pub fn of(occasion: &Occasion<'_>) -> Result<Self, String> {
        let endpoint = occasion.endpoint()?;
        Ok(Self {
            subject_token: occasion.token.to_owned(),
            subject_token_type: "access_token".into(),
            actor_token: endpoint.actor_token.clone(),
            audience: endpoint.audience.clone(),
            scope: endpoint.scope.clone(),
            resource: endpoint.resource.clone(),
            requested_token_type: endpoint.requested_token_type.clone(),
            authenticated: true,
        })
    }

    /// The request, before the client's proof is added.
    pub fn bare(&self, endpoint: &Endpoint) -> Result<Request, String> {
        let exchange = Exchange {
            subject: Some(TypedToken {
                token: &self.subject_token,
                token_type: &self.subject_token_type,
            }),
            actor: self.actor_token.as_deref().map(|token| TypedToken {
                token,
                token_type: "access_token",
            }),
            requested_token_type: self.requested_token_type.as_deref(),
            audience: &self.audience,
            scope: &self.scope,
            resource: &self.resource,
            ..Exchange::default()
        };
        exchange
            .request(&endpoint.server)
            .map_err(|e| e.to_string())
    }

    /// The whole request.
    pub fn request(&self, occasion: &Occasion<'_>) -> Result<Request, String> {
        let endpoint = occasion.endpoint()?;
        let mut request = self.bare(endpoint)?;
        let further = occasion.target.headers.iter().cloned();
        request.headers.extend(further);
        if self.authenticated {
            client_auth::apply(
                &endpoint.client,
                &mut request,
                &endpoint.server,
                occasion.env,
            )
            .map_err(|why| escape(&why.to_string()).into_owned())?;
        }
        if occasion.target.proof.is_some() {
            // At a token endpoint no access token goes along that the proof would name.
            let proof = occasion
                .proof(&request, None)?
                .sign()
                .map_err(|e| e.to_string())?;
            request.headers.push(Field::secret(HEADER, proof));
        }
        Ok(request)
    }
}
