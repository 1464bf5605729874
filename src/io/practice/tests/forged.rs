//! Every forgery of the catalogue against the real servers: a sound one refuses all and accepts the
//! control; one with a single validation switched off lets in exactly what that validation kept out.

use std::collections::BTreeSet;

use super::*;
use crate::{
    attack::{
        Expected, Forgery, Ingredients, Matrix, Verdict, catalogue,
        fire::{Answer, Fire, Next, Pace, Plan},
        target::{Endpoint, Target, TokenPlace},
    },
    kit::{Env, clock::Timestamp, rng::SystemRng},
    oauth::client_auth::Client,
    token::decode::decode,
};

fn env(lab: &Lab) -> Env {
    Env {
        now: Timestamp::from_second(lab.now()).unwrap(),
        rng: Arc::new(SystemRng),
    }
}

async fn fire(lab: &Lab, plan: Plan) -> Matrix {
    let env = env(lab);
    let mut fire = Fire::new(Arc::new(plan), &env).unwrap();
    while let Next::Send(ticket, request) = fire.next(&env) {
        let answer = match lab.http.send(&request).await {
            Ok(response) => Answer::Response(response),
            Err(why) => Answer::Failed(why),
        };
        fire.answered(ticket, answer);
    }
    fire.matrix().clone()
}

fn pace(limit: usize) -> Pace {
    Pace {
        limit,
        ..Pace::default()
    }
}

fn ingredients(lab: &Lab, token: &str) -> Ingredients {
    let keys = [lab.shared.realm.key.clone()];
    let mut with = Ingredients::gather(&decode(token), &keys, lab.now()).unwrap();
    assert!(with.signing.is_some());
    with.public = lab.shared.realm.public_key().cloned();
    with
}

/// A token of a chain for the accounts server, and its parent.
async fn tokens(lab: &Lab) -> (String, String) {
    let parent = lab.user_token(&[]).await;
    let extra = [("audience", "accounts-api"), ("scope", "accounts:read")];
    let token = token_of(&good(&lab.exchange("planner", &parent, &extra).await));
    (token, parent)
}

pub(super) async fn at_the_resource(lab: &Lab, second: bool) -> Matrix {
    let (token, parent) = tokens(lab).await;
    let mut with = ingredients(lab, &token);
    with.others = vec![
        token_of(&lab.sign_in(&[("scope", "documents:read")]).await),
        lab.assertion("planner"),
    ];
    with.parent = Some(parent);
    let mut target = Target::bearer(Method::Get, lab.url("/resources/accounts-api"));
    target.second = second.then(|| lab.url("/resources/documents-api"));
    let plan = Plan {
        token,
        with,
        target,
        forgeries: catalogue().iter().collect(),
        pace: pace(1000),
    };
    fire(lab, plan).await
}

async fn at_the_token_endpoint(lab: &Lab, forgeries: Vec<&'static Forgery>) -> Matrix {
    // Issued to the client that asks, so that it may revoke it.
    let user = lab.user_token(&[]).await;
    let own = [("audience", "planner")];
    let token = token_of(&good(&lab.exchange("planner", &user, &own).await));
    let mut with = ingredients(lab, &token);
    with.others = vec![lab.own_token("researcher").await];
    let client = Client {
        assertion_audience: crate::oauth::client_auth::AssertionAudience::Issuer,
        client_id: "planner".into(),
        method: crate::oauth::client_auth::AuthMethod::PrivateKeyJwt,
        credential: lab.credential("planner"),
    };
    let endpoint = Endpoint {
        server: (*lab.server.info.metadata).clone(),
        client,
        actor_token: Some(lab.own_token("planner").await),
        audience: vec!["accounts-api".into()],
        scope: Vec::new(),
        resource: Vec::new(),
        requested_token_type: None,
    };
    let plan = Plan {
        token,
        with,
        target: Target::exchange(endpoint).unwrap(),
        forgeries,
        pace: pace(1000),
    };
    fire(lab, plan).await
}

pub(super) fn accepted(matrix: &Matrix) -> BTreeSet<String> {
    matrix.findings().map(|r| r.name().to_owned()).collect()
}

