//! The HTTP transport: no redirects followed, time limits, bounded bodies, no cookies.
//!
//! Plain `http` is sent to loopback only; every other host must speak `https` (RFC 6749 §3.2). The
//! system's proxy settings hold for other hosts, never for loopback: a practice server is on this
//! machine, and its tokens stay here.

use std::{error::Error as _, fmt::Write as _, io, sync::Arc, time::Duration};

use tokio::{sync::OnceCell, time::Instant};
use url::Url;

use crate::{
    kit::text,
    oauth::{
        http::{Method, Request, Response},
        metadata::is_loopback,
    },
};

/// Bytes of a response body that are read; a larger answer is an error that says so. Counted after
/// decompression.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// How long the transport waits for a connection, TLS handshake included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request may take in all, from sending to the last byte.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);

/// What a transport puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time for a connection, TLS handshake included.
    pub connect: Duration,
    /// Time for the whole request.
    pub total: Duration,
    /// Bytes of a body after decompression.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: CONNECT_TIMEOUT,
            total: TOTAL_TIMEOUT,
            body: MAX_BODY,
        }
    }
}

/// A client that keeps connections. Clones share them.
#[derive(Clone)]
pub struct Http {
    limits: Limits,
    /// For loopback: no proxy.
    local: reqwest::Client,
    /// For everything else; made when it is first needed, since it reads the system's proxy
    /// settings and certificates.
    remote: Arc<OnceCell<reqwest::Client>>,
}

impl Http {
    /// A transport with the limits that this module names.
    pub fn new() -> Result<Self, String> {
        Self::with(Limits::default())
    }

    /// A transport with other limits.
    pub fn with(limits: Limits) -> Result<Self, String> {
        Ok(Self {
            limits,
            local: client(limits, true)?,
            remote: Arc::new(OnceCell::new()),
        })
    }

    /// Sends `request`. The error says what happened, where, and what to do. A redirect is a
    /// response like any other; so is an error status.
    pub async fn send(&self, request: &Request) -> Result<Response, String> {
        let place = place(&request.url);
        let local = is_loopback(&request.url);
        check_url(&request.url, local, &place)?;
        let client = if local {
            &self.local
        } else {
            self.remote
                .get_or_try_init(|| async { client(self.limits, false) })
                .await?
        };
        let begun = Instant::now();
        let built = build(client, request, &place)?;
        let answer = client
            .execute(built)
            .await
            .map_err(|e| self.explain(&e, Stage::Answer, &place))?;
        self.read(answer, begun, &place).await
    }

