//! What principals turn out to be, over all tokens: person, agent, client or service.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::NodeKind;
use crate::{
    evidence::Evidence,
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
}

impl Roles {
    pub fn of(evidence: &Evidence) -> Self {
        let mut roles = Self::default();
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
                    roles.agents.insert(actor.pid);
                }
            }
            roles.allowed.extend(party(token, "may_act"));
            if let Some(sub) = token.claim_text("sub") {
                let subject = pid(iss, sub);
                if hop.supporting || client_of(token) == Some(sub) {
                    roles.agents.insert(subject.clone());
                }
                roles.subjects.insert(subject);
            }
            let actor = hop.exchange.as_ref().and_then(|e| e.actor_token.as_ref());
            if let Some(actor) = actor
                && let Some(sub) = actor.claim_text("sub")
            {
                roles.agents.insert(pid(actor.claim_text("iss"), sub));
            }
        }
        roles
    }

    pub fn kind(&self, pid: &Pid) -> NodeKind {
        if self.agents.contains(pid) {
            NodeKind::Agent
        } else if pid.sub.starts_with("spiffe://") {
            NodeKind::Service
        } else if self.subjects.contains(pid) {
            NodeKind::Person
        } else if self.allowed.contains(pid) {
            NodeKind::Agent
        } else {
            NodeKind::Client
        }
    }
}

pub(super) fn client_of(token: &Token) -> Option<&str> {
    ["client_id", "azp", "cid", "appid"]
        .iter()
        .find_map(|name| token.claim_text(name))
}

pub(super) fn pid(iss: Option<&str>, sub: &str) -> Pid {
    Pid {
        iss: iss.map(str::to_owned),
        sub: sub.to_owned(),
    }
}

pub(super) fn party(token: &Token, member: &str) -> Option<Pid> {
    let party = token.claim(member)?;
    let text = |name: &str| party.get(name).and_then(Value::as_str);
    Some(pid(text("iss").or(token.claim_text("iss")), text("sub")?))
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
