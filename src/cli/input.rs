//! Files and standard input, with limits and clear refusals; tokens out of them.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io::{self, IsTerminal as _, Read as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};

use super::output::{self, Failure};
use crate::{
    evidence::sent::{self, Sent},
    kit::text::escape,
    token::{
        Kind, Token,
        decode::decode,
        find::{Found, cut, find, find_in_part, whole, why_none},
        formats, held,
    },
};

/// Bytes that are read of one file; a larger one is refused, not cut.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// A text with the name of where it came from.
#[derive(Debug)]
pub(super) struct Source {
    /// The path as given, or `-`.
    pub name: String,
    /// The text; bytes that are not UTF-8 have become U+FFFD.
    pub text: String,
    /// What was done to read it, where it was not read as it stands.
    pub made: Option<String>,
}

/// A token with the place where it stood.
pub(super) struct Placed {
    /// The file.
    pub file: String,
    /// What was done to read it, where it was not read as it stands.
    pub made: Option<String>,
    /// Place in the file and what was cleaned.
    pub found: Found,
    /// Decoded.
    pub token: Token,
    /// How it was sent, where the whole text was looked at for that.
    pub sent: Option<Sent>,
    /// Of a proof of possession: the token that it goes with.
    pub token_of_proof: Option<Token>,
    /// Where else it stands: its number in the file, from 1, and its place.
    places: Vec<(usize, Found)>,
}

impl Placed {
    /// `file:line:column`, and what the file had to be made into for that place.
    pub fn place(&self) -> String {
        let (line, column) = (self.found.line, self.found.column);
        let place = format!("{}:{line}:{column}", escape(&self.file));
        match &self.made {
            Some(made) => format!("{place} ({made})"),
            None => place,
        }
    }

    /// The place for `--json`.
    pub fn source_json(&self) -> Value {
        json!({
            "file": self.file,
            "line": self.found.line,
            "column": self.found.column,
            "context": self.found.context,
        })
    }
}

/// Reads the bytes of a file, or of standard input for `-`.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    all(open(path)?, path)
}

fn all(input: Box<dyn io::Read + '_>, path: &Path) -> Result<Vec<u8>, Failure> {
    let name = if path.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let mut bytes = Vec::new();
    input
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::impossible(format!("{name}: {e}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::impossible(format!(
            "{name}: larger than {} MiB; split it",
            MAX_BYTES / 1024 / 1024
        )));
    }
    Ok(bytes)
}

/// Opens a file, or standard input for `-`.
pub(super) fn open(path: &Path) -> Result<Box<dyn io::Read>, Failure> {
    if path.as_os_str() == "-" {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            output::note("reading standard input; end it with Ctrl+D (Ctrl+Z on Windows)");
        }
        return Ok(Box::new(stdin.lock()));
    }
    let refuse = |e: &io::Error| Failure::impossible(format!("{}: {e}", path.display()));
    let file = File::open(path).map_err(|e| refuse(&e))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(Failure::impossible(format!(
            "{}: is a folder, not a file",
            path.display()
        )));
    }
    Ok(Box::new(file))
}

/// Reads a text. Bytes that are not UTF-8 are replaced and said so on standard error.
pub(super) fn text(path: &Path) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let opened =
        formats::open(open(path)?).map_err(|e| Failure::impossible(format!("{name}: {e}")))?;
    let made = opened.words();
    let text = match String::from_utf8(all(opened.bytes, path)?) {
        Ok(text) => text,
        Err(e) => {
            output::note(&format!(
                "{name}: not UTF-8 at byte {}; what cannot be read is shown as U+FFFD",
                e.utf8_error().valid_up_to()
            ));
            String::from_utf8_lossy(e.as_bytes()).into_owned()
        }
    };
    Ok(Source { name, text, made })
}

/// Reasons why there is no token that are told of a file.
const REASONS: usize = 8;

/// Bytes that are read of a file before it is searched.
const PIECE: usize = 16 * 1024 * 1024;

