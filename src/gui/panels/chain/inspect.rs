//! Inspector of a node of a chain: settings, request, response, cURL, what changed, expectations.

use egui::{RichText, Ui};

use super::{
    fields,
    scene::{handed_token, spoken_title, waiting_words},
    settings,
    state::{Cx, Tab},
};
use crate::{
    app::{chains, runs},
    chain::{
        Givers, Node, Role,
        run::{Failure, FailureKind, NodeRun, NodeState, SigningIn},
    },
    gui::{
        icons::Icon,
        request::WindowRequest,
        sections::http,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::ChainId,
        text::{capital, escape, escape_lines, excerpt, shorten},
    },
    token::diff::{self, Change},
};

/// Draws the section.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, node_id: &str) {
    let model = cx.model;
    let found = model
        .workspace
        .chain(id)
        .and_then(|chain| Some((chain, chain.node(node_id)?)));
    let Some((chain, node)) = found else {
        widgets::empty(ui, "This node is no longer in its chain.", |_| {});
        return;
    };
    let of = Some((id, node_id.to_owned()));
    let state = &mut cx.state.inspect;
    if state.of != of {
        state.of = of;
        state.which = usize::MAX;
        state.form = fields::FieldsState::default();
    }
    let run = model.runs.get(&id).and_then(|r| r.nodes.get(node_id));
    head(ui, cx, id, node, run);
    // What failed before a change need not fail after it: the node is stale.
    let failure = run.filter(|r| r.state != NodeState::Stale);
    if let Some(failure) = failure.and_then(|r| r.failure.as_ref()) {
        failed(ui, cx, failure);
    }
    tabs(ui, cx);
    match cx.state.inspect.tab {
        Tab::Settings => {
            settings::ui(ui, cx, id, chain, node);
            notes(ui, cx, run);
            expectations(ui, cx, node, run);
        }
        Tab::Request | Tab::Response | Tab::Curl => exchange(ui, cx, run),
        Tab::Changes => changes(ui, cx, id, node, run),
    }
}

/// What a person is to do whom a node waits for.
fn signing_in(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, state: &SigningIn) {
    if let Some(why) = &state.no_browser {
        let why = format!("No browser could be opened: {}", escape(why));
        ui.add(egui::Label::new(RichText::new(why).color(cx.theme.medium)).wrap());
    }
    let about = "Sign in there; this node goes on when the browser comes back.";
    ui.add(egui::Label::new(RichText::new(about).color(cx.theme.muted)).wrap());
    let address = state.address.as_str();
    ui.add(
        egui::Label::new(theme::mono(escape(address)))
            .truncate()
            .selectable(true),
    )
    .on_hover_text(escape(address));
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, Icon::Copy, "Copy the address").clicked() {
            cx.ask(WindowRequest::Copy(address.into(), "Address".into()));
        }
        if widgets::button(ui, Icon::Stop, "Cancel the sign-in").clicked() {
            cx.push(runs::Command::Cancel(id));
        }
    });
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, node: &Node, run: Option<&NodeRun>) {
    widgets::section(ui, &excerpt(&node.id, 32), node.kind_word());
    ui.add_space(space::XS);
    ui.add(egui::Label::new(theme::title(spoken_title(node))).wrap());
    let running = cx.model.running.get(&id).filter(|running| {
        let pending = running.pending.as_ref();
        pending.is_some_and(|(_, pending)| pending.node == node.id)
    });
    let waiting = running.and_then(waiting_words).map(|w| capital(&w));
    ui.horizontal_wrapped(|ui| {
        let (words, colour) = match run.map_or(NodeState::Idle, |r| r.state) {
            NodeState::Idle => ("Not run", cx.theme.muted),
            NodeState::Running => (waiting.as_deref().unwrap_or("Running"), cx.theme.accent),
            NodeState::Done => ("Done", cx.theme.good),
            NodeState::Failed => ("Failed", cx.theme.critical),
            NodeState::Stale => ("Stale: something before it changed", cx.theme.muted),
        };
        ui.label(RichText::new(words).color(colour));
        if let Some(run) = run.filter(|r| !r.exchanged.is_empty()) {
            let n = run.exchanged.len();
            let requests = if n == 1 {
                "1 request".to_owned()
            } else {
                format!("{n} requests")
            };
            ui.label(
                RichText::new(format!("{requests} · {} ms", run.millis)).color(cx.theme.muted),
            );
        }
    });
    if let Some(state) = running.and_then(|r| r.signing_in.as_ref()) {
        signing_in(ui, cx, id, state);
    }
    if let Some(thumbprint) = run
        .and_then(|r| r.proof_key.as_ref())
        .and_then(|key| key.thumbprint().ok())
    {
        ui.horizontal(|ui| {
            Icon::Key.show(ui, 14.0, cx.theme.muted);
            ui.label(RichText::new("Proves the key").color(cx.theme.muted));
            ui.add(
                egui::Label::new(theme::mono(&thumbprint))
                    .truncate()
                    .selectable(true),
            )
            .on_hover_text(format!("jkt {thumbprint}"));
        });
    }
    ui.horizontal_wrapped(|ui| {
        let busy = cx.model.running.contains_key(&id);
        ui.add_enabled_ui(!busy, |ui| {
            if widgets::button(ui, Icon::Play, "Run to here").clicked() {
                cx.push(runs::Command::To(id, node.id.clone()));
            }
        });
        let token = cx.model.runs.get(&id).and_then(|run| {
            let givers = Givers::of(cx.model.workspace.chain(id)?);
            handed_token(&givers, run, &node.id)
        });
        if let Some(token) = token
            && ui.button("Show its token").clicked()
        {
            cx.ask(WindowRequest::ShowToken(token));
        }
        if widgets::icon_button(ui, Icon::Trash, "Delete this node").clicked() {
            cx.push(chains::Command::DeleteNode(id, node.id.clone()));
        }
    });
    ui.add_space(space::XS);
}

