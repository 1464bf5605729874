//! Practice servers: what runs, who is there, what can be broken on purpose.

use std::collections::BTreeSet;

use egui::{RichText, ScrollArea, Ui};

use crate::{
    app::{
        Command,
        model::{Practice, PracticeInfo},
    },
    gui::{
        Ask, Cx,
        icons::Icon,
        theme::{self, space},
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    io::practice::FAULTS,
    kit::text::escape,
    oauth::metadata::Metadata,
};

/// What the panel keeps between frames.
#[derive(Default)]
pub struct State;

/// Draws the panel.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ScrollArea::vertical().auto_shrink(false).id_salt("practice").show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(space::L as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width().min(860.0));
            ui.label(theme::heading("Practice servers"));
            ui.add(
                egui::Label::new(
                    RichText::new(
                        "A real authorization server and resource servers, on this machine's loopback only. \
                         Its keys are made at each start; nothing of it is worth stealing.",
                    )
                    .color(cx.theme.muted),
                )
                .wrap(),
            );
            ui.add_space(space::M);
            let model = cx.model;
            let plain = BTreeSet::new();
            match model.practice.get(&plain) {
                Some(Practice::Running(info)) => running(ui, cx, info, true),
                Some(Practice::Starting) => {
                    ui.horizontal(|ui| {
                        ui.spinner();
                        ui.label("Starting");
                    });
                }
                Some(Practice::Failed(why)) => failed(ui, cx, why),
                Some(Practice::Stopped) | None => stopped(ui, cx),
            }
            for (faults, server) in model.practice.iter().filter(|(f, _)| !f.is_empty()) {
                if let Practice::Running(info) = server {
                    ui.add_space(space::L);
                    let names: Vec<&str> = faults.iter().map(String::as_str).collect();
                    widgets::section(ui, "With faults", &names.join(", "));
                    running(ui, cx, info, false);
                }
            }
            ui.add_space(space::L);
            broken(ui, cx);
        });
    });
}

fn stopped(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.label(RichText::new("No practice server runs: chains at it cannot.").color(cx.theme.muted));
    ui.add_space(space::S);
    if widgets::primary(ui, Some(Icon::Play), "Start").clicked() {
        cx.push(Command::StartPractice);
    }
}

fn failed(ui: &mut Ui, cx: &mut Cx<'_>, why: &str) {
    widgets::banner(cx.theme.removed_surface).show(ui, |ui| {
        ui.label(
            theme::strong("The practice server could not be started").color(cx.theme.critical),
        );
        ui.add(egui::Label::new(escape(why)).wrap());
    });
    ui.add_space(space::S);
    if widgets::primary(ui, Some(Icon::Reset), "Try again").clicked() {
        cx.push(Command::StartPractice);
    }
}

fn running(ui: &mut Ui, cx: &mut Cx<'_>, info: &PracticeInfo, main: bool) {
    ui.horizontal_wrapped(|ui| {
        Icon::Check.show(ui, 16.0, cx.theme.good);
        ui.label(theme::strong("Running"));
        ui.add(egui::Label::new(theme::mono(info.issuer.as_str())).selectable(true));
        if widgets::icon_button(ui, Icon::Copy, "Copy issuer").clicked() {
            cx.ask(Ask::Copy(info.issuer.clone(), "Issuer".into()));
        }
        if main && ui.button("Stop all").clicked() {
            cx.push(Command::StopPractice);
        }
    });
    if !main {
        return;
    }
    ui.add_space(space::S);
    widgets::section(ui, "Endpoints", "");
    for (name, url) in endpoints(&info.metadata) {
        widgets::field(ui, name, |ui| {
            ui.add(
                egui::Label::new(theme::mono(url))
                    .truncate()
                    .selectable(true),
            )
        });
    }
    ui.add_space(space::M);
    widgets::section(ui, "Users", "");
    ui.horizontal_wrapped(|ui| {
        for user in &info.users {
            Icon::Person.show(ui, 14.0, cx.theme.muted);
            ui.label(escape(user));
            ui.add_space(space::S);
        }
    });
    ui.add_space(space::M);
    widgets::section(ui, "Clients", &info.clients.len().to_string());
    for client in &info.clients {
        widgets::field(ui, &client.client_id, |ui| ui.label(client.method.name()));
    }
    ui.add_space(space::M);
    widgets::section(ui, "Resource servers", &info.resources.len().to_string());
    for (name, url, scopes) in &info.resources {
        widgets::field(ui, name, |ui| {
            ui.vertical(|ui| {
                ui.add(
                    egui::Label::new(theme::mono(url.as_str()))
                        .truncate()
                        .selectable(true),
                );
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
                    for scope in scopes {
                        chip(ui, scope, Mark::Kept);
                    }
                });
            });
        });
        ui.add_space(space::XS);
    }
}

fn endpoints(metadata: &Metadata) -> Vec<(&'static str, String)> {
    [
        ("Authorize", &metadata.authorization_endpoint),
        ("Token", &metadata.token_endpoint),
        ("JWKS", &metadata.jwks_uri),
        ("Introspect", &metadata.introspection_endpoint),
        ("Revoke", &metadata.revocation_endpoint),
    ]
    .into_iter()
    .filter_map(|(name, url)| url.clone().map(|u| (name, u)))
    .collect()
}

/// What can be switched on to be broken: each fault is what a real server got wrong.
fn broken(ui: &mut Ui, cx: &mut Cx<'_>) {
    widgets::section(ui, "Faults", "a chain names those it is to be run with");
    for fault in FAULTS {
        widgets::field(ui, fault.name, |ui| {
            ui.add(egui::Label::new(super::graph::capital(fault.breaks)).wrap())
        });
    }
    ui.add_space(space::S);
    if widgets::button(ui, Icon::Warning, "Run the risky sample").clicked() {
        super::chain::run_sample(cx, "sample-risky");
        cx.push(Command::Show(crate::app::session::View::Chain));
    }
}
