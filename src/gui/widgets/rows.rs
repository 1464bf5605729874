//! A virtual table: only the rows in sight are drawn. A row is one widget with one name, walks by the
//! arrow keys, and opens by Enter.

use egui::{
    Align2, EventFilter, Id, Key, Modifiers, Painter, Rect, Role, ScrollArea, Sense, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::gui::{
    canvas::paint,
    keyboard_focus,
    theme::{self, Theme, space},
};

/// Height of a row.
pub const ROW: f32 = 28.0;
const HEAD: f32 = 24.0;

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Heading; may be empty.
    pub title: &'static str,
    /// Least width, in points.
    pub width: f32,
    /// Share of the room that is left.
    pub grow: f32,
    /// Numbers stand at the right.
    pub right: bool,
}

/// A column of fixed width.
pub const fn fixed(title: &'static str, width: f32) -> Column {
    Column {
        title,
        width,
        grow: 0.0,
        right: false,
    }
}
/// A column that takes a share of the room.
pub const fn wide(title: &'static str, width: f32, grow: f32) -> Column {
    Column {
        title,
        width,
        grow,
        right: false,
    }
}
/// A column of numbers.
pub const fn number(title: &'static str, width: f32) -> Column {
    Column {
        title,
        width,
        grow: 0.0,
        right: true,
    }
}

/// What a table keeps between frames.
#[derive(Debug, Default, Clone)]
pub struct TableState {
    focus: Option<usize>,
    shown: Option<usize>,
}

/// What a table shows.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Tells tables apart.
    pub salt: &'a str,
    /// Columns.
    pub columns: &'a [Column],
    /// Number of rows.
    pub rows: usize,
    /// The row that is selected.
    pub selected: Option<usize>,
    /// Follows the last row as rows are added.
    pub tail: bool,
    /// Height of a row: [`ROW`] for one line, [`height`] for several.
    pub height: f32,
}

/// Height of a row whose cells have up to so many lines.
pub fn height(lines: usize) -> f32 {
    ROW + LINE * lines.saturating_sub(1) as f32
}

/// Height of each further line of a cell.
const LINE: f32 = 16.0;

/// How many lines it takes to show a text whole in a cell of this width, `most` at most.
pub fn lines(ui: &Ui, text: &str, mono: bool, width: f32, most: usize) -> usize {
    let font = if mono {
        theme::mono_font()
    } else {
        egui::FontId::proportional(13.0)
    };
    let room = (width - 2.0 * space::S, most);
    let colour = egui::Color32::PLACEHOLDER;
    let galley = paint::lines_of_name(ui.painter(), text, &font, colour, room);
    galley.rows.len().max(1)
}

/// The widths of columns in a table of this width.
pub fn widths(columns: &[Column], width: f32) -> Vec<f32> {
    let spread = spread(columns, width - CLEAR);
    spread.into_iter().map(|(_, width)| width).collect()
}

/// Kept clear of the scroll bar.
const CLEAR: f32 = 6.0;

/// What the user did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// The row that was selected.
    pub selected: Option<usize>,
    /// The row that was opened: double click or Enter.
    pub opened: Option<usize>,
    /// The row under the pointer.
    pub hovered: Option<usize>,
    /// Escape.
    pub back: bool,
}

/// A cell to be painted.
pub struct Cell<'a> {
    /// Painter, clipped to the table.
    pub painter: &'a Painter,
    /// Place of the cell, with its padding taken off.
    pub rect: Rect,
    /// Row.
    pub row: usize,
    /// Column.
    pub column: usize,
    /// Colours.
    pub theme: &'static Theme,
    right: bool,
}

impl Cell<'_> {
    /// Body text.
    pub fn text(&self, text: &str, colour: egui::Color32) {
        self.put(text, egui::FontId::proportional(13.0), colour);
    }
    /// Values: tokens, claims, paths.
    pub fn mono(&self, text: &str, colour: egui::Color32) {
        self.put(text, theme::mono_font(), colour);
    }
    /// Text with weight.
    pub fn strong(&self, text: &str, colour: egui::Color32) {
        self.put(text, egui::FontId::new(13.0, theme::medium()), colour);
    }
    fn put(&self, text: &str, font: egui::FontId, colour: egui::Color32) {
        let further = ((self.rect.height() - ROW) / LINE).round().max(0.0) as usize;
        let width = self.rect.width();
        let galley = if further == 0 {
            paint::line(self.painter, text, font, colour, width)
        } else {
            paint::lines_of_name(self.painter, text, &font, colour, (width, further + 1))
        };
        let x = if self.right {
            self.rect.right() - galley.size().x
        } else {
            self.rect.left()
        };
        let y = self.rect.center().y - galley.size().y / 2.0;
        self.painter.galley(pos2(x, y), galley, colour);
    }
}

