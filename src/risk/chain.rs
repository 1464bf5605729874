//! Rules 4xx about what a hop hands on: scope, audience, subject, and who may take part. Rules about
//! the actors are in [`super::actors`].

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    Settings, Severity,
    facts::{Facts, is_privileged, listed, shown},
    sink::{Draft, Sink},
};
use crate::token::{Kind, claims::Pid};

/// Rules that need both sides of an exchange.
const PAIR_RULES: [&str; 12] = [
    "DG-401", "DG-402", "DG-403", "DG-404", "DG-405", "DG-406", "DG-407", "DG-408", "DG-409",
    "DG-410", "DG-412", "DG-413",
];

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize) {
    let child = &sink.facts[hop];
    if child.hop.parent.is_none() {
        return;
    }
    if both(sink, hop).is_none() {
        for rule in PAIR_RULES {
            sink.unknown(rule, hop, "the claims of parent or child cannot be read");
        }
        return;
    }
    scope(sink, hop);
    audience(sink, hop);
    subject(sink, hop);
    may_act(sink, hop);
}

/// Parent and child, when both can be read.
pub(super) fn both<'s, 'a>(
    sink: &Sink<'s, 'a>,
    hop: usize,
) -> Option<(&'s Facts<'a>, &'s Facts<'a>)> {
    let child = &sink.facts[hop];
    let parent = sink.facts.get(child.hop.parent?)?;
    (parent.readable && child.readable).then_some((parent, child))
}

/// The identity that declared links lead to; at most a few steps, so that a circle ends.
pub(super) fn linked(pid: &Pid, settings: &Settings) -> Pid {
    let mut at = pid.clone();
    for _ in 0..8 {
        let next = settings
            .links
            .iter()
            .find(|((iss, sub), _)| at.iss.as_deref() == Some(iss) && at.sub == *sub);
        let Some((_, (iss, sub))) = next else { break };
        at = Pid {
            iss: Some(iss.clone()),
            sub: sub.clone(),
        };
    }
    at
}

/// DG-401 and DG-402.
fn scope(sink: &mut Sink<'_, '_>, hop: usize) {
    let Some((parent, child)) = both(sink, hop) else {
        return;
    };
    let (Some(before), Some(after)) = (&parent.scopes, &child.scopes) else {
        let who = if parent.scopes.is_none() {
            parent
        } else {
            child
        };
        let name = who.name();
        sink.unknown("DG-401", hop, format!("{name} has no `scope`"));
        let draft = Draft {
            claim: "scope".into(),
            found: format!("absent in {name}"),
            expected: "`scope` on both sides".into(),
            message: format!(
                "{name} does not say what it allows: whether {} may do more than {} cannot be told.",
                child.name(),
                parent.name()
            ),
        };
        return sink.pair("DG-402", hop, Severity::Low, false, draft);
    };
    if child.aauth || parent.aauth {
        return;
    }
    let allowed = implied(before, sink.settings, parent.iss != child.iss);
    let new: Vec<&str> = after
        .iter()
        .map(String::as_str)
        .filter(|s| !allowed.contains(s))
        .collect();
    if new.is_empty() {
        return;
    }
    let privileged = new.iter().any(|s| is_privileged(s, sink.settings));
    let base = if privileged {
        Severity::Critical
    } else {
        Severity::High
    };
    let holder = child
        .actors
        .first()
        .map_or_else(|| child.name(), |a| shown(&a.pid.sub));
    let draft = Draft {
        claim: "scope".into(),
        found: listed(new.iter().copied()),
        expected: format!("at most {}", listed(before.iter().map(String::as_str))),
        message: format!(
            "{holder} got {} at {}, which {} does not have.",
            listed(new.iter().copied()),
            child.name(),
            parent.name()
        ),
    };
    sink.pair("DG-401", hop, base, false, draft);
}

