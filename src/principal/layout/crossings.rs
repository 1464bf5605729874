//! The order of the lanes: wires to shared audiences cross as little as a few rounds can achieve.

use crate::principal::{Graph, Relation};

/// Orders lanes so that wires to shared audiences cross less (barycentre), or leaves them.
pub(super) fn fewer_crossings(
    graph: &Graph,
    parent: &[Option<usize>],
    roots: Vec<usize>,
) -> Vec<usize> {
    if roots.len() < 2 {
        return roots;
    }
    let root_of = |mut n: usize| {
        while let Some(above) = parent[n] {
            n = above;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&mut vec![1.0, 2.0, 3.0]), 0);
        assert_eq!(inversions(&mut vec![3.0, 2.0, 1.0]), 3);
        assert_eq!(inversions(&mut vec![2.0, 1.0, 4.0, 3.0, 0.0]), 6);
    }
}
