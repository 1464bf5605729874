//! Findings: counts by severity, the list, and what could not be evaluated (never a pass).

pub mod inspect;

use std::sync::Arc;

use egui::{Align, Layout, RichText, Role, ScrollArea, Ui, WidgetInfo};

use crate::{
    app::{
        session::{Selection, View},
        view,
    },
    evidence::Evidence,
    gui::{
        context,
        icons::{self, Icon},
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::WindowRequest,
        sections::{
            finding::markdown,
            severity::{counted, severity_menu},
        },
        theme::{self, space},
        widgets::{
            self,
            rows::{self, Column, fixed, wide},
        },
    },
    kit::text::{capital, escape},
    risk::{Finding, Report, Severity},
};

/// The findings in the order in which they are shown, worked out once when they change: there may be
/// tens of thousands, and every frame asks.
struct Sorted {
    of: Arc<Report>,
    counts: [(Severity, usize); 5],
    /// Places in the report, worst first.
    all: Arc<[usize]>,
}

impl Default for Sorted {
    fn default() -> Self {
        Self {
            of: Arc::default(),
            counts: Severity::ALL.map(|severity| (severity, 0)),
            all: Arc::from([]),
        }
    }
}

impl Sorted {
    fn follow(&mut self, report: &Arc<Report>) {
        if Arc::ptr_eq(&self.of, report) {
            return;
        }
        self.of = Arc::clone(report);
        self.counts = Severity::ALL.map(|severity| (severity, report.count(severity)));
        let mut all: Vec<usize> = (0..report.findings.len()).collect();
        all.sort_by_key(|n| std::cmp::Reverse(report.findings[*n].severity));
        self.all = all.into();
    }

    /// How many stand at the beginning that are as bad as `least`, or worse.
    fn at_least(&self, least: Option<Severity>) -> usize {
        let shown = |(severity, _): &&(Severity, usize)| least.is_none_or(|l| *severity >= l);
        self.counts.iter().filter(shown).map(|(_, n)| n).sum()
    }
}

const COLUMNS: [Column; 7] = [
    fixed("", 28.0),
    fixed("Rule", 72.0),
    wide("Title", 150.0, 0.6),
    wide("Where", 110.0, 0.5),
    wide("Found", 90.0, 1.4),
    wide("Expected", 110.0, 2.2),
    wide("Source", 96.0, 0.7),
];

/// The panel: what it keeps between frames.
#[derive(Default)]
pub struct FindingsPanel {
    rows: rows::TableState,
    open_not_evaluable: bool,
    sorted: Sorted,
}

impl FindingsPanel {
    /// How many findings there are of each severity, worst first; counted once when they change.
    pub fn counts(&mut self, report: &Arc<Report>) -> [(Severity, usize); 5] {
        self.sorted.follow(report);
        self.sorted.counts
    }
}

/// What is drawn with in this panel.
type Cx<'a> = context::Cx<'a, FindingsPanel>;

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::side("Findings"),
    title: "Findings",
    spoken: "findings",
    dock: Dock::Below,
    make: Some(|| Box::<FindingsPanel>::default()),
};

