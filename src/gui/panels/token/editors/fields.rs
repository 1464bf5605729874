//! Values as one line of text, and parties with a line each.

use egui::{Frame, Id, Margin, RichText, TextEdit, Ui, vec2};
use serde_json::Value;

use crate::gui::panels::token::state::{Cx, Draft, MemberPlace, New};
use crate::{
    gui::theme::{self, RADIUS, Theme},
    kit::text::{escape, excerpt, is_hidden},
};

/// Width of a character of the font of values.
const CHARACTER: f32 = 7.3;

/// A field that looks like text until it is used.
pub(super) fn quiet(ui: &Ui, id: Id) -> Frame {
    let theme = Theme::of(ui);
    let used = ui.ctx().memory(|m| m.has_focus(id))
        || ui.ctx().read_response(id).is_some_and(|r| r.hovered());
    Frame::new()
        .fill(if used {
            theme.control
        } else {
            egui::Color32::TRANSPARENT
        })
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(6, 2))
        .outer_margin(Margin {
            left: -6,
            ..Margin::ZERO
        })
}

/// One line of text. Returns the new text while it is typed.
pub(super) fn line(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &str,
) -> Option<String> {
    field(ui, cx, place, "", value)
}

/// As [`line`], for a member inside the member.
pub(in super::super) fn field(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    inner: &str,
    value: &str,
) -> Option<String> {
    let id = Id::unique(("member", place, inner));
    let name = if inner.is_empty() {
        place.name.clone()
    } else {
        format!("{} {inner}", place.name)
    };
    let draft_place = MemberPlace {
        part: place.part,
        name: format!("{}\u{0}{inner}", place.name),
    };
    let draft = &mut cx.state.editors.draft;
    let mut text = match draft {
        Some(draft) if draft.place == draft_place => draft.text.clone(),
        _ => value.to_owned(),
    };
    // A value that is longer than the line wraps: what is cut off cannot be judged.
    let width = ui.available_width() - 8.0;
    let long = text.chars().count() as f32 * CHARACTER > width;
    let edit = if long {
        TextEdit::multiline(&mut text)
            .desired_rows(1)
            .return_key(None)
    } else {
        TextEdit::singleline(&mut text)
    };
    let response = ui
        .add(
            edit.id(id)
                .font(theme::mono_font())
                .frame(quiet(ui, id))
                .min_size(vec2(24.0, 18.0))
                .hint_text(RichText::new("none").color(cx.theme.muted))
                .desired_width(width),
        )
        .accessible_name(escape(&name));
    if response.changed() {
        // Pasted line breaks, which a line has no room for.
        text.retain(|c| !matches!(c, '\n' | '\r'));
        *draft = Some(Draft {
            place: draft_place,
            text: text.clone(),
            error: None,
        });
        return Some(text);
    }
    if response.lost_focus() && draft.as_ref().is_some_and(|d| d.place == draft_place) {
        *draft = None;
    }
    None
}

/// Whether all members are strings: a name with its issuer.
pub(super) fn flat(map: &serde_json::Map<String, Value>) -> bool {
    map.len() <= 4
        && map
            .values()
            .all(|v| v.as_str().is_some_and(|s| !s.chars().any(is_hidden)))
}

/// `may_act`: who, and at which issuer.
pub(super) fn parties(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    map: &serde_json::Map<String, Value>,
) -> Option<New> {
    let mut new = None;
    let mut names: Vec<&str> = vec!["sub", "iss"];
    names.extend(
        map.keys()
            .map(String::as_str)
            .filter(|k| !["sub", "iss"].contains(k)),
    );
    for name in names {
        let value = map.get(name).and_then(Value::as_str);
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(26.0, 18.0), egui::Sense::hover());
            ui.put(
                rect,
                egui::Label::new(theme::small(excerpt(name, 12)).color(cx.theme.muted)).truncate(),
            );
            if let Some(text) = field(ui, cx, place, name, value.unwrap_or("")) {
                let mut map = map.clone();
                if text.is_empty() && name != "sub" {
                    map.shift_remove(name);
                } else {
                    map.insert(name.to_owned(), text.into());
                }
                new = Some(Some(Value::Object(map)));
            }
        });
    }
    if !map.contains_key("iss") {
        ui.label(
            theme::small("iss missing: the name is compared within the token's own issuer")
                .color(cx.theme.muted),
        );
    }
    new
}
