//! The principal graph as SVG, PNG, DOT, Mermaid, GraphML and JSON. Whatever a token put into a name
//! is escaped for the format; hidden characters show as `\u{…}` everywhere.

mod icons;
mod svg;
mod theme;

use std::fmt::Write as _;

use serde_json::{Value, json};

pub use svg::{PictureError, png_in, svg_in};
pub use theme::Theme;

use crate::{
    kit::{markup::xml_attribute, text::escape},
    principal::{Edge, Graph, Node, NodeKind, Relation, layout::Layout},
    risk::Severity,
};

/// SVG, readable on its own: light ground, names, kinds, severities in words. [`svg_in`] has a choice of
/// ground.
pub fn svg(graph: &Graph, layout: &Layout) -> String {
    svg_in(graph, layout, Theme::Light)
}

/// [`svg`] as PNG, two pixels a point.
pub fn png(graph: &Graph, layout: &Layout) -> Result<Vec<u8>, PictureError> {
    png_in(graph, layout, Theme::Light)
}

/// Graphviz DOT.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph delegation {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Inter\"];\n  \
         edge [fontname=\"Inter\", fontsize=10];\n",
    );
    for (n, node) in graph.nodes.iter().enumerate() {
        let (label, detail) = (in_dot(&node.label), in_dot(&words(node)));
        let shape = match node.kind {
            NodeKind::Person => "oval",
            NodeKind::Unknown => "ellipse",
            NodeKind::Key => "hexagon",
            NodeKind::AuthorizationServer => "house",
            NodeKind::Audience => "component",
            NodeKind::Agent | NodeKind::Client | NodeKind::Service => "box",
        };
        let _ = writeln!(
            out,
            "  n{n} [id=\"{}\", label=\"{label}\\n{detail}\", shape={shape}{}];",
            in_dot(&node.id),
            dot_style(node.severity)
        );
    }
    for edge in &graph.edges {
        let dashed = if is_quiet(edge.relation) {
            ", style=dashed"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "  n{} -> n{} [label=\"{}\"{dashed}{}];",
            edge.from,
            edge.to,
            in_dot(&edge_words(edge)),
            dot_style(edge.severity)
        );
    }
    out.push_str("}\n");
    out
}

fn dot_style(severity: Option<Severity>) -> String {
    severity
        .filter(|s| *s > Severity::Info)
        .map(|s| {
            let colour = Theme::Light.severity(s);
            format!(", color=\"{colour}\", penwidth={}", Theme::width(Some(s)))
        })
        .unwrap_or_default()
}

fn in_dot(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Mermaid flowchart.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (n, node) in graph.nodes.iter().enumerate() {
        let text = format!(
            "{}<br/>{}",
            in_mermaid(&node.label),
            in_mermaid(&words(node))
        );
        let (open, close) = match node.kind {
            NodeKind::Person => ("([", "])"),
            NodeKind::Unknown => ("((", "))"),
            NodeKind::Key => ("{{", "}}"),
            NodeKind::AuthorizationServer => ("[/", "\\]"),
            NodeKind::Audience => ("[[", "]]"),
            NodeKind::Agent => ("(", ")"),
            NodeKind::Client | NodeKind::Service => ("[", "]"),
        };
        let _ = writeln!(out, "  n{n}{open}\"{text}\"{close}");
    }
    for edge in &graph.edges {
        let arrow = match edge.severity {
            _ if is_quiet(edge.relation) => "-.->",
            Some(s) if s >= Severity::Medium => "==>",
            _ => "-->",
        };
        let _ = writeln!(
            out,
            "  n{} {arrow}|\"{}\"| n{}",
            edge.from,
            in_mermaid(&edge_words(edge)),
            edge.to
        );
    }
    for severity in Severity::ALL.into_iter().filter(|s| *s > Severity::Info) {
        let with = |own: Option<Severity>| own == Some(severity);
        let style = format!(
            "stroke:{},stroke-width:{}px",
            Theme::Light.severity(severity),
            Theme::width(Some(severity))
        );
        for (n, _) in graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, n)| with(n.severity))
        {
            let _ = writeln!(out, "  style n{n} {style}");
        }
        for (e, _) in graph
            .edges
            .iter()
            .enumerate()
            .filter(|(_, e)| with(e.severity))
        {
            let _ = writeln!(out, "  linkStyle {e} {style}");
        }
    }
    out
}

/// Mermaid writes characters as `#` entities; whatever could end a label, start a tag or a Markdown
/// string becomes one.
fn in_mermaid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '|' | ';' | '*' | '_' | '[' | ']' | '{'
            | '}' | '%' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// GraphML.
