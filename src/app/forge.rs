//! Forging: what can be made of the token in front, firing it at a target, and weak secrets.

use std::{path::PathBuf, sync::Arc};

use super::{
    Command, Effect, Model,
    directory::credential,
    model::{Practice, Purpose},
    runs,
    session::{Selection, View},
    token,
};
use crate::{
    attack::{
        Forgery, Ingredients, Made, Matrix, catalogue,
        difference::{self, Part},
        fire::{Fire, Plan},
        named,
        secrets::Found,
        stack,
    },
    jose::Jwk,
    kit::{
        Env,
        ids::{JobId, TokenId},
        text::escape,
    },
    oauth::{client_auth::Client, http::Response, metadata::Metadata},
};

/// Tokens of the tray that are looked at as other tokens.
const MAX_OTHERS: usize = 50;

/// What forging has come to. Neither saved nor undoable.
#[derive(Default)]
pub struct Forging {
    /// The token in front with everything that can be made of it; lags behind while it is made.
    pub forged: Option<Arc<Forged>>,
    /// Names of forgeries that are stacked, and what they make together.
    pub stack: Vec<String>,
    /// See [`Self::stack`]; `None` while it is made.
    pub stacked: Option<Result<Shown, String>>,
    /// What is being made.
    preparing: Option<Basis>,
    /// A plan that waits for the user's word: its target is not on this machine.
    pub asks: Option<Arc<Plan>>,
    /// Firing under way.
    pub firing: Option<Firing>,
    /// What came of the last firing.
    pub matrix: Option<Arc<Matrix>>,
    /// The search for a weak secret.
    pub crack: Option<Crack>,
}

/// What forgeries are made from: the same gives the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The token's text.
    pub raw: Arc<str>,
    /// Of the keys at hand.
    pub keys: u64,
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

/// Firing under way.
pub struct Firing {
    /// The state machine.
    pub fire: Fire,
    /// The request that waits for its answer.
    pub job: JobId,
}

/// The search for a weak secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Crack {
    /// The token.
    pub raw: Arc<str>,
    /// The job, while it goes on.
    pub job: Option<JobId>,
    /// Words tried.
    pub tried: u64,
    /// Of a word list: the share that is done, in thousandths.
    pub done: u32,
    /// Words a second.
    pub rate: u64,
    /// What came of it.
    pub result: Option<Result<Option<Secret>, String>>,
}

/// A secret that was found, or the public key that serves as one.
#[derive(Debug, Clone, PartialEq)]
pub enum Secret {
    /// A word.
    Word(Found),
    /// A public key, described, in this form.
    PublicKey(String, &'static str),
}

/// How far the search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// Words.
    pub words: u64,
    /// Thousandths of the list.
    pub done: u32,
    /// Words a second.
    pub rate: u64,
}

