//! Transcripts in JSON: HAR files, lists of requests and responses, token responses.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::message::{Answered, Asked, Event, Exchange};

/// Members that hold a body, in exports of many programs.
const BODIES: [&str; 9] = [
    "postData",
    "body",
    "form",
    "json",
    "data",
    "params",
    "parameters",
    "payload",
    "content",
];

/// Reads what a string inside of JSON holds.
pub type ReadText<'r> = &'r dyn Fn(&str) -> Vec<Event>;

/// Requests and answers of a document, in its order.
pub fn events(value: &Value, read: ReadText<'_>, out: &mut Vec<Event>) {
    match value {
        Value::Array(items) => {
            for item in items {
                events(item, read, out);
            }
        }
        Value::String(text) => out.extend(read(text)),
        Value::Object(members) => object(members, read, out),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn object(members: &Map<String, Value>, read: ReadText<'_>, out: &mut Vec<Event>) {
    let response = members.get("response").filter(|r| !r.is_null());
    if let Some(request) = members.get("request").filter(|r| !r.is_null()) {
        let asked = asked(request, read);
        out.push(match response {
            Some(response) => Event::Pair(Exchange {
                asked: Some(asked),
                answered: Some(answered(response, read)),
            }),
            None => Event::Asked(asked),
        });
    } else if is_request(members) {
        let mut asked = Asked::default();
        asked.add_members(members);
        let answer = match response {
            Some(response) => Some(answered(response, read)),
            None => is_answer(members).then(|| Answered::members(members)),
        };
        out.push(match answer {
            Some(answer) => Event::Pair(Exchange {
                asked: Some(asked),
                answered: Some(answer),
            }),
            None => Event::Asked(asked),
        });
    } else if let Some(response) = response {
        out.push(Event::Answered(answered(response, read)));
    } else if is_answer(members) || members.get("error").is_some_and(Value::is_string) {
        out.push(Event::Answered(Answered::members(members)));
    } else {
        for value in members.values() {
            events(value, read, out);
        }
    }
}

fn is_request(members: &Map<String, Value>) -> bool {
    ["grant_type", "subject_token"]
        .iter()
        .any(|name| members.get(*name).is_some_and(Value::is_string))
}

fn is_answer(members: &Map<String, Value>) -> bool {
    ["access_token", "id_token", "refresh_token"]
        .iter()
        .any(|name| members.get(*name).is_some_and(Value::is_string))
}

fn asked(request: &Value, read: ReadText<'_>) -> Asked {
    let mut asked = Asked::default();
    match request {
        Value::String(text) => return first_asked(read(text)),
        Value::Object(members) => {
            if is_request(members) {
                asked.add_members(members);
            }
            for body in BODIES.iter().filter_map(|name| members.get(*name)) {
                if asked.is_for_tokens() {
                    break;
                }
                fields(body, read, &mut asked);
            }
            if let Some(value) = members.get("headers") {
                headers(value, &mut asked);
            }
        }
        _ => {}
    }
    asked
}

fn first_asked(events: Vec<Event>) -> Asked {
    let asked = events.into_iter().find_map(|event| match event {
        Event::Asked(asked) => Some(asked),
        Event::Pair(exchange) => exchange.asked,
        Event::Answered(_) => None,
    });
    asked.unwrap_or_default()
}

/// The parameters of a body: as text, as members, or as a list of names and values.
fn fields(body: &Value, read: ReadText<'_>, asked: &mut Asked) {
    match body {
        Value::String(text) => {
            let found = first_asked(read(text));
            if found.is_for_tokens() {
                *asked = found;
            }
        }
        Value::Array(items) => {
            for item in items {
                if let Some((name, value)) = named(item) {
                    asked.add(name, value);
                }
            }
        }
        Value::Object(members) => {
            if is_request(members) {
                return asked.add_members(members);
            }
            // HAR: `params` or `text`; others nest the same way.
            for name in [
                "params",
                "text",
                "raw",
                "urlencoded",
                "form",
                "json",
                "data",
                "mode",
            ] {
                if let Some(inner) = members.get(name)
                    && !asked.is_for_tokens()
                {
                    fields(inner, read, asked);
                }
            }
        }
        _ => {}
    }
}

/// `{"name": …, "value": …}`, `{"key": …, "value": …}` or `[name, value]`.
fn named(item: &Value) -> Option<(&str, &str)> {
    match item {
        Value::Object(members) => {
            let name = members.get("name").or_else(|| members.get("key"))?;
            Some((name.as_str()?, members.get("value")?.as_str()?))
        }
        Value::Array(items) => match items.as_slice() {
            [Value::String(name), Value::String(value)] => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}

fn headers(value: &Value, asked: &mut Asked) {
    match value {
        Value::Array(items) => {
            for (name, value) in items.iter().filter_map(named) {
                asked.header(name, value);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let value = match value {
                    Value::Array(values) => values.first().and_then(Value::as_str),
                    value => value.as_str(),
                };
                if let Some(value) = value {
                    asked.header(name, value);
                }
            }
        }
        _ => {}
    }
}

fn answered(response: &Value, read: ReadText<'_>) -> Answered {
    match response {
        Value::String(text) => first_answered(read(text)),
        Value::Object(members) if is_answer(members) => Answered::members(members),
        Value::Object(members) => {
            // HAR: a body in base64.
            let encoded = members.get("encoding").is_some_and(|e| e == "base64");
            let decoded = members
                .get("text")
                .and_then(Value::as_str)
                .filter(|_| encoded)
                .and_then(|text| STANDARD.decode(text).ok())
                .and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(text) = decoded {
                return first_answered(read(&text));
            }
            BODIES
                .iter()
                .chain(&["text"])
                .filter_map(|name| members.get(*name))
                .map(|body| answered(body, read))
                .find(|answer| answer.issued().is_some())
                .unwrap_or_default()
        }
        _ => Answered::default(),
    }
}

fn first_answered(events: Vec<Event>) -> Answered {
    let answered = events.into_iter().find_map(|event| match event {
        Event::Answered(answer) => Some(answer),
        Event::Pair(exchange) => exchange.answered,
        Event::Asked(_) => None,
    });
    answered.unwrap_or_default()
}
