//! The act chain as cards: subject, current actor, prior actors. Drag them, add and remove them.

use egui::{CornerRadius, Frame, Id, Margin, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use serde_json::{Map, Value};

use super::state::Cx;
use crate::{
    app::{analysis::TokenView, session::Selection, token, view},
    gui::{
        icons::Icon,
        theme::{self, RADIUS, space},
        widgets,
    },
    kit::{
        ids::TokenId,
        text::{excerpt, shorten},
    },
    token::{
        claims::{self, Actor},
        craft::{self, Part},
    },
};

/// What a user did to the chain of actors.
enum Edit {
    Move { from: usize, to: usize },
    Remove(usize),
    Set(usize, &'static str, String),
    Add(String),
}

/// Draws the cards. Nothing is drawn for a token without claims.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    if view.token.claims.is_none() {
        return;
    }
    let actors = claims::actors(&view.token);
    let mut edit = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::S);
        subject(ui, cx, id, view);
        let places: Vec<usize> = (0..actors.len()).collect();
        let response = egui_dnd::dnd(ui, Id::unique("act-chain"))
            .with_animation_time(theme::MOTION)
            .show_custom(|ui, items| {
                for place in &places {
                    let card = Id::unique(("act", *place));
                    items.next(ui, card, *place, true, |ui, item| {
                        let size = size_of(ui, &actors[*place], *place);
                        item.ui_sized(ui, size, |ui, handle, state| {
                            ui.horizontal_centered(|ui| {
                                Icon::ArrowLeft.show(ui, 16.0, cx.theme.muted);
                                handle.ui(ui, |ui| {
                                    if let Some(e) = actor(
                                        ui,
                                        cx,
                                        &actors[*place],
                                        *place,
                                        actors.len(),
                                        state.dragged,
                                    ) {
                                        edit = Some(e);
                                    }
                                });
                            });
                        })
                    });
                }
            });
        if let Some(update) = response.final_update() {
            edit = Some(Edit::Move {
                from: update.from,
                to: update.to,
            });
        }
        add(ui, cx, &mut edit);
    });
    if let Some(edit) = edit {
        apply(cx, id, &actors, edit);
    }
}

fn apply(cx: &mut Cx<'_>, id: TokenId, actors: &[Actor], edit: Edit) {
    let mut entries: Vec<Map<String, Value>> = actors.iter().map(|a| a.members.clone()).collect();
    match edit {
        Edit::Move { from, to } => shift(&mut entries, from, to),
        Edit::Remove(n) => {
            if n < entries.len() {
                entries.remove(n);
            }
        }
        Edit::Set(n, member, value) => {
            if let Some(entry) = entries.get_mut(n) {
                if value.is_empty() {
                    entry.shift_remove(member);
                } else {
                    entry.insert(member.into(), value.into());
                }
            }
        }
        Edit::Add(name) => {
            let mut entry = Map::new();
            entry.insert("sub".into(), name.into());
            entries.insert(0, entry);
        }
    }
    let act = craft::nest_actors(&entries);
    cx.push(token::Command::SetMember {
        token: id,
        part: Part::Payload,
        pointer: "/act".into(),
        value: act,
    });
}

/// Moves an entry so that it stands before what stood at `to`; what is out of range changes nothing.
fn shift<T>(entries: &mut [T], from: usize, to: usize) {
    if let Some(part) = entries.get_mut(from..to).filter(|p| !p.is_empty()) {
        part.rotate_left(1);
    } else if from > to
        && let Some(part) = entries.get_mut(to..=from)
    {
        part.rotate_right(1);
    }
}

/// The room of an arrow and a card, by the text on it.
fn size_of(ui: &Ui, actor: &Actor, place: usize) -> egui::Vec2 {
    let wide = |text: String, size: f32, family| {
        ui.painter()
            .layout_no_wrap(
                text,
                egui::FontId::new(size, family),
                egui::Color32::PLACEHOLDER,
            )
            .size()
            .x
    };
    let name = wide(name_of(actor), 13.0, theme::medium());
    let role = wide(role_of(place).into(), 11.0, egui::FontFamily::Proportional);
    vec2(
        ARROW + name.max(role) + 12.0 + space::S + 20.0 + 6.0 + 2.0,
        50.0,
    )
}

/// Width of an arrow with its room.
const ARROW: f32 = 16.0 + space::S;

fn role_of(place: usize) -> &'static str {
    if place == 0 {
        "current actor · authoritative"
    } else {
        "prior actor"
    }
}

