//! The families of forgeries, a file each: what the family is, then its table.

use super::Family;

mod alg_none;
mod assertion;
mod base64url;
mod cross_use;
mod delegation;
mod dpop;
mod ecdsa;
mod exchange;
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
mod values;

/// Every family, in the order in which they are listed.
pub static FAMILIES: &[&Family] = &[
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

impl Family {
    /// The family of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAMILIES.iter().copied().find(|f| f.name == name)
    }
}
