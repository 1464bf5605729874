//! Faults that can be switched on, so that there is something to find.

mod list;
#[cfg(test)]
mod stage;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    jose::Alg,
    kit::text::{escape, shorten},
};

pub use list::Fault;

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

impl Fault {
    /// The fault of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }

    /// The names of all, for error messages.
    pub fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|fault| fault.name()).collect();
        names.join(", ")
    }
}

/// A set of faults, in the order of their names: what a server has, or is asked for. Each fault changes
/// one decision and nothing else. In files it is the list of the names. A name that is no fault here is
/// kept, so that a file of another version loses nothing; no server starts with it ([`Self::check`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Faults(BTreeSet<Entry>);

/// A fault, or a name that is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Entry {
    Known(Fault),
    Unknown(String),
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Known(fault) => fault.name(),
            Self::Unknown(name) => name,
        }
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Why a server cannot have these faults. A sentence each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultsError {
    /// No fault has this name; those that exist are named.
    #[error(
        "The practice server has no fault `{}`. Faults are: {}.",
        escape(&shorten(.0, 60)),
        Fault::names()
    )]
    Unknown(String),
    /// Faults that each ask for another algorithm.
    #[error(
        "The practice server signs with one algorithm: choose one of signs-rs256, signs-ps256 and signs-hs256 (which secret-weak implies)."
    )]
    SeveralAlgorithms,
}

impl Faults {
    /// None: a sound server.
    pub const NONE: Self = Self(BTreeSet::new());

    /// The set of these names.
    pub fn named<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let entry = |name: &str| match Fault::named(name) {
            Some(fault) => Entry::Known(fault),
            None => Entry::Unknown(name.to_owned()),
        };
        Self(names.into_iter().map(|n| entry(n.as_ref())).collect())
    }

    /// Whether a fault is on.
    pub fn contains(&self, fault: Fault) -> bool {
        self.0.contains(&Entry::Known(fault))
    }

    /// Switches a fault on.
    pub fn insert(&mut self, fault: Fault) {
        self.0.insert(Entry::Known(fault));
    }

    /// Switches a fault off.
    pub fn remove(&mut self, fault: Fault) {
        self.0.remove(&Entry::Known(fault));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Their names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Entry::name)
    }

    /// Whether a server can have them.
    pub fn check(&self) -> Result<(), FaultsError> {
        let unknown = self
            .0
            .iter()
            .find(|entry| matches!(entry, Entry::Unknown(_)));
        if let Some(entry) = unknown {
            return Err(FaultsError::Unknown(entry.name().to_owned()));
        }
        let hmac = self.contains(Fault::SignsHs256) || self.contains(Fault::SecretWeak);
        let rs256 = self.contains(Fault::SignsRs256);
        let ps256 = self.contains(Fault::SignsPs256);
        if [rs256, ps256, hmac].iter().filter(|on| **on).count() > 1 {
            return Err(FaultsError::SeveralAlgorithms);
        }
        Ok(())
    }

    /// The algorithm that tokens are signed with.
    pub fn alg(&self) -> Alg {
        if self.contains(Fault::SignsRs256) {
            Alg::Rs256
        } else if self.contains(Fault::SignsPs256) {
            Alg::Ps256
        } else if self.contains(Fault::SignsHs256) || self.contains(Fault::SecretWeak) {
            Alg::Hs256
        } else {
            Alg::Es256
        }
    }
}

impl<const N: usize> From<[Fault; N]> for Faults {
    fn from(faults: [Fault; N]) -> Self {
        faults.into_iter().collect()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().map(Entry::Known).collect())
    }
}

impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for Faults {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::named(Vec::<String>::deserialize(from)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own_by_which_it_is_found() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(*fault));
            let faults = Faults::named([fault.name()]);
            assert!(faults.contains(*fault) && faults.len() == 1);
            assert_eq!(faults, Faults::from([*fault]));
            assert_eq!(faults.check(), Ok(()));
        }
        let all: Faults = Fault::ALL.iter().copied().collect();
        assert_eq!(all.len(), Fault::ALL.len());
        assert!(all.names().is_sorted());
    }

    #[test]
    fn a_server_signs_with_one_algorithm() {
        let alg = |names: &[&str]| {
            let faults = Faults::named(names);
            faults.check().map(|()| faults.alg())
        };
        assert_eq!(alg(&[]).unwrap(), Alg::Es256);
        assert_eq!(alg(&["signs-ps256"]).unwrap(), Alg::Ps256);
        assert_eq!(alg(&["secret-weak", "signs-hs256"]).unwrap(), Alg::Hs256);
        let error = alg(&["signs-rs256", "secret-weak"]).unwrap_err();
        assert_eq!(error, FaultsError::SeveralAlgorithms);
    }

    #[test]
    fn an_unknown_fault_is_refused_with_the_list_and_kept_in_files() {
        let text = r#"["scope-widened","scope-wide\u202ened"]"#;
        let faults: Faults = serde_json::from_str(text).unwrap();
        assert!(faults.contains(Fault::ScopeWidened));
        let error = faults.check().unwrap_err().to_string();
        for fault in Fault::ALL {
            assert!(error.contains(fault.name()), "{error}");
        }
        assert!(error.contains("\\u{202e}"), "{error}");
        let kept = serde_json::to_value(&faults).unwrap();
        assert_eq!(
            kept,
            serde_json::json!(["scope-widened", "scope-wide\u{202e}ned"])
        );
    }
}
