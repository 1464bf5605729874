//! The practice authorization server and resource servers, embedded, on loopback.

use std::{collections::BTreeSet, sync::Arc};

use crate::app::model::PracticeInfo;

/// A running practice server; stops when dropped.
pub struct Server {
    /// What it is.
    pub info: Arc<PracticeInfo>,
}

/// A fault that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Name on the command line and in chain files.
    pub name: &'static str,
    /// What it breaks.
    pub breaks: &'static str,
}

/// Faults, by name.
pub const FAULTS: [Fault; 4] = [
    Fault {
        name: "scope-widened",
        breaks: "an exchange grants scopes that the subject token does not have (DG-401)",
    },
    Fault {
        name: "may-act-ignored",
        breaks: "an exchange accepts an actor that may_act does not name (DG-410)",
    },
    Fault {
        name: "lifetime-extended",
        breaks: "an exchanged token outlives its subject token (DG-501)",
    },
    Fault {
        name: "act-flattened",
        breaks: "prior actors are dropped from act (DG-405)",
    },
];

/// Starts a server on `port` (0: a free one). Must be called inside a tokio runtime.
pub async fn start(port: u16, faults: BTreeSet<String>) -> Result<Server, String> {
    let _ = (port, faults);
    todo!("owner: practice")
}
