//! Sign-in through the user's browser: a redirect URI on a free loopback port (RFC 8252 §7.3).

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use url::Url;

use crate::chain::run::BrowserWant;

/// How long the user has to sign in.
pub const TIME_LIMIT: Duration = Duration::from_mins(3);

/// How long a browser has to send its request.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// Bytes of a request that are read.
const MAX_REQUEST: usize = 16 * 1024;

/// Connections that are served at a time; a browser opens a few ahead.
const MAX_CONNECTIONS: usize = 8;

/// The path of the redirect URI.
const PATH: &str = "/callback";

/// Opens an address in the user's browser. The error is in words.
pub type Opener = Arc<dyn Fn(&Url) -> Result<(), String> + Send + Sync>;

/// The system's browser.
pub fn system() -> Opener {
    Arc::new(|url| webbrowser::open(url.as_str()).map_err(|e| e.to_string()))
}

/// Listens, opens the browser at the authorization request, waits for the redirect that carries the
/// right `state`. Gives the redirect URI and the URL received.
pub async fn sign_in(want: BrowserWant, opener: Opener) -> Result<(Url, Url), String> {
    let listening = |e: std::io::Error| {
        format!("The sign-in needs a port on this machine to come back to, and has none: {e}")
    };
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(listening)?;
    let port = listener.local_addr().map_err(listening)?.port();
    let redirect = Url::parse(&format!("http://127.0.0.1:{port}{PATH}"))
        .map_err(|e| format!("The redirect URI cannot be made: {e}"))?;
    let mut address = want.url;
    address
        .query_pairs_mut()
        .append_pair("redirect_uri", redirect.as_str());
    let shown = address.clone();
    let opened = tokio::task::spawn_blocking(move || opener(&address)).await;
    if let Err(why) = opened.unwrap_or_else(|e| Err(e.to_string())) {
        return Err(format!(
            "No browser could be opened for the sign-in ({why}). At the practice server a user's name \
             signs in without one; elsewhere, get a token by other means and paste it. The address was \
             {shown}"
        ));
    }
    let (sender, mut redirects) = mpsc::channel(1);
    let serve = async {
        let slots = Arc::new(tokio::sync::Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                continue;
            };
            let (sender, redirect, state) = (sender.clone(), redirect.clone(), want.state.clone());
            tokio::spawn(async move {
                let _slot = slot;
                let answered = timeout(REQUEST_LIMIT, answer(stream, &redirect, &state)).await;
                if let Ok(Some(url)) = answered {
                    let _ = sender.send(url).await;
                }
            });
        }
    };
    tokio::select! {
        Some(url) = redirects.recv() => Ok((redirect.clone(), url)),
        () = serve => Err("The port for the sign-in was closed.".into()),
        () = tokio::time::sleep(TIME_LIMIT) => Err(format!(
            "Nobody came back from the sign-in within {} minutes. Run the node again; check that the \
             server allows the redirect URI http://127.0.0.1 with any port (RFC 8252 §7.3).",
            TIME_LIMIT.as_secs() / 60
        )),
    }
}

/// Reads one request and answers with a small page. The URL, when it is the redirect waited for.
async fn answer(mut stream: TcpStream, redirect: &Url, state: &str) -> Option<Url> {
    let mut request = Vec::new();
    let mut buffer = [0; 2048];
    while !request.windows(4).any(|w| w == b"\r\n\r\n") {
        let n = stream.read(&mut buffer).await.ok()?;
        if n == 0 || request.len() + n > MAX_REQUEST {
            return None;
        }
        request.extend_from_slice(&buffer[..n]);
    }
    let found = target(&request).and_then(|target| redirect.join(target).ok());
    let url = found.filter(|u| u.origin() == redirect.origin() && u.path() == PATH);
    let right = url.filter(|u| u.query_pairs().any(|(n, v)| n == "state" && v == state));
    let (status, text) = match &right {
        Some(_) => (
            "200 OK",
            "Signed in. You can close this page and go back to Delegraph.",
        ),
        None => (
            "404 Not Found",
            "This is not the sign-in that Delegraph waits for.",
        ),
    };
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>Delegraph</title>\
         <body style=\"font:16px sans-serif;margin:4rem\"><p>{text}</p>"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        page.len()
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(page.as_bytes()).await;
    let _ = stream.shutdown().await;
    right
}

/// The target of `GET /path?query HTTP/1.1`. Only a path: an absolute form is not for this server.
fn target(request: &[u8]) -> Option<&str> {
    let line = request.split(|b| *b == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    if words.next() != Some("GET") {
        return None;
    }
    words
        .next()
        .filter(|t| t.starts_with('/') && !t.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A browser that follows the redirect at once, first with a wrong `state`.
    fn eager(wrong_first: bool) -> Opener {
        Arc::new(move |url: &Url| {
            let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
            let back = pairs["redirect_uri"].clone();
            tokio::runtime::Handle::current().spawn(async move {
                let get = |query: &'static str| {
                    let url = format!("{back}?{query}");
                    async move { reqwest::get(url).await.map(|r| r.status().as_u16()) }
                };
                if wrong_first {
                    assert_eq!(get("code=evil&state=other").await.unwrap(), 404);
                }
                assert_eq!(get("code=c1&state=s1").await.unwrap(), 200);
            });
            Ok(())
        })
    }

    fn want() -> BrowserWant {
        BrowserWant {
            url: Url::parse("https://as.example/authorize?client_id=x").unwrap(),
            state: "s1".into(),
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_redirect_with_the_right_state_is_taken_and_no_other() {
        let (redirect, received) = sign_in(want(), eager(true)).await.unwrap();
        assert_eq!(redirect.path(), PATH);
        assert_eq!(received.query(), Some("code=c1&state=s1"));
    }

    #[tokio::test]
    async fn without_a_browser_it_says_so() {
        let none: Opener = Arc::new(|_| Err("no display".into()));
        let why = sign_in(want(), none).await.unwrap_err();
        assert!(
            why.contains("no display") && why.contains("as.example"),
            "{why}"
        );
    }

    #[test]
    fn only_a_get_for_a_path_is_a_target() {
        assert_eq!(
            target(b"GET /callback?x=1 HTTP/1.1\r\n\r\n"),
            Some("/callback?x=1")
        );
        assert_eq!(target(b"POST /callback HTTP/1.1\r\n\r\n"), None);
        assert_eq!(target(b"GET http://evil/ HTTP/1.1\r\n\r\n"), None);
        assert_eq!(target(b"GET //evil/callback HTTP/1.1\r\n\r\n"), None);
        assert_eq!(target(b"\xff\xff"), None);
    }
}
