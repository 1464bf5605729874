//! One forgery: what it does, what a correct server answers, what it changed.

use egui::{
    Margin, RichText, ScrollArea, Ui,
    text::{LayoutJob, TextFormat},
};

use super::{
    look::{caption, mark, tint, total, wrapped},
    state::{Cx, Mode, Selected},
};
use crate::{
    app::forge::{self, Forged, Shots, Shown},
    attack::{
        Expected, Family, Forgery, Need, catalogue,
        difference::{Mark, Part},
        hosted, named,
    },
    gui::{
        icons::Icon,
        keyboard_focus,
        request::WindowRequest,
        sections::token_text,
        theme::{self, RADIUS, Theme, space},
        widgets::{
            self,
            chips::{Mark as ChipMark, chip},
        },
    },
    kit::{
        ids::TokenId,
        text::{capital, escape, shorten},
    },
};

/// Characters of a token that can be shown at once; longer ones are shortened.
const MAX_SHOWN: usize = 3_000;

/// Draws what is selected.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, forged: &Forged) {
    ScrollArea::vertical()
        .id_salt("forgery")
        .auto_shrink(false)
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(Margin::symmetric(16, 12))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = space::S;
                    match cx.state.list.selected {
                        None => overview(ui, cx, forged),
                        Some(Selected::Family(family)) => about(ui, cx, family),
                        Some(Selected::Forgery(n)) => {
                            if let (Some(forgery), Some(made)) =
                                (catalogue().get(n), forged.made.get(n))
                            {
                                one(ui, cx, id, forgery, made);
                            }
                        }
                        Some(Selected::Stack) => stack(ui, cx, id),
                    }
                });
            keyboard_focus::keep_in_view(ui);
        });
}

fn overview(ui: &mut Ui, cx: &mut Cx<'_>, forged: &Forged) {
    let made = forged.made.iter().filter(|m| m.is_ok()).count();
    let requests = catalogue().iter().filter(|f| f.is_request()).count();
    ui.label(theme::heading("Forgeries of this token"));
    wrapped(
        ui,
        RichText::new(format!(
            "{} in all: {made} can be made of this token, {requests} forge the request around it, {} say why they cannot be made.",
            total(),
            total() - made - requests
        ))
        .color(cx.theme.muted),
    );
    wrapped(
        ui,
        "Select one to see what it changes. Put it into the tray to look at it closely, stack several, or fire them all at a server that you may test.",
    );
    ui.add_space(space::S);
    if widgets::primary(ui, Some(Icon::Play), "Choose a target").clicked() {
        cx.state.mode = Mode::Fire;
    }
}

fn about(ui: &mut Ui, cx: &mut Cx<'_>, family: &Family) {
    ui.label(theme::heading(family.title));
    wrapped(ui, family.says);
    ui.label(theme::mono(family.name).color(cx.theme.muted));
}

fn one(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    forgery: &'static Forgery,
    made: &Result<Shown, String>,
) {
    ui.label(theme::heading(plain(forgery.title)));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        chip(ui, forgery.name, ChipMark::Kept);
        chip(
            ui,
            match forgery.expected {
                Expected::Reject => "must be refused",
                Expected::Either => "either answer is right",
            },
            ChipMark::Kept,
        );
    });
    wrapped(ui, plain(forgery.mutates));
    verdict(ui, cx, forgery);
    match made {
        Ok(shown) if !forgery.is_request() => actions(ui, cx, id, forgery, shown),
        _ if forgery.is_request() => {
            super::fire::alone(ui, cx, id, "Fire this one", Shots::One(forgery));
        }
        _ => {}
    }
    ui.add_space(space::XS);
    widgets::field(ui, "Correct answer", |ui| {
        ui.add(egui::Label::new(forgery.answer).wrap())
    });
    widgets::field(ui, "If accepted", |ui| {
        ui.add(egui::Label::new(plain(forgery.means)).wrap())
    });
    widgets::field(ui, "Source", |ui| {
        ui.add(egui::Label::new(forgery.source).wrap())
    });
    if !forgery.needs.is_empty() {
        let needs: Vec<&str> = forgery.needs.iter().copied().map(Need::words).collect();
        widgets::field(ui, "Needs", |ui| {
            ui.add(egui::Label::new(needs.join(", ")).wrap())
        });
    }
    match made {
        _ if forgery.is_request() => wrapped(
            ui,
            RichText::new(
                "The request around the token is what is forged: it is made when it is fired.",
            )
            .color(cx.theme.muted),
        ),
        Ok(shown) => difference(ui, cx, shown),
        Err(why) => cannot(ui, cx, why),
    }
}

