//! Whatever comes in: an answer or a refusal, never a panic.

use proptest::{arbitrary::any, prelude::*};
use serde_json::{Value, json};

use super::{
    Faults, exchange,
    form::Form,
    issued,
    realm::{self, Realm},
    target,
};
use crate::{
    jose::{Alg, Jwk},
    kit::rng::SystemRng,
    oauth::token_type,
    token::craft,
};

const START: i64 = 1_800_000_000;

fn signed(header: &Value, claims: &Value, key: &Jwk) -> String {
    craft::mint(header, claims, key, &Alg::Es256).unwrap()
}

fn keys() -> &'static Realm {
    static REALM: std::sync::LazyLock<Realm> = std::sync::LazyLock::new(|| {
        Realm::new("http://127.0.0.1:1".into(), &Faults::NONE, &SystemRng)
            .unwrap()
            .0
    });
    &REALM
}

/// JSON of any shape, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            Just("act".to_owned()),
            Just("sub".to_owned()),
            Just("iss".to_owned()),
            "[a-z]{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_as_a_token_has_a_flaw(text in ".{0,200}", dots in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}") {
        for token in [text, dots] {
            let seen = issued::see(&token, &[issued::ACCESS_TOKEN], keys(), &Faults::NONE, START, &|_| false);
            prop_assert!(!seen.verified && !seen.flaws.is_empty());
        }
    }

    #[test]
    fn claims_of_any_shape_signed_by_this_server_never_panic(
        claim in prop_oneof![
            Just("act"), Just("may_act"), Just("aud"), Just("exp"), Just("iat"), Just("nbf"),
            Just("scope"), Just("sub"), Just("jti"), Just("client_id"), Just("auth_time"),
        ],
        value in any_json(),
    ) {
        let realm = keys();
        let mut claims = json!({
            "iss": realm.issuer, "sub": "alice", "aud": "planner", "client_id": "workbench",
            "exp": START + 60, "iat": START, "jti": "j", "scope": "accounts:read",
        });
        claims[claim] = value;
        let token = signed(&json!({"typ": "at+jwt"}), &claims, &realm.key);
        let fields = format!(
            "subject_token={token}&subject_token_type={}",
            token_type::ACCESS_TOKEN
        );
        let form = Form::read(fields.as_bytes()).unwrap();
        let ask = exchange::ExchangeRequest::read(&form, realm).unwrap();
        let ground = exchange::Ground {
            key: None,
            realm,
            faults: &Faults::NONE,
            now: START,
            revoked: &|_| false,
            jti: "k".into(),
        };
        let planner = realm::agent("planner").unwrap();
        if let Ok(decision) = exchange::decide(&ask, planner, &ground) {
            // Whatever was in it: the result is no wider, no longer, and names who acts.
            prop_assert_eq!(&decision.scope, "accounts:read");
            prop_assert!(decision.expires_in <= 300 && decision.expires_in > 0);
            prop_assert_eq!(&decision.claims["act"]["sub"], "planner");
        }
    }

    #[test]
    fn any_form_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(form) = Form::read(&bytes) {
            let _ = exchange::ExchangeRequest::read(&form, keys());
            let _ = target::plan(keys(), &form, &[]);
        }
    }
}
