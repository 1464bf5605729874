//! What a rule sees: one token among all of them.

use std::{cell::OnceCell, collections::HashMap};

use super::{
    Settings,
    actors::Actors,
    facts::{self, Facts, powerful_chains},
};
use crate::{evidence::Evidence, token::claims::Pid};

/// All tokens of an evaluation.
pub(super) struct Survey<'a> {
    pub evidence: &'a Evidence,
    pub settings: &'a Settings,
    /// Of each hop.
    pub facts: Vec<Facts<'a>>,
    /// Whether each chain carries a powerful scope.
    pub powerful: HashMap<&'a str, bool>,
}

impl<'a> Survey<'a> {
    pub fn of(evidence: &'a Evidence, settings: &'a Settings) -> Self {
        let facts = facts::read(evidence);
        Self {
            powerful: powerful_chains(&facts, settings),
            evidence,
            settings,
            facts,
        }
    }
}

/// One token among all of them.
pub(super) struct At<'s> {
    pub survey: &'s Survey<'s>,
    pub settings: &'s Settings,
    /// Index of the hop.
    pub hop: usize,
    /// What is known of its token.
    pub own: &'s Facts<'s>,
    /// Compared once for all rules that ask.
    actors: OnceCell<Option<Actors<'s>>>,
}

impl<'s> At<'s> {
    pub fn new(survey: &'s Survey<'s>, hop: usize, own: &'s Facts<'s>) -> Self {
        Self {
            survey,
            settings: survey.settings,
            hop,
            own,
            actors: OnceCell::new(),
        }
    }

    /// What is known of the parent's token.
    pub fn parent(&self) -> Option<&'s Facts<'s>> {
        self.survey.facts.get(self.own.hop.parent?)
    }

    /// Parent and child, when both can be read.
    pub fn pair(&self) -> Option<Pair<'s>> {
        let (parent, child) = (self.parent()?, self.own);
        (parent.readable && child.readable).then_some(Pair {
            parent,
            child,
            settings: self.settings,
        })
    }

    /// How the actors of the two compare; `None` where `act` of either is malformed.
    pub fn actors(&self, pair: &Pair<'s>) -> Option<&Actors<'s>> {
        self.actors.get_or_init(|| Actors::of(pair)).as_ref()
    }
}

/// A token and the one that it was made from.
#[derive(Clone, Copy)]
pub(super) struct Pair<'s> {
    pub parent: &'s Facts<'s>,
    pub child: &'s Facts<'s>,
    pub settings: &'s Settings,
}

impl<'s> Pair<'s> {
    /// The identity that declared links lead to; at most a few steps, so that a circle ends.
    pub fn linked(&self, pid: &Pid) -> Pid {
        let identities = &self.child.identities;
        let named = |(iss, sub): &(String, String)| identities.canonical(&Pid::new(Some(iss), sub));
        let mut at = identities.canonical(pid);
        for _ in 0..8 {
            let links = &self.settings.links;
            let Some((_, to)) = links.iter().find(|(from, _)| named(from) == at) else {
                break;
            };
            at = named(to);
        }
        at
    }

    /// The one that has no `scope`, the parent first.
    pub fn without_scope(&self) -> &'s Facts<'s> {
        if self.parent.scopes.is_none() {
            self.parent
        } else {
            self.child
        }
    }
}
