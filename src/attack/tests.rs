use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{forgery::NOT_MADE, *};
use crate::{
    jose::{Alg, Jwk, b64, crypto},
    kit::clock::Timestamp,
    token::{
        Token, craft,
        decode::decode,
        validate::{Candidate, Policy, judge},
    },
};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";
const ALGS: [Alg; 9] = [
    Alg::Es256,
    Alg::Es384,
    Alg::Es512,
    Alg::Es256K,
    Alg::Rs256,
    Alg::Ps256,
    Alg::EdDsa,
    Alg::Hs256,
    Alg::Hs512,
];

/// A good token and the key that signed it.
struct Sound {
    raw: String,
    key: Jwk,
}

fn sound(alg: &Alg) -> Sound {
    let key = crypto::generate(alg, Some("issuer-key")).unwrap();
    let claims = json!({
        "iss": ISSUER, "sub": "alice", "aud": "accounts-api", "client_id": "app",
        "scope": "accounts:read", "jti": "j1", "iat": NOW - 60, "exp": NOW + 240,
        "cnf": { "jkt": "x" },
        "act": { "sub": "researcher", "act": { "sub": "planner" } },
    });
    let raw = craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, alg).unwrap();
    Sound { raw, key }
}

fn with(sound: &Sound, keys: &[Jwk]) -> Ingredients {
    Ingredients::gather(&decode(&sound.raw), keys, NOW).unwrap()
}

/// Whether our own strict verifier lets it pass.
fn passes(token: &Token, key: &Jwk) -> bool {
    let policy = Policy {
        audience: Some("accounts-api".into()),
        issuer: Some(ISSUER.into()),
        ..Policy::at(Timestamp::from_second(NOW).unwrap())
    };
    let candidate = Candidate::new(
        key.public().unwrap_or_else(|| key.clone()),
        "test".into(),
        None,
    );
    judge(token, &[candidate], &policy).verified()
}

/// Forgeries that leave a good signature in a form or an encoding that our reader takes from a
/// paste; the reader says so, and a server that wants the compact form alone must refuse.
const READ_FROM_A_PASTE: [&str; 6] = [
    "json-flattened",
    "json-general",
    "json-second-signature",
    "base64-space",
    "base64-tab",
    "json-two-payloads",
];

fn is_claims(forgery: &Forgery) -> bool {
    forgery.family.stage == Stage::Claims
}

#[test]
fn the_catalogue_is_whole() {
    let mut names = BTreeSet::new();
    for f in catalogue() {
        assert!(names.insert(f.name), "{} stands twice", f.name);
        assert!(
            f.name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}",
            f.name
        );
        for text in [&f.title, &f.mutates, &f.means] {
            assert!(!text.is_empty(), "{}", f.name);
        }
        assert!(
            f.mutates.ends_with('.') && f.means.ends_with('.'),
            "{}",
            f.name
        );
        assert!(!f.source.is_empty() && !f.answer.is_empty(), "{}", f.name);
        assert_eq!(named(f.name).unwrap().name, f.name);
    }
    for &family in FAMILIES {
        let own: Vec<&Forgery> = catalogue().iter().filter(|f| f.family == family).collect();
        assert!(own.len() >= 4, "{}: {}", family.name, own.len());
        assert_eq!(Family::named(family.name), Some(family));
        assert!(!family.title.is_empty() && family.says.ends_with(['.', '?']));
        for forgery in family.forgeries {
            assert!(
                own.contains(&forgery),
                "{} is of another family",
                forgery.name
            );
        }
    }
    assert!(names.len() > 200, "{}", names.len());
}

