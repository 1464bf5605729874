//! The principal graph as SVG, PNG, DOT, Mermaid, GraphML and JSON.
