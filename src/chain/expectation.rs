//! Whether a node did what its chain expects.

use std::collections::BTreeSet;

use super::{
    Chain, Expect, Node,
    run::{Failure, FailureKind, NodeRun, NodeState, Run},
};
use crate::{
    kit::text,
    token::{Token, claims},
};

/// Before the id of a node whose subject is expected.
const SUBJECT_OF: &str = "subject of ";

/// The node whose subject a text means in the place of a name: `subject of alice`.
fn other_node(text: &str) -> Option<&str> {
    let id = text.strip_prefix(SUBJECT_OF)?.trim();
    (!id.is_empty()).then_some(id)
}

/// The nodes whose subjects a node is compared with.
pub(super) fn compared_with(node: &Node) -> impl Iterator<Item = &str> {
    node.expect
        .iter()
        .flat_map(|expect| match expect {
            Expect::Subject(sub) => std::slice::from_ref(sub),
            Expect::Actors(list) => list,
            _ => &[],
        })
        .filter_map(|text| other_node(text))
}

impl Expect {
    /// In words: `actors are researcher, planner`.
    pub fn words(&self) -> String {
        match self {
            Self::Status(code) => format!("the status is {code}"),
            Self::Error(code) => format!("it is refused with {}", text::escape(code)),
            Self::Subject(sub) => match other_node(sub) {
                Some(id) => format!("the subject is that of {}", text::escape(id)),
                None => format!("the subject is {}", text::escape(sub)),
            },
            Self::Actors(list) if list.is_empty() => "nobody acts for the subject".into(),
            Self::Actors(list) => format!("the actors are {}", join(list)),
            Self::Scope(list) if list.is_empty() => "there is no scope".into(),
            Self::Scope(list) => format!("the scope is {}", join(list)),
            Self::Audience(list) if list.is_empty() => "there is no audience".into(),
            Self::Audience(list) => format!("the audience is {}", join(list)),
            Self::Bound(true) => "the token is bound to the key of the request".into(),
            Self::Bound(false) => "the token is bound to no key".into(),
            Self::NoFinding(severity) => {
                format!(
                    "there is no finding of severity {} or worse",
                    severity.name()
                )
            }
            Self::Finding(rule) => format!("there is a finding of {}", text::escape(rule)),
        }
    }

    /// Whether it is about findings, and so can be judged only when these are known.
    pub fn is_about_findings(&self) -> bool {
        matches!(self, Self::NoFinding(_) | Self::Finding(_))
    }
}

fn join<'a>(list: impl IntoIterator<Item = &'a String>) -> String {
    let list: Vec<_> = list.into_iter().map(String::as_str).collect();
    text::shorten(&text::escape(&list.join(", ")), 300).into_owned()
}

/// Ends a node: sets state, failure and the expectations that are not about findings.
///
/// A refusal that the node expects is no failure: the node is done, and what the server said becomes
/// a note.
pub(super) fn judge(
    chain: &Chain,
    node: &Node,
    run: &Run,
    shown: &mut NodeRun,
    failure: Option<Failure>,
) {
    let facts = Facts::of(chain, node, run, shown, failure.as_ref());
    let mut broken = Vec::new();
    shown.expectations = node
        .expect
        .iter()
        .filter(|e| !e.is_about_findings())
        .map(|expect| {
            let held = facts.hold(expect);
            if !held {
                broken.push(format!("{}; found {}", expect.words(), facts.found(expect)));
            }
            (expect.clone(), held)
        })
        .collect();
    let expected_refusal = node.expect.iter().any(|e| match e {
        Expect::Error(_) => true,
        Expect::Status(code) => *code >= 400,
        _ => false,
    });
    shown.failure = match failure {
        Some(failure)
            if failure.kind == FailureKind::Refused && expected_refusal && broken.is_empty() =>
        {
            shown
                .notes
                .push(format!("refused, as expected: {}", failure.said));
            None
        }
        Some(failure) => Some(failure),
        None => broken_expectations(&broken),
    };
    shown.state = if shown.failure.is_some() {
        NodeState::Failed
    } else {
        NodeState::Done
    };
}

/// The failure of expectations that did not hold; `None` when all did.
pub(super) fn broken_expectations(broken: &[String]) -> Option<Failure> {
    (!broken.is_empty()).then(|| Failure {
        kind: FailureKind::Expectation,
        said: format!("expected that {}", broken.join("; expected that ")),
        expected: String::new(),
        try_this:
            "compare the token with the request; if the token is right, change the expectation"
                .into(),
        code: None,
    })
}

/// What a node's expectations are compared with.
struct Facts<'a> {
    status: Option<u16>,
    refused: bool,
    code: Option<&'a str>,
    token: Option<&'a Token>,
    scope: Option<BTreeSet<String>>,
    /// The key that the token is bound to, as [`claims::holder_key`] names it.
    bound: Option<String>,
    /// The key that the request proved, likewise.
    proved: Option<String>,
    run: &'a Run,
}

