//! JUnit files, the form that continuous integration reads: a run of a chain with a test case a hop,
//! a matrix of verdicts with a test case a forgery.

use super::run::passed_node;
use crate::{
    attack::{Matrix, Verdict},
    chain::{
        Chain,
        run::{FailureKind, NodeRun, NodeState, Run},
    },
    kit::{clock::to_second, markup::xml_lines, text::capital},
};

// Written by hand, although there is a library (quick-junit): it drops characters that XML does not allow,
// where here they are shown for what they are, and it brings a second library for time.

/// Renders the run. Well-formed XML 1.0 whatever names and servers say.
pub fn render(chain: &Chain, run: &Run) -> String {
    let idle = NodeRun::default();
    let mut cases = String::new();
    let (mut failures, mut errors, mut skipped, mut millis) = (0, 0, 0, 0);
    for node in &chain.nodes {
        let done = run.nodes.get(&node.id).unwrap_or(&idle);
        millis += done.millis;
        cases.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
            xml_lines(&chain.name),
            xml_lines(&node.id),
            seconds(done.millis)
        ));
        if done.state == NodeState::Idle {
            skipped += 1;
            cases.push_str(">\n      <skipped message=\"not run\"/>\n    </testcase>\n");
        } else if passed_node(node, done) {
            cases.push_str("/>\n");
        } else {
            // What was broken, or what could not be done at all: a server that is down, a secret that
            // is nowhere.
            let undone = done.failure.as_ref().is_some_and(|f| f.kind.is_undone());
            let word = if undone { "error" } else { "failure" };
            *(if undone { &mut errors } else { &mut failures }) += 1;
            let (kind, message, text) = failure(done);
            cases.push_str(&format!(
                ">\n      <{word} type=\"{}\" message=\"{}\">{}</{word}>\n    </testcase>\n",
                xml_lines(&kind),
                xml_lines(&message),
                xml_lines(&text)
            ));
        }
    }
    let time = seconds(millis);
    let tests = chain.nodes.len();
    let counts = format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\""
    );
    let stamp = run.started.map_or_else(String::new, |at| {
        format!(" timestamp=\"{}\"", to_second(at))
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"delegraph\" {counts}>\n  \
         <testsuite name=\"{}\" {counts}{stamp}>\n{cases}  </testsuite>\n</testsuites>\n",
        xml_lines(&chain.name)
    )
}

/// Renders a matrix of verdicts: an accepted forgery fails, so does an answer that is neither; what
/// could not be made or sent is skipped. A void matrix fails as a whole, in its control.
pub fn matrix(matrix: &Matrix) -> String {
    let mut cases = String::new();
    let (mut failures, mut skipped, mut millis) = (0, 0, 0);
    for row in &matrix.rows {
        millis += row.millis;
        let family = row.forgery.map_or("control", |f| f.family.name);
        cases.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
            xml_lines(family),
            xml_lines(row.name()),
            seconds(row.millis)
        ));
        let answered = row
            .status
            .map_or_else(String::new, |s| format!(" The server answered {s}."));
        let said = format!("{}.{answered} {}", capital(row.verdict.words()), row.said);
        let void = matrix.void.as_deref().filter(|_| row.forgery.is_none());
        match &row.verdict {
            Verdict::ControlAccepted
            | Verdict::Refused
            | Verdict::Withheld(_)
            | Verdict::Noted(_) => {
                cases.push_str("/>\n");
            }
            Verdict::NotMade(why) => {
                skipped += 1;
                cases.push_str(&format!(
                    ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                    xml_lines(why)
                ));
            }
            Verdict::NotSent(why) if row.forgery.is_some() => {
                skipped += 1;
                cases.push_str(&format!(
                    ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                    xml_lines(why)
                ));
            }
            verdict => {
                failures += 1;
                let means = match (void, row.forgery) {
                    (Some(void), _) => void,
                    (None, Some(f)) if *verdict == Verdict::Accepted => f.means,
                    _ => "",
                };
                cases.push_str(&format!(
                    ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                    xml_lines(verdict.name()),
                    xml_lines(verdict.words()),
                    xml_lines(format!("{said}\n{means}").trim())
                ));
            }
        }
    }
    let mut tests = matrix.rows.len();
    if let Some(why) = unfinished(matrix) {
        tests += 1;
        failures += 1;
        cases.push_str(&format!(
            "    <testcase classname=\"control\" name=\"complete\" time=\"0.000\">\n      <failure type=\"unfinished\" message=\"{}\"/>\n    </testcase>\n",
            xml_lines(why)
        ));
    }
    let time = seconds(millis);
    let counts = format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{time}\""
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"delegraph\" {counts}>\n  \
         <testsuite name=\"{}\" {counts} timestamp=\"{}\">\n{cases}  </testsuite>\n</testsuites>\n",
        xml_lines(&format!("forgeries at {}", matrix.target)),
        to_second(matrix.begun)
    )
}

