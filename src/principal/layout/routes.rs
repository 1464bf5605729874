//! How wires run: the simplest curve that crosses no node, else a way through the gaps between rows
//! and columns.

use super::{
    geometry::{Box2, Path, Point, on_curve, point},
    grid::Grid,
    places::arc_height,
    ports::{self, Ends, Port, Side, on_side},
};
use crate::principal::{Graph, NodeKind};

/// Boxes on a grid, so that those near a place are found at once.
pub(super) struct Space {
    boxes: Vec<Box2>,
    /// Upper left corner of the first cell.
    origin: Point,
    width: usize,
    height: usize,
    /// What touches each cell; cells at the border take what lies beyond.
    cells: Vec<Vec<usize>>,
}

/// Width of a grid cell.
const CELL: f32 = 160.0;
/// Most cells along one side.
const MOST_CELLS: usize = 1_024;
/// What a wire keeps between itself and a node.
const ROOM: f32 = 6.0;

impl Space {
    pub fn of(boxes: &[Box2]) -> Self {
        let (mut low, mut high) = (point(f32::MAX, f32::MAX), point(f32::MIN, f32::MIN));
        for b in boxes {
            low = point(low.x.min(b.left()), low.y.min(b.top()));
            high = point(high.x.max(b.right()), high.y.max(b.bottom()));
        }
        let count = |extent: f32| ((extent / CELL).ceil().max(1.0) as usize).min(MOST_CELLS);
        let (width, height) = (count(high.x - low.x), count(high.y - low.y));
        let mut space = Self {
            boxes: Vec::with_capacity(boxes.len()),
            origin: low,
            width,
            height,
            cells: vec![Vec::new(); width * height],
        };
        for b in boxes {
            space.add(*b);
        }
        space
    }

    /// The same plane without boxes.
    pub fn empty(&self) -> Self {
        Self {
            boxes: Vec::new(),
            cells: vec![Vec::new(); self.cells.len()],
            ..*self
        }
    }

    pub fn add(&mut self, b: Box2) {
        let n = self.boxes.len();
        self.boxes.push(b);
        for cell in self.near(&b, 0.0) {
            self.cells[cell].push(n);
        }
    }

    /// Cells that a box, grown by `room`, touches.
    fn near(&self, b: &Box2, room: f32) -> impl Iterator<Item = usize> + use<> {
        let cell = |v: f32, origin: f32, count: usize| {
            (((v - origin) / CELL).max(0.0) as usize).min(count - 1)
        };
        let (left, right) = (
            cell(b.left() - room, self.origin.x, self.width),
            cell(b.right() + room, self.origin.x, self.width),
        );
        let (top, bottom) = (
            cell(b.top() - room, self.origin.y, self.height),
            cell(b.bottom() + room, self.origin.y, self.height),
        );
        let width = self.width;
        (top..=bottom).flat_map(move |y| (left..=right).map(move |x| y * width + x))
    }

    /// Whether a box is within `room` of a place, other than those of `skip`.
    pub fn hits(&self, at: Point, room: f32, skip: [usize; 2]) -> bool {
        let about = Box2 {
            centre: at,
            width: 0.0,
            height: 0.0,
        };
        self.near(&about, room).any(|cell| {
            self.cells[cell]
                .iter()
                .any(|n| self.boxes[*n].holds(at, room) && !skip.contains(n))
        })
    }

    /// Whether a place is well inside a box.
    fn inside(&self, n: usize, at: Point) -> bool {
        self.boxes.get(n).is_some_and(|b| b.holds(at, -2.0))
    }

    /// Whether a box is within `room` of another one.
    pub fn meets(&self, other: &Box2, room: f32) -> bool {
        self.near(other, room).any(|cell| {
            self.cells[cell]
                .iter()
                .any(|n| self.boxes[*n].meets(other, room))
        })
    }
}

/// Wires that are routed around nodes. Among more, no way is free of them, and looking for one takes
/// long.
const MOST_ROUTED: usize = 3_000;

