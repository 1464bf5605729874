//! Views, selection and the clock: not undoable.

use super::{
    Effect, Model, graph,
    noun::{Entry, Keys, Noun, Rank, Undo, offer},
    session::{Demands, MAX_COMPARED, MAX_LEEWAY, Selection, View},
};
use crate::{
    kit::{Env, clock::Clock, ids::TokenId},
    risk::Severity,
};

/// What can be asked of what is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Show a view.
    Show(View),
    /// Select.
    Select(Selection),
    /// Set the clock.
    SetClock(Clock),
    /// Compare these tokens, in this order.
    Compare(Vec<TokenId>),
    /// Set what verdicts ask for.
    Demand(Demands),
    /// Show findings of this severity and worse.
    FilterSeverity(Option<Severity>),
    /// Filter the current view by text.
    Filter(String),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Show(view) => format!("Show {}", view.name().to_lowercase()),
            Self::Select(Selection::None) => "Select nothing".into(),
            Self::Select(_) => "Select".into(),
            Self::SetClock(Clock::System) => "Set the clock to now".into(),
            Self::SetClock(Clock::Fixed(at)) => format!("Set the clock to {at}"),
            Self::Compare(_) => "Compare tokens".into(),
            Self::Demand(_) => "Set what verdicts ask for".into(),
            Self::FilterSeverity(None) => "Show findings of every severity".into(),
            Self::FilterSeverity(Some(least)) => {
                format!("Show findings of severity {} and worse", least.name())
            }
            Self::Filter(_) => "Filter".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Show(_)
            | Self::Select(_)
            | Self::SetClock(_)
            | Self::Compare(_)
            | Self::Demand(_)
            | Self::FilterSeverity(_)
            | Self::Filter(_) => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, _effects: &mut Vec<Effect>) {
        match self {
            Self::Show(view) => model.session.view = view,
            Self::Select(selection) => {
                match &selection {
                    Selection::Token(id) | Selection::Claim(id, _) => {
                        model.session.token = Some(*id);
                    }
                    Selection::ChainNode(chain, _) => model.session.chain = Some(*chain),
                    Selection::None
                    | Selection::Principal(_)
                    | Selection::Relation(..)
                    | Selection::Finding(_)
                    | Selection::Key(_)
                    | Selection::Server(_)
                    | Selection::Log(_) => {}
                }
                model.session.selection = selection;
                graph::bring_out(model);
            }
            Self::SetClock(clock) => {
                if model.session.clock != clock {
                    model.session.clock = clock;
                    model.touch();
                }
            }
            Self::Demand(demands) => {
                if model.session.demands != demands {
                    model.session.demands = Demands {
                        leeway: demands.leeway.clamp(0, MAX_LEEWAY),
                        ..demands
                    };
                    model.touch();
                }
            }
            Self::Compare(tokens) => {
                let mut seen = std::collections::HashSet::new();
                model.session.compared = tokens.into_iter().filter(|t| seen.insert(*t)).collect();
                model.session.compared.truncate(MAX_COMPARED);
            }
            Self::FilterSeverity(least) => model.session.at_least = least,
            Self::Filter(text) => model.session.filter = text,
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        let start = offer(Rank::Front, "", Self::Show(View::START));
        entries.extend(model.session.views.iter().map(|offered| Entry {
            label: offered.label.clone(),
            act: Self::Show(offered.view),
            ..start.clone()
        }));
        entries.push(start);
        if model.session.at_least.is_some() {
            let hint = "milder ones are left out now";
            entries.push(offer(Rank::Front, hint, Self::FilterSeverity(None)));
        }
        if model.session.clock != Clock::System {
            let hint = "verdicts and countdowns follow";
            let now = Self::SetClock(Clock::System);
            entries.push(offer(Rank::Last, hint, now));
        }
        if model.session.selection != Selection::None {
            let nothing = Self::Select(Selection::None);
            entries.push(offer(Rank::Last, "", nothing));
        }
    }

    fn shortcuts(model: &Model) -> Vec<(Self, Keys)> {
        let views = model.session.views.iter();
        views
            .map(|offered| (Self::Show(offered.view), offered.keys))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{command::palette, update};

    #[test]
    fn the_palette_shows_all_findings_again_once_some_are_left_out() {
        let (mut model, env) = (Model::default(), Env::system(Clock::System));
        let offered = |model: &Model| {
            let all = Command::FilterSeverity(None).into();
            palette(model).iter().any(|entry| entry.act == all)
        };
        assert!(!offered(&model));
        let high = Command::FilterSeverity(Some(Severity::High));
        update(&mut model, high, &env);
        assert!(offered(&model));
    }
}
