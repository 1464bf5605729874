//! Where nodes stand.

use super::{Box2, Column, Layout, NODE_HEIGHT, Words, node_width, point, text_width, wire_text};
use crate::principal::{Graph, Node, NodeKind, Relation};

/// Between two audiences.
const AUDIENCE_GAP: f32 = 36.0;
/// Between two rows, when nothing asks for more.
const ROW_GAP: f32 = 44.0;
/// Between two columns, when no words stand between them.
const COLUMN_GAP: f32 = 48.0;
/// Most room that words get between two columns.
const WIDEST_GAP: f32 = 66.0;
/// Between the lowest node and the issuers.
const ISSUER_GAP: f32 = 84.0;

/// What stands in which cell.
pub(super) struct Grid {
    /// Column of each node; issuers have none.
    pub column: Vec<Option<usize>>,
    /// Row of each node; audiences and issuers have none.
    pub row: Vec<Option<usize>>,
    pub columns: usize,
    rows: usize,
    /// Which lane each row belongs to.
    lane: Vec<usize>,
    /// Rank of each column; none for audiences.
    rank: Vec<Option<usize>>,
    /// Height of every node: what the one with most lines needs.
    height: f32,
}

/// How high an arc rises over a row, by the columns it spans.
pub(super) fn arc_height(span: usize) -> f32 {
    26.0 + 24.0 * (span.min(5) as f32)
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
        let roots = fewer_crossings(graph, &tree, roots);
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
    fn pitch(&self) -> f32 {
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

/// Orders lanes so that wires to shared audiences cross less (barycentre), or leaves them.
fn fewer_crossings(graph: &Graph, tree: &Tree, roots: Vec<usize>) -> Vec<usize> {
    if roots.len() < 2 {
        return roots;
    }
    let root_of = |mut n: usize| {
        while let Some(parent) = tree.parent[n] {
            n = parent;
        }
        n
    };
    let lane_of: std::collections::HashMap<usize, usize> = roots
        .iter()
        .enumerate()
        .map(|(lane, root)| (*root, lane))
        .collect();
    let links: Vec<(usize, usize)> = graph
        .edges
        .iter()
        .filter(|e| e.relation == Relation::Reaches)
        .filter_map(|e| Some((*lane_of.get(&root_of(e.from))?, e.to)))
        .collect();
    let mut order: Vec<usize> = (0..roots.len()).collect();
    let mut best = (crossings(&links, &order, graph.nodes.len()), order.clone());
    for _ in 0..4 {
        let mut place = vec![0.0_f32; roots.len()];
        for (at, lane) in order.iter().enumerate() {
            place[*lane] = at as f32;
        }
        let audience = means(
            links.iter().map(|(l, a)| (*a, place[*l])),
            graph.nodes.len(),
        );
        let lanes = means(
            links.iter().filter_map(|(l, a)| Some((*l, audience[*a]?))),
            roots.len(),
        );
        let key = |lane: usize| lanes[lane].unwrap_or(place[lane]);
        order.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
        let now = crossings(&links, &order, graph.nodes.len());
        if now < best.0 {
            best = (now, order.clone());
        }
    }
    best.1.into_iter().map(|lane| roots[lane]).collect()
}

fn means(pairs: impl Iterator<Item = (usize, f32)>, count: usize) -> Vec<Option<f32>> {
    let mut sums = vec![(0.0_f32, 0_usize); count];
    for (at, value) in pairs {
        sums[at].0 += value;
        sums[at].1 += 1;
    }
    sums.into_iter()
        .map(|(sum, n)| (n > 0).then(|| sum / n as f32))
        .collect()
}

/// Crossings between lanes in `order` and audiences at the means of their lanes.
fn crossings(links: &[(usize, usize)], order: &[usize], nodes: usize) -> usize {
    let mut place = vec![0_usize; order.len()];
    for (at, lane) in order.iter().enumerate() {
        place[*lane] = at;
    }
    let audience = means(links.iter().map(|(l, a)| (*a, place[*l] as f32)), nodes);
    let mut ends: Vec<(usize, f32)> = links
        .iter()
        .filter_map(|(l, a)| Some((place[*l], audience[*a]?)))
        .collect();
    ends.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut right: Vec<f32> = ends.into_iter().map(|(_, a)| a).collect();
    inversions(&mut right)
}

/// Pairs out of order, by merge sort.
fn inversions(values: &mut Vec<f32>) -> usize {
    let mut count = 0;
    let mut width = 1;
    while width < values.len() {
        let mut merged = Vec::with_capacity(values.len());
        for pair in values.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut l, mut r) = (0, 0);
            while l < left.len() || r < right.len() {
                if r == right.len() || (l < left.len() && left[l] <= right[r]) {
                    merged.push(left[l]);
                    l += 1;
                } else {
                    merged.push(right[r]);
                    count += left.len() - l;
                    r += 1;
                }
            }
        }
        *values = merged;
        width *= 2;
    }
    count
}

