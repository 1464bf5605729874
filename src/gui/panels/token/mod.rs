//! The token view: who acts for whom, the verdict, the text, and header and claims as typed rows.

mod add;
mod assertion;
mod binding;
mod bound;
mod cards;
pub mod claim;
mod details;
mod disclosed;
mod editors;
mod encrypted;
mod field_guide;
mod hex;
pub mod history;
pub mod inspect;
mod moment;
mod raw;
mod rows;
mod signatures;
mod state;
mod steps;
mod text;

use std::{collections::HashMap, sync::Arc};

use egui::{Align, Layout, Margin, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::{
    app::{
        analysis::{Analysis, TokenView},
        practice, servers,
        session::{Selection, View},
        token,
    },
    gui::{
        context,
        icons::{self, Icon},
        keyboard_focus,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::{Dialog, PanelRequest, WindowRequest},
        sections::{server::check_issuer, tokens::new_items},
        theme::{self, space},
        times::local,
        widgets::{
            self,
            life::{self, Life},
            state::TokenState,
        },
    },
    kit::{
        ids::TokenId,
        text::{escape, excerpt},
    },
    token::{
        Form,
        craft::Part,
        validate::{KeyOwner, Signature},
    },
};
use state::{Cx, Mode, Notes, TokenPanel};

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::main(View::TOKEN),
    title: "Token",
    spoken: "token",
    dock: Dock::Main,
    make: Some(|| Box::<TokenPanel>::default()),
};

impl Panel for TokenPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn inspect(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>, selection: &Selection) -> bool {
        let mut cx = cx.with(self);
        match selection {
            Selection::Token(id) => inspect::ui(ui, &mut cx, *id),
            Selection::Claim(id, pointer) => claim::ui(ui, &mut cx, *id, pointer),
            _ => return false,
        }
        true
    }

    fn take(&mut self, request: &PanelRequest, cx: &mut context::Cx<'_>) {
        if let PanelRequest::GenerateAndSign(token, alg) = request {
            inspect::generate_and_sign(&mut cx.with(self), *token, alg);
        }
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let analysis = Arc::clone(&cx.model.analysis);
    let found = analysis.in_front(&cx.model.session);
    let Some((id, view)) = found else {
        widgets::empty(
            ui,
            "No token is open. Paste one, or choose one in the tray.",
            |ui| {
                if widgets::button(ui, Icon::Paste, "Paste a token").clicked() {
                    cx.ask(WindowRequest::Paste);
                }
                widgets::menu(ui, "New token", "New token", |ui| new_items(ui, cx));
            },
        );
        return;
    };
    if cx.state.token != Some(id) {
        cx.state.token = Some(id);
        cx.state.heights.clear();
        cx.state.choose_signature(0);
    }
    encrypted::follow_generated(cx);
    gather(cx, &analysis, id, view);
    ScrollArea::vertical()
        .id_salt("token")
        .auto_shrink(false)
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(Margin {
                    left: 20,
                    right: 20,
                    top: 14,
                    bottom: 24,
                })
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = space::M;
                    sentence(ui, cx, view);
                    cards::ui(ui, cx, id, view);
                    if view.token.form == Form::Jwe {
                        encrypted::ui(ui, cx, id, view);
                    } else {
                        banner(ui, cx, id, view);
                        steps::ui(ui, cx, view);
                    }
                    raw::ui(ui, cx, id, view);
                    lifetime(ui, cx, &analysis, view);
                    problems(ui, cx, view);
                    if let Some(saml) = &view.token.saml {
                        assertion::ui(ui, cx, saml);
                    }
                    if view.token.claims.is_some()
                        || view.token.header.is_some()
                        || view.token.payload_bytes.is_some()
                    {
                        switch(ui, cx);
                        let header = signatures::part(cx, view);
                        match cx.state.mode {
                            Mode::Rows => {
                                // What is encrypted is no claims, not broken ones.
                                if view.token.form != Form::Jwe {
                                    rows::ui(ui, cx, id, view, Part::Payload);
                                }
                                signatures::ui(ui, cx, id, view);
                                rows::ui(ui, cx, id, view, header);
                                binding::ui(ui, cx, id, view);
                            }
                            Mode::Json => {
                                if view.token.form != Form::Jwe {
                                    text::ui(ui, cx, id, view, Part::Payload);
                                }
                                signatures::ui(ui, cx, id, view);
                                text::ui(ui, cx, id, view, header);
                                signatures::protected_only(ui, cx, view);
                            }
                            Mode::Bytes => {
                                hex::ui(ui, cx, id, view, Part::Payload);
                                signatures::ui(ui, cx, id, view);
                                hex::ui(ui, cx, id, view, header);
                                signatures::protected_only(ui, cx, view);
                            }
                        }
                    }
                });
            keyboard_focus::keep_in_view(ui);
        });
}

