// SPDX-License-Identifier: Apache-2.0
//! Makes an allocation of an engine fail on cue, for tests on hosts and on the target alike.

#[cfg(feature = "fault-injection")]
pub use armed::{arm, disarm};

#[cfg(feature = "fault-injection")]
pub(crate) use armed::strikes;

/// Whether this allocation is to fail.
#[cfg(not(feature = "fault-injection"))]
pub(crate) const fn strikes() -> bool {
    false
}

#[cfg(feature = "fault-injection")]
mod armed {
    use core::sync::atomic::{AtomicU32, Ordering};

    /// Allocations until the one that fails; 0 for none.
    struct Countdown(AtomicU32);

    #[cfg(feature = "std")]
    std::thread_local! {
        static COUNTDOWN: Countdown = const { Countdown(AtomicU32::new(0)) };
    }

    #[cfg(not(feature = "std"))]
    static COUNTDOWN: Countdown = Countdown(AtomicU32::new(0));

    #[cfg(feature = "std")]
    fn with<R>(f: impl FnOnce(&AtomicU32) -> R) -> R {
        COUNTDOWN.with(|countdown| f(&countdown.0))
    }

    #[cfg(not(feature = "std"))]
    fn with<R>(f: impl FnOnce(&AtomicU32) -> R) -> R {
        f(&COUNTDOWN.0)
    }

    /// Lets the `nth` allocation from a region fail, counted from now and from 1; per thread on a host.
    pub fn arm(nth: u32) {
        with(|countdown| countdown.store(nth, Ordering::Relaxed));
    }

    /// Lets none fail; returns whether one would still have.
    pub fn disarm() -> bool {
        // No swap: not every target has one.
        with(|countdown| {
            let left = countdown.load(Ordering::Relaxed);
            countdown.store(0, Ordering::Relaxed);
            left != 0
        })
    }

    /// Whether this allocation is to fail.
    pub(crate) fn strikes() -> bool {
        with(|countdown| {
            let left = countdown.load(Ordering::Relaxed);
            countdown.store(left.saturating_sub(1), Ordering::Relaxed);
            left == 1
        })
    }
}
