//! Chains as documents: nodes and wires.

pub(super) mod words;

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use super::{
    Effect, Model,
    directory::faults as faults_of,
    noun::{Entry, Noun, Rank, Undo, offer},
    practice,
    runs::queue::cancel,
    servers,
    session::{Selection, View},
    workspace::ChainEntry,
};
use crate::{
    chain::{Chain, Node, file},
    kit::{Env, ids::ChainId, text::escape},
    practice::Faults,
};

pub(super) use self::words::{sample_in_words, title};

/// What can be asked of chains as documents.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Put a sample chain into the workspace (or show it when it is there).
    LoadSample(String),
    /// An empty chain.
    New,
    /// A chain from a file's text.
    Import(String),
    /// Take a chain, and the servers that it brings, from the text of a file.
    ImportFile {
        /** What the file holds. */
        text: String,
        /** The folder of the file, from which relative paths count. */
        folder: PathBuf,
    },
    /// Show a chain.
    Show(ChainId),
    /// Rename.
    Rename(ChainId, String),
    /// A copy under another name, without the run.
    Duplicate(ChainId),
    /// Remove.
    Delete(ChainId),
    /// Replace a chain as a whole.
    Set(ChainId, Box<Chain>),
    /// Add a node.
    AddNode(ChainId, Box<Node>),
    /// Replace a node's settings; wires follow a new id.
    SetNode {
        /** Of which chain. */
        chain: ChainId,
        /** The node, by the id that it has. */
        id: String,
        /** What it is to be. */
        node: Box<Node>,
    },
    /// Move it on the canvas.
    MoveNode {
        /** Of which chain. */
        chain: ChainId,
        /** The node. */
        id: String,
        /** Where to. */
        at: [f32; 2],
    },
    /// Remove it and its wires.
    DeleteNode(ChainId, String),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::LoadSample(name) => format!("Add {}", sample_in_words(name)),
            Self::New => "New chain".into(),
            Self::Import(_) | Self::ImportFile { .. } => "Import chain".into(),
            Self::Show(_) => "Show a chain".into(),
            Self::Rename(..) => "Rename chain".into(),
            Self::Duplicate(_) => "Duplicate chain".into(),
            Self::Delete(_) => "Delete chain".into(),
            Self::Set(..) => "Change chain".into(),
            Self::AddNode(_, node) => format!("Add {}", escape(node.title())),
            Self::SetNode { id, .. } => format!("Change {}", escape(id)),
            Self::MoveNode { id, .. } => format!("Move {}", escape(id)),
            Self::DeleteNode(_, id) => format!("Delete {}", escape(id)),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Show(_) => Undo::No,
            Self::LoadSample(_)
            | Self::New
            | Self::Import(_)
            | Self::ImportFile { .. }
            | Self::Duplicate(_)
            | Self::Delete(_)
            | Self::Set(..)
            | Self::AddNode(..)
            // What is typed in a form is taken over when the field is left, and a node when it is let
            // go: each is an edit of its own.
            | Self::SetNode { .. }
            | Self::MoveNode { .. }
            | Self::DeleteNode(..) => Undo::Step,
            Self::Rename(id, _) => Undo::Merged(format!("{id} name")),
        }
    }

    fn step(&self, model: &Model) -> String {
        match self {
            Self::SetNode { chain, id, node } => {
                let chain = model.workspace.chain(*chain);
                let changes = chain.and_then(|chain| words::changes(chain.node(id)?, node));
                changes.map_or_else(
                    || self.label(),
                    |what| format!("Change {what} of {}", escape(id)),
                )
            }
            _ => self.label(),
        }
    }

    fn update(self, model: &mut Model, _env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::LoadSample(name) => {
                sample(model, &name);
            }
            Self::New => new(model),
            Self::Import(text) => import(model, &text),
            Self::ImportFile { text, folder } => import_from(model, &text, Some(&folder)),
            Self::Show(id) => {
                if model.workspace.chain(id).is_some() {
                    show(model, id);
                } else {
                    model.complain("That chain is no longer in the workspace.");
                }
            }
            Self::Rename(id, title) => edit(model, id, |chain| chain.title = title),
            Self::Duplicate(id) => duplicate(model, id),
            Self::Delete(id) => {
                cancel(model, id, effects);
                let before = model.workspace.chains.len();
                model.document().chains.retain(|c| c.id != id);
                if model.workspace.chains.len() == before {
                    model.complain("That chain is no longer in the workspace.");
                }
            }
            Self::Set(id, chain) => edit(model, id, |c| *c = *chain),
            Self::AddNode(chain, node) => add_node(model, chain, *node),
            Self::SetNode { chain, id, node } => set_node(model, chain, &id, *node),
            Self::MoveNode { chain, id, at } => {
                edit_node(model, chain, &id, |node| node.at = Some(at));
            }
            Self::DeleteNode(chain, id) => delete_node(model, chain, &id),
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        entries.push(offer(Rank::Whole, "", Self::New));
        for entry in &model.workspace.chains {
            if model.session.chain != Some(entry.id) {
                let show = Self::Show(entry.id);
                entries.push(offer(Rank::Whole, title(&entry.chain), show));
            }
        }
    }
}

