//! Floors 0 to 3, and the shape of the house.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // also in what tests share

mod architecture;
mod chain;
mod jose;
mod oauth;
