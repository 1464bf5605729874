//! The field guide: what every claim and header parameter means, who sets it, who must check it,
//! by clause; and for each kind of token what it must hold, may hold, must not hold.

mod claims;
mod demand;
mod families;
mod kinds;
mod meaning;
mod members;
mod parameters;
mod vendors;

use super::{Kind, Token, craft::Part};

pub use self::{
    demand::{Demand, KindGuide, Level},
    meaning::{Meaning, Origin},
};

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
