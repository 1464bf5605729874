//! Token exchange (RFC 8693): what is asked, and what this server decides. Pure: the request, the
//! realm, the faults and the time come in; claims or a refusal come out.
//!
//! Policy, where RFC 8693 leaves it open:
//! - Only confidential clients may exchange; an unauthenticated exchange would launder stolen
//!   tokens (§2.1).
//! - The actor is the subject of the actor token, which must be the client's own token; without an
//!   actor token it is the client itself (§4.1).
//! - A client that is already the current actor, and exchanges again, stays it: nobody hands over to
//!   itself, so `act` is kept as it is.
//! - `may_act` is used up by the exchange; the result has one only when the request asks for it.
//! - The issued token is bound to the key of the request's DPoP proof (RFC 9449 §5). Whose key has to
//!   be proven when an input token is bound is left open by both RFCs; the strict reading is taken. An
//!   actor token needs a proof of its own key. A subject token needs a proof of its key, or it was handed
//!   over: it is addressed to the client, or names it in `may_act`, and the client sends an actor token
//!   that is bound to the key of the proof. A bound token is never exchanged without a proof.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    faults::{Fault, Faults},
    form::Form,
    issued::{self, Seen},
    realm::{self, Agent, EXCHANGED_TOKEN_LIFE, MAX_ACTORS, Realm, Target},
    refusal::{Refusal, quote},
    target::{self, Wanted},
};
use crate::{kit::text, oauth::token_type};

/// `grant_type` (RFC 8693 §2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Life of a token under the fault `lifetime-extended`, in seconds.
const FAULTY_LIFE: i64 = 3600;

/// What is asked.
#[derive(Clone)]
pub struct ExchangeRequest<'a> {
    /// `subject_token`.
    pub subject: &'a str,
    /// Whether `subject_token_type` is `jwt`; else `access_token`.
    pub subject_is_jwt: bool,
    /// `actor_token`, and whether its type is `jwt`.
    pub actor: Option<(&'a str, bool)>,
    /// Whether `requested_token_type` is `jwt`; else `access_token`.
    pub wants_jwt: bool,
    /// `scope`.
    pub scope: Option<BTreeSet<String>>,
    /// `audience` and `resource`.
    pub wanted: Option<Wanted>,
    /// `may_act` for the issued token.
    pub may_act: Option<&'static str>,
}

impl<'a> ExchangeRequest<'a> {
    /// Reads the parameters. Points 1 and 2 of the checklist: actor fields come in pairs, token
    /// types are known.
    pub fn read(form: &'a Form, realm: &Realm) -> Result<Self, Refusal> {
        let subject = form.need("subject_token")?;
        let subject_is_jwt = is_jwt("subject_token_type", form.need("subject_token_type")?)?;
        let actor = match (form.one("actor_token")?, form.one("actor_token_type")?) {
            (None, None) => None,
            (Some(token), Some(kind)) => Some((token, is_jwt("actor_token_type", kind)?)),
            (Some(_), None) => {
                return Err(Refusal::request(
                    "actor_token is there without actor_token_type; both are sent or neither (RFC 8693 §2.1)",
                ));
            }
            (None, Some(_)) => {
                return Err(Refusal::request(
                    "actor_token_type is there without actor_token; both are sent or neither (RFC 8693 §2.1)",
                ));
            }
        };
        let wants_jwt = match form.one("requested_token_type")? {
            None => false,
            Some(kind) => is_jwt("requested_token_type", kind)?,
        };
        Ok(Self {
            subject,
            subject_is_jwt,
            actor,
            wants_jwt,
            scope: form.one("scope")?.map(realm::split_scope),
            wanted: target::wanted(realm, form)?,
            may_act: form.may_act()?,
        })
    }
}

/// What is decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Claims of the issued token.
    pub claims: Map<String, Value>,
    /// Its `typ`.
    pub typ: &'static str,
    /// `issued_token_type`.
    pub issued_token_type: &'static str,
    /// `token_type`: `N_A` for a token that is no access token (RFC 8693 §2.2.1).
    pub token_type: &'static str,
    /// `expires_in`.
    pub expires_in: i64,
    /// `scope`.
    pub scope: String,
    /// `jti` of the subject token, for the log.
    pub subject_jti: String,
    /// `jti` of the actor token, for the log.
    pub actor_jti: Option<String>,
}

