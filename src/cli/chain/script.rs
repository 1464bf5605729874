//! The program without a face: commands in, outcomes carried until nothing is under way.

use std::time::Duration;

use super::super::output::{self, Failure};
use crate::{
    app::{Command, Effect, Model, apply, session::Notice, update, view},
    io::runtime::Runtime,
    kit::{Env, clock::Clock},
};

/// How long one look at the channel waits: the delay with which Ctrl+C is noticed.
const TICK: Duration = Duration::from_millis(50);

/// Longest silence between two answers: far above every time limit of the transport.
pub(in crate::cli) const SILENCE: Duration = Duration::from_mins(3);

/// A model and the runtime that carries its effects out.
pub(in crate::cli) struct Script {
    /// All state.
    pub model: Model,
    runtime: Runtime,
    clock: Clock,
}

impl Script {
    /// An empty workspace at `clock`.
    pub fn new(clock: Clock) -> Result<Self, Failure> {
        let mut script = Self {
            model: Model::default(),
            runtime: Runtime::new(|| ()).map_err(Failure::impossible)?,
            clock,
        };
        if clock != Clock::System {
            script.ask(view::Command::SetClock(clock));
        }
        Ok(script)
    }

    /// Carries out a command.
    pub fn ask(&mut self, command: impl Into<Command>) {
        let effects = update(&mut self.model, command, &Env::system(self.clock));
        self.perform(effects);
    }

    /// Waits until nothing is under way; an error when nothing comes for as long as `silence`.
    pub fn settle(&mut self, silence: Duration) -> Result<(), Failure> {
        self.pump(silence, |_| ())
    }

    /// [`Script::settle`], with a look at the state after each outcome and at each tick.
    pub fn pump(
        &mut self,
        silence: Duration,
        mut look: impl FnMut(&mut Self),
    ) -> Result<(), Failure> {
        let mut waited = Duration::ZERO;
        while !self.is_settled() {
            match self.runtime.wait(TICK) {
                Some(outcome) => {
                    waited = Duration::ZERO;
                    let effects = apply(&mut self.model, outcome, &Env::system(self.clock));
                    self.perform(effects);
                }
                None => waited += TICK,
            }
            look(self);
            if waited > silence {
                return Err(Failure::impossible(format!(
                    "no answer for {} seconds",
                    silence.as_secs()
                )));
            }
        }
        Ok(())
    }

    /// Fails with the messages of what went wrong, if anything did.
    pub fn refuse_errors(&mut self, what: &str) -> Result<(), Failure> {
        let errors: Vec<String> = self
            .take_notices()
            .into_iter()
            .filter(|notice| notice.error)
            .map(|notice| notice.text)
            .collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(Failure::impossible(format!(
            "{what}: {}",
            errors.join("; ")
        )))
    }

    /// Says on standard error what went wrong, and goes on.
    pub fn note_errors(&mut self) {
        for notice in self.take_notices() {
            if notice.error {
                output::note(&notice.text);
            }
        }
    }

    /// Messages not shown yet.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.model.session.notices)
    }

    fn is_settled(&self) -> bool {
        self.model.running.is_empty()
            && self.model.jobs.is_empty()
            && self.model.analysis.revision == self.model.revision
    }

    /// What belongs to the window's saved state (autosave, the keychain) is not for a command to
    /// touch: nothing of this run is kept.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Autosave(_) | Effect::DropAutosave => {}
                effect => self.runtime.perform(effect),
            }
        }
    }
}
