//! The client's proof of who it is, is wrong (RFC 7523 §3).

use serde_json::{Map, Value, json};

use crate::{
    attack::{
        Aim, Expected, Family, Forgery, Make, Need, Stage,
        target::{ExchangeDraft, Occasion, Steps},
    },
    jose::{Alg, Jwk, b64, crypto},
    oauth::{
        client_auth::{Credential, signing_alg},
        http::{Field, Request},
    },
    token::craft::mint,
};

const CLIENT: &str = "401 invalid_client (RFC 6749 §5.2)";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ANYONE: &str = "Assertions are not verified: anyone can be any client.";
const ELSEWHERE: &str =
    "An assertion that was made for another server is good here: that server can be this client.";
const STALE: &str =
    "Assertions outside their time are accepted: one that was seen is good for long.";
const LOOSE: &str = "Assertions are not checked as RFC 7523 §3 demands.";
const KEY: &[Need] = &[Need::ClientKey];

/// An assertion before it is signed.
struct Assertion {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    key: Jwk,
    alg: Alg,
}

impl Assertion {
    fn of(occasion: &Occasion<'_>) -> Result<Self, String> {
        let endpoint = occasion.endpoint()?;
        let Credential::Key(key) = &endpoint.client.credential else {
            return Err("needs a client that proves itself with a key (private_key_jwt)".into());
        };
        let id = endpoint.client.client_id.as_str();
        let now = occasion.env.now.as_second();
        let mut header = Map::from_iter([("typ".to_owned(), Value::from("JWT"))]);
        if let Some(kid) = key.kid() {
            header.insert("kid".into(), kid.into());
        }
        Ok(Self {
            header,
            claims: Map::from_iter([
                ("iss".to_owned(), id.into()),
                ("sub".to_owned(), id.into()),
                ("aud".to_owned(), endpoint.server.issuer.clone().into()),
                ("jti".to_owned(), occasion.random().into()),
                ("iat".to_owned(), now.into()),
                ("exp".to_owned(), now.saturating_add(60).into()),
            ]),
            alg: signing_alg(key).map_err(|e| e.to_string())?,
            key: key.clone(),
        })
    }

    fn sign(&self) -> Result<String, String> {
        mint(
            &Value::Object(self.header.clone()),
            &Value::Object(self.claims.clone()),
            &crate::attack::ingredients::unbound(&self.key),
            &self.alg,
        )
        .map_err(|e| e.to_string())
    }

    fn unsigned(&self) -> String {
        let mut header = self.header.clone();
        header.insert("alg".into(), "none".into());
        format!(
            "{}.{}.",
            b64::encode(Value::Object(header).to_string()),
            b64::encode(Value::Object(self.claims.clone()).to_string())
        )
    }

    fn set(&mut self, claim: &str, value: Value) {
        self.claims.insert(claim.into(), value);
    }

    fn shift(&mut self, claim: &str, seconds: i64) {
        let iat = self.claims["iat"].as_i64().unwrap_or_default();
        self.set(claim, json!(iat.saturating_add(seconds)));
    }
}

