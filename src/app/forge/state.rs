//! What forging has come to.

use std::{collections::VecDeque, sync::Arc};

use super::made::{Basis, Forged, Shown};
use crate::{
    attack::{Matrix, fire::Plan, secrets::Found},
    chain::run::Exchanged,
    kit::ids::JobId,
};

/// What forging has come to. Neither saved nor undoable.
#[derive(Default)]
pub struct Forging {
    /// The token in front with everything that can be made of it; lags behind while it is made.
    pub forged: Option<Arc<Forged>>,
    /// Names of forgeries that are stacked, and what they make together.
    pub stack: Vec<String>,
    /// See [`Self::stack`]; `None` while it is made.
    pub stacked: Option<Result<Shown, String>>,
    /// What is being made.
    pub(super) preparing: Option<Basis>,
    /// A plan that waits for the user's word: its target is not on this machine.
    pub asks: Option<Arc<Plan>>,
    /// Firing under way.
    pub firing: Option<Firing>,
    /// How often was fired, the one under way included.
    pub firings: u32,
    /// What came of the last firing, or of an earlier one that is looked at.
    pub matrix: Option<Arc<Matrix>>,
    /// What came of the last firings, oldest first.
    pub past: VecDeque<Fired>,
    /// Which of them [`Self::matrix`] is.
    pub shown: u32,
    /// The search for a weak secret.
    pub crack: Option<Crack>,
}

/// Firing under way.
pub struct Firing {
    /// What is fired.
    pub plan: Arc<Plan>,
    /// The job that fires.
    pub job: JobId,
    /// What came of it so far.
    pub matrix: Arc<Matrix>,
    /// Requests sent so far.
    pub sent: usize,
    /// It is to end: the last word of the job is due.
    pub ending: bool,
}

impl Firing {
    /// How much is done: requests and forgeries that need none, of all.
    pub fn progress(&self) -> (usize, usize) {
        let all = if self.plan.is_single() {
            1
        } else {
            self.plan.forgeries.len() + 2
        };
        (self.matrix.rows.len().min(all), all)
    }
}

/// A firing that is over.
#[derive(Clone)]
pub struct Fired {
    /// Counted from 1.
    pub number: u32,
    /// What came of it.
    pub matrix: Arc<Matrix>,
    /// What is other than the last time at the same target.
    pub since: Option<Since>,
}

/// What has changed since an earlier firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The earlier one.
    pub number: u32,
    /// Forgeries that are accepted now and were not then.
    pub opened: usize,
    /// Forgeries that were accepted then and are not now.
    pub closed: usize,
}

/// News of firing under way.
#[derive(Clone)]
pub struct Volley {
    /// What came of it so far.
    pub matrix: Arc<Matrix>,
    /// Requests sent so far.
    pub sent: usize,
    /// Requests and answers since the last news, with the places of their rows in the matrix.
    pub exchanged: Vec<(usize, Exchanged)>,
    /// Whether it is over.
    pub over: bool,
}

/// The search for a weak secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Crack {
    /// The token.
    pub raw: Arc<str>,
    /// The job, while it goes on.
    pub job: Option<JobId>,
    /// Words tried.
    pub tried: u64,
    /// Of a word list: the share that is done, in thousandths.
    pub done: u32,
    /// Words a second.
    pub rate: u64,
    /// What came of it.
    pub result: Option<Result<Option<Secret>, String>>,
}

/// A secret that was found, or the public key that serves as one.
#[derive(Debug, Clone, PartialEq)]
pub enum Secret {
    /// A word.
    Word(Found),
    /// A public key, described, in this form.
    PublicKey(String, &'static str),
}

/// How far the search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// Words.
    pub words: u64,
    /// Thousandths of the list.
    pub done: u32,
    /// Words a second.
    pub rate: u64,
}
