// SPDX-License-Identifier: Apache-2.0
//! Time of a simulation: virtual, or the machine's.

use sampan_platform::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A clock that starts at 0. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct SimClock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// Microseconds, moved only by [`SimClock::advance`] and [`SimClock::sleep_until`].
    Virtual(Arc<AtomicU64>),
    /// Since then.
    Real(Instant),
}

impl SimClock {
    /// A clock that stands still until told.
    #[must_use]
    pub fn virtual_time() -> Self {
        Self(Source::Virtual(Arc::default()))
    }

    /// The machine's monotonic clock.
    #[must_use]
    pub fn real_time() -> Self {
        Self(Source::Real(Instant::now()))
    }

    /// Whether it's virtual.
    #[must_use]
    pub const fn is_virtual(&self) -> bool {
        matches!(self.0, Source::Virtual(_))
    }

    /// Lets `elapsed_us` pass. A real clock needs no telling.
    pub fn advance(&self, elapsed_us: u64) {
        if let Source::Virtual(now_us) = &self.0 {
            let later = |now_us: u64| Some(now_us.saturating_add(elapsed_us));
            // The update never declines, so it can't fail.
            let _ = now_us.fetch_update(Ordering::AcqRel, Ordering::Acquire, later);
        }
    }

    /// Comes back at `deadline_us`: by a jump of virtual time, or by sleeping.
    pub fn sleep_until(&self, deadline_us: u64) {
        match &self.0 {
            Source::Virtual(now_us) => {
                now_us.fetch_max(deadline_us, Ordering::AcqRel);
            }
            Source::Real(_) => std::thread::sleep(self.left_until(deadline_us)),
        }
    }

    /// Time from now to `deadline_us`; none if that has passed.
    #[must_use]
    pub fn left_until(&self, deadline_us: u64) -> Duration {
        Duration::from_micros(deadline_us.saturating_sub(self.now_us()))
    }
}

impl Clock for SimClock {
    fn now_us(&self) -> u64 {
        match &self.0 {
            Source::Virtual(now_us) => now_us.load(Ordering::Acquire),
            Source::Real(start) => u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_moves_only_when_told_and_never_back() {
        let clock = SimClock::virtual_time();
        let same = clock.clone();
        assert_eq!(clock.now_us(), 0);
        clock.advance(5);
        same.sleep_until(3);
        assert_eq!((clock.now_us(), same.now_us()), (5, 5));
        same.sleep_until(1_000_000_000_000);
        assert_eq!(clock.now_us(), 1_000_000_000_000);
        clock.advance(u64::MAX);
        assert_eq!(clock.now_us(), u64::MAX);
    }

    #[test]
    fn real_time_passes_by_itself() {
        let clock = SimClock::real_time();
        let deadline_us = clock.now_us() + 2000;
        clock.advance(1_000_000_000);
        clock.sleep_until(deadline_us);
        assert!((deadline_us..1_000_000_000).contains(&clock.now_us()));
        assert_eq!(clock.left_until(0), Duration::ZERO);
    }
}
