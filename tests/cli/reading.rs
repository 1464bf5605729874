//! One reading for every command: what `decode` finds in a text is what the others judge.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    harness::{NOW, Place},
    keep::root,
};

fn signed(place: &Place, claims: &Value) -> String {
    let ran = place.run_with(claims.to_string(), &["sign", "--key", "key.json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran.out.trim().to_owned()
}

fn verify<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["verify", "--at", NOW, "--key", "key.json"], rest].concat()
}

#[test]
fn a_token_is_judged_however_it_is_written() {
    let place = Place::new();
    place.key("key.json", "ES256");
    let token = signed(&place, &json!({ "sub": "alice" }));
    let (head, tail) = token.split_at(30);
    let escaped = token.replace('.', "\\u002E");
    for text in [
        format!("access_token={token}"),
        format!("jwt:{token}."),
        format!("({token}),"),
        format!("\u{1b}[01;31m\u{1b}[K{head}\u{1b}[0m{tail}\u{1b}[m"),
        format!("\u{200b}{head}\u{200b}{tail}\u{feff}"),
        format!("{head}\u{ad}\r\n   {tail}"),
        format!("{token}\n{token}\n"),
        format!("{{\"access_token\":\"{escaped}\"}}"),
        format!("{{\"id_token\":\"{head}\\u200b{tail}\"}}"),
    ] {
        let document = place.json_with(text.clone(), 0, &verify(&[]));
        assert_eq!(document["verified"], true, "{text:?}");
        assert_eq!(document["payload"]["sub"], "alice");
    }
    for glued in [format!("{token}.AAAA"), format!("{token}=")] {
        let document = place.json_with(glued.clone(), 1, &verify(&[]));
        assert_eq!(document["verified"], false, "{glued}");
    }
}

#[test]
fn several_tokens_are_judged_each_and_one_is_picked() {
    let place = Place::new();
    place.key("key.json", "ES256");
    let good = signed(&place, &json!({ "sub": "alice" }));
    let late = signed(&place, &json!({ "sub": "bob", "exp": 1 }));
    place.write("log", format!("a {good}\nb {late}\n"));
    let document = place.json(1, &verify(&["log"]));
    assert_eq!(document["verified"], false);
    assert_eq!(document["tokens"][0]["verified"], true);
    assert_eq!(document["tokens"][1]["verified"], false);
    assert_eq!(document["tokens"][1]["source"]["line"], 2);
    let picked = |status, rest: &[&'static str]| place.json(status, &verify(rest));
    assert_eq!(picked(0, &["--nth", "1", "log"])["payload"]["sub"], "alice");
    assert_eq!(picked(1, &["--line", "2", "log"])["payload"]["sub"], "bob");
    picked(2, &["--nth", "3", "log"]);
    assert!(place.run(&verify(&["log"])).out.contains("log:2:3"));
}

#[test]
fn a_token_response_is_judged_whole() {
    let place = Place::new();
    place.key("key.json", "ES256");
    let access = signed(&place, &json!({ "sub": "alice" }));
    let id = |hash: &str| {
        signed(
            &place,
            &json!({ "sub": "alice", "nonce": "n", "at_hash": hash }),
        )
    };
    let response = |id: String| json!({ "access_token": access, "id_token": id, "refresh_token": "8xLOxBtZp8QnTgM2" });
    place.write(
        "bad.json",
        response(id("AAAAAAAAAAAAAAAAAAAAAA")).to_string(),
    );
    let document = place.json(1, &verify(&["bad.json"]));
    assert_eq!(document["tokens"][1]["at_hash_fits"], false);
    assert_eq!(document["tokens"][2]["opaque"], true);
    // An opaque token makes the others no worse.
    let plain = json!({ "access_token": access, "refresh_token": "8xLOxBtZp8QnTgM2" });
    place.write("good.json", plain.to_string());
    let document = place.json(0, &verify(&["good.json"]));
    assert_eq!(document["verified"], true);
}

#[test]
fn where_there_is_no_token_it_is_said_why() {
    let place = Place::new();
    for (text, word) in [
        ("hello", "No token"),
        (
            "x\nDEBUG token eyJ0eXAiOiJKV1QiLCJhbGciO...\n",
            "line 2 is cut",
        ),
        (
            r#"{"log": {"version": "1.2", "creator": {"name": "x"}, "entries": []}}"#,
            "sensitive data",
        ),
    ] {
        let ran = place.run_with(text, &["decode"]);
        assert_eq!(ran.status, 1, "{text}");
        assert!(
            format!("{}{}", ran.out, ran.err).contains(word),
            "{text}: {}",
            ran.err
        );
    }
}

/// A request with a bound token and proofs of possession of its holder's key.
struct Bound {
    place: Place,
    token: String,
    jwk: Value,
    thumbprint: String,
}

impl Bound {
    fn new() -> Self {
        let place = Place::new();
        place.key("key.json", "ES256").key("holder.json", "ES256");
        let public = place.run(&["keys", "convert", "--to", "public", "holder.json"]);
        let thumbprint = place
            .run(&["keys", "thumbprint", "holder.json"])
            .out
            .trim()
            .to_owned();
        let token = signed(
            &place,
            &json!({ "sub": "alice", "cnf": { "jkt": thumbprint } }),
        );
        Self {
            jwk: serde_json::from_str(&public.out).unwrap(),
            place,
            token,
            thumbprint,
        }
    }

    /// A proof for `GET https://api.example/a` and the token, with these changes.
    fn proof(&self, key: &str, changes: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "jwk": self.jwk });
        let mut claims = json!({ "jti": "1", "htm": "GET", "htu": "https://api.example/a", "iat": 1_441_910_000,
                                 "ath": self.ath() });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let ran = self.place.run_with(
            claims.to_string(),
            &["sign", "--key", key, "--header", &header.to_string()],
        );
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.out.trim().to_owned()
    }

    fn ath(&self) -> String {
        delegraph::oauth::dpop::ath(&self.token)
    }

    /// The verdict of `verify` on a text with the key of the token's issuer.
    fn judged(&self, text: &str) -> (i32, Value) {
        self.place.write("request.txt", text);
        let ran = self
            .place
            .run(&[&["--json"][..], &verify(&["request.txt"])].concat());
        (ran.status, serde_json::from_str(&ran.out).unwrap())
    }
}

