// SPDX-License-Identifier: Apache-2.0
//! What Sampan needs of an operating system: traits without an implementation.
//!
//! One trait a concern, each method with its context, blocking and failure. A host written in Rust
//! implements them; C firmware fills `struct sampan_platform`, which `sampan-capi` adapts. A method
//! enters once two ports implement it and the conformance suite covers it.
//!
//! No method may panic, allocate from the runtime's arena or call back into the runtime.
#![no_std]
#![forbid(unsafe_code)]

use sampan_abi::LogLevel;

/// A failure of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The device or service failed.
    Io,
}

/// Monotonic time.
pub trait Clock {
    /// Microseconds since an arbitrary start. ISR-safe. Never goes back or wraps: extend a 32-bit counter.
    fn now_us(&self) -> u64;
}

/// Random numbers.
pub trait Entropy {
    /// Fills `buffer` with random bytes. Thread context; may block.
    ///
    /// # Errors
    /// [`Error::Io`] if the source failed; `buffer` then holds nothing of use.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error>;
}

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

/// Everything one port provides to the core.
pub trait Platform: Clock + Entropy + Log {}

impl<P: Clock + Entropy + Log> Platform for P {}
