//! What the subcommands have in common: what they take from the options that stand before or after any of
//! them, and how their arguments become a run.

use clap::{ArgMatches, Args, Command};

use super::output::{Done, Failure};
use crate::kit::clock::Clock;

/// What the subcommands take from the options that stand before or after any of them.
pub(super) struct Setting {
    /// One JSON document on standard output.
    pub json: bool,
    /// Where time comes from.
    pub clock: Clock,
    /// The program's whole command line, for who writes of it.
    pub program: fn() -> Command,
}

/// A run whose arguments are known.
type Run = Box<dyn Fn(&Setting) -> Result<Done, Failure>>;

/// Makes a run of what clap has read.
type Read = Box<dyn Fn(&ArgMatches) -> Result<Run, clap::Error>>;

/// A subcommand: its words and arguments as clap knows them, and how they are read.
pub(super) struct Subcommand {
    /// For clap.
    pub command: Command,
    /// From what clap has read.
    pub read: Read,
}

/// The subcommand `name`. Its arguments are what `run` takes, its words the doc comment of their type.
pub(super) fn subcommand<T: Args + 'static>(
    name: &'static str,
    run: fn(&T, &Setting) -> Result<Done, Failure>,
) -> Subcommand {
    Subcommand {
        command: T::augment_args(Command::new(name)),
        read: Box::new(move |matches| {
            let options = T::from_arg_matches(matches)?;
            Ok(Box::new(move |setting| run(&options, setting)))
        }),
    }
}

/// The subcommand that was chosen.
pub(super) struct Chosen(pub Run);
