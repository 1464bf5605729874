//! What a target made of the forgeries: the matrix of verdicts.

use std::{borrow::Cow, collections::HashMap};

use super::{Expected, Forgery, Signed};
use crate::kit::clock::Timestamp;

/// What a target made of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Refused, as it should be.
    Refused,
    /// A token came, and it has not what was forged, for this reason: narrowed or passed over.
    Withheld(String),
    /// Accepted although forged: a finding.
    Accepted,
    /// Either answer is right, and this one was given: whether it was accepted.
    Noted(bool),
    /// The untouched token was accepted, as it should be.
    ControlAccepted,
    /// Refused although good: the whole result says nothing.
    ControlRefused,
    /// Neither accepted nor refused: a server error, a redirect, a wrong address, no answer in time.
    Unclear,
    /// Could not be sent.
    NotSent(String),
    /// Cannot be made of this token, or for this target.
    NotMade(String),
}

impl Verdict {
    /// The name used in JSON output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Withheld(_) => "withheld",
            Self::Accepted => "accepted",
            Self::Noted(true) => "noted_accepted",
            Self::Noted(false) => "noted_refused",
            Self::ControlAccepted => "control_accepted",
            Self::ControlRefused => "control_refused",
            Self::Unclear => "unclear",
            Self::NotSent(_) => "not_sent",
            Self::NotMade(_) => "not_made",
        }
    }

    /// In words, for people.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Refused => "refused, as it should be",
            Self::Withheld(_) => "issued without what was forged",
            Self::Accepted => "accepted although forged",
            Self::Noted(true) => "accepted, which may be",
            Self::Noted(false) => "refused, which may be",
            Self::ControlAccepted => "accepted, as it should be",
            Self::ControlRefused => "refused although good",
            Self::Unclear => "neither accepted nor refused",
            Self::NotSent(_) => "could not be sent",
            Self::NotMade(_) => "cannot be made here",
        }
    }

    /// In a word or two, for a table.
    pub fn short(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Withheld(_) => "left out",
            Self::Accepted => "accepted",
            Self::Noted(true) => "accepted, may be",
            Self::Noted(false) => "refused, may be",
            Self::ControlAccepted => "accepted, as due",
            Self::ControlRefused => "refused, though good",
            Self::Unclear => "neither",
            Self::NotSent(_) => "not sent",
            Self::NotMade(_) => "not made",
        }
    }

    /// Why, where there is a reason.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::NotSent(why) | Self::NotMade(why) | Self::Withheld(why) => Some(why),
            _ => None,
        }
    }
}

/// A line of the matrix.
#[derive(Clone)]
pub struct Row {
    /// Its place among all that was to be sent.
    pub place: usize,
    /// The forgery; `None` is the untouched control.
    pub forgery: Option<&'static Forgery>,
    /// The verdict.
    pub verdict: Verdict,
    /// The status that was answered.
    pub status: Option<u16>,
    /// What the server said, shortened and escaped.
    pub said: String,
    /// Milliseconds.
    pub millis: u64,
    /// What stood for the issuer's signature, where the token was forged.
    pub signed: Option<Signed>,
}

impl Row {
    /// The forgery's name, or `control`.
    pub fn name(&self) -> &str {
        self.forgery.map_or("control", |f| f.name)
    }

    /// The forgery's title, as it stands alone.
    pub fn title(&self) -> Cow<'static, str> {
        match (self.forgery, &self.verdict) {
            (Some(forgery), _) => forgery.full_title().into(),
            (None, Verdict::Noted(_) | Verdict::Unclear) => "The token as it is".into(),
            (None, _) => "The untouched token".into(),
        }
    }

    /// Whether it is a finding.
    pub fn is_finding(&self) -> bool {
        self.verdict == Verdict::Accepted
    }
}

