//! The window: takes in what came of effects, draws, and carries out what was asked.

use std::path::PathBuf;

use eframe::CreationContext;
use egui::{CentralPanel, Frame, Margin, Panel, Ui, ViewportCommand};
use egui_tiles::Tree;

use super::{
    banners, busy, clipboard,
    context::{Cx, WindowState},
    desk::{self, Desk},
    dialogs::{Dialogs, question::Question},
    drawers::{self, Drawers},
    files::{Chosen, Files, NotTaken, Want},
    notices::Notices,
    palette::Palette,
    pane::Pane,
    panels::{self, Panels},
    request::{Dialog, PanelRequest, WindowRequest},
    settings::{GraphSettings, Left, Settings},
    shortcuts, start, theme,
    theme::Theme,
    topbar,
};
use crate::{
    app::{
        Command, Effect, Model, Outcome, apply, chains, file, graph, history, jobs, keys,
        noun::Undo,
        practice,
        session::{Notice, Selection, View},
        token, update, view,
    },
    kit::Env,
};

fn success(text: String) -> Notice {
    Notice {
        error: false,
        text,
        about: None,
    }
}

fn failure(text: String) -> Notice {
    Notice {
        error: true,
        text,
        about: None,
    }
}

/// Carries effects out. The program's is `io::runtime`; tests bring their own.
pub trait Carrier {
    /// Begins to carry `effect` out; never blocks.
    fn perform(&self, effect: Effect);
    /// The next outcome that waits, if any.
    fn poll(&self) -> Option<Outcome>;
}

impl Carrier for crate::io::runtime::Runtime {
    fn perform(&self, effect: Effect) {
        Self::perform(self, effect);
    }
    fn poll(&self) -> Option<Outcome> {
        Self::poll(self)
    }
}

/// How the window starts.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Without anything that an earlier start kept.
    pub fresh: bool,
    /// A workspace, or files with tokens.
    pub files: Vec<PathBuf>,
}

const SETTINGS: &str = "delegraph-settings";
const LAYOUT: &str = "delegraph-layout";
/// Recent workspaces that are kept.
const RECENT: usize = 10;

/// A path that was asked for.
struct Asked {
    want: Want,
    text: String,
    /// In the window itself; else in the system's dialog.
    typed: bool,
}

/// The program's window.
pub struct App {
    model: Model,
    carrier: Box<dyn Carrier>,
    window: WindowState,
    panels: Panels,
    tree: Option<Tree<Pane>>,
    /// The room of the tree in the last frame.
    size: Option<egui::Vec2>,
    settings: Settings,
    fresh: bool,
    topbar: topbar::TopbarState,
    palette: Palette,
    dialogs: Dialogs,
    banners: banners::BannersState,
    busy: busy::BusyState,
    drawers: Drawers,
    question: Question,
    allowed: Option<Command>,
    notices: Notices,
    files: Files,
    /// The path that is being saved to or opened, as it was typed or chosen: asked for again when that
    /// fails.
    asked: Option<Asked>,
    /// Who had the keyboard in the last frame: an edit ends where it goes elsewhere.
    edited: Option<egui::Id>,
    commands: Vec<Command>,
    requests: Vec<WindowRequest>,
    shown: Option<View>,
    title: String,
}

impl App {
    /// The window of the program, with the real runtime. Fails when the runtime cannot be started.
    pub fn new(cc: &CreationContext<'_>, start: &Start) -> Result<Self, String> {
        let ctx = cc.egui_ctx.clone();
        let runtime = crate::io::runtime::Runtime::new(move || ctx.request_repaint())?;
        let mut app = Self::with(&cc.egui_ctx, Model::default(), Box::new(runtime));
        app.fresh = start.fresh;
        app.window.zone = jiff::tz::TimeZone::system();
        if let Some(storage) = cc.storage.filter(|_| !start.fresh) {
            app.restore(storage);
        }
        if let Some(dark) = app.settings.dark {
            cc.egui_ctx.set_theme(if dark {
                egui::Theme::Dark
            } else {
                egui::Theme::Light
            });
        }
        // A fresh start looks for nothing that an earlier one left, and leaves nothing itself.
        app.commands.push(if start.fresh {
            practice::Command::Start.into()
        } else {
            file::Command::Begin.into()
        });
        app.open(&start.files);
        Ok(app)
    }

