//! The executable copy of the rules of the floors (`ARCHITECTURE.md`): reads every path in `src` and
//! fails where a file reaches upward, sideways without leave, or for a library that is not its own.

mod circles;
mod source;

use std::{
    fs,
    path::{Path, PathBuf},
};

use source::{Piece, paths, pieces};

/// Modules at the top of the crate with their floor.
const FLOORS: [(&str, u8); 15] = [
    ("kit", 0),
    ("jose", 1),
    ("token", 2),
    ("evidence", 2),
    ("oauth", 2),
    ("attack", 2),
    ("chain", 2),
    ("practice", 2),
    ("principal", 2),
    ("risk", 2),
    ("report", 2),
    ("app", 3),
    ("io", 4),
    ("cli", 5),
    ("gui", 5),
];

/// What siblings on floor 2 may import from each other, as prefixes of paths.
const SIBLINGS: [(&str, &[&str]); 8] = [
    ("evidence", &["token"]),
    ("oauth", &["token"]),
    ("attack", &["token", "oauth"]),
    ("practice", &["token", "oauth"]),
    // What the rules said, as data, for a run's expectations; never the rules themselves.
    (
        "chain",
        &[
            "token",
            "oauth",
            "evidence",
            "risk::Severity",
            "risk::Finding",
            "risk::Report",
        ],
    ),
    // Of the protocol only what judges a proof of possession.
    ("risk", &["token", "evidence", "oauth::dpop"]),
    ("principal", &["token", "evidence", "risk"]),
    (
        "report",
        &[
            "token",
            "evidence",
            "oauth",
            "attack",
            "chain",
            "principal",
            "risk",
        ],
    ),
];

/// Libraries that only some modules may name, and those modules (prefixes; `main` is `main.rs`).
const LIBRARIES: [(&[&str], &[&str]); 7] = [
    (
        &[
            "egui",
            "eframe",
            "egui_extras",
            "egui_table",
            "egui_tiles",
            "egui_notify",
            "egui_dnd",
            "nucleo_matcher",
            "egui_material_icons",
            "epaint",
            "emath",
            "winit",
            "rfd",
            "arboard",
        ],
        &["gui"],
    ),
    (&["tokio", "reqwest", "axum", "hyper"], &["io", "main"]),
    (&["jsonwebtoken", "aws_lc_rs"], &["jose::crypto"]),
    (&["clap", "clap_complete"], &["cli", "main"]),
    (&["keyring", "webbrowser", "directories"], &["io"]),
    (&["resvg"], &["report"]),
    (&["tracing_subscriber"], &["cli"]),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 10] = [
    "util", "utils", "helper", "helpers", "common", "types", "misc", "shared", "stuff", "base",
];

/// Lines above which a file must be split.
const MAX_LINES: usize = 800;

