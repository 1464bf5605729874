//! Which of some tokens are the hops of a chain, and which of them was made from which: by the exchanges
//! that their text shows, else by their order.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Evidence, Hop, RequestedExchange,
    transcript::message::{Asked, Exchange},
};
use crate::token::{
    Kind, Token,
    claims::{self, Pid},
    decode::decode,
};

/// A token, where it stood, and what it may turn out to be.
pub struct Candidate {
    /// The hop, without its place in the chain.
    pub hop: Hop,
    /// The name of what held it: `access_token`, `header DPoP`.
    pub context: Option<String>,
}

/// Subjects of one actor that are remembered.
const MOST_SUBJECTS: usize = 64;

/// How a token came to be, or what it is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Origin {
    /// Nothing tells: by the order, the token before it is its parent.
    Unknown,
    /// It was not made from another token of these.
    Root,
    /// It was made from this one, by this exchange.
    Exchanged { parent: usize, exchange: usize },
}

/// Tokens as the hops of one chain. Those whose exchange is shown stand where it puts them; others
/// follow each other in their order. What only supports a hop is none: proofs and assertions of clients,
/// actor tokens, and what came along with an access token.
///
/// A token that a request repeats is the hop that it was.
pub fn chain(candidates: Vec<Candidate>, exchanges: &[Exchange]) -> Evidence {
    let (hops, contexts) = unique(candidates);
    let shown = Shown::of(&hops, exchanges);
    let mut origins = shown.origins(&contexts);
    let supporting = shown.supporting(&contexts, &origins);
    let mut last = None;
    for (n, origin) in origins.iter_mut().enumerate() {
        if supporting[n] {
            continue;
        }
        if *origin == Origin::Unknown
            && let Some(parent) = last
        {
            *origin = Origin::Exchanged {
                parent,
                exchange: usize::MAX,
            };
        }
        last = Some(n);
    }
    in_order(hops, &origins, &supporting, exchanges)
}

/// Each token once, but for proofs: that one was used twice is what is to be seen.
fn unique(candidates: Vec<Candidate>) -> (Vec<Hop>, Vec<Option<String>>) {
    let mut known: HashMap<Arc<str>, usize> = HashMap::new();
    let mut places: Vec<usize> = Vec::with_capacity(candidates.len());
    let (mut hops, mut contexts): (Vec<Hop>, Vec<Option<String>>) = (Vec::new(), Vec::new());
    for Candidate { hop, context } in candidates {
        // A refresh token is named alike where it is given and where it is sent.
        let sent_again =
            is_request_member(context.as_deref()) || context.as_deref() == Some("refresh_token");
        let repeats = sent_again && !is_proof(hop.token.kind);
        let first = known.get(&hop.token.raw).copied().filter(|_| repeats);
        if let Some(first) = first {
            places.push(first);
            if hops[first].sent.is_none() {
                hops[first].sent = hop.sent;
            }
            continue;
        }
        known
            .entry(Arc::clone(&hop.token.raw))
            .or_insert(hops.len());
        places.push(hops.len());
        hops.push(hop);
        contexts.push(context);
    }
    for sent in hops.iter_mut().filter_map(|hop| hop.sent.as_mut()) {
        sent.with = sent.with.and_then(|n| places.get(n).copied());
    }
    (hops, contexts)
}

/// Whether a name is one of what is sent, not given.
fn is_request_member(context: Option<&str>) -> bool {
    context.is_some_and(|name| {
        matches!(
            name.to_ascii_lowercase().as_str(),
            "subject_token"
                | "actor_token"
                | "assertion"
                | "client_assertion"
                | "bearer"
                | "dpop"
                | "header authorization"
                | "id_token_hint"
        )
    })
}

fn is_proof(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::DpopProof | Kind::Wpt | Kind::ClientAttestationPop | Kind::KeyBinding
    )
}

/// Kinds that prove who a client is or that say something about tokens: never a hop.
fn never_a_hop(kind: Kind) -> bool {
    is_proof(kind)
        || matches!(
            kind,
            Kind::ClientAssertion
                | Kind::ClientAttestation
                | Kind::RequestObject
                | Kind::JarmResponse
                | Kind::LogoutToken
        )
}

/// What the exchanges show of the tokens.
struct Shown<'e> {
    hops: &'e [Hop],
    exchanges: &'e [Exchange],
    by_raw: HashMap<&'e str, usize>,
    /// Tokens that something was made from.
    subjects: HashSet<usize>,
    actors: HashSet<usize>,
    /// Client assertions, and tokens that came along with another.
    beside: HashSet<usize>,
}

