//! Ctrl+K: every command with its shortcut, and every token by name.

use egui::{
    Align, Area, CornerRadius, Frame, Id, Key, Layout, Margin, Order, RichText, Role, ScrollArea,
    Sense, Ui, WidgetInfo, vec2,
};

use super::{
    Ask, Cx,
    desk::Pane,
    dialogs::Dialog,
    icons::Icon,
    theme::{RADIUS, space},
    widgets,
};
use crate::{
    app::{
        Command,
        session::{Selection, View},
    },
    kit::text::{escape, shorten},
};

/// What the palette keeps while it is open.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    chosen: usize,
    fresh: bool,
}

/// What a line of the palette does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Asks the program.
    Command(Command),
    /// Asks the window.
    Ask(Ask),
    /// Saves, asking for a place when there is none.
    Save,
    /// Runs, steps through or resets the chain in the chain view.
    Chain(fn(crate::kit::ids::ChainId) -> Command),
}

/// A line of the palette.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it does, in words.
    pub label: String,
    /// Its shortcut, or empty.
    pub shortcut: &'static str,
    /// The act.
    pub action: Action,
}

fn entry(label: &str, shortcut: &'static str, action: Action) -> Entry {
    Entry {
        label: label.to_owned(),
        shortcut,
        action,
    }
}

/// Every command that needs nothing more from the user.
pub fn entries() -> Vec<Entry> {
    use Action::{Ask as A, Chain, Command as C, Save};
    vec![
        entry("Paste a token", "Ctrl+V", A(Ask::Paste)),
        entry("Read tokens from files…", "", A(Ask::ImportFiles)),
        entry("Show token", "Ctrl+1", C(Command::Show(View::Token))),
        entry("Show chain", "Ctrl+2", C(Command::Show(View::Chain))),
        entry("Show graph", "Ctrl+3", C(Command::Show(View::Graph))),
        entry(
            "Show practice servers",
            "Ctrl+4",
            C(Command::Show(View::Practice)),
        ),
        entry(
            "Run all nodes of the chain",
            "Ctrl+Enter",
            Chain(Command::RunAll),
        ),
        entry(
            "Run the next node of the chain",
            "F10",
            Chain(Command::Step),
        ),
        entry("Reset the run of the chain", "", Chain(Command::ResetRun)),
        entry("Cancel the run of the chain", "", Chain(Command::CancelRun)),
        entry(
            "Run the sample chain",
            "",
            C(Command::LoadSample("sample".into())),
        ),
        entry(
            "Run the risky sample chain",
            "",
            C(Command::LoadSample("sample-risky".into())),
        ),
        entry("New chain", "", C(Command::NewChain)),
        entry("Keys…", "", A(Ask::Open(Dialog::Keys))),
        entry(
            "Connect an authorization server…",
            "",
            A(Ask::Open(Dialog::Connect)),
        ),
        entry("Start practice server", "", C(Command::StartPractice)),
        entry("Stop practice servers", "", C(Command::StopPractice)),
        entry("Undo", "Ctrl+Z", C(Command::Undo)),
        entry("Redo", "Ctrl+Shift+Z", C(Command::Redo)),
        entry("New workspace", "", C(Command::NewWorkspace)),
        entry("Open workspace…", "Ctrl+O", A(Ask::OpenWorkspace)),
        entry("Save workspace", "Ctrl+S", Save),
        entry("Save workspace as…", "Ctrl+Shift+S", A(Ask::SaveAs)),
        entry(
            "Set the clock to now",
            "",
            C(Command::SetClock(crate::kit::clock::Clock::System)),
        ),
        entry("Switch between dark and light", "", A(Ask::ToggleTheme)),
        entry("Show or hide tokens", "", A(Ask::TogglePane(Pane::Tokens))),
        entry(
            "Show or hide inspector",
            "",
            A(Ask::TogglePane(Pane::Inspector)),
        ),
        entry(
            "Show or hide findings",
            "",
            A(Ask::TogglePane(Pane::Findings)),
        ),
        entry("Show or hide HTTP log", "", A(Ask::TogglePane(Pane::Log))),
        entry("Reset the arrangement of panels", "", A(Ask::ResetLayout)),
        entry("About Delegraph", "", A(Ask::Open(Dialog::About))),
        entry("Quit", "Ctrl+Q", C(Command::Quit)),
    ]
}

/// How well `query` fits `label`: its letters in order, ignoring case; runs and word starts count
/// more. `None` when it does not fit.
pub fn fit(query: &str, label: &str) -> Option<i32> {
    let mut score = 0;
    let mut last: Option<usize> = None;
    let label: Vec<char> = label.to_lowercase().chars().collect();
    let mut at = 0;
    for c in query.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let place = (at..label.len()).find(|i| label[*i] == c)?;
        score += 1;
        if last.is_some_and(|l| l + 1 == place) {
            score += 4;
        }
        if place == 0 || !label[place - 1].is_alphanumeric() {
            score += 3;
        }
        last = Some(place);
        at = place + 1;
    }
    Some(score * 8 - i32::try_from(label.len()).unwrap_or(i32::MAX).min(120) / 4)
}

