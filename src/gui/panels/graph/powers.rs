//! What a principal may do: by each of its tokens that is alive, as whom, with which scopes, at which
//! audience, until when. Authority and history stay apart (RFC 8693 §4.1), and no token speaks for another.

use std::collections::BTreeSet;

use egui::{RichText, Ui};

use super::state::Cx;
use crate::{
    app::{
        analysis::{Analysis, TokenView},
        session::Selection,
        view,
    },
    gui::{
        sections::severity::counted,
        theme::{self, space},
        times,
        widgets::{
            self,
            chips::{Mark, chip},
            life::Life,
            state::TokenState,
        },
    },
    kit::{
        ids::TokenId,
        text::{escape, shorten},
    },
    principal::{Node, Standing},
    token::{claims, explain::principal as explain},
};

/// Tokens that are shown one by one; a principal may stand in thousands.
const SHOWN: usize = 12;

/// One token of a principal.
struct Power<'a> {
    id: TokenId,
    /// What the evidence calls it.
    name: &'a str,
    view: &'a TokenView,
    standing: Standing,
    state: TokenState,
}

/// The tokens that a principal stands in, by what they are worth at the moment.
pub(super) struct Powers<'a> {
    /// Alive, and it acts by them or is their subject: what weighs most first, then the newest.
    live: Vec<Power<'a>>,
    /// Alive, but nobody ought to take them: the signature fails, or there is none.
    unsound: Vec<Power<'a>>,
    /// Alive, and it acted before: information only.
    before: Vec<Power<'a>>,
    /// Alive, and they let it become the actor.
    may_act: usize,
    /// Not alive any more, or not yet.
    ended: usize,
    /// Of its own name.
    subject: bool,
}

impl<'a> Powers<'a> {
    /// What `node` may do at `now`, in seconds.
    pub fn of(analysis: &'a Analysis, node: &Node, now: i64) -> Self {
        let mut powers = Self {
            live: Vec::new(),
            unsound: Vec::new(),
            before: Vec::new(),
            may_act: 0,
            ended: 0,
            subject: node.standings.iter().any(|(_, s)| *s == Standing::Subject),
        };
        for (hop, standing) in &node.standings {
            let Some(hop) = analysis.evidence.hops.get(*hop) else {
                continue;
            };
            let view = hop
                .token_id
                .and_then(|id| Some((id, analysis.tokens.get(&id)?)));
            let Some((id, view)) = view else {
                continue;
            };
            let power = Power {
                id,
                name: &hop.name,
                view,
                standing: *standing,
                state: TokenState::of(view, now),
            };
            let speaks = matches!(standing, Standing::Acts | Standing::Subject);
            if !is_alive(view, now) {
                powers.ended += usize::from(speaks);
                continue;
            }
            match standing {
                Standing::Acts | Standing::Subject => match power.state {
                    TokenState::Failed | TokenState::Unsigned | TokenState::Edited => {
                        powers.unsound.push(power);
                    }
                    _ => powers.live.push(power),
                },
                Standing::ActedBefore => powers.before.push(power),
                Standing::MayAct => powers.may_act += 1,
                Standing::Client | Standing::Audience => {}
            }
        }
        for list in [&mut powers.live, &mut powers.unsound, &mut powers.before] {
            list.reverse();
            list.sort_by_key(|power| std::cmp::Reverse(power.standing));
        }
        powers
    }

    /// Whether any token makes it act, or tells that it did.
    pub fn has_any(&self) -> bool {
        self.ended > 0
            || [&self.live, &self.unsound, &self.before]
                .iter()
                .any(|list| !list.is_empty())
    }

    /// In a sentence or two; none where no token says who acts.
    pub fn sentence(&self) -> Option<String> {
        let mut said = Vec::new();
        let acts: Vec<&Power<'_>> = self.by(Standing::Acts).collect();
        if !acts.is_empty() {
            let subjects: BTreeSet<String> = acts.iter().map(|power| power.subject()).collect();
            let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
            said.push(format!(
                "Acts now for {} by {}.",
                joined(&subjects),
                counted(acts.len(), "live token")
            ));
        }
        let is_subject = self.by(Standing::Subject).count();
        if is_subject > 0 {
            said.push(format!(
                "Is the subject of {}.",
                counted(is_subject, "live token")
            ));
        }
        if !self.before.is_empty() {
            said.push(format!(
                "In {} it acted before: that is history, not authority.",
                counted(self.before.len(), "live token")
            ));
        }
        if self.may_act > 0 {
            said.push(format!(
                "{} let{} it become the actor.",
                counted(self.may_act, "live token"),
                if self.may_act == 1 { "s" } else { "" }
            ));
        }
        if said.is_empty() && self.ended > 0 {
            said.push(if self.ended == 1 {
                "Its token is not alive now: it has no authority.".into()
            } else {
                format!(
                    "None of its {} tokens is alive now: it has no authority.",
                    self.ended
                )
            });
        } else if said.is_empty() && !self.unsound.is_empty() {
            said.push("It has no token that a sound server would take.".into());
        } else if self.live.is_empty() && !self.before.is_empty() && !self.subject {
            said.push("It has no live token of its own.".into());
        }
        (!said.is_empty()).then(|| said.join(" "))
    }

    fn by(&self, standing: Standing) -> impl Iterator<Item = &Power<'a>> {
        self.live
            .iter()
            .filter(move |power| power.standing == standing)
    }
}

