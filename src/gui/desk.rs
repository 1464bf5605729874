//! The arrangement of panels: tiles that the user moves, splits and closes.

use egui::{
    Color32, CornerRadius, EventFilter, FontId, Id, Key, Margin, Modifiers, Rect, Response, Role,
    Sense, Stroke, Ui, Vec2, Visuals, WidgetInfo, WidgetText, vec2,
};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, SimplificationOptions, TabState, Tile, TileId, Tiles,
    Tree, UiResponse,
};

use super::{
    context::Cx,
    icons::Icon,
    pane::Pane,
    panel::{Dock, Entry},
    panels::{self, Panels, REGISTRY},
    request::WindowRequest,
    theme::{self, space},
    widgets,
};
use crate::app::{session::View, view};

/// Height of a row of tabs.
pub const TABS: f32 = 34.0;

/// The first arrangement: what stands at the left, the main views over what stands below, what stands at
/// the right.
pub fn arrangement(width: f32, height: f32) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let tokens = docked(&mut tiles, Dock::Left);
    let main = tabs(&mut tiles, Dock::Main);
    let below = tabs(&mut tiles, Dock::Below);
    let inspector = docked(&mut tiles, Dock::Right);

    let mut middle = Linear::new(LinearDir::Vertical, vec![main, below]);
    let low = (height * 0.26).clamp(120.0, 260.0);
    middle.shares.set_share(main, (height - low).max(200.0));
    middle.shares.set_share(below, low);
    let middle = tiles.insert_container(middle);

    let mut all = Linear::new(
        LinearDir::Horizontal,
        [&tokens[..], &[middle], &inspector[..]].concat(),
    );
    let (left, right) = (
        (width * 0.18).clamp(216.0, 300.0),
        (width * 0.21).clamp(260.0, 360.0),
    );
    for tile in tokens {
        all.shares.set_share(tile, left);
    }
    all.shares
        .set_share(middle, (width - left - right).max(320.0));
    for tile in inspector {
        all.shares.set_share(tile, right);
    }
    let root = tiles.insert_container(all);
    Tree::new(Id::unique("desk"), root, tiles)
}

/// The panels that stand in one place at first, in their order.
fn at(dock: Dock) -> impl Iterator<Item = &'static Entry> {
    REGISTRY.iter().copied().filter(move |e| e.dock == dock)
}

fn docked(tiles: &mut Tiles<Pane>, dock: Dock) -> Vec<TileId> {
    at(dock)
        .map(|e| tiles.insert_pane(e.pane.clone()))
        .collect()
}

fn tabs(tiles: &mut Tiles<Pane>, dock: Dock) -> TileId {
    let panes = docked(tiles, dock);
    tiles.insert_tab_tile(panes)
}

/// Takes a stored arrangement: a panel that it does not know yet comes to those that stand in the same
/// place at first. Nothing where it lacks one that it ought to know, or has one twice or one that is no
/// more.
pub fn restored(mut tree: Tree<Pane>) -> Option<Tree<Pane>> {
    tree.root()?;
    let panes = |tree: &Tree<Pane>| tree.tiles.tiles().filter(|t| t.is_pane()).count();
    for dock in [Dock::Left, Dock::Main, Dock::Below, Dock::Right] {
        let (known, new): (Vec<_>, Vec<_>) =
            at(dock).partition(|e| tree.tiles.find_pane(&e.pane).is_some());
        for entry in new {
            let beside = known.iter().find_map(|e| {
                let row = tree.tiles.parent_of(tree.tiles.find_pane(&e.pane)?)?;
                matches!(
                    tree.tiles.get(row),
                    Some(Tile::Container(Container::Tabs(_)))
                )
                .then_some(row)
            })?;
            let tile = tree.tiles.insert_pane(entry.pane.clone());
            if let Some(Tile::Container(row)) = tree.tiles.get_mut(beside) {
                row.add_child(tile);
            }
        }
    }
    (panes(&tree) == REGISTRY.len()).then_some(tree)
}

