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
    validate::Signature,
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
    /// What principals are, as far as their tokens say.
    natures: HashMap<Pid, Nature>,
    /// Names for people of those that are called by an identifier.
    names: HashMap<Pid, String>,
}

/// What a principal is, by what tokens say of it; the later outweighs the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// Somebody signed in, or has a name and an address.
    Person,
    /// A workload: a service account, a job, a pod.
    Service,
    /// A client with a token of its own, or what is called an agent.
    Agent,
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

    /// What a principal is, where tokens say it.
    pub fn nature(&self, pid: &Pid) -> Option<Nature> {
        let told = self.natures.get(pid).copied();
        told.or_else(|| is_workload_name(&pid.sub).then_some(Nature::Service))
    }

    /// A name for people of a principal that is called by an identifier.
    pub fn display_name(&self, pid: &Pid) -> Option<&str> {
        self.names.get(pid).map(String::as_str)
    }

    fn read(&mut self, token: &Token) {
        let Some(subject) = claims::subject(token).map(|pid| self.canonical(&pid)) else {
            return;
        };
        if let Some(nature) = nature(token) {
            let known = self.natures.entry(subject.clone()).or_insert(nature);
            *known = nature.max(*known);
        }
        let own = own_client(token).is_some();
        let names: &[&str] = if own {
            &["app_displayname", "client_name"]
        } else {
            &["preferred_username", "upn", "email", "name", "unique_name"]
        };
        self.name(subject, token, names);
        if let Some(client) = claims::client(token).filter(|_| !own) {
            let client = Pid::new(token.claim_text("iss"), client);
            let has_facet = |claim: &str| token.claim(claim).is_some();
            if has_facet("xms_par_app_azp") || is_agent_facet(token, "xms_act_fct") {
                self.natures.insert(client.clone(), Nature::Agent);
            }
            self.name(client, token, &["app_displayname"]);
        }
    }

    fn name(&mut self, pid: Pid, token: &Token, claims: &[&str]) {
        if !is_identifier(&pid.sub) {
            return;
        }
        let name = claims
            .iter()
            .filter_map(|claim| token.claim_text(claim))
            .find(|name| !name.is_empty() && *name != pid.sub);
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

/// What a token says its subject is.
fn nature(token: &Token) -> Option<Nature> {
    if own_client(token).is_some() || is_agent_facet(token, "xms_sub_fct") {
        return Some(Nature::Agent);
    }
    let sub = token.claim("sub").and_then(claims::name_of)?;
    let has = |names: &[&str]| names.iter().any(|name| token.claim(name).is_some());
    let text = |name: &str| token.claim_text(name).unwrap_or_default();
    let workload = is_workload_name(&sub)
        || is_workload_name(text("email"))
        || is_service_account(text("preferred_username"))
        || matches!(token.kind, Kind::JwtSvid | Kind::Wit)
        || text("idtyp") == "app"
        || has(&[
            "kubernetes.io",
            "pipeline_id",
            "job_workflow_ref",
            "terraform_workspace_id",
        ])
        || text("iss") == "https://token.actions.githubusercontent.com"
        || text("iss").starts_with("https://oidc.circleci.com/");
    if workload {
        return Some(Nature::Service);
    }
    let person = token.kind == Kind::IdToken
        || has(&["email", "preferred_username", "upn", "unique_name", "given_name", "family_name"])
        || has(&["auth_time", "amr", "nonce", "sid", "name"])
        || text("idtyp") == "user"
        // RFC 9068 §2.2: where the subject is not the client, a resource owner took part.
        || (token.kind == Kind::AccessToken && claims::client(token).is_some())
        || is_user_of_connection(&sub);
    person.then_some(Nature::Person)
}

/// Entra: whether a list of facets holds one of an agent (11), or of an agent's user account (13).
fn is_agent_facet(token: &Token, claim: &str) -> bool {
    let facets = token.claim(claim).and_then(claims::name_of);
    facets.is_some_and(|all| {
        all.split([' ', ','])
            .any(|facet| matches!(facet, "11" | "13"))
    })
}

/// Names that workloads have by the rules of those who give them: of clusters, clouds and build services.
fn is_workload_name(name: &str) -> bool {
    const BEGINNINGS: [&str; 10] = [
        "system:serviceaccount:",
        "system:node:",
        "wimse://",
        "repo:",
        "project_path:",
        "arn:aws:sts::",
        "arn:aws:iam::",
        "organization:",
        "sc://",
        "serviceAccount:",
    ];
    claims::is_spiffe(name)
        || BEGINNINGS.iter().any(|start| name.starts_with(start))
        || name.ends_with(".gserviceaccount.com")
}

/// Auth0: a user, by the connection that the user signed in with: `google-oauth2|1234`.
fn is_user_of_connection(name: &str) -> bool {
    name.split_once('|')
        .is_some_and(|(connection, id)| !connection.is_empty() && !id.is_empty())
}

/// Whether a name is one for machines: a UUID, a number, hexadecimal digits, or what looks random.
pub fn is_identifier(name: &str) -> bool {
    let bytes = name.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let hex = |b: &u8| b.is_ascii_hexdigit() || *b == b'-';
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let mixed =
        bytes.iter().any(u8::is_ascii_uppercase) && bytes.iter().any(u8::is_ascii_lowercase);
    let uuid = bytes.len() == 36 && bytes.iter().all(hex) && name.matches('-').count() == 4;
    uuid || digits == bytes.len() && digits > 0
        || bytes.len() >= 16 && digits > 3 && bytes.iter().all(hex)
        || bytes.len() >= 20 && digits > 2 && mixed && bytes.iter().all(word)
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
                Some(Nature::Agent),
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
