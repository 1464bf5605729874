//! The form of a target: which one, its address, where the token goes, headers and body.

use std::sync::Arc;

use egui::{Margin, RichText, Ui};

use super::{
    exchange, headers,
    look::{caption, wrapped},
    state::{Cx, keep},
};
use crate::{
    app::{
        forge::{self, clients, suggested, target},
        model::Practice,
        practice,
        target::{Carrier, TargetEntry},
    },
    attack::target::MARK,
    gui::{
        icons::Icon,
        keyboard_focus,
        sections::practice::run_here,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::{TargetId, TokenId},
        text::escape,
    },
    oauth::http::{FORM, Method},
    practice::Faults,
};

const METHODS: [Method; 5] = [
    Method::Get,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
];

fn words(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Authorization => "Authorization header",
        Carrier::Header => "Another header",
        Carrier::Body => "Body",
        Carrier::Exchange => "Subject token of an exchange",
    }
}

/// Draws the form.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, entry: &TargetEntry) {
    ui.horizontal(|ui| {
        caption(ui, "Target", cx);
        if entry.id != TargetId(0) {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::sized_icon_button(ui, Icon::Trash, "Delete this target", 22.0).clicked()
                {
                    cx.push(target::Command::Delete(entry.id));
                }
                let naming = &mut cx.state.fire.naming;
                if widgets::sized_icon_button(ui, Icon::Pen, "Name this target", 22.0).clicked() {
                    *naming = !*naming;
                }
            });
        }
    });
    picker(ui, cx, entry);
    if entry.id == TargetId(0)
        && let Some(target) = forge::fitting(cx.model, id)
    {
        let words = format!("Aim at {}", target.title());
        if widgets::button(ui, Icon::Play, &words)
            .on_hover_text("The practice resource server that this token is for")
            .clicked()
        {
            let kept = Arc::clone(&cx.model.workspace);
            choose(cx, &kept.targets, target);
        }
    }
    if cx.state.fire.naming && entry.id != TargetId(0) {
        let mut changed = entry.clone();
        let field = widgets::text_field(
            ui,
            "Name of the target",
            "Name of the target",
            &mut changed.name,
            false,
        );
        if field.lost_focus() {
            cx.state.fire.naming = false;
        }
        keep(cx, entry, changed, "name");
    }
    faulty(ui, cx, entry);
    foreign(ui, cx, id, entry);
    let mut changed = entry.clone();
    widgets::menu(ui, "Where the token goes", words(entry.carrier), |ui| {
        for carrier in [
            Carrier::Authorization,
            Carrier::Header,
            Carrier::Body,
            Carrier::Exchange,
        ] {
            if ui
                .selectable_label(entry.carrier == carrier, words(carrier))
                .clicked()
            {
                changed.carrier = carrier;
                changed.suggest();
                if carrier == Carrier::Exchange && changed.exchange.client.is_empty() {
                    let server = changed.exchange.server.as_deref();
                    let clients = clients(cx.model, server, &changed.faults);
                    let view = cx.model.analysis.tokens.get(&id);
                    let asker = view.and_then(|view| forge::asker(&view.token, &clients));
                    let client = asker.or_else(|| clients.into_iter().next());
                    changed.exchange.client = client.unwrap_or_default();
                }
                ui.close();
            }
        }
    });
    keep(cx, entry, changed, "place");
    if entry.carrier == Carrier::Exchange {
        exchange::ui(ui, cx, entry);
    } else {
        address(ui, cx, entry);
        carrier(ui, cx, entry);
        body(ui, cx, entry);
    }
    headers::ui(ui, cx, entry);
}

/// Kept targets, and those of practice servers, at a click.
fn picker(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let title = if entry.id == TargetId(0) {
        "Choose or enter a target".to_owned()
    } else {
        entry.title()
    };
    widgets::menu(ui, "Targets", title, |ui| {
        ui.set_max_width(420.0);
        egui::ScrollArea::vertical()
            .max_height(480.0)
            .show(ui, |ui| {
                offered(ui, cx, entry);
                keyboard_focus::keep_in_view(ui);
            });
    });
}

/// What there is to choose from.
fn offered(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let workspace = Arc::clone(&cx.model.workspace);
    let theme = cx.theme;
    if !workspace.targets.is_empty() {
        ui.label(theme::section("In this workspace", theme));
        for target in &workspace.targets {
            let on = target.id == entry.id;
            let mut text = RichText::new(target.title());
            if !target.faults.is_empty() && target.is_practice() {
                text = text.color(theme.high);
            }
            if ui.selectable_label(on, text).clicked() {
                cx.push(target::Command::Show(Some(target.id)));
                ui.close();
            }
        }
        if widgets::menu_item(ui, "New target", "").clicked() {
            cx.push(target::Command::Show(None));
            ui.close();
        }
    }
    let servers = suggested(cx.model);
    for (n, (server, faulty, targets)) in servers.into_iter().enumerate() {
        if n > 0 || !workspace.targets.is_empty() {
            ui.separator();
        }
        ui.horizontal(|ui| {
            if faulty {
                Icon::Warning.show(ui, 12.0, theme.high);
            }
            ui.label(theme::section(&server, theme));
        });
        for target in targets {
            let words = match &target.practice {
                Some(resource) => format!("{} {resource}", target.method.name()),
                None => "Token endpoint, as an exchange".to_owned(),
            };
            if widgets::menu_item(ui, &words, "").clicked() {
                choose(cx, &workspace.targets, target);
                ui.close();
            }
        }
    }
}

