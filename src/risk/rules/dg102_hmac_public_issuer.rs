//! DG-102: HMAC under a public issuer.

use crate::{
    evidence::Evidence,
    jose::{Alg, Family, Jwk, b64, crypto, jws::Compact},
    risk::{
        Severity,
        facts::{Facts, listed, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::{Form, Kind, validate::spellings},
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, alone, claims, fires, one, silent, token, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-102",
    title: "HMAC under a public issuer",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "`alg` is HS*, and the issuer publishes asymmetric keys (high), or is not the only receiver, so that it cannot be known who shares its secret (low); critical when HMAC with the bytes of a public key verifies",
    why: "Every verifier can forge, and a verifier that confuses keys takes what anybody signs.",
    source: "RFC 8725 §2.1, §3.1",
    fix: "Sign with ES256, PS256 or Ed25519; bind each key to one algorithm.",
    false_positives: "`client_secret_jwt` assertions; an issuer that is its own only verifier.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Survey(|survey| {
        let confusable = Confusable::of(survey.evidence);
        Box::new(move |at| check(at, &confusable))
    }),
};

/// Bytes of public keys that a confused verifier might use as an HMAC secret (RFC 8725 §2.1), and the
/// issuers that are known to publish asymmetric keys.
struct Confusable<'a> {
    evidence: &'a Evidence,
    /// Issuer, what the bytes are, the bytes as a symmetric key.
    secrets: Vec<(&'a str, &'static str, Jwk)>,
}

impl<'a> Confusable<'a> {
    /// Keys that are tried, so that a hostile key set costs little.
    const MOST: usize = 16;

    fn of(evidence: &'a Evidence) -> Self {
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
            let own = spellings(key).into_iter();
            secrets.extend(own.map(|(what, bytes)| (issuer.as_str(), what, symmetric(&bytes))));
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

fn check(at: &At<'_>, confusable: &Confusable<'_>) -> Said {
    let own = at.own;
    let Some(alg) = own.alg() else {
        return Said::unknown("the header has no `alg` that can be read");
    };
    // A `client_secret_jwt` assertion is HMAC by design: its receiver shares the secret.
    if alg.family() != Family::Hmac || own.kind == Kind::ClientAssertion {
        return Said::Silent;
    }
    let found = shown(alg.name());
    let expected = "ES256, PS256 or Ed25519: only the issuer can sign".to_owned();
    if let Some((issuer, what)) = confusable.forged_with(own, &alg) {
        return Draft {
            severity: Severity::Critical,
            claim: "header.alg".into(),
            found: format!("{found}, verifies with the public key of {}", shown(issuer)),
            expected,
            message: format!(
                "The HMAC of {} verifies with the public key of {} as its secret ({what}): whoever \
                 can read that key forges such tokens.",
                own.name(),
                shown(issuer)
            ),
            uncertain: false,
        }
        .into();
    }
    let Some(iss) = own.iss else {
        return Said::unknown("without `iss` it is unknown whose HMAC it is");
    };
    // What a server signs for itself alone it may sign with a secret of its own.
    if own.kind == Kind::RefreshToken {
        return Said::Silent;
    }
    if own
        .audiences
        .as_ref()
        .is_some_and(|all| all.len() == 1 && all.contains(iss))
    {
        return Said::Silent;
    }
    let publishes = confusable.evidence.asymmetric_issuers.contains(iss);
    let reason = match &own.audiences {
        _ if publishes => format!("{} publishes asymmetric keys", shown(iss)),
        Some(aud) => format!(
            "{} would need the issuer's secret to verify it, and whether it shares that cannot be known here",
            listed(aud.iter().map(String::as_str))
        ),
        None => return Said::unknown("without `aud` it is unknown who verifies it"),
    };
    Draft {
        severity: if publishes {
            Severity::High
        } else {
            Severity::Low
        },
        claim: "header.alg".into(),
        found,
        expected,
        message: format!(
            "{} is signed with {}, yet {reason}: every verifier can forge it.",
            own.the_token(),
            shown(alg.name())
        ),
        uncertain: !publishes,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let hs = |changes: Value, typ: &str| {
        one(token(
            json!({ "alg": "HS256", "typ": typ, "kid": "k" }),
            claims(changes),
        ))
    };
    let own_verifier = || hs(json!({ "aud": AS }), "at+jwt");
    let publishing = |mut evidence: Evidence| {
        evidence.asymmetric_issuers.insert(AS.into());
        evidence
    };
    let published = publishing(hs(json!({}), "at+jwt"));
    let refresh = publishing(hs(json!({ "typ": "Refresh" }), "JWT"));
    let assertion = hs(
        json!({ "iss": "app", "sub": "app" }),
        "client-authentication+jwt",
    );
    let no_alg = one(token(json!({ "typ": "at+jwt" }), claims(json!({}))));
    vec![
        fires(
            "receiver is another",
            Severity::Low,
            hs(json!({}), "at+jwt"),
        ),
        fires("issuer publishes keys", Severity::High, published),
        fires(
            "issuer is one of several receivers",
            Severity::Low,
            hs(json!({ "aud": [AS, "accounts-api"] }), "at+jwt"),
        ),
        silent("issuer verifies itself", own_verifier()),
        silent(
            "issuer verifies itself, and publishes keys for others",
            publishing(own_verifier()),
        ),
        silent("a refresh token", refresh),
        silent("client_secret_jwt", assertion),
        silent("asymmetric", alone(json!({}))),
        silent("asymmetric, of another type", typed("JWT", json!({}))),
        unknown("no aud", hs(json!({ "aud": null }), "at+jwt")),
        unknown("no iss", hs(json!({ "iss": null }), "at+jwt")),
        unknown("no alg", no_alg),
    ]
}
