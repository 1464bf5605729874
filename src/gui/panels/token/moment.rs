//! Editor of a NumericDate: presets, steps, a calendar, and the same moment as date and time, as
//! seconds and against now; in local time or UTC.

use egui::{Align2, Color32, FontId, Key, RichText, Role, Sense, StrokeKind, Ui, WidgetInfo, vec2};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde_json::{Number, Value};

use super::state::{Cx, MemberPlace, MomentState, New, TimeField};
use crate::{
    gui::{
        icons::Icon,
        theme::{self, RADIUS, Theme, space},
        times, widgets,
    },
    kit::text::escape,
    token::explain::changes_after,
};

/// Draws the value, and the editor when it is asked for.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    number: &Number,
) -> Option<New> {
    let now = cx.seconds();
    let seconds = number
        .as_i64()
        .unwrap_or_else(|| number.as_f64().map_or(0, |f| f as i64));
    cx.tick(ui.ctx(), Some(changes_after(seconds, now)));
    let mut new = None;
    ui.horizontal_wrapped(|ui| {
        let words = times::relative(seconds, now);
        let name = escape(&place.name);
        let button = ui
            .add(egui::Button::new(words.as_str()).small())
            .accessible_name(format!("{name}: {words}. Change"));
        ui.label(
            theme::mono(format!("{number} · {}", times::full(cx, seconds))).color(cx.theme.muted),
        )
        .on_hover_text(zones(cx, seconds));
        egui::Popup::menu(&button)
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| {
                egui::Frame::new().inner_margin(space::S).show(ui, |ui| {
                    ui.set_width(312.0);
                    ui.spacing_mut().item_spacing.y = space::XS;
                    new = menu(ui, cx, place, seconds, now);
                });
            });
    });
    new.filter(|s| *s != seconds).map(|s| Some(Value::from(s)))
}

/// The moment in both zones.
fn zones(cx: &Cx<'_>, seconds: i64) -> String {
    let Ok(at) = Timestamp::from_second(seconds) else {
        return "outside the calendar".into();
    };
    let local = at.to_zoned(cx.window.zone.clone());
    format!(
        "{at} (UTC)\n{}",
        local.strftime("%Y-%m-%d %H:%M:%S %:z, %Q")
    )
}

fn menu(ui: &mut Ui, cx: &mut Cx<'_>, place: &MemberPlace, seconds: i64, now: i64) -> Option<i64> {
    let mut new = steps(ui, seconds, now);
    let local = cx.window.zone.clone();
    let state = &mut cx.state.editors.moment;
    if state.place.as_ref() != Some(place) {
        *state = MomentState {
            place: Some(place.clone()),
            utc: state.utc,
            seconds,
            ..MomentState::default()
        };
    } else if state.seconds != seconds {
        // The value changed: what was typed made it, or is out of date.
        state.month = None;
        for text in [&mut state.date, &mut state.epoch, &mut state.relative] {
            text.typed &= text.error.is_none()
                && read_any(&text.text, &local, state.utc, now) == Some(seconds);
        }
        state.seconds = seconds;
    }
    let zone = if state.utc {
        TimeZone::UTC
    } else {
        local.clone()
    };
    ui.add_space(space::XS);
    let day = calendar(ui, state, &zone, seconds, now);
    new = new.or(day);
    ui.add_space(space::XS);
    widgets::hairline(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Times in").color(Theme::of(ui).muted));
        for (utc, name) in [(false, "local time"), (true, "UTC")] {
            if ui
                .add(egui::Button::selectable(state.utc == utc, name))
                .clicked()
                && state.utc != utc
            {
                state.utc = utc;
                state.date = TimeField::default();
                state.month = None;
            }
        }
        let zone = local.iana_name().unwrap_or("").to_owned();
        if !state.utc && !zone.is_empty() {
            ui.label(theme::small(zone).color(Theme::of(ui).muted));
        }
    });
    let typed = fields(ui, state, &zone, seconds, now);
    new.or(typed)
}

