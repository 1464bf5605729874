//! Every command that makes sense now and needs nothing more from the user.

use super::Command;
use crate::{
    app::{
        Model,
        model::Practice,
        session::{Selection, View},
    },
    chain::file::SAMPLES,
    kit::{clock::Clock, text::escape},
    principal::{
        fold::By,
        picture::{Choice, When},
    },
    token::template::Template,
};

/// A line of the palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it does.
    pub label: String,
    /// What it is about, or why one would want it; may be empty.
    pub hint: String,
    /// Its keys, or empty.
    pub shortcut: &'static str,
    /// The command.
    pub command: Command,
}

/// Every command that makes sense now and needs nothing more from the user, most used first.
pub fn palette(model: &Model) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |hint: String, command: Command| {
        entries.push(Entry {
            label: command.label(),
            hint,
            shortcut: command.shortcut().unwrap_or_default(),
            command,
        });
    };
    let workspace = &model.workspace;
    if let Some(chain) = model.session.chain
        && let Some(title) = workspace.chain(chain).map(chain_title)
    {
        if model.running.contains_key(&chain) {
            add(title, Command::CancelRun(chain));
        } else {
            add(title.clone(), Command::RunAll(chain));
            add(title.clone(), Command::Step(chain));
            if model.runs.contains_key(&chain) {
                add(title, Command::ResetRun(chain));
            }
        }
    }
    if let Some(id) = model.session.token
        && let Some(entry) = workspace.token(id)
    {
        let name = entry.name.as_deref().map(escape).unwrap_or_default();
        for key in workspace.keys.iter().filter(|k| k.private) {
            let with = format!("with {} ({})", escape(&key.name), escape(&key.alg));
            add(with, Command::Sign(id, key.id));
        }
        if entry.raw != entry.received {
            add(name.to_string(), Command::Revert(id));
        }
        add(name.to_string(), Command::DuplicateToken(id));
        add(name.to_string(), Command::DeleteToken(id));
    }
    for view in [
        View::Token,
        View::Chain,
        View::Graph,
        View::Compare,
        View::Forge,
        View::Practice,
        View::Start,
    ] {
        add(String::new(), Command::Show(view));
    }
    if !model.picture.whole.nodes.is_empty() {
        let seen = &model.session.seen;
        let by = By::ALL.map(Choice::By);
        for choice in by.into_iter().chain([Choice::Automatic, Choice::Whole]) {
            if choice != seen.fold {
                add("principal graph".into(), Command::FoldGraph(choice));
            }
        }
        if seen.filters() {
            add(
                "every chain, any time".into(),
                Command::SeeTokens(None, When::Any),
            );
        }
    }
    for (name, _) in SAMPLES {
        add(
            "on the practice server".into(),
            Command::RunSample(name.into()),
        );
    }
    for template in Template::ALL {
        add(template.source().into(), Command::NewToken(template));
    }
    add(String::new(), Command::NewChain);
    for entry in &workspace.chains {
        if model.session.chain != Some(entry.id) {
            add(chain_title(&entry.chain), Command::ShowChain(entry.id));
        }
    }
    for alg in ["ES256", "RS256", "PS256", "EdDSA", "HS256"] {
        let name = format!("{alg} key");
        add(
            String::new(),
            Command::GenerateKey {
                alg: alg.into(),
                name,
            },
        );
    }
    for server in &workspace.servers {
        add(
            escape(&server.name).into_owned(),
            Command::RefreshServer(server.id),
        );
    }
    let running = model
        .practice
        .values()
        .any(|p| matches!(p, Practice::Running(_) | Practice::Starting));
    if model.practice().is_none() {
        add(String::new(), Command::StartPractice);
    }
    if running {
        add(String::new(), Command::StopPractice);
    }
    if let Some(step) = model.history.undo.last() {
        add(step.label.clone(), Command::Undo);
    }
    if let Some(step) = model.history.redo.last() {
        add(step.label.clone(), Command::Redo);
    }
    add(String::new(), Command::Save);
    add(String::new(), Command::NewWorkspace);
    if model.recovery.is_some() {
        add("of an earlier start".into(), Command::Recover(true));
        add("of an earlier start".into(), Command::Recover(false));
    }
    if model.session.clock != Clock::System {
        add(
            "verdicts and countdowns follow".into(),
            Command::SetClock(Clock::System),
        );
    }
    if model.session.selection != Selection::None {
        entries.push(Entry {
            label: "Select nothing".into(),
            hint: String::new(),
            shortcut: "",
            command: Command::Select(Selection::None),
        });
    }
    entries.push(Entry {
        label: Command::Quit.label(),
        hint: String::new(),
        shortcut: Command::Quit.shortcut().unwrap_or_default(),
        command: Command::Quit,
    });
    entries
}

fn chain_title(chain: &crate::chain::Chain) -> String {
    let title = if chain.title.is_empty() {
        &chain.name
    } else {
        &chain.title
    };
    escape(title).into_owned()
}
