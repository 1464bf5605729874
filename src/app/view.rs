//! Views, selection and the clock: not undoable.

use super::{
    Command, Effect, Model, forge, graph,
    model::Purpose,
    runs,
    session::{Demands, MAX_COMPARED, MAX_LEEWAY, Selection, View},
};

pub(super) fn update(model: &mut Model, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Show(view) => model.session.view = view,
        Command::Select(selection) => {
            match &selection {
                Selection::Token(id) | Selection::Claim(id, _) => model.session.token = Some(*id),
                Selection::ChainNode(chain, _) => model.session.chain = Some(*chain),
                _ => {}
            }
            model.session.selection = selection;
            graph::bring_out(model);
        }
        Command::ShowChain(id) => {
            if model.workspace.chain(id).is_some() {
                model.session.chain = Some(id);
                model.session.view = View::Chain;
            } else {
                model.complain(format!("There is no chain {id}."));
            }
        }
        Command::SetClock(clock) if model.session.clock != clock => {
            model.session.clock = clock;
            model.touch();
        }
        Command::Demand(demands) if model.session.demands != demands => {
            model.session.demands = Demands {
                leeway: demands.leeway.clamp(0, MAX_LEEWAY),
                ..demands
            };
            model.touch();
        }
        Command::Compare(tokens) => {
            let mut seen = std::collections::HashSet::new();
            model.session.compared = tokens.into_iter().filter(|t| seen.insert(*t)).collect();
            model.session.compared.truncate(MAX_COMPARED);
        }
        Command::FilterSeverity(least) => model.session.at_least = least,
        Command::Filter(text) => model.session.filter = text,
        Command::CancelJob(id) => {
            let Some(job) = model.jobs.get(&id) else {
                return; // it has ended in the meantime
            };
            if !job.cancellable {
                return;
            }
            if let Purpose::Chain(chain) = job.purpose {
                runs::cancel(model, chain, effects);
            } else if job.purpose == Purpose::Fire {
                forge::cancel(model, effects);
            } else if let Some(job) = model.jobs.remove(&id) {
                effects.push(Effect::Cancel(id));
                forge::crack_cancelled(model, id);
                model.say(format!("Cancelled: {}.", job.what));
            }
        }
        Command::StopAnalysis => {
            if let Some(under_way) = &model.analysing {
                under_way.progress.stop();
                model.not_analysed = Some(model.revision);
            }
        }
        Command::Tick => model.touch(),
        _ => {}
    }
}

/// Lets go of what is selected but no longer there.
pub(super) fn mend(model: &mut Model) {
    let there = |id| model.workspace.token(id).is_some() || runs::token(model, id).is_some();
    let chain = |id| model.workspace.chain(id).is_some();
    let lost = match &model.session.selection {
        Selection::Token(id) | Selection::Claim(id, _) => !there(*id),
        Selection::ChainNode(id, node) => model
            .workspace
            .chain(*id)
            .is_none_or(|c| c.node(node).is_none()),
        Selection::Key(id) => model.workspace.key(*id).is_none(),
        Selection::Server(id) => !model.workspace.servers.iter().any(|s| s.id == *id),
        Selection::Finding(_)
        | Selection::Principal(_)
        | Selection::Relation(..)
        | Selection::Log(_)
        | Selection::None => false,
    };
    let token = model.session.token.filter(|id| there(*id));
    let shown = model.session.chain.filter(|id| chain(*id));
    let shown = shown.or_else(|| model.workspace.chains.first().map(|c| c.id));
    let target = model.session.target;
    let target = target.filter(|id| model.workspace.target(*id).is_some());
    let compared = model.session.compared.iter().copied();
    let compared: Vec<_> = compared.filter(|id| there(*id)).collect();
    if lost {
        model.session.selection = Selection::None;
    }
    model.session.compared = compared;
    model.session.token = token;
    model.session.chain = shown;
    model.session.target = target;
}
