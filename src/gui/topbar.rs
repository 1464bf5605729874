//! The bar over everything: workspace, server, clock, search and commands, theme.

mod clock;

use egui::{
    Align, Button, CornerRadius, Layout, Margin, RichText, Role, Sense, Ui, WidgetInfo, vec2,
};

use clock::ClockForm;

use super::{
    context::Cx,
    icons::Icon,
    request::{Dialog, WindowRequest},
    settings::Settings,
    theme::{self, RADIUS, space},
    widgets,
};
use crate::{
    app::{
        command, file, history,
        model::Practice,
        practice,
        session::{Selection, View},
        view,
    },
    kit::text::{escape, excerpt},
    practice::Faults,
};

/// What the bar keeps between frames.
#[derive(Default)]
pub struct TopbarState {
    clock: ClockForm,
    rename: Option<String>,
}

/// Points below which the bar says less: every word of it has its place in a menu or a tip.
const NARROW: f32 = 1040.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut TopbarState, settings: &Settings) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let narrow = ui.available_width() < NARROW;
        Icon::Logo.show(ui, 20.0, cx.theme.accent);
        if !narrow {
            ui.label(theme::strong("Delegraph").font(egui::FontId::new(14.0, theme::semibold())));
        }
        ui.add_space(space::S);
        workspace(ui, cx, state, settings, narrow);
        server(ui, cx, narrow);
        clock::ui(ui, cx, &mut state.clock, narrow);
        ui.add_space(space::XS);
        history(ui, cx);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (icon, name) = if cx.theme.dark {
                (Icon::Sun, "Light theme")
            } else {
                (Icon::Moon, "Dark theme")
            };
            if widgets::icon_button(ui, icon, name).clicked() {
                cx.ask(WindowRequest::ToggleTheme);
            }
            search(ui, cx);
        });
    });
}

fn workspace(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    state: &mut TopbarState,
    settings: &Settings,
    narrow: bool,
) {
    let shown = excerpt(&cx.model.title(), if narrow { 18 } else { 28 });
    let text = if cx.model.is_dirty() {
        format!("{shown} •")
    } else {
        shown.clone()
    };
    let spoken = if cx.model.is_dirty() {
        format!("Workspace {shown}, not saved")
    } else {
        format!("Workspace {shown}")
    };
    widgets::menu(ui, &spoken, text, |ui| {
        ui.set_min_width(240.0);
        if let Some(draft) = &mut state.rename {
            let response = widgets::text_field(ui, "Workspace name", "name", draft, false);
            if response.lost_focus() {
                let name = draft.trim().to_owned();
                if ui.input(|i| i.key_pressed(egui::Key::Enter)) && !name.is_empty() {
                    cx.push(file::Command::Rename(name));
                    ui.close();
                }
                state.rename = None;
            } else if !response.has_focus() {
                response.request_focus();
            }
        } else {
            let rename = widgets::menu_item(ui, "Rename…", "");
            if rename.clicked() {
                state.rename = Some(cx.model.workspace.name.clone());
            }
        }
        ui.separator();
        if widgets::menu_item(
            ui,
            "New",
            command::shortcut(cx.model, &file::Command::New.into()),
        )
        .clicked()
        {
            cx.push(file::Command::New);
            ui.close();
        }
        if widgets::menu_item(ui, "Open…", WindowRequest::OpenWorkspace.shortcut()).clicked() {
            cx.ask(WindowRequest::OpenWorkspace);
            ui.close();
        }
        if widgets::menu_item(
            ui,
            "Save",
            command::shortcut(cx.model, &file::Command::Save.into()),
        )
        .clicked()
        {
            cx.save();
            ui.close();
        }
        if widgets::menu_item(ui, "Save as…", WindowRequest::SaveAs.shortcut()).clicked() {
            cx.ask(WindowRequest::SaveAs);
            ui.close();
        }
        ui.separator();
        if widgets::menu_item(ui, "Read tokens from files…", "").clicked() {
            cx.ask(WindowRequest::ImportFiles);
            ui.close();
        }
        if widgets::menu_item(ui, "Keys…", "").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Keys));
            ui.close();
        }
        if !settings.recent.is_empty() {
            ui.separator();
            ui.label(theme::section("Recent", cx.theme));
            for path in settings.recent.iter().take(8) {
                let name = path.file_name().map_or_else(
                    || path.display().to_string(),
                    |n| n.to_string_lossy().into_owned(),
                );
                let item = widgets::menu_item(ui, &excerpt(&name, 36), "");
                if item.on_hover_text(path.display().to_string()).clicked() {
                    cx.ask(WindowRequest::OpenPath(path.clone()));
                    ui.close();
                }
            }
        }
        ui.separator();
        if widgets::menu_item(ui, "About Delegraph", "").clicked() {
            cx.ask(WindowRequest::Open(Dialog::About));
            ui.close();
        }
        if widgets::menu_item(
            ui,
            "Quit",
            command::shortcut(cx.model, &file::Command::Quit.into()),
        )
        .clicked()
        {
            cx.push(file::Command::Quit);
            ui.close();
        }
    });
}

/// The practice server's state in words, and whether it runs.
pub fn practice_words(model: &crate::app::Model) -> (String, bool) {
    match model.practice.get(&Faults::NONE) {
        Some(Practice::Running(info)) => {
            let place = info.issuer.trim_start_matches("http://");
            (format!("Practice · {place}"), true)
        }
        Some(Practice::Starting) => ("Practice · starting".into(), false),
        Some(Practice::Failed(_)) => ("Practice · failed".into(), false),
        Some(Practice::Stopped) | None => ("Practice · stopped".into(), false),
    }
}

