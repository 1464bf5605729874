//! From evidence to graph: principals instead of tokens, the same principal merged across tokens.

mod rank;
mod roles;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use rank::rank;
use roles::{Roles, client_of, speaks_of_principals};

use super::{
    Edge, Graph, Node, NodeKind, Relation, Standing,
    place::{self, Trace},
};
use crate::{
    evidence::{Evidence, Hop},
    jose::Jwk,
    kit::text::{escape, excerpt},
    risk::Report,
    token::{
        Kind, Token,
        claims::{self, Pid},
    },
};

/// Most principals of one path that are remembered from hop to hop.
const LONGEST_PATH: usize = 128;

/// Audiences of one token that stand in the graph one by one.
const MOST_AUDIENCES: usize = 100;

/// Computes the principal graph. Linear in the number of tokens and actors.
pub fn build(evidence: &Evidence, report: &Report) -> Graph {
    build_of(evidence, report, |_| true)
}

/// The graph of the hops that `keeps` wants, by their indices. What the others say of a principal still
/// counts for what it is: an agent does not turn into a person because the token that shows it is left
/// out.
pub fn build_of(evidence: &Evidence, report: &Report, keeps: impl Fn(usize) -> bool) -> Graph {
    let mut builder = Builder::new(evidence);
    for hop in 0..evidence.hops.len() {
        if keeps(hop) {
            builder.hop(hop);
        } else {
            builder.traces.push(Trace::default());
        }
    }
    builder.describe();
    rank(&mut builder.graph);
    place::findings(&mut builder.graph, &builder.traces, report, evidence);
    builder.graph
}

#[derive(Debug, Default)]
struct Facts {
    current: bool,
    prior: bool,
    audience: bool,
    tokens: usize,
    /// What the tokens call it, where it is shown by another name.
    identifier: Option<String>,
    algs: BTreeSet<String>,
    keys: BTreeSet<String>,
}

struct Builder<'a> {
    evidence: &'a Evidence,
    roles: Roles,
    graph: Graph,
    traces: Vec<Trace>,
    facts: Vec<Facts>,
    nodes: HashMap<String, usize>,
    edges: HashMap<(usize, usize, Relation), usize>,
    /// Hops that another one was made from.
    parents: BTreeSet<usize>,
}

