//! "Who is the principal" in a sentence, with authority and history set apart (RFC 8693 §4.1).

use super::Token;

/// The answer to "who is acting for whom".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Principal {
    /// `sub`.
    pub subject: Option<String>,
    /// Current actor first, then prior ones.
    pub actors: Vec<String>,
    /// `client_id` (or `azp`).
    pub client: Option<String>,
    /// `aud`.
    pub audience: Vec<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// What counts: the subject and the outermost actor.
    pub authoritative: String,
    /// What is information only: the inner actors. Empty when there are none.
    pub information: String,
}

impl Principal {
    /// Both parts as one text.
    pub fn sentence(&self) -> String {
        if self.information.is_empty() {
            self.authoritative.clone()
        } else {
            format!("{} {}", self.authoritative, self.information)
        }
    }

    /// Short form for lists: `alice ← researcher ← planner`.
    pub fn short(&self) -> String {
        let mut parts = vec![self.subject.clone().unwrap_or_else(|| "no subject".into())];
        parts.extend(self.actors.iter().cloned());
        parts.join(" ← ")
    }
}

/// Reads the principal from a token. Names are escaped.
pub fn principal(token: &Token) -> Principal {
    let _ = token;
    todo!("owner: token")
}

/// A span of time in words: `4 min 44 s`, `2 h 5 min`, `3 d`.
pub fn duration(seconds: i64) -> String {
    let _ = seconds;
    todo!("owner: token")
}