#[test]
fn a_proof_in_a_request_is_judged_by_its_own_key_and_its_request() {
    let bound = Bound::new();
    let token = &bound.token;
    assert_eq!(bound.thumbprint.len(), 43);
    let good = bound.proof("holder.json", &json!({}));
    let http = |proof: &str| {
        format!(
            "GET /a?b=c HTTP/1.1\r\nHost: api.example\r\nAuthorization: DPoP {token}\r\nDPoP: {proof}\r\n\r\n"
        )
    };
    let har = |proof: &str| {
        json!({ "log": { "entries": [{ "request": { "method": "GET", "url": "https://api.example/a", "headers": [
            { "name": "Authorization", "value": format!("DPoP {token}") }, { "name": "DPoP", "value": proof }] } }] } })
        .to_string()
    };
    let curl = |proof: &str| {
        format!(
            "curl 'https://api.example/a' -H 'Authorization: DPoP {token}' \\\n  -H 'DPoP: {proof}'\n"
        )
    };
    for write in [&http as &dyn Fn(&str) -> String, &har, &curl] {
        let (status, document) = bound.judged(&write(&good));
        assert_eq!(
            (status, &document["verified"]),
            (0, &json!(true)),
            "{document:#}"
        );
        let proof = &document["tokens"][1];
        assert_eq!(proof["key"]["owner"], "brought", "{document:#}");
        assert_eq!(proof["not_compared"], json!([]), "{document:#}");
        for (changes, word) in [
            (json!({ "htm": "POST" }), "htm"),
            (json!({ "htu": "https://api.example/other" }), "htu"),
            (json!({ "ath": "AAAA" }), "ath"),
            (json!({ "ath": null }), "ath"),
            (json!({ "jti": null }), "jti"),
        ] {
            let (status, document) = bound.judged(&write(&bound.proof("holder.json", &changes)));
            assert_eq!(status, 1, "{document:#}");
            let proof = &document["tokens"][1];
            assert_eq!(proof["signature"], "valid");
            let problems = proof["presentation_problems"].to_string();
            assert!(
                problems.contains(&format!("`{word}`")),
                "{changes}: {problems}"
            );
        }
        // By another key than the one that it brings.
        let (status, document) = bound.judged(&write(&bound.proof("key.json", &json!({}))));
        assert_eq!(
            (status, &document["tokens"][1]["signature"]),
            (1, &json!("invalid"))
        );
    }
    // Of another key than the token's.
    bound.place.key("other.json", "ES256");
    let public = bound
        .place
        .run(&["keys", "convert", "--to", "public", "other.json"]);
    let other = Bound {
        jwk: serde_json::from_str(&public.out).unwrap(),
        ..bound
    };
    let (status, document) = other.judged(&format!(
        "GET /a HTTP/1.1\nHost: api.example\nAuthorization: DPoP {}\nDPoP: {}\n",
        other.token,
        other.proof("other.json", &json!({}))
    ));
    assert_eq!(status, 1);
    assert!(
        document["tokens"][1]["presentation_problems"]
            .to_string()
            .contains("cnf.jkt")
    );
}

