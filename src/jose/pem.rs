//! Keys as people have them: PEM, DER, JWK, JWKS. Reads any, says what it read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    b64,
    crypto::keys::{self, CURVES, Curve},
    der::{self, Reader},
    jwk::{Jwk, KeyError},
};
use crate::kit::{json, text::escape};

const ACCEPTED: &str = "Accepted are PEM (PRIVATE KEY, EC PRIVATE KEY, RSA PRIVATE KEY, PUBLIC KEY, \
     RSA PUBLIC KEY, CERTIFICATE), JWK and JWKS";

/// id-ecPublicKey (RFC 5480 §2.1.1).
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// rsaEncryption (RFC 3279 §2.3.1).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-RSASSA-PSS (RFC 4055 §3.1).
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// RFC 8410 §3.
const OKP: [(&[u8], &str); 4] = [
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x65, 0x6f], "X448"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
];

/// Reads one key, or several (JWKS), from `text`: PEM (`PRIVATE KEY`, `EC PRIVATE KEY`,
/// `RSA PRIVATE KEY`, `PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`), the base64 of such a PEM
/// without its BEGIN and END lines, JWK, or JWKS. Anything else is refused with what it looks like
/// and what is accepted; a bare secret is never guessed.
pub fn read(text: &str) -> Result<Vec<Jwk>, KeyError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(KeyError::Format(format!(
            "there is no key: the text is empty. {ACCEPTED}."
        )));
    }
    if text.starts_with(['{', '[']) {
        return read_json(text);
    }
    if text.contains("-----BEGIN ") {
        return read_pem(text);
    }
    if let Some(found) = looks_like(text) {
        return Err(KeyError::Format(format!("this is {found}. {ACCEPTED}.")));
    }
    if let Some(key) = unarmoured(text) {
        return key.map(|k| vec![k]);
    }
    Err(KeyError::Format(format!(
        "this is no key in a form that is read here. {ACCEPTED}. A shared secret is a JWK: \
         {{\"kty\":\"oct\",\"k\":\"BASE64URL\"}}."
    )))
}

/// [`read`] for the bytes of a file, which may be DER as well.
pub fn read_bytes(bytes: &[u8]) -> Result<Vec<Jwk>, KeyError> {
    if bytes.first() == Some(&der::SEQUENCE)
        && let Some(key) = from_der(bytes)
    {
        return key.map(|k| vec![k]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text),
        Err(_) => Err(KeyError::Format(format!(
            "these {} bytes are neither text nor a DER key (PKCS#12 and Java key stores are not \
             read). {ACCEPTED}.",
            bytes.len()
        ))),
    }
}

/// What text that is no key seems to be.
fn looks_like(text: &str) -> Option<String> {
    let word = text.split_whitespace().next().unwrap_or("");
    if word.starts_with("ey") && word.contains('.') || text.starts_with("Bearer ") {
        return Some("a token, not a key: the key is what verifies or signs it".into());
    }
    if word.starts_with("ssh-") || word.starts_with("ecdsa-sha2-") || word.starts_with("sk-ssh") {
        return Some(
            "an OpenSSH public key: convert it with `ssh-keygen -e -m PKCS8 -f FILE`".into(),
        );
    }
    if word.starts_with("https://") || word.starts_with("http://") {
        return Some("a URL: give the key set that it leads to, or use it as a JWKS URL".into());
    }
    if text.starts_with("PuTTY-User-Key-File") {
        return Some("a PuTTY key: export it from PuTTYgen as OpenSSL".into());
    }
    None
}

fn read_json(text: &str) -> Result<Vec<Jwk>, KeyError> {
    let value = json::parse(text.as_bytes())
        .map_err(|e| KeyError::Format(format!("this looks like a JWK, but is not JSON: {e}")))?
        .value;
    match value {
        Value::Array(items) => set(items),
        Value::Object(mut members) => {
            if let Some(Value::Array(items)) = members.get_mut("keys") {
                let items = std::mem::take(items);
                return set(items);
            }
            // What `keys generate --json` prints.
            if let Some(Value::Object(private)) = members.remove("private")
                && !members.contains_key("kty")
            {
                members = private;
            }
            single(members).map(|k| vec![k])
        }
        _ => Err(KeyError::Format(format!(
            "this JSON is no key. {ACCEPTED}."
        ))),
    }
}

fn set(items: Vec<Value>) -> Result<Vec<Jwk>, KeyError> {
    let keys: Vec<Jwk> = items
        .into_iter()
        .filter_map(|item| match item {
            Value::Object(members) => Some(Jwk(members)),
            _ => None,
        })
        .collect();
    if keys.is_empty() {
        return Err(KeyError::Format("this key set holds no key".into()));
    }
    Ok(keys)
}

