//! Timeline: the lives of all tokens on one axis, with the moment as a line through them.

mod lives;

use std::sync::Arc;

use egui::{Align2, CornerRadius, FontId, Pos2, Rangef, Rect, RichText, Stroke, Ui, pos2};

use crate::{
    app::{analysis::TokenView, session::Selection, view},
    gui::{
        context,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::WindowRequest,
        sections::severity::counted,
        theme::{self, Theme, space},
        times,
        widgets::{
            self,
            rows::{self, Cell, Column, fixed, wide},
        },
    },
    kit::text::escape,
};
use lives::{Axis, Lives, Span};

const COLUMNS: [Column; 3] = [
    wide("Token", 150.0, 0.6),
    wide("", 160.0, 2.0),
    fixed("Ends", 92.0),
];
/// Height of a bar.
const BAR: f32 = 8.0;
/// Room that a time needs on the axis.
const LABEL: f32 = 74.0;

/// The panel: what it keeps between frames.
#[derive(Default)]
pub struct TimelinePanel {
    rows: rows::TableState,
    lives: Lives,
}

/// What is drawn with in this panel.
type Cx<'a> = context::Cx<'a, TimelinePanel>;

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::side("Timeline"),
    title: "Timeline",
    spoken: "timeline",
    dock: Dock::Below,
    make: Some(|| Box::<TimelinePanel>::default()),
};

impl Panel for TimelinePanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let analysis = Arc::clone(&cx.model.analysis);
    cx.state.lives.follow(&analysis);
    let spans = Arc::clone(&cx.state.lives.spans);
    if spans.is_empty() {
        let line = if cx.state.lives.unread > 0 {
            "When these tokens begin and end cannot be read: only their issuer knows."
        } else {
            "When each token begins and ends shows here as soon as there are tokens."
        };
        widgets::empty(ui, line, |_| {});
        return;
    }
    let now = cx.seconds();
    let axis = cx.state.lives.axis.with(now);
    let spacing = ui.spacing().item_spacing;
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, cx, &spans, axis);
    widgets::hairline(ui);
    ui.spacing_mut().item_spacing = spacing;
    let top = ui.cursor().top();
    let selected = match cx.model.session.selection {
        Selection::Token(id) | Selection::Claim(id, _) => spans.iter().position(|s| s.id == id),
        _ => None,
    };
    let view_of = |n: usize| analysis.tokens.get(&spans[n].id);
    let mut state = std::mem::take(&mut cx.state.rows);
    let (mut along, mut changes) = (None, None);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "timeline",
            columns: &COLUMNS,
            rows: spans.len(),
            selected,
            tail: false,
            height: rows::ROW,
        },
        |n| view_of(n).map_or_else(String::new, |view| spoken(cx, view, &spans[n])),
        |cell| {
            let (span, Some(view)) = (&spans[cell.row], view_of(cell.row)) else {
                return;
            };
            let life = span.life(now);
            match cell.column {
                0 => {
                    let indent = "   ".repeat(usize::from(span.depth));
                    cell.text(&format!("{indent}{}", who(view)), cell.theme.text);
                }
                1 => {
                    along = Some(cell.rect.x_range());
                    bar(cell, span, axis, now);
                }
                _ => {
                    let soon = life.left().is_some_and(|left| left > 0.0 && left < 0.1);
                    let colour = if soon {
                        cell.theme.high
                    } else {
                        cell.theme.muted
                    };
                    let words = life.countdown();
                    cell.text(if words.is_empty() { "never" } else { &words }, colour);
                    changes = [changes, life.countdown_changes()]
                        .into_iter()
                        .flatten()
                        .min();
                }
            }
        },
    );
    cx.state.rows = state;
    if let Some(along) = along {
        labels(ui, cx, axis, along, top);
    }
    cx.tick(ui.ctx(), changes);
    if let Some(n) = done.opened {
        cx.ask(WindowRequest::ShowToken(spans[n].id));
    } else if let Some(n) = done.selected {
        cx.push(view::Command::Select(Selection::Token(spans[n].id)));
    }
}

/// How many are alive, and what the moment is where the axis does not reach it.
fn head(ui: &mut Ui, cx: &Cx<'_>, spans: &[Span], axis: Axis) {
    let now = cx.seconds();
    let alive = spans.iter().filter(|s| s.is_alive(now)).count();
    let mut words = format!("{}, {alive} alive now", counted(spans.len(), "token"));
    if cx.state.lives.unread > 0 {
        let more = counted(cx.state.lives.unread, "token");
        words = format!("{words}; of {more} more the life cannot be read");
    }
    if !axis.holds(now) {
        let side = if now < axis.from { "before" } else { "after" };
        words = format!(
            "{words}, which is {side} what is shown: {}",
            times::full(cx, now)
        );
    }
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, 5))
        .show(ui, |ui| {
            ui.label(RichText::new(words).color(cx.theme.muted));
        });
}

