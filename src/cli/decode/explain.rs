//! `--explain`: the field guide to one token.

use serde_json::{Map, Value, json};

use crate::{
    kit::text::{escape, shorten},
    token::{
        Token,
        craft::Part,
        guide::{self, Demand, Standing, checklist},
    },
};

/// The members of a token with their parts.
fn members(token: &Token) -> impl Iterator<Item = (Part, &String)> {
    token
        .header_map()
        .keys()
        .map(|name| (Part::Header, name))
        .chain(token.signed_map().keys().map(|name| (Part::Payload, name)))
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Header | Part::HeaderOf(_) => "header",
        Part::Payload => "payload",
    }
}

fn meaning(part: Part, name: &str) -> Option<&'static guide::Meaning> {
    match part {
        Part::Header | Part::HeaderOf(_) => guide::parameter(name),
        Part::Payload => guide::claim(name),
    }
}

pub(super) fn as_json(token: &Token) -> Value {
    let kind = guide::kind(token.kind).map(|g| {
        json!({ "title": token.kind.label(), "says": g.says, "issued": g.issued, "checked": g.checked, "source": g.source })
    });
    let members: Vec<Value> = members(token)
        .map(|(part, name)| {
            let mut row = Map::new();
            row.insert("part".into(), part_name(part).into());
            row.insert("name".into(), name.as_str().into());
            if let Some(m) = meaning(part, name) {
                row.insert("says".into(), m.says.into());
                row.insert("set_and_checked".into(), m.set_and_checked.into());
                row.insert("source".into(), m.source.into());
                row.insert("origin".into(), m.origin.words().into());
            }
            Value::Object(row)
        })
        .collect();
    let checklist: Vec<Value> = checklist(token)
        .into_iter()
        .map(|(demand, standing)| {
            json!({
                "part": part_name(demand.part),
                "name": demand.name,
                "level": demand.level.words(),
                "value": demand.value,
                "when": demand.when,
                "source": demand.source,
                "standing": standing.name(),
            })
        })
        .collect();
    json!({ "kind": kind, "members": members, "checklist": checklist })
}

pub(super) fn in_words(token: &Token) -> String {
    let mut text = String::new();
    if let Some(guide) = guide::kind(token.kind) {
        text.push_str(&format!("\n  {} ({})\n", token.kind.label(), guide.source));
        for line in [guide.says, guide.issued, guide.checked] {
            text.push_str(&format!("    {line}\n"));
        }
    }
    let shown: Vec<(&Demand, Standing)> = checklist(token)
        .into_iter()
        .filter(|(_, standing)| *standing != Standing::Absent)
        .collect();
    if !shown.is_empty() {
        text.push_str("\n  Checklist\n");
    }
    for (demand, standing) in shown {
        let sign = match standing {
            Standing::Present => "+",
            s if s.breaks() => "!",
            _ => "?",
        };
        let place = match demand.part {
            Part::Header | Part::HeaderOf(_) => "header.",
            Part::Payload => "",
        };
        let value = demand
            .value
            .map_or_else(String::new, |v| format!(" = {}", v.replace('|', " or ")));
        let when = if demand.when.is_empty() {
            String::new()
        } else {
            format!(", {}", demand.when)
        };
        let how = match standing {
            Standing::Present => String::new(),
            Standing::Wrong => "another value; ".into(),
            Standing::Missing | Standing::Advised => "missing; ".into(),
            _ => "there; ".into(),
        };
        text.push_str(&format!(
            "    {sign} {place}{}{value}  {how}{}{when} ({})\n",
            demand.name.replace('|', " or "),
            demand.level.words(),
            demand.source
        ));
    }
    text.push_str("\n  Members\n");
    for (part, name) in members(token) {
        let place = match part {
            Part::Header | Part::HeaderOf(_) => "header.",
            Part::Payload => "",
        };
        let name_shown = escape(&shorten(name, 80)).into_owned();
        text.push_str(&match meaning(part, name) {
            Some(m) => format!(
                "    {place}{name_shown}: {} {} ({}, {})\n",
                m.says,
                m.set_and_checked,
                m.source,
                m.origin.words()
            ),
            None => format!(
                "    {place}{name_shown}: not registered, or not known here: only its issuer and its audience know what it means.\n"
            ),
        });
    }
    text
}
