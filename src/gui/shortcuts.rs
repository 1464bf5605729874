//! Keys that work everywhere, paste anywhere, files dropped on the window.

use std::cmp::Reverse;

use egui::{Event, Key, Modifiers, Ui};

use super::{
    context::Cx,
    dialogs::Dialogs,
    palette::{self, Action, Palette},
    pane::Pane,
    request::{LAST_OFFERS, OFFERS, WindowRequest},
};
use crate::app::{Command, Model, command, file, session::Selection, token, view};

/// What keys ask for, with the keys. Those with more modifiers stand first: to egui, Ctrl+S is pressed
/// when Ctrl+Shift+S is.
fn asked(model: &Model) -> Vec<(&'static str, Action)> {
    let commands = command::shortcuts(model).into_iter();
    let commands = commands.map(|(command, keys)| (Action::Command(command), keys));
    // Pasting is no key here: the clipboard's text comes as an event.
    let offers = OFFERS.iter().chain(LAST_OFFERS);
    let offers = offers.filter(|offer| offer.request != WindowRequest::Paste);
    let offers = offers.map(|offer| (Action::Window(offer.request.clone()), offer.keys));
    let mut all: Vec<_> = commands
        .chain(offers)
        .flat_map(|(action, keys)| keys.iter().map(move |keys| (*keys, action.clone())))
        .collect();
    all.sort_by_key(|(keys, _)| Reverse(keys.matches('+').count()));
    all
}

/// `Ctrl+Shift+S` as egui has it.
fn read(keys: &str) -> Option<(Modifiers, Key)> {
    let mut names = keys.split('+').rev();
    let key = Key::from_name(names.next()?)?;
    let modifiers = names.try_fold(Modifiers::NONE, |all, name| {
        Some(match name {
            "Ctrl" => all | Modifiers::COMMAND,
            "Shift" => all | Modifiers::SHIFT,
            _ => return None,
        })
    })?;
    Some((modifiers, key))
}

/// Takes the keys of this frame that belong to the window and not to the field that has the cursor.
pub fn take(ui: &Ui, cx: &mut Cx<'_>, palette: &mut Palette, dialogs: &mut Dialogs) {
    let typing = ui.ctx().text_edit_focused();
    let hit = |(modifiers, key): (Modifiers, Key)| {
        ui.input_mut(|i| {
            i.consume_key(modifiers, key)
                // Tools that press keys may set Ctrl without egui's notion of a command key.
                || (modifiers.command
                    && !cfg!(target_os = "macos")
                    && i.consume_key(plain_ctrl(modifiers), key))
        })
    };

    if hit((Modifiers::NONE, Key::Escape)) {
        escape(ui, cx, palette, dialogs, typing);
    }
    for (keys, action) in asked(cx.model) {
        // Inside a text field undo and redo belong to the field.
        if typing && matches!(action, Action::Command(Command::History(_))) {
            continue;
        }
        if read(keys).is_some_and(hit) {
            act(cx, palette, action);
        }
    }
    // And so does what is pasted.
    if !typing {
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
        cx.push(file::Command::Open(workspace));
    }
    if !tokens.is_empty() {
        cx.push(token::Command::ImportFiles(tokens));
    }
}

/// Does what keys ask for: what the window itself does takes effect in this frame.
fn act(cx: &mut Cx<'_>, palette: &mut Palette, action: Action) {
    match action {
        Action::Window(WindowRequest::Palette) => palette.toggle(),
        Action::Window(WindowRequest::Find) => cx.window.find = true,
        action => {
            if let Action::Command(Command::View(view::Command::Show(view))) = &action {
                // Tab goes on from there.
                cx.window.focus.tab = Some(Pane::main(*view));
            }
            palette::perform(cx, action);
        }
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
        cx.push(token::Command::Paste(text));
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
        cx.push(view::Command::Filter(String::new()));
    } else if cx.model.session.selection != Selection::None {
        cx.push(view::Command::Select(Selection::None));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        app::{chains, update},
        gui::panels,
        kit::{Env, clock::Clock},
    };

    /// A model in which all keys ask for something.
    fn model() -> Model {
        let mut model = Model::default();
        model.session.views = panels::views();
        let env = Env::system(Clock::System);
        update(&mut model, chains::Command::New, &env);
        model
    }

    #[test]
    fn shortcuts_do_not_clash_and_can_be_pressed() {
        let mut seen = BTreeSet::new();
        for (keys, action) in asked(&model()) {
            assert!(
                seen.insert(keys),
                "{keys} twice, the second time for {action:?}"
            );
            assert!(read(keys).is_some(), "{keys} cannot be pressed");
        }
        assert!(seen.contains("Ctrl+Shift+S") && seen.contains("F10"));
        assert!(!seen.contains(WindowRequest::Paste.shortcut()));
    }

    #[test]
    fn what_the_palette_shows_can_be_pressed() {
        let model = model();
        let asked = asked(&model);
        for entry in palette::entries(&model) {
            let known = asked.iter().any(|(keys, _)| *keys == entry.shortcut);
            let paste = entry.shortcut == WindowRequest::Paste.shortcut();
            assert!(
                entry.shortcut.is_empty() || known || paste,
                "{}",
                entry.label
            );
        }
    }

    #[test]
    fn the_keys_of_views_follow_their_tabs() {
        let model = model();
        for (n, offered) in panels::views().into_iter().enumerate() {
            let show = view::Command::Show(offered.view).into();
            let keys = command::shortcut(&model, &show);
            assert_eq!(keys, format!("Ctrl+{}", n + 1));
        }
    }
}
