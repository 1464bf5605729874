//! Key confusion: an HMAC made with a public key as its secret.

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
    decode::signed(token)
        .iter()
        .find_map(|parts| confused(parts, public))
}

/// The same for one signature.
pub(super) fn confused(parts: &Signed<'_>, public: &Jwk) -> Option<&'static str> {
    let alg = Alg::parse(parts.members().get("alg")?.as_str()?);
    if alg.family() != Family::Hmac {
        return None;
    }
    let input = parts.input(None);
    let signature = b64::decode(&parts.signature).ok()?;
    let public = public.public()?;
    let pem = pem::write(&public).ok();
    let spki = pem::spki_der(&public).ok();
    let pkcs1 = (public.kty() == "RSA")
        .then(|| pem::rsa_public_der(&public).ok())
        .flatten();
    let pkcs1_pem = pkcs1.as_ref().map(|der| pem::armour("RSA PUBLIC KEY", der));
    let jwk = serde_json::to_string(&public.0).ok();
    let text = |t: &Option<String>| t.as_ref().map(|t| t.clone().into_bytes());
    let bare = |t: &Option<String>| t.as_ref().map(|t| t.trim_end().as_bytes().to_vec());
    let crlf = |t: &Option<String>| t.as_ref().map(|t| t.replace('\n', "\r\n").into_bytes());
    let secrets: [(&'static str, Option<Vec<u8>>); 8] = [
        ("PEM", text(&pem)),
        ("PEM without final line break", bare(&pem)),
        ("PEM with CRLF", crlf(&pem)),
        ("DER", spki),
        ("PKCS#1 PEM", text(&pkcs1_pem)),
        ("PKCS#1 PEM without final line break", bare(&pkcs1_pem)),
        ("PKCS#1 DER", pkcs1),
        ("JWK", text(&jwk)),
    ];
    secrets.into_iter().find_map(|(form, secret)| {
        let key = Jwk(serde_json::Map::from_iter([
            ("kty".to_owned(), "oct".into()),
            ("k".to_owned(), b64::encode(secret?).into()),
        ]));
        crypto::verify(&key, &alg, &input, &signature)
            .is_ok()
            .then_some(form)
    })
}
