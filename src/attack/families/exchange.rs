//! A token exchange that asks for more than it may, or is ill-formed (RFC 8693 §2).

use serde_json::json;

use crate::attack::{
    Family, Forgery, Need,
    draft::Draft,
    target::{Ask, Occasion, Steps},
};
use crate::{
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

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Exchange;
    vec![
        Forgery::request(F, "exchange-type-refresh-token", "Subject token called a refresh token", "`subject_token_type` is that of a refresh token; the token is an access token.", REQUEST, "RFC 8693 §2.1, §3; own", TYPE, |o| changed(o, |a| a.subject_token_type = "refresh_token".into())).needing(AT),
        Forgery::request(F, "exchange-type-id-token", "Subject token called an ID token", "`subject_token_type` is that of an ID token; the token is an access token.", REQUEST, "RFC 8693 §2.1, §3; own", TYPE, |o| changed(o, |a| a.subject_token_type = "id_token".into())).needing(AT),
        Forgery::request(F, "exchange-type-saml2", "Subject token called a SAML assertion", "`subject_token_type` is that of a SAML 2.0 assertion; the token is a JWT.", REQUEST, "RFC 8693 §2.1, §3; own", TYPE, |o| changed(o, |a| a.subject_token_type = "saml2".into())).needing(AT),
        Forgery::request(F, "exchange-type-unknown", "Unknown subject token type", "`subject_token_type` is a URI that nobody knows.", REQUEST, "RFC 8693 §3; own", TYPE, |o| changed(o, |a| a.subject_token_type = "urn:forged:token-type:any".into())).needing(AT),
        Forgery::request(F, "exchange-type-missing", "No subject token type", "`subject_token_type` is left out, though it is required.", REQUEST, "RFC 8693 §2.1; own", TYPE, |o| edited(o, |f| f.retain(|f| f.name != "subject_token_type"))).needing(AT),
        Forgery::request(F, "exchange-actor-without-type", "Actor token without its type", "`actor_token` is sent without `actor_token_type`.", REQUEST, "RFC 8693 §2.1; own", PAIR, |o| { let token = o.endpoint()?.actor_token.clone().unwrap_or_else(|| o.token.to_owned()); edited(o, |f| { f.retain(|f| !f.name.starts_with("actor_token")); f.push(Field::token("actor_token", token)); }) }).needing(AT),
        Forgery::request(F, "exchange-actor-type-alone", "Actor token type without a token", "`actor_token_type` is sent without `actor_token`, which it must not be.", REQUEST, "RFC 8693 §2.1; own", PAIR, |o| edited(o, |f| { f.retain(|f| !f.name.starts_with("actor_token")); f.push(Field::plain("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")); })).needing(AT),
        Forgery::request(F, "exchange-actor-other-client", "Another client's actor token", "`actor_token` is a token that was issued to another client.", REQUEST, "RFC 8693 §2.1; own", "A client can act as any other whose token it comes by.", other_actor).needing(&[Need::TokenEndpoint, Need::Other]),
        Forgery::request(F, "exchange-actor-forged", "Forged actor token", "`actor_token` names the client and is signed by a key of the forger's.", REQUEST, "RFC 8693 §2.1; own", "Actor tokens are not verified: a client can act as anyone.", forged_actor).needing(AT),
        Forgery::request(F, "exchange-actor-is-subject", "Subject token as actor token", "The subject token is sent as `actor_token` as well: the user acts for the user.", REQUEST, "RFC 8693 §1.1, §2.1; own", "Nobody delegates to themselves: a check that looks for an actor is satisfied by none, and whoever has a token needs no other.", |o| changed(o, |a| a.actor_token = Some(a.subject_token.clone()))).needing(AT),
        Forgery::request(F, "exchange-scope-more", "One scope more", "A scope is asked for that the subject token does not have.", "400 invalid_scope (RFC 6749 §5.2)", "RFC 8693 §5; own", "An exchange widens what a token allows: any token is as good as the best one.", |o| { let more = missing_scope(o); changed(o, |a| a.scope.push(more)) }).needing(AT),
        Forgery::request(F, "exchange-audience-foreign", "Foreign audience", "A token is asked for a server that the authorization server does not know.", "400 invalid_target (RFC 8693 §2.2.2)", "RFC 8693 §2.2.2; own", "Tokens are issued for anyone: they can be sent to servers of the forger's and used elsewhere.", |o| changed(o, |a| a.audience = vec!["https://forger.example".into()])).needing(AT),
        Forgery::request(F, "exchange-audience-many", "Many audiences", "A token is asked for the audience and a foreign one at once.", "400 invalid_target (RFC 8693 §2.2.2)", "RFC 8693 §2.1.1; own", "A token for several servers lets each act at the others; the foreign one as well.", |o| changed(o, |a| a.audience.push("https://forger.example".into()))).needing(AT).either(),
        Forgery::request(F, "exchange-resource-foreign", "Foreign resource", "A token is asked for the address of a server that the authorization server does not know.", "400 invalid_target (RFC 8693 §2.2.2)", "RFC 8707 §2, RFC 8693 §2.1; own", "Tokens are issued for any address: they can be sent to servers of the forger's and used elsewhere.", |o| changed(o, |a| { a.audience.clear(); a.resource = vec!["https://forger.example/api".into()]; })).needing(AT),
        Forgery::request(F, "exchange-subject-expired", "Expired subject token", "The subject token ended an hour ago.", REQUEST, "RFC 8693 §2.1; own", "A dead token comes to life again: nothing ever ends.", |o| subject(o, |d| d.claim_sealed("/exp", Some(json!(d.with.now - 3600))))).needing(AT_KEY),
        Forgery::request(F, "exchange-subject-foreign", "Subject token of a foreign issuer", "The subject token names another issuer and is signed by its key.", REQUEST, "RFC 8693 §2.1; own", "Tokens of anyone are exchanged for one's own: anyone can be anyone.", |o| { let d = Draft::of(o.token, o.with); let payload = d.payload_set("/iss", Some("https://forger.example".into()))?; let header = d.header_set("/alg", Some(d.with.own_alg.name().into()))?; let made = d.own(&header, &payload)?; changed(o, |a| a.subject_token = made.token) }).needing(AT),
        Forgery::request(F, "exchange-subject-not-addressed", "Subject token for another audience", "The subject token is addressed to a server that the authorization server does not know.", REQUEST, "RFC 8693 §2.1; own", "A token that a stranger was given is exchanged by whoever finds it.", |o| subject(o, |d| d.claim_sealed("/aud", Some("https://other.example".into())))).needing(AT_KEY),
        Forgery::request(F, "exchange-subject-bound", "Bound subject token without its key", "The subject token is bound to a key, and no proof of it is sent.", REQUEST, "RFC 9449 §5, RFC 8693 §2.1; own", "A stolen token that is bound to a key is exchanged for one that is not.", |o| { let thumbprint = o.with.own.thumbprint().map_err(|e| e.to_string())?; subject(o, |d| d.claim_sealed("/cnf", Some(json!({ "jkt": thumbprint })))) }).needing(AT_KEY),
        Forgery::request(F, "exchange-no-client", "No client authentication", "The client says who it is and proves nothing.", "401 invalid_client (RFC 6749 §5.2)", "RFC 8693 §2.1; own", "Whoever finds a token can exchange it for others.", |o| { let id = o.client_id()?.to_owned(); if o.endpoint()?.client.method == client_auth::AuthMethod::None { return Err("the client is a public one: it never proves anything".into()); } edit(o, false, |f| f.push(Field::plain("client_id", id))) }).needing(AT),
        Forgery::request(F, "exchange-nobody", "No client at all", "The request does not say who asks.", "401 invalid_client (RFC 6749 §5.2)", "RFC 8693 §2.1; own", "Whoever finds a token can exchange it for others.", |o| edit(o, false, |_| ())).needing(AT),
        Forgery::request(F, "exchange-wants-refresh-token", "A refresh token asked for", "`requested_token_type` is that of a refresh token.", REQUEST, "RFC 8693 §2.2.1; own", "A token of minutes becomes one of months.", |o| changed(o, |a| a.requested_token_type = Some("refresh_token".into()))).needing(AT),
        Forgery::request(F, "exchange-subject-twice", "Subject token twice", "`subject_token` is sent twice, the second one empty.", REQUEST, "RFC 6749 §3.2; own", "Repeated parameters are taken: two readers may take two different tokens.", |o| edited(o, |f| f.push(Field::token("subject_token", "x")))).needing(AT),
        Forgery::request(F, "exchange-subject-revoked", "Revoked subject token", "The subject token is revoked, then exchanged. The token is dead afterwards.", REQUEST, "RFC 7009 §2, RFC 8693 §2.1; own", "A revoked token is exchanged for one that is not.", revoked).needing(AT).lasting(),
    ]
}

/// The exchange of the target, changed.
pub(in crate::attack) fn request(
    occasion: &Occasion<'_>,
    change: impl FnOnce(&mut Ask),
) -> Result<Request, String> {
    let mut ask = Ask::of(occasion)?;
    change(&mut ask);
    ask.request(occasion)
}

/// [`request`] as the only step.
pub(in crate::attack) fn changed(
    occasion: &Occasion<'_>,
    change: impl FnOnce(&mut Ask),
) -> Result<Steps, String> {
    Ok(vec![request(occasion, change)?])
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
    let ask = Ask {
        authenticated,
        ..Ask::of(occasion)?
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
    )?;
    Ok(vec![revoke, request(occasion, |_| ())?])
}
