//! Chain: toolbar, picker, and what the canvas keeps.

mod canvas;
mod drawing;
mod fields;
mod form;
pub mod inspect;
mod kinds;
mod scene;
mod settings;
mod sheet;
mod state;

use egui::{Align, Button, Layout, RichText, Role, Ui, WidgetInfo};

use crate::{
    app::{
        Model, chains, command, runs,
        session::{Notice, Selection, View},
        view,
    },
    chain::{Chain, Node, file, kinds::SignIn, run::NodeState},
    gui::{
        context,
        icons::Icon,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::ChainId,
        text::{capital, escape, escape_lines, excerpt, shorten},
    },
};
use kinds::{Face as _, Offer, face, offers};
use scene::waiting_words;
use state::{ChainPanel, Cx};

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::main(View::CHAIN),
    title: "Chain",
    spoken: "chain",
    dock: Dock::Main,
    make: Some(|| Box::<ChainPanel>::default()),
};

impl Panel for ChainPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn inspect(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>, selection: &Selection) -> bool {
        let Selection::ChainNode(chain, node) = selection else {
            return false;
        };
        inspect::ui(ui, &mut cx.with(self), *chain, node);
        true
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    let Some((id, chain)) = shown(model) else {
        empty(ui, cx);
        return;
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    toolbar(ui, cx, id, chain);
    widgets::hairline(ui);
    if chain.nodes.is_empty() {
        widgets::empty(ui, "This chain is empty. It begins with a sign-in.", |ui| {
            if widgets::primary(ui, Some(Icon::Plus), "Add a sign-in").clicked() {
                add(cx, id, chain, &SignIn::offer());
            }
        });
        return;
    }
    canvas::refresh(cx, id, chain);
    flaws(ui, cx);
    canvas::ui(ui, cx, id, chain);
}

/// The chain in front: the one that is shown, else the first.
fn shown(model: &Model) -> Option<(ChainId, &Chain)> {
    let workspace = &model.workspace;
    let id = model
        .session
        .chain
        .filter(|id| workspace.chain(*id).is_some())
        .or_else(|| workspace.chains.first().map(|c| c.id))?;
    Some((id, workspace.chain(id)?))
}

fn empty(ui: &mut Ui, cx: &mut Cx<'_>) {
    widgets::empty(
        ui,
        "A chain signs in, exchanges tokens hop by hop, and calls an API. There is none yet.",
        |ui| {
            if widgets::primary(ui, Some(Icon::Play), "Run the sample chain").clicked() {
                cx.push(runs::Command::Sample("sample".to_owned()));
            }
            ui.add_space(space::XS);
            if ui.button("New chain").clicked() {
                cx.push(chains::Command::New);
            }
        },
    );
}

/// What keeps the chain from running.
fn flaws(ui: &mut Ui, cx: &Cx<'_>) {
    let flaws = cx.state.scene.as_ref().map_or(&[][..], |s| &s.flaws);
    let Some(first) = flaws.first() else {
        return;
    };
    egui::Frame::new()
        .fill(cx.theme.warn_surface)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 6))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            ui.horizontal(|ui| {
                Icon::Warning.show(ui, 14.0, cx.theme.high);
                let more = if flaws.len() > 1 {
                    format!(" And {} more.", flaws.len() - 1)
                } else {
                    String::new()
                };
                let words = format!("{}: {}{more}", escape(&first.node), first.message);
                let job = theme::prose(&words, 13.0, cx.theme.text);
                let label = ui.add(egui::Label::new(job).wrap());
                let spoken = words.replace('`', "");
                label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            });
        });
}

