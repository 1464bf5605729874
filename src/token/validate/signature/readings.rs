//! Shared secrets that are read in another way than they are written: packed in base64, quoted, with the
//! line break of their file. Each reading is made when it is asked for, and wiped when it was tried.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use zeroize::Zeroizing;

use crate::{jose::b64, kit::hex};

type Bytes = Zeroizing<Vec<u8>>;

/// A way to read a secret: what is said of it, and the bytes that it gives, where it gives any.
type Way = (&'static str, fn(&[u8]) -> Option<Bytes>);

/// What stands around the secret.
const AROUND: [Way; 7] = [
    ("", same),
    ("without the byte order mark at its beginning", |s| {
        s.strip_prefix(b"\xef\xbb\xbf").map(own)
    }),
    ("without the white space around it", |s| {
        Some(own(s.trim_ascii()))
    }),
    ("without the quotes around it", unquoted),
    ("without the word in front of it", |s| {
        let text = s.trim_ascii();
        [&b"base64:"[..], b"hex:", b"0x", b"0X"]
            .iter()
            .find_map(|word| text.strip_prefix(*word))
            .map(own)
    }),
    ("without the name in front of it", |s| {
        let at = s.iter().position(|b| *b == b'=')?;
        let name = s[..at].trim_ascii();
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b' ';
        (!name.is_empty() && name.iter().all(is_name)).then_some(())?;
        let value = s[at + 1..].trim_ascii();
        unquoted(value).or_else(|| Some(own(value)))
    }),
    ("without the null bytes of UTF-16", |s| {
        let narrow = |wide: &[u8], at: usize| {
            let pairs = wide.chunks_exact(2);
            let whole = !wide.is_empty() && pairs.remainder().is_empty();
            let mut out = own(&[]);
            for pair in pairs {
                if pair[1 - at] != 0 {
                    return None;
                }
                out.push(pair[at]);
            }
            whole.then_some(out)
        };
        match s {
            [0xff, 0xfe, rest @ ..] => narrow(rest, 0),
            [0xfe, 0xff, rest @ ..] => narrow(rest, 1),
            _ => narrow(s, 0),
        }
    }),
];

/// How it is written.
const WRITTEN: [Way; 14] = [
    ("", same),
    ("decoded from base64", from_base64),
    ("decoded from base64url", |s| {
        let text = dense(s)?;
        b64::decode(text.trim_end_matches('='))
            .ok()
            .map(Zeroizing::new)
    }),
    ("decoded from hexadecimal", |s| {
        let text = dense(s)?;
        let bare: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| *c != ':').collect());
        hex::read(&bare).ok().map(Zeroizing::new)
    }),
    ("decoded from base64 twice", |s| {
        from_base64(&from_base64(s)?)
    }),
    ("with its escapes read", |s| {
        let text = std::str::from_utf8(s).ok().filter(|t| t.contains('\\'))?;
        let read = text
            .replace("\\r", "\r")
            .replace("\\n", "\n")
            .replace("\\t", "\t")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\");
        Some(Zeroizing::new(read.into_bytes()))
    }),
    ("with LF instead of CR LF", |s| {
        let text = std::str::from_utf8(s).ok().filter(|t| t.contains("\r\n"))?;
        Some(Zeroizing::new(text.replace("\r\n", "\n").into_bytes()))
    }),
    ("with CR LF instead of LF", |s| {
        let text = std::str::from_utf8(s).ok()?;
        let whole = text.contains('\n') && !text.contains('\r');
        whole.then(|| Zeroizing::new(text.replace('\n', "\r\n").into_bytes()))
    }),
    ("written in base64", |s| {
        Some(Zeroizing::new(STANDARD.encode(s).into_bytes()))
    }),
    ("written in base64 without padding", |s| {
        Some(Zeroizing::new(STANDARD_NO_PAD.encode(s).into_bytes()))
    }),
    ("written in base64url", |s| {
        Some(Zeroizing::new(b64::encode(s).into_bytes()))
    }),
    ("written in hexadecimal", |s| Some(digits(s, false))),
    ("written in hexadecimal with capital letters", |s| {
        Some(digits(s, true))
    }),
    ("in small letters", |s| {
        Some(Zeroizing::new(s.to_ascii_lowercase()))
    }),
];

