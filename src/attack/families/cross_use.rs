//! A good token of another kind, issuer or audience (RFC 8725 §3.12).

use serde_json::json;

use crate::{
    attack::{
        Family, Forged, Forgery, Made, Make, Need, Signed, Stage,
        draft::{Draft, raw, set},
    },
    jose::b64,
    token::{Kind, claims, craft::mint, decode::decode},
};

const KIND: &str = "Another kind of token is taken for this one: rules for kinds do not exclude each other (RFC 8725 §3.12).";
const OTHERS: &str = "Tokens that other parties were given, or issued, are good here.";
const OTHER: &[Need] = &[Need::Other];

pub(super) static FAMILY: Family = Family {
    name: "cross-use",
    title: "Cross-use",
    says: "A good token of another kind, issuer or audience (RFC 8725 §3.12).",
    stage: Stage::Claims,
    forgeries: &[
        Forgery {
            name: "cross-id-token",
            title: "ID token as access token",
            mutates: "An ID token of the same issuer is presented: the one that was given, or one made with the issuer's key.",
            source: "RFC 8725 §3.12, RFC 9068 §5",
            means: KIND,
            needs: OTHER,
            make: Make::Token(id_token),
            ..forgery()
        },
        Forgery {
            name: "cross-client-assertion",
            title: "Client assertion as token",
            mutates: "A client assertion is presented: the one that was given, or one made with a key of the forger's.",
            source: "RFC 8725 §3.12",
            means: KIND,
            make: Make::Token(assertion),
            ..forgery()
        },
        Forgery {
            name: "cross-dpop-proof",
            title: "DPoP proof as token",
            mutates: "A DPoP proof is presented: the one that was given, or one made with a key of the forger's.",
            source: "RFC 8725 §3.12, RFC 9449 §4.2",
            means: KIND,
            make: Make::Token(proof),
            ..forgery()
        },
        Forgery {
            name: "cross-logout-token",
            title: "Logout token as token",
            mutates: "The same claims typed as a logout token, made with the issuer's key.",
            source: "RFC 8725 §3.12; own",
            means: KIND,
            needs: &[Need::SigningKey],
            make: Make::Token(|d| {
                if d.with.signing.is_none() {
                    return Err("needs the issuer's private key: without it the token fails for its signature".into());
                }
                let header = d.header_set("/typ", Some("logout+jwt".into()))?;
                let payload = d.payload_set(
                    "/events",
                    Some(json!({"http://schemas.openid.net/event/backchannel-logout": {}})),
                )?;
                d.sealed(header, payload)
            }),
            ..forgery()
        },
        Forgery {
            name: "cross-other-issuer",
            title: "Token of another issuer",
            mutates: "A good token of another issuer is presented.",
            source: "RFC 9068 §4, RFC 8725 §3.12",
            means: OTHERS,
            needs: OTHER,
            make: Make::Token(|d| given(d, "iss")),
            ..forgery()
        },
        Forgery {
            name: "cross-other-audience",
            title: "Token for another audience",
            mutates: "A good token of the same issuer for another audience is presented.",
            source: "RFC 9068 §4",
            means: OTHERS,
            needs: OTHER,
            make: Make::Token(|d| given(d, "aud")),
            ..forgery()
        },
        Forgery {
            name: "cross-parent",
            title: "The parent token",
            mutates: "The token that this one was exchanged from is presented.",
            source: "RFC 8693 §2.1; own",
            means: "A token from earlier in the chain opens this server as well: the exchange narrowed nothing.",
            needs: &[Need::Parent],
            make: Make::Token(|d| {
                d.with.parent.clone().map_or_else(
                    || Err("needs the token that this one was exchanged from".into()),
                    |t| raw(t, Signed::Kept),
                )
            }),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
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
