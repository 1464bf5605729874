//! Tokens side by side, hop by hop: what was kept, narrowed, widened, added, dropped, changed.

use std::sync::Arc;

use egui::{
    Align2, Color32, FontFamily, FontId, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::{
    app::{
        analysis::{Analysis, TokenView},
        session::{MAX_COMPARED, Selection, View},
        view,
    },
    gui::{
        canvas::paint::{line_of_name, lines_of_name},
        context,
        icons::Icon,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        sections::token_text,
        theme::{self, RADIUS, Theme, space},
        times, widgets,
    },
    kit::{
        ids::TokenId,
        text::{escape, excerpt, shorten},
    },
    token::diff::{self, Change, Line},
};

/// Height of a row.
const ROW: f32 = 42.0;
/// Height of the head of a column whose title needs one line.
const HEAD: f32 = 56.0;
/// Most lines of a title.
const TITLE_ROWS: usize = 2;
/// Room for the buttons in the head of a column.
const BUTTONS: f32 = 68.0;
/// Width of the column of names.
const NAMES: f32 = 132.0;
/// Least width of a token's column.
const LEAST: f32 = 168.0;

/// The comparison, made once per analysis and choice of tokens.
struct Table {
    analysis: Arc<Analysis>,
    tokens: Vec<TokenId>,
    lines: Vec<Line>,
    /// Where each shown line begins, and where the last one ends: for columns of this width, and for all
    /// members or those that differ.
    places: Option<(f32, bool, Vec<f32>)>,
}

/// The panel: what it keeps between frames.
#[derive(Default)]
pub struct ComparePanel {
    /// Only members that differ.
    differences: bool,
    table: Option<Table>,
}

/// What is drawn with in this panel.
type Cx<'a> = context::Cx<'a, ComparePanel>;

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::main(View::COMPARE),
    title: "Compare",
    spoken: "compare",
    dock: Dock::Main,
    make: Some(|| Box::<ComparePanel>::default()),
};

impl Panel for ComparePanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let analysis = Arc::clone(&cx.model.analysis);
    let tokens: Vec<(TokenId, &TokenView)> = cx
        .model
        .session
        .compared
        .iter()
        .filter_map(|id| Some((*id, analysis.tokens.get(id)?)))
        .collect();
    let area = ui.max_rect();
    toolbar(ui, cx, &analysis, &tokens);
    if tokens.len() < 2 {
        widgets::empty(
            ui,
            "Drag two or more tokens here from the tray, or choose them: each is compared with the one before it.",
            |ui| {
                for (title, ids) in chains(&analysis) {
                    if ui.button(format!("Compare {title}")).clicked() {
                        cx.push(view::Command::Compare(ids));
                    }
                }
            },
        );
    } else {
        refresh(cx, &analysis, &tokens);
        table(ui, cx, &tokens);
    }
    drop_zone(ui, cx, area);
}

/// The tokens of each run that has several hops.
fn chains(analysis: &Analysis) -> Vec<(String, Vec<TokenId>)> {
    let groups = analysis.tray.iter().filter(|g| g.chain.is_some());
    groups
        .filter(|g| g.tokens.len() > 1)
        .take(6)
        .map(|g| {
            let mut ids = g.tokens.clone();
            ids.truncate(MAX_COMPARED);
            (escape(&g.title).into_owned(), ids)
        })
        .collect()
}

fn name_of(view: &TokenView) -> String {
    format!("{}, {}", view.title, view.principal.short())
}

fn toolbar(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    analysis: &Arc<Analysis>,
    tokens: &[(TokenId, &TokenView)],
) {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let words = ("Tokens", Icon::ChevronDown.atom(12.0, None));
                let button = ui
                    .add(egui::Button::new(words))
                    .accessible_name("Choose tokens");
                egui::Popup::menu(&button)
                    .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
                    .show(|ui| choose(ui, cx, analysis));
                if tokens.len() > 1 {
                    let on = cx.state.differences;
                    for (differences, name) in [(false, "All members"), (true, "Differences")] {
                        let button = egui::Button::selectable(on == differences, name);
                        if ui.add(button).clicked() {
                            cx.state.differences = differences;
                        }
                    }
                }
                if !tokens.is_empty() && ui.button("Clear").clicked() {
                    cx.push(view::Command::Compare(Vec::new()));
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if let Some(table) = cx.state.table.as_ref().filter(|_| tokens.len() > 1) {
                        let differ = table.lines.iter().filter(|l| !l.same()).count();
                        let words = format!("{differ} of {} members differ", table.lines.len());
                        ui.label(theme::small(words).color(cx.theme.muted));
                    }
                });
            });
        });
    widgets::hairline(ui);
}

