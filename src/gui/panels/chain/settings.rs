//! Settings of a node: what all have, then the form of its kind. What is typed is taken over when the field
//! is left, so that an edit is one step of undo.

use egui::Ui;

use super::{
    fields::{Source, choice, text},
    form::{Form, Known},
    kinds::face_mut,
    scene::spoken_title,
    state::Cx,
};
use crate::{
    app::{chains, practice},
    chain::{Chain, Node, plan},
    gui::widgets,
    kit::{
        ids::ChainId,
        text::{escape, excerpt},
    },
    practice::Faults,
};

/// Draws them; a change becomes one command.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain, node: &Node) {
    let known = Known::of(cx.model, node.server.as_deref());
    let mut changed = node.clone();
    let mut state = std::mem::take(&mut cx.state.inspect.form);
    text(
        ui,
        &mut state,
        "Title",
        &mut changed.title,
        node.default_title(),
    );
    if node.asks_server() {
        server(ui, cx, chain, &mut changed);
        let offered: Vec<&str> = known.clients.iter().map(String::as_str).collect();
        choice(
            ui,
            &mut state,
            "Client",
            &mut changed.client,
            &offered,
            "workbench for a sign-in",
        );
    }
    let sources = if node.roles().is_empty() {
        Vec::new()
    } else {
        sources(chain, node)
    };
    let mut form = Form {
        model: cx.model,
        fields: &mut state,
        known: &known,
        sources: &sources,
        dpop: &mut changed.dpop,
        sends: !node.gives_token(),
    };
    if node.asks_server() {
        form.dpop(ui);
    }
    face_mut(&mut changed.step).form(ui, &mut form);
    cx.state.inspect.form = state;
    if changed != *node {
        cx.push(chains::Command::SetNode {
            chain: id,
            id: node.id.clone(),
            node: Box::new(changed),
        });
    }
}

fn server(ui: &mut Ui, cx: &Cx<'_>, chain: &Chain, node: &mut Node) {
    widgets::field(ui, "Server", |ui| {
        let practice = practice::brief(&Faults::named(&chain.faults));
        let shown = node.server.as_deref().unwrap_or(&practice);
        let menu = widgets::menu(ui, "Server", excerpt(shown, 60), |ui| {
            if ui
                .selectable_label(node.server.is_none(), practice.as_str())
                .clicked()
            {
                node.server = None;
                ui.close();
            }
            for entry in &cx.model.workspace.servers {
                let on = node.server.as_deref() == Some(entry.name.as_str());
                if ui
                    .selectable_label(on, escape(&entry.name).into_owned())
                    .clicked()
                {
                    node.server = Some(entry.name.clone());
                    ui.close();
                }
            }
        });
        if node.server.is_none() && !chain.faults.is_empty() {
            menu.on_hover_text(escape(&chain.faults.join(", ")).into_owned());
        }
    });
}

/// Where a node could take a token from without closing a circle.
fn sources(chain: &Chain, node: &Node) -> Vec<Source> {
    let after = plan::downstream(chain, &node.id);
    let others = chain.nodes.iter().filter(|n| n.id != node.id);
    others
        .filter(|n| n.gives_token() && !after.contains(&n.id))
        .map(|n| Source {
            id: n.id.clone(),
            words: format!("{} ({})", spoken_title(n), excerpt(&n.id, 24)),
        })
        .collect()
}