/// Puts a panel in front, opening it when it is closed. Returns whether something changed.
pub fn bring(tree: &mut Tree<Pane>, pane: &Pane) -> bool {
    let Some(id) = tree.tiles.find_pane(pane) else {
        return false;
    };
    let hidden = !tree.tiles.is_visible(id);
    if hidden {
        tree.tiles.set_visible(id, true);
    }
    tree.make_active(|tile, _| tile == id) || hidden
}

/// Hides a panel that is in front; shows one that is closed, and brings to the front one that stands
/// behind another: whoever asks for it does not see it.
pub fn toggle(tree: &mut Tree<Pane>, pane: &Pane) {
    let Some(id) = tree.tiles.find_pane(pane) else {
        return;
    };
    let behind = tree.tiles.parent_of(id).is_some_and(|parent| {
        matches!(
            tree.tiles.get(parent),
            Some(Tile::Container(Container::Tabs(tabs))) if tabs.active != Some(id)
        )
    });
    if behind || !tree.tiles.is_visible(id) {
        bring(tree, pane);
    } else {
        tree.tiles.set_visible(id, false);
    }
}

/// The window has another size: the main views take what it gains or loses, and the panels around them
/// stay as wide and high as they were made. Where the views would become too small, all give way.
pub fn resized(tree: &mut Tree<Pane>, from: Vec2, to: Vec2) {
    let mut child = tree.tiles.find_pane(&Pane::main(View::TOKEN));
    while let Some(id) = child {
        child = tree.tiles.parent_of(id);
        let Some(parent) = child else { return };
        let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get(parent) else {
            continue;
        };
        let axis = usize::from(linear.dir == LinearDir::Vertical);
        let visible = linear.children.iter().copied();
        let visible = visible.filter(|c| tree.tiles.is_visible(*c));
        let mut sizes: Vec<(TileId, f32)> = visible
            .filter_map(|c| Some((c, tree.tiles.rect(c)?.size()[axis])))
            .collect();
        let whole: f32 = sizes.iter().map(|(_, size)| size).sum();
        let Some((_, views)) = sizes.iter_mut().find(|(c, _)| *c == id) else {
            continue;
        };
        *views += to[axis] - from[axis];
        if *views < (whole + to[axis] - from[axis]) * LEAST {
            continue;
        }
        if let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(parent) {
            for (tile, size) in sizes {
                linear.shares.set_share(tile, size);
            }
        }
    }
}

/// The part of the window that the main views keep when it becomes smaller.
const LEAST: f32 = 0.4;

/// Draws the panels of one frame.
pub struct Desk<'a, 'b> {
    /// What the panels get.
    pub cx: &'a mut Cx<'b>,
    /// The panels.
    pub panels: &'a mut Panels,
}

impl Desk<'_, '_> {
    /// The tab in front: F6 and a change of view come to it, the arrows go on from it.
    fn active_tab(&mut self, pane: &Pane, tab: &Response) {
        let focus = &mut self.cx.window.focus;
        focus.has_tab(pane, tab);
        if focus.tab.as_ref() == Some(pane) {
            focus.tab = None;
            tab.request_focus();
        }
        if !tab.has_focus() {
            return;
        }
        tab.ctx.memory_mut(|m| {
            m.set_focus_lock_filter(
                tab.id,
                EventFilter {
                    horizontal_arrows: true,
                    ..EventFilter::default()
                },
            );
        });
        let step = tab.ctx.input_mut(|i| {
            if i.consume_key(Modifiers::NONE, Key::ArrowRight) {
                Some(1)
            } else {
                i.consume_key(Modifiers::NONE, Key::ArrowLeft)
                    .then_some(usize::MAX)
            }
        });
        let dock = panels::entry(pane).map_or(Dock::Main, |e| e.dock);
        let row: Vec<&Pane> = self::at(dock).map(|e| &e.pane).collect();
        let at = row.iter().position(|p| *p == pane);
        if let (Some(step), Some(at)) = (step, at)
            && let Some(next) = row.get(at.wrapping_add(step))
        {
            self.cx.window.focus.tab = Some((*next).clone());
            self.cx.ask(WindowRequest::Bring((*next).clone()));
            tab.ctx.request_repaint();
        }
    }
}

