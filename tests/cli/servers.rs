//! Chain files that bring their servers: secrets by reference, what cannot be done, what is mistyped.

use serde_json::Value;

use crate::{
    harness::{NOW, Place, delegated},
    keep::root,
    practice::Served,
};

/// A chain of one node that the client `reporter` asks a token for, with `client` as its table.
fn chain(issuer: &str, server: &str, client: &str) -> String {
    format!(
        "version = 1\nname = \"mine\"\n\n[[server]]\nname = \"corp\"\nissuer = \"{issuer}\"\n{server}\n\
         [[server.client]]\nclient_id = \"reporter\"\n{client}\n\
         [[node]]\nid = \"report\"\nkind = \"client_credentials\"\nserver = \"corp\"\nclient = \"reporter\"\n\
         scope = [\"accounts:read\"]\nexpect = [{{ subject = \"reporter\" }}]\n"
    )
}

fn credential<'a>(served: &'a Served, client: &str, member: &str) -> &'a Value {
    let clients = served.ready["clients"].as_array().unwrap();
    let found = clients.iter().find(|c| c["client_id"] == client).unwrap();
    &found[member]
}

#[test]
fn a_chain_brings_its_servers_and_reads_secrets_where_they_stand() {
    let served = Served::start(&[]);
    let issuer = served.ready["issuer"].as_str().unwrap();
    let place = Place::new();
    let secret = credential(&served, "reporter", "client_secret");
    std::fs::create_dir(place.path("chains")).unwrap();
    place.write("chains/secret", format!("{}\n", secret.as_str().unwrap()));
    place.write("elsewhere", secret.as_str().unwrap());
    // Relative paths count from the folder of the chain.
    place.write(
        "chains/a.toml",
        chain(issuer, "", "secret = \"file:secret\""),
    );
    let document = place.json(0, &["chain", "run", "chains/a.toml"]);
    assert_eq!(document["passed"], true, "{document:#}");
    assert!(!document.to_string().contains(secret.as_str().unwrap()));

    // Without metadata.
    let by_hand = format!("token_endpoint = \"{issuer}/token\"\njwks_uri = \"{issuer}/jwks\"");
    let text = chain(issuer, &by_hand, "method = \"client_secret_basic\"");
    place.write("b.toml", text);
    let given = [
        "chain",
        "run",
        "--secret",
        "reporter=file:elsewhere",
        "b.toml",
    ];
    let document = place.json(0, &given);
    assert_eq!(document["passed"], true, "{document:#}");

    // A key, and an assertion for the token endpoint.
    place.write(
        "planner.jwk",
        credential(&served, "planner", "jwk").to_string(),
    );
    let text = chain(issuer, "", "key = \"planner.jwk\"").replace("reporter", "planner");
    let text = text.replace("scope = [\"accounts:read\"]\n", "");
    place.write("c.toml", &text);
    let document = place.json(0, &["chain", "run", "c.toml"]);
    assert_eq!(document["passed"], true, "{document:#}");
    let other = text.replace("key = ", "assertion_audience = \"token_endpoint\"\nkey = ");
    place.write("d.toml", other);
    let ran = place.run(&["--json", "chain", "run", "d.toml"]);
    assert!(ran.status <= 1, "{}{}", ran.out, ran.err);
}

