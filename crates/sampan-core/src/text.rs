// SPDX-License-Identifier: Apache-2.0
//! Short texts in fixed space: names, and lines on their way to the log.

use core::fmt;
use sampan_abi::limits::{MAX_LOG_LINE, MAX_NAME};
use sampan_abi::{LogLevel, Status};
use sampan_platform::Log;

/// Source of the runtime's own log lines, which no container may pass its own off for.
pub(crate) const RUNTIME: &str = "sampan";

/// A container's name: 1 to [`MAX_NAME`] ASCII letters, digits, `-`, `_` and `.`; not `sampan`,
/// which is the runtime's own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; MAX_NAME],
    len: u8,
}

impl Name {
    /// Takes a name from outside.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for one that is empty, too long, `sampan`, or has another character.
    pub fn new(text: &[u8]) -> Result<Self, Status> {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let mut bytes = [0; MAX_NAME];
        let place = bytes.get_mut(..text.len()).ok_or(Status::InvalidArgument)?;
        let reserved = text == RUNTIME.as_bytes();
        if text.is_empty() || reserved || !text.iter().all(allowed) {
            return Err(Status::InvalidArgument);
        }
        place.copy_from_slice(text);
        Ok(Self { bytes, len: text.len() as u8 })
    }

    /// The name of a container that was given none.
    pub(crate) fn of_slot(slot: u8) -> Self {
        let mut bytes = [0; MAX_NAME];
        let mut len = 0;
        let mut put = |byte| {
            if let Some(place) = bytes.get_mut(len) {
                *place = byte;
                len += 1;
            }
        };
        put(b'c');
        if slot >= 10 {
            put(b'0' + slot / 10 % 10);
        }
        put(b'0' + slot % 10);
        Self { bytes, len: len as u8 }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes
            .get(..usize::from(self.len))
            .and_then(|bytes| core::str::from_utf8(bytes).ok())
            .unwrap_or("")
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Formats one line of the runtime's own and hands it to the platform; what is too long is cut.
///
/// It stays one line, whatever names from an image are in it: a control character becomes `?`.
pub(crate) fn log(platform: &impl Log, level: LogLevel, source: &str, text: fmt::Arguments<'_>) {
    let mut line = Line { bytes: [0; MAX_LOG_LINE], len: 0 };
    // The line takes what fits and never fails.
    let _ = fmt::write(&mut line, text);
    platform.line(level, source, line.bytes.get(..line.len).unwrap_or(&[]));
}

struct Line {
    bytes: [u8; MAX_LOG_LINE],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars().map(|letter| if letter.is_control() { '?' } else { letter }) {
            // Encoded apart, since no panic is left where there is always room.
            let mut room = [0; 4];
            let encoded = letter.encode_utf8(&mut room).as_bytes();
            let end = self.len + encoded.len();
            if let Some(place) = self.bytes.get_mut(self.len..end) {
                place.iter_mut().zip(encoded).for_each(|(place, byte)| *place = *byte);
                self.len = end;
            }
        }
        Ok(())
    }
}

/// A short text, such as an address with its port; what is too long is cut.
pub(crate) struct Short {
    bytes: [u8; SHORT_LEN],
    len: usize,
}

/// The longest of addresses: `[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%4294967295]:65535`.
const SHORT_LEN: usize = 64;

impl Short {
    pub(crate) fn new(text: fmt::Arguments<'_>) -> Self {
        let mut short = Self { bytes: [0; SHORT_LEN], len: 0 };
        // It takes what fits and never fails.
        let _ = fmt::write(&mut short, text);
        short
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// The text; what was cut within a character is none.
    #[cfg(any(feature = "ocre", feature = "wasi-sockets"))]
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("")
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let places = self.bytes.iter_mut().skip(self.len);
        self.len += places.zip(text.bytes()).map(|(place, byte)| *place = byte).count();
        Ok(())
    }
}

/// What a container has printed of a line that isn't finished.
///
/// Bytes that don't make a line yet are kept, so that a line reaches the log whole however many writes
/// it came in. Standard output and standard error share the space: a change between them ends the line.
#[derive(Debug)]
pub(crate) struct PartialLine {
    bytes: [u8; MAX_LOG_LINE],
    len: u8,
    level: LogLevel,
}

impl PartialLine {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; MAX_LOG_LINE], len: 0, level: LogLevel::Info }
    }

    /// Takes printed bytes and passes on each line that they complete.
    pub(crate) fn write(&mut self, platform: &impl Log, source: &str, level: LogLevel, bytes: &[u8]) {
        if self.level != level {
            self.flush(platform, source);
            self.level = level;
        }
        for &byte in bytes {
            if byte == b'\n' {
                self.end_line(platform, source);
                continue;
            }
            if usize::from(self.len) == self.bytes.len() {
                self.end_line(platform, source);
            }
            if let Some(place) = self.bytes.get_mut(usize::from(self.len)) {
                *place = byte;
                self.len = self.len.saturating_add(1);
            }
        }
    }

    /// Passes on what there is of a line.
    pub(crate) fn flush(&mut self, platform: &impl Log, source: &str) {
        if self.len > 0 {
            self.end_line(platform, source);
        }
    }

    fn end_line(&mut self, platform: &impl Log, source: &str) {
        let line = self.bytes.get(..usize::from(self.len)).unwrap_or(&[]);
        platform.line(self.level, source, line);
        self.len = 0;
    }
}
