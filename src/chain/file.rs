//! Chains as TOML files, and the samples that come with the program (`assets/chains`).

pub(super) mod fields;
mod read;
pub(super) mod write;

use super::Chain;

/// The version of the format that is read and written here.
pub const VERSION: u32 = 1;

/// A chain file that cannot be read: the place, what is wrong there, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

/// The samples: name and text.
pub const SAMPLES: [(&str, &str); 3] = [
    ("sample", include_str!("../../assets/chains/sample.toml")),
    (
        "sample-risky",
        include_str!("../../assets/chains/sample-risky.toml"),
    ),
    (
        "sample-dpop",
        include_str!("../../assets/chains/sample-dpop.toml"),
    ),
];

/// The text of the sample of that name.
pub fn sample(name: &str) -> Option<&'static str> {
    SAMPLES
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, text)| *text)
}

/// Reads a chain. Checks the form: known fields of the right type, known kinds, unique ids. The
/// wiring may be unfinished; [`super::plan::flaws`] tells what keeps it from running.
pub fn read(text: &str) -> Result<Chain, FileError> {
    read::chain(text)
}

/// Writes a chain, friendly to a line-based diff: a field a line, always in the same order, and
/// fields that say nothing left out. Places on the canvas beyond a million points are left out.
pub fn write(chain: &Chain) -> Result<String, FileError> {
    if chain.version != VERSION {
        return Err(FileError(format!(
            "a chain of version {} cannot be written: this program writes version {VERSION}",
            chain.version
        )));
    }
    Ok(write::chain(chain))
}