/// What the server said, what the RFC would have expected, what to try.
fn failed(ui: &mut Ui, cx: &Cx<'_>, failure: &Failure) {
    let title = match failure.kind {
        FailureKind::Refused => "The server refused",
        FailureKind::Unreachable => "No answer came",
        FailureKind::Setup => "Nothing was sent",
        FailureKind::Expectation => "Not as expected",
    };
    widgets::banner(cx.theme.removed_surface).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::strong(title).color(cx.theme.critical));
            if let Some(code) = &failure.code {
                ui.label(theme::mono(escape(code)));
            }
        });
        for (name, text) in [
            ("", &failure.said),
            ("Expected", &failure.expected),
            ("Try", &failure.try_this),
        ] {
            if text.is_empty() {
                continue;
            }
            if !name.is_empty() {
                ui.add_space(2.0);
                ui.label(theme::small(name).strong());
            }
            let job = theme::prose(&escape_lines(text), 13.0, cx.theme.text);
            ui.add(egui::Label::new(job).wrap().selectable(true));
        }
    });
    ui.add_space(space::S);
}

fn tabs(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal_wrapped(|ui| {
        // Five words in the width of a side panel.
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.spacing_mut().button_padding.x = 4.0;
        for (tab, text) in [
            (Tab::Settings, "Settings"),
            (Tab::Request, "Request"),
            (Tab::Response, "Response"),
            (Tab::Curl, "cURL"),
            (Tab::Changes, "Changes"),
        ] {
            if ui
                .selectable_label(cx.state.inspect.tab == tab, RichText::new(text).size(12.0))
                .clicked()
            {
                cx.state.inspect.tab = tab;
            }
        }
    });
    widgets::rule(ui);
}

fn exchange(ui: &mut Ui, cx: &mut Cx<'_>, run: Option<&NodeRun>) {
    let Some(run) = run.filter(|r| !r.exchanged.is_empty()) else {
        widgets::empty(ui, "Nothing was sent yet. Run to here shows it.", |_| {});
        return;
    };
    let last = run.exchanged.len() - 1;
    let state = &mut cx.state.inspect;
    state.which = state.which.min(last);
    if last > 0 {
        ui.horizontal_wrapped(|ui| {
            for (n, entry) in run.exchanged.iter().enumerate() {
                let text = format!(
                    "{} {}",
                    entry.request.method.name(),
                    http::path(&entry.request.url)
                );
                if ui
                    .selectable_label(state.which == n, shorten(&text, 30).into_owned())
                    .clicked()
                {
                    state.which = n;
                }
            }
        });
        ui.add_space(space::XS);
    }
    let entry = &run.exchanged[state.which];
    match state.tab {
        Tab::Response => http::response(ui, cx, entry),
        Tab::Curl => http::curl(ui, cx, &entry.request.curl()),
        _ => http::request(ui, cx, entry),
    }
    if cx.state.inspect.tab == Tab::Response {
        notes(ui, cx, Some(run));
    }
}

