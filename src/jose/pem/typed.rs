//! Keys that were typed where their place is expected: on a command line, in a chain file.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{boxes, encrypted};
use crate::jose::b64;

/// Whether a text is a private key itself, as PEM, JWK or base64 of either or of DER: no name of a file
/// or of a variable, and nothing to be repeated in a message.
pub fn is_private_key_text(text: &str) -> bool {
    let text = text.trim();
    if holds_private(text) {
        return true;
    }
    // Packed once more. Names of files are shorter than keys.
    let dense: Zeroizing<String> =
        Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
    if dense.len() < 40 || dense.len() > 1 << 20 {
        return false;
    }
    let bytes = STANDARD
        .decode(dense.as_bytes())
        .ok()
        .or_else(|| b64::decode(dense.trim_end_matches('=')).ok());
    let Some(bytes) = bytes.map(Zeroizing::new) else {
        return false;
    };
    encrypted::is_encrypted(&bytes)
        || boxes::label(&bytes).is_some_and(|label| label.contains("PRIVATE"))
        || std::str::from_utf8(&bytes).is_ok_and(holds_private)
}

fn holds_private(text: &str) -> bool {
    if text.contains("PRIVATE KEY-----") || text.starts_with("PuTTY-User-Key-File") {
        return true;
    }
    // Where the JSON is cut or quoted for a shell as well, it is a key that somebody typed.
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\\')
        .collect();
    let bare = Zeroizing::new(bare);
    let has = |member: &str| bare.contains(member);
    has("\"private_key\":") || has("\"kty\":") && ["\"d\":", "\"k\":"].iter().any(|m| has(m))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{Alg, crypto, pem};

    #[test]
    fn keys_are_told_from_names_of_places() {
        let key = crypto::generate(&Alg::Es256, None).unwrap();
        let text = pem::write(&key).unwrap();
        let jwk = serde_json::to_string(&key.0).unwrap();
        let body: String = text.lines().filter(|l| !l.starts_with('-')).collect();
        for typed in [
            text.clone(),
            text.replace('\n', "\\n"),
            text.replace('\n', " "),
            text[..60].to_owned(),
            jwk.clone(),
            serde_json::to_string_pretty(&key.0).unwrap(),
            jwk.replace('"', "\\\""),
            format!("{{\"keys\":[{jwk}]}}"),
            "{\"kty\":\"oct\",\"k\":\"AAAA\"}".into(),
            format!("{{\"type\":\"service_account\",\"private_key\":{text:?}}}"),
            body,
            STANDARD.encode(&text),
            b64::encode(&jwk),
        ] {
            assert!(is_private_key_text(&typed), "{typed}");
        }
        let public = key.public().unwrap();
        for place in [
            "key.pem".to_owned(),
            "env:NAME".into(),
            "file:/etc/keys/private_key.pem".into(),
            "/home/me/a/very/long/path/to/a/key/that/is/kept/in/a/folder/of/its/own/private.jwk"
                .into(),
            "C:\\keys\\PRIVATE KEY.pem".into(),
            pem::write(&public).unwrap(),
            serde_json::to_string(&public.0).unwrap(),
            String::new(),
        ] {
            assert!(!is_private_key_text(&place), "{place}");
        }
    }
}
