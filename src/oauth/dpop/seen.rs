//! A proof that was seen in a capture: judged by what the capture shows of its request, and no further.

use url::Url;

use super::{Check, Demand, Step, judge, normalised};
use crate::oauth::dpop::Outcome;

/// What is known of a proof and of the request that it was sent in.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The proof.
    pub proof: &'a str,
    /// How many proofs the request had.
    pub proofs: usize,
    /// The method of the request.
    pub method: Option<&'a str>,
    /// Its address: absolute, without its scheme (`//api/a`), or its path alone.
    pub url: Option<&'a str>,
    /// The access token that went along.
    pub token: Option<&'a str>,
    /// The thumbprint of the key that this token is bound to.
    pub jkt: Option<&'a str>,
    /// The moment, in seconds since 1970.
    pub now: i64,
}

/// What can be said of a proof that was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What is wrong with it.
    pub flaws: Vec<Step>,
    /// What could not be compared, and why, each in a clause.
    pub open: Vec<&'static str>,
}

impl Seen<'_> {
    /// Judges the proof. That it is old by now says nothing of the moment at which it was sent.
    pub fn judge(&self) -> Reading {
        let parts = crate::jose::jws::Compact::split(self.proof);
        let claims = parts
            .and_then(|parts| crate::jose::b64::decode(parts.payload).ok())
            .and_then(|bytes| crate::kit::json::parse(&bytes).ok());
        let text = |name: &str| claims.as_ref()?.value.get(name)?.as_str();
        let mut open = Vec::new();
        let said = text("htu").and_then(|htu| Url::parse(htu).ok());
        let mut asked = self.url.and_then(|url| absolute(url, said.as_ref()));
        if self.method.is_none() || asked.is_none() {
            open.push(
                "the request that it was sent in is unknown: method and address are not compared",
            );
        }
        if let (Some(url), Some(said_url)) = (&asked, &said)
            && normalised(url) != normalised(said_url)
            && url.path() == said_url.path()
        {
            open.push(
                "the address of the request differs from `htu` in scheme or host alone, as behind a proxy: \
                 whether it is the one that the client asked for is unknown",
            );
            asked = None;
        }
        // Where the request is not known the proof is held to what it says itself.
        let method = self.method.unwrap_or_else(|| text("htm").unwrap_or("GET"));
        let nowhere = || Url::parse("https://unknown.invalid").ok();
        let Some(url) = asked.or(said).or_else(nowhere) else {
            return Reading {
                flaws: Vec::new(),
                open,
            };
        };
        let demand = Demand {
            method,
            url: &url,
            now: self.now,
            token: self.token,
            jkt: self.jkt,
            nonces: &[],
        };
        let judged = judge(&[self.proof], &demand);
        let old = judged.iat().is_some_and(|iat| iat <= self.now);
        let mut flaws: Vec<Step> = judged
            .flaws()
            .filter(|step| !(step.check == Check::Age && old))
            .cloned()
            .collect();
        if self.proofs > 1 {
            flaws.push(Step {
                check: Check::One,
                outcome: Outcome::Failed,
                found: format!("{} DPoP headers", self.proofs),
                expected: "exactly one".into(),
            });
        }
        Reading { flaws, open }
    }
}

/// The address of a request; what is not known of it is that of the proof.
fn absolute(url: &str, said: Option<&Url>) -> Option<Url> {
    if !url.starts_with('/') {
        return Url::parse(url).ok();
    }
    match said.filter(|said| matches!(said.scheme(), "http" | "https")) {
        Some(said) => said.join(url).ok(),
        None if url.starts_with("//") => Url::parse(&format!("https:{url}")).ok(),
        None => None,
    }
}
