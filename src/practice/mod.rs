//! What the practice server knows, remembers and decides: pure. Requests come in as values, claims and
//! refusals come out. `io/practice` sends them.

pub mod answer;
pub mod authorize;
pub mod client;
pub mod exchange;
pub mod faults;
pub mod form;
pub mod held;
pub mod introspect;
pub mod issued;
pub mod memory;
pub mod metadata;
pub mod proof;
pub mod realm;
pub mod refusal;
pub mod resource;
pub mod server;
pub mod target;
pub mod token;

pub use faults::{Fault, Faults, FaultsError, Part};

#[cfg(test)]
mod tests;
