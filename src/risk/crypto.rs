//! Rules 1xx: header and cryptography.

use base64::Engine as _;
use serde::de::IgnoredAny;

use super::{
    Severity,
    facts::{Facts, listed, shown},
    sink::{Draft, Sink},
};
use crate::{
    evidence::Evidence,
    jose::{Alg, Family, Jwk, b64, crypto, jws::Compact, pem},
    token::{
        Form, Kind, ProblemKind,
        validate::{KeyOwner, Signature},
    },
};

/// Bytes of public keys that a confused verifier might use as an HMAC secret (RFC 8725 §2.1), and the
/// issuers that are known to publish asymmetric keys.
pub(super) struct Confusable<'a> {
    evidence: &'a Evidence,
    /// Issuer, what the bytes are, the bytes as a symmetric key.
    secrets: Vec<(&'a str, &'static str, Jwk)>,
}

impl<'a> Confusable<'a> {
    /// Keys that are tried, so that a hostile key set costs little.
    const MOST: usize = 64;

    pub fn of(evidence: &'a Evidence) -> Self {
        let mut secrets = Vec::new();
        // Only worth the work when there is an HMAC to try.
        let any = evidence.hops.iter().any(|hop| {
            hop.token
                .header_text("alg")
                .is_some_and(|alg| Alg::parse(alg).family() == Family::Hmac)
        });
        let keys = evidence
            .public_keys
            .iter()
            .take(if any { Self::MOST } else { 0 });
        for (issuer, key) in keys {
            let Some(key) = key.public() else { continue };
            if let Ok(text) = pem::write(&key) {
                let trimmed = text.trim_end();
                secrets.push((issuer.as_str(), "its PEM text", symmetric(text.as_bytes())));
                if trimmed.len() < text.len() {
                    secrets.push((
                        issuer.as_str(),
                        "its PEM text without the last line break",
                        symmetric(trimmed.as_bytes()),
                    ));
                }
                let der: String = text.lines().filter(|l| !l.starts_with("-----")).collect();
                if let Ok(der) = base64::engine::general_purpose::STANDARD.decode(der) {
                    secrets.push((issuer.as_str(), "its DER bytes", symmetric(&der)));
                }
            }
            let json = serde_json::Value::Object(key.0.clone()).to_string();
            secrets.push((issuer.as_str(), "its JWK text", symmetric(json.as_bytes())));
            for (member, what) in [("n", "its modulus"), ("x", "its x coordinate")] {
                if let Some(bytes) = key.text(member).and_then(|t| b64::decode(t).ok()) {
                    secrets.push((issuer.as_str(), what, symmetric(&bytes)));
                }
            }
        }
        Self { evidence, secrets }
    }

    /// What the HMAC of a token verifies with, if with any public key.
    fn forged_with(&self, facts: &Facts<'_>, alg: &Alg) -> Option<(&'a str, &'static str)> {
        let parts = (facts.token.form == Form::Compact)
            .then(|| Compact::split(facts.token.jws()))
            .flatten()?;
        let signature = b64::decode(parts.signature).ok()?;
        let input = parts.signing_input();
        let verifies = |key: &Jwk| crypto::verify(key, alg, input.as_bytes(), &signature).is_ok();
        self.secrets
            .iter()
            .find(|(_, _, key)| verifies(key))
            .map(|(issuer, what, _)| (*issuer, *what))
    }
}

fn symmetric(bytes: &[u8]) -> Jwk {
    let mut members = serde_json::Map::new();
    members.insert("kty".into(), "oct".into());
    members.insert("k".into(), b64::encode(bytes).into());
    Jwk(members)
}

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize, confusable: &Confusable<'_>) {
    unsigned(sink, hop);
    hmac(sink, hop, confusable);
    typ(sink, hop);
    signature(sink, hop);
    ambiguous(sink, hop);
}

