//! The graph as a file or on the clipboard. Pictures are drawn off the frame.

use std::sync::{Arc, mpsc};

use egui::Ui;

use super::state::Cx;
use crate::{
    app::session::Notice,
    gui::{request::WindowRequest, widgets},
    report::graph as draw,
};

/// The menu.
pub(super) fn menu(ui: &mut Ui, cx: &mut Cx<'_>) {
    // What is seen is what leaves.
    let graph = Arc::clone(&cx.model.picture.graph);
    let layout = Arc::clone(&cx.model.picture.layout);
    widgets::menu(ui, "Export", "Export", |ui| {
        if widgets::menu_item(ui, "Save as SVG…", "").clicked() {
            let (graph, layout) = (Arc::clone(&graph), Arc::clone(&layout));
            begin(ui, cx, "principals.svg", move || {
                Ok(draw::svg(&graph, &layout).into_bytes())
            });
        }
        if widgets::menu_item(ui, "Save as PNG…", "").clicked() {
            let (graph, layout) = (Arc::clone(&graph), Arc::clone(&layout));
            begin(ui, cx, "principals.png", move || {
                draw::png(&graph, &layout).map_err(|e| e.to_string())
            });
        }
        if widgets::menu_item(ui, "Save as Mermaid…", "").clicked() {
            let graph = Arc::clone(&graph);
            begin(ui, cx, "principals.mmd", move || {
                Ok(draw::mermaid(&graph).into_bytes())
            });
        }
        if widgets::menu_item(ui, "Save as DOT…", "").clicked() {
            let graph = Arc::clone(&graph);
            begin(ui, cx, "principals.dot", move || {
                Ok(draw::dot(&graph).into_bytes())
            });
        }
        if widgets::menu_item(ui, "Save as GraphML…", "").clicked() {
            let graph = Arc::clone(&graph);
            begin(ui, cx, "principals.graphml", move || {
                Ok(draw::graphml(&graph).into_bytes())
            });
        }
        widgets::rule(ui);
        if widgets::menu_item(ui, "Copy as Mermaid", "").clicked() {
            cx.ask(WindowRequest::Copy(
                draw::mermaid(&graph),
                "Graph as Mermaid".into(),
            ));
            ui.close();
        }
        if widgets::menu_item(ui, "Copy as DOT", "").clicked() {
            cx.ask(WindowRequest::Copy(
                draw::dot(&graph),
                "Graph as DOT".into(),
            ));
            ui.close();
        }
        if widgets::menu_item(ui, "Copy as SVG", "").clicked() {
            cx.ask(WindowRequest::Copy(
                draw::svg(&graph, &layout),
                "Graph as SVG".into(),
            ));
            ui.close();
        }
    });
}

fn begin(
    ui: &Ui,
    cx: &mut Cx<'_>,
    name: &'static str,
    make: impl FnOnce() -> Result<Vec<u8>, String> + Send + 'static,
) {
    ui.close();
    let (sender, receiver) = mpsc::channel();
    let ctx = ui.ctx().clone();
    std::thread::spawn(move || {
        // The window may be gone by now; then nobody wants the picture.
        let _ = sender.send(make().map(|bytes| (name.to_owned(), bytes)));
        ctx.request_repaint();
    });
    cx.state.exports.waiting = Some(receiver);
}

/// Takes what has been drawn and asks where to write it.
pub(super) fn poll(cx: &mut Cx<'_>) {
    let Some(receiver) = &cx.state.exports.waiting else {
        return;
    };
    match receiver.try_recv() {
        Ok(Ok((name, bytes))) => cx.requests.push(WindowRequest::SaveFile(name, bytes)),
        Ok(Err(why)) => cx.requests.push(WindowRequest::Notice(Notice {
            error: true,
            about: None,
            text: format!("The picture could not be drawn: {why}"),
        })),
        Err(mpsc::TryRecvError::Empty) => return,
        Err(mpsc::TryRecvError::Disconnected) => {}
    }
    cx.state.exports.waiting = None;
}
