//! File dialogs of the system. They are asked off the frame; what was chosen comes back over a channel.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
};

use crate::{jose::pem, kit::secret::Secret};

/// What a dialog was for, and what was chosen.
#[derive(Debug, PartialEq)]
pub enum Chosen {
    /// Files with tokens.
    Import(Vec<PathBuf>),
    /// A workspace to open.
    Open(PathBuf),
    /// Where to save the workspace.
    SaveAs(PathBuf),
    /// A file with a key, as text, with the file's stem as a name.
    Key(String, Result<Secret, String>),
    /// A word list.
    Words(PathBuf),
    /// The text of a file with a chain.
    Chain(PathBuf, Result<String, String>),
    /// Where something was written, or why it was not.
    Written(Result<PathBuf, String>),
    /// The system showed no dialog.
    NoDialog(Want),
    /// The user closed the dialog and chose nothing.
    Nothing(Want),
    /// The path that was typed is not taken, for this reason.
    NotTaken(Want, String, NotTaken),
}

/// Why a path that was typed is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// There is a file already: it is replaced when the user says so.
    Occupied,
    /// Nothing can be written there.
    Failed(String),
}

/// Opens dialogs and collects answers.
pub struct Files {
    sender: mpsc::Sender<Chosen>,
    receiver: mpsc::Receiver<Chosen>,
    ctx: egui::Context,
}

impl Files {
    /// `ctx` is woken when something was chosen.
    pub fn new(ctx: &egui::Context) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self {
            sender,
            receiver,
            ctx: ctx.clone(),
        }
    }

    /// The next answer, if one waits.
    pub fn poll(&self) -> Option<Chosen> {
        self.receiver.try_recv().ok()
    }

    /// Asks for `want` with the system's dialog.
    pub fn ask(&self, want: Want) {
        let dialog = rfd::AsyncFileDialog::new().set_title(want.title());
        let dialog = want.filters().iter().fold(dialog, |dialog, (name, ends)| {
            dialog.add_filter(*name, ends)
        });
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        std::thread::spawn(move || {
            let asked = std::time::Duration::from_millis(500);
            let began = stopwatch();
            let paths: Option<Vec<PathBuf>> = match &want {
                Want::Import => wait(dialog.pick_files())
                    .map(|files| files.iter().map(|f| f.path().to_owned()).collect()),
                Want::SaveAs(_) | Want::Write(..) => {
                    let dialog = dialog.set_file_name(want.offered());
                    wait(dialog.save_file()).map(|f| vec![f.path().to_owned()])
                }
                Want::Open | Want::Key | Want::Words | Want::Chain => {
                    wait(dialog.pick_file()).map(|f| vec![f.path().to_owned()])
                }
            };
            let chosen = match paths {
                Some(paths) => want.chosen(paths),
                // Nobody cancels so fast: no dialog was shown.
                None if began.elapsed() < asked => Chosen::NoDialog(want),
                None => Chosen::Nothing(want),
            };
            // The window may be gone by now; then nobody wants the answer.
            let _ = sender.send(chosen);
            ctx.request_repaint();
        });
    }

    /// Takes a path that was typed, for where there is no dialog; a file that is there already only with
    /// the user's word.
    pub fn typed(&self, want: Want, text: String, replace: bool) {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        std::thread::spawn(move || {
            let _ = sender.send(want.typed(text, replace));
            ctx.request_repaint();
        });
    }
}

/// What a file is wanted for.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    /// Files with tokens.
    Import,
    /// A workspace.
    Open,
    /// Where to save the workspace; a name is offered.
    SaveAs(String),
    /// A file with a key: PEM, DER, JWK or JWKS, at most 1 MiB.
    Key,
    /// A word list, which is read later, as a stream.
    Words,
    /// A chain as TOML, at most 1 MiB.
    Chain,
    /// Where to write these bytes; a name is offered.
    Write(String, Vec<u8>),
}

