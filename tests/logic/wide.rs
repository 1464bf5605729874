//! One token with far more of something than anybody means: time and memory grow with its length,
//! not faster.
#![allow(clippy::disallowed_methods)] // measures from outside

use std::time::Instant;

use delegraph::{
    app::{
        Model,
        analysis::{Analysis, Input, analyse},
        token, update,
    },
    jose::b64,
    kit::{
        Env,
        clock::{Clock, Timestamp},
    },
    token::decode::decode,
};

use crate::many::{Counts, wide};

/// `act` inside `act`, deeper than JSON is read.
fn deep() -> String {
    let deep = "{\"act\":".repeat(10_000) + "{}" + &"}".repeat(10_000);
    format!(
        "{}.{}.c2ln",
        b64::encode(r#"{"alg":"ES256"}"#),
        b64::encode(deep)
    )
}

#[test]
fn wide_tokens_are_read_judged_and_laid_out_in_time() {
    let counts = Counts {
        names: 100_000,
        details: 5_000,
        disclosures: 5_000,
        members: 50_000,
    };
    for (what, text) in wide(&counts).into_iter().chain([("deep act", deep())]) {
        let began = Instant::now();
        let token = decode(&text);
        let decoded = began.elapsed();
        let mut model = Model::default();
        let env = Env {
            now: Timestamp::from_second(1_790_000_000).unwrap(),
            ..Env::system(Clock::System)
        };
        for effect in update(&mut model, token::Command::Paste(text.clone()), &env) {
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
