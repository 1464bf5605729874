//! Client authentication at the token, introspection and revocation endpoints (RFC 6749 §2.3,
//! RFC 7523 §3).

use base64::Engine as _;
use serde_json::Value;

use super::{
    Fault,
    exchange::GRANT_TYPE,
    form::Form,
    issued,
    realm::{self, Agent, Proof, Realm, WORKBENCH},
    refusal::{Refusal, quote},
    server::{Request, Server},
};
use crate::jose::{Alg, Jwk, b64, crypto, jws::Compact};

/// `client_assertion_type` of `private_key_jwt` (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Most seconds that an assertion may still live.
const ASSERTION_LIFE: i64 = 600;

/// Seconds by which clocks may differ.
const CLOCKS: i64 = 10;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A confidential client, proven.
    Agent(Agent),
    /// The public client, which proves nothing.
    Workbench,
}

impl Caller {
    /// `client_id`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Agent(agent) => agent.id,
            Self::Workbench => WORKBENCH,
        }
    }

    /// The confidential client, or why it has to be one.
    pub fn confidential(self, what: &str) -> Result<Agent, Refusal> {
        match self {
            Self::Agent(agent) => Ok(agent),
            Self::Workbench => Err(Refusal::new(
                "unauthorized_client",
                format!("{WORKBENCH} is a public client and cannot prove who it is; {what}"),
            )),
        }
    }
}

/// Finds out who asks. `endpoint` is the URL that was called, which an assertion may name.
pub fn authenticate(
    server: &mut Server<'_>,
    request: &Request<'_>,
    form: &Form,
    endpoint: &str,
) -> Result<Caller, Refusal> {
    let basic = request.authorization.len();
    let secret = form.one("client_secret")?;
    let assertion = form.one("client_assertion")?;
    let named = form.one("client_id")?;
    if basic + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1 {
        return Err(Refusal::request(
            "the request authenticates the client in more than one way; one is allowed (RFC 6749 §2.3)",
        ));
    }
    let caller = if let Some(value) = request.authorization.first() {
        by_basic(server.realm, value)?
    } else if let Some(secret) = secret {
        let id = named
            .ok_or_else(|| Refusal::client("client_secret is there but client_id is not", false))?;
        by_secret(server.realm, id, secret, false)?
    } else if let Some(assertion) = assertion {
        by_assertion(server, assertion, form, named, endpoint)?
    } else if let Some(agent) = named.and_then(realm::agent)
        && server.faults.contains(Fault::ClientProofIgnored)
        && form.one("grant_type")? == Some(GRANT_TYPE)
    {
        // The mistake: who is named is taken for who asks.
        Caller::Agent(agent)
    } else {
        by_name(named)?
    };
    match named {
        Some(named) if named != caller.id() => Err(Refusal::client(
            format!(
                "client_id is {}, but the client that proved itself is {}",
                quote(named),
                caller.id()
            ),
            basic > 0,
        )),
        _ => Ok(caller),
    }
}

fn by_name(named: Option<&str>) -> Result<Caller, Refusal> {
    match named {
        Some(WORKBENCH) => Ok(Caller::Workbench),
        Some(id) if realm::agent(id).is_some() => Err(Refusal::client(
            format!(
                "{id} is a confidential client and sent no proof of who it is (RFC 6749 §3.2.1)"
            ),
            false,
        )),
        Some(id) => Err(unknown(id, false)),
        None => Err(Refusal::client(
            "the request does not say which client asks: no Authorization header, no client_assertion, no client_id",
            false,
        )),
    }
}

fn by_basic(realm: &Realm, value: &[u8]) -> Result<Caller, Refusal> {
    let refuse = |why: &str| Refusal::client(format!("the Authorization header {why}"), true);
    let text = std::str::from_utf8(value).map_err(|_| refuse("is not text"))?;
    let (scheme, credentials) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refuse(
            "does not use Basic; a token endpoint takes no bearer tokens (RFC 6749 §2.3.1)",
        ));
    }
    let decoded = base64::engine::general_purpose::STANDARD
        .decode(credentials.trim())
        .map_err(|_| refuse("holds no base64 after Basic"))?;
    let decoded = String::from_utf8(decoded).map_err(|_| refuse("holds no UTF-8 text"))?;
    let (id, secret) = decoded
        .split_once(':')
        .ok_or_else(|| refuse("holds no colon between client_id and secret"))?;
    // RFC 6749 §2.3.1: both are form-urlencoded before they are joined.
    by_secret(realm, &undo_form(id), &undo_form(secret), true)
}

