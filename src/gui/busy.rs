//! What is under way, at the foot of the window: jobs, each to be cancelled, and the analysis of many tokens.

use egui::{Role, Ui, WidgetInfo};

use super::{context::Cx, icons::Icon, theme, widgets};
use crate::{
    app::jobs,
    kit::text::{escape, shorten},
};

/// What is kept between frames.
#[derive(Default)]
pub struct BusyState {
    /// Since when the analysis under way takes, in the window's seconds.
    analysing: Option<f64>,
}

/// Seconds after which work is told: what is over sooner would only flicker.
const NOTICED: f64 = 0.4;

/// Tokens of which an analysis may take as long.
const MANY: usize = 200;

/// Draws it, from the right.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut BusyState) {
    if !jobs(ui, cx) {
        analysing(ui, cx, state);
    }
}

/// The job under way, with a cross to cancel it. Returns whether there is one.
fn jobs(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let Some((id, job)) = cx.model.jobs.iter().next().map(|(id, j)| (*id, j.clone())) else {
        return false;
    };
    let more = cx.model.jobs.len() - 1;
    if job.cancellable
        && widgets::sized_icon_button(ui, Icon::Cross, &format!("Cancel: {}", job.what), 20.0)
            .clicked()
    {
        cx.push(jobs::Command::Cancel(id));
    }
    let mut text = shorten(&escape(&job.what), 40).into_owned();
    if more > 0 {
        text = format!("{text} and {more} more");
    }
    ui.label(theme::small(text).color(cx.theme.muted));
    true
}

/// How far the analysis of many tokens has come, once it takes long enough to be noticed: what the
/// panels show is that of the last one until then.
fn analysing(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut BusyState) {
    let tokens = cx.model.workspace.tokens.len();
    if cx.model.is_analysis_refused() && cx.model.analysing.is_none() {
        state.analysing = None;
        let again = ui.button("Analyse").on_hover_text(
            "The analysis was stopped: findings, verdicts and the graph are those of before.",
        );
        if again.clicked() {
            cx.push(jobs::Command::Analyse);
        }
        let words = "Not up to date";
        let label = ui.label(theme::small(words).color(cx.theme.high));
        label.widget_info(|| WidgetInfo::labeled(Role::Status, true, words));
        return;
    }
    let Some(under_way) = cx.model.analysing.as_ref().filter(|_| tokens >= MANY) else {
        state.analysing = None;
        return;
    };
    let now = ui.input(|i| i.time);
    let left = NOTICED - (now - *state.analysing.get_or_insert(now));
    if left > 0.0 {
        let wait = std::time::Duration::from_secs_f64(left.max(0.02));
        ui.ctx().request_repaint_after(wait);
        return;
    }
    let share = under_way.progress.percent().unwrap_or(0);
    if widgets::sized_icon_button(ui, Icon::Cross, "Stop the analysis", 20.0).clicked() {
        cx.push(jobs::Command::StopAnalysis);
    }
    let words = format!("Analysing {tokens} tokens · {share} %");
    let label = ui.label(theme::small(&words).color(cx.theme.muted));
    label.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &words));
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_millis(100));
}
