//! Floor 2: the rules of the risk catalogue, a file each in [`rules`].
//!
//! Two promises: a rule with a missing operand is *not evaluable*, never passed; and a finding says
//! what was found, what was expected, and by which clause.
//!
//! **Severity** is set in three steps. First the rule's own condition gives a severity (DG-303 is
//! medium, and high from four audiences). Then what the surroundings add and take is summed: one step
//! up for a privileged scope, payments or a third-party receiver (once, whichever of them it is, and
//! not where the rule's condition is about just that), one step down for an issuer on
//! this machine or in a lab. Rules from hop to hop look for scopes in the whole chain: what happens
//! at one hop happens to its power. Last, the sum is applied within critical and info; no finding falls
//! below its rule's floor, and a note stays a note.
//!
//! **Confidence** comes from the signatures: of all tokens that a finding rests on.

mod actors;
#[cfg(test)]
mod cases;
pub mod compare;
mod due;
mod facts;
mod rule;
pub mod rules;
mod sink;
mod survey;

pub use rule::{Mark, Rule, Surroundings, Wire};

use serde::{Deserialize, Serialize};

use rule::{Ready, Said};
use sink::Sink;
use survey::{At, Survey};

use crate::{
    evidence::Evidence,
    kit::{clock::Timestamp, progress::Progress},
};

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

/// A rule that fired at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Severity in this context.
    pub severity: Severity,
    /// Index of the hop (the child, for rules of the chain).
    pub hop: usize,
    /// The other hop, for rules of the chain.
    pub parent: Option<usize>,
    /// JSON Pointer or dotted path of the claim: `act.sub`, `scope`, `header.alg`.
    pub claim: String,
    /// The value found, escaped.
    pub found: String,
    /// The value expected, in words.
    pub expected: String,
    /// What happened here, in a sentence with the names of this chain.
    pub message: String,
    /// How far to trust it.
    pub confidence: Confidence,
    /// Principals of the path that the finding is about, as the graph names them (`sub` values).
    pub path: Vec<String>,
}

/// A rule that could not be evaluated: never a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotEvaluable {
    /// `DG-402`.
    pub rule: &'static str,
    /// Index of the hop.
    pub hop: usize,
    /// Which operand is missing.
    pub why: String,
}

/// Everything the rules say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Findings, in the order of the catalogue, then of the hops.
    pub findings: Vec<Finding>,
    /// What could not be evaluated.
    pub not_evaluable: Vec<NotEvaluable>,
}

impl Report {
    /// The worst severity of each hop that has a finding.
    pub fn worst(&self) -> std::collections::HashMap<usize, Severity> {
        let mut worst = std::collections::HashMap::new();
        for finding in &self.findings {
            let of_hop = worst.entry(finding.hop).or_insert(finding.severity);
            *of_hop = (*of_hop).max(finding.severity);
        }
        worst
    }
    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|f| f.severity == severity)
            .count()
    }
}

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

/// Applies every rule, in the catalogue's order: header and cryptography, claims, target, chain, time,
/// binding. Findings come in the order of the rules, then of the hops. Linear in the number of hops.
///
/// ```
/// use delegraph::{
///     evidence::Evidence,
///     kit::clock::Clock,
///     risk::{Settings, evaluate},
///     token::decode::decode,
/// };
///
/// let token = decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
/// let evidence = Evidence::chain_of([token]);
/// let report = evaluate(&evidence, &Settings::at(Clock::System.now()));
/// assert_eq!(report.findings[0].rule.title, "Unsigned token");
/// ```
pub fn evaluate(evidence: &Evidence, settings: &Settings) -> Report {
    // Never stopped, so never without a report.
    evaluate_while(evidence, settings, &Progress::default()).unwrap_or_default()
}

/// [`evaluate`], a step of `progress` for each hop; `None` when it was stopped.
pub fn evaluate_while(
    evidence: &Evidence,
    settings: &Settings,
    progress: &Progress,
) -> Option<Report> {
    let survey = Survey::of(evidence, settings);
    let checks: Vec<(&'static Rule, Ready<'_>)> = rules::ALL
        .iter()
        .map(|rule| (*rule, rule.check.ready(&survey)))
        .collect();
    let mut sink = Sink::new(&survey);
    for (hop, own) in survey.facts.iter().enumerate() {
        if progress.is_stopped() {
            return None;
        }
        progress.step(1);
        let at = At::new(&survey, hop, own);
        let said = checks
            .iter()
            .map(|(rule, check)| (*rule, check(&at)))
            .filter(|(_, said)| !matches!(said, Said::Silent));
        sink.take(&at, said.collect());
    }
    Some(sink.report())
}
