//! What the claims say at a moment.

use super::{Life, Policy};
use crate::{
    kit::{
        clock::{Timestamp, numeric_date_words},
        text::{capital, escape, shorten},
    },
    token::{Form, Kind, ProblemKind, Token, claims, explain::duration, svid},
};

/// What is wrong with the claims at the policy's moment, a sentence each.
pub(super) fn claims_problems(token: &Token, policy: &Policy) -> Vec<String> {
    let mut found = Vec::new();
    let now = policy.now.as_second();
    if token.claims.is_none() && (matches!(token.form, Form::Opaque | Form::Jwe) || token.is_cut())
    {
        return found;
    }
    for problem in token.problems.iter().filter(|p| p.part == "payload") {
        // A payload that is no JSON is a legal JWS; one that tries to be and fails is not a JWT.
        let broken = match problem.kind {
            ProblemKind::Duplicate => true,
            ProblemKind::Json => token
                .payload_bytes
                .as_deref()
                .is_some_and(|b| b.trim_ascii_start().starts_with(b"{")),
            _ => false,
        };
        if broken {
            found.push(format!("{}.", capital(&problem.message)));
        }
    }
    let at = numeric_date_words;
    for name in ["exp", "nbf", "iat"] {
        let Some(value) = token.claim(name) else {
            continue;
        };
        let Some(seconds) = claims::numeric_date(token, name) else {
            let shown = value.to_string();
            let why = if value.is_number() {
                "a number beyond every calendar: no clock reaches it"
            } else {
                "not a number of seconds"
            };
            found.push(format!(
                "`{name}` is {}, {why} (RFC 7519 §2).",
                escape(&shorten(&shown, 40))
            ));
            continue;
        };
        // Beyond the year 5138 nobody means seconds.
        if seconds.unsigned_abs() > 100_000_000_000 {
            found.push(format!(
                "`{name}` is {seconds}, which looks like milliseconds: NumericDate counts seconds (RFC 7519 §2)."
            ));
        }
        match name {
            "exp" if now.saturating_sub(policy.leeway) >= seconds => found.push(format!(
                "Expired {} ago, at {} (`exp`).",
                duration(now.saturating_sub(seconds)),
                at(seconds)
            )),
            "nbf" if now.saturating_add(policy.leeway) < seconds => found.push(format!(
                "Not valid before {}, in {} (`nbf`).",
                at(seconds),
                duration(seconds.saturating_sub(now))
            )),
            "iat" if now.saturating_add(policy.leeway) < seconds => found.push(format!(
                "Issued in the future, at {}, in {} (`iat`).",
                at(seconds),
                duration(seconds.saturating_sub(now))
            )),
            _ => {}
        }
    }
    for name in ["iss", "sub", "jti"] {
        if token.claim(name).is_some_and(|v| !v.is_string()) {
            found.push(format!("`{name}` is not a string (RFC 7519 §4.1)."));
        }
    }
    if token.claim("aud").is_some() && claims::audiences(token).is_none() {
        found.push("`aud` is neither a string nor a list of strings (RFC 7519 §4.1.3).".into());
    }
    if token.kind == Kind::JwtSvid {
        found.extend(svid::flaws(token).into_iter().map(|flaw| flaw.says));
        if let Some(flaw) = token.claim_text("sub").and_then(svid::id_flaw) {
            found.push(format!(
                "`sub` is no well-formed SPIFFE ID: {flaw} (SPIFFE-ID §2)."
            ));
        }
    }
    // A proof of possession names neither: it goes with the token of its request.
    if token.kind == Kind::DpopProof {
        return found;
    }
    if let Some(wanted) = &policy.audience {
        let named = claims::audiences(token).unwrap_or_default();
        if !named.contains(wanted) {
            let names: Vec<&str> = named.iter().map(String::as_str).collect();
            let actual = if names.is_empty() {
                "names no audience".to_owned()
            } else {
                format!("is for {}", escape(&names.join(", ")))
            };
            found.push(format!(
                "The token {actual}, not for {} (`aud`).",
                escape(wanted)
            ));
        }
    }
    if let Some(wanted) = &policy.issuer
        && token.claim_text("iss") != Some(wanted)
    {
        let actual = token
            .claim_text("iss")
            .map_or_else(|| "nobody it names".into(), |i| escape(i).into_owned());
        found.push(format!(
            "The token is issued by {actual}, not by {} (`iss`).",
            escape(wanted)
        ));
    }
    found
}

/// Where in its life the token is. An `exp` that is no number counts as none.
pub fn life(token: &Token, now: Timestamp, leeway: i64) -> Life {
    let now = now.as_second();
    let exp = claims::numeric_date(token, "exp");
    if exp.is_some_and(|exp| now.saturating_sub(leeway) >= exp) {
        return Life::Expired;
    }
    if claims::numeric_date(token, "nbf").is_some_and(|nbf| now.saturating_add(leeway) < nbf) {
        return Life::NotYet;
    }
    if exp.is_some() {
        Life::Valid
    } else {
        Life::NoExpiry
    }
}
