//! Authorization server metadata (RFC 8414, OpenID Connect Discovery).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::http::Response;
use crate::kit::{
    json::{self, JsonError},
    text::{escape, excerpt},
};

/// A metadata document with the members that are used here, and the whole as it came.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are the registry's
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub jwks_uri: Option<String>,
    pub introspection_endpoint: Option<String>,
    pub revocation_endpoint: Option<String>,
    pub grant_types_supported: Option<Vec<String>>,
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// The document as it came.
    pub document: Map<String, Value>,
}

/// Why there is no metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The issuer identifier is none.
    #[error("`{issuer}` is no issuer identifier: {reason}")]
    Issuer {
        /// What was given.
        issuer: String,
        /// What is wrong with it.
        reason: IssuerFault,
    },
    /// The server has no document there: the next address may have one.
    #[error("the server answered {0}")]
    Absent(u16),
    /// The server points elsewhere.
    #[error(
        "the server answered {status} and points elsewhere ({}): redirects are not followed for metadata; connect to that issuer by its own name",
        excerpt(.location.as_deref().unwrap_or("no Location"), 200)
    )]
    Redirect {
        /// The status.
        status: u16,
        /// Where it points.
        location: Option<String>,
    },
    /// The answer is a page for people.
    #[error(
        "the server answered with an HTML page, not with a metadata document: is this the issuer, or a login page or proxy before it?"
    )]
    Html,
    /// The answer is JSON of another type.
    #[error("the answer is JSON, but no object: a metadata document is one (RFC 8414 §3.2)")]
    NoObject,
    /// The answer is not JSON.
    #[error("the answer is no JSON: {0}")]
    NotJson(#[from] JsonError),
    /// The document is about another issuer and must not be used (RFC 8414 §3.3).
    #[error(
        "the document names the issuer `{found}`, not `{expected}`: RFC 8414 §3.3 forbids its use. \
         Connect to the server by exactly the name it gives itself{hint}"
    )]
    OtherIssuer {
        /// The identifier that was asked for.
        expected: String,
        /// The document's `issuer`, hidden characters escaped.
        found: String,
        /// What the two differ in.
        hint: IssuerDifference,
    },
}

/// What is wrong with an issuer identifier (RFC 8414 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerFault {
    /// No URL.
    #[error("write an absolute URL as the server gives it, like https://as.example/tenant")]
    NoUrl,
    /// Clear text to another machine.
    #[error("it must be https (RFC 8414 §2); plain http is accepted for this machine only")]
    ClearText,
    /// Another scheme.
    #[error("it must be an https URL (RFC 8414 §2)")]
    Scheme,
    /// No host.
    #[error("it has no host")]
    NoHost,
    /// A query or a fragment.
    #[error("it must have no query and no fragment (RFC 8414 §2)")]
    QueryOrFragment,
    /// A user name or a password.
    #[error("it must hold no user name and no password")]
    UserInfo,
}

/// What the issuer that a document names differs in from the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerDifference {
    /// It names none.
    #[error(" (it names none, and `issuer` is required)")]
    NoneNamed,
    /// A slash at the end.
    #[error(" (they differ by a slash at the end)")]
    Slash,
    /// Upper and lower case.
    #[error(" (they differ in upper and lower case)")]
    Case,
    /// More than that.
    #[error("")]
    More,
}

/// Why an endpoint cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The metadata does not name it.
    #[error("the metadata of {} has no `{member}`", escape(.issuer))]
    Missing {
        /// Whose metadata.
        issuer: String,
        /// The endpoint's name.
        member: String,
    },
    /// What the metadata names is no URL.
    #[error(
        "`{member}` of {} is `{}`, no absolute URL: {why}",
        escape(.issuer),
        excerpt(.found, 200)
    )]
    NoUrl {
        /// Whose metadata.
        issuer: String,
        /// The endpoint's name.
        member: String,
        /// What stands there.
        found: String,
        /// Why it is none.
        why: url::ParseError,
    },
    /// What the metadata names is not on the web.
    #[error(
        "`{member}` of {} is `{}`, and only http and https can be called",
        escape(.issuer),
        excerpt(.found, 200)
    )]
    Scheme {
        /// Whose metadata.
        issuer: String,
        /// The endpoint's name.
        member: String,
        /// What stands there.
        found: String,
    },
}

