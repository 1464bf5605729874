//! What a format of whole files is.

use std::io::Read;

/// The first bytes of a file, as many as a format is shown: the headers of a mail are long.
pub(super) const HEAD: usize = 32 << 10;

/// Bytes as they are read.
pub type Input<'a> = Box<dyn Read + 'a>;

/// A format of whole files.
pub struct Format {
    /// What was done to read it, as it stands beside a place: `unpacked from gzip`.
    pub words: &'static str,
    /// Whether a file that begins so is one.
    pub(in crate::token) sniff: fn(&[u8]) -> bool,
    /// What it holds; or what it is, and what to do, in a sentence without a full stop.
    pub(in crate::token) open: for<'a> fn(Input<'a>) -> Result<Input<'a>, String>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Format({})", self.words)
    }
}
