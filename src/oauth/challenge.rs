//! What a resource server says in `WWW-Authenticate` (RFC 9110 §11.6.1, RFC 6750 §3).

use super::{
    failure::{self, Failure, RefusalPlace},
    http::Response,
    token_response::oauth_error,
    unreadable::unreadable,
};
use crate::kit::text;

/// Challenges and parameters that are read; what follows is passed over.
const MOST: usize = 32;

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// `Bearer`, `DPoP`, `Basic` ...
    pub scheme: String,
    /// Parameters in order, names in lower case, values without their quotes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }
}

/// All challenges of an answer, in order. What cannot be read is passed over.
pub fn read(response: &Response) -> Vec<Challenge> {
    let mut challenges = Vec::new();
    for (name, value) in &response.headers {
        if name.eq_ignore_ascii_case("www-authenticate") {
            read_one(value, &mut challenges);
        }
    }
    challenges.truncate(MOST);
    challenges
}

fn read_one(value: &str, challenges: &mut Vec<Challenge>) {
    let mut rest = value;
    while challenges.len() < MOST {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return;
        }
        let word_end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let Some(parameter) = after.trim_start_matches([' ', '\t']).strip_prefix('=') else {
            challenges.push(Challenge {
                scheme: word.to_owned(),
                parameters: Vec::new(),
            });
            rest = after;
            continue;
        };
        let (text, after) = parameter_value(parameter.trim_start_matches([' ', '\t']));
        if let Some(challenge) = challenges.last_mut()
            && challenge.parameters.len() < MOST
            && !word.is_empty()
        {
            challenge.parameters.push((word.to_ascii_lowercase(), text));
        }
        rest = after;
    }
}

/// A quoted string or a token, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        // `==` of a base64 token68 is no value of a parameter; it is taken as one all the same.
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// Why a resource server did not do what was asked.
pub fn refusal(response: &Response) -> Failure {
    let challenges = read(response);
    let bearer = challenges
        .iter()
        .find(|c| c.get("error").is_some())
        .or_else(|| {
            challenges
                .iter()
                .find(|c| c.scheme.eq_ignore_ascii_case("bearer"))
        })
        .or(challenges.first());
    let body = oauth_error(response);
    let mut failure = match (bearer.and_then(|c| c.get("error")), &body) {
        (Some(code), _) => failure::refusal(
            RefusalPlace::Resource,
            Some(response.status),
            Some(code),
            bearer.and_then(|c| c.get("error_description")).or(body
                .as_ref()
                .and_then(|(_, description)| description.as_deref())),
        ),
        (None, Some((code, description))) => failure::refusal(
            RefusalPlace::Resource,
            Some(response.status),
            Some(code),
            description.as_deref(),
        ),
        (None, None) => failure::without_code(
            RefusalPlace::Resource,
            response.status,
            unreadable(response),
        ),
    };
    if let Some(scope) = bearer.and_then(|c| c.get("scope")) {
        failure.said.push_str(&format!(
            " (the scope it wants: {})",
            text::shorten(&text::escape(scope), 120)
        ));
    }
    if let Some(challenge) = bearer
        && challenge.scheme.eq_ignore_ascii_case("dpop")
        && challenge.get("error").is_none()
    {
        failure.expected = "RFC 9449 §7.1: this API wants a DPoP-bound token with a proof".into();
        failure.try_this =
            "set DPoP at the node that gets the token, so that it is bound to a key and goes with a proof".into();
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[&str]) -> Response {
        Response {
            status: 401,
            headers: headers
                .iter()
                .map(|v| ("WWW-Authenticate".to_owned(), (*v).to_owned()))
                .collect(),
            body: Vec::new(),
            millis: 0,
        }
    }

    #[test]
    fn challenges_with_quotes_commas_and_several_schemes() {
        let found = read(&response(&[
            r#"Basic realm="a, \"b\"", Bearer error="invalid_token", error_description="expired""#,
            "DPoP algs=\"ES256 PS256\"",
        ]));
        let schemes: Vec<_> = found.iter().map(|c| c.scheme.as_str()).collect();
        assert_eq!(schemes, ["Basic", "Bearer", "DPoP"]);
        assert_eq!(found[0].get("realm"), Some("a, \"b\""));
        assert_eq!(found[1].get("error_description"), Some("expired"));
        assert_eq!(found[2].get("algs"), Some("ES256 PS256"));
    }

    #[test]
    fn the_refusal_says_what_the_server_said_and_what_to_do() {
        let failure = refusal(&response(&[
            r#"Bearer realm="x", error="insufficient_scope", scope="payments:initiate""#,
        ]));
        assert_eq!(failure.code.as_deref(), Some("insufficient_scope"));
        assert!(failure.said.contains("payments:initiate"), "{failure:?}");
        assert!(failure.expected.contains("RFC 6750 §3.1"));
        let failure = refusal(&response(&[]));
        assert_eq!(failure.said, "401 and an empty body");
        let failure = refusal(&response(&["DPoP algs=\"ES256\""]));
        assert!(failure.expected.contains("RFC 9449"));
    }

    #[test]
    fn nonsense_ends() {
        for text in [
            "",
            ",,,",
            "=",
            "a=",
            "\"",
            "Bearer \"",
            "a b c d",
            "Bearer x=\"\\",
            "é=ü, \u{202e}",
        ] {
            let _ = read(&response(&[text]));
        }
        assert_eq!(read(&response(&[&"a ".repeat(10_000)])).len(), MOST);
    }
}
