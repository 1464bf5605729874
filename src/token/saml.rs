//! SAML assertions: read as far as who, from whom, for whom, how long; nothing is verified. The
//! reader knows elements, attributes and text; it expands no entities but the five of XML, follows
//! no document type, and is bounded.

use crate::kit::clock::Timestamp;

/// Longest assertion that is read, in bytes.
const LONGEST: usize = 1 << 20;
/// Elements that are read, and how deep.
const MOST: usize = 20_000;
const DEPTH: usize = 100;

/// What an assertion says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assertion {
    /// Who issued it.
    pub issuer: Option<String>,
    /// Whom it is about.
    pub subject: Option<String>,
    /// For whom it is meant (`AudienceRestriction`).
    pub audiences: Vec<String>,
    /// `NotBefore` of the conditions.
    pub not_before: Option<Timestamp>,
    /// `NotOnOrAfter` of the conditions.
    pub not_on_or_after: Option<Timestamp>,
    /// Attributes with their values.
    pub attributes: Vec<(String, Vec<String>)>,
    /// Whether an XML signature is in it; it is not checked.
    pub signed: bool,
    /// The XML, indented.
    pub indented: String,
    /// What is wrong with the XML; empty when it is sound.
    pub problem: String,
}

/// Whether a text is a SAML assertion as XML.
pub fn is_assertion(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('<') else {
        return false;
    };
    let name: &str = rest
        .split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .next()
        .unwrap_or("");
    local(name) == "Assertion"
}

/// Reads an assertion.
pub fn read(text: &str) -> Assertion {
    let mut found = Assertion::default();
    if text.len() > LONGEST {
        found.problem = format!("longer than {} KiB, which is not read", LONGEST / 1024);
        return found;
    }
    let mut path: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut count = 0;
    while !rest.is_empty() {
        let Some(open) = rest.find('<') else {
            content(&mut found, &path, rest);
            break;
        };
        let (before, tag) = rest.split_at(open);
        content(&mut found, &path, before);
        if let Some(skipped) = skip(tag) {
            match skipped {
                Ok(after) => rest = after,
                Err(why) => {
                    found.problem = why.to_string();
                    break;
                }
            }
            continue;
        }
        let Some(end) = end_of_tag(tag) else {
            found.problem = "a tag does not end".into();
            break;
        };
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        count += 1;
        if count > MOST || path.len() >= DEPTH {
            found.problem = "more elements than are read".into();
            break;
        }
        if let Some(name) = inside.strip_prefix('/') {
            if path.pop() != Some(name.trim()) {
                found.problem = format!("`</{}>` closes what is not open", name.trim());
                break;
            }
            line(&mut found.indented, path.len(), &format!("<{inside}>"));
            continue;
        }
        line(&mut found.indented, path.len(), &format!("<{inside}>"));
        let alone = inside.ends_with('/');
        let inside = inside.trim_end_matches('/');
        let (name, attributes) = inside
            .split_once(char::is_whitespace)
            .unwrap_or((inside, ""));
        element(&mut found, local(name), attributes);
        if !alone {
            path.push(name);
        }
    }
    if found.problem.is_empty() && !path.is_empty() {
        found.problem = format!("`<{}>` is not closed", path[path.len() - 1]);
    }
    found
}

/// Why what is no element is not passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unread {
    #[error("a comment or instruction does not end")]
    NoEnd,
    #[error("a document type or CDATA, which is not read")]
    DocumentType,
}

/// What is behind a comment or an instruction; `None` when the tag is an element.
fn skip(tag: &str) -> Option<Result<&str, Unread>> {
    let after = |end: &str| {
        tag.find(end)
            .map(|at| &tag[at + end.len()..])
            .ok_or(Unread::NoEnd)
    };
    if tag.starts_with("<!--") {
        Some(after("-->"))
    } else if tag.starts_with("<?") {
        Some(after("?>"))
    } else if tag.starts_with("<!") {
        // SAML has neither; a document type is how entities attack.
        Some(Err(Unread::DocumentType))
    } else {
        None
    }
}

/// Where `>` ends a tag, outside its quotes.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes().enumerate().find_map(|(n, b)| match (quote, b) {
        (None, b'>') => Some(n),
        (None, b'"' | b'\'') => {
            quote = Some(b);
            None
        }
        (Some(q), b) if q == b => {
            quote = None;
            None
        }
        _ => None,
    })
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    while let Some((found, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, next) = after[1..].split_once(quote)?;
        if found.trim() == name {
            return Some(unescaped(value));
        }
        rest = next;
    }
    None
}

fn element(found: &mut Assertion, name: &str, attributes: &str) {
    let at = |name: &str| attribute(attributes, name);
    match name {
        // In version 1.1 the issuer is an attribute.
        "Assertion" if found.issuer.is_none() => found.issuer = at("Issuer"),
        "Conditions" => {
            let time = |name: &str| at(name).and_then(|t| t.parse().ok());
            found.not_before = time("NotBefore");
            found.not_on_or_after = time("NotOnOrAfter");
        }
        "Attribute" => {
            let name = at("Name").or_else(|| at("AttributeName"));
            found
                .attributes
                .push((name.unwrap_or_default(), Vec::new()));
        }
        "Signature" => found.signed = true,
        _ => {}
    }
}

fn content(found: &mut Assertion, path: &[&str], text: &str) {
    let text = unescaped(text.trim());
    if text.is_empty() {
        return;
    }
    line(&mut found.indented, path.len(), &text);
    let name = |back: usize| path.len().checked_sub(back).map_or("", |n| local(path[n]));
    match (name(2), name(1)) {
        ("Assertion", "Issuer") if path.len() == 2 => found.issuer = Some(text),
        ("Subject", "NameID" | "NameIdentifier") if found.subject.is_none() => {
            found.subject = Some(text);
        }
        ("AudienceRestriction" | "AudienceRestrictionCondition", "Audience") => {
            found.audiences.push(text);
        }
        ("Attribute", "AttributeValue") => {
            if let Some((_, values)) = found.attributes.last_mut() {
                values.push(text);
            }
        }
        _ => {}
    }
}

/// The five entities of XML; any other stays as it is written.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
