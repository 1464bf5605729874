//! Inspector of a claim: what it means, who sets and checks it, its values along the chain.

use std::sync::Arc;

use egui::{RichText, Ui};
use serde_json::Value;

use super::{disclosed, inspect, state::Cx};
use crate::{
    app::{session::Selection, view},
    gui::{
        icons,
        theme::{self, space},
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    kit::{ids::TokenId, text::excerpt},
    token::{Token, craft::Part, guide},
};

/// Draws the section. `pointer` is a JSON Pointer into the claims, or `header` and one into the header.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, token: TokenId, pointer: &str) {
    let analysis = Arc::clone(&cx.model.analysis);
    let Some(view) = analysis.tokens.get(&token) else {
        ui.label("This token is gone.");
        return;
    };
    let theme = cx.theme;
    let in_header = pointer.starts_with("header");
    let name = member(pointer);
    widgets::section(
        ui,
        if in_header {
            "Header parameter"
        } else {
            "Claim"
        },
        &excerpt(&name, 24),
    );
    ui.add(egui::Label::new(theme::title(excerpt(&name, 80))).wrap());
    let part = if in_header {
        Part::Header
    } else {
        Part::Payload
    };
    meaning(
        ui,
        cx,
        guide::member(part, pointer.strip_prefix("header").unwrap_or(pointer)),
    );
    demand(ui, cx, &view.token, part, &name);
    if let Some(sd) = view.token.disclosed.as_ref().filter(|_| !in_header) {
        disclosed::standing(ui, cx, token, sd, pointer);
    }
    let findings: Vec<_> = analysis
        .report
        .findings
        .iter()
        .enumerate()
        .filter(|(_, f)| f.hop == view.hop && concerns(&f.claim, in_header, &name))
        .collect();
    for (n, finding) in findings {
        ui.add_space(space::XS);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.add_space(3.0);
                icons::severity_icon(ui, finding.severity, 11.0);
            });
            ui.vertical(|ui| {
                let title = RichText::new(finding.title).color(theme.severity(finding.severity));
                let label = ui.add(egui::Label::new(title).wrap().sense(egui::Sense::click()));
                if label
                    .on_hover_cursor(egui::CursorIcon::PointingHand)
                    .clicked()
                {
                    cx.push(view::Command::Select(Selection::Finding(n)));
                }
                ui.add(
                    egui::Label::new(finding.message.as_str())
                        .wrap()
                        .selectable(true),
                );
            });
        });
    }
    along(ui, cx, view.hop, in_header, &name);
    widgets::rule(ui);
    inspect::sign(ui, cx, token, view);
}

/// What the member means, by clause.
fn meaning(ui: &mut Ui, cx: &Cx<'_>, meaning: Option<&guide::Meaning>) {
    let muted = |text: &str| egui::Label::new(theme::prose(text, 13.0, cx.theme.muted)).wrap();
    match meaning {
        Some(meaning) => {
            let says = theme::prose(meaning.says, 13.0, cx.theme.text);
            ui.add(egui::Label::new(says).wrap().selectable(true));
            ui.add(muted(meaning.set_and_checked).selectable(true));
            ui.label(
                theme::small(format!("{} · {}", meaning.source, meaning.origin.words()))
                    .color(cx.theme.muted),
            );
        }
        None => {
            ui.add(muted(
                "Not registered, or not known here: only its issuer and its audience know what it means.",
            ));
        }
    }
}

/// What the kind of the token asks of the member.
fn demand(ui: &mut Ui, cx: &Cx<'_>, token: &Token, part: Part, name: &str) {
    let asked = guide::checklist(token)
        .into_iter()
        .find(|(d, _)| d.part == part && d.name.split('|').any(|n| n == name));
    let Some((demand, standing)) = asked else {
        return;
    };
    let mut words = format!("{}: {}", token.kind.label(), demand.level.words());
    if !demand.when.is_empty() {
        words.push_str(&format!(", {}", demand.when));
    }
    if let Some(value) = demand.value {
        words.push_str(&format!(", `{}`", value.replace('|', "` or `")));
    }
    let colour = if standing.breaks() {
        cx.theme.high
    } else {
        cx.theme.text
    };
    ui.add_space(space::XS);
    ui.add(egui::Label::new(theme::prose(&words, 13.0, colour)).wrap())
        .on_hover_text(demand.source);
}

/// The first member that a pointer names.
fn member(pointer: &str) -> String {
    let path = pointer.strip_prefix("header").unwrap_or(pointer);
    path.trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or("")
        .replace("~1", "/")
        .replace("~0", "~")
}

/// Whether a finding's place lies at the member `name`.
fn concerns(claim: &str, in_header: bool, name: &str) -> bool {
    let (header, path) = match claim.strip_prefix("header") {
        Some(rest) if rest.is_empty() || rest.starts_with(['.', '/']) => (true, rest),
        _ => (false, claim),
    };
    header == in_header
        && path.trim_start_matches(['.', '/']).split(['.', '/']).next() == Some(name)
}

/// The value at each hop that led to this token, what was added and dropped marked.
fn along(ui: &mut Ui, cx: &mut Cx<'_>, hop: usize, in_header: bool, name: &str) {
    let evidence = Arc::clone(&cx.model.analysis.evidence);
    let mut path = Vec::new();
    let mut at = Some(hop);
    while let Some(n) = at {
        let Some(hop) = evidence.hops.get(n) else {
            break;
        };
        path.push(n);
        // A parent always has a smaller index; anything else would be a loop.
        at = hop.parent.filter(|p| *p < n);
    }
    path.reverse();
    if path.len() < 2 {
        return;
    }
    widgets::rule(ui);
    widgets::section(ui, "Along the chain", "");
    let mut before: Option<Vec<String>> = None;
    for n in path.into_iter().take(64) {
        let Some(hop) = evidence.hops.get(n) else {
            continue;
        };
        let values = values(&hop.token, in_header, name);
        widgets::field(ui, &excerpt(&hop.name, 24), |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
                for value in &values {
                    let mark = match &before {
                        Some(before) if !before.contains(value) => Mark::Added,
                        _ => Mark::Kept,
                    };
                    chip(ui, value, mark);
                }
                for gone in before.iter().flatten().filter(|b| !values.contains(b)) {
                    chip(ui, gone, Mark::Removed);
                }
                if values.is_empty() && before.as_ref().is_none_or(Vec::is_empty) {
                    ui.label(RichText::new("absent").color(cx.theme.muted));
                }
            });
        });
        before = Some(values);
    }
}

fn values(token: &Token, in_header: bool, name: &str) -> Vec<String> {
    let map = if in_header {
        token.header_map()
    } else {
        token.claims_map()
    };
    match map.get(name) {
        None => Vec::new(),
        Some(Value::String(text)) if !in_header && matches!(name, "scope" | "scp") => text
            .split(' ')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items
            .iter()
            .map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned))
            .collect(),
        Some(other) => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_places() {
        assert_eq!(member("/a~1b/c"), "a/b");
        assert_eq!(member("header/alg"), "alg");
        assert!(concerns("act.sub", false, "act"));
        assert!(concerns("/act/sub", false, "act"));
        assert!(concerns("header.alg", true, "alg"));
        assert!(!concerns("header.alg", false, "alg"));
        assert!(!concerns("scope", false, "sc"));
    }
}
