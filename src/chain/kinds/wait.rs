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

impl Wait {
    /// How long the token is held, or why that cannot be.
    pub fn time(&self) -> Result<Duration, String> {
        let shown = || excerpt(&self.wait, 40);
        if self.wait.trim().is_empty() {
            return Err("it does not say how long to wait: write 90s, 5m or 1h".into());
        }
        match clock::duration(&self.wait) {
            None => Err(format!(
                "`{}` is no time to wait: write 90s, 5m or 1h",
                shown()
            )),
            Some(Duration::ZERO) => Err(format!(
                "`{}` is no wait: write a time that passes, as 90s",
                shown()
            )),
            Some(time) if time > LONGEST => Err(format!(
                "`{}` is too long: a chain waits 1h at most at one node",
                shown()
            )),
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
            .map_err(|why| Failure::setup(why, "set how long this node waits"))?;
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
            flaw(why);
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

    fn time(text: &str) -> Result<Duration, String> {
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
            assert!(time(text).unwrap_err().contains("write 90s"), "{text}");
        }
        assert!(time(" ").unwrap_err().contains("does not say how long"));
        assert!(time("0s").unwrap_err().contains("is no wait"));
        assert!(time("61m").unwrap_err().contains("1h at most"));
    }
}