/// What was not decided, with its reason.
pub(super) fn open(matrix: &Matrix) -> Vec<String> {
    matrix
        .rows
        .iter()
        .filter(|r| {
            matches!(
                r.verdict,
                Verdict::NotMade(_) | Verdict::NotSent(_) | Verdict::Unclear
            )
        })
        .map(|r| format!("{}: {} {:?}", r.name(), r.verdict.words(), r.verdict.why()))
        .collect()
}

#[tokio::test]
async fn the_resource_server_refuses_every_forgery_and_accepts_the_control() {
    let lab = Lab::new().await;
    let matrix = at_the_resource(&lab, true).await;
    assert_eq!(matrix.void, None);
    assert_eq!(matrix.count("control_accepted"), 2);
    assert_eq!(accepted(&matrix), BTreeSet::new());
    assert!(matrix.passed());
    // What has no verdict is not aimed at this server, or not made of this kind of token.
    for row in &matrix.rows {
        let Some(forgery) = row.forgery else { continue };
        let elsewhere = [
            "dpop",
            "client-assertion",
            "exchange-request",
            "replay",
            "rsa",
            "jwe",
        ];
        if matches!(row.verdict, Verdict::NotMade(_)) {
            let family = forgery.family.name;
            assert!(
                elsewhere.contains(&family) || not_of_this_token(forgery),
                "{}: {:?}",
                row.name(),
                row.verdict
            );
        }
    }
    let refused = matrix.count("refused");
    assert!(refused > 180, "{refused}\n{}", open(&matrix).join("\n"));
    assert!(matrix.count("unclear") == 0, "{:?}", open(&matrix));
}

/// Forgeries that ES256 tokens, or this token, leave no room for.
fn not_of_this_token(forgery: &Forgery) -> bool {
    [
        "swap-rsa-padding",
        "swap-hash-256",
        "hmac-public-pkcs1-pem",
        "hmac-public-pkcs1-der",
        "typ-at-jwt",
        "base64-standard-alphabet", // a signature may have none of these characters
        "cross-other-issuer",
        "cnf-removed",
        "act-reversed",
        "act-flattened",
        "may-act-other-actor",
        "may-act-other-issuer",
        "may-act-no-actor",
    ]
    .contains(&forgery.name)
}

/// Names of the catalogue that begin so.
pub(super) fn begins(prefixes: &[&str]) -> BTreeSet<String> {
    catalogue()
        .iter()
        .filter(|f| {
            f.expected == Expected::Reject && prefixes.iter().any(|p| f.name.starts_with(p))
        })
        .map(|f| f.name.to_string())
        .collect()
}

pub(super) async fn let_in_by_all(faults: &[&str]) -> BTreeSet<String> {
    let lab = Lab::with(faults).await;
    let matrix = at_the_resource(&lab, true).await;
    assert_eq!(matrix.void, None, "{faults:?}");
    assert!(!matrix.passed(), "{faults:?}");
    accepted(&matrix)
}

async fn let_in_by(fault: &str) -> BTreeSet<String> {
    let_in_by_all(&[fault]).await
}

pub(super) fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[tokio::test]
async fn alg_none_lets_in_unsigned_tokens_and_nothing_else() {
    let mut expected = begins(&["alg-none"]);
    expected.retain(|n| n != "alg-empty");
    assert_eq!(let_in_by("alg-none-accepted").await, expected);
}

#[tokio::test]
async fn key_confusion_lets_in_hmacs_with_the_public_key_and_nothing_else() {
    let expected = set(&[
        "hmac-public-pem",
        "hmac-public-pem-no-newline",
        "hmac-public-pem-crlf",
        "hmac-public-der",
        "hmac-public-jwk",
        "hmac-public-modulus",
    ]);
    assert_eq!(let_in_by("key-confusion").await, expected);
}

#[tokio::test]
async fn a_trusted_jwk_lets_in_keys_of_the_tokens_own_and_nothing_else() {
    let expected = set(&["jwk-own", "jwk-own-kid", "jwk-private"]);
    assert_eq!(let_in_by("jwk-trusted").await, expected);
}

#[tokio::test]
async fn a_trusted_x5c_lets_in_certificates_of_the_tokens_own_and_nothing_else() {
    let expected = set(&["x5c-own", "x5c-own-chain"]);
    assert_eq!(let_in_by("x5c-trusted").await, expected);
}

