// SPDX-License-Identifier: Apache-2.0
//! One container's life: the only code that changes a container's state.
//!
//! `Created -> Running <-> Paused -> Stopped | Faulted | Quarantined`, each legal move one method of [`Container`]; a
//! move that isn't legal answers [`Status::WrongState`] and changes nothing. What the engine has to do
//! for a move is done by the caller before it makes the move.

use crate::calls::Output;
#[cfg(feature = "wasi-sockets")]
use crate::calls::{Info, SocketWait};
use crate::desk::Desk;
use crate::schedule::{Account, Floor};
use crate::text::{Name, PartialLine};
use core::net::{IpAddr, Ipv6Addr};
use sampan_abi::{ContainerId, ContainerState, EngineKind, ExitReason, SocketKind, Status};
use sampan_engine::{MemoryUsage, Region};
use sampan_image::DeniedAction;

/// What a running container waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing: it runs when it's its turn. `Some` answers the call that it parked in.
    Ready(Option<u64>),
    /// WASI `poll_oneoff`, until the first of its clocks.
    Poll(Poll),
    /// An answer to the call with this number.
    Answer(u32),
    /// A device's answer to the call with this number.
    Device(u32),
    /// The address of a host.
    Lookup(Lookup),
    /// Something to be told, until a deadline; it goes to `out`.
    Event { deadline_us: u64, out: Output },
    /// An answer to its request, which is the call with this number; it goes to `out`.
    Reply { number: u32, deadline_us: u64, out: Output },
    /// Ocre's sleep.
    #[cfg(feature = "ocre")]
    Sleep { deadline_us: u64 },
    /// A socket of WASI's, to make the call on it again.
    #[cfg(feature = "wasi-sockets")]
    Socket(SocketWait),
    /// Something to be told, for which its callback is called.
    Callback,
}

/// A name that is being looked up by the call with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lookup {
    pub(crate) number: u32,
    /// Where the platform puts what it found.
    pub(crate) address: [u8; 16],
    pub(crate) then: Then,
}

impl Lookup {
    /// What was found.
    pub(crate) fn ip(&self) -> IpAddr {
        Ipv6Addr::from(self.address).to_canonical()
    }
}

/// What is done with the address of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The container is told, as text.
    Tell(Output),
    /// A socket of that kind is connected to it and this port.
    Connect(SocketKind, u16),
    /// The container is told as WASI does.
    #[cfg(feature = "wasi-sockets")]
    Inform(Info),
}

/// A parked WASI `poll_oneoff`: its arguments, and when it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Poll {
    pub(crate) subscriptions: u32,
    pub(crate) events: u32,
    pub(crate) count: u32,
    pub(crate) out_count: u32,
    pub(crate) started_us: u64,
    pub(crate) deadline_us: u64,
}

/// Counters of one container, since it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerStats {
    /// Fuel used, in its engine's units.
    pub fuel: u64,
    /// Time it ran, in microseconds.
    pub cpu_us: u64,
    /// Times it was given a slice.
    pub activations: u64,
    /// Host functions it called.
    pub host_calls: u64,
    /// Times it was restarted.
    pub restarts: u32,
    /// Longest it ran at a stretch, in microseconds.
    pub longest_us: u32,
    /// Calls that it wasn't permitted.
    pub denied_calls: u64,
    /// Calls that were refused because it had made too many in that second.
    pub throttled_calls: u64,
    /// Messages that its mailbox took.
    pub messages: u64,
    /// Messages that its mailbox was too full to take.
    pub messages_lost: u64,
    /// Times it said that it still does its work.
    pub heartbeats: u32,
    /// When it last said so.
    pub heartbeat_us: u64,
    /// Whether it has said that this version works.
    pub confirmed: bool,
    /// Memory of its region.
    pub memory: MemoryUsage,
}

/// What a container is and does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerStatus {
    /// Its state.
    pub state: ContainerState,
    /// Why it ended, if it did.
    pub exit: Option<ExitReason>,
    /// Whether it's running but waits in a call.
    pub waiting: bool,
    /// Whether it was asked to stop and hasn't ended.
    pub stopping: bool,
    /// The engine that runs it.
    pub engine: EngineKind,
    /// Its name.
    pub name: Name,
}

/// A container's state has changed. Changes that follow one another before it is taken are told as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whose.
    pub id: ContainerId,
    /// The state it has now.
    pub state: ContainerState,
    /// Why it ended, if it did.
    pub exit: Option<ExitReason>,
}

