//! Floor 1, pure: JOSE objects. Bytes in, `Result` out. [`crypto`] is the only place that names
//! a cryptography library.

pub mod alg;
pub mod b64;
pub mod crypto;
pub mod der;
pub mod jwe;
pub mod jwk;
pub mod jws;
pub mod pem;
pub mod sealed;
pub mod secret;

pub use alg::{Alg, Family};
pub use jwk::{Jwk, Jwks, KeyError};
