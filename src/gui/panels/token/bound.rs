//! Fields that are bound to a part of the token, as text or as bytes: what they share.

use std::sync::Arc;

use egui::{Margin, RichText, Role, ScrollArea, Stroke, Ui, WidgetInfo};

use crate::{
    app::{Model, analysis::TokenView},
    gui::{
        icons::Icon,
        theme::{self, RADIUS, Theme},
    },
    kit::{ids::TokenId, json::JsonError, text::escape_lines},
    token::craft::Part,
};

/// A text buffer that follows the token, except for what was typed in the buffer itself.
#[derive(Default)]
pub struct Bound {
    /// What the field shows.
    pub text: String,
    /// Why it is not JSON, and where.
    pub error: Option<JsonError>,
    /// Why the part cannot be shown as text.
    pub refused: Option<String>,
    seen: Option<Arc<str>>,
    expected: Option<String>,
}

impl Bound {
    /// Takes over `raw` when it changed for another reason than an edit made here.
    pub fn follow(&mut self, raw: &Arc<str>, make: impl FnOnce(&str) -> Result<String, String>) {
        if self
            .seen
            .as_ref()
            .is_some_and(|seen| Arc::ptr_eq(seen, raw) || seen == raw)
        {
            return;
        }
        let ours = self.expected.as_deref() == Some(&**raw);
        self.seen = Some(Arc::clone(raw));
        if ours {
            return;
        }
        self.expected = None;
        match make(raw) {
            Ok(text) => {
                self.text = text;
                self.refused = None;
            }
            Err(why) => {
                self.text = String::new();
                self.refused = Some(why);
            }
        }
        self.error = None;
    }

    /// Notes that the edit in this buffer will make the token's text `raw`.
    pub fn awaits(&mut self, raw: String) {
        self.expected = Some(raw);
    }

    /// The heading, and why the part cannot be shown when it cannot.
    pub(super) fn is_refused(&self, ui: &mut Ui, theme: &Theme, name: &str) -> bool {
        ui.label(theme::section(name, theme));
        if let Some(why) = &self.refused {
            ui.label(RichText::new(escape_lines(why)).color(theme.muted));
        }
        self.refused.is_some()
    }
}

/// What a part is called.
pub(super) fn part_name(part: Part) -> &'static str {
    if part.is_header() {
        "Header"
    } else {
        "Payload"
    }
}

/// The frame of a field; red around what cannot be read.
pub(super) fn frame(theme: &Theme, wrong: bool) -> egui::Frame {
    egui::Frame::new()
        .fill(theme.raised)
        .stroke(if wrong {
            Stroke::new(1.0, theme.critical)
        } else {
            theme.line()
        })
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(12, 8))
}

/// What is wrong with a field, beneath it.
pub(super) fn fault(ui: &mut Ui, theme: &Theme, message: &str) {
    ui.horizontal(|ui| {
        Icon::Warning.show(ui, 14.0, theme.critical);
        let label = ui.label(RichText::new(message).color(theme.critical));
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, message));
    });
}

/// Many lines, read-only: only those in view are made.
pub(super) fn lines(
    ui: &mut Ui,
    theme: &Theme,
    id: (&str, &str),
    caption: String,
    count: usize,
    line: impl Fn(usize) -> String,
) {
    ui.label(RichText::new(caption).color(theme.muted));
    let height = ui.text_style_height(&egui::TextStyle::Monospace);
    ScrollArea::both()
        .id_salt(id)
        .max_height(320.0)
        .auto_shrink([false, true])
        .show_rows(ui, height, count, |ui, range| {
            for n in range {
                ui.label(theme::mono(line(n)));
            }
        });
}

/// The text of a token as it is now, half-typed included.
pub fn raw_of(model: &Model, id: TokenId, view: &TokenView) -> Arc<str> {
    model.workspace.token(id).map_or_else(
        || Arc::clone(&view.token.raw),
        |entry| Arc::clone(&entry.raw),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_made_here_does_not_reset_the_buffer() {
        let mut bound = Bound::default();
        bound.follow(&Arc::from("a"), |raw| Ok(format!("shown {raw}")));
        assert_eq!(bound.text, "shown a");
        bound.text = "typed".into();
        bound.awaits("b".into());
        bound.follow(&Arc::from("b"), |raw| Ok(format!("shown {raw}")));
        assert_eq!(bound.text, "typed");
        bound.follow(&Arc::from("c"), |raw| Ok(format!("shown {raw}")));
        assert_eq!(bound.text, "shown c");
        // Undo brings back a text that was once expected: the buffer follows.
        bound.follow(&Arc::from("b"), |raw| Ok(format!("shown {raw}")));
        assert_eq!(bound.text, "shown b");
    }
}
