//! The matrix of verdicts: what a target made of each forgery.

use egui::{Align, Layout, Margin, Ui, Vec2};

use super::{
    look::{mark, tint, wrapped},
    state::{Cx, Mode, Selected, Show},
};
use crate::{
    app::{forge, session::Selection, view},
    attack::{Matrix, Row, STACK, Verdict, catalogue},
    gui::{
        request::WindowRequest,
        theme::{self, space},
        widgets::{
            self,
            rows::{self, Column, fixed, number, wide},
        },
    },
    kit::text::{escape, shorten},
    report,
};

impl Show {
    fn fits(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Accepted => row.verdict == Verdict::Accepted,
            Self::Refused => matches!(row.verdict, Verdict::Refused | Verdict::Withheld(_)),
            Self::Noted => matches!(row.verdict, Verdict::Noted(_)),
            Self::Unclear => row.verdict == Verdict::Unclear,
            Self::Open => matches!(row.verdict, Verdict::NotMade(_) | Verdict::NotSent(_)),
        }
    }
}

const COLUMNS: [Column; 5] = [
    fixed("", 26.0),
    wide("Forgery", 170.0, 1.6),
    fixed("Verdict", 142.0),
    number("Status", 52.0),
    wide("Answer", 80.0, 1.0),
];

/// Without room for the answers: the inspector shows them.
const NARROW: [Column; 4] = [
    fixed("", 26.0),
    wide("Forgery", 130.0, 1.2),
    fixed("Verdict", 142.0),
    number("Status", 52.0),
];

/// Draws the matrix; `live` while it grows.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, matrix: &Matrix, live: bool) {
    summary(ui, cx, matrix, live);
    widgets::hairline(ui);
    let show = cx.state.matrix.show;
    let mut list: Vec<&Row> = matrix.rows.iter().filter(|r| show.fits(r)).collect();
    if !live {
        // What has to be read first stands first; the rest stays in the order in which it was sent.
        list.sort_by_key(|r| weight(r));
    }
    if list.is_empty() {
        widgets::empty(ui, "No forgery has this verdict.", |ui| {
            if ui.button("Show all").clicked() {
                cx.state.matrix.show = Show::All;
            }
        });
        return;
    }
    let single = matrix.single().is_some();
    let mut state = std::mem::take(&mut cx.state.matrix.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            // Another table once it has ended, so that it stands at its top then.
            salt: if live { "matrix live" } else { "matrix" },
            columns: if ui.available_width() < 520.0 {
                &NARROW
            } else {
                &COLUMNS
            },
            rows: list.len(),
            selected: cx.state.matrix.selected.filter(|n| *n < list.len()),
            tail: live,
            height: rows::ROW,
        },
        |n| {
            format!(
                "{}, {}{}",
                list[n].title(),
                list[n].verdict.words(),
                list[n].status.map_or(String::new(), |s| format!(", {s}"))
            )
        },
        |cell| {
            let row = list[cell.row];
            let theme = cell.theme;
            match cell.column {
                0 => {
                    let at = egui::Rect::from_center_size(cell.rect.center(), Vec2::splat(12.0));
                    mark(cell.painter, at, &row.verdict, theme);
                }
                1 if row.forgery.is_none() => cell.strong(&row.title(), theme.text),
                1 => cell.text(&row.title(), theme.text),
                2 => {
                    let words = match row.verdict {
                        Verdict::Noted(true) if single => "accepted",
                        Verdict::Noted(false) if single => "refused",
                        ref verdict => verdict.short(),
                    };
                    cell.text(words, tint(&row.verdict, theme));
                }
                3 => {
                    let status = row.status.map_or(String::new(), |s| s.to_string());
                    cell.text(&status, theme.muted);
                }
                _ => {
                    let words = row.verdict.why().unwrap_or(&row.said);
                    cell.text(&escape(words).replace('`', ""), theme.muted);
                }
            }
        },
    );
    cx.state.matrix.rows = state;
    if let Some(n) = done.selected {
        cx.state.matrix.selected = Some(n);
        cx.state.list.selected = place(list[n]);
        // The inspector shows what was sent and what came back.
        let sent = cx.model.log.of_row(
            if live {
                cx.model.forge.firings
            } else {
                cx.model.forge.shown
            },
            list[n].place,
        );
        cx.push(view::Command::Select(
            sent.map_or(Selection::None, |e| Selection::Log(e.number)),
        ));
    }
    if let Some(n) = done.opened
        && let Some(place) = place(list[n])
    {
        cx.state.list.selected = Some(place);
        cx.state.mode = Mode::Forgeries;
    }
    if done.back {
        cx.state.matrix.selected = None;
    }
}