/// A forgery is a row of one file: its name stands in no other, and every file is in the list.
#[test]
fn a_forgery_lives_in_the_file_of_its_family() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/attack/families");
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        if !path.ends_with("mod.rs") {
            assert!(
                source.contains("static FAMILY: Family"),
                "{}",
                path.display()
            );
            tables.push((path, source));
        }
    }
    assert_eq!(tables.len(), FAMILIES.len());
    for &family in FAMILIES {
        // A family may be called as one of its forgeries is: the margin tells them apart.
        let row = |name: &str| format!("\n            name: \"{name}\",");
        let (path, home) = tables
            .iter()
            .find(|(_, source)| source.contains(&format!("\n    name: \"{}\",", family.name)))
            .unwrap();
        for forgery in family.forgeries {
            let member = forgery.name.strip_prefix("dpop-no-").unwrap_or_default();
            let written = home.matches(&row(forgery.name)).count()
                + home.matches(&format!("without!(\"{member}\")")).count();
            assert_eq!(written, 1, "{} in {}", forgery.name, path.display());
            let elsewhere = tables.iter().filter(|(other, _)| other != path);
            for (other, source) in elsewhere {
                assert!(!source.contains(&row(forgery.name)), "{}", other.display());
            }
        }
    }
}

#[test]
fn every_forgery_is_made_of_some_token_or_says_what_it_needs() {
    let sound = sound(&Alg::Es256);
    let with = with(&sound, std::slice::from_ref(&sound.key));
    for f in catalogue().iter().filter(|f| !f.is_request()) {
        if let Err(why) = f.apply(&sound.raw, &with) {
            assert_ne!(why, NOT_MADE, "{}", f.name);
        }
    }
}

#[test]
fn the_strict_verifier_refuses_every_forgery_of_a_token() {
    for alg in ALGS {
        let sound = sound(&alg);
        assert!(passes(&decode(&sound.raw), &sound.key), "{alg}");
        let public: Vec<Jwk> = sound.key.public().into_iter().collect();
        let with = with(&sound, &public);
        assert!(with.signing.is_none());
        for f in catalogue().iter().filter(|f| !f.is_request()) {
            let Ok(made) = f.apply(&sound.raw, &with) else {
                continue;
            };
            assert_ne!(made.token, sound.raw, "{alg} {}", f.name);
            let token = decode(&made.token);
            if f.expected == Expected::Either && !is_claims(f)
                || READ_FROM_A_PASTE.contains(&f.name)
            {
                continue;
            }
            assert!(!passes(&token, &sound.key), "{alg} {}", f.name);
        }
    }
}

#[test]
fn the_issuers_own_signature_does_not_help_what_is_wrong_with_the_token_itself() {
    const POLICY: [&str; 9] = [
        // A good JWS (RFC 7797), and no JWT.
        "b64-false",
        "typ-missing",
        "typ-jwt",
        "typ-at-jwt",
        "typ-dpop-jwt",
        "typ-logout-jwt",
        "typ-client-authentication",
        "typ-number",
        "cty-nested",
    ];
    for alg in ALGS {
        let sound = sound(&alg);
        let with = with(&sound, std::slice::from_ref(&sound.key));
        assert!(with.signing.is_some(), "{alg}");
        let about_the_token = |f: &&Forgery| {
            !f.is_request()
                && !is_claims(f)
                && f.family.name != "serialization"
                && f.expected == Expected::Reject
                && !POLICY.contains(&f.name)
                && !READ_FROM_A_PASTE.contains(&f.name)
        };
        for f in catalogue().iter().filter(about_the_token) {
            if let Ok(made) = f.apply(&sound.raw, &with) {
                assert!(
                    !passes(&decode(&made.token), &sound.key),
                    "{alg} {}: {}",
                    f.name,
                    made.token
                );
            }
        }
        for name in POLICY.into_iter().filter(|n| *n != "typ-at-jwt") {
            let made = named(name).unwrap().apply(&sound.raw, &with).unwrap();
            assert!(
                passes(&decode(&made.token), &sound.key),
                "{alg} {name}: a good signature of what the server must not take"
            );
        }
    }
}

#[test]
fn with_the_issuers_key_only_the_claim_is_wrong() {
    let sound = sound(&Alg::Es256);
    let with = with(&sound, std::slice::from_ref(&sound.key));
    let good = decode(&sound.raw);
    let header = sound.raw.split('.').next().unwrap();
    for f in catalogue() {
        if !matches!(f.family.name, "time" | "parties") {
            continue;
        }
        let Ok(made) = f.apply(&sound.raw, &with) else {
            continue;
        };
        assert!(made.token.starts_with(&format!("{header}.")), "{}", f.name);
        let token = decode(&made.token);
        let claims = token.claims.as_ref().unwrap().value.as_object().unwrap();
        let changed = differing(good.claims_map(), claims);
        assert_eq!(changed.len(), 1, "{}: {changed:?}", f.name);
        let prefix = f.name.split('-').next().unwrap();
        let named = if prefix == "client" {
            "client_id"
        } else {
            prefix
        };
        assert!(changed.contains(named), "{}: {changed:?}", f.name);
        assert_eq!(
            made.signed == Signed::Issuer,
            !f.mutates.contains("the signature stays"),
            "{}",
            f.name
        );
    }
}

