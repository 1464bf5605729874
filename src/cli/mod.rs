//! Floor 5: the headless twin, a file per subcommand.
//!
//! What scripts may rely on: with `--json` one JSON document on standard output and nothing else
//! there; messages and progress on standard error; exit status 0 done and good, 1 done and bad,
//! 2 usage, 3 could not be done. `-` or no FILE reads standard input.

mod chain;
mod completions;
mod decode;
mod decrypt;
mod diff;
mod encrypt;
mod fetch;
mod findings;
mod forge;
mod graph;
mod input;
mod key_options;
mod keys;
mod lint;
mod log;
mod output;
mod practice;
mod server;
mod sign;
mod subcommand;
mod verify;

pub use log::log;

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{ArgMatches, CommandFactory as _, Parser, error::ErrorKind};

use crate::{
    jose::pem,
    kit::{
        clock::{Clock, Timestamp},
        spelling::nearest,
    },
};
use output::Failure;
use subcommand::{Chosen, Setting, Subcommand, subcommand};

/// What was asked for on the command line.
#[derive(Parser)]
#[command(
    name = "delegraph",
    version,
    about = "Read, verify, edit and sign the tokens that agents act with; run delegation chains; see who acts for whom",
    long_about = "Read, verify, edit and sign the tokens that agents act with; run delegation chains; see who acts \
                  for whom.\n\nWithout a command the window opens. With one, the same work is done without a display.",
    after_help = "Exit status: 0 done and good, 1 done and bad (not verified, a finding at or above --fail-on, an \
                  expectation broken), 2 usage, 3 could not be done (file, network, server).",
    disable_help_subcommand = true
)]
pub struct Args {
    /// A workspace, or texts with tokens, to open in the window
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Open the window on an empty workspace, whatever an earlier start left
    #[arg(long)]
    fresh: bool,
    /// One JSON document on standard output, and nothing else there
    #[arg(long, global = true)]
    json: bool,
    /// The moment for all verdicts (RFC 3339, such as 2026-03-01T12:00:00Z) instead of now
    #[arg(long, global = true, value_name = "TIME")]
    at: Option<Timestamp>,
    #[command(subcommand)]
    command: Option<Chosen>,
}

/// A start of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Leave aside what an earlier start kept.
    pub fresh: bool,
    /// Open these.
    pub files: Vec<PathBuf>,
}

/// The subcommands in the order of the help: a file each, which holds its words, its arguments and its run.
fn subcommands() -> Vec<Subcommand> {
    vec![
        subcommand("decode", decode::run),
        subcommand("verify", verify::run),
        subcommand("decrypt", decrypt::run),
        subcommand("encrypt", encrypt::run),
        subcommand("sign", sign::run),
        subcommand("keys", keys::run),
        subcommand("forge", forge::run),
        subcommand("diff", diff::run),
        subcommand("lint", lint::run),
        subcommand("graph", graph::run),
        subcommand("chain", chain::run),
        subcommand("server", server::run),
        subcommand("practice", practice::run),
        subcommand("completions", completions::run),
    ]
}

impl clap::FromArgMatches for Chosen {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let chosen = matches.subcommand().and_then(|(name, matches)| {
            let known = subcommands();
            let subcommand = known.iter().find(|s| s.command.get_name() == name)?;
            Some((subcommand.read)(matches))
        });
        chosen
            .unwrap_or_else(|| Err(clap::Error::new(ErrorKind::MissingSubcommand)))
            .map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Subcommand for Chosen {
    fn augment_subcommands(program: clap::Command) -> clap::Command {
        program.subcommands(subcommands().into_iter().map(|s| s.command))
    }

    fn augment_subcommands_for_update(program: clap::Command) -> clap::Command {
        Self::augment_subcommands(program)
    }

    fn has_subcommand(name: &str) -> bool {
        subcommands().iter().any(|s| s.command.get_name() == name)
    }
}

/// Reads the command line; ends the program on `--help`, `--version` and mistakes.
pub fn parse() -> Args {
    // Before anything is read: what refuses an argument repeats it.
    if let Some(message) = std::env::args_os()
        .skip(1)
        .find_map(|word| typed_key(&word))
    {
        Args::command()
            .error(ErrorKind::ValueValidation, message)
            .exit();
    }
    Args::try_parse().unwrap_or_else(|error| {
        // Options of the command that was meant are unknown to the window, which is not what to say.
        let words: Vec<_> = std::env::args_os().skip(1).collect();
        match mistyped(&words).filter(|_| error.use_stderr()) {
            Some(message) => Args::command()
                .error(ErrorKind::InvalidSubcommand, message)
                .exit(),
            None => error.exit(),
        }
    })
}

/// What to say when a private key stands on the command line itself, where everybody can read it.
fn typed_key(word: &OsStr) -> Option<&'static str> {
    pem::is_private_key_text(&word.to_string_lossy()).then_some(
        "a private key stands on the command line itself, where others can read it (it is not repeated \
         here): write it to a file, and give the file",
    )
}

