//! `docs/reference`, written from what the program is: each page is compared with what it must be, and
//! written anew with `INSTA_UPDATE=always`.

mod kinds;
mod shapes;

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};
use delegraph::{attack, cli::Args, risk};
use serde_json::Value;

use crate::{
    harness::Place,
    keep::{names, root},
};

/// A page: its file, its title, and what writes it.
type Page = (&'static str, &'static str, fn() -> String);

const PAGES: &[Page] = &[
    ("commands.md", "Commands", commands),
    ("exit-status.md", "Exit status", exit_status),
    ("json.md", "JSON output", shapes::page),
    ("rules.md", "Rules", rules),
    ("forgeries.md", "Forgeries", forgeries),
    ("faults.md", "Faults of the practice server", faults),
    ("node-kinds.md", "Kinds of nodes", kinds::page),
];

/// Pages that no part of the program knows; `servers.rs` reads their examples.
const BY_HAND: &[(&str, &str)] = &[("chain-file.md", "Chain files")];

#[test]
fn reference_is_what_the_program_is() {
    let folder = root().join("docs/reference");
    let rewrite = std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always");
    let mut stale = Vec::new();
    let mut index = String::from(
        "# Reference\n\nWritten by a test (`tests/cli/reference.rs`) from what the program is. After a change:\n\
         `INSTA_UPDATE=always cargo test --test cli reference`.\n\n",
    );
    let mut pages: Vec<(&str, String)> = Vec::new();
    for &(file, title, write) in PAGES {
        let _ = writeln!(index, "- [{title}]({file})");
        pages.push((file, format!("# {title}\n\n{}\n", write().trim_end())));
    }
    for &(file, title) in BY_HAND {
        let _ = writeln!(index, "- [{title}]({file}), written by hand");
    }
    pages.push(("README.md", index));
    for (file, text) in &pages {
        let path = folder.join(file);
        if std::fs::read_to_string(&path).ok().as_ref() == Some(text) {
            continue;
        }
        if rewrite {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
        } else {
            stale.push(*file);
        }
    }
    assert!(
        stale.is_empty(),
        "stale in docs/reference: {stale:?}; INSTA_UPDATE=always cargo test --test cli reference"
    );
    let mut known: Vec<&str> = pages.iter().map(|(file, _)| *file).collect();
    known.extend(BY_HAND.iter().map(|(file, _)| *file));
    known.sort_unstable();
    assert_eq!(names(&folder), known, "pages that nothing writes");
}

/// A cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A table with these columns.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|c| cell(c)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    text
}

/// The document that a command writes with `--json`.
fn document(words: &[&str]) -> Value {
    Place::new().json(0, words)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn commands() -> String {
    let mut page = String::from(
        "Options of all commands stand before or after the command. `-` or no FILE reads standard input.\n\n",
    );
    command_pages(&Place::new(), &[], &Args::command(), &mut page);
    page
}

fn command_pages(place: &Place, path: &[&str], command: &Command, page: &mut String) {
    let ran = place.run(&[path, &["--help"]].concat());
    let name = [&["delegraph"], path].concat().join(" ");
    let _ = write!(page, "## {name}\n\n```text\n{}```\n\n", ran.out);
    for inner in command.get_subcommands() {
        command_pages(place, &[path, &[inner.get_name()]].concat(), inner, page);
    }
}

fn exit_status() -> String {
    let statuses = [
        ("0", "done and good"),
        (
            "1",
            "done and bad: not verified, a finding at or above `--fail-on`, an expectation broken, a forgery accepted",
        ),
        (
            "2",
            "usage: the command line asks for something that makes no sense",
        ),
        ("3", "could not be done: a file, the network, a server"),
    ];
    let mut page = table(
        &["status", "means"],
        statuses.map(|(status, means)| vec![status.to_owned(), means.to_owned()]),
    );
    page.push_str(
        "With `--json` a command that could not be done writes `{\"error\": …}` to standard output and the same to standard error.\n\n",
    );
    own_words(&[], &Args::command(), &mut page);
    page
}

/// What single commands say of their exit status.
fn own_words(path: &[&str], command: &Command, page: &mut String) {
    let words = command.get_after_help().map(ToString::to_string);
    if let Some(words) = words.filter(|words| words.contains("xit status")) {
        let name = [&["delegraph"], path].concat().join(" ");
        let _ = write!(page, "`{name}`: {words}\n\n");
    }
    for inner in command.get_subcommands() {
        own_words(&[path, &[inner.get_name()]].concat(), inner, page);
    }
}

fn rules() -> String {
    let all = risk::rules::ALL;
    let mut page = String::from(
        "A rule whose operand is missing is not evaluable: that is never a pass. Surroundings raise and lower a \
         severity, but never below the rule's floor.\n\n",
    );
    page.push_str(&table(
        &["rule", "title", "severity", "floor"],
        all.iter().map(|rule| {
            vec![
                format!("[{}](#{})", rule.id, rule.id.to_lowercase()),
                rule.title.to_owned(),
                rule.severity.name().to_owned(),
                rule.floor.name().to_owned(),
            ]
        }),
    ));
    for rule in all {
        let _ = write!(
            page,
            "## {}\n\n**{}** ({})\n\n",
            rule.id,
            rule.title,
            rule.severity.name()
        );
        for (what, words) in [
            ("Fires when", rule.condition),
            ("Why", rule.why),
            ("Fix", rule.fix),
            ("False positives", rule.false_positives),
            ("Source", rule.source),
        ] {
            if !words.is_empty() {
                let _ = writeln!(page, "- {what}: {words}");
            }
        }
        page.push('\n');
    }
    page
}

fn forgeries() -> String {
    let mut page = String::from(
        "`delegraph forge NAME`; several joined by `+` are applied one after the other.\n\n",
    );
    for &family in attack::FAMILIES {
        let _ = write!(page, "## {}\n\n{}\n\n", family.title, family.says);
        let own = attack::catalogue().iter().filter(|f| f.family == family);
        page.push_str(&table(
            &["name", "changes", "a correct server", "source"],
            own.map(|forgery| {
                vec![
                    format!("`{}`", forgery.name),
                    forgery.mutates.to_owned(),
                    forgery.answer.to_owned(),
                    forgery.source.to_owned(),
                ]
            }),
        ));
    }
    page
}

fn faults() -> String {
    let listed = document(&["practice", "--list-faults"]);
    let faults = listed["faults"].as_array().unwrap();
    String::from(
        "`delegraph practice --fault NAME` switches one on; each changes one decision and nothing else.\n\n",
    ) + &table(
        &["fault", "breaks"],
        faults.iter().map(|fault| {
            vec![
                format!("`{}`", text(fault, "name")),
                text(fault, "breaks").to_owned(),
            ]
        }),
    )
}
