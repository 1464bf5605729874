//! The states that a token went through, taken from what undo keeps: how it was edited, and the way
//! back to any of them.

use std::sync::Arc;

use super::{Model, workspace::TokenEntry};
use crate::{
    kit::{ids::TokenId, text::capital},
    token::sd_jwt,
};

/// A token as it was at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenVersion {
    /// What led to it: the label of the command, or where the token came from.
    pub label: String,
    /// Its text.
    pub raw: Arc<str>,
    /// The text that was last received or signed then.
    pub sealed: Arc<str>,
    /// Whether it is how the token is now.
    pub now: bool,
}

impl TokenVersion {
    /// Whether it is edited and not signed since.
    pub fn is_edited(&self) -> bool {
        sd_jwt::split(&self.raw).0 != sd_jwt::split(&self.sealed).0
    }
}

/// The states of a token of the tray, the first one first: as it was received, then what each command
/// that undo can take back made of it. Commands that left it as it was are left out. Empty for a token
/// that is not in the tray.
pub fn states(model: &Model, id: TokenId) -> Vec<TokenVersion> {
    let Some(entry) = model.workspace.token(id) else {
        return Vec::new();
    };
    let undo = &model.history.undo;
    let after = undo
        .iter()
        .skip(1)
        .map(|step| &step.workspace)
        .chain([&model.workspace]);
    let mut states = vec![TokenVersion {
        label: capital(&entry.origin),
        raw: Arc::clone(&entry.received),
        sealed: Arc::clone(&entry.received),
        now: false,
    }];
    let mut last: Option<&TokenEntry> = None;
    for (step, after) in undo.iter().zip(after) {
        let Some(is) = after.token(id) else {
            continue;
        };
        let was = last.or_else(|| step.workspace.token(id));
        let changed = match was {
            Some(was) => was.raw != is.raw || was.sealed != is.sealed,
            None => is.raw != is.received,
        };
        if changed {
            states.push(TokenVersion {
                label: step.label.clone(),
                raw: Arc::clone(&is.raw),
                sealed: Arc::clone(&is.sealed),
                now: false,
            });
        }
        last = Some(is);
    }
    // Edits from before the file was opened are one state.
    let known = states
        .last()
        .is_some_and(|s| s.raw == entry.raw && s.sealed == entry.sealed);
    if !known {
        states.push(TokenVersion {
            label: "Edited earlier".into(),
            raw: Arc::clone(&entry.raw),
            sealed: Arc::clone(&entry.sealed),
            now: false,
        });
    }
    if let Some(last) = states.last_mut() {
        last.now = true;
    }
    states
}
