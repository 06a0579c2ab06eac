// SPDX-License-Identifier: Apache-2.0
//! What is current where this code runs: the region that allocations come from, and the wall's way out.
//!
//! On a host each thread has its own, since other threads allocate meanwhile. On a microcontroller there
//! is one, and whoever calls the engine holds the runtime's lock; the fields are atomics so that a panic
//! in another task may look at them, not so that two may use the engine at once.

use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use crate::region::Header;
#[cfg(feature = "std")]
use crate::wall;
use crate::wall::Frame;

/// The state of one thread, or of the microcontroller.
pub(crate) struct Context {
    /// Header of the region that allocations come from; null where they go to the fallback.
    region: AtomicPtr<Header>,
    /// Where to leave the engine's stack to; null outside of the wall.
    wall: AtomicPtr<Frame>,
    /// A host function is running, on the engine's stack but not as a part of the engine.
    hosting: AtomicBool,
    /// The panic of a host function, on its way out.
    #[cfg(feature = "std")]
    panic: AtomicPtr<wall::Panic>,
}

#[cfg(feature = "std")]
std::thread_local! {
    static CONTEXT: Context = const { Context::new() };
}

#[cfg(not(feature = "std"))]
static CONTEXT: Context = Context::new();

/// Runs `f` with what is current here.
#[cfg(feature = "std")]
pub(crate) fn with<R>(f: impl FnOnce(&Context) -> R) -> R {
    CONTEXT.with(f)
}

/// Runs `f` with what is current here.
#[cfg(not(feature = "std"))]
pub(crate) fn with<R>(f: impl FnOnce(&Context) -> R) -> R {
    f(&CONTEXT)
}

/// Forgets what an engine left that was given up while it ran, as a runtime is whose platform ended its task: on a
/// microcontroller there is one engine, which isn't running when it's made.
#[cfg(not(feature = "std"))]
pub(crate) fn forget() {
    CONTEXT.set_region(core::ptr::null_mut());
    CONTEXT.set_wall(core::ptr::null_mut());
    CONTEXT.set_hosting(false);
}

/// On a host nothing is left: an engine is never given up, and a thread may have several.
#[cfg(feature = "std")]
pub(crate) const fn forget() {}

impl Context {
    const fn new() -> Self {
        Self {
            region: AtomicPtr::new(core::ptr::null_mut()),
            wall: AtomicPtr::new(core::ptr::null_mut()),
            hosting: AtomicBool::new(false),
            #[cfg(feature = "std")]
            panic: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    pub(crate) fn region(&self) -> *mut Header {
        self.region.load(Ordering::Relaxed)
    }

    pub(crate) fn set_region(&self, region: *mut Header) {
        self.region.store(region, Ordering::Relaxed);
    }

    pub(crate) fn wall(&self) -> *mut Frame {
        self.wall.load(Ordering::Relaxed)
    }

    pub(crate) fn set_wall(&self, wall: *mut Frame) {
        self.wall.store(wall, Ordering::Relaxed);
    }

    pub(crate) fn hosting(&self) -> bool {
        self.hosting.load(Ordering::Relaxed)
    }

    pub(crate) fn set_hosting(&self, hosting: bool) {
        self.hosting.store(hosting, Ordering::Relaxed);
    }

    #[cfg(feature = "std")]
    pub(crate) fn swap_panic(&self, panic: *mut wall::Panic) -> *mut wall::Panic {
        self.panic.swap(panic, Ordering::Relaxed)
    }
}
