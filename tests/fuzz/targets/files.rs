//! Chain files and workspaces: what is read is written so that it is read as the same.
#![no_main]

use delegraph::{app::format, chain::file};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    if let Ok(chain) = file::read(text) {
        let written = file::write(&chain).expect("a chain that was read can be written");
        assert_eq!(file::read(&written).as_ref(), Ok(&chain), "{written}");
    }
    if let Ok(document) = format::read(text) {
        let vault = document.vault.clone();
        let written =
            format::write(&document, None, &vault, false).expect("a document can be written");
        let again = format::read(&written).expect("our own document is read");
        assert_eq!(again.workspace, document.workspace, "{written}");
    }
    Corpus::Keep
});
