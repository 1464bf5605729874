//! The token tray: every token by chain and hop, what it is, who it speaks for, its state and its life.

use std::sync::Arc;

use egui::{
    Align2, CornerRadius, FontFamily, FontId, Key, Rect, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextFormat, TextWrapping},
    vec2,
};

use super::inspector_token;
use crate::{
    app::{
        Command,
        analysis::{Analysis, TokenView},
        session::{Selection, View},
    },
    gui::{
        Ask, Cx, icons,
        theme::{self, RADIUS, space},
        widgets::{
            self,
            life::{self, Life},
            state::TokenState,
        },
    },
    kit::{
        ids::TokenId,
        text::{escape, shorten},
    },
};

const ROW: f32 = 60.0;
const HEADING: f32 = 30.0;
const FOOT: f32 = 84.0;

/// What the tray keeps between frames.
#[derive(Default)]
pub struct State {
    /// Rows of the analysis that they were made from.
    rows: Option<Rows>,
    /// The token that the tray last scrolled to.
    seen: Option<TokenId>,
}

/// The rows of one analysis, each with its place.
struct Rows {
    analysis: Arc<Analysis>,
    list: Vec<(f32, Row)>,
    height: f32,
}

#[derive(Clone, Copy)]
enum Row {
    Heading(usize),
    Token(TokenId),
}

impl Row {
    fn height(self) -> f32 {
        match self {
            Self::Heading(_) => HEADING,
            Self::Token(_) => ROW,
        }
    }
}

/// Draws the tray.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let analysis = Arc::clone(&cx.model.analysis);
    let full = ui.available_rect_before_wrap();
    let foot = Rect::from_min_max(pos2(full.left(), full.bottom() - FOOT), full.max);
    let list = Rect::from_min_max(full.min, pos2(full.right(), foot.top()));
    if analysis.tokens.is_empty() {
        ui.scope_builder(
            egui::UiBuilder::new().max_rect(list.shrink(space::M)),
            |ui| {
                widgets::empty(
                    ui,
                    "Tokens that you paste, and those of your chains, stand here.",
                    |ui| {
                        if ui.button("Run the sample chain").clicked() {
                            cx.push(Command::RunSample("sample".into()));
                        }
                    },
                );
            },
        );
    } else {
        ui.scope_builder(egui::UiBuilder::new().max_rect(list), |ui| {
            rows(ui, cx, &analysis);
        });
    }
    drop_zone(ui, cx, foot.shrink(space::M));
    ui.advance_cursor_after_rect(full);
}

fn rows(ui: &mut Ui, cx: &mut Cx<'_>, analysis: &Arc<Analysis>) {
    let fresh = cx
        .view
        .tray
        .rows
        .as_ref()
        .is_none_or(|r| !Arc::ptr_eq(&r.analysis, analysis));
    if fresh {
        let mut y = 0.0;
        let mut rows = Vec::new();
        for (n, group) in analysis.tray.iter().enumerate() {
            // The only group of an ordinary tray needs no heading: the panel has one.
            let alone = analysis.tray.len() == 1 && group.chain.is_none();
            let entries = (!alone)
                .then_some(Row::Heading(n))
                .into_iter()
                .chain(group.tokens.iter().copied().map(Row::Token));
            for row in entries {
                rows.push((y, row));
                y += row.height();
            }
        }
        cx.view.tray.rows = Some(Rows {
            analysis: Arc::clone(analysis),
            list: rows,
            height: y,
        });
    }
    let selected = chosen(cx);
    let scroll_to = (cx.view.tray.seen != selected)
        .then_some(selected)
        .flatten();
    cx.view.tray.seen = selected;
    let Some(Rows {
        list: rows, height, ..
    }) = cx.view.tray.rows.take()
    else {
        return;
    };
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    ScrollArea::vertical()
        .id_salt("tray")
        .auto_shrink(false)
        .show_viewport(ui, |ui, viewport| {
            ui.set_height(height);
            let origin = ui.max_rect().min;
            let width = ui.max_rect().width();
            let first = rows
                .partition_point(|(y, row)| y + row.height() < viewport.top())
                .saturating_sub(1);
            let mut counts = false;
            for (y, row) in rows[first..]
                .iter()
                .take_while(|(y, _)| *y <= viewport.bottom())
            {
                let rect = Rect::from_min_size(origin + vec2(0.0, *y), vec2(width, row.height()));
                match row {
                    Row::Heading(n) => heading(ui, cx, analysis, *n, rect),
                    Row::Token(id) => {
                        if let Some(view) = analysis.tokens.get(id) {
                            counts |= token(ui, cx, *id, view, rect, selected == Some(*id));
                        }
                    }
                }
            }
            if counts {
                cx.tick(ui.ctx());
            }
            if let Some(id) = scroll_to
                && let Some((y, row)) = rows
                    .iter()
                    .find(|(_, r)| matches!(r, Row::Token(t) if *t == id))
            {
                let rect = Rect::from_min_size(origin + vec2(0.0, *y), vec2(width, row.height()));
                if !viewport.contains(pos2(0.0, *y)) || !viewport.contains(pos2(0.0, y + ROW)) {
                    ui.scroll_to_rect(rect, None);
                }
            }
        });
    cx.view.tray.rows = Some(Rows {
        analysis: Arc::clone(analysis),
        list: rows,
        height,
    });
}

