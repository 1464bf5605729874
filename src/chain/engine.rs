//! How a node runs: what it sends first, and what it does with each answer.

use std::{collections::BTreeSet, sync::Arc};

use url::Url;

use super::{
    Ask, Chain, Node, Step, expectation, provenance,
    run::{
        Answer, BrowserWant, Directory, Exchanged, Failure, NodeRun, Pending, Progress, Run,
        ServerView, State, Want,
    },
};
use crate::{
    kit::{Env, clock::Timestamp, ids::TokenId, rng, text},
    oauth::{
        challenge,
        client_auth::{self, Client},
        code::{self, AuthorizationRequest, Pkce},
        exchange::{Exchange, TypedToken},
        failure::{self, Place},
        grants,
        http::{Field, Method, Request, Response},
        metadata, token_response, token_type,
    },
    token::{Kind, Token, claims, decode::decode},
};

/// Where the practice server is asked to send a user who signs in without a browser. Nothing listens
/// there: the redirect is read from the answer and not followed.
const PRACTICE_REDIRECT: &str = "http://127.0.0.1/callback";

/// A request that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    at: Timestamp,
    purpose: String,
    request: Request,
}

/// Where inside a node the run stands.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// The authorization request is under way.
    Authorize(Box<SignIn>),
    /// The token request is under way.
    Token(Box<TokenRequest>),
    /// The API is being called.
    Call,
}

/// What a sign-in keeps until its code comes.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    server: ServerView,
    client: Client,
    pkce: Pkce,
    state: String,
    ask: Ask,
    who: String,
}

/// What a token request keeps until its answer comes.
#[derive(Debug, Clone)]
pub(crate) struct TokenRequest {
    asked: token_response::Asked,
    targets: Vec<String>,
    client_id: String,
    subject: Option<Arc<Token>>,
    /// `None` when none was sent.
    actor: Option<Arc<Token>>,
}

pub(super) fn start(
    chain: &Chain,
    id: &str,
    run: &Run,
    directory: &dyn Directory,
    env: &Env,
) -> Progress {
    let Some(node) = chain.node(id) else {
        let failure = Failure::setup(
            format!("the chain has no node `{}`", text::escape(id)),
            "choose a node of the chain",
        );
        return Progress::End(Box::new(NodeRun {
            state: State::Failed,
            failure: Some(failure),
            ..NodeRun::default()
        }));
    };
    let starting = Starting {
        chain,
        node,
        run,
        directory,
        env,
    };
    let begun = match &node.step {
        Step::SignIn { user, ask } => starting.sign_in(user.as_deref(), ask),
        Step::ClientCredentials { ask } => starting.client_credentials(ask),
        Step::Paste { token } => starting.paste(token),
        Step::Exchange { .. } => starting.exchange(),
        Step::Call { token, url, method } => starting.call(token, url, method.as_deref()),
    };
    begun.unwrap_or_else(|failure| end(chain, node, run, NodeRun::default(), Some(failure)))
}

pub(super) fn resume(
    chain: &Chain,
    pending: Pending,
    answer: Answer,
    run: &Run,
    env: &Env,
) -> Progress {
    let Pending {
        node: id,
        mut so_far,
        stage,
        sent,
    } = pending;
    let Some(node) = chain.node(&id) else {
        so_far.state = State::Failed;
        so_far.failure = Some(Failure::setup(
            "the node was removed while it ran",
            "run the chain again",
        ));
        return Progress::End(Box::new(so_far));
    };
    if let (Some(sent), Answer::Http(response)) = (&sent, &answer) {
        if let Ok(response) = response {
            so_far.millis = so_far.millis.saturating_add(response.millis);
        }
        so_far.exchanged.push(Exchanged {
            at: sent.at,
            purpose: sent.purpose.clone(),
            request: sent.request.clone(),
            response: response.clone(),
        });
    }
    let went = match (stage, answer) {
        (Stage::Authorize(sign_in), Answer::Http(Ok(response))) => {
            redirect_of(&response, sent.as_ref().map(|s| &s.request.url))
                .and_then(|(uri, received)| redeem(&sign_in, &uri, &received, env))
        }
        (Stage::Authorize(sign_in), Answer::Redirect(Ok((uri, received)))) => {
            redeem(&sign_in, &uri, &received, env)
        }
        (Stage::Token(request), Answer::Http(Ok(response))) => {
            take_token(&request, &response, &mut so_far).map(|()| Next::Done)
        }
        (Stage::Call, Answer::Http(Ok(response))) => {
            if response.is_success() {
                Ok(Next::Done)
            } else {
                Err(challenge::refusal(&response))
            }
        }
        (_, Answer::Http(Err(reason)) | Answer::Redirect(Err(reason))) => {
            Err(Failure::unreachable(reason))
        }
        (Stage::Token(_) | Stage::Call, Answer::Redirect(Ok(_))) => Err(Failure::setup(
            "a redirect came where an answer was awaited",
            "run the node again",
        )),
    };
    match went {
        Ok(Next::Send(stage, sent)) => {
            so_far.state = State::Running;
            want(id, so_far, stage, *sent)
        }
        Ok(Next::Done) => end(chain, node, run, so_far, None),
        Err(failure) => end(chain, node, run, so_far, Some(failure)),
    }
}

