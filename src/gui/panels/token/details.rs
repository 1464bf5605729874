//! `authorization_details` (RFC 9396) as a form: a card for each object, with fields for payments and
//! accounts and rows for anything else.

use egui::{RichText, Role, Ui, WidgetInfo};
use serde_json::{Map, Value};

use super::{
    editors,
    state::{Cx, MemberPlace, New},
};
use crate::{
    gui::{
        icons::Icon,
        theme::{self, Theme, space},
        widgets,
    },
    kit::{
        json::pointer,
        text::{escape, is_hidden},
    },
    token::details::{ACCOUNT_ACTIONS, LISTS, PAYMENT_ACTIONS, Shape, problems},
};

/// Members of a payment: JSON Pointer, and what they are called.
const PAYMENT: [(&str, &str); 5] = [
    ("/instructedAmount/amount", "amount"),
    ("/instructedAmount/currency", "currency"),
    ("/creditorName", "creditor"),
    ("/creditorAccount/iban", "IBAN"),
    ("/remittanceInformationUnstructured", "reference"),
];

/// Whether a value can be shown as a form: a list of objects.
pub(super) fn fits(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| items.len() <= 20 && items.iter().all(Value::is_object))
}

/// An edit inside the list: JSON Pointer from the list, and the new value; none removes.
pub(super) type Edit = (String, Option<Value>);

/// Draws the form of a list of objects, see [`fits`].
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, place: &MemberPlace, value: &Value) -> Option<Edit> {
    let items = value.as_array()?;
    let mut new: Option<Edit> = None;
    for (n, item) in items.iter().enumerate() {
        let Some(object) = item.as_object() else {
            continue;
        };
        let at = MemberPlace {
            part: place.part,
            name: format!("{}/{n}", place.name),
        };
        widgets::card(cx.theme).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            let mut edit = None;
            card(ui, cx, &at, object, &mut edit);
            if let Some((pointer, value)) = edit {
                new = Some((format!("/{n}{pointer}"), value));
            }
        });
        ui.add_space(space::XS);
    }
    ui.horizontal(|ui| {
        widgets::menu(ui, "Add authorization details", "add…", |ui| {
            for shape in [Shape::Payment, Shape::Account, Shape::Free] {
                if widgets::menu_item(ui, shape.label(), "").clicked() {
                    new = Some((format!("/{}", items.len()), Some(shape.example())));
                    ui.close();
                }
            }
        });
    });
    new
}

fn card(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    at: &MemberPlace,
    object: &Map<String, Value>,
    new: &mut Option<Edit>,
) {
    let shape = Shape::of(object);
    let wrong = problems(object);
    ui.horizontal(|ui| {
        ui.label(theme::strong(shape.label()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("Remove {}", escape(&at.name));
            if widgets::sized_icon_button(ui, Icon::Trash, &name, 20.0).clicked() {
                *new = Some((String::new(), None));
            }
        });
    });
    let mut shown: Vec<&str> = vec!["type"];
    text(ui, cx, at, object, ("/type", "type"), &wrong, new);
    match shape {
        Shape::Payment => {
            for (pointer, name) in PAYMENT {
                shown.push(pointer.split('/').nth(1).unwrap_or(""));
                text(ui, cx, at, object, (pointer, name), &wrong, new);
            }
            ticks(ui, at, object, &PAYMENT_ACTIONS, new);
            shown.push("actions");
        }
        Shape::Account => {
            ticks(ui, at, object, &ACCOUNT_ACTIONS, new);
            shown.push("actions");
        }
        Shape::Free => {}
    }
    // A list that holds what its boxes do not say is shown as a list.
    if !known_actions(object, shape) {
        shown.retain(|name| *name != "actions");
    }
    for (name, value) in object {
        if shown.contains(&name.as_str()) && value_is_shown(shape, name, value) {
            continue;
        }
        member(ui, cx, at, (name, value), &wrong, new);
    }
    add(ui, cx, object, new);
}

