//! DG-101: unsigned token.

use crate::risk::{
    Severity,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{
    Case, at_jwt, claims, compact, fires, one, opaque, silent, token, unknown,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-101",
    title: "Unsigned token",
    severity: Severity::Critical,
    floor: Severity::Low,
    condition: "`alg` is `none` in any case of letters, or the signature part is empty",
    why: "Any tool that an agent talks to can mint authority.",
    source: "RFC 8725 §3.1, §3.2; RFC 9068 §2.1",
    fix: "Sign with an asymmetric algorithm, and let verifiers hold a list of the algorithms they allow.",
    false_positives: "Practice tokens; `unsigned_json` input of a transaction token service.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.is_jws() {
        return Said::unknown("only a JWS has a signature that can be seen from outside");
    }
    let alg = own.token.header_text("alg");
    let none = alg.is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
    if !none && !own.token.signature_present && own.token.is_cut() {
        return Said::unknown("the token is cut or masked: whether it was signed cannot be seen");
    }
    if !none && own.token.signature_present {
        return match alg {
            Some(_) => Said::Silent,
            None => Said::unknown("the header has no `alg`"),
        };
    }
    let (claim, found) = if none {
        ("header.alg", shown(alg.unwrap_or_default()))
    } else {
        ("signature", "empty".to_owned())
    };
    Draft {
        severity: Severity::Critical,
        claim: claim.into(),
        found,
        expected: "a signature by the issuer's asymmetric key".into(),
        message: format!(
            "{} about {} is not signed: anybody can have written it.",
            own.the_token(),
            own.who()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let with = |alg: Value| {
        one(token(
            json!({ "alg": alg, "typ": "at+jwt" }),
            claims(json!({})),
        ))
    };
    let whole = compact(at_jwt(), claims(json!({})).to_string());
    let signed = whole.rsplit_once('.').unwrap().0;
    let cut = |text: &str| one(crate::token::decode::decode(text));
    let bare = cut(&format!("{signed}."));
    vec![
        fires("none", Severity::Critical, with(json!("none"))),
        fires("in other letters", Severity::Critical, with(json!("nOnE"))),
        fires("signature empty", Severity::Critical, bare),
        silent("signed", with(json!("ES256"))),
        unknown("no alg", with(Value::Null)),
        unknown("cut before its signature", cut(signed)),
        silent(
            "its signature is masked",
            cut(&format!("{signed}.[REDACTED]")),
        ),
        unknown("opaque", opaque()),
    ]
}
