//! What earlier analyses found out, as far as it holds now.

use std::{collections::HashMap, sync::Arc};

use super::{Analysis, Begun, Input, TokenView};
use crate::{
    evidence::Hop,
    kit::{
        clock::{Timestamp, from_numeric_date},
        ids::TokenId,
    },
    token::{Token, claims::numeric_date, decode::decode, validate::Verdict},
};

/// Seconds of clock difference that the rules allow: findings change this much before and after
/// the moment that a claim names.
const SKEW: i64 = 60;

/// What earlier analyses found out about the same texts.
pub(super) struct Known<'a> {
    tokens: HashMap<&'a str, &'a Arc<Token>>,
    verdicts: HashMap<&'a str, &'a Verdict>,
    /// Of one that was stopped; its verdicts only if they hold now.
    begun: &'a Begun,
    now: Timestamp,
    keys: u64,
    leeway: i64,
}

impl<'a> Known<'a> {
    pub fn of(previous: &'a Analysis, input: &'a Input, keys: u64) -> Self {
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

    pub fn token(&self, raw: &Arc<str>) -> Arc<Token> {
        let known = self.tokens.get(&**raw).copied();
        match known.or_else(|| self.begun.tokens.get(raw)) {
            Some(token) => Arc::clone(token),
            None => Arc::new(decode(raw)),
        }
    }

    pub fn verdict(&self, token: &Token) -> Option<Verdict> {
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
    pub fn begun(&self, decoded: &HashMap<TokenId, Arc<Token>>, judged: &[Hop]) -> Begun {
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
pub(super) fn next_change(
    tokens: &HashMap<TokenId, TokenView>,
    now: Timestamp,
) -> Option<Timestamp> {
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
    fn the_next_change_is_the_nearest_moment_ahead() {
        let at = |s| from_numeric_date(s).unwrap();
        let token = token(&json!({"iat":1_000,"exp":2_000}));
        assert!(changes_between(&token, at(1_999), at(2_000), 0));
        assert!(changes_between(&token, at(900), at(950), 0));
        assert!(!changes_between(&token, at(1_100), at(1_200), 0));
        assert!(changes_between(&token, at(2_290), at(2_310), 300));
    }
}
