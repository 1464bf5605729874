//! The lives of tokens as numbers: what each holds, and the axis that shows most of them well.

use std::sync::Arc;

use egui::Rangef;
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    app::analysis::{Analysis, TokenView},
    gui::widgets::life::Life,
    kit::ids::TokenId,
    token::{claims::numeric_date, explain::duration},
};

/// Lives of the usual length on either side of the usual beginning that the axis shows. What one token
/// says must not squeeze all others into a point.
const REACH: i64 = 12;
/// Least length of the axis, in seconds.
const LEAST: i64 = 60;
/// Deepest indent of a token below its parents.
const DEEPEST: u8 = 6;
/// Distances of the marks along the axis, in seconds.
const STEPS: [i64; 15] = [
    10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000,
    7_776_000, 31_536_000,
];

/// The life of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub id: TokenId,
    /// `iat`, else `nbf`.
    pub from: Option<i64>,
    /// `nbf`, where it is later than the beginning.
    pub not_before: Option<i64>,
    /// `exp`.
    pub until: Option<i64>,
    /// When the token ends that this one was exchanged for.
    pub parent_end: Option<i64>,
    /// How many exchanges lie before it.
    pub depth: u8,
}

impl Span {
    fn of(analysis: &Analysis, id: TokenId, view: &TokenView) -> Self {
        let hops = &analysis.evidence.hops;
        let parent = |n: usize| hops.get(n).and_then(|hop| hop.parent);
        let nbf = numeric_date(&view.token, "nbf");
        let mut depth = 0;
        let mut at = parent(view.hop);
        while let Some(above) = at.filter(|_| depth < DEEPEST) {
            depth += 1;
            at = parent(above).filter(|next| *next < above);
        }
        Self {
            id,
            from: view.iat.or(nbf),
            not_before: nbf.filter(|nbf| view.iat.is_some_and(|iat| *nbf > iat)),
            until: view.exp,
            parent_end: parent(view.hop)
                .and_then(|n| hops.get(n))
                .and_then(|hop| numeric_date(&hop.token, "exp")),
            depth,
        }
    }

    /// For the words about it.
    pub fn life(&self, now: i64) -> Life {
        Life {
            from: self.from,
            until: self.until,
            now,
        }
    }

    /// Whether it may be used.
    pub fn is_alive(&self, now: i64) -> bool {
        self.until.is_none_or(|until| until > now)
            && self.not_before.or(self.from).is_none_or(|from| from <= now)
    }

    /// By how much it ends after its parent.
    pub fn outlives(&self) -> Option<String> {
        let over = self.until?.saturating_sub(self.parent_end?);
        (over > 0).then(|| duration(over))
    }
}

/// The lives of one analysis, worked out once.
#[derive(Default)]
pub(super) struct Lives {
    of: Option<Arc<Analysis>>,
    /// In the order of the tray, as they came.
    pub spans: Arc<[Span]>,
    pub axis: Axis,
    /// Tokens whose claims cannot be read: how long an opaque one lives only its issuer knows.
    pub unread: usize,
}

impl Lives {
    /// Works them out anew when the analysis is another.
    pub fn follow(&mut self, analysis: &Arc<Analysis>) {
        if self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, analysis)) {
            return;
        }
        let ids = analysis.tray.iter().flat_map(|group| &group.tokens);
        let mut unread = 0;
        let span = |id: &TokenId| {
            let view = analysis.tokens.get(id)?;
            if view.token.claims.is_none() {
                unread += 1;
                return None;
            }
            Some(Span::of(analysis, *id, view))
        };
        self.spans = ids.filter_map(span).collect();
        self.unread = unread;
        self.axis = Axis::of(&self.spans);
        self.of = Some(Arc::clone(analysis));
    }
}

/// The part of time that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Axis {
    pub from: i64,
    pub until: i64,
}

impl Axis {
    /// Around lives of the usual length at the usual time; what reaches further is cut off.
    fn of(spans: &[Span]) -> Self {
        let moments = |span: &Span| [span.from, span.until].into_iter().flatten();
        let mut lengths: Vec<i64> = spans
            .iter()
            .filter_map(|s| Some(s.until?.saturating_sub(s.from?)))
            .filter(|length| *length > 0)
            .collect();
        let mut begins: Vec<i64> = spans.iter().filter_map(|s| moments(s).next()).collect();
        lengths.sort_unstable();
        begins.sort_unstable();
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(3_600);
        let Some(middle) = begins.get(begins.len() / 2).copied() else {
            return Self::default();
        };
        let reach = usual.max(LEAST).saturating_mul(REACH);
        let near = middle.saturating_sub(reach)..=middle.saturating_add(reach);
        let shown = || {
            spans
                .iter()
                .flat_map(moments)
                .filter(|at| near.contains(at))
        };
        let (from, until) = (shown().min(), shown().max());
        Self {
            from: from.unwrap_or(middle),
            until: until.unwrap_or(middle),
        }
        .wide()
    }

    fn wide(self) -> Self {
        let missing = LEAST
            .saturating_sub(self.until.saturating_sub(self.from))
            .max(0);
        Self {
            until: self.until.saturating_add(missing),
            ..self
        }
    }

