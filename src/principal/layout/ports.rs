//! On which side, and where on it, each wire leaves and arrives.

use std::collections::HashMap;

use super::{
    geometry::{Box2, Point, point},
    grid::Grid,
};
use crate::principal::{Graph, NodeKind, Relation};

/// A side of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

/// One end of a wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Port {
    pub side: Side,
    pub at: Point,
}

/// Both ends of a wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ends {
    pub from: Port,
    pub to: Port,
}

/// Corners are round: wires keep off them.
const CORNER: f32 = 18.0;

/// Chooses the ends of all wires; wires at one side are spread along it so that they cross little.
pub(super) fn choose(graph: &Graph, grid: &Grid, boxes: &[Box2]) -> Vec<Ends> {
    let rows = Rows::of(grid);
    let sides: Vec<(Side, Side)> = graph
        .edges
        .iter()
        .map(|edge| sides(graph, grid, boxes, &rows, edge))
        .collect();
    // Who uses a side: edge, whether it leaves here.
    let mut users: HashMap<(usize, Side), Vec<(usize, bool)>> = HashMap::new();
    for (e, edge) in graph.edges.iter().enumerate() {
        users
            .entry((edge.from, sides[e].0))
            .or_default()
            .push((e, true));
        users
            .entry((edge.to, sides[e].1))
            .or_default()
            .push((e, false));
    }
    let blank = Port {
        side: Side::Top,
        at: point(0.0, 0.0),
    };
    let mut ends = vec![
        Ends {
            from: blank,
            to: blank
        };
        graph.edges.len()
    ];
    for ((node, side), mut users) in users {
        let own = &boxes[node];
        let other = |(e, leaves): (usize, bool)| {
            let edge = &graph.edges[e];
            boxes[if leaves { edge.to } else { edge.from }].centre
        };
        let place = |user: (usize, bool)| {
            let (from, to) = sides[user.0];
            key(side, own, other(user), if user.1 { to } else { from })
        };
        users.sort_by(|a, b| {
            place(*a)
                .partial_cmp(&place(*b))
                .unwrap_or(std::cmp::Ordering::Equal)
                .then(a.cmp(b))
        });
        // A wire to a neighbour at the same height is straight: it keeps the middle.
        let level = |user: &(usize, bool)| {
            let (e, _) = *user;
            sides[e] == (Side::Right, Side::Left) && (other(*user).y - own.centre.y).abs() < 0.5
        };
        let middle = users
            .iter()
            .position(level)
            .map_or_else(|| (users.len() - 1) as f32 / 2.0, |n| n as f32);
        let (step, half) = match side {
            Side::Left | Side::Right => (10.0, own.height / 2.0 - 10.0),
            Side::Top | Side::Bottom => (16.0, own.width / 2.0 - CORNER),
        };
        let most = middle.max((users.len() - 1) as f32 - middle);
        let step = if most > 0.0 {
            (half / most).clamp(0.0, step)
        } else {
            0.0
        };
        for (n, (e, leaves)) in users.into_iter().enumerate() {
            let shift = (n as f32 - middle) * step;
            let at = on_side(own, side, shift);
            let port = Port { side, at };
            if leaves {
                ends[e].from = port;
            } else {
                ends[e].to = port;
            }
        }
    }
    ends
}

/// A place on a side, `shift` from its middle.
pub(super) fn on_side(own: &Box2, side: Side, shift: f32) -> Point {
    let c = own.centre;
    match side {
        Side::Top => point(c.x + shift, own.top()),
        Side::Bottom => point(c.x + shift, own.bottom()),
        Side::Left => point(own.left(), c.y + shift),
        Side::Right => point(own.right(), c.y + shift),
    }
}

