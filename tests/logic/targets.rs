//! Targets of forgeries: kept, undone, saved without their secrets, and made into requests.

use std::sync::Arc;

use delegraph::{
    app::{
        Command, Effect, Model, Outcome,
        analysis::analyse,
        apply,
        chains::{self, AtPractice, at_practice_offers},
        file,
        forge::{chosen, make, plan, target},
        history, keys,
        model::{Practice, PracticeInfo},
        practice, runs,
        session::View,
        target::{Carrier, TargetEntry},
        token, update, view,
    },
    attack::{
        FAMILIES,
        fire::{Fire, Next},
    },
    io::store::Store,
    jose::{Alg, crypto},
    kit::{Env, clock::Timestamp, ids::TargetId, rng::CountingRng, secret::Secret},
    oauth::{
        client_auth::{AuthMethod, Client, Credential},
        http::{Method, Request, Sensitivity},
        metadata::Metadata,
    },
    practice::{Fault, Faults},
    token::craft,
};
use serde_json::json;

const NOW: i64 = 1_800_000_000;
const HIDDEN: &str = "hunter2-hunter2";

fn env() -> Env {
    Env {
        now: Timestamp::from_second(NOW).unwrap(),
        rng: Arc::new(CountingRng::default()),
    }
}

/// Carries out a command; what is to be analysed is analysed at once.
fn ask(model: &mut Model, command: impl Into<Command>) -> Vec<Effect> {
    let mut left = Vec::new();
    for effect in update(model, command, &env()) {
        if let Effect::Analyse(input, previous) = effect {
            let analysis = analyse(&input, &previous);
            apply(model, Outcome::Analysed(Arc::new(analysis)), &env());
        } else {
            left.push(effect);
        }
    }
    left
}

/// A token in front whose forgeries are made.
fn forging() -> Model {
    let mut model = Model::default();
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let claims = json!({ "sub": "alice", "aud": "api", "exp": NOW + 60 });
    let token = craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &Alg::Es256).unwrap();
    ask(&mut model, token::Command::Paste(token));
    let order = ask(&mut model, view::Command::Show(View::FORGE))
        .into_iter()
        .find_map(|e| match e {
            Effect::Forge(order) => Some(order),
            _ => None,
        });
    let order = order.unwrap();
    let basis = order.basis.clone();
    let forged = make(*order).map(Arc::new);
    apply(&mut model, Outcome::Forged(basis, forged), &env());
    model
}

fn entry(url: &str) -> TargetEntry {
    TargetEntry {
        url: url.into(),
        ..TargetEntry::default()
    }
}

fn front(model: &Model) -> TargetEntry {
    let id = model.session.target.unwrap();
    model.workspace.target(id).unwrap().clone()
}

fn control(model: &Model, entry: &TargetEntry) -> Result<Request, String> {
    let token = model.session.token.unwrap();
    let plan = plan(model, token, entry, NOW)?;
    let mut fire = Fire::new(Arc::new(plan), &env()).unwrap();
    match fire.next(&env()) {
        Next::Send(_, request) => Ok(request),
        other => panic!("the control is due, not {other:?}"),
    }
}

/// A practice server as it is seen by the program, with these faults.
fn practice(model: &mut Model, port: u16, faults: &Faults) {
    let issuer = format!("http://127.0.0.1:{port}");
    let document = json!({ "issuer": issuer, "token_endpoint": format!("{issuer}/token") });
    let serde_json::Value::Object(document) = document else {
        unreachable!()
    };
    let info = PracticeInfo {
        metadata: Arc::new(Metadata::from_document(document)),
        jwks: Arc::default(),
        resources: vec![(
            "accounts-api".into(),
            format!("{issuer}/resources/accounts-api").parse().unwrap(),
            vec!["accounts:read".into()],
        )],
        clients: vec![Client {
            assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
            client_id: "planner".into(),
            method: AuthMethod::ClientSecretPost,
            credential: Credential::Secret(Secret::new("s")),
        }],
        key: crypto::generate(&Alg::Es256, None).unwrap(),
        users: Vec::new(),
        faults: faults.clone(),
        issuer,
    };
    let running = Practice::Running(Arc::new(info));
    model.practice.insert(faults.clone(), running);
}

