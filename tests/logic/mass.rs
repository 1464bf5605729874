//! Thousands of tokens at once.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

use std::{sync::Arc, time::Instant};

use delegraph::{
    app::{
        Model,
        analysis::{Analysis, Input, analyse, analyse_while_wanted},
        history, token, update,
        workspace::MAX_PLACES,
    },
    jose::b64,
    kit::{
        Env,
        clock::{Clock, Timestamp},
    },
};
use serde_json::json;

const NOW: i64 = 1_790_000_100;

fn token(n: u32) -> String {
    let header = json!({"alg":"ES256","typ":"at+jwt","kid":"k"});
    let claims = json!({
        "iss": format!("https://as{}.example", n % 7), "sub": format!("user-{}", n % 3000),
        "aud": format!("api-{}", n % 50), "client_id": format!("client-{}", n % 40), "scope": "a b",
        "iat": NOW - 100, "exp": NOW + 100 + i64::from(n), "jti": n.to_string(),
        "act": {"sub": format!("agent-{}", n % 30)},
    });
    let encode = |v: serde_json::Value| b64::encode(v.to_string());
    format!("{}.{}.{}", encode(header), encode(claims), "A".repeat(86))
}

fn take_in(model: &mut Model, text: &str) {
    let env = Env {
        now: Timestamp::from_second(NOW).unwrap(),
        ..Env::system(Clock::System)
    };
    // As the runtime does it with a long text.
    for effect in update(model, token::Command::Paste(text.into()), &env) {
        if let delegraph::app::Effect::FindTokens(job, text) = effect {
            let found = delegraph::token::find::find(&text);
            delegraph::app::apply(model, delegraph::app::Outcome::Found(job, found), &env);
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // measures from outside
fn ten_thousand_tokens_are_taken_in_and_analysed() {
    let text: String = (0..10_000)
        .map(|n| format!("line {n}: {}\n", token(n)))
        .collect();
    let mut model = Model::default();
    take_in(&mut model, &text);
    assert_eq!(model.workspace.tokens.len(), 10_000);
    let input = Input::of(&model, Timestamp::from_second(NOW).unwrap());
    let began = Instant::now();
    let analysis = analyse(&input, &Analysis::default());
    // Anything that grows with the square would take minutes.
    assert!(began.elapsed().as_secs() < 40, "{:?}", began.elapsed());
    assert_eq!(analysis.tokens.len(), 10_000);
    let picture = &analysis.picture;
    assert_eq!(picture.layout.nodes.len(), picture.graph.nodes.len());
    assert_eq!(picture.layout.edges.len(), picture.graph.edges.len());
    assert!(
        picture.by.is_some() && picture.graph.nodes.len() < 200,
        "it is folded"
    );
    let one = &analysis.tokens[&model.workspace.tokens[4321].id];
    for word in [
        "user-1321",
        "agent-1",
        "api-21",
        "as2.example",
        "line 4322",
        "es256",
    ] {
        assert!(one.search.contains(word), "{word}: {}", one.search);
    }
}

#[test]
fn what_a_stopped_analysis_has_found_out_is_not_found_out_again() {
    let text: String = (0..3_000).map(|n| token(n) + "\n").collect();
    let mut model = Model::default();
    take_in(&mut model, &text);
    let now = Timestamp::from_second(NOW).unwrap();
    let input = Input::of(&model, now);
    let begun = std::thread::scope(|scope| {
        let made = scope.spawn(|| analyse_while_wanted(&input, &Analysis::default()));
        // Decoding is a sixth of the steps.
        while input.progress.percent().is_none_or(|done| done < 25) {
            std::thread::yield_now();
        }
        input.progress.stop();
        made.join().unwrap().expect_err("it was stopped on its way")
    });
    let (decoded, judged) = begun.counts();
    assert_eq!(decoded, 3_000);
    assert!(judged > 1_000, "{judged}");

    // Stopped again at once: nothing of it is lost.
    model.begun = Arc::new(begun);
    let input = Input::of(&model, now);
    input.progress.stop();
    let begun = analyse_while_wanted(&input, &Analysis::default()).unwrap_err();
    assert_eq!(begun.counts(), (decoded, judged));

    model.begun = Arc::new(begun);
    let input = Input::of(&model, now);
    let made = analyse_while_wanted(&input, &Analysis::default()).unwrap();
    let taken_over = made.tokens.values().filter(|v| model.begun.has(&v.token));
    assert_eq!(taken_over.count(), 3_000);
}

#[test]
fn an_edit_of_one_token_leaves_the_others_decoded() {
    let text: String = (0..500).map(|n| token(n) + "\n").collect();
    let mut model = Model::default();
    take_in(&mut model, &text);
    let now = Timestamp::from_second(NOW).unwrap();
    let before = analyse(&Input::of(&model, now), &Analysis::default());
    let id = model.workspace.tokens[7].id;
    let env = Env::system(Clock::System);
    update(&mut model, token::Command::SetRaw(id, token(9_999)), &env);
    let after = analyse(&Input::of(&model, now), &before);
    for (other, view) in &after.tokens {
        let same = Arc::ptr_eq(&view.token, &before.tokens[other].token);
        assert_eq!(same, *other != id);
    }
    assert_eq!(after.tokens[&id].token.claim_text("jti"), Some("9999"));
}

#[test]
fn a_token_that_stands_five_hundred_times_is_one_with_its_places() {
    let (one, other) = (token(1), token(2));
    let text = format!(
        "{}{other}\n",
        format!("Authorization: Bearer {one}\n").repeat(500)
    );
    let mut model = Model::default();
    take_in(&mut model, &text);
    let tokens = &model.workspace.tokens;
    assert_eq!(tokens.len(), 2);
    assert_eq!((tokens[0].again, tokens[1].again), (499, 0));
    assert_eq!(tokens[0].places.len(), MAX_PLACES);
    assert_eq!(tokens[0].places[0], "pasted, line 2, Bearer");
    // Once more: counted, and undone.
    take_in(&mut model, &one);
    assert_eq!(model.workspace.tokens[0].again, 500);
    let env = Env::system(Clock::System);
    update(&mut model, history::Command::Undo, &env);
    assert_eq!(model.workspace.tokens[0].again, 499);
    // What is saved comes back.
    let saved = toml::to_string(&*model.workspace).unwrap();
    let back: delegraph::app::Workspace = toml::from_str(&saved).unwrap();
    assert_eq!(Arc::new(back), model.workspace);
}

#[test]
fn several_tokens_are_deleted_and_come_back_in_one_step() {
    let text: String = (0..50).map(|n| format!("{}\n", token(n))).collect();
    let mut model = Model::default();
    take_in(&mut model, &text);
    let before = Arc::clone(&model.workspace);
    let ids: Vec<_> = before
        .tokens
        .iter()
        .skip(10)
        .take(30)
        .map(|t| t.id)
        .collect();
    let env = Env::system(Clock::System);
    update(&mut model, token::Command::DeleteSeveral(ids), &env);
    assert_eq!(model.workspace.tokens.len(), 20);
    update(&mut model, history::Command::Undo, &env);
    assert_eq!(model.workspace, before);
}
