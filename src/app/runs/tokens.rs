//! The tokens of runs.

use std::sync::Arc;

use crate::{
    app::Model,
    chain::run::NodeRun,
    kit::ids::{ChainId, TokenId},
    token::Token,
};

/// The token of a run.
pub(in crate::app) fn token(model: &Model, id: TokenId) -> Option<&Arc<Token>> {
    found(model, id).and_then(|(_, _, node)| node.token.as_ref())
}

/// Where the token of a run stands: chain, node, what the node has to show.
pub(in crate::app) fn found(model: &Model, id: TokenId) -> Option<(ChainId, &str, &NodeRun)> {
    model.runs.iter().find_map(|(chain, run)| {
        let mut nodes = run.nodes.iter();
        let (node, shown) = nodes.find(|(_, n)| n.token_id == Some(id))?;
        Some((*chain, node.as_str(), shown))
    })
}