#[test]
fn several_targets_are_kept_changed_and_undone() {
    let mut model = Model::default();
    ask(
        &mut model,
        target::Command::Add(Box::new(entry("https://one.example/a"))),
    );
    let first = model.session.target.unwrap();
    ask(
        &mut model,
        target::Command::Add(Box::new(entry("https://two.example/b?q=1"))),
    );
    assert_ne!(model.session.target, Some(first));
    assert_eq!(front(&model).title(), "GET two.example/b");
    for url in ["https://two.example/", "https://two.example/x"] {
        let changed = TargetEntry {
            url: url.into(),
            ..front(&model)
        };
        ask(
            &mut model,
            target::Command::Set(Box::new(changed), "address"),
        );
    }
    let named = TargetEntry {
        name: "accounts".into(),
        ..front(&model)
    };
    ask(&mut model, target::Command::Set(Box::new(named), "name"));
    assert_eq!(front(&model).title(), "accounts");
    ask(&mut model, history::Command::Undo);
    assert_eq!(front(&model).url, "https://two.example/x");
    ask(&mut model, history::Command::Undo);
    assert_eq!(
        front(&model).url,
        "https://two.example/b?q=1",
        "typing in one field is one step"
    );
    ask(&mut model, history::Command::Redo);
    assert_eq!(front(&model).url, "https://two.example/x");
    let second = model.session.target.unwrap();
    ask(&mut model, target::Command::Delete(second));
    assert_eq!(model.session.target, None);
    assert_eq!(model.workspace.targets.len(), 1);
    ask(&mut model, history::Command::Undo);
    assert_eq!(model.workspace.targets.len(), 2);
    ask(&mut model, target::Command::Show(Some(first)));
    assert_eq!(front(&model).url, "https://one.example/a");
    let gone = TargetEntry {
        id: TargetId(999),
        ..TargetEntry::default()
    };
    ask(&mut model, target::Command::Set(Box::new(gone), "name"));
    assert!(model.session.notices.iter().any(|n| n.error));
}

#[test]
fn a_target_becomes_the_request_that_was_meant() {
    let mut model = forging();
    let url = "https://api.example/accounts";
    ask(
        &mut model,
        target::Command::Add(Box::new(TargetEntry {
            method: Method::Post,
            scheme: "Token".into(),
            body: "{\"n\":1}".into(),
            media: "application/json".into(),
            second: "https://other.example/".into(),
            per_second: 7,
            at_once: 2,
            patience: 3,
            limit: 40,
            refused: vec![401, 404],
            without: FAMILIES.iter().skip(2).map(|f| f.name.into()).collect(),
            ..entry(url)
        })),
    );
    let id = front(&model).id;
    ask(&mut model, target::Command::AddHeader(id));
    ask(&mut model, target::Command::AddHeader(id));
    let mut changed = front(&model);
    changed.headers[0].name = "X-Api-Key".into();
    changed.headers[1].name = "X-Tenant".into();
    changed.headers[1].value = Some("blue".into());
    ask(
        &mut model,
        target::Command::Set(Box::new(changed), "headers"),
    );
    let why = control(&model, &front(&model)).unwrap_err();
    assert!(
        why.contains("X-Api-Key") && why.contains("enter it again"),
        "{why}"
    );
    let secret = front(&model).headers[0].id;
    ask(
        &mut model,
        target::Command::SetHeaderSecret(secret, Secret::new(HIDDEN)),
    );
    let request = control(&model, &front(&model)).unwrap();
    let header = |name: &str| request.headers.iter().find(|h| h.name == name).unwrap();
    assert_eq!((request.method, request.url.as_str()), (Method::Post, url));
    assert!(header("Authorization").value.starts_with("Token ey"));
    assert_eq!(header("X-Api-Key").value, HIDDEN);
    assert_eq!(header("X-Api-Key").sensitivity, Sensitivity::Secret);
    assert_eq!(header("X-Tenant").value, "blue");
    assert_eq!(
        request.body.encode(),
        Some(("application/json", "{\"n\":1}".into()))
    );
    let token = model.session.token.unwrap();
    let plan = plan(&model, token, &front(&model), NOW).unwrap();
    assert_eq!(
        (
            plan.pace.per_second,
            plan.pace.at_once,
            plan.pace.patience,
            plan.pace.limit
        ),
        (7, 2, 3, 40)
    );
    assert_eq!(plan.target.refusals, [401, 404].into());
    assert_eq!(
        plan.target.second.as_ref().unwrap().host_str(),
        Some("other.example")
    );
    assert!(
        plan.forgeries
            .iter()
            .all(|f| FAMILIES[..2].contains(&f.family))
    );
    assert_eq!(plan.forgeries.len(), chosen(&front(&model)).len());
    assert!(!format!("{plan:?}").contains(HIDDEN));
}

