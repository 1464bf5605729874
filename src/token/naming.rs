//! What a token says of whom it is about: what that is, a client's own token or not, and what to call it.
//!
//! Servers name one client in several ways: by `client_id`, by the `sub` of the token that the client got
//! for itself, by the name of its service account. A person is often an identifier. Where a token says
//! nothing, nothing is guessed.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    Kind, Token,
    claims::{self, audiences, client, is_spiffe, name_of},
};

/// Auth0's ending of the subject of a client.
const AUTH0_CLIENT: &str = "@clients";

/// Keycloak's beginning of the name of a client's account.
const SERVICE_ACCOUNT: &str = "service-account-";

/// What a principal is, by what tokens say of it; the later outweighs the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// Somebody signed in, or has a name and an address.
    Person,
    /// A client with a token of its own.
    Client,
    /// A workload: a service account, a job, a pod.
    Service,
    /// What is called an agent.
    Agent,
}

/// What to call the subject of a token, and its identifier behind that where it is called by a name:
/// `alice (9999…)`.
pub fn called(token: &Token) -> Option<String> {
    let sub = claims::subject(token)?.sub;
    Some(match subject_name(token) {
        Some(name) => format!("{name} ({sub})"),
        None => sub,
    })
}

/// A name for people of a subject that is called by an identifier.
pub fn subject_name(token: &Token) -> Option<&str> {
    let sub = claims::subject(token)?.sub;
    if !is_identifier(&sub) {
        return None;
    }
    let Some(client) = own_client(token) else {
        return name_in(token, &PEOPLE, &sub);
    };
    name_in(token, &APPLICATIONS, &sub).or_else(|| Some(client).filter(|client| *client != sub))
}

/// A name for people of the client that a token was issued to, where that is called by an identifier and
/// is not the token's subject.
pub fn client_name(token: &Token) -> Option<&str> {
    let client = client(token).filter(|client| is_identifier(client))?;
    name_in(token, &["app_displayname"], client)
}

/// Claims that hold names of people, the best first.
const PEOPLE: [&str; 8] = [
    "preferred_username",
    "upn",
    "email",
    "name",
    "unique_name",
    "username",
    "cognito:username",
    "nickname",
];

/// Claims that hold names of applications.
const APPLICATIONS: [&str; 2] = ["app_displayname", "client_name"];

fn name_in<'a>(token: &'a Token, claims: &[&str], sub: &str) -> Option<&'a str> {
    claims
        .iter()
        .filter_map(|claim| token.claim_text(claim))
        .find(|name| !name.is_empty() && *name != sub && !is_identifier(name))
}

/// The client that a token is about, where it is one that the client got for itself.
pub fn own_client(token: &Token) -> Option<&str> {
    // Proofs and messages speak of clients, but give them nothing to act with.
    if !matches!(
        token.kind,
        Kind::AccessToken | Kind::PresumedAccessToken | Kind::RefreshToken | Kind::Unknown
    ) {
        return None;
    }
    let client = client(token).filter(|client| !client.is_empty());
    let Some(sub) = token.claim("sub") else {
        // Nobody but the client is named: so have it servers that give a client's token no subject.
        return client.filter(|_| !is_of_user(token) && token.claim("act").is_none());
    };
    let name = sub.as_str().unwrap_or_default();
    if let Some(client) = name.strip_suffix(AUTH0_CLIENT).filter(|c| !c.is_empty()) {
        return Some(client);
    }
    let Some(client) = client else {
        // Without a claim for its client: the token of a client for itself has it for an audience too.
        let is_its_own_audience = audiences(token)
            .is_some_and(|all| all.len() == 1 && all.contains(name) && !is_spiffe(name));
        let own = is_client_grant(token) || (is_its_own_audience && !is_of_user(token));
        return Some(name).filter(|name| own && !name.is_empty());
    };
    let account = token
        .claim_text("preferred_username")
        .filter(|name| is_service_account(name));
    let has = |name: &str| token.claim(name).is_some();
    let own = name_of(sub).is_some_and(|sub| sub == client)
        || account.is_some_and(|name| name[SERVICE_ACCOUNT.len()..].eq_ignore_ascii_case(client))
        // Keycloak: claims of service accounts alone.
        || ((has("clientHost") || has("clientAddress")) && account.is_none() && !is_of_user(token))
        || is_app_only(token)
        || is_client_grant(token);
    own.then_some(client)
}

/// Claims that only a person's sign-in gives.
const SIGNED_IN: [&str; 19] = [
    "auth_time",
    "amr",
    "nonce",
    "sid",
    "session_id",
    "email",
    "upn",
    "unique_name",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "birthdate",
    "phone_number",
    "picture",
    "username",
    "cognito:username",
    "cognito:groups",
    // Okta: the user.
    "uid",
];

/// Whether a token says that somebody signed in, or has a name and an address.
fn is_of_user(token: &Token) -> bool {
    SIGNED_IN.iter().any(|name| token.claim(name).is_some())
        || token
            .claim_text("preferred_username")
            .is_some_and(|name| !is_service_account(name))
}

