//! Edits of JSON as text: a member is set or removed without touching the bytes of its neighbours,
//! so that numbers, escapes, order and white space of the rest stay as the issuer wrote them.
//!
//! The text has been read by [`crate::kit::json::parse`] before: here it is known to be JSON.

use std::ops::Range;

use serde_json::Value;

/// `text` without white space between its tokens.
pub fn minify(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    // What is kept is copied in one piece: a large text is minified at every key.
    let (mut from, mut at) = (0, 0);
    let mut inside = false;
    while let Some(b) = bytes.get(at) {
        match b {
            b'"' => inside = !inside,
            b'\\' if inside => at += 1, // and what it escapes
            b' ' | b'\t' | b'\n' | b'\r' if !inside => {
                out.push_str(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.push_str(&text[from..]);
    out
}

/// `text` indented by two spaces, its tokens untouched.
pub fn indent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut quoted = Quoted::default();
    let mut depth = 0usize;
    let mut empty = false; // right after an opening bracket
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    for c in text.chars() {
        let inside = quoted.step(c);
        if inside {
            if empty {
                line(&mut out, depth);
                empty = false;
            }
            out.push(c);
            continue;
        }
        match c {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                if empty {
                    line(&mut out, depth);
                }
                out.push(c);
                depth += 1;
                empty = true;
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if !empty {
                    line(&mut out, depth);
                }
                empty = false;
                out.push(c);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => {
                if empty {
                    line(&mut out, depth);
                    empty = false;
                }
                out.push(other);
            }
        }
    }
    out
}

/// Follows whether a character stands inside a string, quotes included.
#[derive(Default)]
struct Quoted {
    inside: bool,
    escaped: bool,
}

impl Quoted {
    fn step(&mut self, c: char) -> bool {
        if !self.inside {
            self.inside = c == '"';
            return self.inside;
        }
        match c {
            _ if self.escaped => self.escaped = false,
            '\\' => self.escaped = true,
            '"' => self.inside = false,
            _ => {}
        }
        true
    }
}

/// An element of a container: where its key (for objects) and its value stand.
struct Element {
    name: Option<String>,
    start: usize,
    value: Range<usize>,
}

/// A container in the text.
struct Container {
    object: bool,
    elements: Vec<Element>,
    /// Where the closing bracket stands.
    close: usize,
}

impl Container {
    /// The member or element of this name, with its number.
    fn find(&self, name: &str) -> Option<(usize, &Element)> {
        let mut all = self.elements.iter().enumerate().rev();
        all.find(|(index, e)| {
            if self.object {
                e.name.as_deref() == Some(name)
            } else {
                name.parse() == Ok(*index) && (name == "0" || !name.starts_with(['0', '+']))
            }
        })
    }
}

fn blank(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|b| b" \t\r\n".contains(b)) {
        at += 1;
    }
    at
}

fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(b) = text.get(at) {
        match b {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The end of the value that starts at `start`.
fn value_end(text: &[u8], start: usize) -> usize {
    match text.get(start) {
        Some(b'"') => string_end(text, start),
        Some(b'{' | b'[') => {
            let mut depth = 0usize;
            let mut at = start;
            while let Some(b) = text.get(at) {
                match b {
                    b'"' => {
                        at = string_end(text, at);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            text.len()
        }
        _ => {
            let mut at = start;
            while text.get(at).is_some_and(|b| !b" \t\r\n,]}".contains(b)) {
                at += 1;
            }
            at
        }
    }
}

fn container(text: &str, start: usize) -> Option<Container> {
    let bytes = text.as_bytes();
    let object = match bytes.get(start)? {
        b'{' => true,
        b'[' => false,
        _ => return None,
    };
    let mut elements = Vec::new();
    let mut at = blank(bytes, start + 1);
    loop {
        if matches!(bytes.get(at)?, b'}' | b']') {
            return Some(Container {
                object,
                elements,
                close: at,
            });
        }
        let first = at;
        let mut name = None;
        if object {
            let end = string_end(bytes, at);
            name = Some(serde_json::from_str(text.get(at..end)?).ok()?);
            at = blank(bytes, end);
            if bytes.get(at) != Some(&b':') {
                return None;
            }
            at = blank(bytes, at + 1);
        }
        let end = value_end(bytes, at);
        if end == at {
            return None;
        }
        elements.push(Element {
            name,
            start: first,
            value: at..end,
        });
        at = blank(bytes, end);
        if bytes.get(at) == Some(&b',') {
            at = blank(bytes, at + 1);
        }
    }
}

/// The pointer's names (RFC 6901 §3); `None` when it does not start with `/`.
fn names(pointer: &str) -> Option<Vec<String>> {
    let rest = pointer.strip_prefix('/')?;
    Some(
        rest.split('/')
            .map(|name| name.replace("~1", "/").replace("~0", "~"))
            .collect(),
    )
}

/// Sets (or, without a value, removes) what `pointer` leads to. Objects are made on the way; `-`
/// or the length appends to an array. `None` when the pointer leads nowhere. Of a member that
/// stands twice the last is set, and all are removed.
pub fn set(text: &str, pointer: &str, value: Option<&Value>) -> Option<String> {
    put(text, pointer, value.map(Value::to_string).as_deref())
}

/// [`set`], with the value as it is to be written.
pub fn put(text: &str, pointer: &str, value: Option<&str>) -> Option<String> {
    if pointer.is_empty() {
        return value.map(str::to_owned);
    }
    let names = names(pointer)?;
    let mut start = blank(text.as_bytes(), 0);
    for (i, name) in names.iter().enumerate() {
        let last = i + 1 == names.len();
        let here = container(text, start)?;
        match (here.find(name), value) {
            (Some((_, element)), Some(value)) if last => {
                return Some(splice(text, element.value.clone(), value));
            }
            (Some((index, _)), None) if last => {
                return Some(remove(text, &here, |i, e| {
                    if here.object {
                        e.name.as_deref() == Some(name)
                    } else {
                        i == index
                    }
                }));
            }
            (Some((_, element)), _) => start = element.value.start,
            (None, None) => return None,
            (None, Some(value)) => {
                let append = name == "-" || name.parse() == Ok(here.elements.len());
                if !here.object && !append {
                    return None;
                }
                let member = |name: &str, value: &str| format!("{}:{value}", Value::from(name));
                let mut written = value.to_owned();
                for inner in names[i + 1..].iter().rev() {
                    written = format!("{{{}}}", member(inner, &written));
                }
                if here.object {
                    written = member(name, &written);
                }
                return Some(match here.elements.last() {
                    Some(e) => splice(text, e.value.end..e.value.end, &format!(",{written}")),
                    None => splice(text, here.close..here.close, &written),
                });
            }
        }
    }
    None
}

/// Gives the member that `pointer` leads to another name, at its place. `None` when it leads to no
/// member of an object, or the object has one of that name.
pub fn rename(text: &str, pointer: &str, name: &str) -> Option<String> {
    let mut names = names(pointer)?;
    let old = names.pop()?;
    let mut start = blank(text.as_bytes(), 0);
    for around in names {
        start = container(text, start)?.find(&around)?.1.value.start;
    }
    let here = container(text, start)?;
    let (_, element) = here.find(&old).filter(|_| here.object)?;
    if here.find(name).is_some() {
        return None;
    }
    let key = element.start..string_end(text.as_bytes(), element.start);
    Some(splice(text, key, &Value::from(name).to_string()))
}

/// The text of what `pointer` leads to; of a member that stands twice the last.
pub fn get<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let start = blank(text.as_bytes(), 0);
    let mut range = start..value_end(text.as_bytes(), start);
    if !pointer.is_empty() {
        for name in names(pointer)? {
            range = container(text, range.start)?.find(&name)?.1.value.clone();
        }
    }
    text.get(range)
}

/// Takes elements out, each with the comma that it no longer needs.
fn remove(text: &str, here: &Container, gone: impl Fn(usize, &Element) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut kept: Option<&Element> = None;
    let mut group: Option<usize> = None; // start of the elements that are being taken out
    for (i, element) in here.elements.iter().enumerate() {
        if gone(i, element) {
            group = group.or(Some(element.start));
            continue;
        }
        if let Some(start) = group.take() {
            out.push_str(&text[from..start]);
            from = element.start;
        }
        kept = Some(element);
    }
    if let (Some(start), Some(last)) = (group, here.elements.last()) {
        let start = kept.map_or(start, |k| k.value.end);
        out.push_str(&text[from..start]);
        from = last.value.end;
    }
    out.push_str(&text[from..]);
    out
}

fn splice(text: &str, range: Range<usize>, new: &str) -> String {
    let mut out = String::with_capacity(text.len() + new.len());
    out.push_str(&text[..range.start]);
    out.push_str(new);
    out.push_str(&text[range.end..]);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_white_space_between_tokens_goes_whatever_the_text() {
        for text in [
            "{ \"a b\" : [ 1 ,\t2 ]\r\n}",
            "\"a \\\" b\" c \"\\\\\" d",
            "\\ \" \\",
            " \"ü \\ü x\" ü ",
            "\"\\",
            "   ",
            "",
        ] {
            let mut quoted = Quoted::default();
            let slowly: String = text
                .chars()
                .filter(|c| quoted.step(*c) || !matches!(c, ' ' | '\t' | '\n' | '\r'))
                .collect();
            assert_eq!(minify(text), slowly, "{text}");
        }
    }

    #[test]
    fn neighbours_keep_their_bytes() {
        let text = "{ \"a\" : 1.50,\r\n \"b\":\"\\u0041\", \"n\":123456789012345678901234567890 }";
        assert_eq!(
            set(text, "/b", Some(&json!(2))).unwrap(),
            "{ \"a\" : 1.50,\r\n \"b\":2, \"n\":123456789012345678901234567890 }"
        );
        assert_eq!(
            set(text, "/c", Some(&json!([1]))).unwrap(),
            "{ \"a\" : 1.50,\r\n \"b\":\"\\u0041\", \"n\":123456789012345678901234567890,\"c\":[1] }"
        );
        assert_eq!(
            set(text, "/a", None).unwrap(),
            "{ \"b\":\"\\u0041\", \"n\":123456789012345678901234567890 }"
        );
        assert_eq!(
            set(text, "/n", None).unwrap(),
            "{ \"a\" : 1.50,\r\n \"b\":\"\\u0041\" }"
        );
    }

    #[test]
    fn a_member_is_renamed_at_its_place() {
        let text = r#"{ "a" : 1.50, "b~/":{"c":[{"d":1}], "e":2} }"#;
        let rename = |pointer, name| rename(text, pointer, name);
        assert_eq!(
            rename("/a", "x \"y\"").unwrap(),
            r#"{ "x \"y\"" : 1.50, "b~/":{"c":[{"d":1}], "e":2} }"#
        );
        assert_eq!(
            rename("/b~0~1/c/0/d", "f").unwrap(),
            r#"{ "a" : 1.50, "b~/":{"c":[{"f":1}], "e":2} }"#
        );
        for (pointer, name) in [
            ("/a", "a"),
            ("/b~0~1/c", "e"),
            ("/b~0~1/c/0", "x"),
            ("/z", "x"),
            ("/a/z", "x"),
            ("", "x"),
        ] {
            assert_eq!(rename(pointer, name), None, "{pointer} to {name}");
        }
    }

    #[test]
    fn nested_arrays_and_escapes() {
        let text = r#"{"aud":["a"],"act":{"sub":"x"},"a/b":{"~":1},"e":{}}"#;
        let set = |p: &str, v: Value| set(text, p, Some(&v));
        assert!(set("/aud/-", json!("b")).unwrap().contains(r#"["a","b"]"#));
        assert!(set("/aud/1", json!("b")).unwrap().contains(r#"["a","b"]"#));
        assert!(set("/aud/0", json!("b")).unwrap().contains(r#"["b"]"#));
        assert_eq!(set("/aud/2", json!("b")), None);
        assert_eq!(set("/aud/00", json!("b")), None);
        assert_eq!(set("/aud/x", json!("b")), None);
        assert!(
            set("/act/act/sub", json!("y"))
                .unwrap()
                .contains(r#"{"sub":"x","act":{"sub":"y"}}"#)
        );
        assert!(
            set("/a~1b/~0", json!(2))
                .unwrap()
                .contains(r#""a/b":{"~":2}"#)
        );
        assert!(set("/e/x", json!(2)).unwrap().ends_with(r#""e":{"x":2}}"#));
        assert_eq!(set("/act/sub/x", json!(2)), None);
        assert_eq!(set("no-slash", json!(2)), None);
    }

    #[test]
    fn text_of_a_member_is_what_stands_there() {
        let text = " { \"a/b\" : [ 1.50 , {\"c\": \"\\u0041\" } ],\"d\":1,\"d\":2 }";
        assert_eq!(get(text, "/a~1b/0"), Some("1.50"));
        assert_eq!(get(text, "/a~1b/1"), Some("{\"c\": \"\\u0041\" }"));
        assert_eq!(get(text, "/a~1b/1/c"), Some("\"\\u0041\""));
        assert_eq!(get(text, "/d"), Some("2"));
        assert_eq!(get(text, ""), Some(text.trim()));
        for nowhere in ["/x", "/a~1b/2", "/d/0", "d"] {
            assert_eq!(get(text, nowhere), None);
        }
        assert_eq!(put("[1]", "/-", Some("1.50")).unwrap(), "[1,1.50]");
        assert_eq!(
            put("{}", "/a/b", Some("1.50")).unwrap(),
            r#"{"a":{"b":1.50}}"#
        );
    }

    #[test]
    fn duplicates_go_together() {
        let text = r#"{"a":1,"b":2,"a":3}"#;
        assert_eq!(
            set(text, "/a", Some(&json!(4))).unwrap(),
            r#"{"a":1,"b":2,"a":4}"#
        );
        assert_eq!(set(text, "/a", None).unwrap(), r#"{"b":2}"#);
        assert_eq!(set(text, "/c", None), None);
    }

    #[test]
    fn indent_and_minify_are_inverse_on_tight_text() {
        let text = r#"{"a":[],"b":{},"c":[1,"x: {,}",{"d":null}],"e":"\" \\"}"#;
        assert_eq!(minify(&indent(text)), text);
        assert_eq!(
            indent(r#"{"a":[1],"b":{}}"#),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"
        );
    }
}
