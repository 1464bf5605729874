//! What a node sends first, and what may keep it from that.

use std::sync::Arc;

use url::Url;

use super::{
    PRACTICE_REDIRECT, Sent, SignIn, Stage, TokenRequest, end, holder::Proving, setting,
    token_request, want,
};
use crate::{
    chain::{
        Ask, Chain, Node, Step,
        run::{
            BrowserWant, Directory, Failure, NodeRun, Pending, Progress, Run, ServerView, State,
            Want,
        },
    },
    jose::Jwk,
    kit::{Env, ids::TokenId, rng, text},
    oauth::{
        client_auth::{self, Client},
        code::{AuthorizationRequest, Pkce},
        exchange::{Exchange, TypedToken},
        failure::Place,
        grants,
        http::{Field, Method, Request},
        metadata, token_type,
    },
    token::{Kind, Token, claims, decode::decode},
};

/// A node that is being started, with all that it may look at.
pub(super) struct Starting<'a> {
    pub(super) chain: &'a Chain,
    pub(super) node: &'a Node,
    pub(super) run: &'a Run,
    pub(super) directory: &'a dyn Directory,
    pub(super) env: &'a Env,
}

type Begun = Result<Progress, Failure>;

impl Starting<'_> {
    fn running(notes: Vec<String>, key: Option<&Jwk>) -> NodeRun {
        NodeRun {
            state: State::Running,
            notes,
            proof_key: key.cloned(),
            ..NodeRun::default()
        }
    }

    fn send(
        &self,
        purpose: String,
        request: Request,
        stage: Stage,
        notes: Vec<String>,
    ) -> Progress {
        let sent = Sent {
            at: self.env.now,
            purpose,
            request,
            proving: None,
        };
        want(
            self.node.id.clone(),
            Self::running(notes, None),
            stage,
            sent,
        )
    }

    /// Sends with a proof of possession.
    fn prove(
        &self,
        purpose: String,
        proving: Proving,
        key: &Jwk,
        stage: Stage,
        notes: Vec<String>,
    ) -> Begun {
        let request = proving.request(None, self.env).map_err(setting)?;
        let sent = Sent {
            at: self.env.now,
            purpose,
            request,
            proving: Some(Box::new(proving)),
        };
        let shown = Self::running(notes, Some(key));
        Ok(want(self.node.id.clone(), shown, stage, sent))
    }

    /// Sends a token request, with the client's proof, and the holder's where there is to be one.
    fn ask_for_token(
        &self,
        purpose: String,
        mut request: Request,
        (client, server): (Client, ServerView),
        mut kept: TokenRequest,
    ) -> Begun {
        let Some(key) = self.own_key()? else {
            client_auth::apply(&client, &mut request, &server.metadata, self.env)
                .map_err(setting)?;
            return Ok(self.send(purpose, request, Stage::Token(kept.into()), Vec::new()));
        };
        kept.jkt = key.thumbprint().ok();
        let proving = Proving::of_client(key.clone(), request, client, server);
        self.prove(
            purpose,
            proving,
            &key,
            Stage::Token(kept.into()),
            Vec::new(),
        )
    }

    fn server(&self) -> Result<ServerView, Failure> {
        self.directory
            .server(self.node.server.as_deref())
            .map_err(|reason| {
                Failure::setup(
                    reason,
                    match self.node.server {
                        None => "start the practice server",
                        Some(_) => "connect the server, or choose another for this node",
                    },
                )
            })
    }

    fn client(&self) -> Result<Client, Failure> {
        let Some(id) = self.node.client_id().filter(|id| !id.is_empty()) else {
            return Err(Failure::setup(
                "no client is chosen for this node",
                "choose the client that asks",
            ));
        };
        self.directory
            .client(self.node.server.as_deref(), id)
            .map_err(|reason| {
                Failure::setup(
                    reason,
                    "add the client in the server's settings, or choose another",
                )
            })
    }

    /// The token of an input, and its type.
    fn input(&self, id: &str, role: &str) -> Result<(Arc<Token>, Option<String>), Failure> {
        let shown = text::escape(id);
        if self.chain.node(id).is_none() {
            return Err(Failure::setup(
                format!("the {role} comes from `{shown}`, and there is no such node"),
                "connect a node that gives a token",
            ));
        }
        let found = self.run.nodes.get(id);
        match found.and_then(|n| n.token.clone().map(|t| (t, n.token_type_uri.clone()))) {
            Some(found) => Ok(found),
            None => Err(Failure::setup(
                format!("the {role} comes from `{shown}`, which has given no token"),
                match self.run.state(id) {
                    State::Failed => "mend that node first",
                    _ => "run that node first",
                },
            )),
        }
    }

    pub(super) fn sign_in(&self, user: Option<&str>, ask: &Ask) -> Begun {
        let server = self.server()?;
        let client = self.client()?;
        let mut notes = Vec::new();
        match &server.metadata.code_challenge_methods_supported {
            Some(methods) if !methods.iter().any(|m| m == "S256") => notes.push(
                "the server's metadata does not announce PKCE with S256 (RFC 7636); it is sent all the same".into(),
            ),
            _ => {}
        }
        let key = self.own_key()?;
        let jkt = key.as_ref().and_then(|key| key.thumbprint().ok());
        let pkce = Pkce::new(self.env.rng.as_ref());
        let state = rng::token(self.env.rng.as_ref(), 16);
        // A named user of the practice server is signed in at once; everybody else uses the browser.
        let at_once = self.node.server.is_none() && user.is_some();
        let url = AuthorizationRequest {
            client_id: &client.client_id,
            redirect_uri: at_once.then_some(PRACTICE_REDIRECT),
            state: &state,
            challenge: &pkce.challenge,
            scope: &ask.scope,
            audience: &ask.audience,
            resource: &ask.resource,
            login_hint: user,
            may_act: ask.may_act.as_deref(),
            dpop_jkt: jkt.as_deref(),
        }
        .url(&server.metadata)
        .map_err(setting)?;
        let who = user.unwrap_or("in the browser").to_owned();
        let sign_in = Box::new(SignIn {
            server,
            client,
            pkce,
            state: state.clone(),
            ask: ask.clone(),
            who: who.clone(),
            key: key.clone(),
        });
        if at_once {
            let request = Request::get(url);
            let sent = Sent {
                at: self.env.now,
                purpose: format!("authorize, {who}"),
                request,
                proving: None,
            };
            let shown = Self::running(notes, key.as_ref());
            return Ok(want(
                self.node.id.clone(),
                shown,
                Stage::Authorize(sign_in),
                sent,
            ));
        }
        let pending = Pending {
            node: self.node.id.clone(),
            so_far: Self::running(notes, key.as_ref()),
            stage: Stage::Authorize(sign_in),
            sent: None,
        };
        Ok(Progress::Want(
            Box::new(pending),
            Want::Browser(BrowserWant { url, state }),
        ))
    }

    pub(super) fn client_credentials(&self, ask: &Ask) -> Begun {
        let server = self.server()?;
        let client = self.client()?;
        let request =
            grants::client_credentials(&server.metadata, &ask.scope, &ask.audience, &ask.resource)
                .map_err(setting)?;
        let kept = token_request(Place::ClientCredentials, ask, &client);
        let purpose = format!("credentials, {}", client.client_id);
        self.ask_for_token(purpose, request, (client, server), kept)
    }

    pub(super) fn paste(&self, pasted: &str) -> Begun {
        let pasted = pasted.trim();
        if pasted.is_empty() {
            return Err(Failure::setup(
                "no token is pasted",
                "paste one, or choose one of the tray",
            ));
        }
        let token = match pasted.strip_prefix("tray:") {
            None => Arc::new(decode(pasted)),
            Some(id) => id
                .parse::<TokenId>()
                .ok()
                .and_then(|id| self.directory.token(id))
                .ok_or_else(|| {
                    Failure::setup(
                        format!(
                            "the tray has no token `{}`",
                            text::shorten(&text::escape(id), 40)
                        ),
                        "choose a token of the tray, or paste one",
                    )
                })?,
        };
        let uri = match token.kind {
            Kind::IdToken => token_type::ID_TOKEN,
            Kind::RefreshToken => token_type::REFRESH_TOKEN,
            Kind::JwtSvid => token_type::JWT,
            _ => token_type::ACCESS_TOKEN,
        };
        let shown = NodeRun {
            granted: claims::scopes(&token),
            token: Some(token),
            token_type_uri: Some(uri.to_owned()),
            ..NodeRun::default()
        };
        Ok(end(self.chain, self.node, self.run, shown, None))
    }

    pub(super) fn exchange(&self) -> Begun {
        let Step::Exchange {
            subject,
            subject_token_type,
            actor,
            actor_token_type,
            requested_token_type,
            ask,
        } = &self.node.step
        else {
            return Err(Failure::setup("the node is no exchange", "run it again"));
        };
        let server = self.server()?;
        let client = self.client()?;
        let (subject, subject_uri) = self.input(subject, "subject token")?;
        let actor = match actor {
            Some(id) => Some(self.input(id, "actor token")?),
            None => None,
        };
        let word = |chosen: &Option<String>, known: Option<&String>| {
            chosen
                .as_deref()
                .or(known.map(String::as_str))
                .unwrap_or(token_type::ACCESS_TOKEN)
                .to_owned()
        };
        let subject_word = word(subject_token_type, subject_uri.as_ref());
        let actor_word = word(
            actor_token_type,
            actor.as_ref().and_then(|(_, uri)| uri.as_ref()),
        );
        let request = Exchange {
            subject: Some(TypedToken {
                token: &subject.raw,
                token_type: &subject_word,
            }),
            actor: actor.as_ref().map(|(token, _)| TypedToken {
                token: &token.raw,
                token_type: &actor_word,
            }),
            requested_token_type: requested_token_type.as_deref(),
            resource: &ask.resource,
            audience: &ask.audience,
            scope: &ask.scope,
            may_act: ask.may_act.as_deref(),
        }
        .request(&server.metadata)
        .map_err(setting)?;
        let mut kept = token_request(Place::Exchange, ask, &client);
        kept.asked.requested_token_type = requested_token_type
            .as_deref()
            .map(|word| token_type::uri(word).to_owned());
        kept.subject = Some(subject);
        kept.actor = actor.map(|(token, _)| token);
        let purpose = format!("exchange, {}", client.client_id);
        self.ask_for_token(purpose, request, (client, server), kept)
    }

    pub(super) fn call(&self, from: &str, url: &str, method: Option<&str>) -> Begun {
        let (sent, _) = self.input(from, "token")?;
        let url = self.api(url)?;
        let method = match method {
            None => Method::Get,
            Some(name) => Method::parse(name).ok_or_else(|| {
                Failure::setup(
                    format!(
                        "`{}` is no method that is sent here",
                        text::shorten(&text::escape(name), 40)
                    ),
                    "choose GET, POST, PUT, PATCH or DELETE",
                )
            })?,
        };
        let mut notes = Vec::new();
        let scheme = self.run.nodes.get(from).and_then(|n| n.scheme.as_deref());
        if scheme == Some("N_A") {
            return Err(Failure {
                expected: "RFC 8693 §2.2.1: a token issued as N_A is no access token and is never sent to an API".into(),
                ..Failure::setup(
                    "the token was issued with `token_type` N_A",
                    "ask for an access token in the exchange before",
                )
            });
        }
        let key = self.key_for(from, &sent)?;
        if key.is_none() && scheme == Some("DPoP") {
            notes.push(
                "the token is bound to a key and is sent as Bearer without a proof, as this node says: an API that checks refuses it (RFC 9449 §7.2)".into(),
            );
        }
        if url.scheme() == "http" && !metadata::is_loopback(&url) {
            notes.push("the token goes over the network in clear text (RFC 6750 §5.3)".into());
        }
        let purpose = format!(
            "call, {}",
            url.path_segments()
                .and_then(|mut s| s.next_back().map(str::to_owned))
                .filter(|s| !s.is_empty())
                .or_else(|| url.host_str().map(str::to_owned))
                .unwrap_or_default()
        );
        let mut request = Request::get(url);
        request.method = method;
        let scheme = if key.is_some() { "DPoP" } else { "Bearer" };
        request.headers.push(Field::token(
            "Authorization",
            format!("{scheme} {}", sent.raw),
        ));
        match key {
            None => Ok(self.send(purpose, request, Stage::Call, notes)),
            Some(key) => {
                let proving = Proving::of_token(key.clone(), request, sent);
                self.prove(purpose, proving, &key, Stage::Call, notes)
            }
        }
    }

    fn api(&self, text: &str) -> Result<Url, Failure> {
        let text = text.trim();
        if let Some(url) = self.directory.resource(text) {
            return Ok(url);
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
            _ => Err(Failure::setup(
                format!(
                    "`{}` is no http or https URL, and the practice server has no resource server of that name",
                    text::shorten(&text::escape(text), 100)
                ),
                "write an absolute URL, or the name of a practice resource server such as payments-api; start the practice server if it does not run",
            )),
        }
    }
}
