//! The finder over any text: every token stands where it is said to stand, and is itself found again.
#![no_main]

use delegraph::token::find::find;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let lines = text.split('\n').count();
    for found in find(text) {
        assert!(!found.raw.is_empty());
        assert!(
            text.get(found.span.clone()).is_some(),
            "{:?} is no part of the text",
            found.span
        );
        assert!((1..=lines).contains(&found.line), "line {}", found.line);
        assert!(found.column >= 1);
    }
    Corpus::Keep
});
