//! Rules 4xx about the actors: what the comparison of §0.1 says of a hop, and what an act chain says
//! by itself.

use std::collections::{HashMap, HashSet};

use super::{
    Severity,
    chain::{both, linked, may_lack_act},
    claims::act_is_broken,
    compare::{Comparison, Label, compare},
    facts::{Facts, actors, listed, shown},
    sink::{Draft, Sink},
};
use crate::token::{Kind, claims::Pid};

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize) {
    if sink.facts[hop].hop.parent.is_some() {
        compared(sink, hop);
    } else {
        unseen(sink, hop);
    }
    cycle(sink, hop);
    depth(sink, hop);
    ambiguous(sink, hop);
}

/// Who presented an exchange that was seen: the actor token's subject, else the authenticated client.
fn presenter(child: &Facts<'_>) -> Option<Pid> {
    let asked = child.asked()?;
    if let Some(token) = &asked.actor_token {
        return Some(Pid {
            iss: token.claim_text("iss").map(str::to_owned),
            sub: token.claim_text("sub")?.to_owned(),
        });
    }
    if asked.actor_token_sent {
        return None; // opaque: whom it is about cannot be read
    }
    let client = asked.client_id.as_deref()?;
    // A client identifier has no issuer of its own: it is whichever actor is called so.
    Some(
        child
            .actors
            .first()
            .map(|a| &a.pid)
            .filter(|pid| pid.sub == client)
            .cloned()
            .unwrap_or_else(|| Pid {
                iss: child.iss.map(str::to_owned),
                sub: client.to_owned(),
            }),
    )
}

/// What the comparison says: DG-404 to 408, 412, 413, 428.
fn compared(sink: &mut Sink<'_, '_>, hop: usize) {
    const RULES: [&str; 7] = [
        "DG-404", "DG-405", "DG-406", "DG-407", "DG-408", "DG-412", "DG-413",
    ];
    let Some((parent, child)) = both(sink, hop) else {
        return; // `super::chain` has said so
    };
    if act_is_broken(parent) || act_is_broken(child) {
        for rule in RULES {
            sink.unknown(rule, hop, "`act` of parent or child is malformed (DG-211)");
        }
        return;
    }
    let settings = sink.settings;
    let mapped =
        |pids: Vec<Pid>| -> Vec<Pid> { pids.iter().map(|p| linked(p, settings)).collect() };
    let (p, c) = (mapped(parent.chain()), mapped(child.chain()));
    let x = presenter(child).map(|x| linked(&x, settings));
    let subject = child.subject().map(|s| linked(&s, settings));
    let found = compare(&p, &c, x.as_ref(), subject.as_ref());
    let place = Place {
        hop,
        parent,
        child,
        p: &p,
        c: &c,
        x: x.as_ref(),
        found: &found,
    };

    impersonation(sink, &place);
    if p.is_empty() && c.is_empty() {
        if !sink.fired("DG-412", hop) {
            middleman(sink, &place);
        }
        return;
    }
    if c.is_empty() {
        return dropped(sink, &place);
    }
    // Names of two domains cannot be told apart without a map; a sound chain needs none.
    let across = parent.iss.is_some() && child.iss.is_some() && parent.iss != child.iss;
    let same_front = x.as_ref().is_none_or(|x| c == p || c.first() == Some(x));
    if across && settings.links.is_empty() && !(found.is_sound() && same_front) {
        for rule in ["DG-405", "DG-406", "DG-407", "DG-413"] {
            sink.unknown(
                rule,
                hop,
                "parent and child are of different issuers, and no identity map is declared",
            );
        }
        return;
    }
    if found.main.is_none() {
        for rule in ["DG-405", "DG-406"] {
            sink.unknown(rule, hop, "the actors fit no row of the comparison");
        }
    }
    middleman(sink, &place);
    mismatch(sink, &place);
    changed(sink, &place);
}