/// The tokens of the tray, those that are compared ticked.
fn choose(ui: &mut Ui, cx: &mut Cx<'_>, analysis: &Analysis) {
    ui.set_width(340.0);
    for (title, ids) in chains(analysis) {
        if widgets::menu_item(ui, &format!("All of {title}"), "").clicked() {
            cx.push(view::Command::Compare(ids));
            ui.close();
        }
    }
    ui.separator();
    let all: Vec<TokenId> = analysis
        .tray
        .iter()
        .flat_map(|g| g.tokens.iter().copied())
        .collect();
    let height = ui.text_style_height(&egui::TextStyle::Body) + 8.0;
    ScrollArea::vertical()
        .max_height(320.0)
        .show_rows(ui, height, all.len(), |ui, range| {
            for id in &all[range] {
                let Some(view) = analysis.tokens.get(id) else {
                    continue;
                };
                let mut on = cx.model.session.compared.contains(id);
                let name = shorten(&name_of(view), 48).into_owned();
                if widgets::tick(ui, &mut on, &name).changed() {
                    let mut ids = cx.model.session.compared.clone();
                    if on {
                        ids.push(*id);
                    } else {
                        ids.retain(|t| t != id);
                    }
                    cx.push(view::Command::Compare(ids));
                }
            }
        });
}

fn refresh(cx: &mut Cx<'_>, analysis: &Arc<Analysis>, tokens: &[(TokenId, &TokenView)]) {
    let ids: Vec<TokenId> = tokens.iter().map(|(id, _)| *id).collect();
    let known = cx
        .state
        .table
        .as_ref()
        .is_some_and(|t| Arc::ptr_eq(&t.analysis, analysis) && t.tokens == ids);
    if !known {
        let all: Vec<_> = tokens.iter().map(|(_, view)| &*view.token).collect();
        cx.state.table = Some(Table {
            analysis: Arc::clone(analysis),
            tokens: ids,
            lines: diff::table(&all),
            places: None,
        });
    }
}

fn table(ui: &mut Ui, cx: &mut Cx<'_>, tokens: &[(TokenId, &TokenView)]) {
    let Some(mut table) = cx.state.table.take() else {
        return;
    };
    let lines: Vec<&Line> = table
        .lines
        .iter()
        .filter(|l| !cx.state.differences || !l.same())
        .collect();
    let room = ui.available_width() - NAMES;
    let width = (room / tokens.len() as f32).max(LEAST);
    let whole = NAMES + width * tokens.len() as f32;
    let differences = cx.state.differences;
    let known = table.places.take();
    let known = known.filter(|(w, d, _)| (*w, *d) == (width, differences));
    let places = known.map_or_else(
        || {
            let heights = lines.iter().map(|line| height(ui, cx, line, width));
            let mut end = 0.0;
            let mut places = vec![end];
            places.extend(heights.map(|height| {
                end += height;
                end
            }));
            places
        },
        |(.., places)| places,
    );
    ScrollArea::horizontal()
        .id_salt("compare-x")
        .show(ui, |ui| {
            ui.set_width(whole);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            heads(ui, cx, tokens, width);
            ScrollArea::vertical()
                .id_salt("compare-y")
                .auto_shrink(false)
                .show_viewport(ui, |ui, viewport| {
                    let end = places.last().copied().unwrap_or_default();
                    ui.set_height(end);
                    let origin = ui.max_rect().min;
                    let ends = &places[1..];
                    let first = ends.partition_point(|y| *y < viewport.top());
                    for (line, (top, bottom)) in
                        lines.iter().zip(places.iter().zip(ends)).skip(first)
                    {
                        if *top > viewport.bottom() {
                            break;
                        }
                        let rect = Rect::from_min_size(
                            origin + vec2(0.0, *top),
                            vec2(whole, bottom - top),
                        );
                        row(ui, cx, line, rect, width);
                    }
                });
        });
    table.places = Some((width, differences, places));
    cx.state.table = Some(table);
}