/// Weight of a wish that gives way to those of level holders.
const FAINT: f32 = 1e-5;

/// Turns cells into places.
pub(super) fn place(graph: &Graph, grid: &Grid) -> Layout {
    let mut boxes: Vec<Box2> = graph
        .nodes
        .iter()
        .map(|node| Box2 {
            centre: point(0.0, 0.0),
            width: node_width(node),
            height: grid.height,
        })
        .collect();
    // A column of audiences reads as one list.
    let widest = (0..boxes.len())
        .filter(|n| graph.nodes[*n].kind == NodeKind::Audience)
        .map(|n| boxes[n].width)
        .fold(0.0, f32::max);
    for (node, place) in graph.nodes.iter().zip(&mut boxes) {
        if node.kind == NodeKind::Audience {
            place.width = widest;
        }
    }
    let centres = column_centres(graph, grid, &boxes);
    for (n, column) in grid.column.iter().enumerate() {
        if let Some(column) = column {
            boxes[n].centre.x = centres[*column];
        }
    }
    let rows = row_centres(graph, grid);
    for (n, row) in grid.row.iter().enumerate() {
        if let Some(row) = row {
            boxes[n].centre.y = rows[*row];
        }
    }
    audiences(graph, grid, &mut boxes);
    issuers(graph, &mut boxes, grid.height);
    let columns = titles(graph, grid)
        .into_iter()
        .zip(centres)
        .map(|(title, x)| Column { title, x })
        .collect();
    Layout {
        nodes: boxes,
        edges: Vec::new(),
        columns,
        bounds: (point(0.0, 0.0), point(0.0, 0.0)),
    }
}

/// Columns are as wide as their widest node; gaps leave room for the words between neighbours.
fn column_centres(graph: &Graph, grid: &Grid, boxes: &[Box2]) -> Vec<f32> {
    let mut widths = vec![0.0_f32; grid.columns];
    for (n, column) in grid.column.iter().enumerate() {
        if let Some(c) = column {
            widths[*c] = widths[*c].max(boxes[n].width);
        }
    }
    let mut gaps = vec![COLUMN_GAP; grid.columns];
    for edge in &graph.edges {
        let (Some(a), Some(b)) = (grid.column[edge.from], grid.column[edge.to]) else {
            continue;
        };
        let same_row = grid.row[edge.from].is_some() && grid.row[edge.from] == grid.row[edge.to];
        let reach = edge.relation == Relation::Reaches;
        if b == a + 1
            && (same_row || reach)
            && edge.relation != Relation::MayAct
            && let Some(text) = wire_text(edge)
        {
            let words = text_width(text, super::CAPTION_SIZE) + 44.0;
            gaps[a] = gaps[a].max(words.min(WIDEST_GAP));
        }
        // Wires that fan out need room to bend.
        if b == a + 1 && reach {
            gaps[a] = gaps[a].max(COLUMN_GAP + 24.0);
        }
    }
    let mut centres = Vec::with_capacity(grid.columns);
    let mut x = 0.0;
    for (width, gap) in widths.iter().zip(&gaps) {
        centres.push(x + width / 2.0);
        x += width + gap;
    }
    centres
}

/// Rows leave room above for the arcs that span them, below for those that lead back, and for the
/// audiences that are reached from them.
fn row_centres(graph: &Graph, grid: &Grid) -> Vec<f32> {
    let mut above = vec![0.0_f32; grid.rows];
    let mut below = vec![0.0_f32; grid.rows];
    let mut reached = vec![0_usize; grid.rows];
    let mut seen = vec![false; graph.nodes.len()];
    for edge in &graph.edges {
        let Some(from) = grid.row[edge.from] else {
            continue;
        };
        if edge.relation == Relation::Reaches
            && graph.nodes[edge.to].kind == NodeKind::Audience
            && !std::mem::replace(&mut seen[edge.to], true)
        {
            reached[from] += 1;
        }
        let (Some(a), Some(b)) = (grid.column[edge.from], grid.column[edge.to]) else {
            continue;
        };
        if grid.row[edge.to] != Some(from) {
            continue;
        }
        let height = arc_height(a.abs_diff(b));
        if edge.relation == Relation::MayAct || (b > a + 1 && edge.relation == Relation::Delegates)
        {
            above[from] = above[from].max(height);
        } else if b < a {
            below[from] = below[from].max(height);
        }
    }
    let mut centres: Vec<f32> = Vec::with_capacity(grid.rows);
    let mut y = 0.0;
    for row in 0..grid.rows {
        if row > 0 {
            let lane_gap = if grid.lane[row] == grid.lane[row - 1] {
                0.0
            } else {
                24.0
            };
            let room = grid.height + ROW_GAP + lane_gap + above[row] + below[row - 1];
            let for_audiences = grid.pitch() * reached[row - 1] as f32;
            y += room.max(for_audiences);
        }
        centres.push(y);
    }
    centres
}

