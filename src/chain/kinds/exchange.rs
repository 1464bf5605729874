//! Node kind `exchange`: a token for another (RFC 8693).

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{StepKind, client_flaw};
use crate::{
    chain::{
        Node, Role, TokenRequest,
        engine::{AwaitedToken, Begun, Starting, setting},
        file::{FileError, fields::Fields, write::Lines},
        run::{NodeRun, Run},
        wires::Input,
    },
    evidence::RequestedExchange,
    kit::text::escape,
    oauth::{
        exchange::{self, GRANT_TYPE, TypedToken},
        failure::RefusalPlace,
        http::{Body, Request},
        token_type,
    },
    token::{Token, decode::decode},
};

/// Settings of a node that exchanges a token.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Exchange {
    /// Node whose token is the subject token.
    pub subject: String,
    /// `subject_token_type`, short word or URI; without one, what its node was issued as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_token_type: Option<String>,
    /// Node whose token is the actor token; none sends no actor token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// `actor_token_type`; without one, what its node was issued as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_token_type: Option<String>,
    /// `requested_token_type`; the server picks without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_token_type: Option<String>,
    /// What is asked for.
    #[serde(flatten)]
    pub request: TokenRequest,
}

impl StepKind for Exchange {
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            subject: fields.required("subject")?,
            subject_token_type: fields.text("subject_token_type")?,
            actor: fields.text("actor")?,
            actor_token_type: fields.text("actor_token_type")?,
            requested_token_type: fields.text("requested_token_type")?,
            request: TokenRequest::read(fields)?,
        })
    }

    fn write(&self, out: &mut Lines) {
        out.text("subject", Some(&self.subject));
        out.text("subject_token_type", self.subject_token_type.as_ref());
        out.text("actor", self.actor.as_ref());
        out.text("actor_token_type", self.actor_token_type.as_ref());
        out.text("requested_token_type", self.requested_token_type.as_ref());
        self.request.write(out);
    }

    fn title(&self) -> &'static str {
        "Exchange"
    }

    fn word(&self) -> &'static str {
        "exchange"
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let server = starting.server()?;
        let client = starting.client()?;
        let (subject, subject_uri) = starting.input(&self.subject, Role::Subject)?;
        let actor = match &self.actor {
            Some(id) => Some(starting.input(id, Role::Actor)?),
            None => None,
        };
        let word = |chosen: &Option<String>, known: Option<&String>| {
            chosen
                .as_deref()
                .or(known.map(String::as_str))
                .unwrap_or(token_type::ACCESS_TOKEN)
                .to_owned()
        };
        let subject_word = word(&self.subject_token_type, subject_uri.as_ref());
        let actor_word = word(
            &self.actor_token_type,
            actor.as_ref().and_then(|(_, uri)| uri.as_ref()),
        );
        let request = exchange::Exchange {
            subject: Some(TypedToken {
                token: &subject.raw,
                token_type: &subject_word,
            }),
            actor: actor.as_ref().map(|(token, _)| TypedToken {
                token: &token.raw,
                token_type: &actor_word,
            }),
            requested_token_type: self.requested_token_type.as_deref(),
            resource: &self.request.resource,
            audience: &self.request.audience,
            scope: &self.request.scope,
            may_act: self.request.may_act.as_deref(),
        }
        .request(&server.metadata)
        .map_err(setting)?;
        let mut awaited = AwaitedToken::new(RefusalPlace::Exchange, &self.request, &client);
        awaited.asked.requested_token_type = self
            .requested_token_type
            .as_deref()
            .map(|word| token_type::uri(word).to_owned());
        awaited.subject = Some(subject);
        awaited.actor = actor.map(|(token, _)| token);
        let purpose = format!("exchange, {}", client.client_id);
        starting.ask_for_token(purpose, request, (client, server), awaited)
    }

    fn flaws(&self, node: &Node, flaw: &mut dyn FnMut(String)) {
        client_flaw(node, flaw);
        self.request.flaws(flaw);
        if self.actor.is_none() && self.actor_token_type.is_some() {
            flaw("an actor token type without an actor token: RFC 8693 §2.1 forbids the one without the other".into());
        }
        for word in [
            &self.subject_token_type,
            &self.actor_token_type,
            &self.requested_token_type,
        ]
        .into_iter()
        .flatten()
        {
            let uri = token_type::uri(word);
            if Url::parse(uri).is_err() {
                flaw(format!(
                    "`{}` is no token type: write {}, or a URI (RFC 8693 §3)",
                    escape(word),
                    token_type::ALL.map(|(word, _)| word).join(", ")
                ));
            }
        }
    }

    fn inputs(&self) -> Vec<(Role, Option<&str>)> {
        vec![
            (Role::Subject, Some(&self.subject)),
            (Role::Actor, self.actor.as_deref()),
        ]
    }

    fn inputs_mut(&mut self) -> Vec<(Role, Input<'_>)> {
        vec![
            (Role::Subject, Input::Needed(&mut self.subject)),
            (Role::Actor, Input::Optional(&mut self.actor)),
        ]
    }

    fn asks_server(&self) -> bool {
        true
    }

    fn is_exchange(&self) -> bool {
        true
    }

    fn hop_name(&self, _node: &Node, exchanges: usize) -> String {
        format!("hop {exchanges}")
    }

    /// From the request that was sent, or, where the run was read from a file and has none, from the
    /// settings.
    fn asked(&self, node: &Node, shown: &NodeRun, run: &Run) -> Option<RequestedExchange> {
        let actor_token = self.actor.as_deref().and_then(|id| run.token(id)).cloned();
        let sent = shown.exchanged.iter().rev().find_map(|exchanged| {
            exchanged
                .request
                .field("grant_type")
                .filter(|f| f.value == GRANT_TYPE)
                .map(|_| &exchanged.request)
        });
        let Some(request) = sent else {
            let TokenRequest { scope, .. } = &self.request;
            let targets: BTreeSet<String> = self.request.targets().cloned().collect();
            return Some(RequestedExchange {
                client_id: node.client_id().map(str::to_owned),
                actor_token_sent: self.actor.is_some(),
                actor_token,
                scope: (!scope.is_empty()).then(|| scope.iter().cloned().collect()),
                targets: (!targets.is_empty()).then_some(targets),
            });
        };
        let sent_actor = request.field("actor_token").map(|f| f.value.as_str());
        let targets: BTreeSet<String> = values(request, "audience")
            .chain(values(request, "resource"))
            .map(str::to_owned)
            .collect();
        Some(RequestedExchange {
            client_id: request
                .field("client_id")
                .map(|f| f.value.clone())
                .or_else(|| node.client_id().map(str::to_owned)),
            actor_token_sent: sent_actor.is_some(),
            actor_token: sent_actor.map(|raw| match actor_token {
                Some(token) if *token.raw == *raw => token,
                _ => Arc::<Token>::new(decode(raw)),
            }),
            scope: request.field("scope").map(|f| {
                f.value
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect()
            }),
            targets: (!targets.is_empty()).then_some(targets),
        })
    }
}

fn values<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    let fields = match &request.body {
        Body::Form(fields) => fields.as_slice(),
        _ => &[],
    };
    fields
        .iter()
        .filter(move |f| f.name == name)
        .map(|f| f.value.as_str())
}
