//! The token tray: every token by chain and hop, or filtered, sorted and grouped as one likes.

mod keys;
mod order;
mod row;
mod state;

use std::sync::Arc;

use egui::{
    Align, Align2, CornerRadius, FontFamily, FontId, Key, Layout, Rect, Role, ScrollArea, Sense,
    Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::{
    app::{
        analysis::Analysis,
        runs,
        session::{Selection, View},
        token,
    },
    gui::{
        context,
        icons::Icon,
        keyboard_focus,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::WindowRequest,
        sections::{self, severity::counted},
        theme::{self, RADIUS, space},
        widgets,
    },
    kit::{ids::TokenId, text::escape},
};
use keys::{choose, keys, place, walk};
use order::{Group, Order, Row, Sort};
use row::ROW;
use state::{Cx, Rows, TrayPanel};

const HEADING: f32 = 30.0;
const FOOT: f32 = 84.0;
/// The line with filter and order; the line that tells how many are shown or picked.
const TOOLS: f32 = 36.0;
const NOTE: f32 = 28.0;

/// So many tokens are looked through without filter and order.
const FEW: usize = 10;

fn height(row: Row) -> f32 {
    match row {
        Row::Heading(_) => HEADING,
        Row::Token(_) => ROW,
    }
}

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::side("Tokens"),
    title: "Tokens",
    spoken: "tokens",
    dock: Dock::Left,
    make: Some(|| Box::<TrayPanel>::default()),
};

impl Panel for TrayPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn beside_title(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        let tokens = cx.model.analysis.tokens.len();
        if tokens > 1 {
            let count = ui.label(theme::small(tokens.to_string()).color(cx.theme.muted));
            let words = format!("{tokens} tokens");
            count.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        }
    }

    fn head_buttons(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        let new = widgets::sized_icon_button(ui, Icon::Plus, "New token", 20.0);
        egui::Popup::menu(&new).show(|ui| sections::tokens::new_items(ui, cx));
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let analysis = Arc::clone(&cx.model.analysis);
    let full = ui.available_rect_before_wrap();
    let foot = Rect::from_min_max(pos2(full.left(), full.bottom() - FOOT), full.max);
    let mut list = Rect::from_min_max(full.min, pos2(full.right(), foot.top()));
    if analysis.tokens.is_empty() {
        ui.scope_builder(
            egui::UiBuilder::new().max_rect(list.shrink(space::M)),
            |ui| {
                let coming = cx.model.workspace.tokens.len();
                if coming > 0 {
                    let words = format!("Reading {} …", counted(coming, "token"));
                    ui.label(theme::small(words).color(cx.theme.muted));
                    return;
                }
                widgets::empty(
                    ui,
                    "Tokens that you paste, and those of your chains, stand here.",
                    |ui| {
                        if ui.button("Run the sample chain").clicked() {
                            cx.push(runs::Command::Sample("sample".into()));
                        }
                    },
                );
            },
        );
    } else {
        arrange(cx, &analysis);
        if analysis.tokens.len() > FEW || cx.state.order != Order::default() {
            let tools = Rect::from_min_max(list.min, pos2(list.right(), list.top() + TOOLS));
            list.min.y += TOOLS;
            ui.scope_builder(
                egui::UiBuilder::new().max_rect(tools.shrink2(vec2(space::M, 4.0))),
                |ui| self::tools(ui, cx),
            );
            if let Some(note) = note(cx) {
                let place = Rect::from_min_max(list.min, pos2(list.right(), list.top() + NOTE));
                list.min.y += NOTE;
                ui.scope_builder(
                    egui::UiBuilder::new().max_rect(place.shrink2(vec2(space::M, 2.0))),
                    |ui| picked(ui, cx, &note),
                );
            }
        }
        ui.scope_builder(egui::UiBuilder::new().max_rect(list), |ui| {
            rows(ui, cx, &analysis);
        });
    }
    delete(cx);
    drop_zone(ui, cx, foot.shrink(space::M));
    ui.advance_cursor_after_rect(full);
}

