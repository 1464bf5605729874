//! `decode`, `verify`, `sign`, `diff`, `lint`.

use serde_json::{Value, json};

use crate::harness::{NOW, Place, delegated, members};

fn signed(place: &Place) -> String {
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &delegated());
    place.write("token.jwt", &token);
    token
}

#[test]
fn decode_has_the_agreed_shape() {
    let place = Place::new();
    let token = signed(&place);
    place.write(
        "log.txt",
        format!("a line\nAuthorization: Bearer {token}\n"),
    );
    let document = place.json(0, &["decode", "log.txt"]);
    assert_eq!(members(&document), ["tokens"]);
    assert_eq!(document["tokens"].as_array().unwrap().len(), 1);
    let found = &document["tokens"][0];
    assert_eq!(
        members(found),
        [
            "kind",
            "form",
            "header",
            "claims",
            "signature_present",
            "principal",
            "sentence",
            "source",
            "problems"
        ]
    );
    assert_eq!(found["form"], "compact");
    assert_eq!(found["header"]["alg"], "ES256");
    assert_eq!(found["claims"], delegated());
    assert_eq!(found["signature_present"], true);
    assert_eq!(
        found["principal"],
        json!({
            "subject": "alice",
            "actors": ["researcher", "planner"],
            "client": "researcher",
            "audience": ["payments-api"],
            "issuer": "https://as.example",
        })
    );
    let sentence = found["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("alice") && sentence.contains("researcher"),
        "{sentence}"
    );
    assert_eq!(found["source"]["file"], "log.txt");
    assert_eq!(found["source"]["line"], 2);
    assert_eq!(found["source"]["column"], 23);
}

