//! Faults that can be switched on, so that there is something to find.

use std::collections::BTreeSet;

use crate::jose::Alg;

/// A fault that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Name on the command line and in chain files.
    pub name: &'static str,
    /// What it breaks.
    pub breaks: &'static str,
    /// Where.
    pub at: Part,
}

/// What a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the token endpoint decides.
    Exchange,
    /// How resource servers look at tokens.
    Resource,
    /// How resource servers look at proofs of possession.
    Proof,
    /// No fault: another kind of server.
    Option,
}

impl Part {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Resource, Self::Exchange, Self::Proof, Self::Option];

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Exchange => "Token exchange",
            Self::Resource => "Resource servers",
            Self::Proof => "Proofs of possession",
            Self::Option => "Options",
        }
    }
}

/// Faults, by name, and options that are none.
pub const FAULTS: [Fault; 33] = [
    Fault {
        name: "scope-widened",
        breaks: "an exchange grants scopes that the subject token does not have (DG-401)",
        at: Part::Exchange,
    },
    Fault {
        name: "may-act-ignored",
        breaks: "an exchange accepts an actor that may_act does not name (DG-410)",
        at: Part::Exchange,
    },
    Fault {
        name: "lifetime-extended",
        breaks: "an exchanged token outlives its subject token (DG-501)",
        at: Part::Exchange,
    },
    Fault {
        name: "act-flattened",
        breaks: "prior actors are dropped from act (DG-405)",
        at: Part::Exchange,
    },
    Fault {
        name: "signature-ignored",
        breaks: "resource servers do not check signatures",
        at: Part::Resource,
    },
    Fault {
        name: "alg-none-accepted",
        breaks: "resource servers take tokens whose alg is none, in any case of letters",
        at: Part::Resource,
    },
    Fault {
        name: "key-confusion",
        breaks: "resource servers take HS256 with the bytes of their public key as the secret",
        at: Part::Resource,
    },
    Fault {
        name: "jwk-trusted",
        breaks: "resource servers verify with the key that the header brings in jwk",
        at: Part::Resource,
    },
    Fault {
        name: "x5c-trusted",
        breaks: "resource servers verify with the certificate that the header brings in x5c, whoever signed it",
        at: Part::Resource,
    },
    Fault {
        name: "crit-ignored",
        breaks: "resource servers pass over crit",
        at: Part::Resource,
    },
    Fault {
        name: "typ-ignored",
        breaks: "resource servers take tokens of any typ",
        at: Part::Resource,
    },
    Fault {
        name: "expiry-ignored",
        breaks: "resource servers do not look at exp",
        at: Part::Resource,
    },
    Fault {
        name: "audience-ignored",
        breaks: "resource servers take tokens for others",
        at: Part::Resource,
    },
    Fault {
        name: "issuer-ignored",
        breaks: "resource servers take tokens of any iss",
        at: Part::Resource,
    },
    Fault {
        name: "alg-chosen",
        breaks: "resource servers verify under whatever algorithm the header names",
        at: Part::Resource,
    },
    Fault {
        name: "secret-weak",
        breaks: "tokens are signed with HS256, and the secret is the word `secret`",
        at: Part::Resource,
    },
    Fault {
        name: "binding-dropped",
        breaks: "an exchange issues an unbound token though the request proves a key (DG-602)",
        at: Part::Exchange,
    },
    Fault {
        name: "subject-key-ignored",
        breaks: "an exchange takes bound tokens without a proof of their keys",
        at: Part::Exchange,
    },
    Fault {
        name: "actor-ignored",
        breaks: "an exchange does not ask whose token the actor token is",
        at: Part::Exchange,
    },
    Fault {
        name: "dpop-bearer-accepted",
        breaks: "resource servers take bound tokens as Bearer, without a proof",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-signature-ignored",
        breaks: "resource servers do not check the signature of DPoP proofs",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-typ-ignored",
        breaks: "resource servers take proofs of any typ",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-alg-ignored",
        breaks: "resource servers take proofs of any alg, unsigned ones as well",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-key-ignored",
        breaks: "resource servers take proofs by any key",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-htm-ignored",
        breaks: "resource servers do not compare htm of a proof with the method",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-htu-ignored",
        breaks: "resource servers do not compare htu of a proof with the address",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-ath-ignored",
        breaks: "resource servers do not compare ath of a proof with the token",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-iat-ignored",
        breaks: "resource servers take proofs of any age",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-replay-accepted",
        breaks: "resource servers take a proof more than once",
        at: Part::Proof,
    },
    Fault {
        name: "dpop-nonce-demanded",
        breaks: "no fault but an option: token endpoint and resource servers ask for a nonce in each DPoP proof",
        at: Part::Option,
    },
    Fault {
        name: "signs-rs256",
        breaks: "no fault but an option: tokens are signed with RS256",
        at: Part::Option,
    },
    Fault {
        name: "signs-ps256",
        breaks: "no fault but an option: tokens are signed with PS256",
        at: Part::Option,
    },
    Fault {
        name: "signs-hs256",
        breaks: "no fault but an option: tokens are signed with HS256, with a secret that the resource servers share",
        at: Part::Option,
    },
];

