//! Names of panels, as the arrangement keeps them between starts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::app::session::View;

/// A panel of the window, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub enum Pane {
    /// A main view, by its name: the program knows which is in front.
    Main(Cow<'static, str>),
    /// A panel beside or below the main views.
    Side(Cow<'static, str>),
}

impl Pane {
    /// A main view.
    pub const fn main(view: View) -> Self {
        Self::Main(Cow::Borrowed(view.name()))
    }

    /// A panel beside or below the main views.
    pub const fn side(name: &'static str) -> Self {
        Self::Side(Cow::Borrowed(name))
    }
}

/// How a name is written: `{"Main":"Token"}`, `"Findings"`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Main {
        #[serde(rename = "Main")]
        view: Cow<'static, str>,
    },
    Side(Cow<'static, str>),
}

impl From<Stored> for Pane {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Main { view } => Self::Main(view),
            Stored::Side(name) => Self::Side(name),
        }
    }
}

impl From<Pane> for Stored {
    fn from(pane: Pane) -> Self {
        match pane {
            Pane::Main(view) => Self::Main { view },
            Pane::Side(name) => Self::Side(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_stored_arrangements_have_them() {
        for (pane, text) in [
            (Pane::main(View::TOKEN), r#"{"Main":"Token"}"#),
            (Pane::side("Findings"), r#""Findings""#),
        ] {
            assert_eq!(serde_json::to_string(&pane).unwrap(), text);
            assert_eq!(serde_json::from_str::<Pane>(text).unwrap(), pane);
        }
    }
}
