//! How tokens were sent: the requests of a text that holds them, as far as it shows them.

use std::{collections::HashMap, ops::Range};

use super::{Evidence, request};

pub use super::request::RequestLine;
use crate::{
    jose::{b64, crypto},
    token::{Kind, Token, find::Found},
};

/// How a token or a proof was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// By which scheme of `Authorization` a token was; none when it stood elsewhere, or was refused.
    pub scheme: Option<Scheme>,
    /// Whether the same token was sent as a bearer token as well, in another request.
    pub also_bearer: bool,
    /// Index of the hop whose token went along with a proof.
    pub with: Option<usize>,
    /// How many proofs its request had, of a proof; a request has one (RFC 9449 §4.3).
    pub proofs: usize,
    /// The request line.
    pub request: Option<RequestLine>,
}

impl Sent {
    /// Takes in that the same token was sent once more: that it went without a proof is not hidden by
    /// a request in which it had one.
    pub fn merge(first: Option<Self>, later: Option<Self>) -> Option<Self> {
        let (Some(mut first), Some(later)) = (first.clone(), later.clone()) else {
            return first.or(later);
        };
        let bearer = |sent: &Self| sent.also_bearer || sent.scheme == Some(Scheme::Bearer);
        let also_bearer = bearer(&first) || bearer(&later);
        if first.scheme != Some(Scheme::Dpop) && later.scheme == Some(Scheme::Dpop) {
            first = later;
        }
        first.also_bearer = also_bearer;
        Some(first)
    }
}

/// A scheme by which a token is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

impl Scheme {
    /// Reads a name, compared without case.
    pub fn parse(name: &str) -> Option<Self> {
        [("Bearer", Self::Bearer), ("DPoP", Self::Dpop)]
            .into_iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known))
            .map(|(_, scheme)| scheme)
    }
}

/// Bytes before and after a token in which the rest of its request is looked for.
const REACH: usize = 8 << 10;

/// Proofs of one request that are looked past.
const PROOFS: usize = 4;

/// How each of the tokens of a text was sent, in the order in which they were found there; their
/// places in that order are what [`Sent::with`] gives.
pub fn in_text(text: &str, tokens: &[(&Found, &Token)]) -> Vec<Option<Sent>> {
    let scheme = |n: usize| {
        let (found, _) = tokens.get(n)?;
        found.context.as_deref().and_then(Scheme::parse)
    };
    let is_proof = |n: usize| {
        let (found, token) = tokens.get(n)?;
        let header = found.context.as_deref() == Some("header DPoP");
        (token.kind == Kind::DpopProof && header).then_some(())
    };
    let together =
        |one: usize, other: usize| are_together(text, &tokens[one].0.span, &tokens[other].0.span);
    let mut taken = vec![false; tokens.len()];
    let mut all: Vec<Option<Sent>> = Vec::with_capacity(tokens.len());
    for (n, (found, _)) in tokens.iter().enumerate() {
        let mut sent = Sent {
            scheme: scheme(n),
            ..Sent::default()
        };
        let proof = is_proof(n).is_some();
        if proof {
            sent.proofs = 1;
            // The tokens next to it, other proofs of the same request between them.
            let before = (0..n).rev().take(PROOFS).find(|m| is_proof(*m).is_none());
            let after = (n + 1..tokens.len())
                .take(PROOFS)
                .find(|m| is_proof(*m).is_none());
            let mut beside: Vec<usize> = before
                .into_iter()
                .chain(after)
                .filter(|m| scheme(*m).is_some() && together(n, *m))
                .collect();
            beside.sort_by_key(|m| scheme(*m) != Some(Scheme::Dpop));
            let free = beside.iter().find(|m| !taken[**m]);
            // A second proof for one token.
            let same = beside.iter().find(|m| {
                n > 0
                    && all[n - 1]
                        .as_ref()
                        .is_some_and(|s| s.proofs > 0 && s.with == Some(**m))
                    && together(n - 1, n)
            });
            sent.with = free.or(same).copied();
            if let Some(other) = sent.with {
                taken[other] = true;
            }
            let earlier = all.last_mut().and_then(Option::as_mut);
            if n > 0
                && let Some(earlier) = earlier.filter(|s| s.proofs > 0 && s.with == sent.with)
                && is_one_head(text, &tokens[n - 1].0.span, &found.span)
            {
                sent.proofs = earlier.proofs + 1;
                earlier.proofs = sent.proofs;
            }
        }
        all.push((proof || sent.scheme.is_some()).then(|| {
            sent.request = request::line(text, &found.span);
            sent
        }));
    }
    all
}

