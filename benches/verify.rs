//! A verdict against bare jsonwebtoken, in one run: the aim is at least 0.95 of its rate.
//!
//! `cargo bench --bench verify`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement that fails says so

use std::{hint::black_box, time::Instant};

use delegraph::{
    jose::{Alg, crypto, pem},
    kit::clock::{Clock, Timestamp},
    token::{
        craft,
        decode::decode,
        validate::{Candidate, Policy, judge},
    },
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};

/// Tokens a round, and rounds; the two take turns, so that a busy machine slows both.
const TOKENS: u32 = 200;
const ROUNDS: u32 = 15;
const AIM: f64 = 0.95;

fn main() {
    println!("verify, tokens a second (best of {ROUNDS} rounds)");
    let mut met = true;
    for (alg, theirs) in [
        (Alg::Es256, Algorithm::ES256),
        (Alg::Rs256, Algorithm::RS256),
        (Alg::EdDsa, Algorithm::EdDSA),
    ] {
        met &= compare(&alg, theirs);
    }
    println!(
        "aim: at least {AIM} of jsonwebtoken's rate: {}",
        if met { "met" } else { "missed" }
    );
}

fn compare(alg: &Alg, theirs: Algorithm) -> bool {
    let key = crypto::generate(alg, None).unwrap();
    let public = key.public().unwrap();
    let now = Clock::System.now();
    let token = craft::mint(&json!({ "typ": "at+jwt" }), &claims(now), &key, alg).unwrap();
    let pem = pem::write(&public).unwrap();

    let bare_key = match theirs {
        Algorithm::RS256 => DecodingKey::from_rsa_pem(pem.as_bytes()),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem.as_bytes()),
        _ => DecodingKey::from_ec_pem(pem.as_bytes()),
    }
    .unwrap();
    let mut validation = Validation::new(theirs);
    validation.set_audience(&["payments-api"]);
    let keys = [Candidate::new(public, "given".into(), None)];
    let policy = Policy {
        audience: Some("payments-api".into()),
        ..Policy::at(now)
    };

    let bare = || {
        let data =
            jsonwebtoken::decode::<Map<String, Value>>(&token, &bare_key, &validation).unwrap();
        black_box(data.claims.len());
    };
    let ours = || {
        let verdict = judge(&decode(&token), &keys, &policy);
        assert!(verdict.verified(), "{verdict:?}");
        black_box(verdict);
    };
    let (mut best_bare, mut best_ours) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        best_bare = best_bare.max(rate(bare));
        best_ours = best_ours.max(rate(ours));
    }
    let ratio = best_ours / best_bare;
    println!("{alg:6}  jsonwebtoken {best_bare:9.0}  delegraph {best_ours:9.0}  ratio {ratio:.2}");
    ratio >= AIM
}

fn claims(now: Timestamp) -> Value {
    json!({
        "iss": "https://as.example",
        "sub": "alice",
        "aud": "payments-api",
        "client_id": "payments-agent",
        "scope": "payments:initiate payments:read",
        "iat": now.as_second(),
        "exp": now.as_second() + 3600,
        "jti": "b6f2a1",
        "act": { "sub": "payments-agent", "act": { "sub": "researcher", "act": { "sub": "planner" } } },
    })
}

#[allow(clippy::disallowed_methods)] // a measurement needs the real clock
fn rate(work: impl Fn()) -> f64 {
    let began = Instant::now();
    for _ in 0..TOKENS {
        work();
    }
    f64::from(TOKENS) / began.elapsed().as_secs_f64()
}
