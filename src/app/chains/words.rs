//! What chains and samples are called.

use crate::{chain::Chain, kit::text::escape};

/// A chain as people call it.
pub(in crate::app) fn title(chain: &Chain) -> String {
    let title = if chain.title.is_empty() {
        &chain.name
    } else {
        &chain.title
    };
    escape(title).into_owned()
}

/// A sample as it stands inside a sentence.
pub(in crate::app) fn sample_in_words(name: &str) -> String {
    match name {
        "sample" => "the sample chain".into(),
        "sample-dpop" => "the sample chain with DPoP".into(),
        "sample-risky" => "the risky sample chain".into(),
        other => format!("the sample {}", escape(other)),
    }
}
