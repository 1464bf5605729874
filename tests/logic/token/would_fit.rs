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
        let expected = if alg.starts_with("ES") {
            Signature::Invalid
        } else {
            Signature::Cut
        };
        assert_eq!(signature, expected, "{alg}");
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

/// A key, and one that has another `kid`, as a set.
fn verdict_of(raw: &str, keys: &[Jwk], policy: &Policy) -> (Signature, String) {
    let keys: Vec<Candidate> = keys
        .iter()
        .map(|key| Candidate::new(key.clone(), "given".into(), None))
        .collect();
    let verdict = judge(&decode(raw), &keys, policy);
    assert!(verdict.signature == Signature::Valid || !verdict.verified());
    (verdict.signature, verdict.reason)
}

#[test]
fn a_public_key_is_no_secret_however_it_is_written() {
    let key = crypto::generate(&Alg::Rs256, Some("k")).unwrap();
    let public = key.public().unwrap();
    let pem = pem::write(&public).unwrap();
    let jwk = serde_json::to_string(&public.0).unwrap();
    let certificate = include_str!("../../vectors/certificates/leaf.b64").trim();
    let dressed = |label: &str, der: &[u8]| pem::armour(label, der).into_bytes();
    for secret in [
        pem.clone().into_bytes(),
        pem.trim_end().as_bytes().to_vec(),
        pem.replace('\n', "\r\n").into_bytes(),
        pem::spki_der(&public).unwrap(),
        dressed("RSA PUBLIC KEY", &pem::rsa_public_der(&public).unwrap()),
        dressed("CERTIFICATE", &STANDARD.decode(certificate).unwrap()),
        STANDARD.decode(certificate).unwrap(),
        jwk.clone().into_bytes(),
        format!("{{\"keys\": [{jwk}]}}").into_bytes(),
    ] {
        for alg in ["HS256", "HS512"] {
            let raw = signed_by(&oct(&secret), &json!({ "alg": alg }), "{}");
            let (signature, words) = verdict_of(&raw, &[oct(&secret)], &policy());
            assert_eq!(signature, Signature::Invalid, "{words}");
            assert!(words.contains("Key confusion"), "{words}");
        }
        // A token that it did not make: what is wrong is told all the same.
        let raw = signed_by(&oct(SECRET), &json!({ "alg": "HS256" }), "{}");
        let (signature, words) = verdict_of(&raw, &[oct(&secret)], &policy());
        assert_eq!(signature, Signature::Invalid);
        assert!(words.contains("give it as a key"), "{words}");
    }
    // The bare numbers are told by the key that is at hand beside them.
    let modulus = b64::decode(public.text("n").unwrap()).unwrap();
    let raw = signed_by(&oct(&modulus), &json!({ "alg": "HS256" }), "{}");
    let both = [oct(&modulus), public.clone()];
    let (signature, words) = verdict_of(&raw, &both, &policy());
    assert_eq!(signature, Signature::Invalid);
    assert!(words.contains("modulus of"), "{words}");
    // The text of a key that was given as a secret, and the key itself made the token.
    let raw = signed_by(&key, &json!({ "alg": "RS256" }), "{}");
    let (signature, words) = verdict_of(&raw, &[oct(pem.as_bytes())], &policy());
    assert_ne!(signature, Signature::Valid);
    assert!(words.contains("that key made the signature"), "{words}");
    // A secret is a secret.
    let raw = signed_by(&oct(SECRET), &json!({ "alg": "HS256" }), "{}");
    assert_eq!(
        verdict_of(&raw, &[oct(SECRET)], &policy()).0,
        Signature::Valid
    );
}

#[test]
fn a_token_of_a_secret_is_no_confusion_for_an_asymmetric_set() {
    let secret = oct(&[7; 64]);
    let claims = "{\"iss\":\"https://as\",\"typ\":\"Refresh\",\"aud\":\"https://as\"}";
    let keys: Vec<Jwk> = [Alg::Rs256, Alg::Es256]
        .iter()
        .map(|alg| crypto::generate(alg, Some(alg.name())).unwrap())
        .map(|key| key.public().unwrap())
        .collect();
    let mut published = policy();
    published.keys_given = false;
    for header in [
        json!({ "alg": "HS512", "typ": "JWT" }),
        json!({ "alg": "HS512", "typ": "JWT", "kid": "another" }),
        json!({ "alg": "HS256" }),
    ] {
        let raw = signed_by(&secret, &header, claims);
        for set in [&keys[..1], &keys[1..], &keys[..]] {
            let (signature, words) = verdict_of(&raw, set, &policy());
            assert_eq!(signature, Signature::NoKey, "{header}: {words}");
            assert!(!words.contains("Key confusion"), "{words}");
            let set: Vec<Candidate> = set
                .iter()
                .map(|key| Candidate::new(key.clone(), "set".into(), Some("https://as".into())))
                .collect();
            let verdict = judge(&decode(&raw), &set, &published);
            assert_eq!(verdict.signature, Signature::NoKey, "{}", verdict.reason);
        }
    }
    // One that names a public key is.
    let raw = signed_by(&secret, &json!({ "alg": "HS512", "kid": "RS256" }), claims);
    let (signature, words) = verdict_of(&raw, &keys, &policy());
    assert_eq!(signature, Signature::Invalid);
    assert!(words.contains("Key confusion"), "{words}");
}