#[test]
fn what_is_not_known_of_the_request_of_a_proof_is_said_and_two_proofs_are_named() {
    let bound = Bound::new();
    let token = &bound.token;
    let good = bound.proof("holder.json", &json!({}));
    // Behind a proxy: another host, another scheme, the same path.
    for host in ["10.0.0.7:8080", "backend"] {
        let (status, document) = bound.judged(&format!(
            "GET /a HTTP/1.1\nHost: {host}\nAuthorization: DPoP {token}\nDPoP: {good}\n"
        ));
        assert_eq!(status, 0, "{document:#}");
        assert!(
            document["tokens"][1]["not_compared"]
                .to_string()
                .contains("proxy")
        );
    }
    let lint = |text: &str| {
        bound.place.write("request.txt", text);
        bound
            .place
            .run(&["--json", "lint", "--at", NOW, "request.txt"])
            .out
    };
    let text =
        format!("GET /a HTTP/1.1\nHost: backend\nAuthorization: DPoP {token}\nDPoP: {good}\n");
    assert!(
        !lint(&text).contains("\"rule\": \"DG-606\",\n      \"severity\""),
        "{}",
        lint(&text)
    );
    // Two headers.
    let second = bound.proof("holder.json", &json!({ "jti": "2" }));
    let (status, document) = bound.judged(&format!(
        "GET /a HTTP/1.1\nHost: api.example\nAuthorization: DPoP {token}\nDPoP: {good}\nDPoP: {second}\n"
    ));
    assert_eq!(status, 1, "{document:#}");
    for n in [1, 2] {
        let problems = document["tokens"][n]["presentation_problems"].to_string();
        assert!(problems.contains("2 DPoP headers"), "{problems}");
    }
    // Two requests are two, and the token that goes as a bearer token later is named.
    let (status, _) = bound.judged(&format!(
        "GET /a HTTP/1.1\nHost: api.example\nAuthorization: DPoP {token}\nDPoP: {good}\n\n\
         GET /a HTTP/1.1\nHost: api.example\nAuthorization: DPoP {token}\nDPoP: {second}\n"
    ));
    assert_eq!(status, 0);
    let text = format!(
        "GET /a HTTP/1.1\nHost: api.example\nAuthorization: DPoP {token}\nDPoP: {good}\n\n\
         GET /a HTTP/1.1\nHost: api.example\nAuthorization: Bearer {token}\n\n"
    );
    assert!(lint(&text).contains("DG-609"), "{}", lint(&text));
    let (status, document) = bound.judged(&text);
    assert_eq!(status, 0, "{document:#}");
}

#[test]
fn what_is_cut_makes_a_response_no_better() {
    let place = Place::new();
    place.key("key.json", "ES256");
    let good = signed(&place, &json!({ "sub": "alice" }));
    for cut in [
        &good[..20],
        &good[..good.len() - 30],
        "eyJhbGciOiJSUzI1NiIsInR5cCI6",
    ] {
        for end in ["...", "…", "***", "[REDACTED]"] {
            let text = format!("{{\"access_token\":\"{cut}{end}\",\"id_token\":\"{good}\"}}");
            place.write("response.json", &text);
            let document = place.json(1, &verify(&["response.json"]));
            assert_eq!(
                document["tokens"][0]["signature"], "cut",
                "{text}: {document:#}"
            );
            assert_eq!(document["tokens"][0]["opaque"], Value::Null);
            assert_eq!(document["tokens"][1]["verified"], true);
        }
    }
    let ran = place.run_with(&good[..good.len() - 30], &verify(&[]));
    assert!(
        ran.out
            .starts_with("Cannot be judged: the token is cut or masked"),
        "{}",
        ran.out
    );
}

