//! Public keys where a secret is expected: the text that a confused verifier is fed (RFC 8725 §2.1).

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use zeroize::Zeroizing;

use super::{boxes, documents::read_json};
use crate::{
    jose::{b64, jwk::Jwk},
    kit::hex,
};

/// Longest secret that is looked at, in bytes: key sets of servers are shorter.
const LONGEST: usize = 1 << 20;

/// What these bytes are, in words, where they are no secret but what everybody can have: a public key
/// or a certificate as PEM, DER, JWK or for OpenSSH, also packed once more in base64 or hexadecimal.
/// `None` for anything else, private keys among it: they are no fit secret either, but not public.
pub fn public_material(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() || bytes.len() > LONGEST {
        return None;
    }
    if let Some(what) = plain(bytes) {
        return Some(what);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let dense: Zeroizing<String> = Zeroizing::new(
        text.chars()
            .filter(|c| !c.is_whitespace() && *c != '"' && *c != '\'')
            .collect(),
    );
    // SEQUENCE, `-----BEGIN`, `{` and `[` as they begin in base64; SEQUENCE in hexadecimal.
    let packed = if dense.starts_with("30") && dense.bytes().all(|b| b.is_ascii_hexdigit()) {
        hex::read(&dense).ok()?
    } else if ["MI", "MF", "MC", "LS0t", "ey", "ew", "W3", "Ww"]
        .iter()
        .any(|start| dense.starts_with(start))
    {
        STANDARD
            .decode(dense.as_bytes())
            .or_else(|_| STANDARD_NO_PAD.decode(dense.as_bytes()))
            .ok()
            .or_else(|| b64::decode(dense.trim_end_matches('=')).ok())?
    } else {
        return None;
    };
    plain(&Zeroizing::new(packed))
}

fn plain(bytes: &[u8]) -> Option<&'static str> {
    match boxes::label(bytes) {
        Some("PUBLIC KEY" | "RSA PUBLIC KEY") => return Some("a public key in DER"),
        Some("CERTIFICATE") => return Some("a certificate in DER"),
        _ => {}
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.contains("PRIVATE KEY-----") {
        return None;
    }
    if text.contains("-----BEGIN ") || text.contains("---- BEGIN ") {
        return ["PUBLIC KEY", "CERTIFICATE"]
            .into_iter()
            .find(|label| text.contains(label))
            .map(|label| match label {
                "CERTIFICATE" => "the PEM text of a certificate",
                _ => "the PEM text of a public key",
            });
    }
    if ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"]
        .iter()
        .any(|start| text.starts_with(start))
    {
        return Some("an OpenSSH public key");
    }
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let keys = read_json(text).ok()?;
    let public = |key: &Jwk| !key.is_private() && key.kty() != "oct" && !key.kty().is_empty();
    (!keys.is_empty() && keys.iter().all(public)).then_some(if keys.len() == 1 {
        "the text of a public JWK"
    } else {
        "the text of a key set"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{
        Alg, crypto,
        pem::{armour, rsa_public_der, spki_der, write},
    };

    #[test]
    fn public_keys_are_told_in_every_dress_and_nothing_else_is() {
        let key = crypto::generate(&Alg::Rs256, Some("k")).unwrap();
        let public = key.public().unwrap();
        let pem = write(&public).unwrap();
        let der = spki_der(&public).unwrap();
        let pkcs1 = rsa_public_der(&public).unwrap();
        let jwk = serde_json::to_string(&public.0).unwrap();
        let hex: String = der.iter().map(|b| format!("{b:02x}")).collect();
        let leaf = include_str!("../../../tests/vectors/certificates/leaf.b64").trim();
        let certificate = STANDARD.decode(leaf).unwrap();
        for bytes in [
            pem.clone().into_bytes(),
            pem.trim_end().as_bytes().to_vec(),
            pem.replace('\n', "\r\n").into_bytes(),
            pem.replace('\n', "\\n").into_bytes(),
            format!("\u{feff}{pem}").into_bytes(),
            format!("\"{pem}\"").into_bytes(),
            armour("RSA PUBLIC KEY", &pkcs1).into_bytes(),
            armour("CERTIFICATE", &certificate).into_bytes(),
            certificate,
            leaf.as_bytes().to_vec(),
            STANDARD.encode(&der).into_bytes(),
            STANDARD.encode(&pem).into_bytes(),
            b64::encode(&jwk).into_bytes(),
            hex.into_bytes(),
            der,
            pkcs1,
            jwk.clone().into_bytes(),
            format!("{{\"keys\":[{jwk}, {jwk}]}}\n").into_bytes(),
            b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me".to_vec(),
            crypto::generate(&Alg::EdDsa, None)
                .and_then(|k| write(&k.public().unwrap()))
                .unwrap()
                .into_bytes(),
        ] {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            assert!(public_material(&bytes).is_some(), "{shown}");
        }
        let private = serde_json::to_string(&key.0).unwrap();
        for bytes in [
            b"correct horse battery staple".to_vec(),
            b"MIGHTY secret of a mountain".to_vec(),
            b"MII=".to_vec(),
            b"{\"a\":1}".to_vec(),
            b"[]".to_vec(),
            b"30".to_vec(),
            vec![0x30, 0x80],
            vec![0; 64],
            STANDARD.encode([0x30; 48]).into_bytes(),
            write(&key).unwrap().into_bytes(),
            private.into_bytes(),
            b"{\"kty\":\"oct\",\"k\":\"AAAA\"}".to_vec(),
            Vec::new(),
        ] {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(public_material(&bytes), None, "{shown}");
        }
    }
}
