//! The order of a chain, and what is wrong with its wiring.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
};

use super::{Chain, Node, Role, expectation};
use crate::kit::text::escape;

/// Something that keeps a chain from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The node.
    pub node: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What is wrong with the wiring: unknown nodes, duplicate ids, cycles, missing settings. In the
/// order of the nodes.
pub fn flaws(chain: &Chain) -> Vec<Flaw> {
    let graph = Wiring::of(chain);
    let cyclic = graph.on_cycles();
    let mut seen = BTreeSet::new();
    let mut flaws = Vec::new();
    for (index, node) in chain.nodes.iter().enumerate() {
        let mut flaw = |message: String| {
            flaws.push(Flaw {
                node: node.id.clone(),
                message,
            });
        };
        if node.id.is_empty() {
            flaw("the node has no id: give it one, wires name it".into());
        }
        if !seen.insert(node.id.as_str()) {
            flaw(format!(
                "there is already a node with the id `{}`: rename one of them",
                escape(&node.id)
            ));
            continue;
        }
        for (role, input) in node.inputs() {
            if let Some(message) = input_flaw(graph.named(chain, input), node, role, input) {
                flaw(message);
            }
        }
        if cyclic.contains(&index) {
            flaw("its wires run in a circle: it would need its own token first; disconnect one of them".into());
        }
        for other in expectation::compared_with(node) {
            let gives = match graph.named(chain, other) {
                None => "there is no such node",
                Some(other) if !other.gives_token() => "that node gives no token",
                Some(_) => continue,
            };
            flaw(format!(
                "it expects the subject of `{}`, and {gives}",
                escape(other)
            ));
        }
        node.step.kind().flaws(node, &mut flaw);
    }
    flaws
}

fn input_flaw(from: Option<&Node>, node: &Node, role: Role, input: &str) -> Option<String> {
    let name = role.name();
    if input.is_empty() {
        return Some(format!("it has no {name}: connect a node that gives one"));
    }
    let Some(from) = from else {
        return Some(format!(
            "its {name} comes from `{}`, and there is no such node: connect another",
            escape(input)
        ));
    };
    let does = from.step.kind().instead_of_token()?;
    // Its own id: a circle of one, reported as such.
    (from.id != node.id).then(|| {
        format!(
            "its {name} comes from `{}`, which {does} and gives no token: connect another",
            escape(input)
        )
    })
}

/// Node ids in an order in which each stands after its inputs, otherwise as in the chain. Nodes on
/// a cycle, and those that need one of them, are left out, and so is a second node of the same id.
pub fn order(chain: &Chain) -> Vec<String> {
    Wiring::of(chain)
        .order()
        .into_iter()
        .map(|n| chain.nodes[n].id.clone())
        .collect()
}

/// The nodes that must have run before `id` can, `id` last. Empty when there is no such node, or
/// when it can never run because of a cycle.
pub fn up_to(chain: &Chain, id: &str) -> Vec<String> {
    let graph = Wiring::of(chain);
    let Some(start) = graph.index.get(id).copied() else {
        return Vec::new();
    };
    let wanted = reachable(start, &graph.inputs);
    let order = graph.order();
    if !order.contains(&start) {
        return Vec::new();
    }
    order
        .into_iter()
        .filter(|n| wanted.contains(n))
        .map(|n| chain.nodes[n].id.clone())
        .collect()
}

/// The nodes that depend on `id`: stale when it changes. In the order of the chain, without `id`.
pub fn downstream(chain: &Chain, id: &str) -> Vec<String> {
    let graph = Wiring::of(chain);
    let Some(start) = graph.index.get(id).copied() else {
        return Vec::new();
    };
    reachable(start, &graph.outputs)
        .into_iter()
        .filter(|n| *n != start)
        .map(|n| chain.nodes[n].id.clone())
        .collect()
}

/// Wires by index into the chain's nodes. A wire from an unknown node is none.
struct Wiring<'a> {
    index: HashMap<&'a str, usize>,
    inputs: Vec<Vec<usize>>,
    outputs: Vec<Vec<usize>>,
}

impl<'a> Wiring<'a> {
    fn of(chain: &'a Chain) -> Self {
        let mut index = HashMap::with_capacity(chain.nodes.len());
        for (n, node) in chain.nodes.iter().enumerate() {
            index.entry(node.id.as_str()).or_insert(n);
        }
        let mut inputs = vec![Vec::new(); chain.nodes.len()];
        let mut outputs = vec![Vec::new(); chain.nodes.len()];
        for (n, node) in chain.nodes.iter().enumerate() {
            if index.get(node.id.as_str()) != Some(&n) {
                continue; // a second node of the same id: no wire can name it
            }
            // What a node is compared with must be there before it.
            let compared = expectation::compared_with(node);
            let wired = node.inputs().into_iter().map(|(_, id)| id);
            for id in wired.chain(compared) {
                if let Some(&from) = index.get(id) {
                    inputs[n].push(from);
                    outputs[from].push(n);
                }
            }
        }
        Self {
            index,
            inputs,
            outputs,
        }
    }

    fn named<'c>(&self, chain: &'c Chain, id: &str) -> Option<&'c Node> {
        chain.nodes.get(*self.index.get(id)?)
    }

    /// Kahn's order, the first node of the chain first where there is a choice.
    fn order(&self) -> Vec<usize> {
        let mut waits: Vec<usize> = self.inputs.iter().map(Vec::len).collect();
        let mut ready: BinaryHeap<Reverse<usize>> = self
            .index
            .values()
            .filter(|n| waits[**n] == 0)
            .map(|n| Reverse(*n))
            .collect();
        let mut order = Vec::with_capacity(waits.len());
        while let Some(Reverse(n)) = ready.pop() {
            order.push(n);
            for &next in &self.outputs[n] {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(Reverse(next));
                }
            }
        }
        order
    }

    /// The nodes that lie on a cycle: those of a strongly connected part of more than one node, or
    /// wired to themselves. Kosaraju's way, without recursion.
    fn on_cycles(&self) -> BTreeSet<usize> {
        let count = self.outputs.len();
        let mut finished = Vec::with_capacity(count);
        let mut seen = vec![false; count];
        for root in 0..count {
            if std::mem::replace(&mut seen[root], true) {
                continue;
            }
            let mut path = vec![(root, 0)];
            while let Some((node, next)) = path.last_mut() {
                if let Some(&output) = self.outputs[*node].get(*next) {
                    *next += 1;
                    if !std::mem::replace(&mut seen[output], true) {
                        path.push((output, 0));
                    }
                } else {
                    finished.push(*node);
                    path.pop();
                }
            }
        }
        let mut cyclic = BTreeSet::new();
        let mut taken = vec![false; count];
        for &root in finished.iter().rev() {
            if std::mem::replace(&mut taken[root], true) {
                continue;
            }
            let mut part = vec![root];
            let mut at = 0;
            while let Some(&node) = part.get(at) {
                at += 1;
                for &input in &self.inputs[node] {
                    if !std::mem::replace(&mut taken[input], true) {
                        part.push(input);
                    }
                }
            }
            if part.len() > 1 || self.inputs[root].contains(&root) {
                cyclic.extend(part);
            }
        }
        cyclic
    }
}

/// What can be reached from `start` along `wires`, `start` included.
fn reachable(start: usize, wires: &[Vec<usize>]) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(n) = open.pop() {
        open.extend(wires[n].iter().filter(|next| seen.insert(**next)));
    }
    seen
}
