//! A token exchange that asks for more than it may, or is ill-formed (RFC 8693 §2).

use serde_json::json;

use crate::{
    attack::{
        Aim, Expected, Family, Forgery, Make, Need, Stage,
        draft::Draft,
        target::{ExchangeDraft, Occasion, Steps},
    },
    oauth::{
        client_auth,
        http::{Field, Request},
    },
    token::{claims, decode::decode},
};

const REQUEST: &str = "400 invalid_request (RFC 8693 §2.2.2)";
const TYPE: &str =
    "The type of a token is not compared with what it is: one kind is exchanged for another.";
const PAIR: &str = "The actor's fields are not checked to go together: who acts depends on what the server makes of it.";
const AT: &[Need] = &[Need::TokenEndpoint];
const AT_KEY: &[Need] = &[Need::TokenEndpoint, Need::SigningKey];

pub(super) static FAMILY: Family = Family {
    name: "exchange-request",
    title: "Exchange request",
    says: "A token exchange that asks for more than it may, or is ill-formed (RFC 8693 §2).",
    stage: Stage::Request,
    aim: Aim::TokenEndpoint,
    forgeries: &[
        Forgery {
            name: "exchange-type-refresh-token",
            title: "Subject token called a refresh token",
            mutates: "`subject_token_type` is that of a refresh token; the token is an access token.",
            source: "RFC 8693 §2.1, §3; own",
            means: TYPE,
            make: Make::Request(|o| changed(o, |a| a.subject_token_type = "refresh_token".into())),
            ..forgery()
        },
        Forgery {
            name: "exchange-type-id-token",
            title: "Subject token called an ID token",
            mutates: "`subject_token_type` is that of an ID token; the token is an access token.",
            source: "RFC 8693 §2.1, §3; own",
            means: TYPE,
            make: Make::Request(|o| changed(o, |a| a.subject_token_type = "id_token".into())),
            ..forgery()
        },
        Forgery {
            name: "exchange-type-saml2",
            title: "Subject token called a SAML assertion",
            mutates: "`subject_token_type` is that of a SAML 2.0 assertion; the token is a JWT.",
            source: "RFC 8693 §2.1, §3; own",
            means: TYPE,
            make: Make::Request(|o| changed(o, |a| a.subject_token_type = "saml2".into())),
            ..forgery()
        },
        Forgery {
            name: "exchange-type-unknown",
            title: "Unknown subject token type",
            mutates: "`subject_token_type` is a URI that nobody knows.",
            source: "RFC 8693 §3; own",
            means: TYPE,
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.subject_token_type = "urn:forged:token-type:any".into();
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-type-missing",
            title: "No subject token type",
            mutates: "`subject_token_type` is left out, though it is required.",
            source: "RFC 8693 §2.1; own",
            means: TYPE,
            make: Make::Request(|o| edited(o, |f| f.retain(|f| f.name != "subject_token_type"))),
            ..forgery()
        },
        Forgery {
            name: "exchange-actor-without-type",
            title: "Actor token without its type",
            mutates: "`actor_token` is sent without `actor_token_type`.",
            source: "RFC 8693 §2.1; own",
            means: PAIR,
            make: Make::Request(|o| {
                let token = o
                    .endpoint()?
                    .actor_token
                    .clone()
                    .unwrap_or_else(|| o.token.to_owned());
                edited(o, |f| {
                    f.retain(|f| !f.name.starts_with("actor_token"));
                    f.push(Field::token("actor_token", token));
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-actor-type-alone",
            title: "Actor token type without a token",
            mutates: "`actor_token_type` is sent without `actor_token`, which it must not be.",
            source: "RFC 8693 §2.1; own",
            means: PAIR,
            make: Make::Request(|o| {
                edited(o, |f| {
                    f.retain(|f| !f.name.starts_with("actor_token"));
                    f.push(Field::plain(
                        "actor_token_type",
                        "urn:ietf:params:oauth:token-type:access_token",
                    ));
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-actor-other-client",
            title: "Another client's actor token",
            mutates: "`actor_token` is a token that was issued to another client.",
            source: "RFC 8693 §2.1; own",
            means: "A client can act as any other whose token it comes by.",
            needs: &[Need::TokenEndpoint, Need::Other],
            make: Make::Request(other_actor),
            ..forgery()
        },
        Forgery {
            name: "exchange-actor-forged",
            title: "Forged actor token",
            mutates: "`actor_token` names the client and is signed by a key of the forger's.",
            source: "RFC 8693 §2.1; own",
            means: "Actor tokens are not verified: a client can act as anyone.",
            make: Make::Request(forged_actor),
            ..forgery()
        },
        Forgery {
            name: "exchange-actor-is-subject",
            title: "Subject token as actor token",
            mutates: "The subject token is sent as `actor_token` as well: the user acts for the user.",
            source: "RFC 8693 §1.1, §2.1; own",
            means: "Nobody delegates to themselves: a check that looks for an actor is satisfied by none, and whoever has a token needs no other.",
            make: Make::Request(|o| changed(o, |a| a.actor_token = Some(a.subject_token.clone()))),
            ..forgery()
        },
        Forgery {
            name: "exchange-scope-more",
            title: "One scope more",
            mutates: "A scope is asked for that the subject token does not have.",
            answer: "400 invalid_scope (RFC 6749 §5.2)",
            source: "RFC 8693 §5; own",
            means: "An exchange widens what a token allows: any token is as good as the best one.",
            make: Make::Request(|o| {
                let more = missing_scope(o);
                changed(o, |a| a.scope.push(more))
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-audience-foreign",
            title: "Foreign audience",
            mutates: "A token is asked for a server that the authorization server does not know.",
            answer: "400 invalid_target (RFC 8693 §2.2.2)",
            source: "RFC 8693 §2.2.2; own",
            means: "Tokens are issued for anyone: they can be sent to servers of the forger's and used elsewhere.",
            make: Make::Request(|o| {
                changed(o, |a| a.audience = vec!["https://forger.example".into()])
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-audience-many",
            title: "Many audiences",
            mutates: "A token is asked for the audience and a foreign one at once.",
            expected: Expected::Either,
            answer: "400 invalid_target (RFC 8693 §2.2.2)",
            source: "RFC 8693 §2.1.1; own",
            means: "A token for several servers lets each act at the others; the foreign one as well.",
            make: Make::Request(|o| {
                changed(o, |a| a.audience.push("https://forger.example".into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-resource-foreign",
            title: "Foreign resource",
            mutates: "A token is asked for the address of a server that the authorization server does not know.",
            answer: "400 invalid_target (RFC 8693 §2.2.2)",
            source: "RFC 8707 §2, RFC 8693 §2.1; own",
            means: "Tokens are issued for any address: they can be sent to servers of the forger's and used elsewhere.",
            make: Make::Request(|o| {
                changed(o, |a| {
                    a.audience.clear();
                    a.resource = vec!["https://forger.example/api".into()];
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-subject-expired",
            title: "Expired subject token",
            mutates: "The subject token ended an hour ago.",
            source: "RFC 8693 §2.1; own",
            means: "A dead token comes to life again: nothing ever ends.",
            needs: AT_KEY,
            make: Make::Request(|o| {
                subject(o, |d| {
                    d.claim_sealed("/exp", Some(json!(d.with.now - 3600)))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-subject-foreign",
            title: "Subject token of a foreign issuer",
            mutates: "The subject token names another issuer and is signed by its key.",
            source: "RFC 8693 §2.1; own",
            means: "Tokens of anyone are exchanged for one's own: anyone can be anyone.",
            make: Make::Request(|o| {
                let d = Draft::of(o.token, o.with);
                let payload = d.payload_set("/iss", Some("https://forger.example".into()))?;
                let header = d.header_set("/alg", Some(d.with.own_alg.name().into()))?;
                let made = d.own(&header, &payload)?;
                changed(o, |a| a.subject_token = made.token)
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-subject-not-addressed",
            title: "Subject token for another audience",
            mutates: "The subject token is addressed to a server that the authorization server does not know.",
            source: "RFC 8693 §2.1; own",
            means: "A token that a stranger was given is exchanged by whoever finds it.",
            needs: AT_KEY,
            make: Make::Request(|o| {
                subject(o, |d| {
                    d.claim_sealed("/aud", Some("https://other.example".into()))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-subject-bound",
            title: "Bound subject token without its key",
            mutates: "The subject token is bound to a key, and no proof of it is sent.",
            source: "RFC 9449 §5, RFC 8693 §2.1; own",
            means: "A stolen token that is bound to a key is exchanged for one that is not.",
            needs: AT_KEY,
            make: Make::Request(|o| {
                let thumbprint = o.with.own.thumbprint().map_err(|e| e.to_string())?;
                subject(o, |d| {
                    d.claim_sealed("/cnf", Some(json!({ "jkt": thumbprint })))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-no-client",
            title: "No client authentication",
            mutates: "The client says who it is and proves nothing.",
            answer: "401 invalid_client (RFC 6749 §5.2)",
            source: "RFC 8693 §2.1; own",
            means: "Whoever finds a token can exchange it for others.",
            make: Make::Request(|o| {
                let id = o.client_id()?.to_owned();
                if o.endpoint()?.client.method == client_auth::AuthMethod::None {
                    return Err("the client is a public one: it never proves anything".into());
                }
                edit(o, false, |f| f.push(Field::plain("client_id", id)))
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-nobody",
            title: "No client at all",
            mutates: "The request does not say who asks.",
            answer: "401 invalid_client (RFC 6749 §5.2)",
            source: "RFC 8693 §2.1; own",
            means: "Whoever finds a token can exchange it for others.",
            make: Make::Request(|o| edit(o, false, |_| ())),
            ..forgery()
        },
        Forgery {
            name: "exchange-wants-refresh-token",
            title: "A refresh token asked for",
            mutates: "`requested_token_type` is that of a refresh token.",
            source: "RFC 8693 §2.2.1; own",
            means: "A token of minutes becomes one of months.",
            make: Make::Request(|o| {
                changed(o, |a| a.requested_token_type = Some("refresh_token".into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "exchange-subject-twice",
            title: "Subject token twice",
            mutates: "`subject_token` is sent twice, the second one empty.",
            source: "RFC 6749 §3.2; own",
            means: "Repeated parameters are taken: two readers may take two different tokens.",
            make: Make::Request(|o| edited(o, |f| f.push(Field::token("subject_token", "x")))),
            ..forgery()
        },
        Forgery {
            name: "exchange-subject-revoked",
            title: "Revoked subject token",
            mutates: "The subject token is revoked, then exchanged. The token is dead afterwards.",
            source: "RFC 7009 §2, RFC 8693 §2.1; own",
            means: "A revoked token is exchanged for one that is not.",
            lasting: true,
            make: Make::Request(revoked),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery {
        answer: REQUEST,
        needs: AT,
        ..Forgery::of(&FAMILY)
    }
}

/// The exchange of the target, changed, as the only step.
pub(super) fn changed(
    occasion: &Occasion<'_>,
    change: impl FnOnce(&mut ExchangeDraft),
) -> Result<Steps, String> {
    Ok(vec![occasion.exchange(change)?])
}

/// The exchange with its form fields changed by hand.
fn edited(occasion: &Occasion<'_>, change: impl FnOnce(&mut Vec<Field>)) -> Result<Steps, String> {
    edit(occasion, true, change)
}

fn edit(
    occasion: &Occasion<'_>,
    authenticated: bool,
    change: impl FnOnce(&mut Vec<Field>),
) -> Result<Steps, String> {
    let ask = ExchangeDraft {
        authenticated,
        ..ExchangeDraft::of(occasion)?
    };
    let mut request = ask.request(occasion)?;
    if let Some(fields) = request.fields_mut() {
        change(fields);
    }
    Ok(vec![request])
}

/// The exchange with another subject token, which takes the issuer's key.
fn subject(
    occasion: &Occasion<'_>,
    make: impl FnOnce(&Draft<'_>) -> crate::attack::Forged,
) -> Result<Steps, String> {
    occasion.endpoint()?;
    if occasion.with.signing.is_none() {
        return Err("needs the issuer's private key, to make such a subject token".into());
    }
    let made = make(&Draft::of(occasion.token, occasion.with))?;
    changed(occasion, |ask| ask.subject_token = made.token)
}

/// A scope that the server has and the token has not; else one that nobody has.
fn missing_scope(occasion: &Occasion<'_>) -> String {
    let has = claims::scopes(&decode(occasion.token)).unwrap_or_default();
    let server = occasion.target.endpoint.as_ref().map(|e| &e.server);
    server
        .and_then(|s| s.document.get("scopes_supported"))
        .and_then(|s| s.as_array())
        .into_iter()
        .flatten()
        .filter_map(|s| s.as_str())
        .find(|s| !has.contains(*s) && !matches!(*s, "offline_access" | "openid"))
        .unwrap_or("admin")
        .to_owned()
}

fn other_actor(occasion: &Occasion<'_>) -> Result<Steps, String> {
    let client = occasion.client_id()?;
    let foreign = occasion.with.others.iter().find(|raw| {
        let token = decode(raw);
        let holder = token
            .claim_text("client_id")
            .or_else(|| token.claim_text("sub"));
        holder.is_some_and(|h| h != client) && token.claim("act").is_none()
    });
    let Some(foreign) = foreign.cloned() else {
        return Err("needs a token that was issued to another client: none was given".into());
    };
    changed(occasion, |ask| ask.actor_token = Some(foreign))
}

fn forged_actor(occasion: &Occasion<'_>) -> Result<Steps, String> {
    let client = occasion.client_id()?.to_owned();
    let d = Draft::of(occasion.token, occasion.with);
    let now = occasion.env.now.as_second();
    let claims = json!({
        "iss": d.claim("iss").unwrap_or_default(), "sub": client, "client_id": client,
        "aud": d.claim("aud").unwrap_or_default(), "iat": now, "exp": now + 300,
        "jti": occasion.random(),
    });
    let header = d.header_set("/alg", Some(d.with.own_alg.name().into()))?;
    let made = d.own(&header, &claims.to_string())?;
    changed(occasion, |ask| ask.actor_token = Some(made.token))
}

fn revoked(occasion: &Occasion<'_>) -> Result<Steps, String> {
    let endpoint = occasion.endpoint()?;
    let url = endpoint
        .server
        .endpoint("revocation_endpoint")
        .map_err(|_| "the server has no revocation endpoint".to_owned())?;
    let mut revoke = Request::form(url, vec![Field::token("token", occasion.token)]);
    client_auth::apply(
        &endpoint.client,
        &mut revoke,
        &endpoint.server,
        occasion.env,
    )
    .map_err(|e| e.to_string())?;
    Ok(vec![revoke, occasion.exchange(|_| ())?])
}