fn name_of(actor: &Actor) -> String {
    if actor.pid.sub.is_empty() {
        "no sub".into()
    } else {
        excerpt(&actor.pid.sub, 40)
    }
}

fn subject(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    let name = view
        .principal
        .subject
        .clone()
        .unwrap_or_else(|| "no subject".into());
    let shown = shorten(&name, 40).into_owned();
    let theme = cx.theme;
    let card = widgets::card(theme)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.label(theme::strong(shown.as_str()));
                ui.label(theme::small("subject · authoritative").color(theme.muted));
            });
        })
        .response;
    // A widget of its own: a frame that takes part in Tab loses the keyboard in the same frame.
    let response = ui.interact(card.rect, card.id.with("subject"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Subject {shown}")));
    widgets::focus_ring(ui, &response);
    if response.on_hover_text(name).clicked() {
        cx.push(view::Command::Select(Selection::Claim(id, "/sub".into())));
    }
}

fn actor(
    ui: &mut Ui,
    cx: &Cx<'_>,
    actor: &Actor,
    place: usize,
    count: usize,
    dragged: bool,
) -> Option<Edit> {
    let theme = cx.theme;
    let current = place == 0;
    let name = name_of(actor);
    let role = role_of(place);
    let mut edit = None;
    Frame::new()
        .fill(if current || dragged {
            theme.accent_surface
        } else {
            theme.raised
        })
        .stroke(if current {
            Stroke::new(1.0, theme.accent)
        } else {
            theme.line()
        })
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin {
            left: 12,
            right: 6,
            top: 8,
            bottom: 8,
        })
        .show(ui, |ui| {
            // Two lines: a row that begins lower is centred before it has grown to them.
            ui.spacing_mut().interact_size.y = 33.0;
            ui.horizontal(|ui| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(theme::strong(name.as_str()));
                    ui.label(theme::small(role).color(theme.muted));
                });
                let more =
                    widgets::sized_icon_button(ui, Icon::More, &format!("Edit actor {name}"), 20.0);
                let config = egui::PopupCloseBehavior::CloseOnClickOutside;
                egui::Popup::menu(&more).close_behavior(config).show(|ui| {
                    ui.set_width(280.0);
                    edit = menu(ui, actor, place, count);
                });
            });
        });
    edit
}

fn menu(ui: &mut Ui, actor: &Actor, place: usize, count: usize) -> Option<Edit> {
    let mut edit = None;
    for member in ["sub", "iss"] {
        let value = actor
            .members
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned();
        widgets::field(ui, member, |ui| {
            let mut text = value.clone();
            let response =
                widgets::text_field(ui, &format!("act {member}"), "none", &mut text, false);
            if response.changed() {
                edit = Some(Edit::Set(place, member, text));
            }
        });
    }
    ui.separator();
    if place > 0 && widgets::menu_item(ui, "Make it act later (move left)", "").clicked() {
        edit = Some(Edit::Move {
            from: place,
            to: place - 1,
        });
        ui.close();
    }
    if place + 1 < count && widgets::menu_item(ui, "Make it act earlier (move right)", "").clicked()
    {
        edit = Some(Edit::Move {
            from: place,
            to: place + 2,
        });
        ui.close();
    }
    if widgets::menu_item(ui, "Remove actor", "").clicked() {
        edit = Some(Edit::Remove(place));
        ui.close();
    }
    edit
}

fn add(ui: &mut Ui, cx: &mut Cx<'_>, edit: &mut Option<Edit>) {
    let button = widgets::button(ui, Icon::Plus, "Add actor");
    let draft = &mut cx.state.editors.actor;
    egui::Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_width(260.0);
            ui.label("The new actor acts now; the others become history.");
            let field = widgets::text_field(ui, "Name of the actor", "agent", draft, false);
            if !field.has_focus() && !field.lost_focus() {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            if (widgets::primary(ui, None, "Add").clicked() || entered) && !draft.trim().is_empty()
            {
                *edit = Some(Edit::Add(draft.trim().to_owned()));
                draft.clear();
                ui.close();
            }
        });
}

#[cfg(test)]
mod tests {
    use super::shift;

    #[test]
    fn moves_within_bounds_only() {
        let mut v = vec!['a', 'b', 'c'];
        shift(&mut v, 0, 2);
        assert_eq!(v, ['b', 'a', 'c']);
        shift(&mut v, 2, 0);
        assert_eq!(v, ['c', 'b', 'a']);
        shift(&mut v, 1, 9);
        shift(&mut v, 9, 1);
        shift(&mut v, 1, 1);
        assert_eq!(v, ['c', 'b', 'a']);
    }
}
