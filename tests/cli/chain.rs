//! `chain run` and `chain list`: real exchanges with the practice server that the command starts.

use serde_json::Value;

use crate::harness::{Place, members};

fn hop<'a>(document: &'a Value, name: &str) -> &'a Value {
    document["hops"]
        .as_array()
        .unwrap()
        .iter()
        .find(|hop| hop["name"] == name)
        .unwrap_or_else(|| panic!("no hop {name}"))
}

#[test]
fn the_samples_are_listed() {
    let place = Place::new();
    let document = place.json(0, &["chain", "list"]);
    let names: Vec<&Value> = document["chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["name"])
        .collect();
    assert_eq!(names, ["sample", "sample-risky", "sample-dpop"]);
    let ran = place.run(&["chain", "list"]);
    assert!(ran.out.starts_with("sample "), "{}", ran.out);
}

#[test]
fn the_sample_runs_and_passes() {
    let place = Place::new();
    let document = place.json(0, &["chain", "run", "--junit", "junit.xml", "sample"]);
    for member in ["hops", "findings", "passed"] {
        assert!(document.get(member).is_some(), "{member}");
    }
    assert_eq!(document["passed"], true, "{document:#}");
    for hop in document["hops"].as_array().unwrap() {
        for member in [
            "name",
            "state",
            "request",
            "response",
            "token",
            "millis",
            "expectations",
        ] {
            assert!(hop.get(member).is_some(), "{member}");
        }
        assert_eq!(hop["state"], "done", "{hop:#}");
        for expectation in hop["expectations"].as_array().unwrap() {
            assert_eq!(members(expectation), ["expect", "held"]);
            assert_eq!(expectation["held"], true, "{hop:#}");
        }
    }
    // The last token says who acts for whom, and decodes outside as well.
    let token = hop(&document, "pay")["token"].as_str().unwrap().to_owned();
    let decoded = place.json_with(token, 0, &["decode"]);
    let principal = &decoded["tokens"][0]["principal"];
    assert_eq!(principal["subject"], "alice");
    assert_eq!(
        principal["actors"],
        serde_json::json!(["payments-agent", "researcher", "planner"])
    );
    assert_eq!(hop(&document, "call")["response"]["status"], 200);

    let junit = place.read("junit.xml");
    let parsed = roxmltree(&junit);
    assert_eq!(
        parsed.matches("<testcase ").count(),
        document["hops"].as_array().unwrap().len()
    );
    assert!(junit.contains("failures=\"0\""), "{junit}");
}

/// The text, if it is well-formed XML.
fn roxmltree(text: &str) -> &str {
    resvg::usvg::roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    text
}

#[test]
fn nothing_secret_is_in_the_output() {
    let place = Place::new();
    let document = place.json(0, &["chain", "run", "sample"]);
    let text = document.to_string();
    let mut hidden = 0;
    for hop in document["hops"].as_array().unwrap() {
        for field in hop["request"]["form"].as_array().into_iter().flatten() {
            let name = field["name"].as_str().unwrap();
            if ["client_assertion", "client_secret", "code_verifier"].contains(&name) {
                assert_eq!(field["value"], "…", "{name}");
                hidden += 1;
            }
        }
    }
    assert!(hidden >= 3, "only {hidden} secret fields were seen");
    assert!(!text.contains("\"d\":"), "a private key is in the output");
}

#[test]
fn the_bound_sample_passes_and_tells_the_keys() {
    let place = Place::new();
    let document = place.json(0, &["chain", "run", "sample-dpop"]);
    assert_eq!(document["passed"], true, "{document:#}");
    assert_eq!(document["findings"], serde_json::json!([]));
    let proved = |name: &str| hop(&document, name)["proved_key"].clone();
    assert_eq!(proved("planner-token"), proved("plan"));
    assert_ne!(proved("plan"), proved("research"));
    assert_eq!(proved("as-bearer"), Value::Null);
    let headers = hop(&document, "call")["request"]["headers"].clone();
    let proof = headers
        .as_array()
        .unwrap()
        .iter()
        .find(|h| h["name"] == "DPoP");
    let proof = proof.unwrap()["value"].as_str().unwrap();
    let decoded = place.json_with(proof.to_owned(), 0, &["decode"]);
    assert_eq!(decoded["tokens"][0]["kind"], "dpop_proof");
    for thief in ["as-bearer", "other-key"] {
        assert_eq!(hop(&document, thief)["response"]["status"], 401, "{thief}");
        assert_eq!(hop(&document, thief)["state"], "done", "{thief}");
    }
    let ran = place.run(&["chain", "run", "sample-dpop"]);
    assert!(
        ran.out.contains("bound") && ran.out.contains("to the key jkt:"),
        "{}",
        ran.out
    );
    assert!(!document.to_string().contains("\"d\":"), "a private key");
}

#[test]
fn a_key_for_proofs_is_given_by_file_under_the_name_that_the_chain_gives_it() {
    let place = Place::new();
    place.key("mine.jwk", "ES256").key("rsa.jwk", "PS256");
    let sample = include_str!("../../assets/chains/sample-dpop.toml");
    let named = sample.replacen("dpop = \"generated\"", "dpop = \"key:agent\"", 1);
    assert_ne!(named, sample);
    place.write("named.toml", named);
    // Without the key the node says which one it wants.
    let without = place.json(3, &["chain", "run", "named.toml"]);
    assert!(without.to_string().contains("no key agent"), "{without:#}");
    for file in ["mine.jwk", "rsa.jwk"] {
        let given = format!("agent={file}");
        let run = ["chain", "run", "--proof-key", &given, "named.toml"];
        let document = place.json(0, &run);
        let thumbprint = place.run(&["keys", "thumbprint", file]).out;
        let first = &document["hops"][0];
        assert_eq!(first["proved_key"], thumbprint.trim(), "{first:#}");
        assert!(!document.to_string().contains("\"d\":"), "a private key");
    }
    let public = place.run(&["keys", "convert", "--to", "public", "mine.jwk"]);
    place.write("public.jwk", public.out);
    for (given, words) in [
        ("other=mine.jwk", "they name agent"),
        ("agent=public.jwk", "public key"),
        ("mine.jwk", "NAME=FILE"),
    ] {
        let ran = place.run(&["chain", "run", "--proof-key", given, "named.toml"]);
        assert_eq!(ran.status, 2, "{given}: {}", ran.out);
        assert!(ran.err.contains(words), "{given}: {}", ran.err);
    }
}

#[test]
fn the_risky_sample_shows_its_risks() {
    let place = Place::new();
    let ran = place.run(&["--json", "chain", "run", "sample-risky"]);
    let document: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err));
    let severe = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["severity"] == "high" || f["severity"] == "critical")
        .count();
    assert!(severe > 0, "{document:#}");
    assert_eq!(ran.status, i32::from(document["passed"] == false));
}

