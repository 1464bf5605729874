//! Where the nodes of a chain stand on the canvas when the user has not placed them.
//!
//! The main line runs down a stair to the right: each exchange stands one column right of and one row
//! below the node whose token it takes, and the source of its actor token stands in the same row at its
//! left. So the cell right of a node and above the next one stays empty: there the wire says what changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Chain, Role};

/// Width of a node, in points.
pub const WIDTH: f32 = 154.0;
/// Height of a node, in points.
pub const HEIGHT: f32 = 116.0;
/// Distance between the left edges of two columns.
pub const COLUMN: f32 = 186.0;
/// Distance between the upper edges of two rows.
pub const ROW: f32 = 134.0;

/// Upper left corners, one per node of the chain, in its order: those that the user has set, else
/// computed. Deterministic; tolerates unknown inputs and cycles.
pub fn place(chain: &Chain) -> Vec<[f32; 2]> {
    let index: HashMap<&str, usize> = chain
        .nodes
        .iter()
        .enumerate()
        .rev() // of two nodes with one id the first is meant
        .map(|(n, node)| (node.id.as_str(), n))
        .collect();
    let ranks = ranks(chain, &index);
    let mut cells = Cells::default();
    let mut at: Vec<Option<(usize, usize)>> = vec![None; chain.nodes.len()];

    // A source that only gives actor tokens goes beside the first node that takes one from it.
    let mut beside: BTreeMap<usize, usize> = BTreeMap::new();
    let mut feeds_subject = BTreeSet::new();
    for (n, node) in chain.nodes.iter().enumerate() {
        for (role, id) in node.inputs() {
            let Some(&source) = index.get(id) else {
                continue;
            };
            if role == Role::Actor {
                beside.entry(source).or_insert(n);
            } else {
                feeds_subject.insert(source);
            }
        }
    }
    beside.retain(|source, user| {
        chain.nodes[*source].inputs().is_empty()
            && !feeds_subject.contains(source)
            && user != source
    });

    let mut order: Vec<usize> = (0..chain.nodes.len()).collect();
    order.sort_by_key(|n| (ranks[*n], *n));
    for &n in &order {
        if beside.contains_key(&n) {
            continue;
        }
        let node = &chain.nodes[n];
        let parent = node
            .main_input()
            .and_then(|id| index.get(id))
            .and_then(|&p| at[p]);
        let (column, row) = match parent {
            Some((column, row))
                if node.step.kind().stands_beside()
                    && !cells.taken.contains(&(column + 1, row)) =>
            {
                (column + 1, row)
            }
            Some((_, row)) => {
                let column = ranks[n];
                let row = cells.free(column, row + 1);
                cells.taken.insert((column, row.saturating_sub(1))); // room for the wire's words
                (column, row)
            }
            None => (ranks[n], cells.free(ranks[n], 0)),
        };
        cells.take(column, row);
        at[n] = Some((column, row));
        let actors = beside
            .iter()
            .filter(|(_, user)| **user == n)
            .map(|(s, _)| *s);
        for source in actors {
            let column = column.saturating_sub(1);
            let row = cells.free(column, row);
            cells.take(column, row);
            at[source] = Some((column, row));
        }
    }

    chain
        .nodes
        .iter()
        .zip(at)
        .map(|(node, cell)| {
            let usable = node.at.filter(|[x, y]| x.is_finite() && y.is_finite());
            usable.unwrap_or_else(|| {
                let (column, row) = cell.unwrap_or_default();
                [column as f32 * COLUMN, row as f32 * ROW]
            })
        })
        .collect()
}

/// Columns: one more than the rightmost input's; an actor's source does not push when it has none itself.
fn ranks(chain: &Chain, index: &HashMap<&str, usize>) -> Vec<usize> {
    let inputs: Vec<Vec<usize>> = chain
        .nodes
        .iter()
        .map(|n| {
            n.inputs()
                .iter()
                .filter_map(|(_, id)| index.get(id).copied())
                .collect()
        })
        .collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); chain.nodes.len()];
    let mut waits: Vec<usize> = inputs.iter().map(Vec::len).collect();
    for (n, from) in inputs.iter().enumerate() {
        for &f in from {
            users[f].push(n);
        }
    }
    let mut ranks = vec![0; chain.nodes.len()];
    let mut ready: Vec<usize> = (0..chain.nodes.len()).filter(|n| waits[*n] == 0).collect();
    while let Some(n) = ready.pop() {
        for &user in &users[n] {
            ranks[user] = ranks[user].max(ranks[n] + 1);
            waits[user] -= 1;
            if waits[user] == 0 {
                ready.push(user);
            }
        }
    }
    ranks // nodes on a cycle keep what their other inputs gave them
}

