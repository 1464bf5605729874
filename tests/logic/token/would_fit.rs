//! Where a signature does not fit: what it would fit is said, and nothing else is made up.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;

const SECRET: &[u8] = b"correct horse battery staple, and a bit more";

fn oct(secret: &[u8]) -> Jwk {
    Jwk(json!({ "kty": "oct", "k": b64::encode(secret) })
        .as_object()
        .unwrap()
        .clone())
}

/// A token by `key`, judged with `other`.
fn reason(raw: &str, other: Jwk, policy: &Policy) -> (Signature, String) {
    let key = Candidate::new(other, "given".into(), None);
    let verdict = judge(&decode(raw), &[key], policy);
    (verdict.signature, verdict.reason)
}

fn signed_by(key: &Jwk, header: &Value, payload: &str) -> String {
    let input = format!(
        "{}.{}",
        b64::encode(header.to_string()),
        b64::encode(payload)
    );
    let alg = Alg::parse(header["alg"].as_str().unwrap());
    let signature = crypto::sign(key, &alg, input.as_bytes()).unwrap();
    format!("{input}.{}", b64::encode(signature))
}

fn policy() -> Policy {
    at(NOW)
}

#[test]
fn a_secret_that_was_read_in_another_way_is_named() {
    let hex: String = SECRET.iter().map(|b| format!("{b:02x}")).collect();
    let quoted = [b"\"", SECRET, b"\""].concat();
    let broken = [SECRET, b"\n"].concat();
    let spaced = [b" ", SECRET, b"  "].concat();
    for (signs, given, words) in [
        (
            SECRET,
            STANDARD.encode(SECRET).into_bytes(),
            "decoded from base64",
        ),
        (
            SECRET,
            b64::encode(SECRET).into_bytes(),
            "decoded from base64",
        ),
        (SECRET, hex.into_bytes(), "decoded from hexadecimal"),
        (SECRET, quoted, "without the quotes"),
        (SECRET, spaced, "without the white space"),
        (&broken[..], SECRET.to_vec(), "line break"),
    ] {
        let raw = signed_by(
            &oct(signs),
            &json!({ "alg": "HS256" }),
            "{\"sub\":\"alice\"}",
        );
        let (signature, reason) = reason(&raw, oct(&given), &policy());
        assert_eq!(signature, Signature::Invalid, "{words}");
        assert!(reason.contains(words), "{words}: {reason}");
        assert!(!reason.contains("another key signed"), "{reason}");
    }
    // Another secret is another secret.
    let raw = signed_by(&oct(SECRET), &json!({ "alg": "HS256" }), "{}");
    let (_, reason) = reason(
        &raw,
        oct(b"something else, of the same length as ..."),
        &policy(),
    );
    assert!(reason.contains("another key signed"), "{reason}");
}

#[test]
fn a_cut_signature_of_any_algorithm_is_named() {
    for alg in ["HS256", "RS256", "PS384", "ES256", "ES512", "EdDSA"] {
        let key = match alg {
            "HS256" => oct(SECRET),
            _ => crypto::generate(&Alg::parse(alg), None).unwrap(),
        };
        let raw = signed_by(&key, &json!({ "alg": alg }), "{\"sub\":\"alice\"}");
        let (signature, whole) = reason(&raw, key.clone(), &policy());
        assert_eq!(signature, Signature::Valid, "{alg}: {whole}");
        let start = raw.rfind('.').unwrap() + 1;
        let bytes = b64::decode(&raw[start..]).unwrap();
        let cut = format!(
            "{}{}",
            &raw[..start],
            b64::encode(&bytes[..bytes.len() - 7])
        );
        let (signature, words) = reason(&cut, key, &policy());
        assert_eq!(signature, Signature::Invalid);
        assert!(words.contains("cut short"), "{alg}: {words}");
        assert!(
            words.contains(&format!("{} bytes", bytes.len() - 7)),
            "{words}"
        );
    }
}

