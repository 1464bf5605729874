//! `delegraph completions`: a completion script for a shell.

use clap::CommandFactory as _;
use serde_json::json;

use super::{
    Args, Setting,
    output::{self, Done, Failure},
};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Which shell
    shell: clap_complete::Shell,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let mut script = Vec::new();
    let mut command = Args::command();
    clap_complete::generate(options.shell, &mut command, "delegraph", &mut script);
    if !setting.json {
        output::write(&script)?;
    }
    Ok(Done {
        json: json!({
            "shell": options.shell.to_string(),
            "script": String::from_utf8_lossy(&script),
        }),
        text: String::new(),
        good: true,
    })
}
