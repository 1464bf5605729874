//! The line at the foot of the window: what was done, what failed, what is under way. It stands below
//! everything, so that no message covers what it speaks of.
//!
//! What went well leaves by itself. An error leaves when what it is about is over, when what was asked
//! for works after all, or when it is closed.

use std::mem::Discriminant;

use egui::{Align, Frame, Layout, Margin, Panel, Role, Ui, WidgetInfo};

use super::{
    context::Cx,
    icons::Icon,
    theme::{self, space},
    widgets,
};
use crate::{
    app::{
        Command, Model,
        session::{Cause, Notice, View},
    },
    kit::text::{escape_lines, shorten},
};

/// Seconds for which a message that is no error stays.
const STAY: f64 = 6.0;
/// Errors on screen at once; older ones leave first.
const MOST: usize = 3;
/// Height of the line.
const HEIGHT: f32 = 26.0;
/// Letters of a message that is no error.
const LONGEST: usize = 240;

/// An error, and of which noun the command was that it came of.
struct Failed {
    notice: Notice,
    of: Option<Discriminant<Command>>,
}

/// The messages on screen.
#[derive(Default)]
pub struct Notices {
    /// The latest that is no error, and since when it stands there.
    done: Option<(Notice, f64)>,
    failed: Vec<Failed>,
}

impl Notices {
    /// Adds a message at `time` (egui's clock, seconds); `of` is the noun of the command that it came
    /// of.
    pub fn add(&mut self, notice: Notice, of: Option<Discriminant<Command>>, time: f64) {
        if !notice.error {
            self.done = Some((notice, time));
            return;
        }
        self.failed.retain(|failed| {
            // One at a time about one thing.
            let same = notice.about.is_some() && failed.notice.about == notice.about;
            failed.notice.text != notice.text && !same
        });
        self.failed.push(Failed { notice, of });
        let surplus = self.failed.len().saturating_sub(MOST);
        self.failed.drain(..surplus);
    }

    /// A command of this noun did what was asked: what failed before is made up for.
    pub fn worked(&mut self, of: Discriminant<Command>) {
        self.failed
            .retain(|failed| failed.of != Some(of) || failed.notice.about.is_some());
    }

    /// Drops those that are over, and those that stand where the user looks already.
    fn settle(&mut self, model: &Model, connecting: bool, time: f64) {
        let shown = |notice: &Notice| match &notice.about {
            Some(Cause::Run(chain)) => {
                model.session.view == View::CHAIN && model.session.chain == Some(*chain)
            }
            Some(Cause::Connect) => connecting,
            _ => false,
        };
        self.done
            .take_if(|(notice, since)| time - *since >= STAY || shown(notice));
        self.failed.retain(|failed| {
            let over = failed.notice.about.as_ref();
            !over.is_some_and(|cause| model.is_over(cause)) && !shown(&failed.notice)
        });
    }

    /// Draws them. `connecting`: the form that connects a server is open. `busy` draws what is under way,
    /// from the right.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        connecting: bool,
        busy: impl FnOnce(&mut Ui, &mut Cx<'_>),
    ) {
        let now = ui.input(|i| i.time);
        self.settle(cx.model, connecting, now);
        if let Some((_, since)) = &self.done {
            let left = (STAY - (now - since)).max(0.05);
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
        let theme = cx.theme;
        Panel::bottom("status")
            .resizable(false)
            .show_separator_line(true)
            .frame(
                Frame::new()
                    .fill(theme.surface)
                    .inner_margin(Margin::symmetric(12, 0)),
            )
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let mut closed = None;
                for (n, failed) in self.failed.iter().enumerate() {
                    if error(ui, cx, &failed.notice.text) {
                        closed = Some(n);
                    }
                }
                if let Some(n) = closed {
                    self.failed.remove(n);
                }
                let size = egui::vec2(ui.available_width(), HEIGHT);
                ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                    ui.set_min_height(HEIGHT);
                    busy(ui, cx);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        if self.done.is_some() && done(ui, cx, &mut self.done) {
                            self.done = None;
                        }
                    });
                });
            });
    }
}

