//! Files that use each other in a circle, directly or through others: none of them can be read, tested or
//! moved alone. What one module re-exports counts as used where it is defined; that a module declares
//! its children and re-exports them is no use, and neither is what tests use.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use super::{
    FLOORS, module_of, root, rust_files,
    source::{Named, Piece, named, pieces},
};

/// For each module at the top: how many of its files stand in circles of more than one file, and how
/// many the largest of these has. What is written here is what is measured: a number that grows is to be
/// mended in the code, one that shrinks is written down, so that it cannot grow again.
const CIRCLES: &[(&str, usize, usize)] = &[
    ("token", 9, 6),
    ("chain", 9, 9),
    ("risk", 7, 3),
    ("gui", 2, 2),
];

/// A file of `src` with what it defines and names.
struct File {
    module: Vec<String>,
    defines: BTreeSet<String>,
    named: Vec<Named>,
}

/// All files, each with its place by its module.
struct Files {
    files: Vec<File>,
    places: HashMap<Vec<String>, usize>,
}

impl Files {
    fn read(sources: impl IntoIterator<Item = (Vec<String>, String)>) -> Self {
        let files: Vec<File> = sources
            .into_iter()
            .map(|(module, source)| File {
                defines: defined(&source),
                named: named(&source, &module)
                    .into_iter()
                    .filter(|n| !n.in_tests)
                    .collect(),
                module,
            })
            .collect();
        let places = files
            .iter()
            .enumerate()
            .map(|(n, file)| (file.module.clone(), n))
            .collect();
        Self { files, places }
    }

    /// The file that a path from the crate's root leads to; none where it names a module as such.
    fn target(&self, path: &[String], depth: usize) -> Option<usize> {
        let mut module: Vec<String> = Vec::new();
        for name in path.iter().skip(1) {
            if name == "self" {
                continue;
            }
            let inner = [module.as_slice(), std::slice::from_ref(name)].concat();
            if self.places.contains_key(&inner) {
                module = inner;
            } else if name == "*" {
                return self.places.get(&module).copied();
            } else {
                return self.item(&module, name, depth);
            }
        }
        None
    }

    /// The file that defines what a module calls `name`.
    fn item(&self, module: &[String], name: &str, depth: usize) -> Option<usize> {
        let here = *self.places.get(module)?;
        let file = &self.files[here];
        if depth == 0 || file.defines.contains(name) {
            return Some(here);
        }
        let uses = |wanted: &'static str| {
            file.named
                .iter()
                .filter(move |n| n.as_name.as_deref() == Some(wanted))
        };
        if let Some(used) = file
            .named
            .iter()
            .find(|n| n.as_name.as_deref() == Some(name))
        {
            let path = self.whole(here, &used.path);
            return (path[0] == "crate").then(|| self.target(&path, depth - 1))?;
        }
        for used in uses("*") {
            let path = self.whole(here, &used.path);
            let inner = &path[1.min(path.len() - 1)..path.len() - 1];
            if path[0] == "crate"
                && inner != module
                && let Some(found) = self.item(inner, name, depth - 1)
                && self.files[found].defines.contains(name)
            {
                return Some(found);
            }
        }
        Some(here)
    }

    /// A path from the crate's root, where its first word is a child or a name that the file imports.
    fn whole(&self, file: usize, path: &[String]) -> Vec<String> {
        let File { module, named, .. } = &self.files[file];
        if path[0] == "crate" {
            return path.to_vec();
        }
        let child = [module.as_slice(), &path[..1]].concat();
        if self.places.contains_key(&child) {
            return [&["crate".to_owned()], module.as_slice(), path].concat();
        }
        let import = named
            .iter()
            .find(|n| n.as_name.as_deref() == Some(&path[0]) && n.path[0] == "crate");
        match import {
            Some(import) => [import.path.as_slice(), &path[1..]].concat(),
            None => path.to_vec(),
        }
    }

    /// Which files each file uses.
    fn uses(&self) -> Vec<Vec<usize>> {
        let used = |n: usize| {
            let named = self.files[n].named.iter().filter(|named| !named.handed_on);
            let used = named.filter_map(|named| self.target(&self.whole(n, &named.path), 8));
            let used: BTreeSet<usize> = used.filter(|used| *used != n).collect();
            used.into_iter().collect()
        };
        (0..self.files.len()).map(used).collect()
    }

    /// The circles of more than one file, largest first.
    fn circles(&self) -> Vec<Vec<usize>> {
        let uses = self.uses();
        let reached: Vec<BTreeSet<usize>> = (0..uses.len())
            .map(|start| {
                let mut reached = BTreeSet::new();
                let mut next = uses[start].clone();
                while let Some(n) = next.pop() {
                    if reached.insert(n) {
                        next.extend(&uses[n]);
                    }
                }
                reached
            })
            .collect();
        let mut circles: Vec<Vec<usize>> = Vec::new();
        for n in 0..uses.len() {
            let circle = || {
                reached[n]
                    .iter()
                    .copied()
                    .filter(|m| reached[*m].contains(&n))
            };
            // Each circle is told by its first file.
            if circle().next() == Some(n) {
                circles.push(circle().collect());
            }
        }
        circles.retain(|circle| circle.len() > 1);
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
        circles
    }
}

