//! A folder per panel: what it keeps between frames, how it is drawn, and what the inspector shows of what
//! is selected in it. [`REGISTRY`] lists them: whoever arranges, lists or opens panels goes by it.

pub mod chain;
pub mod compare;
pub mod findings;
pub mod forge;
pub mod graph;
pub mod inspector;
pub mod log;
pub mod practice;
pub mod timeline;
pub mod token;
pub mod tray;

use egui::Ui;

use inspector::Inspector;

use super::{
    context::Cx,
    pane::Pane,
    panel::{Entry, Panel},
    request::PanelRequest,
};
use crate::app::session::{OfferedView, View};

/// Every panel: from the left to the right, and where several share a place in the order of their tabs.
pub static REGISTRY: &[&Entry] = &[
    &tray::ENTRY,
    &token::ENTRY,
    &chain::ENTRY,
    &graph::ENTRY,
    &compare::ENTRY,
    &forge::ENTRY,
    &practice::ENTRY,
    &findings::ENTRY,
    &log::ENTRY,
    &timeline::ENTRY,
    &inspector::ENTRY,
];

/// What is known of a panel; nothing of one that this version does not have.
pub fn entry(pane: &Pane) -> Option<&'static Entry> {
    REGISTRY.iter().copied().find(|entry| entry.pane == *pane)
}

/// The title of a panel; nothing for one that this version does not have.
pub fn title(pane: &Pane) -> &'static str {
    entry(pane).map_or("", |entry| entry.title)
}

/// What a panel is called within a sentence: `findings`, `HTTP log`.
pub fn spoken(pane: &Pane) -> &'static str {
    entry(pane).map_or("", |entry| entry.spoken)
}

/// The main view that a panel is.
pub fn view(pane: &Pane) -> Option<View> {
    entry(pane).and_then(Entry::view)
}

/// All panels with what they keep.
pub struct Panels {
    all: Vec<(&'static Entry, Box<dyn Panel>)>,
    inspector: Inspector,
}

impl Default for Panels {
    fn default() -> Self {
        let made = |entry: &'static Entry| Some((entry, entry.make?()));
        Self {
            all: REGISTRY.iter().copied().filter_map(made).collect(),
            inspector: Inspector::default(),
        }
    }
}

impl Panels {
    /// Draws a panel.
    pub fn ui(&mut self, pane: &Pane, ui: &mut Ui, cx: &mut Cx<'_>) {
        if *pane == inspector::ENTRY.pane {
            inspector::ui(ui, cx, |ui, cx| self.inspect(ui, cx));
        } else if let Some(panel) = self.panel(pane) {
            panel.ui(ui, cx);
        }
    }

    /// Draws what is selected, as the panel that it is of shows it.
    fn inspect(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let selection = cx.model.session.selection.clone();
        if !inspector::of_no_panel(ui, cx, &mut self.inspector, &selection) {
            let mut panels = self.all.iter_mut();
            panels.any(|(_, panel)| panel.inspect(ui, cx, &selection));
        }
    }

    /// A panel, to draw what belongs to its head or its tabs. The inspector has none.
    pub fn panel(&mut self, pane: &Pane) -> Option<&mut Box<dyn Panel>> {
        let mut panels = self.all.iter_mut();
        let found = panels.find(|(entry, _)| entry.pane == *pane);
        found.map(|(_, panel)| panel)
    }

    /// Hands on what is asked of a panel.
    pub fn take(&mut self, request: &PanelRequest, cx: &mut Cx<'_>) {
        for (_, panel) in &mut self.all {
            panel.take(request, cx);
        }
    }
}

/// Keys of the main views, in the order of their tabs.
const KEYS: &[&[&str]] = &[
    &["Ctrl+1"],
    &["Ctrl+2"],
    &["Ctrl+3"],
    &["Ctrl+4"],
    &["Ctrl+5"],
    &["Ctrl+6"],
    &["Ctrl+7"],
    &["Ctrl+8"],
    &["Ctrl+9"],
];

/// The main views in the order of their tabs.
pub fn views() -> Vec<OfferedView> {
    let all = REGISTRY.iter().copied();
    let views = all.filter_map(|entry| Some((entry, entry.view()?)));
    views
        .enumerate()
        .map(|(n, (entry, view))| OfferedView {
            view,
            label: format!("Show {}", entry.spoken),
            keys: KEYS.get(n).copied().unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_listed_once_and_named() {
        for (n, entry) in REGISTRY.iter().enumerate() {
            let others = &REGISTRY[n + 1..];
            assert!(
                others
                    .iter()
                    .all(|e| e.pane != entry.pane && e.title != entry.title)
            );
            assert_eq!(title(&entry.pane), entry.title);
            assert!(!entry.title.is_empty() && !entry.spoken.is_empty());
        }
        assert_eq!(title(&Pane::side("Weather")), "");
    }
}