/// DG-101.
fn unsigned(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.is_jws() {
        let why = "only a JWS has a signature that can be seen from outside";
        return sink.unknown("DG-101", hop, why);
    }
    let alg = facts.token.header_text("alg");
    let none = alg.is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
    if !none && facts.token.signature_present {
        if alg.is_none() {
            sink.unknown("DG-101", hop, "the header has no `alg`");
        }
        return;
    }
    let (claim, found) = if none {
        ("header.alg", shown(alg.unwrap_or_default()))
    } else {
        ("signature", "empty".to_owned())
    };
    let draft = Draft {
        claim: claim.into(),
        found,
        expected: "a signature by the issuer's asymmetric key".into(),
        message: format!(
            "{} about {} is not signed: anybody can have written it.",
            facts.the_token(),
            facts.who()
        ),
    };
    sink.token("DG-101", hop, Severity::Critical, draft);
}

/// DG-102.
fn hmac(sink: &mut Sink<'_, '_>, hop: usize, confusable: &Confusable<'_>) {
    let facts = &sink.facts[hop];
    let Some(alg) = facts.alg() else {
        return sink.unknown("DG-102", hop, "the header has no `alg` that can be read");
    };
    // A `client_secret_jwt` assertion is HMAC by design: its receiver shares the secret.
    if alg.family() != Family::Hmac || facts.kind == Kind::ClientAssertion {
        return;
    }
    let found = shown(alg.name());
    let expected = "ES256, PS256 or Ed25519: only the issuer can sign".to_owned();
    if let Some((issuer, what)) = confusable.forged_with(facts, &alg) {
        let draft = Draft {
            claim: "header.alg".into(),
            found: format!("{found}, verifies with the public key of {}", shown(issuer)),
            expected,
            message: format!(
                "The HMAC of {} verifies with the public key of {} ({what}) as its secret: whoever \
                 can read that key forges such tokens.",
                facts.name(),
                shown(issuer)
            ),
        };
        return sink.token("DG-102", hop, Severity::Critical, draft);
    }
    let Some(iss) = facts.iss else {
        return sink.unknown(
            "DG-102",
            hop,
            "without `iss` it is unknown whose HMAC it is",
        );
    };
    let publishes = confusable.evidence.asymmetric_issuers.contains(iss);
    let reason = match &facts.audiences {
        _ if publishes => format!("{} publishes asymmetric keys", shown(iss)),
        Some(aud) if !aud.contains(iss) => format!(
            "{} would need the issuer's secret to verify it",
            listed(aud.iter().map(String::as_str))
        ),
        Some(_) => return, // the issuer is its own verifier
        None => return sink.unknown("DG-102", hop, "without `aud` it is unknown who verifies it"),
    };
    let draft = Draft {
        claim: "header.alg".into(),
        found,
        expected,
        message: format!(
            "{} is signed with {}, yet {reason}: every verifier can forge it.",
            facts.the_token(),
            shown(alg.name())
        ),
    };
    sink.token("DG-102", hop, Severity::High, draft);
}

/// DG-111.
fn typ(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let (expected, base) = match facts.kind {
        Kind::AccessToken | Kind::PresumedAccessToken => ("at+jwt", Severity::Medium),
        Kind::DpopProof => ("dpop+jwt", Severity::Low),
        Kind::ClientAssertion => ("client-authentication+jwt", Severity::Low),
        Kind::TxnToken => ("txntoken+jwt", Severity::Low),
        Kind::IdJag => ("oauth-id-jag+jwt", Severity::Low),
        Kind::LogoutToken => ("logout+jwt", Severity::Low),
        Kind::SecurityEvent => ("secevent+jwt", Severity::Low),
        Kind::RequestObject => ("oauth-authz-req+jwt", Severity::Low),
        Kind::IntrospectionResponse => ("token-introspection+jwt", Severity::Low),
        Kind::Encrypted
        | Kind::Opaque
        | Kind::NestedJwt
        | Kind::Paseto
        | Kind::Macaroon
        | Kind::Biscuit
        | Kind::SamlAssertion => {
            return sink.unknown("DG-111", hop, "the type of the content cannot be read");
        }
        // No profile gives these a type, or they are known by their type alone.
        _ => return,
    };
    if facts.token.header.is_none() {
        return sink.unknown("DG-111", hop, "the header cannot be read");
    }
    let typ = facts.token.header_text("typ");
    if typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt")) {
        return;
    }
    let draft = Draft {
        claim: "header.typ".into(),
        found: typ.map_or_else(|| "absent".into(), shown),
        expected: format!("`{expected}`"),
        message: format!(
            "{} does not say in `typ` what it is for: it can pass as another kind.",
            facts.the_token()
        ),
    };
    sink.token("DG-111", hop, base, draft);
}

