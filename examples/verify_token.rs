//! Finds a token in a text and says whether it is good, by which key, and why not.
//!
//! `cargo run --example verify_token` takes the example of RFC 7515, appendix A.3;
//! `cargo run --example verify_token -- TEXT KEYS` takes a text with a token and a key or a set of keys.

use std::{env, error::Error, fs};

use delegraph::{
    jose::pem,
    kit::clock::{Clock, Timestamp},
    token::{
        decode::decode,
        explain::principal,
        find::find,
        validate::{Candidate, Policy, judge},
    },
};

const TEXT: &str = include_str!("../tests/vectors/rfc-examples/rfc7515_A.3.jwsc");
const KEYS: &str = include_str!("../tests/vectors/rfc-examples/rfc7515_A.3.jwk");

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let report = match arguments.as_slice() {
        [text, keys] => verify(
            &fs::read_to_string(text)?,
            &fs::read_to_string(keys)?,
            Clock::System.now(),
        )?,
        // Its token has ended long ago.
        _ => verify(TEXT, KEYS, "2011-03-22T18:00:00Z".parse()?)?,
    };
    print!("{report}");
    Ok(())
}

/// The verdict on the first token in the text at a moment, in words.
pub fn verify(text: &str, keys: &str, now: Timestamp) -> Result<String, Box<dyn Error>> {
    let found = find(text);
    let found = found.first().ok_or("there is no token in the text")?;
    let token = decode(&found.raw);
    let keys: Vec<Candidate> = pem::read(keys)?
        .into_iter()
        .map(|key| Candidate::new(key, "given".into(), None))
        .collect();
    let verdict = judge(&token, &keys, &Policy::at(now));

    let mut report = format!("{}: {}\n", token.kind.label(), principal(&token).sentence());
    report.push_str(if verdict.verified() {
        "It is good: "
    } else {
        "It is not accepted: "
    });
    report.push_str(&verdict.reason);
    report.push('\n');
    for problem in &verdict.claims_problems {
        report.push_str(&format!("  {problem}\n"));
    }
    Ok(report)
}