impl Panel for FindingsPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn inspect(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>, selection: &Selection) -> bool {
        let Selection::Finding(index) = selection else {
            return false;
        };
        inspect::ui(ui, cx, *index);
        true
    }

    fn beside_tabs(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        // In front, the panel itself says how many there are.
        ui.add_space(space::M);
        counts_beside(ui, &mut cx.with(self));
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let report = Arc::clone(&cx.model.analysis.report);
    let evidence = Arc::clone(&cx.model.analysis.evidence);
    let least = cx.model.session.at_least;
    let sorted = &mut cx.state.sorted;
    sorted.follow(&report);
    let all = Arc::clone(&sorted.all);
    let list = &all[..sorted.at_least(least)];
    let spacing = ui.spacing().item_spacing;
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, cx, list);
    widgets::hairline(ui);
    ui.spacing_mut().item_spacing = spacing;
    if report.findings.is_empty() && report.not_evaluable.is_empty() {
        let line = if evidence.hops.is_empty() {
            "Findings show here as soon as there are tokens."
        } else {
            "No rule found anything in these tokens."
        };
        widgets::empty(ui, line, |_| {});
        return;
    }
    if cx.state.open_not_evaluable {
        not_evaluable(ui, cx);
        return;
    }
    if list.is_empty() {
        widgets::empty(ui, "No finding of this severity.", |ui| {
            if least.is_some() && ui.button("Show all").clicked() {
                cx.push(view::Command::FilterSeverity(None));
            }
        });
        return;
    }
    let selected = match cx.model.session.selection {
        Selection::Finding(n) => list.iter().position(|i| *i == n),
        _ => None,
    };
    let width = ui.available_width();
    let columns = columns(width);
    let lines = lines(ui, columns, width, list, (&report, &evidence));
    let mut state = std::mem::take(&mut cx.state.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "findings",
            columns,
            rows: list.len(),
            selected,
            tail: false,
            height: rows::height(lines),
        },
        |n| spoken(&report.findings[list[n]], &evidence),
        |cell| {
            let finding = &report.findings[list[cell.row]];
            let theme = cell.theme;
            match cell.column {
                0 => {
                    let at =
                        egui::Rect::from_center_size(cell.rect.center(), egui::Vec2::splat(11.0));
                    icons::severity(cell.painter, at, finding.severity, theme);
                }
                1 => cell.text(finding.rule.id, theme.muted),
                2 => cell.text(finding.title, theme.text),
                3 => cell.text(&place(finding, &evidence), theme.muted),
                4 => cell.mono(&found(finding), theme.text),
                5 => cell.text(&finding.expected.replace('`', ""), theme.muted),
                _ => cell.text(finding.rule.source, theme.muted),
            }
        },
    );
    cx.state.rows = state;
    let hinted = done.hovered.map(|n| list[n]);
    if cx.window.hinted != hinted {
        cx.window.hinted = hinted;
        ui.ctx().request_repaint(); // the graph may have been drawn already
    }
    if let Some(n) = done.selected {
        cx.push(view::Command::Select(Selection::Finding(list[n])));
    }
    if let Some(n) = done.opened {
        cx.push(view::Command::Select(Selection::Finding(list[n])));
        cx.push(view::Command::Show(View::GRAPH));
    }
    if done.back {
        cx.push(view::Command::Select(Selection::None));
    }
}

/// The columns that there is room for: what a rule rests on stands in the inspector as well.
fn columns(width: f32) -> &'static [Column] {
    let without = usize::from(width < 980.0);
    COLUMNS.get(..COLUMNS.len() - without).unwrap_or(&COLUMNS)
}

/// How many lines a row has, so that where, what was found and what was expected can be read whole. Of
/// many findings the first ones decide.
fn lines(
    ui: &Ui,
    columns: &[Column],
    width: f32,
    list: &[usize],
    (report, evidence): (&Report, &Evidence),
) -> usize {
    let widths = rows::widths(columns, width);
    let width = |column: usize| widths.get(column).copied().unwrap_or(f32::INFINITY);
    let needed = list.iter().take(MEASURED).filter_map(|n| {
        let finding = report.findings.get(*n)?;
        let expected = finding.expected.replace('`', "");
        let cells = [
            (2, finding.title, false),
            (3, &*place(finding, evidence), false),
            (4, &*found(finding), true),
            (5, &*expected, false),
        ];
        let lines = cells.map(|(at, text, mono)| rows::lines(ui, text, mono, width(at), LINES));
        lines.into_iter().max()
    });
    needed.max().unwrap_or(1)
}

/// Most lines of a row.
const LINES: usize = 3;
/// Findings that are measured for it.
const MEASURED: usize = 40;

