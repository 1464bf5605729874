//! What an issuer publishes: metadata, then the keys that the metadata names. Nothing else is ever
//! fetched, and never because a token says so.

use super::{http::Http, reference};
use crate::{
    chain::Reference,
    jose::{Jwk, Jwks},
    oauth::{
        http::{Field, Request, Response},
        metadata::{self, Metadata},
    },
};

/// Keys of a set that are taken; a larger set is refused.
const MAX_KEYS: usize = 1_000;

/// Fetches metadata (RFC 8414, then OpenID Connect Discovery) and keys of `issuer`. The error says
/// what happened, where, and what to do.
pub async fn discover(http: &Http, issuer: &str) -> Result<(Metadata, Jwks), String> {
    let metadata = find_metadata(http, issuer).await?;
    with_keys(http, metadata).await
}

/// With the keys that `metadata` names.
async fn with_keys(http: &Http, metadata: Metadata) -> Result<(Metadata, Jwks), String> {
    if metadata.jwks_uri.is_none() {
        return Ok((metadata, Jwks::default()));
    }
    let url = metadata.endpoint("jwks_uri").map_err(|e| e.to_string())?;
    let mut request = Request::get(url.clone());
    request.headers = vec![Field::plain(
        "Accept",
        "application/jwk-set+json, application/json",
    )];
    let response = http.send(&request).await?;
    let jwks = jwks(&response).map_err(|why| format!("The keys at {url} cannot be used: {why}"))?;
    Ok((metadata, jwks))
}

/// The keys of a server that publishes no metadata: those of a file, or those that `metadata`, made by
/// hand, names.
pub async fn keys_alone(
    http: &Http,
    metadata: Metadata,
    at: Option<Reference>,
) -> Result<(Metadata, Jwks), String> {
    if let Some(at) = at {
        let text = reference::read(&at)?;
        let set = Jwks::parse(text.expose().as_bytes())
            .map_err(|why| format!("The keys in {} cannot be used: {why}", at.words()))?;
        let keys = set.keys.iter().filter_map(Jwk::public).collect();
        return Ok((metadata, Jwks { keys }));
    }
    with_keys(http, metadata).await
}

async fn find_metadata(http: &Http, issuer: &str) -> Result<Metadata, String> {
    let urls = metadata::well_known(issuer).map_err(|e| e.to_string())?;
    let mut tried = Vec::new();
    for url in urls {
        let response = http.send(&Request::get(url.clone())).await?;
        match metadata::parse(issuer, &response) {
            Ok(metadata) => return Ok(metadata),
            Err(why) if why.is_absent() => tried.push(format!("{url} ({})", response.status)),
            Err(why) => return Err(format!("The metadata at {url} cannot be used: {why}")),
        }
    }
    Err(format!(
        "There is no metadata of this issuer; tried {}. Check the issuer's URL: it is the `iss` of \
         its tokens.",
        tried.join(", ")
    ))
}

/// Reads a JWK Set (RFC 7517 §5).
fn jwks(response: &Response) -> Result<Jwks, String> {
    if response.status != 200 {
        return Err(format!("the server answered {}", response.status));
    }
    let set = Jwks::parse(&response.body).map_err(|e| e.to_string())?;
    if set.keys.len() > MAX_KEYS {
        return Err(format!(
            "the set holds {} keys, more than {MAX_KEYS}",
            set.keys.len()
        ));
    }
    Ok(Jwks {
        // A server that publishes private keys has lost them; they are not taken over here.
        keys: set.keys.iter().filter_map(Jwk::public).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            millis: 0,
        }
    }

    #[test]
    fn a_key_set_is_read_and_anything_else_refused() {
        let body = r#"{"keys":[{"kty":"EC","crv":"P-256","d":"secret"},{"kty":"new"},1]}"#;
        let set = jwks(&response(200, body)).unwrap();
        assert_eq!(set.keys.len(), 2);
        assert!(!set.keys[0].is_private());
        assert!(jwks(&response(404, "")).unwrap_err().contains("404"));
        assert!(
            jwks(&response(200, "<html>"))
                .unwrap_err()
                .contains("not a JWK Set")
        );
        assert!(
            jwks(&response(200, "[]"))
                .unwrap_err()
                .contains("JSON object")
        );
    }
}
