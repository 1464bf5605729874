//! Rules 6xx: binding.

use std::collections::HashMap;

use super::{
    Severity,
    facts::{Facts, is_payment, shown},
    sink::{Draft, Sink},
};
use crate::token::{Kind, explain::duration};

/// For each hop, the first one of its chain that another party holds by the same key.
pub(super) struct Shared(Vec<Option<usize>>);

impl Shared {
    /// Looks at all tokens once. Those of no chain stand alone and are compared with none.
    pub fn of(facts: &[Facts<'_>]) -> Self {
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        let shared = facts.iter().enumerate().map(|(hop, own)| {
            let chain = own.hop.chain.as_deref().filter(|_| !own.hop.supporting)?;
            let at = *first.entry((chain, own.key.as_deref()?)).or_insert(hop);
            let (one, other) = (holder(&facts[at])?, holder(own)?);
            (one != other).then_some(at)
        });
        Self(shared.collect())
    }
}

/// Who holds a token: the one who acts now, else the client that it was issued to.
fn holder<'a>(facts: &'a Facts<'_>) -> Option<&'a str> {
    let actor = facts.actors.first().map(|a| a.pid.sub.as_str());
    actor.filter(|sub| !sub.is_empty()).or(facts.client)
}

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize, shared: &Shared) {
    let facts = &sink.facts[hop];
    if !facts.hop.supporting && facts.hop.parent.is_some() {
        dropped(sink, hop);
        handed_on(sink, hop);
    }
    if !facts.hop.supporting {
        held_by_several(sink, hop, shared);
    }
    bearer(sink, hop);
}

/// DG-604.
fn handed_on(sink: &mut Sink<'_, '_>, hop: usize) {
    let child = &sink.facts[hop];
    let parent = child.hop.parent.and_then(|p| sink.facts.get(p));
    let Some(parent) = parent.filter(|p| p.readable && child.readable) else {
        return sink.unknown(
            "DG-604",
            hop,
            "the claims of parent or child cannot be read",
        );
    };
    let Some(key) = child.key.as_deref().filter(|_| child.key == parent.key) else {
        return;
    };
    let (Some(before), Some(now)) = (holder(parent), holder(child)) else {
        return;
    };
    if child.actors.is_empty() || before == now {
        return;
    }
    let draft = Draft {
        claim: "cnf".into(),
        found: shown(key),
        expected: format!("a key of {}", shown(now)),
        message: format!(
            "{} is held by {} and bound to the key of {}: two parties share a key.",
            child.name(),
            shown(now),
            shown(before)
        ),
    };
    sink.pair("DG-604", hop, Severity::High, false, draft);
}

/// DG-605. Says nothing at a hop where the key went along with the token: DG-604 says it better.
fn held_by_several(sink: &mut Sink<'_, '_>, hop: usize, shared: &Shared) {
    let facts = &sink.facts[hop];
    if !facts.readable {
        return sink.unknown("DG-605", hop, "the claims cannot be read");
    }
    let first = shared.0.get(hop).copied().flatten();
    let Some(first) = first.and_then(|at| sink.facts.get(at)) else {
        return;
    };
    if sink.fired("DG-604", hop) {
        return;
    }
    let (one, other) = (
        holder(first).unwrap_or_default(),
        holder(facts).unwrap_or_default(),
    );
    let draft = Draft {
        claim: "cnf".into(),
        found: shown(facts.key.as_deref().unwrap_or_default()),
        expected: format!("a key of {} alone", shown(other)),
        message: format!(
            "{} of {} and {} of {} are bound to one key.",
            first.name(),
            shown(one),
            facts.name(),
            shown(other)
        ),
    };
    sink.token("DG-605", hop, Severity::High, draft);
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
