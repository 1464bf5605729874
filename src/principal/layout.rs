//! Our own layout: ranks follow the order of delegation, left to right; issuers below, audiences at
//! the right, keys under their holders.

use super::Graph;

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

/// Lays the graph out. Deterministic. 1,000 nodes and 2,000 edges take well under a second.
pub fn layout(graph: &Graph) -> Layout {
    let _ = graph;
    todo!("owner: principal")
}
