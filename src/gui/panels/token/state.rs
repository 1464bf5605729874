//! What the token panel keeps between frames.

use std::{collections::HashMap, sync::Arc};

use super::bound::Bound;
use jiff::civil::Date;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    app::{
        Workspace,
        analysis::{Analysis, TokenView},
        past,
    },
    gui::context,
    kit::{
        ids::{KeyId, TokenId},
        json::JsonError,
    },
    token::craft::Part,
};

/// How header and claims are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    /// Typed rows.
    #[default]
    Rows,
    /// JSON text.
    Json,
    /// Bytes.
    Bytes,
}

/// Findings at the members of one token, made once per analysis.
pub(super) struct Notes {
    pub(super) analysis: Arc<Analysis>,
    pub(super) token: TokenId,
    pub(super) at: HashMap<(Part, String), Vec<usize>>,
}

/// The token panel: what it keeps between frames.
#[derive(Default)]
pub struct TokenPanel {
    pub(super) mode: Mode,
    pub(super) raw: Bound,
    pub(super) header: Bound,
    pub(super) payload: Bound,
    pub(super) header_bytes: Bound,
    pub(super) payload_bytes: Bound,
    pub(super) editors: EditorsState,
    pub(super) heights: HashMap<(Part, usize), f32>,
    pub(super) notes: Option<Notes>,
    pub(super) token: Option<TokenId>,
    /// The large token whose text is open for editing.
    pub(super) raw_open: Option<TokenId>,
    pub(super) encrypted: EncryptedState,
    pub(super) binding: BindingState,
    /// The member that is being named anew.
    pub(super) renaming: Option<Renaming>,
    /// The steps of the verification are unfolded.
    pub(super) steps: bool,
    /// Of several signatures the one that is shown, from 0.
    pub(super) signature: usize,
    /// Inspector of a token: the key for signing.
    pub(super) signing: SigningState,
    /// Inspector of a token: its states.
    pub(super) history: HistoryState,
}

impl TokenPanel {
    /// The number of the signature that is shown, from 0.
    pub(super) fn shown_signature(&self, view: &TokenView) -> usize {
        let last = view.token.headers.len().saturating_sub(1);
        self.signature.min(last)
    }

    /// Shows and edits the header of another signature.
    pub(super) fn choose_signature(&mut self, n: usize) {
        if self.signature != n {
            self.signature = n;
            self.header = Bound::default();
            self.header_bytes = Bound::default();
            self.heights.clear();
        }
    }
}

/// What is drawn with in this panel.
pub(super) type Cx<'a> = context::Cx<'a, TokenPanel>;

/// What the key binding keeps between frames.
#[derive(Default)]
pub(super) struct BindingState {
    /// Audience and nonce of the key binding that is being made, and the token that it is for.
    pub draft: Option<(TokenId, String, String)>,
}

/// What the card of an encrypted token keeps between frames.
#[derive(Default)]
pub(super) struct EncryptedState {
    pub password: Zeroizing<String>,
    /// Encrypt this token to the key that is being generated, when it is there.
    pub pending: Option<(TokenId, Vec<KeyId>)>,
}

/// What signing keeps between frames.
#[derive(Default)]
pub(super) struct SigningState {
    /// The key chosen for signing.
    pub key: Option<KeyId>,
    /// Sign this token with the key that is being generated, when it is there.
    pub pending: Option<(TokenId, Vec<KeyId>)>,
}

/// The states of one token, read anew when the document changes.
#[derive(Default)]
pub(super) struct HistoryState {
    pub of: Option<(TokenId, Arc<Workspace>)>,
    pub states: Vec<past::TokenVersion>,
}

/// A member that is being named anew.
pub(super) struct Renaming {
    pub token: TokenId,
    /// Where it stands, as the inspector calls it.
    pub path: String,
    /// The name so far.
    pub draft: String,
}

impl Renaming {
    pub fn new((token, path): (TokenId, &str), name: &str) -> Self {
        Self {
            token,
            path: path.to_owned(),
            draft: name.to_owned(),
        }
    }
}

/// Where an editor stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MemberPlace {
    /// Header or payload.
    pub part: Part,
    /// The member.
    pub name: String,
}

/// What an edit makes of a member: a value, or nothing (removed).
pub type New = Option<Value>;

/// What the editors keep between frames: what is being typed, and where.
#[derive(Default)]
pub(super) struct EditorsState {
    /// Name of an actor to add.
    pub actor: String,
    /// Name of a claim to add.
    pub claim: String,
    pub draft: Option<Draft>,
    pub chip: Option<(MemberPlace, String)>,
    /// What completes the value that is being typed, collected when its field is opened.
    pub chip_known: Vec<String>,
    /// Of times.
    pub moment: MomentState,
}

/// A text that is being typed, and where.
pub(super) struct Draft {
    pub place: MemberPlace,
    pub text: String,
    pub error: Option<JsonError>,
}

/// What the editor of a moment keeps while its menu is open.
#[derive(Default)]
pub(super) struct MomentState {
    /// Of which member.
    pub place: Option<MemberPlace>,
    /// The value that the texts were made from.
    pub seconds: i64,
    /// The month that the calendar shows; the value's when none.
    pub month: Option<Date>,
    /// Times are in UTC, not local.
    pub utc: bool,
    pub date: TimeField,
    pub epoch: TimeField,
    pub relative: TimeField,
    /// A day to give the keyboard to.
    pub focus: Option<Date>,
}

/// A field: what is typed, and what is wrong with it.
#[derive(Default)]
pub(super) struct TimeField {
    pub text: String,
    pub error: Option<String>,
    /// Typed in since the value came from elsewhere: it is not written over.
    pub typed: bool,
}

impl TimeField {
    pub fn follow(&mut self, text: String) {
        if !self.typed {
            *self = Self {
                text,
                ..Self::default()
            };
        }
    }
}
