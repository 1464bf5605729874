//! What the program tells of itself on standard error, where it is asked to.

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use super::output;
use crate::kit::text::escape;

/// Names the least level that is told: `error`, `warn`, `info`, `debug` or `trace`.
const VARIABLE: &str = "DELEGRAPH_LOG";

/// Tells on standard error what happens, where `DELEGRAPH_LOG` asks for it. Only the program's own
/// records: libraries write the headers of requests into theirs, and with them tokens.
pub fn log() {
    let Some(asked) = std::env::var_os(VARIABLE) else {
        return;
    };
    let asked = asked.to_string_lossy();
    let Ok(level) = asked.trim().parse::<LevelFilter>() else {
        output::note(&format!(
            "{VARIABLE}: `{}` is no level; take error, warn, info, debug or trace",
            escape(&asked)
        ));
        return;
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_filter(Targets::new().with_target(env!("CARGO_CRATE_NAME"), level));
    // A second start within one process keeps the first.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
