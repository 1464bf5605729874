//! Who and what the practice server knows: users, clients, resource servers, scopes, keys.
//!
//! Policy of the realm, where the specifications leave it open:
//! - A token is for one target: a resource server, this authorization server (a token that can only
//!   be exchanged), or an agent (likewise, and addressed to it).
//! - `profile` lets a resource server show the user's name and has a home everywhere;
//!   `offline_access` asks for a refresh token and stands in no access token.
//! - Every agent may exchange every access token of the realm, whatever its `aud`: RFC 8693 §2.1
//!   leaves the check to the server, and a chain is easier to learn without it. `may_act` is how a
//!   user limits it.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::faults::{Fault, Faults};

use crate::{
    jose::{Alg, Jwk, Jwks, KeyError, b64, crypto},
    kit::{
        rng::{self, Rng},
        secret::Secret,
    },
    oauth::client_auth::{AuthMethod, Client, Credential},
};

/// Users. Their names are `sub` of their tokens; no client has the name of a user (RFC 9068 §5).
pub const USERS: [&str; 2] = ["alice", "bob"];

/// Scope that lets a resource server show the user's name.
pub const PROFILE: &str = "profile";

/// Scope that asks for a refresh token.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// The public client that users sign in with.
pub const WORKBENCH: &str = "workbench";

/// Life of a user's access token, in seconds.
pub const USER_TOKEN_LIFE: i64 = 300;

/// Life of a client's own access token, in seconds.
pub const CLIENT_TOKEN_LIFE: i64 = 600;

/// Most life of an exchanged token, in seconds.
pub const EXCHANGED_TOKEN_LIFE: i64 = 300;

/// Actors that an `act` claim may hold.
pub const MAX_ACTORS: usize = 5;

/// A resource server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// Its name, and `aud` of its tokens.
    pub name: &'static str,
    /// Scope that reads.
    pub read: &'static str,
    /// Scope that changes something, when it has one.
    pub write: Option<&'static str>,
}

impl Resource {
    /// Its scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.read).chain(self.write)
    }
}

/// The resource servers.
pub const RESOURCES: [Resource; 3] = [
    Resource {
        name: "accounts-api",
        read: "accounts:read",
        write: None,
    },
    Resource {
        name: "payments-api",
        read: "payments:read",
        write: Some("payments:initiate"),
    },
    Resource {
        name: "documents-api",
        read: "documents:read",
        write: Some("documents:write"),
    },
];

/// A confidential client as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// `client_id`, and `sub` of its own tokens.
    pub id: &'static str,
    /// Whether it proves itself with a secret; else with a key.
    pub secret: bool,
    /// Scopes that it may have for itself (RFC 6749 §4.4).
    pub own: &'static [&'static str],
    /// Resource servers that it may ask delegated tokens for.
    pub reaches: &'static [&'static str],
}

/// The confidential clients.
pub const AGENTS: [Agent; 4] = [
    Agent {
        id: "planner",
        secret: false,
        own: &["accounts:read", "documents:read"],
        reaches: &["accounts-api", "payments-api", "documents-api"],
    },
    Agent {
        id: "researcher",
        secret: false,
        own: &["accounts:read", "documents:read", "documents:write"],
        reaches: &["accounts-api", "payments-api", "documents-api"],
    },
    Agent {
        id: "payments-agent",
        secret: false,
        own: &["payments:read", "payments:initiate"],
        reaches: &["accounts-api", "payments-api"],
    },
    Agent {
        id: "reporter",
        secret: true,
        own: &["accounts:read", "documents:read"],
        reaches: &["accounts-api", "documents-api"],
    },
];

/// What a token may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A resource server.
    Resource(Resource),
    /// This authorization server: the token can only be exchanged.
    Server,
    /// An agent: the token can only be exchanged, and is addressed to it.
    Agent(Agent),
}

impl Target {
    /// Its name for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Resource(resource) => resource.name,
            Self::Server => "this authorization server",
            Self::Agent(agent) => agent.id,
        }
    }

    /// Whether `scope` means something there (RFC 9068 §2.2.3).
    pub fn knows(&self, scope: &str) -> bool {
        match self {
            Self::Resource(resource) => {
                scope == PROFILE || resource.scopes().any(|known| known == scope)
            }
            Self::Server | Self::Agent(_) => is_scope(scope) && scope != OFFLINE_ACCESS,
        }
    }
}

/// Whether the realm has that scope.
pub fn is_scope(scope: &str) -> bool {
    scope == PROFILE || scope == OFFLINE_ACCESS || home(scope).is_some()
}

/// The resource server whose scope it is.
pub fn home(scope: &str) -> Option<Resource> {
    RESOURCES
        .into_iter()
        .find(|r| r.scopes().any(|known| known == scope))
}

/// Every scope of the realm.
pub fn scopes() -> Vec<&'static str> {
    RESOURCES
        .iter()
        .flat_map(Resource::scopes)
        .chain([PROFILE, OFFLINE_ACCESS])
        .collect()
}

/// The agent of that `client_id`.
pub fn agent(id: &str) -> Option<Agent> {
    AGENTS.into_iter().find(|a| a.id == id)
}

/// How an agent proves itself, on the server's side.
#[derive(Debug, Clone)]
pub enum Proof {
    /// SHA-256 of its secret.
    Secret(Vec<u8>),
    /// Its public key.
    Key(Jwk),
}

