//! What `deny.toml` asks for, checked offline by cargo itself: licences, one cryptography library,
//! one version of egui, nothing from outside the registry; and a headless build without egui.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// The features that this test was built with: of others, the packages may not be at hand.
fn features() -> String {
    let all = [
        ("gui", cfg!(feature = "gui")),
        ("keyring", cfg!(feature = "keyring")),
        ("inspection", cfg!(feature = "inspection")),
    ];
    let on: Vec<&str> = all.iter().filter(|(_, on)| *on).map(|(n, _)| *n).collect();
    on.join(",")
}

/// The machine that cargo builds for.
fn host() -> String {
    let output = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

/// Runs cargo as the tests were run, without the network.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

struct Package {
    name: String,
    version: String,
    license: String,
    /// Where it comes from when that is not the registry.
    elsewhere: Option<String>,
}

/// The packages that this build uses, those of tests and build scripts included.
fn packages() -> Vec<Package> {
    let text = cargo(&[
        "tree",
        "--no-default-features",
        "--features",
        &features(),
        "--edges=normal,build,dev",
        "--prefix=none",
        "--no-dedupe",
        "--format={p}\t{l}",
        "--target",
        &host(),
    ]);
    let lines: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 300, "only {} packages were read", lines.len());
    lines
        .into_iter()
        .map(|line| {
            let (package, license) = line.split_once('\t').unwrap();
            let mut words = package.split(' ');
            let name = words.next().unwrap().to_owned();
            let version = words.next().unwrap().to_owned();
            let elsewhere = words
                .map(|w| w.trim_matches(['(', ')']).to_owned())
                .find(|w| w != "proc-macro" && name != "delegraph");
            Package {
                name,
                version,
                license: license.to_owned(),
                elsewhere,
            }
        })
        .collect()
}

fn deny() -> toml::Table {
    include_str!("../../deny.toml").parse().unwrap()
}

fn strings(value: &toml::Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap())
        .collect()
}

/// Whether an SPDX expression is satisfied by the licences that are allowed. Knows `AND`, `OR`,
/// `WITH`, brackets, and the old `/` for `OR`.
fn satisfied(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let result = either(&words, &mut at, allowed);
    result && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut result = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        result |= both(words, at, allowed);
    }
    result
}

fn both(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut result = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        result &= one(words, at, allowed);
    }
    result
}

fn one(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let result = either(words, at, allowed);
        *at += 1;
        return result;
    }
    let mut name = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&name.as_str())
}

#[test]
fn licences_are_allowed() {
    let deny = deny();
    let allowed = strings(&deny["licenses"]["allow"]);
    let bad: Vec<String> = packages()
        .iter()
        .filter(|p| !satisfied(&p.license, &allowed))
        .map(|p| format!("{} {}: `{}`", p.name, p.version, p.license))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "(MIT OR GPL-3.0) AND Apache-2.0",
        "Apache-2.0 WITH LLVM-exception AND MIT",
    ] {
        assert!(satisfied(good, &allowed), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "GPL-3.0 WITH LLVM-exception",
        "(MIT OR Apache-2.0) AND GPL-3.0",
        "MIT GPL-3.0",
    ] {
        assert!(!satisfied(bad, &allowed), "{bad}");
    }
}

#[test]
fn banned_crates_and_second_versions_stay_out() {
    let deny = deny();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions
            .entry(package.name)
            .or_default()
            .insert(package.version);
    }
    let rules = deny["bans"]["deny"].as_array().unwrap();
    assert!(rules.len() >= 9, "only {} bans were read", rules.len());
    for rule in rules {
        let name = rule["crate"].as_str().unwrap();
        let found = versions.get(name).map_or(0, BTreeSet::len);
        if rule.get("deny-multiple-versions").is_some() {
            assert_eq!(found, 1, "{name}: {:?}", versions.get(name));
        } else {
            assert_eq!(found, 0, "{name} is banned");
        }
    }
}

#[test]
fn everything_comes_from_the_registry() {
    for package in packages() {
        assert_eq!(
            package.elsewhere, None,
            "{} {}",
            package.name, package.version
        );
    }
}

#[test]
fn the_headless_program_links_no_window() {
    let tree = cargo(&[
        "tree",
        "--no-default-features",
        "--edges=normal,build",
        "--prefix=none",
        "--format={p}",
        "--target",
        &host(),
    ]);
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains("clap"), "the tree was not read: {tree}");
    for window in [
        "egui",
        "eframe",
        "winit",
        "glow",
        "wgpu",
        "accesskit",
        "rfd",
        "arboard",
    ] {
        assert!(!names.contains(window), "{window} is pulled in");
    }
}
