//! What nodes do: a kind of node a file, with its settings, its words, what it reads from and writes to
//! chain files, its inputs, and how it starts. A new kind is a file here and a line in [`Step`]'s list
//! below; its face is the file of the same name in `gui/panels/chain/kinds`.

mod call;
mod client_credentials;
mod exchange;
pub(super) mod paste;
pub(super) mod sign_in;
mod wait;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    Node, Role,
    engine::{Begun, Starting},
    file::{FileError, fields::Fields, write::Lines},
    run::{NodeRun, Run},
    wires::Input,
};
use crate::{
    evidence::RequestedExchange,
    kit::{ids::TokenId, text::excerpt},
};
pub use call::Call;
pub use client_credentials::ClientCredentials;
pub use exchange::Exchange;
pub use paste::Paste;
pub use sign_in::SignIn;
pub use wait::Wait;

/// What every kind of node says of itself.
pub(super) trait StepKind {
    /// Reads its settings from a node's table.
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError>
    where
        Self: Sized;

    /// Writes its settings.
    fn write(&self, out: &mut Lines);

    /// Title on the canvas of a node that was given none.
    fn title(&self) -> &'static str;

    /// What it is called among kinds: `sign-in`.
    fn word(&self) -> &'static str;

    /// Sends its first request, or ends at once.
    fn start(&self, starting: &Starting<'_>) -> Begun;

    /// What of its settings keeps `node` from running.
    fn flaws(&self, node: &Node, flaw: &mut dyn FnMut(String));

    /// Its inputs, and the nodes that they are connected with; `None` for one that may stay free.
    fn inputs(&self) -> Vec<(Role, Option<&str>)> {
        Vec::new()
    }

    /// The same inputs, to be connected otherwise.
    fn inputs_mut(&mut self) -> Vec<(Role, Input<'_>)> {
        Vec::new()
    }

    /// The node whose token it hands on as it is: it gives no new one.
    fn hands_on(&self) -> Option<&str> {
        None
    }

    /// What it does in place of giving a token, for a kind that gives none.
    fn instead_of_token(&self) -> Option<&'static str> {
        None
    }

    /// Whether a client asks a server for a token.
    fn asks_server(&self) -> bool {
        false
    }

    /// The client that asks the practice server where none is chosen.
    fn practice_client(&self) -> Option<&'static str> {
        None
    }

    /// Whether `node` asks a practice server for something.
    fn is_at_practice(&self, node: &Node) -> bool {
        self.asks_server() && node.server.is_none()
    }

    /// The token of the tray that it takes.
    fn tray_token(&self) -> Option<TokenId> {
        None
    }

    /// Counts relative paths among its settings from `folder`.
    fn count_from(&mut self, folder: &Path) {
        let _ = folder;
    }

    /// Whether it stands beside the node whose token it takes, not below.
    fn stands_beside(&self) -> bool {
        false
    }

    /// What the hop of `node`'s token is called; `exchanges` counts those up to it.
    fn hop_name(&self, node: &Node, exchanges: usize) -> String {
        let _ = exchanges;
        excerpt(&node.id, 60)
    }

    /// What an exchange asked for; `None` for every other kind.
    fn asked(&self, node: &Node, shown: &NodeRun, run: &Run) -> Option<RequestedExchange> {
        let _ = (node, shown, run);
        None
    }

    /// Whether its token is made from the one before it.
    fn is_exchange(&self) -> bool {
        false
    }
}

/// The kinds. A line says what the kind does, which file it is in (so it is called in chain files), and
/// the name of its settings.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $kind:ident,)+) => {
        /// What a node does.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Step {
            $($(#[$doc])* $kind($kind),)+
        }

        impl Step {
            /// The kinds, as files name them.
            pub const NAMES: [&str; [$(stringify!($name)),+].len()] = [$(stringify!($name)),+];

            /// The kind, as files name it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => stringify!($name),)+
                }
            }

            pub(super) fn kind(&self) -> &dyn StepKind {
                match self {
                    $(Self::$kind(kind) => kind,)+
                }
            }

            pub(super) fn kind_mut(&mut self) -> &mut dyn StepKind {
                match self {
                    $(Self::$kind(kind) => kind,)+
                }
            }

            /// Reads the settings of the kind of that name; `None` when there is no such kind.
            pub(super) fn read(
                name: &str,
                fields: &mut Fields<'_, '_>,
            ) -> Option<Result<Self, FileError>> {
                match name {
                    $(stringify!($name) => Some($kind::read(fields).map(Self::$kind)),)+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// Source: a user signs in by authorization code with PKCE.
    sign_in: SignIn,
    /// Source: the client's own token (RFC 6749 §4.4).
    client_credentials: ClientCredentials,
    /// Source: a token that the user has.
    paste: Paste,
    /// RFC 8693 token exchange.
    exchange: Exchange,
    /// A call of an API with a token.
    call: Call,
    /// A delay, after which a token is handed on as it is.
    wait: Wait,
}

impl Node {
    /// Title on the canvas.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(self.default_title())
    }

    /// Title on the canvas where it was given none.
    pub fn default_title(&self) -> &'static str {
        self.step.kind().title()
    }

    /// What its kind is called.
    pub fn kind_word(&self) -> &'static str {
        self.step.kind().word()
    }

    /// `client_id` of the client that asks: the chosen one, or the public client [`super::WORKBENCH`]
    /// for a sign-in at the practice server.
    pub fn client_id(&self) -> Option<&str> {
        match (&self.client, &self.server) {
            (Some(client), _) => Some(client),
            (None, None) => self.step.kind().practice_client(),
            (None, Some(_)) => None,
        }
    }

    /// Whether others can take a token from it.
    pub fn gives_token(&self) -> bool {
        self.step.kind().instead_of_token().is_none()
    }

    /// The node whose token it hands on as it is, for one that gives no new token.
    pub fn hands_on(&self) -> Option<&str> {
        self.step.kind().hands_on()
    }

    /// Whether its client asks a server for a token.
    pub fn asks_server(&self) -> bool {
        self.step.kind().asks_server()
    }

    /// Whether it asks a practice server for something.
    pub fn is_at_practice(&self) -> bool {
        self.step.kind().is_at_practice(self)
    }

    /// The token of the tray that it takes.
    pub fn tray_token(&self) -> Option<TokenId> {
        self.step.kind().tray_token()
    }
}

/// Says that a node has no client, if it has none.
fn client_flaw(node: &Node, flaw: &mut dyn FnMut(String)) {
    if node.client_id().is_none_or(str::is_empty) {
        flaw("no client is chosen: choose the client that asks".into());
    }
}
