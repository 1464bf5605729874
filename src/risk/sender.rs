//! Rules 6xx: binding.

use super::{
    Severity,
    facts::{is_payment, shown},
    sink::{Draft, Sink},
};
use crate::token::{Kind, explain::duration};

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.hop.supporting && facts.hop.parent.is_some() {
        dropped(sink, hop);
    }
    bearer(sink, hop);
}

/// DG-601. Says nothing at a hop where the binding was dropped: DG-602 says it better.
fn bearer(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if facts.kind.is_foreign()
        || matches!(
            facts.kind,
            Kind::Opaque | Kind::Encrypted | Kind::NestedJwt | Kind::SamlAssertion
        )
    {
        return sink.unknown("DG-601", hop, "the claims cannot be read");
    }
    if !facts.is_access() || facts.key.is_some() || sink.fired("DG-602", hop) {
        return;
    }
    let long = facts.life().filter(|life| *life > 3_600);
    let payment = facts.scopes.iter().flatten().find(|s| is_payment(s));
    let (base, because) = if sink.settings.fapi {
        (Severity::High, "FAPI 2.0 demands a bound token".to_owned())
    } else if let Some(scope) = payment {
        (Severity::High, format!("it carries {}", shown(scope)))
    } else if let Some(life) = long {
        (Severity::High, format!("it lives {}", duration(life)))
    } else {
        (Severity::Medium, "nothing ties it to its holder".to_owned())
    };
    let draft = Draft {
        claim: "cnf".into(),
        found: "absent: a bearer token".into(),
        expected: "`cnf` with the thumbprint of the holder's key".into(),
        message: format!(
            "Whoever finds the token of {} can use it as {}; {because}.",
            facts.name(),
            facts
                .actors
                .first()
                .map_or_else(|| facts.who(), |a| shown(&a.pid.sub))
        ),
    };
    sink.token_priced("DG-601", hop, base, draft);
}

/// DG-602.
fn dropped(sink: &mut Sink<'_, '_>, hop: usize) {
    let child = &sink.facts[hop];
    let parent = child.hop.parent.and_then(|p| sink.facts.get(p));
    let Some(parent) = parent.filter(|p| p.readable && child.readable) else {
        return sink.unknown(
            "DG-602",
            hop,
            "the claims of parent or child cannot be read",
        );
    };
    let Some(key) = parent.key.as_deref().filter(|_| child.key.is_none()) else {
        return;
    };
    let draft = Draft {
        claim: "cnf".into(),
        found: "absent".into(),
        expected: format!("a key of the new holder; the parent had {}", shown(key)),
        message: format!(
            "{} was bound to a key, {} is not: what only its holder could use, now anybody can.",
            parent.name(),
            child.name()
        ),
    };
    sink.pair("DG-602", hop, Severity::High, false, draft);
}
