//! PEM and DER, encrypted ones as well.
#![no_main]

use delegraph::{jose::pem, kit::secret::Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = pem::read_bytes(bytes, Some(&Secret::new("correct-horse")));
    if let Ok(keys) = pem::read_bytes(bytes, None) {
        for key in keys {
            assert!(!key.describe().is_empty());
            let _ = key.thumbprint();
            let _ = pem::write(&key);
        }
    }
});
