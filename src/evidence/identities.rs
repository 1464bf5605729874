//! Who is who: names that are one principal's, over all tokens.
//!
//! Servers name one client in several ways: by `client_id`, by the `sub` of the token that the client got
//! for itself, by the name of its service account. Rules that compare names and the graph that draws
//! principals both ask here, so that neither takes one for two.

use std::collections::HashMap;

use serde_json::Value;

use super::Evidence;
use crate::token::{
    Kind, Token,
    claims::{self, Pid},
};

/// Auth0's ending of the subject of a client.
const AUTH0_CLIENT: &str = "@clients";

/// Keycloak's beginning of the name of a client's account.
const SERVICE_ACCOUNT: &str = "service-account-";

/// Which names are one principal's.
#[derive(Debug, Default)]
pub struct Identities {
    /// Other names, and the client that they mean.
    aliases: HashMap<Pid, Pid>,
}

impl Identities {
    /// Reads all tokens once: those of the hops, and those that actors proved themselves with.
    pub fn of(evidence: &Evidence) -> Self {
        let mut found = Self::default();
        for hop in &evidence.hops {
            found.read(&hop.token);
            if let Some(actor) = hop.exchange.as_ref().and_then(|e| e.actor_token.as_ref()) {
                found.read(actor);
            }
        }
        found
    }

    /// The one name of the principal: what a client is called at its issuer, else the name as it stands.
    pub fn canonical(&self, pid: &Pid) -> Pid {
        self.aliases.get(pid).unwrap_or(pid).clone()
    }

    fn read(&mut self, token: &Token) {
        let Some(client) = own_client(token) else {
            return;
        };
        let iss = token.claim_text("iss");
        let canonical = Pid::new(iss, client);
        let account = token
            .claim_text("preferred_username")
            .filter(|name| is_service_account(name))
            .map(|name| Pid::new(iss, name));
        for alias in claims::subject(token).into_iter().chain(account) {
            if alias != canonical {
                self.aliases
                    .entry(alias)
                    .or_insert_with(|| canonical.clone());
            }
        }
    }
}

/// The client that a token is about, where it is one that the client got for itself.
pub fn own_client(token: &Token) -> Option<&str> {
    if matches!(token.kind, Kind::DpopProof | Kind::ClientAssertion) {
        return None;
    }
    let sub = token.claim_text("sub")?;
    if let Some(client) = sub.strip_suffix(AUTH0_CLIENT).filter(|c| !c.is_empty()) {
        return Some(client);
    }
    let client = claims::client(token)?;
    let account = token
        .claim_text("preferred_username")
        .filter(|name| is_service_account(name));
    let own = sub == client
        || account.is_some_and(|name| name[SERVICE_ACCOUNT.len()..].eq_ignore_ascii_case(client))
        || is_app_only(token)
        || is_client_grant(token);
    own.then_some(client)
}

fn is_service_account(name: &str) -> bool {
    name.starts_with(SERVICE_ACCOUNT) && name.len() > SERVICE_ACCOUNT.len()
}

/// Entra: the token of an application, without a user. Older ones do not say so, but have the
/// application's object for a subject, and no scopes of a user.
fn is_app_only(token: &Token) -> bool {
    if let Some(what) = token.claim_text("idtyp") {
        return what == "app";
    }
    let of_user = [
        "scp",
        "upn",
        "unique_name",
        "preferred_username",
        "name",
        "email",
    ];
    token.claim("tid").is_some()
        && token.claim_text("oid").is_some()
        && token.claim_text("oid") == token.claim_text("sub")
        && of_user.iter().all(|name| token.claim(name).is_none())
}

/// Auth0: the grant that gave the token.
fn is_client_grant(token: &Token) -> bool {
    let is = |grant: &Value| {
        grant
            .as_str()
            .is_some_and(|g| g.replace('_', "-") == "client-credentials")
    };
    match token.claim("gty") {
        Some(Value::Array(grants)) => grants.len() == 1 && grants.iter().all(is),
        Some(grant) => is(grant),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{jose::b64, token::decode::decode};

    fn token(claims: Value) -> Token {
        let header = b64::encode(r#"{"alg":"ES256","typ":"JWT"}"#);
        decode(&format!(
            "{header}.{}.c2ln",
            b64::encode(claims.to_string())
        ))
    }

    #[test]
    fn names_of_one_client() {
        const AS: &str = "https://as";
        for (claims, alias) in [
            (
                json!({ "sub": "u-1", "azp": "planner", "preferred_username": "service-account-planner" }),
                "u-1",
            ),
            (
                json!({ "sub": "u-1", "azp": "planner", "preferred_username": "service-account-planner" }),
                "service-account-planner",
            ),
            (
                json!({ "sub": "planner@clients", "azp": "planner" }),
                "planner@clients",
            ),
            (json!({ "sub": "planner@clients" }), "planner@clients"),
            (
                json!({ "sub": "o", "oid": "o", "appid": "planner", "idtyp": "app" }),
                "o",
            ),
            (
                json!({ "sub": "o", "oid": "o", "tid": "t", "azp": "planner" }),
                "o",
            ),
            (
                json!({ "sub": "x", "client_id": "planner", "gty": "client-credentials" }),
                "x",
            ),
        ] {
            let mut claims = claims;
            claims["iss"] = AS.into();
            let evidence = Evidence::chain_of([token(claims.clone())]);
            let identities = Identities::of(&evidence);
            let named = |name: &str| identities.canonical(&Pid::new(Some(AS), name));
            assert_eq!(named(alias), named("planner"), "{claims}");
            assert_ne!(
                identities.canonical(&Pid::new(Some("https://b"), alias)),
                named("planner"),
                "of another issuer"
            );
        }
    }

    #[test]
    fn a_user_is_not_the_client_that_the_user_signed_in_with() {
        for claims in [
            json!({ "iss": "a", "sub": "alice", "azp": "app" }),
            json!({ "iss": "a", "sub": "o", "oid": "o", "tid": "t", "azp": "app", "scp": "read" }),
            json!({ "iss": "a", "sub": "alice", "azp": "app", "preferred_username": "service-account-other" }),
            json!({ "iss": "a", "sub": "alice", "azp": "app", "idtyp": "user" }),
            json!({ "iss": "a", "sub": "alice", "azp": "app", "gty": ["authorization_code", "refresh_token"] }),
        ] {
            let token = token(claims.clone());
            assert_eq!(own_client(&token), None, "{claims}");
        }
    }

    #[test]
    fn a_spiffe_id_is_one_principal_whoever_names_it() {
        let pid = |iss| Pid::new(Some(iss), "spiffe://td.example/agent");
        assert_eq!(pid("https://a"), pid("https://b"));
        let url = |iss| Pid::new(Some(iss), "https://agent.example");
        assert_ne!(url("https://a"), url("https://b"));
    }
}
