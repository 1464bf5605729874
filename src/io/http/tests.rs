//! Hostile servers on loopback.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::oauth::http::{Body, Field};

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    total: Duration::from_millis(600),
    body: 64 * 1024,
};

fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: Url::parse(url).unwrap(),
        headers: vec![],
        body: Body::Empty,
    }
}

/// A server that reads one request head and then does what `then` does. Gives its URL.
async fn serve<F, T>(then: F) -> String
where
    F: Fn(TcpStream) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            tokio::spawn(then(stream));
        }
    });
    format!("http://127.0.0.1:{port}/token?code=hidden")
}

/// A server that answers with `bytes` and closes.
async fn answer(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = Arc::new(bytes.into());
    serve(move |mut stream| {
        let bytes = Arc::clone(&bytes);
        async move {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

async fn refused(url: &str, limits: Limits) -> String {
    let error = Http::with(limits)
        .unwrap()
        .send(&get(url))
        .await
        .expect_err("the transport took it");
    assert!(!error.contains("hidden"), "the query is shown: {error}");
    error
}

#[tokio::test]
async fn a_good_answer_comes_whole() {
    let url = answer("HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nok").await;
    let answer = Http::new().unwrap().send(&get(&url)).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (201, &b"ok"[..]));
    assert_eq!(answer.header("x-ONE"), Some("1"));
}

#[tokio::test]
async fn a_form_is_sent_encoded_and_headers_as_given() {
    let (sent, received) = std::sync::mpsc::channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = vec![0; 4096];
        let mut len = 0;
        while !String::from_utf8_lossy(&seen[..len]).contains("a=1%26b") {
            len += stream.read(&mut seen[len..]).await.unwrap();
        }
        sent.send(String::from_utf8_lossy(&seen[..len]).into_owned())
            .unwrap();
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .await
            .unwrap();
    });
    let request = Request {
        method: Method::Post,
        headers: vec![Field::secret("authorization", "Basic abc")],
        body: Body::Form(vec![Field::plain("a", "1&b ü")]),
        ..get(&url)
    };
    assert_eq!(
        Http::new().unwrap().send(&request).await.unwrap().status,
        204
    );
    let seen = received.recv().unwrap();
    assert!(seen.ends_with("a=1%26b+%C3%BC"), "{seen}");
    assert!(seen.contains("authorization: Basic abc"), "{seen}");
    assert!(
        seen.contains("content-type: application/x-www-form-urlencoded"),
        "{seen}"
    );
    let lower = seen.to_lowercase();
    assert!(
        !lower.contains("cookie") && !lower.contains("referer"),
        "{seen}"
    );
}

#[tokio::test]
async fn redirects_are_answers() {
    let url = answer(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    let http = Http::with(LIMITS).unwrap();
    let answer = http.send(&get(&url)).await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(
        answer.header("location"),
        Some("http://127.0.0.1:1/elsewhere")
    );
}

#[tokio::test]
async fn html_is_an_answer_and_stays_bytes() {
    let url = answer(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    )
    .await;
    let answer = Http::with(LIMITS).unwrap().send(&get(&url)).await.unwrap();
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (502, &b"<html>"[..])
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_named() {
    let url = serve(|stream| async move {
        tokio::time::sleep(Duration::from_mins(1)).await;
        drop(stream);
    })
    .await;
    let begun = Instant::now();
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("did not answer within 600 ms"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_stalls_in_the_body_is_named() {
    let url = serve(|mut stream| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            .await;
        tokio::time::sleep(Duration::from_mins(1)).await;
    })
    .await;
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("stopped after 4 bytes"), "{error}");
}

#[tokio::test]
async fn a_server_that_drips_runs_into_the_total_limit() {
    let url = serve(|mut stream| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
            .await;
        while stream.write_all(b".").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    })
    .await;
    let begun = Instant::now();
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("did not come within"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_answer_cut_short_is_named() {
    let url = answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("cut short after 4 bytes"), "{error}");
    let url = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab").await;
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("cut short after"), "{error}");
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_named() {
    let url = answer("").await;
    let error = refused(&url, LIMITS).await;
    assert!(
        error.contains("closed the connection without an answer"),
        "{error}"
    );
}

#[tokio::test]
async fn garbage_is_not_http() {
    for garbage in [
        &b"\x00\x01\x02 not http\r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9\r\n",
    ] {
        let error = refused(&answer(garbage).await, LIMITS).await;
        assert!(error.contains("is not HTTP"), "{error}");
    }
    let mut endless = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    endless.resize(3_000_000, b'a');
    let error = refused(&answer(endless).await, LIMITS).await;
    assert!(error.contains("not HTTP"), "{error}");
}

#[tokio::test]
async fn a_gigabyte_is_refused_when_announced_and_when_streamed() {
    let announced = answer("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n").await;
    let error = refused(&announced, LIMITS).await;
    assert!(error.contains("too large: 1024.0 MiB"), "{error}");

    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let streamed = serve(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            let piece = vec![b'a'; 64 * 1024];
            for _ in 0..16 * 1024 {
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
                counter.fetch_add(piece.len(), std::sync::atomic::Ordering::Relaxed);
            }
        }
    })
    .await;
    let limits = Limits {
        total: Duration::from_secs(10),
        ..LIMITS
    };
    let begun = Instant::now();
    let error = refused(&streamed, limits).await;
    assert!(
        error.contains("too large: more, where 64 KiB are read at most"),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    // What went beyond the limit stands in socket buffers, not in this program.
    assert!(sent.load(std::sync::atomic::Ordering::Relaxed) < 32 * 1024 * 1024);
}

/// 8 MiB of zeros in about 8 KiB: gzip of repeated stored-length matches, written by hand, since
/// the crate has no compressor.
fn gzip_bomb() -> Vec<u8> {
    /// Appends bits, least significant first.
    fn bits(out: &mut Vec<u8>, at: &mut u32, value: u32, count: u32) {
        for bit in 0..count {
            if *at == 0 {
                out.push(0);
            }
            if value >> bit & 1 == 1
                && let Some(last) = out.last_mut()
            {
                *last |= 1 << *at;
            }
            *at = (*at + 1) % 8;
        }
    }
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut at = 0;
    bits(&mut out, &mut at, 1, 1); // last block
    bits(&mut out, &mut at, 1, 2); // fixed Huffman codes (RFC 1951 §3.2.6)
    bits(&mut out, &mut at, 0b0000_1100, 8); // literal 0: code 00110000, most significant bit first
    for _ in 0..8 * 1024 * 1024 / 258 {
        bits(&mut out, &mut at, 0b1010_0011, 8); // length 258: code 11000101
        bits(&mut out, &mut at, 0, 5); // distance 1
    }
    bits(&mut out, &mut at, 0, 7); // end of block
    out.extend([0; 8]); // checksum and length, wrong: never reached
    out
}

#[tokio::test]
async fn a_gzip_bomb_stops_at_the_limit() {
    let bomb = gzip_bomb();
    assert!(bomb.len() < 64 * 1024, "{} bytes", bomb.len());
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    )
    .into_bytes();
    bytes.extend(bomb);
    let error = refused(&answer(bytes).await, LIMITS).await;
    assert!(error.contains("too large: more"), "{error}");
}

#[tokio::test]
async fn broken_gzip_is_named() {
    let url = answer(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip at all",
    )
    .await;
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("cannot be decompressed"), "{error}");
}

