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

#[test]
fn what_decode_finds_is_what_verify_judges() {
    let place = Place::new();
    let mut files = Vec::new();
    corpus(&root().join("tests/corpus"), &mut files);
    assert!(files.len() > 50);
    // What an SD-JWT discloses stands in its payload once it is verified.
    let claims = |tokens: Vec<&Value>, member: &str| -> BTreeSet<String> {
        let all = tokens.iter().map(|token| &token[member]);
        all.filter(|claims| claims.is_object() && claims.get("_sd_alg").is_none())
            .map(ToString::to_string)
            .collect()
    };
    for file in files {
        let name = file.to_str().unwrap();
        let decoded = place.run(&["--json", "decode", name]);
        let decoded: Value = serde_json::from_str(&decoded.out).unwrap();
        let tokens: Vec<&Value> = decoded["tokens"].as_array().unwrap().iter().collect();
        if tokens.is_empty() || tokens.iter().any(|t| t["form"] == "jwe") {
            continue;
        }
        let judged = place.run(&["--json", "verify", name]);
        let judged: Value = serde_json::from_str(&judged.out).unwrap();
        let each = match judged["tokens"].as_array() {
            Some(all) => all.iter().collect(),
            None => vec![&judged],
        };
        let (found, judged) = (claims(tokens, "claims"), claims(each, "payload"));
        assert!(found.is_subset(&judged), "{name}: {found:?} {judged:?}");
    }
}