fn undo_form(text: &str) -> String {
    // A pair without `=` is a name, so that an `=` inside the text must be hidden from the parser.
    let text = text.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(text.as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

fn by_secret(realm: &Realm, id: &str, secret: &str, challenge: bool) -> Result<Caller, Refusal> {
    let Some(agent) = realm::agent(id) else {
        return Err(if id == WORKBENCH {
            Refusal::client(
                format!("{WORKBENCH} is a public client and has no secret"),
                challenge,
            )
        } else {
            unknown(id, challenge)
        });
    };
    match realm.proofs.get(agent.id) {
        // Digests are compared, so that the time tells nothing about the secret.
        Some(Proof::Secret(digest)) if *digest == crypto::sha256(secret.as_bytes()) => {
            Ok(Caller::Agent(agent))
        }
        Some(Proof::Secret(_)) => Err(Refusal::client(
            format!(
                "the secret of {} is wrong; it changes with each start of the practice server",
                agent.id
            ),
            challenge,
        )),
        _ => Err(Refusal::client(
            format!(
                "{} is registered for private_key_jwt and has no secret",
                agent.id
            ),
            challenge,
        )),
    }
}

fn by_assertion(
    server: &mut Server<'_>,
    assertion: &str,
    form: &Form,
    named: Option<&str>,
    endpoint: &str,
) -> Result<Caller, Refusal> {
    let (realm, now) = (server.realm, server.now);
    let kind = form.one("client_assertion_type")?.unwrap_or("");
    if kind != JWT_BEARER {
        return Err(Refusal::client(
            format!(
                "client_assertion_type is {}, expected {JWT_BEARER} (RFC 7523 §2.2)",
                quote(kind)
            ),
            false,
        ));
    }
    // Whose key decides is read from the assertion before it is verified, and from nothing else
    // when client_id is absent (RFC 7521 §4.2).
    let claims = Compact::split(assertion)
        .and_then(|parts| issued::object(parts.payload).ok())
        .ok_or_else(|| Refusal::client("client_assertion is not a JWT in compact form", false))?;
    let id = claims
        .get("sub")
        .and_then(Value::as_str)
        .or(named)
        .unwrap_or("");
    let Some(agent) = realm::agent(id) else {
        return Err(unknown(id, false));
    };
    let Some(Proof::Key(key)) = realm.proofs.get(agent.id) else {
        return Err(Refusal::client(
            format!("{} is registered with a secret, not with a key", agent.id),
            false,
        ));
    };
    let audiences = [realm.issuer.as_str(), &realm.url("/token"), endpoint];
    let (jti, exp) = check_assertion(assertion, agent.id, key, &audiences, now).map_err(|why| {
        Refusal::client(format!("client_assertion of {}: {why}", agent.id), false)
    })?;
    let memory = &mut *server.memory;
    let seen = format!("{} {jti}", agent.id);
    if memory.assertions.get(&seen, now).is_some() {
        return Err(Refusal::client(
            format!(
                "client_assertion of {}: jti {} was used before (RFC 7523 §3)",
                agent.id,
                quote(&jti)
            ),
            false,
        ));
    }
    if !memory.assertions.insert(seen, (), exp, now) {
        return Err(Refusal::server(
            "too many assertions to remember; wait until some expire",
        ));
    }
    Ok(Caller::Agent(agent))
}

/// Why an assertion proves no client (RFC 7523 §3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// No JWT.
    #[error("is not a JWT in compact form")]
    NotCompact,
    /// Header or payload cannot be read.
    #[error("the {part} is {found}")]
    Part {
        /// Which.
        part: &'static str,
        /// What it is.
        found: issued::PartError,
    },
    /// Signed with another algorithm.
    #[error("alg is {}, expected ES256", quote(.0))]
    Alg(String),
    /// Extensions that are not understood.
    #[error("has critical header parameters, which are not understood here")]
    Critical,
    /// A token of another kind.
    #[error("typ is {}, which is another kind of token", quote(.0))]
    Typ(String),
    /// A signature that holds no bytes.
    #[error("the signature: {0}")]
    Signature(#[from] b64::B64Error),
    /// A signature by another key.
    #[error(
        "the signature is not by its registered key; keys change with each start of the practice server"
    )]
    OtherKey,
    /// About another client.
    #[error("{claim} is {}, expected {expected}", quote(.found))]
    Party {
        /// `iss` or `sub`.
        claim: &'static str,
        /// What stands there.
        found: String,
        /// What is to stand there.
        expected: String,
    },
    /// For another server.
    #[error("aud is {}, expected {expected}", quote(.found))]
    Audience {
        /// What stands there.
        found: String,
        /// What is to stand there.
        expected: String,
    },
    /// It never ends.
    #[error("exp is missing")]
    NoExp,
    /// It has ended.
    #[error("expired {ago} s ago")]
    Expired {
        /// Seconds since.
        ago: i64,
    },
    /// It lives too long.
    #[error("exp is {ahead} s ahead; at most {ASSERTION_LIFE} s are accepted")]
    TooLong {
        /// Seconds until it ends.
        ahead: i64,
    },
    /// A time that has not come, by claim.
    #[error("{0} is in the future")]
    Future(&'static str),
    /// It has no name by which a replay is known.
    #[error("jti is missing or longer than 256 bytes; it is needed to refuse replays")]
    NoId,
}

/// Checks an assertion (RFC 7523 §3); gives `jti` and `exp`.
pub fn check_assertion(
    assertion: &str,
    id: &str,
    key: &Jwk,
    audiences: &[&str],
    now: i64,
) -> Result<(String, i64), AssertionError> {
    let part =
        |text, part| issued::object(text).map_err(|found| AssertionError::Part { part, found });
    let parts = Compact::split(assertion).ok_or(AssertionError::NotCompact)?;
    let header = part(parts.header, "header")?;
    let claims = part(parts.payload, "payload")?;
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or("");
    if alg != "ES256" {
        return Err(AssertionError::Alg(alg.to_owned()));
    }
    if header.contains_key("crit") {
        return Err(AssertionError::Critical);
    }
    let typ = header.get("typ").and_then(Value::as_str).unwrap_or("JWT");
    if !["jwt", "client-authentication+jwt"].contains(&typ.to_ascii_lowercase().as_str()) {
        return Err(AssertionError::Typ(typ.to_owned()));
    }
    let signature = b64::decode(parts.signature)?;
    crypto::verify(
        key,
        &Alg::Es256,
        parts.signing_input().as_bytes(),
        &signature,
    )
    .map_err(|_| AssertionError::OtherKey)?;
    for name in ["iss", "sub"] {
        let found = claims.get(name).and_then(Value::as_str).unwrap_or("");
        if found != id {
            return Err(AssertionError::Party {
                claim: name,
                found: found.to_owned(),
                expected: id.to_owned(),
            });
        }
    }
    let found = issued::audience(&claims);
    if !found.iter().any(|aud| audiences.contains(&aud.as_str())) {
        return Err(AssertionError::Audience {
            found: found.join(" "),
            expected: audiences[0].to_owned(),
        });
    }
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let exp = number("exp").ok_or(AssertionError::NoExp)?;
    if exp <= now {
        return Err(AssertionError::Expired {
            ago: now.saturating_sub(exp),
        });
    }
    if exp > now.saturating_add(ASSERTION_LIFE) {
        return Err(AssertionError::TooLong {
            ahead: exp.saturating_sub(now),
        });
    }
    if number("nbf").is_some_and(|nbf| nbf > now) {
        return Err(AssertionError::Future("nbf"));
    }
    if number("iat").is_some_and(|iat| iat > now.saturating_add(CLOCKS)) {
        return Err(AssertionError::Future("iat"));
    }
    let jti = claims.get("jti").and_then(Value::as_str).unwrap_or("");
    if jti.is_empty() || jti.len() > 256 {
        return Err(AssertionError::NoId);
    }
    Ok((jti.to_owned(), exp))
}

fn unknown(id: &str, challenge: bool) -> Refusal {
    let known = realm::AGENTS.map(|a| a.id).join(", ");
    Refusal::client(
        format!(
            "{} is no client of this server; clients are {known}, {WORKBENCH}",
            quote(id)
        ),
        challenge,
    )
}
