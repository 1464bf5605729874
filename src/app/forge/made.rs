//! Everything that can be made of a token: made off the frame, from what the model gave.

use std::sync::Arc;

use crate::{
    attack::{
        Forgery, Ingredients, Made, catalogue,
        difference::{self, Part},
        named, stack,
    },
    jose::{Jwk, crypto, jwk::Task},
};

/// What forgeries are made from: the same gives the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The token's text.
    pub raw: Arc<str>,
    /// Of the keys at hand.
    pub keys: u64,
    /// Where forged key pointers lead, when the tester says so.
    pub callback: Option<String>,
}

/// What is needed to make every forgery of a token off the frame.
pub struct Order {
    /// Token and keys.
    pub basis: Basis,
    /// Keys at hand: the issuer's among them, when it is known.
    pub keys: Vec<Jwk>,
    /// Other tokens.
    pub others: Vec<String>,
    /// The token that this one was exchanged from.
    pub parent: Option<String>,
    /// The forger's key of before: what was hosted for it stays good.
    pub own: Option<Jwk>,
    /// The moment in seconds since 1970.
    pub now: i64,
}

/// A token with everything that can be made of it.
pub struct Forged {
    /// What it was made from.
    pub basis: Basis,
    /// What forgeries are made of.
    pub with: Ingredients,
    /// Each forgery of the catalogue, in its order; an error says why it cannot be made.
    pub made: Vec<Result<Shown, String>>,
}

/// A forged token with what it changed.
pub struct Shown {
    /// The token.
    pub made: Made,
    /// Against the original, part by part.
    pub parts: Vec<Part>,
}

impl Shown {
    fn of(raw: &str, made: Made) -> Self {
        Self {
            parts: difference::parts(raw, &made.token),
            made,
        }
    }
}

impl Forged {
    /// What became of a forgery.
    pub fn of(&self, forgery: &Forgery) -> Option<&Result<Shown, String>> {
        let at = catalogue().iter().position(|f| f.name == forgery.name)?;
        self.made.get(at)
    }
}

/// Makes every forgery. Not for a frame.
pub fn make(order: Order) -> Result<Forged, String> {
    let token = crate::token::decode::decode(&order.basis.raw);
    let mut with =
        Ingredients::gather(&token, &order.keys, order.now).map_err(|e| e.to_string())?;
    with.callback.clone_from(&order.basis.callback);
    let is_given = |key: &Jwk| {
        let print = key.thumbprint().ok();
        order.keys.iter().any(|k| k.thumbprint().ok() == print)
    };
    // A key that is at hand has its part already: it may be the issuer's.
    let again = order.own.as_ref().filter(|own| {
        !is_given(&with.own)
            && !is_given(own)
            && crypto::fits(own, &with.own_alg, Task::Sign).is_ok()
    });
    if let Some(own) = again {
        with.own.clone_from(own);
    }
    with.others = order.others;
    with.parent = order.parent;
    let made = catalogue()
        .iter()
        .map(|f| {
            let made = f.apply(&order.basis.raw, &with)?;
            Ok(Shown::of(&order.basis.raw, made))
        })
        .collect();
    Ok(Forged {
        basis: order.basis,
        with,
        made,
    })
}

/// Makes a stack of forgeries. Not for a frame.
pub fn make_stack(forged: &Forged, names: &[String]) -> Result<Shown, String> {
    let chosen: Vec<&Forgery> = names.iter().filter_map(|n| named(n)).collect();
    let made = stack(&chosen, &forged.basis.raw, &forged.with)?;
    Ok(Shown::of(&forged.basis.raw, made))
}
