//! A token's life as a bar: how much is used, how much is left, in words.

use egui::{CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::{
    gui::theme::Theme,
    token::explain::{changes_after, duration},
};

/// What the bar shows, in seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// `iat`.
    pub from: Option<i64>,
    /// `exp`.
    pub until: Option<i64>,
    /// The moment.
    pub now: i64,
}

impl Life {
    /// The part of the life that is left, 0 to 1; without `iat` a life of an hour is assumed.
    pub fn left(self) -> Option<f32> {
        let until = self.until?;
        let from = self.from.unwrap_or(until.saturating_sub(3600)).min(until);
        let whole = until.saturating_sub(from).max(1);
        let left = until.saturating_sub(self.now).clamp(0, whole);
        Some(left as f32 / whole as f32)
    }

    /// The countdown of lists: `4:12`, `2 h 5 min`, `expired`; empty when nothing ends.
    pub fn countdown(self) -> String {
        let Some(until) = self.until else {
            return String::new();
        };
        let left = until.saturating_sub(self.now);
        match left {
            i64::MIN..=0 => "expired".into(),
            1..3600 => format!("{}:{:02}", left / 60, left % 60),
            _ => duration(left),
        }
    }

    /// In words: `expires in 4 min 12 s`, `expired 3 min ago`, `does not expire`.
    pub fn words(self) -> String {
        match self.until {
            None => "does not expire".into(),
            Some(until) if until > self.now => {
                format!("expires in {}", duration(until.saturating_sub(self.now)))
            }
            Some(until) => format!("expired {} ago", duration(self.now.saturating_sub(until))),
        }
    }

    /// Seconds after which [`Self::words`] change by themselves.
    pub fn words_change(self) -> Option<u64> {
        Some(changes_after(self.until?, self.now))
    }

    /// Seconds after which [`Self::countdown`] changes by itself: of a token that has ended, never.
    pub fn countdown_changes(self) -> Option<u64> {
        self.words_change().filter(|_| self.until > Some(self.now))
    }
}

/// The thin bar of lists, over the available width.
pub fn bar(ui: &mut Ui, life: Life, height: f32) -> Response {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    paint(ui, rect, life);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, life.words()));
    response
}

/// Paints the bar into `rect`.
pub fn paint(ui: &Ui, rect: Rect, life: Life) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    let theme = Theme::of(ui);
    let radius = CornerRadius::same((rect.height() / 2.0) as u8);
    ui.painter().rect_filled(rect, radius, theme.hairline);
    if let Some(left) = life.left().filter(|l| *l > 0.0) {
        let colour = if left < 0.1 { theme.high } else { theme.accent };
        let filled = Rect::from_min_max(
            rect.min,
            pos2(
                rect.left() + (rect.width() * left).max(rect.height()),
                rect.bottom(),
            ),
        );
        ui.painter().rect_filled(filled, radius, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The window draws when the words change, and not before.
    #[test]
    fn words_change_when_they_are_said_to() {
        for until in [30, 3_600, 3_601, 5_000, 86_399, 90_000, 200_000] {
            for now in [0, 1, 59, 100_000, 400_123] {
                let at = |now| Life {
                    from: None,
                    until: Some(until),
                    now,
                };
                let after = i64::try_from(at(now).words_change().unwrap()).unwrap();
                let words = at(now).words();
                assert_eq!(at(now + after - 1).words(), words, "{until} at {now}");
                assert_ne!(at(now + after).words(), words, "{until} at {now}");
            }
        }
    }

    #[test]
    fn countdown_words_and_edges() {
        let life = |from, until, now| Life { from, until, now };
        assert_eq!(life(Some(0), Some(600), 348).countdown(), "4:12");
        assert_eq!(life(Some(0), Some(600), 600).countdown(), "expired");
        assert_eq!(life(None, None, 5).countdown(), "");
        assert_eq!(life(Some(0), Some(600), 300).left(), Some(0.5));
        assert_eq!(life(Some(900), Some(600), 300).left(), Some(1.0));
        assert_eq!(life(Some(0), Some(600), 600).countdown_changes(), None);
        assert_eq!(life(Some(0), Some(600), 599).countdown_changes(), Some(1));
        assert_eq!(life(Some(0), None, 599).words_change(), None);
        // What a hostile token may say must not overflow.
        assert_eq!(
            life(Some(i64::MIN), Some(i64::MAX), 0)
                .left()
                .map(|l| l > 0.0),
            Some(true)
        );
        assert_eq!(life(None, Some(i64::MIN), i64::MAX).countdown(), "expired");
    }
}
