//! What is known of a kind of token, and what it asks of each member.

use crate::token::{Kind, craft::Part};

/// What a kind of token is.
#[derive(Debug, Clone, Copy)]
pub struct KindGuide {
    /// The kind.
    pub kind: Kind,
    /// What it is, in a sentence or two.
    pub says: &'static str,
    /// Who makes it, how it travels.
    pub issued: &'static str,
    /// Who must check it, and what first.
    pub checked: &'static str,
    /// Source.
    pub source: &'static str,
    /// What it must hold, may hold, must not hold.
    pub demands: &'static [Demand],
}

/// How much a member is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Must be there.
    Required,
    /// Should be there.
    Recommended,
    /// May be there.
    Optional,
    /// Should not be there.
    Discouraged,
    /// Must not be there.
    Forbidden,
}

impl Level {
    /// `required`, `recommended`, `optional`, `should not be there`, `must not be there`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
            Self::Optional => "optional",
            Self::Discouraged => "should not be there",
            Self::Forbidden => "must not be there",
        }
    }
}

/// What a kind of token asks of one member.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// Header or payload.
    pub part: Part,
    /// The member; several with `|` between them: one of them.
    pub name: &'static str,
    /// How much it is wanted.
    pub level: Level,
    /// The value that it must have; of a header's `typ` compared as a media type.
    pub value: Option<&'static str>,
    /// When it is wanted, where that depends.
    pub when: &'static str,
    /// Source clause.
    pub source: &'static str,
}
