//! What the inspector says when nothing is selected: who acts for whom in the newest token, the worst
//! findings, and what ends next.

use egui::Ui;

use crate::{
    app::{session::Selection, view},
    gui::{
        context::Cx,
        icons::severity_icon,
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::text::shorten,
    token::explain::{changes_after, duration},
};

/// Rules that are listed.
const WORST: usize = 5;

/// Draws the summary; the hint alone when there is nothing to sum up.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    let analysis = &model.analysis;
    let newest = analysis
        .evidence
        .hops
        .iter()
        .rev()
        .filter(|h| !h.supporting)
        .find_map(|h| {
            let id = h.token_id?;
            Some((id, analysis.tokens.get(&id)?))
        });
    let Some((id, view)) = newest else {
        widgets::empty(ui, "Select something to see it here.", |_| {});
        return;
    };
    widgets::section(ui, "Newest token", &shorten(&view.title, 24));
    ui.add_space(space::XS);
    ui.add(egui::Label::new(theme::strong(view.principal.authoritative.as_str())).wrap());
    if !view.principal.information.is_empty() {
        let text = egui::RichText::new(&view.principal.information).color(cx.theme.muted);
        ui.add(egui::Label::new(text).wrap());
    }
    ui.add_space(space::XS);
    if ui.button("Show the token").clicked() {
        cx.ask(WindowRequest::ShowToken(id));
    }
    let now = cx.seconds();
    let next = analysis
        .tokens
        .values()
        .filter_map(|t| Some((t.exp.filter(|exp| *exp > now)?, t)))
        .min_by_key(|(exp, _)| *exp);
    if let Some((exp, token)) = next {
        ui.add_space(space::M);
        widgets::section(ui, "Ends next", &format!("in {}", duration(exp - now)));
        ui.add(egui::Label::new(shorten(&token.principal.short(), 60)).wrap());
        cx.tick(ui.ctx(), Some(changes_after(exp, now)));
    }
    // One line a rule, at its worst place; the list below has them all.
    let findings = &analysis.report.findings;
    let mut worst: Vec<(usize, usize)> = Vec::new();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|n| std::cmp::Reverse(findings[*n].severity));
    for n in order {
        match worst
            .iter_mut()
            .find(|(m, _)| findings[*m].rule.id == findings[n].rule.id)
        {
            Some((_, count)) => *count += 1,
            None => worst.push((n, 1)),
        }
    }
    ui.add_space(space::M);
    widgets::section(ui, "Worst findings", &findings.len().to_string());
    if worst.is_empty() {
        ui.label("No rule found anything in these tokens.");
    }
    for (n, count) in worst.into_iter().take(WORST) {
        let finding = &findings[n];
        ui.horizontal(|ui| {
            severity_icon(ui, finding.severity, 12.0);
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
            let text = match count {
                1 => finding.rule.title.to_owned(),
                n => format!("{} ({n} times)", finding.rule.title),
            };
            if ui
                .link(text)
                .on_hover_text(finding.message.as_str())
                .clicked()
            {
                cx.push(view::Command::Select(Selection::Finding(n)));
            }
        });
    }
    let missing = analysis.report.not_evaluable.len();
    if missing > 0 {
        let text = format!("{missing} could not be evaluated: that is not a pass.");
        ui.add(egui::Label::new(theme::small(text).color(cx.theme.muted)).wrap());
    }
}