/// Hands every token of a file to `take`, as it is read: memory does not grow with the file. A line
/// longer than 512 MiB is refused. Gives what can be said where there is none.
pub(super) fn each_token(
    path: &Path,
    take: &mut dyn FnMut(Placed) -> Result<(), Failure>,
) -> Result<Vec<String>, Failure> {
    let name = path.display().to_string();
    let opened =
        formats::open(open(path)?).map_err(|e| Failure::impossible(format!("{name}: {e}")))?;
    let made = opened.words();
    let mut reader = opened.bytes;
    let mut buffer: Vec<u8> = Vec::new();
    let (mut lines, mut bytes) = (0, 0);
    let mut garbled = false;
    let mut any = false;
    let mut reasons: Vec<String> = Vec::new();
    loop {
        let wanted = PIECE as u64;
        let read = reader
            .by_ref()
            .take(wanted)
            .read_to_end(&mut buffer)
            .map_err(|e| Failure::impossible(format!("{name}: {e}")))?;
        let last = (read as u64) < wanted;
        let end = if last {
            Some(buffer.len())
        } else {
            cut(&buffer)
        };
        let Some(end) = end else {
            if buffer.len() as u64 > MAX_BYTES {
                return Err(Failure::impossible(format!(
                    "{name}: a line, or a token over several lines, is longer than {} MiB",
                    MAX_BYTES / 1024 / 1024
                )));
            }
            continue;
        };
        let piece = &buffer[..end];
        let text = String::from_utf8_lossy(piece);
        if let Err(e) = std::str::from_utf8(piece)
            && !std::mem::replace(&mut garbled, true)
        {
            output::note(&format!(
                "{name}: not UTF-8 at byte {}; what cannot be read is shown as U+FFFD",
                bytes + e.valid_up_to()
            ));
        }
        let whole = last && bytes == 0;
        let found = if whole {
            find(&text)
        } else {
            find_in_part(&text)
        };
        any |= !found.is_empty();
        if !any && reasons.len() < REASONS {
            reasons.extend(why_none(&text, lines));
        }
        for mut found in found {
            found.line += lines;
            take(Placed {
                file: name.clone(),
                made: made.clone(),
                token: held::read(&text, &found),
                found,
                sent: None,
                token_of_proof: None,
                places: Vec::new(),
            })?;
        }
        if last {
            return Ok(if any { Vec::new() } else { reasons });
        }
        lines += text.matches('\n').count();
        bytes += end;
        buffer.drain(..end);
    }
}

/// The files of the command line; none means standard input, which can be read only once.
pub(super) fn paths(files: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if files.is_empty() {
        return Ok(vec![PathBuf::from("-")]);
    }
    if files.iter().filter(|f| f.as_os_str() == "-").count() > 1 {
        return Err(Failure::usage("`-` can be given once: standard input ends"));
    }
    Ok(files.to_vec())
}

/// The texts of the files.
pub(super) fn sources(files: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    paths(files)?.iter().map(|file| text(file)).collect()
}

/// Every token of the sources, in order. One that stands in a source several times is one, except a
/// proof of possession: that it was sent twice is what is to be seen.
pub(super) fn tokens(sources: &[Source]) -> Vec<Placed> {
    let mut all: Vec<Placed> = Vec::new();
    for source in sources {
        let before = all.len();
        let found = find(&source.text);
        let decoded: Vec<Token> = found
            .iter()
            .map(|found| held::read(&source.text, found))
            .collect();
        let pairs: Vec<(&Found, &Token)> = found.iter().zip(&decoded).collect();
        let sent = sent::in_text(&source.text, &pairs);
        // Where each went: a later one of the same text to the first.
        let mut places: Vec<usize> = Vec::with_capacity(found.len());
        let mut known: HashMap<Arc<str>, usize> = HashMap::new();
        for (number, ((found, token), sent)) in found.into_iter().zip(decoded).zip(sent).enumerate()
        {
            // A proof that stands twice was used twice.
            let first = if token.kind == Kind::DpopProof {
                all.len()
            } else {
                *known.entry(Arc::clone(&found.raw)).or_insert(all.len())
            };
            places.push(first);
            if let Some(first) = all.get_mut(first) {
                first.sent = Sent::merge(first.sent.take(), sent);
                first.places.push((number + 1, found));
                continue;
            }
            all.push(Placed {
                file: source.name.clone(),
                made: source.made.clone(),
                places: vec![(number + 1, found.clone())],
                found,
                token,
                sent,
                token_of_proof: None,
            });
        }
        for sent in all[before..].iter_mut().filter_map(|p| p.sent.as_mut()) {
            sent.with = sent.with.and_then(|n| places.get(n).copied());
        }
    }
    let seen: Vec<(&Token, Option<&Sent>)> =
        all.iter().map(|p| (&p.token, p.sent.as_ref())).collect();
    let with: Vec<(usize, Token)> = sent::tokens_of(&seen)
        .into_iter()
        .filter_map(|(proof, token)| Some((proof, all.get(token)?.token.clone())))
        .collect();
    for (proof, token) in with {
        if let Some(proof) = all.get_mut(proof) {
            proof.token_of_proof = Some(token);
        }
    }
    all
}

