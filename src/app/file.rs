//! The workspace as a file: new, open, save, recover, and where its secrets are kept.

use std::{path::PathBuf, sync::Arc};

use super::{
    Effect, Model, Workspace,
    effect::{Document, Kept, SavedRun, Sealing},
    history::History,
    model::{Purpose, Vault},
    noun::{Entry, Keys, Noun, Rank, Undo, offer},
    practice,
    recovery::Recovery,
    runs,
    session::{Cause, Selection, View},
};
use crate::{
    chain::run::{NodeRun, NodeState, Run},
    kit::{
        Env,
        ids::{ChainId, JobId},
        rng,
        secret::Secret,
        text::escape,
    },
    practice::Faults,
    token::decode::decode,
};

/// What can be asked of the workspace as a file, and of the program as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The window has opened: start the practice server, keep what kill -9 would take from now on,
    /// and look for what an earlier start left behind. A program without a window leaves it out.
    Begin,
    /// Empty workspace.
    New,
    /// Read a workspace file.
    Open(PathBuf),
    /// Write the workspace; asks the face for a path when there is none.
    Save,
    /// Write it elsewhere.
    SaveAs(PathBuf),
    /// Take back what an earlier start left behind, or drop it.
    Recover(bool),
    /// Rename the workspace.
    Rename(String),
    /// Seal the secrets of the workspace with a passphrase when it is saved; an empty one no longer.
    SetPassphrase(Secret),
    /// Open the sealed secrets of the workspace.
    Unlock(Secret),
    /// Whether the private parts of practice keys may stand in the file in clear.
    KeepPracticeKeysInClear(bool),
    /// End the program.
    Quit,
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Begin => "Open the window".into(),
            Self::New => "New workspace".into(),
            Self::Open(path) => format!("Open {}", path.display()),
            Self::Save => "Save workspace".into(),
            Self::SaveAs(path) => format!("Save workspace as {}", path.display()),
            Self::Recover(true) => "Recover unsaved work".into(),
            Self::Recover(false) => "Discard unsaved work".into(),
            Self::Rename(_) => "Rename workspace".into(),
            Self::SetPassphrase(secret) if secret.is_empty() => "Remove the passphrase".into(),
            Self::SetPassphrase(_) => "Set a passphrase".into(),
            Self::Unlock(_) => "Unlock secrets".into(),
            Self::KeepPracticeKeysInClear(true) => "Keep practice keys in clear".into(),
            Self::KeepPracticeKeysInClear(false) => "Keep no key in clear".into(),
            Self::Quit => "Quit".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Rename(_) => Undo::Merged("name".into()),
            Self::KeepPracticeKeysInClear(_) => Undo::Step,
            Self::Begin
            | Self::New
            | Self::Open(_)
            | Self::Save
            | Self::SaveAs(_)
            | Self::Recover(_)
            | Self::SetPassphrase(_)
            | Self::Unlock(_)
            | Self::Quit => Undo::No,
        }
    }

    fn update(self, model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Begin => {
                model.autosave = true;
                effects.push(Effect::LookForRecovery);
                practice::start(model, Faults::NONE, effects);
            }
            Self::New => {
                replace(model, effects);
                model.session.view = View::START;
            }
            Self::Open(path) => load(model, path, None, effects),
            Self::Save => match model.path.clone() {
                Some(path) => save(model, path, env, effects),
                None => model.complain("The workspace has no file yet: choose where to save it."),
            },
            Self::SaveAs(path) => save(model, path, env, effects),
            Self::Recover(take) => match (model.recovery.take(), take) {
                (Some(left), true) => load(model, left.path.clone(), Some(left), effects),
                (Some(left), false) => effects.push(Effect::DropRecovery(left.path)),
                (None, _) => model.say("There is nothing to recover."),
            },
            Self::Rename(name) => model.document().name = name,
            Self::SetPassphrase(passphrase) => set_passphrase(model, passphrase),
            Self::Unlock(passphrase) => unlock(model, passphrase, effects),
            Self::KeepPracticeKeysInClear(keep) => model.document().practice_keys_in_clear = keep,
            Self::Quit => {
                for id in model.running.keys().copied().collect::<Vec<_>>() {
                    runs::cancel(model, id, effects);
                }
                model.autosave = false;
                model.autosaved = None;
                effects.push(Effect::DropAutosave);
                model.quit = true;
            }
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        entries.push(offer(Rank::Whole, "", Self::Save));
        entries.push(offer(Rank::Whole, "", Self::New));
        if let Some(left) = &model.recovery {
            for take in [true, false] {
                let hint = format!("of {}", escape(&left.name));
                entries.push(offer(Rank::Whole, hint, Self::Recover(take)));
            }
        }
        entries.push(offer(Rank::Last, "", Self::Quit));
    }

    fn shortcuts(_model: &Model) -> Vec<(Self, Keys)> {
        vec![
            (Self::New, &["Ctrl+N"]),
            (Self::Save, &["Ctrl+S"]),
            (Self::Quit, &["Ctrl+Q"]),
        ]
    }
}

