//! Claims of an SD-JWT edited: the disclosure made anew, and all hashes above it.

use delegraph::token::{
    craft::CraftError,
    sd_jwt::{self, Change, ClaimState, Edit, SdJwt},
};

use super::{
    sd_jwt::{disclose, person, problems},
    *,
};

fn edit(token: &Token, pointer: &str, change: Change) -> Result<Token, CraftError> {
    let mut count = 0;
    let edit = Edit {
        pointer: pointer.into(),
        change,
    };
    let made = sd_jwt::edit(token, &edit, &mut || {
        count += 1;
        format!("new salt {count}")
    });
    made.map(|raw| decode(&raw))
}

fn set(inner: &str, value: Value) -> Change {
    Change::Set(inner.into(), Some(value))
}

fn sd(token: &Token) -> &SdJwt {
    token.disclosed.as_deref().unwrap()
}

fn texts(token: &Token) -> Vec<&str> {
    sd(token)
        .disclosures
        .iter()
        .map(|d| d.text.as_str())
        .collect()
}

fn salts(token: &Token) -> Vec<String> {
    let salt = |text: &&str| {
        let content: Value = serde_json::from_slice(&b64::decode(text).unwrap()).unwrap();
        content[0].as_str().unwrap().to_owned()
    };
    texts(token).iter().map(salt).collect()
}

#[test]
fn a_value_that_is_disclosed_is_edited_with_every_hash_above_it() {
    let (raw, [street, _, french, name]) = person(&json!({"kid": "k"}));
    let whole = decode(&raw);
    // The street inside the address: both disclosures are new, the others stay.
    let made = edit(&whole, "/address/street", set("", json!("Side"))).unwrap();
    assert_eq!(problems(&made), "");
    let mut wanted = sd(&whole).claims.clone();
    wanted["address"]["street"] = json!("Side");
    assert_eq!(sd(&made).claims, wanted);
    assert_eq!(sd(&made).hidden, sd(&whole).hidden);
    assert_eq!(salts(&made), ["new salt 1", "new salt 2", "s3", "s4"]);
    assert!(!texts(&made).contains(&street.as_str()));
    assert_eq!(texts(&made)[2..], [&french, &name]);
    // The hash stands where the old one stood, decoys beside it; nothing else that is signed changed.
    let signed = |token: &Token| Value::Object(token.signed_map().clone());
    let mut before = signed(&whole);
    before["_sd"][0] = signed(&made)["_sd"][0].clone();
    assert_eq!(signed(&made), before);
    assert_ne!(signed(&made), signed(&whole));
    // In clear inside the address, an element of an array, and what stands in clear by itself.
    for (pointer, change) in [
        ("/address/country", set("", json!("FR"))),
        ("/nat/1", set("", json!({"iso": "BE"}))),
        ("/name", set("", json!({"first": "A", "last": "B"}))),
        ("/iss", set("", json!("https://other"))),
        ("/plain", set("/a/1/b", json!([3]))),
    ] {
        let Change::Set(inner, Some(value)) = &change else {
            panic!("sets a value");
        };
        let made = edit(&whole, pointer, change.clone()).unwrap();
        let mut wanted = sd(&whole).claims.clone();
        *wanted.pointer_mut(&format!("{pointer}{inner}")).unwrap() = value.clone();
        assert_eq!(sd(&made).claims, wanted, "{pointer}");
        assert_eq!(
            (problems(&made).as_str(), sd(&made).hidden),
            ("", 3),
            "{pointer}"
        );
        assert_eq!(texts(&made).len(), 4);
    }
    // Nothing changes when nothing does, and no salt is used up.
    let same = edit(&whole, "/name", set("", json!("Ann"))).unwrap();
    assert_eq!(*same.raw, *raw);
    assert!(edit(&whole, "/nobody", set("", json!(1))).is_err());
}

