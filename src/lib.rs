//! Delegraph: a workbench for the tokens that software agents act with.
//!
//! The house has floors; a file imports downward only (`tests/logic/architecture.rs` enforces it).
//!
//! | floor | module | what |
//! |---|---|---|
//! | 0 | [`kit`] | clock, randomness, ids, secrets, JSON, text: no domain |
//! | 1 | [`jose`] | keys, signatures: pure |
//! | 2 | [`token`], [`evidence`], [`oauth`], [`attack`], [`chain`], [`practice`], [`principal`], [`risk`], [`report`] | the domain, without I/O |
//! | 3 | [`app`] | the program without a face: model, commands, effects |
//! | 4 | [`io`] | carries effects out; practice servers |
//! | 5 | [`cli`], `gui` | the faces |

pub mod app;
pub mod attack;
pub mod chain;
pub mod cli;
pub mod evidence;
#[cfg(feature = "gui")]
pub mod gui;
pub mod io;
pub mod jose;
pub mod kit;
pub mod oauth;
pub mod practice;
pub mod principal;
pub mod report;
pub mod risk;
pub mod token;
