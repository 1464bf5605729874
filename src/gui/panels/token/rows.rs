//! Header and claims as rows: name, an editor that fits the value, and what it means or what is wrong
//! with it. Changed members show the value that was received.

use egui::{Align, Layout, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use serde_json::Value;

use super::{
    add, disclosed, editors,
    state::{Cx, MemberPlace, Renaming},
};
use crate::{
    app::{Command, analysis::TokenView, session::Selection, token, view},
    gui::{
        icons,
        icons::Icon,
        request::WindowRequest,
        sections::token_text::plain,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::TokenId,
        json::pointer,
        text::{excerpt, shorten},
    },
    token::{craft::Part, guide},
};

/// How a member stood in the token that was received.
pub(super) struct Was<'a> {
    /// It was something else, or was not there.
    pub changed: bool,
    /// What it was.
    pub value: Option<&'a Value>,
}

/// Members up to which all rows are drawn, so that a screen reader finds those out of sight as well.
pub(super) const FEW: usize = 64;

/// Draws the rows of one part.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, part: Part) {
    let json = match part {
        Part::Header => view.token.header.as_deref(),
        Part::HeaderOf(n) => view.token.headers.get(n).and_then(Option::as_ref),
        Part::Payload => view.token.claims.as_ref(),
    };
    let heading = match part {
        Part::Header | Part::HeaderOf(_) => "Header",
        Part::Payload => "Claims",
    };
    ui.add_space(space::XS);
    let Some(map) = json.and_then(|j| j.value.as_object()) else {
        ui.horizontal(|ui| {
            ui.label(theme::section(heading, cx.theme));
            ui.label(
                RichText::new("is no JSON object: switch to JSON to see and mend its text.")
                    .color(cx.theme.muted),
            );
        });
        return;
    };
    let disclosed = view
        .token
        .disclosed
        .as_deref()
        .filter(|_| part == Part::Payload);
    if part.is_header() {
        ui.add_space(space::M);
        ui.label(theme::section(heading, cx.theme));
    } else if let Some(sd) = disclosed {
        ui.horizontal(|ui| {
            ui.label(theme::section(heading, cx.theme));
            disclosed::summary(ui, cx, id, view, sd);
        });
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let many = map.len() > FEW;
    let before = view.received.as_ref().and_then(|t| match part {
        Part::Header => Some(t.header_map()),
        Part::HeaderOf(n) => t.headers.get(n)?.as_ref()?.value.as_object(),
        Part::Payload => Some(t.signed_map()),
    });
    let mut drawn = map.len();
    if let Some(sd) = disclosed {
        drawn = disclosed::claims(ui, cx, id, view, sd, before);
    }
    let members = map.iter().filter(|_| disclosed.is_none());
    for (n, (name, value)) in members.enumerate() {
        let received = before.and_then(|map| map.get(name));
        let was = Was {
            changed: before.is_some() && received != Some(value),
            value: received,
        };
        culled(ui, cx, (part, n), many, |ui, cx| {
            row(ui, cx, (id, part), name, value, &was);
        });
    }
    for (n, (name, value)) in before
        .into_iter()
        .flatten()
        .filter(|(name, _)| !map.contains_key(*name))
        .enumerate()
    {
        culled(ui, cx, (part, drawn + n), many, |ui, cx| {
            dropped(ui, cx, (id, part), name, value);
        });
    }
    ui.add_space(space::S);
    add::ui(ui, cx, (id, part), map);
}

/// Rows so near the view, in points, are drawn out of sight: Tab goes on to them.
const NEAR: f32 = 300.0;

