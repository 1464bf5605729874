//! How a node runs: what it sends first, and what it does with each answer.

mod answer;
mod holder;
mod start;

use std::sync::Arc;

use super::{
    Chain, Node, TokenRequest, expectation,
    kinds::{
        paste,
        sign_in::{self, Authorizing},
    },
    run::{
        Answer, Directory, Exchanged, Failure, NodeRun, NodeState, Pending, Progress, Run, Want,
    },
};
use crate::{
    kit::{Env, clock::Timestamp, text},
    oauth::{challenge, client_auth::Client, failure::RefusalPlace, http::Request, token_response},
    token::Token,
};
use answer::take_token;
pub(super) use holder::Proving;
pub(super) use start::{Begun, Starting};

/// A request that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(super) at: Timestamp,
    pub(super) purpose: String,
    pub(super) request: Request,
    /// What its proof of possession was made of, when it has one.
    pub(super) proving: Option<Box<Proving>>,
}

/// Where inside a node the run stands.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// The authorization request is under way.
    Authorize(Box<Authorizing>),
    /// The token request is under way.
    Token(Box<AwaitedToken>),
    /// The API is being called.
    Call,
    /// A token is being read from a file or a variable.
    Paste,
    /// Time passes; then it has this to show.
    Wait(Box<NodeRun>),
}

/// What a token request keeps until its answer comes.
#[derive(Debug, Clone)]
pub(crate) struct AwaitedToken {
    pub(super) asked: token_response::Requested,
    targets: Vec<String>,
    client_id: String,
    pub(super) subject: Option<Arc<Token>>,
    /// `None` when none was sent.
    pub(super) actor: Option<Arc<Token>>,
    /// Thumbprint of the key that the request proves.
    pub(super) jkt: Option<String>,
}

impl AwaitedToken {
    pub(super) fn new(place: RefusalPlace, request: &TokenRequest, client: &Client) -> Self {
        Self {
            asked: token_response::Requested {
                place,
                scope: request.scope.iter().cloned().collect(),
                requested_token_type: None,
            },
            targets: request.targets().cloned().collect(),
            client_id: client.client_id.clone(),
            subject: None,
            actor: None,
            jkt: None,
        }
    }
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
            state: NodeState::Failed,
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
    let begun = node.step.kind().start(&starting);
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
        so_far.state = NodeState::Failed;
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
        (Stage::Authorize(authorizing), Answer::Http(Ok(response))) => {
            sign_in::redirect_of(&response, sent.as_ref().map(|s| &s.request.url))
                .and_then(|(uri, received)| authorizing.redeem(&uri, &received, env))
        }
        (Stage::Authorize(authorizing), Answer::Redirect(Ok((uri, received)))) => {
            authorizing.redeem(&uri, &received, env)
        }
        (Stage::Token(awaited), Answer::Http(Ok(response))) => {
            take_token(&awaited, &response, &mut so_far).map(|()| Next::Done)
        }
        (Stage::Call, Answer::Http(Ok(response))) => {
            if response.is_success() {
                Ok(Next::Done)
            } else {
                Err(challenge::refusal(&response))
            }
        }
        (Stage::Paste, Answer::Text(Ok(text))) => {
            paste::take_text(text.expose(), &mut so_far).map(|()| Next::Done)
        }
        (Stage::Wait(held), Answer::Waited(millis)) => {
            so_far = NodeRun { millis, ..*held };
            Ok(Next::Done)
        }
        (_, Answer::Http(Err(reason)) | Answer::Redirect(Err(reason))) => {
            Err(Failure::unreachable(reason))
        }
        (_, Answer::Text(Err(reason))) => Err(Failure::setup(
            reason,
            "set the variable, or check the path of the file",
        )),
        (
            _,
            Answer::Text(Ok(_)) | Answer::Redirect(Ok(_)) | Answer::Http(Ok(_)) | Answer::Waited(_),
        ) => Err(Failure::setup(
            "another answer came than was awaited",
            "run the node again",
        )),
    };
    match went {
        Ok(Next::Send(stage, sent)) => {
            so_far.state = NodeState::Running;
            want(id, so_far, stage, *sent)
        }
        Ok(Next::Done) => end(chain, node, run, so_far, None),
        Err(failure) => end(chain, node, run, so_far, Some(failure)),
    }
}

/// What follows an answer.
pub(super) enum Next {
    Send(Stage, Box<Sent>),
    Done,
}

pub(super) fn want(node: String, so_far: NodeRun, stage: Stage, sent: Sent) -> Progress {
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
#[allow(clippy::needless_pass_by_value)] // errors are given away
pub(super) fn setting(error: impl std::error::Error) -> Failure {
    Failure::setup(
        error.to_string(),
        "change the settings of the node, its client or its server",
    )
}