/// Why not all was sent.
fn unfinished(matrix: &Matrix) -> Option<&str> {
    let cancelled = matrix.cancelled.then_some("Cancelled before all was sent.");
    matrix.ended.as_deref().or(cancelled)
}

/// Kind, one line, and all lines of what went wrong.
fn failure(done: &NodeRun) -> (String, String, String) {
    let broken: Vec<String> = done
        .expectations
        .iter()
        .filter(|(_, held)| !held)
        .map(|(expect, _)| format!("expected that {}", expect.words()))
        .collect();
    let mut lines = Vec::new();
    let mut kind = "expectation".to_owned();
    if let Some(failure) = &done.failure {
        let undone = match failure.kind {
            FailureKind::Unreachable => "unreachable",
            FailureKind::Setup => "setup",
            FailureKind::Refused | FailureKind::Expectation => "failure",
        };
        kind = failure.code.clone().unwrap_or_else(|| undone.into());
        lines.push(failure.said.clone());
        lines.extend((!failure.expected.is_empty()).then(|| failure.expected.clone()));
        lines.extend((!failure.try_this.is_empty()).then(|| failure.try_this.clone()));
    }
    lines.extend(broken);
    let message = lines
        .first()
        .cloned()
        .unwrap_or_else(|| "the hop did not end".into());
    (kind, message, lines.join("\n"))
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Expect, Node, Step, kinds::Paste};

    fn node(id: &str) -> Node {
        Node {
            id: id.into(),
            title: None,
            server: None,
            client: None,
            dpop: None,
            at: None,
            step: Step::Paste(Paste::default()),
            expect: Vec::new(),
        }
    }

    #[test]
    fn counts_and_text_are_right_and_names_cannot_break_the_file() {
        let chain = Chain {
            version: 1,
            name: "a<b>&\"\u{0}\u{202E}".into(),
            title: String::new(),
            about: String::new(),
            faults: Vec::new(),
            nodes: vec![node("one"), node("two"), node("three")],
        };
        let mut run = Run::default();
        run.nodes.insert(
            "one".into(),
            NodeRun {
                state: NodeState::Done,
                millis: 1234,
                ..NodeRun::default()
            },
        );
        run.nodes.insert(
            "two".into(),
            NodeRun {
                state: NodeState::Failed,
                expectations: vec![
                    (Expect::Status(200), true),
                    (Expect::Subject("]]>".into()), false),
                ],
                ..NodeRun::default()
            },
        );
        let text = render(&chain, &run);
        assert!(
            text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"1.234\"")
        );
        assert!(
            text.contains("name=\"a&lt;b&gt;&amp;&quot;\\u{0}\\u{202e}\""),
            "{text}"
        );
        assert!(
            text.contains("expected that the subject is ]]&gt;"),
            "{text}"
        );
        let parsed = resvg::usvg::roxmltree::Document::parse(&text).unwrap();
        assert_eq!(
            parsed
                .descendants()
                .filter(|n| n.has_tag_name("testcase"))
                .count(),
            3
        );
    }

    #[test]
    fn a_matrix_fails_where_a_forgery_was_accepted() {
        use crate::attack::{Row, named};
        let row = |forgery, verdict| Row {
            place: 0,
            forgery,
            verdict,
            status: Some(200),
            said: "<said> & done".into(),
            millis: 5,
            signed: None,
        };
        let mut all = Matrix {
            target: "GET https://api.example/".into(),
            rows: vec![
                row(None, Verdict::ControlAccepted),
                row(named("alg-none"), Verdict::Accepted),
                row(named("exp-hour"), Verdict::Refused),
                row(named("rsa-1024"), Verdict::NotMade("no".into())),
            ],
            ..Matrix::default()
        };
        let text = matrix(&all);
        assert!(
            text.contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""),
            "{text}"
        );
        assert!(text.contains("Unsigned tokens are accepted"), "{text}");
        let parsed = resvg::usvg::roxmltree::Document::parse(&text).unwrap();
        assert_eq!(
            parsed
                .descendants()
                .filter(|n| n.has_tag_name("testcase"))
                .count(),
            4
        );
        all.rows = vec![row(None, Verdict::ControlRefused)];
        all.void = Some("The untouched token is answered with 401.".into());
        assert!(matrix(&all).contains("answered with 401"), "void");
    }
}
