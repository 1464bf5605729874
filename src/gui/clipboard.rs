//! Secrets on the clipboard, kept out of its history where the system can.

use crate::kit::secret::Secret;

/// Puts `secret` on the clipboard from a thread of its own: some systems ask the owner of a clipboard
/// for its contents until something else is copied.
pub fn copy_secret(secret: Secret) {
    std::thread::spawn(move || {
        if let Err(error) = set(&secret) {
            tracing::warn!("the clipboard could not be used: {error}");
        }
    });
}

#[cfg(all(unix, not(target_os = "macos")))]
fn set(secret: &Secret) -> Result<(), arboard::Error> {
    use arboard::SetExtLinux as _;
    arboard::Clipboard::new()?
        .set()
        .exclude_from_history()
        .wait()
        .text(secret.expose())
}

#[cfg(target_os = "macos")]
fn set(secret: &Secret) -> Result<(), arboard::Error> {
    use arboard::SetExtApple as _;
    arboard::Clipboard::new()?
        .set()
        .exclude_from_history()
        .text(secret.expose())
}

#[cfg(windows)]
fn set(secret: &Secret) -> Result<(), arboard::Error> {
    use arboard::SetExtWindows as _;
    arboard::Clipboard::new()?
        .set()
        .exclude_from_cloud()
        .exclude_from_history()
        .exclude_from_monitoring()
        .text(secret.expose())
}

/// The text on the clipboard, for the command that pastes without a key press.
pub fn read() -> Result<String, String> {
    arboard::Clipboard::new()
        .and_then(|mut clipboard| clipboard.get_text())
        .map_err(|e| {
            format!("The clipboard holds no text that can be read ({e}). Copy a token first.")
        })
}
