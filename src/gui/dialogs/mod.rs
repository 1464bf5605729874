//! Dialogs: windows that float, so that nothing behind them is blocked.

pub mod about;
pub mod connect;
pub mod keys;
pub mod path;
pub mod question;

use egui::{Align2, Id, Ui, Window, vec2};

use super::{
    context::Cx,
    files::{NotTaken, Want},
    icons::Icon,
    request::{Dialog, WindowRequest},
    theme::{self, space},
    widgets,
};

/// The way of the keyboard into a dialog: to its head, and in the next frame to what follows there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fresh {
    Opened(Dialog),
    AtHead(Dialog),
}

/// The dialogs that are open, the front one last, and what they keep.
#[derive(Default)]
pub struct Dialogs {
    open: Vec<Dialog>,
    /// The one that the keyboard is to go to.
    fresh: Option<Fresh>,
    keys: keys::KeysForm,
    connect: connect::ConnectForm,
    path: path::PathForm,
    /// A path that was asked for is not wanted any more.
    given_up: bool,
}

impl Dialogs {
    /// Opens a dialog, or brings it to the front.
    pub fn open(&mut self, dialog: Dialog) {
        self.open.retain(|d| *d != dialog);
        self.open.push(dialog);
        self.fresh = Some(Fresh::Opened(dialog));
    }

    /// Opens the form that connects an authorization server. Nothing is sent before the user says so.
    pub fn connect_to(&mut self, issuer: String) {
        self.connect.propose(issuer);
        self.open(Dialog::Connect);
    }

    /// Asks for a path, because the system shows no file dialog.
    pub fn ask_path(&mut self, want: Want) {
        self.path.ask(want);
        self.open(Dialog::Path);
    }

    /// Asks again for a path that was not taken.
    pub fn ask_path_again(&mut self, want: Want, text: String, why: NotTaken) {
        self.ask_path(want.clone());
        self.path.ask_again(want, text, why);
    }

    /// As [`Self::ask_path_again`], of a path that was chosen in the system's dialog.
    pub fn ask_path_instead(&mut self, want: Want, text: String, why: NotTaken) {
        self.ask_path(want.clone());
        self.path.ask_instead(want, text, why);
    }

    /// The path that was asked for did its work.
    pub fn path_done(&mut self) {
        self.open.retain(|d| *d != Dialog::Path);
    }

    /// Whether a path that was asked for is not wanted any more; told once.
    pub fn gave_up(&mut self) -> bool {
        std::mem::take(&mut self.given_up)
    }

    /// Whether one is open.
    pub fn is_any_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether this one is.
    pub fn is_open(&self, dialog: Dialog) -> bool {
        self.open.contains(&dialog)
    }

    /// Closes the one in front. Returns whether there was one.
    pub fn close_front(&mut self) -> bool {
        let closed = self.open.pop();
        match closed {
            // What was typed there may be a secret.
            Some(Dialog::Keys) => self.keys = keys::KeysForm::default(),
            Some(Dialog::Path) => self.given_up = true,
            Some(Dialog::Connect | Dialog::About) | None => {}
        }
        closed.is_some()
    }

    /// Draws them.
    pub fn show(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let screen = ui.ctx().content_rect();
        let mut closed = None;
        let mut done = false;
        if let Some(Fresh::AtHead(_)) = self.fresh {
            self.fresh = None;
            ui.ctx()
                .memory_mut(|m| m.move_focus(egui::FocusDirection::Next));
        }
        for dialog in self.open.clone() {
            let mut open = true;
            let width = match dialog {
                Dialog::Keys => 620.0,
                Dialog::Connect => 660.0,
                Dialog::About => 420.0_f32,
                Dialog::Path => 520.0,
            };
            let title = match dialog {
                Dialog::Path => self.path.title().unwrap_or(dialog.title()),
                _ => dialog.title(),
            };
            let before = ui.ctx().memory(egui::Memory::focused);
            Window::new(title)
                .id(Id::unique(("dialog", dialog)))
                .title_bar(false)
                .resizable(false)
                .pivot(Align2::CENTER_TOP)
                .default_pos(screen.center_top() + vec2(0.0, 96.0))
                .default_width(width.min(screen.width() - 64.0))
                .max_height(screen.height() - 160.0)
                .show(ui.ctx(), |ui| {
                    ui.set_width(width.min(screen.width() - 64.0));
                    let close = head(ui, title);
                    open = !close.clicked();
                    match dialog {
                        Dialog::Keys => keys::ui(ui, cx, &mut self.keys),
                        Dialog::Connect => connect::ui(ui, cx, &mut self.connect),
                        Dialog::About => about::ui(ui, cx),
                        Dialog::Path => {
                            if let Some(typed) = path::ui(ui, cx, &mut self.path) {
                                done |= !typed.want.writes();
                                cx.ask(WindowRequest::Typed(typed.want, typed.text, typed.replace));
                            }
                        }
                    }
                    // Unless the dialog has given it to one of its fields.
                    let focused = ui.memory(egui::Memory::focused);
                    if self.fresh == Some(Fresh::Opened(dialog)) {
                        self.fresh = None;
                        if focused == before {
                            close.request_focus();
                            self.fresh = Some(Fresh::AtHead(dialog));
                            ui.ctx().request_repaint();
                        }
                    }
                });
            if !open {
                closed = Some(dialog);
            }
        }
        if done {
            self.path_done();
            cx.window.focus.give_back();
        }
        if let Some(dialog) = closed {
            self.open.retain(|d| *d != dialog);
            self.open.push(dialog);
            self.close_front();
            cx.window.focus.give_back();
        }
    }
}

/// Title and cross. The window is dragged by whatever is not a widget.
fn head(ui: &mut Ui, title: &str) -> egui::Response {
    let close = ui
        .horizontal(|ui| {
            ui.label(theme::title(title));
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| {
                widgets::icon_button(ui, Icon::Cross, "Close dialog")
            })
            .inner
        })
        .inner;
    ui.add_space(space::XS);
    close
}