/// Sorts the findings of this token by the member that they are about.
fn gather(cx: &mut Cx<'_>, analysis: &Arc<Analysis>, id: TokenId, view: &TokenView) {
    let known = cx
        .state
        .notes
        .as_ref()
        .is_some_and(|n| n.token == id && Arc::ptr_eq(&n.analysis, analysis));
    if known {
        return;
    }
    let mut at: HashMap<(Part, String), Vec<usize>> = HashMap::new();
    for (n, finding) in analysis.report.findings.iter().enumerate() {
        if finding.hop == view.hop {
            let (part, path) = match finding.claim.strip_prefix("header") {
                Some(rest) if rest.is_empty() || rest.starts_with(['.', '/']) => {
                    (Part::Header, rest)
                }
                _ => (Part::Payload, finding.claim.as_str()),
            };
            let name = path
                .trim_start_matches(['.', '/'])
                .split(['.', '/'])
                .next()
                .unwrap_or("");
            at.entry((part, name.to_owned())).or_default().push(n);
        }
    }
    for list in at.values_mut() {
        list.sort_by_key(|n| std::cmp::Reverse(analysis.report.findings[*n].severity));
    }
    cx.state.notes = Some(Notes {
        analysis: Arc::clone(analysis),
        token: id,
        at,
    });
}

fn sentence(ui: &mut Ui, cx: &Cx<'_>, view: &TokenView) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal(|ui| {
            ui.label(theme::small(view.token.kind.label()).color(cx.theme.muted));
            if let Some(severity) = view.severity {
                icons::severity_icon(ui, severity, 10.0);
                ui.label(theme::small(severity.name()).color(cx.theme.severity(severity)));
            }
        });
        ui.add(
            egui::Label::new(theme::heading(view.principal.authoritative.as_str()))
                .selectable(true)
                .wrap(),
        );
        if !view.principal.information.is_empty() {
            ui.add(
                egui::Label::new(
                    RichText::new(view.principal.information.as_str()).color(cx.theme.muted),
                )
                .selectable(true)
                .wrap(),
            );
        }
    });
}