impl<'e> Shown<'e> {
    fn of(hops: &'e [Hop], exchanges: &'e [Exchange]) -> Self {
        let mut by_raw = HashMap::new();
        for (n, hop) in hops.iter().enumerate() {
            by_raw.entry(&*hop.token.raw).or_insert(n);
        }
        let mut shown = Self {
            hops,
            exchanges,
            by_raw,
            subjects: HashSet::new(),
            actors: HashSet::new(),
            beside: HashSet::new(),
        };
        for exchange in exchanges {
            if let Some(asked) = &exchange.asked {
                shown.subjects.extend(shown.at(asked.subject()));
                shown.actors.extend(shown.at(asked.actor()));
                shown.beside.extend(shown.at(asked.client_assertion()));
                // A refresh token leads to its like: what it was issued with is not made from it.
                shown.beside.extend(shown.at(asked.get("refresh_token")));
            }
            if let Some(answered) = &exchange.answered {
                let siblings: Vec<usize> = answered
                    .siblings()
                    .filter_map(|raw| shown.at(Some(raw)))
                    .collect();
                shown.beside.extend(siblings);
            }
        }
        shown
    }

    fn at(&self, raw: Option<&str>) -> Option<usize> {
        self.by_raw.get(raw?).copied()
    }

    /// Where each token comes from, as far as that is shown.
    fn origins(&self, contexts: &[Option<String>]) -> Vec<Origin> {
        let mut origins = vec![Origin::Unknown; self.hops.len()];
        for (n, exchange) in self.exchanges.iter().enumerate() {
            let issued = exchange.answered.as_ref().and_then(|a| a.issued());
            let (Some(asked), Some(issued)) = (&exchange.asked, self.at(issued)) else {
                continue;
            };
            if !asked.is_for_tokens() || origins[issued] != Origin::Unknown {
                continue;
            }
            origins[issued] = match self.at(asked.subject()) {
                Some(parent) if parent != issued => Origin::Exchanged {
                    parent,
                    exchange: n,
                },
                _ => Origin::Root,
            };
        }
        // What came along with a token is not made from the one before.
        for &n in &self.beside {
            if origins[n] == Origin::Unknown {
                origins[n] = Origin::Root;
            }
        }
        let shows_requests = |e: &Exchange| e.asked.as_ref().is_some_and(Asked::is_for_tokens);
        if self.exchanges.iter().any(shows_requests) {
            // What is sent in a transcript was issued before it, and how is not shown.
            for (n, context) in contexts.iter().enumerate() {
                if origins[n] == Origin::Unknown && is_request_member(context.as_deref()) {
                    origins[n] = Origin::Root;
                }
            }
        } else {
            Self::by_names(contexts, &mut origins);
        }
        origins
    }

    /// Where no request can be read, the names tell: an `access_token` after a `subject_token` is made
    /// from it.
    fn by_names(contexts: &[Option<String>], origins: &mut [Origin]) {
        let mut subject = None;
        for (n, context) in contexts.iter().enumerate() {
            match context.as_deref() {
                Some("subject_token" | "assertion") => subject = Some(n),
                Some("access_token") => {
                    if let Some(parent) = subject.take() {
                        origins[n] = Origin::Exchanged {
                            parent,
                            exchange: usize::MAX,
                        };
                    }
                }
                _ => {}
            }
        }
    }

    /// Which tokens only support a hop.
    fn supporting(&self, contexts: &[Option<String>], origins: &[Origin]) -> Vec<bool> {
        let named = |n: usize, names: &[&str]| {
            contexts[n]
                .as_deref()
                .is_some_and(|context| names.contains(&context))
        };
        let made_from: HashSet<usize> = origins
            .iter()
            .filter_map(|origin| match origin {
                Origin::Exchanged { parent, .. } => Some(*parent),
                _ => None,
            })
            .collect();
        let inferred = self.actors_by_their_names(origins);
        let came_along = |n: usize| {
            let beside = n.saturating_sub(2)..(n + 3).min(contexts.len());
            beside
                .into_iter()
                .any(|other| named(other, &["access_token"]))
        };
        let mut supporting: Vec<bool> = (0..self.hops.len())
            .map(|n| {
                let kind = self.hops[n].token.kind;
                if self.hops[n].supporting
                    || never_a_hop(kind)
                    || named(n, &["client_assertion", "header DPoP"])
                {
                    return true;
                }
                if self.subjects.contains(&n)
                    || made_from.contains(&n)
                    || matches!(origins[n], Origin::Exchanged { .. })
                {
                    return false;
                }
                self.actors.contains(&n)
                    || self.beside.contains(&n)
                    || inferred.contains(&n)
                    || named(n, &["actor_token", "id_token_hint", "refresh_token"])
                    || (named(n, &["id_token"]) && came_along(n))
            })
            .collect();
        // What is looked at has one hop at least.
        if !supporting.is_empty() && supporting.iter().all(|s| *s) {
            let may_be = |hop: &Hop| !hop.supporting && !never_a_hop(hop.token.kind);
            let hop = self.hops.iter().position(may_be);
            if let Some(hop) = hop {
                supporting[hop] = false;
            }
        }
        supporting
    }

