//! Fields of the form of a chain's node: texts that are taken over when they are left, choices, wires, sets
//! of values.

use std::collections::HashMap;

use egui::{Key, RichText, Ui};

use crate::{
    gui::{
        theme::{Theme, space},
        widgets::{
            self,
            chips::{self, Edit},
        },
    },
    kit::text::{escape, excerpt},
    oauth::token_type,
};

/// Texts that are being typed.
#[derive(Default)]
pub struct FieldsState {
    pub(super) drafts: HashMap<&'static str, String>,
    chips: HashMap<&'static str, Option<String>>,
}

/// A field whose text is taken over when it is left.
pub(super) fn draft(
    ui: &mut Ui,
    state: &mut FieldsState,
    name: &'static str,
    value: &str,
    hint: &str,
) -> Option<String> {
    let text = state.drafts.entry(name).or_insert_with(|| value.to_owned());
    let response = widgets::text_field(ui, name, hint, text, false);
    let entered = response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if response.lost_focus() || entered {
        let text = state.drafts.remove(name).unwrap_or_default();
        return (text != value).then_some(text);
    }
    if !response.has_focus() {
        state.drafts.remove(name); // what it shows follows the document
    }
    None
}

pub(super) fn text(
    ui: &mut Ui,
    state: &mut FieldsState,
    name: &'static str,
    value: &mut Option<String>,
    hint: &str,
) {
    widgets::field(ui, name, |ui| {
        if let Some(text) = draft(ui, state, name, value.as_deref().unwrap_or(""), hint) {
            *value = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        }
    });
}

/// A text with a list of what is known beside it.
pub(super) fn choice(
    ui: &mut Ui,
    state: &mut FieldsState,
    name: &'static str,
    value: &mut Option<String>,
    offered: &[&str],
    hint: &str,
) {
    widgets::field(ui, name, |ui| {
        chosen_text(ui, state, name, value, offered, hint);
    });
}

/// As [`choice`], over the whole width: for what is long.
pub(super) fn long_choice(
    ui: &mut Ui,
    state: &mut FieldsState,
    name: &'static str,
    value: &mut Option<String>,
    offered: &[&str],
    hint: &str,
) {
    let label = ui.label(RichText::new(name).color(Theme::of(ui).muted));
    ui.label_inputs_by(label.id, |ui| {
        chosen_text(ui, state, name, value, offered, hint);
    });
}

fn chosen_text(
    ui: &mut Ui,
    state: &mut FieldsState,
    name: &'static str,
    value: &mut Option<String>,
    offered: &[&str],
    hint: &str,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let room = ui.available_width() - if offered.is_empty() { 0.0 } else { 46.0 };
        ui.scope(|ui| {
            ui.set_max_width(room.max(40.0));
            if let Some(text) = draft(ui, state, name, value.as_deref().unwrap_or(""), hint) {
                *value = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
            }
        });
        if !offered.is_empty() {
            widgets::menu(ui, &format!("Known values of {name}"), "", |ui| {
                for item in offered {
                    let on = value.as_deref() == Some(*item);
                    if ui.selectable_label(on, excerpt(item, 48)).clicked() {
                        *value = Some((*item).to_owned());
                        state.drafts.remove(name);
                        ui.close();
                    }
                }
                if value.is_some()
                    && ui
                        .selectable_label(false, RichText::new("none").weak())
                        .clicked()
                {
                    *value = None;
                    state.drafts.remove(name);
                    ui.close();
                }
            });
        }
    });
}

/// A node that a token can be taken from.
pub(super) struct Source {
    /// Its id.
    pub id: String,
    /// As people call it.
    pub words: String,
}

pub(super) fn wire(ui: &mut Ui, name: &'static str, value: &mut String, from: &[Source]) {
    widgets::field(ui, name, |ui| {
        let shown = from.iter().find(|n| n.id == *value).map_or_else(
            || {
                if value.is_empty() {
                    "choose".into()
                } else {
                    format!("{} (missing)", escape(value))
                }
            },
            |n| n.words.clone(),
        );
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
        widgets::menu(ui, name, shown, |ui| {
            for node in from {
                if ui
                    .selectable_label(node.id == *value, node.words.as_str())
                    .clicked()
                {
                    value.clone_from(&node.id);
                    ui.close();
                }
            }
        });
    });
}