fn banner(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    let theme = cx.theme;
    let state = TokenState::of(view, cx.seconds());
    let (surface, colour) = match state {
        TokenState::Valid => (theme.added_surface, theme.good),
        TokenState::Failed => (theme.removed_surface, theme.critical),
        TokenState::Edited
        | TokenState::Unsigned
        | TokenState::OtherKey
        | TokenState::WeakKey
        | TokenState::MalformedKey
        | TokenState::ClaimsFail => (theme.warn_surface, theme.high),
        TokenState::Expired | TokenState::NotYet if view.verdict.signature == Signature::Valid => {
            (theme.warn_surface, theme.high)
        }
        _ => (theme.raised, theme.text),
    };
    let signer = view.verdict.signer();
    let words = match state {
        TokenState::Valid if signer == Some(KeyOwner::Issuer) => {
            "Signature valid, by a key of its issuer"
        }
        TokenState::Valid if signer == Some(KeyOwner::Brought) => {
            "Signature valid, by the key that the proof brings"
        }
        TokenState::Valid => "Signature valid, by a key you gave",
        TokenState::OtherKey => "Signature valid, but not by a key of its issuer",
        TokenState::WeakKey => "Signature valid, but its key is too weak",
        TokenState::MalformedKey => "Signature valid, but its key is malformed",
        TokenState::Failed => "Signature failed",
        TokenState::Edited => "Edited, unsigned",
        TokenState::Unsigned => "Unsigned",
        TokenState::ClaimsFail if view.verdict.claims_problems.is_empty() => {
            "Issuer's signature valid, what is presented is not"
        }
        TokenState::ClaimsFail => "Signature valid, claims do not hold",
        TokenState::Expired if view.verdict.signature == Signature::Valid => {
            "Signature valid, expired"
        }
        TokenState::NotYet if view.verdict.signature == Signature::Valid => {
            "Signature valid, not yet valid"
        }
        TokenState::Expired | TokenState::NotYet | TokenState::NotVerified => "Not verified",
        TokenState::Unsupported => "Not verified: algorithm not supported",
        TokenState::Opaque => "Nothing to verify here",
    };
    widgets::banner(surface).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if state != TokenState::Opaque {
                    inspect::sign_menu(ui, cx, id, view);
                }
                if view.edited && ui.button("Back to what was received").clicked() {
                    cx.push(token::Command::Revert(id));
                }
                if view.verdict.signature == Signature::NoKey && !view.edited {
                    get_key(ui, cx, view);
                }
                ui.with_layout(
                    Layout::left_to_right(Align::Center).with_main_wrap(true),
                    |ui| {
                        let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
                        state.paint(ui.painter(), rect, theme);
                        let label = ui.label(theme::strong(words).color(colour));
                        label.widget_info(|| WidgetInfo::labeled(Role::Status, true, words));
                        let reason = if view.edited {
                            "The signature is of the text before the edit.".to_owned()
                        } else if view.verdict.signature == Signature::NoKey
                            && practice::is_of_earlier_start(cx.model, id)
                        {
                            EARLIER.to_owned()
                        } else {
                            reason(view)
                        };
                        ui.add(
                            egui::Label::new(theme::prose(&escape(&reason), 13.0, theme.text))
                                .selectable(true)
                                .wrap(),
                        );
                        steps::link(ui, cx, view);
                    },
                );
            });
        });
        if !view.edited {
            let verdict = &view.verdict;
            let refused = verdict.presentation_problems.iter();
            for problem in verdict.claims_problems.iter().chain(refused) {
                ui.horizontal_top(|ui| {
                    ui.add_space(24.0);
                    let text = theme::prose(&escape(problem), 13.0, theme.text);
                    ui.add(egui::Label::new(text).selectable(true).wrap());
                });
            }
        }
    });
}

/// The ways to a key that verifies. Keys of the issuer are fetched once the user has said so in the form
/// that shows whom: nothing is fetched because a token names it.
fn get_key(ui: &mut Ui, cx: &mut Cx<'_>, view: &TokenView) {
    let issuer = view.token.claim_text("iss").unwrap_or_default();
    let Ok(issuer) = check_issuer(issuer) else {
        if ui.button("Add a key…").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Keys));
        }
        return;
    };
    let servers = &cx.model.workspace.servers;
    let known = servers.iter().find(|s| s.issuer == issuer).map(|s| s.id);
    let (_, host) = issuer.split_once("://").unwrap_or(("", &issuer));
    let host = excerpt(host, 40);
    widgets::menu(ui, "Get a key", "Get a key", |ui| {
        let words = match known {
            Some(_) => format!("Fetch the keys of {host} again"),
            None => format!("Fetch the keys of {host}…"),
        };
        if widgets::menu_item(ui, &words, "").clicked() {
            match known {
                Some(server) => cx.push(servers::Command::Refresh(server)),
                None => cx.ask(WindowRequest::Connect(issuer.clone())),
            }
            ui.close();
        }
        if widgets::menu_item(ui, "Import or generate…", "").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Keys));
            ui.close();
        }
    });
}