/// Draws a row, or only its room when it is far out of sight: its height is known from an earlier
/// frame.
pub(super) fn culled(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    key: (Part, usize),
    many: bool,
    draw: impl FnOnce(&mut Ui, &mut Cx<'_>),
) {
    let top = ui.cursor().min;
    let width = ui.available_width();
    if let Some(height) = cx.state.heights.get(&key).filter(|_| many) {
        let rect = Rect::from_min_size(top, vec2(width, *height));
        if !ui.is_rect_visible(rect.expand2(vec2(0.0, NEAR))) {
            ui.allocate_space(rect.size());
            return;
        }
    }
    let inner = ui.push_id(key.1, |ui| draw(ui, cx));
    cx.state.heights.insert(key, inner.response.rect.height());
}

/// The three columns of a row; the third under the second where there is little room.
pub(super) fn columns(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    name: impl FnOnce(&mut Ui, &mut Cx<'_>) -> egui::Id,
    value: impl FnOnce(&mut Ui, &mut Cx<'_>),
    note: impl FnOnce(&mut Ui, &mut Cx<'_>),
) {
    let width = ui.available_width();
    let name_width = 116.0;
    let narrow = width < 560.0;
    let note_width = if narrow {
        0.0
    } else {
        (width * 0.34).clamp(150.0, 380.0)
    };
    let value_width = (width - name_width - note_width - space::L).max(120.0);
    ui.add_space(5.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
        ui.spacing_mut().interact_size.y = 20.0;
        let cell = |ui: &mut Ui, width: f32| {
            let layout = Layout::top_down(Align::Min);
            let rect = Rect::from_min_size(ui.cursor().min, vec2(width, 22.0));
            ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(layout))
        };
        let mut left = cell(ui, name_width);
        let label = name(&mut left, cx);
        ui.allocate_rect(
            Rect::from_min_size(
                left.min_rect().min,
                vec2(name_width, left.min_rect().height()),
            ),
            Sense::hover(),
        );
        let mut middle = cell(ui, value_width);
        middle.set_width(value_width);
        middle.label_inputs_by(label, |ui| value(ui, cx));
        if narrow {
            note(&mut middle, cx);
            let rect = middle.min_rect();
            ui.allocate_rect(
                Rect::from_min_size(rect.min, vec2(value_width, rect.height())),
                Sense::hover(),
            );
        } else {
            let rect = middle.min_rect();
            ui.allocate_rect(
                Rect::from_min_size(rect.min, vec2(value_width, rect.height())),
                Sense::hover(),
            );
            let mut right = cell(ui, note_width);
            right.set_width(note_width - space::S);
            note(&mut right, cx);
            ui.allocate_rect(right.min_rect(), Sense::hover());
        }
    });
    ui.add_space(5.0);
    widgets::hairline(ui);
}

pub(super) fn row(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, part): (TokenId, Part),
    name: &str,
    value: &Value,
    was: &Was<'_>,
) {
    let place = MemberPlace {
        part,
        name: name.to_owned(),
    };
    columns(
        ui,
        cx,
        |ui, cx| name_cell(ui, cx, (id, part), name, value, was),
        |ui, cx| {
            let edit = editors::ui(ui, cx, &place, value, was.value, was.changed);
            if let Some((inner, new)) = edit {
                let at = format!("{}{inner}", pointer(name));
                cx.push(token::Command::SetMember {
                    token: id,
                    part,
                    pointer: at,
                    value: new,
                });
            }
        },
        |ui, cx| note(ui, cx, id, part, name),
    );
}

/// The name: opens the claim in the inspector; its context menu copies, restores, removes.
fn name_cell(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, part): (TokenId, Part),
    name: &str,
    value: &Value,
    was: &Was<'_>,
) -> egui::Id {
    let theme = cx.theme;
    let path = match part {
        Part::Payload => pointer(name),
        Part::Header | Part::HeaderOf(_) => format!("header{}", pointer(name)),
    };
    let shown = excerpt(name, 60);
    let colour = match part {
        Part::Payload => theme.token_payload,
        Part::Header | Part::HeaderOf(_) => theme.token_header,
    };
    if let Some((field, entered)) = renaming(ui, cx, (id, &path), name) {
        if let Some(new) = entered {
            let follows = renamed(cx, (id, &path), &new);
            cx.push(token::Command::RenameMember {
                token: id,
                part,
                pointer: pointer(name),
                name: new,
            });
            cx.commands.extend(follows);
        }
        return field;
    }
    let at = (id, path.as_str());
    let label = name_label(ui, cx, (id, path.clone()), &shown, colour, |ui, cx| {
        copy_item(ui, cx, &shown, value);
        rename_item(ui, cx, at, name);
        if was.changed && widgets::menu_item(ui, "Back to what was received", "").clicked() {
            let received = was.value.cloned();
            cx.push(token::Command::SetMember {
                token: id,
                part,
                pointer: pointer(name),
                value: received,
            });
            ui.close();
        }
        if part == Part::Payload {
            disclosed::conceal_item(ui, cx, id, &pointer(name));
        }
        if widgets::menu_item(ui, "Remove", "").clicked() {
            cx.push(token::Command::SetMember {
                token: id,
                part,
                pointer: pointer(name),
                value: None,
            });
            ui.close();
        }
    });
    rename_by_key(ui, cx, label, at, name);
    label
}

