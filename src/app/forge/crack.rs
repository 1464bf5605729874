//! The search for a weak secret.

use std::{path::PathBuf, sync::Arc};

use super::state::{Crack, Secret, Tried};
use crate::{
    app::{Effect, Model, model::Purpose},
    attack::secrets::Guess,
    jose::Jwk,
    kit::ids::JobId,
};

pub(super) fn crack(
    model: &mut Model,
    raw: Arc<str>,
    list: Option<PathBuf>,
    keys: Vec<Jwk>,
    effects: &mut Vec<Effect>,
) {
    if let Some(job) = model.forge.crack.as_ref().and_then(|c| c.job) {
        model.jobs.remove(&job);
        effects.push(Effect::Cancel(job));
    }
    if let Err(why) = Guess::of(&raw) {
        model.forge.crack = None;
        return model.complain(format!("There is no secret to seek: {why}."));
    }
    let job = model.begin("Trying weak secrets", Purpose::Crack);
    model.forge.crack = Some(Crack {
        raw: Arc::clone(&raw),
        job: Some(job),
        tried: 0,
        done: 0,
        rate: 0,
        result: None,
    });
    effects.push(Effect::Crack(job, raw, list, keys));
}

/// The search has come further.
pub(in crate::app) fn tried(model: &mut Model, job: JobId, tried: Tried) {
    if let Some(crack) = model.forge.crack.as_mut().filter(|c| c.job == Some(job)) {
        crack.tried = tried.words;
        crack.done = tried.done;
        crack.rate = tried.rate;
    }
}

/// The search has ended.
pub(in crate::app) fn cracked(
    model: &mut Model,
    job: JobId,
    all: Tried,
    result: Result<Option<Secret>, String>,
) {
    model.jobs.remove(&job);
    tried(model, job, all);
    let Some(crack) = model.forge.crack.as_mut().filter(|c| c.job == Some(job)) else {
        return;
    };
    crack.job = None;
    crack.result = Some(result.clone());
    match result {
        Ok(Some(_)) => model.say("The secret was found: it is weak."),
        Ok(None) => model.say("None of the words is the secret."),
        Err(why) => model.complain(format!("The search ended: {why}")),
    }
}

/// A search that was cancelled is over.
pub(in crate::app) fn crack_cancelled(model: &mut Model, job: JobId) {
    if model
        .forge
        .crack
        .as_ref()
        .is_some_and(|c| c.job == Some(job))
    {
        model.forge.crack = None;
    }
}
