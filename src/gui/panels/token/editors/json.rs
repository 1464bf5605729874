//! Any value as JSON: one line until it is opened.

use egui::{Id, Role, TextBuffer, TextEdit, Ui, WidgetInfo};
use serde_json::Value;

use super::sets::CHIPS;
use crate::gui::panels::token::state::{Cx, Draft, MemberPlace, New};
use crate::{
    app::session::Notice,
    gui::{
        panels::token::text::{highlight, visible_json},
        request::WindowRequest,
        theme::{self, Theme, space},
    },
    kit::{
        json,
        text::{escape, excerpt, shorten},
    },
};

/// Most bytes of JSON that are edited in a row.
const MOST_JSON: usize = 64 * 1024;

/// JSON up to a number of bytes; `None` when there is more. Takes no longer than that many bytes do.
pub(super) fn json_up_to(value: &Value, most: usize, pretty: bool) -> (String, bool) {
    struct Bounded {
        bytes: Vec<u8>,
        most: usize,
    }
    impl std::io::Write for Bounded {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let room = self.most - self.bytes.len();
            self.bytes
                .extend_from_slice(&bytes[..bytes.len().min(room)]);
            if bytes.len() > room {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut out = Bounded {
        bytes: Vec::new(),
        most,
    };
    let whole = if pretty {
        serde_json::to_writer_pretty(&mut out, value)
    } else {
        serde_json::to_writer(&mut out, value)
    };
    let text = String::from_utf8_lossy(&out.bytes).into_owned();
    (text, whole.is_ok())
}

/// A value that is shown in another way, as JSON once a button is pressed.
pub(super) fn behind_button(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &Value,
) -> Option<New> {
    let draft = &cx.state.editors.draft;
    if draft.as_ref().is_some_and(|d| d.place == *place) {
        return as_json(ui, cx, place, value);
    }
    let button = ui
        .add(egui::Button::new(theme::small("as JSON")).small())
        .accessible_name(format!("{} as JSON, edit", escape(&place.name)));
    if button.clicked() {
        begin(cx, place, value);
    }
    None
}

/// Any value as JSON: one line until it is opened.
pub(in super::super) fn as_json(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &Value,
) -> Option<New> {
    let theme = cx.theme;
    let open = cx
        .state
        .editors
        .draft
        .as_ref()
        .is_some_and(|d| d.place == *place);
    if !open {
        let (compact, whole) = json_up_to(value, 400, false);
        let compact = visible_json(&compact);
        let shown = if whole {
            shorten(&compact, 96).into_owned()
        } else {
            format!("{}…", compact.chars().take(96).collect::<String>())
        };
        let response = ui
            .add(
                egui::Button::new(theme::mono(shown))
                    .frame_when_inactive(false)
                    .wrap(),
            )
            .accessible_name(format!("{} as JSON, edit", escape(&place.name)));
        if let Value::Array(items) = value
            && items.len() > CHIPS
        {
            ui.label(theme::small(format!("{} values", items.len())).color(theme.muted));
        }
        if response.clicked() {
            begin(cx, place, value);
        }
        return None;
    }
    let draft = cx.state.editors.draft.as_mut()?;
    let error = draft.error.clone();
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
        let mut job = highlight(text.as_str(), Theme::of(ui), error.as_ref());
        job.wrap.max_width = width;
        ui.ctx().fonts_mut(|f| f.layout_job(job))
    };
    let response = ui
        .add(
            TextEdit::multiline(&mut draft.text)
                .id(Id::unique(("json-member", place)))
                .font(theme::mono_font())
                .desired_width(ui.available_width() - 8.0)
                .desired_rows(1)
                .layouter(&mut layouter),
        )
        .accessible_name(format!("{} as JSON", escape(&place.name)));
    let mut new = None;
    if response.changed() {
        match json::parse(draft.text.as_bytes()) {
            Ok(json) => {
                draft.error = None;
                new = Some(Some(json.value));
            }
            Err(error) => draft.error = Some(error),
        }
    }
    if let Some(error) = &draft.error {
        let message = format!("{error}. The claim keeps its last good value.");
        let label = ui.add(egui::Label::new(theme::small(&message).color(theme.critical)).wrap());
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &message));
    }
    ui.add_space(space::XS);
    if ui.add(egui::Button::new("Done").small()).clicked() {
        cx.state.editors.draft = None;
    }
    new
}

/// Opens a value for editing.
fn begin(cx: &mut Cx<'_>, place: &MemberPlace, value: &Value) {
    let (text, whole) = json_up_to(value, MOST_JSON, true);
    if whole {
        cx.state.editors.draft = Some(Draft {
            place: place.clone(),
            text: visible_json(&text),
            error: None,
        });
    } else {
        cx.ask(WindowRequest::Notice(Notice {
            error: true,
            about: None,
            text: format!(
                "{} is too long to edit in its row: switch to JSON to read it, or edit the text \
                 elsewhere and paste it.",
                excerpt(&place.name, 60)
            ),
        }));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_cut_where_it_gets_too_long() {
        let value = json!({"a": [1, 2, 3]});
        assert_eq!(json_up_to(&value, 400, false), (value.to_string(), true));
        assert_eq!(json_up_to(&value, 6, false), (r#"{"a":["#.into(), false));
    }
}
