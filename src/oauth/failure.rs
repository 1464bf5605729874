//! Why a request did not give what was asked for, told so that a learner can go on.

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailureKind {
    /// The server answered, and the answer is a refusal or cannot be used.
    #[default]
    Refused,
    /// No answer came.
    Unreachable,
    /// Nothing was sent: something is missing or set wrongly here.
    Setup,
    /// The answer came and is not what the chain expects.
    Expectation,
}

/// Why a node failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened: the server's own words where it said any.
    pub said: String,
    /// What the RFC would have expected, with the clause; may be empty.
    pub expected: String,
    /// What to try.
    pub try_this: String,
    /// OAuth error code, when there was one.
    pub code: Option<String>,
}