/// Code spans have no backticks on screen.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

fn cannot(ui: &mut Ui, cx: &Cx<'_>, why: &str) {
    widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            Icon::Info.show(ui, 14.0, cx.theme.high);
            wrapped(
                ui,
                format!("Cannot be made of this token: {}.", plain(&escape(why))),
            );
        });
    });
}

/// What the last target made of it.
fn verdict(ui: &mut Ui, cx: &Cx<'_>, forgery: &Forgery) {
    let Some(matrix) = &cx.model.forge.matrix else {
        return;
    };
    let Some(row) = matrix
        .rows
        .iter()
        .find(|r| r.forgery.is_some_and(|f| f.name == forgery.name))
    else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(14.0), egui::Sense::hover());
        mark(ui.painter(), rect, &row.verdict, cx.theme);
        let status = row.status.map_or(String::new(), |s| format!(", {s}"));
        ui.label(
            theme::strong(format!("{}{status}", capital(row.verdict.words())))
                .color(tint(&row.verdict, cx.theme)),
        );
        if let Some(void) = &matrix.void {
            ui.label(theme::small("void").color(cx.theme.high))
                .on_hover_text(void.as_str());
        }
    });
    if !row.said.is_empty() {
        wrapped(ui, theme::mono(row.said.as_str()).color(cx.theme.muted));
    }
}

fn actions(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, forgery: &'static Forgery, shown: &Shown) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if widgets::primary(ui, Some(Icon::Download), "Put into tray").clicked() {
            cx.push(forge::Command::Make(id, vec![forgery.name.to_string()]));
        }
        if widgets::button(ui, Icon::Copy, "Copy token").clicked() {
            cx.ask(WindowRequest::Copy(shown.made.token.clone(), "Forged token".into()));
        }
        let stack = &cx.model.forge.stack;
        let stacked = stack.iter().any(|s| *s == forgery.name);
        let (icon, words) = if stacked {
            (Icon::Minus, "Take off the stack")
        } else {
            (Icon::Plus, "Add to stack")
        };
        if widgets::button(ui, icon, words).clicked() {
            let mut names = stack.clone();
            if stacked {
                names.retain(|s| *s != forgery.name);
            } else {
                names.push(forgery.name.to_string());
            }
            cx.push(forge::Command::Stack(names));
        }
        super::fire::alone(ui, cx, id, "Fire this one", Shots::One(forgery));
        let forged = cx.model.forge.forged.clone();
        // Only for the few that lead somewhere: signing a certificate is nothing for every frame.
        let leads = matches!(&*forgery.name, "jku-own" | "jku-userinfo" | "x5u-own");
        if let Some(forged) = forged.filter(|_| leads) {
            let words = "Copy what to host";
            let why = "What a server would fetch: the forger's key set or certificate. Put it there to see whether it is trusted; set the address as Callback of the target.";
            if widgets::button(ui, Icon::Copy, words).on_hover_text(why).clicked()
                && let Some((what, text)) = hosted(forgery.name, &forged.with)
            {
                cx.ask(WindowRequest::Copy(text, capital(what)));
            }
        }
    });
}