fn new(model: &mut Model) {
    // One more than there are chains: one of the names is free.
    let number = (1..=model.workspace.chains.len() + 1).find(|n| {
        let name = format!("chain-{n}");
        !model.workspace.chains.iter().any(|c| c.chain.name == name)
    });
    let number = number.unwrap_or(1);
    let chain = Chain {
        version: file::VERSION,
        name: format!("chain-{number}"),
        title: format!("Chain {number}"),
        about: String::new(),
        faults: Vec::new(),
        nodes: Vec::new(),
    };
    add(model, chain);
}

fn duplicate(model: &mut Model, id: ChainId) {
    let Some(chain) = model.workspace.chain(id).cloned() else {
        return model.complain("That chain is no longer in the workspace.");
    };
    // One more than there are chains: one of the names is free.
    let mut names = (1..=model.workspace.chains.len() + 1).map(|n| match n {
        1 => format!("{}-copy", chain.name),
        n => format!("{}-copy-{n}", chain.name),
    });
    let taken = |name: &String| {
        let mut chains = model.workspace.chains.iter();
        chains.any(|c| c.chain.name == *name)
    };
    let name = names.find(|name| !taken(name)).unwrap_or_default();
    let title = if chain.title.is_empty() {
        String::new()
    } else {
        format!("{} (copy)", chain.title)
    };
    add(
        model,
        Chain {
            name,
            title,
            ..chain
        },
    );
}

fn add_node(model: &mut Model, id: ChainId, mut node: Node) {
    let mut added = None;
    edit(model, id, |chain| {
        let wanted = if node.id.is_empty() { "node" } else { &node.id };
        node.id = chain.free_id(wanted);
        added = Some(node.id.clone());
        chain.nodes.push(node);
    });
    if let Some(node) = added {
        model.session.selection = Selection::ChainNode(id, node);
    }
}

fn delete_node(model: &mut Model, id: ChainId, gone: &str) {
    let known = model
        .workspace
        .chain(id)
        .is_some_and(|c| c.node(gone).is_some());
    if !known {
        return unknown_node(model, gone);
    }
    edit(model, id, |chain| {
        chain.nodes.retain(|n| n.id != gone);
        for node in &mut chain.nodes {
            node.disconnect(gone);
        }
    });
}

/// Shows the sample of that name, and puts it into the workspace when it is not there.
pub(super) fn sample(model: &mut Model, name: &str) -> Option<ChainId> {
    let there = model.workspace.chains.iter().find(|c| c.chain.name == name);
    if let Some(id) = there.map(|c| c.id) {
        show(model, id);
        return Some(id);
    }
    let Some(text) = file::sample(name) else {
        let known: Vec<_> = file::SAMPLES.iter().map(|(n, _)| *n).collect();
        model.complain(format!(
            "There is no sample named {}. Samples: {}.",
            escape(name),
            known.join(", ")
        ));
        return None;
    };
    match file::read(text) {
        Ok(chain) => Some(add(model, chain)),
        Err(e) => {
            model.complain(format!("The sample {name} cannot be read: {e}"));
            None
        }
    }
}