/// The faults that are on. Each changes one decision of an exchange, or one check of the resource
/// servers, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Grants every scope of the target.
    pub scope_widened: bool,
    /// Does not compare the actor with `may_act`.
    pub may_act_ignored: bool,
    /// Takes the lifetime from the policy alone, and a long one.
    pub lifetime_extended: bool,
    /// Writes the current actor only.
    pub act_flattened: bool,
    /// Resource servers: any signature will do.
    pub signature_ignored: bool,
    /// Resource servers: `alg: none` will do.
    pub alg_none_accepted: bool,
    /// Resource servers: an HMAC with the public key will do.
    pub key_confusion: bool,
    /// Resource servers: the header's own key decides.
    pub jwk_trusted: bool,
    /// Resource servers: the header's own certificate decides.
    pub x5c_trusted: bool,
    /// Resource servers: `crit` is passed over.
    pub crit_ignored: bool,
    /// Resource servers: any `typ` will do.
    pub typ_ignored: bool,
    /// Resource servers: `exp` is not looked at.
    pub expiry_ignored: bool,
    /// Resource servers: any `aud` will do.
    pub audience_ignored: bool,
    /// Resource servers: any `iss` will do.
    pub issuer_ignored: bool,
    /// An exchange binds nothing.
    pub binding_dropped: bool,
    /// An exchange does not ask for the keys of bound tokens.
    pub subject_key_ignored: bool,
    /// An exchange does not compare the actor token with who asks.
    pub actor_ignored: bool,
    /// Resource servers: a bound token goes as Bearer.
    pub dpop_bearer_accepted: bool,
    /// Resource servers: any signature of a proof will do.
    pub dpop_signature_ignored: bool,
    /// Resource servers: any `typ` of a proof will do.
    pub dpop_typ_ignored: bool,
    /// Resource servers: any `alg` of a proof will do.
    pub dpop_alg_ignored: bool,
    /// Resource servers: a proof by any key will do.
    pub dpop_key_ignored: bool,
    /// Resource servers: any `htm` will do.
    pub dpop_htm_ignored: bool,
    /// Resource servers: any `htu` will do.
    pub dpop_htu_ignored: bool,
    /// Resource servers: any `ath` will do.
    pub dpop_ath_ignored: bool,
    /// Resource servers: any `iat` will do.
    pub dpop_iat_ignored: bool,
    /// Resource servers: a proof is good twice.
    pub dpop_replay_accepted: bool,
    /// Proofs need a nonce of the server (RFC 9449 §8, §9).
    pub dpop_nonce_demanded: bool,
    /// Resource servers: the header's algorithm decides.
    pub alg_chosen: bool,
    /// The secret of HS256 is a well-known word.
    pub secret_weak: bool,
    /// Tokens are signed with RS256.
    pub signs_rs256: bool,
    /// Tokens are signed with PS256.
    pub signs_ps256: bool,
    /// Tokens are signed with HS256.
    pub signs_hs256: bool,
}

