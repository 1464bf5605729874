//! Icons painted by ourselves: line art on a 16-point grid, and the shapes of severities.

use egui::{
    Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo,
    emath::Rot2, pos2, vec2,
};

use crate::{gui::theme::Theme, principal::NodeKind, risk::Severity};

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say what they show
pub enum Icon {
    Logo,
    Check,
    Cross,
    Plus,
    ChevronDown,
    ChevronRight,
    ChevronLeft,
    ArrowLeft,
    Undo,
    Redo,
    Sun,
    Moon,
    Search,
    Clock,
    Key,
    Lock,
    Unlock,
    Server,
    Paste,
    Copy,
    Play,
    Step,
    Stop,
    Reset,
    Folder,
    Save,
    Pen,
    Trash,
    More,
    Drag,
    Link,
    Warning,
    Info,
    Person,
    Agent,
    Client,
    Service,
    Principal,
    AuthorizationServer,
    Audience,
    Download,
    Fit,
    Minus,
    Hourglass,
}

impl Icon {
    /// The icon of a kind of principal.
    pub fn of_kind(kind: NodeKind) -> Self {
        match kind {
            NodeKind::Person => Self::Person,
            NodeKind::Agent => Self::Agent,
            NodeKind::Client => Self::Client,
            NodeKind::Service => Self::Service,
            NodeKind::Unknown => Self::Principal,
            NodeKind::AuthorizationServer => Self::AuthorizationServer,
            NodeKind::Audience => Self::Audience,
            NodeKind::Key => Self::Key,
        }
    }

