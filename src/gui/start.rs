//! The start screen of an empty workspace: the ways in, each one click from a result.

use egui::{
    Align, Align2, CornerRadius, FontFamily, FontId, Layout, Rect, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::{
    context::Cx,
    icons::Icon,
    request::{Dialog, WindowRequest},
    theme::{self, space},
};
use crate::app::runs;

struct Way {
    icon: Icon,
    title: &'static str,
    says: &'static str,
    keys: &'static str,
}

const WAYS: [Way; 3] = [
    Way {
        icon: Icon::Paste,
        title: "Paste a token",
        says: "Read it, verify it, edit it, sign it again. Any text will do: a header, a cURL line, a log.",
        keys: "anywhere",
    },
    Way {
        icon: Icon::Play,
        title: "Run the sample chain",
        says: "Alice signs in, three agents act for her by token exchange, at the server built in here.",
        keys: "3 hops, no set-up",
    },
    Way {
        icon: Icon::Server,
        title: "Connect your authorization server",
        says: "Give its issuer URL. Its metadata and keys are fetched, and chains can run against it.",
        keys: "RFC 8414, OIDC",
    },
];

/// Draws the start screen over `ui`.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let full = ui.available_rect_before_wrap();
    ui.painter().rect_filled(full, 0.0, cx.theme.window);
    ScrollArea::vertical().auto_shrink(false).id_salt("start").show(ui, |ui| {
        let width = (full.width() - 2.0 * space::XXL).min(900.0);
        let side = ((full.width() - width) / 2.0).max(0.0);
        let top = ((full.height() - 430.0) * 0.42).max(space::XXL);
        ui.add_space(top);
        ui.horizontal(|ui| {
            ui.add_space(side);
            ui.vertical(|ui| {
                ui.set_width(width);
                figure(ui, cx);
                ui.add_space(space::L);
                ui.label(
                    egui::RichText::new("Who acts for whom, and with what power?")
                        .font(FontId::new(28.0, theme::semibold()))
                        .color(cx.theme.text),
                );
                ui.add_space(space::XS);
                ui.label(
                    egui::RichText::new(
                        "A workbench for the tokens that software agents act with. Nothing leaves this machine unless you send it.",
                    )
                    .size(14.0)
                    .color(cx.theme.muted),
                );
                ui.add_space(space::XL);
                ways(ui, cx, width);
                ui.add_space(space::XL);
                more(ui, cx);
                ui.add_space(space::XXL);
            });
        });
        super::keyboard_focus::keep_in_view(ui);
    });
}

fn ways(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let gap = space::L;
    let across = if width < 660.0 { 1 } else { 3 };
    let card_width = (width - gap * (across as f32 - 1.0)) / across as f32;
    let height = if across == 1 { 112.0 } else { 188.0 };
    ui.spacing_mut().item_spacing = vec2(gap, gap);
    let mut clicked = None;
    let mut draw = |ui: &mut Ui, n: usize| {
        if way(ui, cx, &WAYS[n], n == 0, vec2(card_width, height)) {
            clicked = Some(n);
        }
    };
    if across == 1 {
        (0..WAYS.len()).for_each(|n| draw(ui, n));
    } else {
        ui.horizontal(|ui| (0..WAYS.len()).for_each(|n| draw(ui, n)));
    }
    match clicked {
        Some(0) => cx.ask(WindowRequest::Paste),
        Some(1) => cx.push(runs::Command::Sample("sample".into())),
        Some(_) => cx.ask(WindowRequest::Open(Dialog::Connect)),
        None => {}
    }
}