pub fn graphml(graph: &Graph) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (id, on) in [
        ("kind", "node"),
        ("label", "node"),
        ("detail", "node"),
        ("issuer", "node"),
        ("members", "node"),
        ("severity", "all"),
        ("relation", "edge"),
        ("note", "edge"),
        ("relations", "edge"),
        ("tokens", "edge"),
    ] {
        // Only what occurs is declared of folds.
        let folds = |key: &str| matches!(key, "members" | "relations");
        if folds(id) && graph.nodes.iter().all(|n| n.fold.is_none()) {
            continue;
        }
        let _ = writeln!(
            out,
            "  <key id=\"{id}\" for=\"{on}\" attr.name=\"{id}\" attr.type=\"string\"/>"
        );
    }
    out.push_str("  <graph id=\"delegation\" edgedefault=\"directed\">\n");
    let data = |out: &mut String, key: &str, value: &str| {
        let _ = writeln!(
            out,
            "      <data key=\"{key}\">{}</data>",
            xml_attribute(value)
        );
    };
    for node in &graph.nodes {
        let _ = writeln!(out, "    <node id=\"{}\">", xml_attribute(&node.id));
        data(&mut out, "kind", node.kind.name());
        data(&mut out, "label", &node.label);
        data(&mut out, "detail", &node.detail);
        if let Some(iss) = &node.iss {
            data(&mut out, "issuer", iss);
        }
        if let Some(fold) = &node.fold {
            data(&mut out, "members", &fold.members.join("\n"));
        }
        if let Some(severity) = node.severity {
            data(&mut out, "severity", severity.name());
        }
        out.push_str("    </node>\n");
    }
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (graph.nodes.get(edge.from), graph.nodes.get(edge.to)) else {
            continue;
        };
        let _ = writeln!(
            out,
            "    <edge source=\"{}\" target=\"{}\">",
            xml_attribute(&from.id),
            xml_attribute(&to.id)
        );
        data(&mut out, "relation", edge.relation.name());
        if let Some(severity) = edge.severity {
            data(&mut out, "severity", severity.name());
        }
        if let Some(note) = &edge.note {
            data(&mut out, "note", note);
        }
        if edge.count > 1 {
            data(&mut out, "relations", &edge.count.to_string());
        }
        let tokens: Vec<String> = edge.hops.iter().map(ToString::to_string).collect();
        data(&mut out, "tokens", &tokens.join(" "));
        out.push_str("    </edge>\n");
    }
    out.push_str("  </graph>\n</graphml>\n");
    out
}

/// JSON, as the command line has it. A fold has a `fold` with its members and how many relations lie
/// within; an edge that stands for several has their number as `relations`.
pub fn json(graph: &Graph) -> Value {
    let id = |n: usize| graph.nodes.get(n).map(|node| node.id.as_str());
    let nodes: Vec<Value> = graph
        .nodes
        .iter()
        .map(|node| {
            let mut value = json!({
                "id": node.id,
                "kind": node.kind.name(),
                "label": node.label,
                "detail": node.detail,
                "issuer": node.iss,
                "severity": node.severity.map(Severity::name),
                "rank": node.rank,
                "tokens": node.hops,
            });
            if let Some(fold) = &node.fold {
                value["fold"] = json!({ "members": fold.members, "within": fold.within });
            }
            value
        })
        .collect();
    let edges: Vec<Value> = graph
        .edges
        .iter()
        .map(|edge| {
            let mut value = json!({
                "from": id(edge.from),
                "to": id(edge.to),
                "relation": edge.relation.name(),
                "severity": edge.severity.map(Severity::name),
                "note": edge.note,
                "tokens": edge.hops,
            });
            if edge.count > 1 {
                value["relations"] = json!(edge.count);
            }
            value
        })
        .collect();
    json!({ "nodes": nodes, "edges": edges })
}

/// Relations that are drawn dashed: what might be, or how tokens came about.
fn is_quiet(relation: Relation) -> bool {
    !matches!(relation, Relation::Delegates | Relation::Reaches)
}

/// The second line of a node, with the severity in words.
fn words(node: &Node) -> String {
    match node.severity {
        Some(severity) => format!("{} · {}", node.detail, severity.name()),
        None => node.detail.clone(),
    }
}

/// Relation, note and severity of an edge in words.
fn edge_words(edge: &Edge) -> String {
    let mut text = edge.relation.name().to_owned();
    if edge.count > 1 {
        let _ = write!(text, " {}×", edge.count);
    } else if let Some(note) = &edge.note {
        let _ = write!(text, ": {note}");
    }
    if let Some(severity) = edge.severity {
        let _ = write!(text, " ({})", severity.name());
    }
    text
}
