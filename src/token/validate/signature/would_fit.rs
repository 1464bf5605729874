//! Where a signature does not fit a key: what it would fit. Most signatures that fail are sound, and
//! something around them is not: the secret is written in base64, the token is cut, its issuer signs
//! another text than it sends. "Changed, or signed by another key" would send people the wrong way.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    jose::{Alg, Family, Jwk, b64, crypto, pem::Certificate},
    kit::{
        hex,
        text::{escape, shorten},
    },
    token::{decode::Signed, json_text, validate::Candidate},
};

/// Longest secret of which other readings are tried, in bytes.
const LONGEST_SECRET: usize = 4096;

/// What is known of a signature that `key` does not verify, in a sentence; `None` when nothing explains
/// it.
pub(super) fn would_fit(
    key: &Candidate,
    alg: &Alg,
    signed: &Signed<'_>,
    detached: Option<&[u8]>,
    signature: &[u8],
) -> Option<String> {
    let input = signed.input(detached);
    unpadded(&key.jwk, alg, &input, signature)
        .or_else(|| cut_short(&key.jwk, alg, signature))
        .or_else(|| hashed_nonce(&key.jwk, alg, signed, detached, signature))
        .or_else(|| authority(&key.jwk, alg, signed, &input, signature))
        .or_else(|| another_secret(&key.jwk, alg, &input, signature))
        .or_else(|| another_content(&key.jwk, alg, signed, detached, signature))
        .or_else(|| another_algorithm(&key.jwk, alg, &input, signature))
}

/// A hint for a signature that no key at hand explains, from what the token says of itself.
pub(super) fn of_itself(signed: &Signed<'_>) -> Option<String> {
    brought_nonce(signed).or_else(|| {
        let leaf = leaf(signed)?;
        Some(format!(
            "The token brings a certificate in `x5c` (subject {}, issued by {}), which is not to be \
             trusted because the token says so (RFC 7515 §4.1.6): give the certificate that you expect \
             as the key.",
            named(&leaf.subject),
            named(&leaf.issuer)
        ))
    })
}

fn brought_nonce(signed: &Signed<'_>) -> Option<String> {
    let nonce = signed.members().get("nonce")?;
    nonce.is_string().then(|| {
        "The header has a `nonce`, as tokens of Microsoft Graph do: they are signed over its SHA-256 \
         instead, and only Microsoft Graph can verify them. To nobody else are they worth anything."
            .into()
    })
}

/// The first certificate of `x5c`.
fn leaf(signed: &Signed<'_>) -> Option<Certificate> {
    let text = signed.members().get("x5c")?.as_array()?.first()?.as_str()?;
    Certificate::read(&STANDARD.decode(text).ok()?)
}

fn named(name: &str) -> String {
    if name.is_empty() {
        "without a name".into()
    } else {
        escape(&shorten(name, 120)).into_owned()
    }
}

/// The key that was given is that of the authority whose certificate the token brings.
fn authority(
    key: &Jwk,
    alg: &Alg,
    signed: &Signed<'_>,
    input: &[u8],
    signature: &[u8],
) -> Option<String> {
    let leaf = leaf(signed)?;
    (leaf.is_signed_by(key) && fits(&leaf.key, alg, input, signature)).then(|| {
        format!(
            "It fits the certificate that the token brings in `x5c` (subject {}), and this key issued \
             that certificate: once its dates, purpose and name are checked, give the certificate itself \
             as the key. A path to it is not validated here (RFC 5280 §6).",
            named(&leaf.subject)
        )
    })
}

fn lower_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fits(key: &Jwk, alg: &Alg, input: &[u8], signature: &[u8]) -> bool {
    crypto::verify(key, alg, input, signature).is_ok()
}

/// The length that a signature has by this key and algorithm, in bytes.
fn length(key: &Jwk, alg: &Alg) -> Option<usize> {
    Some(match alg {
        Alg::Hs256 => 32,
        Alg::Hs384 => 48,
        Alg::Hs512 | Alg::Es256 | Alg::Es256K => 64,
        Alg::Es384 => 96,
        Alg::Es512 => 132,
        _ => match alg.family() {
            Family::RsaPkcs1 | Family::RsaPss => {
                let modulus = b64::decode(key.text("n")?).ok()?;
                modulus.iter().skip_while(|byte| **byte == 0).count()
            }
            Family::Edwards => 64,
            _ => return None,
        },
    })
}

