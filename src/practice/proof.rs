//! Proofs of possession at this server (RFC 9449): what is demanded of them, and what is remembered so
//! that none is good twice.

use url::Url;

use super::{
    Fault,
    memory::{NonceGiver, Remembered},
    refusal::Refusal,
    server::{Request, Server},
};
use crate::{
    jose::{b64, crypto},
    oauth::dpop::{self, Check, Demand, Judged},
};

/// The address that the request was sent to.
pub fn address(request: &Request<'_>) -> Result<Url, AddressError> {
    Url::parse(&format!("http://{}{}", request.host, request.path)).map_err(AddressError)
}

/// A request whose address cannot be told.
#[derive(Debug, thiserror::Error)]
#[error("the address: {0}")]
pub struct AddressError(url::ParseError);

/// The nonces that are good at `place` now, the newest first; none when none is asked for.
pub fn nonces(server: &mut Server<'_>, place: NonceGiver) -> Vec<String> {
    if !server.faults.contains(Fault::DpopNonceDemanded) {
        return Vec::new();
    }
    let fresh = server.random(16);
    server.memory.nonces(place, fresh, server.now)
}

/// Remembers a good proof; tells whether it is a new one.
pub fn remember(server: &mut Server<'_>, judged: &Judged, url: &Url) -> Remembered {
    let name = format!(
        "{} {} {}",
        judged.thumbprint.as_deref().unwrap_or_default(),
        judged.jti(),
        dpop::normalised(url)
    );
    // By its hash, so that what is kept has one size, whatever a client calls its proofs.
    let name = b64::encode(crypto::sha256(name.as_bytes()));
    let until = judged.iat().unwrap_or(server.now).max(server.now) + dpop::AGE + 1;
    server.memory.proof(name, until, server.now)
}

/// The thumbprint of the key that a token request proves, when it proves one (RFC 9449 §5).
pub fn at_token_endpoint(
    server: &mut Server<'_>,
    request: &Request<'_>,
    nonces: &[String],
) -> Result<Option<String>, Refusal> {
    if request.proofs.is_empty() {
        return Ok(None);
    }
    let refuse = |words: String| {
        Refusal::new(
            dpop::INVALID_PROOF,
            format!("the DPoP proof is not good, {words}"),
        )
    };
    let url = address(request).map_err(|error| refuse(error.to_string()))?;
    let demand = Demand {
        method: "POST",
        url: &url,
        now: server.now,
        token: None,
        jkt: None,
        nonces,
    };
    let judged = dpop::judge(&request.proofs, &demand);
    let flaws: Vec<_> = judged.flaws().collect();
    if let [only] = flaws[..]
        && only.check == Check::Nonce
    {
        return Err(Refusal::new(
            dpop::USE_NONCE,
            "the proof lacks the nonce that this server asks for: make a new proof with the value of the header DPoP-Nonce as its nonce claim, and send the request again (RFC 9449 §8)",
        ));
    }
    if !flaws.is_empty() {
        return Err(refuse(
            flaws
                .iter()
                .map(|f| words(f))
                .collect::<Vec<_>>()
                .join("; "),
        ));
    }
    match remember(server, &judged, &url) {
        Remembered::New => Ok(judged.thumbprint),
        Remembered::Seen => Err(refuse(
            "jti: found one that was used before, expected a new proof for each request (RFC 9449 §11.1)".into(),
        )),
        Remembered::Full => Err(Refusal::server(
            "too many proofs to remember; wait a minute until some expire",
        )),
    }
}

/// What is wrong with a proof, in a sentence part.
pub fn words(step: &dpop::Step) -> String {
    format!(
        "{}: found {}, expected {} ({})",
        step.check.name(),
        step.found,
        step.expected,
        step.check.source()
    )
}