fn single(members: Map<String, Value>) -> Result<Jwk, KeyError> {
    if !members.contains_key("kty") {
        let mut names: Vec<String> = members
            .keys()
            .take(4)
            .map(|n| format!("`{}`", escape(n)))
            .collect();
        if members.len() > 4 {
            names.push("…".into());
        }
        let found = if members.contains_key("jwks_uri") {
            "this is server metadata: give the key set behind its `jwks_uri`".to_owned()
        } else if names.is_empty() {
            "this JSON object is empty".to_owned()
        } else {
            format!("this JSON object has {} but no `kty`", names.join(", "))
        };
        return Err(KeyError::Format(format!(
            "{found}: it is no JWK. {ACCEPTED}."
        )));
    }
    let key = Jwk(members);
    check(&key)?;
    Ok(key)
}

/// Checks that the members of a key belong together; keys that are known but cannot be used here
/// pass, so that they can be shown.
fn check(key: &Jwk) -> Result<(), KeyError> {
    let result = match (key.kty(), key.is_private()) {
        ("EC", false) => keys::ec_point(key).map(drop),
        ("EC", true) => keys::ec_pair(key).map(drop),
        ("OKP", false) => keys::ed25519_public(key).map(drop),
        ("OKP", true) => keys::ed25519_pair(key).map(drop),
        ("RSA", false) => keys::rsa_public(key).map(drop),
        // A private key without its primes is legal (RFC 7518 §6.3.2): it is shown, and verifies.
        ("RSA", true) if !key.0.contains_key("p") => keys::rsa_public(key).map(drop),
        ("RSA", true) => keys::rsa_pair(key).map(drop),
        ("oct", _) => keys::secret(key).map(drop),
        (other, _) => {
            return Err(KeyError::Unsupported(format!(
                "the key type `{}`",
                escape(other)
            )));
        }
    };
    match result {
        Err(KeyError::Unsupported(_)) => Ok(()),
        other => other,
    }
}

struct Block<'a> {
    label: &'a str,
    body: &'a str,
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, KeyError> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else {
            return Err(KeyError::Format(
                "the BEGIN line of this PEM is cut off".into(),
            ));
        };
        let Some((body, after)) = body.split_once("-----END ") else {
            return Err(KeyError::Format(format!(
                "this PEM has no END line: `-----END {}-----` is missing",
                escape(label)
            )));
        };
        found.push(Block { label, body });
        rest = after;
    }
    Ok(found)
}

fn read_pem(text: &str) -> Result<Vec<Jwk>, KeyError> {
    let mut keys = Vec::new();
    for Block { label, body } in blocks(text)? {
        if label == "EC PARAMETERS" {
            continue; // `openssl ecparam -genkey` writes them before the key, which repeats them
        }
        if label == "ENCRYPTED PRIVATE KEY" || body.contains("ENCRYPTED") {
            return Err(KeyError::Format(
                "this private key is encrypted: decrypt it first, for example with \
                 `openssl pkey -in FILE -out PLAIN`"
                    .into(),
            ));
        }
        if label == "OPENSSH PRIVATE KEY" {
            return Err(KeyError::Format(format!(
                "this is an OpenSSH private key: copy it and convert the copy with \
                 `ssh-keygen -p -m PKCS8 -f COPY`. {ACCEPTED}."
            )));
        }
        // One line with `\n` in it is how keys stand in JSON and environment files.
        let body: Zeroizing<String> = Zeroizing::new(
            body.replace("\\r", "")
                .replace("\\n", "")
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect(),
        );
        let bytes = STANDARD
            .decode(body.as_bytes())
            .map(Zeroizing::new)
            .map_err(|e| {
                KeyError::Format(match e {
                    base64::DecodeError::InvalidByte(at, _) => format!(
                        "the PEM of this {} has a character at {at} that is not base64",
                        escape(label)
                    ),
                    _ => format!("the PEM of this {} is cut off", escape(label)),
                })
            })?;
        let damaged =
            || KeyError::Format(format!("the content of this {} is damaged", escape(label)));
        keys.push(match label {
            "PRIVATE KEY" => from_pkcs8(&bytes)?,
            "PUBLIC KEY" => spki(&bytes).ok_or_else(damaged)??,
            "RSA PRIVATE KEY" => keys::rsa_from_pkcs1(&bytes)?,
            "RSA PUBLIC KEY" => rsa_public(&bytes).ok_or_else(damaged)?,
            "EC PRIVATE KEY" => sec1(&bytes).ok_or_else(damaged)??,
            "CERTIFICATE" | "TRUSTED CERTIFICATE" => certificate(&bytes).ok_or_else(damaged)??,
            other => {
                return Err(KeyError::Format(format!(
                    "this is a PEM of `{}`. {ACCEPTED}.",
                    escape(other)
                )));
            }
        });
    }
    if keys.is_empty() {
        return Err(KeyError::Format(format!(
            "this PEM holds no key. {ACCEPTED}."
        )));
    }
    Ok(keys)
}

