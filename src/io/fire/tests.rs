//! Firing over real connections, with nobody who draws.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, routing::get};

use super::*;
use crate::{
    attack::{
        Forgery, Ingredients, Verdict, catalogue,
        fire::{Pace, Plan, SILENT},
        target::Target,
    },
    jose::{Alg, crypto},
    oauth::http::Method,
    token::{craft, decode::decode},
};

/// A server on loopback that says yes to all, after `pause` for each but the first `prompt`.
struct Server {
    url: url::Url,
    seen: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

async fn server(pause: Duration, prompt: usize) -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (seen, now, most) = <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
    let counts = (Arc::clone(&seen), Arc::clone(&now), Arc::clone(&most));
    let answer = move || {
        let (seen, now, most) = counts.clone();
        async move {
            let nth = seen.fetch_add(1, Ordering::SeqCst);
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if nth >= prompt {
                tokio::time::sleep(pause).await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            StatusCode::OK
        }
    };
    let app = Router::new().route("/", get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Server {
        url: url.parse().unwrap(),
        seen,
        most,
    }
}

fn firing(server: &Server, forgeries: usize, pace: Pace) -> Fire {
    let now = Clock::System.now().as_second();
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let claims = serde_json::json!({ "sub": "alice", "exp": now + 600 });
    let token = craft::mint(&serde_json::json!({}), &claims, &key, &Alg::Es256).unwrap();
    let with = Ingredients::gather(&decode(&token), &[key], now).unwrap();
    let small = |f: &&Forgery| {
        !f.is_request() && f.apply(&token, &with).is_ok_and(|m| m.token.len() < 4_000)
    };
    let forgeries = catalogue().iter().filter(small).take(forgeries).collect();
    let plan = Plan {
        target: Target::bearer(Method::Get, server.url.clone()),
        token: token.clone(),
        with: with.clone(),
        forgeries,
        pace,
    };
    Fire::new(Arc::new(plan), &Env::system(Clock::System)).unwrap()
}

/// What was told, and when it was over.
async fn fired(fire: Fire, stop: &Notify) -> Vec<Volley> {
    let told = Mutex::new(Vec::new());
    let http = Http::new().unwrap();
    super::fire(&http, fire, Clock::System, stop, |volley| {
        told.lock().unwrap().push(volley);
    })
    .await;
    told.into_inner().unwrap()
}

#[tokio::test]
async fn hundreds_go_out_at_their_pace_and_several_at_once() {
    let server = server(Duration::from_millis(60), 0).await;
    let pace = Pace {
        per_second: 200,
        at_once: 8,
        ..Pace::default()
    };
    let begun = Instant::now();
    let told = fired(firing(&server, 150, pace), &Notify::new()).await;
    let took = begun.elapsed();
    let last = told.last().unwrap();
    assert!(last.over && told.iter().rev().skip(1).all(|v| !v.over));
    assert_eq!(last.matrix.rows.len(), 152);
    assert_eq!(last.matrix.count("control_accepted"), 2);
    assert_eq!((last.sent, server.seen.load(Ordering::SeqCst)), (152, 152));
    let most = server.most.load(Ordering::SeqCst);
    assert!(most > 1 && most <= 8, "{most} at once");
    // 152 requests at 200 a second take three quarters of a second; one after another, nine.
    assert!(took >= Duration::from_millis(740), "{took:?}");
    assert!(took < Duration::from_secs(8), "{took:?}");
    let logged: Vec<_> = told.iter().flat_map(|v| &v.exchanged).collect();
    assert_eq!(logged.len(), 152);
    for row in &last.matrix.rows {
        let (_, sent) = logged
            .iter()
            .find(|(place, _)| *place == row.place)
            .unwrap();
        assert_eq!(sent.purpose, format!("forge: {}", row.name()));
        assert_eq!(sent.response.as_ref().unwrap().status, 200);
    }
    let frames = took.as_millis() / NEWS.as_millis() + 2;
    assert!(
        told.len() as u128 <= frames,
        "{} news in {took:?}",
        told.len()
    );
}

#[tokio::test]
async fn cancelling_ends_it_at_once_and_says_what_was_under_way() {
    let server = server(Duration::from_secs(30), 5).await;
    let fire = firing(&server, 100, Pace::default());
    let stop = Notify::new();
    let begun = Instant::now();
    let end = async {
        while server.seen.load(Ordering::SeqCst) < 9 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.notify_one();
    };
    let (told, ()) = tokio::join!(fired(fire, &stop), end);
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    let last = told.last().unwrap();
    assert!(last.over && last.matrix.cancelled && !last.matrix.passed());
    assert_eq!(last.matrix.rows.len(), 5, "what was answered stays");
    let cut = told.iter().flat_map(|v| &v.exchanged).filter(|(_, e)| {
        e.response
            .as_ref()
            .is_err_and(|why| why.contains("Cancelled"))
    });
    assert_eq!(cut.count(), 4, "what waited for its answer is logged");
}

#[tokio::test]
async fn a_target_that_hangs_costs_its_time_limit_a_few_times() {
    let server = server(Duration::from_mins(1), 3).await;
    let pace = Pace {
        patience: 1,
        per_second: 200,
        ..Pace::default()
    };
    let begun = Instant::now();
    let told = fired(firing(&server, 60, pace), &Notify::new()).await;
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    let matrix = &told.last().unwrap().matrix;
    let why = matrix.ended.as_ref().unwrap();
    assert!(why.contains("no answer within 1 s"), "{why}");
    assert_eq!(
        matrix.findings().count(),
        2,
        "what was let in before counts"
    );
    let silent = matrix.rows.iter().filter(|r| r.verdict == Verdict::Unclear);
    assert!((SILENT..SILENT + 4).contains(&silent.count()));
    assert_eq!(
        matrix.rows.len(),
        61,
        "each has its row, but for the last control"
    );
}

/// A server that answers each request by its number and whether it carries `good`.
async fn answering(
    good: &str,
    answer: impl Fn(usize, bool) -> (StatusCode, [(&'static str, &'static str); 1], &'static str)
    + Clone
    + Send
    + Sync
    + 'static,
) -> url::Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (seen, good) = (Arc::new(AtomicUsize::new(0)), format!("Bearer {good}"));
    let handler = move |headers: axum::http::HeaderMap| {
        let is_good = headers.get("authorization").is_some_and(|v| *v == *good);
        let response = answer(seen.fetch_add(1, Ordering::SeqCst), is_good);
        async move { response }
    };
    let app = Router::new().route("/", get(handler));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url.parse().unwrap()
}

#[tokio::test]
async fn refusals_are_told_from_acceptance_whatever_their_status() {
    type Answer = (StatusCode, [(&'static str, &'static str); 1], &'static str);
    const NONE: [(&str, &str); 1] = [("x-a", "b")];
    let fine: Answer = (StatusCode::OK, NONE, r#"{"accounts":[]}"#);
    let sound: [(&str, Answer); 5] = [
        (
            "an error with 200",
            (StatusCode::OK, NONE, r#"{"error":"invalid_token"}"#),
        ),
        (
            "GraphQL",
            (
                StatusCode::OK,
                NONE,
                r#"{"data":null,"errors":[{"message":"Unauthorized"}]}"#,
            ),
        ),
        (
            "a redirect",
            (StatusCode::FOUND, [("location", "/login?next=a")], ""),
        ),
        ("a status", (StatusCode::UNAUTHORIZED, NONE, "")),
        ("too large", (StatusCode::PAYLOAD_TOO_LARGE, NONE, "")),
    ];
    for (name, refusal) in sound {
        let (matrix, forged) = volley(move |_, good| if good { fine } else { refusal }).await;
        assert_eq!(matrix.void, None, "{name}");
        assert_eq!(matrix.findings().count(), 0, "{name}");
        assert_eq!(matrix.count("refused"), forged, "{name}");
    }
    let (matrix, forged) = volley(move |_, _| fine).await;
    assert_eq!(matrix.findings().count(), forged, "one that takes all");
    let (matrix, _) = volley(|_, _| {
        (
            StatusCode::OK,
            NONE,
            r#"{"errors":[{"message":"no such query"}]}"#,
        )
    })
    .await;
    assert!(matrix.void.is_some(), "one that fails for all");
}

#[tokio::test]
async fn a_target_that_limits_requests_is_waited_for() {
    let busy = (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "");
    let fine = (StatusCode::OK, [("x-a", "b")], "{}");
    let no = (StatusCode::UNAUTHORIZED, [("x-a", "b")], "");
    let (matrix, forged) = volley(move |nth, good| match (nth % 3, good) {
        (2, _) => busy,
        (_, true) => fine,
        (_, false) => no,
    })
    .await;
    assert_eq!(matrix.void, None);
    assert_eq!(matrix.count("refused"), forged);
    let places: Vec<usize> = matrix.rows.iter().map(|row| row.place).collect();
    assert_eq!(places, (0..forged + 2).collect::<Vec<_>>());
    let long = (
        StatusCode::TOO_MANY_REQUESTS,
        [("retry-after", "86400")],
        "",
    );
    let (matrix, forged) = volley(move |nth, good| match (nth, good) {
        (_, true) => fine,
        _ => long,
    })
    .await;
    assert_eq!(matrix.count("unclear"), forged, "nobody waits for a day");
}

/// Fires a few forgeries at a server that answers so; what came of it, and how many were forged.
async fn volley(
    answer: impl Fn(usize, bool) -> (StatusCode, [(&'static str, &'static str); 1], &'static str)
    + Clone
    + Send
    + Sync
    + 'static,
) -> (crate::attack::Matrix, usize) {
    let now = Clock::System.now().as_second();
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let claims = serde_json::json!({ "sub": "alice", "exp": now + 600 });
    let token = craft::mint(&serde_json::json!({}), &claims, &key, &Alg::Es256).unwrap();
    let url = answering(&token, answer).await;
    let forgeries: Vec<&Forgery> = catalogue()
        .iter()
        .filter(|f| matches!(f.family.name, "alg-none"))
        .take(4)
        .collect();
    let count = forgeries.len();
    let plan = Plan {
        with: Ingredients::gather(&decode(&token), &[key], now).unwrap(),
        token,
        target: Target::bearer(Method::Get, url),
        forgeries,
        pace: Pace {
            per_second: 100,
            at_once: 1,
            ..Pace::default()
        },
    };
    let env = Env::system(Clock::System);
    let begun = Fire::new(Arc::new(plan), &env).unwrap();
    let last = Mutex::new(None);
    let http = Http::new().unwrap();
    fire(
        &http,
        begun,
        Clock::System,
        &Notify::new(),
        |news: Volley| {
            *last.lock().unwrap() = Some(news.matrix);
        },
    )
    .await;
    let matrix = last.into_inner().unwrap().unwrap();
    ((*matrix).clone(), count)
}
