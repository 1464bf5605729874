//! What is looked at of the principal graph: which tokens count, which kinds are shown, what is folded.
//! Not undoable; kept while tokens come and go.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Effect, Model,
    noun::{Entry, Noun, Rank, Undo, offer},
    session::Selection,
};
use crate::{
    kit::Env,
    principal::{
        fold::By,
        picture::{Choice, Seen, When},
    },
};

/// What can be asked of the principal graph.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Fold it so, with nothing open.
    Fold(Choice),
    /// Open a fold of it, by id.
    OpenFold(String),
    /// Close it, and those within it.
    CloseFold(String),
    /// Which kinds it shows, beside those who act.
    SeeKinds {
        /** Authorization servers. */
        issuers: bool,
        /** Keys. */
        keys: bool,
        /** Clients. */
        clients: bool,
    },
    /// Which tokens it is made of.
    SeeTokens {
        /** Those of this chain; `None` takes all. */
        chain: Option<String>,
        /** Those of this time. */
        when: When,
    },
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Fold(Choice::Automatic) => "Fold the graph when it is large".into(),
            Self::Fold(Choice::By(by)) => format!("Fold the graph by {}", by.name()),
            Self::Fold(Choice::Whole) => "Unfold the graph".into(),
            Self::OpenFold(_) => "Open a fold".into(),
            Self::CloseFold(_) => "Close a fold".into(),
            Self::SeeTokens {
                chain: None,
                when: When::Any,
            } => "Show the graph of all tokens".into(),
            Self::SeeKinds { .. } | Self::SeeTokens { .. } => "Choose what the graph shows".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Fold(_)
            | Self::OpenFold(_)
            | Self::CloseFold(_)
            | Self::SeeKinds { .. }
            | Self::SeeTokens { .. } => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, _effects: &mut Vec<Effect>) {
        let seen = &mut model.session.seen;
        match self {
            Self::Fold(choice) => {
                seen.fold = choice;
                seen.open.clear();
                seen.apart.clear();
            }
            Self::OpenFold(id) => {
                seen.open.insert(id);
            }
            Self::CloseFold(id) => {
                // Those that lie in it close with it, and nobody is looked at outside of it.
                let within = format!("{id}|");
                seen.open
                    .retain(|open| *open != id && !open.starts_with(&within));
                let members = model.picture.members_of(&id);
                for member in members {
                    seen.apart.remove(&member.id);
                }
            }
            Self::SeeKinds {
                issuers,
                keys,
                clients,
            } => {
                (seen.issuers, seen.keys, seen.clients) = (issuers, keys, clients);
            }
            Self::SeeTokens { chain, when } => {
                (seen.chain, seen.when) = (chain, when);
            }
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        if model.picture.whole.nodes.is_empty() {
            return;
        }
        let seen = &model.session.seen;
        let by = By::ALL.map(Choice::By);
        for choice in by.into_iter().chain([Choice::Automatic, Choice::Whole]) {
            if choice != seen.fold {
                let fold = Self::Fold(choice);
                entries.push(offer(Rank::Front, "principal graph", fold));
            }
        }
        if seen.filters() {
            let all = Self::SeeTokens {
                chain: None,
                when: When::Any,
            };
            entries.push(offer(Rank::Front, "every chain, any time", all));
        }
    }
}

/// Brings what is selected out of the folds: a finding or a token stands with all principals on its path.
pub(super) fn bring_out(model: &mut Model) {
    let picture = &model.picture;
    if picture.by.is_none() && model.session.seen.apart.is_empty() {
        return;
    }
    let position = |id: &String| picture.whole.nodes.iter().position(|n| n.id == *id);
    let apart = &model.session.seen.apart;
    let with = |ids: &[&String]| -> Option<BTreeSet<String>> {
        let own = picture.folded(ids.iter().filter_map(|id| position(id)));
        (!own.is_empty()).then(|| apart.union(&own).cloned().collect())
    };
    let all = |nodes: BTreeSet<usize>| {
        // Those that a former selection brought out stand in their folds again.
        let stays = |id: &String| apart.contains(id);
        let ids = nodes.iter().map(|n| &picture.whole.nodes[*n].id);
        let stay: Vec<String> = ids.filter(|id| stays(id)).cloned().collect();
        let mut out = picture.folded(nodes);
        out.extend(stay);
        Some(out)
    };
    let next = match &model.session.selection {
        Selection::Finding(n) => {
            let finding = model.analysis.report.findings.get(*n);
            finding.and_then(|finding| all(picture.path_of(finding, *n)))
        }
        Selection::Token(id) | Selection::Claim(id, _) => {
            let view = model.analysis.tokens.get(id);
            view.and_then(|view| all(picture.named_by(view.hop)))
        }
        Selection::Principal(id) => with(&[id]),
        Selection::Relation(from, to, _) => with(&[from, to]),
        Selection::None => Some(BTreeSet::new()),
        // What the graph does not show leaves it as it is.
        Selection::ChainNode(..) | Selection::Key(_) | Selection::Server(_) | Selection::Log(_) => {
            None
        }
    };
    if let Some(next) = next {
        model.session.seen.apart = next;
    }
}

/// Asks for a new picture when another one is wanted than there is.
pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let wanted: &Seen = &model.session.seen;
    if model.picture.seen == *wanted {
        model.picturing = None;
    } else if model.picturing.as_ref() != Some(wanted) {
        model.picturing = Some(wanted.clone());
        effects.push(Effect::Picture(
            Arc::clone(&model.analysis),
            Arc::clone(&model.picture),
            Box::new(wanted.clone()),
        ));
    }
}