fn set_passphrase(model: &mut Model, passphrase: Secret) {
    if model.sealing.sealed.is_some() {
        return model.complain(
            "The secrets of this workspace are locked: unlock them before the passphrase is changed.",
        );
    }
    if passphrase.is_empty() {
        model.sealing.passphrase = None;
        model.say("No passphrase: secrets that the keychain does not take are not saved.");
    } else {
        model.sealing.passphrase = Some(passphrase);
        model.say("Secrets are sealed with this passphrase when the workspace is saved.");
    }
    model.evidence += 1;
}

fn unlock(model: &mut Model, passphrase: Secret, effects: &mut Vec<Effect>) {
    match model.sealing.sealed.clone() {
        Some(sealed) => {
            let purpose = Purpose::Unseal(passphrase.clone());
            let job = model.begin("Unlocking secrets", purpose);
            effects.push(Effect::Unseal(job, sealed, passphrase));
        }
        None => model.say("Nothing is locked."),
    }
}

fn load(model: &mut Model, path: PathBuf, recovery: Option<Recovery>, effects: &mut Vec<Effect>) {
    let what = match &recovery {
        Some(left) => format!("Recovering {}", escape(&left.name)),
        None => format!("Opening {}", escape(&path.to_string_lossy())),
    };
    let job = model.begin(what, Purpose::Load { recovery });
    effects.push(Effect::Load(job, path));
}

fn save(model: &mut Model, path: PathBuf, env: &Env, effects: &mut Vec<Effect>) {
    let what = format!("Saving {}", escape(&path.to_string_lossy()));
    let job = model.begin(what, Purpose::Save(model.evidence));
    let document = document(model, env);
    effects.push(Effect::Save(job, path, Box::new(document)));
}

/// What a file holds, taken from the model. Secrets of what has been deleted are left out.
fn document(model: &mut Model, env: &Env) -> Document {
    if model.document_id.is_empty() {
        model.document_id = rng::token(&*env.rng, 16);
    }
    let workspace = &model.workspace;
    let keys = model.vault.keys.iter();
    let secrets = model.vault.secrets.iter();
    let headers = model.vault.headers.iter();
    let has_header = |id| {
        let mut headers = workspace.targets.iter().flat_map(|t| &t.headers);
        headers.any(|h| h.id == id && h.value.is_none())
    };
    let has_client = |id| {
        let mut clients = workspace.servers.iter().flat_map(|s| &s.clients);
        clients.any(|c| c.id == id)
    };
    let runs = model.runs.iter();
    Document {
        id: model.document_id.clone(),
        workspace: Arc::clone(workspace),
        runs: runs
            .filter(|(id, _)| workspace.chain(**id).is_some())
            .map(|(id, run)| saved_run(*id, run))
            .filter(|run| !run.tokens.is_empty())
            .collect(),
        ids: model.ids,
        vault: Vault {
            keys: keys
                .filter(|(id, _)| workspace.key(**id).is_some())
                .map(|(id, jwk)| (*id, jwk.clone()))
                .collect(),
            secrets: secrets
                .filter(|(id, _)| has_client(**id))
                .map(|(id, secret)| (*id, secret.clone()))
                .collect(),
            headers: headers
                .filter(|(id, _)| has_header(**id))
                .map(|(id, secret)| (*id, secret.clone()))
                .collect(),
        },
        sealing: model.sealing.clone(),
        path: model.path.clone(),
    }
}

