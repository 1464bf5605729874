//! A chain as it is drawn: places, wires with their words, lines on the cards. Made once per change of
//! the document, the run or the analysis.

use std::sync::Arc;

use egui::{Pos2, Rect, pos2, vec2};

use super::kinds::face;
use crate::{
    app::{Model, Workspace, analysis::Analysis, model::Running},
    chain::{
        Chain, Givers, Node, Role, place, plan,
        run::{NodeRun, NodeState, Run},
    },
    gui::{
        canvas::{Curve, walk},
        icons::Icon,
    },
    kit::{
        ids::{ChainId, TokenId},
        text::{escape, excerpt},
    },
    risk::Severity,
    token::{Token, claims, decode::decode, diff, explain::duration},
};

/// A wire between two nodes.
pub(super) struct Wire {
    /// Index of the node that gives the token.
    pub from: usize,
    /// Index of the node that takes it.
    pub to: usize,
    /// As what.
    pub role: Role,
    /// Way on the plane.
    pub curve: Curve,
    /// What changed on the way, a phrase a line.
    pub words: Vec<String>,
    /// Worst finding about the change.
    pub severity: Option<Severity>,
    /// Name for the screen reader.
    pub name: String,
}

/// The outcome line of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Quiet,
    Good,
    Bad,
    Risk(Severity),
}

/// A node as a card.
pub(super) struct Card {
    pub rect: Rect,
    pub state: NodeState,
    pub title: String,
    /// At the right of the title: the user or the client.
    pub who: String,
    /// There as well, where nobody acts.
    pub icon: Option<Icon>,
    /// Up to two lines: what is asked for.
    pub lines: Vec<String>,
    /// What came of it.
    pub outcome: (String, Tone),
    /// Its token, when it has one.
    pub token: Option<TokenId>,
    /// Worst finding at its token.
    pub severity: Option<Severity>,
    /// Whether others can take a token from it.
    pub gives: bool,
    /// Name for the screen reader.
    pub name: String,
}

/// The chain as it is drawn.
pub(super) struct Scene {
    workspace: Arc<Workspace>,
    analysis: Arc<Analysis>,
    revision: u64,
    chain: ChainId,
    waiting: Option<Waiting>,
    pub cards: Vec<Card>,
    pub wires: Vec<Wire>,
    pub order: Vec<usize>,
    pub links: Vec<(usize, usize)>,
    pub bounds: Rect,
    /// What keeps the chain from running.
    pub flaws: Vec<plan::Flaw>,
}

/// Where a node gives its token.
pub(super) fn output(rect: Rect) -> Pos2 {
    pos2(rect.right(), rect.center().y)
}

/// Where a node takes a token.
pub(super) fn input(rect: Rect, role: Role) -> Pos2 {
    let share = match role {
        Role::Subject => 0.36,
        Role::Actor => 0.74,
        Role::Bearer | Role::Held => 0.5,
    };
    pos2(rect.left(), rect.top() + rect.height() * share)
}

/// The node that is under way.
#[derive(PartialEq)]
struct Waiting {
    node: String,
    /// What it waits for, and how long still.
    words: Option<String>,
}

fn waiting(model: &Model, id: ChainId) -> Option<Waiting> {
    let running = model.running.get(&id)?;
    let (_, pending) = running.pending.as_ref()?;
    Some(Waiting {
        node: pending.node.clone(),
        words: waiting_words(running),
    })
}

/// Where the token stands in the tray that a node has given, or handed on.
pub(super) fn handed_token(givers: &Givers<'_>, run: &Run, node: &str) -> Option<TokenId> {
    run.token(node)?;
    run.nodes.get(givers.giver(node))?.token_id
}

/// `waiting, 42 s left`, of a node that lets time pass or a person sign in.
pub(super) fn waiting_words(running: &Running) -> Option<String> {
    let left = running.left?;
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let what = match &running.signing_in {
        Some(state) if state.no_browser.is_some() => "waiting for a browser",
        Some(_) => "waiting for your browser",
        None => "waiting",
    };
    Some(format!("{what}, {} left", duration(seconds)))
}

impl Scene {
    /// Whether it still shows the model.
    pub fn is_of(&self, model: &Model, id: ChainId) -> bool {
        self.chain == id
            && self.revision == model.revision
            && Arc::ptr_eq(&self.workspace, &model.workspace)
            && Arc::ptr_eq(&self.analysis, &model.analysis)
            && self.waiting == waiting(model, id)
    }

