//! The proof of possession is missing or wrong (RFC 9449 §4.3).

use serde_json::{Map, Value, json};

use crate::attack::{
    Family, Forgery, Need,
    ingredients::unbound,
    target::{Occasion, Place, Steps},
};
use crate::{
    jose::{Alg, Jwk, b64, crypto},
    oauth::{
        client_auth::signing_alg,
        dpop::{About, Draft, HEADER, ath},
        http::{Field, Request},
    },
};

const PROOF: &str = "401 invalid_dpop_proof (RFC 9449 §7.1)";
const STOLEN: &str = "A stolen token can be used without its key.";
const OTHER: &str =
    "A proof for one request is good for another: whoever sees one can send what he likes.";
const LOOSE: &str =
    "Proofs are not checked as RFC 9449 §4.3 demands: what is missing is not missed.";
const KEY: &[Need] = &[Need::ProofKey];

/// A good proof for a request that carries `token`, to be changed before it is signed. A forger does
/// not ask what his key is for.
pub(in crate::attack) fn proof_of(
    occasion: &Occasion<'_>,
    request: &Request,
    token: Option<&str>,
) -> Result<Draft, String> {
    let key = occasion
        .target
        .proof
        .as_ref()
        .ok_or("needs the private key that the token is bound to")?;
    let about = About {
        method: request.method.name(),
        url: &request.url,
        token,
        nonce: occasion.nonce,
    };
    let mut draft = Draft::new(&unbound(key), &about, occasion.env)?;
    draft.alg = signing_alg(key)?;
    Ok(draft)
}

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Dpop;
    let mut all = vec![
        Forgery::request(F, "dpop-missing", "No proof", "The request has no DPoP header.", PROOF, "RFC 9449 §4.3 check 1; FAPI 2.0", STOLEN, |o| with(o, |_, _| Ok(vec![]))).needing(KEY),
        Forgery::request(F, "dpop-two", "Two proofs", "The request has two DPoP headers, both good.", PROOF, "RFC 9449 §4.3 check 1; FAPI 2.0", LOOSE, |o| with(o, |p, _| { let first = p.sign()?; p.claims.insert("jti".into(), format!("{}-2", p.claims["jti"].as_str().unwrap_or_default()).into()); Ok(vec![first, p.sign()?]) })).needing(KEY),
        Forgery::request(F, "dpop-malformed", "Malformed proof", "The DPoP header is no JWT.", PROOF, "RFC 9449 §4.3 check 2; FAPI 2.0", STOLEN, |o| with(o, |_, _| Ok(vec!["forged".into()]))).needing(KEY),
        Forgery::request(F, "dpop-typ", "Wrong typ", "`typ` of the proof is `JWT`.", PROOF, "RFC 9449 §4.3 check 4; FAPI 2.0", LOOSE, |o| proof(o, |p| { p.header.insert("typ".into(), "JWT".into()); })).needing(KEY),
        Forgery::request(F, "dpop-alg-none", "alg none", "The proof is not signed and says so.", PROOF, "RFC 9449 §4.3 check 5; FAPI 2.0", STOLEN, |o| with(o, |p, _| { let mut header = p.header.clone(); header.insert("alg".into(), "none".into()); Ok(vec![format!("{}.{}.", b64::encode(Value::Object(header).to_string()), b64::encode(Value::Object(p.claims.clone()).to_string()))]) })).needing(KEY),
        Forgery::request(F, "dpop-hmac", "HMAC proof", "The proof has an HMAC with a secret that it brings along.", PROOF, "RFC 9449 §4.3 check 5; FAPI 2.0", STOLEN, |o| proof(o, |p| { p.key = Jwk(Map::from_iter([("kty".to_owned(), "oct".into()), ("k".to_owned(), b64::encode([7; 32]).into())])); p.alg = Alg::Hs256; p.header.insert("jwk".into(), Value::Object(p.key.0.clone())); })).needing(KEY),
        Forgery::request(F, "dpop-signature", "Wrong signature", "The last byte of the proof's signature is changed.", PROOF, "RFC 9449 §4.3 check 6; FAPI 2.0", STOLEN, |o| with(o, |p, _| { let good = p.sign()?; let (input, signature) = good.rsplit_once('.').unwrap_or_default(); let mut bytes = b64::decode(signature).map_err(|e| e.to_string())?; if let Some(b) = bytes.first_mut() { *b ^= 1; } Ok(vec![format!("{input}.{}", b64::encode(bytes))]) })).needing(KEY),
        Forgery::request(F, "dpop-private-jwk", "Private key in jwk", "The proof brings the whole private key along.", PROOF, "RFC 9449 §4.3 check 7; FAPI 2.0", "A client that gives its key away is not stopped.", |o| proof(o, |p| { p.header.insert("jwk".into(), Value::Object(unbound(&p.key).0)); })).needing(KEY),
        Forgery::request(F, "dpop-htm", "Wrong method", "`htm` names another method.", PROOF, "RFC 9449 §4.3 check 8; FAPI 2.0", OTHER, |o| proof(o, |p| { let other = if p.claims["htm"] == "DELETE" { "GET" } else { "DELETE" }; p.claims.insert("htm".into(), other.into()); })).needing(KEY),
        Forgery::request(F, "dpop-htm-case", "Method in lower case", "`htm` is written in lower case.", PROOF, "RFC 9449 §4.3 check 8; own", LOOSE, |o| proof(o, |p| { let lower = p.claims["htm"].as_str().unwrap_or_default().to_ascii_lowercase(); p.claims.insert("htm".into(), lower.into()); })).needing(KEY),
        Forgery::request(F, "dpop-htu", "Wrong address", "`htu` names another address.", PROOF, "RFC 9449 §4.3 check 9; FAPI 2.0", OTHER, |o| proof(o, |p| { p.claims.insert("htu".into(), "https://other.example/".into()); })).needing(KEY),
        Forgery::request(F, "dpop-htu-path", "Wrong path", "`htu` names another path of the same server.", PROOF, "RFC 9449 §4.3 check 9; own", OTHER, |o| proof(o, |p| { let other = format!("{}/other", p.claims["htu"].as_str().unwrap_or_default().trim_end_matches('/')); p.claims.insert("htu".into(), other.into()); })).needing(KEY),
        Forgery::request(F, "dpop-ath", "Proof for another token", "`ath` is the hash of another token.", PROOF, "RFC 9449 §4.3 check 12; FAPI 2.0", OTHER, |o| proof(o, |p| { p.claims.insert("ath".into(), ath("another token").into()); })).needing(KEY),
        Forgery::request(F, "dpop-iat-past", "Proof an hour old", "`iat` is an hour ago.", PROOF, "RFC 9449 §4.3 check 11; FAPI 2.0", "Proofs have no end: one that was seen is good for ever.", |o| proof(o, |p| shift(p, -3600))).needing(KEY),
        Forgery::request(F, "dpop-iat-future", "Proof from in an hour", "`iat` is an hour ahead.", PROOF, "RFC 9449 §4.3 check 11; FAPI 2.0", "Proofs can be made in store.", |o| proof(o, |p| shift(p, 3600))).needing(KEY),
        Forgery::request(F, "dpop-other-key", "Proof by another key", "The proof is good, but by another key than the token is bound to.", "401 invalid_token (RFC 9449 §7.1)", "RFC 9449 §4.3 check 12; FAPI 2.0", STOLEN, |o| { let own = o.with.own.clone(); let alg = o.with.own_alg.clone(); let public = own.public().ok_or("the forger's key has no public part")?; proof(o, |p| { p.header.insert("jwk".into(), Value::Object(unbound(&public).0)); p.key = own; p.alg = alg; }) }).needing(KEY),
        Forgery::request(F, "dpop-as-bearer", "Bearer instead of DPoP", "The bound token is sent as a bearer token, without a proof.", "401 invalid_token (RFC 9449 §7.2)", "RFC 9449 §7.2; FAPI 2.0", STOLEN, |o| { o.target.proof.as_ref().ok_or("needs a token that is bound to a key, and the key")?; let mut request = o.bare(&o.target.url, o.token); request.headers.retain(|h| !h.name.eq_ignore_ascii_case("authorization")); request.headers.push(Field::token("Authorization", format!("Bearer {}", o.token))); Ok(vec![request]) }).needing(KEY),
        Forgery::request(F, "dpop-old-nonce", "A nonce that was never given", "`nonce` is one that the server did not give.", "401 use_dpop_nonce (RFC 9449 §9)", "RFC 9449 §4.3 check 10; FAPI 2.0", "A server without nonces need not look; one that gives nonces must.", |o| proof(o, |p| { p.claims.insert("nonce".into(), "forged-nonce".into()); })).needing(KEY).either(),
        Forgery::request(F, "dpop-jti-reused", "Proof twice", "The same proof is sent twice.", PROOF, "RFC 9449 §11.1; FAPI 2.0", "A server may keep no memory of proofs (RFC 9449 §11.1); then one that was seen is good while it is fresh.", |o| { let request = single(o, Draft::sign)?; Ok(vec![request.clone(), request]) }).needing(KEY).either(),
    ];
    all.push(Forgery::request(F, "dpop-no-nonce", "No nonce", "The proof is made without the nonce that the server gave.", "401 use_dpop_nonce (RFC 9449 §9)", "RFC 9449 §4.3 check 10; FAPI 2.0", "A server that gives nonces need not insist on them (RFC 9449 §8.2); then proofs can be made in store.", |o| { if o.nonce.is_none() { return Err("the server has given no nonce".into()); } proof(o, |p| { p.claims.shift_remove("nonce"); }) }).needing(KEY).either());
    for (name, title, member) in [
        ("dpop-no-jti", "No jti", "jti"),
        ("dpop-no-htm", "No htm", "htm"),
        ("dpop-no-htu", "No htu", "htu"),
        ("dpop-no-iat", "No iat", "iat"),
        ("dpop-no-ath", "No ath", "ath"),
        ("dpop-no-jwk", "No jwk", "jwk"),
        ("dpop-no-typ", "No typ", "typ"),
        ("dpop-no-alg", "No alg", "alg"),
    ] {
        let make: fn(&Occasion<'_>) -> Result<Steps, String> = match member {
            "jti" => |o| without(o, "jti"),
            "htm" => |o| without(o, "htm"),
            "htu" => |o| without(o, "htu"),
            "iat" => |o| without(o, "iat"),
            "ath" => |o| without(o, "ath"),
            "typ" => |o| without(o, "typ"),
            "alg" => |o| without(o, "alg"),
            _ => |o| without(o, "jwk"),
        };
        let mut forgery = Forgery::request(F, name, title, "", PROOF, "RFC 9449 §4.3 check 3; FAPI 2.0", LOOSE, make).needing(KEY);
        forgery.mutates = format!("The proof is made without `{member}`, which is required.").into();
        all.push(forgery);
    }
    all
}