#[test]
fn what_is_edited_keeps_the_bytes_around_it() {
    // Numbers and white space as the issuer wrote them.
    let text = b64::encode(r#"[ "s", "amount", { "value": 1.50, "big": 123456789012345678901 } ]"#);
    let hash = b64::encode(crypto::sha256(text.as_bytes()));
    let token = decode(&format!("{}~{text}~", signed(&json!({"_sd": [hash]}))));
    let made = edit(&token, "/amount", set("/currency", json!("EUR"))).unwrap();
    let content = b64::decode(texts(&made)[0]).unwrap();
    assert_eq!(
        String::from_utf8(content).unwrap(),
        r#"[ "new salt 1", "amount", { "value": 1.50, "big": 123456789012345678901,"currency":"EUR" } ]"#
    );
    let plain = edit(&token, "/amount", Change::Reveal).unwrap();
    let payload = plain.jws().split('.').nth(1).unwrap();
    let payload = String::from_utf8(b64::decode(payload).unwrap()).unwrap();
    assert_eq!(
        payload,
        r#"{"amount":{ "value": 1.50, "big": 123456789012345678901 }}"#
    );
    let back = edit(&plain, "/amount", Change::Conceal).unwrap();
    let content = String::from_utf8(b64::decode(texts(&back)[0]).unwrap()).unwrap();
    assert!(content.contains(r#"{ "value": 1.50, "big""#), "{content}");
}

#[test]
fn names_change_and_claims_are_concealed_revealed_and_removed() {
    let (raw, all) = person(&json!({"kid": "k"}));
    let whole = decode(&raw);
    let rename = |to: &str| Change::Rename(to.into());
    for (pointer, named) in [
        ("/name", "/a~1b"),
        ("/address/street", "/address/a~1b"),
        ("/address/country", "/address/a~1b"),
        ("/iss", "/a~1b"),
    ] {
        let made = edit(&whole, pointer, rename("a/b")).unwrap();
        let claims = &sd(&made).claims;
        assert_eq!(claims.pointer(named), sd(&whole).claims.pointer(pointer));
        assert!(claims.pointer(pointer).is_none());
        assert_eq!((problems(&made).as_str(), texts(&made).len()), ("", 4));
    }
    for (pointer, to) in [
        ("/name", "iss"),
        ("/address/street", "country"),
        ("/name", "_sd"),
        ("/iss", "..."),
        ("/nat/1", "x"),
        ("/nat/0", "x"),
    ] {
        assert!(edit(&whole, pointer, rename(to)).is_err(), "{pointer} {to}");
    }

    // In clear and back: the same claims all along.
    for pointer in ["/name", "/address/street", "/address", "/nat/1"] {
        let plain = edit(&whole, pointer, Change::Reveal).unwrap();
        assert_eq!(sd(&plain).claims, sd(&whole).claims, "{pointer}");
        assert_eq!((problems(&plain).as_str(), texts(&plain).len()), ("", 3));
        assert!(edit(&plain, pointer, Change::Reveal).is_err());
        let back = edit(&plain, pointer, Change::Conceal).unwrap();
        assert_eq!(sd(&back).claims, sd(&whole).claims, "{pointer}");
        assert_eq!((problems(&back).as_str(), texts(&back).len()), ("", 4));
        assert!(edit(&back, pointer, Change::Conceal).is_err());
    }
    for pointer in ["/address/country", "/nat/0", "/plain"] {
        let made = edit(&whole, pointer, Change::Conceal).unwrap();
        assert_eq!(sd(&made).claims, sd(&whole).claims, "{pointer}");
        assert_eq!((problems(&made).as_str(), texts(&made).len()), ("", 5));
        let place = sd(&made).places.iter().find(|p| p.pointer == pointer);
        assert_eq!(place.unwrap().state, ClaimState::Disclosed(4));
    }
    // The order of the hashes does not tell which one came last (RFC 9901 §4.2.4.1).
    let mut growing = decode(&signed(&json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})));
    for name in ["/a", "/b", "/c", "/d", "/e"] {
        growing = edit(&growing, name, Change::Conceal).unwrap();
    }
    let listed = growing.signed_map()["_sd"].as_array().unwrap();
    assert!(
        listed.is_sorted_by_key(|hash| hash.as_str().unwrap()),
        "{listed:?}"
    );

    // Removed with its hash, and with all that only it leads to.
    let gone = edit(&whole, "/address", Change::Set(String::new(), None)).unwrap();
    assert_eq!(texts(&gone), [&all[2], &all[3]]);
    assert_eq!((problems(&gone).as_str(), sd(&gone).hidden), ("", 2));
    let gone = edit(&whole, "/nat/1", Change::Set(String::new(), None)).unwrap();
    assert_eq!(sd(&gone).claims["nat"], json!(["DE"]));
    assert_eq!((problems(&gone).as_str(), sd(&gone).hidden), ("", 3));
    // A whole address that is set anew has no hidden street any more.
    let other = edit(&whole, "/address", set("", json!("none"))).unwrap();
    assert_eq!(sd(&other).claims["address"], json!("none"));
    assert_eq!((problems(&other).as_str(), texts(&other).len()), ("", 3));
}

#[test]
fn any_token_can_learn_to_disclose_and_sd_alg_is_kept() {
    let plain = decode(&signed(&json!({"sub": "alice", "n": 1})));
    let made = edit(&plain, "/sub", Change::Conceal).unwrap();
    assert_eq!(sd(&made).claims, json!({"n": 1, "sub": "alice"}));
    assert_eq!(problems(&made), "");
    assert!(made.signed_map().get("sub").is_none());
    // The last one in clear leaves no empty `_sd`.
    let back = edit(&made, "/sub", Change::Reveal).unwrap();
    assert_eq!(
        Value::Object(back.signed_map().clone()),
        json!({"n": 1, "sub": "alice"})
    );

    for alg in ["sha-384", "sha-512"] {
        let (name, hash) = disclose(&json!(["s", "name", "Ann"]), alg);
        let claims = signed(&json!({"_sd_alg": alg, "_sd": [hash], "x": 1}));
        let token = decode(&format!("{claims}~{name}~"));
        let made = edit(&token, "/name", set("", json!("Bob"))).unwrap();
        assert_eq!(
            (problems(&made).as_str(), &sd(&made).claims["name"]),
            ("", &json!("Bob"))
        );
        let made = edit(&token, "/x", Change::Conceal).unwrap();
        assert_eq!((problems(&made).as_str(), texts(&made).len()), ("", 2));
        assert!(edit(&token, "/_sd_alg", Change::Conceal).is_err());
    }
    // What cannot be edited says so.
    let unknown = decode(&format!("{}~", signed(&json!({"_sd_alg": "md5", "x": 1}))));
    assert!(edit(&unknown, "/x", Change::Conceal).is_err());
    let broken = decode(&format!("{}~", signed(&json!({"_sd": "x", "y": 1}))));
    assert!(edit(&broken, "/y", Change::Conceal).is_err());
    for raw in ["abc", "a.b.c.d.e", "{}"] {
        assert!(
            edit(&decode(raw), "/sub", Change::Conceal).is_err(),
            "{raw}"
        );
    }
}

#[test]
fn an_edit_takes_the_key_binding_along_and_the_json_form_is_edited_alike() {
    let holder = key_for(&Alg::Es256);
    let (raw, _) = person(&json!({"jwk": holder.public().unwrap().0}));
    let free = decode(&raw);
    let bound = sd_jwt::bind(&free, &holder, &Alg::Es256, "https://v", "n", NOW).unwrap();
    let made = edit(&decode(&bound), "/name", set("", json!("Bob"))).unwrap();
    assert!(sd(&made).binding.is_none());
    assert_eq!(problems(&made), "");
    // The issuer's signature fits no longer, until it is made anew.
    let verdict = |raw: &str| judge(&decode(raw), &[candidate(&KEY)], &at(NOW)).signature;
    assert_eq!(verdict(&made.raw), Signature::Invalid);
    let again = craft::sign(&made.raw, &KEY, &Alg::Es256).unwrap();
    assert_eq!(verdict(&again), Signature::Valid);
    assert_eq!(sd(&decode(&again)).claims["name"], "Bob");

    let parts: Vec<&str> = free.jws().split('.').collect();
    let object = json!({"payload": parts[1], "signatures": [
        {"protected": parts[0], "signature": parts[2], "header": {"disclosures": texts(&free)}}]});
    let made = edit(
        &decode(&object.to_string()),
        "/address/street",
        set("", json!("Side")),
    );
    let made = made.unwrap();
    assert_eq!(sd(&made).claims["address"]["street"], "Side");
    assert_eq!((problems(&made).as_str(), texts(&made).len()), ("", 4));
}

#[test]
fn of_what_was_received_only_what_still_has_its_hash_comes_back() {
    let (raw, [street, _, french, name]) = person(&json!({"kid": "k"}));
    let whole = decode(&raw);
    let made = edit(&whole, "/name", set("", json!("Bob"))).unwrap();
    assert!(!sd_jwt::leaves_out(sd(&made), sd(&whole)));
    assert!(sd_jwt::show(&made, &whole, &[&name]).is_err());
    let less = decode(&sd_jwt::hide(&made, &[&french, &street]).unwrap());
    assert!(sd_jwt::leaves_out(sd(&less), sd(&whole)));
    let all: Vec<&str> = texts(&whole);
    let back = decode(&sd_jwt::show(&less, &whole, &all).unwrap());
    assert_eq!(sd(&back).claims, sd(&made).claims);
    assert_eq!(problems(&back), "");
}

/// Claims of every shape, with something in them.
fn claims() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        "[a-z ~/\"é]{0,6}".prop_map(Value::from)
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z/~]{1,3}", inner, 1..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    });
    proptest::collection::btree_map("[a-z/~]{1,3}", value, 1..6)
        .prop_map(|m| Value::Object(m.into_iter().collect()))
}

