//! How bad a finding is, and how far it can be trusted.

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A note.
    Info,
    /// Hygiene.
    Low,
    /// A defence is missing.
    Medium,
    /// A boundary is open.
    High,
    /// Authority can be taken or forged now.
    Critical,
}

// Lists and names of variants like these stand by hand, here and elsewhere, although strum derives them: a
// list has an order of its own, and a name is what scripts read, which must not follow a variant that is
// renamed.
impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// The name used in JSON output and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// How far a finding can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// The tokens' signatures are verified, by keys that their issuers publish.
    Verified,
    /// Decoded only, or signed by a key that is not known to be the issuer's: anybody may have
    /// written it.
    Decoded,
    /// The comparison itself is uncertain.
    Low,
}

impl Confidence {
    /// The name used in JSON output and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified signature",
            Self::Decoded => "decoded only",
            Self::Low => "low",
        }
    }
}
