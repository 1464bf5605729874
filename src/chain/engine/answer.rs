//! What becomes of the answer to a token request.

use std::{collections::BTreeSet, sync::Arc};

use super::AwaitedToken;
use crate::{
    chain::{
        provenance,
        run::{Failure, NodeRun},
    },
    kit::text::excerpt,
    oauth::{
        http::Response,
        token_response::{self, Scheme},
    },
    token::{Token, claims, decode::decode},
};

pub(super) fn take_token(
    awaited: &AwaitedToken,
    response: &Response,
    shown: &mut NodeRun,
) -> Result<(), Failure> {
    let issued = token_response::read(response, &awaited.asked)?;
    let token = Arc::new(decode(&issued.token));
    shown.notes.extend(issued.notes);
    let in_token = claims::scopes(&token);
    match (&issued.scope, &in_token) {
        (None, Some(_)) => {
            token_response::compare_scope(
                &awaited.asked.scope,
                in_token.as_ref(),
                &mut shown.notes,
            );
            if !awaited.asked.scope.is_empty() && in_token.as_ref() != Some(&awaited.asked.scope) {
                shown.notes.push(
                    "the answer does not say so: RFC 6749 §5.1 requires `scope` when it differs from the request".into(),
                );
            }
        }
        (Some(said), Some(has)) if said != has => shown
            .notes
            .push("the answer's `scope` and the token's own differ; an API reads the token".into()),
        _ => {}
    }
    shown
        .notes
        .extend(provenance::target_note(&token, &awaited.targets));
    if let Some(subject) = &awaited.subject {
        shown.notes.extend(provenance::actor_notes(
            &token,
            subject,
            awaited.actor.as_deref(),
            &awaited.client_id,
        ));
    }
    shown
        .notes
        .extend(binding_note(awaited.jkt.as_deref(), &issued.scheme, &token));
    shown.granted = issued
        .scope
        .or_else(|| Some(awaited.asked.scope.clone()).filter(|s: &BTreeSet<_>| !s.is_empty()));
    shown.scheme = Some(issued.scheme.name().to_owned());
    shown.token_type_uri = Some(issued.token_type_uri);
    shown.token = Some(token);
    Ok(())
}

/// What is to be said of a token that was asked for with a proof of the key `jkt`.
fn binding_note(jkt: Option<&str>, scheme: &Scheme, token: &Token) -> Option<String> {
    let jkt = jkt?;
    let bound = claims::holder_key(token);
    let other = bound.filter(|key| *key != format!("jkt:{jkt}"));
    if let Some(key) = other {
        return Some(format!(
            "the request proved the key {jkt}, and the token is bound to another, {} (RFC 9449 §5)",
            excerpt(&key, 60)
        ));
    }
    // An opaque token does not say what it is bound to; the answer's `token_type` does.
    let readable = token.claims.is_some();
    let unbound = readable && token.claim("cnf").is_none();
    match scheme {
        Scheme::Dpop | Scheme::NotApplicable if !unbound => None,
        Scheme::Dpop => Some(
            "`token_type` is DPoP, and the token has no `cnf`: an API that reads the token alone cannot tell that it is bound (RFC 9449 §6.1)".into(),
        ),
        _ => Some(
            "a proof was sent, and the answer's `token_type` is not DPoP: the token is not protected, and a client that needs that throws it away (RFC 9449 §5)".into(),
        ),
    }
}