/// Whether the boxes for actions say all that the list says.
fn known_actions(object: &Map<String, Value>, shape: Shape) -> bool {
    let known: &[&str] = match shape {
        Shape::Payment => &PAYMENT_ACTIONS,
        Shape::Account => &ACCOUNT_ACTIONS,
        Shape::Free => return false,
    };
    object.get("actions").is_none_or(|actions| {
        actions.as_array().is_some_and(|list| {
            list.iter()
                .all(|a| a.as_str().is_some_and(|a| known.contains(&a)))
        })
    })
}

/// Whether the form's fields show the whole value of a member.
fn value_is_shown(shape: Shape, name: &str, value: &Value) -> bool {
    let only = |known: &[&str]| {
        value.as_object().is_some_and(|map| {
            map.iter()
                .all(|(k, v)| known.contains(&k.as_str()) && v.is_string())
        })
    };
    match (shape, name) {
        (Shape::Payment, "instructedAmount") => only(&["amount", "currency"]),
        (Shape::Payment, "creditorAccount") => only(&["iban"]),
        (_, "actions") => true,
        _ => value.is_string(),
    }
}

/// A name at the left, an editor at the right, what is wrong below.
fn row(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (pointer, name): (&str, &str),
    wrong: &[(String, String)],
    add: impl FnOnce(&mut Ui, &mut Cx<'_>),
) {
    ui.horizontal_top(|ui| {
        name_cell(ui, name);
        ui.vertical(|ui| {
            add(ui, cx);
            for (_, why) in wrong.iter().filter(|(at, _)| at == pointer) {
                let words = theme::small(why).color(cx.theme.critical);
                let label = ui.add(egui::Label::new(words).wrap());
                label.widget_info(|| {
                    WidgetInfo::labeled(Role::Alert, true, format!("{name}: {why}"))
                });
            }
        });
    });
}

/// The name of a member, in the column of names.
fn name_cell(ui: &mut Ui, name: &str) {
    let (rect, response) = ui.allocate_exact_size(egui::vec2(72.0, 20.0), egui::Sense::hover());
    let shown = escape(name);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &*shown));
    let galley = egui::WidgetText::from(theme::small(&*shown)).into_galley(
        ui,
        Some(egui::TextWrapMode::Truncate),
        rect.width(),
        egui::FontSelection::Default,
    );
    let at = egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, Theme::of(ui).muted);
}

/// A member that is a string, wherever it stands; anything else there is left to its row.
fn text(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    at: &MemberPlace,
    object: &Map<String, Value>,
    (pointer, name): (&str, &str),
    wrong: &[(String, String)],
    new: &mut Option<Edit>,
) {
    let mut names = pointer.split('/').skip(1);
    let outer = names.next().and_then(|name| object.get(name));
    let current = match names.next() {
        None => outer,
        Some(inner) => outer.and_then(|map| map.get(inner)),
    };
    let current = match current {
        None => "",
        Some(Value::String(text)) if !text.chars().any(is_hidden) => text,
        Some(_) => return,
    };
    row(ui, cx, (pointer, name), wrong, |ui, cx| {
        if let Some(text) = editors::field(ui, cx, at, name, current) {
            *new = Some((pointer.to_owned(), Some(text.into())));
        }
    });
}

/// A box for each action that the type knows.
fn ticks(
    ui: &mut Ui,
    at: &MemberPlace,
    object: &Map<String, Value>,
    known: &[&str],
    new: &mut Option<Edit>,
) {
    let chosen: Vec<&str> = object
        .get("actions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if chosen.iter().any(|c| !known.contains(c)) {
        return; // shown as a list below
    }
    ui.horizontal_wrapped(|ui| {
        name_cell(ui, "actions");
        for action in known {
            let mut on = chosen.contains(action);
            let response = widgets::tick(ui, &mut on, action);
            let changed = response.changed();
            response.accessible_name(format!("{}: {action}", escape(&at.name)));
            if changed {
                let actions: Vec<Value> = known
                    .iter()
                    .filter(|a| (**a == *action && on) || (**a != *action && chosen.contains(*a)))
                    .map(|a| Value::from(*a))
                    .collect();
                *new = Some(("/actions".to_owned(), Some(actions.into())));
            }
        }
    });
}

