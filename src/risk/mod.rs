//! Floor 2: the rules of the risk catalogue, a file each in [`rules`].
//!
//! Two promises: a rule with a missing operand is *not evaluable*, never passed; and a finding says
//! what was found, what was expected, and by which clause.
//!
//! **Severity** is set in three steps. First the rule's own condition gives a severity (DG-303 is
//! medium, and high from four audiences). Then what the surroundings add and take is summed: one step
//! up for a privileged scope, payments or a third-party receiver (once, whichever of them it is, and
//! not where the rule's condition is about just that), one step down for an issuer on
//! this machine or in a lab. Rules from hop to hop look for scopes in the whole chain: what happens
//! at one hop happens to its power. Last, the sum is applied within critical and info; no finding falls
//! below its rule's floor, and a note stays a note.
//!
//! **Confidence** comes from the signatures: of all tokens that a finding rests on.

mod actors;
#[cfg(test)]
mod cases;
pub mod compare;
mod due;
mod facts;
mod finding;
mod rule;
pub mod rules;
mod said;
mod settings;
mod severity;
mod shared_claims;
mod sink;
mod survey;

pub use finding::{Finding, NotEvaluable, Report};
pub use rule::{Mark, Rule, Surroundings, Wire};
pub use settings::Settings;
pub use severity::{Confidence, Severity};

use rule::Ready;
use said::Said;
use sink::Sink;
use survey::{At, Survey};

use crate::{evidence::Evidence, kit::progress::Progress};

/// Applies every rule, in the catalogue's order: header and cryptography, claims, target, chain, time,
/// binding. Findings come in the order of the rules, then of the hops. Linear in the number of hops.
///
/// ```
/// use delegraph::{
///     evidence::Evidence,
///     kit::clock::Clock,
///     risk::{Settings, evaluate},
///     token::decode::decode,
/// };
///
/// let token = decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
/// let evidence = Evidence::chain_of([token]);
/// let report = evaluate(&evidence, &Settings::at(Clock::System.now()));
/// assert_eq!(report.findings[0].rule.title, "Unsigned token");
/// ```
pub fn evaluate(evidence: &Evidence, settings: &Settings) -> Report {
    // Never stopped, so never without a report.
    evaluate_while(evidence, settings, &Progress::default()).unwrap_or_default()
}

/// [`evaluate`], a step of `progress` for each hop; `None` when it was stopped.
pub fn evaluate_while(
    evidence: &Evidence,
    settings: &Settings,
    progress: &Progress,
) -> Option<Report> {
    let survey = Survey::of(evidence, settings);
    let checks: Vec<(&'static Rule, Ready<'_>)> = rules::ALL
        .iter()
        .map(|rule| (*rule, rule.check.ready(&survey)))
        .collect();
    let mut sink = Sink::new(&survey);
    for (hop, own) in survey.facts.iter().enumerate() {
        if progress.is_stopped() {
            return None;
        }
        progress.step(1);
        let at = At::new(&survey, hop, own);
        let said = checks
            .iter()
            .map(|(rule, check)| (*rule, check(&at)))
            .filter(|(_, said)| !matches!(said, Said::Silent));
        sink.take(&at, said.collect());
    }
    Some(sink.report())
}
