//! Edits keep what they do not edit.

use super::*;

#[test]
fn edits_touch_only_what_they_edit() {
    let raw = format!(
        "{}.{}.AQAB",
        b64::encode("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"),
        b64::encode("{\"iss\":\"joe\",\r\n \"n\":1.50}")
    );
    let parts: Vec<&str> = raw.split('.').collect();
    let edited = craft::set(&raw, Part::Payload, "/act/act/sub", Some(json!("planner"))).unwrap();
    assert!(edited.starts_with(parts[0]) && edited.ends_with(parts[2]));
    let payload =
        String::from_utf8(b64::decode(edited.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert_eq!(
        payload,
        "{\"iss\":\"joe\",\r\n \"n\":1.50,\"act\":{\"act\":{\"sub\":\"planner\"}}}"
    );
    let back = craft::set(&edited, Part::Payload, "/act", None).unwrap();
    assert_eq!(back, raw);
    // Opening and closing an editor changes nothing.
    let shown = craft::text(&raw, Part::Payload).unwrap();
    assert_eq!(shown, "{\n  \"iss\": \"joe\",\n  \"n\": 1.50\n}");
    assert_eq!(craft::set_text(&raw, Part::Payload, &shown).unwrap(), raw);
    // Half-typed text is kept.
    let half = craft::set_text(&raw, Part::Payload, "{\"iss\":").unwrap();
    assert_eq!(craft::text(&half, Part::Payload).unwrap(), "{\"iss\":");
    assert!(matches!(
        craft::set(&half, Part::Payload, "/iss", Some(json!(1))),
        Err(CraftError::NotJson { .. })
    ));
    assert!(matches!(
        craft::set(&raw, Part::Payload, "/iss/x", Some(json!(1))),
        Err(CraftError::Pointer(_))
    ));
    assert!(matches!(
        craft::set("opaque", Part::Payload, "/iss", None),
        Err(CraftError::NotEditable(_))
    ));
    let arrays = craft::set_text(&raw, Part::Payload, r#"{ "aud": ["a"] }"#).unwrap();
    let arrays = craft::set(&arrays, Part::Payload, "/aud/-", Some(json!("b"))).unwrap();
    assert_eq!(decode(&arrays).claim("aud"), Some(&json!(["a", "b"])));
}

#[test]
fn signing_again_keeps_the_payload_and_names_the_key() {
    let raw = format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none","typ":"at+jwt"}"#),
        b64::encode("{ \"sub\" : \"alice\" }")
    );
    let signed = craft::sign(&raw, &KEY, &Alg::Es256).unwrap();
    assert_eq!(signed.split('.').nth(1), raw.split('.').nth(1));
    let token = decode(&signed);
    assert_eq!(
        token.header_map().keys().collect::<Vec<_>>(),
        ["alg", "typ", "kid"]
    );
    assert!(judge(&token, &[candidate(&KEY)], &at(NOW)).verified());
    assert!(matches!(
        craft::sign(&raw, &KEY, &Alg::Rs256),
        Err(CraftError::Key(_))
    ));
    let entries = [
        json!({"sub":"now"}),
        json!({"sub":"before","act":{"sub":"stale"}}),
    ];
    let entries: Vec<_> = entries
        .iter()
        .map(|e| e.as_object().unwrap().clone())
        .collect();
    assert_eq!(
        craft::nest_actors(&entries),
        Some(json!({"sub":"now","act":{"sub":"before"}}))
    );
    assert_eq!(craft::nest_actors(&[]), None);
}
