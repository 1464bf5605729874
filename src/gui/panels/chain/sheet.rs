//! What one frame of the chain is drawn from.

use egui::Rect;

use super::scene::Scene;
use crate::{
    chain::Chain,
    gui::{
        canvas::{Canvas, Curve, Stage as Plane},
        theme::Theme,
    },
    kit::ids::ChainId,
};

/// One frame of the chain.
pub(super) struct Sheet<'a> {
    pub canvas: Canvas,
    pub plane: Plane,
    pub scene: &'a Scene,
    pub chain: &'a Chain,
    pub id: ChainId,
    pub theme: &'static Theme,
    /// Places of the nodes, with the one that is being moved.
    pub rects: Vec<Rect>,
    /// Ways of the wires, likewise.
    pub curves: Vec<Curve>,
    /// The node that the selection means.
    pub lit: Option<usize>,
    /// The wire under the pointer.
    pub pointed: Option<usize>,
}