impl Power<'_> {
    fn subject(&self) -> String {
        let subject = self.view.principal.subject.clone();
        subject.unwrap_or_else(|| "nobody named".into())
    }

    /// As whom it acts by this token.
    fn words(&self) -> String {
        let principal = &self.view.principal;
        match (self.standing, principal.actors.first()) {
            (Standing::Subject, Some(actor)) => format!("{actor} acts for it"),
            (Standing::Subject, None) => "as itself: no actor is named".into(),
            _ => format!("for {}", self.subject()),
        }
    }
}

/// Whether a token can be used at `now`, as far as its times say.
fn is_alive(view: &TokenView, now: i64) -> bool {
    let ended = view
        .exp
        .is_some_and(|exp| exp.saturating_add(view.leeway) <= now);
    let not_yet = claims::numeric_date(&view.token, "nbf")
        .is_some_and(|nbf| nbf > now.saturating_add(view.leeway));
    !ended && !not_yet
}

/// Draws them.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, powers: &Powers<'_>) {
    let lists = [
        ("Authority now", &powers.live),
        ("Not sound", &powers.unsound),
    ];
    for (title, list) in lists {
        if list.is_empty() {
            continue;
        }
        ui.add_space(space::XS);
        widgets::section(ui, title, &list.len().to_string());
        for power in list.iter().take(SHOWN) {
            self::power(ui, cx, power);
        }
        rest(ui, cx, list.len());
    }
    if !powers.before.is_empty() {
        ui.add_space(space::XS);
        widgets::section(
            ui,
            "History, not authority",
            &powers.before.len().to_string(),
        );
        for power in powers.before.iter().take(SHOWN) {
            ui.horizontal_wrapped(|ui| {
                link(ui, cx, power);
                let actor = power.view.principal.actors.first();
                let actor = actor.map_or("nobody", String::as_str);
                let words = format!("{actor} acts now, for {}", power.subject());
                ui.label(RichText::new(words).color(cx.theme.muted));
            });
        }
        rest(ui, cx, powers.before.len());
    }
    if powers.ended > 0 && !powers.live.is_empty() {
        let words = format!(
            "{} expired, or not valid yet",
            counted(powers.ended, "token")
        );
        ui.label(theme::small(words).color(cx.theme.muted));
    }
}

fn rest(ui: &mut Ui, cx: &Cx<'_>, count: usize) {
    if count > SHOWN {
        let words = format!("and {} more", count - SHOWN);
        ui.label(theme::small(words).color(cx.theme.muted));
    }
}

/// The token's name, which selects it.
fn link(ui: &mut Ui, cx: &mut Cx<'_>, power: &Power<'_>) {
    let name = shorten(&escape(power.name), 40).into_owned();
    let link = ui.link(theme::strong(name.as_str()).color(cx.theme.accent));
    if link.accessible_name(format!("Select {name}")).clicked() {
        cx.push(view::Command::Select(Selection::Token(power.id)));
    }
}

/// What one token allows.
fn power(ui: &mut Ui, cx: &mut Cx<'_>, power: &Power<'_>) {
    let view = power.view;
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        link(ui, cx, power);
        let verb = if power.standing == Standing::Acts {
            "acts "
        } else {
            ""
        };
        ui.label(format!("{verb}{}", power.words()));
        if power.state != TokenState::Valid {
            let words = RichText::new(power.state.words()).color(power.state.colour(cx.theme));
            ui.label(words);
        }
    });
    if let Some(scopes) = claims::scopes(&view.token).filter(|s| !s.is_empty()) {
        let hops = &cx.model.analysis.evidence.hops;
        let parent = hops.get(view.hop).and_then(|h| hops.get(h.parent?));
        let before = parent.and_then(|h| claims::scopes(&h.token));
        widgets::field(ui, "Scopes", |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
                for scope in &scopes {
                    let added = before.as_ref().is_some_and(|b| !b.contains(scope));
                    chip(ui, scope, if added { Mark::Added } else { Mark::Kept });
                }
            });
        });
    } else {
        let words = "none in the token";
        widgets::field(ui, "Scopes", |ui| {
            ui.label(RichText::new(words).color(cx.theme.muted))
        });
    }
    let audience = explain(&view.token).audience_short();
    widgets::field(ui, "Audience", |ui| {
        if audience.is_empty() {
            ui.label(RichText::new("any: none is named").color(cx.theme.high))
        } else {
            ui.add(egui::Label::new(audience).wrap())
        }
    });
    widgets::field(ui, "Until", |ui| match view.exp {
        Some(exp) => {
            let life = Life {
                from: view.iat,
                until: Some(exp),
                now: cx.seconds(),
            };
            cx.tick(ui.ctx(), life.words_change());
            let at = times::local(cx, exp, cx.seconds());
            ui.add(egui::Label::new(format!("{at}, {}", life.words())).wrap())
        }
        None if view.token.claim("exp").is_some() => {
            ui.label(RichText::new("cannot be read").color(cx.theme.high))
        }
        None => ui.label("no end: the token has no exp"),
    });
    widgets::field(ui, "Bound", |ui| match claims::holder_key(&view.token) {
        Some(key) => {
            let words = format!("to the key {}", shorten(&key, 30));
            ui.add(egui::Label::new(words).wrap())
        }
        None => ui.add(egui::Label::new("no: whoever has the token can use it").wrap()),
    });
}

/// `a`, `a and b`, `a, b and c`.
fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_joined_as_people_write() {
        assert_eq!(super::joined(&["a"]), "a");
        assert_eq!(super::joined(&["a", "b", "c"]), "a, b and c");
        assert_eq!(super::joined(&[]), "");
    }
}