/// What to say when the first word of the command line is a mistyped command: no such file, and nothing in
/// it that a path would have.
fn mistyped(words: &[OsString]) -> Option<String> {
    let mut words = words.iter().map(|word| word.to_str());
    let first = loop {
        match words.next()?? {
            "--at" => drop(words.next()),
            option if option.starts_with('-') && option.len() > 1 => {}
            word => break word,
        }
    };
    let known: Vec<String> = subcommands()
        .iter()
        .map(|s| s.command.get_name().to_owned())
        .collect();
    if first.contains(['/', '\\', '.'])
        || first == "-"
        || known.iter().any(|k| k == first)
        || Path::new(first).exists()
    {
        return None;
    }
    let name = crate::kit::text::escape(first);
    Some(match nearest(first, &known) {
        Some(meant) => format!(
            "`{name}` is no command; did you mean `delegraph {meant}`? `delegraph --help` lists the commands"
        ),
        None => format!(
            "`{name}` is neither a command nor a file; `delegraph --help` lists the commands"
        ),
    })
}

impl Args {
    /// The start of the window that was asked for; `None` when a command was given.
    pub fn window(&self) -> Option<Window> {
        self.command.is_none().then(|| Window {
            fresh: self.fresh,
            files: self.files.clone(),
        })
    }
}

/// Says on standard error why the window cannot be opened, and gives the exit status.
pub fn refuse_window(why: &str) -> ExitCode {
    output::failed(&Failure::impossible(why), false)
}

/// Checks what a start of the window was given, before a window is opened.
pub fn check(args: &Args) -> Result<(), ExitCode> {
    let files: Vec<OsString> = args.files.iter().map(OsString::from).collect();
    let message = mistyped(&files).filter(|_| args.command.is_none());
    let problem = if let Some(message) = message {
        Some(Failure::usage(message))
    } else if args.command.is_some() && !args.files.is_empty() {
        Some(Failure::usage(
            "files for the window and a command exclude each other",
        ))
    } else if args.command.is_some() && args.fresh {
        Some(Failure::usage(
            "--fresh is for the window; commands read no saved state",
        ))
    } else {
        args.files.iter().find_map(|file| unreadable(file))
    };
    problem.map_or(Ok(()), |failure| Err(output::failed(&failure, false)))
}

fn unreadable(file: &Path) -> Option<Failure> {
    match std::fs::metadata(file) {
        Ok(meta) if meta.is_dir() => Some(Failure::impossible(format!(
            "{}: is a folder, not a file",
            file.display()
        ))),
        Ok(_) => None,
        Err(e) => Some(Failure::impossible(format!("{}: {e}", file.display()))),
    }
}

/// Carries out the command, without a display.
pub fn run(args: Args) -> ExitCode {
    let setting = Setting {
        json: args.json,
        clock: args.at.map_or(Clock::System, Clock::Fixed),
        program: Args::command,
    };
    let result = match args.command {
        Some(Chosen(run)) => run(&setting),
        None => Err(Failure::usage("no command was given")),
    };
    match result {
        Ok(done) => output::finish(&done, setting.json),
        Err(failure) => output::failed(&failure, setting.json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in [
            ["delegraph", "--json", "decode", "-"],
            ["delegraph", "decode", "--json", "-"],
        ] {
            let args = Args::try_parse_from(line).unwrap();
            assert!(args.json);
            assert!(args.window().is_none());
        }
    }

    #[test]
    fn without_a_command_the_window_opens() {
        let args = Args::try_parse_from(["delegraph", "--fresh", "a.toml"]).unwrap();
        assert_eq!(
            args.window(),
            Some(Window {
                fresh: true,
                files: vec!["a.toml".into()]
            })
        );
    }

    #[test]
    fn a_mistyped_command_is_not_taken_for_a_file() {
        let said = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            mistyped(&words).unwrap_or_default()
        };
        for words in [
            &["decod"] as &[&str],
            &["decoed", "x"],
            &["--json", "decode-", "--key", "k"],
            &["--at", "2026-03-01T12:00:00Z", "dceode", "x"],
        ] {
            assert!(said(words).contains("`delegraph decode`"), "{words:?}");
        }
        assert!(said(&["nothing-like-it"]).contains("--help"));
        for words in [
            &["./decoed"] as &[&str],
            &["decode"],
            &["Cargo"],
            &["-"],
            &[],
        ] {
            let expected = words == ["Cargo"];
            assert_eq!(!said(words).is_empty(), expected, "{words:?}");
        }
    }
}
