//! A wait: whose token is held, and how long.

use egui::Ui;

use super::{Face, Offer};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::Wait},
    gui::{
        icons::Icon,
        panels::chain::{
            fields::{text, wire},
            form::Form,
        },
    },
    token::explain::duration,
};

impl Face for Wait {
    fn offer() -> Offer {
        Offer {
            text: "Wait",
            stem: "wait",
            step: |token| {
                Step::Wait(Self {
                    token,
                    wait: "90s".into(),
                })
            },
        }
    }

    fn icon(&self) -> Option<Icon> {
        Some(Icon::Hourglass)
    }

    fn who<'a>(&'a self, _node: &'a Node) -> &'a str {
        ""
    }

    fn lines(&self, _node: &Node, _model: &Model) -> Vec<String> {
        vec![match self.time() {
            Ok(time) if time.subsec_millis() > 0 => format!("for {} ms", time.as_millis()),
            Ok(time) => format!(
                "for {}",
                duration(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
            ),
            Err(_) => format!("for {}", self.wait),
        }]
    }

    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        wire(ui, "Token", &mut self.token, form.sources);
        let mut time = Some(self.wait.clone());
        text(ui, form.fields, "Time", &mut time, "90s, 5m or 1h");
        self.wait = time.unwrap_or_default();
    }
}
