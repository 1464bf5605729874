//! Findings as text, for every command that has some; as JSON they are those of `report::finding`.

use super::output::columns;
use crate::{
    evidence::Evidence,
    kit::text::escape,
    report::finding::name,
    risk::{Report, Severity},
};

/// For people: worst first, then what could not be evaluated, then the sum.
pub(super) fn in_words(report: &Report, evidence: &Evidence) -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        for finding in report.findings.iter().filter(|f| f.severity == severity) {
            text.push_str(&format!(
                "{} {}: {}\n",
                severity.name(),
                finding.rule.id,
                finding.rule.title
            ));
            let place = format!("{}, {}", name(evidence, finding.hop), finding.claim);
            let rows = [
                ("what", finding.message.clone()),
                ("where", place),
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
        let rows: Vec<(String, String)> = report
            .not_evaluable
            .iter()
            .map(|n| {
                let place = name(evidence, n.hop);
                (n.rule.to_owned(), format!("{place}: {}", escape(&n.why)))
            })
            .collect();
        text.push_str(&columns(2, &rows));
        text.push('\n');
    }
    text.push_str(&sum(report));
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