/// The name of a member: opens the claim at this path in the inspector, and has a menu.
pub(super) fn name_label(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, path): (TokenId, String),
    shown: &str,
    colour: egui::Color32,
    menu: impl FnOnce(&mut Ui, &mut Cx<'_>),
) -> egui::Id {
    let selection = Selection::Claim(id, path);
    let selected = cx.model.session.selection == selection;
    let colour = if selected { cx.theme.accent } else { colour };
    ui.add_space(2.0);
    let label = ui.add(
        egui::Label::new(theme::mono(shown).color(colour))
            .wrap()
            .sense(Sense::click()),
    );
    label.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, shown));
    widgets::focus_ring(ui, &label);
    let label = label.on_hover_cursor(egui::CursorIcon::PointingHand);
    if label.clicked() {
        cx.push(view::Command::Select(selection));
    }
    label.context_menu(|ui| menu(ui, cx));
    label.id
}

/// The item of a member's menu that names it anew, in the place of its name.
pub(super) fn rename_item(ui: &mut Ui, cx: &mut Cx<'_>, at: (TokenId, &str), name: &str) {
    if widgets::menu_item(ui, "Rename…", "F2").clicked() {
        cx.state.renaming = Some(Renaming::new(at, name));
        ui.close();
    }
}

/// The same by its key, while the name has the keyboard, or is selected and nothing has it.
pub(super) fn rename_by_key(
    ui: &Ui,
    cx: &mut Cx<'_>,
    label: egui::Id,
    at: (TokenId, &str),
    name: &str,
) {
    let here = match ui.memory(egui::Memory::focused) {
        Some(focused) => focused == label,
        None => matches!(&cx.model.session.selection,
            Selection::Claim(id, path) if *id == at.0 && path == at.1),
    };
    if here && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::F2)) {
        cx.state.renaming = Some(Renaming::new(at, name));
    }
}

/// The field for a new name, while there is one, and the name once it is entered. Left in any other
/// way than by Enter it changes nothing.
pub(super) fn renaming(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, path): (TokenId, &str),
    name: &str,
) -> Option<(egui::Id, Option<String>)> {
    let state = &mut cx.state.renaming;
    let own = state.as_mut().filter(|r| r.token == id && r.path == path)?;
    let field = ui
        .add(
            egui::TextEdit::singleline(&mut own.draft)
                .font(theme::mono_font())
                .desired_width(ui.available_width() - space::S),
        )
        .accessible_name("New name of the member");
    let mut entered = None;
    if field.lost_focus() {
        let new = own.draft.trim().to_owned();
        *state = None;
        let taken = ui.input(|i| i.key_pressed(egui::Key::Enter));
        entered = Some(new).filter(|new| taken && !new.is_empty() && new != name);
    } else if !field.has_focus() {
        field.request_focus();
    }
    Some((field.id, entered))
}

