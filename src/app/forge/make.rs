//! What can be made of the token in front, off the frame, and what is taken of it into the tray.

use std::sync::Arc;

use crate::{
    app::{
        Effect, Model, runs,
        session::{Selection, View},
        token,
    },
    attack::{
        Forgery, Ingredients, Made, catalogue,
        difference::{self, Part},
        named, stack,
    },
    jose::{Jwk, crypto, jwk::Task},
    kit::{Env, ids::TokenId, text::escape},
};

/// Tokens of the tray that are looked at as other tokens.
const MAX_OTHERS: usize = 50;

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

/// Puts a forgery, or several stacked, into the tray.
pub(super) fn put(model: &mut Model, id: TokenId, names: &[String]) {
    let Some(raw) = token::text_of(model, id) else {
        return model.complain(format!("There is no token {id}."));
    };
    let Some(forged) = model.forge.forged.clone().filter(|f| f.basis.raw == raw) else {
        return model.say("The forgeries of this token are still being made.");
    };
    let chosen: Vec<&Forgery> = names.iter().filter_map(|n| named(n)).collect();
    match stack(&chosen, &raw, &forged.with) {
        Ok(made) => {
            let title = names.join(" + ");
            let copy = token::add(
                model,
                made.token.into(),
                format!("forged: {}", escape(&title)),
                None,
            );
            if let Some(entry) = model.document().tokens.iter_mut().find(|t| t.id == copy) {
                entry.name = Some(title);
            }
            model.session.selection = Selection::Token(copy);
            model.say("The forgery is in the tray.");
        }
        Err(why) => model.complain(format!("The forgery was not made: {}.", escape(&why))),
    }
}

/// Has the stack made again.
pub(super) fn restack(model: &mut Model, effects: &mut Vec<Effect>) {
    model.forge.stacked = None;
    if let (Some(forged), false) = (&model.forge.forged, model.forge.stack.is_empty()) {
        effects.push(Effect::StackForgeries(
            Arc::clone(forged),
            model.forge.stack.clone(),
        ));
    }
}

/// The stack has been made.
pub(in crate::app) fn stacked(model: &mut Model, names: &[String], shown: Result<Shown, String>) {
    if model.forge.stack == names {
        model.forge.stacked = Some(shown);
    }
}

/// Everything that can be made of the token in front has been made.
pub(in crate::app) fn forged(
    model: &mut Model,
    basis: &Basis,
    forged: Result<Arc<Forged>, String>,
    effects: &mut Vec<Effect>,
) {
    if model.forge.preparing.as_ref() == Some(basis) {
        model.forge.preparing = None;
    }
    match forged {
        Ok(forged) => {
            model.forge.forged = Some(forged);
            restack(model, effects);
        }
        Err(why) => model.complain(format!("The forgeries could not be made: {why}.")),
    }
}

/// While the forge is in front, what it shows follows the token in front.
pub(in crate::app) fn settle(model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
    if model.session.view != View::Forge || model.forge.preparing.is_some() {
        return;
    }
    let Some(id) = model.session.token else {
        return;
    };
    let Some(raw) = token::text_of(model, id) else {
        return;
    };
    let basis = Basis {
        raw,
        keys: model.analysis.keys,
        callback: super::plan::callback(model),
    };
    if model
        .forge
        .forged
        .as_ref()
        .is_some_and(|f| f.basis == basis)
    {
        return;
    }
    let order = Order {
        keys: keys(model, id),
        others: others(model, id),
        parent: parent(model, id),
        own: model.forge.forged.as_ref().map(|f| f.with.own.clone()),
        now: env.now.as_second(),
        basis: basis.clone(),
    };
    model.forge.preparing = Some(basis);
    effects.push(Effect::Forge(Box::new(order)));
}

/// Whether the forgeries of the token in front are being made.
pub fn is_preparing(model: &Model) -> bool {
    model.forge.preparing.is_some()
}

/// Keys at hand: the published ones of the token's issuer, and those of the tray.
pub fn keys(model: &Model, id: TokenId) -> Vec<Jwk> {
    let issuer = model
        .analysis
        .tokens
        .get(&id)
        .and_then(|view| view.token.claim_text("iss").map(str::to_owned));
    let published = issuer.and_then(|iss| model.jwks.get(&iss));
    let mut keys: Vec<Jwk> = published
        .into_iter()
        .flat_map(|jwks| jwks.keys.iter().cloned())
        .collect();
    for entry in &model.workspace.keys {
        if let Some(private) = model.vault.keys.get(&entry.id) {
            keys.push(private.clone());
        } else if let Some(serde_json::Value::Object(members)) = &entry.public {
            keys.push(Jwk(members.clone()));
        }
    }
    keys
}

fn others(model: &Model, id: TokenId) -> Vec<String> {
    let own = model.workspace.tokens.iter().filter(|t| t.id != id);
    let run = model.runs.values().flat_map(|r| r.nodes.values());
    own.map(|t| t.raw.to_string())
        .chain(
            run.filter(|n| n.token_id != Some(id))
                .filter_map(|n| Some(n.token.as_ref()?.raw.to_string())),
        )
        .take(MAX_OTHERS)
        .collect()
}

/// The token that this one was exchanged from, in a run.
fn parent(model: &Model, id: TokenId) -> Option<String> {
    runs::found(model, id)?;
    let view = model.analysis.tokens.get(&id)?;
    let hops = &model.analysis.evidence.hops;
    let parent = hops.get(view.hop)?.parent?;
    Some(hops.get(parent)?.token.raw.to_string())
}
