//! What the graph panel keeps between frames.

use std::sync::{Arc, mpsc};

use super::scene::Scene;
use crate::gui::{canvas::Canvas, context, widgets::rows};

/// The graph panel: what it keeps between frames.
#[derive(Default)]
pub struct GraphPanel {
    /// Camera and keyboard of the canvas.
    pub(super) canvas: Canvas,
    /// The table twin is shown.
    pub(super) table: bool,
    /// Rows of the table twin.
    pub(super) rows: rows::TableState,
    /// Text of the search field.
    pub(super) search: String,
    /// Whom the keyboard goes to in the next picture, by id: what a fold held, or the fold that took
    /// it in again.
    pub(super) follow: Vec<String>,
    /// The scene is new in this frame.
    pub(super) fresh: bool,
    pub(super) scene: Option<Arc<Scene>>,
    pub(super) exports: Exports,
}

/// What is drawn with in this panel.
pub(super) type Cx<'a> = context::Cx<'a, GraphPanel>;

/// File name and contents, or why there are none.
pub(super) type Picture = Result<(String, Vec<u8>), String>;

/// Pictures that are being drawn.
#[derive(Default)]
pub(super) struct Exports {
    pub waiting: Option<mpsc::Receiver<Picture>>,
}