fn head(ui: &mut Ui, cx: &mut Cx<'_>, list: &[usize]) {
    let report = Arc::clone(&cx.model.analysis.report);
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let brief = ui.available_width() < BRIEF;
                counts(ui, cx, brief);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add_enabled_ui(!list.is_empty(), |ui| {
                        if widgets::icon_button(ui, Icon::Copy, "Copy findings as Markdown")
                            .clicked()
                        {
                            let text: Vec<String> = list
                                .iter()
                                .map(|n| {
                                    markdown(
                                        &report,
                                        &report.findings[*n],
                                        &cx.model.analysis.evidence,
                                    )
                                })
                                .collect();
                            cx.ask(WindowRequest::Copy(
                                text.join("\n"),
                                counted(list.len(), "finding"),
                            ));
                        }
                    });
                    severity_menu(ui, cx);
                    let missing = report.not_evaluable.len();
                    if missing > 0 {
                        let state = &mut *cx.state;
                        let text = format!("{missing} not evaluable");
                        let shown = if brief {
                            format!("{missing} ?")
                        } else {
                            text.clone()
                        };
                        let response = ui
                            .selectable_label(state.open_not_evaluable, shown)
                            .accessible_name(text)
                            .on_hover_text("Rules whose operands are missing. That is not a pass.");
                        if response.clicked() {
                            state.open_not_evaluable = !state.open_not_evaluable;
                        }
                    } else {
                        cx.state.open_not_evaluable = false;
                    }
                });
            });
        });
}

/// Points of width below which the counts are numbers beside their shapes, without the words.
const BRIEF: f32 = 700.0;

/// Counts by severity, each with its shape; a click filters.
fn counts(ui: &mut Ui, cx: &mut Cx<'_>, brief: bool) {
    let report = Arc::clone(&cx.model.analysis.report);
    if report.findings.is_empty() {
        ui.label(RichText::new("No findings").color(cx.theme.muted));
        return;
    }
    for (severity, n) in cx.state.counts(&report) {
        if n == 0 {
            continue;
        }
        ui.spacing_mut().item_spacing.x = 6.0;
        icons::severity_icon(ui, severity, 12.0);
        let text = format!("{n} {}", severity.name());
        let shown = if brief { n.to_string() } else { text.clone() };
        let response = ui
            .add(
                egui::Button::new(shown)
                    .frame_when_inactive(false)
                    .selected(cx.model.session.at_least == Some(severity)),
            )
            .accessible_name(text);
        if response
            .on_hover_text(format!("Show {} findings and worse", severity.name()))
            .clicked()
        {
            let already = cx.model.session.at_least == Some(severity);
            cx.push(view::Command::FilterSeverity(
                (!already).then_some(severity),
            ));
        }
        ui.add_space(space::XS);
    }
}

/// Code in a table's cell has no backticks: the column says what it is.
fn found(finding: &Finding) -> String {
    if finding.found.is_empty() {
        "nothing".into()
    } else {
        finding.found.replace('`', "")
    }
}

fn hop_name(evidence: &Evidence, hop: usize) -> String {
    evidence
        .hops
        .get(hop)
        .map_or_else(|| format!("hop {hop}"), |h| escape(&h.name).into_owned())
}

/// `hop 3 · act.sub`.
fn place(finding: &Finding, evidence: &Evidence) -> String {
    let hop = hop_name(evidence, finding.hop);
    if finding.claim.is_empty() {
        hop
    } else {
        format!("{hop} · {}", finding.claim)
    }
}

fn spoken(finding: &Finding, evidence: &Evidence) -> String {
    format!(
        "{}, {} {}, {}, found {}, expected {}",
        finding.severity.name(),
        finding.rule.id,
        finding.title,
        place(finding, evidence),
        found(finding),
        finding.expected.replace('`', "")
    )
}

