//! Which finding belongs to which principal and which relation.

use super::Graph;
use crate::{
    evidence::Evidence,
    risk::{Finding, Mark, Report, Severity},
    token::claims,
};

/// What one hop left in the graph: where its findings belong.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// Subject, first actor ... current actor.
    pub path: Vec<usize>,
    /// Who holds the token: current actor, else subject, else client.
    pub holder: Option<usize>,
    /// The edge by which authority came to the holder.
    pub arrival: Option<usize>,
    /// Edges to audiences, with the audience as the token names it.
    pub reaches: Vec<(usize, String)>,
}

/// Puts the findings where their rules want them, and all of them on the principal that holds the token.
pub(super) fn findings(graph: &mut Graph, traces: &[Trace], report: &Report, evidence: &Evidence) {
    // Which finding gave an edge its note, to let a better one take its place.
    let mut notes: Vec<Option<(bool, Severity)>> = vec![None; graph.edges.len()];
    for (n, finding) in report.findings.iter().enumerate() {
        let Some(trace) = traces.get(finding.hop) else {
            continue;
        };
        let rule = finding.rule;
        let edges: Vec<usize> = match rule.mark {
            Mark::Holder => Vec::new(),
            Mark::Arrival => trace.arrival.into_iter().collect(),
            Mark::Reach | Mark::Target => reaches(trace, finding, evidence),
        };
        for at in edges {
            let edge = &mut graph.edges[at];
            raise(&mut edge.severity, finding.severity);
            edge.findings.push(n);
            let weight = (rule.wire.is_foremost(), finding.severity);
            if notes[at].is_none_or(|had| weight > had)
                && let Some(note) = rule.wire.words(finding)
            {
                notes[at] = Some(weight);
                edge.note = Some(note);
            }
            if rule.mark == Mark::Target {
                let to = edge.to;
                raise(&mut graph.nodes[to].severity, finding.severity);
            }
        }
        if let Some(holder) = trace.holder {
            raise(&mut graph.nodes[holder].severity, finding.severity);
        }
    }
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
