//! DG-114: ambiguous JSON.

use serde::de::IgnoredAny;

use crate::{
    risk::{
        Severity,
        facts::sentence,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::{Problem, ProblemKind, validate::is_padded},
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, at_jwt, compact, fires, one, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-114",
    title: "Ambiguous JSON",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "duplicate members, trailing data, text that is not UTF-8, or illegal or hidden characters",
    why: "Parsers along the chain read different authority from one token.",
    source: "RFC 7519 §4; RFC 8725 §3.7",
    fix: "Refuse such tokens; issue each member once, in plain UTF-8.",
    false_positives: "Damage from copy and paste.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.is_jws() {
        return Said::unknown("the content cannot be read");
    }
    let cut = |p: &Problem| p.kind == ProblemKind::Cut && p.part != "signature";
    if !own.readable && own.token.problems.iter().any(cut) {
        return Said::unknown("the token is cut or masked: what it says cannot be read");
    }
    // Load balancers of AWS pad what they sign: nobody reads such a token in two ways.
    let padded = is_padded(own.token);
    let mut flaws: Vec<(String, String)> = own
        .token
        .problems
        .iter()
        .filter(|p| {
            matches!(
                p.kind,
                ProblemKind::Duplicate | ProblemKind::HiddenCharacters | ProblemKind::Encoding
            )
        })
        .filter(|p| !(padded && p.kind == ProblemKind::Encoding))
        .map(|p| {
            (
                format!("{}{}", p.part, p.pointer.replace('/', ".")),
                p.message.clone(),
            )
        })
        .collect();
    if let Some(flaw) = own.token.payload_bytes.as_deref().and_then(two_readings) {
        flaws.push(("payload".into(), flaw.into()));
    }
    let Some((claim, first)) = flaws.first() else {
        return Said::Silent;
    };
    let more = match flaws.len() {
        1 => String::new(),
        n => format!(", and {} more", n - 1),
    };
    Draft {
        severity: Severity::High,
        claim: claim.clone(),
        found: format!("{first}{more}"),
        expected: "each member once, plain UTF-8, nothing after the object".into(),
        message: format!(
            "Parsers may read {} in different ways: {}",
            own.name(),
            sentence(first)
        ),
        uncertain: false,
    }
    .into()
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
pub(super) fn cases() -> Vec<Case> {
    let raw = |payload: &[u8]| one(crate::token::decode::decode(&compact(at_jwt(), payload)));
    let hidden = alone(serde_json::json!({ "note": "a\u{202e}b" }));
    let padded = |payload: &str| {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE};
        let header = r#"{"alg":"ES256","signer":"arn:aws:elasticloadbalancing:eu:1:lb/a"}"#;
        let parts = [header.as_bytes(), payload.as_bytes(), &[7; 64]];
        let parts = parts.map(|part| URL_SAFE.encode(part));
        one(crate::token::decode::decode(&parts.join(".")))
    };
    let sound = padded(r#"{"sub":"alice","exp":17}"#);
    let twice = padded(r#"{"sub":"alice","sub":"bob"}"#);
    vec![
        silent("padded as load balancers do", sound),
        fires("padded, member twice", Severity::High, twice),
        fires(
            "member twice",
            Severity::High,
            raw(br#"{"sub":"alice","sub":"root"}"#),
        ),
        fires("bidi", Severity::High, hidden),
        fires(
            "trailing data",
            Severity::High,
            raw(br#"{"sub":"alice"} {"sub":"root"}"#),
        ),
        fires("not UTF-8", Severity::High, raw(b"{\"sub\":\"\xff\"}")),
        silent("clean", alone(serde_json::json!({}))),
        silent("not JSON for anybody", raw(b"hello")),
        silent("broken off, for everybody", raw(br#"{"sub":"alice""#)),
        unknown("opaque", opaque()),
        unknown(
            "cut in the payload",
            one(crate::token::decode::decode(
                &compact(at_jwt(), br#"{"sub":"alice""#)[..70],
            )),
        ),
    ]
}
