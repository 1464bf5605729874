//! Key confusion: an HMAC made with a public key as its secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    jose::{Alg, Family, Jwk, b64, crypto, pem},
    token::{
        Token,
        decode::{self, Signed},
    },
};

/// Whether an HMAC token was made with the bytes of the public key as the secret (RFC 8725 §2.1),
/// and which form of the key: a verifier that trusts the header's `alg` would accept it.
pub fn confusion(token: &Token, public: &Jwk) -> Option<&'static str> {
    let spellings = spellings(public);
    decode::signed(token)
        .iter()
        .find_map(|parts| made_with(parts, &spellings))
}

/// The same for one signature.
pub(super) fn confused(parts: &Signed<'_>, public: &Jwk) -> Option<&'static str> {
    made_with(parts, &spellings(public))
}

fn made_with(parts: &Signed<'_>, spellings: &[(&'static str, Vec<u8>)]) -> Option<&'static str> {
    let alg = Alg::parse(parts.members().get("alg")?.as_str()?);
    if alg.family() != Family::Hmac {
        return None;
    }
    let input = parts.input(None);
    let signature = b64::decode(&parts.signature).ok()?;
    spellings.iter().find_map(|(form, secret)| {
        crypto::is_hmac(secret, &alg, &input, &signature).then_some(*form)
    })
}

/// The bytes of a public key that a confused verifier may take for an HMAC secret, each with its name:
/// its PEM, DER and JWK, the certificate that it has with it, its bare numbers. None for a shared secret.
pub fn spellings(public: &Jwk) -> Vec<(&'static str, Vec<u8>)> {
    let Some(public) = public.public() else {
        return Vec::new();
    };
    let mut all: Vec<(&'static str, Vec<u8>)> = Vec::new();
    if let Ok(pem) = pem::write(&public) {
        all.push(("PEM without final line break", pem.trim_end().into()));
        all.push(("PEM with CRLF", pem.replace('\n', "\r\n").into()));
        all.push((
            "PEM with CRLF, without final line break",
            pem.trim_end().replace('\n', "\r\n").into(),
        ));
        all.push((
            "PEM in one line",
            pem.trim_end().replace('\n', "\\n").into(),
        ));
        all.insert(0, ("PEM", pem.into()));
    }
    if let Ok(der) = pem::spki_der(&public) {
        all.push(("base64 of the DER", STANDARD.encode(&der).into()));
        all.push(("DER", der));
    }
    if let Some(der) = (public.kty() == "RSA")
        .then(|| pem::rsa_public_der(&public).ok())
        .flatten()
    {
        let pem = pem::armour("RSA PUBLIC KEY", &der);
        all.push(("PKCS#1 PEM without final line break", pem.trim_end().into()));
        all.push(("PKCS#1 PEM", pem.into()));
        all.push(("PKCS#1 DER", der));
    }
    let leaf = public.0.get("x5c").and_then(|all| all.get(0));
    if let Some(text) = leaf.and_then(Value::as_str)
        && let Ok(der) = STANDARD.decode(text)
    {
        let pem = pem::armour("CERTIFICATE", &der);
        all.push((
            "PEM of its certificate without final line break",
            pem.trim_end().into(),
        ));
        all.push(("PEM of its certificate", pem.into()));
        all.push(("base64 of its certificate", text.into()));
        all.push(("DER of its certificate", der));
    }
    if let Ok(text) = serde_json::to_vec(&public.0) {
        all.push(("JWK", text));
    }
    if let Ok(text) = serde_json::to_vec_pretty(&public.0) {
        all.push(("JWK over several lines", text));
    }
    let mut numbers = Vec::new();
    for (member, name) in [
        ("n", "modulus"),
        ("x", "x coordinate"),
        ("y", "y coordinate"),
    ] {
        let Some(text) = public.text(member) else {
            continue;
        };
        if let Ok(bytes) = b64::decode(text) {
            if member != "n" {
                numbers.extend_from_slice(&bytes);
            }
            all.push((name, bytes));
        }
    }
    if public.kty() == "EC" {
        all.push(("coordinates", numbers.clone()));
        all.push(("point", [&[4], &numbers[..]].concat()));
    }
    if let Some(text) = public.text("n") {
        all.push(("modulus in base64url", text.into()));
    }
    all.retain(|(_, bytes)| !bytes.is_empty());
    all
}