    fn length(self) -> i64 {
        self.until.saturating_sub(self.from)
    }

    /// With the moment on it, where that is no further off than the axis is long.
    pub fn with(self, now: i64) -> Self {
        if self == Self::default() {
            // No token says when it begins or ends.
            return Self {
                from: now,
                until: now,
            }
            .wide();
        }
        let length = self.length();
        let near = self.from.saturating_sub(length)..=self.until.saturating_add(length);
        if near.contains(&now) {
            Self {
                from: self.from.min(now),
                until: self.until.max(now),
            }
            .wide()
        } else {
            self
        }
    }

    /// Whether it reaches a moment.
    pub fn holds(self, at: i64) -> bool {
        (self.from..=self.until).contains(&at)
    }

    /// Where a moment stands; what lies outside stands at the end.
    pub fn place(self, at: i64, along: Rangef) -> f32 {
        let part = at.saturating_sub(self.from) as f64 / self.length().max(1) as f64;
        along.min + along.span() * part.clamp(0.0, 1.0) as f32
    }

    /// Round moments along it, at most `most`.
    pub fn steps(self, most: f32) -> impl Iterator<Item = i64> {
        let step = self.step(most);
        let first = self
            .from
            .div_euclid(step)
            .saturating_add(1)
            .saturating_mul(step);
        let count = self
            .until
            .saturating_sub(first)
            .div_euclid(step)
            .saturating_add(1);
        (0..count.clamp(0, 64)).map(move |n| first.saturating_add(n.saturating_mul(step)))
    }

    fn step(self, most: f32) -> i64 {
        let most = i64::from((most as u8).max(1));
        let fits = |step: &i64| self.length() / step <= most;
        let whole = self.length() / most;
        STEPS.into_iter().find(fits).unwrap_or(whole.max(1))
    }

    /// A moment as it stands along the axis: a time where that tells it, else a day.
    pub fn label(self, at: i64, zone: &TimeZone) -> String {
        let form = match self.length() {
            ..600 => "%H:%M:%S",
            600..172_800 => "%H:%M",
            172_800..63_072_000 => "%d %b",
            _ => "%Y",
        };
        Timestamp::from_second(at).map_or_else(
            |_| String::new(),
            |at| at.to_zoned(zone.clone()).strftime(form).to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: Option<i64>, until: Option<i64>) -> Span {
        Span {
            id: TokenId(0),
            from,
            not_before: None,
            until,
            parent_end: None,
            depth: 0,
        }
    }

    #[test]
    fn one_token_does_not_squeeze_the_others() {
        let usual = [(1_000, 1_300), (1_010, 1_310), (1_020, 1_320)];
        let mut spans: Vec<Span> = usual.map(|(a, b)| span(Some(a), Some(b))).into();
        let alone = Axis::of(&spans);
        assert_eq!((alone.from, alone.until), (1_000, 1_320));
        for (from, until) in [
            (Some(1_000), Some(i64::MAX)),
            (Some(i64::MIN), Some(1_200)),
            (None, Some(4_000_000_000)),
            (None, None),
        ] {
            spans.push(span(from, until));
            assert_eq!(Axis::of(&spans), alone, "{from:?} {until:?}");
        }
    }

    #[test]
    fn what_a_token_says_overflows_nothing() {
        let along = Rangef::new(10.0, 110.0);
        for (from, until) in [
            (Some(i64::MIN), Some(i64::MAX)),
            (Some(i64::MAX), Some(i64::MIN)),
            (Some(i64::MAX), None),
            (None, Some(i64::MIN)),
            (None, None),
        ] {
            let span = span(from, until);
            let axis = Axis::of(std::slice::from_ref(&span)).with(1_000);
            for at in [i64::MIN, 0, i64::MAX] {
                assert!((10.0..=110.0).contains(&axis.place(at, along)));
            }
            assert!(axis.steps(8.0).count() <= 64);
            let _ = (
                span.is_alive(0),
                span.outlives(),
                axis.label(axis.from, &TimeZone::UTC),
            );
        }
    }

    #[test]
    fn marks_are_round_few_and_in_order() {
        let axis = Axis {
            from: 1_003,
            until: 4_700,
        };
        let marks: Vec<i64> = axis.steps(8.0).collect();
        assert_eq!(marks, [1_200, 1_800, 2_400, 3_000, 3_600, 4_200]);
        assert_eq!(axis.label(1_200, &TimeZone::UTC), "00:20");
        // The moment comes onto the axis when it is near, and not when all would shrink for it.
        assert_eq!(
            axis.with(5_000),
            Axis {
                until: 5_000,
                ..axis
            }
        );
        assert_eq!(axis.with(50_000), axis);
    }

    #[test]
    fn a_life_is_told() {
        let mut life = span(Some(100), Some(400));
        assert!(life.is_alive(100) && !life.is_alive(99) && !life.is_alive(400));
        life.not_before = Some(200);
        assert!(!life.is_alive(150) && life.is_alive(200));
        assert_eq!(life.outlives(), None);
        life.parent_end = Some(340);
        assert_eq!(life.outlives().as_deref(), Some("1 min"));
        life.parent_end = Some(400);
        assert_eq!(life.outlives(), None);
    }
}
