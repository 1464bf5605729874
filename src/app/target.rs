//! Targets of forgeries, as the workspace keeps them: what was typed, so that it stands there again.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::practice::state::brief;
use crate::{
    attack::{
        Family,
        fire::{AT_ONCE, LIMIT, PATIENCE, PER_SECOND},
        target::{MARK, REFUSALS},
    },
    kit::{
        ids::{HeaderRef, TargetId, TokenId},
        text::excerpt,
    },
    oauth::http::{FORM, Method},
    practice::Faults,
};

/// A target of forgeries. Texts are kept as they were typed, half-typed ones included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetEntry {
    /// Identifier.
    pub id: TargetId,
    /// The name that the user gave; empty: it is named by its method and address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Address; empty where [`Self::practice`] names a resource server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// A resource server of the practice server, whose port changes at each start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practice: Option<String>,
    /// Faults of that practice server.
    #[serde(skip_serializing_if = "Faults::is_empty")]
    pub faults: Faults,
    /// Method.
    #[serde(with = "method")]
    pub method: Method,
    /// Where the token goes.
    pub carrier: Carrier,
    /// Scheme of the Authorization header.
    pub scheme: String,
    /// Name of the header that carries the token, for [`Carrier::Header`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub token_header: String,
    /// Media type of the body.
    pub media: String,
    /// Body, with `{token}` where the token goes for [`Carrier::Body`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Statuses that count as a refusal.
    pub refused: Vec<u16>,
    /// A second resource server, which must not take the token.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub second: String,
    /// An address of the tester's that forged key pointers lead to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub callback: String,
    /// Requests a second at most.
    pub per_second: u32,
    /// Requests in all at most.
    pub limit: usize,
    /// Requests that wait for an answer at the same time at most.
    pub at_once: usize,
    /// Seconds that an answer may take.
    pub patience: u32,
    /// Families that are left out, by name.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub without: BTreeSet<String>,
    /// What is asked of the token endpoint, for [`Carrier::Exchange`].
    #[serde(skip_serializing_if = "AskedExchange::is_empty")]
    pub exchange: AskedExchange,
    /// Headers that every request has.
    #[serde(rename = "header", skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderEntry>,
}

/// Where the token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// `Authorization: SCHEME TOKEN`.
    #[default]
    Authorization,
    /// Another header.
    Header,
    /// The body.
    Body,
    /// The subject token of an exchange.
    Exchange,
}

/// A header that every request has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeaderEntry {
    /// Identifier, also the vault's name of its value.
    pub id: HeaderRef,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Its value in clear; absent: it is a secret, and in the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What is asked of a token endpoint (RFC 8693 §2.1). Lists are texts with spaces between.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AskedExchange {
    /// The configured server; absent: the practice server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// `client_id` of the client that asks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client: String,
    /// `audience`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audience: String,
    /// `scope`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// `resource`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// `requested_token_type`, a short word or a URI.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub requested_token_type: String,
    /// `actor_token`, of the tray or of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<TokenId>,
}

impl AskedExchange {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for TargetEntry {
    fn default() -> Self {
        Self {
            id: TargetId(0),
            name: String::new(),
            url: String::new(),
            practice: None,
            faults: Faults::NONE,
            method: Method::Get,
            carrier: Carrier::default(),
            scheme: "Bearer".into(),
            token_header: String::new(),
            media: FORM.into(),
            body: String::new(),
            refused: REFUSALS.into(),
            second: String::new(),
            callback: String::new(),
            per_second: PER_SECOND,
            limit: LIMIT,
            at_once: AT_ONCE,
            patience: PATIENCE,
            without: BTreeSet::new(),
            exchange: AskedExchange::default(),
            headers: Vec::new(),
        }
    }
}

impl TargetEntry {
    /// A resource server of a practice server.
    pub fn practice(resource: &str, method: Method, faults: Faults) -> Self {
        Self {
            practice: Some(resource.to_owned()),
            method,
            faults,
            ..Self::default()
        }
    }

    /// The token endpoint of a practice server, with an exchange.
    pub fn exchange(client: &str, faults: Faults) -> Self {
        Self {
            carrier: Carrier::Exchange,
            method: Method::Post,
            faults,
            exchange: AskedExchange {
                client: client.to_owned(),
                ..AskedExchange::default()
            },
            ..Self::default()
        }
    }

    /// Its name, or its method and address; escaped and short.
    pub fn title(&self) -> String {
        if !self.name.trim().is_empty() {
            return excerpt(self.name.trim(), 48);
        }
        let practice = || brief(&self.faults);
        let words = match (self.carrier, &self.practice) {
            (Carrier::Exchange, _) => {
                let server = self.exchange.server.clone().unwrap_or_else(practice);
                format!("Exchange at {server}")
            }
            (_, Some(resource)) => {
                format!("{} {resource} · {}", self.method.name(), practice())
            }
            (_, None) => {
                let url = self.url.trim();
                let bare = url.split(['?', '#']).next().unwrap_or(url);
                let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
                if bare.is_empty() {
                    return "New target".into();
                }
                format!("{} {bare}", self.method.name())
            }
        };
        excerpt(&words, 48)
    }

    /// Whether it is at a practice server.
    pub fn is_practice(&self) -> bool {
        match self.carrier {
            Carrier::Exchange => self.exchange.server.is_none(),
            _ => self.practice.is_some(),
        }
    }

    /// Whether a family is fired.
    pub fn fires(&self, family: &Family) -> bool {
        !self.without.contains(family.name)
    }

    /// The body that is sent, if any.
    pub fn sends_body(&self) -> bool {
        match self.carrier {
            Carrier::Body => true,
            Carrier::Exchange => false,
            _ => self.method != Method::Get && !self.body.is_empty(),
        }
    }

    /// Puts the token into the body, where there is none yet.
    pub fn suggest(&mut self) {
        if self.carrier == Carrier::Body && self.body.is_empty() {
            self.body = format!("token={MARK}");
        }
        if self.carrier == Carrier::Body && self.method == Method::Get {
            self.method = Method::Post;
        }
        if self.carrier == Carrier::Header && self.token_header.is_empty() {
            self.token_header = "X-Access-Token".into();
        }
    }
}

/// A method by its name.
mod method {
    use super::{Deserialize, Deserializer, Method, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde gives the field as it is
    pub(super) fn serialize<S: Serializer>(method: &Method, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(method.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Method, D::Error> {
        let name = String::deserialize(from)?;
        Method::parse(&name).ok_or_else(|| {
            serde::de::Error::custom("a method is one of GET, POST, PUT, PATCH, DELETE")
        })
    }
}
