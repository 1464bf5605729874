//! The principal graph as SVG, PNG, DOT, Mermaid and GraphML.

use crate::principal::{Graph, layout::Layout};

/// SVG, readable on its own: light background, names, kinds, severities in words.
pub fn svg(graph: &Graph, layout: &Layout) -> String {
    let _ = (graph, layout);
    todo!("owner: risk")
}

/// [`svg`] as PNG, two pixels a point.
pub fn png(graph: &Graph, layout: &Layout) -> Result<Vec<u8>, String> {
    let _ = (graph, layout);
    todo!("owner: risk")
}

/// Graphviz DOT.
pub fn dot(graph: &Graph) -> String {
    let _ = graph;
    todo!("owner: risk")
}

/// Mermaid flowchart.
pub fn mermaid(graph: &Graph) -> String {
    let _ = graph;
    todo!("owner: risk")
}

/// GraphML.
pub fn graphml(graph: &Graph) -> String {
    let _ = graph;
    todo!("owner: risk")
}
