//! Chains as TOML files, and the samples that come with the program (`assets/chains`).

mod error;
pub(super) mod fields;
mod read;
mod servers;
pub(super) mod write;

use super::{Chain, server::Bundle};

pub use self::error::{FieldProblem, FileError, FilePlace, FileProblem, WriteError};
pub use self::fields::VERSION;

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
    read_whole(text).map(|whole| whole.chain)
}

/// Reads a chain with the servers that stand beside it in the file.
pub fn read_whole(text: &str) -> Result<Bundle, FileError> {
    read::whole(text)
}

/// Writes a chain, friendly to a line-based diff: a field a line, always in the same order, and
/// fields that say nothing left out. Places on the canvas beyond a million points are left out.
pub fn write(chain: &Chain) -> Result<String, WriteError> {
    if chain.version != VERSION {
        return Err(WriteError::Version {
            found: chain.version,
            known: VERSION,
        });
    }
    Ok(write::chain(chain))
}
