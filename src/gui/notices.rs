//! Messages to the user in a corner of the window. Those that say something went well leave by
//! themselves; errors stay until they are closed.

use egui::{Align2, Area, CornerRadius, Frame, Id, Margin, Order, Role, Ui, vec2};

use super::{
    icons::Icon,
    theme::{RADIUS, Theme},
    widgets,
};
use crate::{app::session::Notice, kit::text::escape_lines};

/// Seconds for which a message that is no error stays.
const STAY: f64 = 5.0;
/// Messages on screen at once; older ones leave first.
const MOST: usize = 4;

/// The messages on screen.
#[derive(Default)]
pub struct Notices {
    shown: Vec<(Notice, f64)>,
}

impl Notices {
    /// Adds a message at `time` (egui's clock, seconds).
    pub fn add(&mut self, notice: Notice, time: f64) {
        self.shown.retain(|(n, _)| n.text != notice.text);
        self.shown.push((notice, time));
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }

    /// Draws them over everything else.
    pub fn show(&mut self, ui: &Ui) {
        let now = ui.input(|i| i.time);
        self.shown
            .retain(|(n, since)| n.error || now - since < STAY);
        if self.shown.is_empty() {
            return;
        }
        let next = self
            .shown
            .iter()
            .filter(|(n, _)| !n.error)
            .map(|(_, since)| STAY - (now - since))
            .fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_secs_f64(next.max(0.05)));
        }
        let theme = Theme::of(ui);
        let mut closed = None;
        Area::new(Id::unique("notices"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -16.0))
            .show(ui.ctx(), |ui| {
                ui.set_width(380.0);
                for (n, (notice, _)) in self.shown.iter().enumerate() {
                    let (icon, colour) = if notice.error {
                        (Icon::Warning, theme.critical)
                    } else {
                        (Icon::Check, theme.good)
                    };
                    Frame::new()
                        .fill(if theme.dark {
                            theme.raised
                        } else {
                            theme.surface
                        })
                        .stroke(theme.line())
                        .shadow(ui.visuals().popup_shadow)
                        .corner_radius(CornerRadius::same(RADIUS))
                        .inner_margin(Margin::symmetric(12, 10))
                        .show(ui, |ui| {
                            ui.horizontal_top(|ui| {
                                icon.show(ui, 16.0, colour);
                                let width = ui.available_width() - 28.0;
                                ui.vertical(|ui| {
                                    ui.set_width(width);
                                    let text = escape_lines(&notice.text);
                                    let label = ui.add(egui::Label::new(text.as_ref()).wrap());
                                    let role = if notice.error {
                                        Role::Alert
                                    } else {
                                        Role::Status
                                    };
                                    label.widget_info(|| {
                                        egui::WidgetInfo::labeled(role, true, text.as_ref())
                                    });
                                });
                                if widgets::sized_icon_button(
                                    ui,
                                    Icon::Cross,
                                    "Close message",
                                    20.0,
                                )
                                .clicked()
                                {
                                    closed = Some(n);
                                }
                            });
                        });
                    ui.add_space(8.0);
                }
            });
        if let Some(n) = closed {
            self.shown.remove(n);
        }
    }
}
