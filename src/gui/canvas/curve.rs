//! Wires as flattened cubic Bézier paths: drawing, length, and the distance of a point.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// A wire as a polyline on the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Points, start first.
    pub points: Vec<Pos2>,
    /// All points lie in it.
    pub bounds: Rect,
}

/// Segments per cubic.
const STEPS: usize = 24;

impl Curve {
    /// From control points that share their ends (`3n + 1` of them); others are taken as a polyline.
    pub fn new(control: &[Pos2]) -> Self {
        let mut points = Vec::with_capacity(control.len() / 3 * STEPS + 1);
        if control.len() >= 4 && control.len() % 3 == 1 {
            points.push(control[0]);
            for cubic in control.windows(4).step_by(3) {
                let cubic = [cubic[0], cubic[1], cubic[2], cubic[3]];
                if straight(cubic) {
                    points.push(cubic[3]);
                    continue;
                }
                for step in 1..=STEPS {
                    points.push(at(cubic, step as f32 / STEPS as f32));
                }
            }
        } else {
            points.extend_from_slice(control);
        }
        points.retain(|p| p.x.is_finite() && p.y.is_finite());
        let bounds = Rect::from_points(&points);
        Self { points, bounds }
    }

    /// A wire between two ports: leaves to the right, arrives from the left.
    pub fn between_ports(from: Pos2, to: Pos2) -> Self {
        let dx = to.x - from.x;
        if dx < 24.0 {
            // Backwards: out, around and in again.
            let out = 40.0 + dx.abs().min(240.0) * 0.35;
            return Self::new(&[from, from + vec2(out, 0.0), to - vec2(out, 0.0), to]);
        }
        let reach = (dx * 0.5).clamp(20.0, 160.0);
        Self::new(&[from, from + vec2(reach, 0.0), to - vec2(reach, 0.0), to])
    }

    /// Distance of `p`, stopping early when it is certainly more than `at_most`.
    pub fn distance(&self, p: Pos2, at_most: f32) -> Option<f32> {
        if !self.bounds.expand(at_most).contains(p) {
            return None;
        }
        let nearest = self
            .points
            .windows(2)
            .map(|s| to_segment(p, s[0], s[1]))
            .fold(f32::INFINITY, f32::min);
        (nearest <= at_most).then_some(nearest)
    }

    /// The point at a share of the length, and the direction there.
    pub fn along(&self, share: f32) -> (Pos2, Vec2) {
        let total: f32 = self.points.windows(2).map(|s| s[0].distance(s[1])).sum();
        let mut left = total * share.clamp(0.0, 1.0);
        for s in self.points.windows(2) {
            let length = s[0].distance(s[1]);
            if left <= length && length > 0.0 {
                return (
                    s[0] + (s[1] - s[0]) * (left / length),
                    (s[1] - s[0]) / length,
                );
            }
            left -= length;
        }
        let last = self.points.last().copied().unwrap_or_default();
        (last, self.arrival())
    }

    /// Direction at the end.
    pub fn arrival(&self) -> Vec2 {
        self.points
            .windows(2)
            .rev()
            .map(|s| s[1] - s[0])
            .find(|v| v.length() > 0.01)
            .map_or(vec2(1.0, 0.0), Vec2::normalized)
    }

    /// Whether any part of the wire lies in `rect`, straight ones included.
    pub fn passes(&self, rect: Rect) -> bool {
        self.bounds.expand(0.5).intersects(rect)
            && self.points.windows(2).any(|s| meets(rect, s[0], s[1]))
    }

    /// Whether the wire passes through `rect`.
    pub fn crosses(&self, rect: Rect) -> bool {
        self.bounds.intersects(rect)
            && self.points.windows(2).any(|s| {
                rect.contains(s[0])
                    || rect.contains(s[1])
                    || rect.contains(s[0] + (s[1] - s[0]) * 0.5)
            })
    }
}

