//! The clock of the bar: the moment of all verdicts, and what they ask for beside it.

use egui::{Button, RichText, Role, Ui, WidgetInfo};

use crate::{
    app::{
        session::{Demands, MAX_LEEWAY},
        view,
    },
    gui::{context::Cx, icons::Icon, theme::space, times, widgets},
    kit::{
        clock::{Clock, Timestamp, from_numeric_date},
        text::excerpt,
    },
};

/// What is typed there.
#[derive(Default)]
pub(super) struct ClockForm {
    moment: String,
    error: Option<String>,
    leeway: String,
    audience: String,
    issuer: String,
}

/// Draws the button, and under it what sets the clock.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ClockForm, narrow: bool) {
    let theme = cx.theme;
    let (words, fixed) = match cx.model.session.clock {
        Clock::System => ("now".to_owned(), false),
        Clock::Fixed(at) => (at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(), true),
    };
    let brief = match cx.model.session.clock {
        Clock::System => words.clone(),
        Clock::Fixed(at) => at.strftime("%m-%d %H:%M UTC").to_string(),
    };
    let demands = &cx.model.session.demands;
    let asked = asked(demands);
    let words = match asked.as_str() {
        "" => words,
        asked => format!("{words} · {asked}"),
    };
    let fixed = fixed || !asked.is_empty();
    let colour = if fixed { theme.high } else { theme.text };
    let icon = Icon::Clock.atom(14.0, Some(if fixed { theme.high } else { theme.muted }));
    let button = if narrow {
        // What is asked for beside the moment stands in the menu and in the tip.
        let brief = if asked.is_empty() {
            brief
        } else {
            format!("{brief} · …")
        };
        let brief = RichText::new(brief).color(colour);
        Button::new((icon, brief, Icon::ChevronDown.atom(12.0, None)))
    } else {
        Button::new((
            icon,
            RichText::new("Clock").color(theme.muted),
            RichText::new(&words).color(colour),
            Icon::ChevronDown.atom(12.0, None),
        ))
    };
    let config = egui::containers::menu::MenuConfig::new()
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = egui::containers::menu::MenuButton::from_button(button)
        .config(config)
        .ui(ui, |ui| {
            ui.set_width(300.0);
            ui.label("Verdicts, countdowns and findings follow this clock.");
            ui.add_space(space::XS);
            if widgets::menu_item(ui, "Now (the system's clock)", "").clicked() {
                cx.push(view::Command::SetClock(Clock::System));
                state.error = None;
                ui.close();
            }
            ui.horizontal(|ui| {
                for (name, seconds) in [
                    ("−1 h", -3600),
                    ("−5 min", -300),
                    ("+5 min", 300),
                    ("+1 h", 3600),
                    ("+1 d", 86_400),
                ] {
                    if ui.button(name).clicked()
                        && let Ok(at) = cx.now.checked_add(jiff::SignedDuration::from_secs(seconds))
                    {
                        cx.push(view::Command::SetClock(Clock::Fixed(at)));
                    }
                }
            });
            ui.add_space(space::XS);
            let field = widgets::text_field(
                ui,
                "Fixed time",
                "in 5 min, 2026-11-23 14:32:07, or seconds since 1970",
                &mut state.moment,
                false,
            );
            let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            let set = ui.button("Stop the clock there").clicked();
            if entered || set {
                match read_moment(cx, &state.moment) {
                    Ok(at) => {
                        state.error = None;
                        cx.push(view::Command::SetClock(Clock::Fixed(at)));
                        ui.close();
                    }
                    Err(why) => state.error = Some(why),
                }
            }
            if let Some(why) = &state.error {
                ui.add(egui::Label::new(RichText::new(why).color(theme.critical)).wrap());
            }
            ui.separator();
            demands_form(ui, cx, state);
        });
    if response.clicked() {
        let demands = &cx.model.session.demands;
        state.leeway = demands.leeway.to_string();
        state.audience = demands.audience.clone().unwrap_or_default();
        state.issuer = demands.issuer.clone().unwrap_or_default();
    }
    let response = response.accessible_name(format!("Clock: {words}"));
    if narrow {
        response.on_hover_text(words);
    }
}

/// What verdicts ask for beside the moment, in few words; empty when it is nothing.
fn asked(demands: &Demands) -> String {
    let mut words = Vec::new();
    if demands.leeway > 0 {
        words.push(format!("±{} s", demands.leeway));
    }
    if let Some(audience) = &demands.audience {
        words.push(format!("aud {}", excerpt(audience, 20)));
    }
    if let Some(issuer) = &demands.issuer {
        words.push(format!("iss {}", excerpt(issuer, 20)));
    }
    words.join(" · ")
}

/// Leeway, required audience and issuer: every verdict follows as they are typed.
fn demands_form(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ClockForm) {
    ui.label("Every verdict asks for:");
    let mut changed = false;
    for (name, spoken, hint, text) in [
        (
            "Leeway",
            "Leeway in seconds",
            "seconds, 0 is none",
            &mut state.leeway,
        ),
        ("Audience", "Required audience", "any", &mut state.audience),
        ("Issuer", "Required issuer", "any", &mut state.issuer),
    ] {
        widgets::field(ui, name, |ui| {
            changed |= widgets::text_field(ui, spoken, hint, text, false).changed();
        });
    }
    let leeway: Option<i64> = match state.leeway.trim() {
        "" => Some(0),
        text => text.parse().ok().filter(|s| (0..=MAX_LEEWAY).contains(s)),
    };
    if leeway.is_none() {
        let why = "Leeway is a number of seconds, at most a day.";
        let label = ui.add(egui::Label::new(RichText::new(why).color(cx.theme.critical)).wrap());
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, why));
    }
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
    if changed && let Some(leeway) = leeway {
        cx.push(view::Command::Demand(Demands {
            leeway,
            audience: filled(&state.audience),
            issuer: filled(&state.issuer),
        }));
    }
    if cx.model.session.demands != Demands::default() && ui.button("Ask for nothing").clicked() {
        (state.leeway, state.audience, state.issuer) = ("0".into(), String::new(), String::new());
        cx.push(view::Command::Demand(Demands::default()));
    }
}

fn read_moment(cx: &Cx<'_>, text: &str) -> Result<Timestamp, String> {
    let seconds = times::read(text, &cx.window.zone, cx.seconds())?;
    from_numeric_date(seconds).ok_or_else(|| format!("{seconds} seconds lie outside the calendar"))
}
