// SPDX-License-Identifier: Apache-2.0
//! One simulator, used from several threads as firmware's tasks use a runtime.
//!
//! One thread drives it with [`SharedSimulator::run`]; any other may use it in the meantime and waits for
//! one slice at most. Answers to parked calls need no lock. What would deadlock is refused: a call from
//! a host function, or from within [`with`](SharedSimulator::with).

use crate::turn::{TurnLock, lock};
use crate::{SimClock, Simulator, Step};
use sampan_abi::Status;
use sampan_core::{CallToken, Event, Inbox};
use sampan_engine::Engine;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A handle; clones name the same simulator.
pub struct SharedSimulator<E: Engine>(Arc<Shared<E>>)
where
    E::Instance: 'static;

struct Shared<E: Engine>
where
    E::Instance: 'static,
{
    simulator: TurnLock<Simulator<E>>,
    inbox: &'static Inbox,
    clock: SimClock,
    signals: Mutex<Signals>,
    signalled: Condvar,
}

#[derive(Default)]
struct Signals {
    wake: bool,
    quit: bool,
}

impl<E: Engine> Clone for SharedSimulator<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: Engine> SharedSimulator<E> {
    /// Shares `simulator`.
    #[must_use]
    pub fn new(simulator: Simulator<E>) -> Self {
        Self(Arc::new(Shared {
            inbox: simulator.inbox(),
            clock: simulator.clock().clone(),
            simulator: TurnLock::new(simulator),
            signals: Mutex::default(),
            signalled: Condvar::new(),
        }))
    }

    /// Runs `f` on the simulator, between two slices, and wakes the driving thread.
    ///
    /// # Errors
    /// [`Status::WrongContext`] if this thread is within such a call or a poll already; `f` did not run.
    pub fn with<R>(&self, f: impl FnOnce(&mut Simulator<E>) -> R) -> Result<R, Status> {
        let result = self.0.simulator.with(f)?;
        self.wake();
        Ok(result)
    }

    /// Answers a parked call. Needs no lock: a host function may call it too.
    ///
    /// # Errors
    /// As [`Inbox::complete`].
    pub fn complete(&self, token: CallToken, result: u64) -> Result<(), Status> {
        self.0.inbox.complete(token.to_raw(), result)?;
        self.wake();
        Ok(())
    }

    /// Fails a parked call, which ends its container. Needs no lock.
    ///
    /// # Errors
    /// As [`Inbox::fail`].
    pub fn fail(&self, token: CallToken, code: i32) -> Result<(), Status> {
        self.0.inbox.fail(token.to_raw(), code)?;
        self.wake();
        Ok(())
    }

    /// Ends the wait between polls.
    pub fn wake(&self) {
        self.signal(|signals| signals.wake = true);
    }

    /// Ends [`run`](Self::run), at once or when it is next called.
    pub fn quit(&self) {
        self.signal(|signals| signals.quit = true);
    }

    fn signal(&self, change: impl FnOnce(&mut Signals)) {
        change(&mut lock(&self.0.signals));
        self.0.signalled.notify_all();
    }

    /// Drives the simulator until [`quit`](Self::quit). Where nothing is due it waits for a wake; virtual
    /// time jumps to the next deadline instead. `on_event` runs without the lock and may use the handle.
    ///
    /// # Errors
    /// [`Status::WrongContext`] from within a call of this thread.
    pub fn run(&self, mut on_event: impl FnMut(Event)) -> Result<(), Status> {
        loop {
            let (step, events) = self.0.simulator.with(|simulator| {
                let step = simulator.step();
                let events: Vec<Event> = std::iter::from_fn(|| simulator.runtime().take_event()).collect();
                (step, events)
            })?;
            events.into_iter().for_each(&mut on_event);
            if self.wait(step) {
                return Ok(());
            }
        }
    }

    /// Waits for what `step` says to wait for; tells whether to quit.
    fn wait(&self, step: Step) -> bool {
        let deadline_us = match step {
            Step::Busy => Some(0),
            Step::Idle { until_us } => Some(until_us),
            Step::Stuck | Step::AllEnded => None,
        };
        let mut signals = lock(&self.0.signals);
        while !signals.wake && !signals.quit {
            let Some(deadline_us) = deadline_us else {
                signals = self.0.signalled.wait(signals).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if self.0.clock.is_virtual() {
                self.0.clock.sleep_until(deadline_us);
            }
            let left = self.0.clock.left_until(deadline_us);
            if left.is_zero() {
                break;
            }
            let waited = self.0.signalled.wait_timeout(signals, left);
            signals = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        signals.wake = false;
        std::mem::take(&mut signals.quit)
    }
}