    /// A window over a given model, whose effects `carrier` carries out.
    pub fn with(ctx: &egui::Context, mut model: Model, carrier: Box<dyn Carrier>) -> Self {
        theme::install(ctx);
        model.session.views = panels::views();
        Self {
            model,
            carrier,
            window: WindowState::default(),
            panels: Panels::default(),
            tree: None,
            size: None,
            settings: Settings::default(),
            fresh: true,
            topbar: topbar::TopbarState::default(),
            palette: Palette::default(),
            dialogs: Dialogs::default(),
            banners: banners::BannersState::default(),
            busy: busy::BusyState::default(),
            drawers: Drawers::default(),
            question: Question::default(),
            allowed: None,
            notices: Notices::default(),
            files: Files::new(ctx),
            asked: None,
            edited: None,
            commands: Vec::new(),
            requests: Vec::new(),
            shown: None,
            title: String::new(),
        }
    }

    /// All state, for tests and for the benchmark.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Asks for a path in the window itself, as it does where the system has no file dialog.
    pub fn ask_path(&mut self, want: Want) {
        self.dialogs.ask_path(want);
    }

    /// Asks for a command as a panel would; carried out after the next frame.
    pub fn push(&mut self, command: impl Into<Command>) {
        self.commands.push(command.into());
    }

    fn restore(&mut self, storage: &dyn eframe::Storage) {
        if let Some(settings) = storage
            .get_string(SETTINGS)
            .and_then(|text| serde_json::from_str::<Settings>(&text).ok())
        {
            let GraphSettings {
                issuers,
                keys,
                clients,
                fold,
            } = settings.graph;
            self.push(graph::Command::SeeKinds {
                issuers,
                keys,
                clients,
            });
            self.push(graph::Command::Fold(fold));
            self.settings = settings;
        }
        self.tree = storage
            .get_string(LAYOUT)
            .and_then(|text| serde_json::from_str(&text).ok())
            .and_then(desk::restored);
    }

    /// Opens what was named on the command line or dropped on the window: a workspace, or tokens.
    fn open(&mut self, paths: &[PathBuf]) {
        let is_workspace = |p: &PathBuf| p.extension().is_some_and(|e| e == "toml");
        if let Some(workspace) = paths.iter().find(|p| is_workspace(p)) {
            self.push(file::Command::Open(workspace.clone()));
        }
        let tokens: Vec<_> = paths.iter().filter(|p| !is_workspace(p)).cloned().collect();
        if !tokens.is_empty() {
            self.push(token::Command::ImportFiles(tokens));
        }
    }

    fn env(&self) -> Env {
        Env::system(self.model.session.clock)
    }