fn weight(row: &Row) -> u8 {
    match row.verdict {
        Verdict::Accepted | Verdict::ControlRefused => 0,
        Verdict::Unclear => 1,
        Verdict::ControlAccepted => 2,
        Verdict::Noted(_) => 3,
        Verdict::Refused | Verdict::Withheld(_) => 4,
        Verdict::NotSent(_) | Verdict::NotMade(_) => 5,
    }
}

fn place(row: &Row) -> Option<Selected> {
    let name = &row.forgery?.name;
    if *name == STACK.name {
        return Some(Selected::Stack);
    }
    let at = catalogue().iter().position(|f| f.name == *name)?;
    Some(Selected::Forgery(at))
}

fn summary(ui: &mut Ui, cx: &mut Cx<'_>, matrix: &Matrix, live: bool) {
    egui::Frame::new()
        .inner_margin(Margin::symmetric(space::M as i8, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.label(theme::strong(headline(matrix, live)));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if !live {
                        export(ui, cx, matrix);
                        firings(ui, cx);
                    }
                });
            });
            let colour = match &matrix.label {
                Some(_) => cx.theme.high,
                None => cx.theme.muted,
            };
            ui.add(egui::Label::new(theme::small(matrix.target.as_str()).color(colour)).truncate());
            if !live {
                since(ui, cx);
            }
            if let Some(why) = &matrix.ended {
                widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.label(theme::strong("Ended early").color(cx.theme.high));
                    wrapped(ui, escape(why).into_owned());
                });
            }
            if let Some(void) = &matrix.void {
                widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.label(theme::strong("The result is void").color(cx.theme.high));
                    wrapped(ui, escape(void).into_owned());
                });
            }
            if matrix.single().is_none() {
                counts(ui, cx, matrix);
            }
        });
}

/// The firings that are kept, to look at an earlier one again.
fn firings(ui: &mut Ui, cx: &mut Cx<'_>) {
    let forge = &cx.model.forge;
    if forge.past.len() < 2 {
        return;
    }
    let words = format!("Firing {}", forge.shown);
    widgets::menu(ui, "Earlier firings", words, |ui| {
        for fired in forge.past.iter().rev() {
            let matrix = &fired.matrix;
            let came = match (&matrix.void, matrix.findings().count()) {
                _ if matrix.single().is_some() => headline(matrix, false).to_lowercase(),
                (Some(_), _) => "void".to_owned(),
                (None, n) => format!("{n} of {} accepted", forged(matrix)),
            };
            let target = matrix.label.as_deref().unwrap_or(&matrix.target);
            let words = format!(
                "{} · {} · {came} · {}",
                fired.number,
                matrix.begun.strftime("%H:%M:%S"),
                shorten(target, 40)
            );
            if ui
                .selectable_label(fired.number == forge.shown, words)
                .clicked()
            {
                cx.push(forge::Command::ShowFiring(fired.number));
                cx.state.matrix.selected = None;
                ui.close();
            }
        }
    });
}

/// How many forgeries a matrix is about.
fn forged(matrix: &Matrix) -> usize {
    matrix.rows.iter().filter(|r| r.forgery.is_some()).count()
}

/// What has changed since the last firing at the same target: whether a mend has helped.
fn since(ui: &mut Ui, cx: &Cx<'_>) {
    let forge = &cx.model.forge;
    let shown = forge.past.iter().find(|f| f.number == forge.shown);
    let Some(since) = shown.and_then(|f| f.since) else {
        return;
    };
    let (words, colour) = match (since.opened, since.closed) {
        (0, 0) => ("the same is accepted".to_owned(), cx.theme.muted),
        (0, closed) => (format!("{closed} no longer accepted"), cx.theme.good),
        (opened, 0) => (format!("{opened} newly accepted"), cx.theme.critical),
        (opened, closed) => (
            format!("{opened} newly accepted, {closed} no longer"),
            cx.theme.critical,
        ),
    };
    let words = format!("Since firing {}: {words}", since.number);
    ui.label(theme::small(words).color(colour));
}

