//! From cells to places: how wide columns and how high rows are, and their titles.

use super::{
    beside::{audiences, issuers},
    geometry::{Box2, Column, Layout, point},
    grid::Grid,
    text::{text_width, wire_text},
    words::node_width,
};
use crate::principal::{Graph, NodeKind, Relation};

/// Between two rows, when nothing asks for more.
const ROW_GAP: f32 = 44.0;
/// Between two columns, when no words stand between them.
const COLUMN_GAP: f32 = 48.0;
/// Most room that words get between two columns.
const WIDEST_GAP: f32 = 66.0;

/// The zoom down to which boxes hold their names.
const USUAL: f32 = 0.77;
/// The same in graphs that are higher than wide.
const SMALL: f32 = 0.5;

/// How high an arc rises over a row, by the columns it spans.
pub(super) fn arc_height(span: usize) -> f32 {
    26.0 + 24.0 * (span.min(5) as f32)
}

/// Turns cells into places.
pub(super) fn place(graph: &Graph, grid: &Grid) -> Layout {
    // What is high is seen from further away, and has room beside its nodes.
    let smallest = if grid.rows >= 4 && grid.rows >= grid.columns {
        SMALL
    } else {
        USUAL
    };
    let mut boxes: Vec<Box2> = graph
        .nodes
        .iter()
        .map(|node| Box2 {
            centre: point(0.0, 0.0),
            width: node_width(node, if node.fold.is_some() { SMALL } else { smallest }),
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
    issuers(graph, grid, &mut boxes);
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