impl Behavior<Pane> for Desk<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        if panel(ui, self.cx, self.panels, pane) {
            UiResponse::DragStarted
        } else {
            UiResponse::None
        }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        panels::title(pane).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: Id,
        tile_id: TileId,
        state: &TabState,
    ) -> Response {
        let theme = self.cx.theme;
        let title = match tiles.get(tile_id) {
            Some(Tile::Pane(pane)) => panels::title(pane),
            Some(Tile::Container(_)) => "Panels",
            None => "",
        };
        let font = FontId::new(
            13.0,
            if state.active {
                theme::medium()
            } else {
                egui::FontFamily::Proportional
            },
        );
        let colour = if state.active {
            theme.text
        } else {
            theme.muted
        };
        let galley = ui.painter().layout_no_wrap(title.to_owned(), font, colour);
        let (_, rect) = ui.allocate_space(vec2(
            galley.size().x + 2.0 * space::M,
            ui.available_height(),
        ));
        // One stop of Tab for the row; the arrows walk it.
        let sense = if state.active {
            Sense::click_and_drag()
        } else {
            Sense::CLICK | Sense::DRAG
        };
        let response = ui.interact(rect, id, sense);
        if let (true, Some(Tile::Pane(pane))) = (state.active, tiles.get(tile_id)) {
            self.active_tab(pane, &response);
        }
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, state.active, title));
        if ui.is_rect_visible(rect) && !state.is_being_dragged {
            if response.hovered() && !state.active {
                ui.painter().rect_filled(
                    rect.shrink2(vec2(2.0, 5.0)),
                    CornerRadius::same(theme::RADIUS),
                    theme.control,
                );
            }
            ui.painter()
                .galley(rect.center() - galley.size() / 2.0, galley, colour);
            if state.active {
                let line = Rect::from_min_max(
                    rect.left_bottom() + vec2(space::S, -2.0),
                    rect.right_bottom() - vec2(space::S, 0.0),
                );
                ui.painter()
                    .rect_filled(line, CornerRadius::same(1), theme.accent);
            }
            widgets::focus_ring(ui, &response);
        }
        if response.clicked()
            && let Some(Tile::Pane(pane)) = tiles.get(tile_id)
            && let Some(view) = panels::view(pane)
        {
            self.cx.push(view::Command::Show(view));
        }
        response
    }

    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Pane>,
        ui: &mut Ui,
        _tile_id: TileId,
        tabs: &egui_tiles::Tabs,
        _scroll: &mut f32,
    ) {
        for tile in &tabs.children {
            if let Some(Tile::Pane(pane)) = tiles.get(*tile)
                && !tabs.is_active(*tile)
                && let Some(panel) = self.panels.panel(pane)
            {
                panel.beside_tabs(ui, self.cx);
            }
        }
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        TABS
    }
    fn gap_width(&self, _style: &egui::Style) -> f32 {
        1.0
    }
    fn min_size(&self) -> f32 {
        96.0
    }
    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: false,
            prune_single_child_tabs: false,
            ..SimplificationOptions::default()
        }
    }
    fn resize_stroke(&self, _style: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        match state {
            egui_tiles::ResizeState::Idle => self.cx.theme.line(),
            _ => Stroke::new(2.0, self.cx.theme.accent),
        }
    }
    fn tab_bar_color(&self, _visuals: &Visuals) -> Color32 {
        self.cx.theme.surface
    }
    fn tab_bar_hline_stroke(&self, _visuals: &Visuals) -> Stroke {
        self.cx.theme.line()
    }
    fn drag_preview_color(&self, _visuals: &Visuals) -> Color32 {
        self.cx.theme.accent.gamma_multiply(0.18)
    }
    fn dragged_overlay_color(&self, _visuals: &Visuals) -> Color32 {
        self.cx.theme.surface.gamma_multiply(0.6)
    }
}

