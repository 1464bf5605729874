//! What the program says of itself: help, and the lists that scripts read.

use super::piece;
use crate::{harness::Place, keep::frozen};

/// The commands that a page of help lists, each with its own below it.
fn commands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect()
}

/// The help of a command and of all below it.
fn help(place: &Place, path: &[String], text: &mut String) {
    let mut words: Vec<&str> = path.iter().map(String::as_str).collect();
    for flag in ["-h", "--help"] {
        words.push(flag);
        text.push_str(&piece(place, &words));
        words.pop();
    }
    words.push("-h");
    for command in commands(&place.run(&words).out) {
        if command != "help" {
            help(place, &[path, &[command]].concat(), text);
        }
    }
}

#[test]
fn frozen_program_says_the_same_of_itself() {
    let place = Place::new();
    let mut pages = String::new();
    help(&place, &[], &mut pages);
    let mut texts = vec![("help".to_owned(), pages)];
    for (name, words) in [
        ("forgeries", &["forge", "--list"][..]),
        ("faults", &["practice", "--list-faults"]),
        ("chains", &["chain", "list"]),
    ] {
        let json = [words, &["--json"]].concat();
        let text = piece(&place, words) + &piece(&place, &json);
        texts.push((name.to_owned(), text));
    }
    frozen("program", &texts);
}
