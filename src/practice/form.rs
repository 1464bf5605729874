//! Parameters of a request: form bodies and query strings (RFC 6749 §3.1, §3.2).

use super::refusal::{Refusal, quote};

/// Parameters that one request may have.
const MAX_PARAMETERS: usize = 100;

/// Bytes of a request body that are read. Large enough for two tokens of half a megabyte and more
/// than any token this server issues; a token of any size gets an answer in words, not a cut.
pub const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// Parameters in order. One that is empty counts as absent (RFC 6749 §3.1).
#[derive(Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded` text.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Vec::new();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            if fields.len() == MAX_PARAMETERS {
                return Err(Refusal::request(format!(
                    "the request has more than {MAX_PARAMETERS} parameters"
                )));
            }
            if !value.is_empty() {
                fields.push((name.into_owned(), value.into_owned()));
            }
        }
        Ok(Self(fields))
    }

    /// A parameter that may stand once (RFC 6749 §3.2: no parameter is included more than once).
    pub fn one<'a>(&'a self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Refusal::request(format!(
                "the parameter {name} stands more than once (RFC 6749 §3.2)"
            )));
        }
        Ok(first)
    }

    /// A parameter that must stand once.
    pub fn need<'a>(&'a self, name: &str) -> Result<&'a str, Refusal> {
        self.one(name)?
            .ok_or_else(|| Refusal::request(format!("the parameter {name} is missing or empty")))
    }

    /// A parameter that may repeat.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    /// All parameters, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// `may_act`: the agent that alone may exchange the issued token. An extension of this server;
    /// RFC 8693 §4.4 defines the claim but no request parameter for it.
    pub fn may_act(&self) -> Result<Option<&'static str>, Refusal> {
        let Some(name) = self.one("may_act")? else {
            return Ok(None);
        };
        super::realm::agent(name)
            .map(|agent| Some(agent.id))
            .ok_or_else(|| {
                Refusal::request(format!(
                    "may_act names {}, which is no agent of this realm; agents are {}",
                    quote(name),
                    super::realm::AGENTS.map(|a| a.id).join(", ")
                ))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_empty_and_missing_parameters() {
        let form = Form::read(b"a=1&b=&c=2&c=3&resource=x&resource=y").unwrap();
        assert_eq!(form.one("a").unwrap(), Some("1"));
        assert_eq!(form.one("b").unwrap(), None);
        assert!(
            form.one("c")
                .unwrap_err()
                .description
                .contains("more than once")
        );
        assert!(form.need("b").unwrap_err().description.contains("missing"));
        assert_eq!(form.all("resource").collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn a_flood_of_parameters_is_refused() {
        assert!(Form::read("a=1&".repeat(100_000).as_bytes()).is_err());
        assert!(Form::read("a=1&".repeat(100).as_bytes()).is_ok());
    }
}
