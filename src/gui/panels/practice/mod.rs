//! Practice servers: what runs, who is there, what can be broken on purpose.

use egui::{RichText, ScrollArea, Ui};

use crate::{
    app::{
        forge::target,
        model::{Practice, PracticeInfo},
        practice, runs,
        session::View,
        view,
    },
    gui::{
        context,
        icons::Icon,
        keyboard_focus,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::{PanelRequest, WindowRequest},
        sections::practice::run_here,
        theme::{self, space},
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    kit::text::{capital, escape},
    oauth::metadata::Metadata,
    practice::{Fault, Faults, Part},
};

/// What is shown below what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Shown {
    /// Who and what the sound server knows.
    #[default]
    Realm,
    /// What can be broken.
    Faults,
}

/// The panel: what it keeps between frames.
#[derive(Default)]
pub struct PracticePanel {
    /// Faults that are ticked.
    chosen: Faults,
    part: Shown,
}

/// What is drawn with in this panel.
type Cx<'a> = context::Cx<'a, PracticePanel>;

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::main(View::PRACTICE),
    title: "Practice",
    spoken: "practice servers",
    dock: Dock::Main,
    make: Some(|| Box::<PracticePanel>::default()),
};

impl Panel for PracticePanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
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
            match model.practice.get(&Faults::NONE) {
                Some(Practice::Running(info)) => running(ui, cx, info),
                Some(Practice::Starting) => {
                    ui.horizontal(|ui| {
                        ui.spinner();
                        ui.label("Starting");
                    });
                }
                Some(Practice::Failed(why)) => failed(ui, cx, why),
                Some(Practice::Stopped) | None => stopped(ui, cx),
            }
            let faulty: Vec<_> = model
                .practice
                .iter()
                .filter(|(f, p)| !f.is_empty() && !matches!(p, Practice::Stopped))
                .collect();
            if !faulty.is_empty() {
                ui.add_space(space::L);
                widgets::section(ui, "Broken on purpose", &faulty.len().to_string());
                for (faults, server) in faulty {
                    one_faulty(ui, cx, faults, server);
                }
            }
            ui.add_space(space::M);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for (part, words) in [(Shown::Realm, "Realm"), (Shown::Faults, "Faults")] {
                    let on = cx.state.part == part;
                    if ui.add(egui::Button::selectable(on, words)).clicked() {
                        cx.state.part = part;
                    }
                }
            });
            ui.add_space(space::M);
            match (cx.state.part, model.practice()) {
                (Shown::Faults, _) => broken(ui, cx),
                (Shown::Realm, Some(info)) => realm(ui, info),
                (Shown::Realm, None) => {
                    ui.label(
                        RichText::new("Its endpoints, users and clients show here while it runs.")
                            .color(cx.theme.muted),
                    );
                }
            }
        });
        keyboard_focus::keep_in_view(ui);
    });
}

fn stopped(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.label(RichText::new("No practice server runs: chains at it cannot.").color(cx.theme.muted));
    ui.add_space(space::S);
    if widgets::primary(ui, Some(Icon::Play), "Start").clicked() {
        cx.push(practice::Command::Start);
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
        cx.push(practice::Command::Start);
    }
}

/// A server with faults: they are its name, so that nobody takes it for a sound one.
fn one_faulty(ui: &mut Ui, cx: &mut Cx<'_>, faults: &Faults, server: &Practice) {
    let title = practice::title(faults);
    widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            Icon::Warning.show(ui, 16.0, cx.theme.high);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::button(ui, Icon::Stop, "Stop")
                    .on_hover_text(format!("Stop {title}"))
                    .clicked()
                {
                    cx.push(practice::Command::StopFaulty(faults.clone()));
                }
                if let Practice::Running(info) = server {
                    // From the right, so that they stand as in the row above.
                    run_here(ui, cx, faults);
                    aim(ui, cx, faults);
                    if widgets::icon_button(ui, Icon::Copy, "Copy issuer").clicked() {
                        cx.ask(WindowRequest::Copy(info.issuer.clone(), "Issuer".into()));
                    }
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let text = theme::strong(title.as_str()).color(cx.theme.high);
                    ui.add(egui::Label::new(text).truncate());
                });
            });
        });
        match server {
            Practice::Running(info) => {
                ui.add(
                    egui::Label::new(theme::mono(info.issuer.as_str()))
                        .truncate()
                        .selectable(true),
                );
            }
            Practice::Starting => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Starting");
                });
            }
            Practice::Failed(why) => {
                ui.add(
                    egui::Label::new(RichText::new(escape(why)).color(cx.theme.critical)).wrap(),
                );
            }
            Practice::Stopped => {}
        }
    });
    ui.add_space(space::XS);
}