#[tokio::test]
async fn a_refused_connection_is_named() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let error = refused(&format!("http://127.0.0.1:{port}/"), LIMITS).await;
    assert!(error.contains("no server listens there"), "{error}");
    assert!(error.contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn an_unknown_name_is_named() {
    // RFC 6761 §6.4: `invalid` never resolves.
    let limits = Limits {
        total: Duration::from_secs(10),
        ..LIMITS
    };
    let error = refused("https://as.invalid/token", limits).await;
    assert!(
        error.contains("cannot be resolved") || error.contains("No connection to"),
        "{error}"
    );
    assert!(error.contains("as.invalid"), "{error}");
}

#[tokio::test]
async fn a_port_without_tls_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                .await;
        }
    });
    let error = refused(&url, LIMITS).await;
    assert!(error.contains("No secure connection"), "{error}");
}

#[tokio::test]
async fn plain_http_leaves_this_machine_never() {
    for url in [
        "http://as.example/token",
        "http://10.0.0.1/",
        "http://localhost.example/",
        "ftp://127.0.0.1/",
        "https://user:hidden@127.0.0.1/",
    ] {
        let error = refused(url, LIMITS).await;
        assert!(
            error.contains("https") || error.contains("user name or password"),
            "{url}: {error}"
        );
    }
    for url in [
        "http://127.9.9.9/",
        "http://[::1]/",
        "http://localhost/",
        "http://a.localhost/",
    ] {
        assert!(is_loopback(&Url::parse(url).unwrap()), "{url}");
    }
}

#[tokio::test]
async fn a_header_that_injects_is_refused_without_showing_it() {
    let request = Request {
        headers: vec![Field::token("authorization", "Bearer hidden\r\nX: y")],
        ..get("http://127.0.0.1:1/")
    };
    let error = Http::new().unwrap().send(&request).await.unwrap_err();
    assert!(
        error.contains("`authorization`") && !error.contains("hidden"),
        "{error}"
    );
}