#[test]
fn a_practice_target_follows_its_server_from_port_to_port() {
    let mut model = forging();
    let faults = Faults::from([Fault::KeyConfusion]);
    let target = TargetEntry::practice("accounts-api", Method::Get, faults.clone());
    assert_eq!(
        target.title(),
        "GET accounts-api · Practice with key-confusion"
    );
    let why = control(&model, &target).unwrap_err();
    assert!(
        why.contains("Practice with key-confusion does not run"),
        "{why}"
    );
    practice(&mut model, 1111, &Faults::NONE);
    assert!(
        control(&model, &target).is_err(),
        "the sound one is another"
    );
    for port in [2222, 3333] {
        practice(&mut model, port, &faults);
        let request = control(&model, &target).unwrap();
        assert_eq!(request.url.port(), Some(port));
    }
    let stops = ask(&mut model, practice::Command::StopFaulty(faults.clone()));
    assert!(
        stops
            .iter()
            .any(|e| matches!(e, Effect::StopOnePractice(f) if *f == faults))
    );
    assert!(control(&model, &target).is_err());
    assert!(matches!(
        model.practice[&Faults::NONE],
        Practice::Running(_)
    ));
}

#[test]
fn the_forge_is_aimed_with_a_token_that_the_server_takes() {
    let mut model = forging();
    let faults = Faults::from([Fault::KeyConfusion]);
    practice(&mut model, 2222, &faults);
    let good = model.session.token.unwrap();
    ask(&mut model, target::Command::Aim(faults.clone()));
    let aimed = front(&model);
    assert_eq!(model.session.token, Some(good), "there is none of its own");
    assert!(
        model
            .session
            .notices
            .iter()
            .any(|n| n.text.contains("run the sample there"))
    );
    assert!(delegraph::app::forge::foreign(&model, good, &aimed));
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let claims = json!({
        "iss": "http://127.0.0.1:2222", "sub": "alice", "aud": ["accounts-api"],
        "scope": "accounts:write", "exp": NOW + 60,
    });
    let token = craft::mint(&json!({}), &claims, &key, &Alg::Es256).unwrap();
    ask(&mut model, token::Command::Paste(token));
    let own = model.workspace.tokens.last().unwrap().id;
    ask(&mut model, target::Command::Show(None));
    ask(&mut model, target::Command::Aim(faults.clone()));
    let aimed = front(&model);
    assert_eq!(model.session.token, Some(own));
    assert_eq!(
        (aimed.practice.as_deref(), aimed.method, &aimed.faults),
        (Some("accounts-api"), Method::Post, &faults),
        "what the token may do decides the method"
    );
    assert!(!delegraph::app::forge::foreign(&model, own, &aimed));
    ask(&mut model, target::Command::Aim(faults.clone()));
    assert_eq!(model.workspace.targets.len(), 2, "a known target is taken");

    let effects = ask(
        &mut model,
        runs::Command::AtPractice(AtPractice::Sample("sample".into()), faults.clone()),
    );
    assert!(
        effects
            .iter()
            .all(|e| !matches!(e, Effect::StartPractice(_))),
        "it runs"
    );
    let chain = &model.workspace.chains.last().unwrap().chain;
    assert_eq!(Faults::named(&chain.faults), faults);
    assert!(chain.title.contains("Practice with key-confusion"));
    let keys = |model: &Model| model.workspace.keys.len();
    for _ in 0..2 {
        ask(&mut model, keys::Command::TakePractice(faults.clone()));
    }
    assert_eq!(keys(&model), 1, "once is enough");
    assert!(model.workspace.keys[0].practice && model.workspace.keys[0].private);
    ask(&mut model, history::Command::Undo);
    assert_eq!(keys(&model), 0);
    ask(&mut model, keys::Command::TakePractice(Faults::NONE));
    assert_eq!(keys(&model), 0, "that server does not run");
    let chains = model.workspace.chains.len();
    ask(
        &mut model,
        runs::Command::AtPractice(AtPractice::Sample("sample".into()), faults.clone()),
    );
    assert_eq!(model.workspace.chains.len(), chains);

    // A chain that is open runs there as a copy, which follows it.
    ask(&mut model, chains::Command::New);
    let open = model.workspace.chains.last().unwrap().id;
    let offered = |model: &Model| {
        let offers = at_practice_offers(model);
        offers
            .iter()
            .any(|(what, _)| *what == AtPractice::Chain(open))
    };
    assert!(!offered(&model), "it asks a practice server for nothing");
    let mut chain = model.workspace.chain(open).unwrap().clone();
    let sample = delegraph::chain::file::sample("sample-dpop").unwrap();
    chain.nodes = delegraph::chain::file::read(sample).unwrap().nodes;
    chain.nodes.truncate(2);
    ask(&mut model, chains::Command::Set(open, Box::new(chain)));
    assert!(offered(&model));
    let run = runs::Command::AtPractice(AtPractice::Chain(open), faults.clone());
    for kept in [2, 1] {
        let mut chain = model.workspace.chain(open).unwrap().clone();
        chain.nodes.truncate(kept);
        ask(&mut model, chains::Command::Set(open, Box::new(chain)));
        ask(&mut model, run.clone());
        assert_eq!(model.workspace.chains.len(), chains + 2);
        let copy = &model.workspace.chains.last().unwrap().chain;
        assert_eq!(copy.nodes.len(), kept);
        assert_eq!(copy.faults, ["key-confusion"]);
        let own = model.workspace.chain(open).unwrap();
        assert!(own.faults.is_empty(), "the chain itself stays as it is");
    }
    assert!(
        at_practice_offers(&model)
            .iter()
            .all(|(_, title)| !title.contains(" at Practice")),
        "copies are not offered"
    );
}

