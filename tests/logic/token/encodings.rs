//! Tokens as programs, mails and shells write them: whatever is around and inside, the whole token is
//! found, and it verifies.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;

/// A token with `-` and `_` in it, and its key.
fn token(alg: &str) -> (String, Jwk) {
    let alg = Alg::parse(alg);
    let key = key_for(&alg);
    for n in 0.. {
        let claims = json!({ "iss": "https://as.example.com", "sub": format!("alice>>>???{n}"),
                             "aud": "https://api.example.com", "exp": NOW + 600 });
        let text = craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &alg).unwrap();
        if text.contains('-') && text.contains('_') && !text.ends_with(['-', '_']) {
            return (text, key);
        }
    }
    unreachable!()
}

fn whole(text: &str, token: &str, key: &Jwk, what: &str) {
    let found = find(text);
    let raws: Vec<&str> = found.iter().map(|f| &*f.raw).collect();
    assert_eq!(raws, [token], "{what}:\n{text}");
    let verdict = judge(&decode(&found[0].raw), &[candidate(key)], &at(NOW));
    assert!(verdict.verified(), "{what}: {}", verdict.reason);
}

fn lines(token: &str, width: usize) -> Vec<&str> {
    let all = token.as_bytes().chunks(width);
    all.map(|line| std::str::from_utf8(line).unwrap()).collect()
}

/// Every byte of `text` that `is` says, written as `write` has it.
fn escaped(text: &str, is: impl Fn(char) -> bool, write: impl Fn(u32) -> String) -> String {
    text.chars()
        .map(|c| {
            if is(c) {
                write(c.into())
            } else {
                c.to_string()
            }
        })
        .collect()
}

#[test]
fn signs_are_read_in_every_writing() {
    let sign = |c: char| !c.is_ascii_alphanumeric();
    let percent = |c: u32| format!("%{c:02X}");
    let (text, key) = token("ES256");
    for (what, written) in [
        ("percent", escaped(&text, sign, percent)),
        (
            "small percent",
            escaped(&text, sign, |c| format!("%{c:02x}")),
        ),
        ("every byte", escaped(&text, |_| true, percent)),
        ("twice", escaped(&text, sign, |c| format!("%25{c:02X}"))),
        ("JSON", escaped(&text, sign, |c| format!("\\u{c:04x}"))),
        (
            "JSON in JSON",
            escaped(&text, sign, |c| format!("\\\\u{c:04X}")),
        ),
        ("HTML", escaped(&text, sign, |c| format!("&#{c};"))),
        (
            "HTML, hexadecimal",
            escaped(&text, sign, |c| format!("&#x{c:x};")),
        ),
        (
            "HTML, every byte",
            escaped(&text, |_| true, |c| format!("&#{c};")),
        ),
        (
            "HTML names",
            text.replace('_', "&lowbar;")
                .replace('-', "&hyphen;")
                .replace('.', "&period;"),
        ),
        ("Markdown", text.replace('_', "\\_").replace('-', "\\-")),
    ] {
        for (before, after) in [
            ("", ""),
            ("token=", "&x=1"),
            ("\"", "\""),
            ("see ", " there"),
        ] {
            whole(&format!("{before}{written}{after}"), &text, &key, what);
        }
    }
}

#[test]
fn literals_of_programs_are_put_together() {
    for alg in ["ES256", "PS256"] {
        let (text, key) = token(alg);
        for width in [30, 61, 90] {
            for (what, open, between, close) in [
                ("Python", "t = ('", "'\n     '", "')"),
                ("Python, one line", "t = '", "' '", "'"),
                ("Python, bytes", "t = (b'", "'\n     b'", "')"),
                ("Python, continued", "t = \"", "\" \\\n    \"", "\""),
                ("JavaScript", "const t = \"", "\" +\n  \"", "\";"),
                (
                    "JavaScript, operator first",
                    "const t = '",
                    "'\n  + '",
                    "';",
                ),
                ("Go", "t := \"", "\" +\n\t\"", "\"\n"),
                ("PHP", "$t = '", "'\n . '", "';"),
                ("C", "char *t = \"", "\"\n  \"", "\";"),
                ("Visual Basic", "t = \"", "\" & _\n  \"", "\""),
            ] {
                let written = format!("{open}{}{close}\nnext\n", lines(&text, width).join(between));
                whole(&written, &text, &key, what);
            }
        }
        // A list of literals is not one.
        let other = signed(&json!({ "sub": "bob" }));
        for between in ["\", \"", "\"\n\"", "\",\n\""] {
            let list = format!("[\"{text}{between}{other}\"]");
            assert_eq!(find(&list).len(), 2, "{list}");
        }
    }
}

#[test]
fn wraps_of_every_width_are_joined_to_the_last_letter() {
    for alg in ["ES256", "PS256"] {
        let (text, key) = token(alg);
        for width in (21..=text.len()).chain([1000]) {
            for (eol, indent) in [("\n", ""), ("\r\n", " "), ("\n", "\t"), ("\n", "> ")] {
                let written = format!(
                    "Authorization: Bearer {}",
                    lines(&text, width).join(&format!("{eol}{indent}"))
                );
                whole(
                    &format!("{written}{eol}{eol}Done\n"),
                    &text,
                    &key,
                    &format!("{alg} {width}"),
                );
            }
        }
    }
    // Last lines of one and two letters, also such as look like words.
    let (text, key) = token("PS256");
    for last in [1, 2, 3] {
        let width = (text.len() - last).div_ceil(3);
        if lines(&text, width).len() == 4 {
            whole(&lines(&text, width).join("\n"), &text, &key, "last letters");
        }
    }
}