fn aim(ui: &mut Ui, cx: &mut Cx<'_>, faults: &Faults) {
    if widgets::button(ui, Icon::Play, "Aim the forge")
        .on_hover_text("The newest token of this server, and the resource server that it is for")
        .clicked()
    {
        cx.ask(WindowRequest::Tell(PanelRequest::ShowFiring));
        cx.push(target::Command::Aim(faults.clone()));
    }
}

fn running(ui: &mut Ui, cx: &mut Cx<'_>, info: &PracticeInfo) {
    ui.horizontal_wrapped(|ui| {
        Icon::Check.show(ui, 16.0, cx.theme.good);
        ui.label(theme::strong("Running"));
        ui.add(egui::Label::new(theme::mono(info.issuer.as_str())).selectable(true));
        if widgets::icon_button(ui, Icon::Copy, "Copy issuer").clicked() {
            cx.ask(WindowRequest::Copy(info.issuer.clone(), "Issuer".into()));
        }
        aim(ui, cx, &info.faults);
        run_here(ui, cx, &info.faults);
        if ui.button("Stop all").clicked() {
            cx.push(practice::Command::StopAll);
        }
    });
}

/// Who and what it knows.
fn realm(ui: &mut Ui, info: &PracticeInfo) {
    let theme = theme::Theme::of(ui);
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
            Icon::Person.show(ui, 14.0, theme.muted);
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
    ui.add(
        egui::Label::new(
            RichText::new(
                "Tick what shall be broken and start a server with it beside the sound one: the forge then shows what gets in. A chain names the faults that it is to be run with.",
            )
            .color(cx.theme.muted),
        )
        .wrap(),
    );
    ui.add_space(space::S);
    start(ui, cx);
    for part in Part::ALL {
        ui.add_space(space::S);
        ui.label(theme::strong(part.title()));
        for fault in Fault::ALL.iter().copied().filter(|f| f.part() == part) {
            ui.horizontal_top(|ui| {
                let mut on = cx.state.chosen.contains(fault);
                let room = ui.available_width();
                let tick = ui
                    .scope(|ui| {
                        ui.set_width((room * 0.34).min(190.0));
                        ui.spacing_mut().interact_size.y = 20.0;
                        widgets::tick(ui, &mut on, fault.name())
                    })
                    .inner;
                if tick.changed() {
                    let chosen = &mut cx.state.chosen;
                    if on {
                        chosen.insert(fault);
                    } else {
                        chosen.remove(fault);
                    }
                }
                let words = fault
                    .breaks()
                    .trim_start_matches("no fault but an option: ");
                let words = words.replace('`', "");
                ui.add(
                    egui::Label::new(RichText::new(capital(&words)).color(cx.theme.muted)).wrap(),
                );
            });
        }
    }
    ui.add_space(space::S);
    if widgets::button(ui, Icon::Warning, "Run the risky sample").clicked() {
        cx.push(runs::Command::Sample("sample-risky".to_owned()));
        cx.push(view::Command::Show(View::CHAIN));
    }
}

/// Starts what is ticked.
fn start(ui: &mut Ui, cx: &mut Cx<'_>) {
    let chosen = cx.state.chosen.clone();
    let state = cx.model.practice.get(&chosen);
    let there = matches!(state, Some(Practice::Running(_) | Practice::Starting));
    ui.horizontal_wrapped(|ui| {
        let words = match chosen.len() {
            0 => "Start a broken server".to_owned(),
            1 => "Start with this fault".to_owned(),
            n => format!("Start with these {n} faults"),
        };
        ui.add_enabled_ui(!chosen.is_empty() && !there, |ui| {
            if widgets::primary(ui, Some(Icon::Play), &words).clicked() {
                cx.push(practice::Command::StartFaulty(chosen.clone()));
            }
        });
        if !chosen.is_empty() {
            if ui.button("Tick none").clicked() {
                cx.state.chosen = Faults::NONE;
            }
            if there {
                ui.label(RichText::new("runs already").color(cx.theme.muted));
            }
        }
    });
}
