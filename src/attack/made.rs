//! What forging gives.

/// What stands in the place of the issuer's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signed {
    /// The signature of the original, over other bytes now.
    Kept,
    /// Signed by the issuer's own key: the server must find what else is wrong.
    Issuer,
    /// Signed by a key of the forger's.
    Own,
    /// An HMAC with bytes that the forger knows or guesses.
    Guessed,
    /// The signature itself is the forgery, or the way in which it is written.
    Altered,
    /// There is none.
    Nothing,
}

impl Signed {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Issuer => "issuer",
            Self::Own => "own",
            Self::Guessed => "guessed",
            Self::Altered => "altered",
            Self::Nothing => "nothing",
        }
    }

    /// In a sentence part, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Kept => "the signature of the original is kept and no longer fits",
            Self::Issuer => "signed with the issuer's key, so that only the change itself is wrong",
            Self::Own => "signed with a key of the forger's",
            Self::Guessed => "an HMAC with bytes that anyone can know",
            Self::Altered => "the signature itself is altered",
            Self::Nothing => "there is no signature",
        }
    }
}

/// A forged token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The text.
    pub token: String,
    /// What stands for the signature.
    pub signed: Signed,
}

/// A forged token, or why this forgery cannot be made of this token.
pub(super) type Forged = Result<Made, String>;