/// What is run at a practice server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtPractice {
    /// The sample of this name.
    Sample(String),
    /// A chain of the workspace.
    Chain(ChainId),
}

/// What can be run at a practice server, with titles: the samples that are made for a sound one, then
/// the chains of the workspace that ask a practice server for something.
pub fn at_practice_offers(model: &Model) -> Vec<(AtPractice, String)> {
    // Read once: faces ask in each frame of a menu.
    static SOUND: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
        let sound = file::SAMPLES.iter().filter_map(|(name, text)| {
            let chain = file::read(text).ok().filter(|c| c.faults.is_empty())?;
            Some((*name, title(&chain)))
        });
        sound.collect()
    });
    let samples = SOUND
        .iter()
        .map(|(name, title)| (AtPractice::Sample((*name).to_owned()), title.clone()));
    let own = model.workspace.chains.iter().filter(|entry| {
        let chain = &entry.chain;
        !chain.name.ends_with(AT) && chain.nodes.iter().any(Node::is_at_practice)
    });
    let own = own.map(|entry| (AtPractice::Chain(entry.id), title(&entry.chain)));
    let mut offers: Vec<_> = samples.collect();
    for (what, title) in own {
        // A sample that was loaded and not changed is offered once.
        if !offers.iter().any(|(_, known)| *known == title) {
            offers.push((what, title));
        }
    }
    offers
}

/// Ends the names of copies that run at servers with faults.
const AT: &str = "-with-faults";

/// Shows a chain as it runs at the practice server with these faults. Where the chain names other
/// faults, a copy runs, which follows the chain; there is one for each set of faults.
pub(super) fn at_practice(
    model: &mut Model,
    what: &AtPractice,
    faults: &Faults,
) -> Option<ChainId> {
    let source = match what {
        AtPractice::Sample(name) if faults.is_empty() => return sample(model, name),
        AtPractice::Sample(name) => file::read(file::sample(name)?).ok()?,
        AtPractice::Chain(id) => {
            let Some(chain) = model.workspace.chain(*id) else {
                model.complain("That chain is no longer in the workspace.");
                return None;
            };
            if faults_of(chain) == *faults {
                show(model, *id);
                return Some(*id);
            }
            chain.clone()
        }
    };
    let copy = Chain {
        faults: faults.names().map(str::to_owned).collect(),
        title: format!("{} at {}", title(&source), practice::title(faults)),
        name: format!("{}{AT}", source.name),
        ..source
    };
    let same = |c: &&ChainEntry| c.chain.name == copy.name && c.chain.faults == copy.faults;
    let Some(known) = model.workspace.chains.iter().find(same) else {
        return Some(add(model, copy));
    };
    let id = known.id;
    if known.chain != copy {
        edit(model, id, |chain| *chain = copy);
    }
    show(model, id);
    Some(id)
}

/// Whether a text looks like a chain file rather than anything else that is pasted.
pub(super) fn looks_like_chain(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|l| l == "[[node]]") && text.lines().any(|l| l.trim_start().starts_with("version"))
}

/// Takes a chain from a file's text.
pub(super) fn import(model: &mut Model, text: &str) {
    import_from(model, text, None);
}

