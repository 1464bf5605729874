//! What a scene needs that shows a fault: a server without a socket, tokens of it, and who asks.

use std::sync::LazyLock;

use serde_json::{Value, json};
use url::Url;

use super::{Fault, Faults};
use crate::{
    jose::{Alg, Jwk, b64, crypto, jws::Compact},
    kit::{
        Env,
        clock::Timestamp,
        rng::{self, SystemRng},
    },
    oauth::{
        client_auth::{Client, Credential},
        dpop::{About, Draft},
        token_type,
    },
    practice::{
        exchange,
        form::Form,
        memory::{Memory, NonceGiver},
        proof,
        realm::Realm,
        resource,
        server::{Request, Server},
        token,
    },
    token::craft,
};

/// The moment of every scene.
pub(super) const NOW: i64 = 1_800_000_000;

const HOST: &str = "127.0.0.1:1";
const ACCOUNTS: &str = "/resources/accounts-api";

/// A server with its faults.
pub(super) struct Stage {
    pub(super) realm: &'static Realm,
    clients: &'static [Client],
    faults: Faults,
    memory: Memory,
}

/// A realm and its clients.
type Known = (Realm, Vec<Client>);

impl Stage {
    /// A server with these faults. Keys are made once for each way to sign, for RSA keys take long.
    pub(super) fn with(faults: &Faults) -> Self {
        static KNOWN: LazyLock<Vec<(Faults, Known)>> = LazyLock::new(|| {
            let ways = [
                Fault::SignsRs256,
                Fault::SignsPs256,
                Fault::SignsHs256,
                Fault::SecretWeak,
            ];
            let ways = ways.map(|way| Faults::from([way]));
            ways.into_iter()
                .chain([Faults::NONE])
                .map(|way| {
                    let issuer = format!("http://{HOST}");
                    let known = Realm::new(issuer, &way, &SystemRng).unwrap();
                    (way, known)
                })
                .collect()
        });
        let signing = |way: &Faults| {
            let weak = way.contains(Fault::SecretWeak);
            (way.alg(), weak)
        };
        let known = KNOWN
            .iter()
            .find(|(way, _)| signing(way) == signing(faults));
        let (_, (realm, clients)) = known.unwrap();
        Self {
            realm,
            clients,
            faults: faults.clone(),
            memory: Memory::default(),
        }
    }

