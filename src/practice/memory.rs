//! What the practice server remembers while it runs. Everything expires, and everything is bounded.

use std::collections::{BTreeSet, HashMap};

use super::realm::Target;

/// Seconds that a code can be used.
pub const CODE_LIFE: i64 = 60;

/// Seconds that a used code is remembered, so that a second use is seen.
const CODE_MEMORY: i64 = 600;

/// Seconds that a grant with a refresh token lasts, however often it is refreshed.
pub const GRANT_LIFE: i64 = 8 * 3600;

/// Entries of one kind.
const CAPACITY: usize = 10_000;

/// Proofs of possession; each is kept for about a minute.
const PROOFS: usize = 50_000;

/// Seconds after which another nonce is given; the one before is taken as long again.
const NONCE_LIFE: i64 = 300;

/// Entries that are forgotten when their time has come. Full means full: what is remembered for
/// safety (revocations, seen assertions) is never pushed out by newer entries.
#[derive(Debug)]
pub struct Expiring<V> {
    entries: HashMap<String, (i64, V)>,
    capacity: usize,
}

impl<V> Default for Expiring<V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            capacity: CAPACITY,
        }
    }
}

impl<V> Expiring<V> {
    /// Remembers `value` until `until`; false when there is no room.
    #[must_use]
    pub fn insert(&mut self, key: String, value: V, until: i64, now: i64) -> bool {
        if self.entries.len() >= self.capacity {
            self.entries.retain(|_, (until, _)| *until > now);
        }
        if self.entries.len() >= self.capacity && !self.entries.contains_key(&key) {
            return false;
        }
        self.entries.insert(key, (until, value));
        true
    }

    /// What is remembered under `key`.
    pub fn get(&self, key: &str, now: i64) -> Option<&V> {
        self.entries
            .get(key)
            .filter(|(until, _)| *until > now)
            .map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &str, now: i64) -> Option<&mut V> {
        self.entries
            .get_mut(key)
            .filter(|(until, _)| *until > now)
            .map(|(_, value)| value)
    }
}

/// What a user granted at sign-in.
#[derive(Debug, Clone)]
pub struct Grant {
    /// `sub`.
    pub user: &'static str,
    /// Scopes of the access token.
    pub scope: BTreeSet<String>,
    /// What its tokens are for.
    pub target: Target,
    /// `aud` as asked for.
    pub audience: String,
    /// The one agent that may exchange its tokens.
    pub may_act: Option<&'static str>,
    /// Whether a refresh token was asked for.
    pub offline: bool,
    /// When the user signed in; stays through refresh and exchange (RFC 9068 §2.2.1).
    pub auth_time: i64,
    /// `jti` and `exp` of access tokens given for it.
    pub issued: Vec<(String, i64)>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub struct Code {
    /// Redirect URI of the authorization request.
    pub redirect_uri: String,
    /// S256 challenge.
    pub challenge: String,
    /// Until when it can be used.
    pub usable_until: i64,
    /// `dpop_jkt`: thumbprint of the key that alone may redeem it (RFC 9449 §10).
    pub jkt: Option<String>,
    /// What it stands for.
    pub grant: Grant,
    /// The grant that came of it, once it was used.
    pub used: Option<String>,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// Its grant.
    pub grant: String,
    /// Whether it was used, and a newer one given.
    pub used: bool,
    /// Thumbprint of the key that it is bound to: its client is a public one (RFC 9449 §5).
    pub jkt: Option<String>,
}

/// Whether a proof of possession was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered {
    /// It was not, and is from now on.
    New,
    /// It was.
    Seen,
    /// There is no room to remember it.
    Full,
}

/// Who gives nonces: authorization server and resource servers each have their own (RFC 9449 §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceGiver {
    /// The token endpoint.
    Token,
    /// The resource servers.
    Resource,
}

/// Nonces of one place.
#[derive(Debug, Default)]
struct Nonces {
    /// The one that is given, and since when.
    current: Option<(String, i64)>,
    previous: Option<String>,
}

