//! Where the canvas is looked at from: pan, zoom, fit, and the short motion between two views.

use egui::{Pos2, Rect, Vec2, vec2};

/// Smallest zoom.
pub const MIN_ZOOM: f32 = 0.05;
/// Greatest zoom.
pub const MAX_ZOOM: f32 = 2.5;
/// Greatest zoom that showing everything goes to: little content is not blown up.
pub const FIT_ZOOM: f32 = 1.2;
/// Length of the motion to a new view, in seconds.
pub const MOTION: f32 = 0.18;

/// A view of the plane: `screen = middle + (world - centre) * zoom`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The point of the plane in the middle of the canvas.
    pub centre: Pos2,
    /// Screen points per point of the plane.
    pub zoom: f32,
}

impl Default for View {
    fn default() -> Self {
        Self {
            centre: Pos2::ZERO,
            zoom: 1.0,
        }
    }
}

/// The camera of a canvas.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Camera {
    view: View,
    motion: Option<Motion>,
    /// Middle of the canvas on the screen.
    middle: Pos2,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Motion {
    from: View,
    to: View,
    /// Seconds since it began.
    age: f32,
}

impl Camera {
    /// Takes the canvas's place on the screen and lets `dt` seconds pass. Returns whether a motion goes
    /// on, so that another frame is needed.
    pub fn step(&mut self, canvas: Rect, dt: f32) -> bool {
        self.middle = canvas.center();
        let Some(motion) = &mut self.motion else {
            return false;
        };
        motion.age += dt;
        let t = (motion.age / MOTION).min(1.0);
        let eased = 1.0 - (1.0 - t).powi(3);
        self.view = View {
            centre: motion.from.centre + (motion.to.centre - motion.from.centre) * eased,
            // Zoom is felt as a ratio.
            zoom: motion.from.zoom * (motion.to.zoom / motion.from.zoom).powf(eased),
        };
        if t >= 1.0 {
            self.view = motion.to;
            self.motion = None;
        }
        self.motion.is_some()
    }

    /// The zoom now.
    pub fn zoom(&self) -> f32 {
        self.view.zoom
    }

    /// From the plane to the screen.
    pub fn screen(&self, world: Pos2) -> Pos2 {
        self.middle + (world - self.view.centre) * self.view.zoom
    }

    /// From the plane to the screen.
    pub fn screen_rect(&self, world: Rect) -> Rect {
        Rect::from_min_max(self.screen(world.min), self.screen(world.max))
    }

    /// From the screen to the plane.
    pub fn world(&self, screen: Pos2) -> Pos2 {
        self.view.centre + (screen - self.middle) / self.view.zoom
    }

    /// Moves the picture by `delta` screen points; ends a motion.
    pub fn pan(&mut self, delta: Vec2) {
        self.motion = None;
        self.view.centre -= delta / self.view.zoom;
    }

