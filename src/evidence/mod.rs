//! What is known of tokens and of the exchanges that gave them: the input of rules and graph.

pub mod hops;
pub mod identities;
mod request;
pub mod response;
pub mod sent;
pub mod transcript;

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    kit::ids::TokenId,
    token::{Kind, Token, validate::Verdict},
};

pub use identities::Identities;
pub use sent::Sent;

/// One token of a chain, or alone.
#[derive(Debug, Clone)]
pub struct Hop {
    /// Where it stands in the tray.
    pub token_id: Option<TokenId>,
    /// What to call it: `hop 2`, `sign-in`, a file's name.
    pub name: String,
    /// The token.
    pub token: Arc<Token>,
    /// The verdict, when a verification was tried.
    pub verdict: Option<Verdict>,
    /// Index of the hop whose token was the subject token; always smaller than its own.
    pub parent: Option<usize>,
    /// What was asked, when the exchange was seen.
    pub exchange: Option<RequestedExchange>,
    /// It serves as an actor token or proof only: no rules of the chain apply to it.
    pub supporting: bool,
    /// Which chain it belongs to; tokens of different chains are never compared.
    pub chain: Option<String>,
    /// How it was sent, when a request was seen that holds it.
    pub sent: Option<Sent>,
}

/// What an exchange asked for.
#[derive(Debug, Clone, Default)]
pub struct RequestedExchange {
    /// The authenticated client.
    pub client_id: Option<String>,
    /// The actor token, when one was sent.
    pub actor_token: Option<Arc<Token>>,
    /// Whether an actor token was sent at all (it may be opaque).
    pub actor_token_sent: bool,
    /// `scope`; `None` when not sent.
    pub scope: Option<BTreeSet<String>>,
    /// `audience` and `resource`; `None` when neither was sent.
    pub targets: Option<BTreeSet<String>>,
}

/// All that is known, in an order in which parents stand before their children.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The hops.
    pub hops: Vec<Hop>,
    /// Issuers known to publish asymmetric keys (DG-102).
    pub asymmetric_issuers: BTreeSet<String>,
    /// Public keys by issuer, as PEM and JWK bytes that a confused verifier might use as HMAC secret.
    pub public_keys: Vec<(String, crate::jose::Jwk)>,
}

impl Evidence {
    /// Tokens as the hops of one chain, in order.
    ///
    /// ```
    /// use delegraph::{evidence::Evidence, token::decode::decode};
    ///
    /// let token = || decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
    /// let evidence = Evidence::chain_of([token(), token()]);
    /// assert_eq!(evidence.hops[1].parent, Some(0));
    /// ```
    pub fn chain_of(tokens: impl IntoIterator<Item = Token>) -> Self {
        let hops = tokens.into_iter().enumerate().map(|(n, token)| Hop {
            token_id: None,
            name: format!("hop {n}"),
            token: Arc::new(token),
            verdict: None,
            parent: None,
            exchange: None,
            supporting: false,
            chain: None,
            sent: None,
        });
        let mut hops: Vec<Hop> = hops.collect();
        let mut last = None;
        for (n, hop) in hops.iter_mut().enumerate() {
            hop.chain = Some("chain".into());
            hop.supporting |= hop.token.kind == Kind::DpopProof;
            if !hop.supporting {
                hop.parent = last.replace(n);
            }
        }
        Self {
            hops,
            ..Self::default()
        }
    }
}
