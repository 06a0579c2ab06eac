// SPDX-License-Identifier: Apache-2.0
//! Runs the tool on modules made for a test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a run of the tool gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// The report of a run with `--json`: the last line of standard output.
    pub(crate) fn report(&self) -> serde_json::Value {
        serde_json::from_str(self.stdout.lines().last().unwrap()).unwrap()
    }

    /// Asserts an exit code, and the whole of standard error.
    pub(crate) fn expect(&self, code: i32, stderr: &str) {
        assert_eq!((self.code, self.stderr.as_str()), (code, stderr), "{self:?}");
    }

    /// Asserts an exit code, and that standard error is one line that begins and ends so.
    pub(crate) fn expect_line(&self, code: i32, start: &str, end: &str) {
        assert_eq!(self.code, code, "{self:?}");
        let line = self.stderr.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n') && line.starts_with(start) && line.ends_with(end), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
    }
}

/// The tool, about to run in a directory.
pub(crate) fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sampan"));
    command.args(args).current_dir(directory).stdin(Stdio::null());
    command
}

/// Runs the tool in a directory.
pub(crate) fn sampan_in(directory: &Path, args: &[&str]) -> Outcome {
    let output = command(directory, args).output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A directory of one test's own.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file.
    pub(crate) fn file(self, name: &str, bytes: &[u8]) -> Self {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self
    }

    /// Writes a module.
    pub(crate) fn module(self, name: &str, wat: &str) -> Self {
        let bytes = wat::parse_str(wat).unwrap();
        self.file(name, &bytes)
    }

    /// Runs the tool here.
    pub(crate) fn sampan(&self, args: &[&str]) -> Outcome {
        sampan_in(&self.0, args)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What can't be removed is in the build directory, and harmless.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `sampan run app.wasm` with options, where `app.wasm` is `wat`.
pub(crate) fn run(wat: &str, options: &[&str]) -> Outcome {
    let directory = Directory::new().module("app.wasm", wat);
    directory.sampan(&[&["run", "app.wasm"], options].concat())
}

/// Runs `sampan run app.wasm` with `app.wasm` of these bytes.
pub(crate) fn run_bytes(bytes: &[u8]) -> Outcome {
    Directory::new().file("app.wasm", bytes).sampan(&["run", "app.wasm", "--seconds", "1"])
}
