//! Sets of values as chips: scopes, audiences, roles.

use std::collections::BTreeSet;

use egui::Ui;
use serde_json::Value;

use crate::gui::panels::token::state::{Cx, MemberPlace, New};
use crate::{
    app::Model,
    gui::widgets::chips::{self, Edit},
    kit::text::escape,
};

/// Most values of a set that are shown as chips, and most bytes of a set in one string.
pub(super) const CHIPS: usize = 100;

/// Whether a value has few enough members for a frame to draw them all.
pub(super) fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= 64 * CHIPS,
        Value::Array(items) => items.len() <= CHIPS,
        _ => true,
    }
}

/// The values of a set: a string split at spaces, one string, or an array of strings.
pub(super) fn as_set(value: &Value, spaced: bool) -> Option<Vec<String>> {
    match value {
        Value::String(text) if spaced => Some(
            text.split(' ')
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items
            .iter()
            .map(|i| i.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// A set written the way it was: a string stays a string while it can.
pub(super) fn from_set(values: Vec<String>, spaced: bool, was: &Value) -> Value {
    match was {
        Value::String(_) if spaced => Value::from(values.join(" ")),
        Value::String(_) if values.len() == 1 => {
            values.into_iter().next().map_or(Value::Null, Value::from)
        }
        _ => Value::from(values),
    }
}

/// Known values that are kept to complete from.
const KNOWN: usize = 2_000;

/// Values that the workspace knows for a claim: of its tokens, of what servers say that they support,
/// and of the practice server.
pub(super) fn known_values(model: &Model, name: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    for view in model.analysis.tokens.values() {
        match view.token.claim(name) {
            Some(Value::String(text)) if matches!(name, "scope" | "scp") => {
                known.extend(text.split_whitespace().map(str::to_owned));
            }
            Some(Value::String(text)) => {
                known.insert(text.clone());
            }
            Some(Value::Array(all)) => {
                known.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
        if known.len() > KNOWN {
            break;
        }
    }
    if let Some(practice) = model.practice() {
        for (_, url, scopes) in &practice.resources {
            match name {
                "scope" | "scp" => known.extend(scopes.iter().cloned()),
                "aud" => {
                    known.insert(url.to_string());
                }
                _ => {}
            }
        }
    }
    if matches!(name, "scope" | "scp") {
        for server in &model.workspace.servers {
            let supported = server
                .metadata
                .as_ref()
                .and_then(|m| m.document.get("scopes_supported")?.as_array());
            let scopes = supported.into_iter().flatten().filter_map(Value::as_str);
            known.extend(scopes.map(str::to_owned));
        }
    }
    known.into_iter().take(KNOWN).collect()
}

pub(in super::super) fn chip_set(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    values: &[String],
    before: Option<&[String]>,
    spaced: bool,
    value: &Value,
) -> Option<New> {
    let state = &mut cx.state.editors.chip;
    let mut draft = state
        .as_ref()
        .filter(|(p, _)| p == place)
        .map(|(_, text)| text.clone());
    let was_open = draft.is_some();
    let edit = chips::editor(
        ui,
        &escape(&place.name),
        values,
        before,
        &mut draft,
        &cx.state.editors.chip_known,
    );
    if draft.is_some() && !was_open {
        cx.state.editors.chip_known = known_values(cx.model, &place.name);
    }
    let state = &mut cx.state.editors.chip;
    match draft {
        Some(text) => *state = Some((place.clone(), text)),
        None if was_open => *state = None,
        None => {}
    }
    let mut values = values.to_vec();
    match edit? {
        Edit::Remove(n) => {
            values.remove(n);
        }
        Edit::Add(new) => {
            let new: Vec<String> = if spaced {
                new.split_whitespace().map(str::to_owned).collect()
            } else {
                vec![new]
            };
            for item in new {
                if !values.contains(&item) {
                    values.push(item);
                }
            }
        }
    }
    Some(Some(from_set(values, spaced, value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sets_keep_the_way_they_are_written() {
        let spaced = json!("a b");
        let set = as_set(&spaced, true).unwrap();
        assert_eq!(set, ["a", "b"]);
        assert_eq!(from_set(vec!["a".into()], true, &spaced), json!("a"));
        let one = json!("api");
        assert_eq!(from_set(as_set(&one, false).unwrap(), false, &one), one);
        assert_eq!(
            from_set(vec!["a".into(), "b".into()], false, &one),
            json!(["a", "b"])
        );
        assert_eq!(
            from_set(vec!["a".into()], false, &json!(["a", "b"])),
            json!(["a"])
        );
        assert_eq!(as_set(&json!(["a", 1]), false), None);
        assert!(!is_short(&json!(vec!["x"; 101])));
    }
}
