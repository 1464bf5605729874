//! What a judgement asks for.

use crate::{jose::Alg, kit::clock::Timestamp};

/// What a verdict asks for.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The moment.
    pub now: Timestamp,
    /// Allowed clock difference, in seconds.
    pub leeway: i64,
    /// Algorithms allowed; empty: the key decides, never the header alone.
    pub algs: Vec<Alg>,
    /// Required audience.
    pub audience: Option<String>,
    /// Required issuer.
    pub issuer: Option<String>,
    /// The content, when the token does not carry it (RFC 7515 appendix F).
    pub detached: Option<Vec<u8>>,
    /// Names in `crit` that whoever asks understands, and checks on their own (RFC 7515 §4.1.11).
    pub understood: Vec<String>,
    /// Whether the keys were given for this very token. Then a key that does not verify speaks
    /// against the token. Else they are all that is at hand: then only a key of the token's issuer,
    /// or one that the header's `kid` names, does, and other keys say nothing. A DPoP proof is verified
    /// by the key that it brings only where none was given for it: a token that calls itself a proof
    /// is not good for whoever asks about an issuer's key.
    pub keys_given: bool,
}

impl Policy {
    /// Defaults at `now`: no leeway, the key decides, keys are given for the token.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            leeway: 0,
            algs: Vec::new(),
            audience: None,
            issuer: None,
            detached: None,
            understood: Vec::new(),
            keys_given: true,
        }
    }
}
