// SPDX-License-Identifier: Apache-2.0
//! Host functions that firmware registers, and what they get to see of a call.

use super::memory::GuestMemory;
use sampan_abi::limits::{MAX_IMPORT_NAME, MAX_TOPIC};
use sampan_abi::{ContainerId, Signature, Status};
use sampan_engine::HostReply;
use sampan_image::{Argument, Permission, is_topic_filter};

/// Runs one of the firmware's host functions.
///
/// It's called within a poll, the runtime locked, on the engine's stack: short work, and no call into the
/// runtime but through [`Call`] and the [`Inbox`](crate::Inbox).
pub trait Handler {
    /// Answers a call. `values` holds the arguments; a result replaces `values[0]`.
    ///
    /// Returns 0 when done, [`Status::Pending`] after [`Call::defer`], or any other code to end the
    /// container with [`HostError`](sampan_abi::ExitReason::HostError) and that code.
    fn call(&self, call: &mut Call<'_>, values: &mut [u64]) -> i32;

    /// Gets a message that the firmware has subscribed to. Under the same rules, within a poll or a publish.
    fn message(&self, message: &Message<'_>) {
        let _ = message;
    }
}

/// A message on its way to the firmware.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The container that sent it; `None`: the firmware itself.
    pub sender: Option<ContainerId>,
    /// Its topic.
    pub topic: &'a str,
    /// What it says, for as long as the call lasts.
    pub payload: &'a [u8],
    /// The call that waits for an answer, if one does: see [`Runtime::reply`](crate::Runtime::reply).
    pub token: Option<CallToken>,
}

/// What the firmware itself has subscribed to, in a table of fixed size.
pub(crate) struct Subscribers<H: 'static> {
    pub(super) places: &'static mut [Option<(&'static str, H)>],
}

impl<H: Handler> Subscribers<H> {
    pub(crate) fn new(places: &'static mut [Option<(&'static str, H)>]) -> Self {
        Self { places }
    }

    pub(crate) fn add(&mut self, filter: &'static str, handler: H) -> Result<(), Status> {
        if !is_topic_filter(filter) || filter.len() > MAX_TOPIC {
            return Err(Status::InvalidArgument);
        }
        let place = self.places.iter_mut().find(|place| place.is_none()).ok_or(Status::TableFull)?;
        *place = Some((filter, handler));
        Ok(())
    }

    /// Hands a message to each subscription that matches; how many did.
    pub(crate) fn offer(&self, message: &Message<'_>) -> u64 {
        let topic = Argument::Topic(message.topic);
        let matching =
            self.places.iter().flatten().filter(|(filter, _)| Argument::Topic(filter).covers(&topic));
        matching.map(|(_, handler)| handler.message(message)).count() as u64
    }
}

/// A host function under its import name.
#[derive(Clone, Copy, Debug)]
pub struct HostRegistration<H> {
    /// Import module. Not one of Sampan's own (`sampan:…`, `wasi_snapshot_preview1`).
    pub module: &'static str,
    /// Import field.
    pub name: &'static str,
    /// Its type: an import of another type is refused when a container is created.
    pub signature: Signature,
    /// The permission that its callers need, such as `relay` or `relay:left`; `None`: all may call it.
    pub permission: Option<&'static str>,
    /// What answers the call.
    pub handler: H,
}

impl<H> HostRegistration<H> {
    /// # Errors
    /// [`Status::InvalidArgument`] for a name that is empty, too long or reserved, or a malformed permission.
    pub(crate) fn check(&self) -> Result<(), Status> {
        let fits = |text: &str| !text.is_empty() && text.len() <= MAX_IMPORT_NAME;
        let reserved = self.module.starts_with("sampan:") || self.module == super::wasi_abi::MODULE;
        let permission = self.permission.is_none_or(|text| Permission::parse(text).is_ok());
        if fits(self.module) && fits(self.name) && !reserved && permission {
            Ok(())
        } else {
            Err(Status::InvalidArgument)
        }
    }
}

/// Names one parked call, for its answer.
///
/// A token is unique as long as the runtime lives (for 2^32 parked calls): an answer that comes after its
/// container ended, or a second one, is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallToken {
    pub(crate) id: ContainerId,
    pub(crate) number: u32,
}

impl CallToken {
    /// Reads a token from the wire; `None` for a value that is no token.
    #[must_use]
    pub fn from_raw(raw: u64) -> Option<Self> {
        ContainerId::from_raw((raw >> 32) as u32).map(|id| Self { id, number: raw as u32 })
    }

    /// The token as it crosses the C ABI.
    #[must_use]
    pub fn to_raw(self) -> u64 {
        u64::from(self.id.to_raw()) << 32 | u64::from(self.number)
    }
}

/// One call of a host function, while it is being answered.
pub struct Call<'a> {
    pub(super) id: ContainerId,
    pub(super) memory: GuestMemory<'a>,
    pub(super) next_number: u32,
    pub(super) deferred: bool,
}

impl Call<'_> {
    /// The container that calls.
    #[must_use]
    pub const fn container(&self) -> ContainerId {
        self.id
    }

    /// The guest's bytes at `address`, for as long as the call is being answered.
    ///
    /// # Errors
    /// [`Status::OutOfBounds`] unless all of them lie in the guest's memory.
    pub fn memory(&mut self, address: u32, len: usize) -> Result<&mut [u8], Status> {
        self.memory.slice(address, len)
    }

    /// Parks the call: the handler returns [`Status::Pending`], and the answer comes through the inbox.
    pub fn defer(&mut self) -> CallToken {
        self.deferred = true;
        CallToken { id: self.id, number: self.next_number }
    }

    /// What the handler's code means for the engine; `Err` ends the container with it.
    pub(super) fn reply(&self, code: i32) -> Result<HostReply, i32> {
        match (code, self.deferred) {
            (0, false) => Ok(HostReply::Return),
            (code, true) if code == Status::Pending.to_raw() => Ok(HostReply::Park),
            // A call that was deferred and answered both ways, or pending without a token: a defect of
            // the firmware, which the code tells.
            (0, true) | (1, false) => Err(Status::WrongState.to_raw()),
            (code, _) => Err(code),
        }
    }
}
