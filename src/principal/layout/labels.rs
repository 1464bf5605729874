//! Where the words of the wires stand: on or just above their wire, over no node and no other words.

use std::collections::HashMap;

use super::{
    geometry::{Box2, Layout, Path, Point, point},
    routes::Space,
    text::{CAPTION_SIZE, text_width, wire_text},
};
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
    let mut taken = nodes.empty();
    // Among very many wires no place is free of them.
    let wires = Wires::of(if layout.edges.len() > 400 {
        &[]
    } else {
        &layout.edges
    });
    for e in order {
        let path = &layout.edges[e];
        let edge = &graph.edges[e];
        let label = wire_text(edge).and_then(|text| {
            let icon = if edge.severity.is_some() { 16.0 } else { 0.0 };
            let width = text_width(text, CAPTION_SIZE) + icon + 8.0;
            let clear = |label: &Box2| !nodes.meets(label, 3.0) && !taken.meets(label, 2.0);
            // Rather over no other wire.
            free(path, width, |label| clear(label) && !wires.under(label, e))
                .or_else(|| free(path, width, clear))
                .inspect(|centre| taken.add(label_box(*centre, width)))
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

fn free(path: &Path, width: f32, clear: impl Fn(&Box2) -> bool) -> Option<Point> {
    SHARES.iter().find_map(|share| {
        let at = path.along(*share);
        let (before, after) = (path.along(share - 0.03), path.along(share + 0.03));
        let flat = (after.y - before.y).abs() < 0.25 * (after.x - before.x).abs();
        // Above a wire that runs across, on one that runs down.
        let lifts: &[f32] = if flat { &[-12.0, 12.0, 0.0] } else { &[0.0] };
        lifts
            .iter()
            .map(|lift| point(at.x, at.y + lift))
            .find(|centre| clear(&label_box(*centre, width)))
    })
}

/// Which wires pass through which small square of the plane.
struct Wires(HashMap<(i32, i32), Vec<usize>>);

impl Wires {
    const CELL: f32 = 12.0;

    fn of(paths: &[Path]) -> Self {
        let mut cells: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
        for (e, path) in paths.iter().enumerate() {
            let length: f32 = path
                .points
                .windows(2)
                .map(|p| (p[0].x - p[1].x).hypot(p[0].y - p[1].y))
                .sum();
            // Long wires of large graphs are sampled more coarsely.
            let samples = (length / 10.0).clamp(4.0, 240.0);
            for n in 0..=(samples as usize) {
                let at = path.along(n as f32 / samples);
                let users = cells.entry(Self::cell(at)).or_default();
                if users.last() != Some(&e) {
                    users.push(e);
                }
            }
        }
        Self(cells)
    }

    fn cell(at: Point) -> (i32, i32) {
        (
            (at.x / Self::CELL).floor() as i32,
            (at.y / Self::CELL).floor() as i32,
        )
    }

    /// Whether another wire than `own` passes under a label.
    fn under(&self, label: &Box2, own: usize) -> bool {
        let low = Self::cell(point(label.left(), label.top()));
        let high = Self::cell(point(label.right(), label.bottom()));
        (low.0..=high.0).any(|x| {
            (low.1..=high.1).any(|y| {
                let users = self.0.get(&(x, y));
                users.is_some_and(|users| users.iter().any(|e| *e != own))
            })
        })
    }
}

fn off_nodes(path: &Path, nodes: &Space) -> Option<Point> {
    SHARES
        .iter()
        .map(|share| path.along(*share))
        .find(|at| !nodes.hits(*at, 1.0, [usize::MAX; 2]))
}
