//! Which keys may verify a signature, and what is said of them.

use serde_json::Value;

use super::super::{Candidate, KeyOwner, KeyUsed};
use crate::{
    jose::Jwk,
    kit::{
        clock::Timestamp,
        text::{escape, shorten},
    },
    token::{Kind, Token, decode::Signed, svid},
};

/// The keys that may verify this signature, and if there are none, why.
pub(super) fn candidates<'a>(
    token: &Token,
    signed: &Signed<'_>,
    keys: &'a [Candidate],
) -> (Vec<&'a Candidate>, String) {
    if keys.is_empty() {
        return (
            Vec::new(),
            "There is no key to check the signature with: add the issuer's key set, or a key."
                .into(),
        );
    }
    let issuer = token.claim_text("iss");
    let domain = token.claim_text("sub").and_then(svid::trust_domain);
    let of_domain = |c: &Candidate| {
        let own = c.trust_domain.as_deref();
        own.is_none_or(|own| domain.is_some_and(|domain| domain.eq_ignore_ascii_case(own)))
    };
    if !keys.iter().any(of_domain) {
        let reason = match domain {
            Some(domain) => format!(
                "There is no key of the trust domain {}, which `sub` names: the bundles at hand are those of others.",
                escape(&shorten(domain, 80))
            ),
            None => "The keys at hand are those of trust domains, and `sub` names none.".into(),
        };
        return (Vec::new(), reason);
    }
    let trusted: Vec<&Candidate> = keys
        .iter()
        .filter(|c| of_domain(c) && of_kind(token.kind, &c.jwk))
        .filter(|c| match (&c.issuer, issuer) {
            (Some(publisher), Some(issuer)) => publisher == issuer,
            _ => true,
        })
        .collect();
    if trusted.is_empty() && !keys.iter().any(|c| of_kind(token.kind, &c.jwk)) {
        let reason = "The keys at hand are for another kind of document, as their `use` says (SPIFFE Trust Domain and Bundle §4.2.2).";
        return (Vec::new(), reason.into());
    }
    if trusted.is_empty() {
        return (
            Vec::new(),
            format!(
                "No key of the issuer {} is known: the keys at hand belong to others.",
                escape(issuer.unwrap_or("?"))
            ),
        );
    }
    let Some(kid) = signed.members().get("kid").and_then(Value::as_str) else {
        return (trusted, String::new());
    };
    let selected: Vec<&Candidate> = trusted
        .iter()
        .copied()
        .filter(|c| c.jwk.kid().is_none_or(|k| k == kid))
        .collect();
    if !selected.is_empty() {
        return (selected, String::new());
    }
    let mut known: Vec<String> = trusted
        .iter()
        .filter_map(|c| c.jwk.kid())
        .take(5)
        .map(|k| format!("`{}`", escape(k)))
        .collect();
    known.dedup();
    let reason = format!(
        "No key has the `kid` `{}` that the header names. Known: {}.",
        escape(kid),
        known.join(", ")
    );
    (selected, reason)
}

/// Whether a key of a SPIFFE bundle is one for this kind of document: those for workload identity tokens
/// sign nothing else (SPIFFE WIT-SVID).
fn of_kind(kind: Kind, key: &Jwk) -> bool {
    match key.text("use") {
        Some("wit-svid") => kind == Kind::Wit,
        Some("jwt-svid") => kind != Kind::Wit,
        _ => true,
    }
}

pub(super) fn used(candidate: &Candidate, named: &Named<'_>) -> KeyUsed {
    let thumbprint = candidate.facts().thumbprint.clone();
    let mut published = named
        .keys
        .iter()
        .filter(|c| c.issuer.is_some() && c.issuer.as_deref() == named.issuer)
        .peekable();
    let any = published.peek().is_some();
    let is_published = candidate.issuer.is_some()
        || published.any(|c| thumbprint.is_some() && c.facts().thumbprint == thumbprint);
    KeyUsed {
        kid: candidate.jwk.kid().map(|k| escape(k).into_owned()),
        thumbprint,
        from: candidate.from.clone(),
        owner: match (is_published, any) {
            (true, _) => KeyOwner::Issuer,
            (false, true) => KeyOwner::Other,
            (false, false) => KeyOwner::Given,
        },
    }
}

pub(super) fn name(candidate: &Candidate) -> &str {
    &candidate.facts().name
}

/// What singles a key out among those at hand.
pub(super) struct Named<'a> {
    pub kid: Option<&'a str>,
    /// The token's issuer, if it names one: keys of others have been left out then.
    pub issuer: Option<&'a str>,
    pub given: bool,
    /// There are other signatures: a key of another type may be theirs, even with the same `kid` (RFC
    /// 7517 §4.5).
    pub several: bool,
    /// All that are at hand.
    pub keys: &'a [Candidate],
    /// The moment, for what is said of certificates.
    pub now: Timestamp,
}

impl Named<'_> {
    /// Whether the token itself points to this key.
    pub fn names(&self, key: &Candidate) -> bool {
        (self.issuer.is_some() && key.issuer.is_some())
            || (self.kid.is_some() && self.kid == key.jwk.kid())
    }
}

/// How many different keys of the key's own set have the `kid` that the token names, when there are
/// several (RFC 7517 §4.5).
pub(super) fn sharing(key: &Candidate, named: &Named<'_>) -> Option<usize> {
    let kid = named.kid.filter(|kid| key.jwk.kid() == Some(kid))?;
    let mut prints: Vec<&Option<String>> = named
        .keys
        .iter()
        .filter(|other| other.issuer == key.issuer && other.from == key.from)
        .filter(|other| other.jwk.kid() == Some(kid))
        .map(|other| &other.facts().thumbprint)
        .collect();
    prints.sort();
    prints.dedup();
    (prints.len() > 1).then_some(prints.len())
}

/// The same as a sentence.
pub(super) fn ambiguity(key: &Candidate, named: &Named<'_>) -> String {
    sharing(key, named).map_or_else(String::new, |count| {
        format!(
            " {count} different keys of that set have this `kid`, which should be distinct: each was tried (RFC 7517 §4.5)."
        )
    })
}
