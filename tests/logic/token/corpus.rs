//! A corpus of captures, whole and mutated: nothing panics, hangs or points outside its text.

use delegraph::token::{
    guide::checklist,
    sd_jwt,
    snippet::{self, Language},
};

use super::*;

/// Mutations of each file, each seeded by its number, so that a failure comes again.
const MUTATIONS: u64 = 150;

fn corpus() -> Vec<(String, String)> {
    let folder = format!("{}/tests/corpus", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        // The folder `reports` holds keys, archives and commands as well; `tests/cli` reads it whole.
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Everything that is done with a token before a person sees it.
fn read_all(text: &str) -> usize {
    let found = find(text);
    for one in &found {
        assert!(text.get(one.span.clone()).is_some(), "{:?}", one.span);
        let lines = text[..one.span.start].matches('\n').count() + 1;
        assert_eq!(one.line, lines);
        let token = decode(&one.raw);
        let _ = principal(&token).sentence();
        let _ = judge(&token, &[candidate(&KEY)], &at(NOW));
        let _ = checklist(&token);
        let _ = sd_jwt::binding(&token);
        for language in Language::ALL {
            let _ = snippet::program(&token, language);
        }
        let _ = snippet::curl(&token);
    }
    found.len()
}

#[test]
fn every_capture_gives_its_tokens() {
    for (name, text) in corpus() {
        let expected = match name.as_str() {
            // A bare macaroon among other text is not told from any other word.
            "secret.yaml" | "foreign.txt" => 1,
            "wrapped.txt" | "sd_jwt.txt" | "saml.xml" => 2,
            "shell.txt" => 3,
            "capture.har" | "jose.json" => 4,
            "log.jsonl" => 6,
            other => panic!("{other}: how many tokens does it hold?"),
        };
        assert_eq!(read_all(&text), expected, "{name}");
    }
}

#[test]
fn mutated_captures_never_panic_or_hang() {
    const PIECES: [&str; 14] = [
        "eyJ",
        ".",
        "~",
        "\"",
        "{",
        "}",
        "%2E",
        "\n",
        "=",
        "\\u002e",
        "<Assertion ID=\"\" Version=\"2\">",
        "\u{202e}",
        "\0",
        "é",
    ];
    for (_, text) in corpus() {
        for seed in 1..=MUTATIONS {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut next = |below: usize| {
                // xorshift
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                usize::try_from(state % below.max(1) as u64).unwrap()
            };
            let mut chars: Vec<char> = text.chars().collect();
            for _ in 0..=next(6) {
                let place = next(chars.len());
                match next(5) {
                    0 => chars.truncate(place),
                    1 => {
                        let end = (place + next(40)).min(chars.len());
                        chars.drain(place..end);
                    }
                    2 => {
                        let end = (place + next(200)).min(chars.len());
                        let copy: Vec<char> = chars[place..end].to_vec();
                        let to = next(chars.len());
                        chars.splice(to..to, copy);
                    }
                    _ => {
                        let piece = PIECES[next(PIECES.len())];
                        chars.splice(place..place, piece.chars());
                    }
                }
            }
            read_all(&chars.into_iter().collect::<String>());
        }
    }
}
