//! What is selected, once it may be gone.

use super::{Model, runs::tokens, session::Selection};

/// Lets go of what is selected but no longer there.
pub(super) fn mend(model: &mut Model) {
    let there = |id| model.workspace.token(id).is_some() || tokens::token(model, id).is_some();
    let chain = |id| model.workspace.chain(id).is_some();
    let lost = match &model.session.selection {
        Selection::Token(id) | Selection::Claim(id, _) => !there(*id),
        Selection::ChainNode(id, node) => model
            .workspace
            .chain(*id)
            .is_none_or(|c| c.node(node).is_none()),
        Selection::Key(id) => model.workspace.key(*id).is_none(),
        Selection::Server(id) => !model.workspace.servers.iter().any(|s| s.id == *id),
        Selection::Finding(_)
        | Selection::Principal(_)
        | Selection::Relation(..)
        | Selection::Log(_)
        | Selection::None => false,
    };
    let token = model.session.token.filter(|id| there(*id));
    let shown = model.session.chain.filter(|id| chain(*id));
    let shown = shown.or_else(|| model.workspace.chains.first().map(|c| c.id));
    let target = model.session.target;
    let target = target.filter(|id| model.workspace.target(*id).is_some());
    let compared = model.session.compared.iter().copied();
    let compared: Vec<_> = compared.filter(|id| there(*id)).collect();
    if lost {
        model.session.selection = Selection::None;
    }
    model.session.compared = compared;
    model.session.token = token;
    model.session.chain = shown;
    model.session.target = target;
}
