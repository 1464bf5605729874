//! What principals turn out to be, over all tokens: person, agent, client or service.

use std::collections::BTreeSet;

use super::super::NodeKind;
use crate::{
    evidence::{
        Evidence, Identities,
        identities::{Nature, is_identifier, own_client},
    },
    token::{
        Kind, Token,
        claims::{self, Pid},
    },
};

/// What principals turned out to be, over all tokens.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// Actors, subjects of client-credentials and actor tokens.
    pub agents: BTreeSet<Pid>,
    subjects: BTreeSet<Pid>,
    pub issuers: BTreeSet<String>,
    /// Named in `may_act`.
    pub allowed: BTreeSet<Pid>,
    /// Which names are one principal's.
    pub identities: Identities,
}

impl Roles {
    pub fn of(evidence: &Evidence) -> Self {
        let mut roles = Self {
            identities: Identities::of(evidence),
            ..Self::default()
        };
        for hop in &evidence.hops {
            let token: &Token = &hop.token;
            if !speaks_of_principals(token.kind) {
                continue;
            }
            let iss = token.claim_text("iss");
            if token.kind != Kind::JwtSvid {
                roles.issuers.extend(iss.map(str::to_owned));
            }
            for actor in claims::actors(token) {
                if !actor.pid.sub.is_empty() {
                    let actor = roles.identities.canonical(&actor.pid);
                    roles.agents.insert(actor);
                }
            }
            let allowed = claims::may_act(token);
            roles
                .allowed
                .extend(allowed.map(|pid| roles.identities.canonical(&pid)));
            if let Some(subject) = claims::subject(token) {
                let subject = roles.identities.canonical(&subject);
                if hop.supporting || own_client(token).is_some() {
                    roles.agents.insert(subject.clone());
                }
                roles.subjects.insert(subject);
            }
            let actor = hop.exchange.as_ref().and_then(|e| e.actor_token.as_ref());
            if let Some(actor) = actor.and_then(|token| claims::subject(token)) {
                let actor = roles.identities.canonical(&actor);
                roles.agents.insert(actor);
            }
        }
        roles
    }

    pub fn kind(&self, pid: &Pid) -> NodeKind {
        if self.agents.contains(pid) {
            NodeKind::Agent
        } else if let Some(nature) = self.identities.nature(pid) {
            match nature {
                Nature::Person => NodeKind::Person,
                Nature::Service => NodeKind::Service,
                Nature::Agent => NodeKind::Agent,
            }
        } else if self.subjects.contains(pid) {
            // A name that is one for people speaks for a person; an identifier says nothing.
            if is_identifier(&pid.sub) {
                NodeKind::Unknown
            } else {
                NodeKind::Person
            }
        } else if self.allowed.contains(pid) {
            NodeKind::Agent
        } else {
            NodeKind::Client
        }
    }
}

/// Kinds that say who may do something somewhere; others are proofs and messages.
pub(super) fn speaks_of_principals(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::DpopProof
            | Kind::ClientAssertion
            | Kind::LogoutToken
            | Kind::SecurityEvent
            | Kind::RequestObject
            | Kind::IntrospectionResponse
            | Kind::JarmResponse
            | Kind::Wpt
            | Kind::KeyBinding
            | Kind::ClientAttestationPop
            | Kind::CredentialProof
            | Kind::StatusList
            | Kind::EntityStatement
            | Kind::TrustMark
            | Kind::NestedJwt
            | Kind::Encrypted
            | Kind::Opaque
    )
}
