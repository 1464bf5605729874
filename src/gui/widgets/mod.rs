//! Small widgets that all panels share. Each has a name for the screen reader.

pub mod chips;
pub mod life;
pub mod rows;
pub mod state;

use egui::{
    Align, Button, Color32, CornerRadius, Frame, Layout, Margin, Response, RichText, Role, Sense,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

use super::{
    icons::Icon,
    theme::{self, RADIUS, Theme, space},
};

/// The one button of a group that does what the group is for.
pub fn primary(ui: &mut Ui, icon: Option<Icon>, text: &str) -> Response {
    let theme = Theme::of(ui);
    ui.scope(|ui| {
        let v = ui.visuals_mut();
        for state in [
            &mut v.widgets.inactive,
            &mut v.widgets.hovered,
            &mut v.widgets.active,
            &mut v.widgets.open,
        ] {
            state.weak_bg_fill = theme.accent;
            state.fg_stroke.color = theme.on_accent;
        }
        v.widgets.hovered.bg_stroke = Stroke::new(1.0, theme.on_accent.gamma_multiply(0.35));
        v.widgets.active.bg_stroke = Stroke::new(1.5, theme.text);
        let label = theme::strong(text).color(theme.on_accent);
        match icon {
            Some(icon) => ui.add(Button::new((icon.atom(14.0, Some(theme.on_accent)), label))),
            None => ui.add(Button::new(label)),
        }
    })
    .inner
}

/// A plain button with an icon before its words.
pub fn button(ui: &mut Ui, icon: Icon, text: &str) -> Response {
    ui.add(Button::new((icon.atom(14.0, None), text)))
}

/// A button that is an icon only; `name` is its tooltip and its name for the screen reader.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    sized_icon_button(ui, icon, name, 26.0)
}

/// As [`icon_button`], of a chosen size.
pub fn sized_icon_button(ui: &mut Ui, icon: Icon, name: &str, side: f32) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    if ui.is_rect_visible(rect) {
        let active = enabled && (response.hovered() || response.has_focus());
        if active {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(RADIUS), theme.control_hover);
        }
        focus_ring(ui, &response);
        let colour = if !enabled {
            theme.faint
        } else if active {
            theme.text
        } else {
            theme.muted
        };
        icon.paint(
            ui.painter(),
            rect.shrink((side - side.min(26.0) * 0.58) / 2.0),
            colour,
        );
    }
    response.on_hover_text(name)
}

/// The outline of whatever has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect,
            CornerRadius::same(RADIUS),
            Stroke::new(1.5, Theme::of(ui).accent),
            StrokeKind::Inside,
        );
    }
}

/// Shows the focus around words that have no padding of their own.
pub fn focus_ring_around(ui: &Ui, response: &Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect.expand2(egui::vec2(4.0, 2.0)),
            CornerRadius::same(RADIUS),
            Stroke::new(1.5, Theme::of(ui).accent),
            StrokeKind::Middle,
        );
    }
}

/// A button that opens a menu: words and a chevron.
pub fn menu<R>(
    ui: &mut Ui,
    name: &str,
    text: impl Into<RichText>,
    add: impl FnOnce(&mut Ui) -> R,
) -> Response {
    // A long choice gives way to the column that it stands in.
    let button = Button::new((text.into(), Icon::ChevronDown.atom(12.0, None))).truncate();
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, add);
    response.accessible_name(name)
}

/// An item of a menu: words, and its shortcut at the right.
pub fn menu_item(ui: &mut Ui, text: &str, shortcut: &str) -> Response {
    let mut button = Button::new(text).frame_when_inactive(false);
    if !shortcut.is_empty() {
        button = button.shortcut_text(theme::small(shortcut));
    }
    ui.add(button)
}

/// A box to tick, with an outline that stands out on cards as well.
pub fn tick(ui: &mut Ui, on: &mut bool, text: &str) -> Response {
    let line = Stroke::new(1.0, Theme::of(ui).faint);
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = line;
        ui.visuals_mut().widgets.hovered.bg_stroke = line;
        ui.checkbox(on, text)
    })
    .inner
}

/// A key as it is printed on a keyboard.
pub fn keycap(ui: &mut Ui, keys: &str) -> Response {
    let theme = Theme::of(ui);
    Frame::new()
        .fill(theme.control)
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(6, 2))
        .show(ui, |ui| ui.label(theme::small(keys).color(theme.muted)))
        .inner
}

/// Heading of a section in a side panel, with a caption at the right.
pub fn section(ui: &mut Ui, title: &str, caption: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.label(theme::section(title, theme));
        if !caption.is_empty() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(theme::small(caption).color(theme.muted));
            });
        }
    });
}

/// A hairline over the whole width, with room above and below.
pub fn rule(ui: &mut Ui) {
    ui.add_space(space::XS);
    hairline(ui);
    ui.add_space(space::XS);
}

/// A hairline over the whole width.
pub fn hairline(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter()
        .hline(rect.x_range(), rect.center().y, theme.line());
}

/// A name and a value under each other's heads: name muted at the left, `add` at the right.
pub fn field<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui);
    ui.horizontal_top(|ui| {
        let width = 96.0_f32.min(ui.available_width() * 0.4);
        let label = ui
            .allocate_ui_with_layout(
                vec2(width, 20.0),
                Layout::left_to_right(Align::Min).with_main_wrap(true),
                |ui| {
                    ui.set_width(width);
                    ui.add(egui::Label::new(RichText::new(name).color(theme.muted)).wrap())
                },
            )
            .inner;
        ui.vertical(|ui| ui.label_inputs_by(label.id, add)).inner
    })
    .inner
}

/// As [`field`], for what is entered in one line: the name stands at the middle of the entry.
pub fn input<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let width = 96.0_f32.min(ui.available_width() * 0.4);
        let label = ui
            .allocate_ui_with_layout(
                vec2(width, ui.spacing().interact_size.y),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_width(width);
                    ui.add(egui::Label::new(RichText::new(name).color(theme.muted)).truncate())
                },
            )
            .inner;
        ui.label_inputs_by(label.id, add)
    })
    .inner
}

/// What to do where there is nothing yet: one line and, in `add`, one button.
pub fn empty(ui: &mut Ui, line: &str, add: impl FnOnce(&mut Ui)) {
    let theme = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space(space::XXL);
        ui.add(egui::Label::new(RichText::new(line).color(theme.muted)).wrap());
        ui.add_space(space::S);
        add(ui);
    });
}

/// A card: raised surface, hairline, room inside.
pub fn card(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.raised)
        .stroke(theme.line())
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(12, 8))
}

/// A banner on a coloured surface.
pub fn banner(surface: Color32) -> Frame {
    Frame::new()
        .fill(surface)
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(12, 8))
}

/// A one-line text field with a name for the screen reader. `secret` hides what is typed.
pub fn text_field(
    ui: &mut Ui,
    name: &str,
    hint: &str,
    text: &mut String,
    secret: bool,
) -> Response {
    ui.add(
        egui::TextEdit::singleline(text)
            .hint_text(RichText::new(hint).color(Theme::of(ui).muted))
            .password(secret)
            .margin(Margin::symmetric(8, 5))
            .desired_width(f32::INFINITY),
    )
    .accessible_name(name)
}
