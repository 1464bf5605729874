//! What a rule says of a token.

use std::borrow::Cow;

use super::severity::Severity;

/// Why a rule is not evaluable where the claims are out of reach.
pub(super) const UNREADABLE: &str = "the claims cannot be read";

/// What a rule says of a token.
pub(super) enum Said {
    /// There is nothing to find, or nothing that the rule is about.
    Silent,
    /// An operand is missing, this one: never a pass.
    Unknown(Cow<'static, str>),
    /// It fired, as often as there are drafts.
    Found(Vec<Draft>),
    /// It fired, and what it found has a title of its own: where a rule finds different things.
    Titled(&'static str, Draft),
}

impl Said {
    /// [`Said::Unknown`].
    pub fn unknown(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Unknown(why.into())
    }
}

impl From<Draft> for Said {
    fn from(draft: Draft) -> Self {
        Self::Found(vec![draft])
    }
}

/// Silent where there is none.
impl From<Vec<Draft>> for Said {
    fn from(drafts: Vec<Draft>) -> Self {
        if drafts.is_empty() {
            Self::Silent
        } else {
            Self::Found(drafts)
        }
    }
}

/// What a rule has found. Surroundings and confidence are added where findings are gathered.
pub(super) struct Draft {
    /// By the rule's own condition.
    pub severity: Severity,
    /// Claim path: `act.sub`, `header.alg`.
    pub claim: String,
    /// The value found, escaped.
    pub found: String,
    /// The value expected, in words.
    pub expected: String,
    /// What happened here.
    pub message: String,
    /// The comparison itself may be wrong.
    pub uncertain: bool,
}