    /// Zooms by `factor` so that what is at `screen` stays there; ends a motion.
    pub fn zoom_about(&mut self, screen: Pos2, factor: f32) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        self.motion = None;
        let fixed = self.world(screen);
        self.view.zoom = (self.view.zoom * factor).clamp(MIN_ZOOM, MAX_ZOOM);
        self.view.centre = fixed - (screen - self.middle) / self.view.zoom;
    }

    /// Goes to a view, with a motion if `animate`.
    pub fn go(&mut self, to: View, animate: bool) {
        let to = View {
            zoom: to.zoom.clamp(MIN_ZOOM, MAX_ZOOM),
            ..to
        };
        if animate && self.view != to {
            self.motion = Some(Motion {
                from: self.view,
                to,
                age: 0.0,
            });
        } else {
            self.view = to;
            self.motion = None;
        }
    }

    /// The view that shows all of `bounds` on a canvas of `size` with a margin in screen points, at most
    /// at [`FIT_ZOOM`].
    pub fn fitting(bounds: Rect, size: Vec2, margin: Vec2) -> View {
        if !bounds.is_positive() || !bounds.is_finite() {
            return View::default();
        }
        let room = (size - margin * 2.0).max(vec2(16.0, 16.0));
        let zoom = (room.x / bounds.width())
            .min(room.y / bounds.height())
            .clamp(MIN_ZOOM, FIT_ZOOM);
        View {
            centre: bounds.center(),
            zoom,
        }
    }

    /// Moves as little as needed so that `world` is on the canvas, `margin` screen points from its edge.
    pub fn reveal(&mut self, world: Rect, canvas: Rect, margin: f32, animate: bool) {
        let target = self.motion.map_or(self.view, |m| m.to);
        let seen = Rect::from_center_size(
            target.centre,
            ((canvas.size() - Vec2::splat(2.0 * margin)) / target.zoom).max(Vec2::splat(1.0)),
        );
        let push = |low: f32, high: f32, seen_low: f32, seen_high: f32| {
            if high - low > seen_high - seen_low {
                f32::midpoint(low, high) - f32::midpoint(seen_low, seen_high)
            } else if low < seen_low {
                low - seen_low
            } else {
                (high - seen_high).max(0.0)
            }
        };
        let delta = vec2(
            push(world.left(), world.right(), seen.left(), seen.right()),
            push(world.top(), world.bottom(), seen.top(), seen.bottom()),
        );
        if delta != Vec2::ZERO {
            self.go(
                View {
                    centre: target.centre + delta,
                    zoom: target.zoom,
                },
                animate,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    const CANVAS: Rect = Rect {
        min: pos2(100.0, 50.0),
        max: pos2(900.0, 650.0),
    };

    fn camera() -> Camera {
        let mut camera = Camera::default();
        camera.step(CANVAS, 0.0);
        camera
    }

    #[test]
    fn screen_and_world_are_inverse() {
        let mut camera = camera();
        camera.pan(vec2(31.0, -7.0));
        camera.zoom_about(pos2(200.0, 300.0), 1.7);
        let p = pos2(12.5, -90.0);
        assert!((camera.world(camera.screen(p)) - p).length() < 1e-3);
    }

    #[test]
    fn zoom_keeps_the_point_under_the_pointer() {
        let mut camera = camera();
        let pointer = pos2(317.0, 411.0);
        let before = camera.world(pointer);
        for factor in [1.3, 0.2, 7.0, 1e9, 1e-9, f32::NAN] {
            camera.zoom_about(pointer, factor);
            assert!((camera.world(pointer) - before).length() < 0.1);
            assert!((MIN_ZOOM..=MAX_ZOOM).contains(&camera.zoom()));
        }
    }

    #[test]
    fn fit_shows_everything_and_then_rests() {
        let mut camera = camera();
        let bounds = Rect::from_min_max(pos2(-500.0, 0.0), pos2(3000.0, 900.0));
        camera.go(
            Camera::fitting(bounds, CANVAS.size(), vec2(24.0, 24.0)),
            true,
        );
        let mut frames = 0;
        while camera.step(CANVAS, 1.0 / 60.0) {
            frames += 1;
            assert!(frames < 20, "the motion ends within 200 ms");
        }
        assert!(CANVAS.contains_rect(camera.screen_rect(bounds)));
        assert!(!camera.step(CANVAS, 1.0));
    }

    #[test]
    fn small_things_are_not_blown_up_and_nothing_is_survived() {
        let view = Camera::fitting(
            Rect::from_min_max(Pos2::ZERO, pos2(10.0, 10.0)),
            CANVAS.size(),
            Vec2::ZERO,
        );
        assert!((view.zoom - FIT_ZOOM).abs() < f32::EPSILON);
        assert_eq!(
            Camera::fitting(Rect::NOTHING, CANVAS.size(), Vec2::ZERO),
            View::default()
        );
    }

    #[test]
    fn reveal_moves_only_as_far_as_needed() {
        let mut camera = camera();
        camera.reveal(
            Rect::from_center_size(Pos2::ZERO, vec2(50.0, 50.0)),
            CANVAS,
            10.0,
            false,
        );
        assert_eq!(camera, self::camera());
        let far = Rect::from_center_size(pos2(5000.0, 0.0), vec2(50.0, 50.0));
        camera.reveal(far, CANVAS, 10.0, false);
        assert!(CANVAS.contains_rect(camera.screen_rect(far)));
    }
}
