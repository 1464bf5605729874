//! The families of forgeries, a file each.

pub(super) mod alg_none;
pub(super) mod assertion;
pub(super) mod base64url;
pub(super) mod cross_use;
pub(super) mod delegation;
pub(super) mod dpop;
pub(super) mod ecdsa;
pub(super) mod exchange;
pub(super) mod header;
pub(super) mod hmac;
pub(super) mod jwe;
pub(super) mod key_id;
pub(super) mod parties;
pub(super) mod pointers;
pub(super) mod replay;
pub(super) mod rsa;
pub(super) mod serialization;
pub(super) mod signature;
pub(super) mod swap;
pub(super) mod time;
pub(super) mod values;
