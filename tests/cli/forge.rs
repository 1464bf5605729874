//! `forge`: what scripts rely on.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    harness::{NOW, Place, delegated, members},
    practice::Served,
};

/// A place with a key, its public part, and a token in `token`.
fn place(alg: &str) -> Place {
    let place = Place::new();
    place.key("key", alg);
    let token = place.sign("key", &delegated());
    place.write("token", token);
    if alg.starts_with("HS") {
        return place;
    }
    let public = place.run(&["keys", "convert", "--to", "public", "key"]);
    assert_eq!(public.status, 0, "{}", public.err);
    place.write("public", public.out);
    place
}

fn forgeries(document: &Value) -> &Vec<Value> {
    assert_eq!(members(document), ["forgeries"]);
    document["forgeries"].as_array().unwrap()
}

#[test]
fn the_list_has_every_forgery_with_its_source() {
    let place = Place::new();
    let document = place.json(0, &["forge", "--list"]);
    let all = forgeries(&document);
    assert!(all.len() > 200, "{}", all.len());
    let mut families = BTreeSet::new();
    for forgery in all {
        let has = members(forgery);
        for member in ["name", "family", "token", "expected", "source", "means"] {
            assert!(has.contains(&member), "{forgery}");
        }
        assert!(["reject", "either"].contains(&forgery["expected"].as_str().unwrap()));
        families.insert(forgery["family"].as_str().unwrap());
    }
    assert_eq!(families.len(), 21);
    let text = place.run(&["forge", "--list"]).out;
    for forgery in all {
        assert!(text.contains(forgery["name"].as_str().unwrap()));
    }
    let only = place.json(0, &["forge", "--list", "--only", "alg-none"]);
    assert!(forgeries(&only).iter().all(|f| f["family"] == "alg-none"));
}

#[test]
fn one_forgery_goes_to_standard_output_and_is_refused_by_verify() {
    let place = place("ES256");
    for name in [
        "alg-none",
        "jwk-own",
        "hmac-public-pem",
        "kid-sql",
        "exp-removed",
    ] {
        let ran = place.run(&["--at", NOW, "forge", name, "--key", "public", "token"]);
        assert_eq!(ran.status, 0, "{name}: {}", ran.err);
        let verdict = place.json_with(
            ran.out.clone(),
            1,
            &["--at", NOW, "verify", "--key", "public", "-"],
        );
        assert_eq!(verdict["verified"], false, "{name}");
        let document = place.json(0, &["--at", NOW, "forge", name, "--key", "public", "token"]);
        let one = &forgeries(&document)[0];
        assert_eq!(
            (one["name"].as_str(), one["expected"].as_str()),
            (Some(name), Some("reject"))
        );
        assert!(one["token"].as_str().unwrap().len() > 40);
    }
    let token = place.read("token");
    let ran = place.run_with(token.clone(), &["forge", "signature-empty"]);
    assert_eq!(
        ran.out.trim(),
        format!("{}.", token.rsplit_once('.').unwrap().0)
    );
}

#[test]
fn the_issuers_key_makes_the_change_alone_wrong() {
    let place = place("RS256");
    let forged = |key: &str| {
        let arguments = ["--at", NOW, "forge", "aud-other", "--key", key, "token"];
        forgeries(&place.json(0, &arguments))[0].clone()
    };
    assert_eq!(forged("public")["signed"], "kept");
    let own = forged("key");
    assert_eq!(own["signed"], "issuer");
    let token = own["token"].as_str().unwrap();
    let verdict = place.json_with(token, 0, &["--at", NOW, "verify", "--key", "public", "-"]);
    assert_eq!(verdict["payload"]["aud"], "https://other.example");
}

#[test]
fn all_are_made_or_say_why_not() {
    let place = place("ES256");
    let document = place.json(0, &["--at", NOW, "forge", "--all", "--key", "key", "token"]);
    let all = forgeries(&document);
    assert_eq!(
        all.len(),
        forgeries(&place.json(0, &["forge", "--list"])).len()
    );
    let mut made = 0;
    for forgery in all {
        match forgery["token"].as_str() {
            Some(token) => {
                made += 1;
                assert_ne!(token, place.read("token").trim(), "{forgery}");
            }
            None => assert!(forgery["why"].as_str().unwrap().len() > 10, "{forgery}"),
        }
    }
    assert!(made > 180, "{made}");
    let text = place.run(&["forge", "--all", "--only", "signature", "token"]);
    assert_eq!(text.status, 0);
    assert!(text.out.lines().all(|l| l.split('\t').count() == 2));
}

