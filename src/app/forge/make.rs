//! What can be made of the token in front, off the frame, and what is taken of it into the tray.

use std::sync::Arc;

use super::made::{Basis, Forged, Order, Shown};
use crate::{
    app::{
        Effect, Model, runs,
        session::{Selection, View},
        token,
    },
    attack::{Forgery, named, stack},
    jose::Jwk,
    kit::{Env, ids::TokenId, text::escape},
};

/// Tokens of the tray that are looked at as other tokens.
const MAX_OTHERS: usize = 50;

/// Puts a forgery, or several stacked, into the tray.
pub(super) fn put(model: &mut Model, id: TokenId, names: &[String]) {
    let Some(raw) = token::text_of(model, id) else {
        return model.complain("That token is no longer in the workspace.");
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
    if model.session.view != View::FORGE || model.forge.preparing.is_some() {
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
            run.filter(|n| n.token_id.is_some_and(|own| own != id))
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