#[test]
fn a_broken_expectation_is_status_1_and_in_the_junit_file() {
    let place = Place::new();
    let sample = include_str!("../../assets/chains/sample.toml");
    let broken = sample.replacen("{ subject = \"alice\" }", "{ subject = \"bob\" }", 1);
    assert_ne!(broken, sample);
    place.write("broken.toml", broken);
    let document = place.json(1, &["chain", "run", "--junit", "out.xml", "broken.toml"]);
    assert_eq!(document["passed"], false);
    let first = hop(&document, "alice");
    assert!(
        first["expectations"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["expect"]["subject"] == "bob" && e["held"] == false),
        "{first:#}"
    );
    let junit = place.read("out.xml");
    roxmltree(&junit);
    assert!(
        junit.contains("<failure ") && junit.contains("subject is bob"),
        "{junit}"
    );
}

#[test]
fn a_refusal_says_what_the_server_said_and_what_to_try() {
    let place = Place::new();
    let mut asking: toml::Table = include_str!("../../assets/chains/sample.toml")
        .parse()
        .unwrap();
    let research = asking["node"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|node| node["id"].as_str() == Some("research"))
        .unwrap();
    research["scope"] = vec!["documents:write"].into();
    place.write("asking.toml", asking.to_string());
    let document = place.json(1, &["chain", "run", "asking.toml"]);
    let refused = hop(&document, "research");
    assert_eq!(refused["state"], "failed", "{refused:#}");
    assert_eq!(refused["failure"]["error"], "invalid_scope", "{refused:#}");
    assert!(!refused["failure"]["said"].as_str().unwrap().is_empty());
    assert!(!refused["failure"]["try"].as_str().unwrap().is_empty());
    assert_eq!(hop(&document, "pay")["token"], Value::Null);
    let ran = place.run(&["chain", "run", "asking.toml"]);
    assert!(
        ran.out.contains("invalid_scope") && ran.out.ends_with("Failed.\n"),
        "{}",
        ran.out
    );
}

