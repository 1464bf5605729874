//! Firing: what is asked before, what is known while it goes on, and how it ends.

use std::sync::Arc;

use super::state::{Fired, Firing, Since, Volley};
use crate::{
    app::{
        Effect, Model,
        log::{Entry, Source},
        model::Purpose,
        session::Selection,
    },
    attack::{
        Matrix,
        fire::{Fire, Plan},
    },
    kit::{Env, ids::JobId, text::escape},
};

/// Firings that are kept.
const KEPT: usize = 12;

/// Fires, or asks first: what is not on this machine is fired at with the user's word only.
pub(super) fn ask(model: &mut Model, plan: Arc<Plan>, env: &Env, effects: &mut Vec<Effect>) {
    if model.forge.firing.is_some() {
        return model.say("Forgeries are being fired: cancel it, or wait until it is done.");
    }
    if let Err(why) = plan.target.check() {
        return model.complain(format!("Nothing was sent: {why}."));
    }
    if plan.target.is_local() {
        begin(model, plan, env, effects);
    } else {
        model.forge.asks = Some(plan);
    }
}

/// Begins to fire.
pub(super) fn begin(model: &mut Model, plan: Arc<Plan>, env: &Env, effects: &mut Vec<Effect>) {
    match Fire::new(Arc::clone(&plan), env) {
        Ok(fire) => {
            model.forge.firings += 1;
            model.forge.matrix = None;
            let place = plan.target.label.clone();
            let place = place.unwrap_or_else(|| plan.target.host());
            let what = if plan.is_single() {
                format!("Sending the token to {}", escape(&place))
            } else {
                format!("Firing forgeries at {}", escape(&place))
            };
            let job = model.begin(what, Purpose::Fire);
            model.forge.firing = Some(Firing {
                plan,
                job,
                matrix: Arc::new(fire.matrix().clone()),
                sent: 0,
                ending: false,
            });
            effects.push(Effect::Fire(job, Box::new(fire), model.session.clock));
        }
        Err(why) => model.complain(format!("Nothing was sent: {why}.")),
    }
}

/// News of it.
pub(in crate::app) fn fired(model: &mut Model, job: JobId, volley: Volley) {
    let firing = model.forge.firings;
    let Some(under_way) = model.forge.firing.as_mut().filter(|f| f.job == job) else {
        return; // the workspace was let go in the meantime
    };
    under_way.matrix = Arc::clone(&volley.matrix);
    under_way.sent = volley.sent;
    for (row, exchanged) in volley.exchanged {
        let source = Source::Forge { firing, row };
        model.log.push(Entry::new(source, exchanged));
    }
    if volley.over {
        model.jobs.remove(&job);
        model.forge.firing = None;
        finish(model, volley.matrix);
    }
}

fn finish(model: &mut Model, matrix: Arc<Matrix>) {
    let findings = matrix.findings().count();
    match &matrix.void {
        // The reason stands beside the matrix, where it stays.
        _ if matrix.cancelled => model.say("Cancelled: what was answered so far is shown."),
        Some(_) => model.say("The result is void: the untouched token was not accepted."),
        None if matrix.single().is_some() => {
            // The answer is what was asked for: the inspector shows it.
            let sent = model.log.of_row(model.forge.firings, 0);
            if let Some(number) = sent.map(|entry| entry.number) {
                model.session.selection = Selection::Log(number);
            }
        }
        None if matrix.ended.is_some() => {
            model.say("The target answers no more: the rest was not sent.");
        }
        None if findings > 0 => model.say(format!(
            "{findings} of {} forgeries were accepted.",
            matrix.rows.len().saturating_sub(2)
        )),
        None => model.say("No forgery was accepted."),
    }
    let forge = &mut model.forge;
    let since = forge.past.iter().rev().find_map(|before| {
        let (opened, closed) = matrix.since(&before.matrix)?;
        Some(Since {
            number: before.number,
            opened,
            closed,
        })
    });
    forge.past.push_back(Fired {
        number: forge.firings,
        matrix: Arc::clone(&matrix),
        since,
    });
    if forge.past.len() > KEPT {
        forge.past.pop_front();
    }
    forge.shown = forge.firings;
    forge.matrix = Some(matrix);
}

/// Shows what came of an earlier firing.
pub(super) fn show(model: &mut Model, number: u32) {
    let fired = model.forge.past.iter().find(|f| f.number == number);
    if let Some(matrix) = fired.map(|f| Arc::clone(&f.matrix)) {
        model.forge.shown = number;
        model.forge.matrix = Some(matrix);
    }
}

/// Ends firing; what is known by then stays.
pub(in crate::app) fn cancel(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(firing) = model.forge.firing.as_mut().filter(|f| !f.ending) {
        firing.ending = true;
        effects.push(Effect::Cancel(firing.job));
    }
}