pub(super) fn wire_or_none(
    ui: &mut Ui,
    name: &'static str,
    value: &mut Option<String>,
    from: &[Source],
) {
    widgets::field(ui, name, |ui| {
        let shown = value.as_ref().map_or_else(
            || "none: impersonation".to_owned(),
            |v| {
                from.iter()
                    .find(|n| n.id == *v)
                    .map_or_else(|| format!("{} (missing)", escape(v)), |n| n.words.clone())
            },
        );
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
        widgets::menu(ui, name, shown, |ui| {
            if ui
                .selectable_label(value.is_none(), "none: impersonation")
                .clicked()
            {
                *value = None;
                ui.close();
            }
            for node in from {
                if ui
                    .selectable_label(value.as_deref() == Some(&node.id), node.words.as_str())
                    .clicked()
                {
                    *value = Some(node.id.clone());
                    ui.close();
                }
            }
        });
    });
}

pub(super) fn token_type_choice(
    ui: &mut Ui,
    name: &'static str,
    value: &mut Option<String>,
    none: &str,
) {
    widgets::field(ui, name, |ui| {
        let shown = value.as_deref().map_or(none, |v| {
            token_type::ALL
                .iter()
                .find(|(w, uri)| *w == v || *uri == v)
                .map_or(v, |(w, _)| w)
        });
        widgets::menu(ui, name, excerpt(shown, 30), |ui| {
            if ui.selectable_label(value.is_none(), none).clicked() {
                *value = None;
                ui.close();
            }
            for (word, uri) in token_type::ALL {
                let on = value.as_deref().is_some_and(|v| v == word || v == uri);
                if ui.selectable_label(on, word).on_hover_text(uri).clicked() {
                    *value = Some(word.to_owned());
                    ui.close();
                }
            }
        });
    });
}

pub(super) fn method_choice(ui: &mut Ui, method: &mut Option<String>) {
    widgets::field(ui, "Method", |ui| {
        let shown = method.clone().unwrap_or_else(|| "GET".into());
        widgets::menu(ui, "Method", escape(&shown).into_owned(), |ui| {
            for name in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                if ui.selectable_label(shown == name, name).clicked() {
                    *method = (name != "GET").then(|| name.to_owned());
                    ui.close();
                }
            }
        });
    });
}

/// A set of values as chips, with what is known to choose from.
pub(super) fn list(
    ui: &mut Ui,
    state: &mut FieldsState,
    name: &'static str,
    values: &mut Vec<String>,
    offered: &[String],
) {
    let more: Vec<&String> = offered.iter().filter(|o| !values.contains(o)).collect();
    let mut add = None;
    widgets::field(ui, name, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let room = ui.available_width() - if more.is_empty() { 0.0 } else { 46.0 };
            ui.vertical(|ui| {
                ui.set_max_width(room.max(40.0));
                ui.set_min_width(room.max(40.0));
                chosen(ui, state, name, values);
            });
            if !more.is_empty() {
                widgets::menu(ui, &format!("Known values of {name}"), "", |ui| {
                    for item in &more {
                        if ui
                            .selectable_label(false, escape(item).into_owned())
                            .clicked()
                        {
                            add = Some((*item).clone());
                            ui.close();
                        }
                    }
                });
            }
        });
    });
    values.extend(add);
    ui.add_space(space::XS / 2.0);
}

fn chosen(ui: &mut Ui, state: &mut FieldsState, name: &'static str, values: &mut Vec<String>) {
    let draft = state.chips.entry(name).or_default();
    match chips::editor(ui, name, values, None, draft, &[]) {
        Some(Edit::Add(value)) => {
            for part in value.split_whitespace() {
                if !values.iter().any(|v| v == part) {
                    values.push(part.to_owned());
                }
            }
        }
        Some(Edit::Remove(n)) if n < values.len() => {
            values.remove(n);
        }
        Some(Edit::Remove(_)) | None => {}
    }
}