/// Whether a line from `a` to `b` meets a rectangle (Liang and Barsky).
fn meets(rect: Rect, a: Pos2, b: Pos2) -> bool {
    let d = b - a;
    let (mut from, mut to) = (0.0_f32, 1.0_f32);
    for (start, step, low, high) in [
        (a.x, d.x, rect.left(), rect.right()),
        (a.y, d.y, rect.top(), rect.bottom()),
    ] {
        if step.abs() < f32::EPSILON {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (near, far) = ((low - start) / step, (high - start) / step);
        from = from.max(near.min(far));
        to = to.min(near.max(far));
    }
    from <= to
}

fn straight([from, out, back, to]: [Pos2; 4]) -> bool {
    to_segment(out, from, to) < 0.05 && to_segment(back, from, to) < 0.05
}

fn at(cubic: [Pos2; 4], t: f32) -> Pos2 {
    let u = 1.0 - t;
    let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    let sum = |of: fn(&Pos2) -> f32| cubic.iter().zip(weights).map(|(p, w)| of(p) * w).sum();
    pos2(sum(|p| p.x), sum(|p| p.y))
}

fn to_segment(p: Pos2, a: Pos2, b: Pos2) -> f32 {
    let ab = b - a;
    let length = ab.length_sq();
    if length <= f32::EPSILON {
        return p.distance(a);
    }
    let t = ((p - a).dot(ab) / length).clamp(0.0, 1.0);
    p.distance(a + ab * t)
}

/// A place for a label of `size` beside `wire` that covers none of `blocked`; the least bad one if all do.
pub fn label_place(wire: &Curve, size: Vec2, blocked: &[Rect], keep_clear: &[&Curve]) -> Rect {
    let mut best = (
        f32::INFINITY,
        Rect::from_center_size(wire.along(0.5).0, size),
    );
    for (n, share) in [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].into_iter().enumerate() {
        let (on, _) = wire.along(share);
        let gap = 10.0;
        let beside = [
            vec2(size.x / 2.0 + gap, 0.0),
            vec2(size.x / 2.0 + gap, -size.y / 2.0 - gap),
            vec2(0.0, -size.y / 2.0 - gap),
            Vec2::ZERO,
            vec2(size.x / 2.0 + gap, size.y / 2.0 + gap),
            vec2(0.0, size.y / 2.0 + gap),
            vec2(-size.x / 2.0 - gap, 0.0),
        ];
        for (m, offset) in beside.into_iter().enumerate() {
            let rect = Rect::from_center_size(on + offset, size);
            let room = rect.expand(4.0);
            let covered: f32 = blocked
                .iter()
                .map(|b| {
                    let i = b.intersect(room);
                    if i.is_positive() { i.area() } else { 0.0 }
                })
                .sum();
            let crossed = keep_clear.iter().filter(|w| w.crosses(rect)).count() as f32
                + if wire.crosses(rect) { 0.5 } else { 0.0 };
            let cost = covered * 10.0 + crossed * 400.0 + (n * 7 + m) as f32;
            if cost < best.0 {
                best = (cost, rect);
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_to_a_curve() {
        let curve = Curve::new(&[
            pos2(0.0, 0.0),
            pos2(50.0, 0.0),
            pos2(50.0, 100.0),
            pos2(100.0, 100.0),
        ]);
        let middle = curve.along(0.5).0;
        assert!(middle.distance(pos2(50.0, 50.0)) < 0.5);
        assert!(curve.distance(middle + vec2(3.0, 0.0), 6.0).is_some());
        assert_eq!(curve.distance(pos2(90.0, 10.0), 6.0), None);
        assert_eq!(curve.distance(pos2(500.0, 500.0), 6.0), None);
    }

    #[test]
    fn a_straight_wire_passes_what_lies_between_its_ends() {
        let wire = Curve::new(&[pos2(0.0, 0.0), pos2(100.0, 10.0)]);
        let at = |x, y| Rect::from_center_size(pos2(x, y), vec2(8.0, 4.0));
        assert!(wire.passes(at(20.0, 2.0)) && wire.passes(at(73.0, 7.0)));
        assert!(!wire.passes(at(20.0, 12.0)) && !wire.passes(at(-20.0, 0.0)));
        let level = Curve::new(&[pos2(0.0, 0.0), pos2(100.0, 0.0)]);
        assert!(level.passes(at(30.0, 0.0)) && !level.passes(at(30.0, 9.0)));
    }

    #[test]
    fn straight_wires_have_two_points_and_odd_input_is_survived() {
        let line = Curve::new(&[
            pos2(0.0, 0.0),
            pos2(10.0, 0.0),
            pos2(20.0, 0.0),
            pos2(30.0, 0.0),
        ]);
        assert_eq!(line.points.len(), 2);
        assert_eq!(line.arrival(), vec2(1.0, 0.0));
        for control in [
            vec![],
            vec![Pos2::ZERO],
            vec![Pos2::ZERO, pos2(f32::NAN, 1.0)],
        ] {
            let curve = Curve::new(&control);
            let _ = curve.along(0.5);
            assert_eq!(curve.distance(pos2(9.0, 9.0), 2.0), None);
        }
    }

    #[test]
    fn a_label_avoids_nodes() {
        let wire = Curve::between_ports(pos2(200.0, 50.0), pos2(260.0, 180.0));
        let nodes = [
            Rect::from_min_max(pos2(0.0, 0.0), pos2(200.0, 100.0)),
            Rect::from_min_max(pos2(260.0, 138.0), pos2(450.0, 240.0)),
        ];
        let label = label_place(&wire, vec2(120.0, 40.0), &nodes, &[]);
        assert!(nodes.iter().all(|n| !n.intersects(label)), "{label:?}");
    }
}
