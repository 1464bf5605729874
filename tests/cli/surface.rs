//! Options, help, exit status: what holds for every command.

use clap::{Command, CommandFactory as _};
use delegraph::cli::Args;

use crate::harness::{Place, members};

/// Help of every command that clap knows, however deep: found in the help above it, and with words.
fn help_of(place: &Place, path: &[&str], command: &Command) {
    let ran = place.run(&[path, &["--help"]].concat());
    assert_eq!(ran.status, 0, "{path:?}: {}", ran.err);
    let about = command.get_about().unwrap_or_default().to_string();
    assert!(!about.is_empty(), "{path:?} has no words");
    assert!(ran.out.starts_with(&about), "{path:?}: {}", ran.out);
    for argument in command.get_arguments() {
        let words = argument.get_help().unwrap_or_default().to_string();
        assert!(
            !words.is_empty(),
            "{path:?}: {} has no words",
            argument.get_id()
        );
    }
    for inner in command.get_subcommands() {
        let name = inner.get_name();
        assert!(
            ran.out.contains(&format!("\n  {name} ")),
            "{path:?}: {name} is not in the help"
        );
        help_of(place, &[path, &[name]].concat(), inner);
    }
}

#[test]
fn help_and_version_are_good() {
    let place = Place::new();
    let program = Args::command();
    assert!(program.has_subcommands());
    help_of(&place, &[], &program);
    let version = place.run(&["--version"]);
    assert_eq!(
        version.out,
        format!("delegraph {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// The commands that the first cells of the README's table name.
fn commands_of_the_readme() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let table = readme
        .split_once("| command | does |\n|---|---|\n")
        .unwrap()
        .1;
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split(','));
    names
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn the_readme_lists_the_commands_that_there_are() {
    let program = Args::command();
    let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    assert_eq!(commands_of_the_readme(), names);
}

#[test]
fn mistakes_of_usage_are_status_2_and_say_what_to_do() {
    let place = Place::new();
    for (arguments, word) in [
        (&["decode", "--colour"][..], "--colour"),
        (&["decoed"], "--help"),
        (&["verify", "--alg", "es256", "-"], "case-sensitive"),
        (&["verify", "--leeway", "-5", "-"], "leeway"),
        (&["keys", "generate", "--alg", "XS256"], "XS256"),
        (&["lint", "--fail-on", "awful", "-"], "critical, high"),
        (&["sign", "-"], "--key"),
        (&["practice", "--fault", "everything"], "scope-widened"),
        (&["--at", "yesterday", "decode", "-"], "--at"),
        (
            &["chain", "run", "--report", "r.pdf", "sample"],
            ".html or .md",
        ),
        (&["--fresh", "decode", "-"], "--fresh"),
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_done_is_status_3_with_one_document() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    for (arguments, word) in [
        (&["decode", "missing.txt"][..], "missing.txt"),
        (&["decode", "folder"], "folder, not a file"),
        (&["verify", "--key", "missing.pem", "-"], "missing.pem"),
        (&["lint", "missing.txt"], "missing.txt"),
        (&["chain", "run", "no-such-chain"], "sample"),
        (&["keys", "thumbprint", "missing.pem"], "missing.pem"),
    ] {
        let document = place.json_with("x.y.z", 3, arguments);
        assert_eq!(members(&document), ["error"], "{arguments:?}");
        let message = document["error"].as_str().unwrap();
        assert!(message.contains(word), "{arguments:?}: {message}");
    }
}

#[test]
fn a_window_without_a_display_says_so() {
    let place = Place::new();
    let ran = place.run(&["--fresh"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    assert!(ran.err.contains("delegraph --help"), "{}", ran.err);
    let ran = place.run(&["./missing.toml"]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("missing.toml"), "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_delegraph"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn completion_scripts_name_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = place.run(&["completions", shell]);
        assert_eq!(ran.status, 0, "{shell}");
        for command in Args::command().get_subcommands() {
            let name = command.get_name();
            assert!(ran.out.contains(name), "{shell}: {name}");
        }
    }
    assert_eq!(
        members(&place.json(0, &["completions", "bash"])),
        ["shell", "script"]
    );
}
