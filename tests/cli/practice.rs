//! `practice`: one JSON line, then a server.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use delegraph::{
    jose::Jwk,
    kit::{Env, clock::Clock},
    oauth::dpop::{About, Draft},
};
use serde_json::Value;

use crate::harness::{Place, members};

/// A running server; ended when dropped.
pub struct Served {
    child: Child,
    pub ready: Value,
}

impl Served {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_delegraph"))
            .arg("practice")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        Self { child, ready }
    }

    /// A token of the client with a secret, for the accounts server.
    pub fn token(&self) -> String {
        self.token_with("")
    }

    /// The same, bound to a key (RFC 9449).
    pub fn bound_token(&self, key: &Jwk) -> String {
        let url = format!("{}/token", self.ready["issuer"].as_str().unwrap());
        let about = About {
            method: "POST",
            url: &url.parse().unwrap(),
            token: None,
            nonce: None,
        };
        let proof = Draft::new(key, &about, &Env::system(Clock::System));
        self.token_with(&format!("DPoP: {}\r\n", proof.unwrap().sign().unwrap()))
    }

    fn token_with(&self, headers: &str) -> String {
        let client = self.ready["clients"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["client_id"] == "reporter")
            .unwrap();
        let form = format!(
            "grant_type=client_credentials&client_id=reporter&client_secret={}&scope=accounts:read",
            client["client_secret"].as_str().unwrap()
        );
        let head = format!(
            "POST /token HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}",
            form.len()
        );
        let (status, body) = self.exchange(&head, &form);
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// A GET as bytes, so that nothing but the server is under test.
    fn get(&self, path: &str) -> (u16, Value) {
        self.exchange(&format!("GET {path} HTTP/1.0\r\n"), "")
    }

    fn exchange(&self, head: &str, form: &str) -> (u16, Value) {
        let authority = self.ready["issuer"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        let mut stream = TcpStream::connect(authority).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        write!(stream, "{head}Host: {authority}\r\n\r\n{form}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_line_tells_where_everything_is() {
    let served = Served::start(&[]);
    for member in ["issuer", "resources", "clients", "users"] {
        assert!(
            served.ready.get(member).is_some(),
            "{member}: {}",
            served.ready
        );
    }
    let users = &served.ready["users"];
    assert!(
        users.as_array().unwrap().contains(&"alice".into()),
        "{users}"
    );
    let clients: Vec<&str> = served.ready["clients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["client_id"].as_str().unwrap())
        .collect();
    for client in ["planner", "researcher", "payments-agent", "workbench"] {
        assert!(clients.contains(&client), "{clients:?}");
    }
    let (status, metadata) = served.get("/.well-known/oauth-authorization-server");
    assert_eq!(status, 200);
    assert_eq!(metadata["issuer"], served.ready["issuer"]);
    let (status, _) = served.get("/no-such-page");
    assert_eq!(status, 404);
}

#[test]
fn two_servers_stand_side_by_side_and_a_taken_port_is_said() {
    let first = Served::start(&[]);
    let second = Served::start(&["--fault", "scope-widened"]);
    assert_ne!(first.ready["issuer"], second.ready["issuer"]);
    assert_eq!(second.ready["faults"], serde_json::json!(["scope-widened"]));
    let issuer = first.ready["issuer"].as_str().unwrap();
    let port = issuer.rsplit(':').next().unwrap().trim_end_matches('/');
    let ran = Place::new().run(&["practice", "--port", port]);
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.err.contains(port), "{}", ran.err);
    assert_eq!(ran.out, "");
}

#[cfg(unix)]
#[test]
fn it_ends_when_asked_to() {
    let mut served = Served::start(&[]);
    let id = served.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let status = served.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn the_issuers_keys_verify_through_the_network() {
    let served = Served::start(&[]);
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let issuer = served.ready["issuer"].as_str().unwrap();
    let token = place.sign(
        "key.jwk",
        &serde_json::json!({ "iss": issuer, "sub": "alice" }),
    );
    // Not signed by the issuer: its keys are fetched, and none of them fits.
    let document = place.json_with(token.clone(), 1, &["verify", "--issuer", issuer]);
    assert_ne!(document["signature"], "valid", "{document:#}");
    let (_, metadata) = served.get("/.well-known/oauth-authorization-server");
    let jwks = metadata["jwks_uri"].as_str().unwrap();
    let document = place.json_with(token.clone(), 1, &["verify", "--jwks", jwks]);
    assert_ne!(document["signature"], "valid", "{document:#}");
    let gone = "http://127.0.0.1:1/jwks";
    let document = place.json_with(token, 3, &["verify", "--jwks", gone]);
    assert_eq!(members(&document), ["error"]);
}

#[test]
fn faults_are_listed_a_line_each() {
    let place = Place::new();
    let ran = place.run(&["practice", "--list-faults"]);
    assert_eq!(ran.status, 0);
    let names: Vec<&str> = ran
        .out
        .lines()
        .map(|line| {
            let (name, breaks) = line.split_once(' ').unwrap();
            assert!(breaks.trim().len() > 10, "{line}");
            name
        })
        .collect();
    for name in [
        "scope-widened",
        "may-act-ignored",
        "lifetime-extended",
        "act-flattened",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let document = place.json(0, &["practice", "--list-faults"]);
    assert_eq!(document["faults"].as_array().unwrap().len(), names.len());
}

/// A terminal without one: `script` (util-linux) gives it.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_people_can_read_where_everything_is() {
    let program = env!("CARGO_BIN_EXE_delegraph");
    let mut child = Command::new("script")
        .args(["-qec", &format!("'{program}' practice"), "/dev/null"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        let line = line.unwrap();
        text.push_str(line.trim_end());
        text.push('\n');
        if line.starts_with("Ctrl+C") {
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    for part in [
        "Practice server at http://127.0.0.1:",
        "Users: alice",
        "reporter",
        "client_secret_basic, secret ",
        "payments-api",
        "curl --user 'reporter:",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
