//! Who is who: names that are one principal's, over all tokens.
//!
//! Rules that compare names and the graph that draws principals both ask here, so that neither takes one
//! for two. What a single token says stands in [`crate::token::naming`].

use std::collections::{HashMap, HashSet};

use super::Evidence;
use crate::token::{
    Token,
    claims::{self, Pid},
    naming::{self, Nature, is_service_account, own_client},
    validate::Signature,
};

/// Which names are one principal's.
#[derive(Debug, Default)]
pub struct Identities {
    /// Other names, and the client that they mean.
    aliases: HashMap<Pid, Pid>,
    /// Clients of which a token of their own tells all their names.
    clients: HashSet<Pid>,
    /// What principals are, as far as their tokens say.
    natures: HashMap<Pid, Nature>,
    /// Names for people of those that are called by an identifier.
    names: HashMap<Pid, String>,
}

impl Identities {
    /// Reads all tokens once: those of the hops, and those that actors proved themselves with.
    pub fn of(evidence: &Evidence) -> Self {
        let mut found = Self::default();
        // A token that is known to be forged says nothing of who is who.
        let believed = evidence.hops.iter().filter(|hop| {
            let verdict = hop.verdict.as_ref();
            verdict.is_none_or(|v| v.signature != Signature::Invalid)
        });
        let tokens: Vec<&Token> = believed
            .flat_map(|hop| {
                let actor = hop.exchange.as_ref().and_then(|e| e.actor_token.as_deref());
                [Some(&*hop.token), actor].into_iter().flatten()
            })
            .collect();
        // All names first: what is said of a principal counts whichever of its names stands there, and
        // in whatever order the tokens come.
        for token in &tokens {
            found.read_client(token);
        }
        for token in &tokens {
            found.read(token);
        }
        found
    }

    /// The one name of the principal: what a client is called at its issuer, else the name as it stands.
    pub fn canonical(&self, pid: &Pid) -> Pid {
        self.aliases.get(pid).unwrap_or(pid).clone()
    }

    /// Whether two names may be one principal's, for all that is known: one is a client's, of which no
    /// token of its own was seen, the other an identifier, as servers give to the accounts of clients.
    pub fn may_be_one(&self, client: &Pid, other: &Pid) -> bool {
        client.iss == other.iss
            && naming::is_identifier(&other.sub)
            && !naming::is_identifier(&client.sub)
            && !self.clients.contains(client)
            && !self.clients.contains(&self.canonical(other))
    }

    /// What a principal is, where tokens say it.
    pub fn nature(&self, pid: &Pid) -> Option<Nature> {
        let told = self.natures.get(pid).copied();
        told.or_else(|| naming::is_workload_name(&pid.sub).then_some(Nature::Service))
    }

    /// A name for people of a principal that is called by an identifier.
    pub fn display_name(&self, pid: &Pid) -> Option<&str> {
        self.names.get(pid).map(String::as_str)
    }

    fn read(&mut self, token: &Token) {
        for actor in claims::actors(token) {
            let told = actor
                .members
                .get("sub_profile")
                .and_then(naming::of_profile);
            if let Some(nature) = told.filter(|_| !actor.pid.sub.is_empty()) {
                self.is(self.canonical(&actor.pid), nature);
            }
        }
        let own = own_client(token).is_some();
        if let Some(client) = claims::client(token).filter(|_| !own) {
            let client = Pid::new(token.claim_text("iss"), client);
            if naming::client_is_agent(token) {
                self.is(client.clone(), Nature::Agent);
            }
            self.name(client, naming::client_name(token));
        }
        let Some(subject) = claims::subject(token).map(|pid| self.canonical(&pid)) else {
            return;
        };
        if let Some(nature) = naming::nature(token) {
            self.is(subject.clone(), nature);
        }
        // An agent that acts for itself.
        if own && naming::client_is_agent(token) {
            self.is(subject.clone(), Nature::Agent);
        }
        self.name(subject, naming::subject_name(token));
    }

