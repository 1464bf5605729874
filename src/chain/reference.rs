//! Where a secret or a token is to be read when it is needed, so that it stands in no file that is shared.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{
    jose::pem,
    kit::text::{escape, excerpt},
};

const ENV: &str = "env:";
const FILE: &str = "file:";

/// A place that a secret or a token is read from: `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Reference {
    /// A variable of the environment.
    Env(String),
    /// A file; white space at its end does not count.
    File(PathBuf),
}

/// Text that names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The key itself, which is not repeated.
    #[error(
        "holds a private key itself: write the key to a file and name it by `file:PATH`, or a variable by \
         `env:NAME`"
    )]
    Key,
    /// It begins with neither word.
    #[error("is no reference: write `env:NAME` for a variable or `file:PATH` for a file")]
    Neither,
    /// No variable has such a name.
    #[error("names no variable: write its name after `env:`, without `=`")]
    Variable,
    /// Nothing after `file:`.
    #[error("names no file: write its path after `file:`")]
    Path,
}

impl Reference {
    /// Whether a text is meant as a reference, be it a good one or not.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with(ENV) || text.starts_with(FILE)
    }

    /// A reference, or the bare path of a file.
    pub fn or_file(text: &str) -> Result<Self, ReferenceError> {
        if Self::is_meant(text) || pem::is_private_key_text(text) {
            text.parse()
        } else {
            Ok(Self::File(text.into()))
        }
    }

    /// The same place, a relative path counted from `folder`.
    #[must_use]
    pub fn from_folder(self, folder: &Path) -> Self {
        match self {
            // What is absolute stays.
            Self::File(path) => Self::File(folder.join(path)),
            env @ Self::Env(_) => env,
        }
    }

    /// In words, for what cannot be read there.
    pub fn words(&self) -> String {
        match self {
            Self::Env(name) => format!("the variable {}", excerpt(name, 80)),
            Self::File(path) => escape(&path.to_string_lossy()).into_owned(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "{ENV}{name}"),
            Self::File(path) => write!(f, "{FILE}{}", path.display()),
        }
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let text = text.trim();
        let bare = text.strip_prefix(ENV).or_else(|| text.strip_prefix(FILE));
        if pem::is_private_key_text(bare.unwrap_or(text)) {
            return Err(ReferenceError::Key);
        }
        if let Some(name) = text.strip_prefix(ENV) {
            // The system knows no such names, and reading one would be an error of the program.
            let legal = !name.is_empty() && !name.contains(['=', '\0']);
            return if legal {
                Ok(Self::Env(name.to_owned()))
            } else {
                Err(ReferenceError::Variable)
            };
        }
        match text.strip_prefix(FILE) {
            Some("") => Err(ReferenceError::Path),
            Some(path) => Ok(Self::File(path.into())),
            None => Err(ReferenceError::Neither),
        }
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_anything_else_is_not() {
        assert_eq!("env:A".parse(), Ok(Reference::Env("A".into())));
        assert_eq!("file:a/b".parse(), Ok(Reference::File("a/b".into())));
        let neither = [
            ("hunter2", ReferenceError::Neither),
            ("", ReferenceError::Neither),
            ("env:", ReferenceError::Variable),
            ("env:A=B", ReferenceError::Variable),
            ("file:", ReferenceError::Path),
            ("{\"kty\":\"oct\",\"k\":\"AA\"}", ReferenceError::Key),
            ("env:{\"kty\":\"EC\",\"d\":\"AA\"}", ReferenceError::Key),
            ("file:-----BEGIN PRIVATE KEY-----\nMII", ReferenceError::Key),
        ];
        for (text, why) in neither {
            assert_eq!(text.parse::<Reference>(), Err(why), "{text}");
        }
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHc";
        assert_eq!(Reference::or_file(key), Err(ReferenceError::Key));
        assert!(!ReferenceError::Key.to_string().contains("BEGIN"));
        assert_eq!(
            Reference::or_file("a.pem"),
            Ok(Reference::File("a.pem".into()))
        );
        let below = |text: &str| {
            let reference: Reference = text.parse().unwrap();
            reference.from_folder(Path::new("/x")).to_string()
        };
        assert_eq!(below("file:a/b"), "file:/x/a/b");
        assert_eq!(below("file:/a/b"), "file:/a/b");
        assert_eq!(below("env:a/b"), "env:a/b");
    }
}
