//! Files that are read for tokens.

use std::{fs, io::Read as _, path::Path, sync::Arc};

use crate::{
    app::{effect::Material, token::MAX_AT_ONCE},
    jose::{der, pem},
    token::{find, formats},
};

/// Bytes of a file that are read; a larger one is refused.
pub const MAX_FILE: u64 = 512 * 1024 * 1024;

/// Reads a file and finds its tokens. The error says what to do.
pub fn read(path: &Path) -> Result<Material, String> {
    let bytes = bytes(path, MAX_FILE)?;
    // A key in DER, as PEM.
    if bytes.first() == Some(&der::SEQUENCE)
        && bytes.len() <= MAX_AT_ONCE
        && let Ok(text) = pem::as_text(&bytes)
        && text.starts_with("-----BEGIN ")
    {
        return Ok(Material {
            text: Some(Arc::from(text.as_str())),
            ..Material::default()
        });
    }
    let (bytes, made) = formats::read(bytes).map_err(|e| e.to_string())?;
    let (text, note) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(e) => {
            let place = e.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
            let note = format!(
                "not all of it is UTF-8 (from byte {place} on); what is not was read as \u{fffd}"
            );
            (text, Some(note))
        }
    };
    let notes: Vec<String> = made.into_iter().chain(note).collect();
    Ok(Material {
        found: find::find(&text),
        text: (text.len() <= MAX_AT_ONCE).then(|| Arc::from(text)),
        note: notes.join("; "),
    })
}

/// The bytes of a file of at most `limit` bytes.
pub(super) fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let file = fs::File::open(path).map_err(|e| in_words(&e))?;
    let metadata = file.metadata().map_err(|e| in_words(&e))?;
    if metadata.is_dir() {
        return Err("it is a folder: choose a file in it".into());
    }
    let too_large = || {
        format!(
            "it is larger than {} MB: split it, or cut out the part with the tokens",
            limit / (1024 * 1024)
        )
    };
    if metadata.len() > limit {
        return Err(too_large());
    }
    // A device or pipe has no length: what is read is bounded all the same.
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| in_words(&e))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// An error of the file system, with what to do where that is clear.
pub(super) fn in_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::NotFound => "there is no such file".into(),
        K::PermissionDenied => "you may not read or write there: choose another place".into(),
        K::StorageFull => "the disk is full".into(),
        K::ReadOnlyFilesystem => "the disk is read-only: choose another place".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_utf8_is_read_with_a_note_and_keeps_its_tokens() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.log");
        let mut bytes = b"\xff\xfe Authorization: Bearer ".to_vec();
        bytes.extend_from_slice(b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.\n");
        fs::write(&path, bytes).unwrap();
        let material = read(&path).unwrap();
        assert_eq!(material.found.len(), 1);
        assert!(material.note.contains("byte 0"), "{}", material.note);
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).unwrap_err().contains("folder"));
        let missing = read(&dir.path().join("nothing")).unwrap_err();
        assert!(missing.contains("no such file"), "{missing}");
        let path = dir.path().join("large");
        fs::write(&path, vec![0; 2_000_000]).unwrap();
        assert!(
            super::bytes(&path, 1_000_000)
                .unwrap_err()
                .contains("larger")
        );
    }
}