    async fn read(
        &self,
        mut answer: reqwest::Response,
        begun: Instant,
        place: &str,
    ) -> Result<Response, String> {
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let limit = self.limits.body;
        if let Some(announced) = answer.content_length()
            && announced > limit as u64
        {
            return Err(too_large(&size(announced), limit, place));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer
            .chunk()
            .await
            .map_err(|e| self.explain(&e, Stage::Body(body.len()), place))?
        {
            if body.len() + piece.len() > limit {
                return Err(too_large("more", limit, place));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Response {
            status,
            headers,
            body,
            millis: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// A transport error in words.
    fn explain(&self, error: &reqwest::Error, stage: Stage, place: &str) -> String {
        let causes = causes(error);
        let says = |words: &[&str]| words.iter().any(|w| causes.contains(w));
        if error.is_timeout() {
            return if error.is_connect() {
                format!(
                    "No connection to {place} within {}: nothing answers there. Check host, port and firewall.",
                    seconds(self.limits.connect)
                )
            } else {
                match stage {
                    Stage::Answer => format!(
                        "{place} took the request and did not answer within {}. Try again, or look at the server's log.",
                        seconds(self.limits.total)
                    ),
                    Stage::Body(read) => format!(
                        "{place} began to answer and stopped after {}: the rest did not come within {}. Try again, or look at the server's log.",
                        size(read as u64),
                        seconds(self.limits.total)
                    ),
                }
            };
        }
        if says(&["dns error", "failed to lookup address"]) {
            return format!(
                "The name of {place} cannot be resolved. Check the spelling, and whether this machine is online."
            );
        }
        if says(&[
            "certificate",
            "tls handshake",
            "handshake",
            "InvalidContentType",
            "corrupt message",
        ]) {
            return format!(
                "No secure connection to {place}: {causes}. Check that the port speaks TLS and that its certificate is valid for this host and trusted by this system."
            );
        }
        match io_kind(error) {
            Some(io::ErrorKind::ConnectionRefused) => {
                return format!(
                    "{place} refuses the connection: no server listens there. Start it, or check host and port."
                );
            }
            Some(
                io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkDown,
            ) => {
                return format!(
                    "{place} cannot be reached from this network. Check the connection, VPN and proxy."
                );
            }
            _ => {}
        }
        if error.is_connect() {
            return format!("No connection to {place}: {causes}. Check host, port and proxy.");
        }
        if let Stage::Body(read) = stage {
            return if says(&["gzip", "deflate", "invalid compressed", "corrupt"]) {
                format!(
                    "The answer of {place} says that it is compressed, but cannot be decompressed after {}: {causes}. Look at the server or a proxy before it.",
                    size(read as u64)
                )
            } else {
                format!(
                    "The answer of {place} was cut short after {}: {causes}. Try again, or look at the server's log.",
                    size(read as u64)
                )
            };
        }
        if says(&[
            "connection closed before message completed",
            "reset by peer",
            "broken pipe",
        ]) {
            return format!(
                "{place} closed the connection without an answer. Try again, or look at the server's log."
            );
        }
        if says(&[
            "invalid HTTP",
            "message head is too large",
            "invalid header",
            "parse",
        ]) {
            return format!(
                "What {place} answers is not HTTP: {causes}. Check that the port belongs to this server."
            );
        }
        format!("The request to {place} failed: {causes}.")
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How far a request was when it failed.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Before the head of the answer.
    Answer,
    /// After so many bytes of the body.
    Body(usize),
}

fn client(limits: Limits, local: bool) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .user_agent(concat!("delegraph/", env!("CARGO_PKG_VERSION")));
    if local {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|e| {
        format!(
            "No HTTP client can be made on this system: {}. Check the proxy settings and the system's certificates.",
            causes(&e)
        )
    })
}

fn build(
    client: &reqwest::Client,
    request: &Request,
    place: &str,
) -> Result<reqwest::Request, String> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, request.url.clone());
    for field in &request.headers {
        // A value that is no header value would be an injection; it is not repeated in the error,
        // since it may be a token.
        let value = reqwest::header::HeaderValue::from_str(&field.value).map_err(|_| {
            format!(
                "The header `{}` for {place} holds characters that HTTP does not allow (RFC 9110 §5.5). Remove line breaks and control characters.",
                text::escape(&field.name)
            )
        })?;
        let name =
            reqwest::header::HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| {
                format!(
                    "`{}` is not a header name (RFC 9110 §5.1).",
                    text::escape(&text::shorten(&field.name, 60))
                )
            })?;
        builder = builder.header(name, value);
    }
    if let Some((content_type, bytes)) = request.body.encode() {
        builder = builder.header("content-type", content_type).body(bytes);
    }
    builder
        .build()
        .map_err(|e| format!("The request to {place} cannot be built: {}.", causes(&e)))
}

fn check_url(url: &Url, local: bool, place: &str) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "The URL of {place} holds a user name or password. Remove it: credentials belong to a client's settings."
        ));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        "http" => Err(format!(
            "{place} is not sent to without TLS: tokens and secrets would be readable on the way (RFC 6749 §1.6). Use https; plain http is for servers on this machine only."
        )),
        other => Err(format!(
            "{place} has the scheme `{}`; only https, and http on this machine, can be used.",
            text::escape(other)
        )),
    }
}

/// Scheme, host, port and path: what may be shown of a URL. The query may hold a code or token.
fn place(url: &Url) -> String {
    let mut out = format!("{}://{}", url.scheme(), url.host_str().unwrap_or(""));
    if let Some(port) = url.port() {
        let _ = write!(out, ":{port}");
    }
    if url.path() != "/" {
        out.push_str(url.path());
    }
    text::shorten(&text::escape(&out), 120).into_owned()
}

/// The causes of an error below the outermost, which only says "error sending request for url".
fn causes(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        // Wrappers repeat what they wrap.
        if !parts.iter().any(|p| p.contains(&words)) {
            parts.push(words);
        }
        next = cause.source();
    }
    if parts.is_empty() {
        // `Display` of the error itself may name the URL with its query.
        return "no cause given".into();
    }
    let all = parts.join(": ");
    text::shorten(&text::escape(&all), 300).into_owned()
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut next = error.source();
    let mut kind = None;
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            kind = Some(io.kind());
        }
        next = cause.source();
    }
    kind
}

fn too_large(announced: &str, limit: usize, place: &str) -> String {
    format!(
        "The answer of {place} is too large: {announced}, where {} are read at most. It was dropped. Check that the URL is the right one.",
        size(limit as u64)
    )
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes >= MIB {
        format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB)
    } else if bytes >= 1024 {
        format!("{} KiB", bytes / 1024)
    } else {
        format!("{bytes} bytes")
    }
}

fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

#[cfg(test)]
mod tests;