/// The token that is selected, itself or by one of its claims.
fn chosen(cx: &Cx<'_>) -> Option<TokenId> {
    match &cx.model.session.selection {
        Selection::Token(id) | Selection::Claim(id, _) => Some(*id),
        _ => (cx.model.session.view == View::Token)
            .then_some(cx.model.session.token)
            .flatten(),
    }
}

fn heading(ui: &mut Ui, cx: &Cx<'_>, analysis: &Analysis, n: usize, rect: Rect) {
    let Some(group) = analysis.tray.get(n) else {
        return;
    };
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(Rect::from_min_max(
                pos2(rect.left() + space::M, rect.top() + 6.0),
                pos2(rect.right() - space::M, rect.bottom()),
            ))
            .id_salt(("heading", n)),
    );
    inner.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(theme::small(group.caption.as_str()).color(cx.theme.muted));
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let title = theme::section(&escape(&group.title), cx.theme);
                ui.add(egui::Label::new(title).truncate());
            });
        });
    });
}

/// Draws a row. Returns whether its countdown changes by itself.
fn token(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    view: &TokenView,
    rect: Rect,
    selected: bool,
) -> bool {
    let theme = cx.theme;
    let life = Life {
        from: view.iat,
        until: view.exp,
        now: cx.seconds(),
    };
    let state = TokenState::of(view, cx.seconds());
    let who = view.principal.short();
    let response = ui.interact(
        rect,
        ui.scope_id().with(("token", id.0)),
        Sense::click_and_drag(),
    );
    response.widget_info(|| {
        let worst = view
            .severity
            .map_or_else(String::new, |s| format!(", worst finding {}", s.name()));
        let label = format!(
            "{}, {}, {}, {}{worst}",
            escape(&view.title),
            escape(&who),
            state.words(),
            life.words(),
        );
        WidgetInfo::selected(Role::ListItem, true, selected, label)
    });
    response.dnd_set_drag_payload(id);
    if ui.is_rect_visible(rect) {
        paint(
            ui,
            theme,
            view,
            rect,
            selected,
            &response,
            (state, life, &who),
        );
    }
    if response.clicked() || (response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter))) {
        cx.push(Command::Select(Selection::Token(id)));
        if cx.model.session.view == View::Start {
            cx.push(Command::Show(View::Token));
        }
    }
    if response.double_clicked() {
        cx.ask(Ask::ShowToken(id));
    }
    response.context_menu(|ui| menu(ui, cx, id, view));
    life.counts_down()
}

