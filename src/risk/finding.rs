//! What the rules say.

use super::{
    rule::Rule,
    severity::{Confidence, Severity},
};

/// A rule that fired at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What was found, in few words: the rule's title, unless it finds different things.
    pub title: &'static str,
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