/// Rules that could not be evaluated, by rule.
fn not_evaluable(ui: &mut Ui, cx: &mut Cx<'_>) {
    let report = Arc::clone(&cx.model.analysis.report);
    let evidence = Arc::clone(&cx.model.analysis.evidence);
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        ui.add_space(space::M);
        ui.label(
            RichText::new("These rules could not be evaluated because an operand is missing. That is not a pass.")
                .color(cx.theme.muted),
        );
    });
    let theme = cx.theme;
    let height = 22.0;
    ScrollArea::vertical()
        .id_salt("not evaluable")
        .auto_shrink(false)
        .show_rows(ui, height, report.not_evaluable.len(), |ui, range| {
            for n in range {
                let item = &report.not_evaluable[n];
                ui.horizontal(|ui| {
                    ui.set_height(height);
                    ui.add_space(space::M);
                    ui.add_sized(
                        [72.0, 18.0],
                        egui::Label::new(theme::small(item.rule).size(13.0).color(theme.muted))
                            .halign(Align::Min),
                    );
                    ui.add_sized(
                        [140.0, 18.0],
                        egui::Label::new(hop_name(&evidence, item.hop))
                            .halign(Align::Min)
                            .truncate(),
                    );
                    ui.add(
                        egui::Label::new(theme::prose(&capital(&item.why), 13.0, theme.text))
                            .truncate(),
                    )
                    .on_hover_text(item.why.replace('`', ""));
                });
            }
        });
}

/// Points of width that the counts need with their words.
const BESIDE: f32 = 400.0;

/// How many findings of each severity, as shapes and words; right to left.
fn counts_beside(ui: &mut Ui, cx: &mut Cx<'_>) {
    let counts = cx.state.counts(&cx.model.analysis.report);
    let brief = ui.available_width() < BESIDE;
    for (severity, n) in counts.into_iter().rev() {
        if n == 0 {
            continue;
        }
        // What does not fit is told by the panel itself.
        if ui.available_width() < 48.0 {
            break;
        }
        let shown = if brief {
            n.to_string()
        } else {
            format!("{n} {}", severity.name())
        };
        let label = ui.label(theme::small(shown).color(cx.theme.muted));
        label.widget_info(|| {
            WidgetInfo::labeled(
                Role::Label,
                true,
                format!("{n} {} findings", severity.name()),
            )
        });
        ui.add_space(-2.0);
        icons::severity_icon(ui, severity, 11.0);
        ui.add_space(space::XS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::{Confidence, rules::ALL};

    fn report(severities: &[Severity]) -> Arc<Report> {
        let finding = |severity: &Severity| Finding {
            rule: ALL[0],
            title: ALL[0].title,
            severity: *severity,
            hop: 0,
            parent: None,
            claim: String::new(),
            found: String::new(),
            expected: String::new(),
            message: String::new(),
            confidence: Confidence::Decoded,
            path: Vec::new(),
        };
        Arc::new(Report {
            findings: severities.iter().map(finding).collect(),
            not_evaluable: Vec::new(),
        })
    }

    #[test]
    fn findings_are_counted_and_sorted_when_they_change_and_then_kept() {
        use Severity::{Critical, High, Low};
        let mut state = FindingsPanel::default();
        let first = report(&[Low, Critical, High, Low]);
        assert_eq!(state.counts(&first)[0], (Critical, 1));
        let kept = Arc::clone(&state.sorted.all);
        assert_eq!(*kept, [1, 2, 0, 3]);
        assert_eq!(state.sorted.at_least(None), 4);
        assert_eq!(state.sorted.at_least(Some(High)), 2);
        assert_eq!(state.counts(&first)[3], (Low, 2));
        assert!(Arc::ptr_eq(&kept, &state.sorted.all), "worked out again");
        state.counts(&report(&[Low]));
        assert_eq!(state.sorted.at_least(Some(High)), 0);
        assert_eq!(*state.sorted.all, [0]);
    }
}