fn toolbar(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    let running = cx.model.running.contains_key(&id);
    let run = cx.model.runs.get(&id);
    let any = run.is_some_and(|r| !r.nodes.is_empty());
    let here = match &cx.model.session.selection {
        Selection::ChainNode(c, node) if *c == id && chain.node(node).is_some() => {
            Some(node.clone())
        }
        _ => None,
    };
    let roomy = ui.available_width() > 840.0;
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                picker(ui, cx, id, chain);
                if running {
                    if widgets::button(ui, Icon::Stop, "Cancel").clicked() {
                        cx.push(runs::Command::Cancel(id));
                    }
                    match cx.model.running.get(&id).and_then(waiting_words) {
                        // Nothing moves for up to an hour: a spinner would be drawn all that time.
                        Some(words) => {
                            let icon = Icon::Hourglass.show(ui, 14.0, cx.theme.muted);
                            let words = capital(&words);
                            icon.widget_info(|| {
                                WidgetInfo::labeled(Role::ProgressIndicator, true, &words)
                            });
                            icon.on_hover_text(words);
                        }
                        None => {
                            ui.add(egui::Spinner::new().size(14.0));
                        }
                    }
                } else {
                    let keys = command::shortcut(cx.model, &runs::Command::All(id).into());
                    let run = ui.add_enabled_ui(!chain.nodes.is_empty(), |ui| {
                        widgets::primary(ui, Some(Icon::Play), "Run all")
                            .on_hover_text(format!("Run all nodes ({keys})"))
                            .on_disabled_hover_text("There is no node to run: add one.")
                    });
                    if run.inner.clicked() {
                        cx.push(runs::Command::All(id));
                    }
                }
                ui.add_enabled_ui(!running && !chain.nodes.is_empty(), |ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    let keys = command::shortcut(cx.model, &runs::Command::Step(id).into());
                    let tip = format!("Run the next node ({keys})");
                    if act(ui, roomy, Icon::Step, "Step", keys, &tip) {
                        cx.push(runs::Command::Step(id));
                    }
                    ui.add_enabled_ui(here.is_some(), |ui| {
                        if act(
                            ui,
                            roomy,
                            Icon::Download,
                            "Run to here",
                            "",
                            "Run the selected node and what it needs",
                        ) && let Some(node) = &here
                        {
                            cx.push(runs::Command::To(id, node.clone()));
                        }
                    });
                    ui.add_enabled_ui(any, |ui| {
                        if act(ui, roomy, Icon::Reset, "Reset", "", "Forget this run") {
                            cx.push(runs::Command::Reset(id));
                        }
                    });
                });
                adder(ui, cx, id, chain);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add(
                        egui::Label::new(
                            RichText::new(summary(cx, id, chain)).color(cx.theme.muted),
                        )
                        .truncate(),
                    );
                });
            });
        });
}

fn act(ui: &mut Ui, roomy: bool, icon: Icon, text: &str, keys: &str, tip: &str) -> bool {
    if roomy {
        let mut button = Button::new((icon.atom(14.0, None), text));
        if !keys.is_empty() {
            button = button.shortcut_text(theme::small(keys));
        }
        ui.add(button).on_hover_text(tip).clicked()
    } else {
        widgets::icon_button(ui, icon, text).clicked()
    }
}

/// `run 3 · 3 of 4 done · 41 ms`.
fn summary(cx: &Cx<'_>, id: ChainId, chain: &Chain) -> String {
    let Some(run) = cx.model.runs.get(&id).filter(|r| !r.nodes.is_empty()) else {
        return "not run".into();
    };
    let count = |state| {
        chain
            .nodes
            .iter()
            .filter(|n| run.state(&n.id) == state)
            .count()
    };
    let (done, failed, stale) = (
        count(NodeState::Done),
        count(NodeState::Failed),
        count(NodeState::Stale),
    );
    let millis: u64 = run.nodes.values().map(|n| n.millis).sum();
    let mut text = format!("run {} · {done} of {} done", run.number, chain.nodes.len());
    if failed > 0 {
        text.push_str(&format!(" · {failed} failed"));
    }
    if stale > 0 {
        text.push_str(&format!(" · {stale} stale"));
    }
    format!("{text} · {millis} ms")
}

fn name_of(chain: &Chain) -> String {
    let name = if chain.title.is_empty() {
        &chain.name
    } else {
        &chain.title
    };
    let name = if name.is_empty() {
        "Untitled chain"
    } else {
        name
    };
    excerpt(name, 28)
}

fn picker(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    let response = widgets::menu(ui, "Chain", name_of(chain), |ui| {
        ui.set_min_width(220.0);
        ui.set_max_width(240.0);
        let chains: Vec<(ChainId, String)> = cx
            .model
            .workspace
            .chains
            .iter()
            .map(|c| (c.id, name_of(&c.chain)))
            .collect();
        for (other, name) in chains {
            if ui.selectable_label(other == id, name).clicked() {
                cx.push(chains::Command::Show(other));
                ui.close();
            }
        }
        widgets::rule(ui);
        if widgets::menu_item(ui, "Run the sample chain", "").clicked() {
            cx.push(runs::Command::Sample("sample".to_owned()));
            ui.close();
        }
        if widgets::menu_item(ui, "Run the risky sample", "").clicked() {
            cx.push(runs::Command::Sample("sample-risky".to_owned()));
            ui.close();
        }
        if widgets::menu_item(ui, "Run the DPoP sample", "").clicked() {
            cx.push(runs::Command::Sample("sample-dpop".to_owned()));
            ui.close();
        }
        if widgets::menu_item(ui, "New chain", "").clicked() {
            cx.push(chains::Command::New);
            ui.close();
        }
        widgets::rule(ui);
        rename(ui, cx, id, chain);
        if widgets::menu_item(ui, "Import a chain (TOML)…", "").clicked() {
            cx.ask(WindowRequest::ChooseChain);
            ui.close();
        }
        export(ui, cx, chain);
        if widgets::menu_item(ui, "Duplicate this chain", "").clicked() {
            cx.push(chains::Command::Duplicate(id));
            ui.close();
        }
        if widgets::menu_item(ui, "Delete this chain", "").clicked() {
            cx.push(chains::Command::Delete(id));
            ui.close();
        }
    });
    let about = escape_lines(&chain.about).replace('`', "");
    response.on_hover_text(shorten(&about, 400));
}

