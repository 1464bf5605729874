//! The operands of the rules, read once for each token.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use super::{
    Settings,
    shared_claims::{Shared, is_due},
};
use crate::{
    evidence::{Evidence, Hop, Identities, RequestedExchange},
    jose::Alg,
    kit::text::{escape, excerpt},
    token::{
        Form, Kind, Token,
        claims::{self, Actor, Pid},
        naming,
        validate::KeyOwner,
    },
};

/// What the rules ask of one token (the catalogue's T with S, D, A and k).
pub(super) struct Facts<'a> {
    pub hop: &'a Hop,
    pub token: &'a Token,
    pub kind: Kind,
    /// Whether the claims could be read.
    pub readable: bool,
    pub iss: Option<&'a str>,
    pub sub: Option<&'a str>,
    /// `client_id`, or what vendors call it.
    pub client: Option<&'a str>,
    pub scopes: Option<BTreeSet<String>>,
    pub audiences: Option<BTreeSet<String>>,
    /// Outermost first.
    pub actors: Vec<Actor>,
    /// Holder key; none is a bearer token.
    pub key: Option<String>,
    pub exp: Option<i64>,
    pub iat: Option<i64>,
    /// Signature verified by a key of the issuer: any other key proves only who holds that key.
    pub verified: bool,
    /// `AAuth`: some rules of the chain do not apply.
    pub aauth: bool,
    /// Subjects of the hops before this one.
    pub earlier: Rc<Vec<Pid>>,
    /// Which names are one principal's.
    pub identities: Rc<Identities>,
}

impl<'a> Facts<'a> {
    fn of(hop: &'a Hop, identities: &Rc<Identities>) -> Self {
        let token: &Token = &hop.token;
        let mut actors = claims::actors(token);
        for actor in &mut actors {
            actor.pid = identities.canonical(&actor.pid);
        }
        Self {
            hop,
            token,
            kind: token.kind,
            readable: token.claims.is_some(),
            iss: token.claim_text("iss"),
            sub: token.claim_text("sub"),
            client: claims::client(token),
            scopes: claims::scopes(token),
            audiences: claims::audiences(token),
            actors,
            key: claims::holder_key(token),
            exp: claims::numeric_date(token, "exp"),
            iat: claims::numeric_date(token, "iat"),
            verified: hop
                .verdict
                .as_ref()
                .is_some_and(|v| v.signer() == Some(KeyOwner::Issuer)),
            aauth: token
                .header_text("typ")
                .is_some_and(|typ| typ.to_ascii_lowercase().starts_with("aa-")),
            earlier: Rc::default(),
            identities: Rc::clone(identities),
        }
    }

    /// `exp - iat`, else `exp - nbf`, in seconds.
    pub fn life(&self) -> Option<i64> {
        claims::life(self.token)
    }

    /// Algorithm of the header; none when there is no header or no `alg`.
    pub fn alg(&self) -> Option<Alg> {
        self.token.header_text("alg").map(Alg::parse)
    }

    /// Whether the text is a JWS, so that it can have a signature.
    pub fn is_jws(&self) -> bool {
        matches!(
            self.token.form,
            Form::Compact | Form::Flattened | Form::General
        )
    }

    /// Whether the token has to say who it is for.
    pub fn addressed(&self) -> Addressed {
        match is_due(Shared::Aud, self.kind) {
            Some(true) => Addressed::Yes,
            Some(false) => Addressed::No,
            None => Addressed::Unknown,
        }
    }

    /// Access tokens, by type or by shape.
    pub fn is_access(&self) -> bool {
        matches!(self.kind, Kind::AccessToken | Kind::PresumedAccessToken)
    }

    /// Whom the token is about.
    pub fn subject(&self) -> Option<Pid> {
        claims::subject(self.token).map(|pid| self.identities.canonical(&pid))
    }

    /// A client of the token's issuer.
    pub fn client_of_issuer(&self, id: &str) -> Pid {
        self.identities.canonical(&Pid::new(self.iss, id))
    }

    /// The identities of the actors, outermost first.
    pub fn chain(&self) -> Vec<Pid> {
        self.actors.iter().map(|a| a.pid.clone()).collect()
    }

