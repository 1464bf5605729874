//! Keys that work everywhere, paste anywhere, files dropped on the window.

use egui::{Event, Key, Modifiers, Ui};

use super::{
    context::Cx, dialogs::Dialogs, palette::Palette, pane::Pane, panels::REGISTRY,
    request::WindowRequest, topbar,
};
use crate::app::{Command, session::Selection};

const CTRL: Modifiers = Modifiers::COMMAND;

/// Takes the keys of this frame that belong to the window and not to the field that has the cursor.
pub fn take(ui: &Ui, cx: &mut Cx<'_>, palette: &mut Palette, dialogs: &mut Dialogs) {
    let typing = ui.ctx().text_edit_focused();
    let ctrl_shift = CTRL | Modifiers::SHIFT;
    let hit = |modifiers: Modifiers, key: Key| {
        ui.input_mut(|i| {
            i.consume_key(modifiers, key)
                // Tools that press keys may set Ctrl without egui's notion of a command key.
                || (modifiers.command
                    && !cfg!(target_os = "macos")
                    && i.consume_key(plain_ctrl(modifiers), key))
        })
    };

    if hit(CTRL, Key::K) {
        palette.toggle();
    }
    if hit(Modifiers::NONE, Key::Escape) {
        escape(ui, cx, palette, dialogs, typing);
    }
    if hit(ctrl_shift, Key::S) {
        cx.ask(WindowRequest::SaveAs);
    }
    if hit(CTRL, Key::S) {
        topbar::save(cx);
    }
    if hit(CTRL, Key::O) {
        cx.ask(WindowRequest::OpenWorkspace);
    }
    if hit(CTRL, Key::N) {
        cx.push(Command::NewWorkspace);
    }
    if hit(CTRL, Key::Q) {
        cx.push(Command::Quit);
    }
    if hit(CTRL, Key::F) {
        cx.window.find = true;
    }
    if let Some(chain) = cx.model.session.chain {
        if hit(CTRL, Key::Enter) {
            cx.push(Command::RunAll(chain));
        }
        if hit(Modifiers::NONE, Key::F10) {
            cx.push(Command::Step(chain));
        }
    }
    for entry in REGISTRY {
        if entry.key.is_some_and(|key| hit(CTRL, key)) {
            match &entry.pane {
                Pane::Main(view) => cx.push(Command::Show(*view)),
                pane @ Pane::Side(_) => cx.ask(WindowRequest::Bring(pane.clone())),
            }
            // Tab goes on from there.
            cx.window.focus.tab = Some(entry.pane.clone());
        }
    }
    // Inside a text field undo, redo and paste belong to the field.
    if !typing {
        if hit(ctrl_shift, Key::Z) || hit(CTRL, Key::Y) {
            cx.push(Command::Redo);
        }
        if hit(CTRL, Key::Z) {
            cx.push(Command::Undo);
        }
        paste(ui, cx);
    }
    let paths: Vec<_> = ui.input(|i| {
        i.raw
            .dropped_files
            .iter()
            .map(|f| f.path().to_owned())
            .collect()
    });
    let (workspaces, tokens): (Vec<std::path::PathBuf>, Vec<_>) = paths
        .into_iter()
        .partition(|p| p.extension().is_some_and(|e| e == "toml"));
    if let Some(workspace) = workspaces.into_iter().next() {
        cx.push(Command::Open(workspace));
    }
    if !tokens.is_empty() {
        cx.push(Command::ImportFiles(tokens));
    }
}

/// `modifiers` with Ctrl in the place of the command key.
fn plain_ctrl(modifiers: Modifiers) -> Modifiers {
    Modifiers {
        command: false,
        ctrl: true,
        ..modifiers
    }
}

fn paste(ui: &Ui, cx: &mut Cx<'_>) {
    let pasted = ui.input_mut(|i| {
        let mut pasted = Vec::new();
        i.events.retain(|event| match event {
            Event::Paste(text) => {
                pasted.push(text.clone());
                false
            }
            _ => true,
        });
        pasted
    });
    for text in pasted {
        cx.push(Command::Paste(text));
    }
}

/// Backs out of the innermost thing.
fn escape(ui: &Ui, cx: &mut Cx<'_>, palette: &mut Palette, dialogs: &mut Dialogs, typing: bool) {
    if palette.is_open() {
        palette.close();
        cx.window.focus.give_back();
    } else if egui::Popup::is_any_open(ui.ctx()) {
        cx.window.focus.give_back();
        egui::Popup::close_all(ui.ctx());
    } else if typing {
        if let Some(id) = ui.ctx().memory(egui::Memory::focused) {
            ui.ctx().memory_mut(|m| m.surrender_focus(id));
        }
    } else if dialogs.close_front() {
        cx.window.focus.give_back();
    } else if !cx.model.session.filter.is_empty() {
        cx.push(Command::Filter(String::new()));
    } else if cx.model.session.selection != Selection::None {
        cx.push(Command::Select(Selection::None));
    }
}