/// The scopes that `scopes` allow: themselves, what the user's hierarchy derives from them, and, in
/// another domain, their new names.
fn implied<'t>(
    scopes: &'t BTreeSet<String>,
    settings: &'t Settings,
    other_domain: bool,
) -> HashSet<&'t str> {
    let mut allowed: HashSet<&str> = scopes.iter().map(String::as_str).collect();
    let renames: &[(String, String)] = if other_domain {
        &settings.scope_renames
    } else {
        &[]
    };
    if settings.scope_implies.is_empty() && renames.is_empty() {
        return allowed;
    }
    let mut leads: HashMap<&str, Vec<&str>> = HashMap::new();
    for (from, to) in settings.scope_implies.iter().chain(renames) {
        leads.entry(from.as_str()).or_default().push(to.as_str());
    }
    let mut open: Vec<&str> = allowed.iter().copied().collect();
    while let Some(scope) = open.pop() {
        for next in leads.get(scope).into_iter().flatten() {
            if allowed.insert(next) {
                open.push(next);
            }
        }
    }
    allowed
}

/// DG-403. A mere change of audience is what exchanges are for.
fn audience(sink: &mut Sink<'_, '_>, hop: usize) {
    let Some((parent, child)) = both(sink, hop) else {
        return;
    };
    let Some(after) = &child.audiences else {
        let why = format!("{} has no `aud`", child.name());
        return sink.unknown("DG-403", hop, why);
    };
    let before = parent.audiences.as_ref();
    let more = before.is_some_and(|before| after.len() > before.len());
    let strange: Vec<&str> = after
        .iter()
        .map(String::as_str)
        .filter(|a| before.is_none_or(|before| !before.contains(*a)))
        .collect();
    let unasked: Option<Vec<&str>> = child.asked().map(|asked| {
        strange
            .iter()
            .copied()
            .filter(|a| asked.targets.as_ref().is_none_or(|t| !t.contains(*a)))
            .collect()
    });
    let unasked = match unasked {
        Some(unasked) => unasked,
        None if strange.is_empty() || more => Vec::new(),
        None => {
            let why = "the exchange was not seen: what was requested is unknown";
            return sink.unknown("DG-403", hop, why);
        }
    };
    if unasked.is_empty() && !more {
        if before.is_none() {
            let why = format!("{} has no `aud` to compare with", parent.name());
            sink.unknown("DG-403", hop, why);
        }
        return;
    }
    let (found, expected, message) = if unasked.is_empty() {
        let counts = (before.map_or(0, BTreeSet::len), after.len());
        (
            listed(after.iter().map(String::as_str)),
            format!("at most {} receivers", counts.0),
            format!(
                "{} is for {} receivers, {} was for {}.",
                child.name(),
                counts.1,
                parent.name(),
                counts.0
            ),
        )
    } else {
        let requested = child.asked().and_then(|a| a.targets.as_ref());
        (
            listed(unasked.iter().copied()),
            match requested {
                Some(targets) => listed(targets.iter().map(String::as_str)),
                None => "no other target than the parent's, for none was requested".into(),
            },
            format!(
                "{} reaches {}, which nobody asked for and {} does not name.",
                child.name(),
                listed(unasked.iter().copied()),
                parent.name()
            ),
        )
    };
    let draft = Draft {
        claim: "aud".into(),
        found,
        expected,
        message,
    };
    sink.pair("DG-403", hop, Severity::High, false, draft);
}

/// DG-409.
fn subject(sink: &mut Sink<'_, '_>, hop: usize) {
    let Some((parent, child)) = both(sink, hop) else {
        return;
    };
    if child.aauth || parent.aauth {
        return;
    }
    let (Some(before), Some(after)) = (parent.subject(), child.subject()) else {
        return sink.unknown("DG-409", hop, "`sub` of parent or child is absent");
    };
    if before.iss.is_none() || after.iss.is_none() {
        if before.sub != after.sub || before.iss != after.iss {
            sink.unknown("DG-409", hop, "`iss` of parent or child is absent");
        }
        return;
    }
    if before == after {
        return;
    }
    let declared = linked(&before, sink.settings) == linked(&after, sink.settings)
        // The grant itself says who its subject is at the other server.
        || (before.iss != after.iss
            && parent.token.claim_text("aud_sub") == Some(after.sub.as_str()));
    let one_domain = before.iss == after.iss;
    let base = match (declared, one_domain) {
        (true, _) => Severity::Info,
        (false, true) => Severity::Critical,
        (false, false) => Severity::Medium,
    };
    let name = |pid: &Pid| match &pid.iss {
        Some(iss) if !one_domain => format!("{} of {}", shown(&pid.sub), shown(iss)),
        _ => shown(&pid.sub),
    };
    let draft = Draft {
        claim: "sub".into(),
        found: name(&after),
        expected: name(&before),
        message: if declared {
            format!("{} became {}, as declared.", name(&before), name(&after))
        } else {
            format!(
                "{} was about {}, {} is about {}: nothing says that they are the same.",
                parent.name(),
                name(&before),
                child.name(),
                name(&after)
            )
        },
    };
    sink.pair("DG-409", hop, base, false, draft);
}

