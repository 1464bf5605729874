//! What the rules take from their surroundings.

use crate::kit::clock::Timestamp;

/// What the rules take from their surroundings.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The moment.
    pub now: Timestamp,
    /// Allowed clock difference in seconds.
    pub skew: i64,
    /// Greatest depth of `act` (DG-416).
    pub max_depth: usize,
    /// Scopes that give power (DG-306); `*` stands for any run of characters, alone it is the scope
    /// that is called so.
    pub privileged: Vec<String>,
    /// User-supplied hierarchy: the first implies the second.
    pub scope_implies: Vec<(String, String)>,
    /// User-supplied renames across domains.
    pub scope_renames: Vec<(String, String)>,
    /// Declared identity links across issuers: `(iss, sub)` to `(iss, sub)`.
    pub links: Vec<((String, String), (String, String))>,
    /// FAPI 2.0 is asked for.
    pub fapi: bool,
    /// Seconds that the task still takes (DG-503); without it only expired tokens are noted.
    pub task_seconds: Option<i64>,
}

impl Settings {
    /// The catalogue's defaults.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            skew: 60,
            max_depth: 4,
            privileged: [
                "admin",
                "*",
                "*:write",
                "root",
                "manage",
                "impersonat*",
                "offline_access",
                "payments",
            ]
            .map(str::to_owned)
            .to_vec(),
            scope_implies: Vec::new(),
            scope_renames: Vec::new(),
            links: Vec::new(),
            fapi: false,
            task_seconds: None,
        }
    }
}