/// What follows an answer.
enum Next {
    Send(Stage, Box<Sent>),
    Done,
}

fn want(node: String, so_far: NodeRun, stage: Stage, sent: Sent) -> Progress {
    let request = sent.request.clone();
    let pending = Pending {
        node,
        so_far,
        stage,
        sent: Some(sent),
    };
    Progress::Want(Box::new(pending), Want::Http(request))
}

fn end(
    chain: &Chain,
    node: &Node,
    run: &Run,
    mut shown: NodeRun,
    failure: Option<Failure>,
) -> Progress {
    expectation::judge(chain, node, run, &mut shown, failure);
    Progress::End(Box::new(shown))
}

struct Starting<'a> {
    chain: &'a Chain,
    node: &'a Node,
    run: &'a Run,
    directory: &'a dyn Directory,
    env: &'a Env,
}

type Begun = Result<Progress, Failure>;

impl Starting<'_> {
    fn running(notes: Vec<String>) -> NodeRun {
        NodeRun {
            state: State::Running,
            notes,
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
        };
        want(self.node.id.clone(), Self::running(notes), stage, sent)
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

    fn sign_in(&self, user: Option<&str>, ask: &Ask) -> Begun {
        let server = self.server()?;
        let client = self.client()?;
        let mut notes = Vec::new();
        match &server.metadata.code_challenge_methods_supported {
            Some(methods) if !methods.iter().any(|m| m == "S256") => notes.push(
                "the server's metadata does not announce PKCE with S256 (RFC 7636); it is sent all the same".into(),
            ),
            _ => {}
        }
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
        });
        if at_once {
            let request = Request::get(url);
            let purpose = format!("authorize, {who}");
            return Ok(self.send(purpose, request, Stage::Authorize(sign_in), notes));
        }
        let pending = Pending {
            node: self.node.id.clone(),
            so_far: Self::running(notes),
            stage: Stage::Authorize(sign_in),
            sent: None,
        };
        Ok(Progress::Want(
            Box::new(pending),
            Want::Browser(BrowserWant { url, state }),
        ))
    }

    fn client_credentials(&self, ask: &Ask) -> Begun {
        let server = self.server()?;
        let client = self.client()?;
        let mut request =
            grants::client_credentials(&server.metadata, &ask.scope, &ask.audience, &ask.resource)
                .map_err(setting)?;
        client_auth::apply(&client, &mut request, &server.metadata, self.env).map_err(setting)?;
        let kept = token_request(Place::ClientCredentials, ask, &client);
        let purpose = format!("credentials, {}", client.client_id);
        Ok(self.send(purpose, request, Stage::Token(kept.into()), Vec::new()))
    }

    fn paste(&self, pasted: &str) -> Begun {
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

    fn exchange(&self) -> Begun {
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
        let mut request = Exchange {
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
        client_auth::apply(&client, &mut request, &server.metadata, self.env).map_err(setting)?;
        let mut kept = token_request(Place::Exchange, ask, &client);
        kept.asked.requested_token_type = requested_token_type
            .as_deref()
            .map(|word| token_type::uri(word).to_owned());
        kept.subject = Some(subject);
        kept.actor = actor.map(|(token, _)| token);
        let purpose = format!("exchange, {}", client.client_id);
        Ok(self.send(purpose, request, Stage::Token(kept.into()), Vec::new()))
    }

    fn call(&self, token: &str, url: &str, method: Option<&str>) -> Begun {
        let (sent, _) = self.input(token, "token")?;
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
        let scheme = self.run.nodes.get(token).and_then(|n| n.scheme.as_deref());
        match scheme {
            Some("N_A") => {
                return Err(Failure {
                    expected: "RFC 8693 §2.2.1: a token issued as N_A is no access token and is never sent to an API".into(),
                    ..Failure::setup(
                        "the token was issued with `token_type` N_A",
                        "ask for an access token in the exchange before",
                    )
                });
            }
            Some("DPoP") => notes.push(
                "the token is bound to a DPoP key and is sent as Bearer, since proofs are not made by this version: an API that checks refuses it (RFC 9449 §7.1)".into(),
            ),
            _ => {}
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
        request.headers.push(Field::token(
            "Authorization",
            format!("Bearer {}", sent.raw),
        ));
        Ok(self.send(purpose, request, Stage::Call, notes))
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

/// Something that must be set differently here; the words say what.
fn setting(reason: String) -> Failure {
    Failure::setup(
        reason,
        "change the settings of the node, its client or its server",
    )
}

fn token_request(place: Place, ask: &Ask, client: &Client) -> TokenRequest {
    TokenRequest {
        asked: token_response::Asked {
            place,
            scope: ask.scope.iter().cloned().collect(),
            requested_token_type: None,
        },
        targets: ask.audience.iter().chain(&ask.resource).cloned().collect(),
        client_id: client.client_id.clone(),
        subject: None,
        actor: None,
    }
}

/// The redirect in an answer of the practice server's authorization endpoint: the redirect URI of
/// the request, and where the answer leads.
fn redirect_of(response: &Response, asked: Option<&Url>) -> Result<(Url, Url), Failure> {
    if !(300..400).contains(&response.status) {
        return Err(match token_response::oauth_error(response) {
            Some((code, description)) => failure::refusal(
                Place::Authorization,
                Some(response.status),
                Some(&code),
                description.as_deref(),
            ),
            None => Failure {
                said: token_response::unreadable(response),
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
                Place::Authorization,
                response.status,
                format!("{} without a Location that can be read", response.status),
            )
        })?;
    let uri = Url::parse(PRACTICE_REDIRECT)
        .map_err(|e| Failure::setup(e.to_string(), "report this as a defect"))?;
    Ok((uri, target))
}

/// Goes on with the code of a redirect: the token request.
fn redeem(
    sign_in: &SignIn,
    redirect_uri: &Url,
    received: &Url,
    env: &Env,
) -> Result<Next, Failure> {
    let server = &sign_in.server.metadata;
    let code = code::read_redirect(received, redirect_uri, &sign_in.state, server)?;
    let mut request = code::token_request(
        server,
        &code,
        redirect_uri.as_str(),
        &sign_in.pkce,
        &sign_in.ask.resource,
    )
    .map_err(setting)?;
    client_auth::apply(&sign_in.client, &mut request, server, env).map_err(setting)?;
    let sent = Sent {
        at: env.now,
        purpose: format!("sign-in, {}", sign_in.who),
        request,
    };
    let kept = token_request(Place::Code, &sign_in.ask, &sign_in.client);
    Ok(Next::Send(Stage::Token(kept.into()), Box::new(sent)))
}

fn take_token(
    kept: &TokenRequest,
    response: &Response,
    shown: &mut NodeRun,
) -> Result<(), Failure> {
    let issued = token_response::read(response, &kept.asked)?;
    let token = Arc::new(decode(&issued.token));
    shown.notes.extend(issued.notes);
    let in_token = claims::scopes(&token);
    match (&issued.scope, &in_token) {
        (None, Some(_)) => {
            token_response::compare_scope(&kept.asked.scope, in_token.as_ref(), &mut shown.notes);
            if !kept.asked.scope.is_empty() && in_token.as_ref() != Some(&kept.asked.scope) {
                shown.notes.push(
                    "the answer does not say so: RFC 6749 §5.1 requires `scope` when it differs from the request".into(),
                );
            }
        }
        (Some(said), Some(has)) if said != has => shown
            .notes
            .push("the answer's `scope` and the token's own differ; an API reads the token".into()),
        _ => {}
    }
    shown
        .notes
        .extend(provenance::target_note(&token, &kept.targets));
    if let Some(subject) = &kept.subject {
        shown.notes.extend(provenance::actor_notes(
            &token,
            subject,
            kept.actor.as_deref(),
            &kept.client_id,
        ));
    }
    shown.granted = issued
        .scope
        .or_else(|| Some(kept.asked.scope.clone()).filter(|s: &BTreeSet<_>| !s.is_empty()));
    shown.scheme = Some(issued.scheme.name().to_owned());
    shown.token_type_uri = Some(issued.token_type_uri);
    shown.token = Some(token);
    Ok(())
}