    /// Takes in what came of effects and of file dialogs.
    fn take_in(&mut self) {
        while let Some(outcome) = self.carrier.poll() {
            let env = self.env();
            let saved_or_loaded = match &outcome {
                Outcome::Saved(_, path, _, Ok(_)) | Outcome::Loaded(_, path, Ok(_)) => {
                    Some(path.clone())
                }
                _ => None,
            };
            let loads = matches!(outcome, Outcome::Loaded(.., Ok(_)));
            if loads {
                self.leave();
            }
            let failed = match &outcome {
                Outcome::Saved(.., Err(why)) => Some((true, why.clone())),
                Outcome::Loaded(.., Err(why)) => Some((false, why.clone())),
                _ => None,
            };
            let effects = apply(&mut self.model, outcome, &env);
            if let Some((saving, why)) = failed {
                self.ask_again(saving, why);
            }
            if loads {
                let path = self.model.path.as_ref();
                let left = self.settings.left.iter().find(|l| Some(&l.path) == path);
                let back = left.map(|left| left.back(&self.model));
                self.commands.extend(back.into_iter().flatten());
            }
            if let Some(path) = saved_or_loaded {
                self.settings.recent.retain(|p| *p != path);
                self.settings.recent.insert(0, path);
                self.settings.recent.truncate(RECENT);
                if self.asked.take().is_some() {
                    self.dialogs.path_done();
                }
                if let Some(command) = self.question.saved() {
                    self.push(command);
                }
            }
            self.perform(effects);
        }
        while let Some(chosen) = self.files.poll() {
            let asked = match &chosen {
                Chosen::Open(_) | Chosen::SaveAs(_) => None, // whether that goes well is yet to come
                _ => self.asked.take(),
            };
            match chosen {
                Chosen::Import(paths) => self.push(token::Command::ImportFiles(paths)),
                Chosen::Open(path) => {
                    self.is_asked(Want::Open, &path);
                    self.push(file::Command::Open(path));
                }
                Chosen::SaveAs(path) => {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy();
                    self.is_asked(Want::SaveAs(name.into_owned()), &path);
                    self.push(file::Command::SaveAs(path));
                }
                Chosen::Nothing(Want::SaveAs(_)) => self.question.forget(),
                Chosen::Nothing(_) => {}
                Chosen::Key(name, Ok(text)) => {
                    self.push(keys::Command::Import { text, name });
                }
                Chosen::NoDialog(want) => self.ask_path(want),
                Chosen::NotTaken(want, text, why) => self.dialogs.ask_path_again(want, text, why),
                Chosen::Words(path) => self
                    .requests
                    .push(WindowRequest::Tell(PanelRequest::TakeWords(path))),
                Chosen::Chain(folder, Ok(text)) => {
                    self.push(chains::Command::ImportFile { text, folder });
                }
                Chosen::Written(Ok(path)) => {
                    self.dialogs.path_done();
                    let text = format!("{} written", path.display());
                    self.model.session.notices.push(success(text));
                }
                Chosen::Key(_, Err(text))
                | Chosen::Chain(_, Err(text))
                | Chosen::Written(Err(text)) => {
                    if let Some(asked) = asked {
                        let why = NotTaken::Failed(text);
                        self.dialogs.ask_path_again(asked.want, asked.text, why);
                        continue;
                    }
                    self.model.session.notices.push(failure(text));
                }
            }
        }
    }

    /// Keeps where one is in the workspace, for when it is opened again.
    fn leave(&mut self) {
        if let Some(left) = Left::of(&self.model) {
            self.settings.leave(left, RECENT);
        }
    }

    /// A path is being saved to or opened. What was typed is known already.
    fn is_asked(&mut self, want: Want, path: &std::path::Path) {
        self.asked.get_or_insert_with(|| Asked {
            want,
            text: path.display().to_string(),
            typed: false,
        });
    }

    /// What was asked for a path failed: the dialog says why, and what was typed stands in it.
    fn ask_again(&mut self, saving: bool, why: String) {
        let fits = |asked: &mut Asked| matches!(asked.want, Want::SaveAs(_)) == saving;
        match self.asked.take_if(fits) {
            Some(asked) => {
                // It says all that the message would.
                self.model.session.notices.pop_if(|n| n.error);
                let why = NotTaken::Failed(why);
                if asked.typed {
                    self.dialogs.ask_path_again(asked.want, asked.text, why);
                } else {
                    self.dialogs.ask_path_instead(asked.want, asked.text, why);
                }
            }
            None if saving => self.question.forget(),
            None => {}
        }
    }

    fn perform(&self, effects: Vec<Effect>) {
        for effect in effects {
            self.carrier.perform(effect);
        }
    }

