//! Metadata of the server (RFC 8414) and of its resource servers (RFC 9728).

use serde_json::{Map, Value, json};

use super::{
    realm::{self, RESOURCES, Realm},
    token,
};
use crate::oauth::{client_auth::AuthMethod, dpop, metadata::Metadata};

/// The metadata document (RFC 8414 §2; the same stands below `openid-configuration`, §5: this server
/// issues no ID tokens, so the `OpenID` members are left out). What stands in it holds.
pub fn document(realm: &Realm) -> Map<String, Value> {
    let confidential = [
        AuthMethod::PrivateKeyJwt,
        AuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost,
    ]
    .map(AuthMethod::name);
    let with_public = AuthMethod::ALL.map(AuthMethod::name);
    let resources = RESOURCES.map(|r| realm.resource_url(r));
    let proof_algs = dpop::ALGS.map(|alg| alg.name().to_owned());
    let document = json!({
        "issuer": realm.issuer,
        "authorization_endpoint": realm.url("/authorize"),
        "token_endpoint": realm.url("/token"),
        "jwks_uri": realm.url("/jwks"),
        "introspection_endpoint": realm.url("/introspect"),
        "revocation_endpoint": realm.url("/revoke"),
        "scopes_supported": realm::scopes(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": token::GRANT_TYPES,
        "token_endpoint_auth_methods_supported": with_public,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "revocation_endpoint_auth_methods_supported": with_public,
        "revocation_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": proof_algs,
        "protected_resources": resources,
    });
    match document {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The same as a typed value.
pub fn typed(realm: &Realm) -> Metadata {
    Metadata::from_document(document(realm))
}

/// The published keys (RFC 7517 §5).
pub fn jwks(realm: &Realm) -> Value {
    let keys = realm.jwks.keys.iter();
    let keys: Vec<Value> = keys.map(|key| Value::Object(key.0.clone())).collect();
    json!({ "keys": keys })
}

/// The metadata of the resource server of that name (RFC 9728 §3).
pub fn resource(realm: &Realm, name: &str) -> Option<Value> {
    let resource = RESOURCES.into_iter().find(|r| r.name == name)?;
    Some(json!({
        "resource": realm.resource_url(resource),
        "authorization_servers": [realm.issuer],
        "scopes_supported": resource.scopes().collect::<Vec<_>>(),
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": dpop::ALGS.map(|alg| alg.name().to_owned()),
        "dpop_bound_access_tokens_required": false,
        "resource_name": format!("Practice {}", resource.name),
    }))
}