#[test]
fn decode_finds_tokens_in_every_file_and_in_standard_input() {
    let place = Place::new();
    let token = signed(&place);
    place.write(
        "response.json",
        json!({ "access_token": token, "token_type": "Bearer", "expires_in": 300 }).to_string(),
    );
    let document = place.json_with(
        format!("curl -H 'Authorization: Bearer {token}' https://api.example"),
        0,
        &["decode", "response.json", "-"],
    );
    let files: Vec<&Value> = document["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["source"]["file"])
        .collect();
    assert_eq!(files, ["response.json", "-"]);
}

#[test]
fn decode_reports_what_serde_would_drop_and_hides_nothing() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    let place = Place::new();
    let token = format!(
        "{}.{}.",
        B64.encode(r#"{"alg":"none"}"#),
        B64.encode("{\"sub\":\"mallory\",\"sub\":\"ali\u{202E}ce\"}")
    );
    let document = place.json_with(token.clone(), 0, &["decode"]);
    let found = &document["tokens"][0];
    assert_eq!(found["signature_present"], false);
    let pointers: Vec<&Value> = found["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["pointer"])
        .collect();
    assert!(pointers.contains(&&json!("/sub")), "{found:#}");
    let ran = place.run_with(token, &["decode"]);
    assert!(
        !ran.out.contains('\u{202E}'),
        "a bidi character went to the terminal"
    );
    assert!(ran.out.contains("\\u{202e}"), "{}", ran.out);
}

#[test]
fn decode_explains_every_member_and_what_the_kind_asks_for() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let mut claims = delegated();
    claims["strange\u{202e}"] = 1.into();
    claims.as_object_mut().unwrap().remove("jti");
    place.write("token.jwt", place.sign("key.jwk", &claims));
    let document = place.json(0, &["decode", "--explain", "token.jwt"]);
    let guide = &document["tokens"][0]["guide"];
    assert_eq!(members(guide), ["kind", "members", "checklist"]);
    let member = |name: &str| {
        guide["members"]
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(member("act")["source"], "RFC 8693 §4.1");
    assert_eq!(member("alg")["part"], "header");
    assert!(member("strange\u{202e}").get("says").is_none());
    let asked = |name: &str| {
        guide["checklist"]
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["name"] == name)
            .unwrap()["standing"]
            .clone()
    };
    assert_eq!(asked("jti"), "missing");
    assert_eq!(asked("sub"), "present");
    let ran = place.run(&["decode", "--explain", "token.jwt"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.contains("! jti  missing; required (RFC 9068 §2.2)"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains('\u{202e}'));
    let plain = place.json(0, &["decode", "token.jwt"]);
    assert!(plain["tokens"][0].get("guide").is_none());
}

#[test]
fn decode_writes_tokens_as_something_to_paste() {
    let place = Place::new();
    let token = signed(&place);
    place.write(
        "log.txt",
        format!("a line\nAuthorization: Bearer {token}\n"),
    );
    let run = |form: &str| place.run(&["decode", "--as", form, "log.txt"]);
    assert_eq!(run("token").out.trim(), token);
    assert_eq!(
        run("header").out.trim(),
        format!("Authorization: Bearer {token}")
    );
    let claims: Value = serde_json::from_str(&run("claims").out).unwrap();
    assert_eq!(claims, delegated());
    for form in ["python", "node", "go", "rust", "java"] {
        let ran = run(form);
        assert_eq!(ran.status, 0);
        assert!(
            ran.out.contains("ES256") && !ran.out.contains(&token),
            "{}",
            ran.out
        );
    }
    let document = place.json(0, &["decode", "--as", "curl", "log.txt"]);
    assert_eq!(document["tokens"][0]["as"], "curl");
    assert!(
        document["tokens"][0]["text"]
            .as_str()
            .unwrap()
            .contains(&token)
    );
    let opaque = place.run_with(
        "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC",
        &["decode", "--as", "go"],
    );
    assert!(
        opaque.out.is_empty() && opaque.err.contains("not signed"),
        "{}",
        opaque.err
    );
    assert_eq!(run("perl").status, 2);
}

#[test]
fn no_token_is_status_1() {
    let place = Place::new();
    let document = place.json_with("nothing to see here, move along", 1, &["decode"]);
    assert_eq!(document, json!({ "tokens": [] }));
}

#[test]
fn verify_has_the_agreed_shape_and_judges_at_the_given_time() {
    let place = Place::new();
    signed(&place);
    let arguments = ["verify", "--key", "key.jwk", "--at", NOW, "token.jwt"];
    let document = place.json(0, &arguments);
    assert_eq!(
        members(&document),
        [
            "verified",
            "signature",
            "reason",
            "key",
            "claims_problems",
            "presentation_problems",
            "payload",
            // added
            "key_problems",
            "remarks",
            "signatures"
        ]
    );
    assert_eq!(document["verified"], true);
    assert_eq!(document["signature"], "valid");
    assert_eq!(
        members(&document["key"]),
        ["kid", "thumbprint", "from", "owner"]
    );
    assert_eq!(document["claims_problems"], json!([]));
    assert_eq!(document["payload"], delegated());
    let thumbprint = place.run(&["keys", "thumbprint", "key.jwk"]).out;
    assert_eq!(document["key"]["thumbprint"], thumbprint.trim());

    let late = [
        "verify",
        "--key",
        "key.jwk",
        "--at",
        "2026-03-01T12:05:00.5Z",
        "token.jwt",
    ];
    let document = place.json(1, &late);
    assert_eq!(document["verified"], false);
    assert_eq!(document["signature"], "valid");
    assert_eq!(document["claims_problems"].as_array().unwrap().len(), 1);
    place.json(0, &[&late[..], &["--leeway", "30"]].concat());
}

#[test]
fn verify_refuses_what_it_must() {
    let place = Place::new();
    let token = signed(&place);
    place.key("other.jwk", "ES256").key("rsa.jwk", "RS256");
    let judge = |status: i32, more: &[&str]| {
        place.json(
            status,
            &[&["verify", "--at", NOW, "token.jwt"], more].concat(),
        )
    };
    assert_eq!(judge(1, &[])["signature"], "no_key");
    assert_ne!(judge(1, &["--key", "rsa.jwk"])["signature"], "valid");
    assert_ne!(judge(1, &["--secret", "s3cret"])["signature"], "valid");
    assert_eq!(
        judge(1, &["--key", "key.jwk", "--alg", "RS256"])["verified"],
        false
    );
    assert_eq!(
        judge(1, &["--key", "key.jwk", "--audience", "other"])["verified"],
        false
    );
    judge(
        0,
        &[
            "--key",
            "key.jwk",
            "--alg",
            "RS256,ES256",
            "--audience",
            "payments-api",
        ],
    );
    judge(0, &["--key", "rsa.jwk", "--key", "key.jwk"]);

    let mut parts: Vec<&str> = token.split('.').collect();
    let forged_payload = {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
        let mut claims = delegated();
        claims["sub"] = "mallory".into();
        B64.encode(claims.to_string())
    };
    parts[1] = &forged_payload;
    place.write("token.jwt", parts.join("."));
    let document = judge(1, &["--key", "key.jwk"]);
    assert_eq!(document["signature"], "invalid");
    place.write("token.jwt", format!("{}.{}", parts[0], parts[1]));
    assert_eq!(judge(1, &["--key", "key.jwk"])["signature"], "none");
}

#[test]
fn a_public_key_is_never_an_hmac_secret() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    let place = Place::new();
    place.key("rsa.jwk", "RS256");
    let public = place
        .run(&["keys", "convert", "--to", "public", "rsa.jwk"])
        .out;
    place.write("public.jwk", public);
    let pem = place
        .run(&["keys", "convert", "--to", "pem", "public.jwk"])
        .out;
    place.write("public.pem", &pem);
    let oct = json!({ "kty": "oct", "k": B64.encode(&pem) });
    place.write("confused.jwk", oct.to_string());
    let token = place.sign("confused.jwk", &json!({ "sub": "mallory" }));
    let document = place.json_with(token.as_str(), 1, &["verify", "--key", "public.pem"]);
    assert_eq!(document["signature"], "invalid");
    // Nor where it is given as the secret itself, in any of its dresses.
    place.write("crlf.pem", pem.replace('\n', "\r\n"));
    place.write("bom.pem", format!("\u{feff}{pem}"));
    for given in [
        ["--secret-file", "public.pem"],
        ["--secret-file", "crlf.pem"],
        ["--secret-file", "bom.pem"],
        ["--secret-file", "public.jwk"],
        ["--key", "confused.jwk"],
        [&format!("--secret={pem}"), "-"],
        [&format!("--secret={}", pem.trim_end()), "-"],
    ] {
        let arguments = [&["verify"], &given as &[&str]].concat();
        let document = place.json_with(token.as_str(), 1, &arguments);
        assert_eq!(document["signature"], "invalid", "{given:?}");
        let reason = document["reason"].as_str().unwrap();
        assert!(reason.contains("public"), "{given:?}: {reason}");
        assert!(reason.contains("Key confusion"), "{given:?}: {reason}");
    }
}

#[test]
fn secrets_come_from_text_or_file_and_are_never_shown() {
    let place = Place::new();
    let secret = "an-hmac-secret-of-thirty-two-bytes!";
    place.write("secret.txt", format!("{secret}\n"));
    let ran = place.run_with(
        r#"{"sub":"alice"}"#,
        &["sign", "--secret-file", "secret.txt"],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    let token = ran.out.trim().to_owned();
    for arguments in [
        &["verify", "--secret-file", "secret.txt"][..],
        &["verify", "--secret", secret],
        &["--json", "verify", "--secret-file", "secret.txt"],
        &[
            "verify",
            "--secret",
            "another-secret-that-does-not-fit-here",
        ],
    ] {
        let ran = place.run_with(token.clone(), arguments);
        assert_eq!(
            ran.status,
            i32::from(arguments.contains(&"another-secret-that-does-not-fit-here"))
        );
        for text in [&ran.out, &ran.err] {
            assert!(
                !text.contains("thirty-two") && !text.contains("does-not-fit"),
                "{text}"
            );
        }
    }
}

#[test]
fn signing_keeps_the_claims_and_takes_header_parameters() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let claims = r#"{"z":1,"a":[1.0,"é"],"n":{"b":null}}"#;
    let document = place.json_with(
        claims,
        0,
        &[
            "sign",
            "--key",
            "key.jwk",
            "--header",
            r#"{"typ":"at+jwt","x":1}"#,
        ],
    );
    assert_eq!(members(&document), ["token"]);
    let token = document["token"].as_str().unwrap().to_owned();
    let decoded = place.json_with(token.clone(), 0, &["decode"]);
    assert_eq!(
        decoded["tokens"][0]["claims"].to_string(),
        serde_json::from_str::<Value>(claims).unwrap().to_string()
    );
    let header = &decoded["tokens"][0]["header"];
    assert_eq!(
        (&header["typ"], &header["x"], &header["alg"]),
        (&json!("at+jwt"), &json!(1), &json!("ES256"))
    );

    // A token can be signed again: its payload keeps its bytes.
    place.key("other.jwk", "EdDSA");
    let again = place
        .run_with(token.clone(), &["sign", "--key", "other.jwk"])
        .out;
    assert_eq!(again.split('.').nth(1), token.split('.').nth(1));
    assert_eq!(
        place
            .run_with(again, &["verify", "--key", "other.jwk"])
            .status,
        0
    );
}

#[test]
fn signing_refuses_what_would_lie() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    place.run(&["keys", "convert", "--to", "public", "key.jwk"]);
    for (claims, word) in [
        (r#"{"sub":"a","sub":"b"}"#, "/sub"),
        (r#"{"sub":"#, "not JSON"),
    ] {
        let ran = place.run_with(claims, &["sign", "--key", "key.jwk"]);
        assert_eq!(ran.status, 3, "{claims}: {}", ran.out);
        assert!(ran.err.contains(word), "{claims}: {}", ran.err);
    }
    let ran = place.run_with("{}", &["sign", "--key", "key.jwk", "--alg", "RS256"]);
    assert_ne!(ran.status, 0);
    assert!(ran.err.contains("RS256"), "{}", ran.err);
    let ran = place.run_with("{}", &["sign", "--key", "key.jwk", "--header", "[]"]);
    assert_eq!(ran.status, 2);
}

#[test]
fn diff_tells_hop_by_hop_what_became_of_a_claim() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let first = json!({ "sub": "alice", "scope": "a b c", "aud": "one" });
    let second = json!({ "sub": "alice", "scope": "a", "act": { "sub": "planner" } });
    place
        .write("a", place.sign("key.jwk", &first))
        .write("b", place.sign("key.jwk", &second));
    let document = place.json(0, &["diff", "a", "b"]);
    assert_eq!(members(&document), ["hops"]);
    let change = |claim: &str| {
        document["hops"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["claim"] == claim)
            .unwrap_or_else(|| panic!("no row for {claim}"))["change"]
            .clone()
    };
    assert_eq!(change("sub"), "kept");
    assert_eq!(change("scope"), "narrowed");
    assert_eq!(change("act"), "added");
    assert_eq!(change("aud"), "dropped");
    assert_eq!(place.run(&["diff", "a"]).status, 2);
    assert_eq!(
        place.json(0, &["diff", "a", "b", "a"])["hops"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()["hop"],
        2
    );
}

#[test]
fn lint_has_the_agreed_shape() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let parent = delegated();
    let mut child = delegated();
    child["scope"] = "payments:read payments:initiate".into();
    child["jti"] = "two".into();
    child["act"] = json!({ "sub": "payments-agent", "act": delegated()["act"] });
    place
        .write("a", place.sign("key.jwk", &parent))
        .write("b", place.sign("key.jwk", &child));
    let arguments = ["lint", "--chain", "--at", NOW, "a", "b"];
    let document = place.json(0, &arguments);
    assert_eq!(members(&document), ["findings", "not_evaluable", "counts"]);
    let findings = document["findings"].as_array().unwrap();
    let widened = findings
        .iter()
        .find(|f| f["rule"] == "DG-401")
        .unwrap_or_else(|| panic!("DG-401 did not fire: {document:#}"));
    for member in [
        "rule",
        "severity",
        "title",
        "hop",
        "claim",
        "found",
        "expected",
        "source",
        "fix",
        "confidence",
    ] {
        assert!(widened.get(member).is_some(), "{member}");
    }
    assert_eq!(widened["hop"], 1);
    assert!(
        widened["found"]
            .as_str()
            .unwrap()
            .contains("payments:initiate"),
        "{widened:#}"
    );
    let counted: u64 = ["critical", "high", "medium", "low", "info"]
        .iter()
        .map(|s| document["counts"][s].as_u64().unwrap())
        .sum();
    assert_eq!(counted, findings.len() as u64);
    for row in document["not_evaluable"].as_array().unwrap() {
        assert!(row["rule"].is_string() && row["why"].is_string(), "{row}");
    }

    let fail = |severity: &str| {
        place
            .run(&[&arguments[..], &["--fail-on", severity]].concat())
            .status
    };
    let severity = widened["severity"].as_str().unwrap();
    assert_eq!(fail(severity), 1);
    assert_eq!(fail("info"), 1);

    // Alone, the same tokens are not compared.
    let alone = place.json(0, &["lint", "--at", NOW, "a", "b"]);
    assert!(
        alone["findings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|f| f["rule"] != "DG-401"),
        "{alone:#}"
    );
}

#[test]
fn fail_on_a_severity_that_nothing_reaches_is_good() {
    let place = Place::new();
    signed(&place);
    let document = place.json(0, &["lint", "--at", NOW, "token.jwt"]);
    if document["counts"]["critical"] == 0 {
        place.json(
            0,
            &["lint", "--at", NOW, "--fail-on", "critical", "token.jwt"],
        );
    } else {
        panic!("a sound token has a critical finding: {document:#}");
    }
}

#[test]
fn decode_says_where_an_sd_jwt_discloses() {
    let place = Place::new();
    place.write("card.txt", include_str!("../corpus/sd_jwt.txt"));
    let document = place.json(0, &["decode", "card.txt"]);
    let disclosed = &document["tokens"][0]["disclosed"];
    let places = disclosed["places"].as_array().unwrap();
    let states: Vec<&str> = places
        .iter()
        .map(|p| p["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["disclosed", "not_disclosed", "disclosed"]);
    assert_eq!(places[0]["pointer"], "/given_name");
    assert_eq!(places[0]["disclosure"], 0);
    assert_eq!(places[1]["inside"], "");
    assert_eq!(members(&places[1]), ["state", "inside", "digest"]);
    assert_eq!(places[2]["pointer"], "/nat/0");
    assert_eq!(disclosed["unmatched"], json!([]));
    let words = place.run(&["decode", "card.txt"]).out;
    assert!(words.contains("not disclosed"), "{words}");
}
