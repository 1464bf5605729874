//! Sign-in through the user's browser: a redirect URI on a free loopback port (RFC 8252 §7.3).

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use url::Url;

use super::wait;
use crate::{
    chain::run::{BrowserWant, SigningIn},
    kit::markup::xml,
};

/// How long the user has to sign in.
pub const TIME_LIMIT: Duration = Duration::from_mins(5);

/// How long the server has to take a connection before its browser page is given up as unreachable.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How often it is looked whether the server is still there.
const LOOKS: Duration = Duration::from_millis(if cfg!(test) { 40 } else { 4_000 });

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
/// right `state`. Gives the redirect URI and the URL received. Where no browser can be opened it waits
/// all the same: `tell` has the address, which any browser of this machine can open.
pub async fn sign_in(
    want: BrowserWant,
    opener: Opener,
    tell: impl Fn(SigningIn),
) -> Result<(Url, Url), String> {
    listened_to(&want.url).await?;
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
    let (sender, mut redirects) = mpsc::channel(1);
    let opened = {
        let address = address.clone();
        tokio::task::spawn_blocking(move || opener(&address)).await
    };
    let no_browser = opened.unwrap_or_else(|e| Err(e.to_string())).err();
    let told = |left| {
        tell(SigningIn {
            address: address.clone(),
            left,
            no_browser: no_browser.clone(),
        });
    };
    told(TIME_LIMIT);
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
    let gone = async {
        let mut misses = 0;
        loop {
            tokio::time::sleep(LOOKS).await;
            match listened_to(&address).await {
                Ok(()) => misses = 0,
                // Once may be a moment between two starts of the server.
                Err(_) if misses == 0 => misses = 1,
                Err(why) => return why,
            }
        }
    };
    tokio::select! {
        Some(url) = redirects.recv() => Ok((redirect.clone(), url)),
        why = gone => Err(format!("The server went away during the sign-in. {why}")),
        () = serve => Err("The port for the sign-in was closed.".into()),
        _ = wait::wait(TIME_LIMIT, told) => Err(nobody_came(no_browser.as_deref())),
    }
}

fn nobody_came(no_browser: Option<&str>) -> String {
    let minutes = TIME_LIMIT.as_secs() / 60;
    match no_browser {
        Some(why) => format!(
            "No browser could be opened for the sign-in ({why}), and nobody opened the address in another \
             one within {minutes} minutes. At the practice server a user's name signs in without a browser; \
             elsewhere run the node again and open the address that it names, or get a token by other means \
             and paste it."
        ),
        None => format!(
            "Nobody came back from the sign-in within {minutes} minutes. Run the node again; check that the \
             server allows the redirect URI http://127.0.0.1 with any port (RFC 8252 §7.3)."
        ),
    }
}

/// Whether somebody listens where the browser is to go: a page of the browser that says "connection
/// refused" would never lead back here. What this machine cannot tell (a name that only a proxy
/// resolves, a firewall that drops) is left to the browser.
async fn listened_to(url: &Url) -> Result<(), String> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Ok(());
    };
    let host = host.trim_matches(['[', ']']);
    match timeout(CONNECT_LIMIT, TcpStream::connect((host, port))).await {
        Ok(Err(e)) if e.kind() == std::io::ErrorKind::ConnectionRefused => Err(format!(
            "The server is not there: nothing listens at {host}:{port}, where the sign-in begins. Start the \
             server, or check its authorization endpoint, and run the node again."
        )),
        _ => Ok(()),
    }
}

/// What the page says to whom the redirect brought here (RFC 6749 §4.1.2).
fn greeting(redirect: &Url) -> (&'static str, String) {
    let parameter = |name: &str| {
        let mut pairs = redirect.query_pairs();
        pairs.find_map(|(n, value)| (n == name).then(|| value.into_owned()))
    };
    if let Some(error) = parameter("error") {
        let why = parameter("error_description").map_or_else(String::new, |d| format!(": {d}"));
        let text = format!("Not signed in. The server answered {error}{why}");
        return ("Not signed in", text);
    }
    if parameter("code").is_none() && parameter("response").is_none() {
        let text = "Not signed in: the answer of the server holds neither a code nor an error.";
        return ("Not signed in", text.into());
    }
    let text = "The code has arrived. You can close this page and go back to Delegraph.";
    ("Back from the sign-in", text.into())
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
    let (status, (title, text)) = match &right {
        Some(url) => ("200 OK", greeting(url)),
        None => (
            "404 Not Found",
            (
                "Not waited for",
                "This is not the sign-in that Delegraph waits for.".into(),
            ),
        ),
    };
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>{title}: Delegraph</title>\
         <body style=\"font:16px sans-serif;margin:4rem\"><p>{}</p>",
        xml(&text)
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
        let (redirect, received) = sign_in(want(), eager(true), |_| ()).await.unwrap();
        assert_eq!(redirect.path(), PATH);
        assert_eq!(received.query(), Some("code=c1&state=s1"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn without_a_browser_the_address_is_told_and_stays_good() {
        let none: Opener = Arc::new(|_| Err("no display".into()));
        let tell = |state: SigningIn| {
            assert_eq!(state.no_browser.as_deref(), Some("no display"));
            // Another browser opens it; told again each second, it is opened once only.
            if state.left == TIME_LIMIT {
                eager(false)(&state.address).unwrap();
            }
        };
        let (_, received) = sign_in(want(), none, tell).await.unwrap();
        assert_eq!(received.query(), Some("code=c1&state=s1"));
        let why = nobody_came(Some("no display"));
        assert!(why.contains("no display"), "{why}");
    }

    #[tokio::test]
    async fn a_server_that_is_gone_ends_the_sign_in_before_a_browser_opens() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let at = Url::parse(&format!("http://127.0.0.1:{port}/authorize")).unwrap();
        listened_to(&at).await.unwrap();
        drop(listener);
        let opener: Opener = Arc::new(|_| panic!("opened"));
        let want = BrowserWant { url: at, ..want() };
        let why = sign_in(want, opener, |_| ()).await.unwrap_err();
        assert!(why.contains(&port.to_string()), "{why}");
    }

    #[tokio::test]
    async fn a_server_that_goes_away_ends_the_sign_in() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let at = Url::parse(&format!("http://127.0.0.1:{port}/authorize")).unwrap();
        let listener = std::sync::Mutex::new(Some(listener));
        // The browser has opened, and the server ends.
        let opener: Opener = Arc::new(|_| Ok(()));
        let tell = |_| drop(listener.lock().unwrap().take());
        let want = BrowserWant { url: at, ..want() };
        let why = sign_in(want, opener, tell).await.unwrap_err();
        assert!(
            why.contains("went away") && why.contains(&port.to_string()),
            "{why}"
        );
    }

    #[test]
    fn an_error_at_the_redirect_is_not_greeted_as_a_sign_in() {
        for (query, title, said) in [
            ("code=c&state=s", "Back", "has arrived"),
            ("error=access_denied&state=s", "Not", "access_denied"),
            ("error=x&error_description=no+%3Cb%3E", "Not", "no <b>"),
            // An error beside a code is an error.
            ("code=c&error=server_error", "Not", "server_error"),
            ("state=s", "Not", "neither"),
            ("response=eyJ", "Back", "has arrived"),
        ] {
            let url = Url::parse(&format!("http://127.0.0.1:1{PATH}?{query}")).unwrap();
            let (shown, text) = greeting(&url);
            assert!(
                shown.starts_with(title) && text.contains(said),
                "{query}: {text}"
            );
        }
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
