//! Ctrl+K: every command with its shortcut, and every token by name.

use std::cmp::Reverse;

use egui::{
    Align, Area, CornerRadius, Frame, Id, Key, Layout, Margin, Order, RichText, Role, ScrollArea,
    Sense, Ui, WidgetInfo, vec2,
};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

use super::{
    context::Cx,
    icons::Icon,
    kept::Kept,
    panel::Dock,
    panels::REGISTRY,
    request::{LAST_OFFERS, OFFERS, Offer, PanelRequest, WindowRequest},
    theme::{self, RADIUS, space},
    widgets,
};
use crate::{
    app::{
        self, Command, Model,
        analysis::Analysis,
        file,
        noun::{Entry, Rank},
    },
    kit::{
        ids::TokenId,
        text::{escape, shorten},
    },
};

/// What the palette keeps while it is open.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    chosen: usize,
    fresh: bool,
    /// The tokens that fit what is typed, each with how well.
    tokens: Kept<String, Vec<Fitting>>,
}

/// A line, and how well it fits what is typed.
type Fitting = (u32, Entry<Action>);

/// What a line of the palette, or a key, does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Asks the program.
    Command(Command),
    /// Asks the window.
    Window(WindowRequest),
    /// Shows a token, makes a key and signs with it.
    GenerateAndSign(TokenId),
}

/// A line for what the window does.
fn line_of(label: impl Into<String>, hint: impl Into<String>, act: Action) -> Entry<Action> {
    Entry {
        label: label.into(),
        hint: hint.into(),
        shortcut: match &act {
            Action::Window(request) => request.shortcut(),
            Action::Command(_) | Action::GenerateAndSign(_) => "",
        },
        rank: Rank::Window,
        act,
    }
}

/// What the window itself can do.
fn offered(offers: &'static [Offer]) -> impl Iterator<Item = Entry<Action>> {
    let line = |offer: &Offer| {
        let act = Action::Window(offer.request.clone());
        Some(line_of(offer.label?, "", act))
    };
    offers.iter().filter_map(line)
}

/// What shows or hides the panels beside and below the main views.
fn panes() -> impl Iterator<Item = Entry<Action>> {
    let at = |dock| REGISTRY.iter().filter(move |entry| entry.dock == dock);
    let docks = [Dock::Left, Dock::Right, Dock::Below];
    docks.into_iter().flat_map(at).map(|entry| {
        let label = format!("Show or hide {}", entry.spoken);
        line_of(
            label,
            "",
            Action::Window(WindowRequest::TogglePane(entry.pane.clone())),
        )
    })
}

/// Every command that makes sense now and needs nothing more from the user: the program's, then
/// the window's.
pub fn entries(model: &Model) -> Vec<Entry<Action>> {
    let commands = app::command::palette(model).into_iter();
    let commands = commands.map(|entry| entry.map(Action::Command));
    let without_key = model
        .session
        .token
        .filter(|_| !model.workspace.keys.iter().any(|k| k.private));
    let sign = without_key.map(|id| {
        let act = Action::GenerateAndSign(id);
        line_of("Sign with a new ES256 key", "it stays on this machine", act)
    });
    commands
        .chain(sign)
        .chain(offered(OFFERS))
        .chain(panes())
        .chain(offered(LAST_OFFERS))
        .collect()
}

/// What is typed, to be compared with lines: each of its words stands in a line that fits, its letters in
/// order, whatever the case.
struct Query {
    words: Pattern,
    matcher: Matcher,
    /// Of the line that is compared.
    letters: Vec<char>,
}

impl Query {
    fn new(typed: &str) -> Self {
        let (case, normal) = (CaseMatching::Ignore, Normalization::Smart);
        Self {
            words: Pattern::new(typed, case, normal, AtomKind::Fuzzy),
            matcher: Matcher::new(Config::DEFAULT),
            letters: Vec::new(),
        }
    }

    /// How well a text fits; nothing when it does not.
    fn fit(&mut self, text: &str) -> Option<u32> {
        let letters = Utf32Str::new(text, &mut self.letters);
        self.words.score(letters, &mut self.matcher)
    }