#[test]
fn another_key_of_the_set_is_named() {
    let [one, two] = ["one", "two"].map(|kid| crypto::generate(&Alg::Es256, Some(kid)).unwrap());
    let set = [one.public().unwrap(), two.public().unwrap()];
    let raw = signed_by(&two, &json!({ "alg": "ES256", "kid": "one" }), "{}");
    let (signature, words) = verdict_of(&raw, &set, &policy());
    assert_eq!(signature, Signature::Invalid);
    assert!(words.contains("the key that made it is `two`"), "{words}");
    let raw = signed_by(&two, &json!({ "alg": "ES256", "kid": "three" }), "{}");
    let (signature, words) = verdict_of(&raw, &set, &policy());
    assert_eq!(signature, Signature::NoKey);
    assert!(words.contains("It fits `two`"), "{words}");
    let raw = signed_by(&two, &json!({ "alg": "ES256", "kid": "two" }), "{}");
    assert_eq!(verdict_of(&raw, &set, &policy()).0, Signature::Valid);
}

#[test]
fn the_length_of_a_signature_tells_what_made_it() {
    let mut rsa = crypto::generate(&Alg::Rs256, None).unwrap();
    rsa.0.remove("alg");
    let with = |alg: &str, bytes: usize| {
        let head = b64::encode(json!({ "alg": alg }).to_string());
        format!(
            "{head}.{}.{}",
            b64::encode("{}"),
            b64::encode(vec![7; bytes])
        )
    };
    for (alg, bytes, words) in [
        ("RS256", 384, "by a key of 3072 bits"),
        ("PS512", 512, "by a key of 4096 bits"),
        ("RS256", 128, "by a key of 1024 bits"),
        ("RS256", 250, "cut short"),
        ("RS256", 257, "added at its end"),
    ] {
        let (signature, said) = verdict_of(&with(alg, bytes), &[rsa.clone()], &policy());
        let expected = if words == "cut short" {
            Signature::Cut
        } else {
            Signature::Invalid
        };
        assert_eq!(signature, expected, "{alg} {bytes}: {said}");
        assert!(said.contains(words), "{alg} {bytes}: {said}");
    }
    let (_, said) = verdict_of(&with("HS512", 32), &[oct(&[9; 64])], &policy());
    assert!(said.contains("as HS256 makes them"), "{said}");
    // Without any key, what no key gives is told as well.
    for (alg, bytes) in [("ES256", 50), ("HS256", 20), ("RS256", 201), ("EdDSA", 63)] {
        let (signature, said) = verdict_of(&with(alg, bytes), &[], &policy());
        assert_eq!(signature, Signature::NoKey);
        assert!(said.contains("cut short"), "{alg} {bytes}: {said}");
    }
    // Characters that encode no bytes: cut in the middle of a group.
    let raw = signed_by(&rsa, &json!({ "alg": "RS256" }), "{}");
    let (signature, said) = verdict_of(&raw[..raw.len() - 1], &[rsa], &policy());
    assert_eq!(signature, Signature::Cut);
    assert!(said.contains("cut short"), "{said}");
}