#[test]
fn an_exchange_asks_for_what_its_form_says() {
    let mut model = forging();
    practice(&mut model, 1111, &Faults::NONE);
    let mut target = TargetEntry::exchange("planner", Faults::NONE);
    target.exchange.audience = "accounts-api  other".into();
    target.exchange.scope = "accounts:read".into();
    target.exchange.resource = "https://api.example/".into();
    target.exchange.requested_token_type = "jwt".into();
    ask(&mut model, target::Command::Add(Box::new(target)));
    let id = front(&model).id;
    let actor = craft::mint(
        &json!({}),
        &json!({ "sub": "planner" }),
        &crypto::generate(&Alg::Es256, None).unwrap(),
        &Alg::Es256,
    )
    .unwrap();
    ask(
        &mut model,
        target::Command::PasteActor(id, "no token".into()),
    );
    assert_eq!(front(&model).exchange.actor, None);
    for _ in 0..2 {
        ask(
            &mut model,
            target::Command::PasteActor(id, format!("Bearer {actor}")),
        );
    }
    assert_eq!(
        model.workspace.tokens.len(),
        2,
        "one that is known is taken"
    );
    ask(&mut model, target::Command::AddHeader(id));
    let mut tenant = front(&model);
    tenant.headers[0].name = "X-Tenant".into();
    tenant.headers[0].value = Some("blue".into());
    ask(
        &mut model,
        target::Command::Set(Box::new(tenant), "headers"),
    );
    let request = control(&model, &front(&model)).unwrap();
    assert!(request.headers.iter().any(|h| h.name == "X-Tenant"));
    let value = |name: &str| request.field(name).map(|f| f.value.as_str());
    assert_eq!(request.url.as_str(), "http://127.0.0.1:1111/token");
    assert_eq!(value("actor_token"), Some(actor.as_str()));
    assert_eq!(
        value("actor_token_type"),
        Some("urn:ietf:params:oauth:token-type:access_token")
    );
    assert_eq!(value("scope"), Some("accounts:read"));
    assert_eq!(value("resource"), Some("https://api.example/"));
    assert_eq!(
        value("requested_token_type"),
        Some("urn:ietf:params:oauth:token-type:jwt")
    );
    assert_eq!(value("client_id"), Some("planner"));
    let actor = front(&model).exchange.actor.unwrap();
    ask(&mut model, token::Command::Delete(actor));
    let why = control(&model, &front(&model)).unwrap_err();
    assert!(why.contains("actor token is not there"), "{why}");
    let mut nobody = front(&model);
    nobody.exchange.client = "stranger".into();
    nobody.exchange.actor = None;
    assert!(control(&model, &nobody).unwrap_err().contains("stranger"));
}

