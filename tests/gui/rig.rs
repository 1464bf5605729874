//! A window without a runtime: effects that need no world are carried out at once, the clock stands.

use std::{cell::RefCell, collections::VecDeque, sync::Arc, time::Duration};

use delegraph::{
    app::{Command, Effect, Model, Outcome, analysis::Analysis, forge::Volley},
    attack::fire::{Answer, Fire, Next},
    chain::run::{Exchanged, SigningIn},
    gui::shell::{App, Carrier},
    io::store::Store,
    jose::{Jwk, Jwks},
    kit::{
        Env,
        clock::{Clock, Timestamp},
        rng::SystemRng,
    },
    oauth::{
        http::{Request, Response},
        metadata::Metadata,
    },
    token::decode::decode,
};
use egui_kittest::Harness;
use serde_json::{Value, json};

use crate::carry::carry_out;

/// The moment at which the clock of these tests stands: 2026-11-23 14:32:15 UTC.
pub const NOW: i64 = 1_795_444_335;

/// Carries out what needs no network and no disk, synchronously.
pub struct Hand {
    outcomes: RefCell<VecDeque<Outcome>>,
    store: Store,
}

impl Default for Hand {
    fn default() -> Self {
        Self {
            outcomes: RefCell::default(),
            store: Store::new(None, false),
        }
    }
}

impl Carrier for Hand {
    fn perform(&self, effect: Effect) {
        let outcome = match effect {
            Effect::Fire(job, fire, clock) => {
                let env = Env {
                    now: clock.now(),
                    rng: Arc::new(SystemRng),
                };
                Some(Outcome::Fired(job, Box::new(fired(*fire, &env))))
            }
            // Nobody comes back from it.
            Effect::Browser(job, want) => {
                let state = SigningIn {
                    address: want.url,
                    left: Duration::from_mins(4),
                    no_browser: None,
                };
                Some(Outcome::SigningIn(job, Box::new(state)))
            }
            // A server whose name says that it is wrong has nothing to say.
            Effect::Discover(job, issuer) => {
                let found = if issuer.contains("wrong") {
                    Err(format!("{issuer} does not answer: check host and port."))
                } else {
                    let metadata = Metadata {
                        issuer,
                        ..Metadata::default()
                    };
                    Ok((metadata, Jwks::default()))
                };
                Some(Outcome::Discovered(job, found))
            }
            Effect::Save(job, path, document) => {
                let kept = self.store.save(&path, &document);
                Some(Outcome::Saved(job, path, document.workspace, kept))
            }
            Effect::Load(job, path) => {
                let document = self.store.load(&path).map(Box::new);
                Some(Outcome::Loaded(job, path, document))
            }
            effect => carry_out(effect),
        };
        self.outcomes.borrow_mut().extend(outcome);
    }

    fn poll(&self) -> Option<Outcome> {
        self.outcomes.borrow_mut().pop_front()
    }
}

/// Fires all at [`resource`].
fn fired(mut fire: Fire, env: &Env) -> Volley {
    let mut exchanged = Vec::new();
    while let Next::Send(ticket, request) = fire.next(env) {
        let response = resource(&request);
        exchanged.push((
            Fire::place(ticket),
            Exchanged {
                at: env.now,
                purpose: format!("forge: {}", fire.name(ticket)),
                request,
                response: Ok(response.clone()),
            },
        ));
        fire.answered(ticket, Answer::Response(response));
    }
    Volley {
        matrix: Arc::new(fire.matrix().clone()),
        sent: fire.sent(),
        exchanged,
        over: true,
    }
}

/// A resource server that takes [`TOKEN`], and unsigned tokens as well.
fn resource(request: &Request) -> Response {
    let bearer = request
        .headers
        .iter()
        .find(|h| h.name == "Authorization")
        .and_then(|h| h.value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let unsigned = decode(bearer).header_text("alg") == Some("none");
    let (status, body) = if bearer == TOKEN || unsigned {
        (200, r#"{"balance":1250}"#)
    } else {
        (401, r#"{"error":"invalid_token"}"#)
    };
    Response {
        status,
        headers: Vec::new(),
        body: body.into(),
        millis: 3,
    }
}

/// A window of `size` over an empty workspace, or over one with the given commands carried out.
pub fn window<'a>(dark: bool, size: [f32; 2], commands: Vec<Command>) -> Harness<'a, App> {
    let mut model = Model {
        analysis: Arc::new(Analysis::default()),
        ..Model::default()
    };
    model.session.clock = Clock::Fixed(Timestamp::from_second(NOW).unwrap());
    over(dark, size, model, commands)
}

/// A window over a model, with the given commands carried out.
pub fn over<'a>(
    dark: bool,
    size: [f32; 2],
    model: Model,
    commands: Vec<Command>,
) -> Harness<'a, App> {
    let theme = if dark {
        egui::Theme::Dark
    } else {
        egui::Theme::Light
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_render_cursor(false)
        .build_eframe(move |cc| {
            let mut app = App::with(&cc.egui_ctx, model, Box::<Hand>::default());
            for command in commands {
                app.push(command);
            }
            app
        });
    settle(&mut harness);
    harness
}

/// Frames until nothing more is asked for.
pub fn settle(harness: &mut Harness<'_, App>) {
    for _ in 0..12 {
        harness.step();
    }
}

/// A key that is the same in every run, so that pictures are.
pub fn key() -> Jwk {
    let Value::Object(members) = json!({
        "kty": "EC", "crv": "P-256", "kid": "prac-1", "alg": "ES256",
        // RFC 7515 appendix A.3.1.
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    }) else {
        unreachable!()
    };
    Jwk(members)
}

/// An access token signed by [`key`], issued 8 s before [`NOW`], for 10 min: alice is the subject,
/// payments-agent acts now, researcher and planner acted before. Written out because ECDSA
/// signatures differ each time, and pictures must not.
pub const TOKEN: &str = concat!(
    "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InByYWMtMSJ9.eyJpc3MiOiJodHRwOi8vMTI3LjAuM",
    "C4xOjQxODczIiwic3ViIjoiYWxpY2UiLCJhdWQiOiJwYXltZW50cy1hcGkiLCJzY29wZSI6ImFjY291bnRzOnJlYWQ",
    "gcGF5bWVudHM6aW5pdGlhdGUiLCJpYXQiOjE3OTU0NDQzMjcsImV4cCI6MTc5NTQ0NDkyNywibWF5X2FjdCI6eyJzd",
    "WIiOiJyZXNlYXJjaGVyIn0sImFjdCI6eyJzdWIiOiJwYXltZW50cy1hZ2VudCIsImFjdCI6eyJzdWIiOiJyZXNlYXJ",
    "jaGVyIiwiYWN0Ijp7InN1YiI6InBsYW5uZXIifX19LCJqdGkiOiJiMTk0NmFjOS0yZjI3IiwiY2xpZW50X2lkIjoic",
    "GF5bWVudHMtYWdlbnQifQ.2qtyYofjcwd4ZpCgeSBHks11aMYV-tPXgrBkRgGCvl3B1LaqpTsiz3MGFV7Bn1vNrOKa",
    "v6e9kPyF_kTfvjQ9_g",
);
