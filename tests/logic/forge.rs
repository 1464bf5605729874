//! Forging as commands and outcomes: what is made, what is sent, and in which order.

use std::sync::Arc;

use delegraph::{
    app::{
        Effect, Model, Outcome, apply,
        forge::{self, Volley, make, make_stack},
        history, jobs,
        session::View,
        token, update, view,
    },
    attack::{
        Ingredients, Verdict, catalogue,
        fire::{Answer, Fire, Next, Pace, Plan, SILENT, Ticket},
        named,
        target::{Endpoint, Target, TokenPlace},
    },
    jose::{Alg, crypto},
    kit::{Env, clock::Timestamp, ids::JobId, rng::CountingRng},
    oauth::{
        client_auth::{AuthMethod, Client, Credential},
        http::{Field, Method, Request, Response},
        metadata::Metadata,
    },
    token::{craft, decode::decode},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

const NOW: i64 = 1_800_000_000;

fn env() -> Env {
    Env {
        now: Timestamp::from_second(NOW).unwrap(),
        rng: Arc::new(CountingRng::default()),
    }
}

fn token() -> String {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let claims = json!({ "sub": "alice", "aud": "api", "exp": NOW + 60 });
    craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &Alg::Es256).unwrap()
}

fn plan(url: &str, names: &[&str]) -> Plan {
    let token = token();
    Plan {
        with: Ingredients::gather(&decode(&token), &[], NOW).unwrap(),
        token,
        target: Target::bearer(Method::Get, Url::parse(url).unwrap()),
        forgeries: names.iter().map(|n| named(n).unwrap()).collect(),
        pace: Pace {
            per_second: 50,
            limit: 100,
            ..Pace::default()
        },
    }
}

fn status(status: u16) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: Vec::new(),
        millis: 1,
    }
}

/// The firing among the effects, with its job.
fn begun(effects: Vec<Effect>) -> Option<(JobId, Fire)> {
    effects.into_iter().find_map(|e| match e {
        Effect::Fire(job, fire, _) => Some((job, *fire)),
        _ => None,
    })
}

fn bearer(request: &Request) -> String {
    let header = request.headers.iter().find(|h| h.name == "Authorization");
    let value: &Field = header.unwrap();
    value.value.strip_prefix("Bearer ").unwrap().to_owned()
}

fn volley(fire: &Fire, over: bool) -> Volley {
    Volley {
        matrix: Arc::new(fire.matrix().clone()),
        sent: fire.sent(),
        exchanged: Vec::new(),
        over,
    }
}

/// Fires and answers each request by its token; gives what was sent.
fn run(model: &mut Model, plan: Plan, answer: impl Fn(&str) -> u16) -> Vec<String> {
    let mut seen = Vec::new();
    let (job, mut fire) =
        begun(update(model, forge::Command::Fire(Arc::new(plan)), &env())).unwrap();
    while let Next::Send(ticket, request) = fire.next(&env()) {
        let bearer = bearer(&request);
        fire.answered(ticket, Answer::Response(status(answer(&bearer))));
        seen.push(bearer);
    }
    apply(
        model,
        Outcome::Fired(job, Box::new(volley(&fire, true))),
        &env(),
    );
    seen
}

#[test]
fn the_good_token_goes_first_and_last_and_verdicts_follow_the_status() {
    let mut model = Model::default();
    let plan = plan(
        "http://127.0.0.1:8080/",
        &[
            "alg-none",
            "exp-hour",
            "ecdsa-twin",
            "rsa-leading-zero",
            "kid-sql",
        ],
    );
    let good = plan.token.clone();
    let seen = run(&mut model, plan, |bearer| {
        let token = decode(bearer);
        match token.header_text("alg") {
            Some("none") => 200,
            Some("HS256") => 500,
            _ if bearer.split('.').take(2).eq(good.split('.').take(2)) => 200,
            _ => 401,
        }
    });
    assert_eq!((&seen[0], seen.last().unwrap()), (&good, &good));
    let matrix = model.forge.matrix.clone().unwrap();
    let verdicts: Vec<(&str, &str)> = matrix
        .rows
        .iter()
        .map(|r| (r.name(), r.verdict.name()))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("control", "control_accepted"),
            ("alg-none", "accepted"),
            ("exp-hour", "refused"),
            ("ecdsa-twin", "noted_accepted"),
            ("rsa-leading-zero", "not_made"),
            ("kid-sql", "unclear"),
            ("control", "control_accepted"),
        ]
    );
    assert!(!matrix.passed());
    assert!(model.jobs.is_empty() && model.forge.firing.is_none());
}