#[test]
fn what_is_missing_is_said() {
    let model = forging();
    for (entry, words) in [
        (entry("api.example"), "Enter the address"),
        (entry("ftp://api.example/"), "Enter the address"),
        (
            TargetEntry {
                carrier: Carrier::Body,
                body: "no mark".into(),
                ..entry("https://api.example/")
            },
            "{token}",
        ),
        (
            TargetEntry {
                carrier: Carrier::Header,
                ..entry("https://api.example/")
            },
            "has no name",
        ),
        (
            TargetEntry {
                scheme: " ".into(),
                ..entry("https://api.example/")
            },
            "no scheme",
        ),
        (
            TargetEntry {
                second: "x".into(),
                ..entry("https://api.example/")
            },
            "second server",
        ),
        (TargetEntry::exchange("", Faults::NONE), "Choose the client"),
    ] {
        let why = control(&model, &entry).unwrap_err();
        assert!(why.contains(words) && why.ends_with('.'), "{why}");
    }
}

#[test]
fn a_file_keeps_targets_and_no_secret_of_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.toml");
    let store = Store::new(None, false);
    let mut model = Model::default();
    ask(
        &mut model,
        target::Command::Add(Box::new(TargetEntry {
            method: Method::Put,
            ..entry("https://api.example/a")
        })),
    );
    let id = front(&model).id;
    ask(&mut model, target::Command::AddHeader(id));
    let header = front(&model).headers[0].id;
    let mut named = front(&model);
    named.headers[0].name = "X-Api-Key".into();
    ask(&mut model, target::Command::Set(Box::new(named), "headers"));
    ask(
        &mut model,
        target::Command::SetHeaderSecret(header, Secret::new(HIDDEN)),
    );
    assert!(model.is_dirty());
    let saved = |model: &mut Model| {
        let effects = ask(model, file::Command::SaveAs(path.clone()));
        let document = effects.into_iter().find_map(|e| match e {
            Effect::Save(_, _, document) => Some(document),
            _ => None,
        });
        store.save(&path, &document.unwrap()).unwrap()
    };
    let kept = saved(&mut model);
    assert_eq!(kept.unkept, [header.to_string()]);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("version = 2") && text.contains("[[target]]"),
        "{text}"
    );
    assert!(!text.contains(HIDDEN), "{text}");
    let back = store.load(&path).unwrap();
    assert_eq!(back.workspace.targets, model.workspace.targets);
    assert!(back.vault.headers.is_empty());

    ask(
        &mut model,
        file::Command::SetPassphrase(Secret::new("correct horse")),
    );
    let kept = saved(&mut model);
    assert_eq!((kept.sealed, kept.unkept.len()), (1, 0));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(HIDDEN), "{text}");
    let sealed = store.load(&path).unwrap().sealing.sealed.unwrap();
    let vault = delegraph::io::store::unseal(&sealed, &Secret::new("correct horse")).unwrap();
    assert_eq!(vault.headers[&header].expose(), HIDDEN);

    // A value that was made plain is in the file, and its secret is not kept any more.
    let mut plain = front(&model);
    plain.headers[0].value = Some("visible".into());
    ask(&mut model, target::Command::Set(Box::new(plain), "headers"));
    let kept = saved(&mut model);
    assert_eq!((kept.sealed, kept.unkept.len()), (0, 0));
    assert!(std::fs::read_to_string(&path).unwrap().contains("visible"));
}