/// Who each token is about; moves it left or right, or takes it out. Titles wrap, and stand over the
/// whole width of their columns.
fn heads(ui: &mut Ui, cx: &mut Cx<'_>, tokens: &[(TokenId, &TokenView)], width: f32) {
    let theme = cx.theme;
    let titles: Vec<_> = tokens
        .iter()
        .map(|(_, view)| {
            let font = FontId::new(13.0, theme::medium());
            let room = (width - 2.0 * space::M, TITLE_ROWS);
            lines_of_name(ui.painter(), &escape(&view.title), &font, theme.text, room)
        })
        .collect();
    let more =
        |galley: &Arc<egui::Galley>| galley.size().y * (1.0 - 1.0 / galley.rows.len() as f32);
    let height = HEAD + titles.iter().map(more).fold(0.0, f32::max);
    let (rect, _) = ui.allocate_exact_size(
        vec2(NAMES + width * tokens.len() as f32, height),
        Sense::hover(),
    );
    let ids: Vec<TokenId> = tokens.iter().map(|(id, _)| *id).collect();
    for (n, ((id, view), title)) in tokens.iter().zip(titles).enumerate() {
        let left = rect.left() + NAMES + width * n as f32;
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(width, height));
        // As far in as the values are.
        let inner = cell.shrink2(vec2(space::M, space::S));
        let below = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 20.0), inner.max);
        let response = ui.interact(inner, ui.scope_id().with(("head", id.0)), Sense::click());
        let name = name_of(view);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Show {name}")));
        widgets::focus_ring(ui, &response);
        ui.painter().galley(inner.min, title, theme.text);
        let who = line_of_name(
            ui.painter(),
            &view.principal.short(),
            FontId::new(11.0, FontFamily::Proportional),
            theme.muted,
            below.width() - BUTTONS,
        );
        let at = pos2(below.left(), below.center().y - who.size().y / 2.0);
        ui.painter().galley(at, who, theme.muted);
        if response.on_hover_text(escape(&name)).clicked() {
            cx.push(view::Command::Select(Selection::Token(*id)));
        }
        let mut buttons = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(below.with_min_x(below.right() - BUTTONS + 4.0))
                .id_salt(("head-buttons", id.0))
                .layout(egui::Layout::right_to_left(egui::Align::Center)),
        );
        let mut moved = ids.clone();
        if widgets::sized_icon_button(&mut buttons, Icon::Cross, &format!("Take {name} out"), 20.0)
            .clicked()
        {
            moved.remove(n);
        }
        if n + 1 < ids.len()
            && widgets::sized_icon_button(
                &mut buttons,
                Icon::ChevronRight,
                &format!("Move {name} right"),
                20.0,
            )
            .clicked()
        {
            moved.swap(n, n + 1);
        }
        if n > 0
            && widgets::sized_icon_button(
                &mut buttons,
                Icon::ChevronLeft,
                &format!("Move {name} left"),
                20.0,
            )
            .clicked()
        {
            moved.swap(n, n - 1);
        }
        if moved != ids {
            cx.push(view::Command::Compare(moved));
        }
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 1.0, theme.line());
}

/// Most lines of a value, and of what was lost and gained.
const LINES: usize = 6;

/// What a cell says: its value, and what became of it.
fn said(ui: &Ui, cx: &Cx<'_>, name: &str, cell: &diff::Cell, width: f32) -> [Arc<egui::Galley>; 2] {
    let theme = cx.theme;
    let room = (width - 2.0 * space::M, LINES);
    let value = cell
        .value
        .as_ref()
        .map_or_else(|| "—".to_owned(), |v| value_text(cx, name, v));
    let colour = if cell.value.is_some() && cell.change != Some(Change::Kept) {
        theme.text
    } else {
        theme.muted
    };
    let value = lines_of_name(ui.painter(), &value, &theme::mono_font(), colour, room);
    let (_, ink) = look(name, cell.change, theme);
    let words = match (cell.change, cell.words.as_str()) {
        (None | Some(Change::Kept), _) => String::new(),
        (Some(change), "") => change.name().to_owned(),
        (Some(change), words) => format!("{} {words}", change.name()),
    };
    let font = FontId::new(11.0, FontFamily::Proportional);
    [value, lines_of_name(ui.painter(), &words, &font, ink, room)]
}

/// How high a row is: all of it can be read.
fn height(ui: &Ui, cx: &Cx<'_>, member: &Line, width: f32) -> f32 {
    let cells = member.cells.iter().map(|cell| {
        let [value, words] = said(ui, cx, &member.name, cell, width);
        let words = if words.text().is_empty() {
            0.0
        } else {
            words.size().y + 2.0
        };
        value.size().y + words + 12.0
    });
    cells.fold(ROW, f32::max).ceil()
}

