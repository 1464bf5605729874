//! One token with far more of something than anybody means: time and memory grow with its length,
//! not faster.
#![allow(clippy::disallowed_methods)] // measures from outside

use std::time::Instant;

use delegraph::{
    app::{
        Command, Model,
        analysis::{Analysis, Input, analyse},
        update,
    },
    jose::b64,
    kit::{
        Env,
        clock::{Clock, Timestamp},
    },
    token::decode::decode,
};
use serde_json::{Value, json};

fn compact(header: &Value, claims: &Value) -> String {
    let encode = |v: &Value| b64::encode(v.to_string());
    format!("{}.{}.{}", encode(header), encode(claims), "A".repeat(86))
}

fn with(name: &str, value: Value) -> String {
    let mut claims = json!({
        "iss": "https://as.example", "sub": "alice", "exp": 1_800_000_000, "client_id": "agent",
    });
    claims[name] = value;
    compact(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims)
}

fn disclosures(count: usize) -> String {
    let all: Vec<String> = (0..count)
        .map(|n| b64::encode(json!([format!("salt-{n}"), format!("claim_{n}"), n]).to_string()))
        .collect();
    let digests: Vec<String> = all
        .iter()
        .map(|d| b64::encode(delegraph::jose::crypto::sha256(d.as_bytes())))
        .collect();
    let token = compact(
        &json!({"alg": "ES256", "typ": "dc+sd-jwt"}),
        &json!({"iss": "https://as.example", "vct": "card", "_sd": digests, "_sd_alg": "sha-256"}),
    );
    format!("{token}~{}~", all.join("~"))
}

fn wide() -> Vec<(&'static str, String)> {
    let text = |n: usize| Value::from(format!("entry {n}"));
    let detail = |n: usize| json!({"type": "payment_initiation", "instructedAmount": {"amount": n.to_string(), "currency": "EUR"}});
    let deep = "{\"act\":".repeat(10_000) + "{}" + &"}".repeat(10_000);
    let mut actor = json!({"sub": "agent-0"});
    for n in 1..60 {
        actor = json!({"sub": format!("agent-{n}"), "act": actor});
    }
    vec![
        ("aud", with("aud", (0..100_000).map(text).collect())),
        (
            "scope",
            with(
                "scope",
                (0..100_000)
                    .map(|n| format!("s{n} "))
                    .collect::<String>()
                    .into(),
            ),
        ),
        (
            "details",
            with("authorization_details", (0..5_000).map(detail).collect()),
        ),
        ("act", with("act", actor)),
        (
            "deep act",
            format!(
                "{}.{}.c2ln",
                b64::encode(r#"{"alg":"ES256"}"#),
                b64::encode(deep)
            ),
        ),
        (
            "crit",
            compact(
                &json!({"alg": "ES256", "crit": (0..100_000).map(text).collect::<Value>()}),
                &json!({"sub": "alice"}),
            ),
        ),
        ("disclosures", disclosures(5_000)),
        ("members", {
            let all: serde_json::Map<String, Value> = (0..50_000)
                .map(|n| (format!("claim_{n}"), n.into()))
                .collect();
            compact(&json!({"alg": "ES256"}), &Value::Object(all))
        }),
    ]
}

#[test]
fn wide_tokens_are_read_judged_and_laid_out_in_time() {
    for (what, text) in wide() {
        let began = Instant::now();
        let token = decode(&text);
        let decoded = began.elapsed();
        let mut model = Model::default();
        let env = Env {
            now: Timestamp::from_second(1_790_000_000).unwrap(),
            ..Env::system(Clock::System)
        };
        for effect in update(&mut model, Command::Paste(text.clone()), &env) {
            if let delegraph::app::Effect::FindTokens(job, text) = effect {
                let found = delegraph::token::find::find(&text);
                delegraph::app::apply(&mut model, delegraph::app::Outcome::Found(job, found), &env);
            }
        }
        assert_eq!(model.workspace.tokens.len(), 1, "{what}");
        let input = Input::of(&model, env.now);
        let began = Instant::now();
        let analysis = analyse(&input, &Analysis::default());
        let took = began.elapsed();
        println!(
            "{what}: {} KB, decoded in {decoded:?}, analysed in {took:?}",
            text.len() / 1024
        );
        // Linear: well under a second each when built for release; with the square it would be minutes.
        assert!(decoded.as_secs() < 5, "{what}: {decoded:?}");
        assert!(took.as_secs() < 20, "{what}: {took:?}");
        assert!(
            analysis.graph.nodes.len() < 200,
            "{what}: the graph stays one to look at"
        );
        match what {
            "aud" => assert_eq!(
                analysis.evidence.hops[0]
                    .token
                    .claim("aud")
                    .unwrap()
                    .as_array()
                    .unwrap()
                    .len(),
                100_000
            ),
            "disclosures" => assert_eq!(token.disclosed.unwrap().disclosures.len(), 5_000),
            "deep act" => assert!(
                token
                    .problems
                    .iter()
                    .any(|p| p.message.contains("127 levels")),
                "{:?}",
                token.problems
            ),
            _ => assert!(token.problems.is_empty(), "{what}: {:?}", token.problems),
        }
    }
}
