//! What a command is called, which keys ask for it, and how it takes part in undo and redo.

use super::Command;
use crate::{
    app::{chains::AtPractice, practice, session::View},
    kit::text::escape,
    principal::picture::{Choice, When},
    token::{craft::Part, sd_jwt::Change},
};

/// A member by the names that lead to it.
fn member(pointer: &str) -> String {
    let name = pointer.trim_start_matches('/').replace('/', ".");
    escape(&name).into_owned()
}

impl Command {
    /// What it does, in words: for menus, the palette, and after `Undo`.
    pub fn label(&self) -> String {
        match self {
            Self::Begin => "Open the window".into(),
            Self::NewWorkspace => "New workspace".into(),
            Self::Open(path) => format!("Open {}", path.display()),
            Self::Save => "Save workspace".into(),
            Self::SaveAs(path) => format!("Save workspace as {}", path.display()),
            Self::Recover(true) => "Recover unsaved work".into(),
            Self::Recover(false) => "Discard unsaved work".into(),
            Self::Rename(_) => "Rename workspace".into(),
            Self::SetPassphrase(secret) if secret.is_empty() => "Remove the passphrase".into(),
            Self::SetPassphrase(_) => "Set a passphrase".into(),
            Self::Unlock(_) => "Unlock secrets".into(),
            Self::KeepPracticeKeysInClear(true) => "Keep practice keys in clear".into(),
            Self::KeepPracticeKeysInClear(false) => "Keep no key in clear".into(),
            Self::Undo => "Undo".into(),
            Self::Redo => "Redo".into(),
            Self::Quit => "Quit".into(),
            Self::Paste(_) => "Paste".into(),
            Self::ImportFiles(paths) if paths.len() == 1 => "Read a file".into(),
            Self::ImportFiles(paths) => format!("Read {} files", paths.len()),
            Self::NewToken(template) => format!("New {}", in_sentence(template.label())),
            Self::SetRaw(..) => "Edit token".into(),
            Self::SetText(_, Part::Header | Part::HeaderOf(_), _)
            | Self::SetBytes(_, Part::Header | Part::HeaderOf(_), _) => "Edit header".into(),
            Self::SetText(_, Part::Payload, _) | Self::SetBytes(_, Part::Payload, _) => {
                "Edit payload".into()
            }
            Self::RenameMember(_, _, pointer, _) => format!("Rename {}", member(pointer)),
            Self::SetMember(_, _, pointer, value) => {
                let verb = if value.is_some() { "Edit" } else { "Remove" };
                format!("{verb} {}", member(pointer))
            }
            Self::EditClaim(_, edit) => edit.label(),
            Self::Present(_, what) => what.label(),
            Self::Signature(_, what) => what.label(),
            Self::Sign(..) => "Sign token".into(),
            Self::Decrypt(..) => "Decrypt token".into(),
            Self::Encrypt(..) => "Encrypt token".into(),
            Self::Revert(_) => "Revert token".into(),
            Self::Restore(..) => "Back to an earlier state".into(),
            Self::RenameToken(..) => "Rename token".into(),
            Self::DuplicateToken(_) => "Duplicate token".into(),
            Self::DeleteToken(_) => "Delete token".into(),
            Self::DeleteTokens(ids) => format!("Delete {} tokens", ids.len()),
            Self::GenerateKey { alg, .. } => format!("Generate {} key", escape(alg)),
            Self::ImportKey { .. } => "Import key".into(),
            Self::OpenKey(_) => "Open an encrypted key".into(),
            Self::ImportSecret { .. } => "Import secret".into(),
            Self::RenameKey(..) => "Rename key".into(),
            Self::DeleteKey(_) => "Delete key".into(),
            Self::ConnectServer(_) => "Connect authorization server".into(),
            Self::RefreshServer(_) => "Fetch metadata and keys again".into(),
            Self::RemoveServer(_) => "Remove authorization server".into(),
            Self::SetClient { client: None, .. } => "Add client".into(),
            Self::SetClient { .. } => "Change client".into(),
            Self::RemoveClient(..) => "Remove client".into(),
            Self::StartPractice => "Start practice server".into(),
            Self::StartFaulty(faults) => format!("Start {}", escape(&practice::title(faults))),
            Self::TakePracticeKey(faults) => {
                format!("Take the key of {}", escape(&practice::title(faults)))
            }
            Self::StopFaulty(faults) => format!("Stop {}", escape(&practice::title(faults))),
            Self::StopPractice => "Stop practice servers".into(),
            Self::LoadSample(name) | Self::RunSample(name) => {
                let verb = if matches!(self, Self::RunSample(_)) {
                    "Run"
                } else {
                    "Add"
                };
                match name.as_str() {
                    "sample" => format!("{verb} the sample chain"),
                    "sample-dpop" => format!("{verb} the sample chain with DPoP"),
                    "sample-risky" => format!("{verb} the risky sample chain"),
                    other => format!("{verb} the sample {}", escape(other)),
                }
            }
            Self::NewChain => "New chain".into(),
            Self::ImportChain(_) => "Import chain".into(),
            Self::RenameChain(..) => "Rename chain".into(),
            Self::DeleteChain(_) => "Delete chain".into(),
            Self::AddNode(_, node) => format!("Add {}", escape(node.title())),
            Self::SetNode(_, id, _) => format!("Change {}", escape(id)),
            Self::MoveNode(_, id, _) => format!("Move {}", escape(id)),
            Self::DeleteNode(_, id) => format!("Delete {}", escape(id)),
            Self::SetChain(..) => "Change chain".into(),
            Self::RunAll(_) => "Run all".into(),
            Self::Step(_) => "Run the next node".into(),
            Self::RunTo(_, id) => format!("Run to {}", escape(id)),
            Self::CancelRun(_) => "Cancel the run".into(),
            Self::ResetRun(_) => "Reset the run".into(),
            Self::Forge(_, names) => format!("Forge {}", escape(&names.join(" + "))),
            Self::StackForgeries(names) if names.is_empty() => "Clear the stack".into(),
            Self::StackForgeries(_) => "Stack forgeries".into(),
            Self::AddTarget(_) => "Add target".into(),
            Self::SetTarget(..) | Self::SetHeaderSecret(..) => "Change target".into(),
            Self::DeleteTarget(_) => "Delete target".into(),
            Self::ShowTarget(_) => "Choose target".into(),
            Self::AddHeader(_) => "Add header".into(),
            Self::AimForge(faults) => {
                format!("Aim the forge at {}", escape(&practice::title(faults)))
            }
            Self::RunAt(what, faults) => {
                let what = match what {
                    AtPractice::Sample(_) => "the sample",
                    AtPractice::Chain(_) => "the chain",
                };
                format!("Run {what} at {}", escape(&practice::title(faults)))
            }
            Self::PasteActor(..) => "Paste actor token".into(),
            Self::Fire(plan) => format!("Fire at {}", escape(&plan.target.host())),
            Self::ConfirmFire(true) => "Fire".into(),
            Self::ConfirmFire(false) => "Do not fire".into(),
            Self::CancelFire => "Stop firing".into(),
            Self::ShowFiring(number) => format!("Show firing {number}"),
            Self::Crack(..) => "Try weak secrets".into(),
            Self::Show(View::Start) => "Show start".into(),
            Self::Show(View::Token) => "Show token".into(),
            Self::Show(View::Chain) => "Show chain".into(),
            Self::Show(View::Graph) => "Show graph".into(),
            Self::Show(View::Forge) => "Show forge".into(),
            Self::Show(View::Compare) => "Show compare".into(),
            Self::Show(View::Practice) => "Show practice servers".into(),
            Self::Select(_) => "Select".into(),
            Self::ShowChain(_) => "Show a chain".into(),
            Self::SetClock(crate::kit::clock::Clock::System) => "Set the clock to now".into(),
            Self::SetClock(crate::kit::clock::Clock::Fixed(at)) => format!("Set the clock to {at}"),
            Self::Compare(_) => "Compare tokens".into(),
            Self::Demand(_) => "Set what verdicts ask for".into(),
            Self::FilterSeverity(None) => "Show findings of every severity".into(),
            Self::FilterSeverity(Some(least)) => {
                format!("Show findings of severity {} and worse", least.name())
            }
            Self::Filter(_) => "Filter".into(),
            Self::FoldGraph(Choice::Automatic) => "Fold the graph when it is large".into(),
            Self::FoldGraph(Choice::By(by)) => format!("Fold the graph by {}", by.name()),
            Self::FoldGraph(Choice::Whole) => "Unfold the graph".into(),
            Self::OpenFold(_) => "Open a fold".into(),
            Self::CloseFold(_) => "Close a fold".into(),
            Self::SeeTokens(None, When::Any) => "Show the graph of all tokens".into(),
            Self::SeeKinds { .. } | Self::SeeTokens(..) => "Choose what the graph shows".into(),
            Self::CancelJob(_) => "Cancel".into(),
            Self::StopAnalysis => "Stop the analysis".into(),
            Self::Tick => "Bring up to date".into(),
        }
    }

