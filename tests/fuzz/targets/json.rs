//! Our reader of JSON against `serde_json`: it refuses what that refuses, reads the same value, and
//! is silent on duplicates only where there are none.
#![no_main]

use delegraph::kit::json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let ours = json::parse(bytes);
    match serde_json::from_slice::<Value>(bytes) {
        Ok(theirs) => assert_eq!(ours.expect("serde_json reads it").value, theirs),
        Err(_) => assert!(ours.is_err()),
    }
});
