//! Texts as users meet them, each with what is right to say of it: `tests/corpus/reports`, and what real
//! servers asked and answered: `tests/corpus/servers`, a folder for each server.
//!
//! A case is a folder: inputs, `command` (what was run), `expected.md` (the right answer, for people) and
//! `expected.toml` (the same for this test). It holds one or more `[[run]]`, each with
//!
//! - `args`: the arguments; without them those of `command`;
//! - `exit`: the statuses that are right;
//! - `says`, `never`: what must and must not stand in the output, whatever the case of letters; `a|b` is
//!   one of several;
//! - `json`, `count`: values, and numbers of members, by JSON Pointer into the output with `--json`;
//! - `finds`, `silent`: rules that fire, and rules that do not;
//! - `worst`: the severity that no finding exceeds.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use crate::harness::Place;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    run: Vec<Run>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Run {
    args: Option<String>,
    exit: Vec<i32>,
    says: Vec<String>,
    never: Vec<String>,
    json: BTreeMap<String, Value>,
    count: BTreeMap<String, usize>,
    finds: Vec<String>,
    silent: Vec<String>,
    worst: Option<String>,
}

impl Run {
    fn reads_json(&self) -> bool {
        !(self.json.is_empty()
            && self.count.is_empty()
            && self.finds.is_empty()
            && self.silent.is_empty()
            && self.worst.is_none())
    }

    fn expects_something(&self) -> bool {
        !self.exit.is_empty()
            && (self.reads_json() || !self.says.is_empty() || !self.never.is_empty())
    }
}

/// What is wrong with the answer to a case.
fn judge(folder: &Path) -> Vec<String> {
    let place = Place::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        place.write(&name, fs::read(&path).unwrap());
    }
    let text = fs::read_to_string(folder.join("expected.toml"))
        .unwrap_or_else(|e| panic!("{}: expected.toml: {e}", folder.display()));
    let expected: Expected =
        toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    assert!(!expected.run.is_empty(), "{}", folder.display());
    let mut wrong = Vec::new();
    for run in &expected.run {
        assert!(
            run.expects_something(),
            "{}: a run without expectation",
            folder.display()
        );
        let line = run.args.clone().unwrap_or_else(|| {
            fs::read_to_string(folder.join("command"))
                .unwrap_or_else(|e| panic!("{}: command: {e}", folder.display()))
        });
        let arguments: Vec<&str> = line.split_whitespace().collect();
        wrong.extend(
            against(run, &place, &arguments)
                .into_iter()
                .map(|why| format!("{}: {why}", line.trim())),
        );
    }
    wrong
}

fn against(run: &Run, place: &Place, arguments: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let ran = place.run(arguments);
    if !run.exit.contains(&ran.status) {
        wrong.push(format!("exit status {}, not {:?}", ran.status, run.exit));
    }
    let output = format!("{}{}", ran.out, ran.err).to_lowercase();
    let stands = |words: &String| {
        words
            .split('|')
            .any(|one| output.contains(&one.to_lowercase()))
    };
    for words in run.says.iter().filter(|words| !stands(words)) {
        wrong.push(format!("does not say `{words}`"));
    }
    for words in run.never.iter().filter(|words| stands(words)) {
        wrong.push(format!("says `{words}`"));
    }
    if !run.reads_json() {
        return wrong;
    }
    let is_json = arguments.contains(&"--json") || arguments.contains(&"--format");
    let first: &[&str] = if is_json { &[] } else { &["--json"] };
    let ran = place.run(&[first, arguments].concat());
    let Ok(document) = serde_json::from_str::<Value>(&ran.out) else {
        wrong.push(format!("no JSON document: {}{}", ran.out, ran.err));
        return wrong;
    };
    for (pointer, value) in &run.json {
        let found = document.pointer(pointer);
        if found != Some(value) {
            wrong.push(format!("{pointer} is {found:?}, not {value}"));
        }
    }
    for (pointer, count) in &run.count {
        let found = document.pointer(pointer).and_then(Value::as_array);
        if found.map(Vec::len) != Some(*count) {
            let found = found.map(Vec::len);
            wrong.push(format!("{pointer} has {found:?} members, not {count}"));
        }
    }
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    let fires = |rule: &String| findings.iter().any(|f| f["rule"] == rule.as_str());
    for rule in run.finds.iter().filter(|rule| !fires(rule)) {
        wrong.push(format!("{rule} does not fire"));
    }
    for rule in run.silent.iter().filter(|rule| fires(rule)) {
        wrong.push(format!("{rule} fires"));
    }
    if let Some(worst) = &run.worst {
        let rank = |severity: &str| {
            let known = ["info", "low", "medium", "high", "critical"];
            let at = known.iter().position(|one| *one == severity);
            at.unwrap_or_else(|| panic!("no severity: {severity}"))
        };
        for finding in &findings {
            let severity = finding["severity"].as_str().unwrap_or_default();
            if rank(severity) > rank(worst) {
                wrong.push(format!(
                    "{} is {severity}: {}",
                    finding["rule"], finding["message"]
                ));
            }
        }
    }
    wrong
}

/// Cases whose answer is still wrong. One that has become right fails the test until it is struck out
/// here, so that it stays right.
const OPEN: [&str; 0] = [];

#[test]
fn each_report_is_answered_rightly() {
    let cases = folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/reports"));
    assert!(cases.len() >= 93, "{} cases", cases.len());
    all_right(&cases);
}

#[test]
fn what_real_servers_issue_is_judged_by_what_they_did() {
    let servers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/servers");
    let cases: Vec<_> = folders(&servers)
        .iter()
        .flat_map(|one| folders(one))
        .collect();
    assert!(!cases.is_empty());
    all_right(&cases);
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(of)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn all_right(cases: &[PathBuf]) {
    let answers = crate::frozen::each(cases, |case| judge(case));
    let wrong: Vec<String> = cases
        .iter()
        .zip(answers)
        .map(|(case, wrong)| (case.file_name().unwrap().to_string_lossy(), wrong))
        .filter_map(
            |(name, wrong)| match (OPEN.contains(&&*name), wrong.is_empty()) {
                (false, false) => Some(format!("{name}\n    {}", wrong.join("\n    "))),
                (true, true) => Some(format!("{name} is answered rightly: strike it out of OPEN")),
                _ => None,
            },
        )
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}
