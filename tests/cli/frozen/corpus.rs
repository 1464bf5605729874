//! Every capture and every report: each file decoded, linted and drawn, and each report's own command.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use resvg::tiny_skia::Pixmap;

use super::{MOMENT, each, piece, redact};
use crate::{
    harness::Place,
    keep::{frozen, names, root},
};

/// One capture, or the folder of one report.
pub struct Case {
    /// The file, or the folder.
    pub name: String,
    /// Its files, by name.
    pub files: BTreeMap<String, PathBuf>,
    /// The words of the report's own command.
    pub command: Option<Vec<String>>,
}

/// What a report's folder holds beside its input.
const ABOUT: [&str; 3] = ["command", "expected.md", "expected.toml"];

/// All, in order.
pub fn cases() -> Vec<Case> {
    let folder = root().join("tests/corpus");
    let mut cases = Vec::new();
    for name in names(&folder) {
        let path = folder.join(&name);
        if path.is_file() {
            cases.push(Case {
                files: BTreeMap::from([(name.clone(), path)]),
                name,
                command: None,
            });
        }
    }
    for name in names(&folder.join("reports")) {
        let folder = folder.join("reports").join(&name);
        let read = |name: &str| {
            std::fs::read_to_string(folder.join(name))
                .unwrap_or_else(|e| panic!("{}/{name}: {e}", folder.display()))
        };
        for about in ABOUT {
            assert!(!read(about).trim().is_empty(), "{name}: {about} is empty");
        }
        let files: BTreeMap<_, _> = names(&folder)
            .into_iter()
            .filter(|file| !ABOUT.contains(&file.as_str()))
            .map(|file| (file.clone(), folder.join(file)))
            .collect();
        assert!(!files.is_empty(), "{name}: nothing to read");
        let command = read("command");
        let command = command.split_whitespace().map(str::to_owned).collect();
        cases.push(Case {
            command: Some(command),
            files,
            name,
        });
    }
    cases
}

impl Case {
    /// A folder with the case's files, in which its commands run.
    pub fn place(&self) -> Place {
        let place = Place::new();
        for (name, path) in &self.files {
            place.write(name, std::fs::read(path).unwrap());
        }
        place
    }

    /// The files in which the program finds tokens.
    fn with_tokens<'a>(&'a self, place: &Place) -> Vec<&'a str> {
        let holds = |name: &&str| place.run(&["decode", name]).status == 0;
        self.files
            .keys()
            .map(String::as_str)
            .filter(holds)
            .collect()
    }

    fn heard(&self) -> String {
        let place = self.place();
        let mut text = String::new();
        if let Some(command) = &self.command {
            let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
            if !words.contains(&"--at") {
                words.extend(["--at", MOMENT]);
            }
            let piece = piece(&place, &words);
            text.push_str(&if words[0] == "sign" {
                redact::signature(&piece)
            } else {
                piece
            });
            if words[0] == "verify" {
                words.push("--json");
                text.push_str(&super::piece(&place, &words));
            }
        }
        for name in self.files.keys() {
            for command in ["decode", "lint"] {
                text.push_str(&piece(&place, &[command, "--at", MOMENT, name]));
                text.push_str(&piece(&place, &[command, "--at", MOMENT, "--json", name]));
            }
        }
        let several = self.with_tokens(&place);
        if several.len() > 1 {
            for how in [
                &["lint", "--at", MOMENT, "--chain"][..],
                &["lint", "--at", MOMENT, "--chain", "--json"],
            ] {
                text.push_str(&piece(&place, &[how, &several].concat()));
            }
        }
        text
    }

    fn drawn(&self) -> String {
        let place = self.place();
        let several = self.with_tokens(&place);
        let mut text = String::new();
        let mut all: Vec<Vec<&str>> = several.iter().map(|name| vec![*name]).collect();
        if several.len() > 1 {
            all.push(several.clone());
            all.push([&["--chain"][..], &several].concat());
        }
        for files in all {
            for format in ["json", "dot", "mermaid", "graphml", "svg"] {
                let words = [&["graph", "--at", MOMENT, "--format", format][..], &files].concat();
                text.push_str(&piece(&place, &words));
            }
            let words = [&["graph", "--at", MOMENT, "--out", "graph.png"][..], &files].concat();
            text.push_str(&piece(&place, &words));
            text.push_str(&digest(&place.path("graph.png")));
        }
        text
    }
}

/// Size and digest of the pixels: not of the file, which says how well it was packed as well.
fn digest(picture: &Path) -> String {
    let bytes = std::fs::read(picture).unwrap();
    let picture = Pixmap::decode_png(&bytes).unwrap();
    // FNV-1a.
    let hash = picture
        .data()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{} x {} {hash:016x}\n\n", picture.width(), picture.height())
}

#[test]
fn frozen_corpus_is_read_and_judged_as_before() {
    let cases = cases();
    let texts = each(&cases, |case| (case.name.clone(), case.heard()));
    frozen("corpus", &texts);
}

#[test]
fn frozen_corpus_is_drawn_as_before() {
    let cases = cases();
    let texts = each(&cases, |case| (case.name.clone(), case.drawn()));
    let drawn: Vec<_> = texts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect();
    frozen("graphs", &drawn);
}
