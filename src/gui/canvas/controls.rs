//! What stands over the plane of a canvas: the buttons that zoom, and what its wires mean.

use egui::{Rect, Shape, Stroke, Ui, pos2};

use super::{Canvas, Stage, motion, paint};
use crate::gui::{
    icons::Icon,
    theme::{self, Theme, space},
    widgets,
};

/// − Fit + at the lower right.
pub fn zoom_buttons(ui: &mut Ui, canvas: &mut Canvas, stage: &Stage, bounds: Rect) {
    let theme = Theme::of(ui);
    let size = egui::vec2(112.0, 32.0);
    let rect = Rect::from_min_size(
        stage.rect.right_bottom() - size - egui::vec2(space::M, space::M),
        size,
    );
    if !stage.rect.contains_rect(rect) {
        return;
    }
    ui.painter().rect(
        rect,
        theme::RADIUS,
        theme.surface,
        theme.line(),
        egui::StrokeKind::Outside,
    );
    let mut over = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink(3.0))
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    over.spacing_mut().item_spacing.x = 2.0;
    if widgets::icon_button(&mut over, Icon::Minus, "Zoom out").clicked() {
        canvas.zoom(stage.rect, 0.8);
    }
    if over
        .add(egui::Button::new("Fit").min_size(egui::vec2(46.0, 26.0)))
        .clicked()
    {
        let animate = motion(ui);
        canvas.fit(stage.rect, bounds, animate);
        ui.ctx().request_repaint();
    }
    if widgets::icon_button(&mut over, Icon::Plus, "Zoom in").clicked() {
        canvas.zoom(stage.rect, 1.25);
    }
}

/// How a kind of wire is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A token that is handed on.
    Thick,
    /// A relation.
    Plain,
    /// A token beside it.
    Thin,
    /// A relation that is no act.
    Dashed,
}

/// What the wires mean, at the lower left.
pub fn legend(stage: &Stage, theme: &Theme, area: Rect, lines: [(Line, &str); 2]) {
    if area.width() < 560.0 {
        return;
    }
    let y = stage.rect.bottom() - 26.0;
    let mut x = stage.rect.left() + space::L;
    let back = Rect::from_min_max(pos2(x - 6.0, y - 11.0), pos2(x + 262.0, y + 11.0));
    stage.painter.rect_filled(back, 4, theme.window);
    for (line, text) in lines {
        let from = pos2(x, y);
        let to = pos2(x + 24.0, y);
        let (width, colour) = match line {
            Line::Thick => (2.2, theme.muted),
            Line::Plain => (1.4, theme.muted),
            Line::Thin => (1.2, theme.faint),
            Line::Dashed => (1.4, theme.faint),
        };
        let stroke = Stroke::new(width, colour);
        if line == Line::Dashed {
            stage
                .painter
                .extend(Shape::dashed_line(&[from, to], stroke, 5.0, 4.0));
        } else {
            stage.painter.line_segment([from, to], stroke);
        }
        let galley = paint::line(
            &stage.painter,
            text,
            egui::FontId::proportional(11.0),
            theme.muted,
            180.0,
        );
        let width = galley.size().x;
        stage.painter.galley(
            pos2(to.x + 6.0, y - galley.size().y / 2.0),
            galley,
            theme.muted,
        );
        x = to.x + 6.0 + width + space::L;
    }
}
