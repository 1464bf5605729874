//! Ranks by order of delegation.

use super::super::{Graph, NodeKind, Relation};

/// Ranks by order of delegation: the longest way from a subject, edges that lead back left out.
/// Others stand by those they belong to.
pub(super) fn rank(graph: &mut Graph) {
    let count = graph.nodes.len();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut before = vec![0_usize; count];
    for edge in graph
        .edges
        .iter()
        .filter(|e| e.relation == Relation::Delegates)
    {
        next[edge.from].push(edge.to);
        before[edge.to] += 1;
    }
    let mut ranks = vec![0_usize; count];
    for at in forward_order(&next, &before) {
        for to in next[at.node].iter().filter(|to| !at.back.contains(to)) {
            ranks[*to] = ranks[*to].max(ranks[at.node] + 1);
        }
    }
    let on_line: Vec<bool> = (0..count)
        .map(|n| before[n] > 0 || !next[n].is_empty())
        .collect();
    for edge in &graph.edges {
        if edge.relation == Relation::MayAct && !on_line[edge.to] {
            ranks[edge.to] = ranks[edge.to].max(ranks[edge.from] + 1);
        }
    }
    let last = ranks.iter().copied().max().unwrap_or(0);
    for edge in &graph.edges {
        match edge.relation {
            Relation::Holds | Relation::UsesClient if !on_line[edge.to] => {
                ranks[edge.to] = ranks[edge.from];
            }
            _ => {}
        }
    }
    for (node, rank) in graph.nodes.iter_mut().zip(ranks) {
        node.rank = match node.kind {
            NodeKind::Audience => last + 1,
            NodeKind::AuthorizationServer => 0,
            _ => rank,
        };
    }
}

/// A node in topological order, with those of its successors that lead back.
struct Step {
    node: usize,
    back: Vec<usize>,
}

/// Depth first, without recursion: roots first, in order; reverse of leaving.
fn forward_order(next: &[Vec<usize>], before: &[usize]) -> Vec<Step> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Left,
    }
    let mut marks = vec![Mark::New; next.len()];
    let mut left: Vec<Step> = Vec::new();
    let roots = (0..next.len()).filter(|n| before[*n] == 0);
    let rest = (0..next.len()).filter(|n| before[*n] > 0);
    for root in roots.chain(rest) {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        let mut open: Vec<(Step, usize)> = vec![(
            Step {
                node: root,
                back: Vec::new(),
            },
            0,
        )];
        while let Some((step, child)) = open.last_mut() {
            let Some(to) = next[step.node].get(*child).copied() else {
                marks[step.node] = Mark::Left;
                if let Some((step, _)) = open.pop() {
                    left.push(step);
                }
                continue;
            };
            *child += 1;
            match marks[to] {
                Mark::Open => step.back.push(to),
                Mark::Left => {}
                Mark::New => {
                    marks[to] = Mark::Open;
                    open.push((
                        Step {
                            node: to,
                            back: Vec::new(),
                        },
                        0,
                    ));
                }
            }
        }
    }
    left.reverse();
    left
}