impl MetadataError {
    /// Whether the next address of [`well_known`] may still answer.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }
}

/// The addresses at which the metadata of `issuer` may stand, in the order in which they are tried:
/// RFC 8414 §3.1, its compatibility form (§5), OpenID Connect Discovery §4.1. The first that has a
/// document decides.
pub fn well_known(issuer: &str) -> Result<Vec<Url>, MetadataError> {
    let issuer = issuer.trim();
    let wrong = |reason| MetadataError::Issuer {
        issuer: excerpt(issuer, 200),
        reason,
    };
    let base = Url::parse(issuer).map_err(|_| wrong(IssuerFault::NoUrl))?;
    match base.scheme() {
        "https" => {}
        "http" if is_loopback(&base) => {}
        "http" => return Err(wrong(IssuerFault::ClearText)),
        _ => return Err(wrong(IssuerFault::Scheme)),
    }
    if base.host().is_none() {
        return Err(wrong(IssuerFault::NoHost));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(wrong(IssuerFault::QueryOrFragment));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(wrong(IssuerFault::UserInfo));
    }
    let path = base.path().trim_end_matches('/').to_owned();
    let with = |path: &str| {
        let mut url = base.clone();
        url.set_path(path);
        url
    };
    let mut urls = vec![
        with(&format!("/.well-known/oauth-authorization-server{path}")),
        with(&format!("/.well-known/openid-configuration{path}")),
    ];
    if !path.is_empty() {
        urls.push(with(&format!("{path}/.well-known/openid-configuration")));
    }
    Ok(urls)
}

/// Whether `url` leads to this machine: then clear text does not leave it.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Reads the answer to a request for one of [`well_known`]'s addresses. The document's `issuer` must
/// be `issuer`, code point by code point (RFC 8414 §3.3).
pub fn parse(issuer: &str, response: &Response) -> Result<Metadata, MetadataError> {
    if (300..400).contains(&response.status) {
        return Err(MetadataError::Redirect {
            status: response.status,
            location: response.header("location").map(str::to_owned),
        });
    }
    if response.status != 200 {
        return Err(MetadataError::Absent(response.status));
    }
    if response.looks_like_html() {
        return Err(MetadataError::Html);
    }
    let Value::Object(document) = json::parse(&response.body)?.value else {
        return Err(MetadataError::NoObject);
    };
    let metadata = Metadata::from_document(document);
    let issuer = issuer.trim();
    if metadata.issuer == issuer {
        return Ok(metadata);
    }
    let found = metadata.issuer.as_str();
    let hint = if found.is_empty() {
        IssuerDifference::NoneNamed
    } else if found.trim_end_matches('/') == issuer.trim_end_matches('/') {
        IssuerDifference::Slash
    } else if found.eq_ignore_ascii_case(issuer) {
        IssuerDifference::Case
    } else {
        IssuerDifference::More
    };
    Err(MetadataError::OtherIssuer {
        expected: excerpt(issuer, 200),
        found: excerpt(found, 200),
        hint,
    })
}

impl Metadata {
    /// Takes the members that are used here out of a document. Members of the wrong type count as
    /// absent; nothing is verified.
    pub fn from_document(document: Map<String, Value>) -> Self {
        let text = |name: &str| {
            document
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let texts = |name: &str| {
            document.get(name).and_then(Value::as_array).map(|items| {
                items
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            })
        };
        Self {
            issuer: text("issuer").unwrap_or_default(),
            authorization_endpoint: text("authorization_endpoint"),
            token_endpoint: text("token_endpoint"),
            jwks_uri: text("jwks_uri"),
            introspection_endpoint: text("introspection_endpoint"),
            revocation_endpoint: text("revocation_endpoint"),
            grant_types_supported: texts("grant_types_supported"),
            token_endpoint_auth_methods_supported: texts("token_endpoint_auth_methods_supported"),
            code_challenge_methods_supported: texts("code_challenge_methods_supported"),
            document,
        }
    }

    /// The URL in `member`.
    pub fn endpoint(&self, member: &str) -> Result<Url, EndpointError> {
        let known = match member {
            "authorization_endpoint" => self.authorization_endpoint.as_deref(),
            "token_endpoint" => self.token_endpoint.as_deref(),
            "jwks_uri" => self.jwks_uri.as_deref(),
            "introspection_endpoint" => self.introspection_endpoint.as_deref(),
            "revocation_endpoint" => self.revocation_endpoint.as_deref(),
            other => self.document.get(other).and_then(Value::as_str),
        };
        let (issuer, member) = (self.issuer.clone(), member.to_owned());
        let Some(found) = known.filter(|t| !t.is_empty()).map(str::to_owned) else {
            return Err(EndpointError::Missing { issuer, member });
        };
        let url = match Url::parse(&found) {
            Ok(url) => url,
            Err(why) => {
                return Err(EndpointError::NoUrl {
                    issuer,
                    member,
                    found,
                    why,
                });
            }
        };
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
            return Err(EndpointError::Scheme {
                issuer,
                member,
                found,
            });
        }
        Ok(url)
    }