#[tokio::test]
async fn an_ignored_crit_lets_in_critical_headers_and_nothing_else() {
    let expected = set(&[
        "crit-unknown",
        "crit-absent-name",
        "crit-empty",
        "crit-standard-name",
        "crit-text",
    ]);
    assert_eq!(let_in_by("crit-ignored").await, expected);
}

#[tokio::test]
async fn an_ignored_typ_lets_in_other_kinds_and_nothing_else() {
    let expected = set(&[
        "typ-missing",
        "typ-jwt",
        "typ-dpop-jwt",
        "typ-logout-jwt",
        "typ-client-authentication",
        "typ-number",
        "cross-logout-token",
    ]);
    assert_eq!(let_in_by("typ-ignored").await, expected);
}

#[tokio::test]
async fn an_ignored_expiry_lets_in_every_end_and_nothing_else() {
    let expected = begins(&["exp-", "value-exp-"]);
    assert_eq!(let_in_by("expiry-ignored").await, expected);
}

#[tokio::test]
async fn an_ignored_audience_lets_in_tokens_for_others_and_nothing_else() {
    let mut expected = begins(&["aud-", "value-aud-"]);
    expected.extend(set(&["cross-parent"]));
    // The second server needs another scope, which this token does not have.
    assert_eq!(let_in_by("audience-ignored").await, expected);
}

#[tokio::test]
async fn an_ignored_issuer_lets_in_other_issuers_and_nothing_else() {
    assert_eq!(
        let_in_by("issuer-ignored").await,
        begins(&["iss-", "value-iss-"])
    );
}

#[tokio::test]
async fn an_ignored_signature_lets_in_what_only_the_signature_kept_out() {
    let let_in = let_in_by("signature-ignored").await;
    for name in [
        "signature-payload-changed",
        "signature-subject-changed",
        "signature-cut",
        "signature-bit-flipped",
        "signature-zeroed",
        "signature-empty",
        "ecdsa-zero",
        "ecdsa-s-out-of-range",
        "base64-padding",
        "sub-other",
        "scope-widened",
        "act-forged",
        "text-sql",
        "signature-own-key",
    ] {
        assert!(let_in.contains(name), "{name} of {let_in:?}");
    }
    // Only what a good signature would have made good: every one of these keeps, alters or lacks it.
    for name in &let_in {
        let forgery = crate::attack::named(name).unwrap();
        let other_check = ["time", "header", "kid", "alg-none", "family-swap", "hmac"];
        assert!(
            !other_check.contains(&forgery.family.name),
            "{name}: {}",
            forgery.mutates
        );
    }
}

#[tokio::test]
async fn the_token_endpoint_refuses_every_forgery_that_is_aimed_at_it() {
    let lab = Lab::new().await;
    let matrix = at_the_token_endpoint(&lab, catalogue().iter().collect()).await;
    assert_eq!(matrix.void, None);
    assert_eq!(accepted(&matrix), BTreeSet::new());
    let aimed = matrix.rows.iter().filter(|r| {
        r.forgery.is_some_and(|f| {
            f.is_request()
                && ["client-assertion", "exchange-request", "delegation"].contains(&f.family.name)
        })
    });
    let mut refused = 0;
    for row in aimed {
        assert!(
            matches!(row.verdict, Verdict::Refused | Verdict::Noted(_)),
            "{}: {:?} {:?} {}",
            row.name(),
            row.verdict,
            row.status,
            row.said
        );
        refused += usize::from(row.verdict == Verdict::Refused);
    }
    assert!(refused >= 36, "{refused}");
    let replayed = matrix.rows.iter().find(|r| r.name() == "replay-assertion");
    assert_eq!(replayed.unwrap().verdict, Verdict::Refused);
}