/// One container; `I` is its engine's instance.
pub(crate) struct Container<I> {
    pub(crate) instance: I,
    pub(crate) guest: Guest,
    /// The signed image that it came in, to be judged again when what is trusted changes.
    pub(crate) origin: Option<&'static [u8]>,
    state: ContainerState,
    exit: Option<ExitReason>,
    /// When it is ended if it hasn't come to an end by then; `u64::MAX`: never.
    stop_deadline_us: u64,
    changed: bool,
    /// Whether `_initialize` has been run, or isn't there to be.
    pub(crate) initialised: bool,
}

/// What host calls need of a container: all but its instance.
pub(crate) struct Guest {
    pub(crate) id: ContainerId,
    pub(crate) name: Name,
    pub(crate) wait: Wait,
    pub(crate) account: Account,
    pub(crate) stats: ContainerStats,
    pub(crate) line: PartialLine,
    pub(crate) strings: Strings,
    pub(crate) desk: Desk,
    /// Set by a host call that ends the container.
    pub(crate) ending: Option<ExitReason>,
    /// Whether it has been asked to stop.
    pub(crate) stop_requested: bool,
    /// Whether its callback was called to end it.
    pub(crate) last_callback: bool,
}

/// Arguments and environment: NUL-terminated texts one after the other, arguments first.
pub(crate) struct Strings {
    pub(crate) region: Region,
    pub(crate) args: Span,
    pub(crate) env: Span,
}

/// Some of the texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u16,
    pub(crate) len: u16,
    pub(crate) count: u16,
}

impl<I> Container<I> {
    pub(crate) fn new(
        id: ContainerId,
        instance: I,
        name: Name,
        account: Account,
        strings: Strings,
        desk: Desk,
    ) -> Self {
        let guest = Guest {
            id,
            name,
            wait: Wait::Ready(None),
            account,
            stats: ContainerStats::default(),
            line: PartialLine::new(),
            strings,
            desk,
            ending: None,
            stop_requested: false,
            last_callback: false,
        };
        Self {
            instance,
            guest,
            origin: None,
            state: ContainerState::Created,
            exit: None,
            stop_deadline_us: u64::MAX,
            changed: false,
            initialised: false,
        }
    }

    pub(crate) const fn state(&self) -> ContainerState {
        self.state
    }

    pub(crate) const fn exit(&self) -> Option<ExitReason> {
        self.exit
    }

    pub(crate) const fn stop_deadline_us(&self) -> u64 {
        self.stop_deadline_us
    }

    /// Whether it waits for the answer to the call with this number.
    pub(crate) fn awaits(&self, number: u32) -> bool {
        match self.guest.wait {
            Wait::Answer(own) | Wait::Device(own) => own == number,
            Wait::Lookup(lookup) => lookup.number == number,
            _ => false,
        }
    }

    /// Whether it was asked to stop and hasn't ended.
    pub(crate) const fn is_stopping(&self) -> bool {
        self.guest.stop_requested && self.is_live()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.state == ContainerState::Running && matches!(self.guest.wait, Wait::Ready(_))
    }

    /// Whether it runs, or is told something, at the next poll.
    pub(crate) fn is_due(&self) -> bool {
        let told = !self.guest.desk.mailbox.is_empty() || self.guest.desk.handles.news;
        match self.guest.wait {
            _ if self.state != ContainerState::Running => false,
            Wait::Ready(_) => true,
            Wait::Event { .. } => told,
            Wait::Reply { .. } => self.guest.desk.mailbox.answered,
            Wait::Callback => told || self.guest.stop_requested,
            #[cfg(feature = "ocre")]
            Wait::Sleep { .. } => false,
            #[cfg(feature = "wasi-sockets")]
            Wait::Socket(wait) => wait.ready,
            Wait::Poll(_) | Wait::Answer(_) | Wait::Device(_) | Wait::Lookup(_) => false,
        }
    }

