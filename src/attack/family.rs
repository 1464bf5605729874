//! What forgeries of a family have in common, and when and where they are used.

use super::{Forgery, families::FAMILIES};

/// A family of forgeries: a table in a file of its own.
pub struct Family {
    /// Stable name in kebab-case.
    pub name: &'static str,
    /// For headings.
    pub title: &'static str,
    /// What the family tries, in a sentence.
    pub says: &'static str,
    /// Where its forgeries can be sent.
    pub aim: Aim,
    /// When in a stack of forgeries they are applied.
    pub(super) stage: Stage,
    /// Whether titles of its forgeries say too little alone: proofs and assertions lack the same
    /// things as tokens do.
    pub(super) titled: bool,
    /// Forgeries that are worked out instead of written down. They stand before the others.
    pub(super) computed: fn() -> Vec<Forgery>,
    /// Its forgeries, in the order in which they are listed.
    pub(super) forgeries: &'static [Forgery],
}

impl Family {
    /// What most families leave as it is.
    pub(super) const BASE: Self = Self {
        name: "",
        title: "",
        says: "",
        aim: Aim::Anywhere,
        stage: Stage::Request,
        titled: false,
        computed: Vec::new,
        forgeries: &[],
    };

    /// The family of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAMILIES.into_iter().find(|f| f.name == name)
    }
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Family({})", self.name)
    }
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Family {}

/// When in a stack of forgeries one is applied: in the order in which a forger works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// What the token says.
    Claims,
    /// Members of the header.
    Header,
    /// Which key is named or brought along.
    KeyName,
    /// Which algorithm is named.
    Algorithm,
    /// The numbers inside a signature.
    Numbers,
    /// The signature as a whole.
    Signature,
    /// The serialisation.
    Form,
    /// How its parts are encoded.
    Encoding,
    /// The request around the token.
    Request,
}

/// Where forgeries of a family can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To whatever takes the token.
    Anywhere,
    /// To a resource server alone.
    ResourceServer,
    /// To a token endpoint alone.
    TokenEndpoint,
}
