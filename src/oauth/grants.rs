//! Client credentials and refresh (RFC 6749 §4.4, §6).

use super::{
    http::{Field, Request},
    metadata::{EndpointError, Metadata},
};

/// A client's request for its own token (RFC 6749 §4.4.2), before its proof is added.
pub fn client_credentials(
    server: &Metadata,
    scope: &[String],
    audience: &[String],
    resource: &[String],
) -> Result<Request, EndpointError> {
    let mut fields = vec![Field::plain("grant_type", "client_credentials")];
    extend(&mut fields, scope, audience, resource);
    Ok(Request::form(server.endpoint("token_endpoint")?, fields))
}

/// A request for a fresh token (RFC 6749 §6); `scope` may only narrow. Before the client's proof is
/// added.
pub fn refresh(
    server: &Metadata,
    refresh_token: &str,
    scope: &[String],
    resource: &[String],
) -> Result<Request, EndpointError> {
    let mut fields = vec![
        Field::plain("grant_type", "refresh_token"),
        Field::token("refresh_token", refresh_token),
    ];
    extend(&mut fields, scope, &[], resource);
    Ok(Request::form(server.endpoint("token_endpoint")?, fields))
}

/// Adds what a request asks for: `audience` and `resource` as often as there are values, `scope`
/// once, its values joined by spaces. What is not asked for is not sent.
pub(super) fn extend(
    fields: &mut Vec<Field>,
    scope: &[String],
    audience: &[String],
    resource: &[String],
) {
    fields.extend(resource.iter().map(|r| Field::plain("resource", r)));
    fields.extend(audience.iter().map(|a| Field::plain("audience", a)));
    if !scope.is_empty() {
        fields.push(Field::plain("scope", scope.join(" ")));
    }
}
