// SPDX-License-Identifier: Apache-2.0
//! A loaded module inside its region, and one turn of it.

use sampan_engine::{Host, HostReply, Outcome, TrapKind};
use wasmi::{
    Error, Func, Instance, ResumableCall, ResumableCallHostTrap, ResumableCallOutOfFuel, Store, TrapCode,
};

use crate::host::{self, HostState};

/// All that an instance consists of. It lies in the region and refers to nothing outside of it.
pub(crate) struct Guest {
    pub(crate) store: Store<HostState>,
    pub(crate) instance: Instance,
    pub(crate) call: Call,
}

/// Where the activation is.
pub(crate) enum Call {
    None,
    /// To be called.
    Entry(Func),
    OutOfFuel(ResumableCallOutOfFuel),
    Parked(ResumableCallHostTrap),
}

/// What came of a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) outcome: Outcome,
    /// Fuel that is left.
    pub(crate) left: u64,
    /// Fuel without which the next turn gets nowhere.
    pub(crate) required: u64,
}

impl Guest {
    /// Runs for at most `fuel`. On the engine's stack, with the region current.
    pub(crate) fn turn(&mut self, reply: u64, fuel: u64, host: &mut dyn Host) -> Result<Turn, Error> {
        self.store.set_fuel(fuel)?;
        // SAFETY: the host is borrowed for as long as this function runs, and detached before it returns.
        // If the engine's stack is left meanwhile, this guest is never entered again.
        unsafe { self.store.data_mut().attach(host) };
        let result = self.advance(reply);
        self.store.data_mut().detach();
        let left = self.store.get_fuel()?;
        let (outcome, required) = self.settle(result);
        Ok(Turn { outcome, left, required })
    }

    fn advance(&mut self, reply: u64) -> Result<ResumableCall, Error> {
        match core::mem::replace(&mut self.call, Call::None) {
            Call::Entry(func) => func.call_resumable(&mut self.store, &[], &mut []),
            Call::OutOfFuel(call) => call.resume(&mut self.store, &mut []),
            Call::Parked(call) => match self.store.data().awaited {
                Some(awaited) => call.resume(&mut self.store, &[host::from_bits(awaited, reply)], &mut []),
                None => call.resume(&mut self.store, &[], &mut []),
            },
            Call::None => Ok(ResumableCall::Finished),
        }
    }

    /// Keeps what can be resumed, and tells how it came back and what it needs to go on.
    fn settle(&mut self, result: Result<ResumableCall, Error>) -> (Outcome, u64) {
        match result {
            Ok(ResumableCall::Finished) => (Outcome::Finished, 0),
            Ok(ResumableCall::OutOfFuel(call)) => {
                let required = call.required_fuel();
                self.call = Call::OutOfFuel(call);
                (Outcome::Yielded, required)
            }
            Ok(ResumableCall::HostTrap(call)) => (self.settle_host(call), 0),
            Err(error) => (trapped(&error), 0),
        }
    }

    fn settle_host(&mut self, call: ResumableCallHostTrap) -> Outcome {
        match self.store.data().reply {
            HostReply::Park => {
                self.call = Call::Parked(call);
                Outcome::Waiting
            }
            HostReply::End => Outcome::Ended,
            HostReply::Trap(kind) => Outcome::Trapped(kind),
            // Host functions that return raise no error.
            HostReply::Return => Outcome::EngineFault,
        }
    }
}

/// What ended the activation.
fn trapped(error: &Error) -> Outcome {
    Outcome::Trapped(match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => TrapKind::MemoryOutOfBounds,
        Some(TrapCode::TableOutOfBounds) => TrapKind::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull) => TrapKind::IndirectCallToNull,
        Some(TrapCode::BadSignature) => TrapKind::IndirectCallType,
        Some(TrapCode::IntegerDivisionByZero) => TrapKind::DivisionByZero,
        Some(TrapCode::IntegerOverflow) => TrapKind::IntegerOverflow,
        Some(TrapCode::BadConversionToInteger) => TrapKind::BadConversion,
        Some(TrapCode::StackOverflow) => TrapKind::StackOverflow,
        Some(TrapCode::OutOfSystemMemory) => return Outcome::OutOfMemory,
        // Fuel that runs out where wasmi can't resume, or a denied growth: neither is reached, since
        // growth of tables is refused and that of memory never denied by an error.
        Some(TrapCode::OutOfFuel | TrapCode::GrowthOperationLimited) | None => return Outcome::EngineFault,
    })
}
