//! The faces of the kinds of nodes: what the menu offers, the words on the card, the fields of the form. A
//! file per kind, as in `chain/kinds`, and a place in the list below.

mod call;
mod client_credentials;
mod exchange;
mod paste;
mod sign_in;
mod wait;

use egui::Ui;

use super::form::Form;
use crate::{
    app::Model,
    chain::{
        Node, Step, TokenRequest,
        kinds::{Call, ClientCredentials, Exchange, Paste, SignIn, Wait},
    },
    gui::icons::Icon,
};

/// What is offered to be added.
pub(super) struct Offer {
    /// Words of the menu.
    pub text: &'static str,
    /// What the new node's id begins with.
    pub stem: &'static str,
    /// The settings that it begins with; it takes its token from the node of that id.
    pub step: fn(String) -> Step,
}

/// How a kind of node looks.
pub(super) trait Face {
    /// How it is offered.
    fn offer() -> Offer
    where
        Self: Sized;

    /// At the right of the title: the user or the client.
    fn who<'a>(&'a self, node: &'a Node) -> &'a str {
        node.client_id().unwrap_or("")
    }

    /// Stands at the right of the title where a kind acts for nobody.
    fn icon(&self) -> Option<Icon> {
        None
    }

    /// What it does, in a few words a line.
    fn lines(&self, node: &Node, model: &Model) -> Vec<String>;

    /// Draws the fields that only this kind has.
    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>);

    /// Whether new nodes go on with its token where nothing else is said.
    fn is_gone_on_with(&self) -> bool {
        true
    }
}

/// The kinds, in the order of the menu.
macro_rules! faces {
    ($($kind:ident),+ $(,)?) => {
        /// What can be added.
        pub(super) fn offers() -> Vec<Offer> {
            vec![$($kind::offer()),+]
        }

        /// The face of a node's kind.
        pub(super) fn face(step: &Step) -> &dyn Face {
            match step {
                $(Step::$kind(kind) => kind,)+
            }
        }

        /// The face of a node's kind, to change its settings.
        pub(super) fn face_mut(step: &mut Step) -> &mut dyn Face {
            match step {
                $(Step::$kind(kind) => kind,)+
            }
        }
    };
}

faces!(SignIn, ClientCredentials, Exchange, Call, Paste, Wait);

/// What a token request asks for, as lines of a card.
fn asked(request: &TokenRequest) -> Vec<String> {
    let mut lines = Vec::new();
    let targets: Vec<&str> = request.targets().map(String::as_str).collect();
    if !targets.is_empty() {
        lines.push(format!("aud {}", targets.join(", ")));
    }
    if !request.scope.is_empty() {
        lines.push(request.scope.join(" "));
    }
    lines
}
