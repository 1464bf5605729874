//! Where the parts of an issued token came from: servers differ in whom they write into `act` and
//! whose chain they nest below (RFC 8693 §4.1 leaves both open).

use crate::{
    kit::text,
    token::{
        Form, Token,
        claims::{self, Actor},
    },
};

/// Notes on `act` of a token that came from an exchange. None when it is the regular hop: the actor
/// token's subject in front, the subject token's chain below it.
pub fn actor_notes(
    issued: &Token,
    subject: &Token,
    actor: Option<&Token>,
    client_id: &str,
) -> Vec<String> {
    let mut notes = Vec::new();
    if matches!(issued.form, Form::Opaque | Form::Jwe) {
        return notes;
    }
    let chain = claims::actors(issued);
    let Some((current, earlier)) = chain.split_first() else {
        if actor.is_some() {
            notes.push(
                "an actor token was sent and the issued token has no `act`: the server takes this for impersonation, or passes actor tokens over (RFC 8693 §1.1)".into(),
            );
        }
        return notes;
    };
    let sent = actor.and_then(|a| a.claim_text("sub"));
    // With `iss` and `sub` alone the two look the same however `act` was made.
    let says_more = current
        .members
        .keys()
        .any(|name| name != "iss" && name != "sub");
    if says_more && issued.claim("act") == subject.claim("may_act") {
        notes.push("`act` is the subject token's `may_act`, copied with all its members".into());
    } else if sent.is_some_and(|sub| sub != current.pid.sub) && current.pid.sub == client_id {
        notes.push(format!(
            "the current actor is {}, the client that asked, not the actor token's subject",
            name(current)
        ));
    }
    let subs =
        |actors: &[Actor]| -> Vec<String> { actors.iter().map(|a| a.pid.sub.clone()).collect() };
    let of_subject = subs(&claims::actors(subject));
    let of_actor = actor.map(|a| subs(&claims::actors(a))).unwrap_or_default();
    let earlier = subs(earlier);
    if !earlier.is_empty() && earlier != of_subject && earlier == of_actor {
        notes.push(
            "the earlier actors come from the actor token's `act`, not from the subject token's: this server nests the actor's own history".into(),
        );
    }
    notes
}

/// A note where a token is not for what was asked for.
pub fn target_note(issued: &Token, targets: &[String]) -> Option<String> {
    if targets.is_empty() || issued.claims.is_none() {
        return None;
    }
    match claims::audiences(issued) {
        None => Some(
            "a target was asked for and the token names no audience: any API of this issuer may take it".into(),
        ),
        Some(found) if targets.iter().any(|t| found.contains(t)) => None,
        Some(found) => {
            let found: Vec<_> = found.into_iter().collect();
            Some(format!(
                "the token is for {}, not for what was asked ({})",
                text::shorten(&text::escape(&found.join(", ")), 200),
                text::shorten(&text::escape(&targets.join(", ")), 200)
            ))
        }
    }
}

fn name(actor: &Actor) -> String {
    text::shorten(&text::escape(&actor.pid.sub), 80).into_owned()
}