impl Palette {
    /// Opens it, or closes it when it is open.
    pub fn toggle(&mut self) {
        *self = Self {
            open: !self.open,
            fresh: true,
            ..Self::default()
        };
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Draws it over everything, when it is open.
    pub fn show(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if !self.open {
            return;
        }
        let screen = ui.ctx().content_rect();
        let width = 560.0_f32.min(screen.width() - 2.0 * space::XL);
        let found = self.found(cx);
        let (up, down, enter) = ui.input_mut(|i| {
            (
                i.consume_key(egui::Modifiers::NONE, Key::ArrowUp),
                i.consume_key(egui::Modifiers::NONE, Key::ArrowDown),
                i.consume_key(egui::Modifiers::NONE, Key::Enter),
            )
        });
        if up {
            self.chosen = self.chosen.saturating_sub(1);
        }
        if down {
            self.chosen = (self.chosen + 1).min(found.len().saturating_sub(1));
        }
        self.chosen = self.chosen.min(found.len().saturating_sub(1));
        let mut act = enter.then(|| found.get(self.chosen).cloned()).flatten();
        let area = Area::new(Id::unique("palette"))
            .order(Order::Foreground)
            .fixed_pos(egui::pos2(
                screen.center().x - width / 2.0,
                screen.top() + 72.0,
            ))
            .show(ui.ctx(), |ui| {
                Frame::new()
                    .fill(ui.visuals().window_fill)
                    .stroke(cx.theme.line())
                    .shadow(ui.visuals().window_shadow)
                    .corner_radius(CornerRadius::same(10))
                    .inner_margin(Margin::same(8))
                    .show(ui, |ui| {
                        ui.set_width(width - 16.0);
                        let field = widgets::text_field(
                            ui,
                            "Search tokens and commands",
                            "Search tokens and commands",
                            &mut self.query,
                            false,
                        );
                        if self.fresh || !field.has_focus() {
                            field.request_focus();
                            self.fresh = false;
                        }
                        if field.changed() {
                            self.chosen = 0;
                        }
                        ui.add_space(space::XS);
                        ui.spacing_mut().item_spacing.y = 0.0;
                        if found.is_empty() {
                            ui.add_space(space::S);
                            ui.label(
                                RichText::new("Nothing fits. Try fewer letters.")
                                    .color(cx.theme.muted),
                            );
                            ui.add_space(space::S);
                        }
                        ScrollArea::vertical().max_height(360.0).show_rows(
                            ui,
                            30.0,
                            found.len(),
                            |ui, rows| {
                                for n in rows {
                                    let response = line(ui, cx, &found[n], n == self.chosen);
                                    if response.clicked() {
                                        act = Some(found[n].clone());
                                    }
                                    if n == self.chosen && (up || down) {
                                        response.scroll_to_me(None);
                                    }
                                }
                            },
                        );
                    });
            });
        let outside = ui.input(|i| i.pointer.any_pressed())
            && ui
                .input(|i| i.pointer.interact_pos())
                .is_some_and(|p| !area.response.rect.contains(p));
        if let Some(entry) = act {
            self.open = false;
            perform(cx, entry.action);
        } else if outside {
            self.open = false;
        }
    }

    fn found(&self, cx: &Cx<'_>) -> Vec<Entry> {
        let query = self.query.trim();
        let mut all = entries();
        if !query.is_empty() {
            for (id, view) in &cx.model.analysis.tokens {
                let label = format!("{}: {}", view.title, view.principal.short());
                all.push(Entry {
                    label: escape(&label).into_owned(),
                    shortcut: "",
                    action: Action::Ask(Ask::ShowToken(*id)),
                });
            }
        }
        let mut found: Vec<(i32, Entry)> = all
            .into_iter()
            .filter_map(|e| fit(query, &e.label).map(|score| (score, e)))
            .collect();
        if !query.is_empty() {
            found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.label.cmp(&b.1.label)));
        }
        found.into_iter().map(|(_, e)| e).collect()
    }
}

fn line(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry, chosen: bool) -> egui::Response {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, &entry.label));
    if chosen || response.hovered() {
        let fill = if chosen {
            theme.accent_surface
        } else {
            theme.control
        };
        ui.painter()
            .rect_filled(rect, CornerRadius::same(RADIUS), fill);
    }
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(vec2(8.0, 2.0)))
            .layout(Layout::left_to_right(Align::Center)),
    );
    if matches!(entry.action, Action::Ask(Ask::ShowToken(_))) {
        Icon::Key.show(&mut inner, 14.0, theme.muted);
    }
    inner.label(shorten(&entry.label, 70).as_ref());
    inner.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if !entry.shortcut.is_empty() {
            widgets::keycap(ui, entry.shortcut);
        }
    });
    response
}

/// Carries a line out.
pub fn perform(cx: &mut Cx<'_>, action: Action) {
    match action {
        Action::Command(command) => cx.push(command),
        Action::Ask(Ask::ShowToken(id)) => {
            cx.push(Command::Select(Selection::Token(id)));
            cx.push(Command::Show(View::Token));
        }
        Action::Ask(ask) => cx.ask(ask),
        Action::Save => super::topbar::save(cx),
        Action::Chain(make) => match cx.model.session.chain {
            Some(chain) => cx.push(make(chain)),
            None => cx.ask(Ask::Notice(crate::app::session::Notice {
                error: false,
                text: "There is no chain yet. Run the sample chain, or make a new one.".into(),
            })),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzzy_finds_by_letters_in_order() {
        assert!(fit("rsc", "Run the sample chain").is_some());
        assert!(fit("xyz", "Run the sample chain").is_none());
        assert!(fit("sample", "Run the sample chain") > fit("sample", "Set a map on the pole"));
        assert_eq!(fit("", "a").is_some(), true);
    }

    #[test]
    fn shortcuts_do_not_clash() {
        let mut seen = std::collections::BTreeSet::new();
        for e in entries() {
            if !e.shortcut.is_empty() {
                assert!(seen.insert(e.shortcut), "{} twice", e.shortcut);
            }
        }
    }
}