impl Want {
    /// The title of its dialog.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Import => "Read tokens from files",
            Self::Open => "Open a workspace",
            Self::SaveAs(_) => "Save the workspace",
            Self::Key => "Import a key",
            Self::Words => "Choose a word list",
            Self::Chain => "Import a chain",
            Self::Write(..) => "Save a copy",
        }
    }

    /// What its button does.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Import => "Read",
            Self::Open => "Open",
            Self::SaveAs(_) | Self::Write(..) => "Save",
            Self::Key | Self::Chain => "Import",
            Self::Words => "Choose",
        }
    }

    /// Whether something is written to the path.
    pub fn writes(&self) -> bool {
        matches!(self, Self::SaveAs(_) | Self::Write(..))
    }

    /// Whether several files may be chosen.
    pub fn many(&self) -> bool {
        matches!(self, Self::Import)
    }

    /// The file name that is offered.
    pub fn offered(&self) -> String {
        match self {
            Self::SaveAs(name) => format!("{name}.toml"),
            Self::Write(name, _) => name.clone(),
            _ => String::new(),
        }
    }

    fn filters(&self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Self::Import | Self::Write(..) => &[],
            Self::Open => &[("Delegraph workspace", &["toml"]), ("All files", &["*"])],
            Self::SaveAs(_) => &[("Delegraph workspace", &["toml"])],
            Self::Key => &[
                (
                    "Keys",
                    &[
                        "pem", "der", "jwk", "jwks", "json", "key", "p8", "pub", "crt", "cer",
                    ],
                ),
                ("All files", &["*"]),
            ],
            Self::Words => &[
                ("Word lists", &["txt", "lst", "dict"]),
                ("All files", &["*"]),
            ],
            Self::Chain => &[("Chain", &["toml"]), ("All files", &["*"])],
        }
    }

    /// What is made of a path that was typed; reads or writes, so never on the frame.
    fn typed(self, text: String, replace: bool) -> Chosen {
        let paths: Vec<PathBuf> = if self.many() {
            text.split(';').map(expand).collect()
        } else {
            vec![expand(&text)]
        };
        let writes = self.writes();
        if writes && !replace && paths.iter().any(|path| path.exists()) {
            return Chosen::NotTaken(self, text, NotTaken::Occupied);
        }
        let again = writes.then(|| self.clone());
        match (self.chosen(paths), again) {
            (Chosen::Written(Err(why)), Some(want)) => {
                Chosen::NotTaken(want, text, NotTaken::Failed(why))
            }
            (chosen, _) => chosen,
        }
    }

    /// What is made of the paths; reads or writes, so never on the frame.
    fn chosen(self, paths: Vec<PathBuf>) -> Chosen {
        let first = paths.first().cloned().unwrap_or_default();
        match self {
            Self::Import => Chosen::Import(paths),
            Self::Open => Chosen::Open(first),
            Self::SaveAs(_) => Chosen::SaveAs(first),
            Self::Key => {
                let name = first
                    .file_stem()
                    .map_or_else(|| "key".to_owned(), |s| s.to_string_lossy().into_owned());
                let text = read_bytes(&first, "a key").and_then(|bytes| {
                    let text = pem::as_text(&bytes)
                        .map_err(|why| format!("{}: {why}", first.display()))?;
                    Ok(Secret::new(text.as_str()))
                });
                Chosen::Key(name, text)
            }
            Self::Words => Chosen::Words(first),
            Self::Chain => {
                let folder = first.parent().unwrap_or(Path::new("")).to_owned();
                Chosen::Chain(folder, read_small(&first, "a chain"))
            }
            Self::Write(_, bytes) => Chosen::Written(match std::fs::write(&first, &bytes) {
                Ok(()) => Ok(first),
                Err(e) => Err(format!("{}: {e}", first.display())),
            }),
        }
    }
}

/// A typed path, `~` as the home folder.
fn expand(text: &str) -> PathBuf {
    let text = text.trim();
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(text),
    }
}

#[allow(clippy::disallowed_methods)] // how fast a dialog was answered, not what time it is
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

fn read_small(path: &std::path::Path, what: &str) -> Result<String, String> {
    String::from_utf8(read_bytes(path, what)?).map_err(|e| {
        let place = path.display();
        format!(
            "{place}: {}. It must be a text file in UTF-8.",
            e.utf8_error()
        )
    })
}

fn read_bytes(path: &std::path::Path, what: &str) -> Result<Vec<u8>, String> {
    const MAX: u64 = 1024 * 1024;
    let place = path.display();
    let size = std::fs::metadata(path)
        .map_err(|e| format!("{place}: {e}"))?
        .len();
    if size > MAX {
        return Err(format!(
            "{place}: {size} bytes are too many for {what}; at most {MAX} are read"
        ));
    }
    std::fs::read(path).map_err(|e| format!("{place}: {e}"))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read_and_written() {
        let folder = std::env::temp_dir().join(format!("delegraph-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("copy.svg");
        let written = Want::Write("x.svg".into(), b"<svg/>".to_vec()).chosen(vec![path.clone()]);
        assert_eq!(written, Chosen::Written(Ok(path.clone())));
        assert_eq!(
            Want::Key.chosen(vec![path]),
            Chosen::Key("copy".into(), Ok(Secret::new("<svg/>")))
        );
        let missing = Want::Chain.chosen(vec![folder.join("none")]);
        assert!(matches!(missing, Chosen::Chain(_, Err(why)) if why.contains("none")));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_that_is_there_is_replaced_with_the_users_word_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        let text = path.display().to_string();
        let write = |text: &str| Want::Write("report.md".into(), text.as_bytes().to_vec());
        let first = write("one").typed(text.clone(), false);
        assert_eq!(first, Chosen::Written(Ok(path.clone())));
        let second = write("two").typed(text.clone(), false);
        assert_eq!(
            second,
            Chosen::NotTaken(write("two"), text.clone(), NotTaken::Occupied)
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        write("two").typed(text, true);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        // What was to be written is not lost with a path that leads nowhere.
        let nowhere = folder.path().join("no/such/x").display().to_string();
        let failed = write("three").typed(nowhere.clone(), false);
        assert!(
            matches!(&failed, Chosen::NotTaken(want, text, NotTaken::Failed(_))
                if *want == write("three") && *text == nowhere),
            "{failed:?}"
        );
        assert_eq!(
            Want::Words.typed("/a/list".into(), false),
            Chosen::Words("/a/list".into())
        );
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        assert!(!expand("~/a").starts_with("~"));
        assert_eq!(expand(" /a/~/b "), PathBuf::from("/a/~/b"));
    }
}
