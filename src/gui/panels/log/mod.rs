//! HTTP log.

use egui::{Align, Layout, RichText, Ui};

use crate::{
    app::{
        Model,
        log::{Entry as Request, MAX_FIRED_BODY, MAX_LOG, Source},
        session::Selection,
        view,
    },
    chain::run::Exchanged,
    gui::{
        context,
        icons::Icon,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::{PanelRequest, WindowRequest},
        sections::{http, severity::counted},
        theme::{self, space},
        widgets::{
            self,
            rows::{self, Column, fixed, number, wide},
        },
    },
    kit::text::escape,
};

/// Whose requests are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Show {
    #[default]
    All,
    Chains,
    Forge,
}

impl Show {
    fn fits(self, source: Source) -> bool {
        match self {
            Self::All => true,
            Self::Chains => source == Source::Chain,
            Self::Forge => source != Source::Chain,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Request,
    Response,
    Curl,
}

const COLUMNS: [Column; 8] = [
    fixed("Time", 104.0),
    fixed("Method", 64.0),
    wide("Server", 80.0, 0.9),
    wide("Path", 100.0, 1.0),
    wide("Purpose", 140.0, 1.6),
    number("Status", 72.0),
    number("Time taken", 84.0),
    number("Size", 76.0),
];

/// Where there is little room: without the size, which the inspector shows.
const NARROW: [Column; 7] = [
    fixed("Time", 104.0),
    fixed("Method", 58.0),
    wide("Server", 100.0, 1.1),
    wide("Path", 100.0, 1.0),
    wide("Purpose", 130.0, 1.5),
    number("Status", 60.0),
    number("Time taken", 80.0),
];

/// The panel: what it keeps between frames.
#[derive(Default)]
pub struct LogPanel {
    rows: rows::TableState,
    tab: Tab,
    show: Show,
}

/// What is drawn with in this panel.
type Cx<'a> = context::Cx<'a, LogPanel>;

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::side("Log"),
    title: "HTTP log",
    spoken: "HTTP log",
    dock: Dock::Below,
    make: Some(|| Box::<LogPanel>::default()),
};

impl Panel for LogPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn inspect(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>, selection: &Selection) -> bool {
        let Selection::Log(number) = selection else {
            return false;
        };
        inspector(ui, &mut cx.with(self), *number);
        true
    }

    fn take(&mut self, request: &PanelRequest, _cx: &mut context::Cx<'_>) {
        if *request == PanelRequest::ShowResponse {
            self.tab = Tab::Response;
        }
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    let show = cx.state.show;
    let log: Vec<&Request> = model.log.iter().filter(|e| show.fits(e.source)).collect();
    let spacing = ui.spacing().item_spacing;
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, cx);
    widgets::hairline(ui);
    ui.spacing_mut().item_spacing = spacing;
    if log.is_empty() {
        let words = match show {
            Show::Forge => "What the forge fires shows here with its answers.",
            _ => "Requests of chains, and what the forge fires, show here with their answers.",
        };
        widgets::empty(ui, words, |_| {});
        return;
    }
    let selected = match cx.model.session.selection {
        Selection::Log(number) => log.binary_search_by_key(&number, |e| e.number).ok(),
        _ => None,
    };
    let mut state = std::mem::take(&mut cx.state.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "log",
            columns: if ui.available_width() < 860.0 {
                &NARROW
            } else {
                &COLUMNS
            },
            rows: log.len(),
            selected,
            tail: true,
            height: rows::ROW,
        },
        |n| spoken(model, &log[n].exchanged),
        |cell| {
            let entry = &log[cell.row].exchanged;
            let theme = cell.theme;
            let answer = entry.response.as_ref();
            match cell.column {
                0 => cell.text(&entry.at.strftime("%H:%M:%S%.3f").to_string(), theme.muted),
                1 => cell.text(entry.request.method.name(), theme.muted),
                2 => {
                    let (name, faulty) = http::server(model, &entry.request.url);
                    cell.text(&name, if faulty { theme.high } else { theme.muted });
                }
                3 => cell.mono(&http::path(&entry.request.url), theme.text),
                4 => cell.text(&escape(&entry.purpose), theme.text),
                5 => match answer {
                    Ok(r) => cell.text(&r.status.to_string(), http::status_colour(cx, r.status)),
                    Err(_) => cell.text("no answer", theme.critical),
                },
                6 => cell.text(
                    &answer.map_or_else(|_| String::new(), |r| format!("{} ms", r.millis)),
                    theme.muted,
                ),
                _ => cell.text(
                    &answer.map_or_else(|_| String::new(), |r| http::size(r.body.len())),
                    theme.muted,
                ),
            }
        },
    );
    cx.state.rows = state;
    if let Some(n) = done.selected.or(done.opened) {
        cx.push(view::Command::Select(Selection::Log(log[n].number)));
    }
    if done.back {
        cx.push(view::Command::Select(Selection::None));
    }
}