/// The right-most column in use of each row.
fn row_ends(grid: &Grid) -> Vec<usize> {
    let mut ends = vec![0_usize; grid.rows];
    for (n, row) in grid.row.iter().enumerate() {
        if let (Some(row), Some(column)) = (row, grid.column[n]) {
            ends[*row] = ends[*row].max(column);
        }
    }
    ends
}

/// Audiences stand at the height of those who reach them: level with a holder at the end of its row,
/// below it when somebody stands in the way.
fn audiences(graph: &Graph, grid: &Grid, boxes: &mut [Box2]) {
    struct Wish {
        node: usize,
        /// Sum of heights and of weights.
        y: f32,
        weight: f32,
        /// The right-most source.
        column: usize,
    }
    let ends = row_ends(grid);
    let mut wishes: Vec<Wish> = Vec::new();
    let mut at: Vec<Option<usize>> = vec![None; graph.nodes.len()];
    for (n, node) in graph.nodes.iter().enumerate() {
        if node.kind == NodeKind::Audience {
            at[n] = Some(wishes.len());
            wishes.push(Wish {
                node: n,
                y: 0.0,
                weight: 0.0,
                column: 0,
            });
        }
    }
    for edge in graph
        .edges
        .iter()
        .filter(|e| e.relation == Relation::Reaches)
    {
        let Some(wish) = at[edge.to].and_then(|w| wishes.get_mut(w)) else {
            continue;
        };
        let (Some(row), Some(column)) = (grid.row[edge.from], grid.column[edge.from]) else {
            continue;
        };
        let level = boxes[edge.from].centre.y;
        // The further left, the further down, so that the wires nest and do not cross.
        let behind = ends[row].saturating_sub(column) as f32;
        let (y, weight) = if behind > 0.0 {
            (level + grid.pitch() * (0.5 + 0.25 * behind.min(4.0)), FAINT)
        } else {
            (level, 1.0)
        };
        wish.y += y * weight;
        wish.weight += weight;
        wish.column = wish.column.max(column);
    }
    let lowest = boxes.iter().map(|b| b.centre.y).fold(0.0_f32, f32::max);
    for wish in &mut wishes {
        if wish.weight > 0.0 {
            wish.y /= wish.weight;
        } else {
            (wish.y, wish.weight) = (lowest, FAINT);
        }
    }
    wishes.sort_by(|a, b| {
        a.y.total_cmp(&b.y)
            .then(b.column.cmp(&a.column))
            .then(a.node.cmp(&b.node))
    });
    let wanted: Vec<(f32, f32)> = wishes.iter().map(|w| (w.y, w.weight)).collect();
    let steps = vec![grid.pitch(); wishes.len()];
    for (wish, y) in wishes.iter().zip(spread(&wanted, &steps)) {
        boxes[wish.node].centre.y = y;
    }
}

/// Places as near to the wanted ones as the steps between neighbours allow, in order (isotonic
/// regression by pooling neighbours). `wanted` holds place and weight, sorted by place.
fn spread(wanted: &[(f32, f32)], steps: &[f32]) -> Vec<f32> {
    // Without the steps the problem is to keep an order.
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(wanted.len());
    for step in steps {
        offsets.push(offset);
        offset += step;
    }
    // Pools: sum of place * weight, weight, members.
    let mut pools: Vec<(f32, f32, usize)> = Vec::new();
    for ((place, weight), offset) in wanted.iter().zip(&offsets) {
        let mut pool = ((place - offset) * weight, *weight, 1);
        while let Some(before) = pools.last() {
            if before.0 / before.1 <= pool.0 / pool.1 {
                break;
            }
            pool = (pool.0 + before.0, pool.1 + before.1, pool.2 + before.2);
            pools.pop();
        }
        pools.push(pool);
    }
    pools
        .iter()
        .flat_map(|(sum, weight, members)| std::iter::repeat_n(sum / weight, *members))
        .zip(&offsets)
        .map(|(place, offset)| place + offset)
        .collect()
}

