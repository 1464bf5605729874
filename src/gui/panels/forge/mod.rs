//! The forge: deliberate forgeries of the token in front, firing them at a target, weak secrets.

mod detail;
mod exchange;
mod fire;
mod headers;
mod list;
mod look;
mod matrix;
mod secrets;
mod state;
mod target;

use std::sync::Arc;

use egui::{Align, Layout, Margin, Ui};

use crate::{
    app::{
        analysis::TokenView,
        forge, keys,
        model::Practice,
        session::{Selection, View},
        view,
    },
    gui::{
        context,
        icons::Icon,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::{PanelRequest, WindowRequest},
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::TokenId,
        text::{escape, excerpt},
    },
    practice::Faults,
};
use look::columns;
use state::{Cx, ForgePanel, Mode};

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::main(View::FORGE),
    title: "Forge",
    spoken: "forge",
    dock: Dock::Main,
    make: Some(|| Box::<ForgePanel>::default()),
};

impl Panel for ForgePanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn take(&mut self, request: &PanelRequest, _cx: &mut context::Cx<'_>) {
        match request {
            PanelRequest::ShowFiring => self.show_firing(),
            PanelRequest::TakeWords(path) => self.choose_words(path.clone()),
            _ => {}
        }
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let analysis = Arc::clone(&cx.model.analysis);
    let found = analysis.in_front(&cx.model.session);
    let Some((id, view)) = found else {
        widgets::empty(
            ui,
            "Forgeries are made of a good token: paste one that your server accepts, or choose one in the tray.",
            |ui| {
                if let Some(newest) = analysis.tokens.keys().max() {
                    let words = "Take the newest token";
                    if widgets::primary(ui, Some(Icon::Play), words).clicked() {
                        cx.push(view::Command::Select(Selection::Token(*newest)));
                    }
                    ui.add_space(space::S);
                }
                if widgets::button(ui, Icon::Paste, "Paste a token").clicked() {
                    cx.ask(WindowRequest::Paste);
                }
            },
        );
        return;
    };
    let spacing = ui.spacing().item_spacing;
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, cx, view);
    widgets::hairline(ui);
    ui.spacing_mut().item_spacing = spacing;
    question(ui, cx);
    match cx.state.mode {
        Mode::Forgeries => forgeries(ui, cx, id),
        Mode::Fire => fire::ui(ui, cx, id),
        Mode::Secrets => secrets::ui(ui, cx, id, view),
    }
}

/// Which token, signed by whom, and what is in front.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, view: &TokenView) {
    egui::Frame::new()
        .inner_margin(Margin::symmetric(space::M as i8, 5))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for (mode, name) in [
                    (Mode::Forgeries, "Forgeries"),
                    (Mode::Fire, "Fire"),
                    (Mode::Secrets, "Weak secrets"),
                ] {
                    let on = cx.state.mode == mode;
                    if ui.add(egui::Button::selectable(on, name)).clicked() {
                        cx.state.mode = mode;
                    }
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = space::S;
                    let subject = view
                        .token
                        .claim_text("sub")
                        .map(|s| excerpt(s, 24));
                    let title = match subject {
                        Some(sub) => format!("{} · {sub}", view.title),
                        None => view.title.clone(),
                    };
                    if let Some(faults) = issuer_at_hand(cx, view)
                        && widgets::button(ui, Icon::Key, "Take the issuer's key")
                            .on_hover_text("The practice server's signing key comes into the tray: what is forged is signed with it, so that each check is tested by itself.")
                            .clicked()
                    {
                        cx.push(keys::Command::TakePractice(faults));
                    }
                    let (icon, words, why) = signer(cx);
                    let note = ui.label(theme::small(words).color(cx.theme.muted));
                    note.on_hover_text(why);
                    icon.show(ui, 12.0, cx.theme.muted);
                    ui.add(egui::Label::new(theme::strong(title).color(cx.theme.text)).truncate());
                });
            });
        });
}

/// The faults of the practice server that issued the token, while its key is not at hand.
fn issuer_at_hand(cx: &Cx<'_>, view: &TokenView) -> Option<Faults> {
    let forged = cx.model.forge.forged.as_ref()?;
    if forged.with.signing.is_some() || forged.basis.raw != view.token.raw {
        return None;
    }
    let issuer = view.token.claim_text("iss")?;
    cx.model
        .practice
        .iter()
        .find_map(|(faults, server)| match server {
            Practice::Running(info) if info.issuer == issuer => Some(faults.clone()),
            _ => None,
        })
}

/// Whose signature what is forged will have.
fn signer(cx: &Cx<'_>) -> (Icon, &'static str, &'static str) {
    let Some(forged) = &cx.model.forge.forged else {
        return (Icon::Clock, "making", "The forgeries are being made.");
    };
    if forged.with.signing.is_some() {
        (
            Icon::Key,
            "issuer's key",
            "The issuer's private key is in the tray: what is forged is signed with it, so that only the change itself is wrong.",
        )
    } else {
        (
            Icon::Lock,
            "signature kept",
            "The issuer's private key is not in the tray: where a claim is changed, the signature stays and no longer fits. A server that refuses it may have looked at the signature alone. Import the key of your own issuer to test each check by itself.",
        )
    }
}

/// Asks before anything is sent to another machine.
fn question(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(plan) = cx.model.forge.asks.clone() else {
        return;
    };
    egui::Frame::new()
        .inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
        .show(ui, |ui| {
            widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.label(
                    theme::strong(match plan.count() {
                        1 => format!("Send 1 request to {}?", escape(&plan.target.foreign_hosts())),
                        n => format!("Fire {n} requests at {}?", escape(&plan.target.foreign_hosts())),
                    })
                    .color(cx.theme.high),
                );
                ui.add(
                    egui::Label::new(format!(
                        "Not on this machine. At {} a second it takes {}. Fire only at servers that you may test.",
                        plan.pace.per_second,
                        took(&plan),
                    ))
                    .wrap(),
                );
                ui.add_space(space::XS);
                ui.horizontal(|ui| {
                    if widgets::primary(ui, Some(Icon::Play), "Fire").clicked() {
                        cx.push(forge::Command::ConfirmFire(true));
                    }
                    if ui.button("Cancel").clicked() {
                        cx.push(forge::Command::ConfirmFire(false));
                    }
                });
            });
        });
}

/// How long firing takes at least, in words.
fn took(plan: &crate::attack::fire::Plan) -> String {
    let seconds = plan.count() as u64 * plan.pace.pause() / 1000;
    match seconds {
        0..2 => "a moment".into(),
        2..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}

fn forgeries(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let Some(forged) = cx.model.forge.forged.clone() else {
        let line = if forge::is_preparing(cx.model) {
            "Making the forgeries of this token."
        } else {
            "The forgeries of this token could not be made."
        };
        widgets::empty(ui, line, |ui| {
            if forge::is_preparing(cx.model) {
                ui.spinner();
            } else if ui.button("Try again").clicked() {
                cx.push(view::Command::Show(View::FORGE));
            }
        });
        return;
    };
    columns(
        ui,
        cx,
        0.42,
        (260.0, 460.0),
        |ui, cx| list::ui(ui, cx, id, &forged),
        |ui, cx| detail::ui(ui, cx, id, &forged),
    );
}
