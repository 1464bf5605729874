//! Floor 5: the window. The only place that names egui.
//!
//! Panels read the [`Model`] and their own view state, and push [`Command`]s; [`shell::App`] carries
//! them out after the frame. Nothing is parsed, verified, laid out or read from disk inside a frame.

pub mod banners;
pub mod canvas;
pub mod clipboard;
pub mod desk;
pub mod dialogs;
pub mod files;
pub mod icons;
pub mod keyboard_focus;
pub mod notices;
pub mod palette;
pub mod panels;
pub mod shell;
pub mod shortcuts;
pub mod start;
pub mod theme;
pub mod topbar;
pub mod widgets;

use std::path::PathBuf;

use crate::{
    app::{Command, Model},
    kit::{clock::Timestamp, ids::TokenId, secret::Secret},
};
use theme::Theme;

/// What a panel gets for one frame.
pub struct Cx<'a> {
    /// All state; read only.
    pub model: &'a Model,
    /// State of the views: text buffers, cameras, caches.
    pub view: &'a mut ViewState,
    /// What the user asks of the program; carried out after the frame, in order.
    pub commands: &'a mut Vec<Command>,
    /// What the user asks of the window.
    pub asks: &'a mut Vec<Ask>,
    /// Colours.
    pub theme: &'static Theme,
    /// The moment, by the program's clock.
    pub now: Timestamp,
}

impl Cx<'_> {
    /// Asks for `command`.
    pub fn push(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Asks the window for something.
    pub fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }

    /// The moment in seconds since the epoch.
    pub fn seconds(&self) -> i64 {
        self.now.as_second()
    }

    /// Draws again when the second turns for the `seconds`th time: for words on screen that are others
    /// then. Asks for nothing when the clock stands, or for `None`.
    pub fn tick(&self, ctx: &egui::Context, seconds: Option<u64>) {
        if let Some(seconds) = seconds
            && self.model.session.clock == crate::kit::clock::Clock::System
        {
            let into = u64::from(self.now.subsec_nanosecond().unsigned_abs());
            let rest = 1_000_000_000_u64.saturating_sub(into).max(20_000_000);
            let whole = std::time::Duration::from_secs(seconds.saturating_sub(1));
            ctx.request_repaint_after(whole + std::time::Duration::from_nanos(rest));
        }
    }
}

/// State of the views: nothing of it is saved with the workspace, nothing is undoable.
#[derive(Default)]
pub struct ViewState {
    /// The zone in which times are shown.
    pub zone: Zone,
    /// Token tray.
    pub tray: panels::tray::State,
    /// Token view.
    pub token: panels::token::State,
    /// Inspector.
    pub inspector: panels::inspector::State,
    /// Compare view.
    pub compare: panels::compare::State,
    /// Chain canvas.
    pub chain: panels::chain::State,
    /// Principal graph.
    pub graph: panels::graph::State,
    /// Inspector of a node of a chain.
    pub chain_inspector: panels::chain::inspect::State,
    /// Findings.
    pub findings: panels::findings::State,
    /// HTTP log.
    pub log: panels::log::State,
    /// Forgeries.
    pub forge: panels::forge::State,
    /// Practice servers.
    pub practice: panels::practice::State,
    /// Ctrl+F was pressed: the view in front puts the cursor into its search field and takes this.
    pub find: bool,
    /// Where the keyboard is.
    pub focus: keyboard_focus::Focus,
    /// The system or the user asks for less motion.
    pub still: bool,
}

/// A time zone; UTC until the window knows the system's, so that tests and pictures are the same
/// everywhere.
pub struct Zone(pub jiff::tz::TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }
}

/// What a panel can ask of the window itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Choose files with tokens.
    ImportFiles,
    /// Choose a workspace.
    OpenWorkspace,
    /// Open a workspace of the list of recent ones.
    OpenPath(PathBuf),
    /// Choose a file with a key.
    ChooseKey,
    /// Choose a word list for weak secrets.
    ChooseWords,
    /// Choose a file with a chain.
    ChooseChain,
    /// Choose where to write what was made here: proposed file name, contents.
    SaveFile(String, Vec<u8>),
    /// Choose where to save.
    SaveAs,
    /// Take a path that was typed because there is no file dialog.
    Typed(files::Want, String, bool),
    /// Put a panel in front.
    Bring(desk::Pane),
    /// Paste from the clipboard as if Ctrl+V were pressed.
    Paste,
    /// Put text on the clipboard; the second says what it is, for the notice.
    Copy(String, String),
    /// Put a secret on the clipboard, kept out of clipboard history.
    CopySecret(Secret, String),
    /// Open a dialog.
    Open(dialogs::Dialog),
    /// Open the form that connects an authorization server, with this issuer in it.
    Connect(String),
    /// Put the cursor into the search field of the view in front.
    Find,
    /// Open the command palette.
    Palette,
    /// Switch between dark and light.
    ToggleTheme,
    /// Show or hide a side panel.
    TogglePane(desk::Pane),
    /// Back to the first arrangement of panels.
    ResetLayout,
    /// Show a token in the token view.
    ShowToken(TokenId),
    /// Say something.
    Notice(crate::app::session::Notice),
}

/// Opens the window and runs until it is closed.
pub fn run(start: &shell::Start) -> Result<(), String> {
    let fresh = start
        .fresh
        .then(|| std::env::temp_dir().join(format!("delegraph-fresh-{}.ron", std::process::id())));
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Delegraph")
            .with_app_id("delegraph")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([800.0, 560.0]),
        persist_window: !start.fresh,
        persistence_path: fresh.clone(),
        ..Default::default()
    };
    let start = start.clone();
    let ended = eframe::run_native(
        "delegraph",
        options,
        Box::new(move |cc| Ok(Box::new(shell::App::new(cc, &start)?))),
    );
    if let Some(path) = fresh {
        // Nothing of a fresh start is kept; the file may never have been written.
        let _ = std::fs::remove_file(path);
    }
    ended.map_err(|e| format!("The window could not be opened: {e}. Without a display, use the commands: delegraph --help"))
}
