//! What came in one response: the members of one JSON object, the parameters of one address or form.

use std::ops::Range;

/// Bytes between two members of a response that are looked at.
const REACH: usize = 64 << 10;

/// Whether two places stand in the same object, address or form.
pub fn is_one(text: &str, one: &Range<usize>, other: &Range<usize>) -> bool {
    // Both out of the same base64.
    if one == other {
        return true;
    }
    let (first, second) = if one.start < other.start {
        (one, other)
    } else {
        (other, one)
    };
    let between = text.get(first.end..second.start);
    let Some(between) = between.filter(|between| between.len() <= REACH) else {
        return false;
    };
    let query = !between.is_empty() && between.bytes().all(is_of_query);
    query || is_one_object(text, first.start, between)
}

/// Whether a byte may stand in a query, a fragment or a form.
fn is_of_query(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~%&=+:/@!$,;*()'".contains(&b)
}

/// Whether what stands between two members leaves the object of the first never, and ends in it.
fn is_one_object(text: &str, first: usize, between: &str) -> bool {
    let open = text[..first]
        .bytes()
        .rev()
        .take(REACH)
        .find(|b| matches!(b, b'{' | b'}'));
    if open != Some(b'{') && !has_open_brace(&text[..first]) {
        return false;
    }
    let mut depth = 0_i32;
    for b in between.bytes() {
        match b {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Whether more braces are open than closed before a place.
fn has_open_brace(before: &str) -> bool {
    let mut depth = 0_i32;
    for b in before.bytes().rev().take(REACH) {
        match b {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth > 0 {
            return true;
        }
    }
    false
}

/// The authorization codes of the address or the form in which a place stands, decoded.
pub fn codes(text: &str, place: &Range<usize>) -> Vec<String> {
    let bytes = text.as_bytes();
    let of = |b: &&u8| is_of_query(**b) || matches!(**b, b'?' | b'#');
    let before = bytes.get(..place.start).unwrap_or_default();
    let after = bytes.get(place.end..).unwrap_or_default();
    let from = place.start - before.iter().rev().take(REACH).take_while(of).count();
    let to = place.end + after.iter().take(REACH).take_while(of).count();
    let Some(around) = text.get(from..to) else {
        return Vec::new();
    };
    let start = around
        .rfind(['?', '#'])
        .filter(|at| from + at < place.start);
    let query = start.map_or(around, |at| &around[at + 1..]);
    // A fragment and a query of one address are of one response.
    let query = match around[..start.unwrap_or(0)].rfind('?') {
        Some(at) => format!("{}&{query}", &around[at + 1..start.unwrap_or(at + 1)]),
        None => query.to_owned(),
    };
    url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, value)| name == "code" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> (Range<usize>, Range<usize>) {
        let (a, b) = (text.find("AAA").unwrap(), text.find("BBB").unwrap());
        (a..a + 3, b..b + 3)
    }

    #[test]
    fn members_of_one_response_are_together() {
        for (text, one) in [
            (r#"{"access_token":"AAA","id_token":"BBB"}"#, true),
            (
                r#"{"id_token":"BBB","x":[{"y":1}],"access_token":"AAA"}"#,
                true,
            ),
            (
                "https://app/cb#access_token=AAA&state=a%20b&id_token=BBB",
                true,
            ),
            ("access_token=AAA&id_token=BBB", true),
            (
                "{\\\"access_token\\\":\\\"AAA\\\",\\\"id_token\\\":\\\"BBB\\\"}",
                true,
            ),
            ("{\"access_token\":\"AAA\"}\n{\"id_token\":\"BBB\"}", false),
            ("access_token=AAA\nid_token=BBB", false),
            (
                r#"[{"a":{"access_token":"AAA"}},{"id_token":"BBB"}]"#,
                false,
            ),
        ] {
            let (a, b) = places(text);
            assert_eq!(is_one(text, &a, &b), one, "{text}");
            assert_eq!(is_one(text, &b, &a), one, "{text}");
        }
    }

    #[test]
    fn a_code_is_that_of_the_same_address() {
        for (text, code) in [
            ("https://app/cb#code=a%2Fb&id_token=AAA", Some("a/b")),
            ("https://app/cb?code=x#id_token=AAA", Some("x")),
            ("id_token=AAA&code=x+y", Some("x y")),
            ("GET /cb?code=other\n\nid_token=AAA&state=1", None),
            ("error_code=x&id_token=AAA", None),
            ("https://app/cb?code=&id_token=AAA", None),
        ] {
            let at = text.find("AAA").unwrap();
            let found = codes(text, &(at..at + 3));
            assert_eq!(found.first().map(String::as_str), code, "{text}");
        }
    }
}