    /// Carries out what was asked, in order. Returns whether there was anything.
    fn carry_out(&mut self, ctx: &egui::Context) -> bool {
        let commands = std::mem::take(&mut self.commands);
        let requests = std::mem::take(&mut self.requests);
        let any = !commands.is_empty() || !requests.is_empty();
        for command in commands {
            let allowed = self.allowed.take().is_some_and(|a| a == command);
            if !allowed && self.question.holds(&command, self.model.is_dirty()) {
                continue;
            }
            let env = self.env();
            if command == file::Command::New.into() {
                self.leave();
            }
            let noun = std::mem::discriminant(&command);
            let changes = matches!(command.undo(), Undo::Step | Undo::Merged(_));
            let effects = update(&mut self.model, command, &env);
            self.perform(effects);
            let time = ctx.input(|i| i.time);
            let notices = std::mem::take(&mut self.model.session.notices);
            if notices.iter().all(|n| !n.error) && (changes || !notices.is_empty()) {
                self.notices.worked(noun);
            }
            for notice in notices {
                self.notices.add(notice, Some(noun), time);
            }
        }
        for request in requests {
            self.answer(ctx, request);
        }
        any
    }

    fn answer(&mut self, ctx: &egui::Context, request: WindowRequest) {
        match request {
            WindowRequest::ImportFiles => self.files.ask(Want::Import),
            WindowRequest::OpenWorkspace => self.files.ask(Want::Open),
            WindowRequest::OpenPath(path) => self.push(file::Command::Open(path)),
            WindowRequest::ChooseKey => self.files.ask(Want::Key),
            WindowRequest::ChooseWords => self.files.ask(Want::Words),
            WindowRequest::ChooseChain => self.files.ask(Want::Chain),
            WindowRequest::SaveFile(name, bytes) => self.files.ask(Want::Write(name, bytes)),
            WindowRequest::Typed(want, text, replace) => {
                self.asked = Some(Asked {
                    want: want.clone(),
                    text: text.clone(),
                    typed: true,
                });
                self.files.typed(want, text, replace);
            }
            WindowRequest::SaveAs => {
                let name = &self.model.workspace.name;
                let name = if name.is_empty() { "workspace" } else { name };
                self.files.ask(Want::SaveAs(name.to_owned()));
            }
            WindowRequest::Paste => match clipboard::read() {
                Ok(text) => self.push(token::Command::Paste(text)),
                Err(text) => self.notice(ctx, failure(text)),
            },
            WindowRequest::Copy(text, what) => {
                ctx.copy_text(text);
                self.notice(ctx, success(format!("{what} copied")));
            }
            WindowRequest::CopySecret(secret, what) => {
                clipboard::copy_secret(secret);
                let text = format!("{what} copied, kept out of clipboard history");
                self.notice(ctx, success(text));
            }
            WindowRequest::Open(dialog) => self.dialogs.open(dialog),
            WindowRequest::Connect(issuer) => self.dialogs.connect_to(issuer),
            WindowRequest::Find => self.window.find = true,
            WindowRequest::Palette => self.palette.toggle(),
            WindowRequest::ToggleTheme => {
                let dark = ctx.theme() == egui::Theme::Light;
                self.settings.dark = Some(dark);
                ctx.set_theme(if dark {
                    egui::Theme::Dark
                } else {
                    egui::Theme::Light
                });
            }
            WindowRequest::TogglePane(pane) if self.drawers.holds(&pane) => {
                self.drawers.toggle(&pane);
            }
            WindowRequest::Bring(pane) if self.drawers.holds(&pane) => self.drawers.open(&pane),
            WindowRequest::TogglePane(pane) => {
                if let Some(tree) = &mut self.tree {
                    desk::toggle(tree, &pane);
                }
            }
            WindowRequest::Bring(pane) => {
                if let Some(view) = panels::view(&pane) {
                    self.push(view::Command::Show(view));
                } else if let Some(tree) = &mut self.tree {
                    desk::bring(tree, &pane);
                }
            }
            WindowRequest::ResetLayout => self.tree = None,
            WindowRequest::ShowToken(id) => {
                self.push(view::Command::Select(Selection::Token(id)));
                self.push(view::Command::Show(View::TOKEN));
            }
            WindowRequest::Tell(request) => self.tell(ctx, &request),
            WindowRequest::Notice(notice) => self.notice(ctx, notice),
        }
    }

