//! The programs in `examples`, run as they stand there.

use delegraph::kit::clock::Timestamp;

#[path = "../../examples/lint_chain.rs"]
#[allow(dead_code)] // `main` and what it alone needs
mod lint_chain;
#[path = "../../examples/run_chain.rs"]
#[allow(dead_code)] // likewise
mod run_chain;
#[path = "../../examples/verify_token.rs"]
#[allow(dead_code)] // likewise
mod verify_token;

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(crate::keep::root().join("tests").join(file)).unwrap()
}

#[test]
fn a_token_is_verified() {
    let text = read("vectors/rfc-examples/rfc7515_A.3.jwsc");
    let key = read("vectors/rfc-examples/rfc7515_A.3.jwk");
    let verify = |key: &str, moment: &str| verify_token::verify(&text, key, at(moment)).unwrap();
    let good = verify(&key, "2011-03-22T18:00:00Z");
    assert!(good.contains("It is good: "), "{good}");
    let late = verify(&key, "2012-01-01T00:00:00Z");
    assert!(late.contains("It is not accepted: "), "{late}");
    let other = read("vectors/rfc-examples/rfc7515_A.2.jwk");
    let other = verify(&other, "2011-03-22T18:00:00Z");
    assert!(other.contains("It is not accepted: "), "{other}");
    assert!(verify_token::verify("no token here", &key, at("2011-03-22T18:00:00Z")).is_err());
}

#[test]
fn a_chain_is_linted() {
    let hop = |n: usize| read(&format!("corpus/reports/64-scope-array-chain/{n}.jwt"));
    let words = lint_chain::lint(&[hop(0), hop(1), hop(2)], at("2026-11-30T00:53:20Z")).unwrap();
    assert!(words.contains(" at hop 1: "), "{words}");
    assert!(words.ends_with("could not be evaluated\n"), "{words}");
}

#[test]
fn a_chain_is_run() {
    let words = run_chain::run("sample").unwrap();
    assert!(words.starts_with("done     alice\n"), "{words}");
    assert!(words.ends_with("passed\n"), "{words}");
    assert!(run_chain::run("no such sample").is_err());
}
