//! Firing: the form at the left, progress and the matrix at the right.

use std::{collections::BTreeSet, sync::Arc};

use egui::{DragValue, Margin, ProgressBar, RichText, ScrollArea, Ui};

use super::{
    look::{caption, columns, wrapped},
    matrix,
    state::{Cx, current, keep},
    target::ui as form,
};
use crate::{
    app::{
        forge,
        forge::Shots,
        target::{Carrier, TargetEntry},
    },
    attack::{
        FAMILIES,
        fire::{MAX_AT_ONCE, MAX_PATIENCE, MAX_PER_SECOND},
    },
    gui::{
        icons::Icon,
        keyboard_focus,
        request::{PanelRequest, WindowRequest},
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::{TargetId, TokenId},
        text::escape,
    },
};

/// Draws form and matrix.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    columns(
        ui,
        cx,
        0.4,
        (250.0, 380.0),
        |ui, cx| left(ui, cx, id),
        results,
    );
}

/// The form over the button that fires, which stays in sight.
fn left(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let entry = current(cx);
    egui::Panel::bottom("fire")
        .show_separator_line(true)
        .frame(egui::Frame::new().inner_margin(Margin::symmetric(14, 8)))
        .show(ui, |ui| trigger(ui, cx, id, &entry));
    ScrollArea::vertical()
        .id_salt("target")
        .auto_shrink(false)
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(Margin::symmetric(14, 10))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = space::S;
                    form(ui, cx, id, &entry);
                    families(ui, cx, &entry);
                    limits(ui, cx, &entry);
                });
            keyboard_focus::keep_in_view(ui);
        });
}

/// Fires, or says in the form what is missing.
fn pull(cx: &mut Cx<'_>, id: TokenId, entry: &TargetEntry, shots: Shots) {
    cx.state.fire.error = match forge::plan_of(cx.model, id, entry, cx.seconds(), shots) {
        Ok(plan) => {
            cx.push(forge::Command::Fire(Arc::new(plan)));
            None
        }
        Err(why) => Some(why),
    };
}

/// A button that fires this alone at the target in front, and shows what comes of it.
pub(super) fn alone(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, words: &str, shots: Shots) {
    let entry = current(cx);
    let target = if entry.id == TargetId(0) {
        "Choose a target first".to_owned()
    } else {
        format!("At {}, between two untouched tokens", entry.title())
    };
    let button = egui::Button::new((Icon::Play.atom(14.0, None), words));
    let button = ui.add_enabled(cx.model.forge.firing.is_none(), button);
    if button.on_hover_text(target).clicked() {
        cx.state.show_firing();
        if entry.id != TargetId(0) {
            pull(cx, id, &entry, shots);
        }
    }
}

fn trigger(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, entry: &TargetEntry) {
    let chosen = forge::chosen(entry).len();
    if let Some(error) = cx.state.fire.error.clone() {
        wrapped(ui, RichText::new(error).color(cx.theme.critical));
    }
    let busy = cx.model.forge.firing.is_some() || cx.model.forge.forged.is_none();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.scope(|ui| {
            if busy || chosen == 0 {
                ui.disable();
            }
            let words = match chosen {
                1 => "Fire 1 forgery".to_owned(),
                n => format!("Fire {n} forgeries"),
            };
            if widgets::primary(ui, Some(Icon::Play), &words).clicked() {
                pull(cx, id, entry, Shots::Chosen);
            }
        });
        let send = ui.add_enabled(!busy, egui::Button::new("Send it once"));
        let send = send.on_hover_text(
            "The token in front, as it is: one request, and its answer in the inspector",
        );
        if send.clicked() {
            cx.ask(WindowRequest::Tell(PanelRequest::ShowResponse));
            pull(cx, id, entry, Shots::Token);
        }
    });
    wrapped(
        ui,
        theme::small(if chosen == 0 {
            "No family is chosen."
        } else {
            "The untouched token goes first and last: when it is refused, the result is void."
        })
        .color(cx.theme.muted),
    );
}

fn results(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    ui.spacing_mut().item_spacing.y = space::XS;
    if let Some(firing) = &model.forge.firing {
        let (done, all) = firing.progress();
        egui::Frame::new()
            .inner_margin(Margin::symmetric(space::M as i8, 8))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.add_enabled_ui(!firing.ending, |ui| {
                        if widgets::button(ui, Icon::Stop, "Cancel").clicked() {
                            cx.push(forge::Command::CancelFire);
                        }
                    });
                    ui.add(
                        ProgressBar::new(done as f32 / all.max(1) as f32)
                            .text(format!("{done} of {all}"))
                            .desired_width(ui.available_width()),
                    );
                });
            });
        matrix::ui(ui, cx, &Arc::clone(&firing.matrix), true);
        return;
    }
    let Some(matrix) = model.forge.matrix.clone() else {
        widgets::empty(
            ui,
            "The matrix of verdicts shows here: refused as it should be, accepted although forged, or void because the good token was refused.",
            |_| {},
        );
        return;
    };
    matrix::ui(ui, cx, &matrix, false);
}