/// One hop with all that its rules speak of.
struct Place<'p, 'a> {
    hop: usize,
    parent: &'p Facts<'a>,
    child: &'p Facts<'a>,
    p: &'p [Pid],
    c: &'p [Pid],
    x: Option<&'p Pid>,
    found: &'p Comparison,
}

impl Place<'_, '_> {
    fn draft(&self, message: String) -> Draft {
        Draft {
            claim: "act".into(),
            found: actors(self.c),
            expected: self.x.map_or_else(
                || format!("the new actor, then {}", actors(self.p)),
                |x| {
                    let whole: Vec<Pid> = std::iter::once(x).chain(self.p).cloned().collect();
                    actors(&whole)
                },
            ),
            message,
        }
    }
}

/// DG-412.
fn impersonation(sink: &mut Sink<'_, '_>, at: &Place<'_, '_>) {
    if !(at.p.is_empty() && at.c.is_empty()) {
        return;
    }
    let (parent, child) = (at.parent, at.child);
    let asked = child.asked();
    let sent = asked.is_some_and(|a| a.actor_token_sent || a.actor_token.is_some());
    // `act` is undefined for these.
    if parent.kind == Kind::IdJag || child.kind == Kind::IdJag || may_lack_act(child.kind) {
        return;
    }
    let holder = asked.and_then(|a| a.client_id.as_deref()).or(child.client);
    let who = if sent {
        at.x.map(|x| x.sub.as_str()).or(holder)
    } else {
        let Some(holder) = holder else {
            let why = "neither actor token nor client is known";
            return sink.unknown("DG-412", at.hop, why);
        };
        let Some(sub) = child.sub else {
            return sink.unknown("DG-412", at.hop, "`sub` is absent");
        };
        if holder == sub || parent.client == Some(holder) {
            return; // the subject itself, or the client that had the parent already
        }
        Some(holder)
    };
    let who = who.map_or_else(|| "an agent".into(), shown);
    let draft = Draft {
        claim: "act".into(),
        found: "absent".into(),
        expected: format!("`act` with {who}"),
        message: format!(
            "{who} holds {} as {}: the resource cannot see that an agent acts.",
            child.name(),
            child.who()
        ),
    };
    sink.pair("DG-412", at.hop, Severity::High, false, draft);
}

/// DG-404.
fn dropped(sink: &mut Sink<'_, '_>, at: &Place<'_, '_>) {
    if at.child.aauth || at.parent.aauth || may_lack_act(at.child.kind) {
        return;
    }
    let mut draft = at.draft(format!(
        "{} acted before {}, which names nobody: it looks as if {} had done it.",
        actors(at.p),
        at.child.name(),
        at.child.who()
    ));
    draft.found = "absent".into();
    sink.pair("DG-404", at.hop, Severity::High, false, draft);
}

/// DG-408.
fn middleman(sink: &mut Sink<'_, '_>, at: &Place<'_, '_>) {
    if at.found.main != Some(Label::Continuation) {
        return;
    }
    let (parent, child) = (at.parent, at.child);
    let clients = parent.client.zip(child.client);
    let keys = parent.key.as_deref().zip(child.key.as_deref());
    // Thumbprints of one kind only are compared.
    let kind = |key: &str| {
        key.split_once(':')
            .map_or_else(String::new, |(k, _)| k.to_owned())
    };
    let keys = keys.filter(|(a, b)| kind(a) == kind(b));
    let (claim, before, after) = match (clients, keys) {
        (Some((a, b)), _) if a != b => ("client_id", a, b),
        (_, Some((a, b))) if a != b => ("cnf", a, b),
        (None, None) => {
            let why = "`client_id` and key are not known on both sides";
            return sink.unknown("DG-408", at.hop, why);
        }
        _ => return,
    };
    let draft = Draft {
        claim: claim.into(),
        found: shown(after),
        expected: shown(before),
        message: format!(
            "{} went from {} to {}, yet names the same actors ({}): the new holder is invisible.",
            child.name(),
            shown(before),
            shown(after),
            actors(at.c)
        ),
    };
    sink.pair("DG-408", at.hop, Severity::Medium, at.found.by_name, draft);
}

