//! Floor 2: deliberate forgeries and negative tests, a file per family. Each is a named mutation of a
//! token or a request with the answer that a correct server gives, its source, and what it would mean
//! if a server let it pass.
//!
//! A forgery of a token is a pure function from a text and its [`Ingredients`] to the forged text.
//! The bytes are exactly what is meant: members are set in the text, and where the point lies in the
//! bytes (duplicate members, a byte order mark, padding) nothing is serialised again.

mod certificate;
pub mod difference;
mod draft;
mod families;
mod family;
pub mod fire;
mod ingredients;
mod matrix;
pub mod secrets;
pub mod target;

use std::sync::LazyLock;

use draft::Draft;
use families::values;
use family::Stage;
use target::{Occasion, Steps};

pub use families::{FAMILIES, pointers::hosted};
pub use family::{Aim, Family};
pub use ingredients::{Ingredients, Need};
pub use matrix::{Matrix, Row, Verdict};

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

/// What stands in the place of the issuer's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signed {
    /// The signature of the original, over other bytes now.
    Kept,
    /// Signed by the issuer's own key: the server must find what else is wrong.
    Issuer,
    /// Signed by a key of the forger's.
    Own,
    /// An HMAC with bytes that the forger knows or guesses.
    Guessed,
    /// The signature itself is the forgery, or the way in which it is written.
    Altered,
    /// There is none.
    Nothing,
}

impl Signed {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Issuer => "issuer",
            Self::Own => "own",
            Self::Guessed => "guessed",
            Self::Altered => "altered",
            Self::Nothing => "nothing",
        }
    }

    /// In a sentence part, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Kept => "the signature of the original is kept and no longer fits",
            Self::Issuer => "signed with the issuer's key, so that only the change itself is wrong",
            Self::Own => "signed with a key of the forger's",
            Self::Guessed => "an HMAC with bytes that anyone can know",
            Self::Altered => "the signature itself is altered",
            Self::Nothing => "there is no signature",
        }
    }
}

/// A forged token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The text.
    pub token: String,
    /// What stands for the signature.
    pub signed: Signed,
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

type Forged = Result<Made, String>;

/// How a forgery is made.
#[derive(Clone, Copy)]
enum Make {
    /// From the token alone.
    Token(fn(&Draft<'_>) -> Forged),
    /// One claim gets a value of another type.
    Value(&'static str, &'static values::Shape),
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
    make: Make,
}

/// `invalid_token` of a resource server (RFC 6750 §3.1).
const INVALID_TOKEN: &str = "401 invalid_token (RFC 6750 §3.1)";

/// What a row says that was written without `make`.
const NOT_MADE: &str = "this forgery does not say how it is made";

impl Forgery {
    /// What most rows of a family leave as it is: a token that a resource server refuses.
    const fn of(family: &'static Family) -> Self {
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
            Make::Value(claim, shape) => values::shaped(&Draft::of(raw, with), claim, shape),
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

/// Every forgery, by family.
pub fn catalogue() -> &'static [Forgery] {
    static ALL: LazyLock<Vec<Forgery>> = LazyLock::new(|| {
        FAMILIES
            .into_iter()
            .flat_map(|family| [(family.computed)(), family.forgeries.to_vec()].concat())
            .collect()
    });
    &ALL
}

/// Several forgeries as one, to be fired together: those of [`Ingredients::stack`]. It stands in no
/// catalogue.
pub static STACK: Forgery = Forgery {
    name: "stack",
    title: "The stack",
    mutates: "The stacked forgeries, each applied to the result of the one before.",
    source: "the sources of each of them",
    means: "What stands together is taken together: each of them says what that means.",
    make: Make::Token(|d| stack(&d.with.stack, d.raw, d.with)),
    ..Forgery::of(FAMILIES[0])
};

/// The forgery of that name.
pub fn named(name: &str) -> Option<&'static Forgery> {
    catalogue().iter().find(|f| f.name == name)
}

/// Applies several forgeries, each to the result of the one before. They are put into the order in
/// which a forger would work: claims, header, signature, then the way in which it is all written.
pub fn stack(forgeries: &[&Forgery], raw: &str, with: &Ingredients) -> Forged {
    let mut ordered: Vec<&&Forgery> = forgeries.iter().collect();
    ordered.sort_by_key(|f| f.family.stage);
    let mut made = None;
    for forgery in ordered {
        let text = made
            .as_ref()
            .map_or(raw, |m: &Made| m.token.as_str())
            .to_owned();
        made = Some(
            forgery
                .apply(&text, with)
                .map_err(|why| format!("{}: {why}", forgery.name))?,
        );
    }
    made.ok_or_else(|| "no forgery is chosen".to_owned())
}

#[cfg(test)]
mod tests;
