//! A run of a chain in words: the parts that every report of it shares, and a page for people.

use crate::{
    chain::{
        Chain, Node,
        run::{NodeRun, NodeState, Run},
    },
    evidence::Evidence,
    kit::markup::{markdown_cell, xml},
    risk::{Report, Severity},
    token::explain::principal,
};

/// Whether every node has ended well and every expectation held.
pub fn passed(chain: &Chain, run: &Run) -> bool {
    chain.nodes.iter().all(|node| {
        run.nodes
            .get(&node.id)
            .is_some_and(|d| passed_node(node, d))
    })
}

/// Whether a node has ended well and each of its expectations was judged and held.
pub fn passed_node(node: &Node, done: &NodeRun) -> bool {
    done.state == NodeState::Done
        && done.expectations.len() == node.expect.len()
        && done.expectations.iter().all(|(_, held)| *held)
}

/// The state's name in JSON output and on screen.
pub fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Idle => "idle",
        NodeState::Running => "running",
        NodeState::Done => "done",
        NodeState::Failed => "failed",
        NodeState::Stale => "stale",
    }
}

/// The page as Markdown.
pub fn markdown(chain: &Chain, run: &Run, report: &Report, evidence: &Evidence) -> String {
    let page = page(chain, run, report, evidence);
    let mut text = format!(
        "# {}\n\n{}\n\n",
        markdown_cell(&page.title),
        markdown_cell(&page.verdict)
    );
    if !page.about.is_empty() {
        text.push_str(&format!("{}\n\n", markdown_cell(&page.about)));
    }
    for table in &page.tables {
        text.push_str(&format!("## {}\n\n", table.title));
        text.push_str(&format!("| {} |\n", table.head.join(" | ")));
        text.push_str(&format!("|{}\n", " --- |".repeat(table.head.len())));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(|cell| markdown_cell(cell)).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        text.push('\n');
    }
    text
}