    /// Open polylines on the 16-point grid.
    #[allow(clippy::match_same_arms)]
    fn lines(self) -> &'static [&'static [(f32, f32)]] {
        match self {
            Self::Logo => &[&[(5.2, 7.2), (10.6, 4.2)], &[(5.2, 8.8), (10.6, 11.8)]],
            Self::Check => &[&[(3.0, 8.5), (6.5, 12.0), (13.0, 4.5)]],
            Self::Cross => &[&[(4.0, 4.0), (12.0, 12.0)], &[(12.0, 4.0), (4.0, 12.0)]],
            Self::Plus => &[&[(8.0, 3.5), (8.0, 12.5)], &[(3.5, 8.0), (12.5, 8.0)]],
            Self::Minus => &[&[(3.5, 8.0), (12.5, 8.0)]],
            Self::ChevronDown => &[&[(4.5, 6.5), (8.0, 10.0), (11.5, 6.5)]],
            Self::ChevronLeft => &[&[(9.5, 4.5), (6.0, 8.0), (9.5, 11.5)]],
            Self::ChevronRight => &[&[(6.5, 4.5), (10.0, 8.0), (6.5, 11.5)]],
            Self::ArrowLeft => &[
                &[(13.0, 8.0), (3.0, 8.0)],
                &[(6.5, 4.5), (3.0, 8.0), (6.5, 11.5)],
            ],
            Self::Undo => &[
                &[(6.0, 3.0), (3.0, 6.0), (6.0, 9.0)],
                &[
                    (3.0, 6.0),
                    (9.5, 6.0),
                    (12.0, 7.2),
                    (13.0, 9.5),
                    (12.0, 11.8),
                    (9.5, 13.0),
                    (6.5, 13.0),
                ],
            ],
            Self::Redo => &[
                &[(10.0, 3.0), (13.0, 6.0), (10.0, 9.0)],
                &[
                    (13.0, 6.0),
                    (6.5, 6.0),
                    (4.0, 7.2),
                    (3.0, 9.5),
                    (4.0, 11.8),
                    (6.5, 13.0),
                    (9.5, 13.0),
                ],
            ],
            Self::Sun => &[
                &[(8.0, 1.2), (8.0, 2.8)],
                &[(8.0, 13.2), (8.0, 14.8)],
                &[(1.2, 8.0), (2.8, 8.0)],
                &[(13.2, 8.0), (14.8, 8.0)],
                &[(3.2, 3.2), (4.3, 4.3)],
                &[(11.7, 11.7), (12.8, 12.8)],
                &[(12.8, 3.2), (11.7, 4.3)],
                &[(4.3, 11.7), (3.2, 12.8)],
            ],
            Self::Moon => &[&[
                (9.5, 2.5),
                (7.6, 3.9),
                (6.9, 6.0),
                (7.5, 8.3),
                (9.3, 9.8),
                (11.4, 10.1),
                (13.4, 9.3),
                (12.4, 11.4),
                (10.6, 12.9),
                (8.2, 13.5),
                (5.5, 12.8),
                (3.4, 11.0),
                (2.5, 8.3),
                (2.9, 5.9),
                (4.4, 3.8),
                (6.7, 2.6),
                (9.5, 2.5),
            ]],
            Self::Principal => &[
                &[
                    (6.0, 6.4),
                    (6.6, 5.0),
                    (8.0, 4.5),
                    (9.5, 5.1),
                    (9.9, 6.5),
                    (9.2, 7.7),
                    (8.0, 8.5),
                    (8.0, 9.6),
                ],
                &[(8.0, 11.3), (8.0, 11.9)],
            ],
            Self::Search => &[&[(10.4, 10.4), (14.0, 14.0)]],
            Self::Clock => &[&[(8.0, 4.5), (8.0, 8.0), (10.5, 9.8)]],
            Self::Key => &[
                &[(7.4, 8.6), (13.5, 2.5)],
                &[(11.2, 4.8), (13.0, 6.6)],
                &[(9.2, 6.8), (10.6, 8.2)],
            ],
            Self::Lock => &[
                &[
                    (3.5, 7.0),
                    (12.5, 7.0),
                    (12.5, 13.5),
                    (3.5, 13.5),
                    (3.5, 7.0),
                ],
                &[
                    (5.2, 7.0),
                    (5.2, 4.8),
                    (6.2, 3.0),
                    (8.0, 2.3),
                    (9.8, 3.0),
                    (10.8, 4.8),
                    (10.8, 7.0),
                ],
            ],
            Self::Unlock => &[
                &[
                    (3.5, 7.0),
                    (12.5, 7.0),
                    (12.5, 13.5),
                    (3.5, 13.5),
                    (3.5, 7.0),
                ],
                &[(5.2, 7.0), (5.2, 4.8), (6.2, 3.0), (8.0, 2.3), (9.8, 3.0)],
            ],
            Self::Server => &[
                &[(2.5, 3.0), (13.5, 3.0), (13.5, 7.3), (2.5, 7.3), (2.5, 3.0)],
                &[
                    (2.5, 8.7),
                    (13.5, 8.7),
                    (13.5, 13.0),
                    (2.5, 13.0),
                    (2.5, 8.7),
                ],
                &[(5.0, 5.15), (6.2, 5.15)],
                &[(5.0, 10.85), (6.2, 10.85)],
            ],
            Self::Paste => &[
                &[
                    (5.5, 3.2),
                    (3.5, 3.2),
                    (3.5, 14.0),
                    (12.5, 14.0),
                    (12.5, 3.2),
                    (10.5, 3.2),
                ],
                &[(5.5, 2.0), (10.5, 2.0), (10.5, 4.6), (5.5, 4.6), (5.5, 2.0)],
                &[(5.8, 8.0), (10.2, 8.0)],
                &[(5.8, 10.8), (8.8, 10.8)],
            ],
            Self::Copy => &[
                &[
                    (5.5, 5.5),
                    (13.5, 5.5),
                    (13.5, 13.5),
                    (5.5, 13.5),
                    (5.5, 5.5),
                ],
                &[
                    (3.5, 10.5),
                    (2.5, 10.5),
                    (2.5, 2.5),
                    (10.5, 2.5),
                    (10.5, 3.5),
                ],
            ],
            Self::Play => &[&[(4.5, 2.8), (13.0, 8.0), (4.5, 13.2), (4.5, 2.8)]],
            Self::Step => &[
                &[(3.5, 3.0), (10.5, 8.0), (3.5, 13.0), (3.5, 3.0)],
                &[(12.5, 3.0), (12.5, 13.0)],
            ],
            Self::Stop => &[&[
                (4.0, 4.0),
                (12.0, 4.0),
                (12.0, 12.0),
                (4.0, 12.0),
                (4.0, 4.0),
            ]],
            Self::Reset => &[
                &[(3.0, 3.0), (3.0, 6.2), (6.2, 6.2)],
                &[
                    (3.2, 6.0),
                    (5.0, 3.9),
                    (8.0, 3.0),
                    (11.0, 3.9),
                    (12.8, 6.4),
                    (13.0, 9.0),
                    (11.8, 11.6),
                    (9.2, 13.0),
                    (6.4, 12.8),
                    (4.2, 11.4),
                ],
            ],
            Self::Folder => &[&[
                (2.0, 3.5),
                (6.2, 3.5),
                (7.6, 5.2),
                (14.0, 5.2),
                (14.0, 12.8),
                (2.0, 12.8),
                (2.0, 3.5),
            ]],
            Self::Save | Self::Download => &[
                &[(8.0, 2.5), (8.0, 10.0)],
                &[(4.8, 7.0), (8.0, 10.2), (11.2, 7.0)],
                &[(2.5, 11.0), (2.5, 13.5), (13.5, 13.5), (13.5, 11.0)],
            ],
            Self::Pen => &[
                &[
                    (3.0, 13.0),
                    (3.6, 10.0),
                    (10.8, 2.8),
                    (13.2, 5.2),
                    (6.0, 12.4),
                    (3.0, 13.0),
                ],
                &[(9.2, 4.4), (11.6, 6.8)],
            ],
            Self::Trash => &[
                &[(2.5, 4.2), (13.5, 4.2)],
                &[(4.0, 4.2), (4.7, 13.8), (11.3, 13.8), (12.0, 4.2)],
                &[(6.0, 4.2), (6.0, 2.2), (10.0, 2.2), (10.0, 4.2)],
            ],
            Self::More | Self::Drag => &[],
            Self::Link => &[
                &[(6.5, 9.5), (9.5, 6.5)],
                &[
                    (7.0, 4.8),
                    (9.0, 2.8),
                    (11.2, 2.6),
                    (13.3, 4.8),
                    (13.2, 7.0),
                    (11.2, 9.0),
                ],
                &[
                    (9.0, 11.2),
                    (7.0, 13.2),
                    (4.8, 13.4),
                    (2.7, 11.2),
                    (2.8, 9.0),
                    (4.8, 7.0),
                ],
            ],
            Self::Warning => &[
                &[(8.0, 2.2), (14.4, 13.4), (1.6, 13.4), (8.0, 2.2)],
                &[(8.0, 6.2), (8.0, 9.6)],
                &[(8.0, 11.3), (8.0, 11.7)],
            ],
            Self::Info => &[&[(8.0, 7.2), (8.0, 11.4)], &[(8.0, 4.6), (8.0, 5.0)]],
            Self::Person => &[&[
                (2.6, 14.0),
                (3.2, 11.6),
                (5.2, 10.0),
                (8.0, 9.6),
                (10.8, 10.0),
                (12.8, 11.6),
                (13.4, 14.0),
            ]],
            Self::Agent => &[
                &[
                    (3.6, 4.8),
                    (12.4, 4.8),
                    (13.4, 5.8),
                    (13.4, 12.2),
                    (12.4, 13.2),
                    (3.6, 13.2),
                    (2.6, 12.2),
                    (2.6, 5.8),
                    (3.6, 4.8),
                ],
                &[(8.0, 4.8), (8.0, 2.4)],
                &[(5.8, 8.2), (5.8, 9.6)],
                &[(10.2, 8.2), (10.2, 9.6)],
            ],
            Self::Client => &[
                &[
                    (2.0, 3.0),
                    (14.0, 3.0),
                    (14.0, 11.0),
                    (2.0, 11.0),
                    (2.0, 3.0),
                ],
                &[(5.5, 13.6), (10.5, 13.6)],
                &[(8.0, 11.0), (8.0, 13.6)],
            ],
            Self::Service => &[
                &[
                    (8.0, 1.8),
                    (13.6, 5.0),
                    (13.6, 11.2),
                    (8.0, 14.4),
                    (2.4, 11.2),
                    (2.4, 5.0),
                    (8.0, 1.8),
                ],
                &[(2.6, 5.1), (8.0, 8.2), (13.4, 5.1)],
                &[(8.0, 8.2), (8.0, 14.2)],
            ],
            Self::AuthorizationServer => &[
                &[
                    (8.0, 1.6),
                    (13.4, 3.8),
                    (13.2, 8.4),
                    (11.4, 11.8),
                    (8.0, 14.4),
                    (4.6, 11.8),
                    (2.8, 8.4),
                    (2.6, 3.8),
                    (8.0, 1.6),
                ],
                &[(5.6, 7.8), (7.4, 9.6), (10.6, 6.0)],
            ],
            Self::Audience => &[
                &[
                    (2.5, 3.0),
                    (13.5, 3.0),
                    (13.5, 13.0),
                    (2.5, 13.0),
                    (2.5, 3.0),
                ],
                &[(2.5, 6.2), (13.5, 6.2)],
            ],
            Self::Hourglass => &[
                &[(3.6, 2.2), (12.4, 2.2)],
                &[(3.6, 13.8), (12.4, 13.8)],
                &[(4.8, 2.2), (4.8, 4.8), (8.0, 8.0), (4.8, 11.2), (4.8, 13.8)],
                &[
                    (11.2, 2.2),
                    (11.2, 4.8),
                    (8.0, 8.0),
                    (11.2, 11.2),
                    (11.2, 13.8),
                ],
            ],
            Self::Fit => &[
                &[(2.5, 5.5), (2.5, 2.5), (5.5, 2.5)],
                &[(10.5, 2.5), (13.5, 2.5), (13.5, 5.5)],
                &[(13.5, 10.5), (13.5, 13.5), (10.5, 13.5)],
                &[(5.5, 13.5), (2.5, 13.5), (2.5, 10.5)],
            ],
        }
    }

    /// Circles on the grid: centre, radius, filled.
    fn circles(self) -> &'static [((f32, f32), f32, bool)] {
        match self {
            Self::Logo => &[
                ((3.6, 8.0), 2.1, false),
                ((12.4, 3.4), 2.1, false),
                ((12.4, 12.6), 2.1, false),
            ],
            Self::Sun => &[((8.0, 8.0), 3.0, false)],
            Self::Search => &[((6.8, 6.8), 4.4, false)],
            Self::Clock | Self::Info => &[((8.0, 8.0), 6.0, false)],
            Self::Key => &[((5.0, 11.0), 3.2, false)],
            Self::Person => &[((8.0, 5.0), 2.9, false)],
            Self::Agent => &[((8.0, 2.2), 1.0, true)],
            Self::More => &[
                ((3.5, 8.0), 1.2, true),
                ((8.0, 8.0), 1.2, true),
                ((12.5, 8.0), 1.2, true),
            ],
            Self::Drag => &[
                ((6.0, 4.0), 1.1, true),
                ((10.0, 4.0), 1.1, true),
                ((6.0, 8.0), 1.1, true),
                ((10.0, 8.0), 1.1, true),
                ((6.0, 12.0), 1.1, true),
                ((10.0, 12.0), 1.1, true),
            ],
            _ => &[],
        }
    }

    /// Paints the icon into the square in the middle of `rect`.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32) {
        let side = rect.width().min(rect.height());
        let scale = side / 16.0;
        let origin = rect.center() - Vec2::splat(side / 2.0);
        let at = |(x, y): (f32, f32)| origin + vec2(x, y) * scale;
        let stroke = Stroke::new((1.35 * scale).max(1.1), colour);
        for line in self.lines() {
            let points: Vec<Pos2> = line.iter().map(|p| at(*p)).collect();
            let closed = line.len() > 2 && line.first() == line.last();
            if closed {
                painter.add(Shape::closed_line(
                    points[..points.len() - 1].to_vec(),
                    stroke,
                ));
            } else {
                painter.add(Shape::line(points, stroke));
            }
        }
        for (centre, radius, filled) in self.circles() {
            if *filled {
                painter.circle_filled(at(*centre), radius * scale, colour);
            } else {
                painter.circle_stroke(at(*centre), radius * scale, stroke);
            }
        }
    }

    /// An icon of `size` points in the flow of `ui`; decoration, so without a name.
    pub fn show(self, ui: &mut Ui, size: f32, colour: Color32) -> Response {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
        if ui.is_rect_visible(rect) {
            self.paint(ui.painter(), rect, colour);
        }
        response
    }

    /// This icon as the leading part of a button's contents.
    pub fn atom(self, size: f32, colour: Option<Color32>) -> egui::Atom<'static> {
        egui::Atom::paint(Vec2::splat(size), move |ui, args| {
            let colour = colour.unwrap_or(args.fallback_text_color);
            self.paint(ui.painter(), args.rect, colour);
        })
    }
}

