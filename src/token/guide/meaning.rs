//! What is known of a name: a claim or a header parameter.

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the IANA registry.
    Registered,
    /// In a specification or draft.
    Specified,
    /// A vendor's own.
    Vendor(&'static str),
}

impl Origin {
    /// In words: `registered with IANA`.
    pub fn words(self) -> String {
        match self {
            Self::Registered => "registered with IANA".into(),
            Self::Specified => "named by its specification".into(),
            Self::Vendor(vendor) => format!("{vendor}'s own"),
        }
    }
}

/// What a claim or a header parameter means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Its name.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub says: &'static str,
    /// Who sets it, who must check it.
    pub set_and_checked: &'static str,
    /// Source clause.
    pub source: &'static str,
    /// Where the name comes from.
    pub origin: Origin,
}

pub(super) const fn registered(
    name: &'static str,
    says: &'static str,
    set_and_checked: &'static str,
    source: &'static str,
) -> Meaning {
    Meaning {
        name,
        says,
        set_and_checked,
        source,
        origin: Origin::Registered,
    }
}

pub(super) const fn specified(
    name: &'static str,
    says: &'static str,
    set_and_checked: &'static str,
    source: &'static str,
) -> Meaning {
    Meaning {
        origin: Origin::Specified,
        ..registered(name, says, set_and_checked, source)
    }
}

pub(super) const fn vendor(
    vendor: &'static str,
    name: &'static str,
    says: &'static str,
    set_and_checked: &'static str,
) -> Meaning {
    Meaning {
        origin: Origin::Vendor(vendor),
        ..registered(name, says, set_and_checked, "vendor's")
    }
}
