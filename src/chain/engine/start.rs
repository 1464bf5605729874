//! A node that is being started: what every kind needs for its first request, and what may keep it from
//! that.

use std::sync::Arc;

use super::{AwaitedToken, Sent, Stage, end, holder::Proving, setting, want};
use crate::{
    chain::{
        Chain, Node, Reference, Role,
        directory::DirectoryError,
        run::{Directory, Failure, NodeRun, NodeState, Pending, Progress, Run, ServerView, Want},
    },
    jose::Jwk,
    kit::{Env, text},
    oauth::{
        client_auth::{self, Client},
        http::Request,
    },
    token::Token,
};

/// A node that is being started, with all that it may look at.
pub(in crate::chain) struct Starting<'a> {
    pub(in crate::chain) chain: &'a Chain,
    pub(in crate::chain) node: &'a Node,
    pub(in crate::chain) run: &'a Run,
    pub(in crate::chain) directory: &'a dyn Directory,
    pub(in crate::chain) env: &'a Env,
}

/// How a node has begun, or why it could not.
pub(in crate::chain) type Begun = Result<Progress, Failure>;

impl Starting<'_> {
    /// What it has to show when it has begun.
    pub(in crate::chain) fn running(notes: Vec<String>, key: Option<&Jwk>) -> NodeRun {
        NodeRun {
            state: NodeState::Running,
            notes,
            proof_key: key.cloned(),
            ..NodeRun::default()
        }
    }

    /// Reads a text from elsewhere.
    pub(in crate::chain) fn read(&self, at: Reference, stage: Stage) -> Progress {
        let pending = Pending {
            node: self.node.id.clone(),
            so_far: Self::running(Vec::new(), None),
            stage,
            sent: None,
        };
        Progress::Want(Box::new(pending), Want::Read(at))
    }

    /// Sends without a proof of possession.
    pub(in crate::chain) fn send(
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
    pub(in crate::chain) fn prove(
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
    pub(in crate::chain) fn ask_for_token(
        &self,
        purpose: String,
        mut request: Request,
        (client, server): (Client, ServerView),
        mut awaited: AwaitedToken,
    ) -> Begun {
        let Some(key) = self.own_key()? else {
            client_auth::apply(&client, &mut request, &server.metadata, self.env)
                .map_err(setting)?;
            return Ok(self.send(purpose, request, Stage::Token(awaited.into()), Vec::new()));
        };
        awaited.jkt = key.thumbprint().ok();
        let proving = Proving::of_client(key.clone(), request, client, server);
        self.prove(
            purpose,
            proving,
            &key,
            Stage::Token(awaited.into()),
            Vec::new(),
        )
    }

    pub(in crate::chain) fn server(&self) -> Result<ServerView, Failure> {
        self.directory
            .server(self.node.server.as_deref())
            .map_err(|error| match error {
                DirectoryError::Unreachable { .. } => Failure::unreachable(error.to_string()),
                error => Failure::setup(
                    error.to_string(),
                    match self.node.server {
                        None => "start the practice server",
                        Some(_) => "connect the server, or choose another for this node",
                    },
                ),
            })
    }

    pub(in crate::chain) fn client(&self) -> Result<Client, Failure> {
        let Some(id) = self.node.client_id().filter(|id| !id.is_empty()) else {
            return Err(Failure::setup(
                "no client is chosen for this node",
                "choose the client that asks",
            ));
        };
        self.directory
            .client(self.node.server.as_deref(), id)
            .map_err(|error| {
                Failure::setup(
                    error.to_string(),
                    "add the client in the server's settings, or choose another",
                )
            })
    }

    /// The token of an input, and its type.
    pub(in crate::chain) fn input(
        &self,
        id: &str,
        role: Role,
    ) -> Result<(Arc<Token>, Option<String>), Failure> {
        let (shown, role) = (text::escape(id), role.name());
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
                    NodeState::Failed => "mend that node first",
                    _ => "run that node first",
                },
            )),
        }
    }

    /// Ends at once, with what it has to show.
    pub(in crate::chain) fn end(&self, shown: NodeRun) -> Progress {
        end(self.chain, self.node, self.run, shown, None)
    }
}
