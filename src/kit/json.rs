//! JSON as a token brings it: order kept, and what `serde_json` silently drops reported.

use std::{collections::BTreeSet, fmt, ops::Range, str::FromStr as _};

use serde::{
    Deserialize as _,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, map::Entry};

/// Levels of nesting that are read; deeper text is refused (the parser's own limit).
pub const MAX_DEPTH: usize = 127;

/// A JSON value together with what is wrong with its text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Json {
    /// The value; of duplicate members the last one, as most parsers have it.
    pub value: Value,
    /// Members that occur more than once in their object, as JSON Pointers (RFC 6901).
    pub duplicates: Vec<String>,
}

/// Why text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: JsonProblem,
}

/// What is wrong with text that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// Bytes that are no text.
    #[error("not UTF-8 (RFC 8259 §8.1)")]
    NotUtf8,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("recursion limit exceeded")]
    TooDeep,
    /// Not the grammar of JSON: what, in the parser's words.
    #[error("{0}")]
    Syntax(String),
}

/// Reads `bytes` as one JSON text (RFC 8259), strictly: UTF-8, no trailing data.
pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let before = &bytes[..e.valid_up_to()];
        JsonError {
            line: 1 + before.split(|b| *b == b'\n').count() - 1,
            column: 1 + before.iter().rev().take_while(|b| **b != b'\n').count(),
            reason: JsonProblem::NotUtf8,
        }
    })?;
    let mut duplicates = Vec::new();
    let mut de = serde_json::Deserializer::from_str(text);
    let value = Node {
        path: None,
        text: text.as_bytes().as_ptr_range(),
        duplicates: &mut duplicates,
    }
    .deserialize(&mut de)
    .and_then(|value| de.end().map(|()| value))
    .map_err(|e| explained(&e))?;
    Ok(Json { value, duplicates })
}

/// Whether `text` is one JSON text, without keeping anything of it: for large texts that are being
/// typed. Duplicates and depth are not looked at.
pub fn check(text: &str) -> Result<(), JsonError> {
    let mut de = serde_json::Deserializer::from_str(text);
    de::IgnoredAny::deserialize(&mut de)
        .and_then(|_| de.end())
        .map_err(|e| explained(&e))
}

fn explained(error: &serde_json::Error) -> JsonError {
    JsonError {
        line: error.line(),
        column: error.column(),
        reason: {
            let text = error.to_string();
            // The parser tells of its own limit in words only.
            match text.split(" at line ").next().unwrap_or(&text) {
                "recursion limit exceeded" => JsonProblem::TooDeep,
                other => JsonProblem::Syntax(other.to_owned()),
            }
        },
    }
}

/// Where a value stands: written out only when there is something to report.
struct Path<'p> {
    outer: Option<&'p Path<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Name(&'p str),
    Index(usize),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        let mut out = self.outer.map_or_else(String::new, Path::pointer);
        out.push('/');
        match self.step {
            Step::Name(name) => out.push_str(&pointer_name(name)),
            Step::Index(index) => out.push_str(&index.to_string()),
        }
        out
    }
}

struct Node<'a, 'p> {
    path: Option<&'p Path<'p>>,
    /// Where the text lies in memory: see [`Name`].
    text: Range<*const u8>,
    duplicates: &'a mut Vec<String>,
}

/// The name of a member.
enum Name {
    /// As the text has it.
    Member(String),
    /// None of the text's: the parser hands a number over, as it is written, in the shape of an object with
    /// one member. A text may hold an object that looks the same, and must not pass for a number: its
    /// name lies in the text, or is made anew where it was escaped.
    NumberFollows,
}

/// Reads a [`Name`] of a text that lies there.
struct NameIn<'t>(&'t Range<*const u8>);