/// Draws a panel over its room, with its head where it has one. Returns whether it is being dragged.
pub fn panel(ui: &mut Ui, cx: &mut Cx<'_>, panels: &mut Panels, pane: &Pane) -> bool {
    let theme = cx.theme;
    cx.window.focus.stands(pane, ui.max_rect());
    ui.painter().rect_filled(ui.max_rect(), 0.0, theme.surface);
    ui.set_clip_rect(ui.clip_rect().intersect(ui.max_rect()));
    let side = panels::entry(pane).is_some_and(|e| matches!(e.dock, Dock::Left | Dock::Right));
    let dragged = side && head(ui, cx, panels, pane);
    panels.ui(pane, ui, cx);
    dragged
}

/// The head of a side panel: its title drags it, a cross closes it. Returns whether a drag began.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, panels: &mut Panels, pane: &Pane) -> bool {
    let name = panels::title(pane);
    egui::Frame::new()
        .inner_margin(Margin {
            left: 12,
            right: 6,
            top: 6,
            bottom: 0,
        })
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let title = ui.add(
                    egui::Label::new(theme::section(name, cx.theme))
                        .selectable(false)
                        .sense(Sense::DRAG | Sense::FOCUSABLE),
                );
                title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, name));
                // F6 comes to the heading, and to no button that does something.
                cx.window.focus.stops_at(pane, title.rect, title.id);
                widgets::focus_ring_around(ui, &title);
                if let Some(panel) = panels.panel(pane) {
                    panel.beside_title(ui, cx);
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let words = format!("Close {}", panels::spoken(pane));
                    let close = widgets::sized_icon_button(ui, Icon::Cross, &words, 20.0);
                    if close.clicked() {
                        cx.ask(WindowRequest::TogglePane(pane.clone()));
                    }
                    if let Some(panel) = panels.panel(pane) {
                        panel.head_buttons(ui, cx);
                    }
                });
                title.on_hover_cursor(egui::CursorIcon::Grab).drag_started()
            })
            .inner
        })
        .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_arrangement_is_whole_and_survives_storage() {
        let text = serde_json::to_string(&arrangement(1600.0, 900.0)).unwrap();
        assert!(restored(serde_json::from_str(&text).unwrap()).is_some());
    }

    /// An arrangement as version 0.1 stored it: the graph is in front, the inspector is closed.
    const STORED: &str = r#"{"id":4273372871469428450,"root":14,"tiles":{"next_tile_id":15,"tiles":{
        "1":{"Pane":"Tokens"},"2":{"Pane":{"Main":"Token"}},"3":{"Pane":{"Main":"Chain"}},
        "4":{"Pane":{"Main":"Graph"}},"5":{"Pane":{"Main":"Compare"}},"6":{"Pane":{"Main":"Forge"}},
        "7":{"Pane":{"Main":"Practice"}},"8":{"Container":{"Tabs":{"children":[2,3,4,5,6,7],"active":4}}},
        "9":{"Pane":"Findings"},"10":{"Pane":"Log"},
        "11":{"Container":{"Tabs":{"children":[9,10],"active":9}}},"12":{"Pane":"Inspector"},
        "13":{"Container":{"Linear":{"children":[8,11],"dir":"Vertical",
            "shares":{"shares":{"8":684.0,"11":216.0}}}}},
        "14":{"Container":{"Linear":{"children":[1,13,12],"dir":"Horizontal",
            "shares":{"shares":{"13":976.0,"12":336.0,"1":288.0}}}}}},
        "invisible":[12]},"height":null,"width":null}"#;

    #[test]
    fn a_stored_arrangement_is_kept_and_takes_in_panels_that_it_does_not_know() {
        let tree = restored(serde_json::from_str(STORED).unwrap()).unwrap();
        let tile = |pane: &Pane| tree.tiles.find_pane(pane).unwrap();
        assert!(!tree.tiles.is_visible(tile(&Pane::side("Inspector"))));
        assert!(
            tree.active_tiles()
                .contains(&tile(&Pane::main(View::GRAPH)))
        );
        for entry in REGISTRY {
            assert!(
                tree.tiles.find_pane(&entry.pane).is_some(),
                "{}",
                entry.title
            );
        }
        // One that was stored before there was a log has it beside what stands there as well.
        let without = STORED
            .replace(r#""10":{"Pane":"Log"},"#, "")
            .replace("[9,10]", "[9]");
        let tree = restored(serde_json::from_str(&without).unwrap()).unwrap();
        let row = |name| {
            let tile = tree.tiles.find_pane(&Pane::side(name)).unwrap();
            tree.tiles.parent_of(tile)
        };
        assert!(row("Log").is_some() && row("Log") == row("Findings"));
    }

    #[test]
    fn a_stored_arrangement_without_a_place_for_a_panel_or_with_a_foreign_one_is_left() {
        for (old, new) in [
            ("Findings", "Weather"),
            ("Tokens", "Findings"),
            ("Log", "Findings"),
        ] {
            let text = STORED.replace(
                &format!("\"Pane\":\"{old}\""),
                &format!("\"Pane\":\"{new}\""),
            );
            assert!(
                restored(serde_json::from_str(&text).unwrap()).is_none(),
                "{old}, {new}"
            );
        }
    }

    #[test]
    fn another_size_of_the_window_goes_to_the_main_views() {
        struct Blank;
        impl Behavior<Pane> for Blank {
            fn pane_ui(&mut self, _: &mut Ui, _: TileId, _: &mut Pane) -> UiResponse {
                UiResponse::None
            }
            fn tab_title_for_pane(&mut self, _: &Pane) -> WidgetText {
                "".into()
            }
        }
        let ctx = egui::Context::default();
        let mut tree = arrangement(1600.0, 900.0);
        let draw = |tree: &mut Tree<Pane>, width: f32, height: f32| {
            let input = egui::RawInput {
                screen_rect: Some(Rect::from_min_size(egui::Pos2::ZERO, vec2(width, height))),
                ..egui::RawInput::default()
            };
            let mut output = ctx.run_ui(input, |ui| tree.ui(&mut Blank, ui));
            output.textures_delta.clear();
            ["Tokens", "Inspector", "Findings"].map(|name| {
                let pane = Pane::side(name);
                let tile = tree.tiles.find_pane(&pane).unwrap();
                tree.tiles.rect(tile).map_or(Vec2::ZERO, |r| r.size())
            })
        };
        let wide = draw(&mut tree, 1600.0, 900.0);
        resized(&mut tree, vec2(1600.0, 900.0), vec2(1280.0, 800.0));
        let narrow = draw(&mut tree, 1280.0, 800.0);
        for (pane, (before, after)) in wide.iter().zip(narrow).enumerate() {
            let kept = if pane == 2 {
                (before.y - after.y).abs()
            } else {
                (before.x - after.x).abs()
            };
            assert!(kept < 1.5, "{pane}: {before:?} became {after:?}");
        }
        // No room for that: every panel becomes smaller.
        resized(&mut tree, vec2(1280.0, 800.0), vec2(700.0, 800.0));
        let least = draw(&mut tree, 700.0, 800.0);
        assert!(least[0].x < narrow[0].x - 20.0, "{least:?}");
    }

    #[test]
    fn a_closed_panel_comes_back() {
        let mut tree = arrangement(1600.0, 900.0);
        let id = tree.tiles.find_pane(&Pane::side("Inspector")).unwrap();
        tree.tiles.set_visible(id, false);
        assert!(bring(&mut tree, &Pane::side("Inspector")));
        assert!(tree.tiles.is_visible(id));
    }

    #[test]
    fn asked_for_again_a_panel_comes_to_the_front_before_it_is_hidden() {
        let mut tree = arrangement(1600.0, 900.0);
        let timeline = Pane::side("Timeline");
        let id = tree.tiles.find_pane(&timeline).unwrap();
        // Behind the findings at first.
        toggle(&mut tree, &timeline);
        assert!(tree.tiles.is_visible(id) && tree.active_tiles().contains(&id));
        toggle(&mut tree, &timeline);
        assert!(!tree.tiles.is_visible(id));
        toggle(&mut tree, &timeline);
        assert!(tree.tiles.is_visible(id) && tree.active_tiles().contains(&id));
        let inspector = Pane::side("Inspector");
        let id = tree.tiles.find_pane(&inspector).unwrap();
        toggle(&mut tree, &inspector);
        assert!(!tree.tiles.is_visible(id));
        toggle(&mut tree, &inspector);
        assert!(tree.tiles.is_visible(id));
    }
}