/// DG-113.
fn signature(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let Some(verdict) = &facts.hop.verdict else {
        return sink.unknown("DG-113", hop, "no verification was tried: there is no key");
    };
    let (base, found) = match verdict.signature {
        Signature::Valid if verdict.signer() == Some(KeyOwner::Other) => {
            (Severity::High, "verifies, but not with a key of the issuer")
        }
        Signature::Valid => return,
        Signature::Invalid => (Severity::Critical, "does not verify"),
        Signature::NoKey => (Severity::Medium, "no key found"),
        Signature::Unsupported => {
            return sink.unknown("DG-113", hop, format!("not checked: {}", verdict.reason));
        }
        Signature::None => {
            return sink.unknown("DG-113", hop, "there is no signature to check (DG-101)");
        }
    };
    let draft = Draft {
        claim: "signature".into(),
        found: found.into(),
        expected: "a signature that verifies with a key of the issuer".into(),
        message: format!(
            "The signature of {}: {}",
            facts.name(),
            sentence(&verdict.reason)
        ),
    };
    sink.token("DG-113", hop, base, draft);
}

fn sentence(reason: &str) -> String {
    let reason = reason.trim_end();
    if reason.ends_with('.') {
        reason.to_owned()
    } else {
        format!("{reason}.")
    }
}

/// DG-114.
fn ambiguous(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.is_jws() {
        let why = "the content cannot be read";
        return sink.unknown("DG-114", hop, why);
    }
    let mut flaws: Vec<(String, String)> = facts
        .token
        .problems
        .iter()
        .filter(|p| {
            matches!(
                p.kind,
                ProblemKind::Duplicate | ProblemKind::HiddenCharacters | ProblemKind::Encoding
            )
        })
        .map(|p| {
            (
                format!("{}{}", p.part, dotted(&p.pointer)),
                p.message.clone(),
            )
        })
        .collect();
    if let Some(flaw) = facts.token.payload_bytes.as_deref().and_then(two_readings) {
        flaws.push(("payload".into(), flaw.into()));
    }
    let Some((claim, first)) = flaws.first() else {
        return;
    };
    let more = match flaws.len() {
        1 => String::new(),
        n => format!(", and {} more", n - 1),
    };
    let draft = Draft {
        claim: claim.clone(),
        found: format!("{first}{more}"),
        expected: "each member once, plain UTF-8, nothing after the object".into(),
        message: format!(
            "Parsers may read {} in different ways: {}",
            facts.name(),
            sentence(first)
        ),
    };
    sink.token("DG-114", hop, Severity::High, draft);
}

fn dotted(pointer: &str) -> String {
    pointer.replace('/', ".")
}

/// Why one parser would take these bytes for an object and another would not.
fn two_readings(bytes: &[u8]) -> Option<&'static str> {
    let object = |bytes: &[u8]| bytes.trim_ascii_start().first() == Some(&b'{');
    if !object(bytes) {
        return None; // a payload that is no JSON at all is no JWT, for everybody
    }
    if std::str::from_utf8(bytes).is_err() {
        return Some("the payload is not UTF-8 (RFC 8259 §8.1)");
    }
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    let whole = stream.next()?.is_ok();
    let rest = bytes.get(stream.byte_offset()..).unwrap_or_default();
    (whole && !rest.trim_ascii().is_empty()).then_some("data stands after the object")
}

#[cfg(test)]
mod tests {
    use super::two_readings;

    #[test]
    fn only_what_some_parser_would_take() {
        assert!(two_readings(br#"{"a":1} {"a":2}"#).is_some());
        assert!(two_readings(b"{\"a\":\"\xff\"}").is_some());
        assert!(two_readings(br#"{"a":1"#).is_none());
        assert!(two_readings(b"hello").is_none());
    }
}
