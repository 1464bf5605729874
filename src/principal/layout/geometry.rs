//! Places, boxes and paths on the plane.

/// A place on the plane, in points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// Where a node stands: centre and size.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Box2 {
    /// Centre.
    pub centre: Point,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A wire as a cubic Bézier path with a place for its label that covers no node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// Start, control 1, control 2, end; joined segments share their ends (3n+1 points).
    pub points: Vec<Point>,
    /// Middle of the label.
    pub label: Point,
}

/// A column heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// `Subject`, `First actor`, ... `Current actor`, `Audience`.
    pub title: String,
    /// Centre.
    pub x: f32,
}

/// A laid-out graph. Indices as in [`crate::principal::Graph`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// One per node.
    pub nodes: Vec<Box2>,
    /// One per edge.
    pub edges: Vec<Path>,
    /// Columns, left to right.
    pub columns: Vec<Column>,
    /// Upper left and lower right corner of everything.
    pub bounds: (Point, Point),
}

pub(super) fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

impl Box2 {
    pub(crate) fn left(&self) -> f32 {
        self.centre.x - self.width / 2.0
    }
    pub(crate) fn right(&self) -> f32 {
        self.centre.x + self.width / 2.0
    }
    pub(crate) fn top(&self) -> f32 {
        self.centre.y - self.height / 2.0
    }
    pub(crate) fn bottom(&self) -> f32 {
        self.centre.y + self.height / 2.0
    }
    /// Whether two boxes, this one grown by `room` on each side, share a point.
    pub(super) fn meets(&self, other: &Self, room: f32) -> bool {
        self.left() - room < other.right()
            && other.left() < self.right() + room
            && self.top() - room < other.bottom()
            && other.top() < self.bottom() + room
    }
    pub(super) fn holds(&self, at: Point, room: f32) -> bool {
        at.x > self.left() - room
            && at.x < self.right() + room
            && at.y > self.top() - room
            && at.y < self.bottom() + room
    }
}

impl Path {
    /// The place at `share` of the way, 0 to 1, counted in segments.
    pub fn along(&self, share: f32) -> Point {
        let segments = self.points.len().saturating_sub(1) / 3;
        if segments == 0 {
            return self.points.first().copied().unwrap_or_default();
        }
        let at = share.clamp(0.0, 1.0) * segments as f32;
        let segment = (at as usize).min(segments - 1);
        let p = &self.points[segment * 3..segment * 3 + 4];
        on_curve([p[0], p[1], p[2], p[3]], at - segment as f32)
    }
}

pub(super) fn on_curve(curve: [Point; 4], t: f32) -> Point {
    let u = 1.0 - t;
    let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    let mut at = point(0.0, 0.0);
    for (p, weight) in curve.into_iter().zip(weights) {
        at = point(at.x + weight * p.x, at.y + weight * p.y);
    }
    at
}
