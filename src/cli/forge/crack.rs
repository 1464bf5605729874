//! Weak secrets, by the commands and the runtime of the window.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde_json::json;

use super::super::{
    chain::script::Script,
    output::{Done, Failure, columns},
    subcommand::Setting,
};
use crate::{
    app::{
        forge::{self, Crack, Secret},
        jobs,
    },
    attack::secrets::Guess,
    io::serve,
    jose::{Jwk, b64},
    kit::text::escape,
    token::Token,
};

/// Longest silence between two batches of words.
const SILENCE: Duration = Duration::from_mins(3);

pub(super) fn run(
    token: &Token,
    list: Option<PathBuf>,
    keys: Vec<Jwk>,
    setting: &Setting,
) -> Result<Done, Failure> {
    Guess::of(&token.raw).map_err(Failure::impossible)?;
    let mut script = Script::new(setting.clock)?;
    script.ask(forge::Command::Crack {
        token: Arc::clone(&token.raw),
        list,
        keys,
    });
    let stop = serve::end_flag().map_err(Failure::impossible)?;
    let bar = io::stderr().is_terminal();
    let mut shown = 0;
    script.pump(SILENCE, |script| {
        let Some(crack) = script.model.forge.crack.clone() else {
            return;
        };
        if stop.load(Ordering::Relaxed)
            && let Some(job) = crack.job
        {
            script.ask(jobs::Command::Cancel(job));
        }
        if bar && crack.tried != shown {
            shown = crack.tried;
            let _ = write!(
                io::stderr().lock(),
                "\r{} words, {} a second, {}.{} %",
                crack.tried,
                crack.rate,
                crack.done / 10,
                crack.done % 10
            );
        }
    })?;
    if bar {
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
    }
    let Some(crack) = script.model.forge.crack.clone() else {
        return Err(Failure::impossible("cancelled"));
    };
    match &crack.result {
        Some(Ok(found)) => Ok(done(token, &crack, found.as_ref())),
        Some(Err(why)) => Err(Failure::impossible(escape(why).into_owned())),
        None => Err(Failure::impossible("the search did not end")),
    }
}

/// The secret is what was asked for: it is shown, on standard output alone.
fn done(token: &Token, crack: &Crack, found: Option<&Secret>) -> Done {
    let alg = token.header_text("alg").unwrap_or_default();
    let mut document = json!({
        "found": found.is_some(),
        "alg": alg,
        "tried": crack.tried,
        "words_per_second": crack.rate,
    });
    let text = match found {
        Some(Secret::Word(word)) => {
            document["word"] = word.word.as_str().into();
            document["how"] = word.how.into();
            document["secret_base64url"] = b64::encode(&word.secret).into();
            let rows = [
                ("secret", escape(&word.word).into_owned()),
                ("used", word.how.to_owned()),
                ("base64url", b64::encode(&word.secret)),
                (
                    "means",
                    "anyone who guesses it can write any token (RFC 8725 §3.5)".to_owned(),
                ),
            ];
            format!("Found after {} words\n{}", crack.tried, columns(2, &rows))
        }
        Some(Secret::PublicKey(key, form)) => {
            document["public_key"] = key.as_str().into();
            document["how"] = (*form).into();
            format!("The secret is the public key {key}, as {form} (RFC 8725 §2.1)\n")
        }
        None => format!("Not found: none of {} words is the secret\n", crack.tried),
    };
    Done {
        json: document,
        text,
        good: found.is_none(),
    }
}
