//! What an ID token says of the access token and the code that came with it: `at_hash` and `c_hash`
//! (OpenID Connect Core §3.1.3.6, §3.3.2.11).

use serde_json::Value;

use super::Token;
use crate::jose::{b64, crypto};

/// Whether a claim fits what came with the ID token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It is the hash of it.
    Fits,
    /// It is the hash of something else.
    Differs,
    /// Which hash it is cannot be known from the header.
    Unknown,
}

/// Compares `claim` of an ID token with any of `values`; nothing where there is no such claim, or
/// nothing to compare it with.
pub fn fits(id_token: &Token, claim: &str, values: &[&str]) -> Option<Bound> {
    let said = id_token.claims_map().get(claim).and_then(Value::as_str)?;
    if values.is_empty() {
        return None;
    }
    let alg = id_token.header_text("alg").unwrap_or("");
    // The hash of the signature's algorithm; those of Edwards curves sign with SHA-512, or with
    // SHAKE256, which has no name here.
    let hash = match alg {
        "EdDSA" | "Ed25519" => "sha-512",
        _ if alg.ends_with("256") || alg == "ES256K" => "sha-256",
        _ if alg.ends_with("384") => "sha-384",
        _ if alg.ends_with("512") => "sha-512",
        _ => return Some(Bound::Unknown),
    };
    let half = |value: &&str| {
        crypto::digest(hash, value.as_bytes()).map(|whole| b64::encode(&whole[..whole.len() / 2]))
    };
    let any = values
        .iter()
        .filter_map(half)
        .any(|half| half == said.trim_end_matches('='));
    Some(if any { Bound::Fits } else { Bound::Differs })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::decode::decode;

    #[test]
    fn the_example_of_the_standard_fits() {
        // OpenID Connect Core appendix A.3 and A.4.
        let claims = r#"{"at_hash":"77QmUPtjPfzWtF2AnpK9RQ","c_hash":"LDktKdoQak3Pk0cnXxCltA"}"#;
        let header = |alg: &str| b64::encode(format!(r#"{{"alg":"{alg}"}}"#));
        let token = |alg: &str| decode(&format!("{}.{}.AA", header(alg), b64::encode(claims)));
        let access = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        let code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
        assert_eq!(
            fits(&token("RS256"), "at_hash", &[access]),
            Some(Bound::Fits)
        );
        assert_eq!(fits(&token("RS256"), "c_hash", &[code]), Some(Bound::Fits));
        assert_eq!(
            fits(&token("RS256"), "at_hash", &[code]),
            Some(Bound::Differs)
        );
        assert_eq!(
            fits(&token("RS384"), "at_hash", &[access]),
            Some(Bound::Differs)
        );
        assert_eq!(
            fits(&token("X"), "at_hash", &[access]),
            Some(Bound::Unknown)
        );
        assert_eq!(fits(&token("RS256"), "at_hash", &[]), None);
        assert_eq!(fits(&token("RS256"), "s_hash", &[access]), None);
    }
}
