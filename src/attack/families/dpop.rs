//! The proof of possession is missing or wrong (RFC 9449 §4.3).

use serde_json::{Map, Value, json};

use crate::{
    attack::{
        Aim, Expected, Family, Forgery, Make, Need, Stage,
        ingredients::unbound,
        target::{Occasion, Steps, TokenPlace},
    },
    jose::{Alg, Jwk, b64, crypto},
    oauth::{
        dpop::{Draft, HEADER, ath},
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

/// A proof that lacks a member which is required.
macro_rules! without {
    ($member:literal) => {
        Forgery {
            name: concat!("dpop-no-", $member),
            title: concat!("No ", $member),
            mutates: concat!(
                "The proof is made without `",
                $member,
                "`, which is required."
            ),
            source: "RFC 9449 §4.3 check 3; FAPI 2.0",
            means: LOOSE,
            make: Make::Request(|o| without(o, $member)),
            ..forgery()
        }
    };
}

pub(super) static FAMILY: Family = Family {
    name: "dpop",
    title: "DPoP",
    says: "The proof of possession is missing or wrong (RFC 9449 §4.3).",
    stage: Stage::Request,
    aim: Aim::ResourceServer,
    titled: true,
    forgeries: &[
        Forgery {
            name: "dpop-missing",
            title: "No proof",
            mutates: "The request has no DPoP header.",
            source: "RFC 9449 §4.3 check 1; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| with(o, |_, _| Ok(vec![]))),
            ..forgery()
        },
        Forgery {
            name: "dpop-two",
            title: "Two proofs",
            mutates: "The request has two DPoP headers, both good.",
            source: "RFC 9449 §4.3 check 1; FAPI 2.0",
            means: LOOSE,
            make: Make::Request(|o| {
                with(o, |p, _| {
                    let first = p.sign().map_err(|e| e.to_string())?;
                    p.claims.insert(
                        "jti".into(),
                        format!("{}-2", p.claims["jti"].as_str().unwrap_or_default()).into(),
                    );
                    Ok(vec![first, p.sign().map_err(|e| e.to_string())?])
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-malformed",
            title: "Malformed proof",
            mutates: "The DPoP header is no JWT.",
            source: "RFC 9449 §4.3 check 2; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| with(o, |_, _| Ok(vec!["forged".into()]))),
            ..forgery()
        },
        Forgery {
            name: "dpop-typ",
            title: "Wrong typ",
            mutates: "`typ` of the proof is `JWT`.",
            source: "RFC 9449 §4.3 check 4; FAPI 2.0",
            means: LOOSE,
            make: Make::Request(|o| {
                proof(o, |p| {
                    p.header.insert("typ".into(), "JWT".into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-alg-none",
            title: "alg none",
            mutates: "The proof is not signed and says so.",
            source: "RFC 9449 §4.3 check 5; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| {
                with(o, |p, _| {
                    let mut header = p.header.clone();
                    header.insert("alg".into(), "none".into());
                    Ok(vec![format!(
                        "{}.{}.",
                        b64::encode(Value::Object(header).to_string()),
                        b64::encode(Value::Object(p.claims.clone()).to_string())
                    )])
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-hmac",
            title: "HMAC proof",
            mutates: "The proof has an HMAC with a secret that it brings along.",
            source: "RFC 9449 §4.3 check 5; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| {
                proof(o, |p| {
                    p.key = Jwk(Map::from_iter([
                        ("kty".to_owned(), "oct".into()),
                        ("k".to_owned(), b64::encode([7; 32]).into()),
                    ]));
                    p.alg = Alg::Hs256;
                    p.header
                        .insert("jwk".into(), Value::Object(p.key.0.clone()));
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-signature",
            title: "Wrong signature",
            mutates: "The last byte of the proof's signature is changed.",
            source: "RFC 9449 §4.3 check 6; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| {
                with(o, |p, _| {
                    let good = p.sign().map_err(|e| e.to_string())?;
                    let (input, signature) = good.rsplit_once('.').unwrap_or_default();
                    let mut bytes = b64::decode(signature).map_err(|e| e.to_string())?;
                    if let Some(b) = bytes.first_mut() {
                        *b ^= 1;
                    }
                    Ok(vec![format!("{input}.{}", b64::encode(bytes))])
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-private-jwk",
            title: "Private key in jwk",
            mutates: "The proof brings the whole private key along.",
            source: "RFC 9449 §4.3 check 7; FAPI 2.0",
            means: "A client that gives its key away is not stopped.",
            make: Make::Request(|o| {
                proof(o, |p| {
                    p.header
                        .insert("jwk".into(), Value::Object(unbound(&p.key).0));
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-htm",
            title: "Wrong method",
            mutates: "`htm` names another method.",
            source: "RFC 9449 §4.3 check 8; FAPI 2.0",
            means: OTHER,
            make: Make::Request(|o| {
                proof(o, |p| {
                    let other = if p.claims["htm"] == "DELETE" {
                        "GET"
                    } else {
                        "DELETE"
                    };
                    p.claims.insert("htm".into(), other.into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-htm-case",
            title: "Method in lower case",
            mutates: "`htm` is written in lower case.",
            source: "RFC 9449 §4.3 check 8; own",
            means: LOOSE,
            make: Make::Request(|o| {
                proof(o, |p| {
                    let lower = p.claims["htm"]
                        .as_str()
                        .unwrap_or_default()
                        .to_ascii_lowercase();
                    p.claims.insert("htm".into(), lower.into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-htu",
            title: "Wrong address",
            mutates: "`htu` names another address.",
            source: "RFC 9449 §4.3 check 9; FAPI 2.0",
            means: OTHER,
            make: Make::Request(|o| {
                proof(o, |p| {
                    p.claims
                        .insert("htu".into(), "https://other.example/".into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-htu-path",
            title: "Wrong path",
            mutates: "`htu` names another path of the same server.",
            source: "RFC 9449 §4.3 check 9; own",
            means: OTHER,
            make: Make::Request(|o| {
                proof(o, |p| {
                    let other = format!(
                        "{}/other",
                        p.claims["htu"]
                            .as_str()
                            .unwrap_or_default()
                            .trim_end_matches('/')
                    );
                    p.claims.insert("htu".into(), other.into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-ath",
            title: "Proof for another token",
            mutates: "`ath` is the hash of another token.",
            source: "RFC 9449 §4.3 check 12; FAPI 2.0",
            means: OTHER,
            make: Make::Request(|o| {
                proof(o, |p| {
                    p.claims.insert("ath".into(), ath("another token").into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-iat-past",
            title: "Proof an hour old",
            mutates: "`iat` is an hour ago.",
            source: "RFC 9449 §4.3 check 11; FAPI 2.0",
            means: "Proofs have no end: one that was seen is good for ever.",
            make: Make::Request(|o| proof(o, |p| shift(p, -3600))),
            ..forgery()
        },
        Forgery {
            name: "dpop-iat-future",
            title: "Proof from in an hour",
            mutates: "`iat` is an hour ahead.",
            source: "RFC 9449 §4.3 check 11; FAPI 2.0",
            means: "Proofs can be made in store.",
            make: Make::Request(|o| proof(o, |p| shift(p, 3600))),
            ..forgery()
        },
        Forgery {
            name: "dpop-other-key",
            title: "Proof by another key",
            mutates: "The proof is good, but by another key than the token is bound to.",
            answer: "401 invalid_token (RFC 9449 §7.1)",
            source: "RFC 9449 §4.3 check 12; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| {
                let own = o.with.own.clone();
                let alg = o.with.own_alg.clone();
                let public = own.public().ok_or("the forger's key has no public part")?;
                proof(o, |p| {
                    p.header
                        .insert("jwk".into(), Value::Object(unbound(&public).0));
                    p.key = own;
                    p.alg = alg;
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-as-bearer",
            title: "Bearer instead of DPoP",
            mutates: "The bound token is sent as a bearer token, without a proof.",
            answer: "401 invalid_token (RFC 9449 §7.2)",
            source: "RFC 9449 §7.2; FAPI 2.0",
            means: STOLEN,
            make: Make::Request(|o| {
                o.target
                    .proof
                    .as_ref()
                    .ok_or("needs a token that is bound to a key, and the key")?;
                let mut request = o.bare(&o.target.url, o.token);
                request
                    .headers
                    .retain(|h| !h.name.eq_ignore_ascii_case("authorization"));
                request
                    .headers
                    .push(Field::token("Authorization", format!("Bearer {}", o.token)));
                Ok(vec![request])
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-old-nonce",
            title: "A nonce that was never given",
            mutates: "`nonce` is one that the server did not give.",
            expected: Expected::Either,
            answer: "401 use_dpop_nonce (RFC 9449 §9)",
            source: "RFC 9449 §4.3 check 10; FAPI 2.0",
            means: "A server without nonces need not look; one that gives nonces must.",
            make: Make::Request(|o| {
                proof(o, |p| {
                    p.claims.insert("nonce".into(), "forged-nonce".into());
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-jti-reused",
            title: "Proof twice",
            mutates: "The same proof is sent twice.",
            expected: Expected::Either,
            source: "RFC 9449 §11.1; FAPI 2.0",
            means: "A server may keep no memory of proofs (RFC 9449 §11.1); then one that was seen is good while it is fresh.",
            make: Make::Request(|o| {
                let request = single(o, |p| p.sign().map_err(|e| e.to_string()))?;
                Ok(vec![request.clone(), request])
            }),
            ..forgery()
        },
        Forgery {
            name: "dpop-no-nonce",
            title: "No nonce",
            mutates: "The proof is made without the nonce that the server gave.",
            expected: Expected::Either,
            answer: "401 use_dpop_nonce (RFC 9449 §9)",
            source: "RFC 9449 §4.3 check 10; FAPI 2.0",
            means: "A server that gives nonces need not insist on them (RFC 9449 §8.2); then proofs can be made in store.",
            make: Make::Request(|o| {
                if o.nonce.is_none() {
                    return Err("the server has given no nonce".into());
                }
                proof(o, |p| {
                    p.claims.shift_remove("nonce");
                })
            }),
            ..forgery()
        },
        without!("jti"),
        without!("htm"),
        without!("htu"),
        without!("iat"),
        without!("ath"),
        without!("jwk"),
        without!("typ"),
        without!("alg"),
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery {
        answer: PROOF,
        needs: KEY,
        ..Forgery::of(&FAMILY)
    }
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
    if occasion.target.place == TokenPlace::SubjectToken {
        return Err("proofs are forged for a resource server: aim at one".into());
    }
    let mut request = occasion.bare(&occasion.target.url, occasion.token);
    let mut proof = occasion.proof(&request, Some(occasion.token))?;
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
        Ok(vec![proof.sign().map_err(|e| e.to_string())?])
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
