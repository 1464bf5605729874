//! The families of forgeries, a file each: what the family is, then its table.

use super::Family;

mod alg_none;
mod assertion;
mod base64url;
mod cross_use;
mod delegation;
pub(super) mod dpop;
mod ecdsa;
pub(super) mod exchange;
mod header;
mod hmac;
mod jwe;
mod key_id;
mod parties;
pub(super) mod pointers;
mod replay;
mod rsa;
mod serialization;
mod signature;
mod swap;
mod time;
pub(super) mod values;

/// Every family, in the order in which they are listed.
pub static FAMILIES: [&Family; 21] = [
    &signature::FAMILY,
    &alg_none::FAMILY,
    &hmac::FAMILY,
    &swap::FAMILY,
    &ecdsa::FAMILY,
    &rsa::FAMILY,
    &pointers::FAMILY,
    &key_id::FAMILY,
    &header::FAMILY,
    &serialization::FAMILY,
    &base64url::FAMILY,
    &jwe::FAMILY,
    &time::FAMILY,
    &parties::FAMILY,
    &values::FAMILY,
    &cross_use::FAMILY,
    &dpop::FAMILY,
    &assertion::FAMILY,
    &delegation::FAMILY,
    &exchange::FAMILY,
    &replay::FAMILY,
];