    /// Makes it.
    pub fn of(model: &Model, id: ChainId, chain: &Chain) -> Self {
        let run = model.runs.get(&id);
        let waiting = waiting(model, id);
        let rects: Vec<Rect> = place::place(chain)
            .into_iter()
            .map(|[x, y]| Rect::from_min_size(pos2(x, y), vec2(place::WIDTH, place::HEIGHT)))
            .collect();
        let givers = Givers::of(chain);
        let cards: Vec<Card> = chain
            .nodes
            .iter()
            .zip(&rects)
            .map(|(node, rect)| {
                let node_run = run.and_then(|r| r.nodes.get(&node.id));
                let waits = waiting.as_ref().filter(|w| w.node == node.id);
                let state = match waits {
                    Some(_) => NodeState::Running,
                    None => node_run.map_or(NodeState::Idle, |r| r.state),
                };
                let words = waits.and_then(|w| w.words.clone());
                let mut card = card(model, node, *rect, (state, words), (run, node_run));
                card.token = run.and_then(|run| handed_token(&givers, run, &node.id));
                card
            })
            .collect();
        let index = |id: &str| chain.nodes.iter().position(|n| n.id == id);
        let mut wires = Vec::new();
        for (to, node) in chain.nodes.iter().enumerate() {
            for (role, id) in node.inputs() {
                if let Some(from) = index(id) {
                    wires.push(wire(model, chain, run, from, to, role, &rects));
                }
            }
        }
        let bounds = rects.iter().fold(Rect::NOTHING, |all, r| all | *r);
        Self {
            workspace: Arc::clone(&model.workspace),
            analysis: Arc::clone(&model.analysis),
            revision: model.revision,
            chain: id,
            waiting,
            order: walk::reading_order(&rects),
            links: wires.iter().map(|w| (w.from, w.to)).collect(),
            cards,
            wires,
            bounds,
            flaws: plan::flaws(chain),
        }
    }
}

fn wire(
    model: &Model,
    chain: &Chain,
    run: Option<&Run>,
    from: usize,
    to: usize,
    role: Role,
    rects: &[Rect],
) -> Wire {
    let node_run = |n: usize| run.and_then(|r| r.nodes.get(&chain.nodes[n].id));
    let (before, after) = (node_run(from), node_run(to));
    let mut severity = None;
    let words: Vec<String> = match role {
        Role::Actor => vec!["actor".into()],
        Role::Bearer | Role::Held => Vec::new(),
        Role::Subject => {
            severity = after
                .and_then(|r| r.token_id)
                .and_then(|t| changed_badly(model, t));
            match (
                before.and_then(|r| r.token.as_ref()),
                after.and_then(|r| r.token.as_ref()),
            ) {
                (Some(before), Some(after)) => diff::wire(before, after)
                    .into_iter()
                    .map(|w| excerpt(&w, 48))
                    .collect(),
                _ => Vec::new(),
            }
        }
    };
    let title = |n: usize| spoken_title(&chain.nodes[n]);
    let as_what = role.name();
    let mut name = format!("{as_what} of {} to {}", title(from), title(to));
    if role == Role::Subject && !words.is_empty() {
        name = format!("{name}, {}", words.join(", "));
    }
    if let Some(severity) = severity {
        name = format!("{name}, {} finding", severity.name());
    }
    Wire {
        from,
        to,
        role,
        curve: Curve::between_ports(output(rects[from]), input(rects[to], role)),
        words,
        severity,
        name,
    }
}

/// How a call presented a token that is bound to a key (RFC 9449 §7).
fn presented(run: &Run, call: &NodeRun) -> Option<&'static str> {
    let headers = &call.exchanged.last()?.request.headers;
    let sent = headers.iter().find(|h| h.name == "Authorization")?;
    let raw = sent.value.split_once(' ')?.1;
    let mut given = run.nodes.values().filter_map(|node| node.token.as_ref());
    // One of an earlier run is no longer there.
    let bound = match given.find(|token| &*token.raw == raw) {
        Some(token) => claims::holder_key(token),
        None => claims::holder_key(&decode(raw)),
    };
    let proved = call.proof_key.as_ref().and_then(|k| k.thumbprint().ok());
    match (bound, proved) {
        (None, None) => None,
        (Some(_), None) => Some("no proof"),
        (Some(bound), Some(proved)) if bound != format!("jkt:{proved}") => {
            Some("proof by another key")
        }
        (_, Some(_)) => Some("DPoP proof"),
    }
}

/// Whether a token is bound to a key.
fn is_bound(token: &Token) -> bool {
    claims::holder_key(token).is_some()
}

