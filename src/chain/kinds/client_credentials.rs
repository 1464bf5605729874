//! Node kind `client_credentials`: the client's own token (RFC 6749 §4.4).

use serde::{Deserialize, Serialize};

use super::{StepKind, client_flaw};
use crate::{
    chain::{
        Node, TokenRequest,
        engine::{AwaitedToken, Begun, Starting, setting},
        file::{FileError, fields::Fields, write::Lines},
    },
    kit::text::excerpt,
    oauth::{failure::RefusalPlace, grants},
};

/// Settings of a node that asks for the client's own token.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClientCredentials {
    /// What is asked for.
    #[serde(flatten)]
    pub request: TokenRequest,
}

impl StepKind for ClientCredentials {
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            request: TokenRequest::read(fields)?,
        })
    }

    fn write(&self, out: &mut Lines) {
        self.request.write(out);
    }

    fn title(&self) -> &'static str {
        "Credentials"
    }

    fn word(&self) -> &'static str {
        "client credentials"
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let server = starting.server()?;
        let client = starting.client()?;
        let TokenRequest {
            scope,
            audience,
            resource,
            ..
        } = &self.request;
        let request = grants::client_credentials(&server.metadata, scope, audience, resource)
            .map_err(setting)?;
        let awaited = AwaitedToken::new(RefusalPlace::ClientCredentials, &self.request, &client);
        let purpose = format!("credentials, {}", client.client_id);
        starting.ask_for_token(purpose, request, (client, server), awaited)
    }

    fn flaws(&self, node: &Node, flaw: &mut dyn FnMut(String)) {
        client_flaw(node, flaw);
        self.request.flaws(flaw);
    }

    fn asks_server(&self) -> bool {
        true
    }

    fn hop_name(&self, node: &Node, _exchanges: usize) -> String {
        let client = node.client_id().unwrap_or(&node.id);
        format!("credentials, {}", excerpt(client, 60))
    }
}
