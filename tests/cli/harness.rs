//! Runs the program as a script would, in an empty folder, without a display.

use std::{path::PathBuf, process::Output};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A moment inside the life of the tokens of these tests.
pub const NOW: &str = "2026-03-01T12:00:00Z";

/// An empty folder in which the program runs; it is its home as well.
pub struct Place {
    folder: TempDir,
}

/// How a run ended.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_delegraph"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env_remove("DISPLAY")
            .env_remove("DELEGRAPH_LOG")
            .env_remove("WAYLAND_DISPLAY")
            .timeout(std::time::Duration::from_mins(2));
        command
    }

    /// Runs with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with("", arguments)
    }

    /// Runs with the program's log on standard error from `level` on.
    pub fn run_logged(&self, level: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        ran(command.env("DELEGRAPH_LOG", level).output().unwrap())
    }

    /// Runs with `input` on standard input.
    pub fn run_with(&self, input: impl Into<Vec<u8>>, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).write_stdin(input).output().unwrap())
    }

    /// Runs with `--json`; standard output must be one document and nothing else.
    pub fn json(&self, status: i32, arguments: &[&str]) -> Value {
        self.json_with("", status, arguments)
    }

    /// [`Place::json`] with `input` on standard input.
    pub fn json_with(&self, input: impl Into<Vec<u8>>, status: i32, arguments: &[&str]) -> Value {
        let arguments = [&["--json"], arguments].concat();
        let ran = self.run_with(input, &arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
        serde_json::from_str(&ran.out)
            .unwrap_or_else(|e| panic!("{arguments:?}: not one JSON document ({e}): {}", ran.out))
    }

    /// A generated key in the file `name`.
    pub fn key(&self, name: &str, alg: &str) -> &Self {
        let ran = self.run(&["keys", "generate", "--alg", alg]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        self.write(name, ran.out)
    }

    /// A token of these claims, signed with the key in the file `key`.
    pub fn sign(&self, key: &str, claims: &Value) -> String {
        let ran = self.run_with(claims.to_string(), &["sign", "--key", key]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.out.trim().to_owned()
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        status: output
            .status
            .code()
            .unwrap_or_else(|| panic!("ended by a signal: {:?}", output.status)),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The members of an object, in order.
pub fn members(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("not an object: {value}"))
        .keys()
        .map(String::as_str)
        .collect()
}

/// Claims of a delegated access token around [`NOW`].
pub fn delegated() -> Value {
    serde_json::json!({
        "iss": "https://as.example",
        "sub": "alice",
        "aud": "payments-api",
        "client_id": "researcher",
        "scope": "payments:read",
        "iat": 1_772_366_100,
        "exp": 1_772_366_700,
        "jti": "one",
        "act": { "sub": "researcher", "act": { "sub": "planner" } },
    })
}