#[test]
fn a_file_of_the_first_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.toml");
    std::fs::write(
        &path,
        "version = 1\nname = \"old\"\n[[key]]\nid = \"k3\"\nname = \"lab\"\nalg = \"ES256\"\ndescription = \"EC P-256\"\nprivate = false\norigin = \"imported\"\n",
    )
    .unwrap();
    let store = Store::new(None, false);
    let document = store.load(&path).unwrap();
    assert_eq!(document.workspace.name, "old");
    assert!(document.workspace.targets.is_empty());
    std::fs::write(
        &path,
        "version = 2\n[[target]]\nid = \"ft4\"\nurl = \"https://api.example/\"\nmethod = \"LOOK\"\n",
    )
    .unwrap();
    let why = store.load(&path).unwrap_err();
    assert!(why.contains("GET, POST"), "{why}");
    std::fs::write(&path, "version = 2\n[[target]]\nid = \"ft4\"\n").unwrap();
    let bare = store.load(&path).unwrap().workspace.targets[0].clone();
    let plain = TargetEntry {
        id: TargetId(4),
        ..TargetEntry::default()
    };
    assert_eq!(bare, plain, "what is absent is as in a new one");
}

/// A file of another version may name a fault that this one does not have: it stands there again, and
/// is refused by its name when a server is to start with it.
#[test]
fn a_fault_that_is_not_known_is_kept_in_files_and_named() {
    let text = r#"{"practice":"accounts-api","faults":["key-confusion","clock-stopped"]}"#;
    let target: TargetEntry = serde_json::from_str(text).unwrap();
    assert!(target.faults.contains(Fault::KeyConfusion));
    assert_eq!(
        delegraph::app::practice::title(&target.faults),
        "Practice with clock-stopped, key-confusion"
    );
    let kept = serde_json::to_value(&target).unwrap();
    assert_eq!(kept["faults"], json!(["clock-stopped", "key-confusion"]));

    let mut model = forging();
    let text = delegraph::chain::file::sample("sample-risky").unwrap();
    let text = text.replacen("faults = [", "faults = [\"clock-stopped\", ", 1);
    ask(&mut model, token::Command::Paste(text));
    let chain = &model.workspace.chains.last().unwrap().chain;
    assert_eq!(chain.faults[0], "clock-stopped");
    let faults = Faults::named(&chain.faults);
    let why = faults.check().unwrap_err().to_string();
    assert!(
        why.contains("no fault `clock-stopped`") && why.contains("act-flattened"),
        "{why}"
    );
    assert_eq!(Faults::named(faults.names()), faults);
}

