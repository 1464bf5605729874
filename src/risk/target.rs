//! Rules 3xx: audience and scope of one token.

use super::{
    Severity,
    facts::{is_privileged, listed},
    sink::{Draft, Sink},
};
use crate::token::Kind;

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize) {
    if !sink.facts[hop].readable {
        for rule in ["DG-301", "DG-303", "DG-306"] {
            sink.unknown(rule, hop, "the claims cannot be read");
        }
        return;
    }
    audience(sink, hop);
    privileged(sink, hop);
}

/// DG-301 and DG-303.
fn audience(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    // A DPoP proof names its target in `htu`; events and introspection responses are for their reader.
    let due = match facts.kind {
        Kind::AccessToken
        | Kind::PresumedAccessToken
        | Kind::IdToken
        | Kind::ClientAssertion
        | Kind::JwtSvid
        | Kind::TxnToken
        | Kind::IdJag
        | Kind::LogoutToken => true,
        Kind::Unknown => {
            return sink.unknown("DG-301", hop, "what the token is for is unknown");
        }
        _ => false,
    };
    if !due {
        return;
    }
    let Some(aud) = &facts.audiences else {
        let rules: &[&'static str] = if facts.token.claim("aud").is_some() {
            &["DG-301", "DG-303"]
        } else {
            &["DG-303"]
        };
        let absent = facts.token.claim("aud").is_none();
        let draft = absent.then(|| Draft {
            claim: "aud".into(),
            found: "absent".into(),
            expected: "the one receiver that the token is for".into(),
            message: format!(
                "{} about {} is for nobody in particular: every API that trusts its \
                 issuer takes it.",
                facts.the_token(),
                facts.who()
            ),
        });
        for rule in rules {
            sink.unknown(
                rule,
                hop,
                "`aud` is absent, or neither a string nor strings",
            );
        }
        if let Some(draft) = draft {
            sink.token("DG-301", hop, Severity::High, draft);
        }
        return;
    };
    // The userinfo endpoint of the issuer, beside the API, is how OpenID providers do it.
    let userinfo = facts
        .iss
        .map(|iss| format!("{}/userinfo", iss.trim_end_matches('/')));
    let receivers: Vec<&str> = aud
        .iter()
        .map(String::as_str)
        .filter(|a| userinfo.as_deref() != Some(*a))
        .collect();
    if receivers.len() > 1 {
        let base = if receivers.len() > 3 {
            Severity::High
        } else {
            Severity::Medium
        };
        let draft = Draft {
            claim: "aud".into(),
            found: listed(receivers.iter().copied()),
            expected: "one receiver".into(),
            message: format!(
                "{} receivers take the token of {}: each of them can replay it to the others.",
                receivers.len(),
                facts.name()
            ),
        };
        sink.token("DG-303", hop, base, draft);
    }
}

/// DG-306.
fn privileged(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let due = matches!(
        facts.kind,
        Kind::AccessToken
            | Kind::PresumedAccessToken
            | Kind::RefreshToken
            | Kind::TxnToken
            | Kind::IdJag
            | Kind::Unknown
    );
    if !due {
        return;
    }
    let Some(scopes) = &facts.scopes else {
        return sink.unknown("DG-306", hop, "`scope` is absent");
    };
    let found: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .filter(|s| is_privileged(s, sink.settings))
        .collect();
    if found.is_empty() {
        return;
    }
    let draft = Draft {
        claim: "scope".into(),
        found: listed(found.iter().copied()),
        expected: "scopes for this task only".into(),
        message: format!(
            "{} holds {} for {}: whoever steers it by a prompt has all of that.",
            facts
                .actors
                .first()
                .map_or_else(|| facts.name(), |a| super::facts::shown(&a.pid.sub)),
            listed(found.iter().copied()),
            facts.who()
        ),
    };
    sink.token_priced("DG-306", hop, Severity::High, draft);
}
