//! The chain of actors is forged: who acts for whom, and who may.

use serde_json::{Value, json};

use crate::attack::{
    Family, Forged, Forgery, Need,
    draft::Draft,
    families::exchange,
    target::{Occasion, Steps},
};
use crate::{kit::text::escape, token::decode::decode};

const TAKEN: &str = "Who acts is taken without the issuer's signature: anyone can act for anyone.";
const SHAPE: &str = "An `act` that names nobody is taken: who acts depends on who reads.";
const HISTORY: &str = "The history of a chain can be rewritten: an audit names the wrong agents.";
const DEEP: &str = "Chains have no bound: nobody can follow who acted for whom, and a reader may run out of stack.";
const MAY: &str = "`may_act` is not honoured: an agent that the user did not name can act for the user (RFC 8693 §4.4).";
const REFUSED: &str = "400 invalid_request (RFC 8693 §2.2.2)";
const ENDPOINT: &[Need] = &[Need::TokenEndpoint, Need::SigningKey];

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Delegation;
    vec![
        Forgery::token(F, "act-forged", "Forged actor", "`act` names an agent that the issuer never saw; the signature stays as it was.", "RFC 8693 §4.1; own", TAKEN, |d| d.claim_kept("/act", Some(json!({ "sub": "forger-agent" })))),
        Forgery::token(F, "act-removed", "Actor removed", "`act` is removed, so that the agent is the user; the signature stays as it was.", "RFC 8693 §1.1; own", "Delegation can be turned into impersonation: the agent is not seen any more.", |d| { d.claim("act")?; d.claim_kept("/act", None) }),
        Forgery::token(F, "act-reversed", "Actors reversed", "The order of the actors is turned around; the signature stays as it was.", "RFC 8693 §4.1; own", HISTORY, |d| { let mut all = actors(d)?; if all.len() < 2 { return Err("the token names fewer than two actors".into()); } all.reverse(); d.claim_kept("/act", Some(nest(&all))) }),
        Forgery::token(F, "act-flattened", "Chain flattened", "Prior actors are taken out of `act`; the signature stays as it was.", "RFC 8693 §4.1; own", HISTORY, |d| { let all = actors(d)?; if all.len() < 2 { return Err("the token names no prior actor".into()); } d.claim_kept("/act", Some(nest(&all[..1]))) }),
        Forgery::token(F, "act-spliced", "Actor of another chain", "An actor joined from another chain stands before the current one; the signature stays as it was.", "RFC 8693 §2.1 (splicing); own", "Chains can be joined that have nothing to do with each other.", spliced),
        Forgery::token(F, "act-cycle", "Cycle of actors", "The current actor stands again at the beginning of the chain; the signature stays as it was.", "RFC 8693 §4.1; own", HISTORY, |d| { let mut all = actors(d)?; let first = all.first().cloned().ok_or("the token names no actor")?; all.push(json!({ "sub": "forger-agent" })); all.push(first); d.claim_kept("/act", Some(nest(&all))) }),
        Forgery::token(F, "act-expired", "`exp` and `aud` inside `act`", "`exp` (past) and `aud` are put into `act`, where they mean nothing; the signature stays as it was.", "RFC 8693 §4.1; own", "Claims inside `act` are taken for claims of the token.", |d| { let mut all = actors(d)?; let first = all.first_mut().and_then(Value::as_object_mut).ok_or("the token names no actor")?; first.insert("exp".into(), json!(d.with.now + 86_400)); first.insert("aud".into(), "https://other.example".into()); d.claim_kept("/act", Some(nest(&all))) }),
        Forgery::token(F, "act-without-sub", "Actor without sub", "`act` is an object that names nobody.", "RFC 8693 §4.1; own", SHAPE, |d| d.claim_sealed("/act", Some(json!({ "iss": "https://forger.example" })))),
        Forgery::token(F, "act-text", "`act` a string", "`act` becomes a string with the actor's name.", "RFC 8693 §4.1; own", SHAPE, |d| d.claim_sealed("/act", Some("forger-agent".into()))),
        Forgery::token(F, "act-array", "`act` a list", "`act` becomes a list of actors.", "RFC 8693 §4.1; own", SHAPE, |d| d.claim_sealed("/act", Some(json!([{ "sub": "one" }, { "sub": "two" }])))),
        Forgery::token(F, "act-depth", "A hundred actors", "`act` names a hundred actors, one inside the other.", "RFC 8693 §4.1; own", DEEP, |d| d.claim_sealed("/act", Some(nest(&vec![json!({ "sub": "forger-agent" }); 100])))),
        Forgery::token(F, "act-depth-bomb", "A hundred thousand actors", "`act` is nested a hundred thousand levels deep; the signature stays as it was.", "RFC 8259 §9; own", DEEP, |d| { let text = format!("{}{}", "{\"act\":".repeat(100_000), format_args!("{{}}{}", "}".repeat(100_000))); d.kept(d.header()?, d.payload_raw("/act", &text)?) }),
        Forgery::token(F, "act-self", "The subject as its own actor", "`act` names the subject itself.", "RFC 8693 §1.1; own", "Nobody delegates to themselves: a check that looks for an actor is satisfied by none.", |d| { let sub = d.claim("sub")?; let mut act = json!({ "sub": sub }); if let Ok(iss) = d.claim("iss") { act["iss"] = iss; } d.claim_sealed("/act", Some(act)) }),
        Forgery::token(F, "may-act-forged", "Forged `may_act`", "`may_act` names an agent of the forger's; the signature stays as it was.", "RFC 8693 §4.4; own", "Who may act is taken without the issuer's signature.", |d| d.claim_kept("/may_act", Some(json!({ "sub": "forger-agent" })))),
        Forgery::request(F, "may-act-other-actor", "Actor not in `may_act`", "The subject token's `may_act` names another agent than the one that asks for the exchange.", REFUSED, "RFC 8693 §4.4; own", MAY, |o| may_act(o, |iss| json!({ "iss": iss, "sub": "another-agent" }), false)).needing(ENDPOINT),
        Forgery::request(F, "may-act-other-issuer", "`may_act` for another issuer", "The subject token's `may_act` names the agent that asks, but of another issuer.", REFUSED, "RFC 8693 §4.4; own", MAY, |o| { let id = o.client_id()?.to_owned(); may_act(o, |_| json!({ "iss": "https://forger.example", "sub": id }), false) }).needing(ENDPOINT),
        Forgery::request(F, "may-act-no-actor", "No actor though `may_act` is there", "The subject token's `may_act` names another agent, and no actor token is sent.", REFUSED, "RFC 8693 §4.4; own", MAY, |o| may_act(o, |iss| json!({ "iss": iss, "sub": "another-agent" }), true)).needing(ENDPOINT),
    ]
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
