//! What a request to a token endpoint asked for, and what an answer gave.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// Members of an answer that hold a token (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
const ISSUED: [&str; 3] = ["access_token", "id_token", "refresh_token"];

/// Grants whose `assertion` is the token that the new one is made from (RFC 7521 §4.1).
const ASSERTION_GRANTS: [&str; 2] = [
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
];

/// Parameters of a request, as far as it shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    fields: Vec<(String, String)>,
    /// Who authenticated by `Authorization: Basic`.
    basic: Option<String>,
}

impl Asked {
    /// Parameters as they are written in a body of the form media type.
    pub fn form(text: &str) -> Self {
        let mut asked = Self::default();
        asked.add_form(text);
        asked
    }

    /// Adds the parameters of a body of the form media type.
    pub fn add_form(&mut self, text: &str) {
        let pairs = form_urlencoded::parse(text.as_bytes());
        self.fields.extend(pairs.into_owned());
    }

    /// Adds the members of a JSON object; a list gives several parameters of one name.
    pub fn add_members(&mut self, members: &Map<String, Value>) {
        for (name, value) in members {
            match value {
                Value::String(text) => self.add(name, text),
                Value::Array(items) => {
                    for text in items.iter().filter_map(Value::as_str) {
                        self.add(name, text);
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds a parameter.
    pub fn add(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// Takes in a header: `Authorization: Basic` names the client (RFC 6749 §2.3.1).
    pub fn header(&mut self, name: &str, value: &str) {
        if !name.trim().eq_ignore_ascii_case("authorization") {
            return;
        }
        let Some((scheme, credentials)) = value.trim().split_once(' ') else {
            return;
        };
        if !scheme.eq_ignore_ascii_case("basic") {
            return;
        }
        let decoded = STANDARD.decode(credentials.trim()).ok();
        if let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
            self.user(&text);
        }
    }

    /// Takes in `client:secret`.
    pub fn user(&mut self, credentials: &str) {
        let name = credentials.split(':').next().unwrap_or_default();
        let name: String = form_urlencoded::parse(format!("n={name}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        if !name.is_empty() {
            self.basic = Some(name);
        }
    }

    /// The first value of a parameter that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let is_it = |(known, value): &&(String, String)| known == name && !value.is_empty();
        self.fields
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_str())
    }

    fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether it is one to a token endpoint.
    pub fn is_for_tokens(&self) -> bool {
        self.get("grant_type").is_some() || self.get("subject_token").is_some()
    }

    /// The token that the new one is to be made from.
    pub fn subject(&self) -> Option<&str> {
        self.get("subject_token").or_else(|| {
            let grant = self.get("grant_type")?;
            ASSERTION_GRANTS
                .contains(&grant)
                .then(|| self.get("assertion"))?
        })
    }

    /// The actor token.
    pub fn actor(&self) -> Option<&str> {
        self.get("actor_token")
    }

    /// The client, by its name; of one that proves itself by an assertion see
    /// [`Self::client_assertion`].
    pub fn client(&self) -> Option<&str> {
        self.basic.as_deref().or_else(|| self.get("client_id"))
    }

    /// What the client proved itself with (RFC 7523 §2.2).
    pub fn client_assertion(&self) -> Option<&str> {
        self.get("client_assertion")
    }

    /// `scope`; `None` when not sent.
    pub fn scope(&self) -> Option<BTreeSet<String>> {
        let mut sent = self.all("scope").peekable();
        sent.peek()?;
        let words = sent.flat_map(|text| text.split_ascii_whitespace());
        Some(words.map(str::to_owned).collect())
    }

    /// `audience` and `resource`; `None` when neither was sent.
    pub fn targets(&self) -> Option<BTreeSet<String>> {
        let sent: BTreeSet<String> = ["audience", "resource"]
            .into_iter()
            .flat_map(|name| self.all(name))
            .map(str::to_owned)
            .collect();
        (!sent.is_empty()).then_some(sent)
    }
}

/// The tokens of an answer, with the names of their members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    tokens: Vec<(&'static str, String)>,
}

impl Answered {
    /// Reads the members of an answer.
    pub fn members(members: &Map<String, Value>) -> Self {
        let tokens = ISSUED
            .iter()
            .filter_map(|name| Some((*name, members.get(*name)?.as_str()?.to_owned())))
            .filter(|(_, token)| !token.is_empty())
            .collect();
        Self { tokens }
    }

    /// The token that was asked for: whatever its type, it is called `access_token` (RFC 8693
    /// §2.2.1).
    pub fn issued(&self) -> Option<&str> {
        self.tokens.first().map(|(_, token)| token.as_str())
    }

    /// The tokens that came with it.
    pub fn siblings(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().skip(1).map(|(_, token)| token.as_str())
    }
}

/// A request and its answer, either of which may not be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What was asked.
    pub asked: Option<Asked>,
    /// What was answered.
    pub answered: Option<Answered>,
}

/// A part of a transcript, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A request.
    Asked(Asked),
    /// An answer, to a request before it.
    Answered(Answered),
    /// Both, where the text says that they belong together.
    Pair(Exchange),
}

/// Requests with their answers. Where several requests stand before several answers they belong
/// together in their order, if there are as many; else nobody can tell.
pub fn paired(events: impl IntoIterator<Item = Event>) -> Vec<Exchange> {
    let mut all = Vec::new();
    let (mut asked, mut answered): (Vec<Asked>, Vec<Answered>) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Asked(request) => {
                if !answered.is_empty() {
                    all.extend(matched(&mut asked, &mut answered));
                }
                asked.push(request);
            }
            Event::Answered(answer) => answered.push(answer),
            Event::Pair(exchange) => {
                all.extend(matched(&mut asked, &mut answered));
                all.push(exchange);
            }
        }
    }
    all.extend(matched(&mut asked, &mut answered));
    all
}

fn matched(asked: &mut Vec<Asked>, answered: &mut Vec<Answered>) -> Vec<Exchange> {
    let (requests, answers) = (std::mem::take(asked), std::mem::take(answered));
    let (before, after) = (requests.len(), answers.len());
    // Of several requests the last one is answered; of several answers the first one answers.
    let skipped = match (before, after) {
        (before, after) if before == after => Some(0),
        (before, 1) => before.checked_sub(1),
        (1, _) => Some(0),
        _ => None,
    };
    let Some(skipped) = skipped else {
        let alone = requests.into_iter().map(|asked| Exchange {
            asked: Some(asked),
            answered: None,
        });
        let unasked = answers.into_iter().map(|answered| Exchange {
            asked: None,
            answered: Some(answered),
        });
        return alone.chain(unasked).collect();
    };
    let mut answers = answers.into_iter();
    let mut all: Vec<Exchange> = requests
        .into_iter()
        .enumerate()
        .map(|(n, asked)| Exchange {
            asked: Some(asked),
            answered: if n < skipped { None } else { answers.next() },
        })
        .collect();
    all.extend(answers.map(|answered| Exchange {
        asked: None,
        answered: Some(answered),
    }));
    all
}
