//! `delegraph decrypt`: a JWE, and nested tokens to the core.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    input,
    key_options::KeyOptions,
    output::{Done, Failure, columns},
    subcommand::Setting,
};
use crate::{
    jose::b64,
    kit::text::{escape, escape_lines},
    token::{
        Form, Token,
        decode::decode,
        decrypt::{Decrypted, decrypt},
        validate::{Candidate, Policy, Verdict, judge},
    },
};

/// Open an encrypted token (JWE) to its core
#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    keys: KeyOptions,
    #[command(flatten)]
    pick: input::Pick,
    /// Any text with an encrypted token, or with several: all are opened; `-` or nothing is standard
    /// input
    file: Option<PathBuf>,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    if path.as_os_str() == "-" && options.keys.read_standard_input() {
        return Err(Failure::usage(
            "the token and the key cannot both come from standard input",
        ));
    }
    let source = input::text(path)?;
    let mut tokens = input::picked(&source, &options.pick)?;
    // What is not encrypted stands beside what is to be opened; alone it is what is refused.
    if tokens.iter().any(|placed| placed.token.form == Form::Jwe) {
        tokens.retain(|placed| placed.token.form == Form::Jwe);
    } else {
        tokens.truncate(1);
    }
    let candidates = options.keys.candidates()?;
    if let [one] = &tokens[..] {
        return Ok(opened(&one.token, &candidates, setting));
    }
    let mut documents = Vec::new();
    let mut text = String::new();
    let mut good = true;
    for placed in &tokens {
        let mut done = opened(&placed.token, &candidates, setting);
        if let Some(members) = done.json.as_object_mut() {
            members.insert("source".into(), placed.source_json());
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}\n{}", placed.place(), done.text));
        documents.push(done.json);
        good &= done.good;
    }
    Ok(Done {
        json: json!({ "decrypted": good, "tokens": documents }),
        text,
        good,
    })
}

/// Opens one token.
fn opened(token: &Token, candidates: &[Candidate], setting: &Setting) -> Done {
    let keys: Vec<_> = candidates.iter().map(|c| c.jwk.clone()).collect();
    let found = decrypt(&token.raw, &keys);
    let nested = found
        .inner
        .as_ref()
        .filter(|inner| inner.form != Form::Jwe)
        .map(|inner| {
            let policy = Policy::at(setting.clock.now());
            (inner, judge(inner, candidates, &policy))
        });
    Done {
        json: as_json(token, &found, nested.as_ref()),
        text: in_words(&found, nested.as_ref(), candidates),
        good: found.is_complete(),
    }
}

fn as_json(token: &Token, found: &Decrypted, nested: Option<&(&Token, Verdict)>) -> Value {
    let header = match found.layers.last() {
        Some(layer) => Value::Object(layer.header.clone()),
        None => Value::Object(token.header_map().clone()),
    };
    let layers: Vec<Value> = found
        .layers
        .iter()
        .map(|layer| json!({ "header": layer.header, "notes": layer.notes }))
        .collect();
    let mut document = json!({
        "decrypted": found.is_complete(),
        "reason": reason(found),
        "header": header,
        "layers": layers,
    });
    let Some(members) = document.as_object_mut() else {
        return document;
    };
    if !found.layers.is_empty() {
        match std::str::from_utf8(&found.core) {
            Ok(text) => members.insert("plaintext".into(), text.into()),
            Err(_) => members.insert(
                "plaintext_base64url".into(),
                b64::encode(&*found.core).into(),
            ),
        };
    }
    if let Some((inner, verdict)) = nested {
        members.insert(
            "nested".into(),
            json!({
                "form": inner.form.name(),
                "kind": decode(&inner.raw).kind.name(),
                "header": inner.header_map(),
                "claims": inner.claims.as_ref().map(|c| &c.value),
                "verified": verdict.verified(),
                "signature": verdict.signature.name(),
                "reason": verdict.reason,
            }),
        );
    }
    document
}

fn reason(found: &Decrypted) -> String {
    let opened = match found.layers.len() {
        0 => String::new(),
        1 => "decrypted".to_owned(),
        n => format!("{n} layers decrypted"),
    };
    match &found.stopped {
        None => opened,
        Some(why) if opened.is_empty() => why.to_string(),
        Some(why) => format!("{opened}; the next is encrypted still: {why}"),
    }
}

fn in_words(
    found: &Decrypted,
    nested: Option<&(&Token, Verdict)>,
    candidates: &[Candidate],
) -> String {
    let mut rows = Vec::new();
    for layer in &found.layers {
        let text = |name: &str| {
            let value = layer.header.get(name).and_then(Value::as_str);
            escape(value.unwrap_or("?")).into_owned()
        };
        let key = candidates
            .get(layer.key)
            .map_or_else(String::new, |c| format!(" by {}", escape(&c.from)));
        rows.push(("opened", format!("{}, {}{key}", text("alg"), text("enc"))));
        rows.extend(layer.notes.iter().map(|note| ("note", note.clone())));
    }
    if let Some(why) = &found.stopped {
        rows.push(("stopped", why.to_string()));
    }
    if let Some((_, verdict)) = nested {
        let state = verdict.signature.name().replace('_', " ");
        rows.push(("signature", format!("{state}: {}", escape(&verdict.reason))));
    }
    let headline = if found.is_complete() {
        "Decrypted"
    } else {
        "Not decrypted"
    };
    let mut text = format!("{headline}\n{}", columns(2, &rows));
    if !found.layers.is_empty() {
        text.push('\n');
        match std::str::from_utf8(&found.core) {
            Ok(plain) => text.push_str(&escape_lines(plain)),
            Err(_) => text.push_str(&b64::encode(&*found.core)),
        }
        text.push('\n');
    }
    text
}
