//! What a forgery is, and what those of a family have in common. It knows none of them.

use super::{
    draft::Draft,
    ingredients::{Ingredients, Need},
    made::Forged,
    shape::Shape,
    target::{Occasion, Steps},
};

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

/// What a correct server does with a forgery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// Refuses it: acceptance is a finding.
    Reject,
    /// May do either; what it does is worth knowing.
    Either,
}

impl Expected {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Either => "either",
        }
    }
}

/// How a forgery is made.
#[derive(Clone, Copy)]
pub(super) enum Make {
    /// From the token alone.
    Token(fn(&Draft<'_>) -> Forged),
    /// One claim gets a value of another type.
    Value(&'static str, &'static Shape),
    /// The request around the token is what is wrong; the last step is what is judged.
    Request(fn(&Occasion<'_>) -> Result<Steps, String>),
}

/// A forgery: a row in the table of its family.
#[derive(Clone, Copy)]
pub struct Forgery {
    /// Stable name in kebab-case.
    pub name: &'static str,
    /// Family.
    pub family: &'static Family,
    /// Short, for lists.
    pub title: &'static str,
    /// What is changed, in a sentence.
    pub mutates: &'static str,
    /// What a correct server does.
    pub expected: Expected,
    /// The error that it answers.
    pub answer: &'static str,
    /// Clause or catalogue.
    pub source: &'static str,
    /// What acceptance would mean.
    pub means: &'static str,
    /// What it needs beside the token.
    pub needs: &'static [Need],
    /// Whether what it does cannot be undone at the server: sent last.
    pub lasting: bool,
    pub(super) make: Make,
}

impl std::fmt::Debug for Forgery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Forgery({})", self.name)
    }
}

impl PartialEq for Forgery {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Forgery {}

/// `invalid_token` of a resource server (RFC 6750 §3.1).
const INVALID_TOKEN: &str = "401 invalid_token (RFC 6750 §3.1)";

/// What a row says that was written without `make`.
pub(super) const NOT_MADE: &str = "this forgery does not say how it is made";

impl Forgery {
    /// What most rows of a family leave as it is: a token that a resource server refuses.
    pub(super) const fn of(family: &'static Family) -> Self {
        Self {
            name: "",
            family,
            title: "",
            mutates: "",
            expected: Expected::Reject,
            answer: INVALID_TOKEN,
            source: "",
            means: "",
            needs: &[],
            lasting: false,
            make: Make::Token(|_| Err(NOT_MADE.to_owned())),
        }
    }

    /// Its title as it stands alone: many proofs and assertions lack the same things as tokens do.
    pub fn full_title(&self) -> String {
        let title = self.title.replace('`', "");
        if self.family.titled {
            return format!("{}: {title}", self.family.title);
        }
        title
    }

    /// Whether the request around the token is what is wrong, so that there is nothing to show
    /// without a target.
    pub fn is_request(&self) -> bool {
        matches!(self.make, Make::Request(_))
    }

    /// Forges `raw`. The error says why this forgery cannot be made of this token.
    pub fn apply(&self, raw: &str, with: &Ingredients) -> Forged {
        let made = match self.make {
            Make::Token(make) => make(&Draft::of(raw, with)),
            Make::Value(claim, shape) => shape.put(&Draft::of(raw, with), claim),
            Make::Request(_) => Err(
                "the request is what is forged, not the token: it is made for a target".to_owned(),
            ),
        }?;
        if made.token == raw {
            return Err("the token is like that already: nothing would change".to_owned());
        }
        Ok(made)
    }

    /// The requests of this forgery for a target; the last one is judged.
    pub fn steps(&self, occasion: &Occasion<'_>) -> Result<Steps, String> {
        if let Make::Request(make) = self.make {
            return make(occasion);
        }
        let made = self.apply(occasion.token, occasion.with)?;
        Ok(vec![occasion.with_token(&made.token)?])
    }
}