/// An error, whole. Returns whether it was closed.
fn error(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> bool {
    let theme = cx.theme;
    Frame::new()
        .inner_margin(Margin::symmetric(0, 5))
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                Icon::Warning.show(ui, 16.0, theme.critical);
                let width = (ui.available_width() - 28.0).max(80.0);
                ui.vertical(|ui| {
                    ui.set_width(width);
                    said(ui, cx, &escape_lines(text), Role::Alert, false);
                });
                widgets::sized_icon_button(ui, Icon::Cross, "Close message", 20.0).clicked()
            })
            .inner
        })
        .inner
}

/// What was done, in one line. Returns whether it was closed.
fn done(ui: &mut Ui, cx: &Cx<'_>, notice: &mut Option<(Notice, f64)>) -> bool {
    let Some((notice, _)) = notice else {
        return false;
    };
    Icon::Check.show(ui, 14.0, cx.theme.good);
    ui.add_space(space::XS);
    let text = escape_lines(&notice.text).replace('\n', " ");
    let text = shorten(&text, LONGEST);
    let room = (ui.available_width() - 28.0).max(40.0);
    ui.scope(|ui| {
        ui.set_max_width(room);
        said(ui, cx, &text, Role::Status, true);
    });
    widgets::sized_icon_button(ui, Icon::Cross, "Close message", 20.0).clicked()
}

/// The words; names that stand between backticks are drawn as code.
fn said(ui: &mut Ui, cx: &Cx<'_>, text: &str, role: Role, one_line: bool) {
    let job = theme::prose(text, 13.0, cx.theme.text);
    let label = egui::Label::new(job);
    let label = ui.add(if one_line {
        label.truncate()
    } else {
        label.wrap()
    });
    let spoken = text.replace('`', "");
    label.widget_info(|| WidgetInfo::labeled(role, true, &spoken));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{chains, file};

    fn failed(text: &str, about: Option<Cause>) -> Notice {
        Notice {
            error: true,
            text: text.into(),
            about,
        }
    }

    #[test]
    fn an_error_leaves_when_what_it_is_about_is_over() {
        let mut model = Model::default();
        let mut notices = Notices::default();
        let about = Some(Cause::File(model.files));
        notices.add(failed("not saved", about), None, 0.0);
        notices.settle(&model, false, 1000.0);
        assert_eq!(notices.failed.len(), 1, "however long it stands");
        model.files += 1;
        notices.settle(&model, false, 1000.0);
        assert!(notices.failed.is_empty());
    }

    #[test]
    fn an_error_leaves_when_what_was_asked_for_works() {
        let file = std::mem::discriminant(&Command::from(file::Command::New));
        let chain = std::mem::discriminant(&Command::from(chains::Command::New));
        let mut notices = Notices::default();
        notices.add(failed("no", None), Some(file), 0.0);
        notices.worked(chain);
        assert_eq!(notices.failed.len(), 1);
        notices.worked(file);
        assert!(notices.failed.is_empty());
    }

    #[test]
    fn one_message_stands_about_one_thing_and_few_in_all() {
        let mut notices = Notices::default();
        for n in 0..10 {
            let about = Some(Cause::File(7));
            notices.add(failed(&format!("no {n}"), about), None, 0.0);
        }
        assert_eq!(notices.failed.len(), 1);
        for n in 0..10 {
            notices.add(failed(&format!("no {n}"), None), None, 0.0);
        }
        assert_eq!(notices.failed.len(), MOST);
        let done = |text: &str| Notice {
            error: false,
            text: text.into(),
            about: None,
        };
        notices.add(done("a"), None, 0.0);
        notices.add(done("b"), None, 1.0);
        notices.settle(&Model::default(), false, 6.5);
        assert_eq!(
            notices.done.as_ref().map(|(n, _)| n.text.as_str()),
            Some("b")
        );
        notices.settle(&Model::default(), false, 7.5);
        assert!(notices.done.is_none());
    }
}
