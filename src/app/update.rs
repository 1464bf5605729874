//! The one way in which state changes: each noun carries out its commands, undo stands in one place, and
//! after each step comes what follows from it (staleness, selection, analysis, autosave).

use std::sync::Arc;

use super::{
    Command, Effect, Model, Outcome,
    analysis::Input,
    encryption, file, forge, graph, history, keys,
    model::{AnalysisDelay, Underway},
    noun::Undo,
    practice, runs, selection, servers, token,
};
use crate::kit::Env;

/// Analyses that are stopped one after the other.
const STOPS: u8 = 3;

/// Carries out a command.
///
/// ```
/// use delegraph::{
///     app::{Model, chains, history, update},
///     kit::{Env, clock::Clock},
/// };
///
/// let env = Env::system(Clock::System);
/// let mut model = Model::default();
/// update(&mut model, chains::Command::New, &env);
/// assert_eq!(model.workspace.chains.len(), 1);
/// update(&mut model, history::Command::Undo, &env);
/// assert!(model.workspace.chains.is_empty());
/// ```
pub fn update(model: &mut Model, command: impl Into<Command>, env: &Env) -> Vec<Effect> {
    let command = command.into();
    let before = Arc::clone(&model.workspace);
    let mut effects = Vec::new();
    let merge = match command.undo() {
        Undo::Merged(key) => Some(Some(key)),
        Undo::Step => Some(None),
        Undo::No => {
            model.history.close_step();
            None
        }
        Undo::Unasked => None,
    };
    let step = merge.map(|merge| (command.step(model), merge));
    command.update(model, env, &mut effects);
    if let Some((label, merge)) = step {
        history::record(model, Arc::clone(&before), label, merge);
    }
    settle(model, &before, env, &mut effects);
    effects
}

/// Takes in what came of an effect.
pub fn apply(model: &mut Model, outcome: Outcome, env: &Env) -> Vec<Effect> {
    let before = Arc::clone(&model.workspace);
    let mut effects = Vec::new();
    match outcome {
        Outcome::Fired(job, volley) => forge::fired(model, job, *volley),
        Outcome::Forged(basis, forged) => {
            forge::forged(model, &basis, forged, &mut effects);
        }
        Outcome::Stacked(names, shown) => forge::stacked(model, &names, shown),
        Outcome::Tried(job, tried) => forge::tried(model, job, tried),
        Outcome::Cracked(job, tried, result) => forge::cracked(model, job, tried, result),
        Outcome::Http(job, answer) => runs::answered(
            model,
            job,
            crate::chain::run::Answer::Http(answer),
            env,
            &mut effects,
        ),
        Outcome::SigningIn(job, state) => runs::signing_in(model, job, *state),
        Outcome::Redirect(job, answer) => runs::answered(
            model,
            job,
            crate::chain::run::Answer::Redirect(answer),
            env,
            &mut effects,
        ),
        Outcome::Text(job, text) => runs::answered(
            model,
            job,
            crate::chain::run::Answer::Text(text),
            env,
            &mut effects,
        ),
        Outcome::CredentialsRead(job, read) => servers::credentials_read(model, job, read),
        Outcome::Waiting(job, left) => runs::waiting(model, job, left),
        Outcome::Waited(job, millis) => runs::answered(
            model,
            job,
            crate::chain::run::Answer::Waited(millis),
            env,
            &mut effects,
        ),
        Outcome::Discovered(job, found) => servers::discovered(model, job, found),
        Outcome::Practice(faults, state) => {
            practice::changed(model, &faults, state);
            runs::practice_changed(model, env, &mut effects);
        }
        Outcome::Analysed(analysis) => {
            model.analysing = None;
            model.begun = Arc::default();
            model.analyses_stopped = 0;
            let fresh = analysis.revision == model.revision;
            model.picture = Arc::clone(&analysis.picture);
            model.picturing = None;
            let replaced = std::mem::replace(&mut model.analysis, analysis);
            effects.push(Effect::DropAnalysis(replaced));
            if fresh {
                runs::settle_findings(model);
            }
        }
        Outcome::AnalysisStopped(begun) => {
            model.analysing = None;
            model.begun = begun;
        }
        // One of an analysis that is no more is asked for anew.
        Outcome::Pictured(analysis, picture) => {
            model.picturing = None;
            if Arc::ptr_eq(&analysis, &model.analysis) {
                model.picture = picture;
            }
        }
        Outcome::AnalysisDue => model.analysis_delay = AnalysisDelay::Over,
        Outcome::Key(job, id, key) => keys::generated(model, job, id, key),
        Outcome::KeysRead(job, keys) => keys::read(model, job, keys, &mut effects),
        Outcome::Decrypted(job, found) => encryption::decrypted(model, job, *found),
        Outcome::Encrypted(job, sealed) => encryption::encrypted(model, job, sealed),
        Outcome::Found(job, found) => token::found(model, job, found),
        Outcome::Files(job, files) => token::files(model, job, files),
        Outcome::Loaded(job, path, document) => {
            file::loaded(model, job, path, document, &mut effects);
        }
        Outcome::Saved(job, path, workspace, kept) => {
            file::saved(model, job, path, workspace, kept, &mut effects);
        }
        Outcome::Unsealed(job, vault) => file::unsealed(model, job, vault),
        Outcome::Recoverable(left) => model.recovery = left,
        Outcome::AutosaveFailed(why) => model.complain(why),
    }
    settle(model, &before, env, &mut effects);
    effects
}

/// What follows from a step, whichever it was.
fn settle(model: &mut Model, before: &Arc<super::Workspace>, env: &Env, effects: &mut Vec<Effect>) {
    if !Arc::ptr_eq(before, &model.workspace) {
        model.touch();
        runs::mark_stale(model, before);
        servers::discover_new(model, before, effects);
        servers::read_new_credentials(model, before, effects);
        selection::mend(model);
    }
    forge::settle(model, env, effects);
    file::autosave(model, env, effects);
    stop_stale_analysis(model);
    graph::settle(model, effects);
    if model.analysing.is_none()
        && model.analysis.revision != model.revision
        && !model.is_analysis_refused()
    {
        // Analysing each step of a quick run would take longer than the run.
        if !model.running.is_empty() && model.analysis_delay != AnalysisDelay::Over {
            if model.analysis_delay == AnalysisDelay::No {
                model.analysis_delay = AnalysisDelay::Waiting;
                effects.push(Effect::DelayAnalysis);
            }
            return;
        }
        // One that still waits comes to nothing: the next run puts off anew.
        if model.analysis_delay == AnalysisDelay::Over {
            model.analysis_delay = AnalysisDelay::No;
        }
        let input = Input::of(model, env.now);
        model.analysing = Some(Underway {
            revision: model.revision,
            progress: Arc::clone(&input.progress),
        });
        effects.push(Effect::Analyse(input, Arc::clone(&model.analysis)));
    }
}

/// Ends an analysis that a change has overtaken: of thousands of tokens it takes seconds. Whoever
/// types makes changes quicker than that; so after a few the next is made to its end, and what is
/// shown is never long behind.
fn stop_stale_analysis(model: &mut Model) {
    let Some(under_way) = &model.analysing else {
        return;
    };
    let stale = under_way.revision != model.revision && !under_way.progress.is_stopped();
    // The steps of a run follow each other, each is to be seen.
    if stale && model.analyses_stopped < STOPS && model.running.is_empty() {
        model.analyses_stopped += 1;
        under_way.progress.stop();
    }
}
