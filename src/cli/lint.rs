//! `delegraph lint`: the rules of the risk catalogue over tokens.

use std::{path::PathBuf, sync::Arc};

use clap::ValueEnum;

use super::{
    findings, input,
    output::{Done, Failure},
    subcommand::Setting,
};
use crate::{
    evidence::{
        Evidence, Hop,
        hops::{self, Candidate},
        transcript,
    },
    report,
    risk::{self, Settings, Severity},
};

/// Apply the rules of the risk catalogue to tokens
#[derive(clap::Args)]
pub(super) struct Options {
    /// The tokens are the hops of one chain, in order, and are compared
    #[arg(long)]
    chain: bool,
    /// Exit status 1 when there is a finding of this severity or worse
    #[arg(long, value_name = "SEV", value_parser = severity)]
    fail_on: Option<Severity>,
    /// A profile with rules of its own
    #[arg(long, value_enum, default_value = "none")]
    profile: Profile,
    /// Files with tokens; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// FAPI 2.0
    Fapi2,
    /// None
    None,
}

fn severity(name: &str) -> Result<Severity, String> {
    Severity::parse(name).ok_or_else(|| "one of critical, high, medium, low, info".into())
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let evidence = evidence(&options.files, options.chain)?;
    let settings = Settings {
        fapi: options.profile == Profile::Fapi2,
        ..Settings::at(setting.clock.now())
    };
    let found = risk::evaluate(&evidence, &settings);
    Ok(Done {
        json: report::finding::json(&found, &evidence),
        text: findings::in_words(&found, &evidence),
        good: !options
            .fail_on
            .is_some_and(|severity| findings::reaches(&found, severity)),
    })
}

/// The tokens of the files as evidence: each alone, or as the hops of one chain, by the exchanges that
/// the files show.
pub(super) fn evidence(files: &[PathBuf], chain: bool) -> Result<Evidence, Failure> {
    let (sources, tokens) = input::some_tokens(files)?;
    let candidates = tokens.into_iter().map(|placed| Candidate {
        hop: Hop {
            token_id: None,
            name: placed.place(),
            token: Arc::new(placed.token),
            verdict: None,
            parent: None,
            exchange: None,
            // What another token holds in its claims was no hop of its own.
            supporting: placed.found.inside.is_some(),
            chain: None,
            sent: placed.sent,
        },
        context: placed.found.context,
    });
    if chain {
        let exchanges: Vec<_> = sources
            .iter()
            .flat_map(|source| transcript::read(&source.text))
            .collect();
        return Ok(hops::chain(candidates.collect(), &exchanges));
    }
    Ok(Evidence {
        hops: candidates.map(|candidate| candidate.hop).collect(),
        ..Evidence::default()
    })
}
