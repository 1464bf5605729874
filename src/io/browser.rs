//! Sign-in through the user's browser: a loopback listener for one redirect (RFC 8252 §7.3).

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use url::Url;

use crate::chain::run::BrowserWant;

/// How long the user may take to sign in.
pub const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(180);

/// Bytes of a request that are read: the redirect is one line.
const MAX_REQUEST: usize = 16 * 1024;

/// Opens the browser and waits for the redirect that carries the request's `state`: the redirect URI
/// that was listened on, and the URL that came. `open` shows a page to the user.
pub async fn sign_in(
    want: BrowserWant,
    open: impl FnOnce(&str) -> Result<(), String>,
) -> Result<(Url, Url), String> {
    let failed = |e: std::io::Error| format!("no listener for the sign-in's answer: {e}");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let redirect: Url = format!("http://127.0.0.1:{port}/callback")
        .parse()
        .map_err(|e| format!("{e}"))?;
    let mut url = want.url;
    url.query_pairs_mut()
        .append_pair("redirect_uri", redirect.as_str());
    open(url.as_str())?;
    let received = timeout(SIGN_IN_TIMEOUT, wait(&listener, &redirect, &want.state))
        .await
        .map_err(|_| {
            format!(
                "no answer from the browser within {} minutes: run the step again and finish the sign-in there",
                SIGN_IN_TIMEOUT.as_secs() / 60
            )
        })??;
    Ok((redirect, received))
}

/// Answers requests until one carries the right `state`; favicons and strangers get a 404.
async fn wait(listener: &TcpListener, redirect: &Url, state: &str) -> Result<Url, String> {
    loop {
        let (mut stream, _) = listener
            .accept()
            .await
            .map_err(|e| format!("the sign-in's answer could not be received: {e}"))?;
        let Ok(Some(target)) = timeout(Duration::from_secs(5), request_target(&mut stream)).await
        else {
            continue;
        };
        let Ok(received) = redirect.join(&target) else {
            continue;
        };
        let ours = received.path() == redirect.path()
            && received
                .query_pairs()
                .any(|(name, value)| name == "state" && value == state);
        let (status, text) = if ours {
            (
                "200 OK",
                "Signed in. Delegraph goes on; this page can be closed.",
            )
        } else {
            ("404 Not Found", "Nothing is here.")
        };
        let page = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        let _ = timeout(Duration::from_secs(5), stream.write_all(page.as_bytes())).await;
        let _ = stream.shutdown().await;
        if ours {
            return Ok(received);
        }
    }
}

/// The target of a `GET`; `None` for anything else.
async fn request_target(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    let mut chunk = [0; 2048];
    while !text.windows(2).any(|pair| pair == b"\r\n") {
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 || text.len() + read > MAX_REQUEST {
            return None;
        }
        text.extend_from_slice(&chunk[..read]);
    }
    let text = String::from_utf8_lossy(&text);
    let mut words = text.lines().next()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    let target = words.next()?;
    target.starts_with('/').then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, port: u16) -> String {
        format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")
    }

    #[tokio::test]
    async fn takes_the_redirect_with_our_state_only() {
        let want = BrowserWant {
            url: "https://as.example/authorize?client_id=a".parse().unwrap(),
            state: "s1".into(),
        };
        let (sender, opened) = tokio::sync::oneshot::channel();
        let sign_in = tokio::spawn(sign_in(want, |url| {
            sender.send(url.to_owned()).map_err(|_| String::new())
        }));
        let opened: Url = opened.await.unwrap().parse().unwrap();
        let redirect: Url = opened
            .query_pairs()
            .find(|(name, _)| name == "redirect_uri")
            .unwrap()
            .1
            .parse()
            .unwrap();
        let port = redirect.port().unwrap();
        let mut answers = Vec::new();
        for target in [
            "/favicon.ico",
            "/callback?code=x&state=forged",
            "/callback?code=c1&state=s1",
        ] {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            stream
                .write_all(request(target, port).as_bytes())
                .await
                .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answers.push(answer.contains(" 200 "));
        }
        assert_eq!(answers, [false, false, true]);
        let (uri, received) = sign_in.await.unwrap().unwrap();
        assert_eq!(uri, redirect);
        assert!(received.as_str().ends_with("/callback?code=c1&state=s1"));
    }
}