/// How it ends.
const END: [Way; 5] = [
    ("", same),
    (
        "with a line break at its end (LF), which its file may have",
        |s| with(s, b"\n"),
    ),
    (
        "with a line break at its end (CR LF), which its file may have",
        |s| with(s, b"\r\n"),
    ),
    ("without the white space at its end", |s| {
        Some(own(s.trim_ascii_end()))
    }),
    ("with a zero byte at its end", |s| with(s, b"\0")),
];

/// The first reading of a secret, other than as it stands, that `fits`: in words.
pub(super) fn reading(secret: &[u8], fits: impl Fn(&[u8]) -> bool) -> Option<String> {
    for (around, bare) in AROUND {
        let Some(bare) = bare(secret).filter(|bare| around.is_empty() || **bare != *secret) else {
            continue;
        };
        for (written, decoded) in WRITTEN {
            let Some(decoded) = decoded(&bare) else {
                continue;
            };
            for (end, ended) in END {
                let Some(read) = ended(&decoded) else {
                    continue;
                };
                if !read.is_empty() && *read != *secret && fits(&read) {
                    let words: Vec<&str> = [around, written, end]
                        .into_iter()
                        .filter(|words| !words.is_empty())
                        .collect();
                    return Some(words.join(", "));
                }
            }
        }
    }
    None
}

fn own(bytes: &[u8]) -> Bytes {
    Zeroizing::new(bytes.to_vec())
}

#[allow(clippy::unnecessary_wraps)] // one of several ways
fn same(bytes: &[u8]) -> Option<Bytes> {
    Some(own(bytes))
}

#[allow(clippy::unnecessary_wraps)] // one of several ways
fn with(bytes: &[u8], end: &[u8]) -> Option<Bytes> {
    Some(Zeroizing::new([bytes, end].concat()))
}

fn unquoted(bytes: &[u8]) -> Option<Bytes> {
    let text = bytes.trim_ascii();
    b"\"'`"
        .iter()
        .find_map(|mark| {
            let inner = text.strip_prefix(std::slice::from_ref(mark))?;
            inner.strip_suffix(std::slice::from_ref(mark))
        })
        .map(own)
}

/// Text without white space.
fn dense(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(Zeroizing::new(text.split_whitespace().collect()))
}

fn from_base64(bytes: &[u8]) -> Option<Bytes> {
    let text = dense(bytes)?;
    STANDARD
        .decode(text.as_bytes())
        .or_else(|_| STANDARD_NO_PAD.decode(text.as_bytes()))
        .ok()
        .map(Zeroizing::new)
}

fn digits(bytes: &[u8], capital: bool) -> Bytes {
    let set = if capital {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    for byte in bytes {
        out.push(set[usize::from(byte >> 4)]);
        out.push(set[usize::from(byte & 15)]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_secret_was_written_as_is_told_and_what_stands_is_not() {
        for (given, signs, words) in [
            (
                &b"'s3cret'"[..],
                &b"s3cret"[..],
                "without the quotes around it",
            ),
            (b"\"s3cret\"\n", b"s3cret", "without the quotes around it"),
            (
                b"\xef\xbb\xbfs3cret",
                b"s3cret",
                "without the byte order mark at its beginning",
            ),
            (
                b"base64:czNjcmV0",
                b"s3cret",
                "without the word in front of it, decoded from base64",
            ),
            (b"czNjcmV0Cg==", b"s3cret\n", "decoded from base64"),
            (
                b"czNjcmV0Cg==",
                b"s3cret",
                "decoded from base64, without the white space at its end",
            ),
            (b"_-8", b"\xff\xef", "decoded from base64url"),
            (b"_-8=", b"\xff\xef", "decoded from base64url"),
            (b"73:33:63", b"s3c", "decoded from hexadecimal"),
            (
                b"0x733363",
                b"s3c",
                "without the word in front of it, decoded from hexadecimal",
            ),
            (
                b"SECRET='s3cret'",
                b"s3cret",
                "without the name in front of it",
            ),
            (
                b"s3cret",
                b"s3cret\r\n",
                "with a line break at its end (CR LF), which its file may have",
            ),
            (b"a\nb", b"a\r\nb", "with CR LF instead of LF"),
            (
                b"\xff\xfes\x003\x00",
                b"s3",
                "without the null bytes of UTF-16",
            ),
        ] {
            let told = reading(given, |read| read == signs);
            assert_eq!(told.as_deref(), Some(words), "{given:?}");
        }
        assert_eq!(reading(b"s3cret", |read| read == b"s3cret"), None);
        assert_eq!(reading(b"\n", <[u8]>::is_empty), None);
    }
}
