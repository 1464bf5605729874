//! Keys and key sets in JSON: a key that is read has a thumbprint or a reason, and comes back from
//! PEM as the same key.
#![no_main]

use delegraph::jose::{Jwks, pem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(set) = Jwks::parse(bytes) else { return };
    for key in &set.keys {
        let _ = (key.describe(), key.alg(), key.is_private());
        if let Some(public) = key.public() {
            assert!(!public.is_private());
            assert_eq!(public.thumbprint(), key.thumbprint());
        }
        if let Ok(text) = pem::write(key) {
            let back = pem::read(&text).expect("our own PEM is read");
            assert_eq!(back.len(), 1);
            assert_eq!(back[0].is_private(), key.is_private());
            // DER knows no leading zeros and no bits to spare: what has been through it stays.
            assert_eq!(pem::write(&back[0]).as_ref(), Ok(&text));
        }
    }
});
