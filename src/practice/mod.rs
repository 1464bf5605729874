//! What the practice server knows, remembers and decides: pure. Requests come in as values, claims and
//! refusals come out. `io/practice` sends them.

pub mod exchange;
pub mod faults;
pub mod form;
pub mod issued;
pub mod memory;
pub mod realm;
pub mod refusal;
pub mod target;

pub use faults::{Fault, Faults, Part};
