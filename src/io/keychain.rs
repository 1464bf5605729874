//! The system's keychain (Secret Service, Keychain, Credential Manager). May be absent: every call
//! can fail, and the caller then seals secrets into the file or keeps them in memory only.

use crate::kit::secret::Secret;

/// The service under which all entries stand.
#[cfg(feature = "keyring")]
const SERVICE: &str = "delegraph";

/// Why the keychain could not be used, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system's keychain cannot be used: {0}")]
pub struct KeychainError(pub String);

/// Whether there is a keychain that can be used at all.
pub fn available() -> Result<(), KeychainError> {
    #[cfg(feature = "keyring")]
    {
        keyring::Entry::store_status()
            .as_ref()
            .copied()
            .map_err(|e| KeychainError(e.to_string()))
    }
    #[cfg(not(feature = "keyring"))]
    Err(KeychainError("this build has no keychain support".into()))
}

/// Stores a secret under a name.
pub fn store(name: &str, secret: &Secret) -> Result<(), KeychainError> {
    #[cfg(feature = "keyring")]
    {
        entry(name)?
            .set_password(secret.expose())
            .map_err(|e| KeychainError(e.to_string()))
    }
    #[cfg(not(feature = "keyring"))]
    {
        let _ = (name, secret);
        available()
    }
}

/// Reads a secret; `None` when there is none of that name.
pub fn load(name: &str) -> Result<Option<Secret>, KeychainError> {
    #[cfg(feature = "keyring")]
    {
        match entry(name)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(e) => Err(KeychainError(e.to_string())),
        }
    }
    #[cfg(not(feature = "keyring"))]
    {
        let _ = name;
        available().map(|()| None)
    }
}

/// Forgets a secret; one that is not there is forgotten already.
pub fn forget(name: &str) -> Result<(), KeychainError> {
    #[cfg(feature = "keyring")]
    {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(e) => Err(KeychainError(e.to_string())),
        }
    }
    #[cfg(not(feature = "keyring"))]
    {
        let _ = name;
        available()
    }
}

#[cfg(feature = "keyring")]
fn entry(name: &str) -> Result<keyring::Entry, KeychainError> {
    keyring::Entry::new(SERVICE, name).map_err(|e| KeychainError(e.to_string()))
}