/// DG-410. The presenter is the subject of the actor token, else the authenticated client; when the
/// exchange was not seen, the actor that the child names, else its client.
fn may_act(sink: &mut Sink<'_, '_>, hop: usize) {
    let Some((parent, child)) = both(sink, hop) else {
        return;
    };
    let Some(allowed) = parent.token.claim("may_act") else {
        return;
    };
    let text = |name: &str| allowed.get(name).and_then(serde_json::Value::as_str);
    let Some(sub) = text("sub") else {
        return sink.unknown("DG-410", hop, "`may_act` names nobody (DG-211)");
    };
    let iss = text("iss");
    let Some((actor, is_client)) = presenter(child) else {
        return sink.unknown("DG-410", hop, "who presented the exchange is unknown");
    };
    let whole = Pid {
        iss: iss.map(str::to_owned),
        sub: sub.to_owned(),
    };
    // A client identifier carries no issuer of its own.
    let actor_iss = actor
        .iss
        .as_deref()
        .filter(|_| !is_client || actor.iss.as_deref() == iss);
    let same = match (iss, actor_iss) {
        (None, None) => sub == actor.sub,
        (Some(_), Some(_)) => linked(&whole, sink.settings) == linked(&actor, sink.settings),
        _ => false,
    };
    if same {
        return;
    }
    let ambiguous = sub == actor.sub && iss.is_some() != actor_iss.is_some();
    let name = |sub: &str, iss: Option<&str>| match iss {
        Some(iss) if actor.sub == whole.sub => format!("{} of {}", shown(sub), shown(iss)),
        _ => shown(sub),
    };
    let (allowed, found) = (name(sub, iss), name(&actor.sub, actor_iss));
    let draft = Draft {
        claim: "act.sub".into(),
        found: found.clone(),
        expected: allowed.clone(),
        message: if ambiguous {
            format!(
                "`may_act` of {} names {allowed} and the actor is {found}, one of them without issuer: \
                 ambiguous, for names of two issuers may be equal.",
                parent.name()
            )
        } else {
            format!(
                "{} names {allowed} as the only party that may act for {}. The server \
                 issued the token of {} to {found} all the same.",
                parent.the_token(),
                parent.who(),
                child.name()
            )
        },
    };
    let base = if ambiguous {
        Severity::High
    } else {
        Severity::Critical
    };
    sink.pair("DG-410", hop, base, ambiguous, draft);
}

/// Who presented the exchange that gave `child`, and whether that is known by `client_id` only.
fn presenter(child: &Facts<'_>) -> Option<(Pid, bool)> {
    let client = |id: &str| Pid {
        iss: child.iss.map(str::to_owned),
        sub: id.to_owned(),
    };
    if let Some(asked) = child.asked() {
        if let Some(token) = &asked.actor_token
            && let Some(sub) = token.claim_text("sub")
        {
            let pid = Pid {
                iss: token.claim_text("iss").map(str::to_owned),
                sub: sub.to_owned(),
            };
            return Some((pid, false));
        }
        if let Some(id) = asked
            .client_id
            .as_deref()
            .filter(|_| !asked.actor_token_sent)
        {
            return Some((client(id), true));
        }
    }
    let actor = child.actors.first().filter(|a| !a.pid.sub.is_empty());
    actor
        .map(|a| (a.pid.clone(), false))
        .or_else(|| child.client.map(|id| (client(id), true)))
}

/// Kinds of which `act` is not asked: they are not what an agent acts with.
pub(super) fn may_lack_act(kind: Kind) -> bool {
    matches!(kind, Kind::IdToken | Kind::RefreshToken)
}