/// Takes a chain, and the servers that it brings, from the text of a file in `folder`.
fn import_from(model: &mut Model, text: &str, folder: Option<&Path>) {
    match file::read_whole(text) {
        Ok(whole) => {
            let whole = match folder {
                Some(folder) => whole.from_folder(folder),
                None => whole,
            };
            let in_clear = whole.in_clear().join(", ");
            let title = title(&whole.chain);
            let flaws = crate::chain::plan::flaws(&whole.chain).len();
            if let Err(why) = servers::adopt(model, whole.servers) {
                return model.complain(format!("Chain {title} was not imported: {why}."));
            }
            add(model, whole.chain);
            if !in_clear.is_empty() {
                model.say(format!(
                    "Secrets stand in the file in clear (client {}): anyone who has the file has them. Write env:NAME or file:PATH in their place.",
                    escape(&in_clear)
                ));
            }
            if flaws == 0 {
                model.say(format!("Chain {title} imported."));
            } else {
                model.say(format!(
                    "Chain {title} imported; {flaws} of its settings must be mended before it runs."
                ));
            }
        }
        Err(e) => model.complain(format!("This is not a chain that can be read: {e}")),
    }
}

fn add(model: &mut Model, chain: Chain) -> ChainId {
    let id = ChainId(model.ids.allot());
    model.document().chains.push(ChainEntry { id, chain });
    show(model, id);
    id
}

fn show(model: &mut Model, id: ChainId) {
    model.session.chain = Some(id);
    model.session.view = View::CHAIN;
}

fn edit(model: &mut Model, id: ChainId, change: impl FnOnce(&mut Chain)) {
    if model.workspace.chain(id).is_none() {
        return model.complain("That chain is no longer in the workspace.");
    }
    if let Some(entry) = model.document().chains.iter_mut().find(|c| c.id == id) {
        change(&mut entry.chain);
    }
}

fn unknown_node(model: &mut Model, node: &str) {
    model.complain(format!("There is no node {} in that chain.", escape(node)));
}

fn edit_node(model: &mut Model, id: ChainId, node: &str, change: impl FnOnce(&mut Node)) {
    let known = model
        .workspace
        .chain(id)
        .is_some_and(|c| c.node(node).is_some());
    if !known {
        return unknown_node(model, node);
    }
    edit(model, id, |chain| {
        if let Some(node) = chain.nodes.iter_mut().find(|n| n.id == node) {
            change(node);
        }
    });
}

fn set_node(model: &mut Model, id: ChainId, old: &str, node: Node) {
    let Some(chain) = model.workspace.chain(id) else {
        return model.complain("That chain is no longer in the workspace.");
    };
    if chain.node(old).is_none() {
        return unknown_node(model, old);
    }
    let new = node.id.clone();
    if new.is_empty() {
        return model.complain("A node needs a name: wires go by it.");
    }
    if new != old && chain.node(&new).is_some() {
        return model.complain(format!(
            "The chain already has a node {}: choose another name.",
            escape(&new)
        ));
    }
    edit(model, id, |chain| {
        if let Some(place) = chain.nodes.iter_mut().find(|n| n.id == old) {
            *place = node;
        }
        if new != old {
            for node in &mut chain.nodes {
                node.rewire(old, &new);
            }
        }
    });
    if new != old && model.session.selection == Selection::ChainNode(id, old.to_owned()) {
        model.session.selection = Selection::ChainNode(id, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{history, update},
        kit::clock::Clock,
    };

    #[test]
    fn a_copy_of_a_chain_has_a_name_of_its_own_and_comes_to_the_front() {
        let (mut model, env) = (Model::default(), Env::system(Clock::System));
        update(&mut model, Command::LoadSample("sample".into()), &env);
        let first = model.workspace.chains[0].clone();
        for _ in 0..2 {
            update(&mut model, Command::Duplicate(first.id), &env);
        }
        let chains = &model.workspace.chains;
        let names: Vec<_> = chains.iter().map(|c| c.chain.name.as_str()).collect();
        assert_eq!(names, ["sample", "sample-copy", "sample-copy-2"]);
        assert_eq!(chains[1].chain.nodes, first.chain.nodes);
        assert_eq!(chains[1].chain.title, "Sample chain (copy)");
        assert_eq!(model.session.chain, Some(chains[2].id));
        update(&mut model, history::Command::Undo, &env);
        assert_eq!(model.workspace.chains.len(), 2);
        update(&mut model, Command::Duplicate(ChainId(9_999)), &env);
        assert_eq!(model.workspace.chains.len(), 2);
    }
}
