//! Inspector of a finding.

use egui::Ui;

use crate::gui::Cx;

/// Draws the section. `index` counts in the analysis's report.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, index: usize) {
    if let Some(finding) = cx.model.analysis.report.findings.get(index) {
        ui.label(finding.message.as_str());
    }
}
