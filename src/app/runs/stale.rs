//! What follows for runs from elsewhere: the document has changed, or findings are there.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    app::{Model, Workspace, chains::words::title, session::Cause},
    chain::{
        Node, gather, plan,
        run::{NodeState, Run},
    },
    kit::{ids::ChainId, text::escape},
};

/// The document has changed: nodes that are no longer what was run are stale, and all that
/// depends on them.
pub(in crate::app) fn mark_stale(model: &mut Model, before: &Workspace) {
    let mut stale: Vec<(ChainId, String)> = Vec::new();
    for entry in &model.workspace.chains {
        if !model.runs.contains_key(&entry.id) {
            continue;
        }
        let Some(old) = before.chain(entry.id) else {
            continue;
        };
        for node in &entry.chain.nodes {
            let same = old.node(&node.id).is_some_and(|o| does_the_same(o, node))
                && old.faults == entry.chain.faults
                && pasted(&model.workspace, node) == pasted(before, node);
            if !same {
                stale.push((entry.id, node.id.clone()));
                let after = plan::downstream(&entry.chain, &node.id);
                stale.extend(after.into_iter().map(|n| (entry.id, n)));
            }
        }
    }
    for (chain, node) in stale {
        let shown = model
            .runs
            .get_mut(&chain)
            .and_then(|r| r.nodes.get_mut(&node));
        if let Some(shown) = shown
            && matches!(shown.state, NodeState::Done | NodeState::Failed)
        {
            // What failed before the change need not fail after it.
            shown.state = NodeState::Stale;
        }
    }
}

fn does_the_same(a: &Node, b: &Node) -> bool {
    a.step == b.step
        && a.server == b.server
        && a.client == b.client
        && a.dpop == b.dpop
        && a.expect == b.expect
}

/// The text of the tray's token that a node takes.
fn pasted(workspace: &Workspace, node: &Node) -> Option<Arc<str>> {
    workspace
        .token(node.tray_token()?)
        .map(|t| Arc::clone(&t.raw))
}

/// The findings are there: expectations about findings can be settled.
pub(in crate::app) fn settle_findings(model: &mut Model) {
    let analysis = Arc::clone(&model.analysis);
    let mut broken = Vec::new();
    for (id, offset) in &analysis.offsets {
        let (Some(chain), Some(run)) = (model.workspace.chain(*id), model.runs.get_mut(id)) else {
            continue;
        };
        let failed = |run: &Run| -> BTreeSet<String> {
            let failed = run
                .nodes
                .iter()
                .filter(|(_, n)| n.state == NodeState::Failed);
            failed.map(|(name, _)| name.clone()).collect()
        };
        let before = failed(run);
        gather::settle(chain, run, &analysis.report, *offset);
        for node in failed(run).difference(&before) {
            let said = run
                .nodes
                .get(node)
                .and_then(|n| n.failure.as_ref())
                .map(|f| f.said.clone())
                .unwrap_or_default();
            broken.push((*id, format!("{}: {}: {said}", title(chain), escape(node))));
        }
    }
    for (id, text) in broken {
        model.complain_of(Cause::Run(id), text);
    }
}
