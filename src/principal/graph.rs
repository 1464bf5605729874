//! From evidence to graph.

use super::Graph;
use crate::{chain::evidence::Evidence, risk::Report};

/// Computes the principal graph.
pub fn build(evidence: &Evidence, report: &Report) -> Graph {
    let _ = (evidence, report);
    todo!("owner: principal")
}