/// The worst finding that compares a token with the one before it.
fn changed_badly(model: &Model, token: TokenId) -> Option<Severity> {
    let hop = model.analysis.tokens.get(&token)?.hop;
    let worst = model
        .analysis
        .report
        .findings
        .iter()
        .filter(|f| f.hop == hop && f.parent.is_some())
        .map(|f| f.severity)
        .max()?;
    (worst > Severity::Info).then_some(worst)
}

fn card(
    model: &Model,
    node: &Node,
    rect: Rect,
    (state, waits): (NodeState, Option<String>),
    (whole, run): (Option<&Run>, Option<&NodeRun>),
) -> Card {
    let token = run.and_then(|r| r.token_id);
    let severity = token
        .and_then(|t| model.analysis.tokens.get(&t))
        .and_then(|t| t.severity)
        .filter(|s| *s > Severity::Info);
    let outcome = outcome(model, (state, waits), run, token, severity);
    let who = who(node);
    let shown = whole
        .zip(run)
        .and_then(|(whole, run)| presented(whole, run));
    let lines: Vec<String> = face(&node.step)
        .lines(node, model)
        .into_iter()
        .take(2)
        .chain(shown.map(str::to_owned))
        .map(|l| excerpt(&l, 80))
        .collect();
    let mut name = spoken_title(node);
    for part in lines.iter().chain([&outcome.0]) {
        name.push_str(", ");
        name.push_str(part);
    }
    if let Some(severity) = severity {
        name = format!("{name}, {} finding", severity.name());
    }
    Card {
        rect,
        state,
        title: escape(node.title()).into_owned(),
        who,
        icon: face(&node.step).icon(),
        lines,
        outcome,
        token: None,
        severity,
        gives: node.gives_token(),
        name,
    }
}

fn who(node: &Node) -> String {
    let who = face(&node.step).who(node);
    escape(who).into_owned()
}

/// `Exchange as planner`, `Sign in as alice`.
pub(super) fn spoken_title(node: &Node) -> String {
    let who = who(node);
    let title = escape(node.title());
    if who.is_empty() {
        title.into_owned()
    } else {
        format!("{title} as {who}")
    }
}

fn outcome(
    model: &Model,
    (state, waits): (NodeState, Option<String>),
    run: Option<&NodeRun>,
    token: Option<TokenId>,
    severity: Option<Severity>,
) -> (String, Tone) {
    let last = run.and_then(|r| r.exchanged.last());
    let status = last
        .and_then(|x| x.response.as_ref().ok())
        .map(|r| r.status);
    let millis = run.map_or(0, |r| r.millis);
    match state {
        NodeState::Idle => ("not run".into(), Tone::Quiet),
        NodeState::Running => (waits.unwrap_or_else(|| "running".into()), Tone::Quiet),
        NodeState::Stale => ("stale: run it again".into(), Tone::Quiet),
        NodeState::Failed => {
            let why = run.and_then(|r| r.failure.as_ref());
            let broken = run.is_some_and(|r| r.expectations.iter().any(|(_, held)| !held));
            let text = match (status, why.and_then(|f| f.code.as_deref())) {
                (Some(status), Some(code)) => format!("{status} · {}", escape(code)),
                (Some(status), None) if broken => format!("{status} · not as expected"),
                (Some(status), None) => format!("failed, {status}"),
                (None, _) => why.map_or_else(|| "failed".into(), |f| escape(&f.said).into_owned()),
            };
            (text, Tone::Bad)
        }
        NodeState::Done => {
            let bound = run.and_then(|r| r.token.as_deref()).is_some_and(is_bound);
            let text = match status {
                None if millis > 0 => format!("done · {millis} ms"),
                None => "done".into(),
                Some(status @ 400..) => format!("{status} · as expected"),
                Some(status) if bound => format!("{status} · bound to key"),
                Some(status) => format!("{status} · {millis} ms"),
            };
            match severity.filter(|s| *s >= Severity::High) {
                Some(severity) => {
                    let hop = token
                        .and_then(|t| model.analysis.tokens.get(&t))
                        .map(|t| t.hop);
                    let worst = model
                        .analysis
                        .report
                        .findings
                        .iter()
                        .find(|f| Some(f.hop) == hop && f.severity == severity);
                    let words = worst.map_or(severity.name(), |f| f.title);
                    (words.to_owned(), Tone::Risk(severity))
                }
                None => (text, Tone::Good),
            }
        }
    }
}