    fn server(&mut self) -> Server<'_> {
        Server {
            realm: self.realm,
            faults: &self.faults,
            memory: &mut self.memory,
            now: NOW,
            rng: &SystemRng,
        }
    }

    /// Claims of a user's token for the accounts server, changed; `null` removes.
    pub(super) fn claims(&self, changes: &Value) -> Value {
        let mut claims = json!({
            "iss": self.realm.issuer, "sub": "alice", "aud": "accounts-api", "client_id": "workbench",
            "exp": NOW + 60, "iat": NOW, "jti": rng::token(&SystemRng, 8), "scope": "accounts:read",
        });
        change(&mut claims, changes);
        claims
    }

    /// A token with these changes, signed by the server.
    pub(super) fn token(&self, header: &Value, claims: &Value) -> String {
        let (key, alg) = (&self.realm.key, &self.realm.alg);
        self.token_by(key, alg, header, claims)
    }

    /// A token with these changes, signed by a key.
    pub(super) fn token_by(&self, key: &Jwk, alg: &Alg, header: &Value, claims: &Value) -> String {
        let mut whole = json!({ "typ": "at+jwt" });
        change(&mut whole, header);
        craft::mint(&whole, &self.claims(claims), key, alg).unwrap()
    }

    /// Whether the accounts server takes a token.
    pub(super) fn takes(&mut self, token: &str) -> bool {
        self.takes_with("Bearer", token, &[])
    }

    /// Whether it takes one by a scheme with proofs.
    pub(super) fn takes_with(&mut self, scheme: &str, token: &str, proofs: &[&str]) -> bool {
        let authorization = format!("{scheme} {token}");
        let request = Request {
            method: "GET",
            host: HOST,
            path: ACCOUNTS,
            query: "",
            authorization: vec![authorization.as_bytes()],
            proofs: proofs.to_vec(),
        };
        resource::answer(&mut self.server(), "accounts-api", &request).status == 200
    }

    /// Whether it takes a bound token with a proof that was changed.
    pub(super) fn takes_proof(&mut self, change: impl FnOnce(&mut Draft)) -> bool {
        let (token, mut draft) = self.bound();
        change(&mut draft);
        let proof = draft.sign().unwrap();
        self.takes_with("DPoP", &token, &[&proof])
    }

    /// A bound token, and a good proof for it.
    pub(super) fn bound(&mut self) -> (String, Draft) {
        let key = key();
        let cnf = json!({ "cnf": { "jkt": key.thumbprint().unwrap() } });
        let token = self.token(&json!({}), &cnf);
        let nonces = proof::nonces(&mut self.server(), NonceGiver::Resource);
        let draft = draft(&key, ("GET", ACCOUNTS), Some(&token), &nonces);
        (token, draft)
    }

    /// Whether what it issues is signed with an algorithm.
    pub(super) fn signs_with(&mut self, alg: &str) -> bool {
        let subject = self.token(&json!({}), &json!({}));
        self.exchange(&subject, &[])["header"]["alg"] == alg
    }

    /// The answer to an exchange by a client with a secret, with the claims of the token in it; or the
    /// error code. Fields are added and replaced; an empty one is left out.
    pub(super) fn exchange(&mut self, subject: &str, fields: &[(&str, &str)]) -> Value {
        self.exchange_by(None, subject, fields)
    }

    /// The same with a proof of a key.
    pub(super) fn exchange_by(
        &mut self,
        key: Option<&Jwk>,
        subject: &str,
        fields: &[(&str, &str)],
    ) -> Value {
        let reporter = self.clients.iter().find(|c| c.client_id == "reporter");
        let Credential::Secret(secret) = &reporter.unwrap().credential else {
            panic!("the reporter has a secret");
        };
        let mut all = vec![
            ("grant_type", exchange::GRANT_TYPE),
            ("client_id", "reporter"),
            ("client_secret", secret.expose()),
            ("subject_token", subject),
            ("subject_token_type", token_type::ACCESS_TOKEN),
        ];
        all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
        all.extend(fields);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(all);
        let form = Form::read(form.finish().as_bytes()).unwrap();
        let mut server = self.server();
        let nonces = proof::nonces(&mut server, NonceGiver::Token);
        let proof = key.map(|key| {
            draft(key, ("POST", "/token"), None, &nonces)
                .sign()
                .unwrap()
        });
        let request = Request {
            method: "POST",
            host: HOST,
            path: "/token",
            proofs: proof.iter().map(String::as_str).collect(),
            ..Request::default()
        };
        match token::answer(&mut server, &request, &form, &nonces) {
            Ok(given) => {
                let mut body = given.body;
                let (header, claims) = parts(body["access_token"].as_str().unwrap());
                body["header"] = header;
                body["claims"] = claims;
                body
            }
            Err(refusal) => refusal.code.into(),
        }
    }
}

/// A new key of somebody's.
pub(super) fn key() -> Jwk {
    crypto::generate(&Alg::Es256, None).unwrap()
}

/// A token without a signature.
pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|part| b64::encode(part.to_string()));
    format!("{header}.{claims}.")
}

fn draft(key: &Jwk, (method, path): (&str, &str), token: Option<&str>, nonces: &[String]) -> Draft {
    let env = Env {
        now: Timestamp::from_second(NOW).unwrap(),
        rng: std::sync::Arc::new(SystemRng),
    };
    let about = About {
        method,
        url: &Url::parse(&format!("http://{HOST}{path}")).unwrap(),
        token,
        nonce: nonces.first().map(String::as_str),
    };
    Draft::new(key, &about, &env).unwrap()
}

fn parts(token: &str) -> (Value, Value) {
    let parts = Compact::split(token).unwrap();
    let read = |part| serde_json::from_slice(&b64::decode(part).unwrap()).unwrap();
    (read(parts.header), read(parts.payload))
}

fn change(members: &mut Value, changes: &Value) {
    let members = members.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
}