/// Filter and order.
fn tools(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let order = &mut cx.state.order;
        widgets::menu(ui, "Order of the tray", order.sort.words(), |ui| {
            ui.set_min_width(180.0);
            ui.label(theme::small("Sort by"));
            for sort in Sort::ALL {
                if ui
                    .selectable_label(order.sort == sort, sort.words())
                    .clicked()
                {
                    // The same again turns it round.
                    order.reverse = order.sort == sort && !order.reverse;
                    order.sort = sort;
                    ui.close();
                }
            }
            widgets::tick(ui, &mut order.reverse, "Other way round");
            ui.separator();
            ui.label(theme::small("Group by"));
            for group in Group::ALL {
                if ui
                    .selectable_label(order.group == group, group.words())
                    .clicked()
                {
                    order.group = group;
                    ui.close();
                }
            }
        });
        let width = ui.available_width();
        ui.allocate_ui(vec2(width, 26.0), |ui| {
            let field = widgets::text_field(
                ui,
                "Filter tokens",
                "Filter",
                &mut cx.state.order.filter,
                false,
            );
            if field.has_focus() && ui.input(|i| i.key_pressed(Key::Escape)) {
                cx.state.order.filter.clear();
            }
        });
    });
}

/// What there is to say about the rows.
fn note(cx: &Cx<'_>) -> Option<String> {
    let tray = &cx.state;
    let rows = tray.rows.as_ref()?;
    let behind = cx.model.analysing.is_some() && cx.model.workspace.tokens.len() > rows.total + 100;
    if behind {
        return Some(format!(
            "Reading {} …",
            counted(cx.model.workspace.tokens.len(), "token")
        ));
    }
    if tray.picked.len() > 1 {
        return Some(format!("{} picked", tray.picked.len()));
    }
    (rows.shown < rows.total).then(|| format!("{} of {} shown", rows.shown, rows.total))
}

/// The note, with what can be done with the picked ones.
fn picked(ui: &mut Ui, cx: &mut Cx<'_>, note: &str) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if cx.state.picked.len() > 1 {
            if widgets::icon_button(ui, Icon::Cross, "Pick none").clicked() {
                cx.state.picked.clear();
            }
            if ui.button("Delete").clicked() {
                cx.state.delete = true;
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(theme::small(note).color(cx.theme.muted));
        });
    });
}

/// Deletes what is picked, when it was asked for.
fn delete(cx: &mut Cx<'_>) {
    if std::mem::take(&mut cx.state.delete) {
        let picked = std::mem::take(&mut cx.state.picked);
        let ids: Vec<TokenId> = picked.into_iter().collect();
        match ids.as_slice() {
            [] => {}
            [one] => cx.push(token::Command::Delete(*one)),
            _ => cx.push(token::Command::DeleteSeveral(ids)),
        }
    }
}

/// Orders the rows anew when the analysis or the wanted order has changed.
fn arrange(cx: &mut Cx<'_>, analysis: &Arc<Analysis>) {
    let tray = &mut *cx.state;
    let known = tray
        .rows
        .as_ref()
        .is_some_and(|r| Arc::ptr_eq(&r.analysis, analysis) && r.order == tray.order);
    if known {
        return;
    }
    let arranged = order::arrange(analysis, &tray.order);
    let mut y = 0.0;
    let list = arranged
        .rows
        .into_iter()
        .map(|row| {
            let at = y;
            y += height(row);
            (at, row)
        })
        .collect();
    tray.picked.retain(|id| analysis.tokens.contains_key(id));
    tray.rows = Some(Rows {
        analysis: Arc::clone(analysis),
        order: tray.order.clone(),
        list,
        headings: arranged.headings,
        height: y,
        shown: arranged.shown,
        total: analysis.tokens.len(),
    });
}

