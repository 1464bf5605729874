//! Floor 2: deliberate forgeries and negative tests, a file per family. Each is a named mutation of a
//! token or a request with the answer that a correct server gives, its source, and what it would mean
//! if a server let it pass.
//!
//! A forgery of a token is a pure function from a text and its [`Ingredients`] to the forged text.
//! The bytes are exactly what is meant: members are set in the text, and where the point lies in the
//! bytes (duplicate members, a byte order mark, padding) nothing is serialised again.

mod answer;
mod certificate;
pub mod difference;
mod draft;
mod families;
pub mod fire;
mod forgery;
mod ingredients;
mod made;
mod matrix;
pub mod secrets;
mod shape;
pub mod target;

use std::sync::LazyLock;

use forgery::{Make, Stage};
use made::Forged;

pub use families::{FAMILIES, pointers::hosted};
pub use forgery::{Aim, Expected, Family, Forgery};
pub use ingredients::{Ingredients, Need};
pub use made::{Made, Signed};
pub use matrix::{Matrix, Row, Verdict};

/// Every forgery, by family.
pub fn catalogue() -> &'static [Forgery] {
    static ALL: LazyLock<Vec<Forgery>> = LazyLock::new(|| {
        FAMILIES
            .iter()
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
    make: Make::Token(|d| {
        let unknown = |name: &str| format!("there is no forgery {name}");
        let of = |name: &&'static str| named(name).ok_or_else(|| unknown(name));
        let forgeries = d.with.stack.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        stack(&forgeries, d.raw, d.with)
    }),
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