fn row(ui: &Ui, cx: &Cx<'_>, member: &Line, rect: Rect, width: f32) {
    let theme = cx.theme;
    let (colour, whose) = if member.header {
        (theme.token_header, "header ")
    } else {
        (theme.token_payload, "")
    };
    let shown = escape(&member.name);
    let name = line_of_name(
        ui.painter(),
        &shown,
        theme::mono_font(),
        colour,
        NAMES - 2.0 * space::M,
    );
    let at = pos2(
        rect.left() + space::M,
        rect.center().y - name.size().y / 2.0,
    );
    ui.painter().galley(at, name, colour);
    for (n, cell) in member.cells.iter().enumerate() {
        let left = rect.left() + NAMES + width * n as f32;
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
        let value = cell
            .value
            .as_ref()
            .map_or_else(|| "—".to_owned(), |v| value_text(cx, &member.name, v));
        let change = cell.change.map_or("", Change::name);
        let response = ui.interact(
            place,
            ui.scope_id().with((member.header, &member.name, n)),
            Sense::hover(),
        );
        response.widget_info(|| {
            let words = [change, cell.words.as_str()].join(" ");
            WidgetInfo::labeled(
                Role::Cell,
                true,
                format!("{whose}{shown}: {value} {}", words.trim()),
            )
        });
        let (ground, ink) = look(&member.name, cell.change, theme);
        if ground != Color32::TRANSPARENT {
            ui.painter()
                .rect_filled(place.shrink2(vec2(3.0, 2.0)), RADIUS, ground);
        }
        let says = cell.change.filter(|c| *c != Change::Kept);
        let [galley, words] = said(ui, cx, &member.name, cell, width);
        let high = galley.size().y
            + if says.is_some() {
                words.size().y + 2.0
            } else {
                0.0
            };
        let at = pos2(left + space::M, place.center().y - high / 2.0);
        let below = at + vec2(0.0, galley.size().y + 2.0);
        ui.painter().galley(at, galley, theme.text);
        if says.is_some() {
            ui.painter().galley(below, words, ink);
        }
        if response.hovered() {
            let full = cell.value.as_ref().map(token_text::plain);
            let full = full.map_or(value, |v| excerpt(&v, 600));
            response.on_hover_text(match (says, cell.words.as_str()) {
                (None, _) => full,
                (Some(_), "") => format!("{full}\n{change}"),
                (Some(_), words) => format!("{full}\n{change} {words}"),
            });
        }
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 0.5, theme.line());
}

/// Ground and ink of a change: what widens stands out.
fn look(name: &str, change: Option<Change>, theme: &Theme) -> (Color32, Color32) {
    match change {
        // Of every token anew: that these change says nothing.
        Some(Change::Changed) if matches!(name, "jti" | "iat" | "nbf" | "nonce") => {
            (Color32::TRANSPARENT, theme.muted)
        }
        None | Some(Change::Kept) => (Color32::TRANSPARENT, theme.muted),
        Some(Change::Narrowed) => (theme.added_surface, theme.good),
        Some(Change::Widened) => (theme.removed_surface, theme.critical),
        Some(Change::Dropped | Change::Added | Change::Changed) => (theme.warn_surface, theme.high),
    }
}

/// A value in one line: times also against now.
fn value_text(cx: &Cx<'_>, name: &str, value: &serde_json::Value) -> String {
    let text = match name {
        "act" => {
            let actors: Vec<&str> = std::iter::successors(Some(value), |act| act.get("act"))
                .take(16)
                .filter_map(|act| act.get("sub")?.as_str())
                .collect();
            actors.join(" ← ")
        }
        "may_act" => value
            .get("sub")
            .and_then(serde_json::Value::as_str)
            .unwrap_or("")
            .to_owned(),
        _ => String::new(),
    };
    let text = if text.is_empty() {
        token_text::plain(value)
    } else {
        text
    };
    let shown = excerpt(&text, 600);
    match (name, value.as_i64()) {
        ("exp" | "iat" | "nbf" | "auth_time", Some(seconds)) => {
            format!("{} · {shown}", times::local(cx, seconds, cx.seconds()))
        }
        _ => shown,
    }
}

/// Takes a token that is dragged here from the tray.
fn drop_zone(ui: &mut Ui, cx: &mut Cx<'_>, area: Rect) {
    let Some(dragged) = egui::DragAndDrop::payload::<TokenId>(ui.ctx()) else {
        return;
    };
    let over = ui
        .input(|i| i.pointer.hover_pos())
        .is_some_and(|p| area.contains(p));
    if !over {
        return;
    }
    let theme = cx.theme;
    ui.painter().rect_stroke(
        area.shrink(4.0),
        RADIUS,
        Stroke::new(2.0, theme.accent),
        StrokeKind::Inside,
    );
    ui.painter().text(
        area.center_bottom() - vec2(0.0, 24.0),
        Align2::CENTER_CENTER,
        "Drop to compare",
        FontId::new(13.0, theme::medium()),
        theme.accent,
    );
    if ui.input(|i| i.pointer.any_released()) {
        egui::DragAndDrop::clear_payload(ui.ctx());
        let mut ids = cx.model.session.compared.clone();
        ids.push(*dragged);
        cx.push(view::Command::Compare(ids));
    }
}