#[test]
fn the_address_of_a_practice_server_says_its_faults_even_when_it_was_stopped() {
    use delegraph::app::practice::named_by;
    let mut model = forging();
    let faults = Faults::from([Fault::KeyConfusion]);
    practice(&mut model, 2222, &faults);
    let Some(Practice::Running(info)) = model.practice.remove(&faults) else {
        unreachable!()
    };
    ask(&mut model, practice::Command::StartFaulty(faults.clone()));
    apply(
        &mut model,
        Outcome::Practice(faults.clone(), Ok(info)),
        &env(),
    );
    let name = Some("Practice with key-confusion".to_owned());
    let named = |model: &Model| named_by(model, "http://127.0.0.1:2222/resources/a?b=c");
    assert_eq!(named(&model), name);
    ask(&mut model, practice::Command::StopFaulty(faults));
    assert_eq!(named(&model), name);
    for other in [
        "http://127.0.0.1:2223/",
        "http://192.0.2.1:2222/",
        "no address",
    ] {
        assert_eq!(named_by(&model, other), None, "{other}");
    }
}

#[test]
fn the_server_that_issued_a_token_is_offered_first_with_the_client_that_may_exchange_it() {
    let mut model = forging();
    let faults = Faults::from([Fault::KeyConfusion]);
    practice(&mut model, 1111, &Faults::NONE);
    practice(&mut model, 2222, &faults);
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let claims = json!({ "iss": "http://127.0.0.1:2222", "sub": "alice", "aud": "accounts-api", "scope": "accounts:read" });
    let text = craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &Alg::Es256).unwrap();
    let first = |model: &Model| delegraph::app::forge::suggested(model)[0].0.clone();
    ask(&mut model, token::Command::Paste(text));
    let id = model.workspace.tokens.last().unwrap().id;
    assert_eq!(model.session.token, Some(id));
    assert_eq!(first(&model), "Practice with key-confusion");
    let fitting = delegraph::app::forge::fitting(&model, id).unwrap();
    assert_eq!(fitting.practice.as_deref(), Some("accounts-api"));
    assert_eq!(fitting.faults, faults);

    let clients = ["planner".to_owned(), "researcher".to_owned()];
    let asker = |claims: serde_json::Value| {
        let text = craft::mint(&json!({}), &claims, &key, &Alg::Es256).unwrap();
        let token = delegraph::token::decode::decode(&text);
        delegraph::app::forge::asker(&token, &clients)
    };
    let researcher = Some("researcher".to_owned());
    assert_eq!(
        asker(json!({ "aud": ["x", "researcher"], "client_id": "planner" })),
        researcher
    );
    assert_eq!(
        asker(json!({ "aud": "x", "may_act": { "sub": "researcher" } })),
        researcher
    );
    assert_eq!(asker(json!({ "client_id": "researcher" })), researcher);
    assert_eq!(asker(json!({ "aud": "accounts-api" })), None);
}

#[test]
fn the_own_live_token_of_the_client_is_offered_first_as_its_actor_token() {
    let mut model = forging();
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let mut add = |claims: serde_json::Value| {
        let text = craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &Alg::Es256).unwrap();
        ask(&mut model, token::Command::Paste(text));
        model.workspace.tokens.last().unwrap().id
    };
    let own = json!({ "iss": "https://as", "sub": "planner", "exp": NOW + 60 });
    let live = add(own.clone());
    let mut other = own.clone();
    other["iss"] = "https://other".into();
    let other = add(other);
    let mut dead = own.clone();
    dead["exp"] = (NOW - 1).into();
    let dead = add(dead);
    let mut delegated = own;
    delegated["act"] = json!({ "sub": "researcher" });
    let delegated = add(delegated);
    // The newest is in front: its issuer is the one that is asked.
    let subject = add(json!({ "iss": "https://as", "sub": "alice", "exp": NOW + 60 }));
    let entry = TargetEntry::exchange("planner", Faults::NONE);
    let offered = delegraph::app::forge::actors(&model, &entry, NOW);
    assert_eq!(offered[..5], [live, dead, other, subject, delegated]);
}
