//! The keyboard on a canvas: arrows walk along wires, or to the nearest node that way.

use egui::{Pos2, Rect};

/// Where an arrow key points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

/// The node to go to from `from`: left and right follow a wire if one leads that way, else, as up and
/// down do, the nearest node in that direction. `None` when there is none.
pub fn next(
    nodes: &[Rect],
    wires: &[(usize, usize)],
    from: Option<usize>,
    direction: Direction,
) -> Option<usize> {
    let Some(from) = from.filter(|f| *f < nodes.len()) else {
        return first(nodes);
    };
    let here = nodes[from].center();
    if matches!(direction, Direction::Left | Direction::Right) {
        let along = wires
            .iter()
            .filter_map(|&(a, b)| match direction {
                Direction::Right if a == from => Some(b),
                Direction::Left if b == from => Some(a),
                _ => None,
            })
            .filter(|n| {
                *n < nodes.len() && *n != from && ahead(here, nodes[*n].center(), direction) > 0.0
            })
            .min_by(|a, b| {
                here.distance(nodes[*a].center())
                    .total_cmp(&here.distance(nodes[*b].center()))
            });
        if along.is_some() {
            return along;
        }
    }
    nodes
        .iter()
        .enumerate()
        .filter(|(n, rect)| *n != from && ahead(here, rect.center(), direction) > 1.0)
        .map(|(n, rect)| {
            let on = ahead(here, rect.center(), direction);
            let off = aside(here, rect.center(), direction);
            (n, on + off * 2.5)
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(n, _)| n)
}

/// The node at the upper left.
pub fn first(nodes: &[Rect]) -> Option<usize> {
    nodes
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| {
            (a.left() + a.top() * 0.25).total_cmp(&(b.left() + b.top() * 0.25))
        })
        .map(|(n, _)| n)
}

/// Nodes in reading order: by column, then from top to bottom. The order of Tab.
pub fn reading_order(nodes: &[Rect]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by(|a, b| {
        let key = |n: &usize| ((nodes[*n].center().x / 40.0).round(), nodes[*n].center().y);
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    order
}

fn ahead(from: Pos2, to: Pos2, direction: Direction) -> f32 {
    match direction {
        Direction::Left => from.x - to.x,
        Direction::Right => to.x - from.x,
        Direction::Up => from.y - to.y,
        Direction::Down => to.y - from.y,
    }
}

fn aside(from: Pos2, to: Pos2, direction: Direction) -> f32 {
    match direction {
        Direction::Left | Direction::Right => (from.y - to.y).abs(),
        Direction::Up | Direction::Down => (from.x - to.x).abs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{pos2, vec2};

    fn rects(at: &[(f32, f32)]) -> Vec<Rect> {
        at.iter()
            .map(|&(x, y)| Rect::from_center_size(pos2(x, y), vec2(80.0, 30.0)))
            .collect()
    }

    #[test]
    fn right_follows_the_wire_even_past_a_nearer_node() {
        let nodes = rects(&[(0.0, 0.0), (100.0, 0.0), (200.0, 90.0)]);
        assert_eq!(next(&nodes, &[(0, 2)], Some(0), Direction::Right), Some(2));
        assert_eq!(next(&nodes, &[(0, 2)], Some(2), Direction::Left), Some(0));
        assert_eq!(next(&nodes, &[], Some(0), Direction::Right), Some(1));
    }

    #[test]
    fn down_takes_the_nearest_and_the_edge_stops() {
        let nodes = rects(&[(0.0, 0.0), (0.0, 60.0), (0.0, 120.0)]);
        assert_eq!(next(&nodes, &[], Some(0), Direction::Down), Some(1));
        assert_eq!(next(&nodes, &[], Some(2), Direction::Down), None);
        assert_eq!(next(&nodes, &[], None, Direction::Down), Some(0));
        assert_eq!(next(&[], &[], Some(3), Direction::Up), None);
    }

    #[test]
    fn tab_reads_columns_from_the_top() {
        let nodes = rects(&[(200.0, 0.0), (0.0, 50.0), (3.0, 0.0)]);
        assert_eq!(reading_order(&nodes), [2, 1, 0]);
    }
}