/// The page as HTML: self-contained, no script, nothing fetched.
pub fn html(chain: &Chain, run: &Run, report: &Report, evidence: &Evidence) -> String {
    let page = page(chain, run, report, evidence);
    let mut body = format!(
        "<h1>{}</h1>\n<p>{}</p>\n",
        xml(&page.title),
        xml(&page.verdict)
    );
    if !page.about.is_empty() {
        body.push_str(&format!("<p>{}</p>\n", xml(&page.about)));
    }
    for table in &page.tables {
        body.push_str(&format!("<h2>{}</h2>\n<table>\n<tr>", xml(table.title)));
        for head in table.head {
            body.push_str(&format!("<th scope=\"col\">{}</th>", xml(head)));
        }
        body.push_str("</tr>\n");
        for row in &table.rows {
            let cells: String = row.iter().map(|c| format!("<td>{}</td>", xml(c))).collect();
            body.push_str(&format!("<tr>{cells}</tr>\n"));
        }
        body.push_str("</table>\n");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\nbody {{ font: 14px/1.5 system-ui, sans-serif; margin: 32px; color-scheme: light dark }}\n\
         table {{ border-collapse: collapse }}\ntd, th {{ text-align: left; vertical-align: top; padding: 4px 12px 4px 0; \
         border-bottom: 1px solid #8884 }}\n</style>\n{body}</html>\n",
        xml(&page.title)
    )
}

struct Page {
    title: String,
    verdict: String,
    about: String,
    tables: Vec<Table>,
}

struct Table {
    title: &'static str,
    head: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

fn page(chain: &Chain, run: &Run, report: &Report, evidence: &Evidence) -> Page {
    let when = run
        .started
        .map_or_else(String::new, |at| format!(" Run at {at}."));
    let verdict = if passed(chain, run) {
        "Passed."
    } else {
        "Failed."
    };
    let mut tables = vec![hops(chain, run)];
    if !report.findings.is_empty() {
        tables.push(findings(report, evidence));
    }
    if !report.not_evaluable.is_empty() {
        tables.push(Table {
            title: "Not evaluable",
            head: &["Rule", "Token", "Why"],
            rows: report
                .not_evaluable
                .iter()
                .map(|n| vec![n.rule.to_owned(), name(evidence, n.hop), n.why.clone()])
                .collect(),
        });
    }
    Page {
        title: if chain.title.is_empty() {
            chain.name.clone()
        } else {
            chain.title.clone()
        },
        verdict: format!("{verdict}{when}"),
        about: chain.about.split_whitespace().collect::<Vec<_>>().join(" "),
        tables,
    }
}

fn hops(chain: &Chain, run: &Run) -> Table {
    let idle = NodeRun::default();
    let rows = chain
        .nodes
        .iter()
        .map(|node| {
            let done = run.nodes.get(&node.id).unwrap_or(&idle);
            let who = done
                .token
                .as_ref()
                .map_or_else(String::new, |t| principal(t).short());
            let mut remarks: Vec<String> = done
                .failure
                .iter()
                .flat_map(|f| [f.said.clone(), f.expected.clone(), f.try_this.clone()])
                .filter(|text| !text.is_empty())
                .collect();
            remarks.extend(
                done.expectations
                    .iter()
                    .filter(|(_, held)| !held)
                    .map(|(expect, _)| format!("broken: expected that {}", expect.words())),
            );
            remarks.extend(done.notes.iter().cloned());
            let held = done.expectations.iter().filter(|(_, held)| *held).count();
            vec![
                node.id.clone(),
                state(done.state).to_owned(),
                who,
                format!("{} ms", done.millis),
                format!("{held} of {}", done.expectations.len()),
                remarks.join("; "),
            ]
        })
        .collect();
    Table {
        title: "Hops",
        head: &[
            "Hop",
            "State",
            "Who",
            "Time",
            "Expectations held",
            "Remarks",
        ],
        rows,
    }
}

fn findings(report: &Report, evidence: &Evidence) -> Table {
    let mut rows = Vec::new();
    for severity in Severity::ALL {
        for finding in report.findings.iter().filter(|f| f.severity == severity) {
            rows.push(vec![
                severity.name().to_owned(),
                finding.rule.id.to_owned(),
                name(evidence, finding.hop),
                finding.message.clone(),
                finding.rule.fix.to_owned(),
                finding.rule.source.to_owned(),
            ]);
        }
    }
    Table {
        title: "Findings",
        head: &["Severity", "Rule", "Token", "What", "Fix", "Source"],
        rows,
    }
}

fn name(evidence: &Evidence, hop: usize) -> String {
    evidence
        .hops
        .get(hop)
        .map_or_else(|| format!("hop {hop}"), |h| h.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Expect;

    fn chain() -> Chain {
        Chain {
            version: 1,
            name: "x".into(),
            title: "A <b>title</b> | with *markup*".into(),
            about: String::new(),
            faults: Vec::new(),
            nodes: Vec::new(),
        }
    }

    #[test]
    fn markup_in_names_stays_text() {
        let (run, report, evidence) = Default::default();
        let page = html(&chain(), &run, &report, &evidence);
        assert!(
            page.contains("<h1>A &lt;b&gt;title&lt;/b&gt; | with *markup*</h1>"),
            "{page}"
        );
        let page = markdown(&chain(), &run, &report, &evidence);
        assert!(
            page.starts_with("# A \\<b\\>title\\</b\\> \\| with \\*markup\\*"),
            "{page}"
        );
    }

    #[test]
    fn an_expectation_that_was_never_judged_is_no_pass() {
        let mut chain = chain();
        chain.nodes.push(crate::chain::Node {
            id: "a".into(),
            title: None,
            server: None,
            client: None,
            dpop: None,
            at: None,
            step: crate::chain::Step::Paste(crate::chain::kinds::Paste::default()),
            expect: vec![Expect::Status(200)],
        });
        assert!(!passed(&chain, &Run::default()));
        let mut run = Run::default();
        let done = run.nodes.entry("a".into()).or_default();
        done.state = NodeState::Done;
        assert!(!passed(&chain, &run));
        let done = run.nodes.entry("a".into()).or_default();
        done.expectations = vec![(Expect::Status(200), true)];
        assert!(passed(&chain, &run));
    }
}
