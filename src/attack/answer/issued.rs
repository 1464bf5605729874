//! Whether a token that came has what was forged in the request for it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::outcome::{Control, Outcome, shown};
use crate::{
    oauth::{
        failure::RefusalPlace,
        http::{Body, Request, Response},
        token_response::{self, Issued, Requested},
    },
    token::{
        Kind, Token,
        claims::{self, Pid},
        decode::decode,
    },
};

/// Parameters of which a server may leave out what was asked for, and issue a token all the same.
const MAY_BE_LEFT_OUT: [&str; 6] = [
    "scope",
    "audience",
    "resource",
    "requested_token_type",
    "actor_token",
    "actor_token_type",
];

/// What differs from one request to the next although nothing was forged.
const FRESH_EACH_TIME: [&str; 2] = ["client_assertion", "client_assertion_type"];

pub(super) fn issued(response: &Response) -> Result<Issued, String> {
    let asked = Requested {
        place: RefusalPlace::Exchange,
        scope: BTreeSet::new(),
        requested_token_type: None,
    };
    token_response::read(response, &asked).map_err(|failure| failure.said)
}

/// Whether the token has what was forged, where the request differs from the good one in nothing but what
/// a server may leave out.
pub(super) fn compared(
    request: &Request,
    response: &Response,
    issued: &Issued,
    control: &Control,
) -> Outcome {
    let (Some(now), Some(before)) = (fields(request), fields(&control.request)) else {
        return Outcome::Granted;
    };
    let names: BTreeSet<&str> = now.iter().chain(&before).map(|(name, _)| *name).collect();
    let changed: Vec<&str> = names
        .into_iter()
        .filter(|name| !FRESH_EACH_TIME.contains(name))
        .filter(|name| values(&now, name) != values(&before, name))
        .collect();
    let other = changed.iter().any(|name| !MAY_BE_LEFT_OUT.contains(name));
    if changed.is_empty() || other || headers(request) != headers(&control.request) {
        return Outcome::Granted;
    }
    let token = decode(&issued.token);
    let compared = Compared {
        now,
        before,
        token: &token,
        issued,
        response,
        control,
    };
    let is_changed = |names: &[&str]| changed.iter().any(|name| names.contains(name));
    let mut outcomes = Vec::new();
    if is_changed(&["scope"]) {
        outcomes.extend(compared.scope());
    }
    if is_changed(&["audience", "resource"]) {
        outcomes.extend(compared.targets());
    }
    if is_changed(&["requested_token_type"]) {
        outcomes.push(compared.token_type());
    }
    if is_changed(&["actor_token", "actor_token_type"]) {
        outcomes.push(compared.actor());
    }
    together(&outcomes)
}

/// One part that was granted is enough; what is open keeps the rest from being a refusal.
fn together(outcomes: &[Outcome]) -> Outcome {
    if outcomes.is_empty() || outcomes.contains(&Outcome::Granted) {
        return Outcome::Granted;
    }
    if let Some(open) = outcomes.iter().find(|o| matches!(o, Outcome::Unclear(_))) {
        return open.clone();
    }
    let reasons: Vec<&str> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Withheld(why) => Some(why.as_str()),
            _ => None,
        })
        .collect();
    Outcome::Withheld(reasons.join("; "))
}

struct Compared<'a> {
    now: Vec<(&'a str, &'a str)>,
    before: Vec<(&'a str, &'a str)>,
    token: &'a Token,
    issued: &'a Issued,
    response: &'a Response,
    control: &'a Control,
}

