//! The bar of the graph: what it shows, how it is folded, whom to find, and as what it leaves.

use egui::{Align, Layout, Ui};

use super::{export, highlight::is_named, state::Cx};
use crate::{
    app::{Model, graph, session::Selection, view},
    gui::{sections::severity::severity_menu, theme::space, widgets},
    kit::text::excerpt,
    principal::{
        fold::By,
        picture::{Choice, When},
    },
};

/// Draws the bar.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            ui.horizontal(|ui| {
                // What is chosen stands in the menus as well.
                let tight = ui.available_width() < TIGHT;
                show_menu(ui, cx, tight);
                fold_menu(ui, cx, tight);
                severity_menu(ui, cx);
                search(ui, cx);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    export::menu(ui, cx);
                    let table = cx.state.table;
                    ui.spacing_mut().item_spacing.x = 2.0;
                    if ui.selectable_label(table, "Table").clicked() {
                        cx.state.table = true;
                    }
                    if ui.selectable_label(!table, "Graph").clicked() {
                        cx.state.table = false;
                    }
                });
            });
        });
    widgets::hairline(ui);
}

/// A chain as the menu calls it, and as the evidence does.
fn chains(model: &Model) -> Vec<(String, String)> {
    let mut chains: Vec<(String, String)> = model
        .runs
        .keys()
        .filter_map(|id| {
            let chain = model.workspace.chain(*id)?;
            let title = if chain.title.is_empty() {
                &chain.name
            } else {
                &chain.title
            };
            Some((excerpt(title, 40), id.to_string()))
        })
        .collect();
    // Tokens that came in one text are a chain of their own.
    let mut batches: Vec<&str> = model
        .analysis
        .evidence
        .hops
        .iter()
        .filter_map(|hop| hop.chain.as_deref())
        .filter(|chain| chain.starts_with("batch "))
        .collect();
    batches.sort_unstable();
    batches.dedup();
    for (n, batch) in batches.into_iter().enumerate().take(12) {
        chains.push((format!("Pasted together, {}", n + 1), batch.to_owned()));
    }
    chains
}

/// Points of width below which the menus have a word each.
const TIGHT: f32 = 720.0;

fn show_menu(ui: &mut Ui, cx: &mut Cx<'_>, tight: bool) {
    let seen = &cx.model.session.seen;
    let (mut issuers, mut keys, mut clients) = (seen.issuers, seen.keys, seen.clients);
    let more: Vec<&str> = [(issuers, "issuers"), (keys, "keys"), (clients, "clients")]
        .into_iter()
        .filter_map(|(on, name)| on.then_some(name))
        .collect();
    let mut text = "Delegation".to_owned();
    if tight {
        text = "Show".into();
    } else if !more.is_empty() {
        text = format!("{text} + {}", more.join(", "));
    }
    if seen.filters() {
        text.push_str(if tight { " some" } else { ", some tokens" });
    }
    let mut wish: Option<(Option<String>, When)> = None;
    widgets::menu(ui, "What to show", text, |ui| {
        widgets::tick(ui, &mut issuers, "Issuers and what they issued");
        widgets::tick(ui, &mut keys, "Keys and who holds them");
        widgets::tick(ui, &mut clients, "Clients and who uses them");
        widgets::rule(ui);
        for when in When::ALL {
            let text = match when {
                When::Any => "Tokens of any time",
                When::InForce => "Tokens in force at the clock’s time",
                When::Expired => "Tokens that have expired",
                When::NotYet => "Tokens that are not yet valid",
            };
            if ui.selectable_label(seen.when == when, text).clicked() {
                wish = Some((seen.chain.clone(), when));
            }
        }
        let chains = chains(cx.model);
        if chains.is_empty() && seen.chain.is_none() {
            return;
        }
        widgets::rule(ui);
        if ui
            .selectable_label(seen.chain.is_none(), "Tokens of all chains")
            .clicked()
        {
            wish = Some((None, seen.when));
        }
        for (title, id) in chains {
            let on = seen.chain.as_ref() == Some(&id);
            if ui.selectable_label(on, title).clicked() {
                wish = Some((Some(id), seen.when));
            }
        }
    });
    if (issuers, keys, clients) != (seen.issuers, seen.keys, seen.clients) {
        cx.push(graph::Command::SeeKinds {
            issuers,
            keys,
            clients,
        });
    }
    if let Some((chain, when)) = wish {
        cx.push(graph::Command::SeeTokens { chain, when });
    }
}

fn fold_menu(ui: &mut Ui, cx: &mut Cx<'_>, tight: bool) {
    let seen = &cx.model.session.seen;
    let text = match cx.model.picture.by {
        None if tight => "Fold".to_owned(),
        Some(by) => format!("Folded by {}", by.name()),
        None => "Not folded".to_owned(),
    };
    let mut wish = None;
    widgets::menu(ui, "Fold", text, |ui| {
        let by = By::ALL.map(|by| (Choice::By(by), format!("By {}", by.name())));
        let automatic = (Choice::Automatic, "When it is large".to_owned());
        for (choice, text) in std::iter::once(automatic).chain(by) {
            if ui.selectable_label(seen.fold == choice, text).clicked() {
                wish = Some(choice);
                ui.close();
            }
        }
        widgets::rule(ui);
        let opened = !seen.open.is_empty() || !seen.apart.is_empty();
        ui.add_enabled_ui(opened, |ui| {
            if widgets::menu_item(ui, "Fold all again", "").clicked() {
                wish = Some(seen.fold);
                ui.close();
            }
        });
        if ui
            .selectable_label(seen.fold == Choice::Whole, "Unfold all")
            .clicked()
        {
            wish = Some(Choice::Whole);
            ui.close();
        }
    });
    if let Some(choice) = wish {
        cx.push(graph::Command::Fold(choice));
    }
}

fn search(ui: &mut Ui, cx: &mut Cx<'_>) {
    let find = std::mem::take(&mut cx.window.find);
    let state = &mut *cx.state;
    // What stands at the right keeps its room.
    let width = (ui.available_width() - 262.0).clamp(72.0, 160.0);
    let hint = if width < 120.0 {
        "Find"
    } else {
        "Find a principal"
    };
    let field = egui::TextEdit::singleline(&mut state.search)
        .hint_text(egui::RichText::new(hint).color(cx.theme.muted))
        .margin(egui::Margin::symmetric(8, 5))
        .desired_width(width);
    let response = ui.add(field).accessible_name("Find a principal");
    let enter = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    if find {
        response.request_focus();
    }
    if !response.has_focus() && state.search != cx.model.session.filter && !response.changed() {
        state.search.clone_from(&cx.model.session.filter);
    }
    if response.changed() {
        let text = state.search.clone();
        cx.push(view::Command::Filter(text));
    }
    let words = cx.state.search.trim().to_lowercase();
    if enter && !words.is_empty() {
        // The first one comes out of its fold.
        let mut all = cx.model.picture.whole.nodes.iter();
        if let Some(node) = all.find(|n| is_named(n, &words)) {
            cx.state.follow = vec![node.id.clone()];
            cx.push(view::Command::Select(Selection::Principal(node.id.clone())));
        }
    }
}