#[test]
fn a_refused_control_stops_all_and_a_late_one_voids_all() {
    let mut model = Model::default();
    let seen = run(
        &mut model,
        plan("http://localhost:1/", &["alg-none"]),
        |_| 401,
    );
    assert_eq!(seen.len(), 1);
    assert!(model.forge.matrix.as_ref().unwrap().void.is_some());
    let calls = std::cell::Cell::new(0);
    run(
        &mut model,
        plan("http://localhost:1/", &["alg-none", "exp-hour"]),
        |_| {
            calls.set(calls.get() + 1);
            if calls.get() == 1 { 200 } else { 401 }
        },
    );
    let matrix = model.forge.matrix.clone().unwrap();
    assert!(matrix.void.as_ref().unwrap().contains("at first"));
    assert_eq!(matrix.findings().count(), 0);
    assert!(!matrix.passed());
}

#[test]
fn another_machine_is_asked_about_and_only_yes_sends() {
    let mut model = Model::default();
    let ask = |model: &mut Model| {
        let plan = Arc::new(plan("https://api.example/", &["alg-none"]));
        assert!(begun(update(model, forge::Command::Fire(plan), &env())).is_none());
        let asked = model.forge.asks.clone().unwrap();
        assert_eq!(
            (asked.target.foreign_hosts().as_str(), asked.count()),
            ("api.example:443", 3)
        );
    };
    ask(&mut model);
    assert!(
        begun(update(
            &mut model,
            forge::Command::ConfirmFire(false),
            &env()
        ))
        .is_none()
    );
    assert!(model.forge.asks.is_none() && model.jobs.is_empty());
    ask(&mut model);
    assert!(
        begun(update(
            &mut model,
            forge::Command::ConfirmFire(true),
            &env()
        ))
        .is_some()
    );
    let mut second = plan("http://127.0.0.1/", &["alg-none"]);
    second.target.second = Some(Url::parse("https://other.example/").unwrap());
    assert!(
        !second.target.is_local() && second.target.foreign_hosts() == "other.example:443",
        "the second address counts as well"
    );
    // So do the endpoints that some forgeries use on the way.
    let document = json!({
        "issuer": "http://127.0.0.1:1", "token_endpoint": "http://127.0.0.1:1/token",
        "revocation_endpoint": "https://as.example/revoke",
    });
    let endpoint = Endpoint {
        server: Metadata::from_document(document.as_object().unwrap().clone()),
        client: Client {
            assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
            client_id: "app".into(),
            method: AuthMethod::None,
            credential: Credential::None,
        },
        actor_token: None,
        audience: Vec::new(),
        scope: Vec::new(),
        resource: Vec::new(),
        requested_token_type: None,
    };
    let exchange = Target::exchange(endpoint).unwrap();
    assert!(!exchange.is_local());
    assert_eq!(exchange.foreign_hosts(), "as.example:443");
}

#[test]
fn cancelling_asks_for_the_last_word_and_keeps_what_is_known() {
    let mut model = Model::default();
    let plan = Arc::new(plan("http://127.0.0.1/", &["alg-none", "exp-hour"]));
    let (job, mut fire) = begun(update(
        &mut model,
        forge::Command::Fire(plan.clone()),
        &env(),
    ))
    .unwrap();
    let Next::Send(first, _) = fire.next(&env()) else {
        panic!("the control is due");
    };
    assert!(
        matches!(fire.next(&env()), Next::Wait),
        "nothing before its answer"
    );
    fire.answered(first, Answer::Response(status(200)));
    apply(
        &mut model,
        Outcome::Fired(job, Box::new(volley(&fire, false))),
        &env(),
    );
    assert_eq!(model.forge.firing.as_ref().unwrap().progress(), (1, 4));
    assert!(
        begun(update(&mut model, forge::Command::Fire(plan), &env())).is_none(),
        "one at a time"
    );
    for asked in [1, 0] {
        let effects = update(&mut model, jobs::Command::Cancel(job), &env());
        let cancels = effects
            .iter()
            .filter(|e| matches!(e, Effect::Cancel(j) if *j == job));
        assert_eq!(cancels.count(), asked, "asked for once");
    }
    fire.cancel();
    apply(
        &mut model,
        Outcome::Fired(job, Box::new(volley(&fire, true))),
        &env(),
    );
    let matrix = model.forge.matrix.clone().unwrap();
    assert!(matrix.cancelled && !matrix.passed());
    assert_eq!(matrix.rows.len(), 1);
    assert!(model.jobs.is_empty() && model.forge.firing.is_none());
    apply(
        &mut model,
        Outcome::Fired(job, Box::new(volley(&fire, true))),
        &env(),
    );
    assert_eq!(model.log.len(), 0, "what comes later is dropped");
}

