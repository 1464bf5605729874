//! The wires of a chain: what a token is used as where it arrives, and the inputs of a node.

use std::collections::HashMap;

use super::{Chain, Node};

/// What a token is used as at the end of a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// `subject_token`.
    Subject,
    /// `actor_token`.
    Actor,
    /// Sent to an API.
    Bearer,
    /// Held back, and handed on as it is.
    Held,
}

impl Role {
    /// What the token is called there.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject token",
            Self::Actor => "actor token",
            Self::Bearer => "token",
            Self::Held => "token to hold",
        }
    }
}

/// An input of a node, to be connected otherwise: it holds the id of the node that gives the token.
pub(super) enum Input<'a> {
    /// Empty when nothing is connected, and then the node does not run.
    Needed(&'a mut String),
    /// The node runs without it as well.
    Optional(&'a mut Option<String>),
}

impl Input<'_> {
    fn is(&self, id: &str) -> bool {
        match self {
            Self::Needed(from) => *from == id,
            Self::Optional(from) => from.as_deref() == Some(id),
        }
    }

    fn connect(self, id: &str) {
        match self {
            Self::Needed(from) => id.clone_into(from),
            Self::Optional(from) => *from = Some(id.to_owned()),
        }
    }

    fn disconnect(self) {
        match self {
            Self::Needed(from) => from.clear(),
            Self::Optional(from) => *from = None,
        }
    }
}

impl Node {
    /// The nodes that this one takes a token from: role, id. An id is empty where nothing is connected
    /// yet.
    pub fn inputs(&self) -> Vec<(Role, &str)> {
        let inputs = self.step.kind().inputs().into_iter();
        inputs
            .filter_map(|(role, from)| Some((role, from?)))
            .collect()
    }

    /// What it can take tokens as.
    pub fn roles(&self) -> Vec<Role> {
        let inputs = self.step.kind().inputs().into_iter();
        inputs.map(|(role, _)| role).collect()
    }

    /// What it could take a token as, and runs without.
    pub fn free_roles(&self) -> Vec<Role> {
        let inputs = self.step.kind().inputs().into_iter();
        inputs
            .filter(|(_, from)| from.is_none())
            .map(|(role, _)| role)
            .collect()
    }

    /// The input that it goes on with: the subject token, or the token of a call.
    pub fn main_input(&self) -> Option<&str> {
        let mut inputs = self.inputs().into_iter();
        inputs
            .find(|(role, _)| *role != Role::Actor)
            .map(|(_, id)| id)
    }

    /// Takes the token of the node `from` as `role`. Whether it has such an input.
    pub fn connect(&mut self, role: Role, from: &str) -> bool {
        let inputs = self.step.kind_mut().inputs_mut();
        match inputs.into_iter().find(|(known, _)| *known == role) {
            Some((_, input)) => {
                input.connect(from);
                true
            }
            None => false,
        }
    }

    /// The node `old` is called `new` now.
    pub fn rewire(&mut self, old: &str, new: &str) {
        for (_, input) in self.step.kind_mut().inputs_mut() {
            if input.is(old) {
                input.connect(new);
            }
        }
    }

    /// The node `gone` is gone.
    pub fn disconnect(&mut self, gone: &str) {
        for (_, input) in self.step.kind_mut().inputs_mut() {
            if input.is(gone) {
                input.disconnect();
            }
        }
    }
}

/// Where tokens come from: behind a node that only hands one on stands the one that gave it.
pub struct Givers<'a>(HashMap<&'a str, &'a str>);

impl<'a> Givers<'a> {
    /// Of a chain.
    pub fn of(chain: &'a Chain) -> Self {
        let mut handed = HashMap::new();
        for node in &chain.nodes {
            if let Some(from) = node.hands_on() {
                handed.entry(node.id.as_str()).or_insert(from);
            }
        }
        Self(handed)
    }

    /// The node that gave the token that `id` has to give.
    pub fn giver<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let mut giver = id;
        // More steps than there are such nodes are a circle.
        for _ in 0..self.0.len() {
            match self.0.get(giver) {
                Some(from) => giver = from,
                None => break,
            }
        }
        giver
    }
}