    /// Subject, first actor ... current actor, audiences: names for people.
    pub fn path(&self) -> Vec<String> {
        let subject = claims::subject(self.token).map(|pid| pid.sub);
        let mut path: Vec<String> = subject.iter().map(|s| escape(s).into_owned()).collect();
        path.extend(
            self.actors
                .iter()
                .rev()
                .map(|a| escape(&a.pid.sub).into_owned()),
        );
        path.extend(
            self.audiences
                .iter()
                .flatten()
                .map(|a| escape(a).into_owned()),
        );
        path
    }

    /// What to call the subject.
    pub fn who(&self) -> String {
        let client = || naming::own_client(self.token).map(str::to_owned);
        let called = naming::called(self.token).or_else(client);
        called.map_or_else(|| "nobody named".into(), |name| shown(&name))
    }

    /// What to call the hop.
    pub fn name(&self) -> String {
        shown(&self.hop.name)
    }

    /// The hop's token, at the beginning of a sentence. A token on its own is called as its kind is, and
    /// a kind is nobody's.
    pub fn the_token(&self) -> String {
        if self.hop.name == self.token.kind.label() {
            "This token".into()
        } else {
            format!("The token of {}", self.name())
        }
    }

    /// Whether the token names only a session and its client, so that who asks its issuer is told the
    /// rest: lightweight access tokens of Keycloak, which give `sub` and `aud` at introspection.
    pub fn is_by_session(&self) -> bool {
        let given = |claim| self.token.claim(claim).is_some();
        given("sid") && given("azp") && !given("sub") && !given("aud")
    }

    /// What was asked of the server that issued the token.
    pub fn asked(&self) -> Option<&'a RequestedExchange> {
        self.hop.exchange.as_ref()
    }
}

/// Whether a token is of a kind that says in `aud` who it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addressed {
    Yes,
    No,
    /// Its kind is unknown.
    Unknown,
}

pub(super) use crate::kit::clock::numeric_date_words as moment;

/// A reason as a sentence.
pub(super) fn sentence(reason: &str) -> String {
    let reason = reason.trim_end();
    if reason.ends_with('.') {
        reason.to_owned()
    } else {
        format!("{reason}.")
    }
}

/// A value from a token, escaped and at most 80 characters long.
pub(super) fn shown(text: &str) -> String {
    excerpt(text, 80)
}

/// A list of values for people.
pub(super) fn listed<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let items: Vec<&str> = items.into_iter().collect();
    let mut text = items
        .iter()
        .take(MOST)
        .map(|item| shown(item))
        .collect::<Vec<_>>()
        .join(", ");
    if items.len() > MOST {
        text.push_str(&format!(" and {} more", items.len() - MOST));
    }
    if text.is_empty() { "none".into() } else { text }
}

/// Actors for people, outermost first.
pub(super) fn actors(pids: &[Pid]) -> String {
    listed(pids.iter().map(|p| p.sub.as_str()))
}

/// Reads the facts of all hops.
pub(super) fn read(evidence: &Evidence) -> Vec<Facts<'_>> {
    let identities = Rc::new(Identities::of(evidence));
    let mut all: Vec<Facts<'_>> = Vec::with_capacity(evidence.hops.len());
    for hop in &evidence.hops {
        let mut facts = Facts::of(hop, &identities);
        // Shared as long as the subject stays the same, so that long chains cost nothing.
        if let Some(parent) = hop.parent.and_then(|p| all.get(p)) {
            facts.earlier = match parent.subject() {
                Some(subject) if !parent.earlier.contains(&subject) => {
                    let mut earlier = (*parent.earlier).clone();
                    earlier.push(subject);
                    Rc::new(earlier)
                }
                _ => Rc::clone(&parent.earlier),
            };
        }
        all.push(facts);
    }
    all
}

/// What raises or lowers severities (catalogue §0.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// A privileged scope, or one about payments.
    pub powerful: bool,
    /// The receiver is not of the issuer's domain.
    pub third_party: bool,
    /// The issuer is on this machine, or in a lab.
    pub lab: bool,
}