#[test]
fn a_signature_in_der_is_named_and_so_is_a_wrong_algorithm_of_hmac() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let raw = signed_by(&key, &json!({ "alg": "ES256" }), "{}");
    let at = raw.rfind('.').unwrap() + 1;
    let bytes = b64::decode(&raw[at..]).unwrap();
    let der = delegraph::jose::der::sequence(&[
        delegraph::jose::der::unsigned(&bytes[..32]),
        delegraph::jose::der::unsigned(&bytes[32..]),
    ]);
    let raw = format!("{}{}", &raw[..at], b64::encode(der));
    let (signature, words) = verdict_of(&raw, &[key], &policy());
    assert_eq!(signature, Signature::Invalid);
    assert!(
        words.contains("in DER") && words.contains("unaltered"),
        "{words}"
    );
    let head = b64::encode(json!({ "alg": "HS512" }).to_string());
    let input = format!("{head}.{}", b64::encode("{}"));
    let made = crypto::sign(&oct(SECRET), &Alg::Hs256, input.as_bytes()).unwrap();
    let raw = format!("{input}.{}", b64::encode(made));
    let (_, words) = verdict_of(&raw, &[oct(SECRET)], &policy());
    assert!(
        words.contains("under HS256") && !words.contains("changed"),
        "{words}"
    );
}

#[test]
fn a_nonce_of_anybody_else_is_not_called_microsofts() {
    let key = crypto::generate(&Alg::Rs256, Some("k")).unwrap();
    let header = json!({ "alg": "RS256", "kid": "k", "nonce": "abc" });
    for (iss, microsoft) in [
        ("https://as.example.com", false),
        ("https://sts.windows.net/tenant/", true),
        ("https://login.microsoftonline.com/tenant/v2.0", true),
        ("https://login.microsoftonline.com.attacker.example/", false),
    ] {
        let claims = json!({ "iss": iss }).to_string();
        let raw = signed_by(&key, &header, &claims);
        let changed = raw.replace(
            &b64::encode(&claims),
            &b64::encode(json!({ "iss": iss, "a": 1 }).to_string()),
        );
        for keys in [&[key.public().unwrap()][..], &[]] {
            let (_, words) = verdict_of(&changed, keys, &policy());
            assert_eq!(words.contains("Microsoft"), microsoft, "{iss}: {words}");
            assert!(!words.contains("unaltered"), "{words}");
        }
    }
}

#[test]
fn workloads_tokens_are_held_to_their_own_rules() {
    let key = crypto::generate(&Alg::Es256, Some("k")).unwrap();
    let sound = || json!({ "sub": "spiffe://td.example/agent", "aud": ["api"], "iat": NOW - 10, "exp": NOW + 100 });
    let plain = || json!({ "alg": "ES256", "typ": "JWT", "kid": "k" });
    let with = |mut value: Value, name: &str, new: Value| {
        value[name] = new;
        value
    };
    let without = |name: &str| {
        let mut value = sound();
        value.as_object_mut().unwrap().remove(name);
        value
    };
    let claims = |header: &Value, claims: &Value| {
        let raw = signed_by(&key, header, &claims.to_string());
        let own = [Candidate::new(key.clone(), "given".into(), None)];
        judge(&decode(&raw), &own, &policy()).claims_problems
    };
    assert_eq!(claims(&plain(), &sound()), Vec::<String>::new());
    let with_issuer = with(sound(), "iss", json!("https://spire.example"));
    assert_eq!(claims(&plain(), &with_issuer), Vec::<String>::new());
    for (header, body, says) in [
        (with(plain(), "jku", json!("https://x")), sound(), "`jku`"),
        (with(plain(), "typ", json!("jose+json")), sound(), "`typ`"),
        (plain(), with(sound(), "aud", json!([])), "`aud`"),
        (plain(), with(sound(), "aud", json!("")), "`aud`"),
        (plain(), without("aud"), "`aud`"),
        (plain(), without("exp"), "`exp`"),
        (
            plain(),
            with(sound(), "sub", json!("spiffe://TD.example/a")),
            "capital",
        ),
        (
            plain(),
            with(sound(), "sub", json!("spiffe://td.example:1/a")),
            "port",
        ),
        (
            plain(),
            with(sound(), "sub", json!("spiffe://td.example/a/")),
            "empty segment",
        ),
    ] {
        let said = claims(&header, &body).join(" ");
        assert!(said.contains(says), "{says}: {said}");
    }
    let raw = signed_by(
        &oct(SECRET),
        &json!({ "alg": "HS256" }),
        &sound().to_string(),
    );
    let own = [Candidate::new(oct(SECRET), "given".into(), None)];
    let verdict = judge(&decode(&raw), &own, &policy());
    assert!(!verdict.verified() && verdict.claims_problems[0].contains("HS256"));
    // A server's token about a workload is no SVID.
    let of_server = with(with(sound(), "client_id", json!("app")), "aud", json!([]));
    assert_eq!(claims(&plain(), &of_server), Vec::<String>::new());
}
