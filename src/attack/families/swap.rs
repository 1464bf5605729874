//! The header names another algorithm than the key is for.

use serde_json::{Value, json};

use crate::attack::{Family, Forged, Forgery, Signed, draft::Draft};
use crate::jose::{Alg, Family as AlgFamily, b64, crypto};

const MEANS: &str =
    "The header chooses the algorithm: one key, one algorithm is not kept (RFC 8725 §3.1).";
const NAME: &str = "Algorithm names are not compared exactly (RFC 7515 §4.1.1): a check by name can be walked around.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Swap;
    vec![
        Forgery::token(F, "swap-rsa-padding", "RSA: the other padding", "RS becomes PS of the same hash, or the reverse; signed so when the issuer's key is at hand.", "RFC 8725 §3.1; jwt-hack, Wycheproof", MEANS, rsa),
        Forgery::token(F, "swap-hash-256", "Hash 256", "`alg` names the same kind of signature with SHA-256; signed so where the issuer's key allows.", "RFC 8725 §3.1; jwt-hack, Wycheproof", MEANS, |d| hash(d, "256")),
        Forgery::token(F, "swap-hash-384", "Hash 384", "`alg` names the same kind of signature with SHA-384; signed so where the issuer's key allows.", "RFC 8725 §3.1; jwt-hack, Wycheproof", MEANS, |d| hash(d, "384")),
        Forgery::token(F, "swap-hash-512", "Hash 512", "`alg` names the same kind of signature with SHA-512; signed so where the issuer's key allows.", "RFC 8725 §3.1; jwt-hack, Wycheproof", MEANS, |d| hash(d, "512")),
        Forgery::token(F, "swap-curve-k256", "Another curve", "`alg` becomes ES256K (or ES256): the same lengths on another curve.", "RFC 8725 §3.1; Wycheproof", MEANS, curve),
        Forgery::token(F, "swap-to-eddsa", "EdDSA named", "`alg` becomes EdDSA (or ES256); the signature stays.", "RFC 8725 §3.1; Wycheproof", MEANS, |d| named(d, if d.with.alg.family() == AlgFamily::Edwards { json!("ES256") } else { json!("EdDSA") })),
        Forgery::token(F, "swap-to-hs256", "HS256 named, signature kept", "`alg` becomes HS256; the signature stays.", "RFC 8725 §2.1; jwt_tool", MEANS, |d| if d.with.alg == Alg::Hs256 { Err("the token is signed with HS256 already".into()) } else { named(d, json!("HS256")) }),
        Forgery::token(F, "swap-lower-case", "alg in lower case", "`alg` is written in lower case, else signed as before.", "RFC 7515 §4.1.1; Wycheproof", NAME, |d| written(d, str::to_ascii_lowercase)),
        Forgery::token(F, "swap-padded", "alg with a space", "A space is appended to `alg`, else signed as before.", "RFC 7515 §4.1.1; Wycheproof", NAME, |d| written(d, |a| format!("{a} "))),
        Forgery::token(F, "swap-nul", "alg with a NUL", "A NUL character is appended to `alg`, else signed as before.", "RFC 7515 §4.1.1; own", NAME, |d| written(d, |a| format!("{a}\0"))),
        Forgery::token(F, "swap-unknown", "Unknown alg", "`alg` becomes `XX256`, which no registry has.", "RFC 7515 §4.1.1; Wycheproof", MEANS, |d| named(d, json!("XX256"))),
        Forgery::token(F, "swap-null", "alg null", "`alg` becomes null, else signed as before.", "RFC 7515 §4.1.1; Wycheproof", NAME, |d| named(d, Value::Null)),
        Forgery::token(F, "swap-number", "alg a number", "`alg` becomes 256, else signed as before.", "RFC 7515 §4.1.1; Wycheproof", NAME, |d| named(d, json!(256))),
        Forgery::token(F, "swap-array", "alg a list", "`alg` becomes a list with its name and `none`, else signed as before.", "RFC 7515 §4.1.1; Wycheproof", NAME, |d| named(d, json!([d.with.alg.name(), "none"]))),
        Forgery::token(F, "swap-object", "alg an object", "`alg` becomes an object, else signed as before.", "RFC 7515 §4.1.1; own", NAME, |d| named(d, json!({ "name": d.with.alg.name() }))),
    ]
}

fn named(d: &Draft<'_>, alg: Value) -> Forged {
    d.header_sealed("/alg", Some(alg))
}

fn written(d: &Draft<'_>, how: impl Fn(&str) -> String) -> Forged {
    let alg = d.with.alg.name();
    let other = how(alg);
    if other == alg || alg.is_empty() {
        return Err(format!(
            "`alg` is `{}`: there is no other way to write it",
            crate::kit::text::escape(alg)
        ));
    }
    named(d, other.into())
}

/// The header says `alg`; signed with it where the issuer's key is at hand and can.
fn truly(d: &Draft<'_>, alg: &Alg) -> Forged {
    let header = d.header_set("/alg", Some(alg.name().into()))?;
    let payload = d.payload()?;
    let Some(key) = &d.with.signing else {
        return d.kept(header, payload);
    };
    let input = format!("{}.{}", b64::encode(&header), b64::encode(&payload));
    match crypto::sign(key, alg, input.as_bytes()) {
        Ok(bytes) => {
            crate::attack::draft::raw(format!("{input}.{}", b64::encode(bytes)), Signed::Issuer)
        }
        Err(_) => d.sealed(header, payload),
    }
}

fn rsa(d: &Draft<'_>) -> Forged {
    let name = d.with.alg.name();
    match (name.strip_prefix("RS"), name.strip_prefix("PS")) {
        (Some(hash), _) => truly(d, &Alg::parse(&format!("PS{hash}"))),
        (_, Some(hash)) => truly(d, &Alg::parse(&format!("RS{hash}"))),
        _ => Err(format!("the token is signed with {name}, not with RSA")),
    }
}

fn hash(d: &Draft<'_>, hash: &str) -> Forged {
    let name = d.with.alg.name();
    let stem = match d.with.alg.family() {
        AlgFamily::Hmac => "HS",
        AlgFamily::RsaPkcs1 => "RS",
        AlgFamily::RsaPss => "PS",
        AlgFamily::Ecdsa => "ES",
        _ => {
            return Err(format!(
                "{} has one hash only",
                crate::kit::text::escape(name)
            ));
        }
    };
    let other = format!("{stem}{hash}");
    if other == name {
        return Err(format!("the token is signed with {name} already"));
    }
    truly(d, &Alg::parse(&other))
}

fn curve(d: &Draft<'_>) -> Forged {
    match d.with.alg {
        Alg::Es256K => named(d, json!("ES256")),
        Alg::Es256 | Alg::Es384 | Alg::Es512 => named(d, json!("ES256K")),
        _ => Err(format!(
            "the token is signed with {}, which has no curve to swap",
            crate::kit::text::escape(d.with.alg.name())
        )),
    }
}
