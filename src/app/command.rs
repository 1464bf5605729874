//! What a user can ask for.

mod palette;
mod words;

use std::{path::PathBuf, sync::Arc};

use serde_json::Value;

use super::{
    chains::AtPractice,
    presentation::Presentation,
    session::{Demands, Selection, View},
    signatures::SignatureEdit,
    target::TargetEntry,
};
use crate::{
    attack::fire::Plan,
    chain::{Chain, Node},
    jose::{Jwk, secret::Encoding},
    kit::{
        clock::Clock,
        ids::{ChainId, ClientRef, HeaderRef, JobId, KeyId, ServerId, TargetId, TokenId},
        secret::Secret,
    },
    oauth::client_auth::AuthMethod,
    practice::Faults,
    principal::picture::{Choice, When},
    risk::Severity,
    token::{craft::Part, sd_jwt::Edit, template::Template},
};

pub use palette::{Entry, palette};

/// What a user can ask for. One enum for menus, palette, keyboard, scripts and tests.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    // Document
    /// The window has opened: start the practice server, keep what kill -9 would take from now on,
    /// and look for what an earlier start left behind. A program without a window leaves it out.
    Begin,
    /// Empty workspace.
    NewWorkspace,
    /// Read a workspace file.
    Open(PathBuf),
    /// Write the workspace; asks the face for a path when there is none.
    Save,
    /// Write it elsewhere.
    SaveAs(PathBuf),
    /// Take back what an earlier start left behind, or drop it.
    Recover(bool),
    /// Rename the workspace.
    Rename(String),
    /// Seal the secrets of the workspace with a passphrase when it is saved; an empty one no longer.
    SetPassphrase(Secret),
    /// Open the sealed secrets of the workspace.
    Unlock(Secret),
    /// Whether the private parts of practice keys may stand in the file in clear.
    KeepPracticeKeysInClear(bool),
    /// Undo the last undoable command.
    Undo,
    /// Redo it.
    Redo,
    /// End the program.
    Quit,

    // Tokens
    /// Take every token out of a text.
    Paste(String),
    /// Read files and take every token out of them.
    ImportFiles(Vec<PathBuf>),
    /// A new, unsigned token of a kind.
    NewToken(Template),
    /// Replace a token's text as a whole.
    SetRaw(TokenId, String),
    /// Replace the text of its header or payload.
    SetText(TokenId, Part, String),
    /// Replace the bytes of its header or payload.
    SetBytes(TokenId, Part, Vec<u8>),
    /// Set or remove a member, by JSON Pointer.
    SetMember(TokenId, Part, String, Option<Value>),
    /// Give a member, by JSON Pointer, another name.
    RenameMember(TokenId, Part, String, String),
    /// Edit a claim of an SD-JWT, disclosed or in clear; make one of a JWT selectively disclosable.
    EditClaim(TokenId, Edit),
    /// Change what an SD-JWT presents.
    Present(TokenId, Presentation),
    /// Change the signatures of a JWS in JSON form.
    Signature(TokenId, SignatureEdit),
    /// Sign with a key of the tray.
    Sign(TokenId, KeyId),
    /// Open an encrypted token with the keys of the tray, and with a password if one is given. What is
    /// inside becomes a token of its own.
    Decrypt(TokenId, Option<Secret>),
    /// Encrypt a token to a key of the tray, with a content encryption (`A256GCM` ...). The result
    /// becomes a token of its own.
    Encrypt(TokenId, KeyId, String),
    /// Back to the text that was received.
    Revert(TokenId),
    /// Back to a state that it went through: its text, and the text that was last received or signed
    /// then.
    Restore(TokenId, Arc<str>, Arc<str>),
    /// Name it.
    RenameToken(TokenId, String),
    /// A copy.
    DuplicateToken(TokenId),
    /// Remove from the tray.
    DeleteToken(TokenId),
    /// Remove several from the tray.
    DeleteTokens(Vec<TokenId>),

    // Forgeries
    /// Put a forgery, or several stacked by name, into the tray.
    Forge(TokenId, Vec<String>),
    /// Stack these forgeries, by name; none clears the stack.
    StackForgeries(Vec<String>),
    /// Add a target; it is in front afterwards.
    AddTarget(Box<TargetEntry>),
    /// Change a target; the field that changes is named, so that typing in it is one step.
    SetTarget(Box<TargetEntry>, &'static str),
    /// Remove it.
    DeleteTarget(TargetId),
    /// Put a target in front, or none.
    ShowTarget(Option<TargetId>),
    /// Add a header to a target; its value is a secret until the user says otherwise.
    AddHeader(TargetId),
    /// The value of a secret header; an empty one forgets it.
    SetHeaderSecret(HeaderRef, Secret),
    /// Bring the newest token of the practice server with these faults to the front, and a target
    /// that takes it.
    AimForge(Faults),
    /// Take the first token of a text as the actor token of an exchange.
    PasteActor(TargetId, String),
    /// Fire forgeries at a target; one that is not on this machine asks first.
    Fire(Arc<Plan>),
    /// Show what came of an earlier firing, by its number.
    ShowFiring(u32),
    /// Fire at the target that was asked about, or do not.
    ConfirmFire(bool),
    /// Stop firing; what is known stays.
    CancelFire,
    /// Try weak secrets on a token: a word list as well, and public keys.
    Crack(Arc<str>, Option<PathBuf>, Vec<Jwk>),

    // Keys
    /// Generate a key for an algorithm name.
    GenerateKey {
        /** `ES256` ... */
        alg: String,
        /** Name. */
        name: String,
    },
    /// Import PEM, JWK or JWKS text.
    ImportKey {
        /** Text. */
        text: Secret,
        /** Name; an empty one is made from the key. */
        name: String,
    },
    /// Open the key that waits for its passphrase; an empty one gives it up.
    OpenKey(Secret),
    /// Import a shared secret, or a password, for an algorithm.
    ImportSecret {
        /** As it is written. */
        secret: Secret,
        /** How it is written. */
        encoding: Encoding,
        /** `HS256`, `A128KW`, `dir`, `PBES2-HS256+A128KW` ... */
        alg: String,
        /** Name. */
        name: String,
    },
    /// Rename.
    RenameKey(KeyId, String),
    /// Delete, the private part as well.
    DeleteKey(KeyId),

    // Servers
    /// Configure a server by its issuer; its metadata and keys are fetched.
    ConnectServer(String),
    /// Fetch metadata and keys again.
    RefreshServer(ServerId),
    /// Remove.
    RemoveServer(ServerId),
    /// Add or change a client. The secret goes to the vault; `None` leaves it as it is.
    SetClient {
        /// At which server.
        server: ServerId,
        /// Which; `None` adds one.
        client: Option<ClientRef>,
        /// `client_id`.
        client_id: String,
        /// How it authenticates.
        method: AuthMethod,
        /// Its secret.
        secret: Option<Secret>,
        /// Its key.
        key: Option<KeyId>,
    },
    /// Remove a client.
    RemoveClient(ServerId, ClientRef),
    /// Start the practice server (the one without faults).
    StartPractice,
    /// Start a practice server with these faults.
    StartFaulty(Faults),
    /// Put the signing key of the practice server with these faults into the tray.
    TakePracticeKey(Faults),
    /// Stop the practice server with these faults.
    StopFaulty(Faults),
    /// Stop all practice servers.
    StopPractice,

    // Chains
    /// Put a sample chain into the workspace (or show it when it is there).
    LoadSample(String),
    /// Put a sample chain into the workspace, show it and run it.
    RunSample(String),
    /// Run a chain at the practice server with these faults, which is started for it: a copy, so that
    /// the chain itself stays as it is.
    RunAt(AtPractice, Faults),
    /// An empty chain.
    NewChain,
    /// A chain from a file's text.
    ImportChain(String),
    /// Rename.
    RenameChain(ChainId, String),
    /// Remove.
    DeleteChain(ChainId),
    /// Add a node.
    AddNode(ChainId, Box<Node>),
    /// Replace a node's settings; wires follow a new id.
    SetNode(ChainId, String, Box<Node>),
    /// Move it on the canvas.
    MoveNode(ChainId, String, [f32; 2]),
    /// Remove it and its wires.
    DeleteNode(ChainId, String),
    /// Replace a chain as a whole.
    SetChain(ChainId, Box<Chain>),
    /// Run all nodes.
    RunAll(ChainId),
    /// Run the next node that can run.
    Step(ChainId),
    /// Run a node and what it needs.
    RunTo(ChainId, String),
    /// Cancel a run.
    CancelRun(ChainId),
    /// Forget the run.
    ResetRun(ChainId),

    // View
    /// Show a view.
    Show(View),
    /// Select.
    Select(Selection),
    /// Show a chain.
    ShowChain(ChainId),
    /// Set the clock.
    SetClock(Clock),
    /// Compare these tokens, in this order.
    Compare(Vec<TokenId>),
    /// Set what verdicts ask for.
    Demand(Demands),
    /// Show findings of this severity and worse.
    FilterSeverity(Option<Severity>),
    /// Filter the current view by text.
    Filter(String),
    /// Fold the principal graph so, with nothing open.
    FoldGraph(Choice),
    /// Open a fold of it, by id.
    OpenFold(String),
    /// Close it, and those within it.
    CloseFold(String),
    /// Which kinds it shows, beside those who act.
    SeeKinds {
        /** Authorization servers. */
        issuers: bool,
        /** Keys. */
        keys: bool,
        /** Clients. */
        clients: bool,
    },
    /// Which tokens it is made of: those of a chain, those of a time.
    SeeTokens(Option<String>, When),
    /// Cancel a job.
    CancelJob(JobId),
    /// End the analysis under way. What is shown stays that of the last one, until something changes
    /// or [`Self::Tick`] asks for another.
    StopAnalysis,
    /// The moment has come at which a verdict changes, or an analysis that was stopped is wanted
    /// after all: analyse again.
    Tick,
}