#[test]
fn hashes_are_compared_within_one_response() {
    let place = Place::new();
    place.key("key.json", "ES256");
    let access = signed(&place, &json!({ "sub": "alice" }));
    let half = |text: &str| {
        let whole = delegraph::jose::crypto::sha256(text.as_bytes());
        delegraph::jose::b64::encode(&whole[..16])
    };
    let id = |claims: Value| {
        let mut all = json!({ "sub": "alice", "nonce": "n" });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        signed(&place, &all)
    };
    let (bad, good) = (
        id(json!({ "at_hash": half("x") })),
        id(json!({ "at_hash": half(&access) })),
    );
    let code = id(json!({ "c_hash": half("a/b c") }));
    for (text, status, member, value) in [
        (
            format!("{{\"access_token\":\"{access}\",\"id_token\":\"{bad}\"}}"),
            1,
            "at_hash_fits",
            json!(false),
        ),
        (
            format!("{{\"access_token\":\"{access}\",\"id_token\":\"{good}\"}}"),
            0,
            "at_hash_fits",
            json!(true),
        ),
        // The ID token of another response, handed in.
        (
            format!("subject_token={bad}&x=1\n\n{{\"access_token\":\"{access}\"}}"),
            0,
            "at_hash_fits",
            Value::Null,
        ),
        (
            format!("id_token_hint={bad}\n\n{{\"access_token\":\"{access}\"}}"),
            0,
            "at_hash_fits",
            Value::Null,
        ),
        (
            format!("{{\"id_token\":\"{bad}\"}}\n{{\"access_token\":\"{access}\"}}"),
            0,
            "at_hash_fits",
            Value::Null,
        ),
        (
            format!("https://app/cb#code=a%2Fb%20c&id_token={code}"),
            0,
            "c_hash_fits",
            json!(true),
        ),
        (
            format!("https://app/cb#id_token={code}&code=other"),
            1,
            "c_hash_fits",
            json!(false),
        ),
        (
            format!("GET /cb?code=other HTTP/1.1\n\nid_token={code}&state=1"),
            0,
            "c_hash_fits",
            Value::Null,
        ),
    ] {
        let document = place.json_with(text.clone(), status, &verify(&[]));
        let all = document.get("tokens").and_then(Value::as_array).cloned();
        let all = all.unwrap_or_else(|| vec![document.clone()]);
        let said = all
            .iter()
            .find_map(|t| t.get(member))
            .cloned()
            .unwrap_or(Value::Null);
        assert_eq!(said, value, "{text}: {document:#}");
    }
}

#[test]
fn a_token_is_picked_by_every_place_where_decode_shows_it() {
    let place = Place::new();
    place.key("key.json", "ES256");
    let (one, two) = (
        signed(&place, &json!({ "sub": "alice" })),
        signed(&place, &json!({ "sub": "bob" })),
    );
    place.write("log", format!("x {one}\n{two}\n  y {one} {two}\n"));
    let decoded = place.json(0, &["decode", "log"]);
    for (n, token) in decoded["tokens"].as_array().unwrap().iter().enumerate() {
        let number = (n + 1).to_string();
        let judged = place.json(0, &verify(&["--nth", &number, "log"]));
        assert_eq!(judged["payload"], token["claims"], "{number}");
    }
    assert_eq!(decoded["tokens"][2]["source"]["column"], 5);
    assert_eq!(
        place.json(0, &verify(&["--line", "2", "log"]))["payload"]["sub"],
        "bob"
    );
    let line = place.json(0, &verify(&["--line", "3", "log"]));
    let places: Vec<&Value> = line["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["source"]["line"])
        .collect();
    assert_eq!(places, [3, 3]);
    let ran = place.run(&verify(&["--nth", "5", "log"]));
    assert!(
        ran.err.contains("it holds 4 (lines 1, 2, 3)"),
        "{}",
        ran.err
    );
}

#[test]
fn a_token_that_holds_another_is_judged_as_before_with_the_other_beside_it() {
    let place = Place::new();
    place.key("key.json", "ES256").key("other.json", "ES256");
    let inner = place.run_with(
        json!({ "sub": "bob" }).to_string(),
        &["sign", "--key", "other.json"],
    );
    let outer = signed(
        &place,
        &json!({ "sub": "alice", "assertion": inner.out.trim() }),
    );
    let document = place.json_with(outer.clone(), 0, &verify(&[]));
    assert_eq!(document["verified"], true);
    assert_eq!(document["payload"]["sub"], "alice");
    assert_eq!(document["inside"][0]["claim"], "/assertion");
    assert_eq!(document["inside"][0]["verified"], false);
    let decoded = place.json_with(outer, 0, &["decode"]);
    assert_eq!(decoded["tokens"][1]["claims"]["sub"], "bob");
}

/// Every text of the corpus of captures and reports.
fn corpus(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let end = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        if path.is_dir() {
            corpus(&path, all);
        } else if !matches!(end, "md" | "toml" | "pem" | "p12" | "p8" | "") {
            all.push(path);
        }
    }
}

