//! What is kept between starts, beside egui's own memory and the arrangement of panels.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    app::{Command, Model, chains, session::Selection, view},
    kit::ids::{ChainId, TokenId},
    principal::picture::{Choice, Seen},
};

/// What is kept between starts, beside egui's own memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Workspaces that were open, latest first.
    #[serde(default)]
    pub recent: Vec<PathBuf>,
    /// Dark (`true`), light (`false`), or the system's choice.
    #[serde(default)]
    pub dark: Option<bool>,
    /// What the graph shows.
    #[serde(default)]
    pub graph: GraphSettings,
    /// Where one left off in recent workspaces.
    #[serde(default)]
    pub left: Vec<Left>,
}

/// Where one left off in a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The workspace's file.
    pub path: PathBuf,
    /// The view in front.
    pub view: String,
    /// The token in the token view.
    #[serde(default)]
    pub token: Option<TokenId>,
    /// The chain in the chain view.
    #[serde(default)]
    pub chain: Option<ChainId>,
}

impl Left {
    /// Where it is left now; nothing of one without a file.
    pub fn of(model: &Model) -> Option<Self> {
        Some(Self {
            path: model.path.clone()?,
            view: model.session.view.name().to_owned(),
            token: model.session.token,
            chain: model.session.chain,
        })
    }

    /// The commands that go there, as far as it is still there.
    pub fn back(&self, model: &Model) -> Vec<Command> {
        let token = self.token.filter(|id| {
            let of_a_run = || {
                let mut nodes = model.runs.values().flat_map(|run| run.nodes.values());
                nodes.any(|node| node.token_id == Some(*id))
            };
            model.workspace.token(*id).is_some() || of_a_run()
        });
        let chain = self.chain.filter(|id| model.workspace.chain(*id).is_some());
        let token = token.map(|id| view::Command::Select(Selection::Token(id)).into());
        let chain = chain.map(|id| chains::Command::Show(id).into());
        let mut views = model.session.views.iter().map(|offered| offered.view);
        let view = views.find(|view| view.name() == self.view);
        let view = view.map(|view| view::Command::Show(view).into());
        token.into_iter().chain(chain).chain(view).collect()
    }
}

impl Settings {
    /// Keeps where one left off, for so many workspaces.
    pub fn leave(&mut self, left: Left, most: usize) {
        self.left.retain(|other| other.path != left.path);
        self.left.insert(0, left);
        self.left.truncate(most);
    }
}

/// What the graph shows, between starts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GraphSettings {
    /// Issuers are shown.
    pub issuers: bool,
    /// Keys are shown.
    pub keys: bool,
    /// Clients are shown.
    pub clients: bool,
    /// What is folded.
    pub fold: Choice,
}

impl GraphSettings {
    /// What is shown now.
    pub fn of(seen: &Seen) -> Self {
        Self {
            issuers: seen.issuers,
            keys: seen.keys,
            clients: seen.clients,
            fold: seen.fold,
        }
    }
}

impl Default for GraphSettings {
    fn default() -> Self {
        Self::of(&Seen::default())
    }
}
