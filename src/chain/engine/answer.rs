//! What becomes of an answer: a redirect, a code, a token.

use std::{collections::BTreeSet, sync::Arc};

use url::Url;

use super::{
    Next, PRACTICE_REDIRECT, Sent, SignIn, Stage, TokenRequest, holder::Proving, setting,
    token_request,
};
use crate::{
    chain::{
        provenance,
        run::{Failure, NodeRun},
    },
    kit::Env,
    oauth::{
        client_auth, code,
        failure::{self, Place},
        http::Response,
        token_response::{self, Scheme},
        unreadable::unreadable,
    },
    token::{Token, claims, decode::decode},
};

/// The redirect in an answer of the practice server's authorization endpoint: the redirect URI of
/// the request, and where the answer leads.
pub(super) fn redirect_of(response: &Response, asked: Option<&Url>) -> Result<(Url, Url), Failure> {
    if !(300..400).contains(&response.status) {
        return Err(match token_response::oauth_error(response) {
            Some((code, description)) => failure::refusal(
                Place::Authorization,
                Some(response.status),
                Some(&code),
                description.as_deref(),
            ),
            None => Failure {
                said: unreadable(response),
                expected: "RFC 6749 §4.1.2: a redirect with a code".into(),
                try_this: "check that the practice server has this user: alice or bob".into(),
                ..Failure::default()
            },
        });
    }
    let target = response
        .header("location")
        .and_then(|location| match asked {
            Some(base) => base.join(location).ok(),
            None => Url::parse(location).ok(),
        })
        .ok_or_else(|| {
            failure::without_code(
                Place::Authorization,
                response.status,
                format!("{} without a Location that can be read", response.status),
            )
        })?;
    let uri = Url::parse(PRACTICE_REDIRECT)
        .map_err(|e| Failure::setup(e.to_string(), "report this as a defect"))?;
    Ok((uri, target))
}

/// Goes on with the code of a redirect: the token request.
pub(super) fn redeem(
    sign_in: &SignIn,
    redirect_uri: &Url,
    received: &Url,
    env: &Env,
) -> Result<Next, Failure> {
    let server = &sign_in.server.metadata;
    let code = code::read_redirect(received, redirect_uri, &sign_in.state, server)?;
    let request = code::token_request(
        server,
        &code,
        redirect_uri.as_str(),
        &sign_in.pkce,
        &sign_in.ask.resource,
    )
    .map_err(setting)?;
    let mut kept = token_request(Place::Code, &sign_in.ask, &sign_in.client);
    let (request, proving) = match &sign_in.key {
        None => {
            let mut request = request;
            client_auth::apply(&sign_in.client, &mut request, server, env).map_err(setting)?;
            (request, None)
        }
        Some(key) => {
            kept.jkt = key.thumbprint().ok();
            let (client, server) = (sign_in.client.clone(), sign_in.server.clone());
            let proving = Proving::of_client(key.clone(), request, client, server);
            let request = proving.request(None, env).map_err(setting)?;
            (request, Some(Box::new(proving)))
        }
    };
    let sent = Sent {
        at: env.now,
        purpose: format!("sign-in, {}", sign_in.who),
        request,
        proving,
    };
    Ok(Next::Send(Stage::Token(kept.into()), Box::new(sent)))
}

pub(super) fn take_token(
    kept: &TokenRequest,
    response: &Response,
    shown: &mut NodeRun,
) -> Result<(), Failure> {
    let issued = token_response::read(response, &kept.asked)?;
    let token = Arc::new(decode(&issued.token));
    shown.notes.extend(issued.notes);
    let in_token = claims::scopes(&token);
    match (&issued.scope, &in_token) {
        (None, Some(_)) => {
            token_response::compare_scope(&kept.asked.scope, in_token.as_ref(), &mut shown.notes);
            if !kept.asked.scope.is_empty() && in_token.as_ref() != Some(&kept.asked.scope) {
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
        .extend(provenance::target_note(&token, &kept.targets));
    if let Some(subject) = &kept.subject {
        shown.notes.extend(provenance::actor_notes(
            &token,
            subject,
            kept.actor.as_deref(),
            &kept.client_id,
        ));
    }
    shown
        .notes
        .extend(binding_note(kept.jkt.as_deref(), &issued.scheme, &token));
    shown.granted = issued
        .scope
        .or_else(|| Some(kept.asked.scope.clone()).filter(|s: &BTreeSet<_>| !s.is_empty()));
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
            crate::kit::text::shorten(&crate::kit::text::escape(&key), 60)
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