fn saved_run(chain: ChainId, run: &Run) -> SavedRun {
    let tokens = run.nodes.iter().filter_map(|(node, shown)| {
        let token = shown.token.as_ref()?;
        Some((node.clone(), shown.token_id?, Arc::clone(&token.raw)))
    });
    SavedRun {
        chain,
        number: run.number,
        started: run.started,
        tokens: tokens.collect(),
    }
}

fn run_of(saved: SavedRun) -> (ChainId, Run) {
    let nodes = saved.tokens.into_iter().map(|(node, id, raw)| {
        let shown = NodeRun {
            state: NodeState::Done,
            token: Some(Arc::new(decode(&raw))),
            token_id: Some(id),
            ..NodeRun::default()
        };
        (node, shown)
    });
    let run = Run {
        number: saved.number,
        started: saved.started,
        nodes: nodes.collect(),
    };
    (saved.chain, run)
}

/// Lets go of the present workspace and all that belongs to it.
fn replace(model: &mut Model, effects: &mut Vec<Effect>) {
    for id in model.running.keys().copied().collect::<Vec<_>>() {
        runs::cancel(model, id, effects);
    }
    let ending: Vec<JobId> = model
        .jobs
        .iter()
        .filter(|(_, job)| job.cancellable)
        .map(|(id, _)| *id)
        .collect();
    for id in ending {
        model.jobs.remove(&id);
        effects.push(Effect::Cancel(id));
    }
    model.forge.firing = None;
    model.forge.asks = None;
    model.forge.matrix = None;
    model.forge.past.clear();
    for server in &model.workspace.servers {
        model.jwks.remove(&server.issuer);
    }
    model.workspace = Arc::new(Workspace::default());
    model.saved = Arc::clone(&model.workspace);
    model.history = History::default();
    model.runs.clear();
    model.log.clear();
    model.vault = Vault::default();
    model.sealing = Sealing::default();
    model.document_id = String::new();
    model.path = None;
    model.evidence = 0;
    model.saved_evidence = 0;
    model.session.selection = Selection::None;
    model.session.token = None;
    model.session.chain = None;
    model.session.target = None;
    model.session.filter = String::new();
    model.touch();
}

/// A file has been read, or could not be.
pub(super) fn loaded(
    model: &mut Model,
    job: JobId,
    path: PathBuf,
    document: Result<Box<Document>, String>,
    effects: &mut Vec<Effect>,
) {
    let Some(Purpose::Load { recovery }) = model.jobs.remove(&job).map(|j| j.purpose) else {
        return;
    };
    let name = escape(&path.to_string_lossy()).into_owned();
    let document = match document {
        Ok(document) => *document,
        Err(why) => {
            if recovery.is_some() {
                model.recovery = recovery; // still there, nothing is lost
            }
            let about = Cause::File(model.files);
            return model.complain_of(about, format!("{name} was not opened: {why}"));
        }
    };
    replace(model, effects);
    model.files += 1;
    model.workspace = document.workspace;
    model.ids.reserve(document.ids.used());
    model.runs = document.runs.into_iter().map(run_of).collect();
    model.vault = document.vault;
    model.sealing = document.sealing;
    model.document_id = document.id;
    if recovery.is_some() {
        model.path = document.path;
        model.evidence = 1; // as yet unsaved
        effects.push(Effect::DropRecovery(path));
        model.say("Unsaved work recovered: save it to keep it.");
    } else {
        model.path = Some(path);
        model.saved = Arc::clone(&model.workspace);
    }
    show_something(model);
    tell_about_secrets(model);
}

fn show_something(model: &mut Model) {
    if let Some(token) = model.workspace.tokens.first() {
        model.session.token = Some(token.id);
        model.session.selection = Selection::Token(token.id);
    }
    model.session.chain = model.workspace.chains.first().map(|c| c.id);
    model.session.target = model.workspace.targets.first().map(|t| t.id);
    model.session.view = if !model.workspace.tokens.is_empty() {
        View::TOKEN
    } else if model.session.chain.is_some() {
        View::CHAIN
    } else {
        View::START
    };
}

