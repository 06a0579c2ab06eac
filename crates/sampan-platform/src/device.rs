// SPDX-License-Identifier: Apache-2.0
//! The device table, and what all operations on devices have in common.
//!
//! A device is named, never numbered: [`Devices::find`] is the only way from a name to a [`Device`], and
//! every operation takes one. Which pin, bus or channel that is, its direction, pull and clock are
//! the table's business: nobody who knows a name can change them.
//!
//! Nothing here blocks. An operation is done at once, within the millisecond or so that a slice takes; or it's
//! [`Pending`](Progress::Pending) and answered later, from any thread or interrupt, by way of its
//! [`Operation`]; or it fails.

use crate::Error;
use sampan_abi::DeviceKind;

/// Place of a device in the platform's table. It names the device as long as the platform lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device(pub u16);

/// The table of devices.
pub trait Devices {
    /// The device of that kind and name. Thread context; doesn't block.
    fn find(&self, _kind: DeviceKind, _name: &str) -> Option<Device> {
        None
    }

    /// Kind and name of the device at a place, for listings; `None` past the end. Thread context; doesn't block.
    fn device(&self, _place: u16) -> Option<(DeviceKind, &str)> {
        None
    }
}

/// By what an operation that can't be done at once is answered later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The parked call that waits for the answer; 0 if nobody waits: what isn't done at once is then
    /// [`Error::Busy`].
    ///
    /// The answer is what the operation would have answered: the number of [`Progress::Done`], or a negative status,
    /// as the low 32 bits of the result.
    pub token: u64,
    /// Where bytes that the operation sends lie in the guest's memory. The slice of them is good only
    /// until the operation returns; later they are read by token and this address.
    pub write_address: u32,
    /// Where bytes that it receives go in the guest's memory, likewise.
    pub read_address: u32,
}

impl Operation {
    /// At once or not at all.
    pub const NOW: Self = Self { token: 0, write_address: 0, read_address: 0 };
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// It's done, with this result.
    Done(T),
    /// The answer comes later.
    Pending,
}

/// What a device or a socket tells by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// What kind of device.
    pub kind: DeviceKind,
    /// Which one: its place in the table, or the number of the socket.
    pub index: u32,
    /// What happened: bits `EDGE_…` of a digital line, `READY_…` of a serial line or a socket.
    pub value: u32,
}

/// # Errors
/// [`Error::Unsupported`], always: what a concern answers that a platform doesn't have.
pub(crate) const fn unsupported<T>() -> Result<T, Error> {
    Err(Error::Unsupported)
}
