//! What the documents of `--json` hold, from documents that the commands write.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::Value;

use super::table;
use crate::{
    frozen::{
        MOMENT,
        corpus::{Case, cases},
        each,
    },
    harness::Place,
};

/// Members whose own members are data of others: claims, headers, keys.
const FOREIGN: [&str; 9] = [
    "header",
    "payload",
    "claims",
    "headers",
    "body",
    "unprotected",
    "key",
    "value",
    "expect",
];

/// What was seen at one place of a document.
#[derive(Default)]
struct Shape {
    kinds: BTreeSet<&'static str>,
    /// How many objects were seen here.
    objects: usize,
    /// Members in the order in which they were first seen, and in how many objects.
    members: Vec<(String, usize, Shape)>,
    items: Option<Box<Shape>>,
}

impl Shape {
    fn take(&mut self, value: &Value, foreign: bool) {
        self.kinds.insert(match value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        });
        match value {
            Value::Object(members) if !foreign => {
                self.objects += 1;
                for (name, value) in members {
                    let place = self.members.iter().position(|(known, ..)| known == name);
                    let place = place.unwrap_or_else(|| {
                        self.members.push((name.clone(), 0, Self::default()));
                        self.members.len() - 1
                    });
                    let (_, seen, shape) = &mut self.members[place];
                    *seen += 1;
                    shape.take(value, FOREIGN.contains(&name.as_str()));
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.items.get_or_insert_default().take(item, foreign);
                }
            }
            _ => {}
        }
    }

    fn rows(&self, path: &str, rows: &mut Vec<Vec<String>>) {
        for (name, seen, shape) in &self.members {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            shape.row(&path, *seen == self.objects, rows);
        }
    }

    fn row(&self, path: &str, always: bool, rows: &mut Vec<Vec<String>>) {
        let mut kinds: Vec<&str> = self.kinds.iter().copied().collect();
        if path.rsplit('.').next() == Some("value") && !path.contains(".request.") {
            kinds = vec!["anything"];
        }
        rows.push(vec![
            format!("`{path}`"),
            kinds.join(" or "),
            if always { "always" } else { "where it applies" }.to_owned(),
        ]);
        self.rows(path, rows);
        if let Some(items) = &self.items {
            let path = format!("{path}[]");
            if items.members.is_empty() {
                let kinds: Vec<&str> = items.kinds.iter().copied().collect();
                if kinds != ["object"] {
                    rows.push(vec![format!("`{path}`"), kinds.join(" or "), String::new()]);
                }
            } else {
                items.rows(&path, rows);
            }
        }
    }
}

/// What the commands of these words write, as far as they can be carried out.
fn written(place: &Place, commands: &[Vec<&str>]) -> Vec<Value> {
    commands
        .iter()
        .filter_map(|words| {
            let ran = place.run(&[&["--json", "--at", MOMENT], words.as_slice()].concat());
            (ran.status < 2).then(|| serde_json::from_str(&ran.out).unwrap())
        })
        .collect()
}

/// What a command writes of each file of the corpus, and of all files of a case together.
fn of_files(cases: &[Case], command: &[&str]) -> Vec<Value> {
    let of_case = |case: &Case| {
        let files: Vec<&str> = case.files.keys().map(String::as_str).collect();
        let mut commands: Vec<Vec<&str>> = files
            .iter()
            .map(|file| [command, &[*file]].concat())
            .collect();
        commands.push([command, &files].concat());
        written(&case.place(), &commands)
    };
    each(cases, of_case).concat()
}

/// What the reports' own commands of this name write.
fn of_reports(cases: &[Case], name: &str) -> Vec<Value> {
    let of_case = |case: &Case| {
        let words = case.command.iter().flatten().map(String::as_str);
        // The moment is given already.
        let mut words: Vec<&str> = words.collect();
        words.retain(|word| *word != "--at" && *word != MOMENT);
        match words.first() {
            Some(first) if *first == name => written(&case.place(), &[words]),
            _ => Vec::new(),
        }
    };
    each(cases, of_case).concat()
}

pub fn page() -> String {
    let mut page = String::from(
        "With `--json` a command writes one document to standard output and nothing else there. What claims, headers \
         and answers hold is up to those who wrote them, and is not listed.\n\n",
    );
    let cases = cases();
    let run = |words: &[&str]| -> Vec<Value> {
        let ran = Place::new().run(&[&["--json"], words].concat());
        vec![serde_json::from_str(&ran.out).unwrap()]
    };
    let runs = ["sample", "sample-risky", "sample-dpop"].map(|name| run(&["chain", "run", name]));
    let lint = [["lint"].as_slice(), &["lint", "--chain"]].map(|words| of_files(&cases, words));
    let all = [
        ("decode", of_files(&cases, &["decode"])),
        ("verify", of_reports(&cases, "verify")),
        ("decrypt", of_reports(&cases, "decrypt")),
        ("sign", of_reports(&cases, "sign")),
        ("lint", lint.concat()),
        ("graph --format json", of_files(&cases, &["graph"])),
        ("diff", of_files(&cases, &["diff"])),
        ("chain run", runs.concat()),
        ("chain list", run(&["chain", "list"])),
        ("forge --list", run(&["forge", "--list"])),
        (
            "practice --list-faults",
            run(&["practice", "--list-faults"]),
        ),
    ];
    for (name, documents) in all {
        assert!(!documents.is_empty(), "{name} wrote nothing");
        let mut shape = Shape::default();
        for document in &documents {
            shape.take(document, false);
        }
        let mut rows = Vec::new();
        shape.rows("", &mut rows);
        let _ = write!(page, "## {name}\n\n");
        page.push_str(&table(&["member", "is", "there"], rows));
    }
    page
}
