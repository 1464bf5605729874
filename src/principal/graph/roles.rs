//! What principals turn out to be, over all tokens: person, agent, client or service.

use std::collections::BTreeSet;

use super::super::NodeKind;
use crate::{
    evidence::{Evidence, Identities},
    token::{
        Kind, Token,
        claims::{self, Pid},
        naming::{Nature, own_client},
    },
};

/// What principals turned out to be, over all tokens.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// Actors, and subjects of actor tokens.
    agents: BTreeSet<Pid>,
    /// What tokens were issued to.
    clients: BTreeSet<Pid>,
    subjects: BTreeSet<Pid>,
    pub issuers: BTreeSet<String>,
    /// Named in `may_act`.
    allowed: BTreeSet<Pid>,
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
            let subject = claims::subject(token).map(|pid| roles.identities.canonical(&pid));
            for actor in claims::actors(token) {
                let pid = roles.identities.canonical(&actor.pid);
                // Whoever is named as an actor of its own does not become an agent by that.
                if !pid.sub.is_empty() && Some(&pid) != subject.as_ref() {
                    roles.agents.insert(pid);
                }
            }
            if let Some(client) = client_of(token).map(|pid| roles.identities.canonical(&pid)) {
                roles.clients.insert(client);
            }
            let allowed = claims::may_act(token);
            roles
                .allowed
                .extend(allowed.map(|pid| roles.identities.canonical(&pid)));
            if let Some(subject) = subject {
                if hop.supporting {
                    roles.agents.insert(subject.clone());
                }
                if own_client(token).is_some() {
                    roles.clients.insert(subject.clone());
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

    /// What a principal is. A name alone says nothing: what nobody tells stays unknown.
    pub fn kind(&self, pid: &Pid) -> NodeKind {
        let acts = self.agents.contains(pid);
        let is_only_told_of = !self.clients.contains(pid);
        match self.identities.nature(pid) {
            // People act for others as well, and stay people.
            Some(Nature::Person) => NodeKind::Person,
            Some(Nature::Service) if !acts => NodeKind::Service,
            None if !acts && is_only_told_of && self.subjects.contains(pid) => NodeKind::Unknown,
            None if is_only_told_of && self.allowed.contains(pid) => NodeKind::Agent,
            Some(Nature::Client) | None if !acts => NodeKind::Client,
            Some(_) | None => NodeKind::Agent,
        }
    }

    /// Whether a name is one of those who act, may act, or get tokens: not only a place to go to.
    pub fn is_party(&self, pid: &Pid) -> bool {
        [&self.agents, &self.allowed, &self.clients]
            .iter()
            .any(|all| all.contains(pid))
    }
}

/// The client that a token names. That of an ID-JAG is registered at the server that it is for, not at its
/// issuer.
pub(super) fn client_of(token: &Token) -> Option<Pid> {
    let client = claims::client(token)?;
    if token.kind == Kind::IdJag {
        let at = claims::audiences(token)?;
        let at = at.first().filter(|_| at.len() == 1)?;
        return Some(Pid::new(Some(at), client));
    }
    Some(Pid::new(token.claim_text("iss"), client))
}

/// Kinds that say who may do something somewhere; others are proofs and messages.
pub(super) fn speaks_of_principals(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::DpopProof
            | Kind::ClientAssertion
            | Kind::JwtGrant
            | Kind::LogoutToken
            | Kind::SecurityEvent
            | Kind::RequestObject
            | Kind::SoftwareStatement
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
