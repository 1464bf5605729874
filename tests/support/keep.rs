//! Texts that must stay as they are, a file each below `tests/frozen`.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// Compares texts, by name, with the files of `tests/frozen/<folder>`: all of them, so that every
/// difference is seen at once. No file may be left over.
pub fn frozen(folder: &str, texts: &[(String, String)]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new("../frozen").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut changed = Vec::new();
    for (name, text) in texts {
        let compare = || settings.bind(|| insta::assert_snapshot!(name.as_str(), text));
        if catch_unwind(AssertUnwindSafe(compare)).is_err() {
            changed.push(name.as_str());
        }
    }
    assert!(changed.is_empty(), "{folder}: changed: {changed:#?}");
    let known: BTreeSet<String> = texts.iter().map(|(name, _)| name.clone()).collect();
    let kept: BTreeSet<String> = names(&root().join("tests/frozen").join(folder))
        .into_iter()
        .filter_map(|name| Some(name.strip_suffix(".snap")?.to_owned()))
        .collect();
    assert_eq!(known, kept, "{folder}: texts and files");
}

/// The root of the package.
pub fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// The names in a folder, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