/// The names of what a source defines.
fn defined(source: &str) -> BTreeSet<String> {
    const KINDS: [&str; 9] = [
        "fn",
        "struct",
        "enum",
        "union",
        "trait",
        "type",
        "const",
        "static",
        "macro_rules",
    ];
    let pieces: Vec<Piece> = pieces(source)
        .into_iter()
        .filter(|piece| *piece != Piece::Sign('!'))
        .collect();
    pieces
        .windows(2)
        .filter_map(|pair| match pair {
            [Piece::Word(kind), Piece::Word(name)] if KINDS.contains(&kind.as_str()) => {
                Some(name.clone())
            }
            _ => None,
        })
        .collect()
}

fn is_test(module: &[String]) -> bool {
    module.iter().any(|name| name == "tests")
}

/// For each module at the top: its files, those in circles, the largest circle; and the circles in words.
fn measured() -> (BTreeMap<String, [usize; 3]>, String) {
    let sources = rust_files(&root().join("src")).into_iter().map(|file| {
        let module = module_of(file.strip_prefix(root()).unwrap());
        (module, std::fs::read_to_string(&file).unwrap())
    });
    let files = Files::read(sources.filter(|(module, _)| !is_test(module)));
    let top = |n: usize| files.files[n].module.first().cloned().unwrap_or_default();
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for n in 0..files.files.len() {
        table.entry(top(n)).or_default()[0] += 1;
    }
    let mut words = String::new();
    for circle in files.circles() {
        for n in &circle {
            let row = table.entry(top(*n)).or_default();
            row[1] += 1;
            row[2] = row[2].max(circle.len());
        }
        let names: Vec<String> = circle
            .iter()
            .map(|n| files.files[*n].module.join("::"))
            .collect();
        words.push_str(&format!("{} files: {}\n", circle.len(), names.join(", ")));
    }
    (table, words)
}

#[test]
fn circles_of_files_do_not_grow() {
    let (table, circles) = measured();
    let mut wrong = Vec::new();
    for (name, _) in FLOORS {
        let [_, files, largest] = table.get(name).copied().unwrap_or_default();
        let kept = CIRCLES
            .iter()
            .find(|(module, ..)| *module == name)
            .map_or([0, 0], |(_, files, largest)| [*files, *largest]);
        if kept != [files, largest] {
            let better = files <= kept[0] && largest <= kept[1];
            wrong.push(format!(
                "{name}: {files} files in circles, {largest} in the largest; written down {} and {}: {}",
                kept[0],
                kept[1],
                if better { "write the new numbers down" } else { "a new circle" }
            ));
        }
    }
    let rows: String = table
        .iter()
        .map(|(name, [all, files, largest])| format!("{name:10} {all:4} {files:4} {largest:4}\n"))
        .collect();
    assert!(
        wrong.is_empty(),
        "\n{}\n\nmodule    files  in circles, the largest\n{rows}\n{circles}",
        wrong.join("\n")
    );
}

#[test]
fn circles_are_found_through_what_is_handed_on() {
    let read = |sources: &[(&str, &str)]| {
        let sources = sources
            .iter()
            .map(|(file, source)| (module_of(Path::new(file)), (*source).to_owned()));
        let files = Files::read(sources);
        let circles = files.circles();
        circles
            .iter()
            .map(|c| {
                c.iter()
                    .map(|n| files.files[*n].module.join("::"))
                    .collect()
            })
            .collect::<Vec<Vec<String>>>()
    };
    // A folder that only hands on what its files hold makes no circle of them.
    let folder = [
        (
            "src/a/mod.rs",
            "mod one; mod two; pub use one::One; pub(crate) use two::*;",
        ),
        ("src/a/one.rs", "use super::Two; pub struct One(Two);"),
        (
            "src/a/two.rs",
            "pub struct Two; mod tests { use super::super::One; }",
        ),
    ];
    assert_eq!(read(&folder), Vec::<Vec<String>>::new());
    let mut circle = folder;
    circle[2].1 = "use crate::a; pub struct Two(Box<a::One>);";
    assert_eq!(read(&circle), [["a::one", "a::two"]]);
    circle[2].1 = "pub struct Two(Box<crate::a::One>);";
    assert_eq!(read(&circle), [["a::one", "a::two"]]);
    // One that works with them as well is in it.
    let mut works = folder;
    works[0].1 = "mod one; mod two; pub use one::One; pub fn f() { two::g() }";
    works[2].1 = "pub struct Two; pub fn g() { super::f() }";
    assert_eq!(read(&works), [["a", "a::two"]]);
}
