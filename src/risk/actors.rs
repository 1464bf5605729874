//! Who acts: the actors of a hop compared with its parent's, as the rules about them see it.

use serde_json::Value;

use super::{
    Severity,
    compare::{Comparison, compare},
    facts::{Facts, actors, shown},
    said::{Draft, Said},
    survey::Pair,
};
use crate::token::{
    Kind,
    claims::{self, Actor, Pid},
};

/// The actors of a hop, compared with those of its parent.
pub(super) struct Actors<'s> {
    pub parent: &'s Facts<'s>,
    pub child: &'s Facts<'s>,
    /// The parent's, outermost first, under the names that declared links lead to.
    pub before: Vec<Pid>,
    /// The child's.
    pub after: Vec<Pid>,
    /// Who presented the exchange, when that is known.
    pub presenter: Option<Pid>,
    pub found: Comparison,
    pub situation: Situation,
}

/// What can be asked of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Situation {
    /// Nobody acts, before or after.
    Nobody,
    /// Somebody acted before, nobody does now.
    Dropped,
    /// The names are of two domains, which cannot be told apart without a map.
    TwoDomains,
    /// All.
    Comparable,
}

impl<'s> Actors<'s> {
    /// Compares them; `None` where `act` of either is malformed.
    pub fn of(pair: &Pair<'s>) -> Option<Self> {
        let Pair {
            parent,
            child,
            settings,
        } = *pair;
        if act_is_broken(parent) || act_is_broken(child) {
            return None;
        }
        let mapped = |pids: Vec<Pid>| -> Vec<Pid> { pids.iter().map(|p| pair.linked(p)).collect() };
        let (before, after) = (mapped(parent.chain()), mapped(child.chain()));
        let presenter = presenter(child).map(|x| pair.linked(&x));
        let subject = child.subject().map(|s| pair.linked(&s));
        let own = without_those_of_the_actor_token(child, &after, &before, &mapped);
        let told = own.as_deref().unwrap_or(&after);
        let found = compare(&before, told, presenter.as_ref(), subject.as_ref());
        let situation = if after.is_empty() {
            if before.is_empty() {
                Situation::Nobody
            } else {
                Situation::Dropped
            }
        } else {
            // A sound chain needs no map.
            let across = parent.iss.is_some() && child.iss.is_some() && parent.iss != child.iss;
            let same_front = presenter
                .as_ref()
                .is_none_or(|x| after == before || after.first() == Some(x));
            if across && settings.links.is_empty() && !(found.is_sound() && same_front) {
                Situation::TwoDomains
            } else {
                Situation::Comparable
            }
        };
        Some(Self {
            parent,
            child,
            before,
            after,
            presenter,
            found,
            situation,
        })
    }

    /// What a rule that compares names says where they cannot be compared.
    pub fn comparable(&self) -> Result<(), Said> {
        match self.situation {
            Situation::Comparable => Ok(()),
            Situation::TwoDomains => Err(Said::unknown(
                "parent and child are of different issuers, and no identity map is declared",
            )),
            Situation::Nobody | Situation::Dropped => Err(Said::Silent),
        }
    }

    /// A finding about the actors.
    pub fn draft(&self, severity: Severity, message: String) -> Draft {
        Draft {
            severity,
            claim: "act".into(),
            found: actors(&self.after),
            expected: self.presenter.as_ref().map_or_else(
                || format!("the new actor, then {}", actors(&self.before)),
                |x| {
                    let whole: Vec<Pid> = std::iter::once(x).chain(&self.before).cloned().collect();
                    actors(&whole)
                },
            ),
            message,
            uncertain: self.found.by_name,
        }
    }
}

/// The child's actors without those that the actor token brought along, where a server nests these and
/// not the subject token's: an agent that already acts for somebody acts here (RFC 8693 §4.1 leaves open
/// whose prior actors are kept). `None` where the actor token brought none, or others.
fn without_those_of_the_actor_token(
    child: &Facts<'_>,
    after: &[Pid],
    before: &[Pid],
    mapped: &impl Fn(Vec<Pid>) -> Vec<Pid>,
) -> Option<Vec<Pid>> {
    let token = child.asked()?.actor_token.as_deref()?;
    let brought = mapped(claims::actors(token).into_iter().map(|a| a.pid).collect());
    let (first, prior) = after.split_first()?;
    if brought.is_empty() || prior == before {
        return None;
    }
    let rest = prior.strip_prefix(brought.as_slice())?;
    Some(std::iter::once(first).chain(rest).cloned().collect())
}

