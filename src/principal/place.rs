//! Which finding belongs to which principal and which relation.

use super::{Graph, graph::Trace};
use crate::{
    evidence::Evidence,
    risk::{Finding, Report, Severity},
    token::claims,
};

/// Puts the findings where they belong: what was handed on wrongly on the edge by which it came, reach
/// on the edge to the audience, everything on the principal that holds the token.
pub(super) fn findings(graph: &mut Graph, traces: &[Trace], report: &Report, evidence: &Evidence) {
    // Which finding gave an edge its note, to let a better one take its place.
    let mut notes: Vec<Option<(bool, Severity)>> = vec![None; graph.edges.len()];
    for (n, finding) in report.findings.iter().enumerate() {
        let Some(trace) = traces.get(finding.hop) else {
            continue;
        };
        let edges: Vec<usize> = match finding.rule.id {
            "DG-303" | "DG-403" => reaches(trace, finding, evidence),
            _ if finding.parent.is_some() || is_of_chain(finding) => {
                trace.arrival.into_iter().collect()
            }
            _ => Vec::new(),
        };
        for at in edges {
            let edge = &mut graph.edges[at];
            raise(&mut edge.severity, finding.severity);
            edge.findings.push(n);
            // What was added says most; else the worst finding does.
            let weight = (finding.rule.id == "DG-401", finding.severity);
            if notes[at].is_none_or(|had| weight > had)
                && let Some(note) = note(finding)
            {
                notes[at] = Some(weight);
                edge.note = Some(note);
            }
            if finding.rule.id == "DG-403" {
                let to = edge.to;
                raise(&mut graph.nodes[to].severity, finding.severity);
            }
        }
        if let Some(holder) = trace.holder {
            raise(&mut graph.nodes[holder].severity, finding.severity);
        }
    }
}

fn is_of_chain(finding: &Finding) -> bool {
    finding.rule.id.starts_with("DG-4")
}

fn raise(severity: &mut Option<Severity>, to: Severity) {
    *severity = (*severity).max(Some(to));
}

/// The edges to audiences that the finding is about: those that the parent does not name, else all.
fn reaches(trace: &Trace, finding: &Finding, evidence: &Evidence) -> Vec<usize> {
    let before = finding
        .parent
        .and_then(|p| evidence.hops.get(p))
        .and_then(|hop| claims::audiences(&hop.token))
        .unwrap_or_default();
    let new: Vec<usize> = trace
        .reaches
        .iter()
        .filter(|(_, aud)| !before.contains(aud))
        .map(|(edge, _)| *edge)
        .collect();
    if new.is_empty() {
        trace.reaches.iter().map(|(edge, _)| *edge).collect()
    } else {
        new
    }
}

/// A few words for the wire.
fn note(finding: &Finding) -> Option<String> {
    const MOST: usize = 36;
    let found = &finding.found;
    Some(match finding.rule.id {
        "DG-401" if found.chars().count() + 6 <= MOST => format!("{found} added"),
        "DG-401" => format!("{} scopes added", found.matches(", ").count() + 1),
        "DG-403" => "not requested".into(),
        "DG-404" => "actors dropped".into(),
        "DG-405" => "actors missing".into(),
        "DG-406" => "actors reordered".into(),
        "DG-407" => "actors spliced".into(),
        "DG-408" => "holder not named".into(),
        "DG-409" if finding.severity > Severity::Info => "subject changed".into(),
        "DG-410" => "not in may_act".into(),
        "DG-412" => "impersonates".into(),
        "DG-413" => "actor not the presenter".into(),
        "DG-415" => "cycle".into(),
        "DG-501" => "outlives its parent".into(),
        "DG-602" => "key binding dropped".into(),
        "DG-604" => "key shared".into(),
        _ => return None,
    })
}
