//! The decoder, and all that is said about a token without a key: it always answers, and says the
//! same of the text that it kept.
#![no_main]

use delegraph::{
    kit::clock::from_numeric_date,
    token::{
        claims,
        craft::{self, Part},
        decode::decode,
        explain,
        validate::{Policy, judge},
    },
};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let token = decode(text);
    let principal = explain::principal(&token);
    let _ = (principal.sentence(), principal.short());
    let _ = (claims::actors(&token), claims::scopes(&token));
    let _ = (claims::audiences(&token), claims::holder_key(&token));
    let again = decode(&token.raw);
    assert_eq!(again.raw, token.raw, "what was kept is not what is read");
    assert_eq!(again.kind, token.kind);
    assert_eq!(again.claims, token.claims);
    if let Some(now) = from_numeric_date(1_700_000_000) {
        let verdict = judge(&token, &[], &Policy::at(now));
        assert!(!verdict.verified(), "verified without a key");
        assert!(!verdict.reason.is_empty());
    }
    // Text and rows are one value: what is shown can be written back, and reads the same.
    if let Ok(shown) = craft::text(&token.raw, Part::Payload)
        && let Ok(edited) = craft::set_text(&token.raw, Part::Payload, &shown)
    {
        assert_eq!(decode(&edited).claims, token.claims, "{edited}");
    }
    Corpus::Keep
});