impl Decision {
    /// Which token came of which, for the log: the only record of an exchange, since RFC 8693 §2.1
    /// makes no lasting link. Names tokens by `jti`, never by their text.
    pub fn record(&self) -> String {
        let claim = |name: &str| {
            let text = self.claims.get(name).and_then(Value::as_str).unwrap_or("");
            text::escape(text).into_owned()
        };
        format!(
            "exchanged by {}: subject token {}, actor token {}, issued {}",
            claim("client_id"),
            text::escape(&self.subject_jti),
            text::escape(self.actor_jti.as_deref().unwrap_or("none")),
            claim("jti")
        )
    }
}

/// What an exchange is decided with, beside the request.
pub struct Ground<'a> {
    /// The realm.
    pub realm: &'a Realm,
    /// Faults that are on.
    pub faults: &'a Faults,
    /// The moment, in seconds.
    pub now: i64,
    /// Whether the token of that `jti` was revoked.
    pub revoked: &'a dyn Fn(&str) -> bool,
    /// `jti` of the issued token.
    pub jti: String,
    /// Thumbprint of the key that the request proves.
    pub key: Option<&'a str>,
}

/// Decides an exchange by the authenticated client.
pub fn decide(
    ask: &ExchangeRequest<'_>,
    client: Agent,
    ground: &Ground<'_>,
) -> Result<Decision, Refusal> {
    let realm = ground.realm;
    let subject = accept("subject_token", ask.subject, ask.subject_is_jwt, ground)?;
    let actor = ask
        .actor
        .map(|(token, is_jwt)| {
            let seen = accept("actor_token", token, is_jwt, ground)?;
            if !ground.faults.contains(Fault::ActorIgnored) {
                own_token(&seen, client)?;
            }
            Ok(seen)
        })
        .transpose()?;

    // An actor is named as iss and sub; both tokens are of this issuer.
    let acting = actor.as_ref().map_or(client.id, |seen| seen.text("sub"));
    if subject.text("sub") == acting
        && !(actor.is_some() && ground.faults.contains(Fault::ActorIgnored))
    {
        return Err(Refusal::request(format!(
            "{acting} is the subject and would be its own actor: nobody delegates to themselves. Send the token of the one on whose behalf it acts as subject_token (RFC 8693 §1.1)"
        )));
    }
    if !ground.faults.contains(Fault::MayActIgnored) {
        honour_may_act(&subject, acting, realm)?;
    }
    if !ground.faults.contains(Fault::SubjectKeyIgnored) {
        honour_binding(&subject, actor.as_ref(), client, ground)?;
    }

    let wanted = match &ask.wanted {
        Some(wanted) => wanted.clone(),
        None => same_target(&subject, realm)?,
    };
    if let Target::Resource(resource) = wanted.target
        && !client.reaches.contains(&resource.name)
    {
        return Err(Refusal::target(format!(
            "{} may not act at {}; it may at {} (policy of this server, RFC 8693 §2.2.2)",
            client.id,
            resource.name,
            client.reaches.join(", ")
        )));
    }
    let scope = target::granted(ask.scope.as_ref(), &subject, wanted.target, ground.faults)?;
    let act = chain(&subject, acting, realm, ground.faults)?;

    let exp = if ground.faults.contains(Fault::LifetimeExtended) {
        ground.now + FAULTY_LIFE
    } else {
        let mut exp = subject.number("exp").min(ground.now + EXCHANGED_TOKEN_LIFE);
        if let Some(actor) = &actor {
            exp = exp.min(actor.number("exp"));
        }
        exp
    };

    let scope = realm::join_scope(&scope);
    let mut claims = Map::new();
    claims.insert("iss".into(), realm.issuer.clone().into());
    claims.insert("sub".into(), subject.text("sub").into());
    claims.insert("aud".into(), wanted.audience.into());
    claims.insert("client_id".into(), client.id.into());
    claims.insert("exp".into(), exp.into());
    claims.insert("iat".into(), ground.now.into());
    claims.insert("jti".into(), ground.jti.clone().into());
    claims.insert("scope".into(), scope.clone().into());
    if let Some(auth_time) = subject.claims.get("auth_time") {
        // RFC 9068 §2.2.1: stays what it was at sign-in.
        claims.insert("auth_time".into(), auth_time.clone());
    }
    claims.insert("act".into(), act);
    if let Some(next) = ask.may_act {
        claims.insert("may_act".into(), party(realm, next));
    }
    // Point 11: the key is that of the request's own proof.
    let key = ground
        .key
        .filter(|_| !ground.faults.contains(Fault::BindingDropped));
    if let Some(jkt) = key {
        claims.insert("cnf".into(), json!({ "jkt": jkt }));
    }
    let (typ, issued_token_type, token_type) = if ask.wants_jwt {
        (issued::JWT, token_type::JWT, "N_A")
    } else {
        let scheme = if key.is_some() { "DPoP" } else { "Bearer" };
        (issued::ACCESS_TOKEN, token_type::ACCESS_TOKEN, scheme)
    };
    Ok(Decision {
        claims,
        typ,
        issued_token_type,
        token_type,
        expires_in: exp.saturating_sub(ground.now),
        scope,
        subject_jti: subject.text("jti").to_owned(),
        actor_jti: actor.map(|seen| seen.text("jti").to_owned()),
    })
}

