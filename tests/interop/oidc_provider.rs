//! oidc-provider for Node.js: a sound server with its own grant for token exchange, DPoP with nonces,
//! resource indicators, and pages on which a person signs in.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
    sync::OnceLock,
};

use serde_json::{Value, json};

use crate::harness::Place;

/// What the client `reporter` proves itself with.
const SECRET: &str = "a-secret-of-the-reporter-that-nobody-else-has";

/// The folder with the server and what it needs, installed once.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/oidc-provider");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc-provider");
        fs::create_dir_all(&folder).unwrap();
        let lock = fs::read(sources.join("package-lock.json")).unwrap();
        let same = fs::read(folder.join("package-lock.json")).is_ok_and(|old| old == lock);
        for name in [
            "package.json",
            "package-lock.json",
            "server.mjs",
            "browser.mjs",
        ] {
            fs::copy(sources.join(name), folder.join(name)).unwrap();
        }
        if !same || !folder.join("node_modules/oidc-provider").exists() {
            let ran = Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&folder)
                .output()
                .expect("npm is needed (Node.js 20 or later)");
            let said = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success(), "npm ci: {said}");
        }
        folder
    })
}

/// A running server with its API, and a folder with the keys and secrets of its clients.
struct Served {
    child: Child,
    issuer: String,
    api: String,
    place: Place,
}

impl Served {
    fn start(nonce: bool) -> Self {
        let place = Place::new();
        place.key("client.jwk", "ES256");
        let public = place.run(&["keys", "convert", "--to", "public", "client.jwk"]);
        let public: Value = serde_json::from_str(&public.out).unwrap();
        place.write("reporter.secret", format!("{SECRET}\n"));
        let options = json!({ "jwks": { "keys": [public] }, "secret": SECRET, "nonce": nonce });
        let mut child = Command::new("node")
            .args(["server.mjs", &options.to_string()])
            .current_dir(installed())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is needed (20 or later)");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the server says where it listens");
        let at = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self {
            issuer: at("issuer"),
            api: at("api"),
            child,
            place,
        }
    }

    /// Puts a chain of this folder where it is run, addressed to this server.
    fn chain(&self, name: &str) -> &Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/interop/oidc-provider")
            .join(name);
        let text = fs::read_to_string(path).unwrap();
        self.place.write(
            name,
            text.replace("ISSUER", &self.issuer)
                .replace("\"API\"", &format!("\"{}\"", self.api)),
        );
        self
    }

    /// Runs a chain as a pipeline would; the document.
    fn run(&self, status: i32, name: &str) -> Value {
        let ran = self.chain(name).place.run(&[
            "--json",
            "chain",
            "run",
            "--secret",
            "payer=file:client.jwk",
            "--junit",
            "junit.xml",
            "--report",
            "report.md",
            name,
        ]);
        assert_eq!(ran.status, status, "{}{}", ran.out, ran.err);
        for written in [
            &ran.out,
            &ran.err,
            &self.place.read("junit.xml"),
            &self.place.read("report.md"),
        ] {
            assert!(!written.contains(SECRET), "a secret was written");
        }
        serde_json::from_str(&ran.out).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nothing worse than `medium` is said of what a sound server issued.
fn nothing_accused(document: &Value) {
    for finding in document["findings"].as_array().unwrap() {
        let severity = finding["severity"].as_str().unwrap();
        assert!(
            ["info", "low", "medium"].contains(&severity),
            "accused: {finding:#}"
        );
    }
}

fn hop<'a>(document: &'a Value, name: &str) -> &'a Value {
    let hops = document["hops"].as_array().unwrap();
    hops.iter().find(|hop| hop["name"] == name).unwrap()
}

#[test]
fn three_hops_run_with_servers_keys_and_secrets_of_the_chain_file() {
    let served = Served::start(false);
    let document = served.run(0, "three-hops.toml");
    assert_eq!(document["passed"], true, "{document:#}");
    nothing_accused(&document);
    assert!(served.place.read("junit.xml").contains("failures=\"0\""));
    let token = hop(&document, "hop3")["token"].as_str().unwrap();
    let read = served.place.json_with(token, 0, &["decode"]);
    let principal = &read["tokens"][0]["principal"];
    assert_eq!(principal["subject"], "planner");
    assert_eq!(
        principal["actors"],
        json!(["reporter", "payer", "researcher"])
    );
    // The keys of the server are at its own place; it says so itself.
    let judged = served.place.run_with(
        token,
        &[
            "verify",
            "--issuer",
            &served.issuer,
            "--audience",
            &served.api,
        ],
    );
    assert_eq!(judged.status, 0, "{}{}", judged.out, judged.err);
}

