//! Folding: many principals stand as one where they are alike, so that a large graph can be read.
//! Pure data, made from a graph and from what is open; nothing is lost by it.
//!
//! Only principals of one kind and one place in the order of delegation fold together: who acts for
//! whom stays readable, whatever else they have in common.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{Edge, Fold, Graph, Node, NodeKind, Relation};
use crate::kit::text::{excerpt, shorten};

/// A graph of more principals than this is folded unless the user wants it whole.
pub const LARGE: usize = 40;

/// So many principals are shown one by one when their fold is opened; more of them are folded once
/// more, by what else tells them apart.
const ONE_BY_ONE: usize = 12;

/// What folds principals together, beside their kind and their place in the order of delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum By {
    /// Nothing else.
    Kind,
    /// The issuer of their names.
    Issuer,
    /// The domain that their names, or those of their issuers, belong to.
    Domain,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kind, Self::Issuer, Self::Domain];

    /// The name used on the command line and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Issuer => "issuer",
            Self::Domain => "domain",
        }
    }

    /// By what an open fold that is still large is folded again, in order.
    fn then(self) -> &'static [Self] {
        match self {
            Self::Kind => &[Self::Issuer, Self::Domain],
            Self::Issuer => &[Self::Domain],
            Self::Domain => &[Self::Issuer],
        }
    }
}

/// How a graph is folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folding {
    /// By what; `None` folds nothing.
    pub by: Option<By>,
    /// Folds that are open, by id.
    pub open: BTreeSet<String>,
    /// Principals that stand by themselves although their fold is closed, by id: those that the user
    /// looks at.
    pub apart: BTreeSet<String>,
}

/// A folded graph, and where everything of the whole one has gone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Folded {
    /// What is left to draw: principals, folds, and relations between them.
    pub graph: Graph,
    /// For each principal the node that it is, or that stands for it.
    pub nodes: Vec<usize>,
    /// For each relation the edge that it is, or that stands for it; `None` within a fold.
    pub edges: Vec<Option<usize>>,
}

/// The finest folding that leaves at most [`LARGE`] nodes; by kind when none does; none when the graph
/// is not large.
pub fn automatic(graph: &Graph) -> Option<By> {
    if graph.nodes.len() <= LARGE {
        return None;
    }
    let fits = |by: &By| {
        let folding = Folding {
            by: Some(*by),
            ..Folding::default()
        };
        groups(graph, &folding).len() <= LARGE
    };
    let finest = [By::Issuer, By::Domain].into_iter().find(fits);
    Some(finest.unwrap_or(By::Kind))
}

/// Folds a graph. Linear in its principals and relations, but for sorting.
pub fn fold(graph: &Graph, folding: &Folding) -> Folded {
    let groups = groups(graph, folding);
    let mut folded = Folded {
        nodes: vec![0; graph.nodes.len()],
        edges: Vec::with_capacity(graph.edges.len()),
        ..Folded::default()
    };
    for (at, group) in groups.into_iter().enumerate() {
        for member in &group.members {
            folded.nodes[*member] = at;
        }
        folded.graph.nodes.push(match group.members[..] {
            [alone] => graph.nodes[alone].clone(),
            _ => group.node(graph),
        });
    }
    let mut places: HashMap<(usize, usize, Relation), usize> = HashMap::new();
    for edge in &graph.edges {
        let (from, to) = (folded.nodes[edge.from], folded.nodes[edge.to]);
        let shown = &mut folded.graph;
        let node = &mut shown.nodes[from];
        if let Some(fold) = node.fold.as_mut().filter(|_| from == to) {
            fold.within += edge.count;
            node.severity = node.severity.max(edge.severity);
            folded.edges.push(None);
            continue;
        }
        let next = shown.edges.len();
        let folds = [from, to].iter().any(|n| shown.nodes[*n].fold.is_some());
        let at = if folds {
            *places.entry((from, to, edge.relation)).or_insert(next)
        } else {
            next
        };
        if at == next {
            shown.edges.push(Edge {
                from,
                to,
                ..edge.clone()
            });
        } else {
            join(&mut shown.edges[at], edge);
        }
        folded.edges.push(Some(at));
    }
    for edge in folded.graph.edges.iter_mut().filter(|e| e.count > 1) {
        tidy(&mut edge.hops);
        tidy(&mut edge.findings);
        edge.note = Some(match edge.relation {
            Relation::Delegates | Relation::Reaches => format!("{}×", edge.count),
            other => format!("{} {}×", other.name(), edge.count),
        });
    }
    folded
}

