//! What is derived from the document, once per revision and off the frame: decoded tokens,
//! verdicts, findings, graph and layout.

mod hops;
mod input;
mod known;
mod make;
mod proofs;
mod tray;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{session::Session, workspace::TokenEntry};
use crate::{
    evidence::Evidence,
    kit::{
        clock::Timestamp,
        ids::{ChainId, TokenId},
        text::escape,
    },
    principal::{
        Graph,
        picture::{Picture, Seen},
    },
    risk::{Report, Severity},
    token::{Token, diff::Row, explain::Principal, sd_jwt::BindingError, validate::Verdict},
};

pub use input::Input;
pub use make::{analyse, analyse_while_wanted};

/// Everything derived.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// The revision of the model it was made from.
    pub revision: u64,
    /// The moment it was made for.
    pub now: Timestamp,
    /// Every token of the tray and of the runs.
    pub tokens: HashMap<TokenId, TokenView>,
    /// Tray order: groups of a chain's tokens, then the user's.
    pub tray: Vec<Group>,
    /// Input of rules and graph; findings and graph name hops by index into it.
    pub evidence: Arc<Evidence>,
    /// Where the hops of each chain's run begin in the evidence.
    pub offsets: BTreeMap<ChainId, usize>,
    /// Findings.
    pub report: Arc<Report>,
    /// Principal graph.
    pub graph: Arc<Graph>,
    /// It as it is looked at, laid out.
    pub picture: Arc<Picture>,
    /// The next moment at which a verdict changes by itself; analyse again then. `None` under a
    /// fixed clock.
    pub next_change: Option<Timestamp>,
    /// What went wrong while this was made; what stands here is then that of an earlier revision.
    pub failed: Option<String>,
    /// Of the keys that the verdicts were made with.
    pub keys: u64,
}

/// What an analysis that was stopped had found out: the next one takes it over.
#[derive(Debug, Clone, Default)]
pub struct Begun {
    /// The moment of the verdicts.
    now: Timestamp,
    /// Of the keys that the verdicts were made with.
    keys: u64,
    /// Decoded, by their text.
    tokens: HashMap<Arc<str>, Arc<Token>>,
    /// Verdicts, by the token's text.
    verdicts: HashMap<Arc<str>, Verdict>,
}

impl Begun {
    /// How many tokens are decoded, and how many of them judged.
    pub fn counts(&self) -> (usize, usize) {
        (self.tokens.len(), self.verdicts.len())
    }

    /// Whether this very token is kept.
    pub fn has(&self, token: &Arc<Token>) -> bool {
        let kept = self.tokens.get(&token.raw);
        kept.is_some_and(|kept| Arc::ptr_eq(kept, token))
    }
}

/// A heading of the tray with its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `Sample chain · run 3`, `Actors`, `Tokens`.
    pub title: String,
    /// Caption at the right: the time of the run.
    pub caption: String,
    /// Tokens in order.
    pub tokens: Vec<TokenId>,
    /// The chain they came from.
    pub chain: Option<ChainId>,
}

impl Analysis {
    /// The token that the views are about.
    pub fn in_front(&self, session: &Session) -> Option<(TokenId, &TokenView)> {
        let id = session.token?;
        Some((id, self.tokens.get(&id)?))
    }
}

/// A token with all that is shown of it.
#[derive(Debug, Clone)]
pub struct TokenView {
    /// Decoded.
    pub token: Arc<Token>,
    /// As it was received, decoded, when it differs.
    pub received: Option<Arc<Token>>,
    /// Whether the key binding of an SD-JWT is signed by the holder's key, and if not, why; `None`
    /// without one.
    pub binding: Option<Result<(), BindingError>>,
    /// Whether an SD-JWT was received with disclosures that are left out now, and can come back.
    pub left_out: bool,
    /// Changed claims against `received`, kept ones left out.
    pub changes: Vec<Row>,
    /// Verdict with all keys that are known.
    pub verdict: Verdict,
    /// Who is acting for whom.
    pub principal: Principal,
    /// Name for lists.
    pub title: String,
    /// Worst finding.
    pub severity: Option<Severity>,
    /// Index into the evidence's hops.
    pub hop: usize,
    /// How often it was found again, after the first time.
    pub again: u32,
    /// What a filter looks through, in small letters.
    pub search: Arc<str>,
    /// Edited and not signed since.
    pub edited: bool,
    /// Belongs to a run: an edit makes a copy.
    pub evidence_only: bool,
    /// `iat`, `exp` in seconds since the epoch.
    pub iat: Option<i64>,
    /// See `iat`.
    pub exp: Option<i64>,
    /// Clock difference that the verdict allowed, in seconds.
    pub leeway: i64,
    /// Of a proof of possession: the token that it goes with, by its `ath` (RFC 9449 §4.2), when that
    /// is here.
    pub proves: Option<TokenId>,
}

/// The graph of an analysis as it is wanted. Pure; runs off the frame.
pub fn picture(analysis: &Analysis, previous: &Picture, seen: &Seen) -> Picture {
    let basis = (&*analysis.evidence, &*analysis.report);
    Picture::of(&analysis.graph, basis, analysis.now, seen, previous)
}

/// A token as lists call it.
pub fn title(entry: &TokenEntry, token: &Token) -> String {
    entry.name.as_deref().map_or_else(
        || token.kind.label().to_owned(),
        |name| escape(name).into_owned(),
    )
}
