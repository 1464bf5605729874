//! Claims of two tokens side by side, hop by hop.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Token, claims as views, explain::duration};
use crate::kit::text::excerpt;

/// How a claim changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Change {
    Kept,
    Narrowed,
    Widened,
    Added,
    Dropped,
    Changed,
}

impl Change {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Narrowed => "narrowed",
            Self::Widened => "widened",
            Self::Added => "added",
            Self::Dropped => "dropped",
            Self::Changed => "changed",
        }
    }
}

/// One claim before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The claim.
    pub claim: String,
    /// Its value before.
    pub before: Option<Value>,
    /// Its value after.
    pub after: Option<Value>,
    /// How it changed. `scope`, `aud` and `exp` know narrower and wider.
    pub change: Change,
}

/// Compares the claims of `before` and `after`, in the order of `after`, dropped ones last.
pub fn claims(before: &Token, after: &Token) -> Vec<Row> {
    let (old, new) = (before.claims_map(), after.claims_map());
    let mut rows: Vec<Row> = new
        .iter()
        .map(|(name, value)| Row {
            claim: name.clone(),
            before: old.get(name).cloned(),
            after: Some(value.clone()),
            change: match old.get(name) {
                None => Change::Added,
                Some(was) => compare(name, was, value),
            },
        })
        .collect();
    rows.extend(
        old.iter()
            .filter(|(name, _)| !new.contains_key(*name))
            .map(|(name, value)| Row {
                claim: name.clone(),
                before: Some(value.clone()),
                after: None,
                change: Change::Dropped,
            }),
    );
    rows
}

/// One value in a comparison of several tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The value; none where the token has none.
    pub value: Option<Value>,
    /// Against the token before it; none in the first column, and where neither has the member.
    pub change: Option<Change>,
    /// What was lost and gained, `−payments:read +documents:read`; empty where no few words say it.
    pub words: String,
}

/// One member over several tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Whether it is a header parameter.
    pub header: bool,
    /// Its name.
    pub name: String,
    /// A cell for each token.
    pub cells: Vec<Cell>,
}

impl Line {
    /// Whether all tokens have the same value.
    pub fn same(&self) -> bool {
        self.cells
            .iter()
            .skip(1)
            .all(|c| c.change == Some(Change::Kept))
    }
}

/// Compares tokens one after another, member by member: claims in the order in which they first
/// appear, then header parameters.
pub fn table(tokens: &[&Token]) -> Vec<Line> {
    let mut lines = Vec::new();
    for header in [false, true] {
        let maps: Vec<_> = tokens
            .iter()
            .map(|t| {
                if header {
                    t.header_map()
                } else {
                    t.claims_map()
                }
            })
            .collect();
        let mut names: Vec<&String> = Vec::new();
        let mut seen = BTreeSet::new();
        for map in &maps {
            names.extend(map.keys().filter(|name| seen.insert(*name)));
        }
        for name in names {
            let mut cells: Vec<Cell> = Vec::with_capacity(maps.len());
            for (n, map) in maps.iter().enumerate() {
                let is = map.get(name);
                let was = n.checked_sub(1).map(|before| maps[before].get(name));
                let change = was.and_then(|was| match (was, is) {
                    (None, None) => None,
                    (None, Some(_)) => Some(Change::Added),
                    (Some(_), None) => Some(Change::Dropped),
                    (Some(was), Some(is)) => Some(compare(name, was, is)),
                });
                let words = match (was.flatten(), is) {
                    (Some(was), Some(is)) if change != Some(Change::Kept) => {
                        lost_and_gained(name, was, is)
                    }
                    _ => String::new(),
                };
                cells.push(Cell {
                    value: is.cloned(),
                    change,
                    words,
                });
            }
            lines.push(Line {
                header,
                name: name.clone(),
                cells,
            });
        }
    }
    lines
}

fn lost_and_gained(name: &str, was: &Value, is: &Value) -> String {
    let sets = match name {
        "scope" | "scp" => words(was).zip(words(is)),
        "aud" => members(was).zip(members(is)),
        "exp" | "iat" | "nbf" | "auth_time" => {
            return match (was.as_i64(), is.as_i64()) {
                (Some(was), Some(is)) => {
                    let by = is.saturating_sub(was);
                    let word = if by < 0 { "earlier" } else { "later" };
                    format!("{} {word}", duration(by.saturating_abs()))
                }
                _ => String::new(),
            };
        }
        _ => None,
    };
    let Some((was, is)) = sets else {
        return String::new();
    };
    let lost = was.difference(&is).map(|w| format!("−{}", short(w)));
    let gained = is.difference(&was).map(|w| format!("+{}", short(w)));
    lost.chain(gained).collect::<Vec<_>>().join(" ")
}

fn compare(name: &str, was: &Value, is: &Value) -> Change {
    if was == is {
        return Change::Kept;
    }
    match name {
        "scope" | "scp" => sets(words(was), words(is)),
        "aud" => sets(members(was), members(is)),
        "exp" => match (was.as_f64(), is.as_f64()) {
            (Some(was), Some(is)) if is < was => Change::Narrowed,
            (Some(was), Some(is)) if is > was => Change::Widened,
            (Some(_), Some(_)) => Change::Kept,
            _ => Change::Changed,
        },
        _ => Change::Changed,
    }
}