/// The realm of one running server.
#[derive(Debug)]
pub struct Realm {
    /// Issuer, `http://127.0.0.1:PORT`.
    pub issuer: String,
    /// Signing key: a private one, or the secret that the resource servers share.
    pub key: Jwk,
    /// What it signs with.
    pub alg: Alg,
    /// Its public part with `kid`, `use` and `alg`, as published; of a secret nothing is.
    pub jwks: Jwks,
    /// How agents prove themselves.
    pub proofs: BTreeMap<&'static str, Proof>,
}

/// Why a realm cannot be made. A sentence each.
#[derive(Debug, thiserror::Error)]
pub enum RealmError {
    /// No keys.
    #[error("The practice server cannot make its keys: {0}.")]
    Keys(#[from] KeyError),
    /// A key that nothing can be published of.
    #[error("The practice server made a key without a public part.")]
    NoPublicPart,
}

impl Realm {
    /// A realm at `issuer` with fresh keys, and its clients with their credentials.
    pub fn new(
        issuer: String,
        faults: &Faults,
        rng: &dyn Rng,
    ) -> Result<(Self, Vec<Client>), RealmError> {
        let made = |alg: &Alg| crypto::generate(alg, None);
        let fresh = || made(&Alg::Es256);
        let public = |key: &Jwk| key.public().ok_or(RealmError::NoPublicPart);
        let alg = faults.alg();
        let mut key = made(&alg)?;
        if faults.contains(Fault::SecretWeak) {
            key.0.insert("k".into(), b64::encode("secret").into());
        }
        let mut jwks = Jwks::default();
        if alg != Alg::Hs256 {
            let mut published = public(&key)?;
            published.0.insert("use".into(), "sig".into());
            published.0.insert("alg".into(), alg.name().into());
            jwks.keys.push(published);
        }

        let mut proofs = BTreeMap::new();
        let mut clients = Vec::new();
        for agent in AGENTS {
            let (proof, method, credential) = if agent.secret {
                let secret = rng::token(rng, 32);
                (
                    Proof::Secret(crypto::sha256(secret.as_bytes())),
                    AuthMethod::ClientSecretBasic,
                    Credential::Secret(Secret::new(secret)),
                )
            } else {
                let key = fresh()?;
                (
                    Proof::Key(public(&key)?),
                    AuthMethod::PrivateKeyJwt,
                    Credential::Key(key),
                )
            };
            proofs.insert(agent.id, proof);
            clients.push(Client {
                assertion_audience: crate::oauth::client_auth::AssertionAudience::Issuer,
                client_id: agent.id.to_owned(),
                method,
                credential,
            });
        }
        clients.push(Client {
            assertion_audience: crate::oauth::client_auth::AssertionAudience::Issuer,
            client_id: WORKBENCH.to_owned(),
            method: AuthMethod::None,
            credential: Credential::None,
        });
        let realm = Self {
            issuer,
            key,
            alg,
            jwks,
            proofs,
        };
        Ok((realm, clients))
    }

    /// An endpoint's URL.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The base URL of a resource server, which `resource` names (RFC 8707).
    pub fn resource_url(&self, resource: Resource) -> String {
        format!("{}/resources/{}", self.issuer, resource.name)
    }

    /// The public signing key; a secret has none.
    pub fn public_key(&self) -> Option<&Jwk> {
        self.jwks.keys.first()
    }

    /// What resource servers verify with.
    pub fn verifier(&self) -> &Jwk {
        self.public_key().unwrap_or(&self.key)
    }

    /// What `text` names: a resource server by name or URL, this server by issuer, an agent by
    /// `client_id`. Compared exactly (RFC 8693 §2.1, RFC 8707 §2).
    pub fn target(&self, text: &str) -> Option<Target> {
        if text == self.issuer {
            return Some(Target::Server);
        }
        RESOURCES
            .into_iter()
            .find(|r| r.name == text || self.resource_url(*r) == text)
            .map(Target::Resource)
            .or_else(|| agent(text).map(Target::Agent))
    }

    /// What can be asked for, for error messages.
    pub fn targets_in_words(&self) -> String {
        format!(
            "{}, their URLs below {}/resources/, {} itself, or an agent's client_id",
            RESOURCES.map(|r| r.name).join(", "),
            self.issuer,
            self.issuer
        )
    }

    /// Resource servers as others see them: name, base URL, scopes.
    pub fn resources(&self) -> Result<Vec<(String, Url, Vec<String>)>, url::ParseError> {
        RESOURCES
            .into_iter()
            .map(|r| {
                let url = Url::parse(&self.resource_url(r))?;
                Ok((
                    r.name.to_owned(),
                    url,
                    r.scopes().map(str::to_owned).collect(),
                ))
            })
            .collect()
    }
}

/// Splits `scope` (RFC 6749 §3.3) into a set; repeated names count once.
pub fn split_scope(text: &str) -> BTreeSet<String> {
    text.split(' ')
        .filter(|s| !s.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Joins a set of scopes.
pub fn join_scope(scopes: &BTreeSet<String>) -> String {
    scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_clients_share_no_name() {
        for user in USERS {
            assert!(agent(user).is_none() && user != WORKBENCH);
        }
        for agent in AGENTS {
            for scope in agent.own {
                assert!(home(scope).is_some(), "{scope}");
            }
            for name in agent.reaches {
                assert!(RESOURCES.iter().any(|r| r.name == *name), "{name}");
            }
        }
    }

    #[test]
    fn a_scope_has_one_home() {
        for scope in scopes() {
            let homes = RESOURCES
                .iter()
                .filter(|r| r.scopes().any(|s| s == scope))
                .count();
            assert_eq!(
                homes,
                usize::from(![PROFILE, OFFLINE_ACCESS].contains(&scope)),
                "{scope}"
            );
        }
    }
}