/// Which token each proof of possession goes with, by their hops: the one that its request carries, else
/// the one whose hash it holds (RFC 9449 §4.2). Tokens are hashed only where a proof asks.
pub fn tokens_of_proofs(evidence: &Evidence) -> HashMap<usize, usize> {
    let hops: Vec<(&Token, Option<&Sent>)> = evidence
        .hops
        .iter()
        .map(|hop| (&*hop.token, hop.sent.as_ref()))
        .collect();
    tokens_of(&hops)
}

/// [`tokens_of_proofs`] of tokens that are no hops.
pub fn tokens_of(all: &[(&Token, Option<&Sent>)]) -> HashMap<usize, usize> {
    let mut tokens = HashMap::new();
    let mut asked: Vec<(usize, &str)> = Vec::new();
    for (n, (token, sent)) in all.iter().enumerate() {
        if token.kind != Kind::DpopProof {
            continue;
        }
        if let Some(token) = sent.and_then(|sent| sent.with) {
            tokens.insert(n, token);
        } else if let Some(ath) = token.claim_text("ath") {
            asked.push((n, ath));
        }
    }
    if !asked.is_empty() {
        let others = all.iter().enumerate();
        let hashes: HashMap<String, usize> = others
            .filter(|(_, (token, _))| token.kind != Kind::DpopProof)
            .map(|(n, (token, _))| (b64::encode(crypto::sha256(token.raw.as_bytes())), n))
            .collect();
        tokens.extend(
            asked
                .into_iter()
                .filter_map(|(n, ath)| Some((n, *hashes.get(ath)?))),
        );
    }
    tokens
}

/// Whether two places belong to one request: no other begins between them, and none ends.
fn are_together(text: &str, one: &Range<usize>, other: &Range<usize>) -> bool {
    let between = one.end.min(other.end)..one.start.max(other.start);
    let Some(between) = text.get(between).filter(|t| t.len() <= REACH) else {
        return false;
    };
    let next = [" HTTP/", "curl ", "\"request\"", "\n\n", "\r\n\r\n"];
    !next.iter().any(|mark| between.contains(mark))
}

/// Whether two proofs stand in the head of one request: lines of headers between them, and nothing else.
fn is_one_head(text: &str, one: &Range<usize>, other: &Range<usize>) -> bool {
    are_together(text, one, other)
        && text
            .get(one.end..other.start)
            .is_some_and(|between| !between.contains("\n\n") && !between.contains("\n\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        jose::b64,
        token::{decode::decode, find::find},
    };

    fn made(typ: &str, claims: &str) -> String {
        let header = b64::encode(format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#));
        format!("{header}.{}.{}", b64::encode(claims), b64::encode("s"))
    }

    fn sent(text: &str) -> Vec<Option<Sent>> {
        let found = find(text);
        let tokens: Vec<Token> = found.iter().map(|f| decode(&f.raw)).collect();
        let pairs: Vec<(&Found, &Token)> = found.iter().zip(&tokens).collect();
        in_text(text, &pairs)
    }

    #[test]
    fn a_proof_goes_with_the_token_of_its_request() {
        let (token, proof) = (
            made("at+jwt", r#"{"iss":"https://as"}"#),
            made("dpop+jwt", r#"{"htm":"GET","htu":"https://api"}"#),
        );
        let request = format!(
            "GET /a?b=c HTTP/1.1\r\nAuthorization: DPoP {token}\r\nDPoP: {proof}\r\nHost: api.example\r\n\r\n"
        );
        let with = |all: &[Option<Sent>]| -> Vec<Option<usize>> {
            all.iter()
                .map(|s| s.as_ref().and_then(|s| s.with))
                .collect()
        };
        let all = sent(&format!("{request}{request}"));
        assert_eq!(with(&all), [None, Some(0), None, Some(2)]);
        let first = all[0].as_ref().unwrap();
        assert_eq!(first.scheme, Some(Scheme::Dpop));
        let line = RequestLine {
            method: "GET".into(),
            url: Some("//api.example/a?b=c".into()),
        };
        assert_eq!(first.request, Some(line.clone()));
        assert_eq!(all[1].as_ref().unwrap().request, Some(line));
        // The proof first, by curl.
        let curl = format!("curl -H 'DPoP: {proof}' -H 'Authorization: DPoP {token}' https://api");
        assert_eq!(
            with(&sent(&format!("{curl}\n{curl}"))),
            [Some(1), None, Some(3), None]
        );
        // Of another request.
        let apart = format!("GET / HTTP/1.1\nAuthorization: Bearer {token}\n\nDPoP: {proof}\n");
        assert_eq!(with(&sent(&apart)), [None, None]);
    }

    #[test]
    fn what_stands_elsewhere_was_not_seen_being_sent() {
        let token = made("at+jwt", r#"{"iss":"https://as"}"#);
        assert_eq!(sent(&format!(r#"{{"access_token":"{token}"}}"#)), [None]);
        assert_eq!(sent(&token), [None]);
    }
}