fn differing(a: &Map<String, Value>, b: &Map<String, Value>) -> BTreeSet<String> {
    a.keys()
        .chain(b.keys())
        .filter(|k| a.get(*k) != b.get(*k))
        .cloned()
        .collect()
}

#[test]
fn forgeries_of_header_and_signature_leave_the_payload_alone() {
    for alg in [Alg::Es256, Alg::Rs256] {
        let sound = sound(&alg);
        let with = with(&sound, std::slice::from_ref(&sound.key));
        let payload = sound.raw.split('.').nth(1).unwrap();
        for f in catalogue() {
            let payload_is_meant = f.name.starts_with("payload")
                || f.name.starts_with("b64-")
                || f.name.contains("payload")
                || f.name.contains("subject")
                || f.name == "signature-only-header";
            let whole = matches!(
                f.family.name,
                "alg-none"
                    | "hmac"
                    | "family-swap"
                    | "ecdsa"
                    | "rsa"
                    | "key-pointers"
                    | "kid"
                    | "header"
                    | "signature"
                    | "base64"
            );
            if !whole || payload_is_meant {
                continue;
            }
            if let Ok(made) = f.apply(&sound.raw, &with) {
                assert_eq!(
                    made.token.split('.').nth(1),
                    Some(payload),
                    "{alg} {}",
                    f.name
                );
            }
        }
    }
}

#[test]
fn bytes_are_what_is_meant() {
    let sound = sound(&Alg::Es256);
    let with = with(&sound, &[]);
    let part = |name: &str, n: usize| {
        let made = named(name).unwrap().apply(&sound.raw, &with).unwrap();
        let part = made.token.split('.').nth(n).unwrap().to_owned();
        b64::decode(&part).unwrap()
    };
    let header = sound.raw.split('.').next().unwrap();
    let header = String::from_utf8(b64::decode(header).unwrap()).unwrap();
    let rest = header.strip_prefix('{').unwrap();
    assert_eq!(
        part("header-duplicate-alg", 0),
        format!("{{\"alg\":\"none\",{rest}").as_bytes()
    );
    assert_eq!(
        part("header-bom", 0),
        format!("\u{feff}{header}").as_bytes()
    );
    assert_eq!(
        part("header-white-space", 0),
        format!("{{\u{a0}{rest}").as_bytes()
    );
    assert_eq!(part("ecdsa-zero", 2), [0; 64]);
    let text = String::from_utf8(part("exp-exponent", 1)).unwrap();
    assert!(text.contains("\"exp\":1e400"), "{text}");
    let text = String::from_utf8(part("exp-overflow", 1)).unwrap();
    assert!(text.contains("\"exp\":18446744073709551616"), "{text}");
    let made = named("b64-false")
        .unwrap()
        .apply(&sound.raw, &with)
        .unwrap();
    let parts: Vec<&str> = made.token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let claims: Value = serde_json::from_str(parts[1]).unwrap();
    assert_eq!(claims["iss"], ISSUER);
}

#[test]
fn an_hmac_with_the_public_key_is_what_a_confused_verifier_would_accept() {
    for alg in [Alg::Rs256, Alg::Ps256, Alg::Es256, Alg::EdDsa] {
        let sound = sound(&alg);
        let public = sound.key.public().unwrap();
        let with = with(&sound, std::slice::from_ref(&public));
        let forms = ["pem", "pem-no-newline", "pem-crlf", "der", "jwk"];
        for form in forms {
            let name = format!("hmac-public-{form}");
            let made = named(&name).unwrap().apply(&sound.raw, &with).unwrap();
            let found = crate::token::validate::confusion(&decode(&made.token), &public);
            assert!(found.is_some(), "{alg} {name}");
        }
    }
}

