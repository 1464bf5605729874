//! Readers of keys, encrypted and signed tokens fed with mutants of every vector: none may panic,
//! hang, or accept what it must not. Seeded, so that a failure repeats; `DELEGRAPH_MUTANTS=100000`
//! tries more.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

use std::path::{Path, PathBuf};

use delegraph::{
    jose::{Jwk, Jwks, jwe, pem},
    kit::{clock::from_numeric_date, secret::Secret},
    token::{
        decode::decode,
        decrypt::decrypt,
        find::find,
        validate::{Candidate, Policy, judge},
    },
};
use serde_json::Value;

/// Mutants of each text.
fn tries() -> usize {
    std::env::var("DELEGRAPH_MUTANTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40)
}

/// A generator of numbers that is the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }

    /// A text with a few places changed.
    fn mutant(&mut self, bytes: &[u8]) -> Vec<u8> {
        const PIECES: [&[u8]; 14] = [
            b".",
            b"..",
            b"=",
            b"{",
            b"}",
            b"\"",
            b"\\u0000",
            b"null",
            b"-1",
            b"~",
            b"\n",
            b" ",
            b"-----BEGIN PRIVATE KEY-----",
            b"\xff",
        ];
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(out.len() + 1);
            match self.below(7) {
                0 if at < out.len() => out[at] ^= 1 << self.below(8),
                1 => out.truncate(at),
                2 => drop(out.drain(..at.min(out.len()))),
                3 => {
                    let end = (at + self.below(64)).min(out.len());
                    let copy = out[at.min(end)..end].to_vec();
                    let place = self.below(out.len() + 1);
                    out.splice(place..place, copy);
                }
                4 => {
                    let end = (at + self.below(16)).min(out.len());
                    drop(out.drain(at.min(end)..end));
                }
                _ => {
                    let piece = PIECES[self.below(PIECES.len())];
                    out.splice(at..at, piece.iter().copied());
                }
            }
        }
        out
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Every text of the vectors: whole files, and the tokens and keys inside the JSON ones.
fn corpus() -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    files(
        &PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"),
        &mut paths,
    );
    let mut all = Vec::new();
    for path in paths {
        let bytes = std::fs::read(path).unwrap();
        if let Ok(example) = serde_json::from_slice::<Value>(&bytes) {
            for output in ["compact", "json", "json_flat"] {
                match &example["output"][output] {
                    Value::Null => {}
                    Value::String(text) => all.push(text.clone().into_bytes()),
                    other => all.push(other.to_string().into_bytes()),
                }
            }
            if example["input"]["key"].is_object() {
                all.push(example["input"]["key"].to_string().into_bytes());
            }
        }
        all.push(bytes);
    }
    all
}

#[test]
fn mutants_of_every_vector_are_read_or_refused() {
    let mut dice = Dice(0x5eed_5eed_5eed_5eed);
    let corpus = corpus();
    assert!(corpus.len() > 80, "{}", corpus.len());
    let passphrase = Secret::new("correct-horse");
    let policy = Policy::at(from_numeric_date(1_700_000_000).unwrap());
    let mut read = 0_usize;
    for original in &corpus {
        for _ in 0..tries() {
            let bytes = dice.mutant(original);
            let keys = pem::read_bytes(&bytes, None).unwrap_or_default();
            read += keys.len();
            let _ = Jwks::parse(&bytes);
            for key in &keys {
                let _ = (key.thumbprint(), key.describe(), key.public());
                let _ = pem::write(key);
            }
            let text = String::from_utf8_lossy(&bytes);
            let token = decode(&text);
            let candidates: Vec<Candidate> = keys
                .iter()
                .map(|jwk| Candidate::new(jwk.clone(), "given".into(), None))
                .collect();
            let verdict = judge(&token, &candidates, &policy);
            assert!(!verdict.reason.is_empty());
            for found in find(&text).iter().take(4) {
                let _ = decode(&found.raw);
            }
            // Passwords are worth a million iterations: not here.
            if let Ok(jwe) = jwe::read(&text)
                && !jwe.header(0).contains_key("p2c")
            {
                let secret = Jwk(serde_json::Map::from_iter([
                    ("kty".to_owned(), Value::from("oct")),
                    ("k".to_owned(), "AAAAAAAAAAAAAAAAAAAAAA".into()),
                ]));
                assert!(!decrypt(&text, &[secret]).is_complete());
            }
        }
    }
    assert!(read > 0);
    // An encrypted key as well, a few times: each try costs its iterations.
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl");
    let locked = std::fs::read(folder.join("ed25519.encrypted.der")).unwrap();
    for _ in 0..tries() {
        let _ = pem::read_bytes(&dice.mutant(&locked), Some(&passphrase));
    }
}

/// A mutant of a signed token is never accepted: the signature covers every byte of it.
#[test]
fn no_mutant_of_a_good_token_verifies() {
    let mut dice = Dice(0xfeed_f00d);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/rfc-examples");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for n in 1..=4 {
        let original = text(&format!("rfc7515_A.{n}.jwsc"));
        let original = original.trim();
        let key = pem::read(&text(&format!("rfc7515_A.{n}.jwk")))
            .unwrap()
            .remove(0);
        let candidates = [Candidate::new(key, "given".into(), None)];
        let policy = Policy::at(from_numeric_date(1_300_000_000).unwrap());
        assert!(
            judge(&decode(original), &candidates, &policy).verified(),
            "{n}"
        );
        for _ in 0..tries() * 10 {
            let bytes = dice.mutant(original.as_bytes());
            let mutant = String::from_utf8_lossy(&bytes);
            // What surrounds a token is taken away before reading, and said.
            let token = decode(&mutant);
            if token.raw.trim_end_matches('~') == original {
                continue;
            }
            let verdict = judge(&token, &candidates, &policy);
            assert!(!verdict.verified(), "{mutant}");
        }
    }
}
