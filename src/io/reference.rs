//! Secrets and tokens that stand in files or in variables of the environment.

use super::files;
use crate::{
    chain::Reference,
    jose::pem,
    kit::secret::Secret,
    oauth::client_auth::{AuthMethod, Credential},
};

/// Bytes of a secret or a token; a larger file is none.
const LIMIT: u64 = 1024 * 1024;

/// The text that stands there, without white space at its end.
pub(super) fn read(at: &Reference) -> Result<Secret, String> {
    let refuse = |why: &str| format!("{}: {why}", at.words());
    let text = match at {
        Reference::Env(name) => match std::env::var(name) {
            Ok(text) => zeroize::Zeroizing::new(text),
            Err(std::env::VarError::NotPresent) => return Err(refuse("it is not set")),
            Err(std::env::VarError::NotUnicode(_)) => return Err(refuse("it is not UTF-8")),
        },
        Reference::File(path) => {
            let bytes = files::bytes(path, LIMIT).map_err(|why| refuse(&why))?;
            let bytes = zeroize::Zeroizing::new(bytes);
            let text = std::str::from_utf8(&bytes).map_err(|_| refuse("it is not UTF-8"))?;
            zeroize::Zeroizing::new(text.to_owned())
        }
    };
    let text = text.trim_start_matches('\u{feff}').trim_end();
    if text.is_empty() {
        return Err(refuse("it is empty"));
    }
    Ok(Secret::new(text))
}

/// What a client that authenticates by `method` proves itself with.
pub(super) fn credential(at: &Reference, method: AuthMethod) -> Result<Credential, String> {
    if method != AuthMethod::PrivateKeyJwt {
        return read(at).map(Credential::Secret);
    }
    let refuse = |why: &str| format!("{}: {why}", at.words());
    let keys = match at {
        Reference::Env(_) => pem::read_with(read(at)?.expose(), None),
        // In DER as well.
        Reference::File(path) => {
            let bytes = files::bytes(path, LIMIT).map_err(|why| refuse(&why))?;
            pem::read_bytes(&zeroize::Zeroizing::new(bytes), None)
        }
    };
    let keys = keys.map_err(|why| refuse(&why.to_string()))?;
    match keys.as_slice() {
        [key] if key.kty() == "oct" => Err(refuse("it is a shared secret, not a private key")),
        [key] if !key.is_private() => Err(refuse("it is a public key, and the private one signs")),
        [key] => Ok(Credential::Key(key.clone())),
        [] => Err(refuse("it holds no key")),
        more => Err(refuse(&format!("it holds {} keys; give one", more.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said_and_what_can_is_trimmed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let at = Reference::File(path.clone());
        assert!(read(&at).unwrap_err().contains("no such file"));
        std::fs::write(&path, "\n").unwrap();
        assert!(read(&at).unwrap_err().contains("empty"));
        std::fs::write(&path, " s p \r\n").unwrap();
        assert_eq!(read(&at).unwrap().expose(), " s p");
        let unset = Reference::Env("DELEGRAPH_NOBODY_SETS_THIS".into());
        assert!(read(&unset).unwrap_err().contains("not set"));
        assert!(credential(&at, AuthMethod::PrivateKeyJwt).is_err());
        let secret = credential(&at, AuthMethod::ClientSecretPost).unwrap();
        assert_eq!(secret, Credential::Secret(Secret::new(" s p")));
    }
}
