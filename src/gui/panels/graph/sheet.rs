//! What one frame of the graph is drawn from.

use super::{highlight::Highlight, scene::Scene};
use crate::{
    app::session::Selection,
    gui::{
        canvas::{Canvas, Stage},
        theme::Theme,
    },
    principal::Edge,
};

/// One frame of the graph.
pub(super) struct Sheet<'a> {
    pub canvas: Canvas,
    pub stage: Stage,
    pub scene: &'a Scene,
    pub lit: &'a Highlight,
    pub theme: &'static Theme,
    pub selection: Selection,
    /// Wires that are shown at all.
    pub shown: Vec<usize>,
    /// The wire under the pointer.
    pub pointed: Option<usize>,
}

/// Whether a wire is what is selected.
pub(super) fn is_selected(selection: &Selection, scene: &Scene, edge: &Edge) -> bool {
    matches!(selection, Selection::Relation(from, to, relation)
        if *relation == edge.relation.name()
            && *from == scene.graph.nodes[edge.from].id
            && *to == scene.graph.nodes[edge.to].id)
}