/// What is known of a token wherever it is listed: its place.
fn place_of(source: &Value) -> (Value, Value) {
    (source["line"].clone(), source["column"].clone())
}

#[test]
fn what_decode_finds_is_what_the_others_judge() {
    let place = Place::new();
    place.key("none.json", "ES256");
    let mut files = Vec::new();
    corpus(&root().join("tests/corpus"), &mut files);
    assert!(files.len() > 50);
    let wrong: Vec<String> = crate::frozen::each(&files, |file| disagreements(&place, file))
        .into_iter()
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the other commands see other tokens in a file than `decode`.
fn disagreements(place: &Place, file: &Path) -> Vec<String> {
    let name = file.to_str().unwrap();
    let read = |arguments: &[&str]| -> Value {
        let ran = place.run(&[&["--json"][..], arguments].concat());
        serde_json::from_str(&ran.out).unwrap_or(Value::Null)
    };
    let decoded = read(&["decode", name]);
    let tokens: Vec<Value> = decoded["tokens"].as_array().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    if tokens.is_empty() {
        return wrong;
    }
    // Every one that decode numbers can be picked, and says the same.
    let places: BTreeSet<String> = tokens
        .iter()
        .map(|t| format!("{:?}", place_of(&t["source"])))
        .collect();
    for (n, token) in tokens.iter().enumerate().take(12) {
        let number = (n + 1).to_string();
        let judged = read(&["verify", "--nth", &number, name]);
        let plain = token["claims"].is_object() && token["claims"].get("_sd_alg").is_none();
        let sd = token.get("disclosed").is_some();
        let encrypted = token["form"] == "jwe";
        if plain && !sd && !encrypted && judged["payload"] != token["claims"] {
            wrong.push(format!(
                "{name}: token {number}: verify reads {}",
                judged["payload"]
            ));
        }
        if encrypted {
            let opened = read(&["decrypt", "--key", "none.json", "--nth", &number, name]);
            if opened["header"] != token["header"] {
                wrong.push(format!(
                    "{name}: token {number}: decrypt reads {}",
                    opened["header"]
                ));
            }
        }
    }
    let judged = read(&["verify", name]);
    for listed in judged["tokens"].as_array().into_iter().flatten() {
        if !places.contains(&format!("{:?}", place_of(&listed["source"]))) {
            wrong.push(format!("{name}: verify lists {}", listed["source"]));
        }
    }
    let linted = read(&["lint", "--at", NOW, name]);
    for hop in linted["findings"].as_array().into_iter().flatten() {
        let Some(hop) = hop["hop"].as_str().and_then(|hop| hop.strip_prefix(name)) else {
            continue;
        };
        let mut numbers = hop.split([':', ' ']).skip(1).map(str::parse::<u64>);
        let (Some(Ok(line)), Some(Ok(column))) = (numbers.next(), numbers.next()) else {
            continue;
        };
        if !places.contains(&format!("{:?}", (json!(line), json!(column)))) {
            wrong.push(format!("{name}: lint finds something at {line}:{column}"));
        }
    }
    wrong
}
