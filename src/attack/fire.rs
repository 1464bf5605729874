//! Firing forgeries at a target, as a state machine without I/O: requests out, answers in. The
//! untouched token is sent first and last. When it is refused first, nothing else is sent; when it
//! is refused last, the target changed its mind in between, and the result says nothing.

use std::{collections::VecDeque, sync::Arc};

use super::{
    Expected, Forgery, Ingredients, Matrix, Row, Verdict,
    target::{Occasion, Steps, Target},
};
use crate::{
    kit::{
        Env,
        text::{escape, shorten},
    },
    oauth::http::{Request, Response},
};

/// Requests a second, unless the user says otherwise.
pub const PER_SECOND: u32 = 20;

/// Most requests a second.
pub const MAX_PER_SECOND: u32 = 200;

/// Requests in all, unless the user says otherwise.
pub const LIMIT: usize = 500;

/// What is to be fired.
pub struct Plan {
    /// The untouched token.
    pub token: String,
    /// What forgeries are made of.
    pub with: Ingredients,
    /// Where they are sent.
    pub target: Target,
    /// Which.
    pub forgeries: Vec<&'static Forgery>,
    /// Requests a second at most.
    pub per_second: u32,
    /// Requests in all at most.
    pub limit: usize,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Plan({} forgeries at {})",
            self.forgeries.len(),
            self.target.host()
        )
    }
}

impl PartialEq for Plan {
    /// Whether it is the same plan: two that were made apart are not.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Plan {
    /// How many requests it takes at most, controls included.
    pub fn count(&self) -> usize {
        (self.forgeries.len() + 2).min(self.limit)
    }

    /// Milliseconds between two requests.
    pub fn pause(&self) -> u64 {
        1000 / u64::from(self.per_second.clamp(1, MAX_PER_SECOND))
    }
}

/// What is sent.
#[derive(Clone, Copy)]
enum Shot {
    First,
    Forged(&'static Forgery),
    Last,
}

/// A forgery under way: what is left of its steps.
struct Under {
    shot: Shot,
    left: VecDeque<Request>,
    signed: Option<super::Signed>,
}

/// Firing under way.
pub struct Fire {
    plan: Arc<Plan>,
    queue: VecDeque<Shot>,
    under: Option<Under>,
    matrix: Matrix,
    sent: usize,
    nonce: Option<String>,
    /// The control was sent again because the server gave a nonce.
    retried: bool,
}

impl Fire {
    /// The beginning: nothing is sent yet.
    pub fn new(plan: Arc<Plan>, env: &Env) -> Result<Self, String> {
        plan.target.check()?;
        let mut queue = VecDeque::from([Shot::First]);
        let (lasting, other): (Vec<&Forgery>, Vec<&Forgery>) =
            plan.forgeries.iter().copied().partition(|f| f.lasting);
        queue.extend(other.into_iter().map(Shot::Forged));
        queue.push_back(Shot::Last);
        // What cannot be undone would spoil the last control.
        queue.extend(lasting.into_iter().map(Shot::Forged));
        let url = &plan.target.url;
        let matrix = Matrix {
            target: escape(&format!(
                "{} {}{}",
                plan.target.method.name(),
                url.origin().ascii_serialization(),
                url.path()
            ))
            .into_owned(),
            begun: env.now,
            ..Matrix::default()
        };
        Ok(Self {
            plan,
            queue,
            under: None,
            matrix,
            sent: 0,
            nonce: None,
            retried: false,
        })
    }

    /// What came of it so far.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// What is to be fired.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// How much is done: requests and forgeries that need none, of all.
    pub fn progress(&self) -> (usize, usize) {
        let all = self.plan.forgeries.len() + 2;
        (self.matrix.rows.len().min(all), all)
    }

    /// The next request; `None` when all is done.
    pub fn next(&mut self, env: &Env) -> Option<Request> {
        loop {
            if let Some(under) = &mut self.under {
                if let Some(request) = under.left.pop_front() {
                    self.sent += 1;
                    return Some(request);
                }
                self.under = None;
            }
            let shot = self.queue.pop_front()?;
            let control = !matches!(shot, Shot::Forged(_));
            let room = usize::from(!control);
            if self.sent + room >= self.plan.limit && !matches!(shot, Shot::First | Shot::Last) {
                let why = format!("beyond the limit of {} requests", self.plan.limit);
                self.record(shot, Verdict::NotSent(why), None, String::new(), 0, None);
                continue;
            }
            match self.steps(shot, env) {
                Ok((steps, signed)) => {
                    self.under = Some(Under {
                        shot,
                        left: steps.into(),
                        signed,
                    });
                }
                Err(why) if control => {
                    self.matrix.void =
                        Some(format!("The untouched token could not be sent: {why}."));
                    self.record(shot, Verdict::NotSent(why), None, String::new(), 0, None);
                    self.queue.clear();
                }
                Err(why) => self.record(shot, Verdict::NotMade(why), None, String::new(), 0, None),
            }
        }
    }

