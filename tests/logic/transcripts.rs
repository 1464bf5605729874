//! Chains out of what people have of exchanges: HAR files, curl with what it printed, HTTP messages, JSON.

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use delegraph::{
    evidence::{
        Evidence, Hop,
        hops::{self, Candidate},
        transcript,
    },
    jose::b64,
    token::{decode::decode, find::find},
};
use serde_json::{Value, json};

fn token(claims: &Value) -> String {
    let header = b64::encode(r#"{"alg":"ES256","typ":"at+jwt","kid":"k"}"#);
    let signature = b64::encode([7; 64]);
    format!("{header}.{}.{signature}", b64::encode(claims.to_string()))
}

fn typed(typ: &str, claims: &Value) -> String {
    let header = b64::encode(json!({ "alg": "ES256", "typ": typ, "kid": "k" }).to_string());
    format!(
        "{header}.{}.{}",
        b64::encode(claims.to_string()),
        b64::encode([7; 64])
    )
}

const AS: &str = "https://as.example";

fn subject() -> String {
    token(&json!({ "iss": AS, "sub": "alice", "aud": "planner", "client_id": "web", "jti": "s" }))
}
fn actor() -> String {
    token(&json!({ "iss": AS, "sub": "planner", "aud": AS, "client_id": "planner", "jti": "a" }))
}
fn issued() -> String {
    token(
        &json!({ "iss": AS, "sub": "alice", "aud": "api", "client_id": "planner", "jti": "i",
        "act": { "sub": "planner" } }),
    )
}

fn chain(texts: &[&str]) -> Evidence {
    let mut candidates = Vec::new();
    for text in texts {
        for found in find(text) {
            candidates.push(Candidate {
                hop: Hop {
                    token_id: None,
                    name: String::new(),
                    token: Arc::new(decode(&found.raw)),
                    verdict: None,
                    parent: None,
                    exchange: None,
                    supporting: false,
                    chain: None,
                    sent: None,
                },
                context: found.context,
            });
        }
    }
    let exchanges: Vec<_> = texts.iter().flat_map(|t| transcript::read(t)).collect();
    hops::chain(candidates, &exchanges)
}

/// The hops by the `jti` of their tokens: `name<parent`, in brackets where one only supports.
fn drawn(evidence: &Evidence) -> String {
    let name = |hop: &Hop| {
        let jti = hop.token.claim_text("jti");
        jti.map_or_else(|| hop.token.raw.to_string(), str::to_owned)
    };
    let hops = evidence.hops.iter().map(|hop| {
        let own = name(hop);
        match (hop.supporting, hop.parent) {
            (true, None) => format!("({own})"),
            (false, None) => own,
            (false, Some(parent)) => format!("{own}<{}", name(&evidence.hops[parent])),
            (true, Some(_)) => format!("{own}?"),
        }
    });
    hops.collect::<Vec<_>>().join(" ")
}

fn form(client: bool) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair(
        "grant_type",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    )
    .append_pair("subject_token", &subject())
    .append_pair(
        "subject_token_type",
        "urn:ietf:params:oauth:token-type:access_token",
    )
    .append_pair("actor_token", &actor())
    .append_pair("audience", "api")
    .append_pair("scope", "a b");
    if client {
        form.append_pair("client_id", "planner");
    }
    form.finish()
}

