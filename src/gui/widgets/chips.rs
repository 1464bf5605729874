//! Values of a set as chips: scopes and audiences. Added and removed ones are marked by colour,
//! sign and stroke.

use std::sync::Arc;

use egui::{
    CornerRadius, FontFamily, FontId, Galley, Key, Margin, Response, RichText, Role, Sense, Stroke,
    Ui, WidgetInfo,
    text::{LayoutJob, TextFormat, TextWrapping},
    vec2,
};

use crate::{
    gui::{icons::Icon, theme::Theme},
    kit::text::{escape, excerpt},
};

/// How a value stands against the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As before.
    Kept,
    /// New.
    Added,
    /// Gone.
    Removed,
}

/// A chip that only shows. Hidden characters are escaped, long values cut to the room there is.
pub fn chip(ui: &mut Ui, text: &str, mark: Mark) -> Response {
    let shown = excerpt(text, 120);
    let galley = galley(ui, &shown, mark, 0.0);
    let size = galley.size() + vec2(16.0, 6.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    paint(ui, rect, galley, mark);
    let spoken = spoken(&shown, mark);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_text(shown)
}

fn spoken(shown: &str, mark: Mark) -> String {
    match mark {
        Mark::Kept => shown.to_owned(),
        Mark::Added => format!("added {shown}"),
        Mark::Removed => format!("removed {shown}"),
    }
}

/// What a user did to a row of chips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Removes the value at this place.
    Remove(usize),
    /// Adds this value.
    Add(String),
}

/// An editable row of chips that wraps. `before` are the values as they were received: new ones are
/// marked, missing ones are shown struck through. `draft` is the text of the field that adds, `known`
/// what is offered to complete it: by a click, or the first one by arrow down.
pub fn editor(
    ui: &mut Ui,
    name: &str,
    values: &[String],
    before: Option<&[String]>,
    draft: &mut Option<String>,
    known: &[String],
) -> Option<Edit> {
    let theme = Theme::of(ui);
    let mut edit = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for (n, value) in values.iter().enumerate() {
            let mark = match before {
                Some(before) if !before.contains(value) => Mark::Added,
                _ => Mark::Kept,
            };
            if removable(ui, name, value, mark) {
                edit = Some(Edit::Remove(n));
            }
        }
        for gone in before.into_iter().flatten().filter(|b| !values.contains(b)) {
            chip(ui, gone, Mark::Removed);
        }
        if let Some(text) = draft {
            let offered: Vec<&String> = known
                .iter()
                .filter(|k| !values.contains(k) && matches(k, text))
                .take(OFFERED)
                .collect();
            let first = offered.first().map(|k| (*k).clone());
            let taken = first.is_some()
                && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::ArrowDown));
            if taken {
                *text = first.unwrap_or_default();
            }
            let response = ui
                .add(
                    egui::TextEdit::singleline(text)
                        .desired_width(140.0)
                        .margin(Margin::symmetric(8, 2))
                        .hint_text(RichText::new("value, Enter").color(theme.muted)),
                )
                .accessible_name(format!("New value of {name}"));
            let mut chosen = None;
            let mut reached = false;
            for value in offered {
                let button = ui
                    .add(egui::Button::new(
                        RichText::new(excerpt(value, 40).as_str()).color(theme.accent),
                    ))
                    .accessible_name(format!("Add {} to {name}", escape(value)));
                let pointer = ui.input(|i| i.pointer.interact_pos());
                reached |= pointer.is_some_and(|at| button.rect.contains(at));
                if button.clicked() {
                    chosen = Some(value.clone());
                }
            }
            let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            if let Some(value) = chosen {
                edit = Some(Edit::Add(value));
                *draft = None;
            } else if entered && !text.trim().is_empty() {
                edit = Some(Edit::Add(text.trim().to_owned()));
                *draft = None;
            } else if response.lost_focus() && !reached {
                *draft = None;
            } else if !response.has_focus() {
                response.request_focus();
            }
        } else {
            let add = format!("Add to {name}");
            if crate::gui::widgets::sized_icon_button(ui, Icon::Plus, &add, 20.0).clicked() {
                *draft = Some(String::new());
            }
        }
    });
    edit
}

/// Values that are offered at once.
const OFFERED: usize = 6;

/// Whether a known value completes what is typed: it holds it, in any case of letters.
fn matches(known: &str, typed: &str) -> bool {
    known.to_lowercase().contains(&typed.trim().to_lowercase())
}

/// A chip with a cross. Returns whether the cross was clicked.
fn removable(ui: &mut Ui, name: &str, value: &str, mark: Mark) -> bool {
    let theme = Theme::of(ui);
    let shown = excerpt(value, 120);
    let galley = galley(ui, &shown, mark, 16.0);
    let size = galley.size() + vec2(16.0 + 14.0, 6.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    paint(ui, rect, galley, mark);
    let spoken = spoken(&shown, mark);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let id = response.id.with("cross");
    response.on_hover_text(shown.as_str());
    let cross = egui::Rect::from_center_size(
        egui::pos2(rect.right() - 13.0, rect.center().y),
        vec2(18.0, rect.height()),
    );
    let cross_response = ui.interact(cross, id, Sense::click());
    cross_response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("Remove {shown} from {name}"))
    });
    let hot = cross_response.hovered() || cross_response.has_focus();
    let colour = if hot { theme.text } else { theme.muted };
    let square = egui::Rect::from_center_size(cross.center(), vec2(11.0, 11.0));
    Icon::Cross.paint(ui.painter(), square, colour);
    crate::gui::widgets::focus_ring(ui, &cross_response);
    cross_response.clicked()
}

/// The text of a chip, cut at the width of a whole row less `reserved`.
fn galley(ui: &Ui, shown: &str, mark: Mark, reserved: f32) -> Arc<Galley> {
    let theme = Theme::of(ui);
    let mut format = TextFormat::simple(
        FontId::new(12.0, FontFamily::Proportional),
        match mark {
            Mark::Kept => theme.text,
            Mark::Added => theme.good,
            Mark::Removed => theme.critical,
        },
    );
    if mark == Mark::Removed {
        format.strikethrough = Stroke::new(1.0, theme.critical);
    }
    let text = match mark {
        Mark::Added => format!("+ {shown}"),
        _ => shown.to_owned(),
    };
    let mut job = LayoutJob::single_section(text, format);
    let row = ui.max_rect().width() - 16.0 - reserved;
    job.wrap = TextWrapping::truncate_at_width(row.max(40.0));
    ui.ctx().fonts_mut(|f| f.layout_job(job))
}

fn paint(ui: &Ui, rect: egui::Rect, galley: Arc<Galley>, mark: Mark) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    let theme = Theme::of(ui);
    let fill = match mark {
        Mark::Kept => theme.control,
        Mark::Added => theme.added_surface,
        Mark::Removed => theme.removed_surface,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(10), fill);
    ui.painter()
        .galley(rect.min + vec2(8.0, 3.0), galley, theme.text);
}