#[test]
fn several_are_under_way_at_once_and_rows_stand_in_the_order_of_sending() {
    let names = ["alg-none", "exp-hour", "kid-sql", "sub-other", "iss-other"];
    let mut plan = plan("http://127.0.0.1/", &names);
    plan.pace.at_once = 3;
    let mut fire = Fire::new(Arc::new(plan), &env()).unwrap();
    let send = |fire: &mut Fire| match fire.next(&env()) {
        Next::Send(ticket, _) => Some(ticket),
        Next::Wait | Next::Done => None,
    };
    let first = send(&mut fire).unwrap();
    assert!(send(&mut fire).is_none(), "the control goes alone");
    fire.answered(first, Answer::Response(status(200)));
    let air: Vec<Ticket> = (0..3).map(|_| send(&mut fire).unwrap()).collect();
    assert!(send(&mut fire).is_none(), "three at once");
    fire.answered(air[2], Answer::Response(status(401)));
    fire.answered(air[0], Answer::Silent(10));
    let more: Vec<Ticket> = (0..2).map(|_| send(&mut fire).unwrap()).collect();
    fire.answered(more[0], Answer::Response(status(200)));
    fire.answered(air[1], Answer::Failed("No connection.".into()));
    assert!(
        matches!(fire.next(&env()), Next::Wait),
        "the last control waits for all"
    );
    fire.answered(more[1], Answer::Response(status(500)));
    let last = send(&mut fire).unwrap();
    assert_eq!(fire.name(last), "control");
    fire.answered(last, Answer::Response(status(200)));
    assert!(matches!(fire.next(&env()), Next::Done));
    let matrix = fire.matrix();
    let rows: Vec<(&str, &str)> = matrix
        .rows
        .iter()
        .map(|r| (r.name(), r.verdict.name()))
        .collect();
    assert_eq!(
        rows,
        [
            ("control", "control_accepted"),
            ("alg-none", "unclear"),
            ("exp-hour", "not_sent"),
            ("kid-sql", "refused"),
            ("sub-other", "accepted"),
            ("iss-other", "unclear"),
            ("control", "control_accepted"),
        ]
    );
    assert_eq!(matrix.rows[1].said, "no answer within 10 s");
    assert_eq!(fire.sent(), 7);
}

#[test]
fn a_target_that_answers_no_more_ends_it_and_what_is_known_counts() {
    let all: Vec<&str> = catalogue()
        .iter()
        .filter(|f| !f.is_request())
        .map(|f| f.name)
        .take(40)
        .collect();
    let mut fire = Fire::new(Arc::new(plan("http://127.0.0.1/", &all)), &env()).unwrap();
    let mut sent = 0;
    while let Next::Send(ticket, _) = fire.next(&env()) {
        sent += 1;
        let answer = if sent < 5 {
            Answer::Response(status(200))
        } else {
            Answer::Silent(10)
        };
        fire.answered(ticket, answer);
    }
    assert_eq!(sent, 4 + SILENT);
    let matrix = fire.matrix();
    assert!(
        matrix
            .ended
            .as_ref()
            .unwrap()
            .contains("no answer within 10 s")
    );
    assert_eq!((&matrix.void, matrix.findings().count()), (&None, 3));
    assert!(!matrix.passed());
    assert_eq!(matrix.rows.len(), 1 + 40, "each forgery has its row");
    let junit = delegraph::report::junit::matrix(matrix);
    assert!(junit.contains("name=\"complete\"") && junit.contains("answers no more"));
    let sarif = delegraph::report::sarif::matrix(matrix);
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
}

