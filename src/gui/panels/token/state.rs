//! What the token panel keeps between frames.

use std::{collections::HashMap, sync::Arc};

use super::{binding, bound, editors, encrypted, history, inspect, rows};
use crate::{app::analysis::Analysis, gui::context, kit::ids::TokenId, token::craft::Part};

/// How header and claims are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    /// Typed rows.
    #[default]
    Rows,
    /// JSON text.
    Json,
    /// Bytes.
    Bytes,
}

/// Findings at the members of one token, made once per analysis.
pub(super) struct Notes {
    pub(super) analysis: Arc<Analysis>,
    pub(super) token: TokenId,
    pub(super) at: HashMap<(Part, String), Vec<usize>>,
}

/// The token panel: what it keeps between frames.
#[derive(Default)]
pub struct TokenPanel {
    pub(super) mode: Mode,
    pub(super) raw: bound::Bound,
    pub(super) header: bound::Bound,
    pub(super) payload: bound::Bound,
    pub(super) header_bytes: bound::Bound,
    pub(super) payload_bytes: bound::Bound,
    pub(super) editors: editors::State,
    pub(super) heights: HashMap<(Part, usize), f32>,
    pub(super) notes: Option<Notes>,
    pub(super) token: Option<TokenId>,
    /// The large token whose text is open for editing.
    pub(super) raw_open: Option<TokenId>,
    pub(super) encrypted: encrypted::State,
    pub(super) binding: binding::State,
    /// The member that is being named anew.
    pub(super) renaming: Option<rows::Renaming>,
    /// The steps of the verification are unfolded.
    pub(super) steps: bool,
    /// Of several signatures the one that is shown, from 0.
    pub(super) signature: usize,
    /// Inspector of a token: the key for signing.
    pub(super) signing: inspect::SigningState,
    /// Inspector of a token: its states.
    pub(super) history: history::HistoryState,
}

impl TokenPanel {
    /// Shows and edits the header of another signature.
    pub(super) fn choose_signature(&mut self, n: usize) {
        if self.signature != n {
            self.signature = n;
            self.header = bound::Bound::default();
            self.header_bytes = bound::Bound::default();
            self.heights.clear();
        }
    }
}

/// What is drawn with in this panel.
pub(super) type Cx<'a> = context::Cx<'a, TokenPanel>;