/// The innermost open fold that a principal came out of.
pub fn open_fold_of(node: &Node, folding: &Folding) -> Option<String> {
    let ids = ids(node, folding.by?);
    ids.into_iter().rev().find(|id| folding.open.contains(id))
}

/// Whether an id is that of a fold.
pub fn is_fold(id: &str) -> bool {
    id.starts_with("fold|")
}

/// Ids of all folds that a principal can stand in, the outermost first.
pub fn ids(node: &Node, by: By) -> Vec<String> {
    let mut ids = vec![first_id(node, by)];
    for next in by.then() {
        // A step that tells nobody apart is left out of the id.
        let deeper: Vec<String> = ids.iter().map(|id| next_id(id, node, *next)).collect();
        ids.extend(deeper);
    }
    ids
}

fn join(edge: &mut Edge, other: &Edge) {
    edge.severity = edge.severity.max(other.severity);
    edge.hops.extend(&other.hops);
    edge.findings.extend(&other.findings);
    edge.count += other.count;
}

fn tidy(values: &mut Vec<usize>) {
    values.sort_unstable();
    values.dedup();
}

/// Principals that stand as one node, or one that stands alone.
struct Group {
    id: String,
    /// What they have in common.
    shared: String,
    members: Vec<usize>,
}

impl Group {
    fn node(self, graph: &Graph) -> Node {
        let members = || self.members.iter().map(|n| &graph.nodes[*n]);
        let (kind, rank) = members()
            .next()
            .map_or((NodeKind::Agent, 0), |n| (n.kind, n.rank));
        let mut hops: Vec<usize> = members().flat_map(|n| n.hops.iter().copied()).collect();
        tidy(&mut hops);
        let iss = members().next().and_then(|n| n.iss.clone());
        let one_iss = members().all(|n| n.iss == iss);
        let some: Vec<String> = members()
            .take(2)
            .map(|n| shorten(&n.caption(), 18).into_owned())
            .collect();
        Node {
            kind,
            label: format!("{} {}", self.members.len(), kind.plural()),
            detail: if self.shared.is_empty() {
                format!("{} …", some.join(", "))
            } else {
                self.shared
            },
            iss: iss.filter(|_| one_iss),
            severity: members().map(|n| n.severity).max().flatten(),
            hops,
            // Those of its members are told of each.
            standings: Vec::new(),
            rank,
            fold: Some(Fold {
                members: members().map(|n| n.id.clone()).collect(),
                within: 0,
            }),
            id: self.id,
        }
    }
}

