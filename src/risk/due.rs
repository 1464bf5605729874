//! What a kind of token must hold: how the rules about a claim that is missing begin.

use super::{
    facts::Facts,
    said::{Said, UNREADABLE},
};
use crate::token::Kind;

/// Why such a rule is not evaluable where it is not known what the token is.
const KIND_UNKNOWN: &str = "what the token is for, and so what it must hold, is unknown";

/// What `judge` says of a token whose kind makes a claim `due`; nothing of one that may do without.
pub(super) fn where_due(
    own: &Facts<'_>,
    due: impl FnOnce(Kind) -> bool,
    judge: impl FnOnce() -> Said,
) -> Said {
    match own.kind {
        _ if !own.readable => Said::unknown(UNREADABLE),
        Kind::Unknown => Said::unknown(KIND_UNKNOWN),
        kind if due(kind) => judge(),
        _ => Said::Silent,
    }
}
