//! File dialogs of the system. They are asked off the frame; what was chosen comes back over a channel.

use std::{
    future::Future,
    path::PathBuf,
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
};

/// What a dialog was for, and what was chosen.
#[derive(Debug)]
pub enum Chosen {
    /// Files with tokens.
    Import(Vec<PathBuf>),
    /// A workspace to open.
    Open(PathBuf),
    /// Where to save the workspace.
    SaveAs(PathBuf),
    /// A file with a key, as text, with the file's stem as a name.
    Key(String, Result<String, String>),
    /// The text of a file with a chain.
    Chain(Result<String, String>),
    /// Where something was written, or why it was not.
    Written(Result<PathBuf, String>),
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

    /// Files with tokens.
    pub fn import(&self) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Read tokens from files")
            .pick_files();
        self.answer(dialog, |files| {
            Chosen::Import(files.iter().map(|f| f.path().to_owned()).collect())
        });
    }

    /// A workspace.
    pub fn open(&self) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Open a workspace")
            .add_filter("Delegraph workspace", &["toml"])
            .add_filter("All files", &["*"])
            .pick_file();
        self.answer(dialog, |file| Chosen::Open(file.path().to_owned()));
    }

    /// Where to save; `name` is offered.
    pub fn save_as(&self, name: &str) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Save the workspace")
            .set_file_name(format!("{name}.toml"))
            .add_filter("Delegraph workspace", &["toml"])
            .save_file();
        self.answer(dialog, |file| Chosen::SaveAs(file.path().to_owned()));
    }

    /// A file with a key: PEM, JWK or JWKS, at most 1 MiB.
    pub fn key(&self) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Import a key")
            .add_filter("Keys", &["pem", "jwk", "jwks", "json", "key", "crt", "cer"])
            .add_filter("All files", &["*"])
            .pick_file();
        self.answer(dialog, |file| {
            let path = file.path();
            let name = path
                .file_stem()
                .map_or_else(|| "key".to_owned(), |s| s.to_string_lossy().into_owned());
            Chosen::Key(name, read_small(path, "a key"))
        });
    }

    /// A chain as TOML, at most 1 MiB.
    pub fn chain(&self) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Import a chain")
            .add_filter("Chain", &["toml"])
            .add_filter("All files", &["*"])
            .pick_file();
        self.answer(dialog, |file| {
            Chosen::Chain(read_small(file.path(), "a chain"))
        });
    }

    /// Where to write `bytes`; `name` is offered.
    pub fn write(&self, name: &str, bytes: Vec<u8>) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Save a copy")
            .set_file_name(name)
            .save_file();
        self.answer(dialog, move |file| {
            let path = file.path().to_owned();
            Chosen::Written(match std::fs::write(&path, &bytes) {
                Ok(()) => Ok(path),
                Err(e) => Err(format!("{}: {e}", path.display())),
            })
        });
    }

    fn answer<T: 'static>(
        &self,
        dialog: impl Future<Output = Option<T>> + Send + 'static,
        make: impl FnOnce(T) -> Chosen + Send + 'static,
    ) {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        std::thread::spawn(move || {
            if let Some(chosen) = wait(dialog) {
                // The window may be gone by now; then nobody wants the answer.
                let _ = sender.send(make(chosen));
                ctx.request_repaint();
            }
        });
    }
}

fn read_small(path: &std::path::Path, what: &str) -> Result<String, String> {
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
    std::fs::read_to_string(path)
        .map_err(|e| format!("{place}: {e}. It must be a text file in UTF-8."))
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
