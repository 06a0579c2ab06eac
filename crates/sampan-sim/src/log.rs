// SPDX-License-Identifier: Apache-2.0
//! Where a simulation's log lines go: to the console, or into memory for a test to read.
//!
//! The core tells who speaks by level: what a container printed comes as [`LogLevel::Info`] (standard
//! output) and [`LogLevel::Warning`] (standard error) under its name; what the runtime says comes under
//! the name `sampan`, or under a container's name as [`LogLevel::Error`] or [`LogLevel::Debug`].

use crate::turn::lock;
use sampan_abi::LogLevel;
use sampan_platform::Log;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Name under which the runtime speaks for itself.
const RUNTIME: &str = "sampan";

/// One line, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its level.
    pub level: LogLevel,
    /// The container's name, or `sampan`.
    pub source: String,
    /// Its text, invalid UTF-8 replaced.
    pub text: String,
}

/// Keeps every line.
#[derive(Debug, Default)]
pub struct RecordedLog {
    lines: Mutex<Vec<LogLine>>,
}

impl RecordedLog {
    /// Hands out all lines since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<LogLine> {
        std::mem::take(&mut *lock(&self.lines))
    }
}

impl Log for RecordedLog {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        let text = String::from_utf8_lossy(line).into_owned();
        lock(&self.lines).push(LogLine { level, source: source.to_owned(), text });
    }
}

/// Writes containers' standard output and error to the process's, and the runtime's lines to its standard
/// error after `sampan: `.
#[derive(Debug)]
pub struct ConsoleLog {
    prefix: AtomicBool,
    verbose: bool,
    broken: AtomicBool,
    held: Mutex<Option<Vec<String>>>,
}

impl ConsoleLog {
    /// `verbose`: also the runtime's lines that aren't errors.
    #[must_use]
    pub fn new(verbose: bool) -> Self {
        Self {
            prefix: AtomicBool::new(false),
            verbose,
            broken: AtomicBool::default(),
            held: Mutex::default(),
        }
    }

    /// From now on, each line that a container prints begins with its name in brackets.
    pub fn show_names(&self) {
        self.prefix.store(true, Ordering::Relaxed);
    }

    /// Whether a write failed, so that nobody sees the output any more: a pipe that was closed, a full disk.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Keeps errors of the runtime that `f` causes instead of writing them, and hands out their texts.
    pub fn holding_errors<R>(&self, f: impl FnOnce() -> R) -> (R, Vec<String>) {
        *lock(&self.held) = Some(Vec::new());
        let result = f();
        (result, lock(&self.held).take().unwrap_or_default())
    }

    /// Writes one line of the tool's own to standard error, after `sampan: `.
    pub fn say(&self, text: &str) {
        self.write(std::io::stderr(), "sampan: ", text.as_bytes());
    }

    fn write(&self, mut stream: impl Write, prefix: &str, line: &[u8]) {
        // One write a line, so that lines of several processes on one terminal stay whole.
        let bytes = [prefix.as_bytes(), line, b"\n"].concat();
        if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
    }

    fn speak(&self, level: LogLevel, source: &str, line: &[u8]) {
        if level == LogLevel::Error
            && let Some(held) = lock(&self.held).as_mut()
        {
            return held.push(String::from_utf8_lossy(line).into_owned());
        }
        if self.verbose || level == LogLevel::Error {
            let prefix =
                if source == RUNTIME { "sampan: ".to_owned() } else { format!("sampan: {source}: ") };
            self.write(std::io::stderr(), &prefix, line);
        }
    }
}

impl Log for ConsoleLog {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        let prefix = if self.prefix.load(Ordering::Relaxed) { format!("[{source}] ") } else { String::new() };
        match level {
            LogLevel::Info if source != RUNTIME => self.write(std::io::stdout(), &prefix, line),
            LogLevel::Warning if source != RUNTIME => self.write(std::io::stderr(), &prefix, line),
            _ => self.speak(level, source, line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_lines_are_handed_out_once() {
        let log = RecordedLog::default();
        log.line(LogLevel::Info, "a", b"\xff!");
        let line = LogLine { level: LogLevel::Info, source: "a".into(), text: "\u{fffd}!".into() };
        assert_eq!(log.take(), [line]);
        assert_eq!(log.take(), []);
    }

    #[test]
    fn held_errors_are_those_of_the_runtime_only() {
        let log = ConsoleLog::new(false);
        let ((), held) = log.holding_errors(|| {
            log.line(LogLevel::Error, "a", b"import env.x: nothing provides it");
            log.line(LogLevel::Debug, "a", b"not shown");
            log.line(LogLevel::Warning, "sampan", b"not shown either");
        });
        assert_eq!(held, ["import env.x: nothing provides it"]);
        assert_eq!(log.holding_errors(|| 7), (7, vec![]));
        assert!(!log.is_broken());
    }

    #[test]
    fn a_stream_that_takes_nothing_is_noticed() {
        let log = ConsoleLog::new(false);
        log.write(&mut [][..], "", b"line");
        assert!(log.is_broken());
    }
}