fn paint(
    ui: &Ui,
    theme: &theme::Theme,
    view: &TokenView,
    rect: Rect,
    selected: bool,
    response: &egui::Response,
    (state, life, who): (TokenState, Life, &str),
) {
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, 0.0, theme.accent_surface);
        painter.rect_filled(
            Rect::from_min_size(rect.min, vec2(2.0, rect.height())),
            0.0,
            theme.accent,
        );
    } else if response.hovered() {
        painter.rect_filled(rect, 0.0, theme.raised);
    }
    widgets::focus_ring(ui, response);
    let left = rect.left() + space::M;
    let right = rect.right() - space::M;
    let text_left = left + 26.0;
    let line = rect.top() + 17.0;
    state.paint(
        painter,
        Rect::from_center_size(pos2(left + 8.0, line), vec2(14.0, 14.0)),
        theme,
    );
    let caption = match state {
        TokenState::Valid | TokenState::NotVerified | TokenState::ClaimsFail => life.countdown(),
        TokenState::Failed => "failed".into(),
        TokenState::OtherKey => "not its issuer".into(),
        TokenState::Edited => "edited".into(),
        TokenState::NotYet => "not yet".into(),
        TokenState::Unsupported | TokenState::Opaque => String::new(),
        other => other.words().into(),
    };
    let colour = match state {
        TokenState::Failed | TokenState::Edited | TokenState::Unsigned | TokenState::OtherKey => {
            state.colour(theme)
        }
        _ => theme.muted,
    };
    let small = FontId::new(11.0, FontFamily::Proportional);
    let mut end = painter
        .text(
            pos2(right, line),
            Align2::RIGHT_CENTER,
            caption,
            small.clone(),
            colour,
        )
        .left();
    if let Some(severity) = view.severity {
        let shape = Rect::from_center_size(pos2(end - 12.0, line), vec2(11.0, 11.0));
        icons::severity(painter, shape, severity, theme);
        end = shape.left();
    }
    let title = one_line(
        ui,
        &escape(&view.title),
        FontId::new(13.0, theme::medium()),
        theme.text,
        end - 6.0 - text_left,
    );
    painter.galley(
        pos2(text_left, line - title.size().y / 2.0),
        title,
        theme.text,
    );
    let who = one_line(
        ui,
        &escape(who),
        FontId::new(12.0, FontFamily::Proportional),
        theme.muted,
        right - text_left,
    );
    painter.galley(pos2(text_left, rect.top() + 27.0), who, theme.muted);
    if view.exp.is_some() {
        let bar = Rect::from_min_max(
            pos2(text_left, rect.top() + 49.0),
            pos2(right, rect.top() + 52.0),
        );
        life::paint(ui, bar, life);
    }
}

/// One line of text, cut with `…` at `width`.
pub fn one_line(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: egui::Color32,
    width: f32,
) -> Arc<egui::Galley> {
    let mut job = LayoutJob::single_section(
        shorten(text, 200).into_owned(),
        TextFormat::simple(font, colour),
    );
    job.wrap = TextWrapping::truncate_at_width(width.max(8.0));
    ui.ctx().fonts_mut(|f| f.layout_job(job))
}

/// What can be done with a token.
fn menu(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    ui.set_min_width(200.0);
    if widgets::menu_item(ui, "Show", "").clicked() {
        cx.ask(Ask::ShowToken(id));
        ui.close();
    }
    ui.separator();
    inspector_token::copy_items(ui, cx, view);
    ui.separator();
    if widgets::menu_item(ui, "Duplicate", "").clicked() {
        cx.push(Command::DuplicateToken(id));
        ui.close();
    }
    if view.edited && widgets::menu_item(ui, "Back to what was received", "").clicked() {
        cx.push(Command::Revert(id));
        ui.close();
    }
    if !view.evidence_only && widgets::menu_item(ui, "Delete", "").clicked() {
        cx.push(Command::DeleteToken(id));
        ui.close();
    }
}

fn drop_zone(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let theme = cx.theme;
    let response = ui.interact(rect, ui.scope_id().with("drop-zone"), Sense::click());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, "Paste or drop text with tokens"));
    let hot = response.hovered() || response.has_focus();
    let stroke = Stroke::new(1.0, if hot { theme.accent } else { theme.faint });
    let painter = ui.painter();
    let corners = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
        rect.left_top(),
    ];
    if hot {
        painter.rect(
            rect,
            CornerRadius::same(RADIUS),
            theme.raised,
            stroke,
            StrokeKind::Inside,
        );
    } else {
        painter.extend(egui::Shape::dashed_line(&corners, stroke, 4.0, 3.0));
    }
    painter.text(
        rect.center() - vec2(0.0, 9.0),
        Align2::CENTER_CENTER,
        "Paste or drop text with tokens",
        FontId::new(12.0, FontFamily::Proportional),
        theme.muted,
    );
    let keys = Rect::from_center_size(rect.center() + vec2(0.0, 12.0), vec2(44.0, 18.0));
    painter.rect_filled(keys, CornerRadius::same(4), theme.control);
    painter.text(
        keys.center(),
        Align2::CENTER_CENTER,
        "Ctrl V",
        FontId::new(11.0, FontFamily::Proportional),
        theme.muted,
    );
    if response.clicked() {
        cx.ask(Ask::Paste);
    }
}