impl<'a> Builder<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        Self {
            evidence,
            roles: Roles::of(evidence),
            graph: Graph::default(),
            traces: Vec::with_capacity(evidence.hops.len()),
            facts: Vec::new(),
            nodes: HashMap::new(),
            edges: HashMap::new(),
            parents: evidence
                .hops
                .iter()
                .filter(|h| !h.supporting)
                .filter_map(|h| h.parent)
                .collect(),
        }
    }

    fn node(&mut self, kind: NodeKind, iss: Option<&str>, name: &str, hop: usize) -> usize {
        let id = format!(
            "{}|{}|{}",
            kind.name(),
            escape(iss.unwrap_or_default()),
            escape(name)
        );
        let at = *self.nodes.entry(id.clone()).or_insert_with(|| {
            self.graph.nodes.push(Node {
                id,
                kind,
                label: escape(name).into_owned(),
                detail: String::new(),
                iss: iss.map(str::to_owned),
                severity: None,
                hops: Vec::new(),
                standings: Vec::new(),
                rank: 0,
                fold: None,
            });
            self.facts.push(Facts::default());
            self.graph.nodes.len() - 1
        });
        let hops = &mut self.graph.nodes[at].hops;
        if hops.last() != Some(&hop) {
            hops.push(hop);
        }
        at
    }

    fn principal(&mut self, pid: &Pid, hop: usize) -> usize {
        let pid = &self.roles.identities.canonical(pid);
        let kind = self.roles.kind(pid);
        let at = self.node(kind, pid.iss.as_deref(), &pid.sub, hop);
        if self.facts[at].identifier.is_none()
            && let Some(name) = self.roles.identities.display_name(pid)
        {
            self.graph.nodes[at].label = escape(name).into_owned();
            self.facts[at].identifier = Some(excerpt(&pid.sub, 40));
        }
        at
    }

    /// Notes what a principal is in the token of this hop; of several what weighs most.
    fn stands(&mut self, node: usize, hop: usize, standing: Standing) {
        let standings = &mut self.graph.nodes[node].standings;
        match standings.last_mut() {
            Some((last, known)) if *last == hop => *known = standing.max(*known),
            _ => standings.push((hop, standing)),
        }
    }

    fn issuer(&mut self, iss: &str, hop: usize) -> usize {
        self.node(NodeKind::AuthorizationServer, Some(iss), iss, hop)
    }

    /// The node that an audience names: an issuer, an agent or client of the same issuer, or an
    /// audience of its own.
    fn audience(&mut self, iss: Option<&str>, aud: &str, kind: Kind, hop: usize) -> usize {
        if self.roles.issuers.contains(aud) || kind == Kind::IdJag {
            return self.issuer(aud, hop);
        }
        let named = self.roles.identities.canonical(&Pid::new(iss, aud));
        let at = if self.roles.is_party(&named) {
            self.principal(&named, hop)
        } else {
            self.node(NodeKind::Audience, None, aud, hop)
        };
        self.facts[at].audience = true;
        self.stands(at, hop, Standing::Audience);
        at
    }

    /// The edge, made when it is new; none from a node to itself.
    fn edge(&mut self, from: usize, to: usize, relation: Relation, hop: usize) -> Option<usize> {
        if from == to {
            return None;
        }
        let edges = &mut self.graph.edges;
        let at = *self.edges.entry((from, to, relation)).or_insert_with(|| {
            edges.push(Edge {
                from,
                to,
                relation,
                severity: None,
                hops: Vec::new(),
                note: None,
                findings: Vec::new(),
                count: 1,
            });
            edges.len() - 1
        });
        let hops = &mut edges[at].hops;
        if hops.last() != Some(&hop) {
            hops.push(hop);
        }
        Some(at)
    }

    fn hop(&mut self, at: usize) {
        let hop = &self.evidence.hops[at];
        let token: &Token = &hop.token;
        let mut trace = Trace::default();
        match token.kind {
            Kind::DpopProof => {
                if let Some(Value::Object(jwk)) = token.header_map().get("jwk")
                    && let Ok(thumbprint) = Jwk(jwk.clone()).thumbprint()
                {
                    trace.holder = Some(self.key(&format!("jkt:{thumbprint}"), at));
                }
            }
            Kind::ClientAssertion | Kind::JwtGrant => {
                // Who asks by a grant of its own is its issuer, whomever it asks for.
                let who = if token.kind == Kind::JwtGrant {
                    "iss"
                } else {
                    "sub"
                };
                if let Some(sub) = token.claim_text(who) {
                    // A client is named at the server that it proves itself to.
                    let aud = claims::audiences(token).unwrap_or_default();
                    let iss = aud.iter().find(|a| self.roles.issuers.contains(*a));
                    let named = Pid::new(iss.map(String::as_str), sub);
                    trace.holder = Some(self.principal(&named, at));
                }
            }
            kind if speaks_of_principals(kind) && token.claims.is_some() => {
                self.token(hop, at, &mut trace);
            }
            _ => {}
        }
        self.traces.push(trace);
    }

    fn token(&mut self, hop: &Hop, at: usize, trace: &mut Trace) {
        let token: &Token = &hop.token;
        let iss = token.claim_text("iss");
        let subject = claims::subject(token).map(|pid| self.principal(&pid, at));
        if let Some(subject) = subject {
            self.stands(subject, at, Standing::Subject);
            self.facts[subject].tokens += usize::from(!hop.supporting);
            trace.path.push(subject);
        }
        let chain: Vec<Pid> = claims::actors(token)
            .into_iter()
            .map(|a| a.pid)
            .filter(|p| !p.sub.is_empty())
            .collect();
        let acting: Vec<usize> = chain
            .iter()
            .rev()
            .map(|pid| self.principal(pid, at))
            .collect();
        self.delegation(hop, at, trace, &acting);

        let client = client_of(token);
        let current = acting.last().copied();
        if let Some((last, before)) = acting.split_last() {
            for node in before {
                self.stands(*node, at, Standing::ActedBefore);
                self.facts[*node].prior = true;
            }
            self.stands(*last, at, Standing::Acts);
            if self.parents.contains(&at) {
                self.facts[*last].prior = true;
            } else {
                self.facts[*last].current = true;
            }
        }
        let user = current.or(subject);
        let mut uses = None;
        if let Some(named) = client {
            let node = self.principal(&named, at);
            self.stands(node, at, Standing::Client);
            if let Some(user) = user {
                uses = self.edge(user, node, Relation::UsesClient, at);
            } else {
                trace.holder = Some(node);
            }
        }
        trace.holder = user.or(trace.holder);
        if trace.arrival.is_none() && acting.is_empty() {
            // Nobody is named as acting: how the token came to its holder is how its client is used.
            trace.arrival = uses.filter(|_| hop.parent.is_some());
        }
        let Some(holder) = trace.holder else { return };

        if let Some(allowed) = claims::may_act(token) {
            let allowed = self.principal(&allowed, at);
            self.stands(allowed, at, Standing::MayAct);
            self.edge(subject.unwrap_or(holder), allowed, Relation::MayAct, at);
        }
        if let Some(iss) = iss.filter(|_| token.kind != Kind::JwtSvid) {
            let server = self.issuer(iss, at);
            self.facts[server]
                .algs
                .extend(token.header_text("alg").map(|alg| excerpt(alg, 16)));
            self.facts[server]
                .keys
                .extend(token.header_text("kid").map(str::to_owned));
            let issued = self.edge(server, holder, Relation::Issued, at);
            trace.arrival = trace.arrival.or(issued);
        }
        if let Some(key) = claims::holder_key(token) {
            let key = self.key(&key, at);
            self.edge(holder, key, Relation::Holds, at);
        }
        // An ID token is for its client, an actor token for the server that it is shown to: neither
        // opens an API.
        if matches!(token.kind, Kind::IdToken | Kind::UserInfo) || hop.supporting {
            return;
        }
        let audiences = claims::audiences(token).unwrap_or_default();
        let more = audiences.len().saturating_sub(MOST_AUDIENCES);
        for (n, aud) in audiences.into_iter().enumerate() {
            let to = if n < MOST_AUDIENCES || more == 1 {
                self.audience(iss, &aud, token.kind, at)
            } else {
                // One stands for them all: nobody can look at thousands.
                let name = format!("{more} more audiences");
                self.node(NodeKind::Audience, iss, &name, at)
            };
            if let Some(edge) = self.edge(holder, to, Relation::Reaches, at) {
                trace.reaches.push((edge, aud));
            }
        }
    }

    /// Edges along the act chain. Where the exchange shows that actors were dropped from `act`, the
    /// edge runs from the one who held the parent: that is how authority went.
    fn delegation(&mut self, hop: &Hop, at: usize, trace: &mut Trace, acting: &[usize]) {
        let Some(current) = acting.last().copied() else {
            return;
        };
        let parent = hop
            .parent
            .filter(|_| !hop.supporting)
            .and_then(|p| self.traces.get(p))
            .map(|t| t.path.clone())
            .filter(|path| path.len() > 1);
        let named: Vec<usize> = trace.path.iter().chain(acting).copied().collect();
        let shorter = parent.filter(|path| {
            let prior = &acting[..acting.len() - 1];
            prior.len() < path.len() - 1 && prior.iter().all(|n| path.contains(n))
        });
        if let Some(mut path) = shorter {
            if let Some(last) = path.last().copied().filter(|last| *last != current) {
                trace.arrival = self.edge(last, current, Relation::Delegates, at);
                path.push(current);
            }
            let surplus = path.len().saturating_sub(LONGEST_PATH);
            trace.path = path.split_off(surplus);
            return;
        }
        for pair in named.windows(2) {
            let edge = self.edge(pair[0], pair[1], Relation::Delegates, at);
            trace.arrival = edge.or(trace.arrival);
        }
        trace.path = named;
    }

    fn key(&mut self, key: &str, hop: usize) -> usize {
        let (_, thumbprint) = key.split_once(':').unwrap_or(("", key));
        let at = self.node(NodeKind::Key, None, key, hop);
        self.graph.nodes[at].label = excerpt(thumbprint, 12);
        at
    }

    /// The second lines.
    fn describe(&mut self) {
        for (node, facts) in self.graph.nodes.iter_mut().zip(&self.facts) {
            let role = match (facts.current, facts.prior) {
                (true, _) => Some("current actor"),
                (false, true) => Some("prior actor"),
                (false, false) => None,
            };
            let own = match node.kind {
                NodeKind::AuthorizationServer => {
                    let algs: Vec<&str> = facts.algs.iter().take(3).map(String::as_str).collect();
                    let mut detail = "issuer".to_owned();
                    if facts.algs.is_empty() {
                        detail = "authorization server".into();
                    } else {
                        detail.push_str(&format!(" · {}", algs.join(", ")));
                    }
                    match facts.keys.len() {
                        0 => {}
                        1 => detail.push_str(" · 1 key"),
                        n => detail.push_str(&format!(" · {n} keys")),
                    }
                    detail
                }
                NodeKind::Audience => "audience".into(),
                NodeKind::Key if node.id.contains("x5t#S256:") => "certificate".into(),
                NodeKind::Key => "key".into(),
                NodeKind::Person
                | NodeKind::Agent
                | NodeKind::Service
                | NodeKind::Client
                | NodeKind::Unknown => match (role, facts.tokens) {
                    (Some(role), _) => role.to_owned(),
                    (None, 0) if node.kind == NodeKind::Agent => "agent".into(),
                    (None, 0) if node.kind == NodeKind::Service => "workload".into(),
                    (None, 0) => "client".into(),
                    (None, 1) => "subject · 1 token".into(),
                    (None, n) => format!("subject · {n} tokens"),
                },
            };
            let own = match &facts.identifier {
                // The name that people know stands first: the identifier belongs to it.
                Some(identifier) => format!("{own} · {identifier}"),
                None => own,
            };
            node.detail = if facts.audience && node.kind != NodeKind::Audience {
                format!("{own} · audience")
            } else {
                own
            };
        }
    }
}
