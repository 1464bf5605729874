//! Whether a token is whole. One that was cut or masked before it was written down is no bad token:
//! nothing can be said of it.

use serde::de::IgnoredAny;

use super::lenient::lenient;
use crate::{
    jose::{Alg, Family},
    token::mask,
};

/// Members that a JOSE header begins with.
const FIRST: [&str; 16] = [
    "alg",
    "typ",
    "kid",
    "enc",
    "cty",
    "jwk",
    "jku",
    "x5t",
    "x5c",
    "x5u",
    "zip",
    "crit",
    "b64",
    "epk",
    "nonce",
    "trust_chain",
];

/// Whether `part` is a header alone, or the beginning of one: what follows is missing.
pub(in crate::token) fn is_beginning(part: &str) -> bool {
    let part = part.trim_end_matches('=');
    if !part.starts_with("ey") || part.len() < 6 {
        return false;
    }
    // The last character may be one of four that no byte belongs to.
    let Some(bytes) = lenient(without_odd(part)).0 else {
        return false;
    };
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(&bytes) {
        return value.get("alg").is_some_and(serde_json::Value::is_string);
    }
    let name = bytes
        .strip_prefix(b"{")
        .map(<[u8]>::trim_ascii_start)
        .and_then(|rest| rest.strip_prefix(b"\""));
    name.is_some_and(|rest| {
        let end = rest.iter().position(|b| *b == b'"');
        match end {
            Some(end) => FIRST.iter().any(|name| name.as_bytes() == &rest[..end]),
            None => FIRST.iter().any(|name| name.as_bytes().starts_with(rest)),
        }
    }) && breaks_off(&bytes)
}

/// A part without a last character that no byte is complete with.
fn without_odd(part: &str) -> &str {
    if part.len() % 4 == 1 {
        part.get(..part.len() - 1).unwrap_or(part)
    } else {
        part
    }
}

fn breaks_off(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_err_and(|e| e.is_eof())
}

/// Whether the authentication tag of a JWE is shorter than `enc` makes it (RFC 7518 §5.1).
pub(super) fn is_short_tag(enc: Option<&str>, tag: &str) -> bool {
    let whole = match enc {
        Some("A128GCM" | "A192GCM" | "A256GCM" | "A128CBC-HS256") => 22,
        Some("A192CBC-HS384") => 32,
        Some("A256CBC-HS512") => 43,
        _ => 0,
    };
    tag.len() < whole
}

/// Why a signature of this text cannot be one of `alg`: it is shorter than any, so its end is missing,
/// or a word stands in its place. Some makers of ECDSA signatures leave zeros out: those few bytes are
/// another fault.
pub(in crate::token) fn short_signature(alg: &Alg, text: &str) -> Option<String> {
    const ZEROS: usize = 8;
    /// What other algorithms of the same family give: whoever made the token took another key.
    const OTHERS: [usize; 5] = [43, 64, 86, 128, 176];
    if text.is_empty() || *alg == Alg::None {
        return None;
    }
    let text = text.trim_end_matches('=');
    if mask::is_word_instead(text) {
        return Some("a word stands in place of its signature".into());
    }
    let bytes = text.len() * 3 / 4;
    let whole = match alg {
        Alg::Hs256 => 32,
        Alg::Hs384 => 48,
        Alg::Hs512 | Alg::EdDsa | Alg::Ed25519 => 64,
        Alg::Es256 | Alg::Es256K => 64 - ZEROS,
        Alg::Es384 => 96 - ZEROS,
        Alg::Es512 => 132 - ZEROS,
        _ if matches!(alg.family(), Family::RsaPkcs1 | Family::RsaPss) => {
            // Moduli have 1024 bit at least, and multiples of 512.
            if bytes >= 128 && bytes.is_multiple_of(64) && text.len() % 4 != 1 {
                return None;
            }
            return Some(format!(
                "its signature has {bytes} bytes, which no RSA key makes"
            ));
        }
        _ => return None,
    };
    // 0x30 begins a signature in DER, which is another fault.
    let der = alg.family() == Family::Ecdsa
        && text.starts_with('M')
        && text
            .as_bytes()
            .get(1)
            .is_some_and(|b| matches!(b, b'A'..=b'P'));
    (bytes < whole && !der && !OTHERS.contains(&text.len())).then(|| {
        let whole = if alg.family() == Family::Ecdsa {
            whole + ZEROS
        } else {
            whole
        };
        format!("its signature has {bytes} bytes, and {alg} gives {whole}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::b64;

    #[test]
    fn a_header_without_what_follows_is_a_beginning() {
        let header = b64::encode(r#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#);
        for length in 8..=header.len() {
            assert!(is_beginning(&header[..length]), "{length}");
        }
        for other in [
            "eyes",
            "eyJ",
            "hello",
            &b64::encode(r#"{"iv":"x","value":"y"}"#),
        ] {
            assert!(!is_beginning(other), "{other}");
        }
        // What other programs put into cookies and cursors.
        let cursor = b64::encode(r#"{"id":7,"after":"2026"}"#);
        assert!((0..=cursor.len()).all(|n| !is_beginning(&cursor[..n])));
    }

    #[test]
    fn a_signature_that_is_shorter_than_any_is_cut() {
        for (alg, whole) in [("HS256", 43), ("ES256", 86), ("EdDSA", 86), ("PS256", 342)] {
            let alg = Alg::parse(alg);
            let text = "aB".repeat(171);
            assert_eq!(short_signature(&alg, &text[..whole]), None, "{alg}");
            for cut in [1, 2, 3, 4, 20] {
                assert!(short_signature(&alg, &text[..cut]).is_some(), "{alg} {cut}");
            }
        }
        let rs = Alg::parse("RS256");
        let text = "aB".repeat(342);
        let cut = (1..342).filter(|n| short_signature(&rs, &text[..*n]).is_some());
        // 1024 and 1536 bit
        assert_eq!(cut.count(), 339);
        assert_eq!(short_signature(&rs, &text[..683]), None);
        assert!(short_signature(&rs, "REDACTED").is_some());
    }
}
