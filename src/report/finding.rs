//! Findings as Markdown and as the JSON of `lint`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::{
    evidence::Evidence,
    kit::{markup::markdown_with_code, text::escape},
    risk::{Finding, NotEvaluable, Report, Severity},
};

/// The name of a hop, escaped.
pub fn name(evidence: &Evidence, hop: usize) -> String {
    evidence
        .hops
        .get(hop)
        .map_or_else(|| format!("hop {hop}"), |h| escape(&h.name).into_owned())
}

/// A finding as Markdown, for a ticket. Values from tokens stand in code spans or are escaped.
pub fn markdown(finding: &Finding, evidence: &Evidence) -> String {
    let rule = finding.rule;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "### {} {} ({})\n\n{}\n",
        rule.id,
        rule.title,
        finding.severity.name(),
        markdown_with_code(&finding.message)
    );
    let place = match finding.parent {
        Some(parent) => format!(
            "{} → {}",
            name(evidence, parent),
            name(evidence, finding.hop)
        ),
        None => name(evidence, finding.hop),
    };
    let rows = [
        (
            "Where",
            format!("{}, {}", markdown_with_code(&place), code(&finding.claim)),
        ),
        ("Found", code(&finding.found)),
        ("Expected", markdown_with_code(&finding.expected)),
        ("Path", markdown_with_code(&finding.path.join(" → "))),
        ("Why it matters", rule.why.to_owned()),
        ("Fix", rule.fix.to_owned()),
        ("Not a defect when", rule.false_positives.to_owned()),
        ("Source", rule.source.to_owned()),
        ("Confidence", finding.confidence.name().to_owned()),
    ];
    for (label, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "- **{label}:** {value}");
    }
    out
}

/// A code span that its content cannot end (`CommonMark`: a longer run of backticks).
fn code(text: &str) -> String {
    let text = escape(text);
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The whole JSON of `lint`: `findings`, `not_evaluable`, `counts`.
pub fn json(report: &Report, evidence: &Evidence) -> Value {
    json!({
        "findings": all(report, evidence),
        "not_evaluable": not_evaluable(report),
        "counts": counts(report),
    })
}

/// `findings` of the JSON.
pub fn all(report: &Report, evidence: &Evidence) -> Vec<Value> {
    report.findings.iter().map(|f| one(f, evidence)).collect()
}

/// `not_evaluable` of the JSON.
pub fn not_evaluable(report: &Report) -> Vec<Value> {
    report
        .not_evaluable
        .iter()
        .map(|NotEvaluable { rule, hop, why }| json!({ "rule": rule, "hop": hop, "why": why }))
        .collect()
}

/// `counts` of the JSON: findings by severity, and what could not be evaluated.
pub fn counts(report: &Report) -> Value {
    let mut counts = Map::new();
    for severity in Severity::ALL {
        counts.insert(severity.name().into(), report.count(severity).into());
    }
    counts.insert("not_evaluable".into(), report.not_evaluable.len().into());
    Value::Object(counts)
}

/// One finding of `findings`.
pub fn one(finding: &Finding, evidence: &Evidence) -> Value {
    json!({
        "rule": finding.rule.id,
        "severity": finding.severity.name(),
        "title": finding.rule.title,
        "message": finding.message,
        "hop": finding.hop,
        "parent": finding.parent,
        "token": name(evidence, finding.hop),
        "claim": finding.claim,
        "found": finding.found,
        "expected": finding.expected,
        "path": finding.path,
        "source": finding.rule.source,
        "fix": finding.rule.fix,
        "confidence": finding.confidence.name(),
    })
}
