//! Proofs of possession (RFC 9449): whose key a node proves, and the proof that goes with its request.

use std::sync::Arc;

use super::{Sent, start::Starting};
use crate::{
    chain::{
        Dpop, Givers,
        run::{Failure, ServerView},
    },
    jose::{Alg, Jwk, crypto},
    kit::{Env, text},
    oauth::{
        client_auth::{self, Client, ClientAuthError},
        dpop::{self, About, Draft, HEADER, ProofError},
        http::{Field, Request, Response},
    },
    token::{Token, claims, craft::CraftError},
};

/// What a request with a proof is made of: it is made again when the server asks for a nonce.
#[derive(Debug, Clone)]
pub(crate) struct Proving {
    key: Jwk,
    /// The request without what may serve once: the client's proof and the holder's.
    bare: Request,
    /// Who authenticates, for a token request.
    client: Option<(Client, ServerView)>,
    /// The token that is sent, for a call.
    token: Option<Arc<Token>>,
    /// It has a nonce already.
    nonced: bool,
}

/// Why a request with a proof cannot be made.
#[derive(Debug, thiserror::Error)]
pub(in crate::chain) enum ProvingError {
    /// The client cannot prove itself.
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    /// The key makes no proof.
    #[error("no DPoP proof can be made: {0}")]
    Proof(#[from] ProofError),
    /// Signing failed.
    #[error("no DPoP proof can be made: {0}")]
    Sign(#[from] CraftError),
}

impl Proving {
    /// A token request, before the client's proof is added.
    pub(in crate::chain) fn of_client(
        key: Jwk,
        bare: Request,
        client: Client,
        server: ServerView,
    ) -> Self {
        Self {
            key,
            bare,
            client: Some((client, server)),
            token: None,
            nonced: false,
        }
    }

    /// A call with a token.
    pub(in crate::chain) fn of_token(key: Jwk, bare: Request, token: Arc<Token>) -> Self {
        Self {
            key,
            bare,
            client: None,
            token: Some(token),
            nonced: false,
        }
    }

    /// The request with a new proof.
    pub(in crate::chain) fn request(
        &self,
        nonce: Option<&str>,
        env: &Env,
    ) -> Result<Request, ProvingError> {
        let mut request = self.bare.clone();
        if let Some((client, server)) = &self.client {
            client_auth::apply(client, &mut request, &server.metadata, env)?;
        }
        let about = About {
            method: request.method.name(),
            url: &request.url,
            token: self.token.as_ref().map(|token| &*token.raw),
            nonce,
        };
        let proof = Draft::new(&self.key, &about, env)?.sign()?;
        // It serves for this one request, so that it can be shown like a token.
        request.headers.push(Field::token(HEADER, proof));
        Ok(request)
    }
}

/// The request that follows on an answer that asks for a nonce; `None` when the answer asks for none, or
/// asks again.
pub(super) fn with_nonce(
    sent: &Sent,
    response: &Response,
    env: &Env,
) -> Option<Result<Sent, ProvingError>> {
    let proving = sent.proving.as_ref().filter(|p| !p.nonced)?;
    let nonce = dpop::wanted_nonce(response)?;
    Some(proving.request(Some(nonce), env).map(|request| Sent {
        at: env.now,
        purpose: format!("{}, with nonce", sent.purpose),
        request,
        proving: Some(Box::new(Proving {
            nonced: true,
            ..(**proving).clone()
        })),
    }))
}

impl Starting<'_> {
    /// The key that a token request proves, if it proves one.
    pub(in crate::chain) fn own_key(&self) -> Result<Option<Jwk>, Failure> {
        match &self.node.dpop {
            None | Some(Dpop::None) => Ok(None),
            Some(Dpop::Key(name)) => self.named_key(name).map(Some),
            Some(Dpop::Generated) => match self.key_of_client() {
                Some(key) => Ok(Some(key)),
                None => generate().map(Some),
            },
        }
    }

    fn named_key(&self, name: &str) -> Result<Jwk, Failure> {
        self.directory.key(name).map_err(|error| {
            Failure::setup(
                error.to_string(),
                "choose another key for DPoP at this node, or generate one in the tray",
            )
        })
    }

    /// The key that was made in this run for the client of this node.
    fn key_of_client(&self) -> Option<Jwk> {
        let mine = |node: &&crate::chain::Node| {
            node.dpop == Some(Dpop::Generated)
                && node.server == self.node.server
                && node.client_id() == self.node.client_id()
                && node.asks_server()
        };
        self.chain
            .nodes
            .iter()
            .filter(mine)
            .find_map(|node| self.run.nodes.get(&node.id)?.proof_key.clone())
    }

    /// The key that a call proves: the one that its token is bound to, unless the node says another.
    /// `None` sends the token as Bearer, a bound one only where the node says so (`dpop = "none"`).
    pub(in crate::chain) fn key_for(
        &self,
        from: &str,
        token: &Token,
    ) -> Result<Option<Jwk>, Failure> {
        match &self.node.dpop {
            Some(Dpop::None) => return Ok(None),
            Some(Dpop::Key(name)) => return self.named_key(name).map(Some),
            Some(Dpop::Generated) => return generate().map(Some),
            None => {}
        }
        let giver = Givers::of(self.chain).giver(from);
        let giver = self.run.nodes.get(giver);
        let bound = claims::holder_key(token);
        let jkt = bound.as_deref().and_then(|key| key.strip_prefix("jkt:"));
        let scheme = giver.and_then(|n| n.scheme.as_deref());
        if jkt.is_none() && (bound.is_some() || scheme != Some("DPoP")) {
            return Ok(None); // not bound, or by a certificate (RFC 8705)
        }
        let fits = |key: &&Jwk| {
            // An opaque token does not say it; then it is the key that it was asked for with.
            jkt.is_none_or(|jkt| key.thumbprint().is_ok_and(|own| own == jkt))
        };
        let known = giver.and_then(|n| n.proof_key.as_ref()).filter(fits);
        let known = known.or_else(|| {
            let mut keys = self.run.nodes.values().filter_map(|n| n.proof_key.as_ref());
            keys.find(|key| jkt.is_some() && fits(key))
        });
        if let Some(key) = known {
            return Ok(Some(key.clone()));
        }
        match jkt.and_then(|jkt| self.directory.key_of(jkt)) {
            Some(key) => Ok(Some(key)),
            None => Err(Failure {
                expected: "RFC 9449 §7.1: a bound token goes with a proof of its key".into(),
                ..Failure::setup(
                    format!(
                        "the token is bound to a key that is not here{}",
                        jkt.map_or_else(String::new, |jkt| format!(
                            " ({})",
                            text::shorten(&text::escape(jkt), 60)
                        ))
                    ),
                    "run the node that gives it again, choose its key for DPoP at this node, or choose none to send it as Bearer all the same",
                )
            }),
        }
    }
}

fn generate() -> Result<Jwk, Failure> {
    crypto::generate(&Alg::Es256, None).map_err(|e| {
        Failure::setup(
            format!("no key could be made for the proofs: {e}"),
            "choose a key of the workspace for DPoP at this node",
        )
    })
}