/// Whom a token speaks for; what it is where it says no name.
fn who(view: &TokenView) -> String {
    if view.principal.subject.is_some() {
        escape(&view.principal.short()).into_owned()
    } else {
        escape(&view.title).into_owned()
    }
}

/// A row for the screen reader.
fn spoken(cx: &Cx<'_>, view: &TokenView, span: &Span) -> String {
    let now = cx.seconds();
    let mut words = format!("{}, {}", escape(&view.title), who(view));
    for (name, at) in [("from", span.from), ("until", span.until)] {
        if let Some(at) = at {
            words = format!("{words}, {name} {}", times::local(cx, at, now));
        }
    }
    words = format!("{words}, {}", span.life(now).words());
    if let Some(begins) = span.not_before.filter(|begins| *begins > now) {
        words = format!("{words}, valid {}", times::relative(begins, now));
    }
    if let Some(over) = span.outlives() {
        words = format!("{words}, outlives its parent by {over}");
    }
    words
}

/// A life along the axis: what is used in grey, what is left in the accent, open where it has no end.
fn bar(cell: &Cell<'_>, span: &Span, axis: Axis, now: i64) {
    let (theme, along) = (cell.theme, cell.rect.x_range());
    let y = cell.rect.center().y;
    let x = |at: i64| axis.place(at, along);
    for at in axis.steps(along.span() / LABEL) {
        line(
            cell,
            x(at),
            cell.rect.y_range(),
            Stroke::new(1.0, theme.hairline),
        );
    }
    let (from, until) = (
        span.from.map_or(along.min, x),
        span.until
            .map_or(along.max, x)
            .max(span.from.map_or(along.min, x) + 2.0),
    );
    let piece = |a: f32, b: f32, colour| {
        if b > a {
            let rect = Rect::from_x_y_ranges(a..=b, y - BAR / 2.0..=y + BAR / 2.0);
            cell.painter
                .rect_filled(rect, CornerRadius::same(2), colour);
        }
    };
    let turn = x(now).clamp(from, until);
    let begins = span.not_before.map_or(from, x).clamp(from, until);
    piece(from, turn, theme.faint);
    let ahead = if span.life(now).left().is_some_and(|left| left < 0.1) {
        theme.high
    } else {
        theme.accent
    };
    piece(turn.max(begins), until, ahead);
    // Not valid yet: a line where the bar will be.
    if begins > turn {
        let stroke = Stroke::new(1.5, theme.muted);
        cell.painter.hline(turn..=begins, y, stroke);
    }
    if span.until.is_none() {
        arrow(cell, pos2(along.max, y), theme.muted);
    }
    if let (Some(end), Some(_)) = (span.parent_end, span.outlives()) {
        let over = cell.rect.y_range().shrink(6.0);
        line(cell, x(end), over, Stroke::new(2.0, theme.high));
    }
    if axis.holds(now) {
        line(
            cell,
            x(now),
            cell.rect.y_range(),
            Stroke::new(1.0, theme.text),
        );
    }
}

fn line(cell: &Cell<'_>, x: f32, y: Rangef, stroke: Stroke) {
    cell.painter.vline(x, y, stroke);
}

/// The life goes on.
fn arrow(cell: &Cell<'_>, at: Pos2, colour: egui::Color32) {
    let stroke = Stroke::new(1.5, colour);
    for dy in [-4.0, 4.0] {
        cell.painter
            .line_segment([at, at + egui::vec2(-5.0, dy)], stroke);
    }
}

/// The times along the axis, in the line with the headings; the moment stands out.
fn labels(ui: &Ui, cx: &Cx<'_>, axis: Axis, along: Rangef, top: f32) {
    let now = cx.seconds();
    let theme: &Theme = cx.theme;
    let y = top + 12.0;
    let painter = ui.painter_at(Rect::from_x_y_ranges(
        along.expand(space::S),
        top..=top + 24.0,
    ));
    let moment = axis.holds(now).then(|| axis.place(now, along));
    let small = |family| FontId::new(11.0, family);
    if let Some(x) = moment {
        let at = pos2(x.clamp(along.min + 10.0, along.max - 10.0), y);
        let font = small(theme::medium());
        painter.text(at, Align2::CENTER_CENTER, "now", font, theme.text);
    }
    for at in axis.steps(along.span() / LABEL) {
        let x = axis.place(at, along);
        let words = axis.label(at, &cx.window.zone);
        let font = small(egui::FontFamily::Proportional);
        let galley = painter.layout_no_wrap(words, font, theme.muted);
        let half = galley.size().x / 2.0;
        let free = moment.is_none_or(|m| (m - x).abs() > half + 18.0);
        if free && x - half >= along.min && x + half <= along.max {
            painter.galley(
                pos2(x - half, y - galley.size().y / 2.0),
                galley,
                theme.muted,
            );
        }
    }
}
