//! The header that was read last: the tokens of a log, or of one issuer, mostly have the same, and
//! reading it takes about as long as reading the claims.

use std::{cell::RefCell, sync::Arc};

use crate::kit::json::Json;

/// Longest header that is remembered, in characters.
const LONGEST: usize = 1024;

thread_local! {
    /// The encoded text, and what it says; only of one that nothing was wrong with.
    static LAST: RefCell<(String, Option<Arc<Json>>)> = RefCell::default();
}

/// What the header says, when it is the same text as before.
pub(super) fn known(text: &str) -> Option<Arc<Json>> {
    LAST.with_borrow(|(last, json)| json.clone().filter(|_| last == text))
}

/// Keeps what a header says; call it only when there was nothing to report about it.
pub(super) fn remember(text: &str, json: Option<&Arc<Json>>) {
    if text.len() > LONGEST {
        return;
    }
    LAST.with_borrow_mut(|(last, kept)| {
        text.clone_into(last);
        *kept = json.cloned();
    });
}

#[cfg(test)]
mod tests {
    use crate::{jose::b64, token::decode::decode};

    #[test]
    fn the_same_header_is_read_once_and_shared() {
        let header = b64::encode(r#"{"alg":"none","kid":"same"}"#);
        let token = |claims: &str| decode(&format!("{header}.{}.", b64::encode(claims)));
        let (one, two) = (token(r#"{"sub":"a"}"#), token(r#"{"sub":"b"}"#));
        let (Some(a), Some(b)) = (&one.header, &two.header) else {
            panic!("both have a header");
        };
        assert!(std::sync::Arc::ptr_eq(a, b));
        assert_eq!(two.claim_text("sub"), Some("b"));
    }

    #[test]
    fn what_is_wrong_with_a_header_is_told_every_time() {
        for header in [
            b64::encode(r#"{"alg":"none","alg":"ES256"}"#),
            b64::encode("{\"alg\":\"no\u{200b}ne\"}"),
            format!("{}=", b64::encode(r#"{"alg":"none"}"#)),
            b64::encode(r#"{"alg":"none""#),
        ] {
            let text = format!("{header}.{}.", b64::encode(r#"{"sub":"a"}"#));
            let first = decode(&text);
            assert!(!first.problems.is_empty(), "{header}");
            assert_eq!(first, decode(&text));
        }
    }
}
