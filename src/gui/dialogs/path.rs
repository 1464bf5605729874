//! A path to type, where the system has no file dialog.

use egui::{RichText, Role, Ui, WidgetInfo};

use crate::{
    gui::{
        context::Cx,
        files::{NotTaken, Want},
        theme::{self, space},
        widgets,
    },
    kit::text::escape,
};

/// What the dialog keeps while it is open.
#[derive(Default)]
pub struct PathForm {
    want: Option<Want>,
    text: String,
    fresh: bool,
    /// The path is being written to: what was typed stays until that went well.
    busy: bool,
    /// The system has a dialog: this one is here because what was chosen there did not work.
    chosen_before: bool,
    /// Why the path that stands in `text` was not taken, for which text.
    refused: Option<(String, NotTaken)>,
}

impl PathForm {
    /// The title, when something is asked for.
    pub fn title(&self) -> Option<&'static str> {
        self.want.as_ref().map(Want::title)
    }

    /// Asks for the path of `want`.
    pub fn ask(&mut self, want: Want) {
        // Where this program was started from is seldom where files belong.
        self.text = match want.offered().as_str() {
            "" => String::new(),
            name => format!("~/{name}"),
        };
        self.want = Some(want);
        self.fresh = true;
        self.busy = false;
        self.chosen_before = false;
        self.refused = None;
    }

    /// Asks again, since `text` was not taken.
    pub fn ask_again(&mut self, want: Want, text: String, why: NotTaken) {
        self.text.clone_from(&text);
        self.want = Some(want);
        self.fresh = true;
        self.busy = false;
        self.refused = Some((text, why));
    }

    /// As [`Self::ask_again`], of a path that was chosen in the system's dialog.
    pub fn ask_instead(&mut self, want: Want, text: String, why: NotTaken) {
        self.ask_again(want, text, why);
        self.chosen_before = true;
    }

    /// Why the path as it stands was not taken.
    fn refusal(&self) -> Option<&NotTaken> {
        let refused = self.refused.as_ref();
        refused
            .filter(|(text, _)| *text == self.text)
            .map(|(_, why)| why)
    }
}

/// A path that was typed.
pub struct Typed {
    /// What for.
    pub want: Want,
    /// The path.
    pub text: String,
    /// A file that is there is to be replaced.
    pub replace: bool,
}

/// Draws the dialog. Gives what was asked for and the path that was typed.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut PathForm) -> Option<Typed> {
    let (title, verb) = match &state.want {
        Some(want) => (want.title(), want.verb()),
        None => return None,
    };
    if !state.chosen_before {
        let why = "The system has no file dialog here (no desktop portal answers). Type the path.";
        let label = ui.add(egui::Label::new(RichText::new(why).color(cx.theme.muted)).wrap());
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, why));
        ui.add_space(space::XS);
    }
    let hint = if state.want.as_ref().is_some_and(Want::many) {
        "/path/to/file; several, one after another, between semicolons"
    } else {
        "/path/to/file"
    };
    let field = widgets::text_field(ui, &format!("{title}: path"), hint, &mut state.text, false);
    if std::mem::take(&mut state.fresh) {
        field.request_focus();
    }
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    ui.label(theme::small("~ stands for your home folder").color(cx.theme.muted));
    let refusal = state.refusal();
    let replace = refusal == Some(&NotTaken::Occupied);
    let why = refusal.map(|why| match why {
        NotTaken::Occupied => "There is a file of that name already.".to_owned(),
        NotTaken::Failed(why) => escape(why).into_owned(),
    });
    if let Some(why) = why {
        let words = RichText::new(why.as_str()).color(cx.theme.high);
        let label = ui.add(egui::Label::new(words).wrap());
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &why));
    }
    let verb = if replace { "Replace it" } else { verb };
    ui.add_space(space::XS);
    let button = ui.add_enabled_ui(!state.busy, |ui| widgets::primary(ui, None, verb));
    let done = !state.busy && (button.inner.clicked() || entered);
    if !done || state.text.trim().is_empty() {
        return None;
    }
    let want = state.want.clone()?;
    // What is written may fail: the dialog and what was typed stay until it is.
    state.busy = want.writes();
    Some(Typed {
        want,
        text: state.text.clone(),
        replace,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_offered_in_the_home_folder() {
        let mut state = PathForm::default();
        state.ask(Want::SaveAs("w".into()));
        assert_eq!(state.text, "~/w.toml");
        assert_eq!(state.title(), Some("Save the workspace"));
        state.ask_again(Want::Open, "/a".into(), NotTaken::Occupied);
        assert_eq!(state.refusal(), Some(&NotTaken::Occupied));
        state.text.push('b');
        assert_eq!(state.refusal(), None, "another path is another question");
        state.ask(Want::Open);
        assert_eq!(state.text, "");
    }
}
