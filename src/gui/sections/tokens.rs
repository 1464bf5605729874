//! Tokens as lines that select them, and the menus that copy a token or make a new one.

use egui::Ui;
use serde_json::Value;

use crate::{
    app::{analysis::TokenView, session::Selection, token, view},
    gui::{
        context::Cx,
        icons::{self, Icon},
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::{ids::TokenId, text::escape},
    token::{
        snippet::{self, Language},
        template::Template,
    },
};

/// The tokens of some hops, each a line that selects it.
pub fn tokens<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, title: &str, hops: &[usize]) {
    ui.add_space(space::S);
    widgets::section(ui, title, &hops.len().to_string());
    let evidence = std::sync::Arc::clone(&cx.model.analysis.evidence);
    for (n, &hop) in hops.iter().enumerate() {
        if n >= 40 {
            ui.label(theme::small(format!("and {} more", hops.len() - n)).color(cx.theme.muted));
            break;
        }
        let Some(hop) = evidence.hops.get(hop) else {
            continue;
        };
        token_row(ui, cx, hop.token_id, &hop.name);
    }
}

fn token_row<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, id: Option<TokenId>, name: &str) {
    let Some(id) = id else {
        ui.label(escape(name));
        return;
    };
    let view = cx.model.analysis.tokens.get(&id);
    let severity = view.and_then(|v| v.severity);
    let audience = view.map_or_else(String::new, |v| v.principal.audience_short());
    let selected = matches!(&cx.model.session.selection, Selection::Token(t) if *t == id);
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), 28.0), egui::Sense::click());
    let theme = cx.theme;
    let spoken = format!(
        "{}, {}, {}",
        escape(name),
        audience,
        severity.map_or("no findings", |s| s.name())
    );
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, &spoken));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter_at(rect);
        if selected {
            painter.rect_filled(rect, 4, theme.accent_surface);
        } else if response.hovered() {
            painter.rect_filled(rect, 4, theme.raised);
        }
        let icon = egui::Rect::from_center_size(
            egui::pos2(rect.left() + 12.0, rect.center().y),
            egui::Vec2::splat(11.0),
        );
        match severity {
            Some(severity) => icons::severity(&painter, icon, severity, theme),
            None => Icon::Check.paint(&painter, icon.expand(2.0), theme.good),
        }
        let inner = rect.shrink2(egui::vec2(8.0, 0.0));
        let split = inner.left() + inner.width() * 0.5;
        crate::gui::canvas::paint::text_left(
            &painter,
            egui::Rect::from_min_max(
                egui::pos2(inner.left() + 18.0, rect.top()),
                egui::pos2(split, rect.bottom()),
            ),
            &escape(name),
            egui::FontId::proportional(13.0),
            theme.text,
        );
        let galley = crate::gui::canvas::paint::line(
            &painter,
            &audience,
            egui::FontId::proportional(11.0),
            theme.muted,
            inner.right() - split - 8.0,
        );
        painter.galley(
            egui::pos2(
                inner.right() - galley.size().x,
                rect.center().y - galley.size().y / 2.0,
            ),
            galley,
            theme.muted,
        );
    }
    widgets::focus_ring(ui, &response);
    if response.double_clicked() {
        cx.ask(WindowRequest::ShowToken(id));
    } else if response.clicked() {
        cx.push(view::Command::Select(Selection::Token(id)));
    }
}

/// The items of a menu that copy a token in one form or another.
pub fn copy_items<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, view: &TokenView) {
    let raw = view.token.raw.to_string();
    let claims = view.token.claims.as_ref().map(|j| pretty(&j.value));
    let disclosed = view.token.disclosed.as_ref().map(|sd| pretty(&sd.claims));
    let header = view.token.header.as_ref().map(|j| pretty(&j.value));
    let mut items = vec![
        ("Copy token", Some(raw.clone()), "Token"),
        (
            "Copy as header line",
            Some(snippet::header_line(&view.token)),
            "Header line",
        ),
        ("Copy claims as JSON", claims, "Claims"),
        (
            "Copy disclosed claims as JSON",
            disclosed,
            "Disclosed claims",
        ),
        ("Copy header as JSON", header, "Header"),
    ];
    items.push((
        "Copy as cURL",
        Some(snippet::curl(&view.token)),
        "cURL command",
    ));
    for (label, text, what) in items {
        if let Some(text) = text
            && widgets::menu_item(ui, label, "").clicked()
        {
            cx.ask(WindowRequest::Copy(text, what.into()));
            ui.close();
        }
    }
    ui.separator();
    ui.label(theme::small("Program that verifies it").color(cx.theme.muted));
    for language in Language::ALL {
        match snippet::program(&view.token, language) {
            Ok(text) => {
                if widgets::menu_item(ui, language.label(), "").clicked() {
                    cx.ask(WindowRequest::Copy(
                        text,
                        format!("{} program", language.label()),
                    ));
                    ui.close();
                }
            }
            Err(why) => {
                ui.add_enabled_ui(false, |ui| widgets::menu_item(ui, language.label(), ""))
                    .response
                    .on_disabled_hover_text(why.to_string());
            }
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// The items of a menu that makes a token from nothing.
pub fn new_items<S>(ui: &mut Ui, cx: &mut Cx<'_, S>) {
    for template in Template::ALL {
        if widgets::menu_item(ui, template.label(), "")
            .on_hover_text(template.source())
            .clicked()
        {
            cx.push(token::Command::New(template));
            ui.close();
        }
    }
}