/// Presets and steps.
fn steps(ui: &mut Ui, seconds: i64, now: i64) -> Option<i64> {
    let mut new = None;
    let muted = Theme::of(ui).muted;
    let mut row = |ui: &mut Ui, name: &str, from: i64, steps: [(&str, i64); 4]| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let (rect, _) = ui.allocate_exact_size(vec2(36.0, 24.0), Sense::hover());
            ui.painter().text(
                rect.left_center(),
                Align2::LEFT_CENTER,
                name,
                FontId::proportional(13.0),
                muted,
            );
            for (label, by) in steps {
                // Buttons of menus have no ground of their own.
                let button = egui::Button::new(label).fill(Theme::of(ui).control);
                if ui.add(button).clicked() {
                    new = Some(from.saturating_add(by));
                }
            }
        });
    };
    let ahead = [
        ("now", 0),
        ("in 5 min", 300),
        ("in 1 h", 3_600),
        ("in 1 d", 86_400),
    ];
    row(ui, "Set", now, ahead);
    let by = [
        ("−1 h", -3_600),
        ("−5 min", -300),
        ("+5 min", 300),
        ("+1 h", 3_600),
    ];
    row(ui, "Move", seconds, by);
    new
}

/// The same moment in three ways of writing it.
fn fields(
    ui: &mut Ui,
    state: &mut MomentState,
    zone: &TimeZone,
    seconds: i64,
    now: i64,
) -> Option<i64> {
    state.date.follow(times::in_zone(seconds, zone));
    state.epoch.follow(seconds.to_string());
    state.relative.follow(times::relative(seconds, now));
    let mut new = None;
    let mut row = |ui: &mut Ui,
                   name: &str,
                   hint: &str,
                   field: &mut TimeField,
                   read: &dyn Fn(&str) -> Result<i64, String>| {
        widgets::field(ui, name, |ui| {
            let response = widgets::text_field(ui, name, hint, &mut field.text, false);
            if response.changed() {
                field.typed = true;
                match read(&field.text) {
                    Ok(at) => {
                        field.error = None;
                        new = Some(at);
                    }
                    Err(why) => field.error = Some(why),
                }
            } else if response.lost_focus() && field.error.is_none() {
                field.typed = false;
            }
            if let Some(why) = &field.error {
                let label = ui
                    .add(egui::Label::new(theme::small(why).color(Theme::of(ui).critical)).wrap());
                label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, why));
            }
        });
    };
    row(
        ui,
        "Date and time",
        "2026-11-23 14:42:07",
        &mut state.date,
        &|text| times::read(text, zone, now),
    );
    row(ui, "Seconds", "1795444927", &mut state.epoch, &|text| {
        text.trim()
            .parse()
            .map_err(|_| "Write whole seconds since 1970, such as 1795444927".to_owned())
    });
    row(
        ui,
        "Against now",
        "in 5 min",
        &mut state.relative,
        &|text| {
            times::read_relative(text, now)
                .ok_or_else(|| "Write a span such as in 5 min, 2 h ago or now".to_owned())
        },
    );
    new
}

/// What a typed text means, whichever field it is of.
fn read_any(text: &str, local: &TimeZone, utc: bool, now: i64) -> Option<i64> {
    let zone = if utc { &TimeZone::UTC } else { local };
    times::read(text, zone, now).ok()
}

