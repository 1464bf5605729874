//! Faults that can be switched on, so that there is something to find.

use std::collections::BTreeSet;

/// A fault that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Name on the command line and in chain files.
    pub name: &'static str,
    /// What it breaks.
    pub breaks: &'static str,
}

/// Faults, by name.
pub const FAULTS: [Fault; 13] = [
    Fault {
        name: "scope-widened",
        breaks: "an exchange grants scopes that the subject token does not have (DG-401)",
    },
    Fault {
        name: "may-act-ignored",
        breaks: "an exchange accepts an actor that may_act does not name (DG-410)",
    },
    Fault {
        name: "lifetime-extended",
        breaks: "an exchanged token outlives its subject token (DG-501)",
    },
    Fault {
        name: "act-flattened",
        breaks: "prior actors are dropped from act (DG-405)",
    },
    Fault {
        name: "signature-ignored",
        breaks: "resource servers do not check signatures",
    },
    Fault {
        name: "alg-none-accepted",
        breaks: "resource servers take tokens whose alg is none, in any case of letters",
    },
    Fault {
        name: "key-confusion",
        breaks: "resource servers take HS256 with the bytes of their public key as the secret",
    },
    Fault {
        name: "jwk-trusted",
        breaks: "resource servers verify with the key that the header brings in jwk",
    },
    Fault {
        name: "crit-ignored",
        breaks: "resource servers pass over crit",
    },
    Fault {
        name: "typ-ignored",
        breaks: "resource servers take tokens of any typ",
    },
    Fault {
        name: "expiry-ignored",
        breaks: "resource servers do not look at exp",
    },
    Fault {
        name: "audience-ignored",
        breaks: "resource servers take tokens for others",
    },
    Fault {
        name: "issuer-ignored",
        breaks: "resource servers take tokens of any iss",
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
                "crit-ignored" => faults.crit_ignored = true,
                "typ-ignored" => faults.typ_ignored = true,
                "expiry-ignored" => faults.expiry_ignored = true,
                "audience-ignored" => faults.audience_ignored = true,
                "issuer-ignored" => faults.issuer_ignored = true,
                other => {
                    return Err(format!(
                        "The practice server has no fault `{}`. Faults are: {}.",
                        crate::kit::text::escape(&crate::kit::text::shorten(other, 60)),
                        FAULTS.map(|f| f.name).join(", ")
                    ));
                }
            }
        }
        Ok(faults)
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
    fn an_unknown_fault_is_refused_with_the_list() {
        let error = Faults::named(&BTreeSet::from(["scope-wide\u{202e}ned".into()])).unwrap_err();
        for fault in FAULTS {
            assert!(error.contains(fault.name), "{error}");
        }
        assert!(error.contains("\\u{202e}"), "{error}");
    }
}
