//! Identifiers of things in a workspace: short, stable, friendly to a line-based diff.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An identifier that is not of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not an identifier of the form {prefix}NUMBER")]
pub struct IdError {
    found: String,
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(|n| n.parse().ok())
                    .map(Self)
                    .ok_or_else(|| IdError { found: text.chars().take(40).collect(), prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A token in the tray.
    TokenId, "t"
);
id!(
    /// A key in the tray.
    KeyId, "k"
);
id!(
    /// A chain in the workspace.
    ChainId, "c"
);
id!(
    /// A configured authorization server.
    ServerId, "s"
);
id!(
    /// A client registered at a configured authorization server.
    ClientRef, "cl"
);
id!(
    /// A target of forgeries.
    TargetId, "ft"
);
id!(
    /// A header of a target.
    HeaderRef, "h"
);
id!(
    /// Work that runs off the frame.
    JobId, "j"
);

/// Hands out numbers, never the same twice. Lives outside the undo history, so that an undone
/// command cannot make two things share an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ids(u32);

impl Default for Ids {
    fn default() -> Self {
        Self(1)
    }
}

impl Ids {
    /// The next unused number.
    pub fn allot(&mut self) -> u32 {
        let n = self.0;
        self.0 = self.0.saturating_add(1);
        n
    }

    /// The highest number that was handed out or reserved.
    pub fn used(self) -> u32 {
        self.0.saturating_sub(1)
    }

    /// Makes sure that numbers up to and including `used` are never handed out again.
    pub fn reserve(&mut self, used: u32) {
        self.0 = self.0.max(used.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusal() {
        assert_eq!("t12".parse::<TokenId>().unwrap(), TokenId(12));
        assert_eq!(TokenId(12).to_string(), "t12");
        assert!("k12".parse::<TokenId>().is_err());
        assert!("t".parse::<TokenId>().is_err());
    }

    #[test]
    fn never_twice() {
        let mut ids = Ids::default();
        let a = ids.allot();
        ids.reserve(a + 5);
        assert_eq!(ids.allot(), a + 6);
    }
}