impl Compared<'_> {
    fn added(&self, names: &[&str], split: bool) -> BTreeSet<String> {
        let all = |fields: &[(&str, &str)]| -> BTreeSet<String> {
            let values = fields.iter().filter(|(name, _)| names.contains(name));
            let words = values.flat_map(|(_, value)| {
                let words: Vec<&str> = if split {
                    value.split_ascii_whitespace().collect()
                } else {
                    vec![value]
                };
                words
            });
            words.map(str::to_owned).collect()
        };
        &all(&self.now) - &all(&self.before)
    }

    /// The token that the good request was answered with.
    fn good(&self) -> Option<Token> {
        issued(&self.control.response)
            .ok()
            .map(|issued| decode(&issued.token))
    }

    fn is_readable(&self) -> bool {
        self.token.claims.is_some()
    }

    fn scope(&self) -> Option<Outcome> {
        let good = self.good().and_then(|token| claims::scopes(&token));
        let added = &self.added(&["scope"], true) - &good.unwrap_or_default();
        if added.is_empty() {
            return None;
        }
        let inside = claims::scopes(self.token);
        if inside.is_none() && self.issued.scope.is_none() {
            // RFC 6749 §5.1: what is not said is as it was asked for.
            return Some(if self.is_readable() {
                unclear("neither the answer nor the token says its scope")
            } else {
                Outcome::Granted
            });
        }
        let told: BTreeSet<String> = inside
            .into_iter()
            .chain(self.issued.scope.clone())
            .flatten()
            .collect();
        Some(if told.is_disjoint(&added) {
            Outcome::Withheld(format!(
                "the scope was narrowed: it has {} and not {}",
                listed(&told),
                listed(&added)
            ))
        } else {
            Outcome::Granted
        })
    }

    fn targets(&self) -> Option<Outcome> {
        let good = self.good().and_then(|token| claims::audiences(&token));
        let added = &self.added(&["audience", "resource"], false) - &good.unwrap_or_default();
        if added.is_empty() {
            return None;
        }
        if !self.is_readable() {
            return Some(unclear(
                "the token that was issued is opaque: whom it is for cannot be read",
            ));
        }
        let Some(found) = claims::audiences(self.token) else {
            return Some(unclear("the token that was issued names no audience"));
        };
        let plain = |name: &String| name.trim_end_matches('/').to_owned();
        let names: BTreeSet<String> = found.iter().map(plain).collect();
        Some(if added.iter().any(|name| names.contains(&plain(name))) {
            Outcome::Granted
        } else {
            Outcome::Withheld(format!(
                "the target was passed over: the token is for {}",
                listed(&found)
            ))
        })
    }

    fn token_type(&self) -> Outcome {
        let Some(wanted) = values(&self.now, "requested_token_type").pop() else {
            return Outcome::Granted;
        };
        let says = |response: &Response, name: &str| {
            let body = serde_json::from_slice::<Value>(&response.body).ok()?;
            Some(body.get(name)?.as_str()?.to_owned()).filter(|text| !text.is_empty())
        };
        let refresh = "urn:ietf:params:oauth:token-type:refresh_token";
        let refreshes = |response: &Response| says(response, "refresh_token").is_some();
        if wanted == refresh && refreshes(self.response) && !refreshes(&self.control.response) {
            return Outcome::Granted;
        }
        match says(self.response, "issued_token_type") {
            Some(found) if found == wanted => Outcome::Granted,
            Some(found) => Outcome::Withheld(format!(
                "the type was passed over: what was issued is {}",
                shown(&found)
            )),
            None if !self.is_readable() => {
                unclear("the token that was issued is opaque, and the answer does not say its type")
            }
            None if self.token.kind == Kind::RefreshToken => Outcome::Granted,
            None => Outcome::Withheld(format!(
                "the type was passed over: what was issued is by its shape: {}",
                self.token.kind.label()
            )),
        }
    }

    fn actor(&self) -> Outcome {
        if !self.is_readable() {
            return unclear("the token that was issued is opaque: who acts cannot be read");
        }
        let acts = |token: &Token| -> Option<Pid> {
            claims::actors(token).into_iter().next().map(|a| a.pid)
        };
        let earlier = self.good().and_then(|token| acts(&token));
        let sent = !values(&self.before, "actor_token").is_empty();
        let sends = !values(&self.now, "actor_token").is_empty();
        match (acts(self.token), earlier) {
            (None, Some(_)) if sends => Outcome::Granted,
            (None, _) if sends => Outcome::Withheld(
                "the actor token was passed over: the token that was issued names nobody who acts"
                    .into(),
            ),
            (None, _) => Outcome::Withheld(
                "the type was passed over: the token that was issued names nobody who acts".into(),
            ),
            (Some(now), Some(before)) if now == before && !sent => Outcome::Withheld(format!(
                "the actor token was passed over: {} acts, as without one",
                shown(&now.sub)
            )),
            (Some(_), _) => Outcome::Granted,
        }
    }
}

fn fields(request: &Request) -> Option<Vec<(&str, &str)>> {
    match &request.body {
        Body::Form(fields) => Some(
            fields
                .iter()
                .map(|field| (field.name.as_str(), field.value.as_str()))
                .collect(),
        ),
        _ => None,
    }
}

fn values<'a>(fields: &[(&'a str, &'a str)], name: &str) -> Vec<&'a str> {
    let mut all: Vec<&str> = fields
        .iter()
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| *value)
        .collect();
    all.sort_unstable();
    all
}

fn headers(request: &Request) -> BTreeSet<String> {
    let names = request.headers.iter();
    names.map(|h| h.name.to_ascii_lowercase()).collect()
}

fn unclear(why: &str) -> Outcome {
    Outcome::Unclear(Some(why.to_owned()))
}

fn listed(items: &BTreeSet<String>) -> String {
    let mut all: Vec<String> = items.iter().take(8).map(|item| shown(item)).collect();
    if items.len() > all.len() {
        all.push(format!("{} more", items.len() - all.len()));
    }
    if all.is_empty() {
        "nothing".into()
    } else {
        all.join(", ")
    }
}
