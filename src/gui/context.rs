//! What a panel gets for one frame, and what is the window's own.

use jiff::tz::TimeZone;

use super::{keyboard_focus::Focus, request::WindowRequest, theme::Theme};
use crate::{
    app::{Command, Model, file},
    kit::clock::{Clock, Timestamp},
};

/// What is drawn with in one frame. `S` is what who draws keeps between frames; nothing of it is saved
/// with the workspace, nothing is undoable.
pub struct Cx<'a, S = ()> {
    /// All state of the program; read only.
    pub model: &'a Model,
    /// Text buffers, cameras, caches of who draws, and of nobody else.
    pub state: &'a mut S,
    /// What all share.
    pub window: &'a mut WindowState,
    /// What the user asks of the program; carried out after the frame, in order.
    pub commands: &'a mut Vec<Command>,
    /// What the user asks of the window.
    pub requests: &'a mut Vec<WindowRequest>,
    /// Colours.
    pub theme: &'static Theme,
    /// The moment, by the program's clock.
    pub now: Timestamp,
}

impl<S> Cx<'_, S> {
    /// The same for one with another state.
    pub fn with<'b, T>(&'b mut self, state: &'b mut T) -> Cx<'b, T> {
        Cx {
            model: self.model,
            state,
            window: self.window,
            commands: self.commands,
            requests: self.requests,
            theme: self.theme,
            now: self.now,
        }
    }

    /// Asks for `command`.
    pub fn push(&mut self, command: impl Into<Command>) {
        self.commands.push(command.into());
    }

    /// Asks the window for something.
    pub fn ask(&mut self, request: WindowRequest) {
        self.requests.push(request);
    }

    /// Saves, asking for a place when there is none.
    pub fn save(&mut self) {
        if self.model.path.is_some() {
            self.push(file::Command::Save);
        } else {
            self.ask(WindowRequest::SaveAs);
        }
    }

    /// The moment in seconds since the epoch.
    pub fn seconds(&self) -> i64 {
        self.now.as_second()
    }

    /// Draws again when the second turns for the `seconds`th time: for words on screen that are others
    /// then. Asks for nothing when the clock stands, or for `None`.
    pub fn tick(&self, ctx: &egui::Context, seconds: Option<u64>) {
        if let Some(seconds) = seconds
            && self.model.session.clock == Clock::System
        {
            let into = u64::from(self.now.subsec_nanosecond().unsigned_abs());
            let rest = 1_000_000_000_u64.saturating_sub(into).max(20_000_000);
            let whole = std::time::Duration::from_secs(seconds.saturating_sub(1));
            ctx.request_repaint_after(whole + std::time::Duration::from_nanos(rest));
        }
    }
}

/// What is the window's, and no panel's alone.
pub struct WindowState {
    /// The zone in which times are shown; UTC until the window knows the system's, so that tests and
    /// pictures are the same everywhere.
    pub zone: TimeZone,
    /// Ctrl+F was pressed: the view in front puts the cursor into its search field and takes this.
    pub find: bool,
    /// Where the keyboard is.
    pub focus: Focus,
    /// The finding under the pointer: whoever draws what it is about has its path stand out.
    pub hinted: Option<usize>,
}

impl Default for WindowState {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            find: false,
            focus: Focus::default(),
            hinted: None,
        }
    }
}
