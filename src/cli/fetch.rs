//! Keys from the network, through the same runtime as the window's.

use std::time::Duration;

use super::output::Failure;
use crate::{
    app::{Effect, Outcome},
    io::runtime::Runtime,
    jose::{Jwk, Jwks, pem},
    kit::ids::JobId,
    oauth::{
        http::{Body, Field, Method, Request},
        metadata::Metadata,
    },
};

/// Longest wait for an answer; the transport's own limits are shorter.
const LIMIT: Duration = Duration::from_mins(2);

/// The metadata and keys of an issuer.
pub(super) fn issuer(issuer: &str) -> Result<(Metadata, Jwks), Failure> {
    match one(Effect::Discover(JobId(0), issuer.to_owned()))? {
        Outcome::Discovered(_, result) => result.map_err(Failure::impossible),
        _ => Err(Failure::impossible(format!("{issuer}: no answer came"))),
    }
}

/// The keys that a URL answers.
pub(super) fn keys(url: &str) -> Result<Vec<Jwk>, Failure> {
    pem::read_bytes(&document(url)?, None)
        .map_err(|reason| Failure::impossible(format!("{url}: not a JWK Set: {reason}")))
}

/// The document with keys that a URL answers.
pub(super) fn document(url: &str) -> Result<Vec<u8>, Failure> {
    let parsed = url::Url::parse(url).map_err(|e| Failure::usage(format!("{url}: {e}")))?;
    let request = Request {
        method: Method::Get,
        url: parsed,
        headers: vec![Field::plain(
            "Accept",
            "application/jwk-set+json, application/json",
        )],
        body: Body::Empty,
    };
    let response = match one(Effect::Http(JobId(0), request))? {
        Outcome::Http(_, result) => result.map_err(Failure::impossible)?,
        _ => return Err(Failure::impossible(format!("{url}: no answer came"))),
    };
    if response.status != 200 {
        return Err(Failure::impossible(format!(
            "{url}: answered HTTP {}, not a JWK Set",
            response.status
        )));
    }
    Ok(response.body)
}

fn one(effect: Effect) -> Result<Outcome, Failure> {
    let runtime = Runtime::new(|| ()).map_err(Failure::impossible)?;
    runtime.perform(effect);
    runtime
        .wait(LIMIT)
        .ok_or_else(|| Failure::impossible(format!("no answer within {} seconds", LIMIT.as_secs())))
}
