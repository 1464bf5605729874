//! The making of an [`Analysis`].

use std::{
    collections::{BTreeMap, HashMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    sync::Arc,
};

use super::{
    Analysis, Begun, Input, TokenView,
    hops::{hops_of_runs, hops_of_user},
    known::{Known, next_change},
    proofs, title, tray,
};
use crate::{
    app::{session::Demands, workspace::TokenEntry},
    evidence::{Evidence, Hop},
    jose::Jwk,
    kit::ids::TokenId,
    principal::{graph, picture::Picture},
    risk::{self, Settings},
    token::{
        Token,
        claims::{self, actors, numeric_date},
        diff::{self, Change},
        explain, sd_jwt,
        validate::{Candidate, Policy, Verdict, judge},
    },
};

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