/// DG-413.
fn mismatch(sink: &mut Sink<'_, '_>, at: &Place<'_, '_>) {
    if at.found.main == Some(Label::Continuation) {
        return;
    }
    let (Some(x), Some(first)) = (at.x, at.c.first()) else {
        let why = "the exchange was not seen: who presented it is unknown";
        return sink.unknown("DG-413", at.hop, why);
    };
    let same = if at.found.by_name {
        x.sub == first.sub
    } else {
        x == first
    };
    if same {
        return;
    }
    let draft = Draft {
        claim: "act.sub".into(),
        found: shown(&first.sub),
        expected: shown(&x.sub),
        message: format!(
            "{} presented the exchange, yet {} names {} as the one who acts.",
            shown(&x.sub),
            at.child.name(),
            shown(&first.sub)
        ),
    };
    sink.pair(
        "DG-413",
        at.hop,
        Severity::Critical,
        at.found.by_name,
        draft,
    );
}

/// DG-405, 406, 407, 428.
fn changed(sink: &mut Sink<'_, '_>, at: &Place<'_, '_>) {
    let low = at.found.by_name;
    let (hop, found) = (at.hop, at.found);
    if found.has(Label::Reordered) {
        let draft = at.draft(format!(
            "{} tells the actors in another order than {}.",
            at.child.name(),
            at.parent.name()
        ));
        sink.pair("DG-406", hop, Severity::High, low, draft);
    }
    if found.main == Some(Label::Truncated) {
        let missing: Vec<&str> =
            at.p.iter()
                .filter(|a| !at.c.contains(a))
                .map(|a| a.sub.as_str())
                .collect();
        let missing = if missing.is_empty() {
            actors(at.p)
        } else {
            listed(missing)
        };
        let reduced = [at.parent, at.child]
            .iter()
            .any(|f| matches!(f.token.claim_text("actp"), Some("subset" | "actor-only")));
        let base = if reduced {
            Severity::Info
        } else {
            Severity::High
        };
        let draft = at.draft(format!(
            "{missing} acted before, and {} no longer says so.",
            at.child.name()
        ));
        sink.pair("DG-405", hop, base, low, draft);
    }
    if found.main == Some(Label::UnseenHops) {
        let between = actors(found.strangers.get(1..).unwrap_or_default());
        let draft = at.draft(format!(
            "{between} acted between {} and {}, and no token shows how.",
            at.parent.name(),
            at.child.name()
        ));
        sink.pair("DG-428", hop, Severity::Info, low, draft);
    }
    if found.has(Label::Spliced) {
        if found.main == Some(Label::UnseenHops) && at.x.is_none() {
            let why = "hops in between are not loaded: whether they took place is unknown";
            return sink.unknown("DG-407", hop, why);
        }
        let strangers: Vec<&Pid> =
            at.c.iter()
                .filter(|a| !at.p.contains(a) && Some(*a) != at.x)
                .collect();
        let names = listed(strangers.iter().map(|a| a.sub.as_str()));
        let draft = at.draft(format!(
            "{names} in {} acted neither in {} nor now: a history that never happened.",
            at.child.name(),
            at.parent.name()
        ));
        sink.pair("DG-407", hop, Severity::Critical, low, draft);
    }
}

/// DG-428 for a token whose parent is not loaded.
fn unseen(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.readable {
        return sink.unknown("DG-428", hop, "the claims cannot be read");
    }
    if facts.actors.is_empty() {
        return;
    }
    let chain = facts.chain();
    let draft = Draft {
        claim: "act".into(),
        found: actors(&chain),
        expected: "a token for each hop".into(),
        message: format!(
            "{} acted on the way to {}, and no token shows how.",
            actors(&chain),
            facts.name()
        ),
    };
    sink.pair("DG-428", hop, Severity::Info, false, draft);
}