#[test]
fn a_hashed_nonce_is_named_and_a_changed_token_with_a_nonce_is_not_called_sound() {
    let key = crypto::generate(&Alg::Rs256, Some("k")).unwrap();
    let nonce = "abc.DEF";
    let sent = json!({ "alg": "RS256", "nonce": nonce, "kid": "k" });
    let hash = b64::encode(crypto::sha256(nonce.as_bytes()));
    let hashed = json!({ "alg": "RS256", "nonce": hash, "kid": "k" });
    let payload = "{\"aud\":\"https://graph.microsoft.com\"}";
    let raw = signed_by(&key, &hashed, payload);
    let rest = &raw[raw.find('.').unwrap()..];
    let raw = format!("{}{rest}", b64::encode(sent.to_string()));
    let (signature, words) = reason(&raw, key.clone(), &policy());
    assert_eq!(signature, Signature::Invalid);
    assert!(
        words.contains("SHA-256") && words.contains("unaltered"),
        "{words}"
    );

    let changed = raw.replace(&b64::encode(payload), &b64::encode("{\"aud\":\"x\"}"));
    let (_, words) = reason(&changed, key, &policy());
    assert!(!words.contains("unaltered"), "{words}");
}

#[test]
fn detached_content_with_another_end_is_named() {
    let key = oct(SECRET);
    let header = json!({ "alg": "HS256", "b64": false, "crit": ["b64"] });
    let head = b64::encode(header.to_string());
    let signature = crypto::sign(&key, &Alg::Hs256, format!("{head}.{{}}").as_bytes()).unwrap();
    let raw = format!("{head}..{}", b64::encode(signature));
    let with = |content: &str| Policy {
        detached: Some(content.as_bytes().to_vec()),
        ..policy()
    };
    assert_eq!(reason(&raw, key.clone(), &with("{}")).0, Signature::Valid);
    for content in ["{}\n", "{}\r\n", " {} "] {
        let (signature, words) = reason(&raw, key.clone(), &with(content));
        assert_eq!(signature, Signature::Invalid);
        assert!(
            words.contains("It fits the detached content without"),
            "{words}"
        );
    }
    let (_, words) = reason(&raw, key, &with("[]"));
    assert!(words.contains("another key signed"), "{words}");
    assert!(!words.contains("give it"), "{words}");
}

#[test]
fn the_same_key_under_another_algorithm_is_named() {
    let key = crypto::generate(&Alg::Ps256, None).unwrap();
    let raw = signed_by(&key, &json!({ "alg": "PS256" }), "{}");
    let said = b64::encode(json!({ "alg": "RS256" }).to_string());
    let input = format!("{said}.{}", b64::encode("{}"));
    let made = crypto::sign(&key, &Alg::Ps256, input.as_bytes()).unwrap();
    let mut open = key.clone();
    open.0.remove("alg");
    let (signature, words) = reason(
        &format!("{input}.{}", b64::encode(made)),
        open.clone(),
        &policy(),
    );
    assert_eq!(signature, Signature::Invalid);
    assert!(words.contains("under PS256"), "{words}");
    assert_eq!(reason(&raw, open, &policy()).0, Signature::Valid);
}