/// A party as `act` and `may_act` name it (RFC 8693 §4.1, §4.4).
pub fn party(realm: &Realm, name: &str) -> Value {
    json!({ "iss": realm.issuer, "sub": name })
}

/// Point 2: whether a token type is `jwt`, else `access_token`; others are refused.
fn is_jwt(parameter: &str, kind: &str) -> Result<bool, Refusal> {
    match kind {
        token_type::JWT => Ok(true),
        token_type::ACCESS_TOKEN => Ok(false),
        known if token_type::ALL.iter().any(|(_, uri)| *uri == known) => {
            Err(Refusal::request(format!(
                "{parameter} is {known}, which this server neither takes nor issues in an exchange; it does {} and {}",
                token_type::ACCESS_TOKEN,
                token_type::JWT
            )))
        }
        other => Err(Refusal::request(format!(
            "{parameter} is {}, which is no token type URI known here (RFC 8693 §3); known are {} and {}",
            quote(other),
            token_type::ACCESS_TOKEN,
            token_type::JWT
        ))),
    }
}

/// Point 3: signature, issuer, lifetime and audience of an input token.
fn accept(
    parameter: &str,
    token: &str,
    is_jwt: bool,
    ground: &Ground<'_>,
) -> Result<Seen, Refusal> {
    let types: &[&str] = if is_jwt {
        &[issued::ACCESS_TOKEN, issued::JWT]
    } else {
        &[issued::ACCESS_TOKEN]
    };
    let seen = issued::see(
        token,
        types,
        ground.realm,
        &Faults::NONE, // those of validation are the resource servers'
        ground.now,
        ground.revoked,
    );
    if let Some(flaw) = seen.flaws.first() {
        return Err(Refusal::request(format!(
            "{parameter} is not acceptable, {} (RFC 8693 §2.2.2)",
            flaw.words()
        )));
    }
    // The realm's agents, resource servers and this server itself make up one circle: a token for
    // any of them may come here. One that was made for a name outside it may not.
    let audience = seen.audience();
    if let Some(foreign) = audience.iter().find(|a| ground.realm.target(a).is_none()) {
        return Err(Refusal::request(format!(
            "{parameter} is for {}, which is neither this server nor anyone it knows (RFC 8693 §2.1)",
            quote(foreign)
        )));
    }
    Ok(seen)
}

/// An actor token stands for the client that sends it and for nobody else.
fn own_token(actor: &Seen, client: Agent) -> Result<(), Refusal> {
    if actor.claims.contains_key("act") {
        return Err(Refusal::request(
            "actor_token has an act claim: it is a delegated token and says of two parties that they act. Send the agent's own token, from client_credentials, as actor_token",
        ));
    }
    let (sub, holder) = (actor.text("sub"), actor.text("client_id"));
    if sub != client.id || holder != client.id {
        return Err(Refusal::request(format!(
            "actor_token is about {} and was issued to {}, but {} asks: an agent sends its own token as actor_token",
            quote(sub),
            quote(holder),
            client.id
        )));
    }
    Ok(())
}