#[test]
fn stacks_are_put_in_order() {
    let sound = sound(&Alg::Es256);
    let with = with(&sound, &[]);
    let chosen = ["alg-none", "sub-other"].map(|n| named(n).unwrap());
    let made = stack(&chosen, &sound.raw, &with).unwrap();
    let token = decode(&made.token);
    assert_eq!(token.claim_text("sub"), Some("admin"));
    assert_eq!(token.header_text("alg"), Some("none"));
    assert!(made.token.ends_with('.'));
    assert!(stack(&[], &sound.raw, &with).is_err());
}

#[test]
fn what_cannot_be_made_says_why() {
    let sound = sound(&Alg::Es256);
    let with = with(&sound, &[]);
    let why = |name: &str, raw: &str| {
        let why = named(name).unwrap().apply(raw, &with).unwrap_err();
        assert!(why.len() > 10, "{name}: {why}");
        why
    };
    assert!(why("hmac-public-pem", &sound.raw).contains("public key"));
    assert!(why("rsa-pkcs1-under-pss", &sound.raw).contains("ES256"));
    assert!(why("alg-none", "opaque").contains("opaque"));
    assert!(why("alg-none", "a.b.c.d.e").contains("encrypted"));
    assert!(why("jwe-tag-cut", &sound.raw).contains("not encrypted"));
    for f in catalogue() {
        for raw in [
            "",
            ".",
            "..",
            "{}",
            "a.b.c",
            "\u{202e}",
            "e30.e30.",
            "e30.bm8.c2ln",
        ] {
            if let Err(why) = f.apply(raw, &with) {
                assert!(why.len() > 10, "{} of {raw:?}: {why}", f.name);
            }
        }
    }
}

#[test]
fn a_jwe_can_be_forged_as_well() {
    let header = b64::encode(r#"{"alg":"dir","enc":"A256GCM"}"#);
    let raw = format!(
        "{header}..{}.{}.{}",
        b64::encode([1; 12]),
        b64::encode("text"),
        b64::encode([2; 16])
    );
    let with = Ingredients::gather(&decode(&raw), &[], NOW).unwrap();
    for name in [
        "jwe-tag-cut",
        "jwe-tag-empty",
        "jwe-ciphertext-changed",
        "jws-for-jwe",
    ] {
        let made = named(name).unwrap().apply(&raw, &with).unwrap();
        assert_ne!(made.token, raw, "{name}");
    }
    let made = named("jwe-tag-cut").unwrap().apply(&raw, &with).unwrap();
    assert_eq!(made.token.split('.').nth(4), Some("Ag"));
}

#[test]
fn key_pointers_lead_to_the_testers_own_address_and_say_what_to_host_there() {
    let sound = sound(&Alg::Es256);
    let mut with = with(&sound, &[]);
    let header = |with: &Ingredients, name: &str, member: &str| {
        let made = named(name).unwrap().apply(&sound.raw, with).unwrap();
        decode(&made.token).header_text(member).unwrap().to_owned()
    };
    assert_eq!(
        header(&with, "jku-own", "jku"),
        "https://forger.example/jwks.json"
    );
    with.callback = Some("https://me.example:8443/x/".into());
    for (name, member, place) in [
        ("jku-own", "jku", "https://me.example:8443/x/jwks.json"),
        (
            "jku-userinfo",
            "jku",
            "https://as.example@me.example:8443/x/jwks.json",
        ),
        ("x5u-own", "x5u", "https://me.example:8443/x/cert.pem"),
        ("kid-url", "kid", "https://me.example:8443/x/key"),
    ] {
        assert_eq!(header(&with, name, member), place, "{name}");
    }
    // What is hosted verifies what is forged.
    let made = named("jku-own").unwrap().apply(&sound.raw, &with).unwrap();
    for name in ["jku-own", "x5u-own"] {
        let (_, text) = hosted(name, &with).unwrap();
        let key = crate::jose::pem::read(&text).unwrap().remove(0);
        assert!(!key.is_private(), "{name}");
        assert!(passes(&decode(&made.token), &key), "{name}");
    }
    assert!(hosted("alg-none", &with).is_none());
}