fn rows(ui: &mut Ui, cx: &mut Cx<'_>, analysis: &Arc<Analysis>) {
    let selected = chosen(cx);
    let scroll_to = (cx.state.seen != selected).then_some(selected).flatten();
    cx.state.seen = selected;
    let Some(rows) = cx.state.rows.take() else {
        return;
    };
    if rows.shown == 0 {
        ui.add_space(space::M);
        ui.horizontal(|ui| {
            ui.add_space(space::M);
            ui.label(theme::small("No token fits the filter.").color(cx.theme.muted));
        });
    }
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    ScrollArea::vertical()
        .id_salt("tray")
        .auto_shrink(false)
        .show_viewport(ui, |ui, viewport| {
            ui.set_height(rows.height);
            let origin = ui.max_rect().min;
            let width = ui.max_rect().width();
            let first = rows
                .list
                .partition_point(|(y, row)| y + height(*row) < viewport.top())
                .saturating_sub(1);
            let below = rows
                .list
                .partition_point(|(y, _)| *y <= viewport.bottom())
                .max(first);
            // The row that has the keyboard stays a widget when it is scrolled away.
            let away = cx.state.focus.and_then(|id| place(&rows, id));
            let away = away.filter(|n| !(first..below).contains(n));
            let page = (viewport.height() / ROW).max(1.0) as usize;
            let mut changes: Option<u64> = None;
            for n in (first..below).chain(away) {
                let (y, row) = rows.list[n];
                let rect = Rect::from_min_size(origin + vec2(0.0, y), vec2(width, height(row)));
                match row {
                    Row::Heading(n) => heading(ui, cx, &rows.headings, n, rect),
                    Row::Token(id) => {
                        if let Some(view) = analysis.tokens.get(&id) {
                            let marked = selected == Some(id) || cx.state.picked.contains(&id);
                            let many = cx.state.picked.len();
                            let done = row::token(ui, cx, id, view, rect, marked, many);
                            if n < below {
                                changes = changes.into_iter().chain(done.changes).min();
                            }
                            if done.chosen {
                                choose(ui, cx, &rows, id, selected);
                            }
                            if done.focused {
                                cx.state.focus = Some(id);
                                keys(ui, cx, &rows, id);
                                walk(ui, cx, &rows, n, page);
                            } else if cx.state.focus == Some(id)
                                && !ui.memory(|m| m.has_focus(row::id(ui, id)))
                            {
                                cx.state.focus = None;
                            }
                        }
                    }
                }
            }
            cx.tick(ui.ctx(), changes);
            if let Some(id) = scroll_to
                && let Some((y, row)) = rows
                    .list
                    .iter()
                    .find(|(_, r)| matches!(r, Row::Token(t) if *t == id))
            {
                let rect = Rect::from_min_size(origin + vec2(0.0, *y), vec2(width, height(*row)));
                if !viewport.contains(pos2(0.0, *y)) || !viewport.contains(pos2(0.0, y + ROW)) {
                    ui.scroll_to_rect(rect, None);
                }
            }
            keyboard_focus::keep_in_view(ui);
        });
    cx.state.rows = Some(rows);
}

/// The token that is selected, itself or by one of its claims.
fn chosen(cx: &Cx<'_>) -> Option<TokenId> {
    match &cx.model.session.selection {
        Selection::Token(id) | Selection::Claim(id, _) => Some(*id),
        _ => (cx.model.session.view == View::TOKEN)
            .then_some(cx.model.session.token)
            .flatten(),
    }
}

fn heading(ui: &mut Ui, cx: &Cx<'_>, headings: &[(String, String)], n: usize, rect: Rect) {
    let Some((title, caption)) = headings.get(n) else {
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
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(theme::small(caption.as_str()).color(cx.theme.muted));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let title = escape(title);
                // A name that a token brings stays as it is: capitals would be another name.
                let title = match cx.state.order.group {
                    Group::Subject | Group::Issuer => {
                        theme::strong(&*title).size(12.0).color(cx.theme.muted)
                    }
                    _ => theme::section(&title, cx.theme),
                };
                ui.add(egui::Label::new(title).truncate());
            });
        });
    });
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
        if rect.width() < 204.0 {
            "Paste or drop tokens"
        } else {
            "Paste or drop text with tokens"
        },
        FontId::new(12.0, FontFamily::Proportional),
        theme.muted,
    );
    let keys = Rect::from_center_size(rect.center() + vec2(0.0, 12.0), vec2(44.0, 18.0));
    painter.rect_filled(keys, CornerRadius::same(4), theme.control);
    painter.text(
        keys.center(),
        Align2::CENTER_CENTER,
        WindowRequest::Paste.shortcut().replace('+', " "),
        FontId::new(11.0, FontFamily::Proportional),
        theme.muted,
    );
    if response.clicked() {
        cx.ask(WindowRequest::Paste);
    }
}
