//! SARIF 2.1.0 (OASIS), the form in which code hosts and security dashboards read results.

use serde_json::{Value, json};

use crate::attack::{Expected, Matrix, Row, Verdict, catalogue};

/// Where the schema of the format is.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The matrix of verdicts of a target: a rule a forgery, a result a verdict. An accepted forgery is a
/// failure; what was refused passes. A void matrix says so and holds no failure.
pub fn matrix(matrix: &Matrix) -> Value {
    let rows: Vec<&Row> = matrix.rows.iter().filter(|r| r.forgery.is_some()).collect();
    let rules: Vec<Value> = catalogue()
        .iter()
        .filter(|f| rows.iter().any(|r| r.name() == f.name))
        .map(|f| {
            json!({
                "id": f.name,
                "name": f.title,
                "shortDescription": { "text": f.mutates },
                "fullDescription": { "text": f.means },
                "help": { "text": format!("A correct server answers {}. Source: {}.", f.answer, f.source) },
                "defaultConfiguration": {
                    "level": if f.expected == Expected::Reject { "error" } else { "note" },
                },
                "properties": { "tags": ["security", f.family.name] },
            })
        })
        .collect();
    let index = |name: &str| rules.iter().position(|r| r["id"] == name);
    let results: Vec<Value> = rows
        .iter()
        .map(|row| {
            let (kind, level) = kind(row, matrix.void.is_some());
            let mut text = match row.forgery {
                Some(f) => format!("{}: {}.", f.title, row.verdict.words()),
                None => String::new(),
            };
            if row.is_finding()
                && let Some(f) = row.forgery
            {
                text.push_str(&format!(" {}", f.means));
            }
            if let Some(why) = row.verdict.why() {
                text.push_str(&format!(" {why}."));
            }
            if let Some(status) = row.status {
                text.push_str(&format!(" The server answered {status}."));
            }
            json!({
                "ruleId": row.name(),
                "ruleIndex": index(row.name()),
                "kind": kind,
                "level": level,
                "message": { "text": text },
                "locations": [{ "logicalLocations": [{
                    "fullyQualifiedName": matrix.target,
                    "kind": "resource",
                }] }],
                "properties": {
                    "verdict": row.verdict.name(),
                    "status": row.status,
                    "millis": row.millis,
                    "said": row.said,
                    "signed": row.signed.map(crate::attack::Signed::name),
                },
            })
        })
        .collect();
    let mut notes = Vec::new();
    if let Some(void) = &matrix.void {
        notes.push(json!({ "level": "error", "message": { "text": format!("The result is void. {void}") } }));
    }
    if matrix.cancelled {
        notes.push(
            json!({ "level": "warning", "message": { "text": "Cancelled before all was sent." } }),
        );
    }
    if let Some(why) = &matrix.ended {
        notes.push(json!({ "level": "error", "message": { "text": why } }));
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Delegraph",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": matrix.void.is_none() && !matrix.cancelled && matrix.ended.is_none(),
                "startTimeUtc": matrix.begun.to_string(),
                "toolExecutionNotifications": notes,
            }],
            "results": results,
        }],
    })
}

/// `kind` and `level` of a result (SARIF 2.1.0 §3.27.9, §3.27.10: only failures have a level).
fn kind(row: &Row, void: bool) -> (&'static str, &'static str) {
    match row.verdict {
        _ if void => ("open", "none"),
        Verdict::Accepted => ("fail", "error"),
        Verdict::Unclear => ("review", "none"),
        Verdict::NotSent(_) => ("open", "none"),
        Verdict::NotMade(_) => ("notApplicable", "none"),
        Verdict::Noted(_) => ("informational", "none"),
        Verdict::Refused
        | Verdict::Withheld(_)
        | Verdict::ControlAccepted
        | Verdict::ControlRefused => ("pass", "none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::named;

    fn row(name: &str, verdict: Verdict) -> Row {
        Row {
            place: 0,
            forgery: named(name),
            verdict,
            status: Some(200),
            said: String::new(),
            millis: 3,
            signed: None,
        }
    }

    #[test]
    fn failures_have_a_level_and_the_rest_has_none() {
        let mut matrix = Matrix {
            target: "GET https://api.example/".into(),
            rows: vec![
                Row {
                    forgery: None,
                    ..row("alg-none", Verdict::ControlAccepted)
                },
                row("alg-none", Verdict::Accepted),
                row("exp-hour", Verdict::Refused),
                row("ecdsa-twin", Verdict::Noted(true)),
                row("rsa-1024", Verdict::NotMade("no".into())),
                row("kid-sql", Verdict::Unclear),
            ],
            ..Matrix::default()
        };
        let log = super::matrix(&matrix);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 5, "the control is no result");
        for result in results {
            let fails = result["kind"] == "fail";
            assert_eq!(result["level"] == "error", fails, "{result}");
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
        assert_eq!(results.iter().filter(|r| r["kind"] == "fail").count(), 1);
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        matrix.void = Some("The untouched token is answered with 401.".into());
        let log = super::matrix(&matrix);
        let run = &log["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        let results = run["results"].as_array().unwrap();
        assert!(results.iter().all(|r| r["kind"] == "open"));
    }
}
