//! Which cell each principal stands in: columns are ranks, lanes begin with a subject, a line of delegation keeps its row.

use super::{crossings::fewer_crossings, text::NODE_HEIGHT, words::Words};
use crate::principal::{Graph, Node, NodeKind, Relation};

/// Between two audiences.
const AUDIENCE_GAP: f32 = 36.0;

/// What stands in which cell.
pub(super) struct Grid {
    /// Column of each node; issuers have none.
    pub column: Vec<Option<usize>>,
    /// Row of each node; audiences and issuers have none.
    pub row: Vec<Option<usize>>,
    pub columns: usize,
    pub rows: usize,
    /// Which lane each row belongs to.
    pub lane: Vec<usize>,
    /// Rank of each column; none for audiences.
    pub rank: Vec<Option<usize>>,
    /// Height of every node: what the one with most lines needs.
    pub height: f32,
}

impl Grid {
    pub fn of(graph: &Graph) -> Self {
        let count = graph.nodes.len();
        let (under, tree) = family(graph);
        let stands = |n: usize| stands(&graph.nodes[n]);
        // Columns are the ranks in use, then the audiences.
        let mut ranks: Vec<usize> = (0..count)
            .filter(|n| stands(*n))
            .map(|n| graph.nodes[n].rank)
            .collect();
        ranks.sort_unstable();
        ranks.dedup();
        let audiences = graph.nodes.iter().any(|n| n.kind == NodeKind::Audience);
        let column: Vec<Option<usize>> = graph
            .nodes
            .iter()
            .map(|node| match node.kind {
                NodeKind::AuthorizationServer => None,
                NodeKind::Audience => Some(ranks.len()),
                _ => ranks.binary_search(&node.rank).ok(),
            })
            .collect();
        let mut grid = Self {
            column,
            row: vec![None; count],
            columns: ranks.len() + usize::from(audiences),
            rows: 0,
            lane: Vec::new(),
            height: graph
                .nodes
                .iter()
                .map(|node| Words::of(node).height())
                .fold(NODE_HEIGHT, f32::max),
            rank: ranks
                .into_iter()
                .map(Some)
                .chain(audiences.then_some(None))
                .collect(),
        };
        let roots: Vec<usize> = (0..count)
            .filter(|n| stands(*n) && tree.parent[*n].is_none() && under[*n].is_none())
            .collect();
        let roots = fewer_crossings(graph, &tree.parent, roots);
        let mut held: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (n, holder) in under.iter().enumerate() {
            if let Some(holder) = holder {
                held[*holder].push(n);
            }
        }
        for (lane, root) in roots.into_iter().enumerate() {
            grid.lane(root, lane, &tree, &held);
        }
        grid
    }

    /// Between the centres of two audiences.
    pub fn pitch(&self) -> f32 {
        self.height + AUDIENCE_GAP
    }

    /// Places a subject with all that follows from it, below everything that is placed.
    fn lane(&mut self, root: usize, lane: usize, tree: &Tree, held: &[Vec<usize>]) {
        // The first free row of each column, in this lane.
        let mut free = vec![self.rows; self.columns];
        let mut open = vec![(root, self.rows)];
        while let Some((head, wanted)) = open.pop() {
            // A whole line goes into one row.
            let line: Vec<usize> =
                std::iter::successors(Some(head), |n| tree.main_child[*n]).collect();
            let columns = || line.iter().filter_map(|n| self.column[*n]);
            let row = columns().map(|c| free[c]).fold(wanted, usize::max);
            for n in &line {
                self.row[*n] = Some(row);
                if let Some(c) = self.column[*n] {
                    free[c] = free[c].max(row + 1);
                }
            }
            for n in &line {
                let mut chain: Vec<usize> = held[*n].clone();
                while let Some(under) = chain.pop() {
                    let Some(c) = self.column[under] else {
                        continue;
                    };
                    let at = free[c].max(row + 1);
                    self.row[under] = Some(at);
                    free[c] = at + 1;
                    chain.extend(&held[under]);
                }
            }
            // Branches of the right-most nodes first: theirs are nearest.
            for n in &line {
                for child in tree.children[*n].iter().rev() {
                    if tree.main_child[*n] != Some(*child) {
                        open.push((*child, row + 1));
                    }
                }
            }
        }
        self.rows = free.into_iter().fold(self.rows + 1, usize::max);
        self.lane.resize(self.rows, lane);
    }
}

/// Whether a node stands in a row: all but audiences, which have a column of their own, and issuers.
fn stands(node: &Node) -> bool {
    !matches!(
        node.kind,
        NodeKind::Audience | NodeKind::AuthorizationServer
    )
}

/// Who follows from whom on the lines of delegation.
struct Tree {
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    /// The child whose line goes straight on.
    main_child: Vec<Option<usize>>,
}

/// For each node the holder that it stands under, and the tree of the others.
fn family(graph: &Graph) -> (Vec<Option<usize>>, Tree) {
    let count = graph.nodes.len();
    let mut parent: Vec<Option<usize>> = vec![None; count];
    let mut under: Vec<Option<usize>> = vec![None; count];
    let mut on_line = vec![false; count];
    for edge in &graph.edges {
        if edge.relation == Relation::Delegates {
            on_line[edge.from] = true;
            on_line[edge.to] = true;
        }
    }
    let rank = |n: usize| graph.nodes[n].rank;
    let both_stand = |a: usize, b: usize| stands(&graph.nodes[a]) && stands(&graph.nodes[b]);
    for relation in [Relation::Delegates, Relation::MayAct] {
        for edge in graph.edges.iter().filter(|e| e.relation == relation) {
            let fits = rank(edge.to) == rank(edge.from) + 1
                && both_stand(edge.from, edge.to)
                && (relation == Relation::Delegates || !on_line[edge.to]);
            if fits && parent[edge.to].is_none() {
                parent[edge.to] = Some(edge.from);
            }
        }
    }
    // Whom others follow is placed with them, on a line of its own.
    let mut leads = vec![false; count];
    for leader in parent.iter().flatten() {
        leads[*leader] = true;
    }
    for edge in &graph.edges {
        let held = matches!(edge.relation, Relation::Holds | Relation::UsesClient)
            && matches!(graph.nodes[edge.to].kind, NodeKind::Key | NodeKind::Client)
            && !on_line[edge.to]
            && parent[edge.to].is_none()
            && !leads[edge.to]
            && rank(edge.to) == rank(edge.from)
            && both_stand(edge.from, edge.to)
            && edge.from != edge.to;
        // A key of a key does not exist; a holder that is held itself would make a circle possible.
        if held && under[edge.to].is_none() && under[edge.from].is_none() {
            let holds_another = under.contains(&Some(edge.to));
            if !holds_another {
                under[edge.to] = Some(edge.from);
            }
        }
    }
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (n, parent) in parent.iter().enumerate() {
        if let Some(parent) = parent {
            children[*parent].push(n);
        }
    }
    // How far the line goes on below each node; children have higher ranks than their parents. A line
    // that is only allowed by `may_act` goes straight on when there is no other.
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|n| std::cmp::Reverse(rank(*n)));
    let mut depth = vec![0_usize; count];
    let mut main_child: Vec<Option<usize>> = vec![None; count];
    for n in order {
        let best = children[n]
            .iter()
            .copied()
            .rev()
            .max_by_key(|c| (on_line[*c], depth[*c]));
        main_child[n] = best;
        depth[n] = best.map_or(0, |c| depth[c] + 1);
    }
    (
        under,
        Tree {
            parent,
            children,
            main_child,
        },
    )
}
