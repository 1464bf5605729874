//! Tokens in the claims of tokens: a request object that holds an assertion, a presentation that holds
//! credentials.

use std::{ops::Range, sync::LazyLock};

use serde_json::Value;

use super::{Found, Search};
use crate::jose::b64;

/// Tokens around one another that are opened.
const DEPTH: u8 = 3;

/// Most tokens that are taken out of one.
const MOST: usize = 64;

/// How a text member that begins like a token looks in base64url, for each place at which its first
/// byte can stand in a group of three.
static MARKS: LazyLock<[String; 3]> = LazyLock::new(|| {
    [0, 1, 2].map(|before| {
        let text = [&b"   "[..before], b"\"eyJ"].concat();
        // The characters that hold bits of this text alone.
        let (from, to) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
        b64::encode(&text)
            .get(from..to)
            .unwrap_or_default()
            .to_owned()
    })
});

impl Search<'_> {
    /// The tokens that the claims of the token `raw` hold, which stands at `span`.
    pub(super) fn in_claims(&mut self, span: &Range<usize>, raw: &str) -> Vec<Found> {
        let payload = raw.split('.').nth(1).unwrap_or_default();
        if self.depth >= DEPTH || !MARKS.iter().any(|mark| payload.contains(mark.as_str())) {
            return Vec::new();
        }
        let Some(left) = self.encoded.checked_sub(payload.len()) else {
            return Vec::new();
        };
        self.encoded = left;
        let claims = b64::decode(payload.trim_end_matches('='))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let mut inner = Vec::new();
        if let Some(claims) = claims {
            self.search(&claims, "", &mut String::new(), &mut inner);
        }
        inner.truncate(MOST);
        for found in &mut inner {
            found.span = span.clone();
        }
        inner
    }

    /// Searches the texts of a value, which is bounded by what the parser reads.
    fn search(&self, value: &Value, name: &str, path: &mut String, all: &mut Vec<Found>) {
        let length = path.len();
        match value {
            Value::String(text) if text.starts_with("eyJ") && all.len() < MOST => {
                let found = self.inside_of(text);
                all.extend(found.into_iter().map(|found| {
                    Found {
                        cleaned: std::iter::once(format!("the claim `{path}` around the token"))
                            .chain(found.cleaned)
                            .collect(),
                        context: found.context.or_else(|| Some(name.to_owned())),
                        inside: Some(format!("{path}{}", found.inside.unwrap_or_default())),
                        ..found
                    }
                }));
            }
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    path.push_str(&format!("/{n}"));
                    self.search(item, name, path, all);
                    path.truncate(length);
                }
            }
            Value::Object(members) => {
                for (name, item) in members {
                    path.push('/');
                    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    self.search(item, name, path, all);
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }
}