fn headline(matrix: &Matrix, live: bool) -> String {
    let accepted = matrix.findings().count();
    if let Some(row) = matrix.single() {
        return match row.verdict {
            Verdict::Noted(true) => "The token was accepted",
            Verdict::Noted(false) => "The token was refused",
            _ => "Neither accepted nor refused",
        }
        .into();
    }
    if live {
        return format!("{} answered so far", matrix.rows.len());
    }
    match (&matrix.void, accepted) {
        (Some(_), _) => "Void".into(),
        (None, n) if matrix.cancelled || matrix.ended.is_some() => {
            let word = if matrix.cancelled {
                "Cancelled"
            } else {
                "Ended early"
            };
            match n {
                0 => format!("{word}, nothing accepted so far"),
                n => format!("{word}, {n} accepted so far"),
            }
        }
        (None, 0) => "No forgery was accepted".into(),
        (None, 1) => "1 forgery was accepted".into(),
        (None, n) => format!("{n} forgeries were accepted"),
    }
}

/// Counts by verdict; a click shows these rows alone.
fn counts(ui: &mut Ui, cx: &mut Cx<'_>, matrix: &Matrix) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (show, words) in [
            (Show::All, "all"),
            (Show::Accepted, "accepted"),
            (Show::Refused, "refused"),
            (Show::Noted, "either"),
            (Show::Unclear, "unclear"),
            (Show::Open, "left out"),
        ] {
            let n = matrix.rows.iter().filter(|r| show.fits(r)).count();
            if n == 0 {
                continue;
            }
            let on = cx.state.matrix.show == show;
            let mut text = theme::small(format!("{n} {words}"));
            if show == Show::Accepted {
                text = text.color(cx.theme.critical);
            }
            let button = egui::Button::selectable(on, text);
            if ui
                .add(button)
                .on_hover_text(format!("Show {words}"))
                .clicked()
            {
                cx.state.matrix.show = if on { Show::All } else { show };
                cx.state.matrix.selected = None;
            }
        }
    });
}

fn export(ui: &mut Ui, cx: &mut Cx<'_>, matrix: &Matrix) {
    widgets::menu(ui, "Export the matrix", "Export", |ui| {
        if widgets::menu_item(ui, "Report, Markdown…", "").clicked() {
            let text = report::forged::markdown(matrix);
            cx.ask(WindowRequest::SaveFile(
                "forgeries.md".into(),
                text.into_bytes(),
            ));
            ui.close();
        }
        if widgets::menu_item(ui, "JUnit file…", "").clicked() {
            let text = report::junit::matrix(matrix);
            cx.ask(WindowRequest::SaveFile(
                "forgeries.xml".into(),
                text.into_bytes(),
            ));
            ui.close();
        }
        if widgets::menu_item(ui, "SARIF 2.1.0 file…", "").clicked() {
            let log = report::sarif::matrix(matrix);
            let text = format!("{log:#}\n");
            cx.ask(WindowRequest::SaveFile(
                "forgeries.sarif".into(),
                text.into_bytes(),
            ));
            ui.close();
        }
        if widgets::menu_item(ui, "Copy what was accepted", "").clicked() {
            let lines: Vec<String> = matrix
                .findings()
                .filter_map(|r| {
                    let f = r.forgery?;
                    Some(format!(
                        "- **{}** (`{}`): {} Source: {}.",
                        f.title, f.name, f.means, f.source
                    ))
                })
                .collect();
            let text = if lines.is_empty() {
                format!("{}: no forgery was accepted.", matrix.target)
            } else {
                format!("{}\n\n{}", matrix.target, lines.join("\n"))
            };
            cx.ask(WindowRequest::Copy(text, "Accepted forgeries".into()));
            ui.close();
        }
    });
}
