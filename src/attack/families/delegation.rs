//! The chain of actors is forged: who acts for whom, and who may.

use serde_json::{Value, json};

use crate::{
    attack::{
        Family, Forged, Forgery, Make, Need, Stage,
        draft::Draft,
        families::exchange,
        target::{Occasion, Steps},
    },
    kit::text::escape,
    token::decode::decode,
};

const TAKEN: &str = "Who acts is taken without the issuer's signature: anyone can act for anyone.";
const SHAPE: &str = "An `act` that names nobody is taken: who acts depends on who reads.";
const HISTORY: &str = "The history of a chain can be rewritten: an audit names the wrong agents.";
const DEEP: &str = "Chains have no bound: nobody can follow who acted for whom, and a reader may run out of stack.";
const MAY: &str = "`may_act` is not honoured: an agent that the user did not name can act for the user (RFC 8693 §4.4).";
const REFUSED: &str = "400 invalid_request (RFC 8693 §2.2.2)";
const ENDPOINT: &[Need] = &[Need::TokenEndpoint, Need::SigningKey];

pub(super) static FAMILY: Family = Family {
    name: "delegation",
    title: "Delegation",
    says: "The chain of actors is forged: who acts for whom, and who may.",
    stage: Stage::Claims,
    forgeries: &[
        Forgery {
            name: "act-forged",
            title: "Forged actor",
            mutates: "`act` names an agent that the issuer never saw; the signature stays as it was.",
            source: "RFC 8693 §4.1; own",
            means: TAKEN,
            make: Make::Token(|d| d.claim_kept("/act", Some(json!({ "sub": "forger-agent" })))),
            ..forgery()
        },
        Forgery {
            name: "act-removed",
            title: "Actor removed",
            mutates: "`act` is removed, so that the agent is the user; the signature stays as it was.",
            source: "RFC 8693 §1.1; own",
            means: "Delegation can be turned into impersonation: the agent is not seen any more.",
            make: Make::Token(|d| {
                d.claim("act")?;
                d.claim_kept("/act", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "act-reversed",
            title: "Actors reversed",
            mutates: "The order of the actors is turned around; the signature stays as it was.",
            source: "RFC 8693 §4.1; own",
            means: HISTORY,
            make: Make::Token(|d| {
                let mut all = actors(d)?;
                if all.len() < 2 {
                    return Err("the token names fewer than two actors".into());
                }
                all.reverse();
                d.claim_kept("/act", Some(nest(&all)))
            }),
            ..forgery()
        },
        Forgery {
            name: "act-flattened",
            title: "Chain flattened",
            mutates: "Prior actors are taken out of `act`; the signature stays as it was.",
            source: "RFC 8693 §4.1; own",
            means: HISTORY,
            make: Make::Token(|d| {
                let all = actors(d)?;
                if all.len() < 2 {
                    return Err("the token names no prior actor".into());
                }
                d.claim_kept("/act", Some(nest(&all[..1])))
            }),
            ..forgery()
        },
        Forgery {
            name: "act-spliced",
            title: "Actor of another chain",
            mutates: "An actor joined from another chain stands before the current one; the signature stays as it was.",
            source: "RFC 8693 §2.1 (splicing); own",
            means: "Chains can be joined that have nothing to do with each other.",
            make: Make::Token(spliced),
            ..forgery()
        },
        Forgery {
            name: "act-cycle",
            title: "Cycle of actors",
            mutates: "The current actor stands again at the beginning of the chain; the signature stays as it was.",
            source: "RFC 8693 §4.1; own",
            means: HISTORY,
            make: Make::Token(|d| {
                let mut all = actors(d)?;
                let first = all.first().cloned().ok_or("the token names no actor")?;
                all.push(json!({ "sub": "forger-agent" }));
                all.push(first);
                d.claim_kept("/act", Some(nest(&all)))
            }),
            ..forgery()
        },
        Forgery {
            name: "act-expired",
            title: "`exp` and `aud` inside `act`",
            mutates: "`exp` (past) and `aud` are put into `act`, where they mean nothing; the signature stays as it was.",
            source: "RFC 8693 §4.1; own",
            means: "Claims inside `act` are taken for claims of the token.",
            make: Make::Token(|d| {
                let mut all = actors(d)?;
                let first = all
                    .first_mut()
                    .and_then(Value::as_object_mut)
                    .ok_or("the token names no actor")?;
                first.insert("exp".into(), json!(d.with.now + 86_400));
                first.insert("aud".into(), "https://other.example".into());
                d.claim_kept("/act", Some(nest(&all)))
            }),
            ..forgery()
        },
        Forgery {
            name: "act-without-sub",
            title: "Actor without sub",
            mutates: "`act` is an object that names nobody.",
            source: "RFC 8693 §4.1; own",
            means: SHAPE,
            make: Make::Token(|d| {
                d.claim_sealed("/act", Some(json!({ "iss": "https://forger.example" })))
            }),
            ..forgery()
        },
        Forgery {
            name: "act-text",
            title: "`act` a string",
            mutates: "`act` becomes a string with the actor's name.",
            source: "RFC 8693 §4.1; own",
            means: SHAPE,
            make: Make::Token(|d| d.claim_sealed("/act", Some("forger-agent".into()))),
            ..forgery()
        },
        Forgery {
            name: "act-array",
            title: "`act` a list",
            mutates: "`act` becomes a list of actors.",
            source: "RFC 8693 §4.1; own",
            means: SHAPE,
            make: Make::Token(|d| {
                d.claim_sealed("/act", Some(json!([{ "sub": "one" }, { "sub": "two" }])))
            }),
            ..forgery()
        },
        Forgery {
            name: "act-depth",
            title: "A hundred actors",
            mutates: "`act` names a hundred actors, one inside the other.",
            source: "RFC 8693 §4.1; own",
            means: DEEP,
            make: Make::Token(|d| {
                d.claim_sealed(
                    "/act",
                    Some(nest(&vec![json!({ "sub": "forger-agent" }); 100])),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "act-depth-bomb",
            title: "A hundred thousand actors",
            mutates: "`act` is nested a hundred thousand levels deep; the signature stays as it was.",
            source: "RFC 8259 §9; own",
            means: DEEP,
            make: Make::Token(|d| {
                let text = format!(
                    "{}{}",
                    "{\"act\":".repeat(100_000),
                    format_args!("{{}}{}", "}".repeat(100_000))
                );
                d.kept(d.header()?, d.payload_raw("/act", &text)?)
            }),
            ..forgery()
        },
        Forgery {
            name: "act-self",
            title: "The subject as its own actor",
            mutates: "`act` names the subject itself.",
            source: "RFC 8693 §1.1; own",
            means: "Nobody delegates to themselves: a check that looks for an actor is satisfied by none.",
            make: Make::Token(|d| {
                let sub = d.claim("sub")?;
                let mut act = json!({ "sub": sub });
                if let Ok(iss) = d.claim("iss") {
                    act["iss"] = iss;
                }
                d.claim_sealed("/act", Some(act))
            }),
            ..forgery()
        },
        Forgery {
            name: "may-act-forged",
            title: "Forged `may_act`",
            mutates: "`may_act` names an agent of the forger's; the signature stays as it was.",
            source: "RFC 8693 §4.4; own",
            means: "Who may act is taken without the issuer's signature.",
            make: Make::Token(|d| d.claim_kept("/may_act", Some(json!({ "sub": "forger-agent" })))),
            ..forgery()
        },
        Forgery {
            name: "may-act-other-actor",
            title: "Actor not in `may_act`",
            mutates: "The subject token's `may_act` names another agent than the one that asks for the exchange.",
            answer: REFUSED,
            source: "RFC 8693 §4.4; own",
            means: MAY,
            needs: ENDPOINT,
            make: Make::Request(|o| {
                may_act(
                    o,
                    |iss| json!({ "iss": iss, "sub": "another-agent" }),
                    false,
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "may-act-other-issuer",
            title: "`may_act` for another issuer",
            mutates: "The subject token's `may_act` names the agent that asks, but of another issuer.",
            answer: REFUSED,
            source: "RFC 8693 §4.4; own",
            means: MAY,
            needs: ENDPOINT,
            make: Make::Request(|o| {
                let id = o.client_id()?.to_owned();
                may_act(
                    o,
                    |_| json!({ "iss": "https://forger.example", "sub": id }),
                    false,
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "may-act-no-actor",
            title: "No actor though `may_act` is there",
            mutates: "The subject token's `may_act` names another agent, and no actor token is sent.",
            answer: REFUSED,
            source: "RFC 8693 §4.4; own",
            means: MAY,
            needs: ENDPOINT,
            make: Make::Request(|o| {
                may_act(o, |iss| json!({ "iss": iss, "sub": "another-agent" }), true)
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

/// The entries of `act`, current actor first, each without what is nested in it.
fn actors(d: &Draft<'_>) -> Result<Vec<Value>, String> {
    let mut next = Some(d.claim("act")?);
    let mut all = Vec::new();
    while let Some(Value::Object(mut entry)) = next {
        next = entry.shift_remove("act");
        all.push(Value::Object(entry));
    }
    if all.is_empty() {
        return Err("`act` of the token names nobody".into());
    }
    Ok(all)
}

fn nest(actors: &[Value]) -> Value {
    actors.iter().rev().fold(Value::Null, |inner, actor| {
        let mut actor = actor.clone();
        if !inner.is_null() {
            actor["act"] = inner;
        }
        actor
    })
}

fn spliced(d: &Draft<'_>) -> Forged {
    let foreign = d
        .with
        .others
        .iter()
        .find_map(|raw| decode(raw).claim("act").cloned())
        .unwrap_or_else(|| json!({ "sub": "agent-of-another-chain" }));
    let mut foreign = foreign;
    if let Some(entry) = foreign.as_object_mut() {
        entry.shift_remove("act");
    }
    let mut all = actors(d).unwrap_or_default();
    all.insert(0, foreign);
    d.claim_kept("/act", Some(nest(&all)))
}

/// An exchange of a subject token with another `may_act`, which takes the issuer's key.
fn may_act(
    occasion: &Occasion<'_>,
    may_act: impl FnOnce(Value) -> Value,
    without_actor: bool,
) -> Result<Steps, String> {
    if occasion.with.signing.is_none() {
        return Err(
            "needs the issuer's private key, to write `may_act` into the subject token; or take a \
             subject token whose `may_act` names another agent"
                .into(),
        );
    }
    let d = Draft::of(occasion.token, occasion.with);
    let issuer = d.claim("iss").unwrap_or_default();
    let made = d.claim_sealed("/may_act", Some(may_act(issuer)))?;
    exchange::changed(occasion, |ask| {
        ask.subject_token = made.token;
        if without_actor {
            ask.actor_token = None;
        }
    })
    .map_err(|why| escape(&why).into_owned())
}
