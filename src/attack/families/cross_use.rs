//! A good token of another kind, issuer or audience (RFC 8725 §3.12).

use serde_json::json;

use crate::attack::{
    Family, Forged, Forgery, Made, Need, Signed,
    draft::{Draft, raw, set},
};
use crate::{
    jose::b64,
    token::{Kind, claims, craft::mint, decode::decode},
};

const KIND: &str = "Another kind of token is taken for this one: rules for kinds do not exclude each other (RFC 8725 §3.12).";
const OTHERS: &str = "Tokens that other parties were given, or issued, are good here.";
const OTHER: &[Need] = &[Need::Other];

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::CrossUse;
    vec![
        Forgery::token(F, "cross-id-token", "ID token as access token", "An ID token of the same issuer is presented: the one that was given, or one made with the issuer's key.", "RFC 8725 §3.12, RFC 9068 §5", KIND, id_token).needing(OTHER),
        Forgery::token(F, "cross-client-assertion", "Client assertion as token", "A client assertion is presented: the one that was given, or one made with a key of the forger's.", "RFC 8725 §3.12", KIND, assertion),
        Forgery::token(F, "cross-dpop-proof", "DPoP proof as token", "A DPoP proof is presented: the one that was given, or one made with a key of the forger's.", "RFC 8725 §3.12, RFC 9449 §4.2", KIND, proof),
        Forgery::token(F, "cross-logout-token", "Logout token as token", "The same claims typed as a logout token, made with the issuer's key.", "RFC 8725 §3.12; own", KIND, |d| { if d.with.signing.is_none() { return Err("needs the issuer's private key: without it the token fails for its signature".into()); } let header = d.header_set("/typ", Some("logout+jwt".into()))?; let payload = d.payload_set("/events", Some(json!({"http://schemas.openid.net/event/backchannel-logout": {}})))?; d.sealed(header, payload) }).needing(&[Need::SigningKey]),
        Forgery::token(F, "cross-other-issuer", "Token of another issuer", "A good token of another issuer is presented.", "RFC 9068 §4, RFC 8725 §3.12", OTHERS, |d| given(d, "iss")).needing(OTHER),
        Forgery::token(F, "cross-other-audience", "Token for another audience", "A good token of the same issuer for another audience is presented.", "RFC 9068 §4", OTHERS, |d| given(d, "aud")).needing(OTHER),
        Forgery::token(F, "cross-parent", "The parent token", "The token that this one was exchanged from is presented.", "RFC 8693 §2.1; own", "A token from earlier in the chain opens this server as well: the exchange narrowed nothing.", |d| d.with.parent.clone().map_or_else(|| Err("needs the token that this one was exchanged from".into()), |t| raw(t, Signed::Kept))).needing(&[Need::Parent]),
    ]
}

fn id_token(d: &Draft<'_>) -> Forged {
    if let Some(other) = d.with.other(Kind::IdToken) {
        return raw(other, Signed::Issuer);
    }
    if d.with.signing.is_none() {
        return Err("needs an ID token of the same issuer, or the issuer's private key".into());
    }
    let client = d.claim_text("client_id").unwrap_or_else(|_| "app".into());
    let header = d.header_set("/typ", Some("JWT".into()))?;
    let payload = d.payload_set("/aud", Some(client.clone().into()))?;
    let payload = set(&payload, "/azp", Some(client.into()))?;
    let payload = set(&payload, "/nonce", Some("n-0S6_WzA2Mj".into()))?;
    let payload = set(&payload, "/auth_time", Some((d.with.now - 5).into()))?;
    d.sealed(header, payload)
}

fn assertion(d: &Draft<'_>) -> Forged {
    if let Some(other) = d.with.other(Kind::ClientAssertion) {
        return raw(other, Signed::Own);
    }
    let client = d.claim_text("client_id").unwrap_or_else(|_| "app".into());
    own(
        d,
        &json!({ "typ": "client-authentication+jwt" }),
        &json!({
            "iss": client, "sub": client, "aud": d.claim("iss").unwrap_or_default(),
            "iat": d.with.now, "exp": d.with.now + 60, "jti": format!("forged-{}", d.with.now),
        }),
    )
}

fn proof(d: &Draft<'_>) -> Forged {
    if let Some(other) = d.with.other(Kind::DpopProof) {
        return raw(other, Signed::Own);
    }
    let public = d
        .with
        .own
        .public()
        .ok_or("the forger's key has no public part")?;
    own(
        d,
        &json!({ "typ": "dpop+jwt", "jwk": public.0 }),
        &json!({
            "htm": "GET", "htu": "https://api.example", "iat": d.with.now,
            "jti": format!("forged-{}", d.with.now),
            "ath": b64::encode(crate::jose::crypto::sha256(d.raw.as_bytes())),
        }),
    )
}

fn own(d: &Draft<'_>, header: &serde_json::Value, claims: &serde_json::Value) -> Forged {
    let key = crate::attack::ingredients::unbound(&d.with.own);
    Ok(Made {
        token: mint(header, claims, &key, &d.with.own_alg).map_err(|e| e.to_string())?,
        signed: Signed::Own,
    })
}

/// A given token that differs from this one in a claim.
fn given(d: &Draft<'_>, claim: &str) -> Forged {
    let this = decode(d.raw);
    let differs = |raw: &&String| {
        let other = decode(raw);
        match claim {
            "iss" => {
                other.claim_text("iss").is_some()
                    && other.claim_text("iss") != this.claim_text("iss")
            }
            _ => {
                other.claim_text("iss") == this.claim_text("iss")
                    && claims::audiences(&other).is_some_and(|other| {
                        claims::audiences(&this).is_none_or(|this| this.is_disjoint(&other))
                    })
            }
        }
    };
    match d.with.others.iter().find(differs) {
        Some(other) => raw(other.as_str(), Signed::Issuer),
        None => Err(format!(
            "needs another token whose `{claim}` differs: none was given"
        )),
    }
}