#[test]
fn padded_text_is_judged_as_it_was_signed_and_padding_on_the_way_is_refused() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let padded = |text: &str| {
        let bare = b64::encode(text);
        let fill = (4 - bare.len() % 4) % 4;
        format!("{bare}{}", "=".repeat(fill))
    };
    let input = format!(
        "{}.{}",
        padded("{\"alg\":\"ES256\",\"signer\":\"arn:aws:elasticloadbalancing:xy\"}"),
        padded("{\"sub\":\"alice2\"}")
    );
    assert!(input.contains('='), "{input}");
    let made = crypto::sign(&key, &Alg::Es256, input.as_bytes()).unwrap();
    let raw = format!("{input}.{}==", b64::encode(made));
    let (signature, words) = reason(&raw, key.clone(), &policy());
    assert_eq!(signature, Signature::Valid, "{words}");
    assert!(words.contains("padded"), "{words}");

    let plain = signed_by(&key, &json!({ "alg": "ES256" }), "{\"sub\":\"alice\"}");
    let parts: Vec<&str> = plain.split('.').collect();
    let fill = |part: &str| format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
    let on_the_way = format!("{}.{}.{}", fill(parts[0]), fill(parts[1]), fill(parts[2]));
    assert_ne!(on_the_way, plain);
    assert_eq!(
        reason(&on_the_way, key.clone(), &policy()).0,
        Signature::Invalid
    );
    let (signature, _) = reason(&format!("{plain}=="), key, &policy());
    assert_eq!(
        signature,
        Signature::Invalid,
        "padding of the signature alone"
    );
}

#[test]
fn a_certificate_that_the_token_brings_is_named_and_trusted_for_nothing() {
    let leaf = include_str!("../../vectors/certificates/leaf.b64").trim();
    let header = json!({ "alg": "ES256", "x5c": [leaf] });
    let raw = format!(
        "{}.{}.{}",
        b64::encode(header.to_string()),
        b64::encode("{}"),
        b64::encode([7; 64])
    );
    let verdict = judge(&decode(&raw), &[], &policy());
    assert_eq!(verdict.signature, Signature::NoKey);
    assert!(
        verdict.reason.contains("CN=Prod Signing"),
        "{}",
        verdict.reason
    );
    assert!(
        verdict.reason.contains("CN=Test Root"),
        "{}",
        verdict.reason
    );
}

#[test]
fn numbers_without_their_leading_zeros_are_told_from_a_cut() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let header = json!({ "alg": "ES256" });
    // One signature in 128 or so has a zero in front of R or S.
    let (raw, bytes) = (0..20_000)
        .map(|n| signed_by(&key, &header, &format!("{{\"n\":{n}}}")))
        .find_map(|raw| {
            let bytes = b64::decode(raw.rsplit('.').next()?).ok()?;
            (bytes[0] == 0 || bytes[32] == 0).then_some((raw, bytes))
        })
        .unwrap();
    let bare = |number: &[u8]| {
        number
            .iter()
            .copied()
            .skip_while(|b| *b == 0)
            .collect::<Vec<_>>()
    };
    let short = [bare(&bytes[..32]), bare(&bytes[32..])].concat();
    let start = raw.rfind('.').unwrap() + 1;
    let (signature, words) = reason(
        &format!("{}{}", &raw[..start], b64::encode(&short)),
        key,
        &policy(),
    );
    assert_eq!(signature, Signature::Invalid);
    assert!(words.contains("leading zeros"), "{words}");
}

#[test]
fn a_critical_member_that_is_not_understood_does_not_hide_what_the_signature_is_worth() {
    const NAME: &str = "http://openbanking.org.uk/iat";
    let header = json!({ "alg": "HS256", "crit": [NAME], NAME: 1 });
    let raw = signed_by(&oct(SECRET), &header, "{}");
    let (signature, words) = reason(&raw, oct(SECRET), &policy());
    assert_eq!(signature, Signature::Invalid);
    assert!(
        words.contains(NAME) && words.contains("itself fits"),
        "{words}"
    );
    let (_, words) = reason(&raw, oct(b"another secret, long enough for it"), &policy());
    assert!(
        words.contains(NAME) && words.contains("does not fit either"),
        "{words}"
    );
    let understood = Policy {
        understood: vec![NAME.into()],
        ..policy()
    };
    assert_eq!(reason(&raw, oct(SECRET), &understood).0, Signature::Valid);
    // Understanding one name is not understanding another.
    let other = Policy {
        understood: vec!["http://openbanking.org.uk/iss".into()],
        ..policy()
    };
    assert_eq!(reason(&raw, oct(SECRET), &other).0, Signature::Invalid);
}
