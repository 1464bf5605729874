//! Node kind `wait`: a token lies in a queue for a while, as in work that is done later, and is handed on
//! as it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::StepKind;
use crate::{
    chain::{
        Expect, Node, Role,
        engine::{Begun, Stage, Starting},
        file::{FileError, fields::Fields, write::Lines},
        run::{Failure, NodeRun, Pending, Progress, Want},
        wires::Input,
    },
    kit::{clock, text::excerpt},
};

/// Settings of a node that holds a token back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Wait {
    /// Node whose token is held.
    pub token: String,
    /// How long, with units: `90s`, `1m 30s`.
    pub wait: String,
}

/// The longest wait.
const LONGEST: Duration = Duration::from_hours(1);

/// Why a text is no time that a token can be held for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// Nothing.
    #[error("it does not say how long to wait: write 90s, 5m or 1h")]
    Missing,
    /// No time.
    #[error("`{0}` is no time to wait: write 90s, 5m or 1h")]
    NoTime(String),
    /// A time that does not pass.
    #[error("`{0}` is no wait: write a time that passes, as 90s")]
    Zero(String),
    /// More than [`LONGEST`].
    #[error("`{0}` is too long: a chain waits 1h at most at one node")]
    TooLong(String),
}

impl Wait {
    /// How long the token is held, or why that cannot be.
    pub fn time(&self) -> Result<Duration, WaitError> {
        let shown = || excerpt(&self.wait, 40);
        if self.wait.trim().is_empty() {
            return Err(WaitError::Missing);
        }
        match clock::duration(&self.wait) {
            None => Err(WaitError::NoTime(shown())),
            Some(Duration::ZERO) => Err(WaitError::Zero(shown())),
            Some(time) if time > LONGEST => Err(WaitError::TooLong(shown())),
            Some(time) => Ok(time),
        }
    }
}

impl StepKind for Wait {
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            token: fields.required("token")?,
            wait: fields.required("wait")?,
        })
    }

    fn write(&self, out: &mut Lines) {
        out.text("token", Some(&self.token));
        out.text("wait", Some(&self.wait));
    }

    fn title(&self) -> &'static str {
        "Wait"
    }

    fn word(&self) -> &'static str {
        "wait"
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let (token, token_type_uri) = starting.input(&self.token, Role::Held)?;
        let time = self
            .time()
            .map_err(|why| Failure::setup(why.to_string(), "set how long this node waits"))?;
        let giver = starting.run.nodes.get(&self.token);
        // What is said of the token holds of it afterwards as well; the proof was another node's.
        let held = NodeRun {
            token: Some(token),
            token_type_uri,
            scheme: giver.and_then(|n| n.scheme.clone()),
            granted: giver.and_then(|n| n.granted.clone()),
            ..NodeRun::default()
        };
        let pending = Pending {
            node: starting.node.id.clone(),
            so_far: Starting::running(Vec::new(), None),
            stage: Stage::Wait(Box::new(held)),
            sent: None,
        };
        Ok(Progress::Want(Box::new(pending), Want::Wait(time)))
    }

    fn flaws(&self, node: &Node, flaw: &mut dyn FnMut(String)) {
        if let Err(why) = self.time() {
            flaw(why.to_string());
        }
        if let Some(expect) = node
            .expect
            .iter()
            .find(|e| matches!(e, Expect::Status(_) | Expect::Error(_)))
        {
            flaw(format!(
                "it expects that {}, and nothing is sent while it waits: remove that expectation",
                expect.words()
            ));
        }
    }

    fn inputs(&self) -> Vec<(Role, Option<&str>)> {
        vec![(Role::Held, Some(&self.token))]
    }

    fn inputs_mut(&mut self) -> Vec<(Role, Input<'_>)> {
        vec![(Role::Held, Input::Needed(&mut self.token))]
    }

    fn hands_on(&self) -> Option<&str> {
        Some(&self.token)
    }

    fn stands_beside(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Result<Duration, WaitError> {
        let wait = Wait {
            token: "x".into(),
            wait: text.into(),
        };
        wait.time()
    }

    #[test]
    fn a_wait_has_a_unit_and_a_bound() {
        for (text, millis) in [
            ("90s", 90_000),
            ("250ms", 250),
            ("1m 30s", 90_000),
            ("5 minutes", 300_000),
            ("1h", 3_600_000),
            ("PT2M", 120_000),
        ] {
            assert_eq!(time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["90", "-5s", "5s ago", "soon", "99999999999999999999h", "1d"] {
            let why = time(text).unwrap_err();
            assert!(
                matches!(why, WaitError::NoTime(_) | WaitError::TooLong(_)),
                "{text}"
            );
            if let WaitError::NoTime(_) = why {
                assert!(why.to_string().contains("write 90s"), "{text}");
            }
        }
        assert_eq!(time(" "), Err(WaitError::Missing));
        assert_eq!(time("0s"), Err(WaitError::Zero("0s".into())));
        assert_eq!(time("61m"), Err(WaitError::TooLong("61m".into())));
    }
}
