//! How a node runs: what it sends first, and what it does with each answer.

mod answer;
mod holder;
mod start;

use std::sync::Arc;

use super::{
    Ask, Chain, Node, Step, expectation,
    run::{
        Answer, Directory, Exchanged, Failure, NodeRun, Pending, Progress, Run, ServerView, State,
        Want,
    },
};
use crate::{
    jose::Jwk,
    kit::{Env, clock::Timestamp, text},
    oauth::{
        challenge, client_auth::Client, code::Pkce, failure::Place, http::Request, token_response,
    },
    token::Token,
};
use answer::{redeem, redirect_of, take_token};
use holder::Proving;
use start::Starting;

/// Where the practice server is asked to send a user who signs in without a browser. Nothing listens
/// there: the redirect is read from the answer and not followed.
const PRACTICE_REDIRECT: &str = "http://127.0.0.1/callback";

/// A request that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    at: Timestamp,
    purpose: String,
    request: Request,
    /// What its proof of possession was made of, when it has one.
    proving: Option<Box<Proving>>,
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
    /// The key that the code, and then the token, is bound to.
    key: Option<Jwk>,
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
    /// Thumbprint of the key that the request proves.
    jkt: Option<String>,
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
    if let (Some(sent), Answer::Http(Ok(response))) = (&sent, &answer)
        && let Some(again) = holder::with_nonce(sent, response, env)
    {
        return match again {
            Ok(sent) => {
                so_far.notes.push(
                    "the server asked for its nonce in the proof; the request was sent again with it, in a new proof (RFC 9449 §8, §9)".into(),
                );
                want(id, so_far, stage, sent)
            }
            Err(reason) => end(chain, node, run, so_far, Some(setting(reason))),
        };
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
        jkt: None,
    }
}
