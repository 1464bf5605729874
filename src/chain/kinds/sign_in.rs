//! Node kind `sign_in`: a user signs in by authorization code with PKCE.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{StepKind, client_flaw};
use crate::{
    chain::{
        Node, TokenRequest, WORKBENCH,
        engine::{AwaitedToken, Begun, Next, Proving, Sent, Stage, Starting, setting, want},
        file::{FileError, fields::Fields, write::Lines},
        run::{BrowserWant, Failure, Pending, Progress, ServerView, Want},
    },
    jose::Jwk,
    kit::{Env, rng},
    oauth::{
        client_auth::{self, Client},
        code::{self, AuthorizationRequest, Pkce},
        failure::{self, RefusalPlace},
        http::{Request, Response},
        token_response,
        unreadable::unreadable,
    },
};

/// Settings of a node at which a user signs in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SignIn {
    /// `login_hint`; at the practice server a user's name signs in at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What is asked for.
    #[serde(flatten)]
    pub request: TokenRequest,
}

/// Where the practice server is asked to send a user who signs in without a browser. Nothing listens
/// there: the redirect is read from the answer and not followed.
const PRACTICE_REDIRECT: &str = "http://127.0.0.1/callback";

impl StepKind for SignIn {
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            user: fields.text("user")?,
            request: TokenRequest::read(fields)?,
        })
    }

    fn write(&self, out: &mut Lines) {
        out.text("user", self.user.as_ref());
        self.request.write(out);
    }

    fn title(&self) -> &'static str {
        "Sign in"
    }

    fn word(&self) -> &'static str {
        "sign-in"
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let Starting { node, env, .. } = starting;
        let server = starting.server()?;
        let client = starting.client()?;
        let user = self.user.as_deref();
        let mut notes = Vec::new();
        match &server.metadata.code_challenge_methods_supported {
            Some(methods) if !methods.iter().any(|m| m == "S256") => notes.push(
                "the server's metadata does not announce PKCE with S256 (RFC 7636); it is sent all the same".into(),
            ),
            _ => {}
        }
        let key = starting.own_key()?;
        let jkt = key.as_ref().and_then(|key| key.thumbprint().ok());
        let pkce = Pkce::new(env.rng.as_ref());
        let state = rng::token(env.rng.as_ref(), 16);
        // A named user of the practice server is signed in at once; everybody else uses the browser.
        let at_once = node.server.is_none() && user.is_some();
        let url = AuthorizationRequest {
            client_id: &client.client_id,
            redirect_uri: at_once.then_some(PRACTICE_REDIRECT),
            state: &state,
            challenge: &pkce.challenge,
            scope: &self.request.scope,
            audience: &self.request.audience,
            resource: &self.request.resource,
            login_hint: user,
            may_act: self.request.may_act.as_deref(),
            dpop_jkt: jkt.as_deref(),
        }
        .url(&server.metadata)
        .map_err(setting)?;
        let who = user.unwrap_or("in the browser").to_owned();
        let authorizing = Box::new(Authorizing {
            server,
            client,
            pkce,
            state: state.clone(),
            request: self.request.clone(),
            who: who.clone(),
            key: key.clone(),
        });
        let shown = Starting::running(notes, key.as_ref());
        let stage = Stage::Authorize(authorizing);
        if at_once {
            let sent = Sent {
                at: env.now,
                purpose: format!("authorize, {who}"),
                request: Request::get(url),
                proving: None,
            };
            return Ok(want(node.id.clone(), shown, stage, sent));
        }
        let pending = Pending {
            node: node.id.clone(),
            so_far: shown,
            stage,
            sent: None,
        };
        Ok(Progress::Want(
            Box::new(pending),
            Want::Browser(BrowserWant { url, state }),
        ))
    }

    fn flaws(&self, node: &Node, flaw: &mut dyn FnMut(String)) {
        client_flaw(node, flaw);
        self.request.flaws(flaw);
    }

    fn asks_server(&self) -> bool {
        true
    }

    fn practice_client(&self) -> Option<&'static str> {
        Some(WORKBENCH)
    }

    fn hop_name(&self, _node: &Node, _exchanges: usize) -> String {
        "sign-in".into()
    }
}

/// A sign-in whose code has not come yet.
#[derive(Debug, Clone)]
pub(crate) struct Authorizing {
    server: ServerView,
    client: Client,
    pkce: Pkce,
    state: String,
    request: TokenRequest,
    who: String,
    /// The key that the code, and then the token, is bound to.
    key: Option<Jwk>,
}

impl Authorizing {
    /// Goes on with the code of a redirect: the token request.
    pub(in crate::chain) fn redeem(
        &self,
        redirect_uri: &Url,
        received: &Url,
        env: &Env,
    ) -> Result<Next, Failure> {
        let server = &self.server.metadata;
        let code = code::read_redirect(received, redirect_uri, &self.state, server)?;
        let request = code::token_request(
            server,
            &code,
            redirect_uri.as_str(),
            &self.pkce,
            &self.request.resource,
        )
        .map_err(setting)?;
        let mut awaited = AwaitedToken::new(RefusalPlace::Code, &self.request, &self.client);
        let (request, proving) = match &self.key {
            None => {
                let mut request = request;
                client_auth::apply(&self.client, &mut request, server, env).map_err(setting)?;
                (request, None)
            }
            Some(key) => {
                awaited.jkt = key.thumbprint().ok();
                let (client, server) = (self.client.clone(), self.server.clone());
                let proving = Proving::of_client(key.clone(), request, client, server);
                let request = proving.request(None, env).map_err(setting)?;
                (request, Some(Box::new(proving)))
            }
        };
        let sent = Sent {
            at: env.now,
            purpose: format!("sign-in, {}", self.who),
            request,
            proving,
        };
        Ok(Next::Send(Stage::Token(awaited.into()), Box::new(sent)))
    }
}

/// The redirect in an answer of the practice server's authorization endpoint: the redirect URI of
/// the request, and where the answer leads.
pub(in crate::chain) fn redirect_of(
    response: &Response,
    asked: Option<&Url>,
) -> Result<(Url, Url), Failure> {
    if !(300..400).contains(&response.status) {
        return Err(match token_response::oauth_error(response) {
            Some((code, description)) => failure::refusal(
                RefusalPlace::Authorization,
                Some(response.status),
                Some(&code),
                description.as_deref(),
            ),
            None => Failure {
                said: unreadable(response),
                expected: "RFC 6749 §4.1.2: a redirect with a code".into(),
                try_this: "check that the practice server has this user: alice or bob".into(),
                ..Failure::default()
            },
        });
    }
    let target = response
        .header("location")
        .and_then(|location| match asked {
            Some(base) => base.join(location).ok(),
            None => Url::parse(location).ok(),
        })
        .ok_or_else(|| {
            failure::without_code(
                RefusalPlace::Authorization,
                response.status,
                format!("{} without a Location that can be read", response.status),
            )
        })?;
    let uri = Url::parse(PRACTICE_REDIRECT)
        .map_err(|e| Failure::setup(e.to_string(), "report this as a defect"))?;
    Ok((uri, target))
}
