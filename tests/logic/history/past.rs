//! The states of a token, and the way back to each.

use delegraph::{
    app::past::{TokenVersion, states},
    token::template::Template,
};
use serde_json::Value;

use super::*;

fn ask(model: &mut Model, command: impl Into<Command>) {
    update(model, command, &env());
}

fn labels(states: &[TokenVersion]) -> Vec<&str> {
    states.iter().map(|s| s.label.as_str()).collect()
}

fn set(id: TokenId, name: &str, value: &str) -> token::Command {
    let value = Some(Value::from(value));
    token::Command::SetMember {
        token: id,
        part: Part::Payload,
        pointer: format!("/{name}"),
        value,
    }
}

#[test]
fn each_edit_is_a_state_and_each_state_can_be_gone_back_to() {
    let mut model = Model::default();
    ask(&mut model, token::Command::Paste(token(1)));
    let id = model.session.token.unwrap();
    assert_eq!(labels(&states(&model, id)), ["Pasted"]);
    ask(&mut model, set(id, "sub", "bob"));
    ask(&mut model, set(id, "scope", "a"));
    // Another token's edits are no states of this one.
    ask(&mut model, token::Command::Paste(token(2)));
    let other = model.session.token.unwrap();
    ask(&mut model, set(other, "sub", "carol"));
    let all = states(&model, id);
    assert_eq!(labels(&all), ["Pasted", "Edit sub", "Edit scope"]);
    assert_eq!(
        all.iter().map(|s| s.now).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert!(!all[0].is_edited() && all[1].is_edited());

    let back = token::Command::Restore {
        token: id,
        raw: Arc::clone(&all[1].raw),
        sealed: Arc::clone(&all[1].sealed),
    };
    ask(&mut model, back);
    assert_eq!(model.workspace.token(id).unwrap().raw, all[1].raw);
    let after = states(&model, id);
    assert_eq!(after.len(), 4, "what was left is kept: {after:?}");
    ask(&mut model, history::Command::Undo);
    assert_eq!(model.workspace.token(id).unwrap().raw, all[2].raw);
}

#[test]
fn a_token_without_steps_to_undo_has_what_it_was_and_is() {
    let mut model = Model::default();
    ask(&mut model, token::Command::New(Template::AccessToken));
    let id = model.session.token.unwrap();
    assert_eq!(labels(&states(&model, id)), ["Made here"]);
    ask(&mut model, set(id, "sub", "bob"));
    model.history = delegraph::app::history::History::default();
    assert_eq!(labels(&states(&model, id)), ["Made here", "Edited earlier"]);
    assert!(states(&model, TokenId(99)).is_empty());
}