    /// Tells the panels what one of them is asked; what they ask in turn is carried out with the rest.
    fn tell(&mut self, ctx: &egui::Context, request: &PanelRequest) {
        let mut cx = Cx {
            model: &self.model,
            state: &mut (),
            window: &mut self.window,
            commands: &mut self.commands,
            requests: &mut self.requests,
            theme: Theme::of_window(ctx),
            now: self.model.session.clock.now(),
        };
        self.panels.take(request, &mut cx);
    }

    fn notice(&mut self, ctx: &egui::Context, notice: Notice) {
        self.notices.add(notice, None, ctx.input(|i| i.time));
    }

    /// The workspace's name in the window's title; a dot before it while something is not saved.
    fn name_window(&mut self, ctx: &egui::Context) {
        let mark = if self.model.is_dirty() { "• " } else { "" };
        let name = self.model.title();
        let title = format!("{mark}{} – Delegraph", crate::kit::text::escape(&name));
        if title != self.title {
            self.title.clone_from(&title);
            ctx.send_viewport_cmd(ViewportCommand::Title(title));
        }
    }

    /// Analyses again when a verdict changes by itself.
    fn follow_the_clock(&mut self, ctx: &egui::Context) {
        let Some(next) = self.model.analysis.next_change else {
            return;
        };
        let now = self.model.session.clock.now();
        if next <= now {
            if self.model.analysis.revision == self.model.revision {
                self.push(jobs::Command::Analyse);
            }
        } else if self.model.session.clock == crate::kit::clock::Clock::System
            && let Ok(wait) = std::time::Duration::try_from(next.duration_since(now))
        {
            ctx.request_repaint_after(wait + std::time::Duration::from_millis(5));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_in();
        self.follow_the_clock(ctx);
        if self.carry_out(ctx) {
            ctx.request_repaint();
        }
        for notice in std::mem::take(&mut self.model.session.notices) {
            self.notice(ctx, notice);
        }
        self.name_window(ctx);
        if self.model.quit {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        } else if ctx.input(|i| i.viewport().close_requested()) {
            if self.model.is_dirty() {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
            self.push(file::Command::Quit);
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let theme = Theme::of(ui);
        let mut commands = std::mem::take(&mut self.commands);
        let mut requests = std::mem::take(&mut self.requests);
        let mut cx = Cx {
            model: &self.model,
            state: &mut (),
            window: &mut self.window,
            commands: &mut commands,
            requests: &mut requests,
            theme,
            now: self.model.session.clock.now(),
        };
        cx.window.focus.begin(ui);
        // The question has all keys while it waits.
        if !self.question.waits() {
            if !self.palette.is_open() && !self.dialogs.is_any_open() {
                self.drawers.escape(ui, &mut cx);
            }
            shortcuts::take(ui, &mut cx, &mut self.palette, &mut self.dialogs);
        }

        Panel::top("topbar")
            .exact_size(44.0)
            .show_separator_line(true)
            .frame(
                Frame::new()
                    .fill(theme.surface)
                    .inner_margin(Margin::symmetric(12, 0)),
            )
            .show(ui, |ui| {
                topbar::ui(ui, &mut cx, &mut self.topbar, &self.settings);
            });
        banners::ui(ui, &mut cx, &mut self.banners);
        let connecting = self.dialogs.is_open(Dialog::Connect);
        let busy = &mut self.busy;
        self.notices.show(ui, &mut cx, connecting, |ui, cx| {
            busy::ui(ui, cx, busy);
        });
        let narrow = ui.available_width() < drawers::BELOW;
        self.drawers.fold(narrow);
        let started = !self.model.workspace.is_empty() || self.model.session.view != View::START;
        if narrow && started {
            drawers::rails(ui, &mut cx, &mut self.drawers);
        }
        CentralPanel::no_frame().show(ui, |ui| {
            if !started {
                start::ui(ui, &mut cx);
                return;
            }
            let size = ui.available_size();
            let tree = self
                .tree
                .get_or_insert_with(|| desk::arrangement(size.x, size.y));
            if let Some(before) = self.size.replace(size).filter(|before| *before != size) {
                desk::resized(tree, before, size);
            }
            let view = match self.model.session.view {
                View::START => View::TOKEN,
                view => view,
            };
            if self.shown != Some(view) {
                self.shown = Some(view);
                cx.window.focus.comes(Pane::main(view));
                desk::bring(tree, &Pane::main(view));
            }
            let hidden = if narrow {
                drawers::take_out(tree)
            } else {
                Vec::new()
            };
            let mut desk = Desk {
                cx: &mut cx,
                panels: &mut self.panels,
            };
            tree.ui(&mut desk, ui);
            for tile in hidden {
                tree.tiles.set_visible(tile, true);
            }
            drawers::ui(ui, &mut cx, &mut self.panels, &mut self.drawers);
        });
        if !self.question.waits() && (self.dialogs.is_any_open() || self.palette.is_open()) {
            // The question brings its own, which keeps the pointer out as well.
            let behind = ui.ctx().layer_painter(egui::LayerId::background());
            behind.rect_filled(ui.ctx().content_rect(), 0.0, theme.dim());
        }
        self.dialogs.show(ui, &mut cx);
        self.palette.show(ui, &mut cx);
        if let Some(command) = self.question.show(ui, &mut cx) {
            cx.push(command.clone());
            self.allowed = Some(command);
        }
        drop_hint(ui, &cx);
        if self.dialogs.gave_up() {
            self.asked = None;
            self.question.forget();
        }
        // After what was asked in this frame: what a field gives when it is left belongs to its step.
        let focused = ui.memory(egui::Memory::focused);
        let left = std::mem::replace(&mut self.edited, focused) != focused;
        let let_go = ui.input(|i| i.pointer.any_released());
        if (left || let_go) && (!commands.is_empty() || self.model.history.is_step_open()) {
            commands.push(history::Command::EndStep.into());
        }

        // Whatever was asked in this frame is carried out before the next one.
        if !commands.is_empty() || !requests.is_empty() {
            ui.ctx().request_repaint();
        }
        self.commands = commands;
        self.requests = requests;
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if self.fresh {
            return;
        }
        self.settings.graph = GraphSettings::of(&self.model.session.seen);
        self.leave();
        if let Ok(text) = serde_json::to_string(&self.settings) {
            storage.set_string(SETTINGS, text);
        }
        if let Some(text) = self
            .tree
            .as_ref()
            .and_then(|t| serde_json::to_string(t).ok())
        {
            storage.set_string(LAYOUT, text);
        }
    }

    fn persist_egui_memory(&self) -> bool {
        !self.fresh
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        let theme = if visuals.dark_mode {
            &theme::DARK
        } else {
            &theme::LIGHT
        };
        theme.window.to_normalized_gamma_f32()
    }
}

/// Says what happens when what hovers over the window is dropped.
fn drop_hint(ui: &Ui, cx: &Cx<'_>) {
    let files = ui.input(|i| i.raw.hovered_files.len());
    if files == 0 {
        return;
    }
    let rect = ui.ctx().content_rect().shrink(8.0);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        egui::Id::unique("drop-hint"),
    ));
    painter.rect(
        rect,
        egui::CornerRadius::same(10),
        cx.theme.accent_surface.gamma_multiply(0.85),
        egui::Stroke::new(2.0, cx.theme.accent),
        egui::StrokeKind::Inside,
    );
    let what = if files == 1 {
        "this file"
    } else {
        "these files"
    };
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        format!("Drop to read every token or key in {what}"),
        egui::FontId::new(20.0, theme::semibold()),
        cx.theme.text,
    );
}
