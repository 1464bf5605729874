//! `delegraph completions`: a completion script for a shell.

use serde_json::json;

use super::{
    output::{self, Done, Failure},
    subcommand::Setting,
};

/// Write a completion script for a shell
#[derive(clap::Args)]
pub(super) struct Options {
    /// Which shell
    shell: clap_complete::Shell,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let mut script = Vec::new();
    let mut command = (setting.program)();
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