impl Faults {
    /// The faults of these names. The error names those that exist.
    pub fn named(names: &BTreeSet<String>) -> Result<Self, String> {
        let mut faults = Self::default();
        for name in names {
            match name.as_str() {
                "scope-widened" => faults.scope_widened = true,
                "may-act-ignored" => faults.may_act_ignored = true,
                "lifetime-extended" => faults.lifetime_extended = true,
                "act-flattened" => faults.act_flattened = true,
                "signature-ignored" => faults.signature_ignored = true,
                "alg-none-accepted" => faults.alg_none_accepted = true,
                "key-confusion" => faults.key_confusion = true,
                "jwk-trusted" => faults.jwk_trusted = true,
                "x5c-trusted" => faults.x5c_trusted = true,
                "crit-ignored" => faults.crit_ignored = true,
                "typ-ignored" => faults.typ_ignored = true,
                "expiry-ignored" => faults.expiry_ignored = true,
                "audience-ignored" => faults.audience_ignored = true,
                "issuer-ignored" => faults.issuer_ignored = true,
                "binding-dropped" => faults.binding_dropped = true,
                "subject-key-ignored" => faults.subject_key_ignored = true,
                "actor-ignored" => faults.actor_ignored = true,
                "dpop-typ-ignored" => faults.dpop_typ_ignored = true,
                "dpop-alg-ignored" => faults.dpop_alg_ignored = true,
                "dpop-bearer-accepted" => faults.dpop_bearer_accepted = true,
                "dpop-signature-ignored" => faults.dpop_signature_ignored = true,
                "dpop-key-ignored" => faults.dpop_key_ignored = true,
                "dpop-htm-ignored" => faults.dpop_htm_ignored = true,
                "dpop-htu-ignored" => faults.dpop_htu_ignored = true,
                "dpop-ath-ignored" => faults.dpop_ath_ignored = true,
                "dpop-iat-ignored" => faults.dpop_iat_ignored = true,
                "dpop-replay-accepted" => faults.dpop_replay_accepted = true,
                "dpop-nonce-demanded" => faults.dpop_nonce_demanded = true,
                "alg-chosen" => faults.alg_chosen = true,
                "secret-weak" => faults.secret_weak = true,
                "signs-rs256" => faults.signs_rs256 = true,
                "signs-ps256" => faults.signs_ps256 = true,
                "signs-hs256" => faults.signs_hs256 = true,
                other => {
                    return Err(format!(
                        "The practice server has no fault `{}`. Faults are: {}.",
                        crate::kit::text::escape(&crate::kit::text::shorten(other, 60)),
                        FAULTS.map(|f| f.name).join(", ")
                    ));
                }
            }
        }
        let hmac = faults.signs_hs256 || faults.secret_weak;
        if [faults.signs_rs256, faults.signs_ps256, hmac]
            .iter()
            .filter(|on| **on)
            .count()
            > 1
        {
            return Err("The practice server signs with one algorithm: choose one of signs-rs256, signs-ps256 and signs-hs256 (which secret-weak implies).".into());
        }
        Ok(faults)
    }

    /// The algorithm that tokens are signed with.
    pub fn alg(self) -> Alg {
        if self.signs_rs256 {
            Alg::Rs256
        } else if self.signs_ps256 {
            Alg::Ps256
        } else if self.signs_hs256 || self.secret_weak {
            Alg::Hs256
        } else {
            Alg::Es256
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_the_list_can_be_switched_on_and_is_its_own() {
        let mut seen = Vec::new();
        for fault in FAULTS {
            let faults = Faults::named(&BTreeSet::from([fault.name.to_owned()])).unwrap();
            assert_ne!(faults, Faults::default(), "{}", fault.name);
            assert!(!seen.contains(&faults), "{}", fault.name);
            seen.push(faults);
        }
    }

    #[test]
    fn a_server_signs_with_one_algorithm() {
        let named = |names: &[&str]| {
            Faults::named(&names.iter().map(|n| (*n).to_owned()).collect()).map(Faults::alg)
        };
        assert_eq!(named(&[]).unwrap(), Alg::Es256);
        assert_eq!(named(&["signs-ps256"]).unwrap(), Alg::Ps256);
        assert_eq!(named(&["secret-weak", "signs-hs256"]).unwrap(), Alg::Hs256);
        let error = named(&["signs-rs256", "secret-weak"]).unwrap_err();
        assert!(error.contains("signs with one algorithm"), "{error}");
    }

    #[test]
    fn an_unknown_fault_is_refused_with_the_list() {
        let error = Faults::named(&BTreeSet::from(["scope-wide\u{202e}ned".into()])).unwrap_err();
        for fault in FAULTS {
            assert!(error.contains(fault.name), "{error}");
        }
        assert!(error.contains("\\u{202e}"), "{error}");
    }
}
