//! Several signatures over one payload: each edited, made anew, added and removed on its own.

use delegraph::jose::jws;

use super::*;

fn general(keys: &[(&Jwk, &Alg, &str)]) -> String {
    let signers: Vec<jws::Signer> = keys
        .iter()
        .map(|(key, alg, kid)| jws::Signer {
            key: (*key).clone(),
            alg: (*alg).clone(),
            protected: Map::from_iter([("alg".to_owned(), alg.name().into())]),
            header: Map::from_iter([("kid".to_owned(), (*kid).into())]),
        })
        .collect();
    jws::sign(br#"{"sub":"alice"}"#, &signers, jws::Form::General, false).unwrap()
}

fn states(raw: &str, keys: &[&Jwk]) -> Vec<Signature> {
    let keys: Vec<Candidate> = keys.iter().map(|key| candidate(key)).collect();
    let verdict = judge(&decode(raw), &keys, &at(NOW));
    verdict.signatures.iter().map(|s| s.signature).collect()
}

fn member(raw: &str, n: usize, name: &str) -> Option<Value> {
    decode(raw).headers[n]
        .as_ref()
        .unwrap()
        .value
        .get(name)
        .cloned()
}

/// Two keys without a name of their own.
fn keys() -> (Jwk, Jwk) {
    let bare = |alg: &Alg| {
        let mut key = key_for(alg);
        key.0.shift_remove("kid");
        key
    };
    (bare(&Alg::Es256), bare(&Alg::EdDsa))
}

#[test]
fn the_header_of_each_signature_is_edited_on_its_own() {
    let (one, two) = keys();
    let raw = general(&[(&one, &Alg::Es256, "a"), (&two, &Alg::EdDsa, "b")]);
    assert_eq!(decode(&raw).headers.len(), 2);
    assert_eq!(member(&raw, 1, "kid"), Some(json!("b")));
    let second = Part::header(1);
    let edited = craft::set(&raw, second, "/typ", Some(json!("JOSE+JSON"))).unwrap();
    assert_eq!(member(&edited, 1, "typ"), Some(json!("JOSE+JSON")));
    assert_eq!(member(&edited, 0, "typ"), None);
    assert_eq!(
        states(&edited, &[&one, &two]),
        [Signature::Valid, Signature::NoKey]
    );
    assert!(craft::text(&edited, second).unwrap().contains("JOSE+JSON"));
    assert!(
        !craft::text(&edited, Part::Header)
            .unwrap()
            .contains("JOSE+JSON")
    );
    // A parameter that stands unprotected is edited there: nothing stands twice, nothing breaks.
    let renamed = craft::set(&raw, second, "/kid", Some(json!("c"))).unwrap();
    assert_eq!(member(&renamed, 1, "kid"), Some(json!("c")));
    assert_eq!(states(&renamed, &[&one, &two]), [Signature::Valid; 2]);
    let without = craft::set(&raw, second, "/kid", None).unwrap();
    assert_eq!(member(&without, 1, "kid"), None);
    assert!(craft::set(&raw, Part::header(2), "/kid", None).is_err());
    let bytes = craft::set_bytes(&raw, second, &[0xff]).unwrap();
    assert_eq!(craft::bytes(&bytes, second).unwrap(), [0xff]);
    // The compact form has one.
    assert!(craft::text(&signed(&json!({})), second).is_err());
}

#[test]
fn one_signature_is_made_anew_added_and_removed() {
    let (one, two) = keys();
    let raw = general(&[(&one, &Alg::Es256, "a"), (&two, &Alg::EdDsa, "b")]);
    let edited = craft::set(&raw, Part::Payload, "/sub", Some(json!("bob"))).unwrap();
    assert!(!states(&edited, &[&one, &two]).contains(&Signature::Valid));
    let second = craft::sign_at(&edited, 1, &two, &Alg::EdDsa).unwrap();
    assert_eq!(states(&second, &[&one, &two])[1], Signature::Valid);
    assert_ne!(states(&second, &[&one, &two])[0], Signature::Valid);
    let both = craft::sign_at(&second, 0, &one, &Alg::Es256).unwrap();
    assert_eq!(states(&both, &[&one, &two]), [Signature::Valid; 2]);

    let third = key_for(&Alg::Hs256);
    let more = craft::add_signature(&both, &third, &Alg::Hs256).unwrap();
    assert_eq!(states(&more, &[&one, &two, &third]), [Signature::Valid; 3]);
    let less = craft::remove_signature(&more, 1).unwrap();
    assert_eq!(states(&less, &[&one, &two, &third]), [Signature::Valid; 2]);
    assert_eq!(member(&less, 1, "alg"), Some(json!("HS256")));
    let last = craft::remove_signature(&less, 0).unwrap();
    assert!(craft::remove_signature(&last, 0).is_err());
    assert!(craft::remove_signature(&less, 5).is_err());
    assert!(craft::add_signature(&signed(&json!({})), &third, &Alg::Hs256).is_err());
    assert!(craft::add_signature(&both, &one.public().unwrap(), &Alg::Es256).is_err());
}

#[test]
fn the_flattened_form_becomes_the_general_one_when_another_signs() {
    let (one, two) = keys();
    let signer = jws::Signer {
        key: one.clone(),
        alg: Alg::Es256,
        protected: Map::from_iter([
            ("alg".to_owned(), json!("ES256")),
            ("b64".to_owned(), json!(false)),
            ("crit".to_owned(), json!(["b64"])),
        ]),
        header: Map::from_iter([("kid".to_owned(), json!("a"))]),
    };
    let flat = jws::sign(br#"{"sub":"a.b"}"#, &[signer], jws::Form::Flattened, false).unwrap();
    let more = craft::add_signature(&flat, &two, &Alg::EdDsa).unwrap();
    let token = decode(&more);
    assert_eq!(token.form, Form::General);
    assert_eq!(token.claim_text("sub"), Some("a.b"));
    // The payload stands unencoded for both (RFC 7797 §3).
    assert_eq!(states(&more, &[&one, &two]), [Signature::Valid; 2]);
}
