//! SAML assertions (SAML 2.0 core §2.3.3, SAML 1.1 §2.3.2) as XML in a text.

use super::Search;

/// Longest start tag that is read, in bytes.
const TAG: usize = 8 << 10;

/// Assertions without an end that are tolerated: the search for an end reads the whole rest.
const UNENDED: u8 = 8;

impl Search<'_> {
    /// `<`: the assertion that begins here; where to go on.
    pub(super) fn tag(&mut self, at: usize) -> usize {
        self.assertion(at).unwrap_or(at + 1)
    }

    fn assertion(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at + 1..];
        let name = rest
            .bytes()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'.'))
            .count();
        let name = &rest[..name];
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        if local != "Assertion" || self.unended >= UNENDED {
            return None;
        }
        let tag = rest.as_bytes()[name.len()..]
            .iter()
            .take(TAG)
            .position(|b| *b == b'>')
            .map(|n| &rest[name.len()..name.len() + n])?;
        let identified = tag.contains("ID=")
            && (tag.contains("Version=\"2") || tag.contains("Version='2"))
            || tag.contains("AssertionID=");
        if !identified {
            return None;
        }
        let close = format!("</{name}>");
        let Some(length) = rest.find(&close) else {
            self.unended += 1;
            return None;
        };
        let end = at + 1 + length + close.len();
        let raw = self.text[at..end].to_owned();
        self.push(at..end, &raw, Vec::new());
        Some(end)
    }
}