/// Brings a suggested target to the front: the one that is kept already, or a new one.
fn choose(cx: &mut Cx<'_>, kept: &[TargetEntry], target: TargetEntry) {
    let same = |t: &&TargetEntry| {
        t.practice == target.practice
            && t.faults == target.faults
            && t.method == target.method
            && t.carrier == target.carrier
            && t.is_practice()
    };
    match kept.iter().find(same) {
        Some(known) => cx.push(target::Command::Show(Some(known.id))),
        None => cx.push(target::Command::Add(Box::new(target))),
    }
}

fn address(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let mut changed = entry.clone();
    ui.horizontal(|ui| {
        widgets::menu(ui, "Method", entry.method.name(), |ui| {
            for method in METHODS {
                if ui
                    .selectable_label(entry.method == method, method.name())
                    .clicked()
                {
                    changed.method = method;
                    ui.close();
                }
            }
        });
        match &entry.practice {
            Some(resource) => {
                let icon = if entry.faults.is_empty() {
                    (Icon::Service, cx.theme.muted)
                } else {
                    (Icon::Warning, cx.theme.high)
                };
                icon.0.show(ui, 14.0, icon.1);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if widgets::sized_icon_button(ui, Icon::Pen, "Enter an address instead", 22.0)
                        .clicked()
                    {
                        changed.practice = None;
                        changed.faults = Faults::NONE;
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(egui::Label::new(escape(resource).as_ref()).truncate());
                    });
                });
            }
            None => {
                widgets::text_field(
                    ui,
                    "Address of the target",
                    "https://api.example.com/accounts",
                    &mut changed.url,
                    false,
                );
            }
        }
    });
    keep(cx, entry, changed, "address");
}

/// A server with faults is never mistaken for a sound one; one that does not run is started here.
fn faulty(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    if !entry.is_practice() {
        return;
    }
    let running = matches!(
        cx.model.practice.get(&entry.faults),
        Some(Practice::Running(_))
    );
    if !entry.faults.is_empty() {
        widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                Icon::Warning.show(ui, 14.0, cx.theme.high);
                wrapped(
                    ui,
                    RichText::new(format!(
                        "{}: broken on purpose",
                        practice::title(&entry.faults)
                    ))
                    .color(cx.theme.high),
                );
            });
        });
    }
    if !running {
        ui.horizontal_wrapped(|ui| {
            wrapped(
                ui,
                theme::small("This practice server does not run.").color(cx.theme.muted),
            );
            if widgets::button(ui, Icon::Play, "Start it").clicked() {
                cx.push(practice::Command::StartFaulty(entry.faults.clone()));
            }
        });
    }
}

/// A token of another issuer is refused by a practice server: say so before it is fired.
fn foreign(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, entry: &TargetEntry) {
    if !forge::foreign(cx.model, id, entry) {
        return;
    }
    wrapped(
        ui,
        theme::small("The token in front is of another issuer: this server will refuse it.")
            .color(cx.theme.high),
    );
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if widgets::button(ui, Icon::Key, "Take a token of its own").clicked() {
            cx.push(target::Command::Aim(entry.faults.clone()));
        }
        run_here(ui, cx, &entry.faults);
    });
}

fn carrier(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let mut changed = entry.clone();
    match entry.carrier {
        Carrier::Authorization => {
            widgets::input(ui, "Scheme", |ui| {
                widgets::text_field(
                    ui,
                    "Scheme of the Authorization header",
                    "Bearer",
                    &mut changed.scheme,
                    false,
                )
            });
        }
        Carrier::Header => {
            widgets::input(ui, "Header", |ui| {
                widgets::text_field(
                    ui,
                    "Name of the header that carries the token",
                    "X-Access-Token",
                    &mut changed.token_header,
                    false,
                )
            });
        }
        Carrier::Body | Carrier::Exchange => {}
    }
    keep(cx, entry, changed, "carrier");
}

fn body(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    if entry.carrier != Carrier::Body && entry.method == Method::Get {
        return;
    }
    let mut changed = entry.clone();
    let name = if entry.carrier == Carrier::Body {
        "Body with {token}"
    } else {
        "Body"
    };
    ui.add(
        egui::TextEdit::multiline(&mut changed.body)
            .font(theme::mono_font())
            .hint_text(
                RichText::new(if entry.carrier == Carrier::Body {
                    format!("{MARK} is where the token goes")
                } else {
                    "Body, as it stands".into()
                })
                .color(cx.theme.muted),
            )
            .desired_rows(2)
            .margin(Margin::symmetric(8, 5))
            .desired_width(f32::INFINITY),
    )
    .accessible_name(name);
    // After the body, so that it does not move under the hand that types it; without
    // a body there is nothing that it would be the type of.
    if entry.sends_body() {
        widgets::input(ui, "Media type", |ui| {
            widgets::text_field(
                ui,
                "Media type of the body",
                FORM,
                &mut changed.media,
                false,
            )
        });
    }
    keep(cx, entry, changed, "body");
}