#[tokio::test]
async fn faults_of_an_exchange_show_in_the_matrix() {
    for (fault, names) in [
        ("scope-widened", vec!["exchange-scope-more"]),
        (
            "may-act-ignored",
            vec![
                "may-act-no-actor",
                "may-act-other-actor",
                "may-act-other-issuer",
            ],
        ),
        (
            "actor-ignored",
            vec!["exchange-actor-is-subject", "exchange-actor-other-client"],
        ),
        ("client-proof-ignored", vec!["exchange-no-client"]),
        ("lifetime-extended", vec![]),
    ] {
        let lab = Lab::with(&[fault]).await;
        let only = catalogue().iter().filter(|f| f.is_request()).collect();
        let matrix = at_the_token_endpoint(&lab, only).await;
        assert_eq!(matrix.void, None, "{fault}");
        assert_eq!(accepted(&matrix), set(&names), "{fault}");
    }
}

#[tokio::test]
async fn a_control_that_fails_makes_the_result_void_and_stops_the_rest() {
    let lab = Lab::new().await;
    let (token, _) = tokens(&lab).await;
    let plan = |token: &str, limit| Plan {
        token: token.to_owned(),
        with: ingredients(&lab, token),
        target: Target::bearer(Method::Get, lab.url("/resources/documents-api")),
        forgeries: catalogue().iter().filter(|f| !f.is_request()).collect(),
        pace: pace(limit),
    };
    let matrix = fire(&lab, plan(&token, 100)).await;
    assert_eq!(
        matrix.rows.len(),
        1,
        "nothing is sent after a failed control"
    );
    assert!(matrix.void.unwrap().contains("401"));
    let mut closed = plan(&token, 100);
    closed.target.url = Url::parse("http://127.0.0.1:9/").unwrap();
    let matrix = fire(&lab, closed).await;
    assert!(matrix.void.unwrap().contains("could not be sent"));
    let mut limited = plan(&token, 10);
    limited.target.url = lab.url("/resources/accounts-api");
    let matrix = fire(&lab, limited).await;
    assert_eq!(matrix.void, None);
    assert_eq!(matrix.count("control_accepted"), 2);
    let sent = matrix.rows.iter().filter(|r| r.status.is_some()).count();
    assert!(sent <= 11, "{sent}");
    assert!(matrix.count("not_sent") > 100);
}

/// A token that is bound to a key, which the tester has: every request goes with a proof of its own.
async fn at_the_resource_by_dpop(lab: &Lab, forgeries: Vec<&'static Forgery>) -> Matrix {
    let key = proofs::key();
    let parent = proofs::user_bound(lab, &key).await;
    let answer = proofs::exchange(lab, "planner", &parent, None, Some(&key)).await;
    let token = token_of(&good(&answer));
    let mut with = ingredients(lab, &token);
    with.parent = Some(parent);
    let mut target = Target::bearer(Method::Get, lab.url("/resources/accounts-api"));
    target.place = TokenPlace::Authorization("DPoP".into());
    target.proof = Some(key);
    let plan = Plan {
        token,
        with,
        target,
        forgeries,
        pace: pace(1000),
    };
    fire(lab, plan).await
}

fn of_dpop() -> Vec<&'static Forgery> {
    catalogue()
        .iter()
        .filter(|f| f.family.name == "dpop")
        .collect()
}

#[tokio::test]
async fn a_bound_token_is_good_with_its_key_alone_and_no_forgery_of_it_is() {
    let lab = Lab::new().await;
    let matrix = at_the_resource_by_dpop(&lab, catalogue().iter().collect()).await;
    assert_eq!(matrix.void, None);
    assert_eq!(matrix.count("control_accepted"), 2);
    assert_eq!(accepted(&matrix), BTreeSet::new());
    let mut refused = 0;
    for row in &matrix.rows {
        if row.forgery.is_some_and(|f| f.family.name == "dpop") {
            // One that a server may take or not: a nonce that was never asked for. And none is left
            // out where none was given.
            let passed_over = row.name() == "dpop-old-nonce";
            let wanted = match &row.verdict {
                Verdict::Noted(accepted) => *accepted == passed_over,
                Verdict::NotMade(why) => {
                    assert!(why.contains("no nonce"), "{}: {why}", row.name());
                    row.name() == "dpop-no-nonce"
                }
                verdict => *verdict == Verdict::Refused,
            };
            assert!(wanted, "{}: {:?} {}", row.name(), row.verdict, row.said);
            let made = row.name() != "dpop-no-nonce";
            assert!(
                !row.said.is_empty() || passed_over || !made,
                "{}",
                row.name()
            );
            refused += 1;
        }
    }
    assert_eq!(refused, of_dpop().len());
    assert_eq!(refused, 28);
    // The rest of the catalogue is refused for its own reasons, under good proofs.
    assert!(matrix.count("refused") > 200, "{:?}", open(&matrix));
}