/// A month as a grid of days. Arrow keys walk it, Page Up and Page Down change the month, Enter takes a
/// day; the time of day stays.
fn calendar(
    ui: &mut Ui,
    state: &mut MomentState,
    zone: &TimeZone,
    seconds: i64,
    now: i64,
) -> Option<i64> {
    let theme = Theme::of(ui);
    let date = |seconds: i64| {
        let at = Timestamp::from_second(seconds).ok()?;
        Some(at.to_zoned(zone.clone()).date())
    };
    let (chosen, today) = (date(seconds), date(now).unwrap_or_default());
    let month = state.month.or(chosen).unwrap_or(today).first_of_month();
    let mut turn = 0_i32;
    ui.horizontal(|ui| {
        if widgets::sized_icon_button(ui, Icon::ChevronLeft, "Month before", 22.0).clicked() {
            turn = -1;
        }
        let name = month.strftime("%B %Y").to_string();
        let width = ui.available_width() - 30.0;
        let (rect, heading) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
        heading.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            &name,
            FontId::new(13.0, theme::medium()),
            theme.text,
        );
        if widgets::sized_icon_button(ui, Icon::ChevronRight, "Month after", 22.0).clicked() {
            turn = 1;
        }
    });
    let first = month
        .checked_sub(i32::from(month.weekday().to_monday_zero_offset()).days())
        .unwrap_or(month);
    let mut taken = None;
    let spacing = ui.spacing().item_spacing;
    ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
    let cell = vec2((ui.available_width() - 12.0) / 7.0, 24.0);
    ui.horizontal(|ui| {
        for day in Weekday::Monday.cycle_forward().take(7) {
            let (rect, _) = ui.allocate_exact_size(vec2(cell.x, 16.0), Sense::hover());
            let short: String = format!("{day:?}").chars().take(2).collect();
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                short,
                FontId::proportional(11.0),
                theme.muted,
            );
        }
    });
    for week in 0..6_i32 {
        ui.horizontal(|ui| {
            for weekday in 0..7_i32 {
                let Ok(day) = first.checked_add((week * 7 + weekday).days()) else {
                    continue;
                };
                let mark = Mark {
                    chosen: chosen == Some(day),
                    today: day == today,
                    other: day.month() != month.month(),
                };
                let response = day_button(ui, cell, day, mark);
                if state.focus == Some(day) {
                    response.request_focus();
                    state.focus = None;
                }
                if response.clicked() {
                    taken = Some(day);
                }
                if response.has_focus()
                    && let Some(to) = walk(ui, response.id, day)
                {
                    state.focus = Some(to);
                    state.month = Some(to);
                    ui.ctx().request_repaint();
                }
            }
        });
    }
    ui.spacing_mut().item_spacing = spacing;
    if turn != 0 {
        state.month = month.checked_add(turn.months()).ok();
        ui.ctx().request_repaint();
    }
    let day = taken?;
    state.month = Some(day);
    state.focus = Some(day);
    let clock = Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_zoned(zone.clone())
        .time();
    day.to_datetime(clock)
        .to_zoned(zone.clone())
        .ok()
        .map(|at| at.timestamp().as_second())
}

/// Where the keyboard goes from a day: arrows by days and weeks, Page Up and Page Down by months.
fn walk(ui: &Ui, id: egui::Id, day: Date) -> Option<Date> {
    // A frame that is laid out again has the same keys again.
    if ui.ctx().current_pass_index() > 0 {
        return None;
    }
    ui.memory_mut(|m| {
        m.set_focus_lock_filter(
            id,
            egui::EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..egui::EventFilter::default()
            },
        );
    });
    let steps = [
        (Key::ArrowLeft, (-1).days()),
        (Key::ArrowRight, 1.days()),
        (Key::ArrowUp, (-1).weeks()),
        (Key::ArrowDown, 1.weeks()),
        (Key::PageUp, (-1).months()),
        (Key::PageDown, 1.months()),
    ];
    let (_, span) = steps
        .into_iter()
        .find(|(key, _)| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, *key)))?;
    day.checked_add(span).ok()
}

#[derive(Clone, Copy)]
struct Mark {
    chosen: bool,
    today: bool,
    /// Of the month before or after.
    other: bool,
}

fn day_button(ui: &mut Ui, size: egui::Vec2, day: Date, mark: Mark) -> egui::Response {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let id = egui::Id::unique(("day", day.year(), day.month(), day.day()));
    let response = ui.interact(rect, id, Sense::click());
    let name = format!(
        "{}{}",
        day.strftime("%A %-d %B %Y"),
        if mark.today { ", today" } else { "" }
    );
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, mark.chosen, &name));
    let (fill, text) = match (mark.chosen, response.hovered() || response.has_focus()) {
        (true, _) => (theme.accent, theme.on_accent),
        (false, true) => (theme.control_hover, theme.text),
        (false, false) if mark.other => (Color32::TRANSPARENT, theme.muted),
        (false, false) => (Color32::TRANSPARENT, theme.text),
    };
    ui.painter().rect_filled(rect, RADIUS, fill);
    if mark.today && !mark.chosen {
        ui.painter()
            .rect_stroke(rect, RADIUS, theme.line(), StrokeKind::Inside);
    }
    let family = if mark.today {
        theme::medium()
    } else {
        egui::FontFamily::Proportional
    };
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        day.day(),
        FontId::new(12.0, family),
        text,
    );
    widgets::focus_ring(ui, &response);
    response
}
