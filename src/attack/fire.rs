//! Firing forgeries at a target, as a state machine without I/O: requests out, answers in. The
//! untouched token is sent first and last. When it is refused first, nothing else is sent; when it
//! is refused last, the target changed its mind in between, and the result says nothing.
//!
//! Several requests may be under way at once, but for the two controls, and what cannot be undone:
//! these are sent alone.

mod plan;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use super::{
    Expected, Forgery, Matrix, Row, Verdict,
    answer::{self, Control, Outcome},
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

/// Times that one request is sent again because the target was busy.
const MOST_WAITS: u8 = 3;

/// Seconds that a target may ask to be left alone, each time; one that asks for more is left.
const LONGEST_WAIT: u64 = 120;

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
    /// A request waits for its answer: this one.
    waits: Option<Request>,
}

/// How often a shot was sent again, and why.
#[derive(Clone, Copy, Default)]
struct Tries {
    nonce: bool,
    waits: u8,
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
    /// What is to be sent again, with the places of their rows.
    again: VecDeque<(usize, Shot)>,
    tries: HashMap<usize, Tries>,
    /// How long the target asked to be left alone.
    pause: Option<Duration>,
    /// The good request with its answer.
    control: Option<Control>,
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
            again: VecDeque::new(),
            tries: HashMap::new(),
            pause: None,
            control: None,
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

    /// How long nothing is to be sent, where the target asked for it: told once.
    pub fn take_pause(&mut self) -> Option<Duration> {
        self.pause.take()
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
            let due = self.under.iter_mut().find(|(_, u)| u.waits.is_none());
            if let Some((&place, under)) = due {
                if let Some(request) = under.left.pop_front() {
                    under.waits = Some(request.clone());
                    self.sent += 1;
                    return Next::Send(Ticket(place), request);
                }
                self.under.remove(&place);
                continue;
            }
            let first = self.again.front().map(|(_, shot)| shot);
            let Some(&shot) = first.or(self.queue.front()) else {
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
            let place = if let Some((place, _)) = self.again.pop_front() {
                place
            } else {
                self.queue.pop_front();
                self.place += 1;
                self.place - 1
            };
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
                        waits: None,
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
        let request = under.waits.take();
        let (shot, signed, more) = (under.shot, under.signed, !under.left.is_empty());
        let response = match answer {
            Answer::Response(response) => response,
            none => {
                self.under.remove(&place);
                return self.unanswered(place, shot, signed, &none);
            }
        };
        let Some(request) = request else {
            return;
        };
        self.silent = 0;
        if let Some(nonce) = response.header("dpop-nonce") {
            self.nonce = Some(nonce.to_owned());
        }
        let control = self.control.as_ref().filter(|_| !shot.is_control());
        let mut outcome = answer::read(&self.plan.target, &request, &response, control);
        let tries = self.tries.entry(place).or_default();
        match outcome {
            // RFC 9449 §8, §9: only with the server's nonce it is what it was meant to be.
            Outcome::Nonce if !tries.nonce => {
                tries.nonce = true;
                return self.send_again(place, shot);
            }
            Outcome::Nonce => outcome = Outcome::Refused(None),
            Outcome::Later(seconds) if tries.waits < MOST_WAITS && seconds <= LONGEST_WAIT => {
                tries.waits += 1;
                let wait = Duration::from_secs(seconds);
                self.pause = Some(self.pause.map_or(wait, |other| other.max(wait)));
                return self.send_again(place, shot);
            }
            Outcome::Later(seconds) => {
                outcome = Outcome::Unclear(Some(format!(
                    "the target limits requests: it asks to wait {seconds} s"
                )));
            }
            _ => {}
        }
        if more && response.is_success() {
            return; // the next step is due
        }
        self.under.remove(&place);
        let single = shot.is_control() && self.plan.is_single();
        let (verdict, why) = if more {
            let why = format!("the step before it was answered with {}", response.status);
            (Verdict::NotSent(why), None)
        } else {
            verdict(shot, outcome, single)
        };
        let said = match why {
            Some(why) => excerpt(&why, 240),
            None => said(&response),
        };
        if verdict == Verdict::ControlAccepted && matches!(shot, Shot::First) {
            self.control = Some(Control {
                request,
                response: response.clone(),
            });
        }
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

    /// Sends a shot again, made anew: a proof serves once.
    fn send_again(&mut self, place: usize, shot: Shot) {
        self.under.remove(&place);
        self.again.push_back((place, shot));
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
            self.again.clear();
        } else if self.silent >= SILENT && !self.queue.is_empty() {
            self.matrix.ended = Some(format!(
                "The target answers no more: after {SILENT} requests in a row without an answer the rest was not sent. The last one: {why}."
            ));
            let again = std::mem::take(&mut self.again);
            let queue = std::mem::take(&mut self.queue);
            let mut places = self.place..;
            let rest = again
                .into_iter()
                .chain(
                    queue
                        .into_iter()
                        .map(|shot| (places.next().unwrap_or(usize::MAX), shot)),
                )
                .collect::<Vec<_>>();
            self.place = places.start;
            for (place, left) in rest {
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
        self.again.clear();
    }

    /// Ends it: what was not sent is left out.
    pub fn cancel(&mut self) {
        self.queue.clear();
        self.again.clear();
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

/// What an outcome says of a shot, and why, where the answer itself does not say it. Of a token that is
/// sent alone nobody says that it is good: what the target makes of it is what is asked.
fn verdict(shot: Shot, outcome: Outcome, single: bool) -> (Verdict, Option<String>) {
    let forgery = match shot {
        Shot::Forged(forgery) => forgery,
        Shot::First | Shot::Last => {
            return match outcome {
                Outcome::Granted | Outcome::Withheld(_) if single => (Verdict::Noted(true), None),
                Outcome::Granted | Outcome::Withheld(_) => (Verdict::ControlAccepted, None),
                Outcome::Refused(why) if single => (Verdict::Noted(false), why),
                Outcome::Unclear(why) if single => (Verdict::Unclear, why),
                Outcome::Refused(why) | Outcome::Unclear(why) => (Verdict::ControlRefused, why),
                Outcome::Later(_) | Outcome::Nonce => (Verdict::Unclear, None),
            };
        }
    };
    let either = forgery.expected == Expected::Either;
    match outcome {
        Outcome::Granted if either => (Verdict::Noted(true), None),
        Outcome::Granted => (Verdict::Accepted, None),
        Outcome::Withheld(why) if either => (Verdict::Noted(false), Some(why)),
        Outcome::Withheld(why) => (Verdict::Withheld(why), None),
        Outcome::Refused(why) if either => (Verdict::Noted(false), why),
        Outcome::Refused(why) => (Verdict::Refused, why),
        Outcome::Unclear(why) => (Verdict::Unclear, why),
        Outcome::Later(_) | Outcome::Nonce => (Verdict::Unclear, None),
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