/// Routes all wires.
pub(super) fn route(graph: &Graph, grid: &Grid, boxes: &[Box2], space: &Space) -> Vec<Path> {
    let ends = ports::choose(graph, grid, boxes);
    let plain = graph.edges.len() > MOST_ROUTED;
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
                // What one issuer issues runs together.
                lane: (if graph.nodes[edge.from].kind == NodeKind::AuthorizationServer {
                    edge.from
                } else {
                    e
                } % 4) as f32
                    * 6.0,
            };
            Path {
                points: if plain {
                    way.candidate(0).unwrap_or_default()
                } else {
                    way.best(space, skip)
                },
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
            // Beyond a few, one is as bad as another.
            let limit = least.as_ref().map_or(MOST_HITS, |(few, _)| *few);
            let hits = collisions(&points, space, skip, limit);
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
        if (from.side, to.side) == (Top, Bottom) {
            return self.up(n);
        }
        if (from.side, to.side) == (Bottom, Top) {
            // The same way, walked the other way round.
            let back = Way {
                ends: Ends { from: to, to: from },
                from: self.to,
                to: self.from,
                ..*self
            };
            return back.up(n).map(|mut points| {
                points.reverse();
                points
            });
        }
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

    /// From a row below to the lower side of a node. Over many rows straight lines are calmer.
    fn up(&self, n: usize) -> Option<Vec<Point>> {
        let towards = if self.from.centre.x > self.to.centre.x {
            1.0
        } else {
            -1.0
        };
        let far = self.from.centre.y - self.to.centre.y > 400.0;
        Some(match (n, far) {
            (0, _) => self.curve(self.ends.from, self.ends.to, 1.0),
            (1, false) | (3, true) => self.hook(towards),
            (2, false) | (4, true) => self.hook(-towards),
            (3, false) | (1, true) => self.beside(towards),
            (4, false) | (2, true) => self.beside(-towards),
            _ => return None,
        })
    }

    /// From below into the gap beside the target's column, and from there under the target.
    fn hook(&self, side: f32) -> Vec<Point> {
        let (start, end, b) = (self.ends.from.at, self.ends.to.at, &self.to);
        let x = b.centre.x + side * (b.width / 2.0 + 14.0 + self.lane);
        let turn = b.bottom() + 34.0;
        let k = ((start.y - turn) * 0.5).max(20.0);
        vec![
            start,
            point(start.x, start.y - k),
            point(x, turn + k),
            point(x, turn),
            point(x, turn - 24.0),
            point(end.x, end.y + 26.0),
            end,
        ]
    }

    /// As [`Way::hook`], along straight lines.
    fn beside(&self, side: f32) -> Vec<Point> {
        let (start, end, b) = (self.ends.from.at, self.ends.to.at, &self.to);
        let x = b.centre.x + side * (b.width / 2.0 + 16.0 + self.lane);
        let turn = b.bottom() + 14.0;
        let low = start.y - 22.0 - self.lane;
        rounded(&[
            start,
            point(start.x, low),
            point(x, low),
            point(x, turn),
            point(end.x, turn),
            end,
        ])
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

/// Collisions that are counted at most.
const MOST_HITS: usize = 6;

/// Samples along a path that lie in a node, at most `limit`.
fn collisions(points: &[Point], space: &Space, skip: [usize; 2], limit: usize) -> usize {
    let mut hits = 0;
    for p in points.windows(4).step_by(3) {
        let curve = [p[0], p[1], p[2], p[3]];
        let length = distance(p[0], p[3]).max(distance(p[0], p[1]) + distance(p[2], p[3]));
        let samples = ((length / 14.0) as usize).clamp(4, 96);
        for n in 1..samples {
            let at = on_curve(curve, n as f32 / samples as f32);
            if space.hits(at, ROOM, skip) || skip.iter().any(|own| space.inside(*own, at)) {
                hits += 1;
                if hits >= limit {
                    return hits;
                }
            }
        }
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
