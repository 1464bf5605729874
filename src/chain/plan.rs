//! The order of a chain, and what is wrong with its wiring.

use super::Chain;

/// Something that keeps a chain from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The node.
    pub node: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What is wrong with the wiring: unknown nodes, duplicate ids, cycles, missing settings.
pub fn flaws(chain: &Chain) -> Vec<Flaw> {
    let _ = chain;
    todo!("owner: chain")
}

/// Node ids in an order in which each stands after its inputs; nodes on a cycle are left out.
pub fn order(chain: &Chain) -> Vec<String> {
    let _ = chain;
    todo!("owner: chain")
}

/// The nodes that must have run before `id` can, `id` last.
pub fn up_to(chain: &Chain, id: &str) -> Vec<String> {
    let _ = (chain, id);
    todo!("owner: chain")
}

/// The nodes that depend on `id`: stale when it changes.
pub fn downstream(chain: &Chain, id: &str) -> Vec<String> {
    let _ = (chain, id);
    todo!("owner: chain")
}