#[test]
fn a_secret_in_clear_is_taken_and_warned_of() {
    let served = Served::start(&[]);
    let issuer = served.ready["issuer"].as_str().unwrap();
    let secret = credential(&served, "reporter", "client_secret")
        .as_str()
        .unwrap();
    let place = Place::new();
    place.write(
        "a.toml",
        chain(issuer, "", &format!("secret = \"{secret}\"")),
    );
    let ran = place.run(&["chain", "run", "a.toml"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("in clear"), "{}", ran.err);
    assert!(!ran.err.contains(secret), "{}", ran.err);
}

#[test]
fn what_could_not_be_done_is_no_verdict_on_the_chain() {
    let place = Place::new();
    let down = chain("http://127.0.0.1:9", "", "secret = \"env:PATH\"");
    place.write("down.toml", &down);
    let document = place.json(3, &["chain", "run", "--junit", "j.xml", "down.toml"]);
    assert_eq!(document["hops"][0]["state"], "failed", "{document:#}");
    let junit = place.read("j.xml");
    assert!(junit.contains("errors=\"1\""), "{junit}");
    assert!(junit.contains("<error type=\"unreachable\""), "{junit}");

    // A server without metadata that is down.
    let by_hand = "token_endpoint = \"http://127.0.0.1:9/token\"";
    place.write(
        "hand.toml",
        chain("http://127.0.0.1:9", by_hand, "secret = \"env:PATH\""),
    );
    place.json(3, &["chain", "run", "--junit", "j.xml", "hand.toml"]);
    assert!(place.read("j.xml").contains("<error"));

    let served = Served::start(&[]);
    let issuer = served.ready["issuer"].as_str().unwrap();
    for at in ["env:NOBODY_SETS_THIS", "file:nowhere"] {
        place.write("a.toml", chain(issuer, "", &format!("secret = \"{at}\"")));
        let ran = place.run(&["chain", "run", "--junit", "j.xml", "a.toml"]);
        assert_eq!(ran.status, 3, "{}{}", ran.out, ran.err);
        let named = at.split_once(':').unwrap().1;
        assert!(ran.err.contains(named), "{}", ran.err);
        assert!(place.read("j.xml").contains("<error type=\"setup\""));
    }
    // Refused by the server: the chain is broken.
    place.write("wrong", "wrong");
    place.write("a.toml", chain(issuer, "", "secret = \"file:wrong\""));
    place.json(1, &["chain", "run", "--junit", "j.xml", "a.toml"]);
    assert!(place.read("j.xml").contains("errors=\"0\""));
    // No such file, and mistakes on the command line.
    place.json(3, &["chain", "run", "none.toml"]);
    place.json(2, &["chain", "run", "--secret", "other=env:A", "a.toml"]);
    let in_clear = place.run(&["chain", "run", "--secret", "reporter=hunter2", "a.toml"]);
    assert_eq!(in_clear.status, 2, "{}", in_clear.err);
    assert!(!in_clear.err.contains("hunter2"), "{}", in_clear.err);
}

#[test]
fn mistyped_members_are_refused_with_their_line_and_the_nearest_name() {
    let place = Place::new();
    let good = chain("https://as.example", "", "secret = \"env:A\"");
    for (from, to, line, meant) in [
        ("issuer", "isuer", 6, "issuer"),
        ("client_id", "clientid", 9, "client_id"),
        ("secret", "sercet", 10, "secret"),
    ] {
        place.write("a.toml", good.replacen(from, to, 1));
        let ran = place.run(&["chain", "run", "a.toml"]);
        assert_eq!(ran.status, 3, "{}", ran.err);
        let (place, near) = (format!("line {line}"), format!("did you mean `{meant}`"));
        let said = &ran.err;
        // A table that lacks what it needs may say that first.
        assert!(said.contains(&place) || said.contains("has no `"), "{said}");
        assert!(said.contains(&near) || said.contains(meant), "{said}");
    }
    for client in [
        "secret = \"env:\"",
        "method = \"client_secret\"",
        "method = \"none\"\nsecret = \"env:A\"",
        "assertion_audience = \"both\"",
    ] {
        place.write("a.toml", chain("https://as.example", "", client));
        let ran = place.run(&["chain", "run", "a.toml"]);
        assert_eq!(ran.status, 3, "{client}");
        assert!(
            ran.err.contains("line 10") || ran.err.contains("line 11"),
            "{}",
            ran.err
        );
    }
    place.write("w.toml", "version = 2\nname = \"w\"\n[[server]]\nid = \"s1\"\nname = \"x\"\nissuer = \"https://x\"\nclients = []\n");
    let ran = place.run(&["chain", "run", "--workspace", "w.toml", "sample"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.err.contains("line 7"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `client`"), "{}", ran.err);
}

#[test]
fn a_token_is_pasted_from_a_file_and_its_subject_is_compared_with_anothers() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &delegated());
    place.write("alice.jwt", format!("{token}\n"));
    place.write("log", format!("Authorization: Bearer {token}\n"));
    let chain = |expected: &str| {
        format!(
            "version = 1\nname = \"p\"\n[[node]]\nid = \"first\"\nkind = \"paste\"\ntoken = \"file:log\"\n\
             expect = [{{ subject = \"{expected}\" }}]\n\
             [[node]]\nid = \"second\"\nkind = \"paste\"\ntoken = \"file:alice.jwt\"\n"
        )
    };
    let run = ["--at", NOW, "chain", "run", "p.toml"];
    for (expected, status) in [
        ("subject of second", 0),
        ("alice", 0),
        ("bob", 1),
        ("subject of third", 3),
        ("subject of first", 3),
    ] {
        place.write("p.toml", chain(expected));
        let ran = place.run(&run);
        assert_eq!(ran.status, status, "{expected}: {}{}", ran.out, ran.err);
    }
    place.write(
        "p.toml",
        chain("alice").replace("file:log", "env:NOBODY_SETS_THIS"),
    );
    assert_eq!(place.run(&run).status, 3);
}

#[test]
fn the_documented_example_is_one() {
    let page = std::fs::read_to_string(root().join("docs/reference/chain-file.md")).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let whole = delegraph::chain::file::read_whole(example).unwrap();
    assert_eq!(whole.servers[0].clients.len(), 2);
    assert_eq!(delegraph::chain::plan::flaws(&whole.chain), []);
}

#[test]
fn a_mistyped_command_is_answered_with_the_one_that_was_meant() {
    let place = Place::new();
    for words in [
        &["decod", "x"] as &[&str],
        &["verfy", "--key", "k"],
        &["decoed"],
    ] {
        let ran = place.run(words);
        assert_eq!(ran.status, 2, "{}", ran.err);
        assert!(ran.err.contains("did you mean"), "{}", ran.err);
        assert!(!ran.err.contains("o such file"), "{}", ran.err);
    }
}

#[test]
fn without_a_display_one_plain_sentence_says_so() {
    let place = Place::new();
    let ran = place.run(&["--fresh"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(!ran.err.contains(".rs"), "{}", ran.err);
}

#[test]
fn a_sealed_workspace_is_opened_with_its_passphrase() {
    use delegraph::{
        app::{
            Workspace,
            effect::{Document, Sealing},
            workspace::{ClientEntry, ServerEntry},
        },
        io::store::Store,
        kit::{
            ids::{ClientRef, ServerId},
            secret::Secret,
        },
        oauth::client_auth::{AssertionAudience, AuthMethod},
    };

    let served = Served::start(&[]);
    let issuer = served.ready["issuer"].as_str().unwrap();
    let secret = credential(&served, "reporter", "client_secret")
        .as_str()
        .unwrap();
    let client = ClientEntry {
        id: ClientRef(2),
        client_id: "reporter".into(),
        method: AuthMethod::ClientSecretBasic,
        key: None,
        credential: None,
        assertion_audience: AssertionAudience::Issuer,
    };
    let server = ServerEntry {
        id: ServerId(1),
        name: "corp".into(),
        issuer: issuer.into(),
        metadata: None,
        by_hand: false,
        jwks: None,
        clients: vec![client],
    };
    let mut document = Document {
        workspace: std::sync::Arc::new(Workspace {
            servers: vec![server],
            ..Workspace::default()
        }),
        sealing: Sealing {
            passphrase: Some(Secret::new("open sesame")),
            sealed: None,
        },
        ..Document::default()
    };
    document
        .vault
        .secrets
        .insert(ClientRef(2), Secret::new(secret));
    let place = Place::new();
    let path = place.path("w.toml");
    Store::new(None, false).save(&path, &document).unwrap();
    let chain = chain(issuer, "", "");
    let nodes = chain.split_once("[[node]]").unwrap().1;
    place.write(
        "a.toml",
        format!("version = 1\nname = \"mine\"\n[[node]]{nodes}"),
    );
    place.write("pass", "open sesame\n");
    place.write("wrong", "open barley\n");
    let run = |rest: &[&str]| {
        let all = [
            &["chain", "run", "--workspace", "w.toml"],
            rest,
            &["a.toml"],
        ]
        .concat();
        place.run(&all)
    };
    let opened = run(&["--passphrase-file", "pass"]);
    assert_eq!(opened.status, 0, "{}{}", opened.out, opened.err);
    for rest in [
        &["--passphrase-file", "wrong"] as &[&str],
        &["--passphrase-file", "none"],
        &[],
    ] {
        let ran = run(rest);
        assert_eq!(ran.status, 3, "{rest:?}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn servers_are_added_to_a_workspace_and_a_chain_runs_with_them() {
    let served = Served::start(&[]);
    let issuer = served.ready["issuer"].as_str().unwrap();
    let secret = credential(&served, "reporter", "client_secret");
    let place = Place::new();
    place.write("secret", secret.as_str().unwrap());
    let add = [
        "server",
        "add",
        "--workspace",
        "w.toml",
        "--name",
        "corp",
        "--issuer",
        issuer,
    ];
    let document = place.json(0, &add);
    assert_eq!(document["servers"][0]["metadata"], true, "{document:#}");
    let client = ["--client-id", "reporter", "--secret", "file:secret"];
    let document = place.json(0, &[&add as &[&str], &client].concat());
    let of = |document: &Value| document["servers"][0]["clients"][0]["method"].clone();
    assert_eq!(of(&document), "client_secret_basic");
    for read in [
        &["server", "list", "--workspace", "w.toml"] as &[&str],
        &["server", "show", "--workspace", "w.toml", "corp"],
    ] {
        assert_eq!(of(&place.json(0, read)), "client_secret_basic");
    }
    // The secret stays where it stands.
    assert!(!place.read("w.toml").contains(secret.as_str().unwrap()));
    let chain = chain(issuer, "", "");
    let nodes = chain.split_once("[[node]]").unwrap().1;
    place.write(
        "a.toml",
        format!("version = 1\nname = \"mine\"\n[[node]]{nodes}"),
    );
    let document = place.json(0, &["chain", "run", "--workspace", "w.toml", "a.toml"]);
    assert_eq!(document["passed"], true, "{document:#}");

    place.json(3, &["server", "show", "--workspace", "w.toml", "crop"]);
    place.json(3, &["server", "list", "--workspace", "none.toml"]);
    let in_clear = [
        &add as &[&str],
        &["--client-id", "x", "--secret", "hunter2"],
    ]
    .concat();
    let ran = place.run(&in_clear);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    let other = add.map(|word| {
        if word == issuer {
            "https://as.example"
        } else {
            word
        }
    });
    place.json(3, &other);
}

#[test]
fn a_server_that_is_there_is_changed_by_what_is_given_alone() {
    let place = Place::new();
    let add = |issuer: &str, more: &[&str]| {
        let all = ["server", "add", "--workspace", "w.toml", "--issuer", issuer];
        place.json(0, &[&all as &[&str], more].concat())
    };
    let endpoint = "http://127.0.0.1:9/realms/a/token";
    let one = "http://127.0.0.1:9/realms/a";
    let client = ["--client-id", "c", "--secret", "env:C"];
    let post = ["--method", "client_secret_post"];
    let by_hand = ["--token-endpoint", endpoint];
    let document = add(one, &[&client as &[&str], &post, &by_hand].concat());
    assert_eq!(document["servers"][0]["name"], "127.0.0.1:9/realms/a");
    // Two realms of one host are two servers.
    let other = add("http://127.0.0.1:9/realms/b", &by_hand);
    assert_eq!(other["servers"][0]["name"], "127.0.0.1:9/realms/b");
    // What is not given stays.
    let changed = add(
        one,
        &["--client-id", "c", "--assertion-audience", "token_endpoint"],
    );
    let server = &changed["servers"][0];
    assert_eq!(server["token_endpoint"], endpoint, "{changed:#}");
    let own = &server["clients"][0];
    assert_eq!(own["method"], "client_secret_post", "{changed:#}");
    assert_eq!(own["credential"], "env:C", "{changed:#}");
    let changed = add(one, &["--client-id", "c", "--secret", "env:D"]);
    let own = &changed["servers"][0]["clients"][0];
    assert_eq!(own["method"], "client_secret_post", "{changed:#}");
    assert_eq!(own["credential"], "env:D", "{changed:#}");
    assert_eq!(own["assertion_audience"], "token_endpoint", "{changed:#}");
    let list = place.json(0, &["server", "list", "--workspace", "w.toml"]);
    assert_eq!(list["servers"].as_array().unwrap().len(), 2, "{list:#}");
}