/// R and S without the zeros in front of them, as careless makers of ECDSA signatures write them.
fn unpadded(key: &Jwk, alg: &Alg, input: &[u8], signature: &[u8]) -> Option<String> {
    let whole = length(key, alg).filter(|_| alg.family() == Family::Ecdsa)?;
    let width = whole / 2;
    if signature.len() >= whole || signature.len() + 8 < whole {
        return None;
    }
    // Where S begins is not said: each place at which both numbers are short enough is tried.
    let fits_split = |at: usize| {
        let (r, s) = signature.split_at(at);
        let mut padded = vec![0; width.saturating_sub(r.len())];
        padded.extend_from_slice(r);
        padded.resize(padded.len() + width.saturating_sub(s.len()), 0);
        padded.extend_from_slice(s);
        padded.len() == whole && fits(key, alg, input, &padded)
    };
    (signature.len() - width..=width).find(|at| fits_split(*at))?;
    Some(format!(
        "The signature has {} bytes, and fits once R and S have their leading zeros, {whole} bytes (RFC 7518 §3.4): \
         it is not cut, its maker leaves them out.",
        signature.len()
    ))
}

/// Shorter than any signature of the algorithm: the end of the token is missing.
fn cut_short(key: &Jwk, alg: &Alg, signature: &[u8]) -> Option<String> {
    let whole = length(key, alg)?;
    let der = alg.family() == Family::Ecdsa && signature.first() == Some(&0x30);
    (signature.len() < whole && !der).then(|| {
        format!(
            "The signature has {} bytes, and {alg} by this key gives {whole}: the token is cut short.",
            signature.len()
        )
    })
}

/// Tokens for Microsoft Graph: what is signed has the hash of the nonce in its header.
fn hashed_nonce(
    key: &Jwk,
    alg: &Alg,
    signed: &Signed<'_>,
    detached: Option<&[u8]>,
    signature: &[u8],
) -> Option<String> {
    let nonce = signed.members().get("nonce")?.as_str()?;
    let header = String::from_utf8(b64::decode(&signed.protected).ok()?).ok()?;
    let hash = crypto::sha256(nonce.as_bytes());
    let spellings = [b64::encode(&hash), lower_hex(&hash)];
    let signed_so = spellings.into_iter().any(|spelling| {
        let Some(header) = json_text::set(&header, "/nonce", Some(&Value::from(spelling))) else {
            return false;
        };
        let rest = signed.input(detached);
        let rest = rest.get(signed.protected.len()..).unwrap_or_default();
        let input = [b64::encode(header).as_bytes(), rest].concat();
        fits(key, alg, &input, signature)
    });
    if signed_so {
        return Some(
            "It fits once the `nonce` of the header is replaced by its SHA-256: this is a token for \
             Microsoft Graph, unaltered, which nobody else is meant to verify."
                .into(),
        );
    }
    brought_nonce(signed)
}