/// What keeps a member selected under its new name.
pub(super) fn renamed(cx: &Cx<'_>, (id, path): (TokenId, &str), new: &str) -> Option<Command> {
    let selected = matches!(&cx.model.session.selection,
        Selection::Claim(token, at) if *token == id && at == path);
    let (around, _) = path.rsplit_once('/').filter(|_| selected)?;
    let path = format!("{around}{}", pointer(new));
    Some(view::Command::Select(Selection::Claim(id, path)).into())
}

/// The item of a member's menu that copies its value.
pub(super) fn copy_item(ui: &mut Ui, cx: &mut Cx<'_>, shown: &str, value: &Value) {
    if widgets::menu_item(ui, "Copy value", "").clicked() {
        cx.ask(WindowRequest::Copy(plain(value), shown.to_owned()));
        ui.close();
    }
}

/// The worst finding at a member, else what the member means.
fn note(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, part: Part, name: &str) {
    let theme = cx.theme;
    let found = cx
        .state
        .notes
        .as_ref()
        .and_then(|n| n.at.get(&(part, name.to_owned())))
        .cloned()
        .unwrap_or_default();
    let analysis = std::sync::Arc::clone(&cx.model.analysis);
    ui.add_space(1.0);
    if found.is_empty() {
        let meaning = match part {
            Part::Header | Part::HeaderOf(_) => guide::parameter(name),
            Part::Payload => guide::claim(name),
        };
        if let Some(meaning) = meaning {
            let label = ui.add(
                // No stop of Tab: the name does the same.
                egui::Label::new(theme::prose(meaning.says, 12.0, theme.muted))
                    .wrap()
                    .sense(Sense::CLICK),
            );
            if label.on_hover_text(meaning.source).clicked() {
                let path = match part {
                    Part::Payload => pointer(name),
                    Part::Header | Part::HeaderOf(_) => format!("header{}", pointer(name)),
                };
                cx.push(view::Command::Select(Selection::Claim(id, path)));
            }
        }
        return;
    }
    for n in found.into_iter().take(3) {
        let Some(finding) = analysis.report.findings.get(n) else {
            continue;
        };
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.vertical(|ui| {
                ui.add_space(3.0);
                icons::severity_icon(ui, finding.severity, 11.0);
            });
            let text = RichText::new(finding.title)
                .size(12.0)
                .color(theme.severity(finding.severity));
            let label = ui.add(egui::Label::new(text).wrap().sense(Sense::click()));
            label.widget_info(|| {
                WidgetInfo::labeled(
                    Role::Button,
                    true,
                    format!("{} finding: {}", finding.severity.name(), finding.title),
                )
            });
            let label = label
                .on_hover_cursor(egui::CursorIcon::PointingHand)
                .on_hover_text(format!("{} {}", finding.rule.id, finding.message));
            if label.clicked() {
                cx.push(view::Command::Select(Selection::Finding(n)));
            }
        });
    }
}

/// A member that was received and is gone.
fn dropped(ui: &mut Ui, cx: &mut Cx<'_>, (id, part): (TokenId, Part), name: &str, value: &Value) {
    let theme = cx.theme;
    let shown = excerpt(name, 60);
    columns(
        ui,
        cx,
        |ui, _| {
            let text = theme::mono(shown.as_str())
                .color(theme.critical)
                .strikethrough();
            let label = ui.add(egui::Label::new(text).wrap());
            label
                .widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("removed {shown}")));
            label.id
        },
        |ui, _| {
            widgets::chips::chip(
                ui,
                &shorten(&plain(value), 120),
                widgets::chips::Mark::Removed,
            );
        },
        |ui, cx| {
            if widgets::button(ui, Icon::Undo, "Put it back")
                .accessible_name(format!("Put {shown} back"))
                .clicked()
            {
                cx.push(token::Command::SetMember {
                    token: id,
                    part,
                    pointer: pointer(name),
                    value: Some(value.clone()),
                });
            }
        },
    );
}
