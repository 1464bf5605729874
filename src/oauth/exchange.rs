//! Token exchange (RFC 8693 §2).

use super::{
    grants,
    http::{Field, Request},
    metadata::{EndpointError, Metadata},
    token_type,
};

/// `grant_type` of a token exchange.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// A token with its type, which always go together (RFC 8693 §2.1).
#[derive(Clone, Copy)]
pub struct TypedToken<'a> {
    /// The token.
    pub token: &'a str,
    /// Its type: a short word of [`token_type::ALL`], or a URI.
    pub token_type: &'a str,
}

/// What is asked for (RFC 8693 §2.1).
#[derive(Clone, Default)]
pub struct Exchange<'a> {
    /// `subject_token` with `subject_token_type`.
    pub subject: Option<TypedToken<'a>>,
    /// `actor_token` with `actor_token_type`.
    pub actor: Option<TypedToken<'a>>,
    /// `requested_token_type`, a short word or a URI.
    pub requested_token_type: Option<&'a str>,
    /// `resource`, repeatable.
    pub resource: &'a [String],
    /// `audience`, repeatable.
    pub audience: &'a [String],
    /// `scope`.
    pub scope: &'a [String],
    /// `may_act`, an extension of the practice server.
    pub may_act: Option<&'a str>,
}

/// Why an exchange cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// No token that is to be exchanged.
    #[error("an exchange needs a subject token (RFC 8693 §2.1)")]
    NoSubject,
    /// No server to ask.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

impl Exchange<'_> {
    /// The token request, before the client's proof is added.
    pub fn request(&self, server: &Metadata) -> Result<Request, ExchangeError> {
        let subject = self
            .subject
            .filter(|s| !s.token.is_empty())
            .ok_or(ExchangeError::NoSubject)?;
        let mut fields = vec![Field::plain("grant_type", GRANT_TYPE)];
        grants::extend(&mut fields, &[], self.audience, self.resource);
        if !self.scope.is_empty() {
            fields.push(Field::plain("scope", self.scope.join(" ")));
        }
        if let Some(requested) = self.requested_token_type {
            fields.push(Field::plain(
                "requested_token_type",
                token_type::uri(requested),
            ));
        }
        fields.push(Field::token("subject_token", subject.token));
        fields.push(Field::plain(
            "subject_token_type",
            token_type::uri(subject.token_type),
        ));
        if let Some(actor) = self.actor.filter(|a| !a.token.is_empty()) {
            fields.push(Field::token("actor_token", actor.token));
            fields.push(Field::plain(
                "actor_token_type",
                token_type::uri(actor.token_type),
            ));
        }
        if let Some(next) = self.may_act {
            fields.push(Field::plain("may_act", next));
        }
        Ok(Request::form(server.endpoint("token_endpoint")?, fields))
    }
}
