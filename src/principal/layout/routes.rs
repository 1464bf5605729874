//! How wires run: the simplest curve that crosses no node, else a way through the gaps between rows
//! and columns.

use std::collections::HashMap;

use super::{
    Box2, Path, Point, on_curve,
    places::{Grid, arc_height},
    point,
    ports::{self, Ends, Port, Side, on_side},
};
use crate::principal::Graph;

/// Boxes on a grid, so that those near a place are found at once.
pub(super) struct Space {
    boxes: Vec<Box2>,
    cells: HashMap<(i32, i32), Vec<usize>>,
}

/// Width of a grid cell.
const CELL: f32 = 160.0;
/// What a wire keeps between itself and a node.
const ROOM: f32 = 6.0;

impl Space {
    pub fn of(boxes: &[Box2]) -> Self {
        let mut space = Self {
            boxes: Vec::with_capacity(boxes.len()),
            cells: HashMap::new(),
        };
        for b in boxes {
            space.add(*b);
        }
        space
    }

    pub fn add(&mut self, b: Box2) {
        let n = self.boxes.len();
        self.boxes.push(b);
        for cell in cells(&b, 0.0) {
            self.cells.entry(cell).or_default().push(n);
        }
    }

    /// Whether a box is within `room` of a place, other than those of `skip`.
    pub fn hits(&self, at: Point, room: f32, skip: [usize; 2]) -> bool {
        let about = Box2 {
            centre: at,
            width: room * 2.0,
            height: room * 2.0,
        };
        cells(&about, 0.0).any(|cell| {
            self.cells
                .get(&cell)
                .into_iter()
                .flatten()
                .any(|n| !skip.contains(n) && self.boxes.get(*n).is_some_and(|b| b.holds(at, room)))
        })
    }

    /// Whether a box is within `room` of another one.
    pub fn meets(&self, other: &Box2, room: f32) -> bool {
        cells(other, room).any(|cell| {
            self.cells
                .get(&cell)
                .into_iter()
                .flatten()
                .any(|n| self.boxes.get(*n).is_some_and(|b| b.meets(other, room)))
        })
    }
}

fn cells(b: &Box2, room: f32) -> impl Iterator<Item = (i32, i32)> + use<> {
    let cell = |v: f32| (v / CELL).floor() as i32;
    let (left, right) = (cell(b.left() - room), cell(b.right() + room));
    let (top, bottom) = (cell(b.top() - room), cell(b.bottom() + room));
    (left..=right).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
}

/// Routes all wires.
pub(super) fn route(graph: &Graph, grid: &Grid, boxes: &[Box2], space: &Space) -> Vec<Path> {
    let ends = ports::choose(graph, grid, boxes);
    graph
        .edges
        .iter()
        .enumerate()
        .map(|(e, edge)| {
            let skip = [edge.from, edge.to];
            let span = match (grid.column[edge.from], grid.column[edge.to]) {
                (Some(a), Some(b)) => a.abs_diff(b),
                _ => 1,
            };
            let way = Way {
                ends: ends[e],
                from: boxes[edge.from],
                to: boxes[edge.to],
                span,
                lane: (e % 4) as f32 * 6.0,
            };
            Path {
                points: way.best(space, skip),
                label: point(0.0, 0.0),
            }
        })
        .collect()
}

/// One wire to be routed.
struct Way {
    ends: Ends,
    from: Box2,
    to: Box2,
    /// Columns between the ends.
    span: usize,
    /// A small distance that keeps wires in one gap apart.
    lane: f32,
}

impl Way {
    /// The first candidate without a collision, else the one with the fewest.
    fn best(&self, space: &Space, skip: [usize; 2]) -> Vec<Point> {
        let mut least: Option<(usize, Vec<Point>)> = None;
        for n in 0.. {
            let Some(points) = self.candidate(n) else {
                break;
            };
            let hits = collisions(&points, space, skip);
            if hits == 0 {
                return points;
            }
            if least.as_ref().is_none_or(|(few, _)| hits < *few) {
                least = Some((hits, points));
            }
        }
        least.map(|(_, points)| points).unwrap_or_default()
    }

    fn candidate(&self, n: usize) -> Option<Vec<Point>> {
        use Side::{Bottom, Left, Right, Top};
        let Ends { from, to } = self.ends;
        let forward = self.to.left() > self.from.right();
        let port = |own: &Box2, side: Side| Port {
            side,
            at: on_side(own, side, 0.0),
        };
        Some(match n {
            0 => self.curve(from, to, 1.0),
            1 => self.curve(from, to, 1.6),
            2 => self.through_gaps(false),
            3 => self.through_gaps(true),
            4 if forward => self.curve(port(&self.from, Right), port(&self.to, Left), 1.0),
            4 => self.curve(port(&self.from, Bottom), port(&self.to, Bottom), 1.4),
            5 if forward => self.curve(port(&self.from, Bottom), port(&self.to, Left), 1.0),
            5 => self.curve(port(&self.from, Top), port(&self.to, Top), 1.4),
            _ => return None,
        })
    }