#[derive(Default)]
struct Cells {
    taken: BTreeSet<(usize, usize)>,
    /// Rows of a column below which all are taken, to keep the search short.
    full: BTreeMap<usize, usize>,
}

impl Cells {
    fn free(&mut self, column: usize, from: usize) -> usize {
        let full = self.full.get(&column).copied().unwrap_or(0);
        let mut row = from.max(if from == 0 { full } else { 0 });
        while self.taken.contains(&(column, row)) {
            row += 1;
        }
        if from == 0 {
            self.full.insert(column, row);
        }
        row
    }

    fn take(&mut self, column: usize, row: usize) {
        self.taken.insert((column, row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{
        Node, Step,
        kinds::{Call, ClientCredentials, Exchange},
    };

    fn node(id: &str, step: Step) -> Node {
        Node {
            id: id.into(),
            title: None,
            server: None,
            client: None,
            dpop: None,
            at: None,
            step,
            expect: Vec::new(),
        }
    }
    fn source(id: &str) -> Node {
        node(id, Step::ClientCredentials(ClientCredentials::default()))
    }
    fn exchange(id: &str, subject: &str, actor: Option<&str>) -> Node {
        node(
            id,
            Step::Exchange(Exchange {
                subject: subject.into(),
                actor: actor.map(str::to_owned),
                ..Exchange::default()
            }),
        )
    }
    fn call(id: &str, token: &str) -> Node {
        node(
            id,
            Step::Call(Call {
                token: token.into(),
                url: "payments-api".into(),
                method: None,
            }),
        )
    }
    fn chain(nodes: Vec<Node>) -> Chain {
        Chain {
            version: 1,
            name: "t".into(),
            title: String::new(),
            about: String::new(),
            faults: Vec::new(),
            nodes,
        }
    }
    fn cells(chain: &Chain) -> Vec<(i32, i32)> {
        place(chain)
            .into_iter()
            .map(|[x, y]| ((x / COLUMN).round() as i32, (y / ROW).round() as i32))
            .collect()
    }

    #[test]
    fn the_main_line_is_a_stair_with_actors_at_its_left() {
        let chain = chain(vec![
            source("login"),
            source("a1"),
            exchange("x1", "login", Some("a1")),
            source("a2"),
            exchange("x2", "x1", Some("a2")),
            call("api", "x2"),
        ]);
        assert_eq!(
            cells(&chain),
            [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (3, 2)]
        );
    }

    #[test]
    fn no_two_nodes_share_a_place() {
        let mut nodes = vec![source("s")];
        for n in 0..1000 {
            let from = if n % 7 == 0 {
                "s".to_owned()
            } else {
                format!("x{}", n - 1)
            };
            nodes.push(source(&format!("a{n}")));
            nodes.push(exchange(&format!("x{n}"), &from, Some(&format!("a{n}"))));
        }
        let places = cells(&chain(nodes));
        let distinct: BTreeSet<_> = places.iter().collect();
        assert_eq!(distinct.len(), places.len());
    }

    #[test]
    fn cycles_unknown_inputs_and_duplicates_are_placed_too() {
        let chain = chain(vec![
            exchange("a", "b", Some("a")),
            exchange("b", "a", None),
            exchange("c", "nowhere", None),
            source("c"),
        ]);
        let places = cells(&chain);
        let distinct: BTreeSet<_> = places.iter().collect();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn what_the_user_placed_stays() {
        let mut moved = source("s");
        moved.at = Some([17.0, -4.0]);
        let mut lost = source("t");
        lost.at = Some([f32::NAN, 0.0]);
        let places = place(&chain(vec![moved, lost]));
        assert_eq!(
            places[0].map(f32::to_bits),
            [17.0_f32, -4.0].map(f32::to_bits)
        );
        assert!(places[1][0].is_finite());
    }
}
