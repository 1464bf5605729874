//! What the inspector says when nothing is selected: who acts for whom in the newest token, the worst
//! findings, and what ends next.

use egui::Ui;

use crate::{
    app::{Command, session::Selection},
    gui::{
        Ask, Cx,
        icons::severity_icon,
        theme::{self, space},
        widgets::{self, life::Life},
    },
    kit::text::shorten,
    token::explain::duration,
};

/// Findings that are listed.
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
        cx.ask(Ask::ShowToken(id));
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
        if (Life {
            from: token.iat,
            until: Some(exp),
            now,
        })
        .counts_down()
        {
            cx.tick(ui.ctx());
        }
    }
    let mut worst: Vec<usize> = (0..analysis.report.findings.len()).collect();
    worst.sort_by_key(|n| std::cmp::Reverse(analysis.report.findings[*n].severity));
    ui.add_space(space::M);
    widgets::section(ui, "Worst findings", &worst.len().to_string());
    if worst.is_empty() {
        ui.label("No rule found anything in these tokens.");
    }
    for n in worst.into_iter().take(WORST) {
        let finding = &analysis.report.findings[n];
        ui.horizontal(|ui| {
            severity_icon(ui, finding.severity, 12.0);
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
            if ui
                .link(finding.rule.title)
                .on_hover_text(finding.message.as_str())
                .clicked()
            {
                cx.push(Command::Select(Selection::Finding(n)));
            }
        });
    }
    let missing = analysis.report.not_evaluable.len();
    if missing > 0 {
        let text = format!("{missing} could not be evaluated: that is not a pass.");
        ui.add(egui::Label::new(theme::small(text).color(cx.theme.muted)).wrap());
    }
}