fn families(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let mut changed = entry.clone();
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        caption(ui, "Families", cx);
        let small = |words: &str| egui::Button::new(theme::small(words));
        if ui.add(small("All")).clicked() {
            changed.without.clear();
        }
        if ui.add(small("None")).clicked() {
            changed.without = FAMILIES.iter().map(|f| f.name.to_owned()).collect();
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
        for &family in FAMILIES {
            let aimed = forge::aimed(entry, family);
            let on = entry.fires(family) && aimed;
            let button = egui::Button::selectable(on, theme::small(family.title));
            let button = ui
                .add_enabled(aimed, button)
                .on_hover_text(family.says)
                .on_disabled_hover_text(if entry.carrier == Carrier::Exchange {
                    "Aimed at resource servers: left out here"
                } else {
                    "Aimed at a token endpoint: left out here"
                });
            if button.clicked() && !changed.without.remove(family.name) {
                changed.without.insert(family.name.to_owned());
            }
        }
    });
    keep(cx, entry, changed, "families");
}

fn limits(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let mut changed = entry.clone();
    ui.add_space(space::XS);
    caption(ui, "Pace", cx);
    widgets::input(ui, "Rate", |ui| {
        ui.add(
            DragValue::new(&mut changed.per_second)
                .range(1..=MAX_PER_SECOND)
                .suffix(" a second"),
        )
        .accessible_name("Requests a second at most")
    });
    widgets::input(ui, "At once", |ui| {
        ui.add(
            DragValue::new(&mut changed.at_once)
                .range(1..=MAX_AT_ONCE)
                .suffix(" at most"),
        )
        .accessible_name("Requests that wait for an answer at the same time at most")
    });
    widgets::input(ui, "In all", |ui| {
        ui.add(
            DragValue::new(&mut changed.limit)
                .range(3..=10_000)
                .suffix(" at most"),
        )
        .accessible_name("Requests in all at most")
    });
    widgets::input(ui, "Wait", |ui| {
        ui.add(
            DragValue::new(&mut changed.patience)
                .range(1..=MAX_PATIENCE)
                .suffix(" s for an answer"),
        )
        .accessible_name("Seconds that an answer may take")
    });
    keep(cx, entry, changed, "pace");
    refused(ui, cx, entry);
    if entry.carrier != Carrier::Exchange {
        let mut changed = entry.clone();
        widgets::input(ui, "Second server", |ui| {
            widgets::text_field(
                ui,
                "A second resource server, which must not take the token",
                "optional address",
                &mut changed.second,
                false,
            )
        });
        keep(cx, entry, changed, "second");
    }
    let mut changed = entry.clone();
    widgets::input(ui, "Callback", |ui| {
        widgets::text_field(
            ui,
            "Address of yours that forged key pointers lead to",
            "https://you.example, for jku and x5u",
            &mut changed.callback,
            false,
        )
    });
    keep(cx, entry, changed, "callback");
}

/// Statuses that count as a refusal, taken over once they are numbers.
fn refused(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let joined = |statuses: &[u16]| {
        let words: Vec<String> = statuses.iter().map(u16::to_string).collect();
        words.join(", ")
    };
    let typed = cx.state.fire.refused.take();
    let typed = typed.filter(|(id, text)| {
        *id == entry.id && read(text).is_none_or(|read| read == entry.refused)
    });
    let mut text = typed.map_or_else(|| joined(&entry.refused), |(_, text)| text);
    widgets::input(ui, "Refused by", |ui| {
        widgets::text_field(
            ui,
            "Statuses that count as a refusal",
            "400, 401, 403",
            &mut text,
            false,
        )
    });
    match read(&text) {
        Some(refused) => {
            let mut changed = entry.clone();
            changed.refused = refused;
            keep(cx, entry, changed, "refused");
        }
        None => {
            wrapped(
                ui,
                theme::small(format!(
                    "{} are no statuses: enter numbers such as 401, 403.",
                    escape(&text)
                ))
                .color(cx.theme.critical),
            );
        }
    }
    cx.state.fire.refused = Some((entry.id, text));
}

fn read(text: &str) -> Option<Vec<u16>> {
    let statuses: Option<BTreeSet<u16>> = text
        .split([',', ' '])
        .filter(|s| !s.is_empty())
        .map(|s| s.parse().ok().filter(|n| (100..600).contains(n)))
        .collect();
    statuses
        .filter(|s| !s.is_empty())
        .map(|s| s.into_iter().collect())
}
