//! Why a chain file cannot be read or written.

use crate::{
    chain::{dpop::DpopError, reference::ReferenceError},
    kit::{
        spelling::nearest,
        text::{escape, excerpt},
    },
};

/// A chain file that cannot be read: the place, what is wrong there, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .place.map_or_else(String::new, |place| format!("{place}: ")))]
pub struct FileError {
    /// Where; `None` when the TOML parser does not say.
    pub place: Option<FilePlace>,
    /// What is wrong there.
    pub problem: FileProblem,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}")]
pub struct FilePlace {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// What is wrong with a chain file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// Not TOML: why, in the parser's words.
    #[error("not TOML: {}", escape(.0))]
    NotToml(String),
    /// It does not say which version of the format it has.
    #[error("the file has no `version`: a chain file begins with `version = {known}`")]
    NoVersion {
        /// The version that is read here.
        known: u32,
    },
    /// A field that is required.
    #[error("{what} has no `{field}`: add it")]
    Missing {
        /// The table.
        what: String,
        /// The field.
        field: &'static str,
    },
    /// A field that holds something else than it must.
    #[error("`{field}` of {what} {problem}")]
    Field {
        /// The table.
        what: String,
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// A field that no table of this kind has.
    #[error(
        "{what} has a field `{}` that is not known here{}; fields are {}",
        excerpt(.field, 40),
        did_you_mean(.field, .known),
        .known.join(", ")
    )]
    Unknown {
        /// The table.
        what: String,
        /// The field.
        field: String,
        /// Those that are known.
        known: Vec<&'static str>,
    },
    /// Two nodes of one name.
    #[error(
        "there is already a node with the id `{}`: wires name nodes by id, so each needs its own",
        escape(.0)
    )]
    IdTwice(String),
    /// Two servers of one name, or two clients of one server.
    #[error("there is already {what} `{}`: nodes name it by that, so each needs its own", escape(.name))]
    NameTwice {
        /// What: `a server`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An expectation of no field, or of several.
    #[error(
        "an expectation has exactly one field, as `{{ status = 200 }}`; fields are {}",
        .known.join(", ")
    )]
    ExpectationFields {
        /// Those that are known.
        known: &'static [&'static str],
    },
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldProblem {
    /// A version of the format that is not read here.
    #[error("is {found}; this program reads version {known}")]
    Version {
        /// The version of the file.
        found: u32,
        /// The version that is read here.
        known: u32,
    },
    /// Nothing, where something is required.
    #[error("is empty")]
    Empty,
    /// A value of another type.
    #[error("is {found}; it must be {wanted}")]
    Type {
        /// What it is.
        found: &'static str,
        /// What it must be.
        wanted: String,
    },
    /// A value out of range.
    #[error("must be {0}")]
    Value(&'static str),
    /// A kind of node that is not known here.
    #[error(
        "is `{}`{}; kinds are {}",
        excerpt(.found, 40),
        did_you_mean(.found, .known),
        .known.join(", ")
    )]
    Kind {
        /// What stands there.
        found: String,
        /// Those that are known.
        known: &'static [&'static str],
    },
    /// A severity that is not known here.
    #[error(
        "is `{}`; severities are info, low, medium, high, critical",
        excerpt(.0, 40)
    )]
    Severity(String),
    /// Whose key a node proves.
    #[error(transparent)]
    Dpop(#[from] DpopError),
    /// Where a secret is to be read.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A way for a client to authenticate that is not known here.
    #[error(
        "is `{}`{}; methods are {}",
        excerpt(.found, 40),
        did_you_mean(.found, .known),
        .known.join(", ")
    )]
    Method {
        /// What stands there.
        found: String,
        /// Those that are known.
        known: Vec<&'static str>,
    },
    /// Not what the client's method proves it with.
    #[error("does not go with the method {method}: {needed}")]
    NotOfMethod {
        /// The method.
        method: &'static str,
        /// What it needs.
        needed: &'static str,
    },
}

/// Why a chain cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// It has a version of the format that is not written here.
    #[error("a chain of version {found} cannot be written: this program writes version {known}")]
    Version {
        /// The version of the chain.
        found: u32,
        /// The version that is written here.
        known: u32,
    },
}

/// ` (did you mean `x`?)`, when a known name is near.
fn did_you_mean(found: &str, known: &[&str]) -> String {
    nearest(found, known).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}