/// What a token says its subject is.
pub fn nature(token: &Token) -> Option<Nature> {
    let profile = token.claim("sub_profile").and_then(of_profile);
    if is_agent_facet(token, "xms_sub_fct") {
        return Some(Nature::Agent);
    }
    if profile.is_some() {
        return profile;
    }
    let sub = token.claim("sub").and_then(name_of)?;
    let has = |names: &[&str]| names.iter().any(|name| token.claim(name).is_some());
    let text = |name: &str| token.claim_text(name).unwrap_or_default();
    let workload = is_workload_name(&sub)
        || is_workload_name(text("email"))
        || matches!(token.kind, Kind::JwtSvid | Kind::Wit)
        || has(&[
            "kubernetes.io",
            "pipeline_id",
            "pipelineUuid",
            "job_workflow_ref",
            "terraform_workspace_id",
            "nomad_job_id",
            "google.compute_engine",
            "xms_mirid",
        ])
        || text("iss") == "https://token.actions.githubusercontent.com"
        || text("iss").starts_with("https://oidc.circleci.com/");
    if workload {
        return Some(Nature::Service);
    }
    if own_client(token).is_some() {
        return Some(Nature::Client);
    }
    if is_service_account(text("preferred_username")) || text("idtyp") == "app" {
        return Some(Nature::Service);
    }
    let granted = |grant: &str| grants(token).any(|g| g == grant);
    let person = matches!(token.kind, Kind::IdToken | Kind::UserInfo)
        || is_of_user(token)
        || has(&["acr"])
        || text("idtyp") == "user"
        // Entra: scopes of a user, who is there then.
        || has(&["tid"]) && has(&["scp"])
        || granted("authorization-code")
        || granted("password")
        || is_user_of_connection(&sub);
    person.then_some(Nature::Person)
}

/// What a `sub_profile` says of the one beside whom it stands, in a token or in an entry of `act`
/// (draft-mcguinness-oauth-actor-profile); nothing where it names kinds that are not known here.
pub fn of_profile(profile: &Value) -> Option<Nature> {
    let words: Vec<&str> = match profile {
        Value::String(text) => text.split_ascii_whitespace().collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let natures = words.into_iter().filter_map(|word| match word {
        "user" => Some(Nature::Person),
        "native_app" | "web_app" | "browser_app" | "client_instance" | "client" => {
            Some(Nature::Client)
        }
        "service" | "workload" | "device" => Some(Nature::Service),
        "ai_agent" | "agent" => Some(Nature::Agent),
        _ => None,
    });
    natures.max()
}

/// Whether the client of a token is an agent by what the token says.
pub fn client_is_agent(token: &Token) -> bool {
    token.claim("xms_par_app_azp").is_some() || is_agent_facet(token, "xms_act_fct")
}

/// Entra: whether a list of facets holds one of an agent (11), or of an agent's user account (13).
fn is_agent_facet(token: &Token, claim: &str) -> bool {
    let is_one = |facet: &str| matches!(facet, "11" | "13");
    match token.claim(claim) {
        Some(Value::Array(all)) => all.iter().filter_map(name_of).any(|facet| is_one(&facet)),
        Some(other) => name_of(other).is_some_and(|all| all.split([' ', ',']).any(is_one)),
        None => false,
    }
}

/// Names that workloads have by the rules of those who give them: of clusters, clouds and build services.
pub fn is_workload_name(name: &str) -> bool {
    const BEGINNINGS: [&str; 11] = [
        "system:serviceaccount:",
        "system:node:",
        "wimse://",
        "repo:",
        "project_path:",
        "arn:aws:sts::",
        "organization:",
        "sc://",
        "serviceAccount:",
        "principal://iam.googleapis.com/",
        "principalSet://iam.googleapis.com/",
    ];
    is_spiffe(name)
        || BEGINNINGS.iter().any(|start| name.starts_with(start))
        || (name.starts_with("arn:aws:iam::") && name.contains(":role/"))
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

/// Keycloak: whether a name is one of a client's account.
pub fn is_service_account(name: &str) -> bool {
    name.starts_with(SERVICE_ACCOUNT) && name.len() > SERVICE_ACCOUNT.len()
}

/// Entra: the token of an application, without a user. Older ones do not say so, but have the
/// application's object for a subject, and no scopes of a user.
fn is_app_only(token: &Token) -> bool {
    if let Some(what) = token.claim_text("idtyp") {
        return what == "app";
    }
    token.claim("tid").is_some()
        && token.claim_text("oid").is_some()
        && token.claim_text("oid") == token.claim_text("sub")
        && token.claim("scp").is_none()
        && !is_of_user(token)
}

/// Auth0: the grants that gave the token, as they are called there.
fn grants(token: &Token) -> impl Iterator<Item = Cow<'_, str>> {
    let all = match token.claim("gty") {
        Some(Value::Array(grants)) => grants.as_slice(),
        Some(grant) => std::slice::from_ref(grant),
        None => &[],
    };
    all.iter().filter_map(Value::as_str).map(|grant| {
        if grant.contains('_') {
            Cow::Owned(grant.replace('_', "-"))
        } else {
            Cow::Borrowed(grant)
        }
    })
}

/// Whether a client got the token for itself, by the grant that the token names.
fn is_client_grant(token: &Token) -> bool {
    let mut all = grants(token);
    all.next()
        .is_some_and(|grant| grant == "client-credentials")
        && all.next().is_none()
}
