//! `delegraph diff`: claims hop by hop.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    input,
    output::{Done, Failure, columns, shown},
    subcommand::Setting,
};
use crate::{
    kit::text::escape,
    token::{
        Token,
        diff::{Change, Row, claims},
    },
};

/// Compare the claims of tokens, hop by hop
#[derive(clap::Args)]
pub(super) struct Options {
    /// Files with tokens, or one file with several, in the order of the hops
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(options: &Options, _: &Setting) -> Result<Done, Failure> {
    let tokens: Vec<Token> = input::some_tokens(&options.files)?
        .1
        .into_iter()
        .map(|p| p.token)
        .collect();
    if tokens.len() < 2 {
        return Err(Failure::usage(
            "one token found: a comparison needs two or more",
        ));
    }
    let hops: Vec<(usize, Vec<Row>)> = tokens
        .windows(2)
        .enumerate()
        .map(|(n, pair)| (n + 1, claims(&pair[0], &pair[1])))
        .collect();
    let json: Vec<Value> = hops
        .iter()
        .flat_map(|(hop, rows)| {
            rows.iter().map(move |row| {
                json!({
                    "hop": hop,
                    "claim": row.claim,
                    "before": row.before,
                    "after": row.after,
                    "change": row.change.name(),
                })
            })
        })
        .collect();
    let text: Vec<String> = hops
        .iter()
        .map(|(hop, rows)| {
            let lines: Vec<(String, String)> = rows.iter().map(in_words).collect();
            format!("hop {hop}\n{}", columns(2, &lines))
        })
        .collect();
    Ok(Done {
        json: json!({ "hops": json }),
        text: text.join("\n"),
        good: true,
    })
}

fn in_words(row: &Row) -> (String, String) {
    let show = |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), shown);
    let words = match row.change {
        Change::Kept => format!("kept       {}", show(&row.after)),
        change => format!(
            "{:9}  {} -> {}",
            change.name(),
            show(&row.before),
            show(&row.after)
        ),
    };
    (escape(&row.claim).into_owned(), words)
}