fn tell_about_secrets(model: &mut Model) {
    if model.sealing.sealed.is_some() {
        return model.say(
            "The secrets of this workspace are locked. Unlock them with its passphrase to sign and \
             to run chains with its clients.",
        );
    }
    let missing: Vec<_> = model
        .workspace
        .keys
        .iter()
        .filter(|k| k.private && !model.vault.keys.contains_key(&k.id))
        .map(|k| escape(&k.name).into_owned())
        .collect();
    if !missing.is_empty() {
        model.say(format!(
            "The private parts of these keys are not on this machine: {}. Import them again to sign.",
            missing.join(", ")
        ));
    }
}

/// The workspace has been written, or could not be.
pub(super) fn saved(
    model: &mut Model,
    job: JobId,
    path: PathBuf,
    workspace: Arc<Workspace>,
    kept: Result<Kept, String>,
    effects: &mut Vec<Effect>,
) {
    let Some(Purpose::Save(evidence)) = model.jobs.remove(&job).map(|j| j.purpose) else {
        return;
    };
    let name = escape(&path.to_string_lossy()).into_owned();
    match kept {
        Ok(kept) => {
            model.files += 1;
            model.path = Some(path);
            model.saved = workspace;
            model.saved_evidence = evidence;
            model.say(format!("Saved to {name}."));
            if !kept.unkept.is_empty() {
                model.complain(format!(
                    "{} secrets are in memory only: this system has no keychain that could be \
                     used. Set a passphrase and save again to keep them in the file, sealed.",
                    kept.unkept.len()
                ));
            }
            if !model.is_dirty() {
                model.autosaved = None;
                effects.push(Effect::DropAutosave);
            }
        }
        Err(why) => {
            let about = Cause::File(model.files);
            model.complain_of(about, format!("{name} was not saved: {why}"));
        }
    }
}

/// Sealed secrets have been opened, or could not be.
pub(super) fn unsealed(model: &mut Model, job: JobId, vault: Result<Box<Vault>, String>) {
    let Some(Purpose::Unseal(passphrase)) = model.jobs.remove(&job).map(|j| j.purpose) else {
        return;
    };
    match vault {
        Ok(vault) => {
            let count = vault.keys.len() + vault.secrets.len() + vault.headers.len();
            // What was entered anew since the file was opened is newer than what it holds.
            for (id, jwk) in vault.keys {
                model.vault.keys.entry(id).or_insert(jwk);
            }
            for (id, secret) in vault.secrets {
                model.vault.secrets.entry(id).or_insert(secret);
            }
            for (id, secret) in vault.headers {
                model.vault.headers.entry(id).or_insert(secret);
            }
            model.sealing = Sealing {
                passphrase: Some(passphrase),
                sealed: None,
            };
            model.touch();
            model.say(format!("{count} secrets unlocked."));
        }
        Err(why) => {
            let text = format!("The secrets were not unlocked: {why}.");
            model.complain_of(Cause::Locked, text);
        }
    }
}

/// Keeps unsaved work, once per change.
pub(super) fn autosave(model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
    if !model.autosave {
        return;
    }
    if !model.is_dirty() {
        if model.autosaved.take().is_some() {
            effects.push(Effect::DropAutosave);
        }
        return;
    }
    let known = model
        .autosaved
        .as_ref()
        .is_some_and(|(workspace, evidence)| {
            Arc::ptr_eq(workspace, &model.workspace) && *evidence == model.evidence
        });
    if known {
        return;
    }
    model.autosaved = Some((Arc::clone(&model.workspace), model.evidence));
    let document = document(model, env);
    // Before the recovered file is dropped, what was in it must be kept again.
    let place = effects
        .iter()
        .position(|e| matches!(e, Effect::DropRecovery(_)));
    let place = place.unwrap_or(effects.len());
    effects.insert(place, Effect::Autosave(Box::new(document)));
}
