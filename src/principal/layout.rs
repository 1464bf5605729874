//! Our own layout: ranks follow the order of delegation, left to right; issuers below, audiences at
//! the right, keys and clients under those who hold them.
//!
//! Each subject begins a lane. In a lane the longest line of delegation runs straight; branches go
//! below it. Everything is a function of the graph: the same graph gives the same layout.

mod beside;
mod crossings;
mod grid;
mod labels;
mod places;
mod ports;
mod routes;
mod words;

pub use words::Words;

use super::{Graph, Node, Relation};

/// A place on the plane, in points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// Where a node stands: centre and size.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Box2 {
    /// Centre.
    pub centre: Point,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A wire as a cubic Bézier path with a place for its label that covers no node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// Start, control 1, control 2, end; joined segments share their ends (3n+1 points).
    pub points: Vec<Point>,
    /// Middle of the label.
    pub label: Point,
}

/// A column heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// `Subject`, `First actor`, ... `Current actor`, `Audience`.
    pub title: String,
    /// Centre.
    pub x: f32,
}

/// A laid-out graph. Indices as in [`Graph`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// One per node.
    pub nodes: Vec<Box2>,
    /// One per edge.
    pub edges: Vec<Path>,
    /// Columns, left to right.
    pub columns: Vec<Column>,
    /// Upper left and lower right corner of everything.
    pub bounds: (Point, Point),
}

/// Height of a node: three lines.
pub const NODE_HEIGHT: f32 = 62.0;
/// Size of the names in nodes.
pub const NAME_SIZE: f32 = 13.0;
/// Size of captions: second lines, notes on wires.
pub const CAPTION_SIZE: f32 = 11.0;

/// From a node's edge to its icon, the icon, from there to the text, from the text to the edge.
pub(crate) const NODE_PADDING: [f32; 4] = [12.0, 16.0, 9.0, 14.0];

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

fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

impl Box2 {
    pub(crate) fn left(&self) -> f32 {
        self.centre.x - self.width / 2.0
    }
    pub(crate) fn right(&self) -> f32 {
        self.centre.x + self.width / 2.0
    }
    pub(crate) fn top(&self) -> f32 {
        self.centre.y - self.height / 2.0
    }
    pub(crate) fn bottom(&self) -> f32 {
        self.centre.y + self.height / 2.0
    }
    /// Whether two boxes, this one grown by `room` on each side, share a point.
    fn meets(&self, other: &Self, room: f32) -> bool {
        self.left() - room < other.right()
            && other.left() < self.right() + room
            && self.top() - room < other.bottom()
            && other.top() < self.bottom() + room
    }
    fn holds(&self, at: Point, room: f32) -> bool {
        at.x > self.left() - room
            && at.x < self.right() + room
            && at.y > self.top() - room
            && at.y < self.bottom() + room
    }
}

impl Path {
    /// The place at `share` of the way, 0 to 1, counted in segments.
    pub fn along(&self, share: f32) -> Point {
        let segments = self.points.len().saturating_sub(1) / 3;
        if segments == 0 {
            return self.points.first().copied().unwrap_or_default();
        }
        let at = share.clamp(0.0, 1.0) * segments as f32;
        let segment = (at as usize).min(segments - 1);
        let p = &self.points[segment * 3..segment * 3 + 4];
        on_curve([p[0], p[1], p[2], p[3]], at - segment as f32)
    }
}

fn on_curve(curve: [Point; 4], t: f32) -> Point {
    let u = 1.0 - t;
    let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    let mut at = point(0.0, 0.0);
    for (p, weight) in curve.into_iter().zip(weights) {
        at = point(at.x + weight * p.x, at.y + weight * p.y);
    }
    at
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

/// Width of a node: its lines, its icon, and room beside them, down to the zoom `smallest`.
fn node_width(node: &Node, smallest: f32) -> f32 {
    let [left, icon, gap, right] = NODE_PADDING;
    (left + icon + gap + Words::of(node).width(smallest) + right)
        .clamp(104.0, 288.0)
        .ceil()
}

/// What is written on a wire: its note, or what kind of relation it is where that says something.
pub fn wire_text(edge: &super::Edge) -> Option<&str> {
    match (&edge.note, edge.relation) {
        (Some(note), _) => Some(note),
        (None, Relation::Delegates | Relation::Reaches) => None,
        (None, other) => Some(other.name()),
    }
}

/// The width of text set in Inter at `size`, estimated a little generously: the layout does not know
/// the fonts of whoever draws it.
pub fn text_width(text: &str, size: f32) -> f32 {
    let units: f32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '/' | '·' => 0.39,
            'm' | 'w' | 'M' | 'W' | '@' | '…' => 0.92,
            'A'..='Z' | '0'..='9' | '_' => 0.69,
            c if u32::from(c) >= 0x1100 => 1.05,
            _ => 0.61,
        })
        .sum();
    units * size
}
