//! The steps of the verification, folded under the verdict.

use egui::{RichText, Ui};

use super::state::Cx;
use crate::{
    app::analysis::TokenView,
    gui::{
        icons::Icon,
        theme::{self, space},
    },
    kit::text::escape,
    token::{
        Form,
        validate::{
            SignatureVerdict,
            steps::{Outcome, Step},
        },
    },
};

/// How many checks passed, and what unfolds them; stands behind the reason of the verdict.
pub fn link(ui: &mut Ui, cx: &mut Cx<'_>, view: &TokenView) {
    if matches!(view.token.form, Form::Opaque | Form::Jwe) || view.edited {
        return;
    }
    let all = &view.verdict.signatures;
    let count = |outcome| {
        let steps = all.iter().flat_map(|one| &one.steps);
        steps.filter(|step| step.outcome == outcome).count()
    };
    let total: usize = all.iter().map(|one| one.steps.len()).sum();
    let mut words = format!("{} of {total} checks passed", count(Outcome::Passed));
    if count(Outcome::Failed) > 0 {
        words.push_str(&format!(", {} failed", count(Outcome::Failed)));
    }
    if count(Outcome::Open) > 0 {
        words.push_str(&format!(", {} open", count(Outcome::Open)));
    }
    let hint = if cx.state.steps {
        "Hide the steps"
    } else {
        "Show the steps"
    };
    // In one piece: each piece of a broken link is a stop of Tab, and only the first has a name.
    let wrap = ui.style_mut().wrap_mode.replace(egui::TextWrapMode::Extend);
    let link = ui.link(theme::small(words));
    ui.style_mut().wrap_mode = wrap;
    let clicked = link.on_hover_text(hint).clicked();
    if clicked {
        cx.state.steps = !cx.state.steps;
    }
}

/// Draws them when they are unfolded.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, view: &TokenView) {
    if !cx.state.steps || matches!(view.token.form, Form::Opaque | Form::Jwe) || view.edited {
        return;
    }
    let all = &view.verdict.signatures;
    for (n, one) in all.iter().enumerate() {
        if all.len() > 1 {
            heading(ui, cx, n, all.len(), one);
        }
        egui::Grid::new(("steps", n))
            .num_columns(4)
            .spacing([space::M, space::XS])
            .show(ui, |ui| {
                for step in &one.steps {
                    row(ui, cx, step);
                    ui.end_row();
                }
            });
    }
}

fn heading(ui: &mut Ui, cx: &Cx<'_>, n: usize, of: usize, one: &SignatureVerdict) {
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::strong(format!("Signature {} of {of}", n + 1)));
        let state = one.signature.name().replace('_', " ");
        ui.label(RichText::new(state).color(cx.theme.muted));
    });
}

fn row(ui: &mut Ui, cx: &Cx<'_>, step: &Step) {
    let theme = cx.theme;
    let (icon, colour, word) = match step.outcome {
        Outcome::Passed => (Some(Icon::Check), theme.good, "passed"),
        Outcome::Failed => (Some(Icon::Cross), theme.critical, "failed"),
        Outcome::Open => (Some(Icon::Warning), theme.high, "open"),
        Outcome::NotReached => (None, theme.muted, "not reached"),
    };
    ui.horizontal(|ui| {
        if let Some(icon) = icon {
            icon.show(ui, 14.0, colour);
        } else {
            ui.add_space(14.0);
        }
        ui.label(RichText::new(step.check.label()).color(if icon.is_some() {
            theme.text
        } else {
            theme.muted
        }));
    });
    ui.label(theme::small(word).color(colour));
    ui.label(theme::small(step.check.source()).color(theme.muted));
    ui.add(
        egui::Label::new(theme::prose(&escape(&step.detail), 11.0, theme.text))
            .wrap()
            .selectable(true),
    );
}
