// SPDX-License-Identifier: Apache-2.0
//! A lock that serves threads in the order in which they came.
//!
//! A runtime that is polled without a pause holds its lock nearly all the time. The standard library's
//! mutex may then keep everyone else waiting for ever; this one may not: a thread waits for those before
//! it and no longer. It also knows its holder, so that a thread which would wait for itself is told.

use sampan_abi::Status;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

/// A fair lock around `value`.
#[derive(Debug)]
pub(crate) struct TurnLock<T> {
    queue: Mutex<Queue>,
    moved: Condvar,
    value: Mutex<T>,
}

#[derive(Debug, Default)]
struct Queue {
    next_ticket: u64,
    serving: u64,
    holder: Option<ThreadId>,
}

/// The right to the value; dropping it lets the next thread in.
struct Turn<'a, T>(&'a TurnLock<T>);

/// Locks whatever happened before: a thread that panicked with the lock held is a failed test or a defect
/// in a host closure, and the others may still look and clean up.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> TurnLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { queue: Mutex::default(), moved: Condvar::new(), value: Mutex::new(value) }
    }

    /// Waits for this thread's turn and runs `f`.
    ///
    /// # Errors
    /// [`Status::WrongContext`] if this thread has the turn already; `f` did not run.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Status> {
        let _turn = self.wait()?;
        // Dropped before the turn is.
        let mut value = lock(&self.value);
        Ok(f(&mut value))
    }

    fn wait(&self) -> Result<Turn<'_, T>, Status> {
        let current = std::thread::current().id();
        let mut queue = lock(&self.queue);
        if queue.holder == Some(current) {
            return Err(Status::WrongContext);
        }
        let ticket = queue.next_ticket;
        queue.next_ticket = queue.next_ticket.wrapping_add(1);
        while queue.serving != ticket {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.holder = Some(current);
        Ok(Turn(self))
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut queue = lock(&self.0.queue);
        queue.holder = None;
        queue.serving = queue.serving.wrapping_add(1);
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_thread_that_takes_the_lock_all_the_time_lets_others_in() {
        let (lock, done) = (TurnLock::new(0_u32), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    lock.with(|_| ()).unwrap();
                }
            });
            for _ in 0..200 {
                lock.with(|value| *value += 1).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        assert_eq!(lock.with(|value| *value), Ok(200));
    }

    #[test]
    fn waiting_for_oneself_is_refused() {
        let lock = TurnLock::new(1);
        assert_eq!(lock.with(|_| lock.with(|value| *value)), Ok(Err(Status::WrongContext)));
        assert_eq!(lock.with(|value| *value), Ok(1));
    }

    #[test]
    fn a_panic_within_leaves_the_lock_usable() {
        let lock = TurnLock::new(1);
        std::thread::scope(|scope| {
            assert!(scope.spawn(|| lock.with(|_| panic!("a defect"))).join().is_err());
        });
        assert_eq!(lock.with(|value| *value), Ok(1));
    }
}
