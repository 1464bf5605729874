//! Proofs of possession as a server judges them (RFC 9449 §4.3): a line is the value of a `DPoP` header.
//! Nothing passes that was not signed by the key that it brings, and none of the corpus was for us.
#![no_main]

use std::sync::LazyLock;

use delegraph::oauth::dpop::{Check, Demand, Outcome, judge};
use libfuzzer_sys::{Corpus, fuzz_target};
use url::Url;

static URL: LazyLock<Url> =
    LazyLock::new(|| Url::parse("https://server.example.com/token").expect("an address"));

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let proofs: Vec<&str> = text.lines().take(4).collect();
    let nonces = ["eyJ7S_zG.eyJH0-Z.HX4w-7v".to_owned()];
    let now = 1_562_262_616;
    let simple = Demand {
        method: "POST",
        url: &URL,
        now,
        token: None,
        jkt: None,
        nonces: &[],
    };
    let strict = Demand {
        token: Some("a token"),
        jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
        nonces: &nonces,
        ..simple
    };
    let (loose, judged) = (judge(&proofs, &simple), judge(&proofs, &strict));
    for judged in [&loose, &judged] {
        for step in &judged.steps {
            // What failed says what was found, in words that can be shown.
            let failed = step.outcome == Outcome::Failed;
            assert!(!failed || !step.found.is_empty() && !step.expected.is_empty());
            let shown = step.found.chars().chain(step.expected.chars());
            assert!(!shown.into_iter().any(char::is_control));
        }
        let _ = (judged.jti(), judged.iat());
    }
    // More that is demanded makes no proof better.
    assert!(loose.is_good() || !judged.is_good());
    if loose.is_good() {
        let signed = |s: &delegraph::oauth::dpop::Step| {
            s.check == Check::Signature && s.outcome == Outcome::Passed
        };
        assert!(loose.thumbprint.is_some() && loose.steps.iter().any(signed));
    }
    Corpus::Keep
});
