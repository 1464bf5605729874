//! An HMAC with bytes that are no secret.

use crate::attack::{Family, Forged, Forgery, Need, draft::Draft};
use crate::{
    jose::{Jwk, pem},
    kit::text::escape,
};

const BLANK: &str = "A blank secret verifies: anyone can write any token.";
const WORD: &str =
    "The shared secret is a well-known word: anyone can write any token (RFC 8725 §3.5).";
const CONFUSED: &str = "The header's HS256 is believed and the public key is used as the secret: anyone can write any token (RFC 8725 §2.1).";
const CATALOGUE: &str =
    "RFC 8725 §2.1, §3.1; jwt_tool, JWT Editor, PortSwigger, jwt-hack, Wycheproof";
const NEEDS: &[Need] = &[Need::PublicKey];

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Hmac;
    vec![
        Forgery::token(F, "hmac-blank", "Blank secret", "`alg` becomes HS256; the HMAC is made with an empty secret.", "RFC 7518 §3.2; jwt_tool (CVE-2019-20933), Wycheproof", BLANK, |d| d.hmac(b"")),
        Forgery::token(F, "hmac-nul", "NUL byte as secret", "`alg` becomes HS256; the HMAC is made with one zero byte.", "RFC 7518 §3.2; JWT Editor", BLANK, |d| d.hmac(b"\0")),
        Forgery::token(F, "hmac-word-secret", "Secret `secret`", "`alg` becomes HS256; the secret is the word `secret`.", "RFC 8725 §3.5; jwt_tool", WORD, |d| d.hmac(b"secret")),
        Forgery::token(F, "hmac-word-sample", "Secret of the well-known sample", "`alg` becomes HS256; the secret is the one that tutorials sign with, `your-256-bit-secret`.", "RFC 8725 §3.5; jwt-hack", WORD, |d| d.hmac(b"your-256-bit-secret")),
        Forgery::token(F, "hmac-word-changeme", "Secret `changeme`", "`alg` becomes HS256; the secret is the word `changeme`.", "RFC 8725 §3.5; jwt_tool", WORD, |d| d.hmac(b"changeme")),
        Forgery::token(F, "hmac-public-pem", "Public key as secret: PEM", "`alg` becomes HS256; the secret is the issuer's public key as PEM (SPKI), with its final line break.", CATALOGUE, CONFUSED, |d| public(d, |k| pem_of(k).map(String::into_bytes))).needing(NEEDS),
        Forgery::token(F, "hmac-public-pem-no-newline", "Public key as secret: PEM without final line break", "As the PEM, but without the line break at its end.", CATALOGUE, CONFUSED, |d| public(d, |k| Ok(pem_of(k)?.trim_end().as_bytes().to_vec()))).needing(NEEDS),
        Forgery::token(F, "hmac-public-pem-crlf", "Public key as secret: PEM with CRLF", "As the PEM, but its lines end in CR LF.", CATALOGUE, CONFUSED, |d| public(d, |k| Ok(pem_of(k)?.replace('\n', "\r\n").into_bytes()))).needing(NEEDS),
        Forgery::token(F, "hmac-public-der", "Public key as secret: DER", "`alg` becomes HS256; the secret is the issuer's public key as DER (SPKI).", CATALOGUE, CONFUSED, |d| public(d, |k| pem::spki_der(k).map_err(|e| e.to_string()))).needing(NEEDS),
        Forgery::token(F, "hmac-public-jwk", "Public key as secret: JWK", "`alg` becomes HS256; the secret is the text of the issuer's public JWK.", CATALOGUE, CONFUSED, |d| public(d, |k| serde_json::to_vec(&k.0).map_err(|e| e.to_string()))).needing(NEEDS),
        Forgery::token(F, "hmac-public-pkcs1-pem", "Public key as secret: PKCS#1 PEM", "`alg` becomes HS256; the secret is the issuer's RSA public key as PKCS#1 PEM.", CATALOGUE, CONFUSED, |d| public(d, |k| Ok(pem::armour("RSA PUBLIC KEY", &pkcs1(k)?).into_bytes()))).needing(NEEDS),
        Forgery::token(F, "hmac-public-pkcs1-der", "Public key as secret: PKCS#1 DER", "`alg` becomes HS256; the secret is the issuer's RSA public key as PKCS#1 DER.", CATALOGUE, CONFUSED, |d| public(d, pkcs1)).needing(NEEDS),
        Forgery::token(F, "hmac-public-modulus", "Public key as secret: key bytes", "`alg` becomes HS256; the secret is the bare key: the modulus, or the coordinates of the point.", "RFC 8725 §2.1; own", CONFUSED, |d| public(d, bare)).needing(NEEDS),
    ]
}

fn public(d: &Draft<'_>, secret: impl Fn(&Jwk) -> Result<Vec<u8>, String>) -> Forged {
    let key = d.with.public.as_ref().ok_or_else(|| {
        if d.with.signing.is_some() {
            "the issuer signs with a shared secret: it has no public key".to_owned()
        } else {
            "needs the issuer's public key: give its key set or PEM".to_owned()
        }
    })?;
    d.hmac(&secret(key)?)
}

fn pem_of(key: &Jwk) -> Result<String, String> {
    pem::write(key).map_err(|e| e.to_string())
}

fn pkcs1(key: &Jwk) -> Result<Vec<u8>, String> {
    if key.kty() != "RSA" {
        return Err(format!(
            "PKCS#1 is for RSA keys, and the issuer's is {}",
            escape(&key.describe())
        ));
    }
    pem::rsa_public_der(key).map_err(|e| e.to_string())
}

fn bare(key: &Jwk) -> Result<Vec<u8>, String> {
    let member = |name: &str| {
        key.text(name)
            .and_then(|text| crate::jose::b64::decode(text).ok())
            .ok_or_else(|| format!("the issuer's key has no `{name}`"))
    };
    match key.kty() {
        "RSA" => member("n"),
        "EC" => Ok([member("x")?, member("y")?].concat()),
        _ => member("x"),
    }
}
