//! Carries firing out: requests at their pace, several at once, answers as they come, news now and
//! then. Firing is one effect, whatever it sends: driven from `app::apply`, each request would wait for a
//! frame.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    task::{Id, JoinSet},
    time::{Instant, sleep_until, timeout},
};

use super::http::Http;
use crate::{
    app::forge::Volley,
    attack::fire::{Answer, Fire, Next, Ticket},
    chain::run::Exchanged,
    kit::{
        Env,
        clock::{Clock, Timestamp},
    },
    oauth::http::Request,
};

/// How often there is news at most: often enough for a bar that moves, seldom enough for a window
/// that draws.
const NEWS: Duration = Duration::from_millis(80);

/// Why there is no answer when sending itself fails as it must not.
const DEFECT: &str = "The request could not be sent: this is a defect of Delegraph.";

/// A request that waits for its answer.
struct Waiting {
    ticket: Ticket,
    at: Timestamp,
    purpose: String,
    request: Request,
}

impl Waiting {
    fn ended(self, answer: &Answer) -> Exchanged {
        Exchanged {
            at: self.at,
            purpose: self.purpose,
            request: self.request,
            response: match answer {
                Answer::Response(response) => Ok(response.clone()),
                Answer::Failed(why) => Err(why.clone()),
                Answer::Silent(seconds) => Err(format!("No answer within {seconds} s.")),
            },
        }
    }
}

/// What is to be told.
struct News<T: Fn(Volley)> {
    tell: T,
    exchanged: Vec<(usize, Exchanged)>,
    /// Something has changed since it was last told.
    fresh: bool,
    due: Instant,
}

impl<T: Fn(Volley)> News<T> {
    fn out(&mut self, fire: &Fire, over: bool) {
        self.fresh = false;
        self.due = Instant::now() + NEWS;
        (self.tell)(Volley {
            matrix: Arc::new(fire.matrix().clone()),
            sent: fire.sent(),
            exchanged: std::mem::take(&mut self.exchanged),
            over,
        });
    }
}

/// Fires until all is done or `stop` is notified. `tell` is called with news, the last time when it
/// is over.
pub(super) async fn fire(
    http: &Http,
    mut fire: Fire,
    clock: Clock,
    stop: &Notify,
    tell: impl Fn(Volley),
) {
    let pause = Duration::from_millis(fire.plan().pace.pause());
    let patience = fire.plan().pace.patience();
    let mut news = News {
        tell,
        exchanged: Vec::new(),
        fresh: false,
        due: Instant::now() + NEWS,
    };
    let mut air: JoinSet<Answer> = JoinSet::new();
    let mut waiting: HashMap<Id, Waiting> = HashMap::new();
    let mut due = Instant::now();
    // An answer has to come before there is something to send.
    let mut full = false;
    loop {
        let now = Instant::now();
        if !full && now >= due {
            let Some((next, back)) = next(fire, clock).await else {
                return; // the program ends
            };
            fire = back;
            match next {
                Next::Send(ticket, request) => {
                    let name = fire.name(ticket);
                    let sent = Waiting {
                        ticket,
                        at: clock.now(),
                        purpose: format!("forge: {name}"),
                        request: request.clone(),
                    };
                    let http = http.clone();
                    let task = air.spawn(async move { send(&http, &request, patience).await });
                    waiting.insert(task.id(), sent);
                    due = (due + pause).max(now);
                    news.fresh = true;
                }
                Next::Wait => full = true,
                Next::Done => break,
            }
        }
        tokio::select! {
            biased;
            () = stop.notified() => {
                let answer = Answer::Failed("Cancelled before the answer came.".into());
                let mut waiting: Vec<Waiting> = waiting.into_values().collect();
                waiting.sort_by_key(|w| w.ticket);
                for sent in waiting {
                    news.exchanged.push((Fire::place(sent.ticket), sent.ended(&answer)));
                }
                fire.cancel();
                break;
            }
            Some(ended) = air.join_next_with_id(), if !air.is_empty() => {
                full = false;
                news.fresh = true;
                let (id, answer) = match ended {
                    Ok(ended) => ended,
                    Err(defect) => (defect.id(), Answer::Failed(DEFECT.into())),
                };
                if let Some(sent) = waiting.remove(&id) {
                    let ticket = sent.ticket;
                    news.exchanged.push((Fire::place(ticket), sent.ended(&answer)));
                    fire.answered(ticket, answer);
                    if let Some(wait) = fire.take_pause() {
                        due = due.max(Instant::now() + wait);
                    }
                }
            }
            () = sleep_until(due), if !full => {}
            () = sleep_until(news.due), if news.fresh => news.out(&fire, false),
        }
    }
    news.out(&fire, true);
}

/// What is due. Forgeries are made here, and some take long: not on a thread that carries requests.
async fn next(mut fire: Fire, clock: Clock) -> Option<(Next, Fire)> {
    let made = tokio::task::spawn_blocking(move || {
        let next = fire.next(&Env::system(clock));
        (next, fire)
    });
    made.await.ok()
}

async fn send(http: &Http, request: &Request, patience: u32) -> Answer {
    let limit = Duration::from_secs(patience.into());
    match timeout(limit, http.send(request)).await {
        Ok(Ok(response)) => Answer::Response(response),
        Ok(Err(why)) => Answer::Failed(why),
        Err(_) => Answer::Silent(patience),
    }
}

#[cfg(test)]
mod tests;
