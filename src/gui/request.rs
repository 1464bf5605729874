//! What is asked of the window: by panels, dialogs and keys.

use std::path::PathBuf;

use super::{files::Want, pane::Pane};
use crate::{
    app::{noun::Keys, session::Notice},
    kit::{ids::TokenId, secret::Secret},
};

/// What can be asked of the window itself.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowRequest {
    /// Choose files with tokens.
    ImportFiles,
    /// Choose a workspace.
    OpenWorkspace,
    /// Open a workspace of the list of recent ones.
    OpenPath(PathBuf),
    /// Choose a file with a key.
    ChooseKey,
    /// Choose a word list for weak secrets.
    ChooseWords,
    /// Choose a file with a chain.
    ChooseChain,
    /// Choose where to write what was made here: proposed file name, contents.
    SaveFile(String, Vec<u8>),
    /// Choose where to save.
    SaveAs,
    /// Take a path that was typed because there is no file dialog.
    Typed(Want, String, bool),
    /// Put a panel in front.
    Bring(Pane),
    /// Paste from the clipboard as if Ctrl+V were pressed.
    Paste,
    /// Put text on the clipboard; the second says what it is, for the notice.
    Copy(String, String),
    /// Put a secret on the clipboard, kept out of clipboard history.
    CopySecret(Secret, String),
    /// Open a dialog.
    Open(Dialog),
    /// Open the form that connects an authorization server, with this issuer in it.
    Connect(String),
    /// Put the cursor into the search field of the view in front.
    Find,
    /// Open the command palette.
    Palette,
    /// Switch between dark and light.
    ToggleTheme,
    /// Show or hide a side panel.
    TogglePane(Pane),
    /// Back to the first arrangement of panels.
    ResetLayout,
    /// Show a token in the token view.
    ShowToken(TokenId),
    /// Tell the panels something that one of them acts on.
    Tell(PanelRequest),
    /// Say something.
    Notice(Notice),
}

/// What the window does without further input.
pub struct Offer {
    /// Its line in the palette; the palette itself has none.
    pub label: Option<&'static str>,
    /// The keys that ask for it: the first ones are shown, the others do the same.
    pub keys: Keys,
    /// What is asked.
    pub request: WindowRequest,
}

impl Offer {
    const fn new(label: &'static str, keys: Keys, request: WindowRequest) -> Self {
        Self {
            label: Some(label),
            keys,
            request,
        }
    }
}

/// What the window does without further input, in the order of the palette.
pub static OFFERS: &[Offer] = &[
    Offer::new("Paste a token", &["Ctrl+V"], WindowRequest::Paste),
    Offer::new("Read tokens from files…", &[], WindowRequest::ImportFiles),
    Offer::new("Keys…", &[], WindowRequest::Open(Dialog::Keys)),
    Offer::new(
        "Connect an authorization server…",
        &[],
        WindowRequest::Open(Dialog::Connect),
    ),
    Offer::new("Open workspace…", &["Ctrl+O"], WindowRequest::OpenWorkspace),
    Offer::new(
        "Save workspace as…",
        &["Ctrl+Shift+S"],
        WindowRequest::SaveAs,
    ),
    Offer::new("Find in the view", &["Ctrl+F"], WindowRequest::Find),
    Offer {
        label: None,
        keys: &["Ctrl+K"],
        request: WindowRequest::Palette,
    },
    Offer::new(
        "Switch between dark and light theme",
        &[],
        WindowRequest::ToggleTheme,
    ),
];

/// The same, for what stands behind the panels that can be shown and hidden.
pub static LAST_OFFERS: &[Offer] = &[
    Offer::new(
        "Reset the arrangement of panels",
        &[],
        WindowRequest::ResetLayout,
    ),
    Offer::new("About Delegraph", &[], WindowRequest::Open(Dialog::About)),
];

impl WindowRequest {
    /// The keys that are shown for it, or nothing.
    pub fn shortcut(&self) -> &'static str {
        let mut all = OFFERS.iter().chain(LAST_OFFERS);
        all.find(|offer| offer.request == *self)
            .and_then(|offer| offer.keys.first().copied())
            .unwrap_or_default()
    }
}

/// What a panel is asked by another, or by the window: none reaches into the state of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanelRequest {
    /// Of a request in the log, the answer is wanted.
    ShowResponse,
    /// What is fired at a target is wanted, and what comes of it.
    ShowFiring,
    /// This word list was chosen for weak secrets.
    TakeWords(PathBuf),
    /// Make a key for this signature algorithm, and sign this token with it when it is there.
    GenerateAndSign(TokenId, &'static str),
}

/// A dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialog {
    /// Keys of the workspace: generate, import, copy, delete.
    Keys,
    /// Connect an authorization server, and the clients registered there.
    Connect,
    /// Name, version, licences.
    About,
    /// A path to type.
    Path,
}

impl Dialog {
    /// The title of its window.
    pub fn title(self) -> &'static str {
        match self {
            Self::Keys => "Keys",
            Self::Connect => "Authorization servers",
            Self::About => "About Delegraph",
            Self::Path => "File",
        }
    }
}
