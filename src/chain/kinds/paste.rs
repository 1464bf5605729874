//! Node kind `paste`: a token that the user has.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::StepKind;
use crate::{
    chain::{
        Node,
        engine::{Begun, Starting},
        file::{FileError, fields::Fields, write::Lines},
        run::{Failure, NodeRun},
    },
    kit::{
        ids::TokenId,
        text::{escape, shorten},
    },
    oauth::token_type,
    token::{Kind, claims, decode::decode},
};

/// Settings of a node with a token of the user.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Paste {
    /// The token; a reference to the tray as `tray:t12`, or the text.
    #[serde(default)]
    pub token: String,
}

/// Before the identifier of a token of the tray.
const TRAY: &str = "tray:";

impl StepKind for Paste {
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            token: fields.text("token")?.unwrap_or_default(),
        })
    }

    fn write(&self, out: &mut Lines) {
        out.text("token", Some(&self.token));
    }

    fn title(&self) -> &'static str {
        "Pasted token"
    }

    fn word(&self) -> &'static str {
        "pasted token"
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let pasted = self.token.trim();
        if pasted.is_empty() {
            return Err(Failure::setup(
                "no token is pasted",
                "paste one, or choose one of the tray",
            ));
        }
        let token = match pasted.strip_prefix(TRAY) {
            None => Arc::new(decode(pasted)),
            Some(id) => id
                .parse::<TokenId>()
                .ok()
                .and_then(|id| starting.directory.token(id))
                .ok_or_else(|| {
                    Failure::setup(
                        format!("the tray has no token `{}`", shorten(&escape(id), 40)),
                        "choose a token of the tray, or paste one",
                    )
                })?,
        };
        let uri = match token.kind {
            Kind::IdToken => token_type::ID_TOKEN,
            Kind::RefreshToken => token_type::REFRESH_TOKEN,
            Kind::JwtSvid => token_type::JWT,
            _ => token_type::ACCESS_TOKEN,
        };
        Ok(starting.end(NodeRun {
            granted: claims::scopes(&token),
            token: Some(token),
            token_type_uri: Some(uri.to_owned()),
            ..NodeRun::default()
        }))
    }

    fn flaws(&self, _node: &Node, flaw: &mut dyn FnMut(String)) {
        if self.token.trim().is_empty() {
            flaw("no token is pasted: paste one, or choose one of the tray".into());
        }
    }

    fn tray_token(&self) -> Option<TokenId> {
        self.token.strip_prefix(TRAY)?.parse().ok()
    }
}
