use std::sync::Arc;

use super::*;
use crate::{
    app::{
        effect::SavedRun,
        model::Vault,
        workspace::{KeyEntry, TokenEntry, Workspace},
    },
    jose::{Alg, crypto},
    kit::{
        ids::{ChainId, ClientRef, KeyId, TokenId},
        secret::Secret,
    },
};

fn document(practice: bool) -> Document {
    let raw: Arc<str> = "eyJhbGciOiJub25lIn0.e30.".into();
    let mut workspace = Workspace {
        name: "review".into(),
        ..Workspace::default()
    };
    workspace.tokens.push(TokenEntry {
        again: 0,
        places: Vec::new(),
        id: TokenId(7),
        name: Some("ümlaut \"quoted\"".into()),
        received: raw.clone(),
        raw: "eyJhbGciOiJub25lIn0.e30x.".into(),
        sealed: raw.clone(),
        origin: "pasted".into(),
        batch: Some(1),
        copy_of: None,
    });
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    workspace.keys.push(KeyEntry {
        id: KeyId(3),
        name: "lab".into(),
        alg: "ES256".into(),
        description: key.describe(),
        public: key.public().map(|k| serde_json::Value::Object(k.0)),
        private: true,
        practice,
        origin: "generated".into(),
    });
    let mut vault = Vault::default();
    vault.keys.insert(KeyId(3), key);
    vault
        .secrets
        .insert(ClientRef(9), Secret::new("client-secret-text"));
    Document {
        workspace: Arc::new(workspace),
        runs: vec![SavedRun {
            chain: ChainId(2),
            number: 4,
            started: None,
            tokens: vec![("alice".into(), TokenId(30), raw)],
        }],
        vault,
        ..Document::default()
    }
}

fn private_part(document: &Document) -> String {
    document.vault.keys[&KeyId(3)].text("d").unwrap().to_owned()
}

#[test]
fn secrets_go_nowhere_without_keychain_or_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(Some(folder.path().join("state")), false);
    let path = folder.path().join("w.toml");
    let document = document(false);
    let kept = store.save(&path, &document).unwrap();
    assert_eq!(kept.unkept, ["cl9", "k3"]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&private_part(&document)));
    assert!(!text.contains("client-secret-text"));
    let back = store.load(&path).unwrap();
    assert_eq!(*back.workspace, *document.workspace);
    assert_eq!(back.runs, document.runs);
    assert_eq!(back.vault, Vault::default());
    let mut ids = back.ids;
    assert!(ids.allot() > 30, "numbers in use are not handed out again");
}

#[test]
fn secrets_are_sealed_by_a_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(Some(folder.path().join("state")), false);
    let path = folder.path().join("w.toml");
    let mut document = document(false);
    document.sealing.passphrase = Some(Secret::new("correct horse"));
    let kept = store.save(&path, &document).unwrap();
    assert_eq!((kept.sealed, kept.unkept.len()), (2, 0));
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&private_part(&document)));
    assert!(!text.contains("client-secret-text"));

    let locked = store.load(&path).unwrap();
    assert_eq!(locked.vault, Vault::default());
    let sealed = locked.sealing.sealed.clone().unwrap();
    assert!(unseal(&sealed, &Secret::new("wrong")).is_err());
    assert_eq!(
        unseal(&sealed, &Secret::new("correct horse")).unwrap(),
        document.vault
    );

    // Saved again while locked, the sealed part is written back.
    store.save(&path, &locked).unwrap();
    let again = store.load(&path).unwrap();
    assert_eq!(again.sealing.sealed, Some(sealed));
}

#[test]
fn practice_keys_stand_in_clear_only_if_the_user_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(Some(folder.path().join("state")), false);
    let path = folder.path().join("w.toml");
    let mut document = document(true);
    assert_eq!(store.save(&path, &document).unwrap().clear, 0);
    Arc::make_mut(&mut document.workspace).practice_keys_in_clear = true;
    let kept = store.save(&path, &document).unwrap();
    assert_eq!((kept.clear, kept.unkept), (1, vec!["cl9".to_owned()]));
    let back = store.load(&path).unwrap();
    assert_eq!(private_part(&back), private_part(&document));
    assert!(back.vault.secrets.is_empty());
}

#[test]
fn a_file_that_is_no_workspace_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(Some(folder.path().join("state")), false);
    let load = |text: &[u8]| {
        let path = folder.path().join("x.toml");
        fs::write(&path, text).unwrap();
        store.load(&path).unwrap_err()
    };
    assert!(load(b"\xff\xfe").contains("not UTF-8"));
    assert!(load(b"<html>").contains("TOML"), "{}", load(b"<html>"));
    assert!(load(b"version = 99").contains("newer"));
    assert!(load(b"version = 1\nnode = []").contains("chain view"));
    assert!(load(b"version = 1\nsurprise = 1").contains("`surprise`"));
    assert!(store.load(folder.path()).unwrap_err().contains("folder"));
    assert!(
        store
            .load(&folder.path().join("none"))
            .unwrap_err()
            .contains("cannot be read")
    );
}

#[test]
fn saving_replaces_the_file_whole_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.toml");
    write_atomically(&path, b"one").unwrap();
    write_atomically(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert!(write_atomically(&folder.path().join("no/such/w.toml"), b"x").is_err());
}

#[test]
fn an_autosave_is_offered_to_the_next_start_and_not_to_one_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = Store::new(Some(folder.path().to_owned()), false);
    first.autosave(&document(false)).unwrap();
    let beside = Store::new(Some(folder.path().to_owned()), false);
    assert_eq!(beside.recoverable(), None, "the first still runs");
    drop(first);
    let left = beside.recoverable().expect("the first has ended");
    assert_eq!(left.name, "review");
    let left = left.path;
    assert_eq!(beside.load(&left).unwrap().workspace.name, "review");
    beside.drop_recovery(&folder.path().join("other.toml"));
    beside.drop_recovery(&left);
    assert_eq!(beside.recoverable(), None);
}

#[test]
fn a_clean_end_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(Some(folder.path().to_owned()), false);
    store.autosave(&document(false)).unwrap();
    store.drop_autosave();
    drop(store);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