fn server(ui: &mut Ui, cx: &mut Cx<'_>, narrow: bool) {
    let (words, running) = practice_words(cx.model);
    let theme = cx.theme;
    let dot = egui::Atom::paint(vec2(8.0, 8.0), move |ui, args| {
        let colour = if running { theme.good } else { theme.faint };
        ui.painter().circle_filled(args.rect.center(), 3.5, colour);
    });
    let button = if narrow {
        Button::new((dot, "Server", Icon::ChevronDown.atom(12.0, None)))
    } else {
        Button::new((
            dot,
            RichText::new("Server").color(theme.muted),
            words.clone(),
            Icon::ChevronDown.atom(12.0, None),
        ))
    };
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(260.0);
        ui.label(theme::section("Practice server", theme));
        if let Some(Practice::Failed(why)) = cx.model.practice.get(&Faults::NONE) {
            ui.add(egui::Label::new(RichText::new(escape(why)).color(theme.critical)).wrap());
        }
        if running {
            if widgets::menu_item(ui, "Show its realm", "").clicked() {
                cx.push(view::Command::Show(View::PRACTICE));
                ui.close();
            }
            if let Some(info) = cx.model.practice()
                && widgets::menu_item(ui, "Copy issuer", "").clicked()
            {
                let issuer = info.issuer.clone();
                cx.ask(WindowRequest::Copy(issuer, "Issuer".into()));
                ui.close();
            }
            if widgets::menu_item(ui, "Stop practice servers", "").clicked() {
                cx.push(practice::Command::StopAll);
                ui.close();
            }
        } else if widgets::menu_item(ui, "Start practice server", "").clicked() {
            cx.push(practice::Command::Start);
            ui.close();
        }
        let faulty: Vec<_> = cx
            .model
            .practice
            .iter()
            .filter(|(f, p)| !f.is_empty() && matches!(p, Practice::Running(_)))
            .map(|(faults, _)| practice::title(faults))
            .collect();
        for title in faulty {
            ui.horizontal(|ui| {
                Icon::Warning.show(ui, 12.0, theme.high);
                let button = Button::new(RichText::new(&title).color(theme.high))
                    .frame_when_inactive(false)
                    .truncate();
                if ui.add(button).on_hover_text("Broken on purpose").clicked() {
                    cx.push(view::Command::Show(View::PRACTICE));
                    ui.close();
                }
            });
        }
        ui.separator();
        ui.label(theme::section("Your servers", theme));
        let servers: Vec<_> = cx
            .model
            .workspace
            .servers
            .iter()
            .map(|s| (s.id, s.name.clone(), s.issuer.clone()))
            .collect();
        for (id, name, issuer) in servers {
            let item = widgets::menu_item(ui, &excerpt(&name, 36), "");
            if item.on_hover_text(escape(&issuer)).clicked() {
                cx.push(view::Command::Select(Selection::Server(id)));
                ui.close();
            }
        }
        if widgets::menu_item(ui, "Connect an authorization server…", "").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Connect));
            ui.close();
        }
    });
    let response = response.accessible_name(format!("Server: {words}"));
    if narrow {
        response.on_hover_text(words);
    }
}

fn history(ui: &mut Ui, cx: &mut Cx<'_>) {
    let undo = cx.model.history.undo.last().map(|s| s.label.clone());
    let redo = cx.model.history.redo.last().map(|s| s.label.clone());
    let name = undo
        .as_ref()
        .map_or("Undo".to_owned(), |l| format!("Undo {}", lower(l)));
    ui.add_enabled_ui(undo.is_some(), |ui| {
        if widgets::icon_button(ui, Icon::Undo, &name).clicked() {
            cx.push(history::Command::Undo);
        }
    });
    let name = redo
        .as_ref()
        .map_or("Redo".to_owned(), |l| format!("Redo {}", lower(l)));
    ui.add_enabled_ui(redo.is_some(), |ui| {
        if widgets::icon_button(ui, Icon::Redo, &name).clicked() {
            cx.push(history::Command::Redo);
        }
    });
}

fn lower(label: &str) -> String {
    let mut chars = label.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// The field that opens the palette: it looks like one, and is a button.
fn search(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    let width = (ui.available_width() - space::L).min(340.0);
    if width < 120.0 {
        let words = format!("Search and commands, {}", WindowRequest::Palette.shortcut());
        if widgets::icon_button(ui, Icon::Search, &words).clicked() {
            cx.ask(WindowRequest::Palette);
        }
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    let keys = WindowRequest::Palette.shortcut();
    let words = format!("Search and commands, {keys}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let fill = if response.hovered() {
        theme.control_hover
    } else {
        theme.control
    };
    ui.painter()
        .rect_filled(rect, CornerRadius::same(RADIUS), fill);
    widgets::focus_ring(ui, &response);
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(vec2(8.0, 4.0)))
            .layout(Layout::left_to_right(Align::Center)),
    );
    Icon::Search.show(&mut inner, 14.0, theme.muted);
    if width > 220.0 {
        inner.label(RichText::new("Search and commands").color(theme.muted));
    }
    inner.with_layout(Layout::right_to_left(Align::Center), |ui| {
        egui::Frame::new()
            .fill(theme.surface)
            .corner_radius(CornerRadius::same(4))
            .inner_margin(Margin::symmetric(5, 1))
            .show(ui, |ui| {
                ui.label(theme::small(keys.replace('+', " ")).color(theme.muted))
            });
    });
    if response.clicked() {
        cx.ask(WindowRequest::Palette);
    }
}