/// Of a token whose practice server has ended with its keys.
const EARLIER: &str = "A practice server of an earlier start issued it, and its keys ended with it. \
                       That says nothing against the token: run the chain again for one that verifies.";

/// The verdict's reason, with the key that decided unless the reason names it.
fn reason(view: &TokenView) -> String {
    let mut reason = view.verdict.reason.clone();
    if let Some(key) = &view.verdict.key
        && !reason.contains(&key.from)
    {
        let kid = key
            .kid
            .as_ref()
            .map_or_else(String::new, |kid| format!("key {kid} "));
        reason = format!("{reason} ({kid}from {})", key.from);
    }
    reason
}

fn lifetime(ui: &mut Ui, cx: &Cx<'_>, analysis: &Analysis, view: &TokenView) {
    if view.iat.is_none() && view.exp.is_none() {
        return;
    }
    let theme = cx.theme;
    let now = cx.seconds();
    let life = Life {
        from: view.iat,
        until: view.exp,
        now,
    };
    cx.tick(ui.ctx(), life.words_change());
    let parent_end = analysis
        .evidence
        .hops
        .get(view.hop)
        .and_then(|hop| hop.parent)
        .and_then(|parent| analysis.evidence.hops.get(parent))
        .and_then(|hop| crate::token::claims::numeric_date(&hop.token, "exp"));
    ui.horizontal(|ui| {
        ui.label(RichText::new("Life").color(theme.muted));
        let mut words = match (view.iat, view.exp) {
            (Some(from), Some(until)) => {
                format!("{} – {}", local(cx, from, now), local(cx, until, now))
            }
            (None, Some(until)) => format!("until {}", local(cx, until, now)),
            (Some(from), None) => format!("from {}", local(cx, from, now)),
            (None, None) => String::new(),
        };
        words = format!("{words} · {}", life.words());
        if let Some(end) = parent_end {
            words = format!("{words} · parent ends {}", local(cx, end, now));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(words).color(theme.muted));
            ui.add_space(space::S);
            let bar = life::bar(ui, life, 5.0);
            if let (Some(end), Some(from), Some(until)) = (parent_end, view.iat, view.exp)
                && until > from
            {
                let part = (end.saturating_sub(from)) as f32 / (until.saturating_sub(from)) as f32;
                if (0.0..=1.0).contains(&part) {
                    let x = bar.rect.left() + bar.rect.width() * part;
                    ui.painter().vline(
                        x,
                        bar.rect.y_range().expand(4.0),
                        egui::Stroke::new(2.0, theme.high),
                    );
                }
            }
        });
    });
}

/// What the reader of the token's text should know.
fn problems(ui: &mut Ui, cx: &Cx<'_>, view: &TokenView) {
    for problem in &view.token.problems {
        ui.horizontal_top(|ui| {
            Icon::Warning.show(ui, 14.0, cx.theme.high);
            ui.add(
                egui::Label::new(theme::prose(
                    &format!("{}: {}", problem.part, escape(&problem.message)),
                    13.0,
                    cx.theme.text,
                ))
                .selectable(true)
                .wrap(),
            );
        });
    }
}

/// Rows or JSON.
fn switch(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal(|ui| {
        ui.label(theme::section("Claims and header", cx.theme));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (mode, name) in [
                (Mode::Bytes, "Bytes"),
                (Mode::Json, "JSON"),
                (Mode::Rows, "Rows"),
            ] {
                let on = cx.state.mode == mode;
                if ui.add(egui::Button::selectable(on, name)).clicked() {
                    cx.state.mode = mode;
                }
            }
        });
    });
}