/// DG-415.
fn cycle(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.readable {
        return sink.unknown("DG-415", hop, "the claims cannot be read");
    }
    let mut counts: HashMap<&Pid, usize> = HashMap::new();
    for actor in facts.actors.iter().filter(|a| !a.pid.sub.is_empty()) {
        *counts.entry(&actor.pid).or_default() += 1;
    }
    // In the order of the chain, so that the message is the same each time.
    let most = facts
        .actors
        .iter()
        .map(|a| (counts.get(&a.pid).copied().unwrap_or(0), &a.pid.sub))
        .rev()
        .max_by_key(|(n, _)| *n);
    let first = facts.actors.first().map(|a| &a.pid);
    let returned = first.filter(|pid| facts.earlier.contains(pid));
    let (base, message) = match (most, returned) {
        (Some((n, sub)), _) if n > 1 => (
            if n > 2 {
                Severity::High
            } else {
                Severity::Medium
            },
            format!(
                "{} acts {} in {}: authority runs in a circle.",
                shown(sub),
                if n == 2 {
                    "twice".into()
                } else {
                    format!("{n} times")
                },
                facts.name()
            ),
        ),
        (_, Some(pid)) => (
            Severity::Medium,
            format!(
                "{} acts in {}, and was the subject of an earlier hop: authority runs in a circle.",
                shown(&pid.sub),
                facts.name()
            ),
        ),
        _ => return,
    };
    let draft = Draft {
        claim: "act".into(),
        found: actors(&facts.chain()),
        expected: "each actor once".into(),
        message,
    };
    sink.pair("DG-415", hop, base, false, draft);
}

/// DG-416.
fn depth(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.readable {
        return sink.unknown("DG-416", hop, "the claims cannot be read");
    }
    let (depth, limit) = (facts.actors.len(), sink.settings.max_depth);
    if depth <= limit {
        return;
    }
    let draft = Draft {
        claim: "act".into(),
        found: format!("{depth} actors"),
        expected: format!("at most {limit}"),
        message: format!("{} has passed through {depth} actors.", facts.name()),
    };
    sink.pair("DG-416", hop, Severity::Medium, false, draft);
}

/// DG-419. An actor of one side only that has no issuer at all fires too: the comparison was by name.
fn ambiguous(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.readable {
        return sink.unknown("DG-419", hop, "the claims cannot be read");
    }
    let nameless: Vec<&str> = facts
        .actors
        .iter()
        .filter(|a| !a.has_iss && !a.pid.sub.is_empty() && !a.pid.sub.contains("://"))
        .map(|a| a.pid.sub.as_str())
        .collect();
    if nameless.is_empty() {
        return;
    }
    let parent = facts.hop.parent.and_then(|p| sink.facts.get(p));
    let mut issuers: HashSet<&str> = HashSet::new();
    for side in parent.into_iter().chain([facts]) {
        issuers.extend(side.iss);
        issuers.extend(side.earlier.iter().filter_map(|p| p.iss.as_deref()));
        issuers.extend(side.actors.iter().filter_map(|a| a.pid.iss.as_deref()));
    }
    let one_sided =
        parent.is_some_and(|p| !p.actors.is_empty() && p.iss.is_some() != facts.iss.is_some());
    if issuers.len() < 2 && !one_sided {
        return;
    }
    let mut issuers: Vec<&str> = issuers.into_iter().collect();
    issuers.sort_unstable();
    let draft = Draft {
        claim: "act.iss".into(),
        found: format!("{} without `iss`", listed(nameless.iter().copied())),
        expected: format!("`iss`: one of {}", listed(issuers.iter().copied())),
        message: format!(
            "{} is named without issuer in {}, in a chain of {} issuers: which one is meant is open.",
            listed(nameless.iter().copied()),
            facts.name(),
            issuers.len().max(2)
        ),
    };
    sink.pair("DG-419", hop, Severity::Medium, one_sided, draft);
}
