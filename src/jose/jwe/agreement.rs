//! ECDH-ES (RFC 7518 §4.6): the key that both sides derive.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    JweError, Malformed,
    names::{Enc, Manage},
};
use crate::jose::{
    b64,
    crypto::manage,
    jwk::{Jwk, PRIVATE_MEMBERS},
};

/// The public ephemeral key of a header.
pub(super) fn ephemeral(header: &Map<String, Value>) -> Result<Jwk, Malformed> {
    let Some(Value::Object(members)) = header.get("epk") else {
        return Err(Malformed::NoEphemeral);
    };
    if PRIVATE_MEMBERS
        .iter()
        .any(|name| members.contains_key(*name))
    {
        return Err(Malformed::PrivateEphemeral);
    }
    Ok(Jwk(members.clone()))
}

/// Derives the key: the CEK itself for `ECDH-ES`, else the key that wraps it.
pub(super) fn derive(
    private: &Jwk,
    public: &Jwk,
    header: &Map<String, Value>,
    alg: Manage,
    enc: Enc,
) -> Result<Zeroizing<Vec<u8>>, JweError> {
    let (name, bytes) = match alg {
        Manage::EcdhEsKw(bits) => (alg.name(), bits.bytes()),
        _ => (enc.name(), enc.key_bytes()),
    };
    let party = |member: &'static str| match header.get(member) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => {
            b64::decode(text).map_err(|why| Malformed::PartyBase64 { member, why })
        }
        Some(_) => Err(Malformed::NoString {
            member,
            clause: "RFC 7518 §4.6.1",
        }),
    };
    let mut info = Vec::new();
    for field in [name.as_bytes(), &party("apu")?, &party("apv")?] {
        info.extend_from_slice(&(field.len() as u32).to_be_bytes());
        info.extend_from_slice(field);
    }
    info.extend_from_slice(&(bytes as u32 * 8).to_be_bytes());
    Ok(manage::agree(private, public, &info, bytes)?)
}
