//! What the tray keeps between frames.

use std::{collections::BTreeSet, sync::Arc};

use super::order::{Order, Row};
use crate::{app::analysis::Analysis, gui::context, kit::ids::TokenId};

/// The tray: what it keeps between frames.
#[derive(Default)]
pub struct TrayPanel {
    /// The rows as they were last ordered.
    pub(super) rows: Option<Rows>,
    /// The token that the tray last scrolled to.
    pub(super) seen: Option<TokenId>,
    /// The token whose row has the keyboard.
    pub(super) focus: Option<TokenId>,
    pub(super) order: Order,
    /// Tokens that are picked together.
    pub(super) picked: BTreeSet<TokenId>,
    /// Where a range of picks begins.
    pub(super) anchor: Option<TokenId>,
    /// The picked ones are to be deleted.
    pub(super) delete: bool,
}

/// What is drawn with in this panel.
pub(super) type Cx<'a> = context::Cx<'a, TrayPanel>;

/// The rows of one analysis in one order, each with its place.
pub(super) struct Rows {
    pub(super) analysis: Arc<Analysis>,
    pub(super) order: Order,
    pub(super) list: Vec<(f32, Row)>,
    pub(super) headings: Vec<(String, String)>,
    pub(super) height: f32,
    /// How many tokens there are with and without the filter.
    pub(super) shown: usize,
    pub(super) total: usize,
}
