//! Findings as text, for every command that has some; as JSON they are those of `report::finding`.

use std::collections::HashMap;

use super::output::columns;
use crate::{
    evidence::Evidence,
    kit::text::escape,
    report::finding::name,
    risk::{Finding, Report, Severity},
};

/// For people: worst first, then what could not be evaluated, then the sum.
pub(super) fn in_words(report: &Report, evidence: &Evidence) -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        for alike in folded(report.findings.iter().filter(|f| f.severity == severity)) {
            let Some(finding) = alike.first() else {
                continue;
            };
            let times = match alike.len() {
                1 => String::new(),
                n => format!(" ({n} tokens)"),
            };
            text.push_str(&format!(
                "{} {}: {}{times}\n",
                severity.name(),
                finding.rule.id,
                finding.rule.title
            ));
            let places = places(alike.iter().map(|f| name(evidence, f.hop)));
            let rows = [
                ("what", finding.message.clone()),
                ("where", format!("{places}, {}", finding.claim)),
                ("found", finding.found.clone()),
                ("expected", finding.expected.clone()),
                ("source", finding.rule.source.to_owned()),
                ("fix", finding.rule.fix.to_owned()),
                ("confidence", finding.confidence.name().to_owned()),
            ];
            let rows: Vec<(&str, String)> = rows
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(label, value)| (label, escape(&value).into_owned()))
                .collect();
            text.push_str(&columns(2, &rows));
            text.push('\n');
        }
    }
    if !report.not_evaluable.is_empty() {
        text.push_str("Not evaluable (says nothing either way):\n");
        let mut order: Vec<(&str, &str)> = Vec::new();
        let mut hops: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for n in &report.not_evaluable {
            let why = (n.rule, n.why.as_str());
            let of_it = hops.entry(why).or_insert_with(|| {
                order.push(why);
                Vec::new()
            });
            of_it.push(n.hop);
        }
        let rows: Vec<(String, String)> = order
            .iter()
            .map(|(rule, why)| {
                let of_it = hops.get(&(*rule, *why)).into_iter().flatten();
                let places = places(of_it.map(|hop| name(evidence, *hop)));
                ((*rule).to_owned(), format!("{places}: {}", escape(why)))
            })
            .collect();
        text.push_str(&columns(2, &rows));
        text.push('\n');
    }
    text.push_str(&sum(report));
    text
}

/// Findings that say the same of several tokens, together, in the order of their first.
fn folded<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Vec<&'a Finding>> {
    let mut all: Vec<Vec<&Finding>> = Vec::new();
    let mut at = HashMap::new();
    for finding in findings {
        // Rules of the chain tell of two tokens: each finding is a story of its own.
        let pair = finding.parent.map(|_| finding.hop);
        let key = (
            finding.rule.id,
            finding.claim.as_str(),
            finding.found.as_str(),
            finding.expected.as_str(),
            finding.confidence,
            pair,
        );
        let group = *at.entry(key).or_insert_with(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        all[group].push(finding);
    }
    all
}

/// Names of tokens, the first few of many.
fn places(names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 5;
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(MOST);
    let mut text = names[..names.len() - more].join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// `2 findings: 1 critical, 1 low` on a line.
pub(super) fn sum(report: &Report) -> String {
    let parts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|s| (report.count(s), s.name()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{n} {name}"))
        .collect();
    match report.findings.len() {
        0 => "No findings.\n".into(),
        1 => format!("1 finding: {}\n", parts.join(", ")),
        n => format!("{n} findings: {}\n", parts.join(", ")),
    }
}

/// Whether there is a finding of this severity or worse.
pub(super) fn reaches(report: &Report, severity: Severity) -> bool {
    report.findings.iter().any(|f| f.severity >= severity)
}

/// A line a finding, worst first, then the sum: for output that is mainly about something else.
pub(super) fn in_words_briefly(report: &Report, evidence: &Evidence) -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        for finding in report.findings.iter().filter(|f| f.severity == severity) {
            text.push_str(&format!(
                "{:8} {}  {}: {}\n",
                severity.name(),
                finding.rule.id,
                name(evidence, finding.hop),
                escape(&finding.message)
            ));
        }
    }
    text.push_str(&sum(report));
    text
}
