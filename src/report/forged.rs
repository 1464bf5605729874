//! A matrix of verdicts as a report for people: Markdown.

use crate::{
    attack::{Matrix, Row, Verdict},
    kit::{clock::to_second, markup::markdown_in_code},
};

/// The report: what was accepted with what it means, then what else is worth knowing, then all. No
/// token and no secret stands in it.
pub fn markdown(matrix: &Matrix) -> String {
    let mut text = format!(
        "# Forgeries at {}\n\nBegun {}. {}\n",
        markdown_in_code(&matrix.target),
        to_second(matrix.begun),
        summary(matrix)
    );
    for (title, note) in [
        ("The result is void", &matrix.void),
        ("Ended early", &matrix.ended),
    ] {
        if let Some(why) = note {
            text.push_str(&format!("\n**{title}.** {}\n", markdown_in_code(why)));
        }
    }
    if matrix.cancelled {
        text.push_str("\n**Cancelled** before all was sent.\n");
    }
    let findings: Vec<&Row> = matrix.findings().collect();
    if !findings.is_empty() {
        text.push_str("\n## Accepted although forged\n");
        for row in findings {
            finding(&mut text, row);
        }
    }
    let unclear: Vec<&Row> = rows(matrix, |v| *v == Verdict::Unclear);
    if !unclear.is_empty() {
        text.push_str("\n## Neither accepted nor refused\n\n");
        for row in unclear {
            let status = row.status.map_or(String::new(), |s| format!(" {s}"));
            text.push_str(&format!(
                "- {} (`{}`):{status} {}\n",
                markdown_in_code(&row.title()),
                row.name(),
                said(row)
            ));
        }
    }
    text.push_str("\n## All\n\n| forgery | verdict | status | answer |\n|---|---|---|---|\n");
    for row in &matrix.rows {
        let why = row.verdict.why().map(markdown_in_code);
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            row.name(),
            row.verdict.words(),
            row.status.map_or(String::new(), |s| s.to_string()),
            why.unwrap_or_else(|| said(row))
        ));
    }
    text
}

fn summary(matrix: &Matrix) -> String {
    let count = |names: &[&str]| names.iter().map(|n| matrix.count(n)).sum::<usize>();
    let forged = matrix.rows.iter().filter(|r| r.forgery.is_some()).count();
    format!(
        "Of {forged} forgeries {} were accepted and {} refused; for {} either answer is right, {} had an unclear answer, {} were not made or sent.",
        matrix.findings().count(),
        count(&["refused"]),
        count(&["noted_accepted", "noted_refused"]),
        count(&["unclear"]),
        count(&["not_made", "not_sent"]),
    )
}

fn finding(text: &mut String, row: &Row) {
    let Some(forgery) = row.forgery else { return };
    text.push_str(&format!(
        "\n### {} (`{}`)\n\n{}\n\n",
        markdown_in_code(forgery.title),
        forgery.name,
        forgery.means
    ));
    for (name, words) in [
        ("What was changed", forgery.mutates),
        ("Correct answer", forgery.answer),
        ("Source", forgery.source),
    ] {
        text.push_str(&format!("- {name}: {words}\n"));
    }
    if let Some(signed) = row.signed {
        text.push_str(&format!("- Signature: {}\n", signed.words()));
    }
    let status = row.status.map_or(String::new(), |s| s.to_string());
    text.push_str(&format!("- The server answered {status} {}\n", said(row)));
}

fn rows(matrix: &Matrix, which: impl Fn(&Verdict) -> bool) -> Vec<&Row> {
    matrix.rows.iter().filter(|r| which(&r.verdict)).collect()
}

/// What the server said: code, so that nothing of it is markup.
fn said(row: &Row) -> String {
    if row.said.is_empty() {
        return String::new();
    }
    format!("`{}`", markdown_in_code(&row.said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::named;

    fn row(forgery: Option<&'static str>, verdict: Verdict, said: &str) -> Row {
        Row {
            place: 0,
            forgery: forgery.map(|n| named(n).unwrap()),
            verdict,
            status: Some(200),
            said: said.into(),
            millis: 3,
            signed: None,
        }
    }

    #[test]
    fn what_was_accepted_comes_first_with_what_it_means() {
        let matrix = Matrix {
            target: "GET https://api.example/a".into(),
            rows: vec![
                row(None, Verdict::ControlAccepted, ""),
                row(Some("exp-hour"), Verdict::Refused, "expired"),
                row(Some("alg-none"), Verdict::Accepted, "welcome"),
                row(Some("kid-sql"), Verdict::Unclear, "oops"),
            ],
            ..Matrix::default()
        };
        let text = markdown(&matrix);
        let at = |words: &str| {
            text.find(words)
                .unwrap_or_else(|| panic!("{words}: {text}"))
        };
        let none = named("alg-none").unwrap();
        assert!(at("## Accepted although forged") < at(none.means));
        assert!(at(none.means) < at("## Neither accepted nor refused"));
        assert!(at("## Neither accepted nor refused") < at("## All"));
        assert!(text.contains("Of 3 forgeries 1 were accepted and 1 refused"));
        assert!(text.contains("| `exp-hour` | refused, as it should be | 200 | `expired` |"));
        let void = Matrix {
            void: Some("The control was refused.".into()),
            ..matrix
        };
        let text = markdown(&void);
        assert!(text.contains("**The result is void.** The control was refused."));
        assert!(!text.contains("## Accepted although forged"));
    }

    #[test]
    fn what_a_server_says_is_no_markup() {
        let matrix = Matrix {
            rows: vec![row(
                Some("alg-none"),
                Verdict::Accepted,
                "`x` | <script>\u{202e}\n# head",
            )],
            ..Matrix::default()
        };
        let text = markdown(&matrix);
        assert!(!text.contains("<script>") && !text.contains("\n# head"));
        let line = text
            .lines()
            .find(|l| l.starts_with("| `alg-none`"))
            .unwrap();
        assert_eq!(line.matches('|').count(), 5, "{line}");
        assert_eq!(line.matches('`').count(), 4, "{line}");
    }
}