    fn is(&mut self, pid: Pid, nature: Nature) {
        let known = self.natures.entry(pid).or_insert(nature);
        *known = nature.max(*known);
    }

    fn name(&mut self, pid: Pid, name: Option<&str>) {
        let name = name.filter(|name| *name != pid.sub && naming::is_identifier(&pid.sub));
        if let Some(name) = name {
            self.names.entry(pid).or_insert_with(|| name.to_owned());
        }
    }

    fn read_client(&mut self, token: &Token) {
        let Some(client) = own_client(token) else {
            return;
        };
        let iss = token.claim_text("iss");
        let canonical = Pid::new(iss, client);
        let account = token
            .claim_text("preferred_username")
            .filter(|name| is_service_account(name))
            .map(|name| Pid::new(iss, name));
        self.clients.insert(canonical.clone());
        for alias in claims::subject(token).into_iter().chain(account) {
            if alias != canonical {
                self.aliases
                    .entry(alias)
                    .or_insert_with(|| canonical.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        naming::{is_identifier, nature},
        *,
    };
    use crate::{jose::b64, token::decode::decode};

    fn token(claims: &Value) -> Token {
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
            let evidence = Evidence::chain_of([token(&claims)]);
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
            let token = token(&claims);
            assert_eq!(own_client(&token), None, "{claims}");
        }
    }

    #[test]
    fn what_tokens_say_of_their_subject() {
        for (claims, expected) in [
            (
                json!({ "sub": "system:serviceaccount:pay:worker" }),
                Some(Nature::Service),
            ),
            (
                json!({ "sub": "repo:org/app:ref:refs/heads/main" }),
                Some(Nature::Service),
            ),
            (
                json!({ "sub": "1175", "email": "job@p.iam.gserviceaccount.com" }),
                Some(Nature::Service),
            ),
            (
                json!({ "sub": "u", "preferred_username": "service-account-x" }),
                Some(Nature::Service),
            ),
            (
                json!({ "sub": "o", "idtyp": "app", "appid": "p" }),
                Some(Nature::Client),
            ),
            (
                json!({ "sub": "u", "xms_sub_fct": "2 11" }),
                Some(Nature::Agent),
            ),
            (
                json!({ "sub": "u", "email": "ann@example.com" }),
                Some(Nature::Person),
            ),
            (
                json!({ "sub": "auth0|65a1", "azp": "app" }),
                Some(Nature::Person),
            ),
            (json!({ "sub": "u", "scope": "read" }), None),
        ] {
            assert_eq!(nature(&token(&claims)), expected, "{claims}");
        }
    }

    #[test]
    fn identifiers_and_names() {
        for name in [
            "99999999-8888-7777-6666-555555555555",
            "4711",
            "507f1f77bcf86cd799439011",
            "00uid4BxXw6I6TV4m0g3",
        ] {
            assert!(is_identifier(name), "{name}");
        }
        for name in [
            "alice",
            "ann@example.com",
            "billing-agent-production-2",
            "planner-7",
            "",
        ] {
            assert!(!is_identifier(name), "{name}");
        }
        let of = json!({ "iss": "a", "sub": "4711", "preferred_username": "alice", "azp": "0a1b2c3d-0000-4000-8000-000000000000", "app_displayname": "Planner" });
        let identities = Identities::of(&Evidence::chain_of([token(&of)]));
        let named = |sub: &str| {
            identities
                .display_name(&Pid::new(Some("a"), sub))
                .map(str::to_owned)
        };
        assert_eq!(named("4711").as_deref(), Some("alice"));
        assert_eq!(
            named("0a1b2c3d-0000-4000-8000-000000000000").as_deref(),
            Some("Planner")
        );
    }

    #[test]
    fn a_spiffe_id_is_one_principal_whoever_names_it() {
        let pid = |iss| Pid::new(Some(iss), "spiffe://td.example/agent");
        assert_eq!(pid("https://a"), pid("https://b"));
        let url = |iss| Pid::new(Some(iss), "https://agent.example");
        assert_ne!(url("https://a"), url("https://b"));
    }
}