fn stack(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let names = cx.model.forge.stack.clone();
    ui.label(theme::heading("Stack"));
    if names.is_empty() {
        wrapped(
            ui,
            "Nothing is stacked. Add forgeries to the stack one by one.",
        );
        return;
    }
    wrapped(
        ui,
        RichText::new("Each is applied to the result of the one before: claims first, then header and signature, then the way in which it is written.")
            .color(cx.theme.muted),
    );
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for name in &names {
            let title = named(name).map_or_else(|| name.clone(), |f| plain(f.title));
            if widgets::button(ui, Icon::Cross, &title)
                .on_hover_text("Take off the stack")
                .clicked()
            {
                let rest = names.iter().filter(|n| *n != name).cloned().collect();
                cx.push(forge::Command::Stack(rest));
            }
        }
    });
    let stacked = cx.model;
    match &stacked.forge.stacked {
        None => {
            ui.spinner();
        }
        Some(Err(why)) => cannot(ui, cx, why),
        Some(Ok(shown)) => {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                if widgets::primary(ui, Some(Icon::Download), "Put into tray").clicked() {
                    cx.push(forge::Command::Make(id, names.clone()));
                }
                if widgets::button(ui, Icon::Copy, "Copy token").clicked() {
                    cx.ask(WindowRequest::Copy(
                        shown.made.token.clone(),
                        "Forged token".into(),
                    ));
                }
                super::fire::alone(ui, cx, id, "Fire the stack", Shots::Stack);
                if widgets::button(ui, Icon::Trash, "Clear the stack").clicked() {
                    cx.push(forge::Command::Stack(Vec::new()));
                }
            });
            difference(ui, cx, shown);
        }
    }
}

/// The parts against the original, and the forged text.
fn difference(ui: &mut Ui, cx: &Cx<'_>, shown: &Shown) {
    ui.horizontal_wrapped(|ui| {
        caption(ui, "Difference", cx);
        ui.label(theme::small(shown.made.signed.words()).color(cx.theme.muted));
    });
    for part in &shown.parts {
        if part.changed {
            changed(ui, cx.theme, part);
        } else {
            ui.label(theme::small(format!("{} unchanged", part.name)).color(cx.theme.muted));
        }
    }
    caption(ui, "Forged token", cx);
    let text = escape(&shorten(&shown.made.token, MAX_SHOWN)).into_owned();
    let mut job = token_text::colours(&text, cx.theme);
    job.wrap.break_anywhere = true;
    egui::Frame::new()
        .fill(cx.theme.raised)
        .stroke(cx.theme.line())
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(10, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            job.wrap.max_width = ui.available_width();
            ui.add(egui::Label::new(job).wrap().selectable(true));
        });
    let length = shown.made.token.len();
    if length > MAX_SHOWN {
        ui.label(theme::small(format!("{length} characters in all")).color(cx.theme.muted));
    }
}

fn changed(ui: &mut Ui, theme: &'static Theme, part: &Part) {
    let colour = match part.name {
        "Header" => theme.token_header,
        "Payload" => theme.token_payload,
        "Signature" => theme.token_signature,
        _ => theme.text,
    };
    egui::Frame::new()
        .fill(theme.raised)
        .stroke(theme.line())
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(10, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(theme::small(part.name).color(colour));
            let mut job = LayoutJob::default();
            for (n, line) in part.lines.iter().enumerate() {
                let (sign, text, behind) = match line.mark {
                    Mark::Kept => ("  ", theme.muted, egui::Color32::TRANSPARENT),
                    Mark::Added => ("+ ", theme.good, theme.added_surface),
                    Mark::Removed => ("− ", theme.critical, theme.removed_surface),
                };
                let format = TextFormat {
                    background: behind,
                    ..TextFormat::simple(theme::mono_font(), text)
                };
                let end = if n + 1 < part.lines.len() { "\n" } else { "" };
                job.append(&format!("{sign}{}", line.text), 0.0, format.clone());
                job.append(
                    end,
                    0.0,
                    TextFormat {
                        background: egui::Color32::TRANSPARENT,
                        ..format
                    },
                );
            }
            job.wrap.max_width = ui.available_width();
            job.wrap.break_anywhere = true;
            ui.add(egui::Label::new(job).wrap().selectable(true));
        });
}