fn words(value: &Value) -> Option<BTreeSet<&str>> {
    match value {
        Value::String(text) => Some(text.split(' ').filter(|s| !s.is_empty()).collect()),
        other => members(other),
    }
}

fn members(value: &Value) -> Option<BTreeSet<&str>> {
    match value {
        Value::String(text) => Some(BTreeSet::from([text.as_str()])),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn sets(was: Option<BTreeSet<&str>>, is: Option<BTreeSet<&str>>) -> Change {
    let (Some(was), Some(is)) = (was, is) else {
        return Change::Changed;
    };
    if was == is {
        Change::Kept // written differently, the same set
    } else if is.is_subset(&was) {
        Change::Narrowed
    } else if is.is_superset(&was) {
        Change::Widened
    } else {
        Change::Changed
    }
}

/// The change of one hop in short phrases for a wire: `−2 scopes`, `aud → payments-api`,
/// `+actor researcher`, `life 5 min → 4 min 44 s`. What widens or is lost stands first. Names are
/// escaped and shortened. Empty when nothing of note changed, or when a token has no claims.
pub fn wire(before: &Token, after: &Token) -> Vec<String> {
    if before.claims.is_none() || after.claims.is_none() {
        return Vec::new();
    }
    let mut out = Vec::new();
    scope_phrases(before, after, &mut out);
    actor_phrases(before, after, &mut out);
    for (claim, label) in [("sub", "sub"), ("iss", "iss"), ("client_id", "client")] {
        match (before.claim_text(claim), after.claim_text(claim)) {
            (Some(was), Some(is)) if was != is => out.push(format!("{label} → {}", short(is))),
            (Some(_), None) => out.push(format!("{label} dropped")),
            _ => {}
        }
    }
    match (views::audiences(before), views::audiences(after)) {
        (was, Some(is)) if was.as_ref() != Some(&is) => {
            let names: Vec<String> = is.iter().take(2).map(|a| short(a)).collect();
            let more = is.len().saturating_sub(names.len());
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            out.push(format!("aud → {}{more}", names.join(", ")));
        }
        (Some(_), None) => out.push("aud dropped".into()),
        _ => {}
    }
    match (views::life(before), views::life(after)) {
        (Some(was), Some(is)) if was != is => {
            out.push(format!("life {} → {}", duration(was), duration(is)));
        }
        _ => {
            if before.claim("exp").is_some() && after.claim("exp").is_none() {
                out.push("exp dropped".into());
            }
        }
    }
    match (before.claim("cnf"), after.claim("cnf")) {
        (Some(_), None) => out.push("no longer bound to a key".into()),
        (None, Some(_)) => out.push("bound to a key".into()),
        (Some(was), Some(is)) if was != is => out.push("bound to another key".into()),
        _ => {}
    }
    out
}

fn short(name: &str) -> String {
    excerpt(name, 32)
}

fn scope_phrases(before: &Token, after: &Token, out: &mut Vec<String>) {
    let (Some(was), is) = (views::scopes(before), views::scopes(after)) else {
        if let Some(is) = views::scopes(after) {
            out.push(plural('+', is.iter().map(String::as_str)));
        }
        return;
    };
    let Some(is) = is else {
        out.push("scope dropped".into());
        return;
    };
    let added: Vec<&str> = is.difference(&was).map(String::as_str).collect();
    let removed: Vec<&str> = was.difference(&is).map(String::as_str).collect();
    if !added.is_empty() {
        out.push(plural('+', added.into_iter()));
    }
    if !removed.is_empty() {
        out.push(plural('−', removed.into_iter()));
    }
}

/// `+payments:initiate`, `−2 scopes`.
fn plural<'a>(sign: char, names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = names.len();
    match names.last() {
        Some(only) if count == 1 => format!("{sign}{}", short(only)),
        _ => format!("{sign}{count} scopes"),
    }
}

fn actor_phrases(before: &Token, after: &Token, out: &mut Vec<String>) {
    let names = |token| -> Vec<String> {
        views::actors(token)
            .into_iter()
            .map(|a| {
                if a.pid.sub.is_empty() {
                    "?".into()
                } else {
                    short(&a.pid.sub)
                }
            })
            .collect()
    };
    let (was, is) = (names(before), names(after));
    if was == is {
        return;
    }
    if is.is_empty() {
        out.push("actors dropped".into());
    } else if is.ends_with(&was) {
        let new = &is[..is.len() - was.len()];
        let label = if new.len() == 1 { "actor" } else { "actors" };
        out.push(format!("+{label} {}", new.join(", ")));
    } else {
        out.push(format!("actors {} → {}", chain(&was), chain(&is)));
    }
}

fn chain(names: &[String]) -> String {
    match names {
        [] => "none".into(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} before", rest.len()),
    }
}
