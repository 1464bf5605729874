//! How verdicts look, and how the forge's parts stand.

use egui::{Rect, RichText, Ui, UiBuilder, pos2};

use super::state::Cx;
use crate::{
    app::analysis::TokenView,
    attack::{Verdict, catalogue},
    gui::{
        icons::{self, Icon},
        theme::{self, Theme},
    },
    risk::Severity,
    token::Form,
};

/// Two columns: the left one has `share` of the width within bounds.
pub(super) fn columns<R>(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    share: f32,
    (least, most): (f32, f32),
    left: impl FnOnce(&mut Ui, &mut Cx<'_>),
    right: impl FnOnce(&mut Ui, &mut Cx<'_>) -> R,
) -> R {
    let rect = ui.available_rect_before_wrap();
    let width = (rect.width() * share)
        .clamp(least, most)
        .min(rect.width() - 120.0);
    let at = rect.left() + width;
    let (a, b) = (
        Rect::from_min_max(rect.min, pos2(at, rect.bottom())),
        Rect::from_min_max(pos2(at + 1.0, rect.top()), rect.max),
    );
    ui.painter().vline(at, rect.y_range(), cx.theme.line());
    ui.scope_builder(UiBuilder::new().id_salt("left").max_rect(a), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(a));
        left(ui, cx);
    });
    let done = ui
        .scope_builder(UiBuilder::new().id_salt("right").max_rect(b), |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(b));
            right(ui, cx)
        })
        .inner;
    ui.advance_cursor_after_rect(rect);
    done
}

/// Paints what a verdict is as a shape.
pub(super) fn mark(painter: &egui::Painter, rect: Rect, verdict: &Verdict, theme: &'static Theme) {
    match verdict {
        Verdict::Accepted => icons::severity(painter, rect, Severity::Critical, theme),
        Verdict::ControlRefused => icons::severity(painter, rect, Severity::High, theme),
        Verdict::Refused | Verdict::Withheld(_) | Verdict::ControlAccepted => {
            Icon::Check.paint(painter, rect, theme.good);
        }
        Verdict::Noted(_) => Icon::Info.paint(painter, rect, theme.low),
        Verdict::Unclear => icons::severity(painter, rect, Severity::Medium, theme),
        Verdict::NotSent(_) => Icon::Warning.paint(painter, rect, theme.muted),
        Verdict::NotMade(_) => Icon::Minus.paint(painter, rect, theme.muted),
    }
}

/// The colour of a verdict's words.
pub(super) fn tint(verdict: &Verdict, theme: &Theme) -> egui::Color32 {
    match verdict {
        Verdict::Accepted => theme.critical,
        Verdict::ControlRefused => theme.high,
        Verdict::Unclear => theme.medium,
        Verdict::Refused | Verdict::Withheld(_) | Verdict::ControlAccepted => theme.good,
        _ => theme.muted,
    }
}

/// Text that may wrap.
pub(super) fn wrapped(ui: &mut Ui, text: impl Into<RichText>) {
    ui.add(egui::Label::new(text.into()).wrap());
}

/// How many forgeries there are.
pub(super) fn total() -> usize {
    catalogue().len()
}

/// Whether a token can be forged part by part.
pub(super) fn is_compact(view: &TokenView) -> bool {
    matches!(view.token.form, Form::Compact)
}

/// The heading of a section in the detail.
pub(super) fn caption(ui: &mut Ui, text: &str, cx: &Cx<'_>) {
    ui.label(theme::section(text, cx.theme));
}