fn spoken(model: &Model, entry: &Exchanged) -> String {
    let answer = match &entry.response {
        Ok(r) => format!(
            "{}, {} ms, {}",
            r.status,
            r.millis,
            http::size(r.body.len())
        ),
        Err(_) => "no answer".into(),
    };
    format!(
        "{} {}, {}, {answer}, {}",
        entry.request.method.name(),
        http::path(&entry.request.url),
        escape(&entry.purpose),
        http::server(model, &entry.request.url).0
    )
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>) {
    let chosen = match cx.model.session.selection {
        Selection::Log(n) => cx.model.log.get(n),
        _ => None,
    };
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                counts(ui, cx);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add_enabled_ui(chosen.is_some(), |ui| {
                        if widgets::button(ui, Icon::Copy, "Copy as cURL").clicked()
                            && let Some(entry) = chosen
                        {
                            let curl = entry.exchanged.request.curl();
                            cx.requests
                                .push(WindowRequest::Copy(curl, "cURL command".into()));
                        }
                    });
                });
            });
        });
}

/// How many requests there are, and what was forgotten; once something was fired, whose they are.
fn counts(ui: &mut Ui, cx: &mut Cx<'_>) {
    let [(chains, old), (forge, fired)] = cx.model.log.kept();
    let all = chains + forge;
    if forge + fired == 0 {
        cx.state.show = Show::All;
        ui.label(RichText::new(counted(all, "request")).color(cx.theme.muted));
    } else {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (show, words) in [
            (Show::All, format!("All {all}")),
            (Show::Chains, format!("Chains {chains}")),
            (Show::Forge, format!("Forge {forge}")),
        ] {
            let on = cx.state.show == show;
            if ui
                .add(egui::Button::selectable(on, theme::small(words)))
                .clicked()
            {
                cx.state.show = show;
            }
        }
    }
    let forgotten = old + fired;
    if forgotten > 0 {
        ui.add_space(space::XS);
        let words = format!("{} forgotten", counted(forgotten, "older one"));
        ui.label(theme::small(words).color(cx.theme.muted))
            .on_hover_text(format!(
                "The log keeps the last {MAX_LOG} requests of chains and the last {MAX_LOG} of the forge."
            ));
    }
}

/// Inspector of an entry of the log: request and response.
pub fn inspector(ui: &mut Ui, cx: &mut Cx<'_>, number: usize) {
    let Some(kept) = cx.model.log.get(number) else {
        widgets::empty(ui, "This request is no longer in the log.", |_| {});
        return;
    };
    let entry = &kept.exchanged;
    widgets::section(
        ui,
        "Request",
        &entry.at.strftime("%H:%M:%S%.3f").to_string(),
    );
    ui.add_space(space::XS);
    ui.add(egui::Label::new(theme::title(escape(&entry.purpose))).wrap());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (tab, text) in [
            (Tab::Request, "Request"),
            (Tab::Response, "Response"),
            (Tab::Curl, "cURL"),
        ] {
            if ui.selectable_label(cx.state.tab == tab, text).clicked() {
                cx.state.tab = tab;
            }
        }
    });
    widgets::rule(ui);
    match cx.state.tab {
        Tab::Request => http::request(ui, cx, entry),
        Tab::Response => {
            http::response(ui, cx, entry);
            if let Some(size) = kept.cut {
                let words = format!(
                    "Of {} the first {} are kept: it is the answer to a forgery.",
                    http::size(size),
                    http::size(MAX_FIRED_BODY)
                );
                ui.label(theme::small(words).color(cx.theme.muted));
            }
        }
        Tab::Curl => http::curl(ui, cx, &entry.request.curl()),
    }
}
