//! The field guide: what every claim and header parameter means, who sets it, who must check it,
//! by clause; and for each kind of token what it must hold, may hold, must not hold.

mod claims;
mod families;
mod kinds;
mod members;
mod parameters;
mod vendors;

use super::{Kind, Token, craft::Part};

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

const fn registered(
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

const fn specified(
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

const fn vendor(
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

/// Every claim that is known, the registered ones first.
pub fn claims() -> impl Iterator<Item = &'static Meaning> {
    claims::CLAIMS
        .iter()
        .chain(families::CLAIMS)
        .chain(vendors::CLAIMS)
}

/// Every header parameter that is known.
pub fn parameters() -> impl Iterator<Item = &'static Meaning> {
    parameters::PARAMETERS.iter()
}

/// What the claim `name` means; `None` when it is not known here.
pub fn claim(name: &str) -> Option<&'static Meaning> {
    claims().find(|m| m.name == name)
}

/// What the header parameter `name` means; a claim that is replicated there (RFC 7519 §5.3) as well.
pub fn parameter(name: &str) -> Option<&'static Meaning> {
    parameters().find(|m| m.name == name)
}

/// What a member of a part means, by its JSON Pointer: `/act/sub`, `/cnf/jkt`. A member without a
/// meaning of its own has that of the nearest one around it.
pub fn member(part: Part, pointer: &str) -> Option<&'static Meaning> {
    let names: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .collect();
    let (first, inner) = names.split_first()?;
    // The innermost name that means something inside its claim; array places are stepped over.
    let inside = inner
        .iter()
        .rev()
        .find_map(|name| members::inside(first, name));
    inside.or_else(|| match part {
        Part::Header | Part::HeaderOf(_) => parameter(first),
        Part::Payload => claim(first),
    })
}

/// What a kind of token is.
#[derive(Debug, Clone, Copy)]
pub struct KindGuide {
    /// The kind.
    pub kind: Kind,
    /// What it is, in a sentence or two.
    pub says: &'static str,
    /// Who makes it, how it travels.
    pub issued: &'static str,
    /// Who must check it, and what first.
    pub checked: &'static str,
    /// Source.
    pub source: &'static str,
    /// What it must hold, may hold, must not hold.
    pub demands: &'static [Demand],
}

/// How much a member is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Must be there.
    Required,
    /// Should be there.
    Recommended,
    /// May be there.
    Optional,
    /// Should not be there.
    Discouraged,
    /// Must not be there.
    Forbidden,
}

impl Level {
    /// `required`, `recommended`, `optional`, `should not be there`, `must not be there`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
            Self::Optional => "optional",
            Self::Discouraged => "should not be there",
            Self::Forbidden => "must not be there",
        }
    }
}

/// What a kind of token asks of one member.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// Header or payload.
    pub part: Part,
    /// The member; several with `|` between them: one of them.
    pub name: &'static str,
    /// How much it is wanted.
    pub level: Level,
    /// The value that it must have; of a header's `typ` compared as a media type.
    pub value: Option<&'static str>,
    /// When it is wanted, where that depends.
    pub when: &'static str,
    /// Source clause.
    pub source: &'static str,
}

/// How a token stands to a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There, as it may be.
    Present,
    /// There, with another value than it must have.
    Wrong,
    /// Not there, although it must be.
    Missing,
    /// Not there, although it should be.
    Advised,
    /// Not there, and need not be.
    Absent,
    /// There, although it should not be.
    Unwanted,
    /// There, although it must not be.
    Forbidden,
}

impl Standing {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Wrong => "wrong_value",
            Self::Missing => "missing",
            Self::Advised => "advised",
            Self::Absent => "absent",
            Self::Unwanted => "unwanted",
            Self::Forbidden => "forbidden",
        }
    }

    /// Whether the token breaks a MUST.
    pub fn breaks(self) -> bool {
        matches!(self, Self::Wrong | Self::Missing | Self::Forbidden)
    }
}

/// What is known of a kind of token.
pub fn kind(kind: Kind) -> Option<&'static KindGuide> {
    kinds::guide(kind)
}

/// How `token` stands to each demand of its kind; nothing where nothing can be read.
pub fn checklist(token: &Token) -> Vec<(&'static Demand, Standing)> {
    let Some(guide) = kind(token.kind) else {
        return Vec::new();
    };
    guide
        .demands
        .iter()
        .filter(|d| match d.part {
            Part::Header | Part::HeaderOf(_) => token.header.is_some(),
            Part::Payload => token.claims.is_some(),
        })
        .map(|demand| (demand, standing(token, demand)))
        .collect()
}

fn standing(token: &Token, demand: &Demand) -> Standing {
    // Of an SD-JWT both count: the hashes that are signed, and what is disclosed.
    let member = |name: &str| match demand.part {
        Part::Header | Part::HeaderOf(_) => token.header_map().get(name),
        Part::Payload => token
            .signed_map()
            .get(name)
            .or_else(|| token.claims_map().get(name)),
    };
    let found = demand.name.split('|').find_map(member);
    match (found, demand.level) {
        (None, Level::Required) => Standing::Missing,
        (None, Level::Recommended) => Standing::Advised,
        (None, _) => Standing::Absent,
        (Some(_), Level::Forbidden) => Standing::Forbidden,
        (Some(_), Level::Discouraged) => Standing::Unwanted,
        (Some(value), _) => match demand.value {
            Some(wanted) if !fits(demand, value.as_str(), wanted) => Standing::Wrong,
            _ => Standing::Present,
        },
    }
}

/// Whether a value is the one that is wanted, of several with `|` between them.
fn fits(demand: &Demand, value: Option<&str>, wanted: &str) -> bool {
    let Some(value) = value else {
        return false;
    };
    let typ = demand.part == Part::Header && matches!(demand.name, "typ" | "cty");
    wanted.split('|').any(|wanted| {
        if typ {
            let bare = value
                .get(..12)
                .filter(|head| head.eq_ignore_ascii_case("application/"))
                .map_or(value, |_| &value[12..]);
            bare.eq_ignore_ascii_case(wanted)
        } else {
            value == wanted
        }
    })
}
