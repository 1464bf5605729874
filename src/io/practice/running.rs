//! A server while it runs: what all its requests share, and what holds for every answer.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    kit::rng::SystemRng,
    practice::{
        Faults,
        memory::Memory,
        realm::Realm,
        refusal::{Refusal, quote},
        server,
    },
};

/// How long one request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// What every request of one server shares.
pub(super) struct Shared {
    pub(super) realm: Realm,
    pub(super) faults: Faults,
    /// Seconds since 1970; the system's clock, except in tests.
    pub(super) clock: Box<dyn Fn() -> i64 + Send + Sync>,
    pub(super) rng: SystemRng,
    pub(super) memory: Mutex<Memory>,
    /// `Host` values that are its own.
    pub(super) hosts: [String; 3],
}

impl Shared {
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a request decided, now; one at a time.
    pub(super) fn decide<T>(&self, decide: impl FnOnce(&mut server::Server<'_>) -> T) -> T {
        decide(&mut server::Server {
            realm: &self.realm,
            faults: &self.faults,
            memory: &mut self.memory(),
            now: (self.clock)(),
            rng: &self.rng,
        })
    }
}

/// Refuses a foreign `Host` (DNS rebinding), limits the time of a request, and sets headers that
/// hold for every answer.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let named = |host: &str| {
        shared
            .hosts
            .iter()
            .any(|own| own.eq_ignore_ascii_case(host))
    };
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().and_then(|h| h.to_str().ok()).unwrap_or("");
    let single = hosts.next().is_none();
    // An absolute-form request names the host a second time (RFC 9112 §3.2.2).
    let authority = request.uri().authority().map_or(host, |a| a.as_str());
    let mut response = if single && named(host) && named(authority) {
        tokio::time::timeout(REQUEST_TIMEOUT, next.run(request))
            .await
            .unwrap_or_else(|_| {
                Refusal::request(format!(
                    "the request was not complete within {} s",
                    REQUEST_TIMEOUT.as_secs()
                ))
                .with_status(408)
                .into_response()
            })
    } else {
        Refusal::new(
            "misdirected_request",
            format!(
                "this server is {}, and the request is for {}: a name that is not its own may be a web page reaching for it (RFC 9110 §15.5.20)",
                shared.hosts[0],
                quote(if named(host) { authority } else { host })
            ),
        )
        .with_status(421)
        .into_response()
    };
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}
