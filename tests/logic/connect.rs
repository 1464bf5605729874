//! Servers are connected by what they answer, their metadata and keys are kept.

use delegraph::{
    app::{Effect, Model, Outcome, apply, file, history, servers},
    jose::{Jwks, crypto},
    oauth::metadata::Metadata,
};

use crate::app::{ask, env};

fn last_notice(model: &Model) -> &str {
    &model.session.notices.last().unwrap().text
}

#[test]
fn an_issuer_is_checked_before_anything_is_fetched() {
    let mut model = Model::default();
    for bad in [
        "",
        "as.example",
        "ftp://as.example",
        "https://as.example?x=1",
    ] {
        let effects = ask(&mut model, servers::Command::Connect(bad.into()));
        assert!(effects.is_empty(), "{bad}");
        assert!(model.session.notices.last().unwrap().error);
    }
    let effects = ask(
        &mut model,
        servers::Command::Connect("https://as.example/t".into()),
    );
    let fetches = effects
        .iter()
        .filter(|e| matches!(e, Effect::Discover(..)))
        .count();
    assert_eq!(fetches, 1);
    let job = *model.jobs.keys().next().unwrap();
    let why = "nothing answers there".to_owned();
    apply(&mut model, Outcome::Discovered(job, Err(why)), &env());
    assert!(last_notice(&model).contains("nothing answers there"));
    assert!(
        model.workspace.servers.is_empty(),
        "a wrong address adds nothing"
    );
    assert!(model.history.undo.is_empty());
    assert!(model.not_connected.is_some());

    connect(&mut model, "https://as.example/t", Jwks::default());
    assert_eq!(model.workspace.servers[0].name, "as.example/t");
    assert!(model.not_connected.is_none());
    let steps: Vec<_> = model
        .history
        .undo
        .iter()
        .map(|s| s.label.as_str())
        .collect();
    assert_eq!(steps, ["Connect authorization server"]);
    ask(&mut model, history::Command::Undo);
    assert!(model.workspace.servers.is_empty());
}

/// Connects a server, which answers with these keys.
fn connect(model: &mut Model, issuer: &str, keys: Jwks) {
    ask(model, servers::Command::Connect(issuer.into()));
    let job = *model.jobs.keys().next().unwrap();
    let metadata = Metadata {
        issuer: issuer.into(),
        ..Metadata::default()
    };
    let found = Ok((metadata, keys));
    apply(model, Outcome::Discovered(job, found), &env());
}

#[test]
fn metadata_is_not_taken_back_by_undo() {
    let mut model = Model::default();
    connect(&mut model, "https://as.example", Jwks::default());
    let id = model.workspace.servers[0].id;
    ask(&mut model, servers::Command::Refresh(id));
    ask(&mut model, file::Command::Rename("x".into()));
    let job = *model.jobs.keys().next().unwrap();
    let metadata = Metadata {
        issuer: "https://as.example".into(),
        ..Metadata::default()
    };
    apply(
        &mut model,
        Outcome::Discovered(job, Ok((metadata, Jwks::default()))),
        &env(),
    );
    ask(&mut model, history::Command::Undo);
    assert_eq!(model.workspace.name, "");
    assert!(model.workspace.servers[0].metadata.is_some());
}

#[test]
fn a_rotation_of_keys_is_told_and_what_was_before_is_kept() {
    let key = |kid: &str| crypto::generate(&delegraph::jose::Alg::Es256, Some(kid)).unwrap();
    let (old, kept, new) = (key("old"), key("kept"), key("new"));
    let set = |keys: &[&delegraph::jose::Jwk]| Jwks {
        keys: keys.iter().map(|key| key.public().unwrap()).collect(),
    };
    let mut model = Model::default();
    let issuer = "https://as.example";
    connect(&mut model, issuer, set(&[&old, &kept]));
    assert!(last_notice(&model).ends_with("2 keys fetched."));
    let id = model.workspace.servers[0].id;
    let fetch = |model: &mut Model, keys: Jwks| {
        let job = *model.jobs.keys().next().unwrap();
        let metadata = Metadata {
            issuer: issuer.into(),
            ..Metadata::default()
        };
        apply(
            model,
            Outcome::Discovered(job, Ok((metadata, keys))),
            &env(),
        );
    };
    ask(&mut model, servers::Command::Refresh(id));
    fetch(&mut model, set(&[&old, &kept]));
    assert!(model.former_jwks.is_empty(), "nothing changed");
    ask(&mut model, servers::Command::Refresh(id));
    fetch(&mut model, set(&[&kept, &new]));
    let said = last_notice(&model);
    assert!(
        said.contains("New keys: 1.") && said.contains("no longer published: 1"),
        "{said}"
    );
    assert!(model.former_jwks[issuer].holds(&old.public().unwrap()));
    assert!(!model.jwks[issuer].holds(&old.public().unwrap()));
}