    /// Tokens that a later one names as its actor's, of which nothing tells that anything was made from
    /// them: identities of workloads, and tokens about another subject where one about the right one is
    /// there.
    fn actors_by_their_names(&self, origins: &[Origin]) -> HashSet<usize> {
        // The actors that tokens name, with whom they act for, and the last token that does.
        let mut acting: HashMap<Pid, Vec<(usize, Option<Pid>)>> = HashMap::new();
        let mut first_about: HashMap<Pid, usize> = HashMap::new();
        for (n, hop) in self.hops.iter().enumerate() {
            let subject = claims::subject(&hop.token);
            if let Some(subject) = &subject {
                first_about.entry(subject.clone()).or_insert(n);
            }
            if let Some(actor) = claims::actors(&hop.token).into_iter().next() {
                let seen = acting.entry(actor.pid).or_default();
                let room = seen.len() < MOST_SUBJECTS;
                match seen.last_mut() {
                    Some((at, other)) if *other == subject => *at = n,
                    _ if room => seen.push((n, subject)),
                    _ => {}
                }
            }
        }
        let supports = |n: usize, token: &Token| {
            let Some(own) = claims::subject(token).filter(|_| origins[n] == Origin::Unknown) else {
                return false;
            };
            let workload = matches!(token.kind, Kind::JwtSvid | Kind::Wit);
            acting.get(&own).is_some_and(|seen| {
                seen.iter().any(|(at, about)| {
                    let other = about.as_ref().filter(|about| **about != own);
                    let subject_is_there = other
                        .and_then(|about| first_about.get(about))
                        .is_some_and(|first| first < at);
                    *at > n && other.is_some() && (workload || subject_is_there)
                })
            })
        };
        self.hops
            .iter()
            .enumerate()
            .filter(|(n, hop)| supports(*n, &hop.token))
            .map(|(n, _)| n)
            .collect()
    }
}

/// The hops with parents before their children.
fn in_order(
    hops: Vec<Hop>,
    origins: &[Origin],
    supporting: &[bool],
    exchanges: &[Exchange],
) -> Evidence {
    let count = hops.len();
    let parent_of = |n: usize| match origins[n] {
        Origin::Exchanged { parent, .. } if !supporting[n] => Some(parent),
        _ => None,
    };
    let mut place = vec![usize::MAX; count];
    let mut order: Vec<usize> = Vec::with_capacity(count);
    for start in 0..count {
        // The way up to the first that has a place; a circle ends where it closes.
        let mut way = Vec::new();
        let mut on_way = HashSet::new();
        let mut next = Some(start);
        while let Some(at) = next.filter(|at| place[*at] == usize::MAX && on_way.insert(*at)) {
            way.push(at);
            next = parent_of(at);
        }
        for at in way.into_iter().rev() {
            place[at] = order.len();
            order.push(at);
        }
    }
    let mut hops: Vec<Option<Hop>> = hops.into_iter().map(Some).collect();
    let raw: HashMap<Arc<str>, Arc<Token>> = hops
        .iter()
        .flatten()
        .map(|hop| (Arc::clone(&hop.token.raw), Arc::clone(&hop.token)))
        .collect();
    let hops = order
        .iter()
        .filter_map(|&at| {
            let mut hop = hops.get_mut(at)?.take()?;
            hop.chain = Some("chain".into());
            hop.supporting = supporting[at];
            hop.parent = parent_of(at)
                .map(|parent| place[parent])
                .filter(|parent| *parent < place[at]);
            if let Origin::Exchanged { exchange, .. } = origins[at]
                && let Some(asked) = exchanges.get(exchange).and_then(|e| e.asked.as_ref())
            {
                hop.exchange = Some(requested(asked, &raw));
            }
            if let Some(sent) = &mut hop.sent {
                sent.with = sent.with.and_then(|n| place.get(n).copied());
            }
            Some(hop)
        })
        .collect();
    Evidence {
        hops,
        ..Evidence::default()
    }
}

fn requested(asked: &Asked, known: &HashMap<Arc<str>, Arc<Token>>) -> RequestedExchange {
    let token = |raw: &str| {
        known
            .get(raw)
            .cloned()
            .unwrap_or_else(|| Arc::new(decode(raw)))
    };
    let by_assertion = || {
        let assertion = token(asked.client_assertion()?);
        Some(claims::subject(&assertion)?.sub)
    };
    RequestedExchange {
        client_id: asked.client().map(str::to_owned).or_else(by_assertion),
        actor_token: asked.actor().map(token),
        actor_token_sent: asked.actor().is_some(),
        scope: asked.scope(),
        targets: asked.targets(),
    }
}
