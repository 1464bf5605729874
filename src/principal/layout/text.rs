//! What is written in the picture, and how large it is.

use crate::principal::{Edge, Relation};

/// Height of a node: three lines.
pub const NODE_HEIGHT: f32 = 62.0;
/// Size of the names in nodes.
pub const NAME_SIZE: f32 = 13.0;
/// Size of captions: second lines, notes on wires.
pub const CAPTION_SIZE: f32 = 11.0;

/// From a node's edge to its icon, the icon, from there to the text, from the text to the edge.
pub(crate) const NODE_PADDING: [f32; 4] = [12.0, 16.0, 9.0, 14.0];

/// What is written on a wire: its note, or what kind of relation it is where that says something.
pub fn wire_text(edge: &Edge) -> Option<&str> {
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