    /// A line with how well it fits: by its label, or, a little less, together with its hint.
    fn fitting(&mut self, line: Entry<Action>) -> Option<Fitting> {
        let by_label = self.fit(&line.label);
        let with_hint = self.fit(&format!("{} {}", line.label, line.hint));
        let with_hint = with_hint.map(|score| score.saturating_sub(4));
        by_label.max(with_hint).map(|score| (score, line))
    }
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
            cx.window.focus.give_back();
            perform(cx, entry.act);
        } else if outside {
            self.open = false;
        }
    }

    fn found(&mut self, cx: &Cx<'_>) -> Vec<Entry<Action>> {
        let typed = self.query.trim();
        if typed.is_empty() {
            return entries(cx.model);
        }
        let mut query = Query::new(typed);
        let commands = entries(cx.model).into_iter();
        let mut found: Vec<Fitting> = commands.filter_map(|line| query.fitting(line)).collect();
        let tokens = self
            .tokens
            .get(&cx.model.analysis, typed.to_owned(), |analysis, _| {
                fitting_tokens(analysis, &mut query)
            });
        found.extend(tokens.iter().cloned());
        // Of those that fit as well the shorter one: what was typed is more of it.
        let key = |(score, line): &Fitting| (Reverse(*score), line.label.chars().count());
        found.sort_by(|a, b| {
            let by_name = || a.1.label.cmp(&b.1.label);
            key(a).cmp(&key(b)).then_with(by_name)
        });
        found.into_iter().map(|(_, line)| line).collect()
    }
}

fn fitting_tokens(analysis: &Analysis, query: &mut Query) -> Vec<Fitting> {
    let lines = analysis.tokens.iter().map(|(id, view)| {
        let show = Action::Window(WindowRequest::ShowToken(*id));
        let (title, who) = (escape(&view.title), view.principal.short());
        line_of(title, escape(&who), show)
    });
    lines.filter_map(|line| query.fitting(line)).collect()
}

fn line(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry<Action>, chosen: bool) -> egui::Response {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::MenuItem,
            true,
            chosen,
            format!("{} {}", entry.label, entry.hint).trim(),
        )
    });
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
    if matches!(entry.act, Action::Window(WindowRequest::ShowToken(_))) {
        Icon::Key.show(&mut inner, 14.0, theme.muted);
    }
    inner.label(shorten(&entry.label, 60).as_ref());
    if !entry.hint.is_empty() {
        inner.label(theme::small(shorten(&entry.hint, 60)).color(theme.muted));
    }
    inner.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if !entry.shortcut.is_empty() {
            widgets::keycap(ui, entry.shortcut);
        }
    });
    response
}

/// Carries out what a line, or keys, ask for.
pub(super) fn perform(cx: &mut Cx<'_>, action: Action) {
    match action {
        // A workspace without a file is saved by choosing one.
        Action::Command(Command::File(file::Command::Save)) => cx.save(),
        Action::Command(command) => cx.push(command),
        Action::Window(request) => cx.ask(request),
        Action::GenerateAndSign(id) => {
            cx.ask(WindowRequest::ShowToken(id));
            cx.ask(WindowRequest::Tell(PanelRequest::GenerateAndSign(
                id, "ES256",
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(typed: &str, text: &str) -> Option<u32> {
        Query::new(typed).fit(text)
    }

    #[test]
    fn fuzzy_finds_by_letters_in_order() {
        assert!(fit("rsc", "Run the sample chain").is_some());
        assert!(fit("xyz", "Run the sample chain").is_none());
        assert!(fit("sample", "Run the sample chain") > fit("sample", "Set a map on the pole"));
        assert!(fit("", "a").is_some());
        let theme = "Switch between dark and light theme";
        assert!(fit("theme", theme) > fit("theme", "Run the sample chain"));
        assert!(fit("light theme", theme) > fit("light theme", "Limit that the memory"));
    }

    #[test]
    fn words_are_found_in_any_order_and_without_their_accents() {
        assert!(fit("chain run", "Run the sample chain").is_some());
        assert!(fit("chain fire", "Run the sample chain").is_none());
        assert!(fit("jose", "José").is_some());
        assert!(fit("JOSE", "jose").is_some());
    }
}
