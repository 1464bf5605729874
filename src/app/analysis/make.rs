//! The making of an [`Analysis`].

use std::{
    collections::{BTreeMap, HashMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    sync::Arc,
};

use super::{Analysis, Begun, Input, TokenView, proofs, title, tray};
use crate::{
    app::{session::Demands, workspace::TokenEntry},
    chain::gather,
    evidence::{Evidence, Hop},
    jose::Jwk,
    kit::{
        clock::{Timestamp, from_numeric_date},
        ids::TokenId,
    },
    principal::{graph, picture::Picture},
    risk::{self, Settings},
    token::{
        Token,
        claims::{self, actors, numeric_date},
        decode::decode,
        diff::{self, Change},
        explain, sd_jwt,
        validate::{Candidate, Policy, Verdict, judge},
    },
};

/// Seconds of clock difference that the rules allow: findings change this much before and after
/// the moment that a claim names.
const SKEW: i64 = 60;

/// Decoding, verdicts, rules, graph, layout, what lists show.
const STAGES: usize = 6;

/// Makes the analysis. Pure; runs off the frame. What `previous` knows of the same texts is used
/// again. Made to its end, whether it is stopped or not.
pub fn analyse(input: &Input, previous: &Analysis) -> Analysis {
    let input = Input {
        progress: Arc::default(),
        ..input.clone()
    };
    analyse_while_wanted(&input, previous).unwrap_or_default()
}

/// The same, unless it is stopped by [`Input::progress`]: then what it had found out by then.
pub fn analyse_while_wanted(input: &Input, previous: &Analysis) -> Result<Analysis, Begun> {
    let progress = &*input.progress;
    let candidates = candidates(input);
    let keys = fingerprint(&candidates, &input.demands);
    let leeway = input.demands.leeway;
    let known = Known::of(previous, input, keys);
    progress.plan(input.workspace.tokens.len() * STAGES);
    let mut decoded: HashMap<TokenId, Arc<Token>> = HashMap::new();
    for entry in &input.workspace.tokens {
        if progress.is_stopped() {
            return Err(known.begun(&decoded, &[]));
        }
        decoded.insert(entry.id, known.token(&entry.raw));
        progress.step(1);
    }

    let (mut hops, offsets) = hops_of_runs(input);
    hops_of_user(input, &decoded, &mut hops);
    progress.plan(hops.len() * STAGES);
    for n in 0..hops.len() {
        if progress.is_stopped() {
            return Err(known.begun(&decoded, &hops[..n]));
        }
        progress.step(1);
        let hop = &mut hops[n];
        let verdict = known.verdict(&hop.token);
        let policy = Policy {
            keys_given: false,
            leeway,
            audience: input.demands.audience.clone(),
            issuer: input.demands.issuer.clone(),
            ..Policy::at(input.now)
        };
        hop.verdict = Some(verdict.unwrap_or_else(|| judge(&hop.token, &candidates, &policy)));
    }
    let evidence = Evidence {
        hops,
        asymmetric_issuers: candidates
            .iter()
            .filter(|c| c.jwk.kty() != "oct")
            .filter_map(|c| c.issuer.clone())
            .collect(),
        public_keys: candidates
            .iter()
            .filter_map(|c| Some((c.issuer.clone()?, c.jwk.public()?)))
            .collect(),
    };
    let settings = Settings::at(input.now);
    let Some(report) = risk::evaluate_while(&evidence, &settings, progress) else {
        return Err(known.begun(&decoded, &evidence.hops));
    };
    let graph = Arc::new(graph::build(&evidence, &report));
    progress.step(evidence.hops.len());
    if progress.is_stopped() {
        return Err(known.begun(&decoded, &evidence.hops));
    }
    let basis = (&evidence, &report);
    let picture = Picture::of(&graph, basis, input.now, &input.seen, &previous.picture);

    progress.step(evidence.hops.len());
    let entries: HashMap<TokenId, &TokenEntry> =
        input.workspace.tokens.iter().map(|e| (e.id, e)).collect();
    let worst = report.worst();
    let mut tokens = HashMap::new();
    for (index, hop) in evidence.hops.iter().enumerate() {
        if progress.is_stopped() {
            return Err(known.begun(&decoded, &evidence.hops));
        }
        progress.step(1);
        let (Some(id), Some(verdict)) = (hop.token_id, &hop.verdict) else {
            continue;
        };
        let entry = entries.get(&id).copied();
        let mut view = view(entry, hop, verdict, index, &known);
        view.leeway = leeway;
        view.severity = worst.get(&index).copied();
        tokens.insert(id, view);
    }
    proofs::link(&mut tokens);
    Ok(Analysis {
        revision: input.revision,
        now: input.now,
        tray: tray::groups(input, &evidence, &offsets),
        next_change: input
            .ticking
            .then(|| next_change(&tokens, input.now))
            .flatten(),
        tokens,
        evidence: Arc::new(evidence),
        offsets,
        report: Arc::new(report),
        graph,
        picture: Arc::new(picture),
        failed: None,
        keys,
    })
}

/// All keys that may verify: what issuers publish, and the user's.
fn candidates(input: &Input) -> Vec<Candidate> {
    let published: BTreeMap<_, _> = input.jwks.iter().collect();
    let mut all: Vec<Candidate> = published
        .into_iter()
        .flat_map(|(issuer, jwks)| {
            jwks.keys.iter().map(move |jwk: &Jwk| {
                Candidate::new(
                    jwk.clone(),
                    format!("JWKS of {}", crate::kit::text::escape(issuer)),
                    Some(issuer.clone()),
                )
            })
        })
        .collect();
    all.extend(input.keys.iter().cloned());
    all
}

/// Of all that verdicts depend on beside token and moment.
fn fingerprint(candidates: &[Candidate], demands: &Demands) -> u64 {
    let mut hasher = DefaultHasher::new();
    demands.hash(&mut hasher);
    for candidate in candidates {
        candidate.issuer.hash(&mut hasher);
        candidate.from.hash(&mut hasher);
        for (name, value) in &candidate.jwk.0 {
            name.hash(&mut hasher);
            value.to_string().hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// What earlier analyses found out about the same texts.
struct Known<'a> {
    tokens: HashMap<&'a str, &'a Arc<Token>>,
    verdicts: HashMap<&'a str, &'a Verdict>,
    /// Of one that was stopped; its verdicts only if they hold now.
    begun: &'a Begun,
    now: Timestamp,
    keys: u64,
    leeway: i64,
}

impl<'a> Known<'a> {
    fn of(previous: &'a Analysis, input: &'a Input, keys: u64) -> Self {
        let mut known = Self {
            tokens: HashMap::new(),
            verdicts: HashMap::new(),
            begun: &input.begun,
            now: input.now,
            keys,
            leeway: input.demands.leeway,
        };
        let same_keys = previous.keys == keys && previous.failed.is_none();
        for view in previous.tokens.values() {
            known.tokens.insert(&view.token.raw, &view.token);
            if let Some(received) = &view.received {
                known.tokens.insert(&received.raw, received);
            }
            if same_keys && !changes_between(&view.token, previous.now, input.now, known.leeway) {
                known.verdicts.insert(&view.token.raw, &view.verdict);
            }
        }
        known
    }

    fn token(&self, raw: &Arc<str>) -> Arc<Token> {
        let known = self.tokens.get(&**raw).copied();
        match known.or_else(|| self.begun.tokens.get(raw)) {
            Some(token) => Arc::clone(token),
            None => Arc::new(decode(raw)),
        }
    }

    fn verdict(&self, token: &Token) -> Option<Verdict> {
        if let Some(verdict) = self.verdicts.get(&*token.raw) {
            return Some((*verdict).clone());
        }
        let begun = self.begun;
        let holds =
            begun.keys == self.keys && !changes_between(token, begun.now, self.now, self.leeway);
        begun.verdicts.get(&token.raw).filter(|_| holds).cloned()
    }

    /// What an analysis has found out when it is stopped: what it took over from one that was
    /// stopped before, and more; not what the last whole one knows.
    fn begun(&self, decoded: &HashMap<TokenId, Arc<Token>>, judged: &[Hop]) -> Begun {
        let mut begun = Begun {
            now: self.now,
            keys: self.keys,
            tokens: self.begun.tokens.clone(),
            verdicts: HashMap::new(),
        };
        for token in decoded.values() {
            if !self.tokens.contains_key(&*token.raw) {
                let raw = Arc::clone(&token.raw);
                begun.tokens.insert(raw, Arc::clone(token));
            }
        }
        for (raw, token) in &begun.tokens {
            if let Some(verdict) = self.verdict(token) {
                begun.verdicts.insert(Arc::clone(raw), verdict);
            }
        }
        for hop in judged {
            if let Some(verdict) = &hop.verdict
                && !self.verdicts.contains_key(&*hop.token.raw)
            {
                let raw = Arc::clone(&hop.token.raw);
                begun.verdicts.insert(raw, verdict.clone());
            }
        }
        begun
    }
}

/// The moments at which something about a token changes by itself.
fn moments(token: &Token, leeway: i64) -> impl Iterator<Item = i64> {
    ["exp", "nbf", "iat", "auth_time"]
        .into_iter()
        .filter_map(|name| numeric_date(token, name))
        .flat_map(move |at| [-SKEW, -leeway, 0, leeway, SKEW].map(|by| at.saturating_add(by)))
}

fn changes_between(token: &Token, then: Timestamp, now: Timestamp, leeway: i64) -> bool {
    let (from, to) = (
        then.as_second().min(now.as_second()),
        then.as_second().max(now.as_second()),
    );
    // A boundary that is touched counts: `exp` itself already means expired.
    moments(token, leeway).any(|at| from <= at && at <= to)
}

/// The earliest moment after `now` at which something changes by itself. Of thousands of tokens one
/// ends at every moment: findings then follow in steps, lists tell what has ended all the same.
fn next_change(tokens: &HashMap<TokenId, TokenView>, now: Timestamp) -> Option<Timestamp> {
    let second = now.as_second();
    let step = i64::try_from(tokens.len() / 300).unwrap_or(i64::MAX);
    tokens
        .values()
        .flat_map(|view| moments(&view.token, view.leeway))
        .filter(|at| *at > second)
        .min()
        .map(|at| at.max(second.saturating_add(step)))
        .and_then(from_numeric_date)
}

/// The tokens of all runs as hops, and where each run's begin.
fn hops_of_runs(input: &Input) -> (Vec<Hop>, BTreeMap<crate::kit::ids::ChainId, usize>) {
    let mut hops: Vec<Hop> = Vec::new();
    let mut offsets = BTreeMap::new();
    for (id, run) in &input.runs {
        let Some(chain) = input.workspace.chain(*id) else {
            continue;
        };
        let offset = hops.len();
        offsets.insert(*id, offset);
        let mut own = gather::evidence(chain, run, &id.to_string());
        for hop in &mut own {
            hop.parent = hop.parent.map(|p| p + offset);
        }
        hops.append(&mut own);
    }
    (hops, offsets)
}

/// The user's tokens as hops. Each is alone, but for two cases: an edited copy of a run's token
/// stands where that stood, so that the rules compare it with the same parent; and tokens that came
/// in one text are taken as hops of one chain where their actors say so.
fn hops_of_user(input: &Input, decoded: &HashMap<TokenId, Arc<Token>>, hops: &mut Vec<Hop>) {
    let place: HashMap<TokenId, usize> = hops
        .iter()
        .enumerate()
        .filter_map(|(n, hop)| Some((hop.token_id?, n)))
        .collect();
    let mut batches: BTreeMap<u32, Vec<(&TokenEntry, &Arc<Token>)>> = BTreeMap::new();
    for entry in &input.workspace.tokens {
        let Some(token) = decoded.get(&entry.id) else {
            continue;
        };
        if let Some(batch) = entry.batch {
            batches.entry(batch).or_default().push((entry, token));
            continue;
        }
        let original = entry
            .copy_of
            .and_then(|id| place.get(&id))
            .map(|n| hops[*n].clone());
        let mut hop = alone(entry, token);
        if let Some(original) = original {
            hop.parent = original.parent;
            hop.exchange = original.exchange;
            hop.chain = original.chain;
            hop.supporting = original.supporting;
        }
        hops.push(hop);
    }
    for (batch, entries) in batches {
        let offset = hops.len();
        let linked = link_loose_tokens(entries.iter().map(|(_, token)| &***token).collect());
        for (n, parent) in linked {
            let (entry, token) = entries[n];
            let mut hop = alone(entry, token);
            hop.parent = parent.map(|p| p + offset);
            hop.chain = Some(format!("batch {batch}"));
            hops.push(hop);
        }
    }
}

fn alone(entry: &TokenEntry, token: &Arc<Token>) -> Hop {
    Hop {
        token_id: Some(entry.id),
        name: title(entry, token),
        token: Arc::clone(token),
        verdict: None,
        parent: None,
        exchange: None,
        supporting: false,
        chain: Some(entry.id.to_string()),
        sent: None,
    }
}

/// Orders tokens that came together so that parents stand before their children, and links them:
/// P is the parent of C when both are about the same subject of the same issuer and C's actors are
/// P's with one more in front, `A(C) = [y] + A(P)`; of several such P the one that came last before
/// C. Gives for each place the token's number and the place of its parent.
fn link_loose_tokens(tokens: Vec<&Token>) -> Vec<(usize, Option<usize>)> {
    /// Issuer and subject.
    type Subject = (Option<String>, Option<String>);
    struct Loose {
        number: usize,
        subject: Subject,
        actors: Vec<claims::Pid>,
    }
    let mut loose: Vec<Loose> = tokens
        .into_iter()
        .enumerate()
        .map(|(number, token)| Loose {
            number,
            subject: (
                token.claim_text("iss").map(str::to_owned),
                token.claim_text("sub").map(str::to_owned),
            ),
            actors: actors(token).into_iter().map(|a| a.pid).collect(),
        })
        .collect();
    loose.sort_by_key(|l| (l.actors.len(), l.number));
    let mut ends: HashMap<(&Subject, &[claims::Pid]), Vec<usize>> = HashMap::new();
    let mut linked = Vec::with_capacity(loose.len());
    for (place, child) in loose.iter().enumerate() {
        let parent = match child.actors.as_slice() {
            [_, before @ ..] if child.subject.1.is_some() => ends
                .get(&(&child.subject, before))
                .and_then(|places| {
                    let earlier = places
                        .iter()
                        .rev()
                        .find(|p| loose[**p].number < child.number);
                    earlier.or(places.first())
                })
                .copied(),
            _ => None,
        };
        linked.push((child.number, parent));
        ends.entry((&child.subject, &child.actors))
            .or_default()
            .push(place);
    }
    linked
}

fn view(
    entry: Option<&TokenEntry>,
    hop: &Hop,
    verdict: &Verdict,
    index: usize,
    known: &Known<'_>,
) -> TokenView {
    let token = Arc::clone(&hop.token);
    let received = entry
        .filter(|e| e.received != e.raw)
        .map(|e| known.token(&e.received));
    let changes = received.as_deref().map(|before| {
        let rows = diff::claims(before, &token);
        rows.into_iter()
            .filter(|r| r.change != Change::Kept)
            .collect()
    });
    let left_out = received.as_deref().is_some_and(|received| {
        let both = token.disclosed.as_ref().zip(received.disclosed.as_ref());
        both.is_some_and(|(now, received)| sd_jwt::leaves_out(now, received))
    });
    TokenView {
        left_out,
        binding: sd_jwt::binding(&token),
        received,
        changes: changes.unwrap_or_default(),
        verdict: verdict.clone(),
        principal: explain::principal(&token),
        title: entry.map_or_else(|| token.kind.label().to_owned(), |e| title(e, &token)),
        severity: None,
        hop: index,
        edited: entry.is_some_and(TokenEntry::is_edited),
        evidence_only: entry.is_none(),
        iat: numeric_date(&token, "iat"),
        exp: numeric_date(&token, "exp"),
        leeway: 0,
        proves: None,
        again: entry.map_or(0, |e| e.again),
        search: search(entry, &token),
        token,
    }
}

/// What a filter looks through, in small letters: the names of everybody in it, its kind, where it
/// came from, its identifiers.
fn search(entry: Option<&TokenEntry>, token: &Token) -> Arc<str> {
    let mut text = token.kind.label().to_lowercase();
    let mut add = |part: &str| {
        text.push('\n');
        text.push_str(&crate::kit::text::shorten(part, 300).to_lowercase());
    };
    if let Some(entry) = entry {
        entry.name.as_deref().into_iter().for_each(&mut add);
        add(&entry.origin);
    }
    for name in ["iss", "sub", "client_id", "azp", "jti", "scope", "txn"] {
        token.claim_text(name).into_iter().for_each(&mut add);
    }
    for audience in claims::audiences(token).into_iter().flatten() {
        add(&audience);
    }
    for actor in actors(token) {
        add(&actor.pid.sub);
    }
    for name in ["alg", "kid", "typ"] {
        token.header_text(name).into_iter().for_each(&mut add);
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::b64;

    fn token(claims: &serde_json::Value) -> Token {
        decode(&format!(
            "{}.{}.",
            b64::encode(r#"{"alg":"none"}"#),
            b64::encode(claims.to_string())
        ))
    }

    #[test]
    fn tokens_that_came_together_are_linked_by_their_actors() {
        let base = json!({"iss":"https://as","sub":"alice"});
        let one = json!({"iss":"https://as","sub":"alice","act":{"sub":"planner"}});
        let two = json!({"iss":"https://as","sub":"alice",
            "act":{"sub":"researcher","act":{"sub":"planner"}}});
        let other = json!({"iss":"https://as","sub":"bob","act":{"sub":"planner"}});
        let tokens: Vec<Token> = [&two, &base, &other, &one].into_iter().map(token).collect();
        let linked = link_loose_tokens(tokens.iter().collect());
        // base, bob's (whose parent is not there), one, two
        assert_eq!(linked, [(1, None), (2, None), (3, Some(0)), (0, Some(2))]);
    }

    #[test]
    fn tokens_without_a_subject_are_not_linked() {
        let tokens = [
            token(&json!({"scope":"a"})),
            token(&json!({"act":{"sub":"x"}})),
        ];
        let linked = link_loose_tokens(tokens.iter().collect());
        assert_eq!(linked, [(0, None), (1, None)]);
    }

    #[test]
    fn the_next_change_is_the_nearest_moment_ahead() {
        let at = |s| from_numeric_date(s).unwrap();
        let token = token(&json!({"iat":1_000,"exp":2_000}));
        assert!(changes_between(&token, at(1_999), at(2_000), 0));
        assert!(changes_between(&token, at(900), at(950), 0));
        assert!(!changes_between(&token, at(1_100), at(1_200), 0));
        assert!(changes_between(&token, at(2_290), at(2_310), 300));
    }
}
