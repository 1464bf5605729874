//! Whole files in their formats: what is read out of them is bounded, and read the same a second time.
#![no_main]

use std::io::Read as _;

use delegraph::token::{find::find_in_part, formats};
use libfuzzer_sys::fuzz_target;

/// Bytes that are read of what a file holds: a small one may hold any number.
const MOST: u64 = 1 << 20;

fn read(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut opened = formats::open(Box::new(bytes)).ok()?;
    assert!(opened.layers.len() <= 4);
    assert_eq!(opened.words().is_some(), !opened.layers.is_empty());
    let mut inside = Vec::new();
    let whole = opened.bytes.by_ref().take(MOST).read_to_end(&mut inside);
    Some((inside, whole.is_ok()))
}

fuzz_target!(|bytes: &[u8]| {
    let first = read(bytes);
    assert_eq!(first, read(bytes));
    if let Some((inside, _)) = first {
        let text = String::from_utf8_lossy(&inside);
        for found in find_in_part(&text) {
            assert!(text.get(found.span.clone()).is_some());
        }
    }
});
