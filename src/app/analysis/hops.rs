//! The tokens of runs and of the user as the hops that rules and graph are about.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Input, title};
use crate::{
    app::workspace::TokenEntry,
    chain::gather,
    evidence::Hop,
    kit::ids::{ChainId, TokenId},
    token::{
        Token,
        claims::{self, actors},
    },
};

/// The tokens of all runs as hops, and where each run's begin.
pub(super) fn hops_of_runs(input: &Input) -> (Vec<Hop>, BTreeMap<ChainId, usize>) {
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
pub(super) fn hops_of_user(
    input: &Input,
    decoded: &HashMap<TokenId, Arc<Token>>,
    hops: &mut Vec<Hop>,
) {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{jose::b64, token::decode::decode};

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
}
