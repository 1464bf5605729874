//! Members that a part of a token does not have yet.

use egui::Ui;
use serde_json::Value;

use super::state::Cx;
use crate::{
    app::token,
    gui::{icons::Icon, widgets},
    kit::{ids::TokenId, json::pointer},
    token::{craft::Part, details::Shape, guide},
};

/// Claims that the menu offers to add, with a first value.
const OFFERED: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "scope",
    "client_id",
    "may_act",
    "cnf",
    "authorization_details",
    "auth_time",
    "acr",
    "sid",
];

/// Likewise for the header.
const OFFERED_HEADER: [&str; 9] = [
    "typ", "alg", "kid", "cty", "jwk", "jku", "x5c", "x5t#S256", "crit",
];

/// Offers members that are not there, and one of any name.
pub fn ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, part): (TokenId, Part),
    map: &serde_json::Map<String, Value>,
) {
    let (words, field, offered) = match part {
        Part::Payload => ("Add claim", "Name of the claim", &OFFERED[..]),
        Part::Header | Part::HeaderOf(_) => (
            "Add header parameter",
            "Name of the header parameter",
            &OFFERED_HEADER[..],
        ),
    };
    let button = widgets::button(ui, Icon::Plus, words);
    egui::Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_width(260.0);
            let draft = &mut cx.state.editors.claim;
            let field = widgets::text_field(ui, field, "any name, Enter", draft, false);
            let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            let mut chosen = (entered && !draft.trim().is_empty()).then(|| draft.trim().to_owned());
            ui.separator();
            for name in offered.iter().filter(|n| !map.contains_key(**n)) {
                let item = widgets::menu_item(ui, name, "");
                let item = match guide::member(part, &pointer(name)) {
                    Some(meaning) => item.on_hover_text(meaning.says),
                    None => item,
                };
                if item.clicked() {
                    chosen = Some((*name).to_owned());
                }
            }
            if let Some(name) = chosen {
                cx.state.editors.claim.clear();
                let value = first_value(&name, cx.seconds());
                cx.push(token::Command::SetMember {
                    token: id,
                    part,
                    pointer: pointer(&name),
                    value: Some(value),
                });
                ui.close();
            }
        });
}

/// A first value of the type that a claim has.
fn first_value(name: &str, now: i64) -> Value {
    match name {
        "exp" => Value::from(now.saturating_add(300)),
        "iat" | "nbf" | "auth_time" => Value::from(now),
        "may_act" => serde_json::json!({ "sub": "" }),
        "cnf" => serde_json::json!({ "jkt": "" }),
        "jwk" => serde_json::json!({}),
        "x5c" | "crit" => serde_json::json!([]),
        "authorization_details" => Value::Array(vec![Shape::Payment.example()]),
        _ => Value::from(""),
    }
}