/// Paints the shape of a severity: octagon, triangle, diamond, circle; a ring for a note.
pub fn severity(painter: &Painter, rect: Rect, severity: Severity, theme: &Theme) {
    let colour = theme.severity(severity);
    let c = rect.center();
    let r = rect.width().min(rect.height()) / 2.0;
    match severity {
        Severity::Critical => {
            let points = (0..8)
                .map(|n| {
                    c + Rot2::from_angle(
                        std::f32::consts::FRAC_PI_8 + n as f32 * std::f32::consts::FRAC_PI_4,
                    ) * vec2(r, 0.0)
                })
                .collect();
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Severity::High => {
            let points = vec![
                pos2(c.x, c.y - r),
                pos2(c.x + r * 1.05, c.y + r * 0.82),
                pos2(c.x - r * 1.05, c.y + r * 0.82),
            ];
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Severity::Medium => {
            let points = vec![
                pos2(c.x, c.y - r),
                pos2(c.x + r, c.y),
                pos2(c.x, c.y + r),
                pos2(c.x - r, c.y),
            ];
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Severity::Low => {
            painter.circle_filled(c, r * 0.85, colour);
        }
        Severity::Info => {
            painter.circle_stroke(c, r * 0.75, Stroke::new(1.5, colour));
        }
    }
}

/// A severity's shape in the flow of `ui`, named for the screen reader.
pub fn severity_icon(ui: &mut Ui, which: Severity, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    if ui.is_rect_visible(rect) {
        severity(ui.painter(), rect, which, Theme::of(ui));
    }
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, which.name()));
    response
}
