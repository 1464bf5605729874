//! A server in the test itself, and what drives a chain against it.

use std::{cell::RefCell, sync::Arc};

use delegraph::{
    chain::{
        Chain, file, plan,
        run::{
            self, Answer, Directory, DirectoryError, NodeRun, NodeState, Progress, Run, ServerView,
            Want,
        },
    },
    jose::{Alg, Jwk, crypto},
    kit::{Env, ids::TokenId, secret::Secret},
    oauth::{
        client_auth::{AuthMethod, Client, Credential},
        http::{Request, Response},
        token_type,
    },
    token::{Token, craft, decode::decode},
};
use serde_json::{Value, json};
use url::Url;

use crate::oauth::{answer, env, server};

/// What a server answers to a request, or why it cannot be reached.
pub(super) type Reply<'a> = &'a dyn Fn(&Fake<'_>, &Request) -> Result<Response, String>;

/// A server that follows a script: every request is kept, every answer comes from `reply`.
pub(super) struct Fake<'a> {
    pub(super) reply: Reply<'a>,
    key: Jwk,
    pub(super) sent: RefCell<Vec<Request>>,
    pub(super) metadata: Value,
    /// One for all nodes, so that what is random is new each time.
    pub(super) env: RefCell<Env>,
}

impl<'a> Fake<'a> {
    pub(super) fn new(reply: Reply<'a>) -> Self {
        Self {
            reply,
            key: crypto::generate(&Alg::Es256, Some("as")).unwrap(),
            sent: RefCell::default(),
            metadata: json!({}),
            env: RefCell::new(env()),
        }
    }

    pub(super) fn mint(&self, claims: &Value) -> String {
        craft::mint(
            &json!({"alg": "ES256", "typ": "at+jwt"}),
            claims,
            &self.key,
            &Alg::Es256,
        )
        .unwrap()
    }
}

impl Directory for Fake<'_> {
    fn server(&self, name: Option<&str>) -> Result<ServerView, DirectoryError> {
        match name {
            None | Some("Keycloak") => Ok(ServerView {
                name: name.unwrap_or("Practice").into(),
                metadata: Arc::new(server(&self.metadata)),
            }),
            Some(name) => Err(DirectoryError::NoServer(name.to_owned())),
        }
    }
    fn client(&self, _: Option<&str>, client_id: &str) -> Result<Client, DirectoryError> {
        let (method, credential) = match client_id {
            "workbench" => (AuthMethod::None, Credential::None),
            "nobody" => {
                return Err(DirectoryError::NoClient {
                    server: None,
                    client: client_id.to_owned(),
                    known: Vec::new(),
                });
            }
            _ => (
                AuthMethod::ClientSecretBasic,
                Credential::Secret(Secret::new("hush")),
            ),
        };
        Ok(Client {
            assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
            client_id: client_id.into(),
            method,
            credential,
        })
    }
    fn resource(&self, name: &str) -> Option<Url> {
        (name == "payments-api")
            .then(|| "http://127.0.0.1:9/resources/payments-api".parse().unwrap())
    }
    fn token(&self, id: TokenId) -> Option<Arc<Token>> {
        (id == TokenId(12)).then(|| Arc::new(decode("tray-token-of-the-user")))
    }
}

pub(super) fn run_node(chain: &Chain, id: &str, run: &Run, fake: &Fake<'_>) -> NodeRun {
    let now = || fake.env.borrow().clone();
    let mut progress = run::start(chain, id, run, fake, &now());
    for _ in 0..10 {
        match progress {
            Progress::End(shown) => return *shown,
            Progress::Want(pending, Want::Http(request)) => {
                assert_eq!(pending.so_far.state, NodeState::Running);
                let response = (fake.reply)(fake, &request);
                fake.sent.borrow_mut().push(request);
                progress = run::resume(chain, *pending, Answer::Http(response), run, fake, &now());
            }
            Progress::Want(pending, Want::Wait(time)) => {
                assert_eq!(pending.so_far.state, NodeState::Running);
                let later = now().now.checked_add(time).unwrap();
                fake.env.borrow_mut().now = later;
                let millis = u64::try_from(time.as_millis()).unwrap();
                let answer = Answer::Waited(millis);
                progress = run::resume(chain, *pending, answer, run, fake, &now());
            }
            Progress::Want(pending, Want::Read(at)) => {
                let answer = Answer::Text(Err(format!("{at} is not there")));
                progress = run::resume(chain, *pending, answer, run, fake, &now());
            }
            Progress::Want(pending, Want::Browser(want)) => {
                let uri: Url = "http://127.0.0.1:5555/cb".parse().unwrap();
                let mut opened = want.url.clone();
                opened
                    .query_pairs_mut()
                    .append_pair("redirect_uri", uri.as_str());
                let response = (fake.reply)(fake, &Request::get(opened));
                let answer =
                    response.map(|r| (uri, Url::parse(r.header("location").unwrap()).unwrap()));
                progress =
                    run::resume(chain, *pending, Answer::Redirect(answer), run, fake, &now());
            }
        }
    }
    panic!("{id} does not end");
}