#[test]
fn the_token_goes_where_the_target_says() {
    let mut plan = plan("http://127.0.0.1/", &["alg-none"]);
    plan.target.place = TokenPlace::Body;
    assert!(plan.target.check().is_err());
    plan.target.body = Some(("application/json".into(), r#"{"t":"{token}"}"#.into()));
    assert!(plan.target.check().is_ok());
    let mut model = Model::default();
    let good = plan.token.clone();
    let effects = update(&mut model, forge::Command::Fire(Arc::new(plan)), &env());
    let (_, mut fire) = begun(effects).unwrap();
    let Next::Send(_, request) = fire.next(&env()) else {
        panic!("the control is due");
    };
    let (media, text) = request.body.encode().unwrap();
    assert_eq!(media, "application/json");
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({ "t": good })
    );
    assert!(request.headers.iter().all(|h| h.name != "Authorization"));
}

#[test]
fn forgeries_are_made_when_the_forge_is_in_front_and_follow_the_token() {
    let mut model = Model::default();
    let forge_of = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|e| match e {
            Effect::Forge(order) => Some(order),
            _ => None,
        })
    };
    let effects = update(&mut model, token::Command::Paste(token()), &env());
    assert!(
        forge_of(effects).is_none(),
        "nothing is made while nobody looks"
    );
    let order = forge_of(update(&mut model, view::Command::Show(View::FORGE), &env())).unwrap();
    assert!(
        forge_of(update(
            &mut model,
            view::Command::Filter(String::new()),
            &env()
        ))
        .is_none(),
        "once is enough"
    );
    let basis = order.basis.clone();
    let forged = Arc::new(make(*order).unwrap());
    assert_eq!(forged.made.len(), catalogue().len());
    apply(&mut model, Outcome::Forged(basis, Ok(forged)), &env());
    let names = vec!["sub-other".to_owned(), "alg-none".to_owned()];
    let effects = update(&mut model, forge::Command::Stack(names.clone()), &env());
    let (forged, asked) = effects
        .into_iter()
        .find_map(|e| match e {
            Effect::StackForgeries(forged, names) => Some((forged, names)),
            _ => None,
        })
        .unwrap();
    let shown = make_stack(&forged, &asked);
    apply(&mut model, Outcome::Stacked(asked, shown), &env());
    assert!(matches!(&model.forge.stacked, Some(Ok(_))));
    let id = model.session.token.unwrap();
    update(&mut model, forge::Command::Make(id, names), &env());
    assert_eq!(model.workspace.tokens.len(), 2);
    assert_eq!(
        model.session.token,
        Some(id),
        "the good token stays in front"
    );
    update(&mut model, history::Command::Undo, &env());
    assert_eq!(model.workspace.tokens.len(), 1);
}

#[test]
fn secrets_never_stand_in_debug_output() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let private = key.text("d").unwrap().to_owned();
    let raw = token();
    let with = Ingredients::gather(&decode(&raw), &[key], NOW).unwrap();
    let own = with.own.text("d").unwrap().to_owned();
    let shown = format!("{with:?}");
    assert!(!shown.contains(&private) && !shown.contains(&own));
    let found = delegraph::attack::secrets::Found {
        word: "hunter2".into(),
        how: "as it stands",
        secret: b"hunter2".to_vec(),
    };
    assert!(!format!("{found:?}").contains("hunter2"));
    assert_eq!(Verdict::Accepted.name(), "accepted");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever a token holds, a forgery is made or says why; nothing panics, and the original is
    /// never given back as a forgery.
    #[test]
    fn any_token_is_forged_or_refused_with_a_reason(
        header in "[ -~]{0,60}",
        sub in "\\PC{0,20}",
        raw in "[ -~]{0,120}",
        dots in 0_usize..6,
    ) {
        use delegraph::jose::b64;
        let claims = json!({ "sub": sub, "aud": ["a", 1], "exp": "x", "act": { "act": 3 } });
        let texts = [
            format!("{}.{}.AA", b64::encode(&header), b64::encode(claims.to_string())),
            format!("{}.{}.", b64::encode(r#"{"alg":"ES256","kid":{}}"#), b64::encode(claims.to_string())),
            raw.clone(),
            format!("{raw}{}", ".".repeat(dots)),
        ];
        for text in texts {
            let with = Ingredients::gather(&decode(&text), &[], NOW).unwrap();
            for forgery in catalogue().iter().filter(|f| !f.name.starts_with("jwe-zip")) {
                match forgery.apply(&text, &with) {
                    Ok(made) => prop_assert_ne!(&made.token, &text, "{}", forgery.name),
                    Err(why) => prop_assert!(why.len() > 8, "{}: {}", forgery.name, why),
                }
            }
        }
    }

    /// A claim that is set leaves every other byte of the payload, and the whole header, alone.
    #[test]
    fn a_claim_forgery_changes_one_claim(
        extra in proptest::collection::btree_map("[a-z]{4,8}", "\\PC{0,12}", 0..6),
    ) {
        let key = crypto::generate(&Alg::Es256, None).unwrap();
        let mut claims = json!({ "iss": "https://as.example", "sub": "alice", "aud": "api", "exp": NOW });
        for (name, value) in &extra {
            claims[name.as_str()] = value.as_str().into();
        }
        let raw = craft::mint(&json!({}), &claims, &key, &Alg::Es256).unwrap();
        let with = Ingredients::gather(&decode(&raw), &[], NOW).unwrap();
        for (name, claim) in [("exp-hour", "exp"), ("aud-other", "aud"), ("iss-other", "iss"), ("sub-other", "sub")] {
            let made = named(name).unwrap().apply(&raw, &with).unwrap();
            prop_assert_eq!(made.token.split('.').next(), raw.split('.').next());
            let (before, after) = (decode(&raw), decode(&made.token));
            for (member, value) in before.claims_map() {
                if member == claim {
                    prop_assert_ne!(after.claim(member), Some(value));
                } else {
                    prop_assert_eq!(after.claim(member), Some(value));
                }
            }
        }
    }
}
