//! What the chain panel keeps between frames.

use std::{collections::HashMap, sync::Arc};

use super::{fields, scene::Scene};
use crate::{
    chain::run::NodeState,
    gui::{canvas::Canvas, context},
    kit::ids::ChainId,
};

/// The chain panel: what it keeps between frames.
#[derive(Default)]
pub struct ChainPanel {
    pub(super) canvas: Canvas,
    pub(super) scene: Option<Arc<Scene>>,
    /// The node that is being moved, and how far.
    pub(super) moving: Option<(String, egui::Vec2)>,
    /// The node whose token is being wired to another.
    pub(super) wiring: Option<String>,
    /// Tokens that travel along wires now: wire, seconds since it began.
    pub(super) travels: Vec<(usize, f32)>,
    /// State of the nodes in the frame before.
    pub(super) before: HashMap<String, NodeState>,
    pub(super) rename: Option<String>,
    /// Inspector of a node.
    pub(super) inspect: InspectState,
}

/// What is drawn with in this panel.
pub(super) type Cx<'a> = context::Cx<'a, ChainPanel>;

/// A section of the inspector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Form.
    #[default]
    Settings,
    /// What was sent.
    Request,
    /// What came back.
    Response,
    /// The request as a command.
    Curl,
    /// Claims before and after.
    Changes,
}

/// What the inspector of a node keeps between frames.
#[derive(Default)]
pub struct InspectState {
    /// The section in front.
    pub tab: Tab,
    /// Which of several requests of the node.
    pub which: usize,
    /// Texts that are being typed.
    pub form: fields::FieldsState,
    pub of: Option<(ChainId, String)>,
}
