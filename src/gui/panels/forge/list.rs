//! The catalogue by family: what can be made of this token, and what a target made of it.

use egui::{Align, Layout, Margin, RichText, Ui, Vec2};

use super::{
    look::mark,
    state::{Cx, Selected},
};
use crate::{
    app::forge::{self, Forged},
    attack::{FAMILIES, Family, Forgery, Row as Line, catalogue},
    gui::{
        icons::Icon,
        theme::space,
        widgets::{
            self,
            rows::{self, Column, fixed, number, wide},
        },
    },
    kit::ids::TokenId,
};

const COLUMNS: [Column; 3] = [
    fixed("", 26.0),
    wide("Forgery", 140.0, 1.0),
    number("", 64.0),
];

/// Draws the list.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, forged: &Forged) {
    head(ui, cx);
    let list = rows_of(cx, forged);
    if list.is_empty() {
        widgets::empty(ui, "No forgery has these words.", |ui| {
            if ui.button("Show all").clicked() {
                cx.state.list.search.clear();
                cx.state.list.makeable = false;
            }
        });
        return;
    }
    let matrix = cx.model.forge.matrix.clone();
    let verdict = |forgery: &Forgery| -> Option<&Line> {
        let matrix = matrix.as_ref()?;
        matrix
            .rows
            .iter()
            .find(|r| r.forgery.is_some_and(|f| f.name == forgery.name))
    };
    let stack = cx.model.forge.stack.clone();
    let selected = cx
        .state
        .list
        .selected
        .and_then(|s| list.iter().position(|r| *r == s));
    let folded = cx.state.list.folded.clone();
    let mut state = std::mem::take(&mut cx.state.list.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "forgeries",
            columns: &COLUMNS,
            rows: list.len(),
            selected,
            tail: false,
            height: rows::ROW,
        },
        |n| spoken(list[n], forged, &stack),
        |cell| {
            let theme = cell.theme;
            let at = egui::Rect::from_center_size(cell.rect.center(), Vec2::splat(12.0));
            match (list[cell.row], cell.column) {
                (Selected::Stack, 0) => Icon::Plus.paint(cell.painter, at, theme.accent),
                (Selected::Stack, 1) => cell.strong("Stack", theme.accent),
                (Selected::Stack, _) => cell.text(&stack.len().to_string(), theme.muted),
                (Selected::Family(family), 0) => {
                    let icon = if folded.contains(family.name) {
                        Icon::ChevronRight
                    } else {
                        Icon::ChevronDown
                    };
                    icon.paint(cell.painter, at, theme.muted);
                }
                (Selected::Family(family), 1) => cell.strong(family.title, theme.text),
                (Selected::Family(family), _) => {
                    let (made, all) = count(family, forged);
                    let words = if made == all {
                        all.to_string()
                    } else {
                        format!("{made} of {all}")
                    };
                    cell.text(&words, theme.muted);
                }
                (Selected::Forgery(n), column) => {
                    let forgery = &catalogue()[n];
                    let makes = forgery.is_request() || forged.made[n].is_ok();
                    let line = verdict(forgery);
                    match column {
                        0 => match line {
                            Some(line) => mark(cell.painter, at, &line.verdict, theme),
                            None if stack.iter().any(|s| *s == forgery.name) => {
                                Icon::Plus.paint(cell.painter, at, theme.accent);
                            }
                            None if !makes => Icon::Minus.paint(cell.painter, at, theme.faint),
                            None => {}
                        },
                        1 => cell.text(
                            &forgery.title.replace('`', ""),
                            if makes { theme.text } else { theme.muted },
                        ),
                        _ => {
                            let words = match line.and_then(|l| l.status) {
                                Some(status) => status.to_string(),
                                None if forgery.is_request() => "request".into(),
                                None => String::new(),
                            };
                            cell.text(&words, theme.muted);
                        }
                    }
                }
            }
        },
    );
    let state_of = &mut cx.state.list;
    state_of.rows = state;
    if let Some(n) = done.selected {
        state_of.selected = Some(list[n]);
    }
    if let Some(n) = done.opened {
        match list[n] {
            Selected::Family(family) => {
                if !state_of.folded.remove(family.name) {
                    state_of.folded.insert(family.name);
                }
            }
            Selected::Forgery(n) if !catalogue()[n].is_request() && forged.made[n].is_ok() => {
                cx.push(forge::Command::Make(
                    id,
                    vec![catalogue()[n].name.to_string()],
                ));
            }
            Selected::Forgery(_) => {}
            Selected::Stack => cx.push(forge::Command::Make(id, stack)),
        }
    }
    if done.back {
        cx.state.list.selected = None;
    }
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>) {
    let find = std::mem::take(&mut cx.window.find);
    let state = &mut cx.state.list;
    egui::Frame::new()
        .inner_margin(Margin::symmetric(space::S as i8, 5))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.checkbox(&mut state.makeable, "Can be made")
                        .on_hover_text("Leave out what cannot be made of this token");
                    let field = ui
                        .add(
                            egui::TextEdit::singleline(&mut state.search)
                                .hint_text(RichText::new("Find a forgery").color(cx.theme.muted))
                                .margin(Margin::symmetric(8, 5))
                                .desired_width(f32::INFINITY),
                        )
                        .accessible_name("Find a forgery");
                    if find {
                        field.request_focus();
                    }
                });
            });
        });
}

fn count(family: &Family, forged: &Forged) -> (usize, usize) {
    let all = catalogue()
        .iter()
        .enumerate()
        .filter(|(_, f)| f.family == family);
    let made = all
        .clone()
        .filter(|(n, f)| f.is_request() || forged.made[*n].is_ok())
        .count();
    (made, all.count())
}

fn rows_of(cx: &Cx<'_>, forged: &Forged) -> Vec<Selected> {
    let state = &cx.state.list;
    let words: Vec<String> = state
        .search
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let fits = |n: usize, f: &Forgery| {
        if state.makeable && !f.is_request() && forged.made[n].is_err() {
            return false;
        }
        words.iter().all(|w| {
            f.name.contains(w.as_str())
                || f.title.to_lowercase().contains(w.as_str())
                || f.mutates.to_lowercase().contains(w.as_str())
                || f.source.to_lowercase().contains(w.as_str())
                || f.family.title.to_lowercase().contains(w.as_str())
        })
    };
    let mut rows = Vec::with_capacity(catalogue().len() + FAMILIES.len() + 1);
    if !cx.model.forge.stack.is_empty() {
        rows.push(Selected::Stack);
    }
    for &family in FAMILIES {
        let mut any = false;
        for (n, f) in catalogue().iter().enumerate() {
            if f.family != family || !fits(n, f) {
                continue;
            }
            if !any {
                any = true;
                rows.push(Selected::Family(family));
            }
            if words.is_empty() && state.folded.contains(family.name) {
                continue;
            }
            rows.push(Selected::Forgery(n));
        }
    }
    rows
}

fn spoken(row: Selected, forged: &Forged, stack: &[String]) -> String {
    match row {
        Selected::Stack => format!("Stack of {}", stack.len()),
        Selected::Family(family) => {
            let (made, all) = count(family, forged);
            format!("Family {}, {made} of {all}", family.title)
        }
        Selected::Forgery(n) => {
            let forgery = &catalogue()[n];
            let state = match &forged.made[n] {
                _ if forgery.is_request() => ", made for a target",
                Ok(_) => "",
                Err(_) => ", cannot be made of this token",
            };
            format!(
                "{}: {}{state}",
                forgery.family.title,
                forgery.title.replace('`', "")
            )
        }
    }
}
