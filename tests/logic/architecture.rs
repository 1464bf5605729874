//! The executable copy of the rules of the floors (`ARCHITECTURE.md`): reads every path in `src` and
//! fails where a file reaches upward, sideways without leave, or for a library that is not its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

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
    ("risk", &["token", "evidence"]),
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
const LIBRARIES: [(&[&str], &[&str]); 8] = [
    (
        &[
            "egui",
            "eframe",
            "egui_extras",
            "egui_table",
            "egui_tiles",
            "egui_notify",
            "egui_dnd",
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
    (&["anyhow"], &["cli", "main"]),
    (&["keyring", "spiffe", "webbrowser", "directories"], &["io"]),
    (&["resvg"], &["report"]),
    (&["tracing_subscriber"], &["main", "cli"]),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 10] = [
    "util", "utils", "helper", "helpers", "common", "types", "misc", "shared", "stuff", "base",
];

/// Lines above which a file must be split.
const MAX_LINES: usize = 800;

/// A word or a sign of Rust source; comments and literals are gone.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Word(String),
    PathSep,
    Sign(char),
}

/// Splits source into words and signs. Knows comments, strings (raw and byte ones as well),
/// characters and lifetimes, so that none of their contents is taken for code.
fn pieces(source: &str) -> Vec<Piece> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                while i < chars.len() {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            '"' => i = after_string(&chars, i),
            '\'' => {
                // A character is closed by a quote after one character or an escape; else a lifetime.
                if at(i + 1) == '\\' {
                    i += 3;
                    while i < chars.len() && at(i) != '\'' {
                        i += 1;
                    }
                    i += 1;
                } else if at(i + 2) == '\'' {
                    i += 3;
                } else {
                    i += 1;
                }
            }
            ':' if at(i + 1) == ':' => {
                out.push(Piece::PathSep);
                i += 2;
            }
            c if c.is_alphabetic() || c == '_' => {
                let start = i;
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
                let word: String = chars[start..i].iter().collect();
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                if raw && (at(i) == '"' || (at(i) == '#' && matches!(at(i + 1), '"' | '#'))) {
                    i = after_raw_string(&chars, i);
                } else if matches!(word.as_str(), "b" | "c") && at(i) == '"' {
                    i = after_string(&chars, i);
                } else if word == "r" && at(i) == '#' {
                    i += 1; // a raw identifier: its name follows
                } else {
                    out.push(Piece::Word(word));
                }
            }
            c if c.is_numeric() => {
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
            }
            c => {
                if !c.is_whitespace() {
                    out.push(Piece::Sign(c));
                }
                i += 1;
            }
        }
    }
    out
}

fn after_string(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn after_raw_string(chars: &[char], mut i: usize) -> usize {
    let start = i;
    while chars.get(i) == Some(&'#') {
        i += 1;
    }
    let hashes = i - start;
    i += 1;
    while i < chars.len() {
        if chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#')) {
            return i + 1 + hashes;
        }
        i += 1;
    }
    i
}

/// Every path that the source names, as segments from the crate's root (`crate` first) or from a
/// library or local name. `module` is where the file stands, `["risk", "chain"]`.
fn paths(source: &str, module: &[String]) -> Vec<Vec<String>> {
    let pieces = pieces(source);
    let mut found = Vec::new();
    let mut inline: Vec<(String, usize)> = Vec::new(); // `mod name {` with the depth of its brace
    let mut depth = 0;
    let mut i = 0;
    while i < pieces.len() {
        match &pieces[i] {
            Piece::Sign('{') => {
                depth += 1;
                i += 1;
            }
            Piece::Sign('}') => {
                depth -= 1;
                if inline.last().is_some_and(|(_, d)| *d > depth) {
                    inline.pop();
                }
                i += 1;
            }
            Piece::Word(word) if word == "mod" => {
                if let (Some(Piece::Word(name)), Some(Piece::Sign('{'))) =
                    (pieces.get(i + 1), pieces.get(i + 2))
                {
                    depth += 1;
                    inline.push((name.clone(), depth));
                    i += 3;
                } else {
                    i += 1;
                }
            }
            Piece::Word(word) if word == "extern" => {
                if let (Some(Piece::Word(krate)), Some(Piece::Word(name))) =
                    (pieces.get(i + 1), pieces.get(i + 2))
                    && krate == "crate"
                {
                    found.push(vec![name.clone()]);
                    i += 3;
                } else {
                    i += 1;
                }
            }
            Piece::Word(word) if word == "use" => {
                i += 1;
                let mut flat = Vec::new();
                i = use_tree(&pieces, i, &mut Vec::new(), &mut flat);
                found.extend(flat.into_iter().map(|p| resolve(p, module, &inline)));
            }
            Piece::Word(word) => {
                let mut path = vec![word.clone()];
                let qualified = i > 0 && pieces[i - 1] == Piece::PathSep;
                i += 1;
                while let (Some(Piece::PathSep), Some(Piece::Word(next))) =
                    (pieces.get(i), pieces.get(i + 1))
                {
                    path.push(next.clone());
                    i += 2;
                }
                if path.len() > 1 && !qualified {
                    found.push(resolve(path, module, &inline));
                }
            }
            _ => i += 1,
        }
    }
    found
}

/// Reads one use tree from `i`, pushes its flat paths, gives the place after it.
fn use_tree(
    pieces: &[Piece],
    mut i: usize,
    prefix: &mut Vec<String>,
    flat: &mut Vec<Vec<String>>,
) -> usize {
    let length = prefix.len();
    loop {
        match pieces.get(i) {
            Some(Piece::PathSep) => i += 1,
            Some(Piece::Word(word)) if word == "as" => i += 2,
            Some(Piece::Word(word)) => {
                prefix.push(word.clone());
                i += 1;
            }
            Some(Piece::Sign('*')) => {
                prefix.push("*".into());
                i += 1;
            }
            Some(Piece::Sign('{')) => {
                i += 1;
                while !matches!(pieces.get(i), Some(Piece::Sign('}')) | None) {
                    i = use_tree(pieces, i, prefix, flat);
                    if pieces.get(i) == Some(&Piece::Sign(',')) {
                        i += 1;
                    }
                }
                prefix.truncate(length);
                return i + 1;
            }
            _ => break,
        }
    }
    if prefix.len() > length {
        flat.push(prefix.clone());
    }
    prefix.truncate(length);
    i
}

/// Turns `self`, `super` and `delegraph` into paths from `crate`.
fn resolve(path: Vec<String>, module: &[String], inline: &[(String, usize)]) -> Vec<String> {
    let here = || {
        let mut here: Vec<String> = vec!["crate".into()];
        here.extend(module.iter().cloned());
        here.extend(inline.iter().map(|(name, _)| name.clone()));
        here
    };
    match path[0].as_str() {
        "delegraph" => [vec!["crate".into()], path[1..].to_vec()].concat(),
        "self" => [here(), path[1..].to_vec()].concat(),
        "super" => {
            let mut at = here();
            let mut rest = path.as_slice();
            while rest.first().is_some_and(|s| s == "super") {
                if at.len() > 1 {
                    at.pop();
                }
                rest = &rest[1..];
            }
            [at, rest.to_vec()].concat()
        }
        _ => path,
    }
}

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
            "use egui::Vec2; use crate::{app::Model, io::runtime::Runtime};",
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
