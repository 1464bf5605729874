//! [`Chain`] to TOML text.

use std::fmt::Write as _;

use crate::{
    chain::{Chain, Expect, Node},
    kit::text,
};

/// Places beyond this are no place on a canvas.
const FAR: f32 = 1.0e6;

pub(super) fn chain(chain: &Chain) -> String {
    let mut out = Lines(format!("version = {}\n", chain.version));
    out.text("name", Some(&chain.name));
    out.text("title", Some(&chain.title).filter(|t| !t.is_empty()));
    if chain.about.contains('\n') {
        let _ = writeln!(
            out.0,
            "about = \"\"\"\n{}\"\"\"",
            escape(&chain.about, true)
        );
    } else {
        out.text("about", Some(&chain.about).filter(|t| !t.is_empty()));
    }
    out.texts("faults", &chain.faults);
    for node in &chain.nodes {
        out.0.push_str("\n[[node]]\n");
        write_node(&mut out, node);
    }
    out.0
}

fn write_node(out: &mut Lines, node: &Node) {
    out.text("id", Some(&node.id));
    let _ = writeln!(out.0, "kind = \"{}\"", node.step.name());
    out.text("title", node.title.as_ref());
    out.text("server", node.server.as_ref());
    out.text("client", node.client.as_ref());
    out.text("dpop", node.dpop.as_ref().map(ToString::to_string).as_ref());
    node.step.kind().write(out);
    if let Some([x, y]) = node.at
        && x.abs() <= FAR
        && y.abs() <= FAR
    {
        let _ = writeln!(out.0, "at = [{x}, {y}]");
    }
    if !node.expect.is_empty() {
        out.0.push_str("expect = [\n");
        for expect in &node.expect {
            let (name, value) = match expect {
                Expect::Status(code) => ("status", code.to_string()),
                Expect::Error(code) => ("error", quote(code)),
                Expect::Subject(sub) => ("subject", quote(sub)),
                Expect::Actors(list) => ("actors", quote_all(list)),
                Expect::Scope(list) => ("scope", quote_all(list)),
                Expect::Audience(list) => ("audience", quote_all(list)),
                Expect::Bound(bound) => ("bound", bound.to_string()),
                Expect::NoFinding(severity) => ("no_finding", quote(severity.name())),
                Expect::Finding(rule) => ("finding", quote(rule)),
            };
            let _ = writeln!(out.0, "    {{ {name} = {value} }},");
        }
        out.0.push_str("]\n");
    }
}

/// Lines of a chain file, a field each.
pub(in crate::chain) struct Lines(String);

impl Lines {
    pub(in crate::chain) fn text(&mut self, name: &str, value: Option<&String>) {
        if let Some(value) = value {
            let _ = writeln!(self.0, "{name} = {}", quote(value));
        }
    }
    pub(in crate::chain) fn texts(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            let _ = writeln!(self.0, "{name} = {}", quote_all(values));
        }
    }
}

fn quote(value: &str) -> String {
    format!("\"{}\"", escape(value, false))
}

fn quote_all(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|v| quote(v)).collect();
    format!("[{}]", quoted.join(", "))
}

/// The inside of a basic string (TOML 1.0, "String"); hidden characters are written as escapes, so
/// that a diff shows them.
fn escape(value: &str, multi_line: bool) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' if multi_line => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if text::is_hidden(c) && u32::from(c) > 0xFFFF => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c if text::is_hidden(c) => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