/// What is wrong with one file, in words; nothing when all is well.
fn broken(file: &Path, source: &str) -> Vec<String> {
    let module = module_of(file);
    let mut wrong = Vec::new();
    for name in &module {
        if EMPTY_NAMES.contains(&name.as_str()) {
            wrong.push(format!(
                "`{name}` says nothing: name the module after its noun"
            ));
        }
    }
    let lines = source.lines().count();
    if lines > MAX_LINES {
        wrong.push(format!("{lines} lines: split it (at most {MAX_LINES})"));
    }
    let own = module.first().map_or("", String::as_str);
    for path in paths(source, &module) {
        let shown = path.join("::");
        if path[0] == "crate" {
            if let Some(target) = path.get(1)
                && let Err(why) = may_import(own, target, &path[2..])
            {
                wrong.push(format!("`{shown}`: {why}"));
            }
            let io = path.get(1).is_some_and(|target| target == "io");
            if io && own == "gui" && module != ["gui", "shell"] {
                wrong.push(format!(
                    "`{shown}`: in the window gui::shell alone carries out"
                ));
            }
        } else if let Some((_, homes)) = LIBRARIES
            .iter()
            .find(|(names, _)| names.contains(&path[0].as_str()))
        {
            let at = module.join("::");
            let home = homes
                .iter()
                .any(|h| at == *h || at.starts_with(&format!("{h}::")));
            if !home {
                wrong.push(format!("`{shown}`: named only in {}", homes.join(", ")));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn may_import(own: &str, target: &str, rest: &[String]) -> Result<(), String> {
    let floor = |name: &str| FLOORS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f);
    if own.is_empty() || own == "main" || own == target {
        return Ok(());
    }
    if target == "*" {
        return Err("a glob over the whole crate hides what is imported".into());
    }
    let Some(from) = floor(own) else {
        return Err(format!(
            "`{own}` has no floor: add it to the table of this test"
        ));
    };
    let Some(to) = floor(target) else {
        return Err(format!(
            "`{target}` has no floor: name the module, not a re-export"
        ));
    };
    if from > to {
        return Ok(());
    }
    if from < to {
        return Err(format!("floor {from} imports floor {to}: only downward"));
    }
    let wanted = [&[target.to_owned()], rest].concat().join("::");
    let allowed = SIBLINGS
        .iter()
        .find(|(name, _)| *name == own)
        .map_or(&[][..], |(_, list)| list);
    allowed
        .iter()
        .any(|a| wanted == *a || wanted.starts_with(&format!("{a}::")))
        .then_some(())
        .ok_or_else(|| {
            format!(
                "`{own}` may import of its siblings only: {}",
                allowed.join(", ")
            )
        })
}

/// `src/risk/chain.rs` is `["risk", "chain"]`, `src/risk/mod.rs` is `["risk"]`, `src/lib.rs` is `[]`.
fn module_of(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> = file
        .with_extension("")
        .components()
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .skip_while(|c| c != "src")
        .skip(1)
        .collect();
    if parts.last().is_some_and(|p| p == "mod" || p == "lib") {
        parts.pop();
    }
    parts
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_floors_hold() {
    let files = rust_files(&root().join("src"));
    assert!(files.len() > 40, "only {} files were read", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let relative = file.strip_prefix(root()).unwrap();
        for why in broken(relative, &source) {
            wrong.push(format!("{}: {why}", relative.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_module_of_the_crate_has_a_floor() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: Vec<String> = pieces(&lib)
        .windows(2)
        .filter_map(|w| match w {
            [Piece::Word(m), Piece::Word(name)] if m == "mod" => Some(name.clone()),
            _ => None,
        })
        .collect();
    let mut floors: Vec<&str> = FLOORS.iter().map(|(n, _)| *n).collect();
    floors.sort_unstable();
    let mut sorted = declared.clone();
    sorted.sort();
    assert_eq!(sorted, floors);
}

#[test]
fn tests_are_not_endless_either() {
    for file in rust_files(&root().join("tests")) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= MAX_LINES, "{}: {lines} lines", file.display());
    }
}

/// The rules against sources made to break them: (file, source, part of the complaint).
#[test]
fn broken_floors_are_noticed() {
    let bad = [
        (
            "src/kit/text.rs",
            "use crate::jose::Alg;",
            "floor 0 imports floor 1",
        ),
        (
            "src/jose/jwk.rs",
            "fn f() { crate::token::decode::decode(\"\"); }",
            "floor 1 imports floor 2",
        ),
        (
            "src/jose/jwk.rs",
            "use super::super::token::Token;",
            "floor 1 imports floor 2",
        ),
        (
            "src/token/mod.rs",
            "use crate::{kit::json, risk::{Finding, Severity}};",
            "`crate::risk::Finding`",
        ),
        (
            "src/oauth/code.rs",
            "use crate::chain::Chain;",
            "siblings only: token",
        ),
        (
            "src/chain/run.rs",
            "use crate::risk::evaluate;",
            "risk::Severity",
        ),
        (
            "src/chain/run.rs",
            "use crate::risk::SeverityOrder;",
            "risk::Severity",
        ),
        (
            "src/risk/time.rs",
            "use crate::chain::run::Run;",
            "siblings only: token, evidence",
        ),
        (
            "src/principal/graph.rs",
            "use crate::report::graph;",
            "siblings only",
        ),
        (
            "src/app/update.rs",
            "mod tests { use super::super::super::io::http::Http; }",
            "floor 3 imports floor 4",
        ),
        (
            "src/io/http.rs",
            "use crate::cli;",
            "floor 4 imports floor 5",
        ),
        ("src/cli/graph.rs", "use crate::gui::run;", "siblings only"),
        (
            "src/gui/shell.rs",
            "use delegraph::cli::Exit;",
            "siblings only",
        ),
        (
            "src/gui/panels/practice.rs",
            "use crate::io::practice::start;",
            "gui::shell alone",
        ),
        (
            "src/practice/token.rs",
            "use crate::attack::catalogue;",
            "siblings only: token, oauth",
        ),
        (
            "src/app/model.rs",
            "struct S { c: egui::Color32 }",
            "named only in gui",
        ),
        (
            "src/cli/mod.rs",
            "#[tokio::main] fn main() {}",
            "named only in io",
        ),
        (
            "src/chain/run.rs",
            "extern crate reqwest;",
            "named only in io",
        ),
        (
            "src/jose/jws.rs",
            "use aws_lc_rs as lc;",
            "named only in jose::crypto",
        ),
        (
            "src/jose/crypto_more.rs",
            "use jsonwebtoken::Header;",
            "named only in jose::crypto",
        ),
        (
            "src/kit/text.rs",
            "use crate::*;",
            "glob over the whole crate",
        ),
        ("src/kit/utils.rs", "", "says nothing"),
        ("src/app/common/mod.rs", "", "says nothing"),
        ("src/extra/mod.rs", "use crate::kit::json;", "has no floor"),
        (
            "src/app/x.rs",
            "fn f() -> impl Fn(&'static str) { |c| { let _ = 'a'; crate::io::store::x(c) } }",
            "floor 3 imports floor 4",
        ),
    ];
    for (file, source, complaint) in bad {
        let wrong = broken(Path::new(file), source);
        assert!(
            wrong.iter().any(|w| w.contains(complaint)),
            "{file}: {source}\n  expected a complaint with `{complaint}`, got {wrong:?}"
        );
    }
    let long = "\n".repeat(MAX_LINES + 1);
    assert_eq!(broken(Path::new("src/kit/long.rs"), &long).len(), 1);
}

#[test]
fn sound_sources_pass() {
    let good = [
        (
            "src/risk/chain.rs",
            "use crate::{evidence::{Evidence, Hop}, token::Token}; use super::Finding;",
        ),
        (
            "src/chain/mod.rs",
            "pub enum E { No(crate::risk::Severity) }",
        ),
        (
            "src/report/graph.rs",
            "use crate::{principal::Graph, risk, chain::run::Run}; use resvg::usvg;",
        ),
        (
            "src/jose/crypto/rsa.rs",
            "use aws_lc_rs::rsa; use super::super::jwk::Jwk;",
        ),
        (
            "src/gui/canvas/camera.rs",
            "use egui::Vec2; use crate::{app::Model, practice::Faults};",
        ),
        (
            "src/gui/shell.rs",
            "use crate::{app::Model, io::runtime::Runtime};",
        ),
        (
            "src/io/practice/mod.rs",
            "use axum::Router; use crate::app::model::PracticeInfo;",
        ),
        (
            "src/main.rs",
            "use clap::Parser as _; fn main() { delegraph::cli::run(); delegraph::gui::run(); }",
        ),
        (
            "src/kit/text.rs",
            "// crate::gui\n/* /* tokio::spawn */ crate::app */ const A: &str = \"egui::Ui\"; const B: &str = r#\"crate::io \" x\"#; fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' }",
        ),
        (
            "src/app/token.rs",
            "use super::model::Model; mod tests { use super::*; use crate::token::Token; }",
        ),
    ];
    for (file, source) in good {
        assert_eq!(
            broken(Path::new(file), source),
            Vec::<String>::new(),
            "{file}"
        );
    }
}
