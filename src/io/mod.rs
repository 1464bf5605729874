//! Floor 4: carries effects out. The only floor that names tokio, reqwest and axum.

pub mod browser;
mod crack;
pub mod discover;
pub mod files;
mod fire;
pub mod http;
pub mod keychain;
pub mod practice;
mod reference;
pub mod runtime;
pub mod serve;
pub mod store;
mod wait;