/// Which token of a file is meant; all of them when nothing is said.
#[derive(clap::Args, Default)]
pub(super) struct Pick {
    /// Take the N-th token of the file alone, counted from 1
    #[arg(long, value_name = "N", conflicts_with = "line")]
    nth: Option<NonZeroUsize>,
    /// Take the token that stands in line N alone
    #[arg(long, value_name = "N")]
    line: Option<NonZeroUsize>,
}

/// The tokens of a source, those that `pick` leaves, and one at least. A text in which no token is
/// found is taken as one as a whole, so that the verdict says what is wrong with it.
pub(super) fn picked(source: &Source, pick: &Pick) -> Result<Vec<Placed>, Failure> {
    let mut all = tokens(std::slice::from_ref(source));
    let text = source.text.trim();
    if text.is_empty() {
        return Err(Failure::impossible(format!("{}: is empty", source.name)));
    }
    if all.is_empty() {
        for reason in why_none(&source.text, 0) {
            output::note(&format!("{}: {reason}", source.name));
        }
        let found = whole(&source.text);
        all.push(Placed {
            file: source.name.clone(),
            made: source.made.clone(),
            places: vec![(1, found.clone())],
            token: decode(text),
            found,
            sent: None,
            token_of_proof: None,
        });
    }
    let there: usize = all.iter().map(|placed| placed.places.len()).sum();
    let lines = lines(&all);
    let meant = |(number, found): &&(usize, Found)| {
        pick.nth.is_none_or(|n| n.get() == *number)
            && pick.line.is_none_or(|n| n.get() == found.line)
    };
    all.retain_mut(|placed| {
        let place = placed.places.iter().find(meant).map(|(_, f)| f.clone());
        let there = place.is_some();
        placed.found = place.unwrap_or_else(|| placed.found.clone());
        there
    });
    if all.is_empty() {
        let wanted = match (pick.nth, pick.line) {
            (Some(n), _) => format!("no token {n}"),
            (_, Some(n)) => format!("no token in line {n}"),
            (None, None) => "no token".to_owned(),
        };
        return Err(Failure::usage(format!(
            "{}: {wanted}: it holds {there} (lines {lines})",
            source.name
        )));
    }
    Ok(all)
}

/// The one token of a source; several are refused.
pub(super) fn one_token(source: &Source, pick: &Pick) -> Result<Token, Failure> {
    let mut all = picked(source, pick)?;
    match all.len() {
        1 => Ok(all.remove(0).token),
        n => Err(Failure::usage(format!(
            "{}: holds {n} tokens (lines {}); give one, or pick it with --nth or --line",
            source.name,
            lines(&all)
        ))),
    }
}

/// The lines in which some tokens stand, the first of them.
fn lines(tokens: &[Placed]) -> String {
    let all: BTreeSet<usize> = tokens
        .iter()
        .flat_map(|placed| placed.places.iter().map(|(_, found)| found.line))
        .collect();
    let lines = all.iter().take(8).map(ToString::to_string);
    lines.collect::<Vec<_>>().join(", ")
}

/// The tokens of the files, with the texts they stand in, or why there is nothing to work on.
pub(super) fn some_tokens(files: &[PathBuf]) -> Result<(Vec<Source>, Vec<Placed>), Failure> {
    let sources = sources(files)?;
    let tokens = tokens(&sources);
    if tokens.is_empty() {
        let names: Vec<&str> = sources.iter().map(|s| s.name.as_str()).collect();
        let reasons: Vec<String> = sources
            .iter()
            .flat_map(|source| why_none(&source.text, 0))
            .map(|reason| format!("\n{reason}"))
            .collect();
        return Err(Failure::impossible(format!(
            "no token in {}{}",
            names.join(", "),
            reasons.concat()
        )));
    }
    Ok((sources, tokens))
}

/// The one token of a file.
pub(super) fn raw_of(path: &Path) -> Result<String, Failure> {
    Ok(one_token(&text(path)?, &Pick::default())?.raw.to_string())
}
