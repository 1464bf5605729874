//! A finding, as the inspector of a finding and that of a principal show it, and as Markdown.

use egui::Ui;

use crate::{
    app::{
        session::{Selection, View},
        view,
    },
    gui::{
        context::Cx,
        icons::{self, Icon},
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::text::{capital, escape, shorten},
    risk::{Finding, Report},
};

/// The finding itself. `linked`: its title selects it.
pub fn body<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, index: usize, linked: bool) {
    let report = std::sync::Arc::clone(&cx.model.analysis.report);
    let Some(finding) = report.findings.get(index) else {
        return;
    };
    let theme = cx.theme;
    ui.horizontal(|ui| {
        icons::severity_icon(ui, finding.severity, 13.0);
        let title = theme::strong(finding.title).color(theme.severity(finding.severity));
        if linked {
            if ui.add(egui::Link::new(title)).clicked() {
                cx.push(view::Command::Select(Selection::Finding(index)));
            }
        } else {
            ui.add(egui::Label::new(title).wrap());
        }
    });
    prose(ui, "", &finding.message, theme.text);
    ui.add_space(2.0);
    widgets::field(ui, "Claim", |ui| {
        ui.add(egui::Label::new(theme::mono(finding.claim.as_str())).wrap())
    });
    if !finding.found.is_empty() {
        widgets::field(ui, "Found", |ui| {
            ui.add(egui::Label::new(theme::mono(shorten(&finding.found, 200))).wrap())
        });
    }
    if !finding.expected.is_empty() {
        widgets::field(ui, "Expected", |ui| {
            prose(ui, "", &finding.expected, theme.text);
        });
    }
    prose(ui, "Why it matters", finding.rule.why, theme.muted);
    prose(ui, "Fix", finding.rule.fix, theme.text);
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        let evidence = std::sync::Arc::clone(&cx.model.analysis.evidence);
        let id = |hop: usize| evidence.hops.get(hop).and_then(|h| h.token_id);
        let child = id(finding.hop);
        let parent = finding.parent.and_then(id);
        if let (Some(child), Some(_)) = (child, parent) {
            if widgets::primary(ui, None, "Show the two tokens").clicked() {
                // The newer one in the token view; its changes against the other are in the inspector.
                cx.push(view::Command::Select(Selection::Token(child)));
                cx.push(view::Command::Show(View::TOKEN));
            }
            if let Some(parent) = parent
                && ui.button("Show the one before").clicked()
            {
                cx.push(view::Command::Select(Selection::Token(parent)));
                cx.push(view::Command::Show(View::TOKEN));
            }
        } else if let Some(child) = child
            && widgets::primary(ui, None, "Show the token").clicked()
        {
            cx.push(view::Command::Select(Selection::Token(child)));
            cx.push(view::Command::Show(View::TOKEN));
        }
        if cx.model.session.view != View::GRAPH && ui.button("Show in the graph").clicked() {
            cx.push(view::Command::Select(Selection::Finding(index)));
            cx.push(view::Command::Show(View::GRAPH));
        }
        if widgets::icon_button(ui, Icon::Copy, "Copy finding as Markdown").clicked() {
            cx.ask(WindowRequest::Copy(
                markdown(&report, finding, &evidence),
                "Finding".into(),
            ));
        }
    });
    let source = format!(
        "{} · {} · {}",
        finding.rule.id,
        finding.rule.source,
        finding.confidence.name()
    );
    ui.add(egui::Label::new(theme::small(source).color(theme.muted)).wrap());
}

/// A sentence with a word before it; what stands in backticks is code.
pub fn prose(ui: &mut Ui, lead: &str, text: &str, colour: egui::Color32) {
    let mut job = egui::text::LayoutJob::default();
    let plain = |font| egui::TextFormat::simple(font, colour);
    let body = egui::FontId::proportional(13.0);
    if !lead.is_empty() {
        job.append(lead, 0.0, plain(egui::FontId::new(13.0, theme::medium())));
    }
    for (n, part) in text.split('`').enumerate() {
        let (font, gap) = if n % 2 == 1 {
            (theme::mono_font(), 0.0)
        } else {
            (
                body.clone(),
                if n == 0 && !lead.is_empty() { 5.0 } else { 0.0 },
            )
        };
        job.append(part, gap, plain(font));
    }
    ui.add(egui::Label::new(job).wrap());
}

/// A finding as Markdown, as one would put it into a report.
pub fn markdown(
    _report: &Report,
    finding: &Finding,
    evidence: &crate::evidence::Evidence,
) -> String {
    let hop = |n: usize| {
        evidence
            .hops
            .get(n)
            .map_or_else(|| format!("hop {n}"), |h| escape(&h.name).into_owned())
    };
    let place = match finding.parent {
        Some(parent) => format!("{} → {}", hop(parent), hop(finding.hop)),
        None => hop(finding.hop),
    };
    let code = |text: &str| format!("`{}`", text.replace('`', "'"));
    format!(
        "### {severity}: {title} ({id})\n\n{message}\n\n- Where: {place}, {claim}\n- Found: {found}\n\
         - Expected: {expected}\n- Why it matters: {why}\n- Fix: {fix}\n- Source: {source}\n- Confidence: {confidence}\n",
        severity = capital(finding.severity.name()),
        title = finding.title,
        id = finding.rule.id,
        message = finding.message,
        claim = code(&finding.claim),
        found = if finding.found.is_empty() {
            "nothing".into()
        } else {
            code(&finding.found)
        },
        expected = finding.expected,
        why = finding.rule.why,
        fix = finding.rule.fix,
        source = finding.rule.source,
        confidence = finding.confidence.name(),
    )
}
