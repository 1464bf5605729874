//! HTTP messages as plain values, so that protocol code needs no client and no server.

use std::fmt;

/// How careful one must be when showing a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sensitivity {
    /// Can be shown and logged.
    #[default]
    Plain,
    /// A token: shown in the inspector, shortened in lists, never in tracing output.
    Token,
    /// A secret, an assertion or a proof key: never shown or copied.
    Secret,
}

/// A header or form field.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// How careful one must be when showing it.
    pub sensitivity: Sensitivity,
}

impl Field {
    /// A field that can be shown.
    pub fn plain(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            sensitivity: Sensitivity::Plain,
        }
    }
    /// A field that holds a token.
    pub fn token(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            sensitivity: Sensitivity::Token,
        }
    }
    /// A field that must not be shown.
    pub fn secret(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            sensitivity: Sensitivity::Secret,
        }
    }
    /// The value as it may be shown to its owner: secrets become `…`.
    pub fn shown(&self) -> &str {
        match self.sensitivity {
            Sensitivity::Secret => "…",
            _ => &self.value,
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sensitivity {
            Sensitivity::Plain => write!(f, "{}: {}", self.name, self.value),
            Sensitivity::Token | Sensitivity::Secret => write!(f, "{}: …", self.name),
        }
    }
}

/// Request methods used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Reads a name, ignoring case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|m| m.name().eq_ignore_ascii_case(name))
    }
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<Field>),
    /// Anything else.
    Text {
        /// `Content-Type`.
        content_type: String,
        /// The text.
        text: String,
    },
}

impl Body {
    /// `Content-Type` and the bytes to send; `None` for an empty body.
    pub fn encode(&self) -> Option<(&str, String)> {
        match self {
            Self::Empty => None,
            Self::Form(fields) => Some((FORM, encode_form(fields))),
            Self::Text { content_type, text } => Some((content_type, text.clone())),
        }
    }
}

/// The media type of form bodies (RFC 6749 appendix B).
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as `application/x-www-form-urlencoded`, in order.
pub fn encode_form(fields: &[Field]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for field in fields {
        out.append_pair(&field.name, &field.value);
    }
    out.finish()
}

/// A request. Redirects are never followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: url::Url,
    /// Headers beside those that the body implies.
    pub headers: Vec<Field>,
    /// Body.
    pub body: Body,
}

impl Request {
    /// A `GET` that accepts JSON.
    pub fn get(url: url::Url) -> Self {
        Self {
            method: Method::Get,
            url,
            headers: vec![Field::plain("Accept", "application/json")],
            body: Body::Empty,
        }
    }

    /// A `POST` of form fields that accepts JSON.
    pub fn form(url: url::Url, fields: Vec<Field>) -> Self {
        Self {
            method: Method::Post,
            url,
            headers: vec![Field::plain("Accept", "application/json")],
            body: Body::Form(fields),
        }
    }

    /// The first form field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        match &self.body {
            Body::Form(fields) => fields.iter().find(|f| f.name == name),
            _ => None,
        }
    }

    /// The form fields, to add to; nothing when the body is no form.
    pub(crate) fn fields_mut(&mut self) -> Option<&mut Vec<Field>> {
        match &mut self.body {
            Body::Form(fields) => Some(fields),
            _ => None,
        }
    }
}

/// A response, read up to a limit.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers in order, names as received.
    pub headers: Vec<(String, String)>,
    /// Body, at most the transport's limit.
    pub body: Vec<u8>,
    /// Milliseconds from sending to the last byte.
    pub millis: u64,
}

impl Response {
    /// The first header of that name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// Whether the status says that it worked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The media type in lower case, without parameters; empty when there is none.
    pub fn media_type(&self) -> String {
        self.header("content-type")
            .and_then(|v| v.split(';').next())
            .map(|v| v.trim().to_ascii_lowercase())
            .unwrap_or_default()
    }

    /// Whether the body is a page for people: it begins like one, whatever the header says.
    pub fn looks_like_html(&self) -> bool {
        let start = self
            .body
            .iter()
            .position(|b| !b.is_ascii_whitespace())
            .unwrap_or(self.body.len());
        let head = &self.body[start..];
        let begins = |tag: &[u8]| {
            head.get(..tag.len())
                .is_some_and(|h| h.eq_ignore_ascii_case(tag))
        };
        begins(b"<!doctype")
            || begins(b"<html")
            || begins(b"<head")
            || begins(b"<body")
            || (head.first() == Some(&b'<') && self.media_type() == "text/html")
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Response({}, {} bytes, {} ms)",
            self.status,
            self.body.len(),
            self.millis
        )
    }
}