impl<'a> Facts<'a> {
    fn of(
        chain: &Chain,
        node: &Node,
        run: &'a Run,
        shown: &'a NodeRun,
        failure: Option<&'a Failure>,
    ) -> Self {
        let status = shown
            .exchanged
            .last()
            .and_then(|e| e.response.as_ref().ok())
            .map(|r| r.status);
        // A call gives no token; what is expected of one is expected of the token it sends.
        let taken = node.main_input().filter(|id| chain.node(id).is_some());
        let (token, granted) = match taken {
            Some(id) if !node.gives_token() => {
                let sent = run.nodes.get(id);
                (
                    sent.and_then(|n| n.token.as_deref()),
                    sent.and_then(|n| n.granted.clone()),
                )
            }
            _ => (shown.token.as_deref(), shown.granted.clone()),
        };
        Self {
            status,
            refused: failure.is_some_and(|f| f.kind == FailureKind::Refused),
            code: failure.and_then(|f| f.code.as_deref()),
            scope: token.and_then(claims::scopes).or(granted),
            bound: token.and_then(claims::holder_key),
            proved: shown
                .proof_key
                .as_ref()
                .and_then(|key| key.thumbprint().ok())
                .map(|thumbprint| format!("jkt:{thumbprint}")),
            token,
            run,
        }
    }

    /// The name that is expected: the text, or the subject of the node that it means. `None` when that
    /// node has none.
    fn meant<'t>(&'t self, text: &'t str) -> Option<&'t str> {
        match other_node(text) {
            Some(id) => self.run.token(id)?.claim_text("sub"),
            None => Some(text),
        }
    }

    /// What the nodes that are meant in `list` have as subjects, for messages; empty when none is meant.
    fn meaning(&self, list: &[String]) -> String {
        let meant = list.iter().filter(|text| other_node(text).is_some());
        let meant: Vec<String> = meant
            .map(|text| {
                let is = self.meant(text).unwrap_or("unknown");
                format!("the {text} is {is}")
            })
            .collect();
        if meant.is_empty() {
            return String::new();
        }
        format!(" ({})", join(&meant))
    }

    fn actors(&self) -> Option<Vec<String>> {
        self.token
            .map(|t| claims::actors(t).into_iter().map(|a| a.pid.sub).collect())
    }

    fn hold(&self, expect: &Expect) -> bool {
        let set = |list: &[String]| -> BTreeSet<String> { list.iter().cloned().collect() };
        match expect {
            Expect::Status(code) => self.status == Some(*code),
            Expect::Error(code) => self.refused && self.code == Some(code),
            Expect::Subject(sub) => {
                let found = self.token.and_then(|t| t.claim_text("sub"));
                found.is_some() && found == self.meant(sub)
            }
            Expect::Actors(list) => {
                let meant: Option<Vec<String>> = list
                    .iter()
                    .map(|text| self.meant(text).map(str::to_owned))
                    .collect();
                meant.is_some() && self.actors() == meant
            }
            Expect::Scope(list) => {
                self.token.is_some() && self.scope.clone().unwrap_or_default() == set(list)
            }
            Expect::Audience(list) => self
                .token
                .is_some_and(|t| claims::audiences(t).unwrap_or_default() == set(list)),
            Expect::Bound(true) => {
                self.bound.is_some() && (self.proved.is_none() || self.bound == self.proved)
            }
            Expect::Bound(false) => self.token.is_some() && self.bound.is_none(),
            Expect::NoFinding(_) | Expect::Finding(_) => true,
        }
    }

    /// What was found in place of what was expected.
    fn found(&self, expect: &Expect) -> String {
        let no_token = || "no token".to_owned();
        match expect {
            Expect::Status(_) => self
                .status
                .map_or_else(|| "no answer".into(), |s| s.to_string()),
            Expect::Error(_) => match (self.refused, self.code) {
                (true, Some(code)) => text::shorten(&text::escape(code), 80).into_owned(),
                (true, None) => "a refusal without a code".into(),
                (false, _) => "no refusal".into(),
            },
            Expect::Subject(expected) => self.token.map_or_else(no_token, |t| {
                let found = t.claim_text("sub").map_or_else(
                    || "none".into(),
                    |sub| text::shorten(&text::escape(sub), 120).into_owned(),
                );
                found + &self.meaning(std::slice::from_ref(expected))
            }),
            Expect::Actors(expected) => self.actors().map_or_else(no_token, |actors| {
                let found = if actors.is_empty() {
                    "none".into()
                } else {
                    join(&actors)
                };
                found + &self.meaning(expected)
            }),
            Expect::Scope(_) => match (&self.token, &self.scope) {
                (None, _) => no_token(),
                (_, None) => "none".into(),
                (_, Some(scope)) => join(scope),
            },
            Expect::Audience(_) => self.token.map_or_else(no_token, |t| {
                claims::audiences(t).map_or_else(|| "none".into(), |found| join(&found))
            }),
            Expect::Bound(_) => match (&self.bound, self.token) {
                (_, None) => no_token(),
                (None, _) => "a token that is bound to no key".into(),
                (Some(key), _) => format!("bound to {}", text::shorten(&text::escape(key), 80)),
            },
            Expect::NoFinding(_) | Expect::Finding(_) => String::new(),
        }
    }
}
