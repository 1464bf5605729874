//! Targets of the forge: kept in the workspace, and brought to the front.

use super::plan::fits;
use crate::{
    app::{
        Effect, Model,
        model::Practice,
        noun::{Noun, Undo},
        practice,
        session::{Selection, View},
        target::{HeaderEntry, TargetEntry},
        token,
    },
    kit::{
        Env,
        ids::{HeaderRef, TargetId, TokenId},
        secret::Secret,
        text::escape,
    },
    oauth::http::Method,
    practice::Faults,
    token::find,
};

/// What can be asked of targets.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Add a target; it is in front afterwards.
    Add(Box<TargetEntry>),
    /// Change a target; the field that changes is named, so that typing in it is one step.
    Set(Box<TargetEntry>, &'static str),
    /// Remove it.
    Delete(TargetId),
    /// Put a target in front, or none.
    Show(Option<TargetId>),
    /// Add a header to a target; its value is a secret until the user says otherwise.
    AddHeader(TargetId),
    /// The value of a secret header; an empty one forgets it.
    SetHeaderSecret(HeaderRef, Secret),
    /// Bring the newest token of the practice server with these faults to the front, and a target
    /// that takes it.
    Aim(Faults),
    /// Take the first token of a text as the actor token of an exchange.
    PasteActor(TargetId, String),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Add(_) => "Add target".into(),
            Self::Set(_, field) => {
                let what = match *field {
                    "second" => "second server",
                    "refused" => "refusals",
                    field => field,
                };
                format!("Change {what} of a target")
            }
            Self::SetHeaderSecret(..) => "Change target".into(),
            Self::Delete(_) => "Delete target".into(),
            Self::Show(_) => "Choose target".into(),
            Self::AddHeader(_) => "Add header".into(),
            Self::Aim(faults) => format!("Aim the forge at {}", escape(&practice::title(faults))),
            Self::PasteActor(..) => "Paste actor token".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Add(_)
            | Self::Delete(_)
            | Self::AddHeader(_)
            | Self::Aim(_)
            | Self::PasteActor(..) => Undo::Step,
            Self::Set(entry, field) => Undo::Merged(format!("{} {field}", entry.id)),
            Self::Show(_) | Self::SetHeaderSecret(..) => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, _effects: &mut Vec<Effect>) {
        match self {
            Self::Add(entry) => add(model, *entry),
            Self::Set(entry, _) => match at(model, entry.id) {
                Some(place) => *place = *entry,
                None => model.complain("That target is no longer in the workspace."),
            },
            Self::Delete(id) => {
                model.document().targets.retain(|t| t.id != id);
                if model.session.target == Some(id) {
                    model.session.target = None;
                }
            }
            Self::Show(id) => model.session.target = id,
            Self::AddHeader(id) => {
                let header = HeaderEntry {
                    id: HeaderRef(model.ids.allot()),
                    name: String::new(),
                    value: None,
                };
                if let Some(target) = at(model, id) {
                    target.headers.push(header);
                }
            }
            Self::SetHeaderSecret(id, secret) => {
                if secret.is_empty() {
                    model.vault.headers.remove(&id);
                } else {
                    model.vault.headers.insert(id, secret);
                }
                // What the file keeps has changed, though the document has not.
                model.evidence += 1;
            }
            Self::Aim(faults) => aim(model, &faults),
            Self::PasteActor(id, text) => paste_actor(model, id, &text),
        }
    }
}

fn add(model: &mut Model, mut entry: TargetEntry) {
    entry.id = TargetId(model.ids.allot());
    model.session.target = Some(entry.id);
    model.document().targets.push(entry);
}

fn paste_actor(model: &mut Model, id: TargetId, text: &str) {
    let Some(found) = find::find(text).into_iter().next() else {
        return model.complain("There is no token in what was pasted.");
    };
    let known = model.workspace.tokens.iter().find(|t| *t.raw == *found.raw);
    let actor = match known.map(|t| t.id) {
        Some(id) => id,
        None => token::add(model, found.raw, "pasted as an actor token".into(), None),
    };
    if let Some(target) = at(model, id) {
        target.exchange.actor = Some(actor);
    }
}

/// Brings the newest token of a practice server to the front, with the target that it is for.
fn aim(model: &mut Model, faults: &Faults) {
    model.session.view = View::FORGE;
    let Some(Practice::Running(info)) = model.practice.get(faults).cloned() else {
        return model.complain(format!("{} does not run.", practice::title(faults)));
    };
    let mut fitting: Vec<(TokenId, TargetEntry)> = model
        .analysis
        .tokens
        .iter()
        .filter_map(|(id, view)| Some((*id, fits(&view.token, &info)?)))
        .collect();
    fitting.sort_by_key(|(id, _)| *id);
    let (token, target) = match (fitting.pop(), info.resources.first()) {
        (Some((id, target)), _) => (Some(id), target),
        (None, Some((name, ..))) => {
            model.say(format!(
                "There is no token of {} yet that a resource server takes: run the sample there.",
                practice::title(faults)
            ));
            let target = TargetEntry::practice(name, Method::Get, faults.clone());
            (None, target)
        }
        (None, None) => return,
    };
    if let Some(id) = token {
        model.session.token = Some(id);
        model.session.selection = Selection::Token(id);
    }
    let known = model.workspace.targets.iter().find(|t| {
        t.is_practice()
            && (&t.practice, &t.faults, t.method)
                == (&target.practice, &target.faults, target.method)
    });
    match known.map(|t| t.id) {
        Some(id) => model.session.target = Some(id),
        None => add(model, target),
    }
}

fn at(model: &mut Model, id: TargetId) -> Option<&mut TargetEntry> {
    model.workspace.target(id)?;
    model.document().targets.iter_mut().find(|t| t.id == id)
}