/// A shared secret that was read in another way than it is written.
fn another_secret(key: &Jwk, alg: &Alg, input: &[u8], signature: &[u8]) -> Option<String> {
    if alg.family() != Family::Hmac || key.kty() != "oct" {
        return None;
    }
    let secret = crypto::keys::secret(key).ok()?;
    if secret.len() > LONGEST_SECRET {
        return None;
    }
    let text = std::str::from_utf8(&secret).ok();
    let trimmed = text.map(str::trim);
    let dense: Option<Zeroizing<String>> =
        text.map(|text| Zeroizing::new(text.split_whitespace().collect()));
    let dense = dense.as_ref().map(|text| text.as_str());
    let unquoted = trimmed.and_then(|text| {
        let inner = text.strip_prefix('"')?.strip_suffix('"');
        inner.or_else(|| text.strip_prefix('\'')?.strip_suffix('\''))
    });
    let with = |end: &[u8]| Some([&secret[..], end].concat());
    let readings: [(&str, Option<Vec<u8>>); 12] = [
        (
            "the secret decoded from base64",
            dense.and_then(|text| {
                STANDARD
                    .decode(text)
                    .or_else(|_| STANDARD_NO_PAD.decode(text))
                    .ok()
            }),
        ),
        (
            "the secret decoded from base64url",
            dense.and_then(|text| b64::decode(text.trim_end_matches('=')).ok()),
        ),
        (
            "the secret decoded from hexadecimal",
            dense.and_then(|text| hex::read(text).ok()),
        ),
        (
            "the secret with a line break at its end (LF), which its file may have",
            with(b"\n"),
        ),
        (
            "the secret with a line break at its end (CR LF), which its file may have",
            with(b"\r\n"),
        ),
        (
            "the secret without the white space around it",
            trimmed.map(|text| text.as_bytes().to_vec()),
        ),
        (
            "the secret without the quotes around it",
            unquoted.map(|text| text.as_bytes().to_vec()),
        ),
        (
            "the secret written in base64",
            Some(STANDARD.encode(&*secret).into_bytes()),
        ),
        (
            "the secret written in base64url",
            Some(b64::encode(&*secret).into_bytes()),
        ),
        (
            "the secret written in hexadecimal",
            Some(lower_hex(&secret).into_bytes()),
        ),
        ("the secret with a zero byte at its end", with(b"\0")),
        (
            "the secret in small letters",
            text.map(|text| text.to_lowercase().into_bytes()),
        ),
    ];
    readings.into_iter().find_map(|(words, reading)| {
        let reading = Zeroizing::new(reading?);
        if reading.is_empty() || *reading == *secret {
            return None;
        }
        let mut members = Map::new();
        members.insert("kty".into(), "oct".into());
        members.insert("k".into(), b64::encode(&*reading).into());
        fits(&Jwk(members), alg, input, signature).then(|| {
            format!("It fits {words}: the token is unaltered, the secret was read wrongly.")
        })
    })
}

/// Detached content that has gained or lost a line break, or is encoded the other way.
fn another_content(
    key: &Jwk,
    alg: &Alg,
    signed: &Signed<'_>,
    detached: Option<&[u8]>,
    signature: &[u8],
) -> Option<String> {
    let content = detached?;
    let ends: [(&str, Option<Vec<u8>>); 5] = [
        (
            "without the line break at its end",
            content.strip_suffix(b"\n").map(<[u8]>::to_vec),
        ),
        (
            "without the line break (CR LF) at its end",
            content.strip_suffix(b"\r\n").map(<[u8]>::to_vec),
        ),
        (
            "with a line break at its end",
            Some([content, b"\n"].concat()),
        ),
        (
            "with LF instead of CR LF",
            std::str::from_utf8(content)
                .ok()
                .filter(|text| text.contains("\r\n"))
                .map(|text| text.replace("\r\n", "\n").into_bytes()),
        ),
        (
            "without the white space around it",
            Some(content.trim_ascii().to_vec()),
        ),
    ];
    for (words, content) in ends {
        let Some(other) = content.filter(|other| other.as_slice() != detached.unwrap_or_default())
        else {
            continue;
        };
        if fits(key, alg, &signed.input(Some(&other)), signature) {
            return Some(format!(
                "It fits the detached content {words}: it was signed so."
            ));
        }
    }
    let head = signed.protected.as_bytes();
    let other = if signed.unencoded() {
        [head, b".", b64::encode(content).as_bytes()].concat()
    } else {
        [head, b".", content].concat()
    };
    fits(key, alg, &other, signature).then(|| {
        if signed.unencoded() {
            "It fits the detached content in base64url, although the header says `b64: false` (RFC 7797 §3)."
        } else {
            "It fits the detached content as it stands, as with `b64: false`, which the header does not say (RFC 7797 §3)."
        }
        .into()
    })
}

/// The same key under another algorithm than the header names.
fn another_algorithm(key: &Jwk, alg: &Alg, input: &[u8], signature: &[u8]) -> Option<String> {
    const BY_FAMILY: [&[Alg]; 2] = [
        &[
            Alg::Rs256,
            Alg::Rs384,
            Alg::Rs512,
            Alg::Ps256,
            Alg::Ps384,
            Alg::Ps512,
        ],
        &[Alg::Hs256, Alg::Hs384, Alg::Hs512],
    ];
    let mut open = key.clone();
    open.0.remove("alg");
    let family = BY_FAMILY.into_iter().find(|all| all.contains(alg))?;
    let made = family
        .iter()
        .find(|other| *other != alg && fits(&open, other, input, signature))?;
    Some(format!(
        "It fits this key under {made}, but the header says {alg}: it was changed, or its maker names the wrong algorithm."
    ))
}
