//! The search for a weak secret, in batches on the blocking pool, so that it can be cancelled between
//! any two of them. A word list is streamed: memory does not grow with it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{task::spawn_blocking, time::Instant};

use crate::{
    app::forge::{Secret, Tried},
    attack::secrets::{Guess, public_key_as_secret},
    jose::Jwk,
};

/// Bytes of a word list that are read at once; a longer line is cut there.
const PIECE: usize = 256 * 1024;

/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);

/// Tries public keys, the small list, then the user's list. Tells how far it has come through `tell`.
pub async fn search(
    raw: Arc<str>,
    list: Option<PathBuf>,
    keys: Vec<Jwk>,
    tell: impl Fn(Tried),
) -> (Tried, Result<Option<Secret>, String>) {
    let mut tried = Tried::default();
    let guess = match Guess::of(&raw) {
        Ok(guess) => Arc::new(guess),
        Err(why) => return (tried, Err(why)),
    };
    let begun = Instant::now();
    let first = {
        let (guess, raw) = (Arc::clone(&guess), Arc::clone(&raw));
        spawn_blocking(move || {
            let public = keys.iter().filter_map(Jwk::public).collect::<Vec<_>>();
            if let Some((key, form)) = public_key_as_secret(&raw, &public) {
                return (0, Some(Secret::PublicKey(key.describe(), form)));
            }
            let (tried, found) = guess.try_small_list();
            (tried, found.map(Secret::Word))
        })
        .await
    };
    let Ok((words, found)) = first else {
        return (tried, Err("the search ended unexpectedly".into()));
    };
    tried.words = words;
    tried.rate = rate(words, begun);
    match (found, list) {
        (Some(found), _) => (done(tried), Ok(Some(found))),
        (None, None) => (done(tried), Ok(None)),
        (None, Some(path)) => stream(guess, &path, tried, begun, tell).await,
    }
}

fn done(tried: Tried) -> Tried {
    Tried {
        done: 1000,
        ..tried
    }
}

fn rate(words: u64, begun: Instant) -> u64 {
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    words.saturating_mul(1000) / millis.max(1)
}

async fn stream(
    guess: Arc<Guess>,
    path: &Path,
    mut tried: Tried,
    begun: Instant,
    tell: impl Fn(Tried),
) -> (Tried, Result<Option<Secret>, String>) {
    let name = path.display().to_string();
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (size, file) = match opened {
        Ok((meta, _)) if meta.is_dir() => {
            return (tried, Err(format!("{name} is a folder, not a word list")));
        }
        Ok((meta, file)) => (meta.len().max(1), file),
        Err(e) => return (tried, Err(format!("{name}: {e}"))),
    };
    let mut reader = BufReader::with_capacity(PIECE, file);
    let mut carried: Vec<u8> = Vec::new();
    let mut read = 0_u64;
    let mut told = begun;
    loop {
        let guess = Arc::clone(&guess);
        let step = spawn_blocking(move || {
            let piece = reader.fill_buf()?;
            let length = piece.len();
            let end = length == 0;
            // Up to the last line break; the rest waits for the next piece.
            let whole = if end {
                0
            } else {
                piece.iter().rposition(|b| *b == b'\n').map_or(
                    if carried.len() + length > PIECE {
                        length
                    } else {
                        0
                    },
                    |at| at + 1,
                )
            };
            let mut lines = std::mem::take(&mut carried);
            lines.extend_from_slice(&piece[..whole]);
            if !end && whole == 0 {
                lines.extend_from_slice(piece);
                carried = std::mem::take(&mut lines);
            } else {
                carried.extend_from_slice(&piece[whole..]);
            }
            reader.consume(length);
            let mut words = 0;
            let mut at = 0;
            let mut found = None;
            while at < lines.len() && found.is_none() {
                let (next, tried, hit) = guess.try_batch(&lines, at);
                (at, words, found) = (next, words + tried as u64, hit);
            }
            Ok::<_, std::io::Error>((reader, carried, length as u64, words, found, end))
        })
        .await;
        let (back, rest, bytes, words, found, end) = match step {
            Ok(Ok(step)) => step,
            Ok(Err(e)) => return (tried, Err(format!("{name}: {e}"))),
            Err(_) => return (tried, Err("the search ended unexpectedly".into())),
        };
        (reader, carried) = (back, rest);
        read += bytes;
        tried.words += words;
        tried.rate = rate(tried.words, begun);
        tried.done = u32::try_from(read.saturating_mul(1000) / size)
            .unwrap_or(1000)
            .min(1000);
        if found.is_some() || end {
            return (done(tried), Ok(found.map(Secret::Word)));
        }
        if told.elapsed() >= TELL {
            told = Instant::now();
            tell(tried);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::{Map, json};

    use super::*;
    use crate::{
        attack::secrets::BATCH,
        jose::{Alg, b64, crypto},
        token::craft,
    };

    fn token(secret: &[u8]) -> Arc<str> {
        let key = Jwk(Map::from_iter([
            ("kty".to_owned(), "oct".into()),
            ("k".to_owned(), b64::encode(secret).into()),
        ]));
        craft::mint(&json!({}), &json!({"sub": "alice"}), &key, &Alg::Hs256)
            .unwrap()
            .into()
    }

    #[tokio::test]
    async fn a_word_at_the_very_end_of_a_long_list_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        let mut text = String::new();
        for n in 0..40 * BATCH {
            text.push_str(&format!("word-{n}\n"));
        }
        text.push_str("the needle");
        std::fs::write(&path, &text).unwrap();
        let told = Mutex::new(Vec::new());
        let (tried, result) = search(token(b"the needle"), Some(path.clone()), vec![], |t| {
            told.lock().unwrap().push(t);
        })
        .await;
        let Ok(Some(Secret::Word(found))) = result else {
            panic!("{result:?}")
        };
        assert_eq!(found.word, "the needle");
        assert!(tried.words > 40 * BATCH as u64);
        let (_, result) = search(token(b"not among them 77"), Some(path), vec![], |_| ()).await;
        assert_eq!(result, Ok(None));
    }

    #[tokio::test]
    async fn lines_longer_than_a_piece_end_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        let text = format!("{}\nneedle\n", "x".repeat(3 * PIECE));
        std::fs::write(&path, text).unwrap();
        let (_, result) = search(token(b"needle"), Some(path), vec![], |_| ()).await;
        assert!(matches!(result, Ok(Some(_))), "{result:?}");
    }

    #[tokio::test]
    async fn a_public_key_that_serves_as_the_secret_is_named() {
        let key = crypto::generate(&Alg::Rs256, None).unwrap();
        let pem = crate::jose::pem::write(&key.public().unwrap()).unwrap();
        let (_, result) = search(token(pem.as_bytes()), None, vec![key], |_| ()).await;
        assert_eq!(
            result,
            Ok(Some(Secret::PublicKey("RSA 2048".into(), "PEM")))
        );
    }

    #[tokio::test]
    async fn a_missing_list_is_said() {
        let (_, result) = search(
            token(b"not among them 77"),
            Some("/no/such/list".into()),
            vec![],
            |_| (),
        )
        .await;
        assert!(result.unwrap_err().contains("/no/such/list"));
    }
}