/// A member without a field of its own: a list of strings as chips, text as a line, else JSON.
fn member(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    at: &MemberPlace,
    (name, value): (&str, &Value),
    wrong: &[(String, String)],
    new: &mut Option<Edit>,
) {
    let place = MemberPlace {
        part: at.part,
        name: format!("{}/{name}", at.name),
    };
    row(ui, cx, (&format!("/{name}"), name), wrong, |ui, cx| {
        ui.horizontal_top(|ui| {
            let width = (ui.available_width() - 28.0).max(60.0);
            let edit = ui
                .vertical(|ui| {
                    ui.set_width(width);
                    value_editor(ui, cx, at, &place, (name, value))
                })
                .inner;
            let remove = format!("Remove {}", escape(&place.name));
            if let Some(edit) = edit {
                *new = Some((pointer(name), edit));
            } else if widgets::sized_icon_button(ui, Icon::Cross, &remove, 18.0).clicked() {
                *new = Some((pointer(name), None));
            }
        });
    });
}

fn value_editor(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    at: &MemberPlace,
    place: &MemberPlace,
    (name, value): (&str, &Value),
) -> Option<New> {
    match value {
        Value::Array(items) if LISTS.contains(&name) && items.iter().all(Value::is_string) => {
            let values: Vec<String> = items
                .iter()
                .filter_map(|i| i.as_str().map(str::to_owned))
                .collect();
            editors::chip_set(ui, cx, place, &values, None, false, value)
        }
        Value::String(text) if !text.chars().any(is_hidden) => {
            editors::field(ui, cx, at, name, text).map(|t| Some(Value::from(t)))
        }
        _ => editors::as_json(ui, cx, place, value),
    }
}

/// Adds a member that is not there.
fn add(ui: &mut Ui, cx: &mut Cx<'_>, object: &Map<String, Value>, new: &mut Option<Edit>) {
    widgets::menu(
        ui,
        "Add a member",
        RichText::new("member…").size(12.0),
        |ui| {
            let draft = &mut cx.state.editors.claim;
            let field =
                widgets::text_field(ui, "Name of the member", "any name, Enter", draft, false);
            let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            let mut chosen = (entered && !draft.trim().is_empty()).then(|| draft.trim().to_owned());
            for name in LISTS.into_iter().chain(["identifier"]) {
                if !object.contains_key(name) && widgets::menu_item(ui, name, "").clicked() {
                    chosen = Some(name.to_owned());
                }
            }
            if let Some(name) = chosen {
                draft.clear();
                let value = if LISTS.contains(&name.as_str()) {
                    Value::Array(Vec::new())
                } else {
                    Value::from("")
                };
                if !object.contains_key(&name) {
                    *new = Some((pointer(&name), Some(value)));
                }
                ui.close();
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_of_objects_are_forms_and_nothing_else_is() {
        assert!(fits(&json!([])));
        assert!(fits(&json!([{"type": "x"}])));
        assert!(!fits(&json!({"type": "x"})));
        assert!(!fits(&json!([1])));
    }

    #[test]
    fn nothing_of_an_object_is_hidden_by_its_form() {
        let amount = json!({"amount": "1", "currency": "EUR", "more": true});
        assert!(!value_is_shown(Shape::Payment, "instructedAmount", &amount));
        let actions = json!({"type": "account_information", "actions": ["own"]});
        assert!(!known_actions(actions.as_object().unwrap(), Shape::Account));
    }
}