/// Who presented an exchange that was seen: the actor token's subject, else the authenticated client.
pub(super) fn presenter(child: &Facts<'_>) -> Option<Pid> {
    let asked = child.asked()?;
    let first = child.actors.first();
    if let Some(token) = &asked.actor_token {
        let subject = child.identities.canonical(&claims::subject(token)?);
        // A server may name the actor by the client that holds the actor token, and without the issuer
        // that gave the name: it is the same party.
        let as_client = claims::client(token).map(|id| Pid::new(token.claim_text("iss"), id));
        let is_named = |actor: &&Actor| {
            as_client.as_ref() == Some(&actor.pid)
                || (!actor.has_iss && actor.pid.sub == subject.sub)
        };
        return Some(
            first
                .filter(is_named)
                .map_or(subject, |actor| actor.pid.clone()),
        );
    }
    if asked.actor_token_sent {
        return None; // opaque: whom it is about cannot be read
    }
    let client = asked.client_id.as_deref()?;
    // A client identifier has no issuer of its own: it is whichever actor is called so.
    let is_called_so = |actor: &&Actor| {
        let member = |name: &str| actor.members.get(name).and_then(Value::as_str);
        actor.pid.sub == client || member("client_id").or(member("azp")) == Some(client)
    };
    if let Some(actor) = first.filter(is_called_so) {
        return Some(actor.pid.clone());
    }
    let named = child.client_of_issuer(client);
    let may_be = first.is_some_and(|actor| child.identities.may_be_one(&named, &actor.pid));
    (!may_be).then_some(named)
}

/// Who holds a token: the one who acts now, else the client that it was issued to.
pub(super) fn holder<'a>(facts: &'a Facts<'_>) -> Option<&'a str> {
    let actor = facts.actors.first().map(|a| a.pid.sub.as_str());
    actor.filter(|sub| !sub.is_empty()).or(facts.client)
}

/// Kinds of which `act` is not asked: they are not what an agent acts with.
pub(super) fn may_lack_act(kind: Kind) -> bool {
    matches!(kind, Kind::IdToken | Kind::RefreshToken)
}

/// Whether `act` breaks off in an entry that names nobody, so that comparing chains means nothing.
fn act_is_broken(facts: &Facts<'_>) -> bool {
    let mut next = facts.token.claim("act");
    while let Some(party) = next {
        if flaw(party).is_some() {
            return true;
        }
        next = party.get("act");
    }
    false
}

/// Shows each entry of `act`, at each depth, and of `may_act`, with its path.
pub(super) fn each_party(facts: &Facts<'_>, mut show: impl FnMut(&str, &Value)) {
    for root in ["act", "may_act"] {
        let mut path = root.to_owned();
        let mut next = facts.token.claim(root);
        while let Some(party) = next {
            show(&path, party);
            next = party.get("act");
            path.push_str(".act");
        }
    }
}

/// Why an entry of `act` or `may_act` names nobody.
pub(super) fn flaw(party: &Value) -> Option<String> {
    let Some(members) = party.as_object() else {
        return Some(format!("not an object but {}", kind_of(party)));
    };
    match members.get("sub") {
        Some(Value::String(_)) => None,
        Some(other) => Some(format!("`sub` is {}", kind_of(other))),
        // A client may be named as such: RFC 8693 §4.1 asks for claims that identify the actor.
        None if members.get("client_id").is_some_and(Value::is_string) => None,
        None => Some("no `sub`".into()),
    }
}

fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => format!("the boolean {b}"),
        Value::Number(n) => format!("the number {n}"),
        Value::String(text) => format!("the string {}", shown(text)),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(_) => "an object".into(),
    }
}
