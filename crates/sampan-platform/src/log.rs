// SPDX-License-Identifier: Apache-2.0
//! Where log lines go.

use sampan_abi::LogLevel;

/// Where log lines go.
pub trait Log {
    /// Takes one line, without its end. Thread context, runtime lock held; should not block.
    ///
    /// `source` is the container's name, or `sampan` where no container is concerned. Under a container's
    /// name [`LogLevel::Info`] and [`LogLevel::Warning`] are what it printed itself, to standard output and
    /// standard error; the other levels are what the runtime says of it. Bytes that a container printed are
    /// passed as they are: `line` need not be UTF-8.
    fn line(&self, level: LogLevel, source: &str, line: &[u8]);
}
