//! Inspector of a finding: what happened, why it matters, what to do, and the tokens that show it.

use egui::Ui;

use crate::gui::{
    context::Cx,
    sections::{finding, tokens::tokens},
    theme::space,
    widgets,
};

/// Draws the section. `index` counts in the analysis's report.
pub fn ui<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, index: usize) {
    let Some(finding) = cx.model.analysis.report.findings.get(index) else {
        widgets::empty(ui, "This finding is gone: the tokens have changed.", |_| {});
        return;
    };
    widgets::section(ui, "Finding", finding.rule.id);
    ui.add_space(space::XS);
    finding::body(ui, cx, index, false);
    let report = std::sync::Arc::clone(&cx.model.analysis.report);
    let finding = &report.findings[index];
    let hops: Vec<usize> = finding.parent.into_iter().chain([finding.hop]).collect();
    tokens(ui, cx, "Tokens", &hops);
    if !finding.rule.false_positives.is_empty() {
        ui.add_space(space::S);
        widgets::section(ui, "When it is not a defect", "");
        finding::prose(ui, "", finding.rule.false_positives, cx.theme.muted);
    }
}
