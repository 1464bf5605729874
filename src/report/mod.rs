//! Floor 2: pure rendering of what the program knows.

pub mod finding;
pub mod forged;
pub mod graph;
pub mod junit;
pub mod run;
pub mod sarif;
