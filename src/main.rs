//! Arguments to window or command line; nothing else.

use std::process::ExitCode;

use delegraph::cli;

fn main() -> ExitCode {
    let args = cli::parse();
    cli::log();
    if let Err(status) = cli::check(&args) {
        return status;
    }
    match args.window() {
        Some(window) => open(window),
        None => cli::run(args),
    }
}

#[cfg(feature = "gui")]
fn open(window: cli::Window) -> ExitCode {
    let start = delegraph::gui::shell::Start {
        fresh: window.fresh,
        files: window.files,
    };
    match delegraph::gui::run(&start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => cli::refuse_window(&why),
    }
}

#[cfg(not(feature = "gui"))]
fn open(_: cli::Window) -> ExitCode {
    cli::refuse_window(
        "this build has no window (feature `gui`); `delegraph --help` lists the commands",
    )
}