/// Base64 of DER without its BEGIN and END lines, as some servers show their keys.
fn unarmoured(text: &str) -> Option<Result<Jwk, KeyError>> {
    if !text.starts_with('M') {
        return None; // DER starts with SEQUENCE, 0x30
    }
    let body: Zeroizing<String> =
        Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
    let bytes = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
    from_der(&bytes)
}

/// A key from DER, told by its structure. `None` when it is no key's structure.
fn from_der(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut inner = Reader::new(bytes).enter(der::SEQUENCE)?;
    match inner.any()? {
        (der::SEQUENCE, _) => spki(bytes).or_else(|| certificate(bytes)),
        (der::INTEGER, first) => match (first, inner.any()?.0) {
            ([0 | 1], der::SEQUENCE) => Some(from_pkcs8(bytes)),
            ([1], der::OCTET_STRING) => sec1(bytes),
            ([0], der::INTEGER) => Some(keys::rsa_from_pkcs1(bytes)),
            (_, der::INTEGER) => rsa_public(bytes).map(Ok),
            _ => None,
        },
        _ => None,
    }
}

fn named_curve(oid: &[u8]) -> Result<&'static Curve, KeyError> {
    CURVES
        .iter()
        .find(|c| c.oid == oid)
        .ok_or_else(|| KeyError::Unsupported("the curve of this EC key".into()))
}

/// A private key from PKCS#8 (RFC 5958).
pub(super) fn from_pkcs8(bytes: &[u8]) -> Result<Jwk, KeyError> {
    let damaged = || KeyError::Format("the content of this PRIVATE KEY is damaged".into());
    let mut outer = Reader::new(bytes)
        .enter(der::SEQUENCE)
        .ok_or_else(damaged)?;
    outer.take(der::INTEGER).ok_or_else(damaged)?;
    let mut algorithm = outer.enter(der::SEQUENCE).ok_or_else(damaged)?;
    let oid = algorithm.take(der::OID).ok_or_else(damaged)?;
    let content = outer.take(der::OCTET_STRING).ok_or_else(damaged)?;
    if oid == EC {
        let curve = named_curve(algorithm.take(der::OID).ok_or_else(|| {
            KeyError::Unsupported("an EC key whose curve is not given by name".into())
        })?)?;
        return keys::ec_from_der(curve, bytes);
    }
    if oid == RSA || oid == RSA_PSS {
        return keys::rsa_from_pkcs1(content);
    }
    match OKP.iter().find(|(o, _)| *o == oid) {
        Some((_, "Ed25519")) => keys::ed25519_from_pkcs8(bytes),
        Some((_, name)) => Err(KeyError::Unsupported(format!("a private key of {name}"))),
        None => Err(KeyError::Unsupported(
            "the algorithm of this private key".into(),
        )),
    }
}

/// A private EC key from SEC 1 (RFC 5915), the curve named inside.
fn sec1(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut reader = Reader::new(bytes).enter(der::SEQUENCE)?;
    reader.take(der::INTEGER)?;
    let d = reader.take(der::OCTET_STRING)?;
    let oid = reader
        .enter(der::CONTEXT_0)
        .and_then(|mut parameters| parameters.take(der::OID));
    Some(match oid {
        Some(oid) => named_curve(oid).and_then(|curve| keys::ec_from_der(curve, bytes)),
        None => Err(KeyError::Unsupported(format!(
            "an EC PRIVATE KEY of {} bytes without the name of its curve",
            d.len()
        ))),
    })
}

fn rsa_public(bytes: &[u8]) -> Option<Jwk> {
    let mut reader = Reader::new(bytes).enter(der::SEQUENCE)?;
    let (n, e) = (reader.unsigned()?, reader.unsigned()?);
    reader.is_empty().then(|| {
        Jwk(Map::from_iter([
            ("kty".to_owned(), "RSA".into()),
            ("n".to_owned(), b64::encode(n).into()),
            ("e".to_owned(), b64::encode(e).into()),
        ]))
    })
}