fn notes(ui: &mut Ui, cx: &Cx<'_>, run: Option<&NodeRun>) {
    let Some(run) = run.filter(|r| !r.notes.is_empty()) else {
        return;
    };
    ui.add_space(space::S);
    widgets::section(ui, "Notes", "");
    for note in &run.notes {
        ui.horizontal_top(|ui| {
            Icon::Info.show(ui, 14.0, cx.theme.muted);
            let job = theme::prose(&escape_lines(note), 13.0, cx.theme.text);
            ui.add(egui::Label::new(job).wrap());
        });
    }
}

fn changes(ui: &mut Ui, cx: &Cx<'_>, id: ChainId, node: &Node, run: Option<&NodeRun>) {
    let before = node
        .inputs()
        .into_iter()
        .find(|(role, _)| *role == Role::Subject)
        .and_then(|(_, from)| cx.model.runs.get(&id)?.nodes.get(from)?.token.clone());
    let after = run.and_then(|r| r.token.clone());
    let (Some(before), Some(after)) = (before, after) else {
        widgets::empty(
            ui,
            "An exchange that has run shows here what it changed in the claims of its subject token.",
            |_| {},
        );
        return;
    };
    for row in diff::claims(&before, &after) {
        let (sign, colour) = match row.change {
            Change::Kept => continue,
            Change::Added => ("+", cx.theme.good),
            Change::Dropped => ("−", cx.theme.critical),
            Change::Widened => ("wider", cx.theme.high),
            Change::Narrowed => ("narrower", cx.theme.good),
            Change::Changed => ("changed", cx.theme.muted),
        };
        ui.horizontal(|ui| {
            ui.label(theme::mono(escape(&row.claim)));
            ui.label(theme::small(sign).color(colour));
        });
        let text = |v: &serde_json::Value| {
            let text = match v {
                serde_json::Value::String(s) => s.clone(),
                other => other.to_string(),
            };
            excerpt(&text, 400)
        };
        for (value, surface, colour) in [
            (&row.before, cx.theme.removed_surface, cx.theme.critical),
            (&row.after, cx.theme.added_surface, cx.theme.good),
        ] {
            if let Some(value) = value {
                egui::Frame::new()
                    .fill(surface)
                    .corner_radius(4)
                    .inner_margin(egui::Margin::symmetric(8, 3))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.add(egui::Label::new(theme::mono(text(value)).color(colour)).wrap());
                    });
            }
        }
        ui.add_space(space::XS);
    }
    let kept = diff::claims(&before, &after)
        .iter()
        .filter(|r| r.change == Change::Kept)
        .map(|r| escape(&r.claim).into_owned())
        .collect::<Vec<_>>();
    if !kept.is_empty() {
        let text = format!("Kept: {}", kept.join(", "));
        ui.add(egui::Label::new(RichText::new(text).color(cx.theme.muted)).wrap());
    }
}

fn expectations(ui: &mut Ui, cx: &Cx<'_>, node: &Node, run: Option<&NodeRun>) {
    if node.expect.is_empty() {
        return;
    }
    let results = run.map_or(&[][..], |r| r.expectations.as_slice());
    let held = results.iter().filter(|(_, held)| *held).count();
    let caption = if results.is_empty() {
        "not run".to_owned()
    } else {
        format!("{held} of {} hold", results.len())
    };
    ui.add_space(space::S);
    widgets::rule(ui);
    widgets::section(ui, "Expectations", &caption);
    for (n, expect) in node.expect.iter().enumerate() {
        let result = results
            .get(n)
            .filter(|(e, _)| e == expect)
            .map(|(_, held)| *held);
        ui.horizontal_top(|ui| {
            match result {
                Some(true) => Icon::Check.show(ui, 14.0, cx.theme.good),
                Some(false) => {
                    crate::gui::icons::severity_icon(ui, crate::risk::Severity::Critical, 12.0)
                }
                None => Icon::Minus.show(ui, 14.0, cx.theme.muted),
            };
            let words = expect.words();
            let spoken = match result {
                Some(true) => format!("{words}: holds"),
                Some(false) => format!("{words}: broken"),
                None => format!("{words}: not run"),
            };
            let text = RichText::new(&words).color(if result == Some(false) {
                cx.theme.critical
            } else {
                cx.theme.text
            });
            ui.add(egui::Label::new(text).wrap())
                .on_hover_text(capital(&spoken));
        });
    }
}
