//! The faults, a line each: its type, its name, where it is, what it breaks. The code that a fault changes
//! asks `faults.contains(Fault::...)`.

use super::Part;

/// Declares the faults, and from their lines the type with its names.
macro_rules! faults {
    ($($fault:ident $name:literal $part:ident $breaks:literal,)+) => {
        /// A fault that can be switched on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $(
                #[doc = concat!("`", $name, "`: ", $breaks, ".")]
                $fault,
            )+
        }

        impl Fault {
            /// All, in the order in which they are listed.
            pub const ALL: &'static [Self] = &[$(Self::$fault),+];

            /// Its name on the command line and in chain files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$fault => $name,)+
                }
            }

            /// What it breaks.
            pub const fn breaks(self) -> &'static str {
                match self {
                    $(Self::$fault => $breaks,)+
                }
            }

            /// Where.
            pub const fn part(self) -> Part {
                match self {
                    $(Self::$fault => Part::$part,)+
                }
            }
        }
    };
}

faults! {
    ScopeWidened "scope-widened" Exchange "an exchange grants scopes that the subject token does not have (DG-401)",
    MayActIgnored "may-act-ignored" Exchange "an exchange accepts an actor that may_act does not name (DG-410)",
    LifetimeExtended "lifetime-extended" Exchange "an exchanged token outlives its subject token (DG-501)",
    ActFlattened "act-flattened" Exchange "prior actors are dropped from act (DG-405)",
    SignatureIgnored "signature-ignored" Resource "resource servers do not check signatures",
    AlgNoneAccepted "alg-none-accepted" Resource "resource servers take tokens whose alg is none, in any case of letters",
    KeyConfusion "key-confusion" Resource "resource servers take HS256 with the bytes of their public key as the secret",
    JwkTrusted "jwk-trusted" Resource "resource servers verify with the key that the header brings in jwk",
    X5cTrusted "x5c-trusted" Resource "resource servers verify with the certificate that the header brings in x5c, whoever signed it",
    CritIgnored "crit-ignored" Resource "resource servers pass over crit",
    TypIgnored "typ-ignored" Resource "resource servers take tokens of any typ",
    ExpiryIgnored "expiry-ignored" Resource "resource servers do not look at exp",
    AudienceIgnored "audience-ignored" Resource "resource servers take tokens for others",
    IssuerIgnored "issuer-ignored" Resource "resource servers take tokens of any iss",
    AlgChosen "alg-chosen" Resource "resource servers verify under whatever algorithm the header names",
    SecretWeak "secret-weak" Resource "tokens are signed with HS256, and the secret is the word `secret`",
    BindingDropped "binding-dropped" Exchange "an exchange issues an unbound token though the request proves a key (DG-602)",
    SubjectKeyIgnored "subject-key-ignored" Exchange "an exchange takes bound tokens without a proof of their keys",
    ActorIgnored "actor-ignored" Exchange "an exchange does not ask whose token the actor token is",
    ClientProofIgnored "client-proof-ignored" Exchange "an exchange takes the name of a confidential client for its proof",
    DpopBearerAccepted "dpop-bearer-accepted" Proof "resource servers take bound tokens as Bearer, without a proof",
    DpopSignatureIgnored "dpop-signature-ignored" Proof "resource servers do not check the signature of DPoP proofs",
    DpopTypIgnored "dpop-typ-ignored" Proof "resource servers take proofs of any typ",
    DpopAlgIgnored "dpop-alg-ignored" Proof "resource servers take proofs of any alg, unsigned ones as well",
    DpopKeyIgnored "dpop-key-ignored" Proof "resource servers take proofs by any key",
    DpopHtmIgnored "dpop-htm-ignored" Proof "resource servers do not compare htm of a proof with the method",
    DpopHtuIgnored "dpop-htu-ignored" Proof "resource servers do not compare htu of a proof with the address",
    DpopAthIgnored "dpop-ath-ignored" Proof "resource servers do not compare ath of a proof with the token",
    DpopIatIgnored "dpop-iat-ignored" Proof "resource servers take proofs of any age",
    DpopReplayAccepted "dpop-replay-accepted" Proof "resource servers take a proof more than once",
    DpopNonceDemanded "dpop-nonce-demanded" Option "no fault but an option: token endpoint and resource servers ask for a nonce in each DPoP proof",
    SignsRs256 "signs-rs256" Option "no fault but an option: tokens are signed with RS256",
    SignsPs256 "signs-ps256" Option "no fault but an option: tokens are signed with PS256",
    SignsHs256 "signs-hs256" Option "no fault but an option: tokens are signed with HS256, with a secret that the resource servers share",
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde_json::{Value, json};

    use super::{
        super::{
            Faults,
            stage::{NOW, Stage, key, unsigned},
        },
        Fault,
    };
    use crate::{
        jose::{Alg, Jwk, b64, pem, secret},
        oauth::{dpop, token_type},
    };

    /// A scene for each fault: what is seen in it differs between a sound server and one with the fault.
    fn scene(fault: Fault, stage: &mut Stage) -> Value {
        let none = json!({});
        match fault {
            Fault::ScopeWidened => {
                let subject = stage.token(&none, &json!({ "scope": "documents:read" }));
                stage.exchange(&subject, &[("audience", "documents-api")])["scope"].clone()
            }
            Fault::MayActIgnored => {
                let subject = stage.token(&none, &json!({ "may_act": { "sub": "planner" } }));
                stage.exchange(&subject, &[])["claims"]["act"].clone()
            }
            Fault::LifetimeExtended => {
                let subject = stage.token(&none, &none);
                stage.exchange(&subject, &[])["expires_in"].clone()
            }
            Fault::ActFlattened => {
                let planner = json!({ "iss": stage.realm.issuer, "sub": "planner" });
                let subject = stage.token(&none, &json!({ "act": planner }));
                stage.exchange(&subject, &[])["claims"]["act"].clone()
            }
            Fault::SignatureIgnored => {
                let token = stage.token(&none, &none);
                let (signed, signature) = token.rsplit_once('.').unwrap();
                let zeros = b64::encode(vec![0; b64::decode(signature).unwrap().len()]);
                stage.takes(&format!("{signed}.{zeros}")).into()
            }
            Fault::AlgNoneAccepted => {
                let header = json!({ "typ": "at+jwt", "alg": "none" });
                stage.takes(&unsigned(&header, &stage.claims(&none))).into()
            }
            Fault::KeyConfusion => {
                let Some(public) = stage.realm.public_key() else {
                    return false.into();
                };
                let public = pem::write(public).unwrap();
                let hmac = secret::key(public.as_bytes(), "HS256").unwrap();
                let token = stage.token_by(&hmac, &Alg::Hs256, &none, &none);
                stage.takes(&token).into()
            }
            Fault::JwkTrusted => {
                let key = key();
                let jwk = Value::Object(key.public().unwrap().0);
                let token = stage.token_by(&key, &Alg::Es256, &json!({ "jwk": jwk }), &none);
                stage.takes(&token).into()
            }
            Fault::X5cTrusted => {
                let key = key();
                let der = STANDARD.encode(pem::spki_der(&key.public().unwrap()).unwrap());
                let token = stage.token_by(&key, &Alg::Es256, &json!({ "x5c": [der] }), &none);
                stage.takes(&token).into()
            }
            Fault::CritIgnored => {
                let token = stage.token(&json!({ "crit": ["x"], "x": 1 }), &none);
                stage.takes(&token).into()
            }
            Fault::TypIgnored => {
                let token = stage.token(&json!({ "typ": "JWT" }), &none);
                stage.takes(&token).into()
            }
            Fault::ExpiryIgnored => {
                let token = stage.token(&none, &json!({ "exp": NOW - 1 }));
                stage.takes(&token).into()
            }
            Fault::AudienceIgnored => {
                let token = stage.token(&none, &json!({ "aud": "documents-api" }));
                stage.takes(&token).into()
            }
            Fault::IssuerIgnored => {
                let token = stage.token(&none, &json!({ "iss": "https://other.example" }));
                stage.takes(&token).into()
            }
            Fault::AlgChosen => {
                let mut key = stage.realm.key.clone();
                key.0.shift_remove("alg");
                let token = stage.token_by(&key, &Alg::Rs384, &none, &none);
                stage.takes(&token).into()
            }
            Fault::SecretWeak => {
                let word = Jwk(serde_json::Map::from_iter([
                    ("kty".to_owned(), "oct".into()),
                    ("k".to_owned(), b64::encode("secret").into()),
                ]));
                let token = stage.token_by(&word, &Alg::Hs256, &none, &none);
                stage.takes(&token).into()
            }
            Fault::BindingDropped => {
                let subject = stage.token(&none, &none);
                let answer = stage.exchange_by(Some(&key()), &subject, &[]);
                json!([answer["token_type"], answer["claims"].get("cnf").is_some()])
            }
            Fault::SubjectKeyIgnored => {
                let (subject, _) = stage.bound();
                stage.exchange(&subject, &[])["token_type"].clone()
            }
            Fault::ActorIgnored => {
                let subject = stage.token(&none, &none);
                let other = json!({ "sub": "planner", "client_id": "planner" });
                let fields = [
                    ("actor_token", &*stage.token(&none, &other)),
                    ("actor_token_type", token_type::ACCESS_TOKEN),
                ];
                stage.exchange(&subject, &fields)["claims"]["act"].clone()
            }
            Fault::ClientProofIgnored => {
                let subject = stage.token(&none, &none);
                let unproven = [("client_secret", "")];
                stage.exchange(&subject, &unproven)["claims"]["client_id"].clone()
            }
            Fault::DpopBearerAccepted => {
                let (token, _) = stage.bound();
                stage.takes(&token).into()
            }
            Fault::DpopSignatureIgnored => stage.takes_proof(|proof| proof.key = key()).into(),
            Fault::DpopTypIgnored => {
                let change = |proof: &mut dpop::Draft| proof.header["typ"] = "JWT".into();
                stage.takes_proof(change).into()
            }
            Fault::DpopAlgIgnored => {
                let (token, mut proof) = stage.bound();
                proof.header.insert("alg".into(), "none".into());
                let proof = unsigned(&Value::Object(proof.header), &Value::Object(proof.claims));
                stage.takes_with("DPoP", &token, &[&proof]).into()
            }
            Fault::DpopKeyIgnored => stage
                .takes_proof(|proof| {
                    proof.key = key();
                    proof.header["jwk"] = Value::Object(dpop::shown(&proof.key).unwrap().0);
                })
                .into(),
            Fault::DpopHtmIgnored => {
                let change = |proof: &mut dpop::Draft| proof.claims["htm"] = "PUT".into();
                stage.takes_proof(change).into()
            }
            Fault::DpopHtuIgnored => {
                let change = |proof: &mut dpop::Draft| proof.claims["htu"] = "http://x/".into();
                stage.takes_proof(change).into()
            }
            Fault::DpopAthIgnored => {
                let change = |proof: &mut dpop::Draft| proof.claims["ath"] = "x".into();
                stage.takes_proof(change).into()
            }
            Fault::DpopIatIgnored => {
                let change = |proof: &mut dpop::Draft| proof.claims["iat"] = 1.into();
                stage.takes_proof(change).into()
            }
            Fault::DpopReplayAccepted => {
                let (token, proof) = stage.bound();
                let proof = proof.sign().unwrap();
                let twice = [(); 2].map(|()| stage.takes_with("DPoP", &token, &[&proof]));
                json!(twice)
            }
            Fault::DpopNonceDemanded => {
                let change = |proof: &mut dpop::Draft| _ = proof.claims.remove("nonce");
                stage.takes_proof(change).into()
            }
            Fault::SignsRs256 => stage.signs_with("RS256").into(),
            Fault::SignsPs256 => stage.signs_with("PS256").into(),
            Fault::SignsHs256 => stage.signs_with("HS256").into(),
        }
    }

    /// Faults that a scene needs beside its own.
    fn beside(fault: Fault) -> Faults {
        match fault {
            // A curve has one algorithm; an RSA key has several to choose from.
            Fault::AlgChosen => Faults::from([Fault::SignsRs256]),
            _ => Faults::NONE,
        }
    }

    /// Whether a fault shows in the scene of another as well.
    fn includes(fault: Fault, other: Fault) -> bool {
        match fault {
            Fault::SignatureIgnored => matches!(other, Fault::JwkTrusted | Fault::X5cTrusted),
            Fault::SecretWeak => other == Fault::SignsHs256,
            _ => false,
        }
    }

    #[test]
    fn each_fault_shows_in_its_scene_and_no_other_does() {
        for &fault in Fault::ALL {
            let seen = |faults: &Faults| scene(fault, &mut Stage::with(faults));
            let with = |other: Fault| {
                let mut faults = beside(fault);
                faults.insert(other);
                faults
            };
            let sound = seen(&beside(fault));
            assert_ne!(seen(&with(fault)), sound, "{} does not show", fault.name());
            for &other in Fault::ALL {
                let faults = with(other);
                if other != fault && !includes(other, fault) && faults.check().is_ok() {
                    let [fault, other] = [fault, other].map(Fault::name);
                    assert_eq!(seen(&faults), sound, "{other} shows where {fault} is");
                }
            }
        }
    }
}
