//! The window, by label and by picture.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on stops there

#[path = "../support/carry.rs"]
mod carry;
mod chain;
mod compare;
mod craft;
mod disclose;
mod dpop;
mod encrypted;
mod findings;
mod foot;
mod forge;
mod frozen;
mod graph;
#[path = "../support/keep.rs"]
mod keep;
mod keyboard;
mod keys;
mod live;
#[path = "../support/wide.rs"]
mod many;
mod narrow;
mod ran;
mod rig;
mod signatures;
mod start;
mod timeline;
mod token;
mod tray;
mod wide;
mod work;
