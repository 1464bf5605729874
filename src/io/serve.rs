//! The practice server alone, in the foreground, for the command line; and how a program without a
//! window learns that its user wants it to end.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::practice;
use crate::{app::model::PracticeInfo, practice::Faults};

/// Serves until the program is asked to end (Ctrl+C, SIGTERM, SIGHUP). `ready` is called once, when
/// the server accepts requests; its error ends the server.
pub fn practice(
    port: u16,
    faults: Faults,
    ready: impl FnOnce(&PracticeInfo) -> Result<(), String>,
) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| format!("threads cannot be started: {e}"))?;
    runtime.block_on(async {
        // Before anybody is told that the server is ready: a signal must not find the default answer.
        let mut end = End::watch()?;
        let server = practice::start(port, faults).await?;
        ready(&server.info)?;
        end.asked().await;
        server.stop().await;
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
    let mut end = {
        let _inside = runtime.enter();
        End::watch()?
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            runtime.block_on(async {
                end.asked().await;
                raised.store(true, Ordering::Relaxed);
                end.asked().await;
                std::process::exit(130);
            });
        })
        .map_err(|e| format!("signals cannot be watched: {e}"))?;
    Ok(flag)
}

/// The signals that ask a program to end: Ctrl+C, and on Unix SIGTERM and SIGHUP.
#[cfg(unix)]
struct End([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl End {
    /// From here on the signals are waited for. Must be called inside a tokio runtime.
    fn watch() -> Result<Self, String> {
        use tokio::signal::unix::{SignalKind, signal};
        let watch = |kind| signal(kind).map_err(|e| format!("signals cannot be watched: {e}"));
        Ok(Self([
            watch(SignalKind::interrupt())?,
            watch(SignalKind::terminate())?,
            watch(SignalKind::hangup())?,
        ]))
    }

    async fn asked(&mut self) {
        let [interrupt, terminate, hang_up] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
}

/// The signals that ask a program to end: Ctrl+C, closing the console, the system's shutdown.
#[cfg(windows)]
struct End {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl End {
    /// From here on the signals are waited for. Must be called inside a tokio runtime.
    fn watch() -> Result<Self, String> {
        use tokio::signal::windows::{ctrl_c, ctrl_close};
        let why = |e: std::io::Error| format!("signals cannot be watched: {e}");
        Ok(Self {
            interrupt: ctrl_c().map_err(why)?,
            close: ctrl_close().map_err(why)?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}
