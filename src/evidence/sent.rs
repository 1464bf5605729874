//! How tokens were sent: the requests of a text that holds them, as far as it shows them.

use std::{collections::HashMap, ops::Range};

use super::Evidence;
use crate::{
    jose::{b64, crypto},
    token::{Kind, Token, find::Found},
};

/// How a token or a proof was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// By which scheme of `Authorization` a token was; none when it stood elsewhere, or was refused.
    pub scheme: Option<Scheme>,
    /// Index of the hop whose token went along with a proof.
    pub with: Option<usize>,
    /// The request line.
    pub request: Option<RequestLine>,
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

/// Method and address of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Method.
    pub method: String,
    /// Absolute, or without its scheme where the request does not tell it: `//api.example.com/a`.
    pub url: Option<String>,
}

/// Bytes before and after a token in which the rest of its request is looked for.
const REACH: usize = 8 << 10;

/// How each of the tokens of a text was sent, in the order in which they were found there; their
/// places in that order are what [`Sent::with`] gives.
pub fn in_text(text: &str, tokens: &[(&Found, &Token)]) -> Vec<Option<Sent>> {
    let scheme = |n: usize| {
        let (found, _) = tokens.get(n)?;
        found.context.as_deref().and_then(Scheme::parse)
    };
    let mut taken = vec![false; tokens.len()];
    let mut all = Vec::with_capacity(tokens.len());
    for (n, (found, token)) in tokens.iter().enumerate() {
        let is_proof =
            token.kind == Kind::DpopProof && found.context.as_deref() == Some("header DPoP");
        let mut sent = Sent {
            scheme: scheme(n),
            ..Sent::default()
        };
        if is_proof {
            let beside = [n.checked_sub(1), Some(n + 1)];
            sent.with = beside.into_iter().flatten().find(|other| {
                scheme(*other).is_some()
                    && !taken[*other]
                    && are_together(text, &found.span, &tokens[*other].0.span)
            });
            if let Some(other) = sent.with {
                taken[other] = true;
            }
        }
        all.push((is_proof || sent.scheme.is_some()).then(|| {
            sent.request = request_line(text, &found.span);
            sent
        }));
    }
    all
}

/// Which token each proof of possession goes with, by their hops: the one that its request carries, else
/// the one whose hash it holds (RFC 9449 §4.2). Tokens are hashed only where a proof asks.
pub fn tokens_of_proofs(evidence: &Evidence) -> HashMap<usize, usize> {
    let mut tokens = HashMap::new();
    let mut asked: Vec<(usize, &str)> = Vec::new();
    for (n, hop) in evidence.hops.iter().enumerate() {
        if hop.token.kind != Kind::DpopProof {
            continue;
        }
        if let Some(token) = hop.sent.as_ref().and_then(|sent| sent.with) {
            tokens.insert(n, token);
        } else if let Some(ath) = hop.token.claim_text("ath") {
            asked.push((n, ath));
        }
    }
    if !asked.is_empty() {
        let others = evidence.hops.iter().enumerate();
        let hashes: HashMap<String, usize> = others
            .filter(|(_, hop)| hop.token.kind != Kind::DpopProof)
            .map(|(n, hop)| (b64::encode(crypto::sha256(hop.token.raw.as_bytes())), n))
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

/// The request line above a token in the same message.
fn request_line(text: &str, token: &Range<usize>) -> Option<RequestLine> {
    let bytes = text.as_bytes();
    let from = token.start.saturating_sub(REACH);
    let to = token.end.saturating_add(REACH).min(bytes.len());
    let above = String::from_utf8_lossy(bytes.get(from..token.start)?);
    let below = String::from_utf8_lossy(bytes.get(token.end..to)?);
    // What curl prints before a line that it sends.
    let plain = |line: &str| line.trim().trim_start_matches("> ").to_owned();
    let mut host = None;
    let mut line = None;
    for candidate in above.lines().rev().map(plain) {
        if candidate.is_empty() {
            break;
        }
        host = host.or_else(|| host_of(&candidate));
        line = read_line(&candidate);
        if line.is_some() {
            break;
        }
    }
    let (method, target) = line?;
    // The first of the lines below is the rest of the token's own.
    let headers = below.lines().skip(1).map(plain);
    let host = host.or_else(|| {
        headers
            .take_while(|l| !l.is_empty())
            .find_map(|l| host_of(&l))
    });
    let url = if target.starts_with('/') {
        host.map(|host| format!("//{host}{target}"))
    } else {
        Some(target)
    };
    Some(RequestLine { method, url })
}

fn host_of(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("host")
        .then(|| value.trim().to_owned())
}

/// `GET /accounts HTTP/1.1` as method and target.
fn read_line(line: &str) -> Option<(String, String)> {
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let read = !method.is_empty()
        && method.bytes().all(|b| b.is_ascii_uppercase())
        && version.starts_with("HTTP/");
    read.then(|| (method.to_owned(), target.to_owned()))
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