pub(super) fn update(model: &mut Model, command: Command, env: &Env, effects: &mut Vec<Effect>) {
    match command {
        Command::Forge(id, names) => forge(model, id, &names),
        Command::StackForgeries(names) => {
            model.forge.stack = names;
            restack(model, effects);
        }
        Command::Fire(plan) => {
            if model.forge.firing.is_some() {
                return model
                    .say("Forgeries are being fired: cancel it, or wait until it is done.");
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
        Command::ConfirmFire(yes) => {
            if let Some(plan) = model.forge.asks.take()
                && yes
            {
                begin(model, plan, env, effects);
            }
        }
        Command::CancelFire => cancel(model, effects),
        Command::Crack(raw, list, keys) => crack(model, raw, list, keys, effects),
        _ => {}
    }
}

/// Puts a forgery, or several stacked, into the tray.
fn forge(model: &mut Model, id: TokenId, names: &[String]) {
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
fn restack(model: &mut Model, effects: &mut Vec<Effect>) {
    model.forge.stacked = None;
    if let (Some(forged), false) = (&model.forge.forged, model.forge.stack.is_empty()) {
        effects.push(Effect::StackForgeries(
            Arc::clone(forged),
            model.forge.stack.clone(),
        ));
    }
}

/// The stack has been made.
pub(super) fn stacked(model: &mut Model, names: &[String], shown: Result<Shown, String>) {
    if model.forge.stack == names {
        model.forge.stacked = Some(shown);
    }
}

fn begin(model: &mut Model, plan: Arc<Plan>, env: &Env, effects: &mut Vec<Effect>) {
    match Fire::new(plan, env) {
        Ok(fire) => {
            model.forge.matrix = None;
            go_on(model, fire, true, env, effects);
        }
        Err(why) => model.complain(format!("Nothing was sent: {why}.")),
    }
}

/// Sends what is next, or takes in the matrix.
fn go_on(model: &mut Model, mut fire: Fire, first: bool, env: &Env, effects: &mut Vec<Effect>) {
    if let Some(request) = fire.next(env) {
        let pause = if first { 0 } else { fire.plan().pause() };
        let what = format!("Firing forgeries at {}", escape(&fire.plan().target.host()));
        let job = model.begin(what, Purpose::Fire);
        effects.push(Effect::PacedHttp(job, request, pause));
        model.forge.firing = Some(Firing { fire, job });
        return;
    }
    finish(model, &fire);
}

fn finish(model: &mut Model, fire: &Fire) {
    let matrix = Arc::new(fire.matrix().clone());
    let findings = matrix.findings().count();
    match &matrix.void {
        // The reason stands beside the matrix, where it stays.
        Some(_) => model.say("The result is void: the untouched token was not accepted."),
        None if findings > 0 => model.say(format!(
            "{findings} of {} forgeries were accepted.",
            matrix.rows.len().saturating_sub(2)
        )),
        None => model.say("No forgery was accepted."),
    }
    model.forge.matrix = Some(matrix);
}

/// An answer has come.
pub(super) fn answered(
    model: &mut Model,
    job: JobId,
    answer: Result<Response, String>,
    env: &Env,
    effects: &mut Vec<Effect>,
) {
    model.jobs.remove(&job);
    let Some(mut firing) = model.forge.firing.take_if(|f| f.job == job) else {
        return; // cancelled in the meantime
    };
    firing.fire.answered(answer);
    go_on(model, firing.fire, false, env, effects);
}

/// Ends firing; what is known so far stays.
pub(super) fn cancel(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(mut firing) = model.forge.firing.take() else {
        return;
    };
    model.jobs.remove(&firing.job);
    effects.push(Effect::Cancel(firing.job));
    firing.fire.cancel();
    model.forge.matrix = Some(Arc::new(firing.fire.matrix().clone()));
    model.say("Cancelled: what was answered so far is shown.");
}

fn crack(
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
    if let Err(why) = crate::attack::secrets::Guess::of(&raw) {
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
pub(super) fn tried(model: &mut Model, job: JobId, tried: Tried) {
    if let Some(crack) = model.forge.crack.as_mut().filter(|c| c.job == Some(job)) {
        crack.tried = tried.words;
        crack.done = tried.done;
        crack.rate = tried.rate;
    }
}

/// The search has ended.
pub(super) fn cracked(
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
        Ok(None) => model.say(format!("None of {} words is the secret.", all.words)),
        Err(why) => model.complain(format!("The search ended: {why}")),
    }
}

/// A search that was cancelled is over.
pub(super) fn crack_cancelled(model: &mut Model, job: JobId) {
    if model
        .forge
        .crack
        .as_ref()
        .is_some_and(|c| c.job == Some(job))
    {
        model.forge.crack = None;
    }
}

/// Everything that can be made of the token in front has been made.
pub(super) fn forged(
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
pub(super) fn settle(model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
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

/// Clients that can ask for an exchange: name of the server, its metadata, the client.
pub fn clients(model: &Model) -> Vec<(String, Arc<Metadata>, Client)> {
    let mut all = Vec::new();
    for (faults, practice) in &model.practice {
        let Practice::Running(info) = practice else {
            continue;
        };
        let name = if faults.is_empty() {
            "Practice".to_owned()
        } else {
            let names: Vec<&str> = faults.iter().map(String::as_str).collect();
            format!("Practice with {}", names.join(", "))
        };
        for client in &info.clients {
            all.push((name.clone(), Arc::clone(&info.metadata), client.clone()));
        }
    }
    for server in &model.workspace.servers {
        let Some(metadata) = &server.metadata else {
            continue;
        };
        let metadata = Arc::new(metadata.clone());
        for entry in &server.clients {
            if let Ok(credential) = credential(model, entry) {
                let client = Client {
                    client_id: entry.client_id.clone(),
                    method: entry.method,
                    credential,
                };
                let name = escape(&server.name).into_owned();
                all.push((name, Arc::clone(&metadata), client));
            }
        }
    }
    all
}
