//! Where findings are gathered: severity in context, confidence, order.

use super::{
    Confidence, Finding, NotEvaluable, Report, Severity,
    facts::Context,
    rule::{Draft, Rule, Said, Surroundings},
    survey::{At, Survey},
};

/// Collects what rules say.
pub(super) struct Sink<'s> {
    survey: &'s Survey<'s>,
    findings: Vec<Finding>,
    not_evaluable: Vec<NotEvaluable>,
}

impl<'s> Sink<'s> {
    pub fn new(survey: &'s Survey<'s>) -> Self {
        Self {
            survey,
            findings: Vec::new(),
            not_evaluable: Vec::new(),
        }
    }

    /// Takes what the rules say of one token; a rule that yields to another that fired is dropped.
    pub fn take(&mut self, at: &At<'_>, said: Vec<(&'static Rule, Said)>) {
        let fired: Vec<&Rule> = said
            .iter()
            .filter(|(_, said)| matches!(said, Said::Found(_) | Said::Titled(..)))
            .map(|(rule, _)| *rule)
            .collect();
        let mut kept = said;
        kept.retain(|(rule, _)| !rule.yields_to.iter().any(|better| fired.contains(better)));
        for (rule, said) in kept {
            match said {
                Said::Silent => {}
                Said::Unknown(why) => self.not_evaluable.push(NotEvaluable {
                    rule: rule.id,
                    hop: at.hop,
                    why: why.into_owned(),
                }),
                Said::Titled(title, draft) => {
                    let mut finding = self.finding(rule, at, draft);
                    finding.title = title;
                    self.findings.push(finding);
                }
                Said::Found(drafts) => {
                    for draft in drafts {
                        let finding = self.finding(rule, at, draft);
                        self.findings.push(finding);
                    }
                }
            }
        }
    }

    fn finding(&self, rule: &'static Rule, at: &At<'_>, draft: Draft) -> Finding {
        let mut context = Context::of(at.own, self.survey.settings);
        let mut parent = None;
        match rule.surroundings {
            Surroundings::Token => {}
            Surroundings::Lab => {
                context = Context {
                    lab: context.lab,
                    ..Context::default()
                }
            }
            Surroundings::Chain => {
                parent = at.own.hop.parent;
                let chain = at.own.hop.chain.as_deref();
                context.powerful |= chain
                    .and_then(|chain| self.survey.powerful.get(chain))
                    .copied()
                    .unwrap_or(false);
            }
        }
        let verified = at.own.verified
            && parent
                .and_then(|p| self.survey.facts.get(p))
                .is_none_or(|p| p.verified);
        Finding {
            rule,
            title: rule.title,
            severity: in_context(draft.severity, rule.floor, context),
            hop: at.hop,
            parent,
            claim: draft.claim,
            found: draft.found,
            expected: draft.expected,
            message: draft.message,
            confidence: match (draft.uncertain, verified) {
                (true, _) => Confidence::Low,
                (false, true) => Confidence::Verified,
                (false, false) => Confidence::Decoded,
            },
            path: at.own.path(),
        }
    }

    /// Everything, in the order of the ids, which is the catalogue's, then by hop.
    pub fn report(mut self) -> Report {
        self.findings.sort_by_key(|f| (f.rule.id, f.hop));
        self.not_evaluable.sort_by_key(|n| (n.rule, n.hop));
        Report {
            findings: self.findings,
            not_evaluable: self.not_evaluable,
        }
    }
}

/// Severity in context: the steps up and down are summed before they are applied, so that a payment
/// in the lab stays what the rule says.
fn in_context(base: Severity, floor: Severity, context: Context) -> Severity {
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
    order[at].max(floor)
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
        let lab = context(false, false, true);
        assert_eq!(in_context(Critical, Info, plain), Critical);
        let both = context(true, false, true);
        assert_eq!(in_context(Critical, Info, both), Critical);
        assert_eq!(in_context(Critical, Info, lab), High);
        let twice = context(true, true, false);
        assert_eq!(in_context(High, Info, twice), Critical, "one step for both");
        assert_eq!(in_context(Low, Info, lab), Info);
        assert_eq!(in_context(Low, Low, lab), Low, "the rule's floor");
        let third = context(false, true, false);
        assert_eq!(in_context(Medium, Info, third), High);
        assert_eq!(in_context(Info, Low, twice), Info, "a note stays a note");
    }
}
