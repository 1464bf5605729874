//! Where those stand that are in no row: audiences in a column of their own, issuers below everything.

use super::{
    geometry::{Box2, point},
    grid::Grid,
};
use crate::principal::{Graph, NodeKind, Relation};

/// Between the lowest node and the issuers; more in a graph of few rows, which has the room.
fn issuer_gap(rows: usize) -> f32 {
    if rows <= 2 { 128.0 } else { 84.0 }
}
/// Weight of a wish that gives way to those of level holders.
const FAINT: f32 = 1e-5;

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
pub(super) fn audiences(graph: &Graph, grid: &Grid, boxes: &mut [Box2]) {
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

/// Issuers stand in a row below everything, under those whom they issue to; several rows when there
/// are many.
pub(super) fn issuers(graph: &Graph, grid: &Grid, boxes: &mut [Box2]) {
    let (height, gap) = (grid.height, issuer_gap(grid.rows));
    let is_issuer = |n: usize| graph.nodes[n].kind == NodeKind::AuthorizationServer;
    let others: Vec<&Box2> = (0..boxes.len())
        .filter(|n| !is_issuer(*n))
        .map(|n| &boxes[n])
        .collect();
    let (left, right, bottom) = if others.is_empty() {
        (0.0, 0.0, -(gap + height / 2.0))
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
        let y = bottom + gap + height / 2.0 + line as f32 * (height + 32.0);
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
}