    /// One cubic that leaves and arrives straight.
    fn curve(&self, from: Port, to: Port, swing: f32) -> Vec<Point> {
        let (a, b) = (from.at, to.at);
        let (dx, dy) = ((b.x - a.x).abs(), (b.y - a.y).abs());
        let (c1, c2) = match (from.side, to.side) {
            (Side::Top, Side::Top) | (Side::Bottom, Side::Bottom) => {
                let up = if from.side == Side::Top { -1.0 } else { 1.0 };
                // A cubic reaches three quarters of the way to its controls.
                let h = arc_height(self.span) * 4.0 / 3.0 * swing;
                let edge = if up < 0.0 { a.y.min(b.y) } else { a.y.max(b.y) };
                let lean = (b.x - a.x) * 0.12;
                (
                    point(a.x + lean, edge + up * h),
                    point(b.x - lean * 0.4, edge + up * h),
                )
            }
            (Side::Bottom | Side::Top, Side::Left | Side::Right) => {
                // A quarter turn: down, then across.
                (
                    point(a.x, a.y + (b.y - a.y) * 0.92),
                    point(a.x + (b.x - a.x) * 0.18 * swing, b.y),
                )
            }
            (Side::Right, Side::Right) => {
                let x = a.x.max(b.x) + 40.0 * swing;
                (point(x, a.y), point(x, b.y))
            }
            (Side::Left | Side::Right, _) => {
                let k = (dx * 0.5).clamp(20.0, 140.0) * swing;
                let sign = if from.side == Side::Right { 1.0 } else { -1.0 };
                (point(a.x + k * sign, a.y), point(b.x - k * sign, b.y))
            }
            (Side::Top | Side::Bottom, _) => {
                let k = (dy * 0.5).clamp(16.0, 160.0) * swing;
                let sign = if from.side == Side::Bottom { 1.0 } else { -1.0 };
                (point(a.x, a.y + k * sign), point(b.x, b.y - k * sign))
            }
        };
        vec![a, c1, c2, b]
    }

    /// Along the gap under (or over) the row of the source, then along the gap beside the column of the
    /// target. Nothing stands in either.
    fn through_gaps(&self, over: bool) -> Vec<Point> {
        let (a, b) = (&self.from, &self.to);
        let from_issuer = self.ends.from.side == Side::Top && self.ends.to.side == Side::Bottom;
        if from_issuer {
            // From below: up beside the column of the target, then in from under it.
            let start = self.ends.from.at;
            let end = self.ends.to.at;
            let side = if over { 1.0 } else { -1.0 };
            let x = b.centre.x + side * (b.width / 2.0 + 16.0 + self.lane);
            let turn = b.bottom() + 14.0;
            let low = start.y - 22.0 - self.lane;
            return rounded(&[
                start,
                point(start.x, low),
                point(x, low),
                point(x, turn),
                point(end.x, turn),
                end,
            ]);
        }
        let (start, y) = if over {
            (
                on_side(a, Side::Top, self.lane - 9.0),
                a.top() - 14.0 - self.lane,
            )
        } else {
            (
                on_side(a, Side::Bottom, 9.0 - self.lane),
                a.bottom() + 14.0 + self.lane,
            )
        };
        let forward = b.centre.x > a.centre.x;
        let (side, x) = if forward {
            (Side::Left, b.left() - 24.0 - self.lane)
        } else {
            (Side::Right, b.right() + 24.0 + self.lane)
        };
        let end = if self.ends.to.side == side {
            self.ends.to.at
        } else {
            on_side(b, side, 0.0)
        };
        rounded(&[start, point(start.x, y), point(x, y), point(x, end.y), end])
    }
}

/// Samples along a path that lie in a node.
fn collisions(points: &[Point], space: &Space, skip: [usize; 2]) -> usize {
    let mut hits = 0;
    for p in points.windows(4).step_by(3) {
        let length = distance(p[0], p[3]).max(distance(p[0], p[1]) + distance(p[2], p[3]));
        let samples = ((length / 14.0) as usize).clamp(4, 96);
        hits += (1..samples)
            .filter(|n| {
                let at = on_curve([p[0], p[1], p[2], p[3]], *n as f32 / samples as f32);
                space.hits(at, ROOM, skip)
            })
            .count();
    }
    hits
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// A path along straight lines with round corners.
fn rounded(way: &[Point]) -> Vec<Point> {
    const RADIUS: f32 = 14.0;
    let Some(start) = way.first() else {
        return Vec::new();
    };
    let mut points = vec![*start];
    let mut at = *start;
    let towards = |a: Point, b: Point, by: f32| {
        let d = distance(a, b).max(0.001);
        point(a.x + (b.x - a.x) / d * by, a.y + (b.y - a.y) / d * by)
    };
    let line = |points: &mut Vec<Point>, a: Point, b: Point| {
        points.extend([
            point(a.x + (b.x - a.x) / 3.0, a.y + (b.y - a.y) / 3.0),
            point(a.x + (b.x - a.x) * 2.0 / 3.0, a.y + (b.y - a.y) * 2.0 / 3.0),
            b,
        ]);
    };
    for three in way.windows(3) {
        let (before, corner, after) = (three[0], three[1], three[2]);
        let r = RADIUS
            .min(distance(before, corner) / 2.0)
            .min(distance(corner, after) / 2.0);
        if r < 0.5 {
            continue;
        }
        let enter = towards(corner, before, r);
        let leave = towards(corner, after, r);
        line(&mut points, at, enter);
        points.extend([
            towards(corner, before, r * 0.45),
            towards(corner, after, r * 0.45),
            leave,
        ]);
        at = leave;
    }
    if let Some(end) = way.last() {
        line(&mut points, at, *end);
    }
    points
}
