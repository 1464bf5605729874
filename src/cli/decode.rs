//! `delegraph decode`: every token in any text.

mod copied;
mod disclosed;
mod explain;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    input::{self, Placed},
    output::{self, Done, Failure, Stream, columns, shown},
    subcommand::Setting,
};
use crate::{
    kit::{
        clock::Timestamp,
        text::{escape, shorten},
    },
    token::{
        Token,
        explain::{duration, principal},
    },
};

/// Find every token in any text, and decode it
#[derive(clap::Args)]
pub(super) struct Options {
    /// Any text with tokens: bare, `Bearer`, headers, cURL, JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Explain every claim, and what a token of this kind must hold, by clause
    #[arg(long)]
    explain: bool,
    /// Each token as something to paste: itself, a header line, its claims, cURL, or a program that
    /// verifies tokens like it
    #[arg(
        long = "as",
        value_enum,
        value_name = "FORM",
        conflicts_with = "explain"
    )]
    form: Option<copied::Form>,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let paths = input::paths(&options.files)?;
    // A file that is not there is told before anything is written.
    for path in paths.iter().filter(|p| p.as_os_str() != "-") {
        input::open(path)?;
    }
    let now = setting.clock.now();
    let mut out = Stream::new(setting.json);
    let mut found = false;
    let mut reasons = Vec::new();
    for path in &paths {
        let done = input::each_token(path, &mut |placed| {
            found = true;
            if let Some(form) = options.form {
                let text = copied::text(&placed.token, form);
                return if setting.json {
                    out.json(&copied::as_json(&placed, form, &text))
                } else {
                    copied::show(&placed, text).map_or(Ok(()), |text| out.text(&text))
                };
            }
            if setting.json {
                let mut document = as_json(&placed);
                if let Some(saml) = &placed.token.saml {
                    document["saml"] = json!({
                        "issuer": saml.issuer,
                        "subject": saml.subject,
                        "audiences": saml.audiences,
                        "not_before": saml.not_before.map(|t| t.to_string()),
                        "not_on_or_after": saml.not_on_or_after.map(|t| t.to_string()),
                        "attributes": saml.attributes.iter().map(|(name, values)| json!({ "name": name, "values": values })).collect::<Vec<_>>(),
                        "signed": saml.signed,
                    });
                }
                if let Some(sd) = disclosed::as_json(&placed.token) {
                    document["disclosed"] = sd;
                }
                if options.explain {
                    document["guide"] = explain::as_json(&placed.token);
                }
                out.json(&document)
            } else {
                let mut text = in_words(&placed, now);
                text.push_str(&disclosed::in_words(&placed.token));
                if let Some(saml) = &placed.token.saml {
                    for line in saml.indented.lines() {
                        text.push_str(&format!("  {}\n", escape(&shorten(line, 400))));
                    }
                }
                if options.explain {
                    text.push_str(&explain::in_words(&placed.token));
                }
                out.text(&text)
            }
        });
        match done {
            Ok(why) => reasons.extend(why.into_iter().map(|why| (path, why))),
            Err(failure) => {
                // The document stays whole, with what was found so far.
                out.end(Some(failure.message()))?;
                return Err(failure.told());
            }
        }
    }
    if !found && !setting.json {
        let names: Vec<_> = paths
            .iter()
            .map(|p| escape(&p.display().to_string()).into_owned())
            .collect();
        out.text(&format!("No token in {}.\n", names.join(", ")))?;
    }
    for (path, why) in &reasons {
        output::note(&format!("{}: {why}", path.display()));
    }
    out.end(None)?;
    Ok(Done {
        good: found,
        ..Done::written()
    })
}

fn as_json(placed: &Placed) -> Value {
    let token = &placed.token;
    let principal = principal(token);
    let mut document = json!({
        "kind": token.kind.name(),
        "form": token.form.name(),
        "header": token.header.as_ref().map(|j| &j.value),
        "claims": token.claims.as_ref().map(|j| &j.value),
        "signature_present": token.signature_present,
        "principal": {
            "subject": principal.subject,
            "actors": principal.actors,
            "client": principal.client,
            "audience": principal.audience,
            "issuer": principal.issuer,
        },
        "sentence": principal.sentence(),
        "source": placed.source_json(),
        "problems": problems(placed),
    });
    if let Some(name) = principal.name {
        document["principal"]["name"] = name.into();
    }
    document
}