#[test]
fn tokens_bound_to_keys_pass_a_server_that_wants_its_nonce_in_each_proof() {
    let served = Served::start(true);
    let document = served.run(0, "bound.toml");
    assert_eq!(document["passed"], true, "{document:#}");
    nothing_accused(&document);
    let notes = hop(&document, "hop")["notes"].to_string();
    assert!(notes.contains("nonce"), "{notes}");
}

#[test]
fn what_the_server_refuses_is_expected_or_told_with_its_words() {
    let served = Served::start(false);
    let document = served.run(0, "refused.toml");
    nothing_accused(&document);
    // The same without the expectations: a refusal fails the chain, and says what the server said.
    let text = served.place.read("refused.toml");
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("expect"))
        .map(|line| format!("{line}\n"))
        .collect();
    served.place.write("plain.toml", text);
    let ran = served.place.run(&[
        "chain",
        "run",
        "--secret",
        "payer=file:client.jwk",
        "plain.toml",
    ]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    for said in [
        "unknown target",
        "scope exceeds the subject token",
        "subject_token is not acceptable",
    ] {
        assert!(ran.out.contains(said), "{}", ran.out);
    }
}

#[test]
fn a_sound_server_and_a_sound_api_are_accused_of_nothing_that_they_do_not_do() {
    let served = Served::start(false);
    let document = served.run(0, "three-hops.toml");
    let token = |name: &str| hop(&document, name)["token"].as_str().unwrap().to_owned();
    served.place.write("hop3.jwt", token("hop3"));
    served.place.write("start.jwt", token("start"));
    let jwks = format!("{}/jwks", served.issuer);
    let at_api = ["--fire", &served.api, "--jwks", &jwks, "hop3.jwt"];
    let at_exchange = [
        "--exchange",
        &served.issuer,
        "--client-id",
        "researcher",
        "--client-key",
        "client.jwk",
        "--audience",
        "https://ledger.example",
        "start.jwt",
    ];
    for target in [&at_api[..], &at_exchange] {
        let arguments = [&["--json", "forge", "--yes"], target].concat();
        let ran = served.place.run(&arguments);
        let fired: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
        assert_eq!(fired["void"], Value::Null, "{target:?}");
        let results = fired["results"].as_array().unwrap();
        let of = |verdict: &str| -> Vec<(&str, &str)> {
            let rows = results.iter().filter(|row| row["verdict"] == verdict);
            rows.map(|row| {
                (
                    row["family"].as_str().unwrap_or_default(),
                    row["name"].as_str().unwrap(),
                )
            })
            .collect()
        };
        assert!(
            of("refused").len() > 200,
            "{target:?}: {}",
            of("refused").len()
        );
        // The decoder of Node.js does take other alphabets, padding and blanks.
        let accused = of("accepted");
        assert!(
            accused.iter().all(|(family, _)| *family == "base64"),
            "{target:?}: {accused:?}"
        );
    }
}

#[test]
fn a_server_that_is_gone_is_no_verdict_on_the_chain() {
    let mut served = Served::start(false);
    served.chain("three-hops.toml");
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let document = served.run(3, "three-hops.toml");
    assert_eq!(hop(&document, "start")["state"], "failed");
    assert!(served.place.read("junit.xml").contains("<error"));
}

#[test]
fn a_person_signs_in_at_the_address_that_is_told_where_no_browser_opens() {
    let served = Served::start(false);
    served.chain("signed-in.toml");
    let mut running = Command::new(env!("CARGO_BIN_EXE_delegraph"))
        .args([
            "--json",
            "chain",
            "run",
            "--secret",
            "payer=file:client.jwk",
            "signed-in.toml",
        ])
        .current_dir(served.place.path(""))
        // A browser that cannot be started, whatever this machine has.
        .env("BROWSER", "/nowhere/browser")
        .env("PATH", "/nowhere")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (address, mut rest) = address(running.stderr.take().unwrap(), &served.issuer);
    let browser = Command::new("node")
        .args(["browser.mjs", &address, "alice"])
        .current_dir(installed())
        .output()
        .unwrap();
    let page = String::from_utf8_lossy(&browser.stdout).into_owned();
    assert!(page.contains("The code has arrived"), "{page}");
    let mut out = String::new();
    running
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    let mut err = String::new();
    rest.read_to_string(&mut err).unwrap();
    let status = running.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{out}{err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["passed"], true, "{document:#}");
    nothing_accused(&document);
}

/// The address at `issuer` that the program names on standard error.
fn address(err: ChildStderr, issuer: &str) -> (String, BufReader<ChildStderr>) {
    let mut lines = BufReader::new(err);
    let mut said = String::new();
    loop {
        let mut line = String::new();
        assert!(
            lines.read_line(&mut line).unwrap() > 0,
            "no address: {said}"
        );
        if line.starts_with(issuer) {
            return (line.trim().to_owned(), lines);
        }
        said.push_str(&line);
    }
}
