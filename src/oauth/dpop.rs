//! Proof of possession (DPoP, RFC 9449): proofs made, and proofs judged step by step. What a server
//! remembers between requests (`jti` that it saw, nonces that it gave) is the caller's.

mod judge;
mod seen;

use serde_json::{Map, Value};
use url::Url;

use super::{
    client_auth::{SigningAlgError, signing_alg},
    http::Response,
};
use crate::{
    jose::{Alg, Jwk, b64, crypto},
    kit::{Env, rng},
    token::craft::{CraftError, mint},
};

pub use crate::token::validate::steps::Outcome;
pub use judge::{Check, Demand, Judged, Step, judge};
pub use seen::{Reading, Seen};

/// The header that carries a proof (RFC 9449 §4.1), and the scheme of bound tokens (§7.1).
pub const HEADER: &str = "DPoP";

/// The header by which a server gives a nonce (RFC 9449 §8).
pub const NONCE_HEADER: &str = "DPoP-Nonce";

/// The error code of a server that wants its nonce in the proof (RFC 9449 §8, §9).
pub const USE_NONCE: &str = "use_dpop_nonce";

/// The error code for a proof that is missing or wrong (RFC 9449 §5, §7.1).
pub const INVALID_PROOF: &str = "invalid_dpop_proof";

/// `typ` of a proof (RFC 9449 §4.2).
pub const TYP: &str = "dpop+jwt";

/// Algorithms that are accepted here: asymmetric ones that can be checked (RFC 9449 §4.3).
pub const ALGS: [Alg; 12] = [
    Alg::Es256,
    Alg::Es384,
    Alg::Es512,
    Alg::Es256K,
    Alg::Ed25519,
    Alg::EdDsa,
    Alg::Ps256,
    Alg::Ps384,
    Alg::Ps512,
    Alg::Rs256,
    Alg::Rs384,
    Alg::Rs512,
];

/// Seconds after which a proof is too old (RFC 9449 §11.1: seconds or minutes).
pub const AGE: i64 = 60;

/// Seconds that a proof may lie ahead, for clocks that differ.
pub const AHEAD: i64 = 10;

/// What a proof is for.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// Method of the request.
    pub method: &'a str,
    /// Address of the request.
    pub url: &'a Url,
    /// The access token that goes along; none at a token endpoint.
    pub token: Option<&'a str>,
    /// The nonce that the server gave last.
    pub nonce: Option<&'a str>,
}

/// Why a key makes no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The key is public.
    #[error("the key has no private part")]
    PublicKey,
    /// The key is shared: it shows who knows it, not who holds it.
    #[error("a shared secret proves nothing here")]
    SharedSecret,
    /// No algorithm for the key.
    #[error(transparent)]
    Algorithm(#[from] SigningAlgError),
}

/// A proof before it is signed.
#[derive(Clone)]
pub struct Draft {
    /// Header without `alg`.
    pub header: Map<String, Value>,
    /// Claims.
    pub claims: Map<String, Value>,
    /// The private key that signs.
    pub key: Jwk,
    /// By which algorithm.
    pub alg: Alg,
}

impl Draft {
    /// A good proof by `key`.
    pub fn new(key: &Jwk, about: &About<'_>, env: &Env) -> Result<Self, ProofError> {
        if key.kty() != "oct" && !key.is_private() {
            return Err(ProofError::PublicKey);
        }
        let alg = signing_alg(key)?;
        let header = Map::from_iter([
            ("typ".to_owned(), TYP.into()),
            ("jwk".to_owned(), Value::Object(shown(key)?.0)),
        ]);
        let mut claims = Map::from_iter([
            ("jti".to_owned(), rng::token(env.rng.as_ref(), 16).into()),
            ("htm".to_owned(), about.method.into()),
            ("htu".to_owned(), bare(about.url).as_str().into()),
            ("iat".to_owned(), env.now.as_second().into()),
        ]);
        if let Some(token) = about.token {
            claims.insert("ath".into(), ath(token).into());
        }
        if let Some(nonce) = about.nonce {
            claims.insert("nonce".into(), nonce.into());
        }
        Ok(Self {
            header,
            claims,
            key: key.clone(),
            alg,
        })
    }

    /// The proof as it is sent.
    pub fn sign(&self) -> Result<String, CraftError> {
        mint(
            &Value::Object(self.header.clone()),
            &Value::Object(self.claims.clone()),
            &self.key,
            &self.alg,
        )
    }
}

/// `ath`: the hash of an access token (RFC 9449 §4.2).
pub fn ath(token: &str) -> String {
    b64::encode(crypto::sha256(token.as_bytes()))
}

/// The public key as a proof shows it: what the key is, and nothing about it.
pub fn shown(key: &Jwk) -> Result<Jwk, ProofError> {
    let mut public = key.public().ok_or(ProofError::SharedSecret)?;
    public
        .0
        .retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
    Ok(public)
}

/// The address without what a proof leaves out: query, fragment, and user information, which is not
/// sent.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The nonce that a server asks for, when it refuses a request for want of one (RFC 9449 §8, §9).
pub fn wanted_nonce(response: &Response) -> Option<&str> {
    if !matches!(response.status, 400 | 401) {
        return None;
    }
    let asks = super::token_response::oauth_error(response)
        .is_some_and(|(code, _)| code == USE_NONCE)
        || super::challenge::read(response)
            .iter()
            .any(|c| c.get("error") == Some(USE_NONCE));
    response.header(NONCE_HEADER).filter(|_| asks)
}

/// An address for comparison (RFC 9449 §4.3: after syntax-based and scheme-based normalisation,
/// RFC 3986 §6.2.2, §6.2.3): case of scheme and host, default port, dot segments and empty path by the
/// parser; here the escapes, and query and fragment left out.
pub fn normalised(url: &Url) -> String {
    let url = bare(url);
    let mut out = String::with_capacity(url.as_str().len());
    let mut rest = url.as_str();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let byte = rest
            .get(at + 1..at + 3)
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
                rest = &rest[at + 3..];
            }
            Some(_) => {
                out.push_str(&rest[at..at + 3].to_ascii_uppercase());
                rest = &rest[at + 3..];
            }
            None => {
                out.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}