fn way(ui: &mut Ui, cx: &Cx<'_>, way: &Way, first: bool, size: egui::Vec2) -> bool {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, way.title));
    if ui.is_rect_visible(rect) {
        let hot = response.hovered() || response.has_focus();
        let stroke = if hot {
            Stroke::new(1.5, theme.accent)
        } else {
            theme.line()
        };
        ui.painter().rect(
            rect,
            CornerRadius::same(10),
            theme.surface,
            stroke,
            StrokeKind::Inside,
        );
        let badge = Rect::from_min_size(rect.min + vec2(20.0, 20.0), vec2(36.0, 36.0));
        let (behind, before) = if first {
            (theme.accent, theme.on_accent)
        } else {
            (theme.accent_surface, theme.accent)
        };
        ui.painter()
            .rect_filled(badge, CornerRadius::same(8), behind);
        way.icon.paint(ui.painter(), badge.shrink(9.0), before);
        let wide = size.x > 500.0;
        let text_left = if wide {
            badge.right() + 16.0
        } else {
            rect.left() + 20.0
        };
        let text_top = if wide {
            rect.top() + 18.0
        } else {
            badge.bottom() + 14.0
        };
        let wrap = rect.right() - 20.0 - text_left;
        let painter = ui.painter();
        let title = painter.layout(
            way.title.into(),
            FontId::new(15.0, theme::semibold()),
            theme.text,
            wrap,
        );
        let says_top = text_top + title.size().y + 6.0;
        painter.galley(pos2(text_left, text_top), title, theme.text);
        let says = painter.layout(
            way.says.into(),
            FontId::new(13.0, FontFamily::Proportional),
            theme.muted,
            wrap,
        );
        painter.galley(pos2(text_left, says_top), says, theme.muted);
        if !wide {
            let keys = if first {
                format!("{} {}", WindowRequest::Paste.shortcut(), way.keys)
            } else {
                way.keys.to_owned()
            };
            painter.text(
                rect.right_top() + vec2(-20.0, 38.0),
                Align2::RIGHT_CENTER,
                keys,
                FontId::new(11.0, FontFamily::Proportional),
                theme.muted,
            );
        }
    }
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .clicked()
}

fn more(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing = vec2(space::L, space::S);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        if super::widgets::button(ui, Icon::Warning, "Run the risky sample")
            .on_hover_text("The same hops at servers with faults: findings on the graph at once")
            .clicked()
        {
            cx.push(runs::Command::Sample("sample-risky".into()));
        }
        if super::widgets::button(ui, Icon::Folder, "Open a workspace").clicked() {
            cx.ask(WindowRequest::OpenWorkspace);
        }
        if super::widgets::button(ui, Icon::Download, "Read tokens from files").clicked() {
            cx.ask(WindowRequest::ImportFiles);
        }
        ui.label(theme::small("or drop files on this window").color(cx.theme.muted));
    });
}

/// A small picture of what the program is about: a person, two agents, a service, in order.
fn figure(ui: &mut Ui, cx: &Cx<'_>) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(300.0, 44.0), Sense::hover());
    let painter = ui.painter();
    let steps = [Icon::Person, Icon::Agent, Icon::Agent, Icon::Audience];
    let side = 40.0;
    let pitch = 82.0;
    for (n, icon) in steps.into_iter().enumerate() {
        let centre = pos2(rect.left() + side / 2.0 + n as f32 * pitch, rect.center().y);
        if n > 0 {
            let from = pos2(centre.x - pitch + side / 2.0 + 6.0, centre.y);
            let to = pos2(centre.x - side / 2.0 - 6.0, centre.y);
            painter.line_segment([from, to], Stroke::new(1.5, theme.faint));
            painter.line_segment([to, to + vec2(-5.0, -4.0)], Stroke::new(1.5, theme.faint));
            painter.line_segment([to, to + vec2(-5.0, 4.0)], Stroke::new(1.5, theme.faint));
        }
        let node = Rect::from_center_size(centre, vec2(side, side));
        let current = n == 2;
        let radius = if n == 0 { 20 } else { 9 };
        painter.rect(
            node,
            CornerRadius::same(radius),
            if current {
                theme.accent_surface
            } else {
                theme.surface
            },
            Stroke::new(
                1.5,
                if current {
                    theme.accent
                } else {
                    theme.hairline
                },
            ),
            StrokeKind::Inside,
        );
        icon.paint(
            painter,
            node.shrink(11.0),
            if current { theme.accent } else { theme.muted },
        );
    }
}