/// The order along a side, from above or from the left, so that wires nest instead of crossing.
fn key(side: Side, own: &Box2, other: Point, other_side: Side) -> (u8, f32, f32) {
    let right = other.x > own.centre.x;
    match (side, other_side) {
        // A quarter turn from above: who comes from further left comes in lower.
        (Side::Left | Side::Right, Side::Bottom) => (2, -other.x, other.y),
        (Side::Left | Side::Right, Side::Top) => (0, other.x, other.y),
        (Side::Left | Side::Right, _) => (1, other.y, other.x),
        // Arcs: those from the left end left of those to the right, the nearest innermost.
        (Side::Top, Side::Top) => (if right { 2 } else { 0 }, -other.x, other.y),
        (Side::Bottom, Side::Bottom) => (if right { 3 } else { 0 }, -other.x, other.y),
        // Quarter turns to the right: what goes furthest turns last, and so leaves first.
        (Side::Bottom, Side::Left) => (2, -other.y, -other.x),
        (Side::Top, Side::Left) => (3, other.y, -other.x),
        (Side::Top | Side::Bottom, _) => (1, other.x, other.y),
    }
}

/// Columns in use of each row, and rows in use of each column, sorted.
struct Rows {
    rows: HashMap<usize, Vec<usize>>,
    columns: HashMap<usize, Vec<usize>>,
}

impl Rows {
    fn of(grid: &Grid) -> Self {
        let mut rows: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut columns: HashMap<usize, Vec<usize>> = HashMap::new();
        for (row, column) in grid.row.iter().zip(&grid.column) {
            if let (Some(row), Some(column)) = (row, column) {
                rows.entry(*row).or_default().push(*column);
                columns.entry(*column).or_default().push(*row);
            }
        }
        for line in rows.values_mut().chain(columns.values_mut()) {
            line.sort_unstable();
        }
        Self { rows, columns }
    }

    /// Whether nothing stands in `row` between two columns.
    fn clear(&self, row: usize, after: usize, before: usize) -> bool {
        self.rows
            .get(&row)
            .is_none_or(|line| nothing_between(line, after, before))
    }

    /// Whether nothing stands in `column` between two rows.
    fn column_clear(&self, column: usize, a: usize, b: usize) -> bool {
        let line = self.columns.get(&column);
        line.is_none_or(|line| nothing_between(line, a.min(b), a.max(b)))
    }
}

fn nothing_between(line: &[usize], after: usize, before: usize) -> bool {
    let next = line.partition_point(|c| *c <= after);
    line.get(next).is_none_or(|c| *c >= before)
}

fn sides(
    graph: &Graph,
    grid: &Grid,
    boxes: &[Box2],
    rows: &Rows,
    edge: &crate::principal::Edge,
) -> (Side, Side) {
    use Side::{Bottom, Left, Right, Top};
    let (a, b) = (&boxes[edge.from], &boxes[edge.to]);
    let issuer = |n: usize| graph.nodes[n].kind == NodeKind::AuthorizationServer;
    if issuer(edge.from) || issuer(edge.to) {
        return match (b.centre.y - a.centre.y).total_cmp(&0.0) {
            std::cmp::Ordering::Less => (Top, Bottom),
            std::cmp::Ordering::Greater => (Bottom, Top),
            std::cmp::Ordering::Equal if b.centre.x > a.centre.x => (Right, Left),
            std::cmp::Ordering::Equal => (Left, Right),
        };
    }
    let (Some(from), Some(to)) = (grid.column[edge.from], grid.column[edge.to]) else {
        return (Right, Left);
    };
    let level = (b.centre.y - a.centre.y).abs() < 0.5;
    let clear = grid.row[edge.from].is_none_or(|row| rows.clear(row, from, to));
    match to.cmp(&from) {
        std::cmp::Ordering::Greater => {
            if edge.relation == Relation::MayAct && level {
                (Top, Top)
            } else if clear {
                (Right, Left)
            } else if level {
                (Top, Top)
            } else if b.centre.y > a.centre.y {
                (Bottom, Left)
            } else {
                (Top, Left)
            }
        }
        std::cmp::Ordering::Equal => {
            let near = match (grid.row[edge.from], grid.row[edge.to]) {
                (Some(a), Some(b)) => rows.column_clear(from, a, b),
                _ => false,
            };
            match (near, b.centre.y > a.centre.y) {
                (true, true) => (Bottom, Top),
                (true, false) => (Top, Bottom),
                (false, _) => (Right, Right),
            }
        }
        std::cmp::Ordering::Less if level => (Bottom, Bottom),
        std::cmp::Ordering::Less => (Left, Right),
    }
}
