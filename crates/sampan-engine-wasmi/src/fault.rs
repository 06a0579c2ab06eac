// SPDX-License-Identifier: Apache-2.0
//! Makes an allocation of an engine fail on cue, for tests on hosts and on the target alike.

#[cfg(feature = "fault-injection")]
pub use armed::{Fault, arm, disarm};

#[cfg(feature = "fault-injection")]
pub(crate) use armed::strikes;

/// Whether this allocation is to fail.
#[cfg(not(feature = "fault-injection"))]
pub(crate) const fn strikes() -> bool {
    false
}

#[cfg(feature = "fault-injection")]
mod armed {
    use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    /// What happens to the allocation.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fault {
        /// It can't be had.
        NoMemory,
        /// The engine panics. Not for hosts: there no panic may pass through an allocator.
        Panic,
    }

    struct Countdown {
        /// Allocations until the one that fails; 0 for none.
        left: AtomicU32,
        panic: AtomicBool,
    }

    impl Countdown {
        const fn new() -> Self {
            Self { left: AtomicU32::new(0), panic: AtomicBool::new(false) }
        }
    }

    #[cfg(feature = "std")]
    std::thread_local! {
        static COUNTDOWN: Countdown = const { Countdown::new() };
    }

    #[cfg(not(feature = "std"))]
    static COUNTDOWN: Countdown = Countdown::new();

    #[cfg(feature = "std")]
    fn with<R>(f: impl FnOnce(&Countdown) -> R) -> R {
        COUNTDOWN.with(f)
    }

    #[cfg(not(feature = "std"))]
    fn with<R>(f: impl FnOnce(&Countdown) -> R) -> R {
        f(&COUNTDOWN)
    }

    /// Lets `fault` befall the `nth` allocation from a region, counted from now and from 1; per thread on a
    /// host.
    pub fn arm(nth: u32, fault: Fault) {
        with(|countdown| {
            countdown.panic.store(fault == Fault::Panic, Ordering::Relaxed);
            countdown.left.store(nth, Ordering::Relaxed);
        });
    }

    /// Lets none fail; returns whether one still would have.
    pub fn disarm() -> bool {
        with(|countdown| {
            let left = countdown.left.load(Ordering::Relaxed);
            countdown.left.store(0, Ordering::Relaxed);
            left != 0
        })
    }

    /// Whether this allocation is to fail.
    #[expect(clippy::panic, reason = "that is what a test asked for")]
    pub(crate) fn strikes() -> bool {
        let (left, panic) = with(|countdown| {
            let left = countdown.left.load(Ordering::Relaxed);
            countdown.left.store(left.saturating_sub(1), Ordering::Relaxed);
            (left, countdown.panic.load(Ordering::Relaxed))
        });
        if left == 1 && panic {
            panic!("injected");
        }
        left == 1
    }
}