impl<'de> DeserializeSeed<'de> for NameIn<'_> {
    type Value = Name;
    fn deserialize<D: de::Deserializer<'de>>(self, d: D) -> Result<Name, D::Error> {
        d.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameIn<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name, E> {
        if self.0.contains(&name.as_ptr()) {
            Ok(Name::Member(name.to_owned()))
        } else {
            Ok(Name::NumberFollows)
        }
    }
    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(Name::Member(name.to_owned()))
    }
    fn visit_string<E>(self, name: String) -> Result<Name, E> {
        Ok(Name::Member(name))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;
    fn deserialize<D: de::Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }
    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let path = Path {
                outer: self.path,
                step: Step::Index(items.len()),
            };
            match seq.next_element_seed(Node {
                path: Some(&path),
                text: self.text.clone(),
                duplicates: &mut *self.duplicates,
            })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        // A token's claims are more than a few; what stands inside them mostly is not.
        let mut object = Map::with_capacity(if self.path.is_none() { 7 } else { 0 });
        let mut reported = BTreeSet::new();
        while let Some(name) = map.next_key_seed(NameIn(&self.text))? {
            let key = match name {
                Name::Member(key) => key,
                Name::NumberFollows => {
                    let written: String = map.next_value()?;
                    return Number::from_str(&written)
                        .map(Value::Number)
                        .map_err(de::Error::custom);
                }
            };
            let path = Path {
                outer: self.path,
                step: Step::Name(&key),
            };
            let value = map.next_value_seed(Node {
                path: Some(&path),
                text: self.text.clone(),
                duplicates: &mut *self.duplicates,
            })?;
            // A member is looked up once: most have no namesake.
            match object.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    if reported.insert(place.key().clone()) {
                        let path = Path {
                            outer: self.path,
                            step: Step::Name(place.key()),
                        };
                        self.duplicates.push(path.pointer());
                    }
                    place.insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

/// A member's name as it stands in a JSON Pointer (RFC 6901 §3).
pub fn pointer_name(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The JSON Pointer of a member of an object.
pub fn pointer(name: &str) -> String {
    format!("/{}", pointer_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_what_rfc_6901_says() {
        assert_eq!(pointer("a/b~c"), "/a~1b~0c");
    }

    #[test]
    fn duplicates_are_reported_wherever_they_stand() {
        let json = parse(br#"{"a":1,"b":{"c":1,"c":2},"a":3,"d":[{"x":1,"x":1}]}"#).unwrap();
        assert_eq!(json.duplicates, ["/b/c", "/a", "/d/0/x"]);
        assert_eq!(json.value["a"], 3);
    }

    #[test]
    fn a_check_says_what_reading_says() {
        for text in [
            "{}",
            "{\"a\":[1,2.5e3,null]}",
            "{\n \"a\": }",
            "{} x",
            "",
            "[\"\\q\"]",
        ] {
            assert_eq!(check(text).err(), parse(text.as_bytes()).err(), "{text}");
        }
    }

    #[test]
    fn order_is_kept() {
        let json = parse(br#"{"z":1,"a":2}"#).unwrap();
        assert_eq!(json.value.to_string(), r#"{"z":1,"a":2}"#);
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        for number in [
            "1.10",
            "18446744073709551616",
            "-123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            "1e+400",
            "-0",
            "1800000000.500",
        ] {
            let text = format!(r#"{{"n":{number},"in":[{number}]}}"#);
            assert_eq!(parse(text.as_bytes()).unwrap().value.to_string(), text);
        }
        assert_eq!(parse(b"12").unwrap().value.as_i64(), Some(12));
        for wrong in ["01", "1.", ".5", "+1", "1e", "NaN", "0x10"] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_object_that_looks_like_a_number_of_the_parser_is_an_object() {
        for text in [
            r#"{"$serde_json::private::Number":"12"}"#,
            r#"{"$serde_json::private::Numbe\u0072":"12"}"#,
            r#"{"$serde_json::private::Number":"no number"}"#,
            r#"{"a":[{"$serde_json::private::Number":{"":1}}]}"#,
            r#"{"$serde_json::private::RawValue":"12"}"#,
            r#"{"":{"":2}}"#,
        ] {
            let value = parse(text.as_bytes()).unwrap().value;
            assert!(value.is_object(), "{text}");
            assert_eq!(value.to_string(), text.replace("\\u0072", "r"));
        }
    }

    #[test]
    fn errors_name_the_place() {
        let e = parse(b"{\n \"a\": }").unwrap_err();
        assert_eq!((e.line, e.column), (2, 7));
        assert!(parse(b"{} x").is_err());
        let e = parse(b"{\"a\":\"\xff\"}").unwrap_err();
        assert_eq!((e.line, e.column), (1, 7));
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        let text = "[".repeat(10_000) + &"]".repeat(10_000);
        let error = parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.reason, JsonProblem::TooDeep);
    }
}
