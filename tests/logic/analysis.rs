//! When an analysis is made, and what it takes over from the one before.

use std::sync::Arc;

use delegraph::app::{
    Effect, Model, Outcome,
    analysis::{analyse, analyse_while_wanted},
    apply, jobs, token,
};
use serde_json::json;

use crate::app::{alice, ask, ask_and_wait, env};

#[test]
fn one_analysis_is_under_way_at_a_time_and_a_stale_one_is_made_again() {
    let mut model = Model::default();
    let first = ask(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "1" }))),
    );
    let Some(Effect::Analyse(input, previous)) = first.into_iter().next() else {
        panic!("no analysis");
    };
    let second = ask(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "2" }))),
    );
    assert!(second.is_empty(), "one is under way");
    let stale = Arc::new(analyse(&input, &previous));
    let again = apply(&mut model, Outcome::Analysed(stale), &env());
    assert!(
        matches!(again.as_slice(), [Effect::DropAnalysis(_), Effect::Analyse(input, _)] if input.revision == model.revision)
    );
}

#[test]
fn a_stale_analysis_is_stopped_and_made_again() {
    let mut model = Model::default();
    let text = |n: u32| alice(&json!({ "jti": n.to_string() }));
    let all: String = (0..40).map(|n| text(n) + "\n").collect();
    let first = ask(&mut model, token::Command::Paste(all));
    let Some(Effect::Analyse(input, previous)) = first.into_iter().next() else {
        panic!("no analysis");
    };
    assert!(!input.progress.is_stopped());
    ask(&mut model, token::Command::Paste(text(40)));
    assert!(input.progress.is_stopped(), "it has been overtaken");
    let begun = analyse_while_wanted(&input, &previous).expect_err("it was stopped");
    let again = apply(
        &mut model,
        Outcome::AnalysisStopped(Arc::new(begun)),
        &env(),
    );
    let [.., Effect::Analyse(input, previous)] = again.as_slice() else {
        panic!("the next one is made at once");
    };
    assert_eq!(input.revision, model.revision);
    let made = analyse_while_wanted(input, previous).expect("nobody stopped it");
    assert_eq!(made.tokens.len(), 41);
    assert_eq!(input.progress.percent(), Some(99));
}

#[test]
fn an_analysis_that_the_user_stops_is_made_when_something_changes_or_they_ask() {
    let mut model = Model::default();
    let text = |n: u32| alice(&json!({ "jti": n.to_string() }));
    let stop = |model: &mut Model, effects: Vec<Effect>| {
        let Some(Effect::Analyse(input, previous)) = effects.into_iter().last() else {
            panic!("no analysis");
        };
        ask(model, jobs::Command::StopAnalysis);
        assert!(input.progress.is_stopped());
        let begun = analyse_while_wanted(&input, &previous).expect_err("it was stopped");
        let outcome = Outcome::AnalysisStopped(Arc::new(begun));
        let after = apply(model, outcome, &env());
        assert!(after.is_empty());
        assert!(model.is_analysis_refused());
    };
    let begun = ask(&mut model, token::Command::Paste(text(0)));
    stop(&mut model, begun);
    let changed = ask(&mut model, token::Command::Paste(text(1)));
    assert!(!model.is_analysis_refused());
    stop(&mut model, changed);
    ask_and_wait(&mut model, jobs::Command::Analyse);
    assert_eq!(model.analysis.tokens.len(), 2);
    assert!(!model.is_analysis_refused());
}

#[test]
fn an_analysis_that_ended_in_spite_of_being_stopped_is_shown() {
    let mut model = Model::default();
    let begun = ask(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "0" }))),
    );
    let Some(Effect::Analyse(input, previous)) = begun.into_iter().last() else {
        panic!("no analysis");
    };
    let made = analyse_while_wanted(&input, &previous).expect("not stopped yet");
    ask(&mut model, jobs::Command::StopAnalysis);
    apply(&mut model, Outcome::Analysed(Arc::new(made)), &env());
    assert_eq!(model.analysis.tokens.len(), 1);
    assert!(!model.is_analysis_refused());
}

#[test]
fn whoever_types_without_a_pause_sees_an_analysis_all_the_same() {
    let mut model = Model::default();
    let mut effects = ask(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "0" }))),
    );
    let mut stopped = 0;
    for n in 1..20 {
        let Some(Effect::Analyse(input, previous)) = effects.pop() else {
            panic!("no analysis");
        };
        // The next key comes before it has ended.
        ask(
            &mut model,
            token::Command::Paste(alice(&json!({ "jti": n.to_string() }))),
        );
        let outcome = match analyse_while_wanted(&input, &previous) {
            Ok(made) => Outcome::Analysed(Arc::new(made)),
            Err(begun) => {
                stopped += 1;
                Outcome::AnalysisStopped(Arc::new(begun))
            }
        };
        effects = apply(&mut model, outcome, &env());
        assert!(model.analysis.tokens.len() + 4 >= n, "{n}: not far behind");
    }
    assert!(stopped >= 12, "most are stopped: {stopped}");
}

#[test]
fn unchanged_tokens_are_not_decoded_again() {
    let mut model = Model::default();
    ask_and_wait(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "1" }))),
    );
    let id = model.session.token.unwrap();
    let before = Arc::clone(&model.analysis.tokens[&id].token);
    ask_and_wait(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "2" }))),
    );
    assert!(Arc::ptr_eq(&before, &model.analysis.tokens[&id].token));
}