fn answer() -> String {
    json!({ "access_token": issued(), "token_type": "Bearer",
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token" })
    .to_string()
}

#[test]
fn one_exchange_is_read_out_of_every_form_that_people_have_of_it() {
    let basic = format!("Basic {}", STANDARD.encode("planner:secret"));
    let fields = || {
        json!({ "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": subject(), "actor_token": actor(), "audience": "api",
            "scope": "a b", "client_id": "planner" })
    };
    let members: Value = serde_json::from_str(&answer()).unwrap();
    let params: Vec<Value> = url::form_urlencoded::parse(form(true).as_bytes())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let har = |request: Value, content: Value| {
        json!({ "log": { "entries": [
            { "request": { "method": "GET", "url": "https://as/jwks", "headers": [] },
              "response": { "status": 200, "content": { "text": "{\"keys\":[]}" } } },
            { "response": { "status": 200, "content": content }, "request": request },
        ] } })
    };
    let wrapped = form(true).replace('&', "\n&");
    let http = format!(
        "POST /token HTTP/1.1\r\nHost: as.example\r\nAuthorization: {basic}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{}\r\n\r\n\
         HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}\r\n",
        form(false),
        answer()
    );
    let cases: Vec<(&str, String)> = vec![
        ("HTTP", http.clone()),
        (
            "curl -v",
            http.lines()
                .map(|line| {
                    let sent = line.starts_with("POST") || line.contains(": ") && !line.contains("json");
                    format!("{}{line}\n", if sent { "> " } else { "" })
                })
                .collect(),
        ),
        (
            "wrapped as in specifications",
            format!(
                "POST /token HTTP/1.1\nHost: as.example\n\n{wrapped}\n\nHTTP/1.1 200 OK\n\n{}\n",
                serde_json::to_string_pretty(&members).unwrap()
            ),
        ),
        (
            "curl and its output",
            format!("$ curl -s https://as/token -u planner:s -d '{}'\n{}\n", form(false), answer()),
        ),
        (
            "curl as a script, an answer with its head",
            format!(
                "curl --data-urlencode 'scope=a b' \\\n  -d client_id=planner \\\n  -d '{}' \\\n  https://as/token | jq .\n\
                 HTTP/2 200 \ncontent-type: application/json\n\n{}\n",
                form(false),
                answer()
            ),
        ),
        (
            "HAR with a text",
            har(
                json!({ "method": "POST", "url": "https://as/token",
                    "headers": [{ "name": "Authorization", "value": basic }],
                    "postData": { "mimeType": "application/x-www-form-urlencoded", "text": form(false) } }),
                json!({ "mimeType": "application/json", "text": answer() }),
            )
            .to_string(),
        ),
        (
            "HAR with parameters, and an answer in base64",
            har(
                json!({ "method": "POST", "url": "https://as/token", "postData": { "params": params } }),
                json!({ "encoding": "base64", "text": STANDARD.encode(answer()) }),
            )
            .to_string(),
        ),
        (
            "a list",
            serde_json::to_string_pretty(&json!([fields(), members])).unwrap(),
        ),
        (
            "a list of pairs",
            json!([{ "step": 1, "request": { "url": "https://as/token", "form": fields() },
                "response": { "status": 200, "body": members } }])
            .to_string(),
        ),
        (
            "lines of a log",
            format!(
                "{}\n{}\n",
                json!({ "msg": "token request", "body": form(true) }),
                json!({ "msg": "token response", "body": answer() })
            ),
        ),
        (
            "lines of text",
            format!("12:00:01 POST /token body={}\n12:00:02 200 {}\n", form(true), answer()),
        ),
    ];
    for (name, text) in &cases {
        let evidence = chain(&[text]);
        assert_eq!(
            drawn(&evidence).replace(" (a)", ""),
            "s i<s",
            "{name}: {}",
            drawn(&evidence)
        );
        assert!(
            drawn(&evidence).contains("(a)"),
            "{name}: {}",
            drawn(&evidence)
        );
        let last = evidence.hops.iter().find(|hop| hop.exchange.is_some());
        let asked = last.unwrap().exchange.as_ref().unwrap();
        let texts =
            |all: &[&str]| Some(all.iter().map(|s| (*s).to_owned()).collect::<BTreeSet<_>>());
        assert_eq!(asked.client_id.as_deref(), Some("planner"), "{name}");
        assert_eq!(asked.scope, texts(&["a", "b"]), "{name}");
        assert_eq!(asked.targets, texts(&["api"]), "{name}");
        assert_eq!(
            asked.actor_token.as_ref().map(|t| t.raw.to_string()),
            Some(actor()),
            "{name}"
        );
    }
}

#[test]
fn what_only_supports_a_hop_is_none() {
    let response = |access: &str, more: Value| {
        let mut all = json!({ "access_token": access, "token_type": "Bearer" });
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all.to_string()
    };
    let named = |jti: &str, more: Value| {
        let mut all =
            json!({ "iss": AS, "sub": "alice", "aud": "api", "client_id": "web", "jti": jti });
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        token(&all)
    };
    let second = || named("n", json!({}));
    let id = || {
        typed(
            "JWT",
            &json!({ "iss": AS, "sub": "alice", "aud": "web", "nonce": "x", "jti": "id" }),
        )
    };
    let refresh = || {
        typed(
            "JWT",
            &json!({ "iss": AS, "sub": "alice", "typ": "Refresh", "jti": "r" }),
        )
    };
    let proof = typed(
        "dpop+jwt",
        &json!({ "htm": "POST", "htu": "https://as/token", "iat": 1, "jti": "p" }),
    );
    let assertion =
        token(&json!({ "iss": "planner", "sub": "planner", "aud": AS, "jti": "c", "exp": 9 }));
    let svid = typed(
        "JWT",
        &json!({ "sub": "spiffe://lab.test/a", "aud": ["as"], "exp": 9, "jti": "v" }),
    );
    let by_svid = token(
        &json!({ "iss": AS, "sub": "alice", "aud": "api", "jti": "x",
        "act": { "sub": "spiffe://lab.test/a" } }),
    );
    let grant = typed(
        "oauth-id-jag+jwt",
        &json!({ "iss": "https://idp", "sub": "alice@corp", "aud": AS,
        "client_id": "planner", "jti": "g" }),
    );
    let curl = |data: &[(&str, &str)]| {
        let data: String = data
            .iter()
            .map(|(name, value)| format!(" -d {name}={value}"))
            .collect();
        format!("curl https://as/token{data}\n")
    };
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    let cases: Vec<(&str, Vec<String>, &str)> = vec![
        (
            "tokens alone follow each other",
            vec![subject(), issued()],
            "s i<s",
        ),
        (
            "an answer with what came along, then the next",
            vec![
                response(
                    &subject(),
                    json!({ "id_token": id(), "refresh_token": refresh() }),
                ),
                response(&issued(), json!({})),
            ],
            "s (id) (r) i<s",
        ),
        (
            "an ID token that is exchanged is a hop, and not made from what came with it",
            vec![
                response(&subject(), json!({ "id_token": id() })),
                curl(&[
                    ("grant_type", exchange),
                    ("subject_token", &id()),
                    ("client_id", "web"),
                ]) + &response(&second(), json!({})),
            ],
            "s id n<id",
        ),
        (
            "a refresh is no hop from the token before",
            vec![
                response(&subject(), json!({ "refresh_token": refresh() })),
                curl(&[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", &refresh()),
                ]) + &response(&second(), json!({})),
            ],
            "s (r) n",
        ),
        (
            "a client's own token is no hop, and the exchange names the right parent",
            vec![
                response(&subject(), json!({})),
                curl(&[
                    ("grant_type", "client_credentials"),
                    ("client_id", "planner"),
                ]) + &response(&actor(), json!({})),
                curl(&[
                    ("grant_type", exchange),
                    ("subject_token", &subject()),
                    ("actor_token", &actor()),
                ]) + &response(&issued(), json!({})),
            ],
            "s (a) i<s",
        ),
        (
            "the order in the transcript is not the order of the chain",
            vec![
                curl(&[("grant_type", "client_credentials")]) + &response(&actor(), json!({})),
                curl(&[
                    ("grant_type", exchange),
                    ("subject_token", &subject()),
                    ("actor_token", &actor()),
                ]) + &response(&issued(), json!({})),
            ],
            "(a) s i<s",
        ),
        (
            "an assertion of a client and a proof",
            vec![format!(
                "curl https://as/token -H 'DPoP: {proof}' -d grant_type={exchange} -d subject_token={} -d client_assertion={assertion}\n{}",
                subject(),
                response(&issued(), json!({}))
            )],
            "(p) s (c) i<s",
        ),
        (
            "a grant that is redeemed",
            vec![
                curl(&[
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", &grant),
                ]) + &response(&second(), json!({})),
            ],
            "g n<g",
        ),
        (
            "the identity of a workload before its token",
            vec![svid.clone(), by_svid.clone()],
            "(v) x",
        ),
        (
            "the identity of a workload between",
            vec![subject(), svid, by_svid],
            "s (v) x<s",
        ),
        (
            "an agent's own token between",
            vec![subject(), actor(), issued()],
            "s (a) i<s",
        ),
        (
            "an agent's own token first",
            vec![actor(), subject(), issued()],
            "(a) s i<s",
        ),
        (
            "a client's token that became a user's stays to be found",
            vec![actor(), issued()],
            "a i<a",
        ),
        (
            "several requests and as many answers",
            vec![format!(
                "{}{}{}\n{}\n",
                curl(&[("grant_type", exchange), ("subject_token", &subject())]),
                curl(&[("grant_type", exchange), ("subject_token", &actor())]),
                response(&second(), json!({})),
                response(&issued(), json!({}))
            )],
            "s a n<s i<a",
        ),
        (
            "a request that was refused, and one that was not",
            vec![format!(
                "{}{{\"error\":\"invalid_request\"}}\n{}{}\n",
                curl(&[("grant_type", exchange), ("subject_token", &actor())]),
                curl(&[("grant_type", exchange), ("subject_token", &subject())]),
                response(&issued(), json!({})),
            )],
            "a s i<s",
        ),
        (
            "names where no request can be read",
            vec![format!(
                "subject_token: {}\nactor_token: {}\naccess_token: {}\n",
                subject(),
                actor(),
                issued()
            )],
            "s (a) i<s",
        ),
        (
            "requests with bearer tokens, hop by hop",
            vec![format!(
                "GET /a HTTP/1.1\nAuthorization: Bearer {}\n\nGET /b HTTP/1.1\nAuthorization: Bearer {}\n\n",
                subject(),
                issued()
            )],
            "s i<s",
        ),
        ("a proof alone", vec![proof], "(p)"),
    ];
    for (name, texts, expected) in &cases {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(drawn(&chain(&texts)), *expected, "{name}");
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // measures the program itself
fn broken_transcripts_are_read_in_time_and_without_harm() {
    let deep = "{\"a\":[\n".repeat(20_000);
    let many = format!("{}\n", r#"{"access_token":"x","request":{"body":["#).repeat(5_000);
    let curls = "curl 'subject_token=\n".repeat(20_000);
    let forms = "grant_type=&subject_token=\u{e9}\"".repeat(20_000);
    let heads = "POST / HTTP/1.1\nHTTP/1.1 200 OK\n_token".repeat(20_000);
    let circle = format!(
        "curl -d subject_token={0} -d grant_type=x https://as\n{{\"access_token\":\"{0}\"}}\n\
         curl -d subject_token={0} -d grant_type=x https://as\n{{\"access_token\":\"{1}\"}}\n\
         curl -d subject_token={1} -d grant_type=x https://as\n{{\"access_token\":\"{0}\"}}\n",
        subject(),
        issued()
    );
    let begun = std::time::Instant::now();
    for text in [&deep, &many, &curls, &forms, &heads, &circle] {
        let text = format!("{text} access_token");
        for hop in chain(&[&text]).hops.iter().enumerate() {
            assert!(hop.1.parent.is_none_or(|parent| parent < hop.0));
        }
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
