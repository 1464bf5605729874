//! Editors that fit the value of a member: times, sets, who may act, key binding, text, JSON.

mod fields;
mod json;
mod keys;
mod sets;

use egui::Ui;
use serde_json::Value;

use self::{
    fields::{flat, line, parties},
    keys::{confirmation, public_key},
    sets::{as_set, is_short},
};
use super::{
    details, moment,
    state::{Cx, MemberPlace, New},
};
use crate::{
    gui::{
        sections::token_text::plain,
        theme, times,
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    kit::text::{is_hidden, shorten},
    token::craft::Part,
};

pub(super) use self::{fields::field, json::as_json, sets::chip_set};

/// Draws the editor of a member. `before` is the value that was received, `changed` whether the
/// member differs from it. Gives what an edit makes of it, and where in it (JSON Pointer).
pub fn ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &Value,
    before: Option<&Value>,
    changed: bool,
) -> Option<(String, New)> {
    if place.name == "authorization_details" && details::fits(value) {
        let edit = details::ui(ui, cx, place, value);
        if changed {
            was(ui, cx, before);
        }
        return edit;
    }
    whole(ui, cx, place, value, before, changed).map(|new| (String::new(), new))
}

/// The editors that give the whole value anew.
fn whole(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &Value,
    before: Option<&Value>,
    changed: bool,
) -> Option<New> {
    let set = match place.name.as_str() {
        _ if place.part == Part::Header => None,
        "scope" | "scp" => Some(value.as_str().is_some()),
        "aud" | "amr" | "groups" | "roles" => Some(false),
        _ => None,
    };
    if let Some(spaced) = set
        && is_short(value)
        && let Some(values) = as_set(value, spaced)
    {
        return chip_set(
            ui,
            cx,
            place,
            &values,
            before.and_then(|b| as_set(b, b.is_string())).as_deref(),
            spaced,
            value,
        );
    }
    let new = match (place.name.as_str(), value) {
        ("exp" | "iat" | "nbf" | "auth_time" | "updated_at", Value::Number(n))
            if n.as_f64().is_some() =>
        {
            moment::ui(ui, cx, place, n)
        }
        ("jwk", Value::Object(_)) if place.part == Part::Header => public_key(ui, cx, place, value),
        ("may_act", Value::Object(map)) if flat(map) => parties(ui, cx, place, map),
        ("cnf", Value::Object(_)) => confirmation(ui, cx, place, value),
        (_, Value::String(text)) if !text.chars().any(is_hidden) && text.len() < 4096 => {
            line(ui, cx, place, text).map(|t| Some(Value::from(t)))
        }
        (_, Value::Bool(on)) => {
            let mut on = *on;
            let words = if on { "true" } else { "false" };
            widgets::tick(ui, &mut on, words)
                .changed()
                .then(|| Some(Value::Bool(on)))
        }
        _ => as_json(ui, cx, place, value),
    };
    if changed {
        was(ui, cx, before);
    }
    new
}

/// The value that was received, struck through.
fn was(ui: &mut Ui, cx: &Cx<'_>, before: Option<&Value>) {
    match before {
        Some(before) => {
            let text = match before.as_i64() {
                Some(seconds) if seconds > 1_000_000_000 => {
                    format!("{seconds} · {}", times::full(cx, seconds))
                }
                _ => shorten(&plain(before), 120).into_owned(),
            };
            chip(ui, &text, Mark::Removed);
        }
        None => {
            ui.label(theme::small("added").color(cx.theme.good));
        }
    }
}