#[test]
fn forgeries_are_stacked() {
    let place = place("ES256");
    let ran = place.run(&["forge", "alg-none+sub-other", "token"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let decoded = place.json_with(ran.out, 0, &["decode", "-"]);
    let token = &decoded["tokens"][0];
    assert_eq!(token["header"]["alg"], "none");
    assert_eq!(token["claims"]["sub"], "admin");
}

#[test]
fn mistakes_say_what_to_do() {
    let place = place("ES256");
    for (arguments, status, word) in [
        (&["forge", "token"][..], 2, "--list"),
        (&["forge", "alg-nope", "token"], 2, "alg-none"),
        (
            &["forge", "--all", "--only", "nothing", "token"],
            2,
            "no forgery",
        ),
        (&["forge"], 2, "--all"),
        (&["forge", "rsa-leading-zero", "token"], 3, "ES256"),
        (&["forge", "hmac-public-pem", "token"], 3, "public key"),
        (&["forge", "alg-none", "missing"], 3, "missing"),
        (&["forge", "--crack", "token"], 3, "ES256"),
        (
            &["forge", "--fire", "https://api.example/x", "token"],
            2,
            "api.example:443",
        ),
        (
            &["forge", "--fire", "https://api.example/x", "token"],
            2,
            "--yes",
        ),
        (
            &[
                "forge",
                "--fire",
                "http://127.0.0.1:9/",
                "--method",
                "LOOK",
                "token",
            ],
            2,
            "LOOK",
        ),
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn a_sound_server_passes_and_a_faulty_one_shows_what_it_lets_in() {
    let place = Place::new();
    for (fault, expected) in [
        (None, json!([])),
        (
            Some("alg-none-accepted"),
            json!([
                "alg-none",
                "alg-none-capital",
                "alg-none-upper",
                "alg-none-mixed",
                "alg-none-signature-kept",
                "alg-none-capital-signature-kept",
                "alg-none-upper-signature-kept",
                "alg-none-mixed-signature-kept",
            ]),
        ),
    ] {
        let faults: Vec<&str> = fault.into_iter().flat_map(|f| ["--fault", f]).collect();
        let served = Served::start(&faults);
        place.write("token", served.token());
        let issuer = served.ready["issuer"].as_str().unwrap();
        let url = format!("{issuer}/resources/accounts-api");
        let jwks = format!("{issuer}/jwks");
        let arguments = [
            "forge",
            "--fire",
            &url,
            "--jwks",
            &jwks,
            "--rate",
            "200",
            "--report",
            "report.md",
            "--junit",
            "junit.xml",
            "--sarif",
            "log.sarif",
            "token",
        ];
        let status = i32::from(fault.is_some());
        let document = place.json(status, &arguments);
        assert_eq!(document["void"], Value::Null, "{document:#}");
        assert_eq!(document["passed"], fault.is_none());
        let results = document["results"].as_array().unwrap();
        let accepted: Vec<&Value> = results
            .iter()
            .filter(|r| r["verdict"] == "accepted")
            .map(|r| &r["name"])
            .collect();
        assert_eq!(json!(accepted), expected);
        let controls = results
            .iter()
            .filter(|r| r["verdict"] == "control_accepted");
        assert_eq!(controls.count(), 2);
        assert!(document["counts"]["refused"].as_u64().unwrap() > 150);

        let log: Value = serde_json::from_str(&place.read("log.sarif")).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let failures = log["runs"][0]["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|r| r["level"] == "error")
            .count();
        assert_eq!(failures, accepted.len());
        let report = place.read("report.md");
        assert_eq!(
            report.contains("### none, no signature (`alg-none`)"),
            fault.is_some()
        );
        assert!(
            !report.contains(place.read("token").trim()),
            "no token in a report"
        );
        let junit = place.read("junit.xml");
        assert!(
            junit.contains(&format!("failures=\"{}\"", accepted.len())),
            "{junit}"
        );
        assert!(
            !junit.contains(&place.read("token")),
            "no token in a report"
        );
    }
}

#[test]
fn a_failed_control_makes_the_result_void() {
    let place = place("ES256");
    let served = Served::start(&[]);
    let url = format!(
        "{}/resources/accounts-api",
        served.ready["issuer"].as_str().unwrap()
    );
    let document = place.json(1, &["forge", "--fire", &url, "token"]);
    assert!(
        document["void"].as_str().unwrap().contains("401"),
        "{document:#}"
    );
    assert_eq!(document["results"].as_array().unwrap().len(), 1);
    let document = place.json(1, &["forge", "--fire", "http://127.0.0.1:9/", "token"]);
    assert!(
        document["void"]
            .as_str()
            .unwrap()
            .contains("could not be sent")
    );
}

#[test]
fn weak_secrets_are_found() {
    let place = Place::new();
    let sign = |secret: &str| {
        place.write("secret", secret);
        let ran = place.run_with(
            delegated().to_string(),
            &["sign", "--secret-file", "secret"],
        );
        assert_eq!(ran.status, 0, "{}", ran.err);
        place.write("token", ran.out);
    };
    sign("changeme");
    let document = place.json(1, &["forge", "--crack", "token"]);
    assert_eq!(document["found"], true);
    assert_eq!(document["word"], "changeme");
    sign("a-word-of-no-small-list-1");
    let document = place.json(0, &["forge", "--crack", "token"]);
    assert_eq!(document["found"], false);
    assert!(document["tried"].as_u64().unwrap() > 300);
    place.write("words", "one\ntwo\na-word-of-no-small-list-1\n");
    let document = place.json(1, &["forge", "--crack", "--wordlist", "words", "token"]);
    assert_eq!(document["word"], "a-word-of-no-small-list-1");
    let document = place.json(3, &["forge", "--crack", "--wordlist", "none", "token"]);
    assert_eq!(members(&document), ["error"]);
}

#[test]
fn a_bound_token_is_fired_with_proofs_of_its_key() {
    let place = Place::new();
    place.key("holder.jwk", "ES256");
    let key = delegraph::jose::pem::read(&place.read("holder.jwk"))
        .unwrap()
        .remove(0);
    let fire = |served: &Served, status: i32| {
        place.write("bound", served.bound_token(&key));
        let url = served.ready["resources"][0]["url"].as_str().unwrap();
        let arguments = [
            "forge",
            "--fire",
            url,
            "--proof-key",
            "holder.jwk",
            "--only",
            "dpop",
            "--rate",
            "200",
            "bound",
        ];
        place.json(status, &arguments)
    };
    let accepted = |document: &Value| -> Vec<String> {
        let rows = document["results"].as_array().unwrap().iter();
        rows.filter(|r| r["verdict"] == "accepted")
            .map(|r| r["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let sound = fire(&Served::start(&[]), 0);
    assert_eq!(sound["void"], Value::Null, "{sound:#}");
    assert_eq!(accepted(&sound), Vec::<String>::new());
    assert_eq!(sound["counts"]["refused"], 25, "{sound:#}");
    assert_eq!(sound["counts"]["noted"], 2);
    let lax = fire(&Served::start(&["--fault", "dpop-ath-ignored"]), 1);
    assert_eq!(accepted(&lax), ["dpop-ath", "dpop-no-ath"]);
    // Without the key the control fails, and nothing is concluded.
    let served = Served::start(&[]);
    place.write("bound", served.bound_token(&key));
    let url = served.ready["resources"][0]["url"].as_str().unwrap();
    let keyless = place.json(1, &["forge", "--fire", url, "--only", "dpop", "bound"]);
    let void = keyless["void"].as_str().unwrap();
    assert!(void.contains("401"), "{void}");
}

#[test]
fn forged_key_pointers_lead_to_the_testers_address() {
    let place = place("ES256");
    let header = |arguments: &[&str]| {
        let ran = place.run(arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
        let decoded = place.json_with(ran.out, 0, &["decode", "--json", "-"]);
        decoded["tokens"][0]["header"]["jku"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let url = "https://me.example:8443/x/";
    let own = header(&["forge", "jku-own", "--callback", url, "token"]);
    assert_eq!(own, "https://me.example:8443/x/jwks.json");
    let usual = header(&["forge", "jku-own", "token"]);
    assert!(!usual.contains("me.example"), "{usual}");
    let bad = place.run(&["forge", "jku-own", "--callback", "me.example", "token"]);
    assert_eq!(bad.status, 2);
    assert!(bad.err.contains("--callback"), "{}", bad.err);
}
