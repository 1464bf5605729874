//! Compares the tokens of a chain hop by hop, and tells what the rules say of them.
//!
//! `cargo run --example lint_chain` takes a chain that the tests hold; `cargo run --example lint_chain --
//! FILE ...` takes a file for each hop, in order.

use std::{env, error::Error, fs};

use delegraph::{
    evidence::Evidence,
    kit::clock::{Clock, Timestamp},
    risk::{Settings, evaluate},
    token::{Token, decode::decode, find::find},
};

const CHAIN: [&str; 2] = [
    include_str!("../tests/corpus/reports/may-act-without-iss/m1-plain.jwt"),
    include_str!("../tests/corpus/reports/may-act-without-iss/m2-plain.jwt"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let mut texts = Vec::new();
    for file in &files {
        texts.push(fs::read_to_string(file)?);
    }
    if texts.is_empty() {
        texts = CHAIN.map(str::to_owned).to_vec();
    }
    print!("{}", lint(&texts, Clock::System.now())?);
    Ok(())
}

/// The findings on a chain, a text for each hop, at a moment.
pub fn lint(texts: &[String], now: Timestamp) -> Result<String, Box<dyn Error>> {
    let mut tokens: Vec<Token> = Vec::new();
    for text in texts {
        let found = find(text);
        let found = found.first().ok_or("there is no token in the text")?;
        tokens.push(decode(&found.raw));
    }
    let evidence = Evidence::chain_of(tokens);
    let report = evaluate(&evidence, &Settings::at(now));

    let mut words = String::new();
    for finding in &report.findings {
        words.push_str(&format!(
            "{} {} at {}: {}\n",
            finding.severity.name(),
            finding.rule.id,
            evidence.hops[finding.hop].name,
            finding.message
        ));
    }
    words.push_str(&format!(
        "{} findings, {} rules could not be evaluated\n",
        report.findings.len(),
        report.not_evaluable.len()
    ));
    Ok(words)
}
