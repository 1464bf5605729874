//! Where rules put what they find: severity in context, confidence, order.

use std::collections::HashMap;

use super::{
    Confidence, Finding, NotEvaluable, Report, Settings, Severity,
    facts::{Context, Facts, powerful_chains},
    registry,
};

/// What a rule has to say about a place.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Claim path: `act.sub`, `header.alg`.
    pub claim: String,
    /// The value found, escaped.
    pub found: String,
    /// The value expected, in words.
    pub expected: String,
    /// What happened here.
    pub message: String,
}

/// Collects findings.
pub(super) struct Sink<'s, 'a> {
    pub facts: &'s [Facts<'a>],
    pub settings: &'s Settings,
    powerful: HashMap<&'a str, bool>,
    findings: Vec<Finding>,
    not_evaluable: Vec<NotEvaluable>,
}

impl<'s, 'a> Sink<'s, 'a> {
    pub fn new(facts: &'s [Facts<'a>], settings: &'s Settings) -> Self {
        Self {
            facts,
            settings,
            powerful: powerful_chains(facts, settings),
            findings: Vec::new(),
            not_evaluable: Vec::new(),
        }
    }

    /// A rule about one token fires; its context is that token's.
    pub fn token(&mut self, rule: &'static str, hop: usize, base: Severity, draft: Draft) {
        let context = Context::of(&self.facts[hop], self.settings);
        self.push(rule, hop, None, base, context, false, draft);
    }

    /// As [`Sink::token`], for rules whose own condition is what would raise them.
    pub fn token_priced(&mut self, rule: &'static str, hop: usize, base: Severity, draft: Draft) {
        let context = Context {
            lab: Context::of(&self.facts[hop], self.settings).lab,
            ..Context::default()
        };
        self.push(rule, hop, None, base, context, false, draft);
    }

    /// A rule from hop to hop fires; its context is the chain's. `uncertain`: the comparison itself
    /// may be wrong.
    pub fn pair(
        &mut self,
        rule: &'static str,
        hop: usize,
        base: Severity,
        uncertain: bool,
        draft: Draft,
    ) {
        let facts = &self.facts[hop];
        let mut context = Context::of(facts, self.settings);
        context.powerful |= facts
            .hop
            .chain
            .as_deref()
            .and_then(|chain| self.powerful.get(chain))
            .copied()
            .unwrap_or(false);
        self.push(rule, hop, facts.hop.parent, base, context, uncertain, draft);
    }

    /// A rule lacks an operand.
    pub fn unknown(&mut self, rule: &'static str, hop: usize, why: impl Into<String>) {
        self.not_evaluable.push(NotEvaluable {
            rule,
            hop,
            why: why.into(),
        });
    }

    /// Whether a rule fired at a hop.
    pub fn fired(&self, rule: &str, hop: usize) -> bool {
        self.findings
            .iter()
            .rev()
            .take_while(|f| f.hop == hop)
            .any(|f| f.rule.id == rule)
    }

    #[allow(clippy::too_many_arguments)] // the one place where all parts of a finding meet
    fn push(
        &mut self,
        rule: &'static str,
        hop: usize,
        parent: Option<usize>,
        base: Severity,
        context: Context,
        uncertain: bool,
        draft: Draft,
    ) {
        let Some(rule) = registry::rule(rule) else {
            return;
        };
        let facts = &self.facts[hop];
        let verified = facts.verified
            && parent
                .and_then(|p| self.facts.get(p))
                .is_none_or(|p| p.verified);
        self.findings.push(Finding {
            rule,
            severity: in_context(rule.id, base, context),
            hop,
            parent,
            claim: draft.claim,
            found: draft.found,
            expected: draft.expected,
            message: draft.message,
            confidence: match (uncertain, verified) {
                (true, _) => Confidence::Low,
                (false, true) => Confidence::Verified,
                (false, false) => Confidence::Decoded,
            },
            path: facts.path(),
        });
    }

    /// Everything, in the catalogue's order, then by hop.
    pub fn report(mut self) -> Report {
        self.findings
            .sort_by_key(|f| (registry::position(f.rule.id), f.hop));
        self.not_evaluable
            .sort_by_key(|n| (registry::position(n.rule), n.hop));
        Report {
            findings: self.findings,
            not_evaluable: self.not_evaluable,
        }
    }
}

/// Severity in context: the steps up and down are summed before they are applied, so that a payment
/// in the lab stays what the rule says.
fn in_context(rule: &str, base: Severity, context: Context) -> Severity {
    if base == Severity::Info {
        return base;
    }
    // Worst first.
    let order = Severity::ALL;
    let Some(at) = order.iter().position(|s| *s == base) else {
        return base;
    };
    let mut at = at;
    match (context.powerful || context.third_party, context.lab) {
        (true, false) => at = at.saturating_sub(1),
        (false, true) => at = (at + 1).min(order.len() - 1),
        _ => {}
    }
    let severity = order[at];
    if rule.starts_with("DG-1") {
        severity.max(Severity::Low)
    } else {
        severity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Severity::{Critical, High, Info, Low, Medium};

    #[test]
    fn steps_are_summed_before_they_are_applied() {
        let context = |powerful, third_party, lab| Context {
            powerful,
            third_party,
            lab,
        };
        let plain = context(false, false, false);
        assert_eq!(in_context("DG-410", Critical, plain), Critical);
        assert_eq!(
            in_context("DG-410", Critical, context(true, false, true)),
            Critical
        );
        assert_eq!(
            in_context("DG-410", Critical, context(false, false, true)),
            High
        );
        assert_eq!(
            in_context("DG-401", High, context(true, true, false)),
            Critical
        );
        assert_eq!(in_context("DG-402", Low, context(false, false, true)), Info);
        assert_eq!(in_context("DG-111", Low, context(false, false, true)), Low);
        assert_eq!(
            in_context("DG-501", Medium, context(false, true, false)),
            High
        );
        assert_eq!(in_context("DG-428", Info, context(true, true, false)), Info);
    }
}
