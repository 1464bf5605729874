//! Values of a set as chips: scopes and audiences. Added and removed ones are marked by colour,
//! sign and stroke.

use egui::{
    CornerRadius, Frame, Key, Margin, Response, RichText, Role, Sense, Ui, WidgetInfo, vec2,
};

use crate::{
    gui::{
        icons::Icon,
        theme::{self, Theme},
    },
    kit::text::{escape, shorten},
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

/// A chip that only shows. Hidden characters are escaped, long values shortened.
pub fn chip(ui: &mut Ui, text: &str, mark: Mark) -> Response {
    let theme = Theme::of(ui);
    let shown = shorten(&escape(text), 64).into_owned();
    let response = frame(theme, mark)
        .show(ui, |ui| ui.label(styled(theme, &shown, mark)))
        .inner;
    let spoken = match mark {
        Mark::Kept => shown,
        Mark::Added => format!("added {shown}"),
        Mark::Removed => format!("removed {shown}"),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_text(escape(text))
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
/// marked, missing ones are shown struck through. `draft` is the text of the field that adds.
pub fn editor(
    ui: &mut Ui,
    name: &str,
    values: &[String],
    before: Option<&[String]>,
    draft: &mut Option<String>,
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
        match draft {
            Some(text) => {
                let response = ui
                    .add(
                        egui::TextEdit::singleline(text)
                            .desired_width(140.0)
                            .margin(Margin::symmetric(8, 2))
                            .hint_text(RichText::new("value, Enter").color(theme.muted)),
                    )
                    .accessible_name(format!("New value of {name}"));
                let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
                if entered && !text.trim().is_empty() {
                    edit = Some(Edit::Add(text.trim().to_owned()));
                    *draft = None;
                } else if response.lost_focus() {
                    *draft = None;
                } else if !response.has_focus() {
                    response.request_focus();
                }
            }
            None => {
                let response = crate::gui::widgets::sized_icon_button(
                    ui,
                    Icon::Plus,
                    &format!("Add to {name}"),
                    20.0,
                );
                if response.clicked() {
                    *draft = Some(String::new());
                }
            }
        }
    });
    edit
}

/// A chip with a cross. Returns whether the cross was clicked.
fn removable(ui: &mut Ui, name: &str, value: &str, mark: Mark) -> bool {
    let theme = Theme::of(ui);
    let shown = shorten(&escape(value), 64).into_owned();
    frame(theme, mark)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let text = ui.label(styled(theme, &shown, mark));
            let spoken = match mark {
                Mark::Added => format!("added {shown}"),
                _ => shown.clone(),
            };
            text.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            text.on_hover_text(escape(value));
            let (rect, response) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::click());
            response.widget_info(|| {
                WidgetInfo::labeled(Role::Button, true, format!("Remove {shown} from {name}"))
            });
            let colour = if response.hovered() || response.has_focus() {
                theme.text
            } else {
                theme.muted
            };
            Icon::Cross.paint(ui.painter(), rect.shrink(1.5), colour);
            crate::gui::widgets::focus_ring(ui, &response);
            response.clicked()
        })
        .inner
}

fn frame(theme: &Theme, mark: Mark) -> Frame {
    Frame::new()
        .fill(match mark {
            Mark::Kept => theme.control,
            Mark::Added => theme.added_surface,
            Mark::Removed => theme.removed_surface,
        })
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::symmetric(8, 2))
}

fn styled(theme: &Theme, shown: &str, mark: Mark) -> RichText {
    match mark {
        Mark::Kept => theme::small(shown).size(12.0).color(theme.text),
        Mark::Added => theme::small(format!("+ {shown}"))
            .size(12.0)
            .color(theme.good),
        Mark::Removed => theme::small(shown)
            .size(12.0)
            .color(theme.critical)
            .strikethrough(),
    }
}
