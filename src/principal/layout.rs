//! Our own layout: ranks follow the order of delegation, left to right; issuers below, audiences at
//! the right, keys and clients under those who hold them.
//!
//! Each subject begins a lane. In a lane the longest line of delegation runs straight; branches go
//! below it. Everything is a function of the graph: the same graph gives the same layout.

mod beside;
mod crossings;
mod geometry;
mod grid;
mod labels;
mod places;
mod ports;
mod routes;
mod text;
mod words;

pub use geometry::{Box2, Column, Layout, Path, Point};
pub(crate) use text::NODE_PADDING;
pub use text::{CAPTION_SIZE, NAME_SIZE, NODE_HEIGHT, text_width, wire_text};
pub use words::Words;

use super::Graph;
use geometry::point;

/// Lays the graph out. Deterministic. 1,000 nodes and 2,000 edges take well under a second, ten
/// times as many a few.
pub fn layout(graph: &Graph) -> Layout {
    if graph.nodes.is_empty() {
        return Layout::default();
    }
    let grid = grid::Grid::of(graph);
    let mut layout = places::place(graph, &grid);
    let space = routes::Space::of(&layout.nodes);
    layout.edges = routes::route(graph, &grid, &layout.nodes, &space);
    labels::place(graph, &mut layout, &space);
    layout.bounds = bounds(&layout);
    layout
}

fn bounds(layout: &Layout) -> (Point, Point) {
    let (mut low, mut high) = (
        point(f32::INFINITY, f32::INFINITY),
        point(f32::NEG_INFINITY, f32::NEG_INFINITY),
    );
    let mut reach = |at: Point| {
        low = point(low.x.min(at.x), low.y.min(at.y));
        high = point(high.x.max(at.x), high.y.max(at.y));
    };
    for node in &layout.nodes {
        reach(point(node.left(), node.top()));
        reach(point(node.right(), node.bottom()));
    }
    for path in &layout.edges {
        for n in 0..=12 {
            reach(path.along(n as f32 / 12.0));
        }
        reach(path.label);
    }
    (low, high)
}
