//! What a server answers, to each of our requests. The first byte chooses the status, the first line
//! is the content type, the second a challenge.
#![no_main]

use std::collections::BTreeSet;

use delegraph::oauth::{
    challenge,
    failure::RefusalPlace,
    http::Response,
    introspect, metadata,
    token_response::{self, Requested},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut line = || parts.next().unwrap_or_default();
    let (first, second, body) = (line(), line(), line());
    let status = match first.first() {
        Some(b'4') => 400,
        Some(b'1') => 401,
        Some(b'5') => 503,
        _ => 200,
    };
    let response = Response {
        status,
        headers: vec![
            (
                "Content-Type".into(),
                String::from_utf8_lossy(first.get(1..).unwrap_or_default()).into(),
            ),
            (
                "WWW-Authenticate".into(),
                String::from_utf8_lossy(second).into(),
            ),
        ],
        body: body.to_vec(),
        millis: 1,
    };
    let _ = challenge::read(&response);
    assert!(!challenge::refusal(&response).line().is_empty());
    if let Err(failure) = introspect::read_introspection(&response) {
        assert!(!failure.line().is_empty());
    }
    let _ = introspect::read_revocation(&response);
    let _ = metadata::parse("https://as.example", &response);
    for place in [
        RefusalPlace::Code,
        RefusalPlace::Exchange,
        RefusalPlace::Refresh,
    ] {
        let asked = Requested {
            place,
            scope: BTreeSet::from(["read".into()]),
            requested_token_type: None,
        };
        match token_response::read(&response, &asked) {
            Ok(_) => assert_eq!(status, 200),
            Err(failure) => assert!(!failure.line().is_empty()),
        }
    }
});
