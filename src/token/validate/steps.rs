//! The steps of a verification, each with what was found (RFC 7515 §5.2, RFC 8725 §3).

/// What is checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Parts or members are those of a JWS.
    Form,
    /// Every part is base64url: no padding, no white space, no bits that belong to no byte.
    Encoding,
    /// The header is one JSON object, no member twice.
    Json,
    /// `crit` and what it demands.
    Critical,
    /// `alg` is known, and allowed.
    Algorithm,
    /// A key was found.
    Key,
    /// The key is written as its standard has it: members are there and have the right length.
    KeyForm,
    /// Type and curve of the key, and its own `alg`, fit `alg`.
    KeyType,
    /// The key's `use` and `key_ops` allow it.
    KeyUse,
    /// The key is long enough, and not known to be weak.
    KeyStrength,
    /// The signature is the key's over these bytes.
    Signature,
}

impl Check {
    /// All, in order.
    pub const ALL: [Self; 11] = [
        Self::Form,
        Self::Encoding,
        Self::Json,
        Self::Critical,
        Self::Algorithm,
        Self::Key,
        Self::KeyForm,
        Self::KeyType,
        Self::KeyUse,
        Self::KeyStrength,
        Self::Signature,
    ];

    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Encoding => "encoding",
            Self::Json => "json",
            Self::Critical => "crit",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::KeyForm => "key_form",
            Self::KeyType => "key_type",
            Self::KeyUse => "key_use",
            Self::KeyStrength => "key_strength",
            Self::Signature => "signature",
        }
    }

    /// What is asked, in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Form => "Parts of a JWS",
            Self::Encoding => "Strict base64url",
            Self::Json => "Unambiguous JSON",
            Self::Critical => "Critical extensions",
            Self::Algorithm => "Algorithm allowed",
            Self::Key => "Key found",
            Self::KeyForm => "Key well-formed",
            Self::KeyType => "Key fits algorithm",
            Self::KeyUse => "Key use allowed",
            Self::KeyStrength => "Key strong enough",
            Self::Signature => "Signature fits",
        }
    }

    /// The clause that asks for it.
    pub fn source(self) -> &'static str {
        match self {
            Self::Form | Self::Signature => "RFC 7515 §5.2",
            Self::Encoding => "RFC 7515 §2",
            Self::Json => "RFC 7515 §4",
            Self::Critical => "RFC 7515 §4.1.11",
            Self::Algorithm | Self::KeyType => "RFC 8725 §3.1",
            Self::Key => "RFC 8725 §3.8",
            Self::KeyForm => "RFC 7518 §6",
            Self::KeyUse => "RFC 7517 §4.2",
            Self::KeyStrength => "RFC 7518 §3",
        }
    }
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// The token must be refused.
    Failed,
    /// It could not be told: no key, or an algorithm that is not supported here.
    Open,
    /// An earlier step ended the verification.
    NotReached,
}

impl Outcome {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Open => "open",
            Self::NotReached => "not_reached",
        }
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was checked.
    pub check: Check,
    /// What it came to.
    pub outcome: Outcome,
    /// What was found; empty where there is nothing to add.
    pub detail: String,
}

/// Every step before `at` passed, those after it were not reached.
pub(super) fn until(at: Check, outcome: Outcome, detail: &str) -> Vec<Step> {
    Check::ALL
        .into_iter()
        .map(|check| Step {
            check,
            outcome: match check.cmp(&at) {
                std::cmp::Ordering::Less => Outcome::Passed,
                std::cmp::Ordering::Equal => outcome,
                std::cmp::Ordering::Greater => Outcome::NotReached,
            },
            detail: if check == at {
                detail.to_owned()
            } else {
                String::new()
            },
        })
        .collect()
}