fn rename(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    let current = if chain.title.is_empty() {
        &chain.name
    } else {
        &chain.title
    };
    let draft = cx.state.rename.get_or_insert_with(|| current.clone());
    let response = widgets::text_field(ui, "Name of the chain", "Name", draft, false);
    let text = draft.trim().to_owned();
    if response.lost_focus() {
        if !text.is_empty() && text != *current {
            cx.push(chains::Command::Rename(id, text));
        }
        cx.state.rename = None;
    } else if !response.has_focus() {
        cx.state.rename = None;
    }
}

fn export(ui: &mut Ui, cx: &mut Cx<'_>, chain: &Chain) {
    let copy = widgets::menu_item(ui, "Copy as TOML", "").clicked();
    let save = widgets::menu_item(ui, "Save as TOML…", "").clicked();
    if !copy && !save {
        return;
    }
    ui.close();
    match file::write(chain) {
        Ok(text) if copy => cx.ask(WindowRequest::Copy(text, "Chain".into())),
        Ok(text) => cx.ask(WindowRequest::SaveFile(
            format!("{}.toml", file_stem(&chain.name)),
            text.into_bytes(),
        )),
        Err(error) => cx.ask(WindowRequest::Notice(Notice {
            error: true,
            about: None,
            text: format!("The chain cannot be written: {error}"),
        })),
    }
}

/// A name that every file system takes.
fn file_stem(name: &str) -> String {
    let stem: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(60)
        .collect();
    if stem.is_empty() {
        "chain".into()
    } else {
        stem
    }
}

fn adder(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    widgets::menu(ui, "Add a node", "+ Add", |ui| {
        for offer in offers() {
            if widgets::menu_item(ui, offer.text, "").clicked() {
                add(cx, id, chain, &offer);
                ui.close();
            }
        }
    });
}

/// Adds a node that takes its token from the selected one, else from the last that gives one.
fn add(cx: &mut Cx<'_>, id: ChainId, chain: &Chain, offer: &Offer) {
    let gives = |n: &&Node| n.gives_token();
    let selected = match &cx.model.session.selection {
        Selection::ChainNode(c, node) if *c == id => chain.node(node).filter(gives),
        _ => None,
    };
    let from = selected
        .or_else(|| {
            chain
                .nodes
                .iter()
                .rev()
                .filter(gives)
                .find(|n| face(&n.step).is_gone_on_with())
        })
        .or_else(|| chain.nodes.iter().rev().find(gives))
        .map_or_else(String::new, |n| n.id.clone());
    let node_id = chain.free_id(offer.stem);
    let node = Node {
        id: node_id.clone(),
        title: None,
        server: None,
        client: None,
        dpop: None,
        at: None,
        step: (offer.step)(from),
        expect: Vec::new(),
    };
    cx.push(chains::Command::AddNode(id, Box::new(node)));
    cx.push(view::Command::Select(Selection::ChainNode(id, node_id)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Step, kinds::Paste};

    #[test]
    fn new_nodes_get_free_ids_and_files_safe_names() {
        let chain = Chain {
            version: 1,
            name: "x".into(),
            title: String::new(),
            about: String::new(),
            faults: Vec::new(),
            nodes: vec![Node {
                id: "exchange".into(),
                title: None,
                server: None,
                client: None,
                dpop: None,
                at: None,
                step: Step::Paste(Paste::default()),
                expect: Vec::new(),
            }],
        };
        assert_eq!(chain.free_id("exchange"), "exchange-2");
        assert_eq!(chain.free_id("call"), "call");
        assert_eq!(file_stem("../a b"), "---a-b");
        assert_eq!(file_stem(""), "chain");
    }
}
