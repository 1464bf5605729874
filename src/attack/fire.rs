//! Firing forgeries at a target, as a state machine without I/O: requests out, answers in. The
//! untouched token is sent first and last. When it is refused first, nothing else is sent; when it
//! is refused last, the target changed its mind in between, and the result says nothing.
//!
//! Several requests may be under way at once, but for the two controls, and what cannot be undone:
//! these are sent alone.

mod plan;

use std::{
    collections::{BTreeMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    Expected, Forgery, Matrix, Row, Verdict,
    target::{Occasion, Steps},
};
use crate::{
    kit::{
        Env,
        text::{escape, excerpt},
    },
    oauth::{
        challenge,
        http::{Request, Response},
    },
};

pub use plan::{
    AT_ONCE, LIMIT, MAX_AT_ONCE, MAX_PATIENCE, MAX_PER_SECOND, PATIENCE, PER_SECOND, Pace, Plan,
};

/// Requests in a row without an answer after which nothing more is sent.
pub const SILENT: usize = 8;

/// What is sent.
#[derive(Clone, Copy)]
enum Shot {
    First,
    Forged(&'static Forgery),
    Last,
}

impl Shot {
    fn is_control(self) -> bool {
        !matches!(self, Self::Forged(_))
    }

    /// Whether nothing else may be under way with it.
    fn is_alone(self) -> bool {
        match self {
            Self::First | Self::Last => true,
            Self::Forged(forgery) => forgery.lasting,
        }
    }
}

/// Names a request that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(usize);

/// What is due.
#[derive(Debug)]
pub enum Next {
    /// A request; its answer goes to [`Fire::answered`] with the ticket.
    Send(Ticket, Request),
    /// An answer has to come first.
    Wait,
    /// All is done.
    Done,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A response.
    Response(Response),
    /// The request could not be sent, for this reason.
    Failed(String),
    /// It was sent, and no answer came in as many seconds.
    Silent(u32),
}

/// A forgery under way: what is left of its steps.
struct Under {
    shot: Shot,
    left: VecDeque<Request>,
    signed: Option<super::Signed>,
    /// A request waits for its answer.
    waits: bool,
}

/// Firing under way.
pub struct Fire {
    plan: Arc<Plan>,
    queue: VecDeque<Shot>,
    /// By the place that their rows will have.
    under: BTreeMap<usize, Under>,
    /// The place of the next row.
    place: usize,
    matrix: Matrix,
    sent: usize,
    /// Requests without an answer since the last answer.
    silent: usize,
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
        if !plan.is_single() {
            queue.push_back(Shot::Last);
        }
        // What cannot be undone would spoil the last control.
        queue.extend(lasting.into_iter().map(Shot::Forged));
        let url = &plan.target.url;
        let label = plan.target.label.clone();
        let called = label.as_ref().map_or(String::new(), |l| format!(" · {l}"));
        let matrix = Matrix {
            target: escape(&format!(
                "{} {}{}{called}",
                plan.target.method.name(),
                url.origin().ascii_serialization(),
                url.path()
            ))
            .into_owned(),
            label,
            begun: env.now,
            ..Matrix::default()
        };
        Ok(Self {
            plan,
            queue,
            under: BTreeMap::new(),
            place: 0,
            matrix,
            sent: 0,
            silent: 0,
            nonce: None,
            retried: false,
        })
    }

    /// What came of it so far, in the order in which it was sent.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// What is to be fired.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.sent
    }

    /// The place in the matrix of what a request belongs to.
    pub fn place(ticket: Ticket) -> usize {
        ticket.0
    }

    /// The name of the forgery that a request belongs to, `control` for the untouched token.
    pub fn name(&self, ticket: Ticket) -> &'static str {
        match self.under.get(&ticket.0).map(|u| u.shot) {
            Some(Shot::Forged(forgery)) => forgery.name,
            _ if self.plan.is_single() => "the token as it is",
            _ => "control",
        }
    }

    /// What is due: a request, as long as there is room for one.
    pub fn next(&mut self, env: &Env) -> Next {
        loop {
            // The next step of what is under way comes before anything new.
            let due = self.under.iter_mut().find(|(_, u)| !u.waits);
            if let Some((&place, under)) = due {
                if let Some(request) = under.left.pop_front() {
                    under.waits = true;
                    self.sent += 1;
                    return Next::Send(Ticket(place), request);
                }
                self.under.remove(&place);
                continue;
            }
            let Some(&shot) = self.queue.front() else {
                return if self.under.is_empty() {
                    Next::Done
                } else {
                    Next::Wait
                };
            };
            let alone = shot.is_alone() || self.under.values().any(|u| u.shot.is_alone());
            if alone && !self.under.is_empty() || self.under.len() >= self.plan.at_once() {
                return Next::Wait;
            }
            self.queue.pop_front();
            let place = self.place;
            self.place += 1;
            // One is kept for the last control.
            if !shot.is_control() && self.sent + 1 >= self.plan.pace.limit {
                let why = format!("beyond the limit of {} requests", self.plan.pace.limit);
                self.record(place, shot, Verdict::NotSent(why));
                continue;
            }
            // A defect in one forgery must not take the others with it.
            let steps = catch_unwind(AssertUnwindSafe(|| self.steps(shot, env)))
                .unwrap_or_else(|_| Err("making it failed: this is a defect of Delegraph".into()));
            match steps {
                Ok((steps, signed)) => {
                    let under = Under {
                        shot,
                        left: steps.into(),
                        signed,
                        waits: false,
                    };
                    self.under.insert(place, under);
                }
                Err(why) if shot.is_control() => {
                    self.matrix.void =
                        Some(format!("The untouched token could not be sent: {why}."));
                    self.record(place, shot, Verdict::NotSent(why));
                    self.queue.clear();
                }
                Err(why) => self.record(place, shot, Verdict::NotMade(why)),
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

    /// Takes in what came of a request that [`Self::next`] gave.
    pub fn answered(&mut self, ticket: Ticket, answer: Answer) {
        let place = ticket.0;
        let Some(under) = self.under.get_mut(&place) else {
            return;
        };
        under.waits = false;
        let (shot, signed, more) = (under.shot, under.signed, !under.left.is_empty());
        let response = match answer {
            Answer::Response(response) => response,
            none => {
                self.under.remove(&place);
                return self.unanswered(place, shot, signed, &none);
            }
        };
        self.silent = 0;
        let nonce = response.header("dpop-nonce").map(str::to_owned);
        let fresh = nonce.is_some() && nonce != self.nonce;
        if nonce.is_some() {
            self.nonce = nonce;
        }
        let refused = self.plan.target.refuses(response.status);
        if shot.is_control() && refused && fresh && !self.retried {
            // RFC 9449 §9: the server asks for its nonce; only then is the control a good request.
            self.retried = true;
            self.under.remove(&place);
            self.place = place;
            self.queue.push_front(shot);
            return;
        }
        if more && response.is_success() {
            return; // the next step is due
        }
        self.under.remove(&place);
        let verdict = if shot.is_control() && self.plan.is_single() {
            // Nobody says that it is a good one: what the target makes of it is what is asked.
            match (response.is_success(), refused) {
                (accepted, refused) if accepted || refused => Verdict::Noted(accepted),
                _ => Verdict::Unclear,
            }
        } else if more {
            Verdict::NotSent(format!(
                "the step before it was answered with {}",
                response.status
            ))
        } else {
            verdict(shot, response.is_success(), refused)
        };
        let said = said(&response);
        if verdict == Verdict::ControlRefused {
            self.refuse_control(shot, response.status, &said);
        }
        self.put(Row {
            place,
            status: Some(response.status),
            said,
            millis: response.millis,
            signed,
            ..row(shot, verdict)
        });
    }

    /// No answer came.
    fn unanswered(
        &mut self,
        place: usize,
        shot: Shot,
        signed: Option<super::Signed>,
        answer: &Answer,
    ) {
        let (why, verdict, said) = match answer {
            Answer::Silent(seconds) => {
                let why = format!("no answer within {seconds} s");
                (why.clone(), Verdict::Unclear, why)
            }
            Answer::Failed(why) => {
                let why = why.trim_end_matches('.').to_owned();
                (why.clone(), Verdict::NotSent(why), String::new())
            }
            Answer::Response(_) => return,
        };
        self.silent += 1;
        if shot.is_control() {
            self.matrix.void = Some(match answer {
                Answer::Silent(_) => format!("The untouched token was sent, and there was {why}."),
                _ => format!("The untouched token could not be sent: {why}."),
            });
            self.queue.clear();
        } else if self.silent >= SILENT && !self.queue.is_empty() {
            self.matrix.ended = Some(format!(
                "The target answers no more: after {SILENT} requests in a row without an answer the rest was not sent. The last one: {why}."
            ));
            for left in std::mem::take(&mut self.queue) {
                let place = self.place;
                self.place += 1;
                if !left.is_control() {
                    let why = "the target answered no more".to_owned();
                    self.record(place, left, Verdict::NotSent(why));
                }
            }
        }
        self.put(Row {
            place,
            said,
            signed,
            ..row(shot, verdict)
        });
    }

    /// The untouched token was refused: what else is refused then says nothing.
    fn refuse_control(&mut self, shot: Shot, status: u16, said: &str) {
        let because = if said.is_empty() {
            String::new()
        } else {
            // The error alone: the whole answer stands in its row.
            format!(" ({})", said.split(" · ").next().unwrap_or(said))
        };
        self.matrix.void = Some(match shot {
            Shot::Last => format!(
                "The untouched token was accepted at first and is answered with {status} now{because}: the refusals in between may have other reasons."
            ),
            _ => format!(
                "The untouched token is answered with {status}{because}: what is refused then says nothing. Check the token, the address, and where the token goes."
            ),
        });
        self.queue.clear();
    }

    /// Ends it: what was not sent is left out.
    pub fn cancel(&mut self) {
        self.queue.clear();
        self.under.clear();
        self.matrix.cancelled = true;
    }

    fn record(&mut self, place: usize, shot: Shot, verdict: Verdict) {
        let row = Row {
            place,
            ..row(shot, verdict)
        };
        self.put(row);
    }

    /// Answers come in any order; rows stand in that of sending.
    fn put(&mut self, row: Row) {
        let at = self.matrix.rows.partition_point(|r| r.place < row.place);
        self.matrix.rows.insert(at, row);
    }
}

/// What a response says.
fn verdict(shot: Shot, accepted: bool, refused: bool) -> Verdict {
    match shot {
        Shot::First | Shot::Last if accepted => Verdict::ControlAccepted,
        Shot::First | Shot::Last => Verdict::ControlRefused,
        Shot::Forged(_) if !accepted && !refused => Verdict::Unclear,
        Shot::Forged(f) => match (f.expected, accepted) {
            (Expected::Either, accepted) => Verdict::Noted(accepted),
            (Expected::Reject, true) => Verdict::Accepted,
            (Expected::Reject, false) => Verdict::Refused,
        },
    }
}

fn row(shot: Shot, verdict: Verdict) -> Row {
    Row {
        place: 0,
        forgery: match shot {
            Shot::Forged(forgery) => Some(forgery),
            Shot::First | Shot::Last => None,
        },
        verdict,
        status: None,
        said: String::new(),
        millis: 0,
        signed: None,
    }
}

/// What a server says, on one line: its error and its description where there are any. An issued
/// token is not repeated.
fn said(response: &Response) -> String {
    let challenges = challenge::read(response);
    let with_error = challenges.iter().find(|c| c.get("error").is_some());
    // A resource server says why in its challenge (RFC 6750 §3).
    let in_header = |name| {
        let value = with_error.and_then(|c| c.get(name));
        value.unwrap_or_default()
    };
    let raw = response.header("www-authenticate").unwrap_or_default();
    let body = serde_json::from_slice::<serde_json::Value>(&response.body).ok();
    let in_body = |name: &str| {
        let value = body.as_ref().and_then(|body| body.get(name)?.as_str());
        value.unwrap_or_default()
    };
    let (error, why) = (in_body("error"), in_body("error_description"));
    let text = match (
        error,
        why,
        in_header("error"),
        in_header("error_description"),
    ) {
        ("", "", "", _) if response.is_success() => String::new(),
        ("", "", "", _) if !raw.is_empty() => raw.to_owned(),
        ("", "", "", _) if body.is_some() => String::new(),
        ("", "", "", _) => {
            let shown = response.body.len().min(400);
            String::from_utf8_lossy(&response.body[..shown]).into_owned()
        }
        ("", "", error, "") | (error, "", _, "") => error.to_owned(),
        ("", "", error, why) | (error, "", _, why) => format!("{error} · {why}"),
        (error, why, ..) => format!("{error}: {why}"),
    };
    excerpt(&text, 240)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_its_error_and_why_wherever_it_says_them() {
        let said = |status: u16, challenge: &str, body: &str| {
            said(&Response {
                status,
                headers: vec![("WWW-Authenticate".into(), challenge.into())],
                body: body.into(),
                millis: 1,
            })
        };
        let long = format!(
            "Bearer realm=\"{}\", error=\"invalid_token\", error_description=\"expired\"",
            "r".repeat(300)
        );
        assert_eq!(said(401, &long, "{}"), "invalid_token · expired");
        assert_eq!(said(401, &long, r#"{"error":"bad"}"#), "bad · expired");
        assert_eq!(
            said(400, "", r#"{"error":"bad","error_description":"why"}"#),
            "bad: why"
        );
        assert_eq!(said(401, "Bearer realm=\"a\"", "no"), "Bearer realm=\"a\"");
        assert_eq!(said(403, "", "<h1>No\u{202e}</h1>"), "<h1>No\\u{202e}</h1>");
        assert_eq!(said(500, "", r#"{"message":"x"}"#), "");
        assert_eq!(said(200, "", r#"{"access_token":"secret"}"#), "");
        assert_eq!(said(200, "", "secret"), "");
    }
}
