//! Section of the inspector: what a token of this kind is, and what it must hold.

use egui::{RichText, Ui};

use super::state::Cx;
use crate::{
    app::{analysis::TokenView, session::Selection, view},
    gui::{
        icons::Icon,
        theme::{self, space},
        widgets,
    },
    kit::ids::TokenId,
    token::{
        craft::Part,
        guide::{self, Demand, Standing},
    },
};

/// Draws the section; nothing for a token of no known kind.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    let Some(kind) = guide::kind(view.token.kind) else {
        return;
    };
    let theme = cx.theme;
    widgets::rule(ui);
    widgets::section(ui, "Field guide", view.token.kind.label());
    let says = theme::prose(kind.says, 13.0, theme.text);
    ui.add(egui::Label::new(says).wrap().selectable(true));
    for text in [kind.issued, kind.checked] {
        ui.add(
            egui::Label::new(theme::prose(text, 13.0, theme.muted))
                .wrap()
                .selectable(true),
        );
    }
    ui.add(egui::Label::new(theme::small(kind.source).color(theme.muted)).wrap());
    let list = guide::checklist(&view.token);
    if list.is_empty() {
        return;
    }
    ui.add_space(space::XS);
    let broken = list.iter().filter(|(_, s)| s.breaks()).count();
    let words = match broken {
        0 => "Holds what it must".to_owned(),
        1 => "1 demand is broken".to_owned(),
        n => format!("{n} demands are broken"),
    };
    let colour = if broken == 0 { theme.good } else { theme.high };
    ui.label(RichText::new(words).color(colour));
    for (demand, standing) in list {
        row(ui, cx, id, demand, standing);
    }
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, demand: &'static Demand, standing: Standing) {
    let theme = cx.theme;
    let (icon, colour, words) = match standing {
        Standing::Present => (Icon::Check, theme.good, ""),
        Standing::Missing => (Icon::Warning, theme.high, "missing"),
        Standing::Wrong => (Icon::Warning, theme.high, "another value"),
        Standing::Forbidden => (Icon::Warning, theme.high, "must not be there"),
        Standing::Unwanted => (Icon::Warning, theme.medium, "should not be there"),
        Standing::Advised => (Icon::Warning, theme.medium, "should be there"),
        // What may be left out, and what rightly is not there, needs no line.
        Standing::Absent => return,
    };
    let prefix = if demand.part == Part::Header {
        "header "
    } else {
        ""
    };
    let mut name = format!("{prefix}{}", demand.name.replace('|', " or "));
    if let (Standing::Missing | Standing::Wrong | Standing::Advised, Some(value)) =
        (standing, demand.value)
    {
        name.push_str(&format!(" = {}", value.replace('|', " or ")));
    }
    ui.horizontal(|ui| {
        icon.show(ui, 12.0, colour);
        let label = ui
            .add(
                egui::Label::new(theme::mono(name.as_str()))
                    .truncate()
                    .sense(egui::Sense::click()),
            )
            .on_hover_cursor(egui::CursorIcon::PointingHand)
            .on_hover_text(format!(
                "{}{}{}\n{}",
                demand.level.words(),
                if demand.when.is_empty() { "" } else { ", " },
                demand.when,
                demand.source
            ));
        label.widget_info(|| {
            egui::WidgetInfo::labeled(
                egui::Role::Button,
                true,
                format!(
                    "{name}: {}",
                    if words.is_empty() { "present" } else { words }
                ),
            )
        });
        if label.clicked() {
            let first = demand.name.split('|').next().unwrap_or(demand.name);
            let pointer = match demand.part {
                Part::Header | Part::HeaderOf(_) => format!("header/{first}"),
                Part::Payload => format!("/{first}"),
            };
            cx.push(view::Command::Select(Selection::Claim(id, pointer)));
        }
        if !words.is_empty() {
            ui.label(theme::small(words).color(colour));
        }
    });
}
