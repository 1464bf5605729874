//! The practice authorization server and resource servers, embedded, on loopback.
//!
//! One listener on `127.0.0.1` is both: the authorization server at its root, the resource servers
//! below `/resources`. Keys and secrets are made at each start and live in memory only. It answers
//! requests for its own `Host` only, so that no web page can reach it through a name that resolves
//! to loopback, and it sends no CORS permission, so that none can read its answers.

mod answer;
mod page;
mod routes;
mod running;

use std::{
    io::ErrorKind,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    app::model::PracticeInfo,
    kit::{clock::Clock, rng::SystemRng},
    practice::{
        Faults, metadata,
        realm::{self, Realm},
    },
};
use running::Shared;

/// How long [`Server::stop`] waits for requests under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// A running practice server; stops when dropped.
pub struct Server {
    /// What it is.
    pub info: Arc<PracticeInfo>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

impl Server {
    /// Stops it and waits, briefly, until requests under way have their answers. The port is free
    /// afterwards.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            let abort = serving.abort_handle();
            if tokio::time::timeout(STOP_TIMEOUT, serving).await.is_err() {
                abort.abort();
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The receiver wakes when the sender is gone: the listener closes at once, requests under
        // way are still answered.
        drop(self.stop.take());
    }
}

/// Starts a server on `port` (0: a free one). Must be called inside a tokio runtime.
pub async fn start(port: u16, faults: Faults) -> Result<Server, String> {
    let clock = Box::new(|| Clock::System.now().as_second());
    start_at(port, faults, clock)
        .await
        .map(|(server, _)| server)
}

async fn start_at(
    port: u16,
    faults: Faults,
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
) -> Result<(Server, Arc<Shared>), String> {
    faults.check().map_err(|e| e.to_string())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|e| match e.kind() {
            ErrorKind::AddrInUse => format!(
                "The practice server cannot start: port {port} of 127.0.0.1 is in use by another program. Choose another port, or 0 for a free one."
            ),
            ErrorKind::PermissionDenied => format!(
                "The practice server cannot start: this user may not listen on port {port}. Choose one above 1023, or 0 for a free one."
            ),
            _ => format!("The practice server cannot listen on port {port} of 127.0.0.1: {e}."),
        })?;
    let port = listener
        .local_addr()
        .map_err(|e| format!("The practice server does not learn its own port: {e}."))?
        .port();
    let rng = SystemRng;
    let (realm, clients) =
        Realm::new(format!("http://127.0.0.1:{port}"), &faults, &rng).map_err(|e| e.to_string())?;
    let info = Arc::new(PracticeInfo {
        issuer: realm.issuer.clone(),
        metadata: Arc::new(metadata::typed(&realm)),
        jwks: Arc::new(realm.jwks.clone()),
        resources: realm.resources().map_err(|e| e.to_string())?,
        clients,
        key: realm.key.clone(),
        users: realm::USERS.map(str::to_owned).to_vec(),
        faults: faults.clone(),
    });
    let shared = Arc::new(Shared {
        realm,
        faults,
        clock,
        rng,
        memory: Mutex::default(),
        hosts: ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")),
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let app = routes::router(Arc::clone(&shared));
    let serving = tokio::spawn(async move {
        let served = axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                let _ = stopped.await;
            })
            .await;
        if let Err(e) = served {
            tracing::warn!("practice server ended: {e}");
        }
    });
    tracing::info!(port, "practice server started");
    let server = Server {
        info,
        stop: Some(stop),
        serving: Some(serving),
    };
    Ok((server, shared))
}

#[cfg(test)]
mod tests;