fn shift(proof: &mut Draft, seconds: i64) {
    let iat = proof.claims["iat"].as_i64().unwrap_or_default();
    proof.claims.insert("iat".into(), json!(iat + seconds));
}

/// The request with the proofs that `make` gives.
fn with(
    occasion: &Occasion<'_>,
    make: impl FnOnce(&mut Draft, &Request) -> Result<Vec<String>, String>,
) -> Result<Steps, String> {
    if occasion.target.place == Place::SubjectToken {
        return Err("proofs are forged for a resource server: aim at one".into());
    }
    let mut request = occasion.bare(&occasion.target.url, occasion.token);
    let mut proof = proof_of(occasion, &request, Some(occasion.token))?;
    for text in make(&mut proof, &request)? {
        request.headers.push(Field::secret(HEADER, text));
    }
    Ok(vec![request])
}

fn single(
    occasion: &Occasion<'_>,
    make: impl FnOnce(&Draft) -> Result<String, String>,
) -> Result<Request, String> {
    let mut steps = with(occasion, |proof, _| Ok(vec![make(proof)?]))?;
    steps.pop().ok_or_else(|| "no request was made".to_owned())
}

/// The request with one proof, changed before it is signed.
fn proof(occasion: &Occasion<'_>, change: impl FnOnce(&mut Draft)) -> Result<Steps, String> {
    with(occasion, |proof, _| {
        change(proof);
        Ok(vec![proof.sign()?])
    })
}

fn without(occasion: &Occasion<'_>, member: &str) -> Result<Steps, String> {
    if ["jwk", "typ", "alg"].contains(&member) {
        return with(occasion, |p, _| {
            let mut header = p.header.clone();
            header.insert("alg".into(), p.alg.name().into());
            header.shift_remove(member);
            let input = format!(
                "{}.{}",
                b64::encode(Value::Object(header).to_string()),
                b64::encode(Value::Object(p.claims.clone()).to_string())
            );
            let key = unbound(&p.key);
            let bytes = crypto::sign(&key, &p.alg, input.as_bytes()).map_err(|e| e.to_string())?;
            Ok(vec![format!("{input}.{}", b64::encode(bytes))])
        });
    }
    proof(occasion, |p| {
        p.claims.shift_remove(member);
    })
}
