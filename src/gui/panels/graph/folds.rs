//! Inspector of a fold of the graph, and of the relations that run together at one.

use egui::{RichText, Ui};

use super::{canvas, state::Cx};
use crate::{
    app::{graph, session::Selection, view},
    gui::{
        icons::{self, Icon},
        sections::{severity::counted, tokens::tokens},
        theme::{self, space},
        widgets,
    },
    kit::text::shorten,
    principal::{Edge, Graph, Node, NodeKind},
    risk::Severity,
};

/// Members and relations that are listed.
const LISTED: usize = 60;

/// Draws the section of a fold, open or not.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: &str) {
    let picture = std::sync::Arc::clone(&cx.model.picture);
    let drawn = picture.graph.nodes.iter().find(|n| n.id == id);
    let mut members: Vec<&Node> = match drawn.and_then(|n| n.fold.as_ref()) {
        Some(fold) => {
            let all = picture.whole.nodes.iter();
            let own: std::collections::HashSet<&String> = fold.members.iter().collect();
            all.filter(|n| own.contains(&n.id)).collect()
        }
        None => picture.members_of(id),
    };
    let Some(kind) = members.first().map(|n| n.kind) else {
        widgets::empty(ui, "Nothing is folded here any more.", |_| {});
        return;
    };
    widgets::section(ui, "Fold", kind.plural());
    head(
        ui,
        cx,
        kind,
        &format!("{} {}", members.len(), kind.plural()),
    );
    if let Some(drawn) = drawn {
        let within = drawn.fold.as_ref().map_or(0, |f| f.within);
        let mut text = drawn.detail.clone();
        if within > 0 {
            text = format!("{text}; {} between them", counted(within, "relation"));
        }
        ui.add(egui::Label::new(RichText::new(text).color(cx.theme.muted)).wrap());
        ui.add_space(space::S);
        if widgets::primary(ui, None, "Open").clicked() {
            canvas::open(cx, drawn);
        }
    } else {
        ui.add_space(space::S);
        if ui.button("Fold again").clicked() {
            cx.state.follow = vec![id.to_owned()];
            cx.push(graph::Command::CloseFold(id.to_owned()));
        }
    }
    ui.add_space(space::S);
    widgets::section(ui, "Members, worst first", &members.len().to_string());
    members.sort_by_key(|n| std::cmp::Reverse(n.severity));
    for node in members.iter().take(LISTED) {
        let select = Selection::Principal(node.id.clone());
        line(ui, cx, node.severity, &node.label, select);
    }
    more(ui, cx, members.len());
    if let Some(drawn) = drawn {
        tokens(ui, cx, "Tokens that name them", &drawn.hops);
    }
}

/// Folds a principal again that came out of a fold.
pub(super) fn again(ui: &mut Ui, cx: &mut Cx<'_>, node: &Node) {
    let picture = &cx.model.picture;
    if picture.open_fold_of(node).is_none() && !picture.seen.apart.contains(&node.id) {
        return;
    }
    ui.add_space(space::XS);
    if ui
        .button("Fold again")
        .on_hover_text("Backspace in the graph")
        .clicked()
    {
        canvas::close(cx, node);
    }
}

/// The relations that run together in an edge at a fold.
pub(super) fn relations(ui: &mut Ui, cx: &mut Cx<'_>, drawn: &Graph, edge: &Edge) {
    let picture = std::sync::Arc::clone(&cx.model.picture);
    let at = drawn.edges.iter().position(|e| std::ptr::eq(e, edge));
    let whole = &picture.whole;
    let mut own: Vec<&Edge> = whole
        .edges
        .iter()
        .zip(&picture.edges)
        .filter(|(_, drawn)| drawn.is_some() && **drawn == at)
        .map(|(edge, _)| edge)
        .collect();
    own.sort_by_key(|e| std::cmp::Reverse(e.severity));
    ui.add_space(space::S);
    let title = format!("{}, worst first", counted(own.len(), "relation"));
    widgets::section(ui, &title, edge.relation.name());
    for edge in own.iter().take(LISTED) {
        let (from, to) = (&whole.nodes[edge.from], &whole.nodes[edge.to]);
        let text = format!("{} → {}", shorten(&from.label, 28), shorten(&to.label, 28));
        let select = Selection::Relation(from.id.clone(), to.id.clone(), edge.relation.name());
        line(ui, cx, edge.severity, &text, select);
    }
    more(ui, cx, own.len());
}

fn line(ui: &mut Ui, cx: &mut Cx<'_>, severity: Option<Severity>, text: &str, to: Selection) {
    ui.horizontal(|ui| {
        if let Some(severity) = severity {
            icons::severity_icon(ui, severity, 11.0);
        } else {
            ui.allocate_space(egui::Vec2::splat(11.0));
        }
        if ui.link(shorten(text, 64)).clicked() {
            cx.push(view::Command::Select(to));
        }
    });
}

fn more(ui: &mut Ui, cx: &Cx<'_>, all: usize) {
    if all > LISTED {
        let text = format!("and {} more; the table has them all", all - LISTED);
        ui.label(theme::small(text).color(cx.theme.muted));
    }
}

/// The head of the inspector of a principal or a fold.
pub(super) fn head(ui: &mut Ui, cx: &Cx<'_>, kind: NodeKind, label: &str) {
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        Icon::of_kind(kind).show(ui, 20.0, cx.theme.muted);
        ui.add(egui::Label::new(theme::title(label)).wrap());
    });
}
