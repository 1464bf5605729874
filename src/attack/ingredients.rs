//! What forgeries are made of, beside the token.

use crate::{
    jose::{Alg, Family as AlgFamily, Jwk, KeyError, b64, crypto},
    token::{Kind, Token, decode::decode, validate},
};

/// Something that a forgery needs beside the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// The issuer's public key.
    PublicKey,
    /// The issuer's private key, or its shared secret.
    SigningKey,
    /// The token that this one was exchanged from.
    Parent,
    /// Another token.
    Other,
    /// The key that the token is bound to.
    ProofKey,
    /// A client with a private key, and its token endpoint.
    ClientKey,
    /// A token endpoint with a client.
    TokenEndpoint,
    /// A second resource server.
    SecondTarget,
}

impl Need {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::PublicKey => "public_key",
            Self::SigningKey => "signing_key",
            Self::Parent => "parent_token",
            Self::Other => "other_token",
            Self::ProofKey => "proof_key",
            Self::ClientKey => "client_key",
            Self::TokenEndpoint => "token_endpoint",
            Self::SecondTarget => "second_target",
        }
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::PublicKey => "the issuer's public key",
            Self::SigningKey => "the issuer's private key",
            Self::Parent => "the token that this one was exchanged from",
            Self::Other => "another token",
            Self::ProofKey => "the private key that the token is bound to",
            Self::ClientKey => "a client with a private key, and the token endpoint",
            Self::TokenEndpoint => "a token endpoint and a client there",
            Self::SecondTarget => "a second resource server",
        }
    }
}

/// What forgeries are made of, beside the token.
#[derive(Debug, Clone)]
pub struct Ingredients {
    /// Algorithm of the untouched token.
    pub alg: Alg,
    /// The issuer's private key or shared secret, when the tester has it.
    pub signing: Option<Jwk>,
    /// The issuer's public key.
    pub public: Option<Jwk>,
    /// A private key of the forger's, of the same kind as the issuer's.
    pub own: Jwk,
    /// Algorithm of [`Self::own`]: that of the token where a key of one's own can have it.
    pub own_alg: Alg,
    /// The token that this one was exchanged from.
    pub parent: Option<String>,
    /// Other tokens: of another kind, issuer or audience.
    pub others: Vec<String>,
    /// An address of the tester's, at which he sees who fetches keys (`https://me.example/x`).
    pub callback: Option<String>,
    /// The names of the forgeries that [`super::STACK`] puts together.
    pub stack: Vec<&'static str>,
    /// The moment in seconds since 1970.
    pub now: i64,
}

impl Ingredients {
    /// Sorts `keys` by what they are to `token`: one that verifies it is the issuer's, and signs in
    /// its name when it is private. A private key that does not verify it is the forger's own. Makes
    /// a key of its own when none is given.
    pub fn gather(token: &Token, keys: &[Jwk], now: i64) -> Result<Self, KeyError> {
        let alg = Alg::parse(token.header_text("alg").unwrap_or_default());
        let wanted = match alg.family() {
            AlgFamily::RsaPkcs1 | AlgFamily::RsaPss | AlgFamily::Ecdsa | AlgFamily::Edwards => {
                alg.clone()
            }
            AlgFamily::None | AlgFamily::Hmac | AlgFamily::Unknown => Alg::Es256,
        };
        let mut found = Self {
            alg: alg.clone(),
            signing: None,
            public: None,
            own: Jwk(serde_json::Map::new()),
            own_alg: wanted.clone(),
            parent: None,
            others: Vec::new(),
            callback: None,
            stack: Vec::new(),
            now,
        };
        let mut own = None;
        for published in keys {
            let key = unbound(published);
            if verifies(token, &key, &alg) {
                if key.is_private() {
                    found.signing.get_or_insert(key.clone());
                }
                // As it was published: its very text may serve as a secret.
                if let Some(public) = published.public() {
                    found.public.get_or_insert(public);
                }
            } else if key.is_private()
                && crypto::fits(&key, &wanted, crate::jose::jwk::Task::Sign).is_ok()
            {
                own.get_or_insert(key);
            } else if let (true, Some(public)) = (keys.len() == 1, published.public()) {
                // The only key at hand is what the tester takes for the issuer's, even where the
                // token's signature says otherwise.
                found.public.get_or_insert(public);
            }
        }
        found.own = match own {
            Some(key) => key,
            None => crypto::generate(&wanted, None)?,
        };
        Ok(found)
    }

    /// An address of the forger's: below the tester's own where he gave one.
    pub(super) fn place(&self, path: &str) -> String {
        let base = self.callback.as_deref().unwrap_or("https://forger.example");
        format!("{}/{path}", base.trim_end_matches('/'))
    }

    /// A member of [`Self::others`] of that kind.
    pub fn other(&self, kind: Kind) -> Option<&str> {
        self.others
            .iter()
            .find(|raw| decode(raw).kind == kind)
            .map(String::as_str)
    }
}

/// The key without what binds it to one algorithm or one use: a forger does not ask.
pub(super) fn unbound(key: &Jwk) -> Jwk {
    let mut key = key.clone();
    for member in ["alg", "use", "key_ops"] {
        key.0.shift_remove(member);
    }
    key
}

fn verifies(token: &Token, key: &Jwk, alg: &Alg) -> bool {
    if validate::confusion(token, key).is_some() {
        return false;
    }
    let Some(parts) = crate::jose::jws::Compact::split(&token.raw) else {
        return false;
    };
    b64::decode(parts.signature).is_ok_and(|signature| {
        crypto::verify(key, alg, parts.signing_input().as_bytes(), &signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::craft;

    #[test]
    fn keys_are_told_apart_by_what_they_verify() {
        let issuer = crypto::generate(&Alg::Es256, None).unwrap();
        let mine = crypto::generate(&Alg::Es256, None).unwrap();
        let raw = craft::mint(&json!({}), &json!({"sub": "a"}), &issuer, &Alg::Es256).unwrap();
        let token = decode(&raw);
        let keys = [mine.clone(), issuer.public().unwrap()];
        let with = Ingredients::gather(&token, &keys, 0).unwrap();
        assert!(with.signing.is_none());
        assert_eq!(with.public.unwrap().text("x"), issuer.text("x"));
        assert_eq!(with.own.text("x"), mine.text("x"));
        let with = Ingredients::gather(&token, std::slice::from_ref(&issuer), 0).unwrap();
        assert_eq!(with.signing.unwrap().text("d"), issuer.text("d"));
        assert_ne!(with.own.text("x"), issuer.text("x"));
    }
}
