//! A row of the token tray: what a token is, who it speaks for, its state and its life.

use std::sync::Arc;

use egui::{
    Align2, FontFamily, FontId, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextFormat, TextWrapping},
    vec2,
};

use super::state::Cx;
use crate::{
    app::{analysis::TokenView, token},
    gui::{
        icons,
        request::WindowRequest,
        sections::tokens::copy_items,
        theme::{self, space},
        widgets::{
            self,
            life::{self, Life},
            state::TokenState,
        },
    },
    kit::{
        ids::TokenId,
        text::{escape, shorten},
    },
};

/// Height of a row.
pub(super) const ROW: f32 = 60.0;

/// What was done to a row.
pub(super) struct Done {
    /// Seconds after which its countdown changes by itself.
    pub changes: Option<u64>,
    /// It was clicked, or Enter was pressed.
    pub chosen: bool,
    /// It has the keyboard.
    pub focused: bool,
}

/// The widget of a token's row.
pub(super) fn id(ui: &Ui, token: TokenId) -> egui::Id {
    ui.scope_id().with(("token", token.0))
}

/// Draws a row.
pub(super) fn token(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    view: &TokenView,
    rect: Rect,
    selected: bool,
    picked: usize,
) -> Done {
    let theme = cx.theme;
    let life = Life {
        from: view.iat,
        until: view.exp,
        now: cx.seconds(),
    };
    let state = TokenState::of(view, cx.seconds());
    let who = view.principal.short();
    let response = ui.interact(rect, self::id(ui, id), Sense::click_and_drag());
    response.widget_info(|| {
        let worst = view
            .severity
            .map_or_else(String::new, |s| format!(", worst finding {}", s.name()));
        let again = match view.again {
            0 => String::new(),
            n => format!(", found {} times", u64::from(n) + 1),
        };
        let label = format!(
            "{}, {}, {}, {}{worst}{again}",
            escape(&view.title),
            escape(&who),
            state.words(),
            life.words(),
        );
        WidgetInfo::selected(Role::ListItem, true, selected, label)
    });
    response.dnd_set_drag_payload(id);
    if ui.is_rect_visible(rect) {
        paint(
            ui,
            theme,
            view,
            rect,
            selected,
            &response,
            (state, life, &who),
        );
    }
    let focused = response.has_focus();
    let chosen = response.clicked() || (focused && ui.input(|i| i.key_pressed(Key::Enter)));
    if response.clicked() {
        // The arrow keys go on from here.
        response.request_focus();
    }
    if response.double_clicked() {
        cx.ask(WindowRequest::ShowToken(id));
    }
    response.context_menu(|ui| menu(ui, cx, id, view, picked));
    Done {
        changes: life.countdown_changes(),
        chosen,
        focused,
    }
}

fn paint(
    ui: &Ui,
    theme: &theme::Theme,
    view: &TokenView,
    rect: Rect,
    selected: bool,
    response: &egui::Response,
    (state, life, who): (TokenState, Life, &str),
) {
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, 0.0, theme.accent_surface);
        painter.rect_filled(
            Rect::from_min_size(rect.min, vec2(2.0, rect.height())),
            0.0,
            theme.accent,
        );
    } else if response.hovered() {
        painter.rect_filled(rect, 0.0, theme.raised);
    }
    widgets::focus_ring(ui, response);
    let left = rect.left() + space::M;
    let right = rect.right() - space::M;
    let text_left = left + 26.0;
    let line = rect.top() + 17.0;
    state.paint(
        painter,
        Rect::from_center_size(pos2(left + 8.0, line), vec2(14.0, 14.0)),
        theme,
    );
    let caption = match state {
        TokenState::Valid | TokenState::NotVerified | TokenState::ClaimsFail => life.countdown(),
        TokenState::Failed => "failed".into(),
        TokenState::OtherKey => "not its issuer".into(),
        TokenState::Edited => "edited".into(),
        TokenState::NotYet => "not yet".into(),
        TokenState::Unsupported | TokenState::Opaque => String::new(),
        other => other.words().into(),
    };
    let colour = match state {
        TokenState::Failed | TokenState::Edited | TokenState::Unsigned | TokenState::OtherKey => {
            state.colour(theme)
        }
        _ => theme.muted,
    };
    let small = FontId::new(11.0, FontFamily::Proportional);
    let mut end = painter
        .text(
            pos2(right, line),
            Align2::RIGHT_CENTER,
            caption,
            small.clone(),
            colour,
        )
        .left();
    if let Some(severity) = view.severity {
        let shape = Rect::from_center_size(pos2(end - 12.0, line), vec2(11.0, 11.0));
        icons::severity(painter, shape, severity, theme);
        end = shape.left();
    }
    if view.again > 0 {
        end = painter
            .text(
                pos2(end - 6.0, line),
                Align2::RIGHT_CENTER,
                format!("×{}", u64::from(view.again) + 1),
                small.clone(),
                theme.muted,
            )
            .left();
    }
    let title = one_line(
        ui,
        &escape(&view.title),
        FontId::new(13.0, theme::medium()),
        theme.text,
        end - 6.0 - text_left,
    );
    painter.galley(
        pos2(text_left, line - title.size().y / 2.0),
        title,
        theme.text,
    );
    let who = one_line(
        ui,
        &escape(who),
        FontId::new(12.0, FontFamily::Proportional),
        theme.muted,
        right - text_left,
    );
    painter.galley(pos2(text_left, rect.top() + 27.0), who, theme.muted);
    if view.exp.is_some() {
        let bar = Rect::from_min_max(
            pos2(text_left, rect.top() + 49.0),
            pos2(right, rect.top() + 52.0),
        );
        life::paint(ui, bar, life);
    }
}

/// One line of text, cut with `…` at `width`.
pub fn one_line(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: egui::Color32,
    width: f32,
) -> Arc<egui::Galley> {
    let mut job = LayoutJob::single_section(
        shorten(text, 200).into_owned(),
        TextFormat::simple(font, colour),
    );
    job.wrap = TextWrapping::truncate_at_width(width.max(8.0));
    ui.ctx().fonts_mut(|f| f.layout_job(job))
}

/// What can be done with a token.
fn menu(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, picked: usize) {
    ui.set_min_width(200.0);
    if widgets::menu_item(ui, "Show", "").clicked() {
        cx.ask(WindowRequest::ShowToken(id));
        ui.close();
    }
    ui.separator();
    copy_items(ui, cx, view);
    ui.separator();
    if widgets::menu_item(ui, "Duplicate", "").clicked() {
        cx.push(token::Command::Duplicate(id));
        ui.close();
    }
    if view.edited && widgets::menu_item(ui, "Back to what was received", "").clicked() {
        cx.push(token::Command::Revert(id));
        ui.close();
    }
    if !view.evidence_only && widgets::menu_item(ui, "Delete", "").clicked() {
        cx.push(token::Command::Delete(id));
        ui.close();
    }
    if picked > 1 && widgets::menu_item(ui, &format!("Delete {picked} picked"), "Del").clicked() {
        cx.state.delete = true;
        ui.close();
    }
}