fn problems(placed: &Placed) -> Vec<Value> {
    let cleaned = placed.made.iter().chain(&placed.found.cleaned).map(
        |message| json!({ "part": "token", "pointer": "", "message": format!("cleaned: {message}") }),
    );
    let own = placed
        .token
        .problems
        .iter()
        .map(|p| json!({ "part": p.part, "pointer": p.pointer, "message": p.message }));
    cleaned.chain(own).collect()
}

fn in_words(placed: &Placed, now: Timestamp) -> String {
    let token = &placed.token;
    let principal = principal(token);
    let mut title = vec![placed.place(), token.kind.label().to_owned()];
    if let Some(context) = &placed.found.context {
        title.push(escape(context).into_owned());
    }
    title.push(
        token
            .header_text("alg")
            .map_or_else(|| token.form.name().to_owned(), |a| escape(a).into_owned()),
    );
    title.push(
        if token.is_cut() {
            "cut or masked: cannot be judged"
        } else if token.signature_present {
            "signature not checked"
        } else {
            "no signature"
        }
        .to_owned(),
    );
    let mut text = format!("{}\n", title.join("  "));
    let sentence = principal.sentence();
    if !sentence.is_empty() {
        text.push_str(&format!("  {sentence}\n"));
    }
    let mut rows: Vec<(String, String)> = Vec::new();
    for (name, value) in token.header_map() {
        rows.push((format!("header.{}", escape(name)), shown(value)));
    }
    for (name, value) in token.claims_map() {
        let mut words = shown(value);
        if let Some(remark) = moment(name, value, now).or_else(|| wrong_type(name, value)) {
            words = format!("{words}  {remark}");
        }
        rows.push((escape(name).into_owned(), words));
    }
    if let Some(bytes) = &token.payload_bytes {
        rows.push((
            "payload".into(),
            format!("{} bytes, not a JSON object", bytes.len()),
        ));
    }
    for cleaned in &placed.found.cleaned {
        rows.push(("cleaned".into(), escape(cleaned).into_owned()));
    }
    for problem in &token.problems {
        rows.push((
            "problem".into(),
            format!(
                "{}{}: {}",
                problem.part,
                escape(&problem.pointer),
                problem.message
            ),
        ));
    }
    text.push_str(&columns(2, &rows));
    text
}

/// The times of RFC 7519 §4.1 in words: `2026-03-01T12:00:00Z, in 4 min`.
fn moment(name: &str, value: &Value, now: Timestamp) -> Option<String> {
    if !matches!(name, "exp" | "nbf" | "iat" | "auth_time") {
        return None;
    }
    if !value.is_number() {
        return Some("not a number of seconds (RFC 7519 §2)".into());
    }
    // Beyond the year 5138 nobody means seconds.
    let Some(number) = value.as_f64().filter(|number| number.abs() <= 1e17) else {
        return Some("no date: beyond every calendar".into());
    };
    if number.abs() > 1e11 {
        return Some("looks like milliseconds: NumericDate counts seconds (RFC 7519 §2)".into());
    }
    // To the millisecond: what stands behind that is lost in the floating point anyway.
    let at = Timestamp::from_millisecond((number * 1e3).round() as i64).ok()?;
    let away = number.floor() as i64 - now.as_second();
    Some(match away {
        0 => format!("{at}, now"),
        1.. => format!("{at}, in {}", duration(away)),
        _ => format!("{at}, {} ago", duration(away.checked_neg()?)),
    })
}

/// What is said of a name that is no text.
fn wrong_type(name: &str, value: &Value) -> Option<String> {
    let is_name = matches!(name, "iss" | "sub" | "jti");
    (is_name && !value.is_string()).then(|| "not a string (RFC 7519 §4.1)".into())
}

/// A token in a few words, for lists.
pub(super) fn short(token: &Token) -> String {
    format!("{}, {}", token.kind.label(), principal(token).short())
}