impl Context {
    pub fn of(facts: &Facts<'_>, settings: &Settings) -> Self {
        let lab = facts.iss.is_some_and(is_lab);
        Self {
            powerful: facts
                .scopes
                .iter()
                .flatten()
                .any(|s| is_payment(s) || is_privileged(s, settings)),
            third_party: !lab
                && facts
                    .iss
                    .and_then(host)
                    .is_some_and(|iss| is_third_party(&iss, facts.audiences.as_ref())),
            lab,
        }
    }
}

/// Whether each chain carries a powerful scope anywhere: what happens at one hop of such a chain
/// happens to that power.
pub(super) fn powerful_chains<'a>(
    facts: &[Facts<'a>],
    settings: &Settings,
) -> HashMap<&'a str, bool> {
    let mut chains: HashMap<&str, bool> = HashMap::new();
    for facts in facts.iter().filter(|f| !f.hop.supporting) {
        if let Some(chain) = facts.hop.chain.as_deref() {
            *chains.entry(chain).or_default() |= Context::of(facts, settings).powerful;
        }
    }
    chains
}

/// Whether a scope is on the list of privileged ones. In a pattern `*` stands for any run of
/// characters; the pattern `*` alone means the scope that is called so.
pub(super) fn is_privileged(scope: &str, settings: &Settings) -> bool {
    settings
        .privileged
        .iter()
        .any(|pattern| pattern == scope || (pattern != "*" && matches(pattern, scope)))
}

/// Whether a scope is about payments: a word of it is `pay`, `payment` or `payments`.
pub(super) fn is_payment(scope: &str) -> bool {
    scope
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| {
            ["pay", "payment", "payments"]
                .iter()
                .any(|p| word.eq_ignore_ascii_case(p))
        })
}

/// Matches a pattern in which `*` stands for any run of characters. Linear: no backtracking beyond
/// the last star.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn host(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https")
        .then(|| url.host_str().map(str::to_owned))
        .flatten()
}

/// Whether an issuer is on this machine or in a lab (RFC 6761 `localhost`, `test`).
fn is_lab(iss: &str) -> bool {
    let Some(host) = host(iss) else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<std::net::IpAddr>() {
        return ip.is_loopback();
    }
    ["localhost", "test"]
        .iter()
        .any(|name| host == *name || host.ends_with(&format!(".{name}")))
}

/// Whether a receiver that is named by URL lies outside the issuer's domain, taken as its last two
/// labels. Without the list of public suffixes that errs on the side of one domain.
fn is_third_party(iss: &str, audiences: Option<&BTreeSet<String>>) -> bool {
    let domain = |host: &str| -> String {
        if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
            return host.to_owned();
        }
        let labels: Vec<&str> = host.split('.').collect();
        labels[labels.len().saturating_sub(2)..].join(".")
    };
    audiences
        .into_iter()
        .flatten()
        .filter_map(|aud| host(aud))
        .any(|aud| domain(&aud) != domain(iss))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(matches("*:write", "files:write"));
        assert!(!matches("*:write", "files:write:own"));
        assert!(matches("impersonat*", "impersonation"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a*b*c", "a-c-b"));
        let settings = Settings::at(crate::kit::clock::Timestamp::UNIX_EPOCH);
        assert!(is_privileged("*", &settings));
        assert!(!is_privileged("accounts:read", &settings));
    }

    #[test]
    fn words_of_payment() {
        assert!(is_payment("payments:initiate"));
        assert!(is_payment("openbanking.Payment.write"));
        assert!(!is_payment("payload:read"));
    }

    #[test]
    fn labs_and_third_parties() {
        assert!(is_lab("http://127.0.0.1:41873"));
        assert!(is_lab("http://[::1]:80/as"));
        assert!(is_lab("https://as.realm.test"));
        assert!(!is_lab("https://localhost.example"));
        let aud = |text: &str| Some(BTreeSet::from([text.to_owned()]));
        assert!(is_third_party(
            "as.example.com",
            aud("https://tool.vendor.net").as_ref()
        ));
        assert!(!is_third_party(
            "as.example.com",
            aud("https://api.example.com").as_ref()
        ));
        assert!(!is_third_party(
            "as.example.com",
            aud("payments-api").as_ref()
        ));
    }
}