    fn steps(&self, shot: Shot, env: &Env) -> Result<(Steps, Option<super::Signed>), String> {
        let occasion = Occasion {
            target: &self.plan.target,
            token: &self.plan.token,
            with: &self.plan.with,
            env,
            nonce: self.nonce.as_deref(),
        };
        match shot {
            Shot::First | Shot::Last => Ok((vec![occasion.control()?], None)),
            Shot::Forged(forgery) if forgery.is_request() => Ok((forgery.steps(&occasion)?, None)),
            Shot::Forged(forgery) => {
                let made = forgery.apply(&self.plan.token, &self.plan.with)?;
                Ok((vec![occasion.with_token(&made.token)?], Some(made.signed)))
            }
        }
    }

    /// Takes in the answer to the request that [`Self::next`] gave.
    pub fn answered(&mut self, answer: Result<Response, String>) {
        let Some(under) = &self.under else {
            return;
        };
        let (shot, signed, more) = (under.shot, under.signed, !under.left.is_empty());
        let control = !matches!(shot, Shot::Forged(_));
        let response = match answer {
            Ok(response) => response,
            Err(why) => {
                self.under = None;
                let why = why.trim_end_matches('.').to_owned();
                if control {
                    self.matrix.void =
                        Some(format!("The untouched token could not be sent: {why}."));
                    self.queue.clear();
                }
                return self.record(shot, Verdict::NotSent(why), None, String::new(), 0, signed);
            }
        };
        let nonce = response.header("dpop-nonce").map(str::to_owned);
        let fresh = nonce.is_some() && nonce != self.nonce;
        if nonce.is_some() {
            self.nonce = nonce;
        }
        let refused = self.plan.target.refuses(response.status);
        if control && refused && fresh && !self.retried {
            // RFC 9449 §9: the server asks for its nonce; only then is the control a good request.
            self.retried = true;
            self.under = None;
            self.queue.push_front(shot);
            return;
        }
        if more {
            if response.is_success() {
                return; // the next step is due
            }
            self.under = None;
            let why = format!("the step before it was answered with {}", response.status);
            let said = said(&response);
            return self.record(
                shot,
                Verdict::NotSent(why),
                Some(response.status),
                said,
                response.millis,
                signed,
            );
        }
        let accepted = response.is_success();
        let verdict = match shot {
            _ if !accepted && !refused && !control => Verdict::Unclear,
            Shot::First | Shot::Last if accepted => Verdict::ControlAccepted,
            Shot::First | Shot::Last => Verdict::ControlRefused,
            Shot::Forged(f) => match (f.expected, accepted) {
                (Expected::Either, accepted) => Verdict::Noted(accepted),
                (Expected::Reject, true) => Verdict::Accepted,
                (Expected::Reject, false) => Verdict::Refused,
            },
        };
        let said = said(&response);
        if verdict == Verdict::ControlRefused {
            let because = if said.is_empty() {
                String::new()
            } else {
                // The error alone: the whole answer stands in its row.
                format!(" ({})", said.split(" · ").next().unwrap_or(&said))
            };
            self.matrix.void = Some(match shot {
                Shot::Last => format!(
                    "The untouched token was accepted at first and is answered with {} now{because}: the refusals in between may have other reasons.",
                    response.status
                ),
                _ => format!(
                    "The untouched token is answered with {}{because}: what is refused then says nothing. Check the token, the address, and where the token goes.",
                    response.status
                ),
            });
            self.queue.clear();
        }
        self.record(
            shot,
            verdict,
            Some(response.status),
            said,
            response.millis,
            signed,
        );
        self.under = None;
    }

    /// Ends it: what was not sent is left out.
    pub fn cancel(&mut self) {
        self.queue.clear();
        self.under = None;
        self.matrix.cancelled = true;
    }

    fn record(
        &mut self,
        shot: Shot,
        verdict: Verdict,
        status: Option<u16>,
        said: String,
        millis: u64,
        signed: Option<super::Signed>,
    ) {
        self.matrix.rows.push(Row {
            forgery: match shot {
                Shot::Forged(forgery) => Some(forgery),
                Shot::First | Shot::Last => None,
            },
            verdict,
            status,
            said,
            millis,
            signed,
        });
    }
}

/// What a server says, on one line: its error and its description where there are any. An issued
/// token is not repeated.
fn said(response: &Response) -> String {
    let challenge = response.header("www-authenticate").unwrap_or_default();
    let text = match serde_json::from_slice::<serde_json::Value>(&response.body) {
        Ok(body) => {
            let text = |name: &str| body.get(name).and_then(|v| v.as_str()).unwrap_or_default();
            match (text("error"), text("error_description")) {
                ("", "") if response.is_success() => String::new(),
                ("", "") => challenge.to_owned(),
                (error, "") if !challenge.is_empty() => format!("{error} · {challenge}"),
                (error, "") => error.to_owned(),
                (error, description) => format!("{error}: {description}"),
            }
        }
        Err(_) if response.is_success() => String::new(),
        Err(_) if challenge.is_empty() => String::from_utf8_lossy(
            response
                .body
                .get(..response.body.len().min(400))
                .unwrap_or_default(),
        )
        .into_owned(),
        Err(_) => challenge.to_owned(),
    };
    shorten(&escape(&text), 240).into_owned()
}
