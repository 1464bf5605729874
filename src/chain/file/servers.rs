//! The servers of a chain file, and their clients.

use std::collections::BTreeSet;

use super::{FieldProblem, FileError, FileProblem, fields::Fields};
use crate::{
    chain::{
        Reference,
        server::{ENDPOINTS, Proof, Server, ServerClient},
    },
    kit::{secret::Secret, text::excerpt},
    oauth::client_auth::{AssertionAudience, AuthMethod},
};

pub(super) fn read(chain: &mut Fields<'_, '_>) -> Result<Vec<Server>, FileError> {
    let file = chain.file;
    let mut servers: Vec<Server> = Vec::new();
    for (number, (table, span)) in chain.tables("server")?.into_iter().enumerate() {
        let mut fields = Fields::new(file, table, span, format!("server {}", number + 1));
        let server = server(&mut fields)?;
        if servers.iter().any(|s| s.name == server.name) {
            let problem = FileProblem::NameTwice {
                what: "a server",
                name: server.name,
            };
            return Err(file.error(&fields.span_of("name"), problem));
        }
        servers.push(server);
    }
    Ok(servers)
}

fn server(fields: &mut Fields<'_, '_>) -> Result<Server, FileError> {
    let name = fields.required("name")?;
    fields.what = format!("server `{}`", excerpt(&name, 40));
    let issuer = fields.required("issuer")?;
    web_address(fields, "issuer", &issuer)?;
    let mut endpoints = Vec::new();
    for endpoint in ENDPOINTS {
        if let Some(url) = fields.text(endpoint)? {
            web_address(fields, endpoint, &url)?;
            endpoints.push((endpoint, url));
        }
    }
    let jwks = match fields.text("jwks")? {
        Some(text) => Some(file_or(fields, "jwks", &text)?),
        None => None,
    };
    let (file, what) = (fields.file, fields.what.clone());
    let mut clients = Vec::new();
    let mut names = BTreeSet::new();
    for (number, (table, span)) in fields.tables("client")?.into_iter().enumerate() {
        let mut one = Fields::new(
            file,
            table,
            span,
            format!("client {} of {what}", number + 1),
        );
        let client = client(&mut one)?;
        if !names.insert(client.client_id.clone()) {
            let problem = FileProblem::NameTwice {
                what: "a client",
                name: client.client_id,
            };
            return Err(file.error(&one.span_of("client_id"), problem));
        }
        clients.push(client);
    }
    fields.finish()?;
    Ok(Server {
        name,
        issuer,
        endpoints,
        jwks,
        clients,
    })
}

fn web_address(fields: &Fields<'_, '_>, name: &str, text: &str) -> Result<(), FileError> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        _ => Err(fields.wrong(
            name,
            FieldProblem::Value("an absolute URL, as https://as.example"),
        )),
    }
}

/// A reference, or the bare path of a file.
fn file_or(fields: &Fields<'_, '_>, name: &str, text: &str) -> Result<Reference, FileError> {
    if text.trim().is_empty() {
        return Err(fields.wrong(name, FieldProblem::Empty));
    }
    Reference::or_file(text)
        .map_err(|why: crate::chain::reference::ReferenceError| fields.wrong(name, why.into()))
}

fn client(fields: &mut Fields<'_, '_>) -> Result<ServerClient, FileError> {
    let client_id = fields.required("client_id")?;
    fields.what = format!("client `{}`", excerpt(&client_id, 40));
    let named = method(fields)?;
    let (key, secret) = (fields.text("key")?, fields.text("secret")?);
    let assertion_audience = match fields.text("assertion_audience")?.as_deref() {
        None | Some("issuer") => AssertionAudience::Issuer,
        Some("token_endpoint") => AssertionAudience::TokenEndpoint,
        Some(_) => {
            return Err(fields.wrong(
                "assertion_audience",
                FieldProblem::Value("\"issuer\" or \"token_endpoint\""),
            ));
        }
    };
    fields.finish()?;
    let method = named.unwrap_or(match (&key, &secret) {
        (Some(_), _) => AuthMethod::PrivateKeyJwt,
        (None, Some(_)) => AuthMethod::ClientSecretBasic,
        (None, None) => AuthMethod::None,
    });
    let proves_by = |key: bool| match method {
        AuthMethod::PrivateKeyJwt => key,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => !key,
        AuthMethod::None => false,
    };
    for (field, is_key, there) in [
        ("key", true, key.is_some()),
        ("secret", false, secret.is_some()),
    ] {
        if there && !proves_by(is_key) {
            let problem = FieldProblem::NotOfMethod {
                method: method.name(),
                needed: match method {
                    AuthMethod::PrivateKeyJwt => "it takes a `key`",
                    AuthMethod::None => "it takes neither a secret nor a key",
                    _ => "it takes a `secret`",
                },
            };
            return Err(fields.wrong(field, problem));
        }
    }
    let proof = match (key, secret) {
        (Some(key), _) => Proof::At(file_or(fields, "key", &key)?),
        (None, Some(secret)) if Reference::is_meant(&secret) => {
            let at = secret.parse::<Reference>();
            Proof::At(at.map_err(|why| fields.wrong("secret", why.into()))?)
        }
        (None, Some(secret)) if secret.is_empty() => {
            return Err(fields.wrong("secret", FieldProblem::Empty));
        }
        (None, Some(secret)) => Proof::Clear(Secret::new(secret)),
        (None, None) => Proof::None,
    };
    Ok(ServerClient {
        client_id,
        method,
        assertion_audience,
        proof,
    })
}

fn method(fields: &mut Fields<'_, '_>) -> Result<Option<AuthMethod>, FileError> {
    let Some(found) = fields.text("method")? else {
        return Ok(None);
    };
    let known = AuthMethod::ALL.into_iter().find(|m| m.name() == found);
    known.map(Some).ok_or_else(|| {
        let known = AuthMethod::ALL.iter().map(|m| m.name()).collect();
        fields.wrong("method", FieldProblem::Method { found, known })
    })
}