/// Everything in groups, in the order of their first members.
fn groups(graph: &Graph, folding: &Folding) -> Vec<Group> {
    let alone = |n: usize| Group {
        id: graph.nodes[n].id.clone(),
        shared: String::new(),
        members: vec![n],
    };
    let Some(by) = folding.by else {
        return (0..graph.nodes.len()).map(alone).collect();
    };
    let mut done: Vec<Group> = Vec::new();
    let mut together: BTreeMap<String, Group> = BTreeMap::new();
    for (n, node) in graph.nodes.iter().enumerate() {
        if folding.apart.contains(&node.id) {
            done.push(alone(n));
        } else {
            let id = first_id(node, by);
            let shared = shared(node, by);
            add(&mut together, id, shared, n);
        }
    }
    let then = by.then();
    let mut open: Vec<(Group, &[By])> = together.into_values().map(|g| (g, then)).collect();
    while let Some((group, then)) = open.pop() {
        if group.members.len() == 1 || !folding.open.contains(&group.id) {
            done.push(group);
            continue;
        }
        // By the first that tells them apart, when they are still many.
        let split = then.iter().enumerate().find_map(|(at, by)| {
            let mut parts = BTreeMap::new();
            for n in &group.members {
                let node = &graph.nodes[*n];
                add(
                    &mut parts,
                    next_id(&group.id, node, *by),
                    shared(node, *by),
                    *n,
                );
            }
            (parts.len() > 1).then_some((at, parts))
        });
        match split.filter(|_| group.members.len() > ONE_BY_ONE) {
            Some((at, parts)) => {
                open.extend(parts.into_values().map(|part| (part, &then[at + 1..])));
            }
            None => done.extend(group.members.into_iter().map(alone)),
        }
    }
    done.sort_by_key(|group| group.members.first().copied());
    done
}

fn add(groups: &mut BTreeMap<String, Group>, id: String, shared: String, n: usize) {
    let group = groups.entry(id.clone()).or_insert_with(|| Group {
        id,
        shared,
        members: Vec::new(),
    });
    group.members.push(n);
}

fn first_id(node: &Node, by: By) -> String {
    let id = format!("fold|{}|{}", node.kind.name(), node.rank);
    if by == By::Kind {
        id
    } else {
        next_id(&id, node, by)
    }
}

fn next_id(id: &str, node: &Node, by: By) -> String {
    format!("{id}|{} {}", by.name(), key(node, by).unwrap_or_default())
}

/// What a principal shares with those that it folds with.
fn key(node: &Node, by: By) -> Option<String> {
    match by {
        By::Kind => None,
        By::Issuer => node.iss.clone().or_else(|| domain(node)),
        By::Domain => domain(node),
    }
}

/// The same in words for the second line.
fn shared(node: &Node, by: By) -> String {
    let bare = |text: String| {
        let bare = text
            .split_once("://")
            .map_or(text.as_str(), |(_, rest)| rest);
        excerpt(bare.trim_end_matches('/'), 40)
    };
    match (by, key(node, by)) {
        (By::Kind, _) => String::new(),
        (_, Some(key)) => bare(key),
        (By::Issuer, None) => "no issuer".into(),
        (By::Domain, None) => "no domain".into(),
    }
}

/// The domain of a principal: of its name where that is a URL or an address, else of its issuer.
fn domain(node: &Node) -> Option<String> {
    domain_of(&node.label).or_else(|| domain_of(node.iss.as_deref()?))
}

/// `bank.example` of `https://login.bank.example/realms/a` or `ann@bank.example`. A SPIFFE trust domain
/// and an IP address stand as they are.
fn domain_of(name: &str) -> Option<String> {
    let (scheme, rest) = match name.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("", name.rsplit_once('@')?.1),
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    if host.is_empty() {
        return None;
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if scheme == "spiffe" || host.parse::<std::net::IpAddr>().is_ok() {
        return Some(host);
    }
    let labels: Vec<&str> = host.split('.').collect();
    // `co.uk`, `com.au`: a short label under a country is no domain of anybody.
    let keep = match labels[..] {
        [.., second, top] if top.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    Some(labels[labels.len().saturating_sub(keep)..].join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_names() {
        for (name, domain) in [
            ("https://login.bank.example/realms/a", Some("bank.example")),
            ("https://login.bank.co.uk:8443", Some("bank.co.uk")),
            ("ann@mail.bank.example", Some("bank.example")),
            ("spiffe://prod.bank.example/ns/a", Some("prod.bank.example")),
            ("http://127.0.0.1:4187/as", Some("127.0.0.1")),
            ("http://[::1]:80/", Some("::1")),
            ("https://LOCALHOST", Some("localhost")),
            ("payments-api", None),
            ("https:///", None),
        ] {
            assert_eq!(domain_of(name).as_deref(), domain, "{name}");
        }
    }
}
