//! The finder against a bare loop of jsonwebtoken over the same tokens, in one run: the aim is at
//! least half its rate, with decoding as well.
//!
//! `cargo bench --bench find`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement that fails says so

use std::{hint::black_box, time::Instant};

use delegraph::{
    jose::{Alg, crypto},
    kit::clock::{Clock, Timestamp},
    token::{craft, decode::decode, find::find},
};
use serde_json::{Map, Value, json};

/// Tokens in the log, different ones among them, and rounds; the loops take turns, so that a busy
/// machine slows all.
const TOKENS: usize = 100_000;
const DIFFERENT: usize = 1_000;
const ROUNDS: u32 = 5;
const AIM: f64 = 0.5;

fn main() {
    let now = Clock::System.now();
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let tokens: Vec<String> = (0..DIFFERENT)
        .map(|n| {
            craft::mint(
                &json!({ "typ": "at+jwt" }),
                &claims(now, n),
                &key,
                &Alg::Es256,
            )
            .unwrap()
        })
        .collect();
    let log: String = (0..TOKENS)
        .map(|n| {
            format!(
                "2026-11-24T10:{:02}:{:02}.{:03}Z INFO gateway request id={n} method=GET path=/accounts/{n} authorization=\"Bearer {}\" status=200 ms={}\n",
                n / 60 % 60, n % 60, n % 1000, tokens[n % DIFFERENT], n % 97
            )
        })
        .collect();
    println!(
        "{TOKENS} tokens in a log of {} MiB, tokens a second (best of {ROUNDS} rounds)",
        log.len() >> 20
    );

    let bare = || {
        for n in 0..TOKENS {
            let token = &tokens[n % DIFFERENT];
            let data =
                jsonwebtoken::dangerous::insecure_decode::<Map<String, Value>>(token).unwrap();
            black_box(data.claims.len());
        }
    };
    let ours = || {
        let found = find(&log);
        assert_eq!(found.len(), TOKENS);
        black_box(found);
    };
    let whole = || {
        let found = find(&log);
        for found in &found {
            black_box(decode(&found.raw));
        }
    };
    let (mut theirs, mut search, mut read) = (0.0_f64, 0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        theirs = theirs.max(rate(bare));
        search = search.max(rate(ours));
        read = read.max(rate(whole));
    }
    println!("jsonwebtoken, decode only  {theirs:9.0}");
    println!(
        "delegraph, find            {search:9.0}  ratio {:.2}",
        search / theirs
    );
    println!(
        "delegraph, find and decode {read:9.0}  ratio {:.2}",
        read / theirs
    );
    println!(
        "aim: at least {AIM} of jsonwebtoken's rate: {}",
        if read / theirs >= AIM {
            "met"
        } else {
            "missed"
        }
    );
}

fn claims(now: Timestamp, n: usize) -> Value {
    json!({
        "iss": "https://as.example",
        "sub": format!("user-{n}"),
        "aud": "payments-api",
        "client_id": "payments-agent",
        "scope": "payments:initiate payments:read",
        "iat": now.as_second(),
        "exp": now.as_second() + 3600,
        "jti": format!("b6f2a1-{n}"),
        "act": { "sub": "payments-agent", "act": { "sub": "researcher" } },
    })
}

#[allow(clippy::disallowed_methods)] // a measurement needs the real clock
fn rate(work: impl Fn()) -> f64 {
    let began = Instant::now();
    work();
    TOKENS as f64 / began.elapsed().as_secs_f64()
}