/// Issuers stand in a row below everything, under those whom they issue to; several rows when there
/// are many.
fn issuers(graph: &Graph, boxes: &mut [Box2], height: f32) {
    let is_issuer = |n: usize| graph.nodes[n].kind == NodeKind::AuthorizationServer;
    let others: Vec<&Box2> = (0..boxes.len())
        .filter(|n| !is_issuer(*n))
        .map(|n| &boxes[n])
        .collect();
    let (left, right, bottom) = if others.is_empty() {
        (0.0, 0.0, -(ISSUER_GAP + height / 2.0))
    } else {
        others.iter().fold(
            (f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY),
            |(l, r, b), node| {
                (
                    l.min(node.left()),
                    r.max(node.right()),
                    b.max(node.bottom()),
                )
            },
        )
    };
    let mut wishes: Vec<(f32, usize)> = Vec::new();
    let mut sums = vec![(0.0_f32, 0_usize); boxes.len()];
    for edge in &graph.edges {
        for (issuer, other) in [(edge.from, edge.to), (edge.to, edge.from)] {
            if is_issuer(issuer) && !is_issuer(other) {
                sums[issuer].0 += boxes[other].centre.x;
                sums[issuer].1 += 1;
            }
        }
    }
    for (n, (sum, count)) in sums.iter().enumerate() {
        if is_issuer(n) {
            let x = if *count > 0 {
                sum / *count as f32
            } else {
                f32::midpoint(left, right)
            };
            wishes.push((x, n));
        }
    }
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let width = (right - left).max(1_400.0);
    let total: f32 = wishes.iter().map(|(_, n)| boxes[*n].width + 32.0).sum();
    let lines = (total / width).ceil().max(1.0) as usize;
    let per_line = wishes.len().div_ceil(lines).max(1);
    for (line, members) in wishes.chunks(per_line).enumerate() {
        let y = bottom + ISSUER_GAP + height / 2.0 + line as f32 * (height + 32.0);
        let wanted: Vec<(f32, f32)> = members.iter().map(|(x, _)| (*x, 1.0)).collect();
        let steps: Vec<f32> = members
            .iter()
            .enumerate()
            .map(|(i, (_, n))| {
                let next = members.get(i + 1).map_or(0.0, |(_, n)| boxes[*n].width);
                f32::midpoint(boxes[*n].width, next) + 32.0
            })
            .collect();
        for ((_, n), x) in members.iter().zip(spread(&wanted, &steps)) {
            boxes[*n].centre = point(x, y);
        }
    }
}

fn titles(graph: &Graph, grid: &Grid) -> Vec<String> {
    const ORDINALS: [&str; 9] = [
        "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth",
    ];
    // A column in which all who act act now is that of the current actors.
    let mut goes_on = vec![false; graph.nodes.len()];
    let mut acts = vec![false; graph.nodes.len()];
    for edge in graph
        .edges
        .iter()
        .filter(|e| e.relation == Relation::Delegates)
    {
        goes_on[edge.from] = true;
        acts[edge.to] = true;
    }
    let mut has_actor = vec![false; grid.columns];
    let mut all_current = vec![true; grid.columns];
    for (n, column) in grid.column.iter().enumerate() {
        if let Some(c) = column.filter(|_| acts[n]) {
            has_actor[c] = true;
            all_current[c] &= !goes_on[n];
        }
    }
    grid.rank
        .iter()
        .enumerate()
        .map(|(c, rank)| match rank {
            None => "Audience".into(),
            Some(0) => "Subject".into(),
            Some(_) if has_actor[c] && all_current[c] => "Current actor".into(),
            Some(_) if !has_actor[c] => "May act".into(),
            Some(rank) => ORDINALS
                .get(rank - 1)
                .map_or_else(|| format!("Actor {rank}"), |o| format!("{o} actor")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_keeps_order_and_distance_and_the_heavy_ones_in_place() {
        let at = spread(&[(0.0, 1.0), (0.0, 0.01), (0.0, 0.01)], &[10.0; 3]);
        assert!(at[0].abs() < 0.5, "{at:?}");
        assert!(at.windows(2).all(|p| p[1] - p[0] > 9.99), "{at:?}");
        let even = spread(&[(0.0, 1.0), (0.0, 1.0)], &[10.0; 2]);
        assert_eq!(even, [-5.0, 5.0]);
        assert_eq!(spread(&[(0.0, 1.0), (50.0, 1.0)], &[10.0; 2]), [0.0, 50.0]);
    }

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&mut vec![1.0, 2.0, 3.0]), 0);
        assert_eq!(inversions(&mut vec![3.0, 2.0, 1.0]), 3);
        assert_eq!(inversions(&mut vec![2.0, 1.0, 4.0, 3.0, 0.0]), 6);
    }
}