    /// When something is due to happen to it without its running.
    pub(crate) fn deadline_us(&self) -> u64 {
        let wait = match self.guest.wait {
            _ if self.state != ContainerState::Running => u64::MAX,
            Wait::Poll(poll) => poll.deadline_us,
            Wait::Reply { deadline_us, .. } => deadline_us,
            Wait::Event { deadline_us, .. } => deadline_us.min(self.guest.desk.handles.due_us),
            Wait::Callback => self.guest.desk.handles.due_us,
            #[cfg(feature = "ocre")]
            Wait::Sleep { deadline_us } => deadline_us,
            #[cfg(feature = "wasi-sockets")]
            Wait::Socket(_) => u64::MAX,
            Wait::Ready(_) | Wait::Answer(_) | Wait::Device(_) | Wait::Lookup(_) => u64::MAX,
        };
        wait.min(self.stop_deadline_us)
    }

    pub(crate) const fn is_live(&self) -> bool {
        matches!(self.state, ContainerState::Running | ContainerState::Paused)
    }

    /// Whether [`Runtime::remove`](crate::Runtime::remove) may take it.
    pub(crate) const fn is_removable(&self) -> bool {
        !self.is_live() && !matches!(self.state, ContainerState::Quarantined)
    }

    fn enter(&mut self, state: ContainerState) {
        self.state = state;
        self.changed = true;
    }

    /// `Created`, or one that ended and whose instance has been reset, `-> Running`.
    pub(crate) fn run(&mut self, floor: Floor) {
        self.exit = None;
        self.stop_deadline_us = u64::MAX;
        self.guest.stop_requested = false;
        self.guest.last_callback = false;
        self.guest.ending = None;
        self.set_ready(None, floor);
        self.enter(ContainerState::Running);
    }

    /// `Quarantined -> Stopped`: why it ended stays.
    pub(crate) fn release(&mut self) -> Result<(), Status> {
        if self.state != ContainerState::Quarantined {
            return Err(Status::WrongState);
        }
        self.enter(ContainerState::Stopped);
        Ok(())
    }

    /// `Running -> Paused`: whatever it waits for may come meanwhile.
    pub(crate) fn pause(&mut self) -> Result<(), Status> {
        if self.state != ContainerState::Running || self.guest.stop_requested {
            return Err(Status::WrongState);
        }
        self.enter(ContainerState::Paused);
        Ok(())
    }

    /// `Paused -> Running`.
    pub(crate) fn resume(&mut self, floor: Floor) -> Result<(), Status> {
        if self.state != ContainerState::Paused {
            return Err(Status::WrongState);
        }
        self.guest.account.join(floor);
        self.enter(ContainerState::Running);
        Ok(())
    }

    /// Asks a live one to end by itself until `deadline_us`. A paused one runs again, so that it can.
    pub(crate) fn request_stop(&mut self, deadline_us: u64, floor: Floor) -> Result<(), Status> {
        if !self.is_live() {
            return Err(Status::WrongState);
        }
        if self.state == ContainerState::Paused {
            self.resume(floor)?;
        }
        self.guest.stop_requested = true;
        self.stop_deadline_us = self.stop_deadline_us.min(deadline_us);
        Ok(())
    }

    /// Any state but ended `-> Stopped`, `Faulted` or `Quarantined`, by what `reason` is. What its handles hold has been
    /// [given back](crate::calls::device::reclaim) before.
    pub(crate) fn end(&mut self, reason: ExitReason) {
        let quarantine = self.guest.desk.denied == DeniedAction::Quarantine;
        let state = match reason {
            ExitReason::Denied if quarantine => ContainerState::Quarantined,
            ExitReason::Denied => ContainerState::Stopped,
            reason if reason.is_fault() => ContainerState::Faulted,
            _ => ContainerState::Stopped,
        };
        self.guest.wait = Wait::Ready(None);
        self.guest.desk.clear(self.guest.strings.region.bytes());
        self.stop_deadline_us = u64::MAX;
        self.exit = Some(reason);
        self.enter(state);
    }

    /// What it waited for is there.
    pub(crate) fn set_ready(&mut self, reply: Option<u64>, floor: Floor) {
        self.guest.wait = Wait::Ready(reply);
        self.guest.account.join(floor);
    }

    /// Tells a change of state once.
    pub(crate) fn take_event(&mut self) -> Option<Event> {
        if !core::mem::take(&mut self.changed) {
            return None;
        }
        Some(Event { id: self.guest.id, state: self.state, exit: self.exit })
    }
}

impl Guest {
    /// The reason for an end by the container's own will.
    pub(crate) const fn own_end(&self, code: i32) -> ExitReason {
        if self.stop_requested { ExitReason::Stopped(code) } else { ExitReason::Exited(code) }
    }
}