pub(super) fn run_all(chain: &Chain, fake: &Fake<'_>) -> Run {
    let mut run = Run::default();
    for id in plan::order(chain) {
        let shown = run_node(chain, &id, &run, fake);
        run.nodes.insert(id, shown);
    }
    run
}

pub(super) fn get(request: &Request, name: &str) -> Option<String> {
    match request.field(name) {
        Some(field) => Some(field.value.clone()),
        None => request
            .url
            .query_pairs()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.into_owned()),
    }
}

pub(super) fn redirect(request: &Request, code: &str) -> Response {
    let mut response = answer(302, "", "");
    response.headers.push((
        "Location".into(),
        format!(
            "{}?code={code}&state={}&iss=https%3A%2F%2Fas.example.com",
            get(request, "redirect_uri").unwrap(),
            get(request, "state").unwrap()
        ),
    ));
    response
}

pub(super) fn issued(token: &str) -> Response {
    answer(
        200,
        "application/json",
        &json!({
            "access_token": token, "token_type": "Bearer", "expires_in": 300,
            "issued_token_type": token_type::ACCESS_TOKEN,
        })
        .to_string(),
    )
}

/// A server that keeps to RFC 8693.
#[allow(clippy::unnecessary_wraps)] // it is a reply
pub(super) fn well_behaved(fake: &Fake<'_>, request: &Request) -> Result<Response, String> {
    if request.url.path() == "/authorize" {
        assert_eq!(
            get(request, "code_challenge_method").as_deref(),
            Some("S256")
        );
        assert_eq!(get(request, "may_act").as_deref(), Some("planner"));
        return Ok(redirect(request, "c0de"));
    }
    if request.url.path() == "/resources/payments-api" {
        let token = request
            .headers
            .iter()
            .find(|h| h.name == "Authorization")
            .unwrap();
        assert!(token.value.starts_with("Bearer ey"));
        return Ok(answer(200, "application/json", "{}"));
    }
    let grant = get(request, "grant_type").unwrap();
    let mut claims = json!({
        "iss": "https://as.example.com", "scope": get(request, "scope").unwrap_or_default(),
        "aud": get(request, "audience").unwrap_or_else(|| "https://as.example.com".into()),
    });
    let claims = match grant.as_str() {
        "authorization_code" => {
            assert_eq!(get(request, "code").as_deref(), Some("c0de"));
            assert_eq!(
                get(request, "redirect_uri").as_deref(),
                Some("http://127.0.0.1/callback")
            );
            claims["sub"] = "alice".into();
            claims["scope"] = "accounts:read documents:read payments:read payments:initiate".into();
            claims["aud"] = "planner".into();
            claims
        }
        "client_credentials" => {
            claims["sub"] = client_of(request).into();
            claims
        }
        _ => {
            assert_eq!(
                get(request, "subject_token_type").as_deref(),
                Some(token_type::ACCESS_TOKEN)
            );
            let subject = decode(&get(request, "subject_token").unwrap());
            let actor = decode(&get(request, "actor_token").unwrap());
            assert_eq!(actor.claim_text("sub").unwrap(), client_of(request));
            let mut act = json!({"sub": actor.claim_text("sub")});
            if let Some(earlier) = subject.claim("act") {
                act["act"] = earlier.clone();
            }
            claims["sub"] = subject.claim("sub").unwrap().clone();
            claims["act"] = act;
            claims
        }
    };
    Ok(issued(&fake.mint(&claims)))
}

fn client_of(request: &Request) -> String {
    use base64::Engine as _;
    let header = request
        .headers
        .iter()
        .find(|h| h.name == "Authorization")
        .unwrap();
    let pair = base64::engine::general_purpose::STANDARD
        .decode(header.value.strip_prefix("Basic ").unwrap())
        .unwrap();
    let pair = String::from_utf8(pair).unwrap();
    pair.split(':').next().unwrap().to_owned()
}

pub(super) fn sample() -> Chain {
    file::read(file::sample("sample").unwrap()).unwrap()
}
