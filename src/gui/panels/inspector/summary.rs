//! What the inspector says when nothing is selected: who acts for whom in the newest token, the worst
//! findings, and what ends next.

use egui::Ui;

use crate::{
    app::{analysis::Analysis, session::Selection, view},
    gui::{
        context::Cx,
        icons::severity_icon,
        kept::Kept,
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::{ids::TokenId, text::shorten},
    risk::Finding,
    token::explain::{changes_after, duration},
};

/// Rules that are listed.
const WORST: usize = 5;

/// What there is to sum up, kept between frames.
#[derive(Default)]
pub struct Summed(Kept<(), Summary>);

/// What there is to sum up of an analysis.
struct Summary {
    newest: Option<TokenId>,
    /// When tokens end, soonest first.
    ends: Vec<(i64, TokenId)>,
    /// The worst finding of each of the worst rules, and how many the rule has.
    worst: Vec<(usize, usize)>,
}

impl Summary {
    fn of(analysis: &Analysis) -> Self {
        let mut hops = analysis.evidence.hops.iter().rev();
        let newest = hops.find_map(|hop| {
            let id = hop.token_id.filter(|_| !hop.supporting)?;
            analysis.tokens.contains_key(&id).then_some(id)
        });
        let tokens = analysis.tokens.iter();
        let mut ends: Vec<(i64, TokenId)> = tokens
            .filter_map(|(id, token)| Some((token.exp?, *id)))
            .collect();
        ends.sort_unstable();
        Self {
            newest,
            ends,
            worst: worst(&analysis.report.findings),
        }
    }
}

/// One line a rule, at its worst place; the list below has them all.
fn worst(findings: &[Finding]) -> Vec<(usize, usize)> {
    let mut worst: Vec<(usize, usize)> = Vec::new();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|n| std::cmp::Reverse(findings[*n].severity));
    for n in order {
        let rule = findings[n].rule.id;
        match worst.iter_mut().find(|(m, _)| findings[*m].rule.id == rule) {
            Some((_, count)) => *count += 1,
            None => worst.push((n, 1)),
        }
    }
    worst.truncate(WORST);
    worst
}

/// Draws the summary; the hint alone when there is nothing to sum up.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_, Summed>) {
    let analysis = &cx.model.analysis;
    let now = cx.seconds();
    let summary = cx
        .state
        .0
        .get(analysis, (), |analysis, ()| Summary::of(analysis));
    let newest = summary.newest;
    let next = summary.ends.iter().find(|(exp, _)| *exp > now).copied();
    let worst = summary.worst.clone();
    let Some((id, view)) = newest.and_then(|id| Some((id, analysis.tokens.get(&id)?))) else {
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
    let next = next.and_then(|(exp, id)| Some((exp, analysis.tokens.get(&id)?)));
    if let Some((exp, token)) = next {
        ui.add_space(space::M);
        widgets::section(ui, "Ends next", &format!("in {}", duration(exp - now)));
        ui.add(egui::Label::new(shorten(&token.principal.short(), 60)).wrap());
        cx.tick(ui.ctx(), Some(changes_after(exp, now)));
    }
    let findings = &analysis.report.findings;
    ui.add_space(space::M);
    widgets::section(ui, "Worst findings", &findings.len().to_string());
    if worst.is_empty() {
        ui.label("No rule found anything in these tokens.");
    }
    for (n, count) in worst {
        let finding = &findings[n];
        ui.horizontal(|ui| {
            severity_icon(ui, finding.severity, 12.0);
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
            let text = match count {
                1 => finding.title.to_owned(),
                n => format!("{} ({n} times)", finding.title),
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
