//! What holds for any text, any claims, any edit.

use super::*;

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-z/~\"]{1,4}", inner), 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn arbitrary_claims() -> impl Strategy<Value = Value> {
    proptest::collection::vec(("[a-z_]{1,6}", arbitrary_json()), 0..6)
        .prop_map(|m| Value::Object(m.into_iter().collect()))
}

proptest! {
    #[test]
    fn decode_and_find_never_panic(text in "\\PC{0,200}", pieces in proptest::collection::vec("(eyJ|eyJhbGciOiJub25lIn0|e30|\\.|\\n|=|\"|Bearer |access_token|:|[a-zA-Z0-9]{0,6}|é|\u{200b}|\\{|~|%3D)", 0..40)) {
        let joined = pieces.concat();
        for text in [text.as_str(), joined.as_str()] {
            let token = decode(text);
            let _ = principal(&token).sentence();
            let _ = judge(&token, &[candidate(&KEY)], &at(NOW));
            let _ = diff::wire(&token, &token);
            for found in find(text) {
                prop_assert!(text.get(found.span.clone()).is_some());
                prop_assert!(!found.raw.is_empty());
            }
        }
    }

    #[test]
    fn decode_never_panics_on_any_bytes(header in proptest::collection::vec(any::<u8>(), 0..60), payload in proptest::collection::vec(any::<u8>(), 0..60)) {
        let token = decode(&format!("{}.{}.AQAB", b64::encode(&header), b64::encode(&payload)));
        let _ = judge(&token, &[candidate(&KEY)], &at(NOW));
    }

    #[test]
    fn text_round_trips(claims in arbitrary_claims()) {
        let raw = unsigned(&json!({"alg":"none"}), &claims);
        let shown = craft::text(&raw, Part::Payload).unwrap();
        prop_assert_eq!(&craft::set_text(&raw, Part::Payload, &shown).unwrap(), &raw);
        // From elsewhere, the same text gives the same bytes.
        let other = unsigned(&json!({"alg":"none"}), &json!({}));
        prop_assert_eq!(&craft::set_text(&other, Part::Payload, &shown).unwrap(), &raw);
        let token = decode(&raw);
        prop_assert_eq!(token.claims.map(|c| c.value), Some(claims));
    }

    #[test]
    fn set_agrees_with_serde(claims in arbitrary_claims(), name in "[a-z/~]{1,4}", value in arbitrary_json()) {
        let raw = unsigned(&json!({"alg":"none"}), &claims);
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let edited = craft::set(&raw, Part::Payload, &pointer, Some(value.clone())).unwrap();
        let mut expected = claims.clone();
        expected[name.as_str()] = value;
        prop_assert_eq!(decode(&edited).claims.unwrap().value, expected.clone());
        let removed = craft::set(&edited, Part::Payload, &pointer, None).unwrap();
        expected.as_object_mut().unwrap().shift_remove(&name);
        prop_assert_eq!(decode(&removed).claims.unwrap().value, expected);
    }

    #[test]
    fn verdicts_agree_with_jsonwebtoken(claims in arbitrary_claims(), which in 0usize..4, at_byte in any::<prop::sample::Index>(), flip in any::<bool>()) {
        use jsonwebtoken::{Algorithm, DecodingKey, Validation};
        static KEYS: LazyLock<[(Alg, Jwk); 4]> = LazyLock::new(|| {
            [Alg::Hs256, Alg::Es256, Alg::EdDsa, Alg::Ps256].map(|alg| { let key = key_for(&alg); (alg, key) })
        });
        let (alg, key) = &KEYS[which];
        let mut text = craft::mint(&json!({}), &claims, key, alg).unwrap();
        if flip {
            let at = at_byte.index(text.len());
            let old = text.as_bytes()[at];
            if old != b'.' {
                text.replace_range(at..=at, if old == b'A' { "B" } else { "A" });
            }
        }
        let (algorithm, decoding) = match alg {
            Alg::Hs256 => (Algorithm::HS256, DecodingKey::from_secret(&crypto::keys::secret(key).unwrap())),
            Alg::Es256 => (Algorithm::ES256, DecodingKey::from_ec_components(key.text("x").unwrap(), key.text("y").unwrap()).unwrap()),
            Alg::EdDsa => (Algorithm::EdDSA, DecodingKey::from_ed_components(key.text("x").unwrap()).unwrap()),
            _ => (Algorithm::PS256, DecodingKey::from_rsa_components(key.text("n").unwrap(), key.text("e").unwrap()).unwrap()),
        };
        let mut validation = Validation::new(algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let theirs = jsonwebtoken::decode::<Value>(&text, &decoding, &validation).is_ok();
        let ours = judge(&decode(&text), &[candidate(key)], &at(NOW)).signature == Signature::Valid;
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}