/// Draws the table over the room that is left. `name` is a row for the screen reader.
pub fn table(
    ui: &mut Ui,
    state: &mut TableState,
    spec: Table<'_>,
    name: impl Fn(usize) -> String,
    mut cell: impl FnMut(&Cell<'_>),
) -> Done {
    let Table {
        salt,
        columns,
        rows,
        selected,
        tail,
        height,
    } = spec;
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut done = Done::default();
    let width = ui.available_width();
    let columns_at = spread(columns, width - CLEAR);
    let (head, _) = ui.allocate_exact_size(vec2(width, HEAD), Sense::hover());
    for (column, (x, w)) in columns.iter().zip(&columns_at) {
        let (at, anchor) = if column.right {
            (
                pos2(head.left() + x + w - space::S, head.center().y),
                Align2::RIGHT_CENTER,
            )
        } else {
            (
                pos2(head.left() + x + space::S, head.center().y),
                Align2::LEFT_CENTER,
            )
        };
        ui.painter_at(head).text(
            at,
            anchor,
            column.title,
            egui::FontId::proportional(11.0),
            theme.muted,
        );
    }
    ui.painter()
        .hline(head.x_range(), head.bottom() - 0.5, theme.line());
    let follow = selected.is_some() && selected != state.shown;
    state.shown = selected;
    let base = ui.scope_id().with(salt);
    ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink(false)
        .stick_to_bottom(tail)
        .show_rows(ui, height, rows, |ui, range| {
            let origin = ui.max_rect().left_top();
            let place = |n: usize| {
                let y = origin.y + (n as f32 - range.start as f32) * height;
                Rect::from_min_size(pos2(origin.x, y), vec2(width, height))
            };
            if let Some(n) = selected.filter(|n| follow && *n < rows) {
                ui.scroll_to_rect(place(n).expand(2.0), None);
            }
            if let Some(f) = state.focus.filter(|f| *f < rows && !range.contains(f)) {
                // The row that has the keyboard stays a widget when it is scrolled away.
                row(ui, (base, f), place(f), spec, state, &mut done, &name);
            }
            for n in range.clone() {
                row(ui, (base, n), place(n), spec, state, &mut done, &name);
                let rect = place(n);
                let painter = ui.painter_at(ui.clip_rect());
                for (column, (x, w)) in columns_at.iter().enumerate() {
                    cell(&Cell {
                        painter: &painter,
                        rect: Rect::from_min_size(
                            pos2(rect.left() + x + space::S, rect.top()),
                            vec2((w - 2.0 * space::S).max(4.0), height),
                        ),
                        row: n,
                        column,
                        theme,
                        right: columns[column].right,
                    });
                }
            }
            ui.allocate_space(vec2(width, height * range.len() as f32));
            if let Some(n) = done.selected.filter(|n| *n < rows) {
                ui.scroll_to_rect(place(n), None);
            }
            keyboard_focus::keep_in_view(ui);
        });
    done
}

fn row(
    ui: &Ui,
    (base, n): (Id, usize),
    rect: Rect,
    spec: Table<'_>,
    state: &mut TableState,
    done: &mut Done,
    name: &impl Fn(usize) -> String,
) {
    let (selected, rows) = (spec.selected == Some(n), spec.rows);
    let theme = Theme::of(ui);
    let id = base.with(n);
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, name(n)));
    if selected {
        ui.painter().rect_filled(rect, 0, theme.accent_surface);
        let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
        ui.painter().rect_filled(bar, 0, theme.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0, theme.raised);
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 0.5, theme.line());
    if response.has_focus() {
        state.focus = Some(n);
        crate::gui::widgets::focus_ring(ui, &response);
        ui.memory_mut(|m| {
            m.set_focus_lock_filter(
                id,
                EventFilter {
                    vertical_arrows: true,
                    escape: true,
                    ..EventFilter::default()
                },
            );
        });
        let to = ui.input_mut(|i| {
            let mut pressed = |key| i.consume_key(Modifiers::NONE, key);
            if pressed(Key::ArrowDown) {
                Some(n + 1)
            } else if pressed(Key::ArrowUp) {
                n.checked_sub(1)
            } else if pressed(Key::Home) {
                Some(0)
            } else if pressed(Key::End) {
                rows.checked_sub(1)
            } else {
                None
            }
        });
        if let Some(to) = to.filter(|to| *to < rows) {
            done.selected = Some(to);
            state.focus = Some(to);
            ui.memory_mut(|m| m.request_focus(base.with(to)));
        } else if ui.input(|i| i.key_pressed(Key::Enter)) {
            done.opened = Some(n);
        } else if ui.input(|i| i.key_pressed(Key::Escape)) {
            done.back = true;
        }
    } else if state.focus == Some(n) && !ui.memory(|m| m.has_focus(id)) {
        state.focus = None;
    }
    if response.double_clicked() {
        done.opened = Some(n);
    }
    if response.clicked() {
        done.selected = Some(n);
        response.request_focus();
    }
    if response.hovered() {
        done.hovered = Some(n);
    }
}

/// Left edge and width of each column.
fn spread(columns: &[Column], width: f32) -> Vec<(f32, f32)> {
    let least: f32 = columns.iter().map(|c| c.width).sum();
    let grow: f32 = columns
        .iter()
        .map(|c| c.grow)
        .sum::<f32>()
        .max(f32::EPSILON);
    let rest = width - least;
    // When there is too little room the columns that grow give way first, then all do.
    let squeeze = if rest < 0.0 { width / least } else { 1.0 };
    let mut x = 0.0;
    columns
        .iter()
        .map(|c| {
            let w = (c.width + c.grow / grow * rest.max(0.0)) * squeeze;
            let at = (x, w);
            x += w;
            at
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_width_and_never_overlap() {
        let columns = [
            fixed("", 30.0),
            wide("a", 100.0, 2.0),
            wide("b", 60.0, 1.0),
            number("n", 50.0),
        ];
        for width in [100.0, 240.0, 900.0] {
            let at = spread(&columns, width);
            for pair in at.windows(2) {
                assert!((pair[0].0 + pair[0].1 - pair[1].0).abs() < 0.01);
            }
            let (x, w) = at[at.len() - 1];
            assert!((x + w - width).abs() < 0.01);
        }
    }
}
