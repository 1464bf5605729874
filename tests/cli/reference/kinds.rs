//! The kinds of nodes, from what their files say of their settings.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use delegraph::chain::Step;

use super::table;
use crate::keep::root;

/// A setting: its name, its type in words, what it is, and the type as Rust writes it.
struct Setting {
    name: String,
    kind: &'static str,
    about: String,
    rust: String,
}

/// A struct that is read from a chain's file.
struct Settings {
    about: String,
    fields: Vec<Setting>,
}

/// The structs of a source with the docs of their fields.
fn structs(source: &str) -> BTreeMap<String, Settings> {
    let mut found = BTreeMap::new();
    let mut docs = String::new();
    let mut open: Option<(String, Settings)> = None;
    for line in source.lines() {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("///") {
            docs.push_str(doc);
        } else if let Some(name) = line
            .strip_prefix("pub struct ")
            .and_then(|rest| rest.strip_suffix(" {"))
        {
            let settings = Settings {
                about: docs.trim().to_owned(),
                fields: Vec::new(),
            };
            open = Some((name.to_owned(), settings));
            docs.clear();
        } else if line == "}" {
            found.extend(open.take());
        } else if let (Some((_, settings)), Some((name, rust))) = (
            &mut open,
            line.strip_prefix("pub ")
                .and_then(|field| field.trim_end_matches(',').split_once(": ")),
        ) {
            settings.fields.push(Setting {
                name: name.to_owned(),
                kind: in_words(rust),
                about: docs.trim().to_owned(),
                rust: rust.to_owned(),
            });
            docs.clear();
        } else if !line.starts_with("#[") {
            docs.clear();
        }
    }
    found
}

/// A type of Rust as TOML has it.
fn in_words(rust: &str) -> &'static str {
    match rust {
        "String" => "text, required",
        "Vec<String>" => "list of texts",
        "Option<String>" => "text",
        "u64" | "u32" => "number, required",
        "Option<u64>" | "Option<u32>" => "number",
        "bool" => "true or false",
        "[f32; 2]" | "Option<[f32; 2]>" => "two numbers",
        "Option<Dpop>" => "`generated`, `none` or `key:NAME`",
        "Vec<Expect>" => "list of expectations",
        _ => "see below",
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The rows of a struct, with those of what is flattened into it.
fn rows(settings: &Settings, known: &BTreeMap<String, Settings>) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for field in &settings.fields {
        match known.get(&field.rust) {
            Some(inner) => all.extend(rows(inner, known)),
            None if field.rust == "Step" => {}
            None => all.push(vec![
                format!("`{}`", field.name),
                field.kind.to_owned(),
                field.about.clone(),
            ]),
        }
    }
    all
}

pub fn page() -> String {
    let chain = root().join("src/chain");
    let mut known = BTreeMap::new();
    for file in ["mod.rs", "token_request.rs"] {
        known.extend(structs(&read(&chain.join(file))));
    }
    let head = ["setting", "is", "what"];
    let mut page = String::from(
        "A chain is a TOML file: `version = 1`, `name`, `title`, `about`, `faults`, and a `[[node]]` for each node.\n\n\
         ## Every node\n\n",
    );
    let node = known.remove("Node").expect("the settings of every node");
    let mut all = vec![vec![
        "`kind`".to_owned(),
        "text, required".to_owned(),
        "Which of the kinds below.".to_owned(),
    ]];
    all.extend(rows(&node, &known));
    page.push_str(&table(&head, all));
    for kind in Step::NAMES {
        let own = structs(&read(&chain.join(format!("kinds/{kind}.rs"))));
        let wanted = kind.replace('_', "");
        let (_, settings) = own
            .iter()
            .find(|(name, _)| name.to_lowercase() == wanted)
            .unwrap_or_else(|| panic!("{kind}: no settings of that name"));
        let _ = write!(page, "## `{kind}`\n\n{}\n\n", settings.about);
        page.push_str(&table(&head, rows(settings, &known)));
    }
    page
}
