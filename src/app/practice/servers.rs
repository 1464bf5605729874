//! Practice servers as they start, run and stop, and what runs at an address.

use std::sync::Arc;

use super::state::{Practice, PracticeInfo, title};
use crate::{
    app::{Effect, Model, session::Cause},
    kit::ids::TokenId,
    oauth::metadata::is_loopback,
    practice::Faults,
};

/// Starts the server with these faults, unless it runs or is being started.
pub(in crate::app) fn start(model: &mut Model, faults: Faults, effects: &mut Vec<Effect>) {
    if matches!(
        model.practice.get(&faults),
        Some(Practice::Running(_) | Practice::Starting)
    ) {
        return;
    }
    model.practice.insert(faults.clone(), Practice::Starting);
    effects.push(Effect::StartPractice(faults));
}

/// What the server at an address is called, if it is a practice server of this start, even one that
/// was stopped since.
pub fn named(model: &Model, url: &url::Url) -> Option<String> {
    let port = url.port_or_known_default().filter(|_| is_loopback(url))?;
    model.practice_ports.get(&port).map(title)
}

/// [`named`], for an issuer or another address as text.
pub fn named_by(model: &Model, address: &str) -> Option<String> {
    named(model, &url::Url::parse(address).ok()?)
}

/// Whether a token came of a run at a practice server of an earlier start: its keys are gone with it.
pub fn is_of_earlier_start(model: &Model, token: TokenId) -> bool {
    let given = model.runs.iter().find_map(|(id, run)| {
        let mut nodes = run.nodes.iter();
        let (node, shown) = nodes.find(|(_, n)| n.token_id == Some(token))?;
        Some((model.workspace.chain(*id)?.node(node)?, shown))
    });
    given.is_some_and(|(node, shown)| {
        let iss = shown.token.as_ref().and_then(|t| t.claim_text("iss"));
        node.is_at_practice() && iss.is_some_and(|iss| !model.jwks.contains_key(iss))
    })
}

/// Stops one.
pub(super) fn stop_one(model: &mut Model, faults: Faults, effects: &mut Vec<Effect>) {
    if let Some(state) = model.practice.get_mut(&faults) {
        *state = Practice::Stopped;
        effects.push(Effect::StopOnePractice(faults));
    }
}

/// Stops all. What they published stays known: tokens that they issued can still be verified.
pub(super) fn stop(model: &mut Model, effects: &mut Vec<Effect>) {
    for state in model.practice.values_mut() {
        *state = Practice::Stopped;
    }
    effects.push(Effect::StopPractice);
}

/// Takes in a server's new state.
pub(in crate::app) fn changed(
    model: &mut Model,
    faults: &Faults,
    state: Result<Arc<PracticeInfo>, String>,
) {
    if !matches!(model.practice.get(faults), Some(Practice::Starting)) {
        return; // stopped in the meantime
    }
    let state = match state {
        Ok(info) => {
            let url = url::Url::parse(&info.issuer).ok();
            if let Some(port) = url.and_then(|url| url.port_or_known_default()) {
                model.practice_ports.insert(port, faults.clone());
            }
            model
                .jwks
                .insert(info.issuer.clone(), Arc::clone(&info.jwks));
            model.touch();
            Practice::Running(info)
        }
        Err(why) => {
            let text = format!("The practice server could not be started: {why}");
            model.complain_of(Cause::Practice(faults.clone()), text);
            Practice::Failed(why)
        }
    };
    model.practice.insert(faults.clone(), state);
}
