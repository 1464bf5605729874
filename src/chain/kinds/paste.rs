//! Node kind `paste`: a token that the user has.

use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use super::StepKind;
use crate::{
    chain::{
        Node, Reference,
        engine::{Begun, Stage, Starting},
        file::{FileError, fields::Fields, write::Lines},
        reference::ReferenceError,
        run::{Failure, NodeRun},
    },
    kit::{ids::TokenId, text::excerpt},
    oauth::token_type,
    token::{Kind, Token, claims, decode::decode, find::find},
};

/// Settings of a node with a token of the user.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Paste {
    /// The token; a reference to the tray as `tray:t12`, to a file as `file:PATH`, to a variable as
    /// `env:NAME`, or the text.
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

    fn count_from(&mut self, folder: &Path) {
        if let Ok(at) = self.token.parse::<Reference>() {
            self.token = at.from_folder(folder).to_string();
        }
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let pasted = self.token.trim();
        if pasted.is_empty() {
            return Err(Failure::setup(
                "no token is pasted",
                "paste one, or choose one of the tray",
            ));
        }
        if Reference::is_meant(pasted) {
            let at: Reference = pasted.parse().map_err(|why: ReferenceError| {
                Failure::setup(format!("the token {why}"), "mend the reference")
            })?;
            return Ok(starting.read(at, Stage::Paste));
        }
        let token = match pasted.strip_prefix(TRAY) {
            None => Arc::new(decode(pasted)),
            Some(id) => id
                .parse::<TokenId>()
                .ok()
                .and_then(|id| starting.directory.token(id))
                .ok_or_else(|| {
                    Failure::setup(
                        format!("the tray has no token `{}`", excerpt(id, 40)),
                        "choose a token of the tray, or paste one",
                    )
                })?,
        };
        let mut shown = NodeRun::default();
        take(token, &mut shown);
        Ok(starting.end(shown))
    }

    fn flaws(&self, _node: &Node, flaw: &mut dyn FnMut(String)) {
        if self.token.trim().is_empty() {
            flaw("no token is pasted: paste one, or choose one of the tray".into());
        }
        if Reference::is_meant(&self.token)
            && let Err(why) = self.token.parse::<Reference>()
        {
            flaw(format!("the token {why}"));
        }
    }

    fn tray_token(&self) -> Option<TokenId> {
        self.token.strip_prefix(TRAY)?.parse().ok()
    }
}

/// What a node shows of a token that was brought to it.
fn take(token: Arc<Token>, shown: &mut NodeRun) {
    let uri = match token.kind {
        Kind::IdToken => token_type::ID_TOKEN,
        Kind::RefreshToken => token_type::REFRESH_TOKEN,
        Kind::JwtSvid => token_type::JWT,
        _ => token_type::ACCESS_TOKEN,
    };
    shown.granted = claims::scopes(&token);
    shown.token = Some(token);
    shown.token_type_uri = Some(uri.to_owned());
}

/// Takes the token of a text that was read from elsewhere: the text itself where it is a single word, else
/// the one token in it.
pub(in crate::chain) fn take_text(text: &str, shown: &mut NodeRun) -> Result<(), Failure> {
    let text = text.trim();
    let words = |said: &str| Err(Failure::setup(said, "give a text that holds one token"));
    if text.is_empty() {
        return words("what the reference leads to is empty");
    }
    let word = !text.contains(char::is_whitespace) && !text.starts_with(['{', '[', '"', '\'']);
    if word {
        take(Arc::new(decode(text)), shown);
        return Ok(());
    }
    // A token that another one holds in its claims comes with it.
    let mut found = find(text);
    found.retain(|found| found.inside.is_none());
    match found.as_slice() {
        [found] => {
            take(Arc::new(decode(&found.raw)), shown);
            Ok(())
        }
        [] => words("there is no token in what the reference leads to"),
        _ => words("there are several tokens in what the reference leads to"),
    }
}