/// All that is remembered.
#[derive(Debug)]
pub struct Memory {
    /// Codes, by their text.
    pub codes: Expiring<Code>,
    /// Grants, by number.
    pub grants: Expiring<Grant>,
    /// Refresh tokens, by their text.
    pub refresh: Expiring<Refresh>,
    /// `jti` of revoked access tokens.
    pub revoked: Expiring<()>,
    /// `client jti` of client assertions that were used.
    pub assertions: Expiring<()>,
    /// Proofs of possession that were used.
    proofs: Expiring<()>,
    token_nonces: Nonces,
    resource_nonces: Nonces,
    last_grant: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            codes: Expiring::default(),
            grants: Expiring::default(),
            refresh: Expiring::default(),
            revoked: Expiring::default(),
            assertions: Expiring::default(),
            proofs: Expiring {
                capacity: PROOFS,
                ..Expiring::default()
            },
            token_nonces: Nonces::default(),
            resource_nonces: Nonces::default(),
            last_grant: 0,
        }
    }
}

impl Memory {
    /// Remembers a code.
    #[must_use]
    pub fn add_code(&mut self, text: String, code: Code, now: i64) -> bool {
        self.codes.insert(text, code, now + CODE_MEMORY, now)
    }

    /// Remembers a grant; gives its number.
    pub fn add_grant(&mut self, grant: Grant, now: i64) -> Option<String> {
        self.last_grant += 1;
        let id = self.last_grant.to_string();
        self.grants
            .insert(id.clone(), grant, now + GRANT_LIFE, now)
            .then_some(id)
    }

    /// Notes that an access token was given for a grant.
    pub fn issued(&mut self, grant: &str, jti: &str, exp: i64, now: i64) {
        if let Some(grant) = self.grants.get_mut(grant, now) {
            grant.issued.retain(|(_, exp)| *exp > now);
            grant.issued.push((jti.to_owned(), exp));
        }
    }

    /// Revokes a grant: its refresh token and the access tokens given for it (RFC 7009 §2.1).
    pub fn revoke_grant(&mut self, grant: &str, now: i64) {
        let Some(grant) = self.grants.get_mut(grant, now) else {
            return;
        };
        grant.revoked = true;
        for (jti, exp) in std::mem::take(&mut grant.issued) {
            self.revoke(jti, exp, now);
        }
    }

    /// Revokes one access token; false when there is no room.
    pub fn revoke(&mut self, jti: String, exp: i64, now: i64) -> bool {
        self.revoked.insert(jti, (), exp, now)
    }

    /// Remembers a proof of possession.
    pub fn proof(&mut self, name: String, until: i64, now: i64) -> Remembered {
        if self.proofs.get(&name, now).is_some() {
            Remembered::Seen
        } else if self.proofs.insert(name, (), until, now) {
            Remembered::New
        } else {
            Remembered::Full
        }
    }

    /// The nonces that are good at `place`, the newest first; `fresh` becomes one when it is time.
    pub fn nonces(&mut self, place: NonceGiver, fresh: String, now: i64) -> Vec<String> {
        let nonces = match place {
            NonceGiver::Token => &mut self.token_nonces,
            NonceGiver::Resource => &mut self.resource_nonces,
        };
        match &nonces.current {
            Some((_, since)) if now < since + NONCE_LIFE => {}
            old => {
                // One that nobody was given for long is not good either.
                let recent = old
                    .as_ref()
                    .filter(|(_, since)| now < since + 2 * NONCE_LIFE);
                nonces.previous = recent.map(|(nonce, _)| nonce.clone());
                nonces.current = Some((fresh, now));
            }
        }
        let current = nonces.current.iter().map(|(nonce, _)| nonce);
        current.chain(&nonces.previous).cloned().collect()
    }

    /// Whether the access token of that `jti` was revoked.
    pub fn is_revoked(&self, jti: &str, now: i64) -> bool {
        self.revoked.get(jti, now).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_means_full_until_something_expires() {
        let mut store = Expiring {
            capacity: 2,
            ..Expiring::default()
        };
        assert!(store.insert("a".into(), 1, 10, 0));
        assert!(store.insert("b".into(), 2, 20, 0));
        assert!(!store.insert("c".into(), 3, 30, 0));
        assert!(
            store.insert("a".into(), 4, 10, 0),
            "an entry can be renewed"
        );
        assert_eq!(store.get("a", 9), Some(&4));
        assert_eq!(store.get("a", 10), None);
        assert!(store.insert("c".into(), 3, 30, 10));
        assert_eq!(store.get_mut("b", 10), Some(&mut 2));
    }
}
