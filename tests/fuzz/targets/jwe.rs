//! JWE in both forms, opened with the keys of the vectors' kinds: nothing that was not sealed with a
//! key comes out of it, and no header costs more than its bounds.
#![no_main]

use std::sync::LazyLock;

use delegraph::{
    jose::{Jwk, jwe, pem},
    token::decrypt::decrypt,
};
use libfuzzer_sys::{Corpus, fuzz_target};

/// One key of each type, none of which has sealed anything in the corpus.
static KEYS: LazyLock<Vec<Jwk>> = LazyLock::new(|| {
    [
        r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
        include_str!("../../vectors/openssl/p256.pkcs8.pem"),
    ]
    .into_iter()
    .flat_map(|text| pem::read(text).expect("a key of the vectors is read"))
    .collect()
});

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let Ok(sealed) = jwe::read(text) else {
        return Corpus::Keep;
    };
    // A password is worth a million iterations: bounded, and under test elsewhere.
    if text.contains("p2c") || sealed.header(0).contains_key("p2c") {
        return Corpus::Reject;
    }
    assert!(!decrypt(text, &KEYS).is_complete());
    Corpus::Keep
});