#[test]
fn reports_are_written_for_people() {
    let place = Place::new();
    let ran = place.run(&["chain", "run", "--report", "run.html", "sample"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let page = place.read("run.html");
    assert!(
        page.starts_with("<!doctype html>") && page.contains("Sample chain"),
        "{page}"
    );
    assert!(
        !page.contains("http://") || !page.contains("<script"),
        "{page}"
    );
    let ran = place.run(&["chain", "run", "--report", "run.md", "sample"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(place.read("run.md").starts_with("# Sample chain\n"));
}

#[test]
fn a_file_that_is_no_chain_says_where() {
    let place = Place::new();
    place
        .write("a.toml", "version = 1\nname = \"x\"\n[[node]]\nid = 3\n")
        .write("b.toml", "version = 99\nname = \"x\"\n")
        .write("loop.toml", "version = 1\nname = \"x\"\n[[node]]\nid = \"a\"\nkind = \"call\"\ntoken = \"b\"\nurl = \"payments-api\"\n");
    for (name, word) in [("a.toml", "id"), ("b.toml", "version"), ("loop.toml", "b")] {
        let ran = place.run(&["chain", "run", name]);
        assert_eq!(ran.status, 3, "{name}: {}", ran.out);
        assert!(
            ran.err.contains(name) && ran.err.contains(word),
            "{name}: {}",
            ran.err
        );
    }
}

#[test]
fn a_chain_waits_and_hands_the_token_on() {
    let place = Place::new();
    place.write(
        "waits.toml",
        "version = 1\nname = \"waits\"\n\
         [[node]]\nid = \"alice\"\nkind = \"sign_in\"\nuser = \"alice\"\naudience = [\"planner\"]\n\
         [[node]]\nid = \"planner-token\"\nkind = \"client_credentials\"\nclient = \"planner\"\n\
         [[node]]\nid = \"queue\"\nkind = \"wait\"\ntoken = \"alice\"\nwait = \"1s\"\n\
         expect = [{ subject = \"alice\" }]\n\
         [[node]]\nid = \"plan\"\nkind = \"exchange\"\nclient = \"planner\"\nsubject = \"queue\"\nactor = \"planner-token\"\n",
    );
    let document = place.json(0, &["chain", "run", "waits.toml"]);
    assert_eq!(document["passed"], true, "{document:#}");
    let (queue, alice) = (hop(&document, "queue"), hop(&document, "alice"));
    assert_eq!(queue["state"], "done");
    assert_eq!(queue["title"], "Wait");
    assert_eq!(queue["token"], alice["token"]);
    assert_eq!(queue["request"], Value::Null);
    let millis = queue["millis"].as_u64().unwrap();
    assert!((1_000..30_000).contains(&millis), "{millis}");
    for finding in document["findings"].as_array().unwrap() {
        assert_ne!(finding["node"], "queue", "{finding:#}");
    }

    place.write(
        "long.toml",
        place
            .read("waits.toml")
            .replace("wait = \"1s\"", "wait = \"2h\""),
    );
    let ran = place.run(&["chain", "run", "long.toml"]);
    assert!(
        ran.err
            .contains("node `queue`: `2h` is too long: a chain waits 1h at most at one node"),
        "{}",
        ran.err
    );
}
