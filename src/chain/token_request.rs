//! What a node asks of a token endpoint, whatever the grant.

use serde::{Deserialize, Serialize};
use url::Url;

use super::file::{FileError, fields::Fields, write::Lines};
use crate::kit::text::escape;

/// What a token request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenRequest {
    /// `scope`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// `audience`, repeatable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// `resource`, repeatable (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Parameter `may_act`: `client_id` of the one party that may exchange the issued token. An
    /// extension of the practice server, which writes `may_act: {iss, sub}` (RFC 8693 §4.4) into the
    /// token; sent with the authorization request of a sign-in and the token request of an exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_act: Option<String>,
}

impl TokenRequest {
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            scope: fields.texts("scope")?,
            audience: fields.texts("audience")?,
            resource: fields.texts("resource")?,
            may_act: fields.text("may_act")?,
        })
    }

    pub(super) fn write(&self, out: &mut Lines) {
        out.texts("scope", &self.scope);
        out.texts("audience", &self.audience);
        out.texts("resource", &self.resource);
        out.text("may_act", self.may_act.as_ref());
    }

    /// What keeps it from being sent.
    pub(super) fn flaws(&self, flaw: &mut dyn FnMut(String)) {
        for scope in &self.scope {
            // RFC 6749 §3.3: 1*( %x21 / %x23-5B / %x5D-7E )
            let legal = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
            if scope.is_empty() || !scope.chars().all(legal) {
                flaw(format!(
                    "`{}` is no scope: a scope has no spaces, quotes or backslashes (RFC 6749 §3.3)",
                    escape(scope)
                ));
            }
        }
        for resource in &self.resource {
            match Url::parse(resource) {
                Err(_) => flaw(format!(
                    "`{}` is no absolute URI, and `resource` must be one (RFC 8707 §2); for a name use `audience`",
                    escape(resource)
                )),
                Ok(url) if url.fragment().is_some() => flaw(format!(
                    "`{}` has a fragment, and `resource` must not have one (RFC 8707 §2)",
                    escape(resource)
                )),
                Ok(_) => {}
            }
        }
        if self.audience.iter().any(String::is_empty) {
            flaw("an audience is empty: name it, or remove it".into());
        }
    }

    /// `audience` and `resource` together.
    pub fn targets(&self) -> impl Iterator<Item = &String> {
        self.audience.iter().chain(&self.resource)
    }
}
