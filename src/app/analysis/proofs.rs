//! Proofs of possession, and the tokens that they go with.

use std::collections::HashMap;

use super::TokenView;
use crate::{kit::ids::TokenId, oauth::dpop, token::Kind};

/// Which token each proof of possession goes with (RFC 9449 §4.2). Tokens are hashed only where a
/// proof asks.
pub(super) fn link(tokens: &mut HashMap<TokenId, TokenView>) {
    let wanted: Vec<(TokenId, String)> = tokens
        .iter()
        .filter(|(_, view)| view.token.kind == Kind::DpopProof)
        .filter_map(|(id, view)| Some((*id, view.token.claim_text("ath")?.to_owned())))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let hashes: HashMap<String, TokenId> = tokens
        .iter()
        .filter(|(_, view)| view.token.kind != Kind::DpopProof)
        .map(|(id, view)| (dpop::ath(&view.token.raw), *id))
        .collect();
    for (proof, ath) in wanted {
        if let Some(view) = tokens.get_mut(&proof) {
            view.proves = hashes.get(&ath).copied();
        }
    }
}