/// All places of the claims, members of what is in clear as a whole included.
fn shown(token: &Token) -> Vec<(String, ClaimState)> {
    let places = sd(token).places.iter();
    let places = places.filter(|p| !matches!(p.state, ClaimState::Hidden(_)));
    places
        .map(|p| (p.pointer.clone(), p.state.clone()))
        .collect()
}

proptest! {
    /// Random claims are concealed at random places, inside each other, some are hidden; then one is
    /// edited, renamed or revealed: it has what it was given, and nothing else changes.
    #[test]
    fn an_edit_changes_what_it_is_about_and_nothing_else(
        claims in claims(),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..8),
        hide in any::<prop::sample::Index>(),
        hides in any::<bool>(),
        at in any::<prop::sample::Index>(),
        value in claims_value(),
    ) {
        let mut token = decode(&format!("{}~", unsigned(&json!({"alg":"none"}), &claims)));
        for pick in &picks {
            let all: Vec<_> = shown(&token).into_iter()
                .filter(|(_, state)| !matches!(state, ClaimState::Disclosed(_))).collect();
            if all.is_empty() { break; }
            token = edit(&token, &all[pick.index(all.len())].0, Change::Conceal).unwrap();
            prop_assert_eq!(&sd(&token).claims, &claims);
            prop_assert_eq!(problems(&token), "");
        }
        if hides && !texts(&token).is_empty() {
            let one = texts(&token)[hide.index(texts(&token).len())].to_owned();
            token = decode(&sd_jwt::hide(&token, &[&one]).unwrap());
        }
        let before = sd(&token);
        let all = shown(&token);
        if all.is_empty() { return Ok(()); }
        let (pointer, state) = &all[at.index(all.len())];

        let made = edit(&token, pointer, set("", value.clone())).unwrap();
        let mut wanted = before.claims.clone();
        *wanted.pointer_mut(pointer).unwrap() = value;
        prop_assert_eq!(&sd(&made).claims, &wanted, "{}", pointer);
        prop_assert_eq!(problems(&made), "");
        // Disclosures that do not lead to it are the same bytes.
        for one in &before.disclosures {
            let own = one.pointer.as_deref().unwrap();
            let related = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}/"));
            if !related(pointer, own) && !related(own, pointer) {
                prop_assert!(texts(&made).contains(&one.text.as_str()), "{} {}", pointer, own);
            }
        }
        if let ClaimState::Disclosed(n) = state {
            let plain = edit(&token, pointer, Change::Reveal).unwrap();
            prop_assert_eq!(&sd(&plain).claims, &before.claims);
            prop_assert_eq!(sd(&plain).disclosures.len() + 1, before.disclosures.len());
            prop_assert_eq!((sd(&plain).hidden, problems(&plain)), (before.hidden, String::new()));
            if before.disclosures[*n].name.is_some() {
                let named = edit(&token, pointer, Change::Rename("new name".into())).unwrap();
                let around = pointer.rsplit_once('/').unwrap().0;
                prop_assert_eq!(
                    sd(&named).claims.pointer(&format!("{around}/new name")),
                    before.claims.pointer(pointer)
                );
                prop_assert_eq!(problems(&named), "");
            }
        }
    }
}

