//! Captures of requests: how each token was sent is read of any text, and every place that it names is
//! one of the tokens.
#![no_main]

use delegraph::{
    evidence::{response, sent},
    oauth::dpop::Seen,
    token::{
        Token,
        decode::decode,
        find::{Found, find},
    },
};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let found = find(text);
    let tokens: Vec<Token> = found.iter().map(|f| decode(&f.raw)).collect();
    let pairs: Vec<(&Found, &Token)> = found.iter().zip(&tokens).collect();
    let all = sent::in_text(text, &pairs);
    assert_eq!(all.len(), found.len());
    for (sent, (found, token)) in all.iter().zip(&pairs) {
        let Some(sent) = sent else { continue };
        assert!(sent.with.is_none_or(|n| n < all.len()));
        let request = sent.request.as_ref();
        let seen = Seen {
            proof: &token.raw,
            proofs: sent.proofs,
            method: request.map(|line| line.method.as_str()),
            url: request.and_then(|line| line.url.as_deref()),
            token: None,
            jkt: None,
            now: 0,
        };
        let reading = seen.judge();
        assert!(reading.open.len() <= 2);
        for code in response::codes(text, &found.span) {
            assert!(!code.is_empty());
        }
    }
    Corpus::Keep
});
