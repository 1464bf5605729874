//! Inspector of a principal or a relation of the graph.

use egui::{RichText, Ui};

use super::{
    folds,
    powers::{self, Powers},
    state::Cx,
};
use crate::{
    app::{practice, session::Selection, view},
    gui::{
        icons,
        sections::{self, severity::counted, tokens::tokens},
        theme::{self, space},
        widgets,
    },
    kit::text::{escape, shorten},
    principal::{Graph, Node, NodeKind, Relation, fold},
};

/// Findings shown in full; the others are one line each.
const IN_FULL: usize = 2;

/// Draws the section of a principal.
pub fn principal(ui: &mut Ui, cx: &mut Cx<'_>, id: &str) {
    if fold::is_fold(id) {
        folds::ui(ui, cx, id);
        return;
    }
    let graph = std::sync::Arc::clone(&cx.model.analysis.graph);
    let Some(n) = graph.nodes.iter().position(|n| n.id == id) else {
        widgets::empty(ui, "This principal is in no token any more.", |_| {});
        return;
    };
    let node = &graph.nodes[n];
    widgets::section(ui, "Principal", node.kind.name());
    folds::head(ui, cx, node.kind, &node.label);
    let analysis = std::sync::Arc::clone(&cx.model.analysis);
    let powers = Powers::of(&analysis, node, cx.seconds());
    who(ui, node, &powers);
    folds::again(ui, cx, node);
    ui.add_space(space::S);
    authority(ui, cx, &graph, n, &powers);

    let report = std::sync::Arc::clone(&cx.model.analysis.report);
    let mut about: Vec<usize> = (0..report.findings.len())
        .filter(|f| report.findings[*f].path.contains(&node.label))
        .collect();
    for edge in graph.edges.iter().filter(|e| e.from == n || e.to == n) {
        about.extend(edge.findings.iter().filter(|f| **f < report.findings.len()));
    }
    findings(ui, cx, about);
    tokens(ui, cx, "Tokens on this path", &node.hops);
}

/// Draws the section of a relation.
pub fn relation(ui: &mut Ui, cx: &mut Cx<'_>, from: &str, to: &str, name: &str) {
    // A relation of a fold is in the picture only.
    let graph = std::sync::Arc::clone(if fold::is_fold(from) || fold::is_fold(to) {
        &cx.model.picture.graph
    } else {
        &cx.model.analysis.graph
    });
    let found = graph.edges.iter().find(|e| {
        e.relation.name() == name && graph.nodes[e.from].id == from && graph.nodes[e.to].id == to
    });
    let Some(edge) = found else {
        widgets::empty(ui, "No token makes this relation any more.", |_| {});
        return;
    };
    let (a, b) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
    widgets::section(ui, "Relation", edge.relation.name());
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::title(a.label.as_str()));
        ui.label(theme::title("→").color(cx.theme.muted));
        ui.label(theme::title(b.label.as_str()));
    });
    if a.fold.is_some() || b.fold.is_some() {
        folds::relations(ui, cx, &graph, edge);
        findings(ui, cx, edge.findings.clone());
        tokens(ui, cx, "Tokens that make them", &edge.hops);
        return;
    }
    let meaning = match edge.relation {
        Relation::Delegates => format!(
            "{} handed authority on to {}: the tokens below name {} as actor after it.",
            a.label, b.label, b.label
        ),
        Relation::MayAct => format!(
            "A token about {} names {} in may_act: it may become the actor (RFC 8693 §4.4).",
            a.label, b.label
        ),
        Relation::Issued => format!("{} issued tokens that {} holds.", a.label, b.label),
        Relation::Reaches => format!("{} holds a token whose audience is {}.", a.label, b.label),
        Relation::Holds => format!("Tokens of {} are bound to this key (cnf).", a.label),
        Relation::UsesClient => format!("{} asked for tokens as the client {}.", a.label, b.label),
    };
    ui.add(egui::Label::new(meaning).wrap());
    if let Some(note) = &edge.note {
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            if let Some(severity) = edge.severity {
                icons::severity_icon(ui, severity, 12.0);
            }
            ui.label(
                RichText::new(note).color(
                    edge.severity
                        .map_or(cx.theme.text, |s| cx.theme.severity(s)),
                ),
            );
        });
    }
    ui.add_space(space::S);
    ui.horizontal_wrapped(|ui| {
        for node in [a, b] {
            if ui
                .button(format!("Show {}", shorten(&node.label, 24)))
                .clicked()
            {
                cx.push(view::Command::Select(Selection::Principal(node.id.clone())));
            }
        }
    });
    findings(ui, cx, edge.findings.clone());
    tokens(ui, cx, "Tokens that make it", &edge.hops);
}

/// Who it is, in a sentence.
fn who(ui: &mut Ui, node: &Node, powers: &Powers<'_>) {
    let sentence = match node.kind {
        NodeKind::AuthorizationServer => format!(
            "Issued {}. {}",
            counted(node.hops.len(), "token"),
            node.detail
        ),
        NodeKind::Audience => {
            format!(
                "Named as audience by {}.",
                counted(node.hops.len(), "token")
            )
        }
        NodeKind::Key if node.hops.len() == 1 => "Key that one token is bound to.".into(),
        NodeKind::Key => "Key that tokens are bound to.".into(),
        _ => powers.sentence().unwrap_or_else(|| node.detail.clone()),
    };
    ui.add(egui::Label::new(sentence).wrap());
}

/// What it may do by each token that is alive, and what is history only.
fn authority(ui: &mut Ui, cx: &mut Cx<'_>, graph: &Graph, n: usize, powers: &Powers<'_>) {
    let node = &graph.nodes[n];
    if let Some(iss) = &node.iss {
        widgets::field(ui, "Issuer", |ui| {
            ui.add(egui::Label::new(escape(iss)).wrap())
        });
        sections::http::practice_name(ui, cx, practice::named_by(cx.model, iss));
    }
    if !powers.has_any() {
        let reaches = graph.edges.iter();
        let reaches = reaches.filter(|e| e.from == n && e.relation == Relation::Reaches);
        let reaches: Vec<&str> = reaches.map(|e| graph.nodes[e.to].label.as_str()).collect();
        if !reaches.is_empty() {
            widgets::field(ui, "Reaches", |ui| {
                ui.add(egui::Label::new(reaches.join(", ")).wrap())
            });
        }
        return;
    }
    powers::ui(ui, cx, powers);
}

pub(super) fn findings(ui: &mut Ui, cx: &mut Cx<'_>, mut about: Vec<usize>) {
    about.sort_unstable();
    about.dedup();
    let report = std::sync::Arc::clone(&cx.model.analysis.report);
    about.sort_by_key(|f| std::cmp::Reverse(report.findings[*f].severity));
    if about.is_empty() {
        return;
    }
    ui.add_space(space::S);
    widgets::rule(ui);
    for (n, &index) in about.iter().enumerate() {
        if n < IN_FULL {
            sections::finding::body(ui, cx, index, true);
            widgets::rule(ui);
        } else {
            let finding = &report.findings[index];
            ui.horizontal(|ui| {
                icons::severity_icon(ui, finding.severity, 11.0);
                let text = format!("{} {}", finding.rule.id, finding.title);
                if ui.link(text).clicked() {
                    cx.push(view::Command::Select(Selection::Finding(index)));
                }
            });
        }
    }
}
