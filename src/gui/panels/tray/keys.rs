//! What clicks and keys do on the rows of the tray: choose, pick together, go from row to row.

use egui::{EventFilter, Key, Ui};

use super::{
    order::Row,
    row,
    state::{Cx, Rows},
};
use crate::{
    app::{
        session::{Selection, View},
        view,
    },
    kit::ids::TokenId,
};

/// A row was clicked: it alone, or with Ctrl in addition, or with Shift all up to it.
pub(super) fn choose(
    ui: &Ui,
    cx: &mut Cx<'_>,
    rows: &Rows,
    id: TokenId,
    selected: Option<TokenId>,
) {
    let modifiers = ui.input(|i| i.modifiers);
    let tray = &mut *cx.state;
    if modifiers.shift {
        let from = tray.anchor.or(selected).and_then(|id| place(rows, id));
        if let (Some(from), Some(to)) = (from, place(rows, id)) {
            tray.picked = rows.list[from.min(to)..=from.max(to)]
                .iter()
                .filter_map(|(_, r)| match r {
                    Row::Token(id) => Some(*id),
                    Row::Heading(_) => None,
                })
                .collect();
            return;
        }
    }
    if modifiers.command {
        if tray.picked.is_empty() {
            tray.picked.extend(selected);
        }
        if !tray.picked.remove(&id) {
            tray.picked.insert(id);
        }
        tray.anchor = Some(id);
        return;
    }
    tray.picked.clear();
    tray.anchor = Some(id);
    cx.push(view::Command::Select(Selection::Token(id)));
    if cx.model.session.view == View::START {
        cx.push(view::Command::Show(View::TOKEN));
    }
}

/// Where a token stands in the list.
pub(super) fn place(rows: &Rows, id: TokenId) -> Option<usize> {
    let is = |row: &Row| matches!(row, Row::Token(other) if *other == id);
    rows.list.iter().position(|(_, row)| is(row))
}

/// Arrows, Page Up and Down, Home and End move from row to row and select.
pub(super) fn walk(ui: &Ui, cx: &mut Cx<'_>, rows: &Rows, at: usize, page: usize) {
    let Row::Token(id) = rows.list[at].1 else {
        return;
    };
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|m| m.set_focus_lock_filter(row::id(ui, id), filter));
    let last = rows.list.len().saturating_sub(1);
    let (to, up) = ui.input_mut(|i| {
        let mut pressed = |key| i.consume_key(egui::Modifiers::NONE, key);
        if pressed(Key::ArrowDown) {
            (at + 1, false)
        } else if pressed(Key::ArrowUp) {
            (at.saturating_sub(1), true)
        } else if pressed(Key::PageDown) {
            ((at + page).min(last), true)
        } else if pressed(Key::PageUp) {
            (at.saturating_sub(page), false)
        } else if pressed(Key::Home) {
            (0, false)
        } else if pressed(Key::End) {
            (last, true)
        } else {
            (at, false)
        }
    });
    // Over headings, in the direction of the key.
    let token = |(_, row): &(f32, Row)| match row {
        Row::Token(id) => Some(*id),
        Row::Heading(_) => None,
    };
    let next = if up {
        rows.list[..=to.min(last)].iter().rev().find_map(token)
    } else {
        rows.list.iter().skip(to).find_map(token)
    };
    if let Some(next) = next.filter(|next| *next != id) {
        cx.state.focus = Some(next);
        cx.state.anchor = Some(next);
        cx.state.picked.clear();
        ui.memory_mut(|m| m.request_focus(row::id(ui, next)));
        cx.push(view::Command::Select(Selection::Token(next)));
    }
}

/// Keys of a row that has the keyboard.
pub(super) fn keys(ui: &Ui, cx: &mut Cx<'_>, rows: &Rows, id: TokenId) {
    let (all, delete) = ui.input_mut(|i| {
        (
            i.consume_key(egui::Modifiers::COMMAND, Key::A),
            i.consume_key(egui::Modifiers::NONE, Key::Delete),
        )
    });
    let tray = &mut *cx.state;
    if all {
        tray.picked = rows
            .list
            .iter()
            .filter_map(|(_, r)| match r {
                Row::Token(id) => Some(*id),
                Row::Heading(_) => None,
            })
            .collect();
    }
    if delete {
        if tray.picked.is_empty() {
            tray.picked.insert(id);
        }
        tray.delete = true;
    }
}
