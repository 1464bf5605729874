//! The members that the tables of a workspace file have. What has others is something else, or mistyped:
//! reading past it would lose it at the next save. What the program writes itself is never refused: a
//! member that stands in no list here, but that the file is written with again, is one all the same.

use toml::de::{DeTable, DeValue};

use crate::kit::{
    spelling::nearest,
    text::{escape, shorten},
};

/// A table of the file: where it stands, and its members.
const TABLES: [(&str, &[&str]); 17] = [
    (
        "",
        &[
            "version",
            "id",
            "next",
            "autosave_of",
            "name",
            "practice_keys_in_clear",
            "token",
            "key",
            "server",
            "chain",
            "target",
            "run",
            "secrets",
        ],
    ),
    (
        "token",
        &[
            "id", "name", "origin", "batch", "copy_of", "again", "places", "received", "sealed",
            "raw",
        ],
    ),
    (
        "key",
        &[
            "id",
            "name",
            "alg",
            "description",
            "public",
            "private",
            "practice",
            "origin",
        ],
    ),
    (
        "server",
        &[
            "id", "name", "issuer", "metadata", "by_hand", "jwks", "client",
        ],
    ),
    (
        "server.client",
        &[
            "id",
            "client_id",
            "method",
            "key",
            "credential",
            "assertion_audience",
        ],
    ),
    ("chain", &["id", "chain"]),
    (
        "chain.chain",
        &["version", "name", "title", "about", "faults", "node"],
    ),
    (
        "chain.chain.node",
        &[
            "id",
            "kind",
            "title",
            "server",
            "client",
            "dpop",
            "at",
            "expect",
            "user",
            "scope",
            "audience",
            "resource",
            "may_act",
            "subject",
            "subject_token_type",
            "actor",
            "actor_token_type",
            "requested_token_type",
            "token",
            "url",
            "method",
            "wait",
        ],
    ),
    (
        "chain.chain.node.expect",
        &[
            "status",
            "error",
            "subject",
            "actors",
            "scope",
            "audience",
            "bound",
            "no_finding",
            "finding",
        ],
    ),
    (
        "target",
        &[
            "id",
            "name",
            "url",
            "practice",
            "faults",
            "method",
            "carrier",
            "scheme",
            "token_header",
            "media",
            "body",
            "refused",
            "second",
            "callback",
            "per_second",
            "limit",
            "at_once",
            "patience",
            "without",
            "exchange",
            "header",
        ],
    ),
    (
        "target.exchange",
        &[
            "server",
            "client",
            "audience",
            "scope",
            "resource",
            "requested_token_type",
            "actor",
        ],
    ),
    ("target.header", &["id", "name", "value"]),
    ("run", &["chain", "number", "started", "token"]),
    ("run.token", &["node", "id", "raw"]),
    ("secrets", &["sealed", "practice"]),
    ("secrets.practice", ANY),
    ("target.faults", ANY),
];

/// The members are names that the user gave.
const ANY: &[&str] = &[];

/// Refuses the first member that no table of its kind has, with its place. `written` is the file as it is
/// written again; it is asked for only where there is something to refuse.
pub(super) fn check(
    text: &str,
    written: impl FnOnce() -> Option<toml::Table>,
) -> Result<(), String> {
    // What is not TOML has been refused.
    let Ok(document) = DeTable::parse(text) else {
        return Ok(());
    };
    let mut unknown = Vec::new();
    look(document.get_ref(), "", &mut unknown);
    if !unknown.is_empty()
        && let Some(written) = written()
    {
        unknown.retain(|(_, table, member)| {
            let path = table.split('.').filter(|step| !step.is_empty());
            let path: Vec<&str> = path.chain([member.as_str()]).collect();
            !stands(&written, &path)
        });
    }
    let Some((start, table, member)) = unknown.into_iter().min_by_key(|(start, ..)| *start) else {
        return Ok(());
    };
    let before = text.get(..start).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    let what = match table {
        "" => "a workspace".to_owned(),
        table => format!("`{table}` of a workspace"),
    };
    let known = members(table).unwrap_or(ANY);
    let meant = nearest(&member, known);
    let meant = meant.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    Err(format!(
        "line {line}: {what} has no member `{}`{meant}; members are {}",
        escape(&shorten(&member, 60)),
        known.join(", ")
    ))
}

/// Whether a member stands at `path`, in any table of a list.
fn stands(table: &toml::Table, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    match table.get(*first) {
        Some(_) if rest.is_empty() => true,
        Some(toml::Value::Table(inner)) => stands(inner, rest),
        Some(toml::Value::Array(items)) => items
            .iter()
            .filter_map(toml::Value::as_table)
            .any(|inner| stands(inner, rest)),
        Some(_) | None => false,
    }
}

fn members(table: &str) -> Option<&'static [&'static str]> {
    let (_, members) = TABLES.iter().find(|(name, _)| *name == table)?;
    Some(members)
}

type Unknown = (usize, &'static str, String);

fn look(table: &DeTable<'_>, at: &str, unknown: &mut Vec<Unknown>) {
    let Some((name, known)) = TABLES.iter().find(|(name, _)| *name == at) else {
        return; // no table of this kind has tables in it
    };
    if known.is_empty() {
        return;
    }
    for (key, value) in table {
        let member = key.get_ref().as_ref();
        if !known.contains(&member) {
            unknown.push((key.span().start, name, member.to_owned()));
            continue;
        }
        let below = if at.is_empty() {
            member.to_owned()
        } else {
            format!("{at}.{member}")
        };
        match value.get_ref() {
            DeValue::Table(table) => look(table, &below, unknown),
            DeValue::Array(items) => {
                for item in items {
                    if let DeValue::Table(table) = item.get_ref() {
                        look(table, &below, unknown);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_member_is_refused_with_its_line_wherever_it_stands() {
        for (text, line, meant) in [
            ("version = 2\nnmae = \"x\"", 2, "`name`"),
            (
                "version = 2\n[[server]]\nname = \"x\"\nisuer = \"y\"",
                4,
                "`issuer`",
            ),
            (
                "version = 2\n[[server]]\n[[server.client]]\nclientid = \"y\"",
                4,
                "`client_id`",
            ),
            (
                "version = 2\n[[chain]]\n[chain.chain]\n[[chain.chain.node]]\nscopes = []",
                5,
                "`scope`",
            ),
        ] {
            let why = check(text, || None).unwrap_err();
            assert!(why.starts_with(&format!("line {line}: ")), "{why}");
            assert!(why.contains(&format!("did you mean {meant}")), "{why}");
        }
        assert_eq!(check("version = 2\nname = \"x\"", || None), Ok(()));
    }

    #[test]
    fn what_is_written_again_is_never_refused() {
        let text = "version = 2\n[[chain]]\n[chain.chain]\n[[chain.chain.node]]\nlater = 1";
        let written = || text.parse().ok();
        assert_eq!(check(text, written), Ok(()));
        assert!(check(text, || "version = 2".parse().ok()).is_err());
        let other = "version = 2\n[[chain]]\n[chain.chain]\nlater = 1";
        assert!(check(text, || other.parse().ok()).is_err());
    }
}
