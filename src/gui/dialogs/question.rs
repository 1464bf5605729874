//! The one modal question: what to do with unsaved work before it would be lost.

use egui::{Id, Modal, Ui, vec2};

use crate::{
    app::{Command, file},
    gui::{
        context::Cx,
        theme::{self, space},
        widgets,
    },
};

/// A command that waits for an answer.
#[derive(Default)]
pub struct Question {
    waiting: Option<Command>,
    after_save: Option<Command>,
    /// It was asked in this frame: the keyboard goes to it.
    fresh: bool,
}

impl Question {
    /// Whether `command` would lose unsaved work: then it waits, and the question is asked.
    pub fn holds(&mut self, command: &Command, dirty: bool) -> bool {
        let holds = match command {
            Command::File(
                file::Command::New
                | file::Command::Open(_)
                | file::Command::Recover(true)
                | file::Command::Quit,
            ) => dirty,
            // What an earlier start left is gone for good.
            Command::File(file::Command::Recover(false)) => true,
            _ => false,
        };
        if holds {
            self.waiting = Some(command.clone());
            self.fresh = true;
        }
        holds
    }

    /// The workspace is not saved after all: nothing waits for it any more.
    pub fn forget(&mut self) {
        self.after_save = None;
    }

    /// Whether it is being asked.
    pub fn waits(&self) -> bool {
        self.waiting.is_some()
    }

    /// The command that waited for the workspace to be saved, once it is.
    pub fn saved(&mut self) -> Option<Command> {
        self.after_save.take()
    }

    /// Draws the question. Returns the command that may go on without saving.
    pub fn show(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> Option<Command> {
        let command = self.waiting.clone()?;
        if command == file::Command::Recover(false).into() {
            return self.drop_question(ui, cx, command);
        }
        let name = crate::kit::text::escape(&cx.model.title()).into_owned();
        let mut go = None;
        let modal = Modal::new(Id::unique("unsaved"))
            .backdrop_color(cx.theme.dim())
            .show(ui.ctx(), |ui| {
                ui.set_width(420.0);
                ui.label(theme::title(format!("Save the changes of {name}?")));
                ui.add_space(space::XS);
                ui.add(
                    egui::Label::new(
                        "Without saving, its tokens, keys and chains since the last save are lost.",
                    )
                    .wrap(),
                );
                ui.add_space(space::M);
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
                    let save = widgets::primary(ui, None, "Save");
                    if std::mem::take(&mut self.fresh) {
                        save.request_focus();
                    }
                    if save.clicked() {
                        self.after_save = self.waiting.take();
                        cx.save();
                    }
                    if ui.button("Go on without saving").clicked() {
                        self.waiting = None;
                        go = Some(command.clone());
                    }
                    if ui.button("Cancel").clicked() {
                        self.waiting = None;
                    }
                });
            });
        if modal.should_close() {
            self.waiting = None;
        }
        if self.waiting.is_none() {
            cx.window.focus.give_back();
        }
        go
    }

    /// Whether what an earlier start left is to be dropped.
    fn drop_question(&mut self, ui: &Ui, cx: &mut Cx<'_>, command: Command) -> Option<Command> {
        let Some(left) = &cx.model.recovery else {
            self.waiting = None;
            return None;
        };
        let name = crate::kit::text::escape(&left.name).into_owned();
        let mut go = None;
        let modal = Modal::new(Id::unique("drop recovery"))
            .backdrop_color(cx.theme.dim())
            .show(ui.ctx(), |ui| {
                ui.set_width(420.0);
                ui.label(theme::title(format!("Drop the changes of {name}?")));
                ui.add_space(space::XS);
                let says = "They were kept when Delegraph ended, and stand nowhere else.";
                ui.add(egui::Label::new(says).wrap());
                ui.add_space(space::M);
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
                    let keep = widgets::primary(ui, None, "Keep them");
                    if std::mem::take(&mut self.fresh) {
                        keep.request_focus();
                    }
                    if keep.clicked() {
                        self.waiting = None;
                    }
                    if ui.button("Drop the changes").clicked() {
                        self.waiting = None;
                        go = Some(command);
                    }
                });
            });
        if modal.should_close() {
            self.waiting = None;
        }
        if self.waiting.is_none() {
            cx.window.focus.give_back();
        }
        go
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_lose_work_waits() {
        let mut question = Question::default();
        assert!(!question.holds(&file::Command::Quit.into(), false));
        assert!(!question.holds(&file::Command::Save.into(), true));
        assert!(question.holds(&file::Command::New.into(), true));
        assert!(question.holds(&file::Command::Open("x".into()).into(), true));
        assert!(question.holds(&file::Command::Recover(true).into(), true));
        assert!(!question.holds(&file::Command::Recover(true).into(), false));
        assert!(question.holds(&file::Command::Recover(false).into(), false));
        assert!(question.saved().is_none());
    }
}
