//! Proofs of possession at this server (RFC 9449): what is demanded of them, and what is remembered so
//! that none is good twice.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use url::Url;

use super::{
    Fault, Shared,
    memory::{Place, Remembered},
    refusal::Refusal,
};
use crate::{
    jose::{b64, crypto},
    oauth::dpop::{self, Check, Demand, Judged},
};

/// The address that the request was sent to. `Host` is one of the server's own by now.
pub fn address(shared: &Shared, headers: &HeaderMap, path: &str) -> Result<Url, String> {
    let host = headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .unwrap_or(&shared.hosts[0]);
    Url::parse(&format!("http://{host}{path}")).map_err(|e| format!("the address: {e}"))
}

/// The values of the `DPoP` headers; what is no text is a proof that cannot be read.
pub fn proofs(headers: &HeaderMap) -> Vec<&str> {
    headers
        .get_all(dpop::HEADER)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .collect()
}

/// The nonces that are good at `place` now, the newest first; none when none is asked for.
pub fn nonces(shared: &Shared, place: Place, now: i64) -> Vec<String> {
    if !shared.faults.contains(Fault::DpopNonceDemanded) {
        return Vec::new();
    }
    let fresh = shared.random(16);
    shared.memory().nonces(place, fresh, now)
}

/// Tells the client which nonce to use next (RFC 9449 §8.2).
pub fn give(mut response: Response, nonces: &[String]) -> Response {
    if let Some(value) = nonces.first().and_then(|n| HeaderValue::from_str(n).ok()) {
        response.headers_mut().insert("dpop-nonce", value);
    }
    response
}

/// Remembers a good proof; tells whether it is a new one.
pub fn remember(shared: &Shared, judged: &Judged, url: &Url, now: i64) -> Remembered {
    let name = format!(
        "{} {} {}",
        judged.thumbprint.as_deref().unwrap_or_default(),
        judged.jti(),
        dpop::normalised(url)
    );
    // By its hash, so that what is kept has one size, whatever a client calls its proofs.
    let name = b64::encode(crypto::sha256(name.as_bytes()));
    let until = judged.iat().unwrap_or(now).max(now) + dpop::AGE + 1;
    shared.memory().proof(name, until, now)
}

/// The thumbprint of the key that a token request proves, when it proves one (RFC 9449 §5).
pub fn at_token_endpoint(
    shared: &Shared,
    headers: &HeaderMap,
    nonces: &[String],
    now: i64,
) -> Result<Option<String>, Refusal> {
    let proofs = proofs(headers);
    if proofs.is_empty() {
        return Ok(None);
    }
    let refuse = |words: String| {
        Refusal::new(
            dpop::INVALID_PROOF,
            format!("the DPoP proof is not good, {words}"),
        )
    };
    let url = address(shared, headers, "/token").map_err(refuse)?;
    let demand = Demand {
        method: "POST",
        url: &url,
        now,
        token: None,
        jkt: None,
        nonces,
    };
    let judged = dpop::judge(&proofs, &demand);
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
    match remember(shared, &judged, &url, now) {
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