    /// A member that is `true`.
    pub fn says(&self, member: &str) -> bool {
        self.document.get(member).and_then(Value::as_bool) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            millis: 1,
        }
    }

    fn urls(issuer: &str) -> Vec<String> {
        well_known(issuer)
            .unwrap()
            .into_iter()
            .map(|u| u.to_string())
            .collect()
    }

    #[test]
    fn addresses_in_probe_order() {
        assert_eq!(
            urls("https://as.example"),
            [
                "https://as.example/.well-known/oauth-authorization-server",
                "https://as.example/.well-known/openid-configuration",
            ]
        );
        assert_eq!(
            urls("https://as.example/t/"),
            [
                "https://as.example/.well-known/oauth-authorization-server/t",
                "https://as.example/.well-known/openid-configuration/t",
                "https://as.example/t/.well-known/openid-configuration",
            ]
        );
        assert_eq!(
            urls("http://127.0.0.1:8180/realms/lab")[2],
            "http://127.0.0.1:8180/realms/lab/.well-known/openid-configuration"
        );
    }

    #[test]
    fn issuers_that_are_none() {
        for issuer in [
            "",
            "as.example",
            "http://as.example",
            "ftp://as.example",
            "https://as.example?x=1",
            "https://as.example#x",
            "https://user:pw@as.example",
            "file:///etc/passwd",
        ] {
            assert!(
                matches!(well_known(issuer), Err(MetadataError::Issuer { .. })),
                "{issuer}"
            );
        }
    }

    #[test]
    fn the_document_must_be_about_the_issuer() {
        let body =
            r#"{"issuer":"https://as.example/","token_endpoint":"https://as.example/token"}"#;
        let metadata = parse("https://as.example/", &response(200, body)).unwrap();
        assert_eq!(
            metadata.endpoint("token_endpoint").unwrap().as_str(),
            "https://as.example/token"
        );
        let e = parse("https://as.example", &response(200, body)).unwrap_err();
        assert!(e.to_string().contains("differ by a slash"), "{e}");
        assert!(!e.is_absent());
        let e = parse("https://as.example", &response(200, "{}")).unwrap_err();
        assert!(e.to_string().contains("names none"), "{e}");
    }

    #[test]
    fn answers_that_are_no_document() {
        let parse = |r: &Response| parse("https://as.example", r).unwrap_err();
        assert!(parse(&response(404, "")).is_absent());
        assert!(
            parse(&response(200, "<!doctype html><title>x</title>"))
                .to_string()
                .contains("HTML")
        );
        assert!(
            parse(&response(200, "{\"issuer\":"))
                .to_string()
                .contains("line 1")
        );
        assert!(parse(&response(200, "[]")).to_string().contains("object"));
        let mut moved = response(302, "");
        moved
            .headers
            .push(("location".into(), "https://evil.example/\u{202e}".into()));
        let e = parse(&moved).to_string();
        assert!(e.contains("\\u{202e}") && e.contains("not followed"), "{e}");
    }

    #[test]
    fn endpoints_that_cannot_be_called() {
        let document = serde_json::json!({
            "issuer": "https://as.example",
            "token_endpoint": "javascript:alert(1)",
            "jwks_uri": 7,
            "revocation_endpoint": "/revoke",
        });
        let metadata = Metadata::from_document(document.as_object().unwrap().clone());
        for member in ["token_endpoint", "jwks_uri", "revocation_endpoint"] {
            assert!(metadata.endpoint(member).is_err(), "{member}");
        }
    }
}
