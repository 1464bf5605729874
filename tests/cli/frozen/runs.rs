//! The sample chains, run at the practice server that the command starts: what comes of them, and the
//! reports that are written.

use super::{each, heard, redact::Redaction};
use crate::{harness::Place, keep::frozen};

const SAMPLES: [&str; 3] = ["sample", "sample-risky", "sample-dpop"];

fn run(sample: &str) -> String {
    let place = Place::new();
    let mut text = String::new();
    let mut redaction = Redaction::begin();
    for words in [
        &["chain", "run", "--json", "--junit", "run.xml", sample][..],
        &["chain", "run", "--report", "run.md", sample],
    ] {
        let mut ran = place.run(words);
        // Which states are seen on the way depends on how fast the answers come.
        ran.err.clear();
        text.push_str(&redaction.apply(&heard(words, &ran)));
    }
    for file in ["run.xml", "run.md"] {
        // Markdown writes `_` as `\_`, in thumbprints as well.
        let page = place.read(file).replace("\\_", "_");
        text.push_str(&format!("{file}\n{}\n", redaction.apply(&page)));
    }
    text
}

#[test]
fn frozen_runs_of_the_samples() {
    frozen(
        "runs",
        &each(&SAMPLES, |sample| ((*sample).to_owned(), run(sample))),
    );
}
