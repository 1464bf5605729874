//! Where the words of the wires stand: on or just above their wire, over no node and no other words.

use super::{Box2, CAPTION_SIZE, Layout, Path, Point, point, routes::Space, text_width, wire_text};
use crate::principal::Graph;

/// Height of a label.
const HEIGHT: f32 = 16.0;
/// Shares of the way that are tried, the middle first.
const SHARES: [f32; 13] = [
    0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.14, 0.86,
];

/// Places all labels, those with the worst findings first.
pub(super) fn place(graph: &Graph, layout: &mut Layout, nodes: &Space) {
    let mut order: Vec<usize> = (0..layout.edges.len()).collect();
    order.sort_by_key(|e| {
        let edge = &graph.edges[*e];
        (
            std::cmp::Reverse(edge.note.is_some()),
            std::cmp::Reverse(edge.severity),
            *e,
        )
    });
    let top = layout
        .nodes
        .iter()
        .map(Box2::top)
        .fold(f32::INFINITY, f32::min);
    let mut taken = Space::of(&[]);
    for e in order {
        let path = &layout.edges[e];
        let edge = &graph.edges[e];
        let label = wire_text(edge).and_then(|text| {
            let icon = if edge.severity.is_some() { 16.0 } else { 0.0 };
            let width = text_width(text, CAPTION_SIZE) + icon + 8.0;
            free(path, width, nodes, &taken).inspect(|centre| {
                taken.add(label_box(*centre, width));
            })
        });
        let label = label
            .or_else(|| off_nodes(path, nodes))
            // A wire that runs through nodes all the way: above everything.
            .unwrap_or_else(|| point(path.along(0.5).x, top - HEIGHT));
        layout.edges[e].label = label;
    }
}

fn label_box(centre: Point, width: f32) -> Box2 {
    Box2 {
        centre,
        width,
        height: HEIGHT,
    }
}

fn free(path: &Path, width: f32, nodes: &Space, taken: &Space) -> Option<Point> {
    SHARES.iter().find_map(|share| {
        let at = path.along(*share);
        let (before, after) = (path.along(share - 0.03), path.along(share + 0.03));
        let flat = (after.y - before.y).abs() < 0.25 * (after.x - before.x).abs();
        // Above a wire that runs across, on one that runs down.
        let lifts: &[f32] = if flat { &[-12.0, 12.0, 0.0] } else { &[0.0] };
        lifts
            .iter()
            .map(|lift| point(at.x, at.y + lift))
            .find(|centre| {
                let label = label_box(*centre, width);
                !nodes.meets(&label, 3.0) && !taken.meets(&label, 2.0)
            })
    })
}

fn off_nodes(path: &Path, nodes: &Space) -> Option<Point> {
    SHARES
        .iter()
        .map(|share| path.along(*share))
        .find(|at| !nodes.hits(*at, 1.0, [usize::MAX; 2]))
}