    /// The keys that ask for it, as shown to people. On macOS the face writes Cmd for Ctrl.
    pub fn shortcut(&self) -> Option<&'static str> {
        Some(match self {
            Self::NewWorkspace => "Ctrl+N",
            Self::Save => "Ctrl+S",
            Self::Quit => "Ctrl+Q",
            Self::Undo => "Ctrl+Z",
            Self::Redo => "Ctrl+Shift+Z",
            Self::RunAll(_) => "Ctrl+Enter",
            Self::Step(_) => "F10",
            Self::Show(View::Token) => "Ctrl+1",
            Self::Show(View::Chain) => "Ctrl+2",
            Self::Show(View::Graph) => "Ctrl+3",
            Self::Show(View::Compare) => "Ctrl+4",
            Self::Show(View::Forge) => "Ctrl+5",
            Self::Show(View::Practice) => "Ctrl+6",
            _ => return None,
        })
    }

    /// Whether it changes the document, so that undo takes it back.
    pub fn undoable(&self) -> bool {
        matches!(
            self,
            Self::Rename(_)
                | Self::KeepPracticeKeysInClear(_)
                | Self::Paste(_)
                | Self::SetRaw(..)
                | Self::NewToken(_)
                | Self::SetText(..)
                | Self::SetBytes(..)
                | Self::SetMember(..)
                | Self::RenameMember(..)
                | Self::EditClaim(..)
                | Self::Present(..)
                | Self::Signature(..)
                | Self::Sign(..)
                | Self::Revert(_)
                | Self::Restore(..)
                | Self::RenameToken(..)
                | Self::DuplicateToken(_)
                | Self::DeleteToken(_)
                | Self::DeleteTokens(_)
                | Self::Forge(..)
                | Self::ImportKey { .. }
                | Self::ImportSecret { .. }
                | Self::RenameKey(..)
                | Self::DeleteKey(_)
                | Self::ConnectServer(_)
                | Self::RemoveServer(_)
                | Self::SetClient { .. }
                | Self::RemoveClient(..)
                | Self::LoadSample(_)
                | Self::RunSample(_)
                | Self::NewChain
                | Self::ImportChain(_)
                | Self::RenameChain(..)
                | Self::DeleteChain(_)
                | Self::AddNode(..)
                | Self::SetNode(..)
                | Self::MoveNode(..)
                | Self::DeleteNode(..)
                | Self::SetChain(..)
                | Self::AddTarget(_)
                | Self::SetTarget(..)
                | Self::DeleteTarget(_)
                | Self::AddHeader(_)
                | Self::PasteActor(..)
                | Self::AimForge(_)
                | Self::TakePracticeKey(_)
                | Self::RunAt(..)
        )
    }

    /// Consecutive commands with the same key are one step of undo: typing in one field, dragging
    /// one node.
    pub(in crate::app) fn merge_key(&self) -> Option<String> {
        Some(match self {
            Self::Rename(_) => "name".into(),
            Self::SetRaw(id, _) => format!("{id} raw"),
            Self::SetText(id, part, _) => format!("{id} {part:?} text"),
            Self::SetBytes(id, part, _) => format!("{id} {part:?} bytes"),
            Self::SetMember(id, part, pointer, Some(_)) => format!("{id} {part:?} {pointer}"),
            Self::EditClaim(id, edit) => match &edit.change {
                Change::Set(inner, Some(_)) => format!("{id} claim {}{inner}", edit.pointer),
                _ => return None,
            },
            Self::RenameToken(id, _) => format!("{id} name"),
            Self::RenameKey(id, _) => format!("{id} name"),
            Self::RenameChain(id, _) => format!("{id} name"),
            Self::SetNode(chain, id, _) => format!("{chain} {id} settings"),
            Self::SetTarget(entry, field) => format!("{} {field}", entry.id),
            Self::MoveNode(chain, id, _) => format!("{chain} {id} place"),
            _ => return None,
        })
    }
}

/// `Access token` as it stands inside a sentence; abbreviations keep their capitals.
fn in_sentence(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            format!("{}{}", first.to_lowercase(), &label[first.len_utf8()..])
        }
        _ => label.to_owned(),
    }
}
