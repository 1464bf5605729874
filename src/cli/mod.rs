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
mod output;
mod practice;
mod sign;
mod verify;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use crate::kit::clock::{Clock, Timestamp};
use output::{Done, Failure};

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
    command: Option<Sub>,
}

/// A start of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Leave aside what an earlier start kept.
    pub fresh: bool,
    /// Open these.
    pub files: Vec<PathBuf>,
}

#[derive(clap::Subcommand)]
enum Sub {
    /// Find every token in any text, and decode it
    Decode(decode::Options),
    /// Check the signature and the claims of one token
    Verify(verify::Options),
    /// Open an encrypted token (JWE) to its core
    Decrypt(decrypt::Options),
    /// Encrypt a text or a token (JWE)
    Encrypt(encrypt::Options),
    /// Sign claims, or sign a token again
    Sign(sign::Options),
    /// Generate, convert and name keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Forge a token on purpose, and see whether a server refuses it
    Forge(Box<forge::Options>),
    /// Compare the claims of tokens, hop by hop
    Diff(diff::Options),
    /// Apply the rules of the risk catalogue to tokens
    Lint(lint::Options),
    /// Draw who acts for whom
    Graph(graph::Options),
    /// Run delegation chains as tests
    #[command(subcommand)]
    Chain(chain::Command),
    /// Run the practice servers alone
    Practice(practice::Options),
    /// Write a completion script for a shell
    Completions(completions::Options),
}

/// What the subcommands take from the options that stand before or after any of them.
struct Setting {
    json: bool,
    clock: Clock,
}

/// Reads the command line; ends the program on `--help`, `--version` and mistakes.
pub fn parse() -> Args {
    Args::parse()
}

impl Args {
    /// The start of the window that was asked for; `None` when a command was given.
    pub fn window(&self) -> Option<Window> {
        self.command.is_none().then(|| Window {
            fresh: self.fresh,
            files: self.files.clone(),
        })
    }

    /// Whether the one word on the command line looks like a mistyped command: no such file, and
    /// nothing in it that a path would have.
    fn mistyped(&self) -> Option<String> {
        let [file] = self.files.as_slice() else {
            return None;
        };
        let name = file.to_str()?;
        (self.command.is_none() && !file.exists() && !name.contains(['/', '\\', '.'])).then(|| {
            format!(
                "`{}` is neither a command nor a file; `delegraph --help` lists the commands",
                crate::kit::text::escape(name)
            )
        })
    }
}

/// Says on standard error why the window cannot be opened, and gives the exit status.
pub fn refuse_window(why: &str) -> ExitCode {
    output::failed(&Failure::impossible(why), false)
}

/// Checks what a start of the window was given, before a window is opened.
pub fn check(args: &Args) -> Result<(), ExitCode> {
    let problem = if let Some(message) = args.mistyped() {
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
    };
    let result: Result<Done, Failure> = match args.command {
        None => Err(Failure::usage("no command was given")),
        Some(Sub::Decode(options)) => decode::run(&options, &setting),
        Some(Sub::Verify(options)) => verify::run(&options, &setting),
        Some(Sub::Decrypt(options)) => decrypt::run(&options, &setting),
        Some(Sub::Encrypt(options)) => encrypt::run(&options),
        Some(Sub::Sign(options)) => sign::run(&options),
        Some(Sub::Keys(command)) => keys::run(&command),
        Some(Sub::Forge(options)) => forge::run(&options, &setting),
        Some(Sub::Diff(options)) => diff::run(&options),
        Some(Sub::Lint(options)) => lint::run(&options, &setting),
        Some(Sub::Graph(options)) => graph::run(&options, &setting),
        Some(Sub::Chain(command)) => chain::run(&command, &setting),
        Some(Sub::Practice(options)) => practice::run(&options, &setting),
        Some(Sub::Completions(options)) => completions::run(&options, &setting),
    };
    match result {
        Ok(done) => output::finish(&done, setting.json),
        Err(failure) => output::failed(&failure, setting.json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

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
        let args = Args::try_parse_from(["delegraph", "decoed"]).unwrap();
        assert!(args.mistyped().is_some());
        let args = Args::try_parse_from(["delegraph", "./decoed"]).unwrap();
        assert!(args.mistyped().is_none());
    }
}