#[tokio::test]
async fn each_fault_of_dpop_lets_in_its_own_forgeries_and_no_others() {
    for (fault, names) in [
        ("dpop-bearer-accepted", vec!["dpop-as-bearer"]),
        ("dpop-signature-ignored", vec!["dpop-signature"]),
        ("dpop-typ-ignored", vec!["dpop-no-typ", "dpop-typ"]),
        ("dpop-alg-ignored", vec!["dpop-alg-none", "dpop-no-alg"]),
        ("dpop-key-ignored", vec!["dpop-other-key"]),
        (
            "dpop-htm-ignored",
            vec!["dpop-htm", "dpop-htm-case", "dpop-no-htm"],
        ),
        (
            "dpop-htu-ignored",
            vec!["dpop-htu", "dpop-htu-path", "dpop-no-htu"],
        ),
        ("dpop-ath-ignored", vec!["dpop-ath", "dpop-no-ath"]),
        (
            "dpop-iat-ignored",
            vec!["dpop-iat-future", "dpop-iat-past", "dpop-no-iat"],
        ),
        // These change what a server may do or leave, and no verdict.
        ("dpop-replay-accepted", vec![]),
        ("dpop-nonce-demanded", vec![]),
    ] {
        let lab = Lab::with(&[fault]).await;
        let matrix = at_the_resource_by_dpop(&lab, of_dpop()).await;
        assert_eq!(matrix.void, None, "{fault}");
        assert_eq!(accepted(&matrix), set(&names), "{fault}");
        let noted = |name: &str| {
            let row = matrix.rows.iter().find(|r| r.name() == name).unwrap();
            row.verdict == Verdict::Noted(true)
        };
        assert_eq!(
            noted("dpop-jti-reused"),
            fault == "dpop-replay-accepted",
            "{fault}"
        );
        assert_eq!(
            noted("dpop-old-nonce"),
            fault != "dpop-nonce-demanded",
            "{fault}"
        );
        // Without the nonce that it gave, a server that demands it refuses.
        let bare = matrix.rows.iter().find(|r| r.name() == "dpop-no-nonce");
        let bare = &bare.unwrap().verdict;
        if fault == "dpop-nonce-demanded" {
            assert_eq!(*bare, Verdict::Noted(false));
        } else {
            assert!(matches!(bare, Verdict::NotMade(_)), "{fault}: {bare:?}");
        }
    }
}

#[tokio::test]
async fn a_bound_subject_token_is_forged_with_proofs_of_its_key() {
    for (faults, names) in [
        (vec![], vec![]),
        (vec!["subject-key-ignored"], vec!["exchange-subject-bound"]),
    ] {
        let lab = Lab::with(&faults).await;
        let key = proofs::key();
        let token = proofs::user_bound(&lab, &key).await;
        let client = Client {
            assertion_audience: crate::oauth::client_auth::AssertionAudience::Issuer,
            client_id: "planner".into(),
            method: crate::oauth::client_auth::AuthMethod::PrivateKeyJwt,
            credential: lab.credential("planner"),
        };
        let endpoint = Endpoint {
            server: (*lab.server.info.metadata).clone(),
            client,
            actor_token: None,
            audience: vec!["accounts-api".into()],
            scope: Vec::new(),
            resource: Vec::new(),
            requested_token_type: None,
        };
        let mut target = Target::exchange(endpoint).unwrap();
        target.proof = Some(key);
        let plan = Plan {
            with: ingredients(&lab, &token),
            token,
            target,
            forgeries: catalogue()
                .iter()
                .filter(|f| f.family.name == "exchange-request")
                .collect(),
            pace: pace(1000),
        };
        let matrix = fire(&lab, plan).await;
        assert_eq!(matrix.void, None, "{faults:?}");
        assert_eq!(matrix.count("control_accepted"), 2);
        assert_eq!(accepted(&matrix), set(&names), "{faults:?}");
    }
}
