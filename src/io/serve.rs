//! The practice server alone, in the foreground, for the command line; and how a program without a
//! window learns that its user wants it to end.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::practice;
use crate::app::model::PracticeInfo;

/// Serves until the program is asked to end (Ctrl+C, SIGTERM, SIGHUP). `ready` is called once, when
/// the server accepts requests; its error ends the server.
pub fn practice(
    port: u16,
    faults: BTreeSet<String>,
    ready: impl FnOnce(&PracticeInfo) -> Result<(), String>,
) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| format!("threads cannot be started: {e}"))?;
    runtime.block_on(async {
        let server = practice::start(port, faults).await?;
        ready(&server.info)?;
        asked_to_end().await;
        drop(server);
        Ok(())
    })
}

/// A flag that is raised when the program is asked to end. A second request ends it at once.
pub fn end_flag() -> Result<Arc<AtomicBool>, String> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("signals cannot be watched: {e}"))?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            runtime.block_on(async {
                asked_to_end().await;
                raised.store(true, Ordering::Relaxed);
                asked_to_end().await;
                std::process::exit(130);
            });
        })
        .map_err(|e| format!("signals cannot be watched: {e}"))?;
    Ok(flag)
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    let hang_up = signal(SignalKind::hangup());
    match (terminate, hang_up) {
        (Ok(mut terminate), Ok(mut hang_up)) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
        }
        _ => {
            // Without these two signals Ctrl+C still ends the program.
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}
