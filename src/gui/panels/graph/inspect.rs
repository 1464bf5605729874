//! Inspector of a principal or a relation of the graph.

use std::collections::BTreeSet;

use egui::{RichText, Ui};

use super::{folds, state::Cx};
use crate::{
    app::{analysis::TokenView, practice, session::Selection, view},
    gui::{
        icons,
        sections::{self, severity::counted, tokens::tokens},
        theme::{self, space},
        widgets::{
            self,
            chips::{Mark, chip},
            life::Life,
        },
    },
    kit::{
        clock::from_numeric_date,
        text::{escape, shorten},
    },
    principal::{Graph, Node, NodeKind, Relation, fold},
    token::{claims, explain::principal as explain},
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
    who(ui, cx, node);
    folds::again(ui, cx, node);
    ui.add_space(space::S);
    authority(ui, cx, &graph, n);

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

/// The newest token in which the principal stands, with what it is there.
fn newest<'a>(cx: &'a Cx<'_>, node: &Node) -> Option<&'a TokenView> {
    node.hops
        .iter()
        .rev()
        .filter_map(|h| cx.model.analysis.evidence.hops.get(*h))
        .filter(|h| !h.supporting)
        .chain(
            node.hops
                .iter()
                .rev()
                .filter_map(|h| cx.model.analysis.evidence.hops.get(*h)),
        )
        .find_map(|h| cx.model.analysis.tokens.get(&h.token_id?))
}

/// Who it is, in a sentence: authority and history apart (RFC 8693 §4.1).
fn who(ui: &mut Ui, cx: &Cx<'_>, node: &Node) {
    let sentence = match node.kind {
        NodeKind::AuthorizationServer => format!(
            "Issued {}. {}",
            counted(node.hops.len(), "token"),
            node.detail
        ),
        NodeKind::Audience => format!("Named as audience by {}.", counted(node.hops.len(), "token")),
        NodeKind::Key => format!("Key that {} bound to.", if node.hops.len() == 1 { "one token is" } else { "tokens are" }),
        _ => newest(cx, node).map_or_else(|| node.detail.clone(), |view| {
            let p = explain(&view.token);
            let subject = p.subject.clone().unwrap_or_else(|| "nobody named".into());
            match p.actors.iter().position(|a| *a == node.label) {
                Some(0) => {
                    let before: Vec<&str> = p.actors[1..].iter().map(String::as_str).collect();
                    if before.is_empty() {
                        format!("Acts for {subject} now.")
                    } else {
                        format!(
                            "Acts for {subject} now. {} acted before: that is history, not authority.",
                            joined(&before)
                        )
                    }
                }
                Some(_) => format!(
                    "Acted for {subject} before; {} acts now. That is history, not authority.",
                    p.actors.first().map_or("nobody", String::as_str)
                ),
                None if p.subject.as_deref() == Some(node.label.as_str()) => match p.actors.first() {
                    Some(actor) => format!("Is the subject; {actor} acts for it now."),
                    None => "Is the subject and acts itself: no actor is named.".into(),
                },
                None => node.detail.clone(),
            }
        }),
    };
    ui.add(egui::Label::new(sentence).wrap());
}

fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn authority(ui: &mut Ui, cx: &Cx<'_>, graph: &Graph, n: usize) {
    let node = &graph.nodes[n];
    let reaches: Vec<&str> = graph
        .edges
        .iter()
        .filter(|e| e.from == n && e.relation == Relation::Reaches)
        .map(|e| graph.nodes[e.to].label.as_str())
        .collect();
    if let Some(iss) = &node.iss {
        widgets::field(ui, "Issuer", |ui| {
            ui.add(egui::Label::new(escape(iss)).wrap())
        });
        sections::http::practice_name(ui, cx, practice::named_by(cx.model, iss));
    }
    let acts = matches!(
        node.kind,
        NodeKind::Person
            | NodeKind::Agent
            | NodeKind::Client
            | NodeKind::Service
            | NodeKind::Unknown
    );
    let Some(view) = newest(cx, node).filter(|_| acts) else {
        if !reaches.is_empty() {
            widgets::field(ui, "Reaches", |ui| {
                ui.add(egui::Label::new(reaches.join(", ")).wrap())
            });
        }
        return;
    };
    let p = explain(&view.token);
    widgets::field(ui, "Authoritative", |ui| {
        let mut text = format!("sub {}", p.subject.as_deref().unwrap_or("missing"));
        if let Some(actor) = p.actors.first() {
            text = format!("{text} · act {actor}");
        }
        ui.add(egui::Label::new(text).wrap())
    });
    if p.actors.len() > 1 {
        widgets::field(ui, "Information", |ui| {
            let text = format!("{} (inner act)", p.actors[1..].join(", "));
            ui.add(egui::Label::new(RichText::new(text).color(cx.theme.muted)).wrap())
        });
    }
    if !reaches.is_empty() {
        widgets::field(ui, "Reaches", |ui| {
            ui.add(egui::Label::new(reaches.join(", ")).wrap())
        });
    }
    if let Some(scopes) = claims::scopes(&view.token).filter(|s| !s.is_empty()) {
        let before: Option<BTreeSet<String>> = cx
            .model
            .analysis
            .evidence
            .hops
            .get(view.hop)
            .and_then(|h| h.parent)
            .and_then(|p| cx.model.analysis.evidence.hops.get(p))
            .and_then(|h| claims::scopes(&h.token));
        widgets::field(ui, "With", |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
                for scope in &scopes {
                    let added = before.as_ref().is_some_and(|b| !b.contains(scope));
                    chip(ui, scope, if added { Mark::Added } else { Mark::Kept });
                }
            });
        });
    }
    widgets::field(ui, "Holds", |ui| match claims::holder_key(&view.token) {
        Some(key) => ui.add(egui::Label::new(format!("bound to {}", shorten(&key, 30))).wrap()),
        None => ui.label("bearer: whoever has the token can use it"),
    });
    if let Some(exp) = view.exp {
        let life = Life {
            from: view.iat,
            until: Some(exp),
            now: cx.seconds(),
        };
        let at = from_numeric_date(exp)
            .map_or_else(|| exp.to_string(), |t| t.strftime("%H:%M:%S").to_string());
        widgets::field(ui, "Until", |ui| {
            ui.label(format!("{at} UTC, {}", life.words()))
        });
        cx.tick(ui.ctx(), life.words_change());
    } else {
        widgets::field(ui, "Until", |ui| ui.label("no end: the token has no exp"));
    }
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
                let text = format!("{} {}", finding.rule.id, finding.rule.title);
                if ui.link(text).clicked() {
                    cx.push(view::Command::Select(Selection::Finding(index)));
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_joined_as_people_write() {
        assert_eq!(super::joined(&["a"]), "a");
        assert_eq!(super::joined(&["a", "b", "c"]), "a, b and c");
        assert_eq!(super::joined(&[]), "");
    }
}
