//! What the program says, byte for byte: over every capture and report of `tests/corpus`, of the sample
//! chains, and of itself. A change of structure must leave `tests/frozen` as it is; a change that is meant
//! is accepted with `INSTA_UPDATE=always` and read in the difference.

pub mod corpus;
mod program;
mod redact;
mod runs;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use crate::harness::{Place, Ran};

/// The moment of every verdict: the reports of the corpus were made then.
pub const MOMENT: &str = "2026-11-30T00:53:20Z";

/// A command and all that came of it, as a piece of a snapshot.
fn piece(place: &Place, arguments: &[&str]) -> String {
    heard(arguments, &place.run(arguments))
}

/// [`piece`] of something that has run.
fn heard(arguments: &[&str], ran: &Ran) -> String {
    let mut text = format!("$ delegraph {}\n", arguments.join(" "));
    text.push_str(&plain(&ran.out));
    for line in ran.err.lines() {
        text.push_str(&plain(&format!("! {line}")));
    }
    text.push_str(&format!("= {}\n\n", ran.status));
    text
}

/// The text with what a snapshot does not keep apart written out: carriage returns, and a last line that
/// is not ended.
fn plain(text: &str) -> String {
    let mut shown = text.replace('\r', "␍");
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push_str(if text.starts_with("! ") {
            "\n"
        } else {
            "⌁\n"
        });
    }
    shown
}

/// Works on all items at once, as far as there are processors; gives the results in order.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(4, |n| n.get() * 2);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(n) else { break };
                    let result = work(item);
                    results.lock().unwrap().push((n, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, result)| result).collect()
}