fn claims_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,6}".prop_map(Value::from),
        Just(json!({"a": [1, {"b": 2}]})),
    ]
}

#[test]
fn what_holds_no_claims_is_refused() {
    for payload in ["[1]", "\"text\"", "no JSON", "", "{\"a\":1,\"a\":2"] {
        let header = b64::encode(r#"{"alg":"ES256"}"#);
        let token = decode(&format!("{header}.{}.c2ln", b64::encode(payload)));
        for change in [
            Change::Conceal,
            Change::Reveal,
            Change::Rename("b".into()),
            set("", json!(1)),
        ] {
            let made = edit(&token, "/a", change.clone());
            assert!(made.is_err(), "{payload}: {change:?}");
        }
    }
}

#[test]
fn a_name_in_clear_changes_at_its_place() {
    let (raw, _) = person(&json!({"kid": "k"}));
    let whole = decode(&raw);
    let made = edit(&whole, "/iss", Change::Rename("a/b".into())).unwrap();
    let names = |token: &Token| -> Vec<String> { token.signed_map().keys().cloned().collect() };
    let wanted = names(&whole).into_iter().map(|name| {
        if name == "iss" {
            "a/b".to_owned()
        } else {
            name
        }
    });
    assert_eq!(names(&made), wanted.collect::<Vec<_>>());
}
