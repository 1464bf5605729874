//! Workspace files: one human-readable TOML file, written atomically; autosave and recovery.

mod secrets;

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::{
    app::{
        effect::{Document, Kept},
        format,
        recovery::Recovery,
    },
    kit::rng::{self, SystemRng},
};

pub use secrets::unseal;

/// Bytes of a workspace file that are read.
pub const MAX_FILE: u64 = 256 * 1024 * 1024;

/// Names the folder of autosaves, for tests and for two installations side by side.
pub const STATE_VARIABLE: &str = "DELEGRAPH_STATE";

/// Reads and writes workspaces, and keeps what kill -9 would take.
pub struct Store {
    /// The folder of autosaves.
    folder: Option<PathBuf>,
    /// This start's place there, taken when it is first needed.
    own: Mutex<Option<Own>>,
    secrets: secrets::Keeper,
}

/// This start's autosave. The lock is held as long as the program lives: a file whose lock can be
/// taken was left behind.
struct Own {
    autosave: PathBuf,
    lock_path: PathBuf,
    /// Never read: dropping it would free the lock.
    _lock: File,
}

impl Store {
    /// A store whose autosaves stand in `folder`; without one it keeps none. `keychain` says whether
    /// the system's keychain may be used.
    pub fn new(folder: Option<PathBuf>, keychain: bool) -> Self {
        Self {
            folder,
            own: Mutex::default(),
            secrets: secrets::Keeper::new(keychain),
        }
    }

    /// Writes a workspace, atomically: a reader sees the old file or the new one.
    pub fn save(&self, path: &Path, document: &Document) -> Result<Kept, String> {
        let (text, kept) = self.render(document, false)?;
        write_atomically(path, text.as_bytes())
            .map_err(|e| format!("{} was not saved: {e}", path.display()))?;
        Ok(kept)
    }

    /// Reads a workspace.
    pub fn load(&self, path: &Path) -> Result<Document, String> {
        let text = read_bounded(path)?;
        let mut document = format::read(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        self.secrets.fetch(&mut document);
        Ok(document)
    }

    /// Keeps `document` for a start after a crash.
    pub fn autosave(&self, document: &Document) -> Result<(), String> {
        let Some(folder) = &self.folder else {
            return Err(format!(
                "unsaved work is not kept: there is no folder for it; save the workspace, or set {STATE_VARIABLE} to a folder"
            ));
        };
        let (text, _) = self.render(document, true)?;
        let failed =
            |e: std::io::Error| format!("unsaved work is not kept in {}: {e}", folder.display());
        let mut own = self.own();
        if own.is_none() {
            *own = Some(Own::claim(folder).map_err(failed)?);
        }
        match &*own {
            Some(own) => write_atomically(&own.autosave, text.as_bytes()).map_err(failed),
            None => Ok(()),
        }
    }

    /// Drops this start's autosave.
    pub fn drop_autosave(&self) {
        if let Some(own) = self.own().take() {
            let _ = fs::remove_file(&own.autosave);
            let _ = fs::remove_file(&own.lock_path);
        }
    }

    /// The newest autosave of a start that has ended without dropping it.
    pub fn recoverable(&self) -> Option<Recovery> {
        let path = self.newest_abandoned()?;
        // One that cannot be read is offered all the same: taking it back says why it cannot be.
        let read = read_bounded(&path).ok();
        let document = read.and_then(|text| format::read(&text).ok());
        let document = document.unwrap_or_default();
        let saved = document.path.as_deref();
        Some(Recovery::of(path, &document.workspace, saved))
    }

    fn newest_abandoned(&self) -> Option<PathBuf> {
        fs::read_dir(self.folder.as_ref()?)
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension().is_some_and(|e| e == "toml")
                    && !self.is_own(path)
                    && is_abandoned(path)
            })
            .max_by_key(|path| fs::metadata(path).and_then(|m| m.modified()).ok())
    }

    /// Drops an autosave that an earlier start left behind; any other path is left alone.
    pub fn drop_recovery(&self, path: &Path) {
        let inside = self
            .folder
            .as_deref()
            .is_some_and(|f| path.parent() == Some(f));
        if inside && !self.is_own(path) && is_abandoned(path) {
            let _ = fs::remove_file(path);
            let _ = fs::remove_file(path.with_extension("lock"));
        }
    }

    fn own(&self) -> std::sync::MutexGuard<'_, Option<Own>> {
        self.own
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn is_own(&self, path: &Path) -> bool {
        self.own().as_ref().is_some_and(|own| own.autosave == path)
    }

    fn render(&self, document: &Document, autosave: bool) -> Result<(String, Kept), String> {
        let (stored, kept) = self.secrets.keep(document, !autosave)?;
        let text = format::write(document, stored.sealed, &stored.clear, autosave)?;
        Ok((text, kept))
    }
}

impl Own {
    fn claim(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = format!("autosave-{}", rng::token(&SystemRng, 9));
        let lock_path = folder.join(format!("{name}.lock"));
        let lock = File::create(&lock_path)?;
        lock.try_lock()?;
        Ok(Self {
            autosave: folder.join(format!("{name}.toml")),
            lock_path,
            _lock: lock,
        })
    }
}

/// Whether the start that wrote an autosave has ended.
fn is_abandoned(autosave: &Path) -> bool {
    match File::open(autosave.with_extension("lock")) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    }
}

/// The folder of autosaves: what `DELEGRAPH_STATE` names, or where the system keeps such; none when
/// the variable is empty.
pub fn state_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(STATE_VARIABLE) {
        return (!folder.is_empty()).then(|| PathBuf::from(folder));
    }
    let project = directories::ProjectDirs::from("", "", "delegraph")?;
    Some(
        project
            .state_dir()
            .unwrap_or_else(|| project.data_local_dir())
            .to_owned(),
    )
}

fn read_bounded(path: &Path) -> Result<String, String> {
    let failed = |e: std::io::Error| format!("{} cannot be read: {e}", path.display());
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if meta.is_dir() {
        return Err(format!(
            "{} is a folder: choose a workspace file",
            path.display()
        ));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!(
            "{} is larger than {} MiB: this is no workspace",
            path.display(),
            MAX_FILE >> 20
        ));
    }
    String::from_utf8(bytes).map_err(|e| {
        format!(
            "{} is not UTF-8 text at byte {}: this is no workspace",
            path.display(),
            e.utf8_error().valid_up_to()
        )
    })
}

/// Writes a temporary file beside the target, makes it durable, and puts it in the target's place.
/// A new file can be read by its owner only: it holds tokens. A link stays a link.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let name = target
        .file_name()
        .ok_or_else(|| std::io::Error::other("the path names no file"))?;
    let mut temporary_name = std::ffi::OsString::from(".");
    temporary_name.push(name);
    temporary_name.push(format!(".{}.tmp", rng::token(&SystemRng, 6)));
    let temporary = folder.join(temporary_name);
    let write = || {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        if let Ok(meta) = fs::metadata(&target) {
            file.set_permissions(meta.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, &target)
    };
    if let Err(e) = write() {
        let _ = fs::remove_file(&temporary);
        return Err(e);
    }
    #[cfg(unix)]
    File::open(&folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests;
