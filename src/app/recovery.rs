//! What an earlier start left behind unsaved.

use std::path::{Path, PathBuf};

use super::workspace::Workspace;

/// A workspace that an earlier start left behind unsaved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where it was kept.
    pub path: PathBuf,
    /// What it is called; `an unnamed workspace` without a name and a file.
    pub name: String,
}

impl Recovery {
    /// What was kept at `path`: the workspace, and the file that it was last saved to.
    pub fn of(path: PathBuf, workspace: &Workspace, saved: Option<&Path>) -> Self {
        let file = saved.and_then(Path::file_stem).map(|s| s.to_string_lossy());
        let name = match (workspace.name.as_str(), file) {
            ("", Some(stem)) => stem.into_owned(),
            ("", None) => "an unnamed workspace".into(),
            (name, _) => name.to_owned(),
        };
        Self { path, name }
    }
}
