// SPDX-License-Identifier: Apache-2.0
//! Time: one clock that only goes on, and one that may know the date.

/// Monotonic time.
pub trait Clock {
    /// Microseconds since an arbitrary start. ISR-safe. Never goes back or wraps: extend a 32-bit counter.
    fn now_us(&self) -> u64;
}

/// The time of day, where the platform has it.
pub trait WallClock {
    /// Microseconds since 1970-01-01 00:00 UTC, or `None` while that isn't known. Thread context; doesn't block.
    ///
    /// It may jump, also back, when it's set: nothing may wait by it.
    fn wall_us(&self) -> Option<u64> {
        None
    }
}
