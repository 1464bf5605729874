//! What an answer can mean, and what it is compared with.

use crate::{
    kit::text::excerpt,
    oauth::http::{Request, Response},
};

/// The good request and its answer, to compare with.
pub(in crate::attack) struct Control {
    pub request: Request,
    pub response: Response,
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::attack) enum Outcome {
    Granted,
    /// A token came, without what was forged.
    Withheld(String),
    /// Refused; why, where the status does not say it.
    Refused(Option<String>),
    /// Neither; why, where that can be said.
    Unclear(Option<String>),
    /// The target wants the request again after so many seconds.
    Later(u64),
    /// The server wants its nonce in the proof (RFC 9449 §8).
    Nonce,
}

/// A text of a server, escaped and short.
pub(super) fn shown(text: &str) -> String {
    excerpt(text, 80)
}