/// A public key from `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
fn spki(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut outer = Reader::new(bytes).enter(der::SEQUENCE)?;
    let mut algorithm = outer.enter(der::SEQUENCE)?;
    let oid = algorithm.take(der::OID)?;
    let content = outer.bits()?;
    if oid == EC {
        let curve = algorithm.take(der::OID).map_or_else(
            || {
                Err(KeyError::Unsupported(
                    "an EC key whose curve is not given by name".into(),
                ))
            },
            named_curve,
        );
        return Some(curve.and_then(|curve| keys::ec_public_jwk(curve, content)));
    }
    if oid == RSA || oid == RSA_PSS {
        return rsa_public(content).map(Ok);
    }
    Some(match OKP.iter().find(|(o, _)| *o == oid) {
        Some((_, name)) => Ok(Jwk(Map::from_iter([
            ("kty".to_owned(), "OKP".into()),
            ("crv".to_owned(), (*name).into()),
            ("x".to_owned(), b64::encode(content).into()),
        ]))),
        None => Err(KeyError::Unsupported(
            "the algorithm of this public key".into(),
        )),
    })
}

/// The public key of an X.509 certificate (RFC 5280 §4.1). Nothing of the certificate is verified.
fn certificate(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut tbs = Reader::new(bytes)
        .enter(der::SEQUENCE)?
        .enter(der::SEQUENCE)?;
    tbs.take(der::CONTEXT_0); // version, absent in v1
    tbs.take(der::INTEGER)?; // serial number
    for _ in 0..4 {
        tbs.take(der::SEQUENCE)?; // signature, issuer, validity, subject
    }
    spki(&der::element(der::SEQUENCE, tbs.take(der::SEQUENCE)?))
}

/// `SubjectPublicKeyInfo` of the public part of a key, as DER.
pub fn spki_der(jwk: &Jwk) -> Result<Vec<u8>, KeyError> {
    let (algorithm, content) =
        match jwk.kty() {
            "EC" => {
                let point = keys::ec_point(jwk)?;
                let name = jwk.text("crv").unwrap_or("");
                let curve = CURVES.iter().find(|c| c.name == name).ok_or_else(|| {
                    KeyError::Unsupported(format!("the curve `{}`", escape(name)))
                })?;
                (
                    vec![
                        der::element(der::OID, EC),
                        der::element(der::OID, curve.oid),
                    ],
                    point,
                )
            }
            "OKP" => {
                let name = jwk.text("crv").unwrap_or("");
                let (oid, _) = OKP.iter().find(|(_, n)| *n == name).ok_or_else(|| {
                    KeyError::Unsupported(format!("the curve `{}`", escape(name)))
                })?;
                (vec![der::element(der::OID, oid)], member(jwk, "x")?)
            }
            "RSA" => (
                vec![der::element(der::OID, RSA), der::element(der::NULL, &[])],
                rsa_public_der(jwk)?,
            ),
            "oct" => {
                return Err(KeyError::Format(
                    "a shared secret has no PEM form: keep it as a JWK".into(),
                ));
            }
            other => {
                return Err(KeyError::Unsupported(format!(
                    "the key type `{}`",
                    escape(other)
                )));
            }
        };
    Ok(der::sequence(&[
        der::sequence(&algorithm),
        der::bits(&content),
    ]))
}

/// `RSAPublicKey` (RFC 8017 §A.1.1).
pub fn rsa_public_der(jwk: &Jwk) -> Result<Vec<u8>, KeyError> {
    Ok(der::sequence(&[
        der::unsigned(&member(jwk, "n")?),
        der::unsigned(&member(jwk, "e")?),
    ]))
}

fn member(jwk: &Jwk, name: &'static str) -> Result<Vec<u8>, KeyError> {
    jwk.text(name)
        .and_then(|text| b64::decode(text).ok())
        .ok_or(KeyError::Member {
            member: name,
            reason: "missing, or not base64url".into(),
        })
}

/// A private key as PKCS#8 PEM, a public one as SPKI PEM. A symmetric key has no PEM form.
pub fn write(jwk: &Jwk) -> Result<String, KeyError> {
    if jwk.is_private() && jwk.kty() != "oct" {
        Ok(armour("PRIVATE KEY", &keys::pkcs8(jwk)?))
    } else {
        Ok(armour("PUBLIC KEY", &spki_der(jwk)?))
    }
}

/// PEM (RFC 7468 §2): 64 characters a line, with a final line break.
pub fn armour(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}