#[test]
fn hyphens_that_broke_the_word_are_no_part_of_it() {
    for alg in ["ES256", "PS256"] {
        let (text, key) = token(alg);
        for width in [50, 64, 72] {
            let written = format!("Token: {}\n\nNext\n", lines(&text, width).join("-\n"));
            whole(&written, &text, &key, "hyphens");
        }
        // One of its own at the end of a line stays.
        let at = text.find('-').unwrap() + 1;
        let written = format!("{}\n{}\n", &text[..at], &text[at..]);
        whole(&written, &text, &key, "its own hyphen");
    }
}

#[test]
fn cookies_in_pieces_are_put_together_in_any_order() {
    let (text, key) = token("PS256");
    let pieces = lines(&text, 200);
    let session = format!(
        "base64-{}",
        STANDARD.encode(json!({ "access_token": text }).to_string())
    );
    let packed = lines(&session, 300);
    for (name, sign, first, pieces) in [
        ("next-auth.session-token", ".", 0, &pieces),
        ("__Secure-authjs.session-token", ".", 0, &pieces),
        ("_oauth2_proxy", "_", 0, &pieces),
        (".AspNetCore.Cookies", "C", 1, &pieces),
        ("appSession", ".", 0, &pieces),
        ("sb-abc-auth-token", ".", 0, &packed),
    ] {
        let each: Vec<String> = pieces
            .iter()
            .enumerate()
            .map(|(n, piece)| format!("{name}{sign}{}={piece}", n + first))
            .collect();
        let reversed: Vec<String> = each.iter().rev().cloned().collect();
        for all in [&each, &reversed] {
            for written in [
                format!("Cookie: theme=dark; {}; lang=en\r\n", all.join("; ")),
                format!(
                    "Set-Cookie: {}; Path=/\r\n",
                    all.join("; Path=/; Secure\r\nSet-Cookie: ")
                ),
            ] {
                whole(&written, &text, &key, name);
            }
        }
    }
    // Pieces of any length and number are read in time, and taken for what they are.
    for part in [
        "a.0=",
        "a.0=b;",
        "ab.0=x; ab.1=y; ",
        "abC1=x;abC2=y;",
        "ab.1=y;ab.0=x;",
    ] {
        let hostile = part.repeat((1 << 20) / part.len());
        assert!(find(&hostile).len() <= 1, "{part}");
    }
}

#[test]
fn tokens_in_the_claims_of_tokens_are_listed_with_the_claim() {
    let inner = signed(&json!({ "sub": "alice" }));
    let deep = signed(&json!({ "sub": "bob", "assertion": inner }));
    for (claims, path, context) in [
        (
            json!({ "subject_token": inner }),
            "/subject_token",
            "subject_token",
        ),
        (
            json!({ "x": { "assertion": inner } }),
            "/x/assertion",
            "assertion",
        ),
        (
            json!({ "vp": { "verifiableCredential": [inner] } }),
            "/vp/verifiableCredential/0",
            "verifiableCredential",
        ),
        (
            json!({ "pad": "a", "id_token": inner }),
            "/id_token",
            "id_token",
        ),
        (json!({ "pad": "ab", "a/b": inner }), "/a~1b", "a/b"),
    ] {
        let outer = signed(&claims);
        let found = find(&format!("request={outer}&x=1"));
        assert_eq!(found.len(), 2, "{claims}: {found:?}");
        assert_eq!(*found[0].raw, outer);
        assert_eq!(found[0].inside, None);
        assert_eq!(*found[1].raw, inner);
        assert_eq!(found[1].inside.as_deref(), Some(path));
        assert_eq!(found[1].context.as_deref(), Some(context));
        assert_eq!((found[1].line, found[1].column), (1, 9));
    }
    let found = find(&signed(&json!({ "request": deep })));
    let paths: Vec<Option<&str>> = found.iter().map(|f| f.inside.as_deref()).collect();
    assert_eq!(paths, [None, Some("/request"), Some("/request/assertion")]);
    // What is no token is none: a name, and a piece.
    assert_eq!(
        find(&signed(&json!({ "x": "eyJhbGciOi", "y": "eyes" }))).len(),
        1
    );
    // However deep: bounded.
    let mut nest = inner;
    for _ in 0..12 {
        nest = signed(&json!({ "t": nest }));
    }
    assert_eq!(find(&nest).len(), 4);
}

#[test]
fn a_mark_of_the_encoding_takes_no_column() {
    let t = signed(&json!({ "sub": "alice" }));
    let found = find(&format!("\u{feff}{t} {t}\n{t}"));
    let places: Vec<(usize, usize)> = found.iter().map(|f| (f.line, f.column)).collect();
    assert_eq!(places, [(1, 1), (1, t.len() + 2), (2, 1)]);
}