/// Point 5: the actor is the one that `may_act` names, if it names one.
fn honour_may_act(subject: &Seen, acting: &str, realm: &Realm) -> Result<(), Refusal> {
    let Some(may_act) = subject.claims.get("may_act") else {
        return Ok(());
    };
    let named = |member: &str| may_act.get(member).and_then(Value::as_str);
    let sub = named("sub").unwrap_or("");
    // `iss` may be left out; then the name is one of the token's own issuer.
    let iss = named("iss").unwrap_or(&realm.issuer);
    if sub == acting && iss == realm.issuer {
        return Ok(());
    }
    Err(Refusal::request(format!(
        "may_act of the subject token lets {} of {} act for {}, and nobody else; {acting} asked (RFC 8693 §4.4)",
        quote(sub),
        quote(iss),
        quote(subject.text("sub"))
    )))
}

/// Whether the request proves the keys that it has to: see the policy at the top.
fn honour_binding(
    subject: &Seen,
    actor: Option<&Seen>,
    client: Agent,
    ground: &Ground<'_>,
) -> Result<(), Refusal> {
    let bound = |seen: &Seen| seen.jkt().map(str::to_owned);
    let (subject_key, actor_key) = (bound(subject), actor.and_then(bound));
    let Some(key) = ground.key else {
        return match (&subject_key, &actor_key) {
            (None, None) => Ok(()),
            (first, _) => Err(Refusal::new(
                crate::oauth::dpop::INVALID_PROOF,
                format!(
                    "{} is bound to a key and the request has no DPoP header: a bound token is not exchanged without a proof, and never for one that is not bound (RFC 9449 §5)",
                    if first.is_some() {
                        "subject_token"
                    } else {
                        "actor_token"
                    }
                ),
            )),
        };
    };
    if let Some(own) = &actor_key
        && own != key
    {
        return Err(Refusal::request(format!(
            "actor_token is bound to the key {}, and the DPoP proof is by the key {key}: an agent proves the key of its own token (RFC 9449 §5)",
            quote(own)
        )));
    }
    let Some(held) = subject_key.filter(|held| held != key) else {
        return Ok(());
    };
    let named = subject
        .claims
        .get("may_act")
        .and_then(|may_act| may_act.get("sub"))
        .and_then(Value::as_str);
    let handed_over =
        subject.audience().iter().any(|aud| aud == client.id) || named == Some(client.id);
    if handed_over && actor_key.is_some() {
        return Ok(());
    }
    Err(Refusal::request(format!(
        "subject_token is bound to the key {}, and the DPoP proof is by the key {key}. Prove the key of the subject token; or, if it was handed over to {} (aud or may_act name it), send an actor_token that is bound to the key of the proof (RFC 9449 §5; policy of this server where RFC 8693 says nothing)",
        quote(&held),
        client.id
    )))
}

/// No target was asked for: the one of the subject token.
fn same_target(subject: &Seen, realm: &Realm) -> Result<Wanted, Refusal> {
    let audience = subject.audience();
    match audience.as_slice() {
        [one] => realm.target(one).map(|target| Wanted {
            target,
            audience: one.clone(),
        }),
        _ => None,
    }
    .ok_or_else(|| {
        Refusal::target(
            "neither audience nor resource says what the token is for, and the subject token has no single audience to keep (RFC 8693 §2.1)",
        )
    })
}

/// Points 9 and 10: the actor with the subject token's `act` inside, unchanged and not too deep.
fn chain(subject: &Seen, acting: &str, realm: &Realm, faults: &Faults) -> Result<Value, Refusal> {
    let mut current = party(realm, acting);
    let Some(prior) = subject.claims.get("act") else {
        return Ok(current);
    };
    let stays = prior.get("sub").and_then(Value::as_str) == Some(acting)
        && prior.get("iss").and_then(Value::as_str) == Some(&realm.issuer);
    if faults.contains(Fault::ActFlattened) {
        return Ok(current);
    }
    if stays {
        return Ok(prior.clone());
    }
    let depth = subject.actors().len() + 1;
    if depth > MAX_ACTORS {
        return Err(Refusal::request(format!(
            "act would name {depth} actors, more than the {MAX_ACTORS} that this server allows: nobody could follow who acted for whom"
        )));
    }
    current["act"] = prior.clone();
    Ok(current)
}
