//! What a rule says of itself, and what it can say of a token.

use std::fmt;

pub(super) use super::said::{Draft, Said, UNREADABLE};
use super::{
    Finding, Severity,
    actors::Actors,
    survey::{At, Pair, Survey},
};

/// A rule, apart from any token. Its id never changes its meaning.
pub struct Rule {
    /// `DG-401`.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// Default severity.
    pub severity: Severity,
    /// Surroundings never lower a finding below this.
    pub floor: Severity,
    /// When it fires.
    pub condition: &'static str,
    /// Why it matters for agents.
    pub why: &'static str,
    /// Source clause.
    pub source: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// When it is not a defect.
    pub false_positives: &'static str,
    /// What of the surroundings counts for the severity.
    pub surroundings: Surroundings,
    /// What a finding marks in the picture.
    pub mark: Mark,
    /// What a finding writes on an edge that it marks.
    pub wire: Wire,
    /// Rules that say the same better: where one of them fires, this one says nothing.
    pub yields_to: &'static [&'static Rule],
    /// How it judges.
    pub(super) check: Check,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// What of the surroundings of a finding counts for its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings {
    /// Those of the token.
    Token,
    /// Only whether its issuer is in a lab: what else would raise it is the rule's own condition.
    Lab,
    /// Those of the token and the power of its whole chain. The finding rests on the parent as well.
    Chain,
}

/// What a finding marks in the picture, besides the principal that holds the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing else.
    Holder,
    /// The edge by which authority came to the holder.
    Arrival,
    /// The edges to the audiences that it is about.
    Reach,
    /// As [`Mark::Reach`], and those audiences.
    Target,
}

/// A few words on the edge that a finding marks. Of several the worst finding's stands there.
#[derive(Debug, Clone, Copy)]
pub enum Wire {
    /// None.
    Nothing,
    /// The same each time.
    Word(&'static str),
    /// Taken from the finding.
    Told(fn(&Finding) -> Option<String>),
    /// As [`Wire::Told`], and stands there before the words of worse findings.
    Foremost(fn(&Finding) -> Option<String>),
}

impl Wire {
    /// The words for a finding.
    pub fn words(&self, finding: &Finding) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Word(word) => Some((*word).to_owned()),
            Self::Told(told) | Self::Foremost(told) => told(finding),
        }
    }

    /// Whether they stand before the words of worse findings.
    pub fn is_foremost(&self) -> bool {
        matches!(self, Self::Foremost(_))
    }
}

/// How a rule judges, by what it looks at.
pub(super) enum Check {
    /// Each token.
    Token(fn(&At<'_>) -> Said),
    /// Each hop: not what only supports one.
    Hop(fn(&At<'_>) -> Said),
    /// Each hop with its parent. Where one of them cannot be read the rule is not evaluable.
    Pair(fn(&Pair<'_>) -> Said),
    /// Each hop's actors, compared with its parent's. Where either cannot be read the rule is not
    /// evaluable.
    Actors(fn(&Actors<'_>) -> Said),
    /// Each token, after one look at all of them: so that a rule that compares them with each other
    /// stays linear.
    Survey(for<'s> fn(&'s Survey<'s>) -> Ready<'s>),
}

/// A check that is ready for the tokens of one evaluation.
pub(super) type Ready<'s> = Box<dyn Fn(&At<'s>) -> Said + 's>;

impl Check {
    /// Makes the check ready for these tokens.
    pub fn ready<'s>(&self, survey: &'s Survey<'s>) -> Ready<'s> {
        match *self {
            Self::Token(check) => Box::new(check),
            Self::Hop(check) => Box::new(move |at| {
                if at.own.hop.supporting {
                    Said::Silent
                } else {
                    check(at)
                }
            }),
            Self::Pair(check) => Box::new(move |at| of_pair(at, check)),
            Self::Actors(check) => {
                Box::new(move |at| of_pair(at, |pair| of_actors(at, pair, check)))
            }
            Self::Survey(prepare) => prepare(survey),
        }
    }
}

fn of_pair<'s>(at: &At<'s>, check: impl Fn(&Pair<'s>) -> Said) -> Said {
    if at.own.hop.supporting || at.own.hop.parent.is_none() {
        return Said::Silent;
    }
    match at.pair() {
        Some(pair) => check(&pair),
        None => Said::unknown("the claims of parent or child cannot be read"),
    }
}

fn of_actors<'s>(at: &At<'s>, pair: &Pair<'s>, check: fn(&Actors<'_>) -> Said) -> Said {
    match at.actors(pair) {
        Some(actors) => check(actors),
        None => Said::unknown("`act` of parent or child is malformed (DG-211)"),
    }
}