/// What a target made of the forgeries.
#[derive(Clone, Default)]
pub struct Matrix {
    /// Method and address, without query, and what the target is called.
    pub target: String,
    /// What the target is called, where it has to be told from others.
    pub label: Option<String>,
    /// When it was begun.
    pub begun: Timestamp,
    /// A line for each forgery and each control, in the order in which they were sent.
    pub rows: Vec<Row>,
    /// Why the whole says nothing, if it does.
    pub void: Option<String>,
    /// Whether the user ended it before all was sent.
    pub cancelled: bool,
    /// Why it was ended before all was sent, where the target was the reason.
    pub ended: Option<String>,
}

impl Matrix {
    /// Rows that are findings; none when the whole is void.
    pub fn findings(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|r| self.void.is_none() && r.is_finding())
    }

    /// How many rows have that verdict, by its name.
    pub fn count(&self, name: &str) -> usize {
        self.rows
            .iter()
            .filter(|r| r.verdict.name() == name)
            .count()
    }

    /// How many forgeries are accepted that were not in `before`, and how many are not any more; `None`
    /// where that says nothing: another target, or a result that is void.
    pub fn since(&self, before: &Self) -> Option<(usize, usize)> {
        if self.target != before.target || self.void.is_some() || before.void.is_some() {
            return None;
        }
        let decided = |row: &&Row| {
            row.forgery.is_some()
                && matches!(
                    row.verdict,
                    Verdict::Accepted | Verdict::Refused | Verdict::Withheld(_)
                )
        };
        let earlier: HashMap<&str, bool> = before
            .rows
            .iter()
            .filter(decided)
            .map(|row| (row.name(), row.is_finding()))
            .collect();
        let (mut opened, mut closed, mut both) = (0, 0, false);
        for row in self.rows.iter().filter(decided) {
            if let Some(accepted) = earlier.get(row.name()) {
                both = true;
                opened += usize::from(row.is_finding() && !accepted);
                closed += usize::from(!row.is_finding() && *accepted);
            }
        }
        both.then_some((opened, closed))
    }

    /// What the target made of a token that was sent alone, as it is.
    pub fn single(&self) -> Option<&Row> {
        match self.rows.as_slice() {
            [row]
                if row.forgery.is_none()
                    && matches!(row.verdict, Verdict::Noted(_) | Verdict::Unclear) =>
            {
                Some(row)
            }
            _ => None,
        }
    }

    /// Whether the control held, no forgery was accepted, and no answer is unclear.
    pub fn passed(&self) -> bool {
        self.void.is_none()
            && !self.cancelled
            && self.ended.is_none()
            && !self.rows.iter().any(|r| {
                r.is_finding()
                    || r.verdict == Verdict::Unclear
                        && r.forgery.is_some_and(|f| f.expected == Expected::Reject)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::named;

    fn matrix(target: &str, rows: &[(&str, Verdict)]) -> Matrix {
        let row = |(name, verdict): &(&str, Verdict)| Row {
            place: 0,
            forgery: named(name),
            verdict: verdict.clone(),
            status: None,
            said: String::new(),
            millis: 0,
            signed: None,
        };
        Matrix {
            target: target.into(),
            rows: rows.iter().map(row).collect(),
            ..Matrix::default()
        }
    }

    #[test]
    fn what_has_changed_since_an_earlier_firing_is_counted() {
        use Verdict::{Accepted, Refused, Unclear};
        let before = matrix(
            "GET a",
            &[
                ("alg-none", Accepted),
                ("sub-other", Refused),
                ("kid-null", Accepted),
            ],
        );
        let now = matrix(
            "GET a",
            &[
                ("alg-none", Refused),
                ("sub-other", Accepted),
                ("kid-null", Unclear),
                ("iss-other", Accepted),
            ],
        );
        assert_eq!(now.since(&before), Some((1, 1)));
        assert_eq!(now.since(&now), Some((0, 0)));
        let elsewhere = matrix("GET b", &[("alg-none", Accepted)]);
        assert_eq!(now.since(&elsewhere), None);
        let other = matrix("GET a", &[("exp-zero", Accepted)]);
        assert_eq!(now.since(&other), None, "nothing was fired both times");
        let mut void = before;
        void.void = Some("refused".into());
        assert_eq!(now.since(&void), None);
    }
}
