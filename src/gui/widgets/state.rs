//! The state of a token in one word, one shape, one colour.

use egui::{Color32, Painter, Rect, Shape, Stroke, vec2};

use crate::{
    app::analysis::TokenView,
    gui::{icons::Icon, theme::Theme},
    token::{
        Form,
        validate::{KeyOwner, Life, Signature},
    },
};

/// The state of a token, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenState {
    /// Edited, and not signed since.
    Edited,
    /// The signature does not verify.
    Failed,
    /// There is no signature.
    Unsigned,
    /// The signature verifies, but by none of the keys that the issuer publishes.
    OtherKey,
    /// The signature verifies, but its key is too weak to be worth anything.
    WeakKey,
    /// The signature verifies, but its key is written in a way that other programs refuse.
    MalformedKey,
    /// `exp` is past.
    Expired,
    /// `nbf` is ahead.
    NotYet,
    /// Verified, but the claims do not hold.
    ClaimsFail,
    /// Verified, and the claims hold.
    Valid,
    /// The algorithm is not supported here.
    Unsupported,
    /// No key to check with.
    NotVerified,
    /// Nothing that could be verified: opaque or encrypted.
    Opaque,
}

impl TokenState {
    /// The state of a token at `now`, in seconds. Life is judged by `now`, so that a countdown and
    /// its state never disagree between two analyses.
    pub fn of(view: &TokenView, now: i64) -> Self {
        if view.edited {
            return Self::Edited;
        }
        if matches!(view.token.form, Form::Opaque | Form::Jwe) {
            return Self::Opaque;
        }
        match view.verdict.signature {
            Signature::Invalid => return Self::Failed,
            Signature::None => return Self::Unsigned,
            Signature::Valid if view.verdict.signer() == Some(KeyOwner::Other) => {
                return Self::OtherKey;
            }
            Signature::Valid if view.verdict.weak_key() => return Self::WeakKey,
            Signature::Valid if !view.verdict.key_problems.is_empty() => return Self::MalformedKey,
            _ => {}
        }
        if view
            .exp
            .is_some_and(|exp| exp.saturating_add(view.leeway) <= now)
            || view.verdict.life == Life::Expired
        {
            return Self::Expired;
        }
        if view.verdict.life == Life::NotYet {
            return Self::NotYet;
        }
        match view.verdict.signature {
            Signature::Valid
                if view.verdict.claims_problems.is_empty()
                    && view.verdict.presentation_problems.is_empty() =>
            {
                Self::Valid
            }
            Signature::Valid => Self::ClaimsFail,
            Signature::Unsupported => Self::Unsupported,
            _ => Self::NotVerified,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Edited => "edited, unsigned",
            Self::Failed => "signature failed",
            Self::Unsigned => "unsigned",
            Self::OtherKey => "not by its issuer",
            Self::WeakKey => "key too weak",
            Self::MalformedKey => "key malformed",
            Self::Expired => "expired",
            Self::NotYet => "not yet valid",
            Self::ClaimsFail => "claims do not hold",
            Self::Valid => "valid",
            Self::Unsupported => "algorithm not supported",
            Self::NotVerified => "not verified",
            Self::Opaque => "not readable here",
        }
    }

    /// Its colour.
    pub fn colour(self, theme: &Theme) -> Color32 {
        match self {
            Self::Failed => theme.critical,
            Self::Unsigned
            | Self::Edited
            | Self::OtherKey
            | Self::WeakKey
            | Self::MalformedKey
            | Self::ClaimsFail => theme.high,
            Self::Valid => theme.good,
            Self::Expired | Self::NotYet | Self::Unsupported | Self::NotVerified | Self::Opaque => {
                theme.muted
            }
        }
    }

    /// Paints its shape.
    pub fn paint(self, painter: &Painter, rect: Rect, theme: &Theme) {
        let colour = self.colour(theme);
        match self {
            Self::Edited => Icon::Pen.paint(painter, rect, colour),
            Self::Failed => Icon::Cross.paint(painter, rect, colour),
            Self::Unsigned => Icon::Unlock.paint(painter, rect, colour),
            Self::Expired | Self::NotYet => Icon::Clock.paint(painter, rect, colour),
            Self::OtherKey | Self::WeakKey | Self::MalformedKey | Self::ClaimsFail => {
                Icon::Warning.paint(painter, rect, colour);
            }
            Self::Valid => Icon::Check.paint(painter, rect, colour),
            Self::Unsupported | Self::NotVerified => {
                let c = rect.center();
                let r = rect.width() * 0.36;
                painter.add(Shape::circle_stroke(c, r, Stroke::new(1.3, colour)));
                painter.line_segment(
                    [c - vec2(r * 0.45, 0.0), c + vec2(r * 0.45, 0.0)],
                    Stroke::new(1.3, colour),
                );
            }
            Self::Opaque => Icon::Lock.paint(painter, rect, colour),
        }
    }
}