pub(super) static FAMILY: Family = Family {
    name: "client-assertion",
    title: "Client assertion",
    says: "The client's proof of who it is, is wrong (RFC 7523 §3).",
    stage: Stage::Request,
    aim: Aim::TokenEndpoint,
    titled: true,
    forgeries: &[
        Forgery {
            name: "assertion-aud-other",
            title: "Addressed to another server",
            mutates: "`aud` of the assertion is another authorization server.",
            source: "RFC 7523 §3 point 3; FAPI 2.0",
            means: ELSEWHERE,
            make: Make::Request(|o| changed(o, |a| a.set("aud", "https://other.example".into()))),
            ..forgery()
        },
        Forgery {
            name: "assertion-aud-missing",
            title: "No aud",
            mutates: "The assertion has no `aud`.",
            source: "RFC 7523 §3 point 3; FAPI 2.0",
            means: ELSEWHERE,
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.claims.shift_remove("aud");
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-aud-token-url",
            title: "Addressed to the token endpoint",
            mutates: "`aud` of the assertion is the address of the token endpoint.",
            expected: Expected::Either,
            source: "FAPI 2.0 §5.3.2.1; draft-ietf-oauth-rfc7523bis",
            means: "RFC 7523 allowed it; FAPI 2.0 and the revision take the issuer alone, since addresses can be mixed up.",
            make: Make::Request(|o| {
                let url = o
                    .endpoint()?
                    .server
                    .endpoint("token_endpoint")
                    .map_err(|e| e.to_string())?;
                changed(o, |a| a.set("aud", url.as_str().into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-aud-array",
            title: "Addressed to a list",
            mutates: "`aud` of the assertion is a list of the issuer and another server.",
            expected: Expected::Either,
            source: "FAPI 2.0 §5.3.2.1; draft-ietf-oauth-rfc7523bis",
            means: "RFC 7523 allows a list; then the other server in it can be this client here.",
            make: Make::Request(|o| {
                changed(o, |a| {
                    let iss = a.claims["aud"].clone();
                    a.set("aud", json!([iss, "https://other.example"]));
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-no-sub",
            title: "No sub",
            mutates: "The assertion has no `sub`.",
            source: "RFC 7523 §3 point 2; FAPI 2.0",
            means: LOOSE,
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.claims.shift_remove("sub");
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-no-iss",
            title: "No iss",
            mutates: "The assertion has no `iss`.",
            source: "RFC 7523 §3 point 1; FAPI 2.0",
            means: LOOSE,
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.claims.shift_remove("iss");
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-iss-other",
            title: "Another iss",
            mutates: "`iss` of the assertion is another client than `sub`.",
            source: "RFC 7523 §3 point 1; own",
            means: ANYONE,
            make: Make::Request(|o| changed(o, |a| a.set("iss", "forger".into()))),
            ..forgery()
        },
        Forgery {
            name: "assertion-no-exp",
            title: "No exp",
            mutates: "The assertion has no `exp`.",
            source: "RFC 7523 §3 point 4; FAPI 2.0",
            means: STALE,
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.claims.shift_remove("exp");
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-expired",
            title: "Expired",
            mutates: "`exp` of the assertion is an hour ago.",
            source: "RFC 7523 §3 point 4; FAPI 2.0",
            means: STALE,
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.shift("exp", -3600);
                    a.shift("iat", -3660);
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-nbf-future",
            title: "Not yet valid",
            mutates: "`nbf` of the assertion is an hour ahead.",
            source: "RFC 7523 §3 point 5; FAPI 2.0",
            means: STALE,
            make: Make::Request(|o| changed(o, |a| a.shift("nbf", 3600))),
            ..forgery()
        },
        Forgery {
            name: "assertion-iat-future",
            title: "From in an hour",
            mutates: "`iat` of the assertion is an hour ahead.",
            expected: Expected::Either,
            source: "RFC 7523 §3 point 6; FAPI 2.0 §5.3.2.1",
            means: "RFC 7523 leaves `iat` to the server; FAPI 2.0 has it refuse more than a minute ahead.",
            make: Make::Request(|o| changed(o, |a| a.shift("iat", 3600))),
            ..forgery()
        },
        Forgery {
            name: "assertion-exp-far",
            title: "For a year",
            mutates: "`exp` of the assertion is a year ahead.",
            expected: Expected::Either,
            source: "RFC 7523 §3 point 4",
            means: "A server may refuse it and need not: then an assertion that was seen is good for long, unless its `jti` is remembered as long.",
            make: Make::Request(|o| changed(o, |a| a.shift("exp", 31_536_000))),
            ..forgery()
        },
        Forgery {
            name: "assertion-rs256",
            title: "RS256",
            mutates: "The assertion is signed with RS256, by a key of the forger's.",
            source: "FAPI 2.0 §5.4; RFC 8725 §3.1",
            means: ANYONE,
            make: Make::Request(|o| {
                let key = crypto::generate(&Alg::Rs256, None).map_err(|e| e.to_string())?;
                changed(o, |a| {
                    a.key = key;
                    a.alg = Alg::Rs256;
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-alg-none",
            title: "alg none",
            mutates: "The assertion is not signed and says so.",
            source: "RFC 7523 §3 point 9; RFC 8725 §3.2",
            means: ANYONE,
            make: Make::Request(|o| {
                let text = Assertion::of(o)?.unsigned();
                Ok(vec![request(o, text)?])
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-other-key",
            title: "Another key",
            mutates: "The assertion is signed by a key of the forger's.",
            source: "RFC 7523 §3 point 9; FAPI 2.0",
            means: ANYONE,
            make: Make::Request(|o| {
                let key = crypto::generate(&Alg::Es256, None).map_err(|e| e.to_string())?;
                changed(o, |a| {
                    a.key = key;
                    a.alg = Alg::Es256;
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-jwk",
            title: "Own key in jwk",
            mutates: "The assertion brings the key of the forger's along, and is signed by it.",
            source: "RFC 8725 §3.10; own",
            means: ANYONE,
            make: Make::Request(|o| {
                let key = crypto::generate(&Alg::Es256, None).map_err(|e| e.to_string())?;
                let public = key.public().ok_or("the key has no public part")?;
                changed(o, |a| {
                    a.header.shift_remove("kid");
                    a.header.insert("jwk".into(), Value::Object(public.0));
                    a.key = key;
                    a.alg = Alg::Es256;
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-typ",
            title: "An access token's typ",
            mutates: "`typ` of the assertion is that of an access token.",
            expected: Expected::Either,
            source: "RFC 8725 §3.11; draft-ietf-oauth-rfc7523bis",
            means: "RFC 7523 gives assertions no `typ`: issuer, subject and audience alone tell them from other tokens.",
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.header.insert("typ".into(), "at+jwt".into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-is-the-token",
            title: "The token as assertion",
            mutates: "The access token is sent as the client's assertion.",
            source: "RFC 8725 §3.12",
            means: "An access token is taken for a client's proof: whoever is given a token can be the client.",
            make: Make::Request(|o| {
                Assertion::of(o)?;
                Ok(vec![request(o, o.token.to_owned())?])
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-no-jti",
            title: "No jti",
            mutates: "The assertion has no `jti`.",
            expected: Expected::Either,
            source: "RFC 7523 §3 point 7; FAPI 2.0",
            means: "RFC 7523 leaves `jti` to choice; without it a replay cannot be seen.",
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.claims.shift_remove("jti");
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "assertion-jti-reused",
            title: "Reused jti",
            mutates: "An assertion with the `jti` of an earlier one, otherwise fresh.",
            source: "RFC 7523 §3 point 7; FAPI 2.0",
            means: "Assertions can be replayed: whoever sees one can be the client while it lives.",
            make: Make::Request(|o| {
                let first = Assertion::of(o)?;
                let mut again = Assertion::of(o)?;
                again.set("jti", first.claims["jti"].clone());
                again.shift("exp", 61);
                Ok(vec![request(o, first.sign()?)?, request(o, again.sign()?)?])
            }),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery {
        answer: CLIENT,
        needs: KEY,
        ..Forgery::of(&FAMILY)
    }
}

/// The exchange with an assertion that is changed before it is signed.
fn changed(occasion: &Occasion<'_>, change: impl FnOnce(&mut Assertion)) -> Result<Steps, String> {
    let mut assertion = Assertion::of(occasion)?;
    change(&mut assertion);
    Ok(vec![request(occasion, assertion.sign()?)?])
}

/// The exchange with that assertion.
fn request(occasion: &Occasion<'_>, assertion: String) -> Result<Request, String> {
    let endpoint = occasion.endpoint()?;
    let mut request = ExchangeDraft::of(occasion)?.bare(endpoint)?;
    if let Some(fields) = request.fields_mut() {
        fields.push(Field::plain("client_id", &endpoint.client.client_id));
        fields.push(Field::plain("client_assertion_type", ASSERTION_TYPE));
        fields.push(Field::secret("client_assertion", assertion));
    }
    Ok(request)
}

/// The same assertion in two requests.
pub(in crate::attack) fn twice(occasion: &Occasion<'_>) -> Result<Steps, String> {
    let text = Assertion::of(occasion)?.sign()?;
    Ok(vec![
        request(occasion, text.clone())?,
        request(occasion, text)?,
    ])
}
