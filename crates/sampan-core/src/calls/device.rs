// SPDX-License-Identifier: Apache-2.0
//! What the areas of devices share: names, operations that are answered later, events, and giving back.
//!
//! A container's handle holds a place of the platform's table, or a socket. Several containers may hold one device, so what a
//! device is to tell is what all of them watch for together. Whatever way a container ends, [`reclaim`] gives
//! back what its handles hold, and nothing that comes later reaches it or who comes after it.

use super::check::Answer;
use super::memory::{CheckedMemory, Input};
use super::msg::Others;
use super::table::Code;
use super::{Broker, CallToken, Handler};
#[cfg(not(feature = "net"))]
use crate::container::Then;
use crate::container::{Guest, Wait};
use crate::desk::{HandleKind, HandlePlace, Hold};
#[cfg(not(feature = "net"))]
use core::net::IpAddr;
use sampan_abi::DeviceKind;
use sampan_platform::{Device, DeviceEvent, Error, Operation, Platform, Progress, Socket};

/// The code for a failure of the platform.
pub(crate) const fn code_of(error: Error) -> Code {
    match error {
        Error::Io => Code::Io,
        Error::NotFound => Code::NotFound,
        Error::Unsupported => Code::Unsupported,
        Error::InvalidArgument | Error::OutOfRange => Code::Invalid,
        Error::Busy => Code::Busy,
        Error::WrongState => Code::WrongState,
        Error::NoRoom => Code::Full,
    }
}

/// What the answer to an operation says: the number that it would have answered, or a negative status.
pub(crate) fn outcome(result: u64) -> Result<u32, Error> {
    let result = result as u32;
    if (result as i32) < 0 { Err(Error::from_status(result as i32)) } else { Ok(result) }
}

/// Without sockets no name is looked up.
#[cfg(not(feature = "net"))]
pub(crate) fn found<P>(
    _platform: &P,
    _guest: &mut Guest,
    _memory: &mut CheckedMemory<'_>,
    _what: (Then, IpAddr),
) -> Result<u64, Code> {
    Err(Code::Unsupported)
}

impl Guest {
    /// A device or a socket tells something.
    pub(crate) fn happened(&mut self, event: &DeviceEvent) {
        #[cfg(feature = "wasi-sockets")]
        if let Wait::Socket(wait) = &mut self.wait {
            wait.ready |= event.kind == DeviceKind::Net && event.index == wait.socket;
        }
        let (kind, once) = match event.kind {
            DeviceKind::Gpio => (HandleKind::GpioOpen, false),
            DeviceKind::Uart => (HandleKind::UartOpen, false),
            DeviceKind::Net => (HandleKind::NetConnect, true),
            DeviceKind::Adc | DeviceKind::I2c | DeviceKind::Spi | DeviceKind::Sensor => return,
        };
        let region = self.strings.region.bytes();
        self.desk.handles.happened(region, kind, (event.index, event.value), once);
    }

    fn watched(&mut self, kind: HandleKind, index: u32) -> u32 {
        self.desk.handles.watched(self.strings.region.bytes(), kind, index)
    }
}

/// What all containers watch for on a device.
fn watched_by_all(guest: &mut Guest, others: &mut dyn Others, kind: HandleKind, index: u32) -> u32 {
    let mut bits = guest.watched(kind, index);
    others.each(&mut |other| bits |= other.watched(kind, index));
    bits
}

/// Says what a device is to tell.
fn watch<P: Platform>(platform: &P, kind: HandleKind, index: u32, bits: u32) -> Result<(), Error> {
    match kind {
        HandleKind::GpioOpen if cfg!(feature = "gpio") => platform.gpio_watch(Device(index as u16), bits),
        HandleKind::UartOpen if cfg!(feature = "uart") => platform.uart_watch(Device(index as u16), bits),
        _ => Ok(()),
    }
}

/// Closes one handle and gives back what it holds.
fn release<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    others: &mut dyn Others,
    (place, kind): (HandlePlace, HandleKind),
) {
    let region = guest.strings.region.bytes();
    let hold = guest.desk.handles.hold(region, place);
    let number = guest.desk.handles.number(region, place);
    guest.desk.notes.delete(region, &number.to_le_bytes());
    guest.desk.handles.close(region, place);
    if kind.is_socket() {
        if cfg!(feature = "net") {
            // It's given up whatever the platform says.
            let _ = platform.net_close(Socket(hold.index));
        }
    } else if hold.watched != 0 {
        let left = watched_by_all(guest, others, kind, hold.index);
        if left | u32::from(hold.watched) != left {
            // Likewise: nobody is left to be told of a failure.
            let _ = watch(platform, kind, hold.index, left);
        }
    }
}

/// Gives all back that a container's handles hold of the platform.
pub(crate) fn reclaim<P: Platform>(platform: &P, guest: &mut Guest, others: &mut dyn Others) {
    if !cfg!(feature = "device") {
        return;
    }
    while let Some(held) = guest.desk.handles.any_hold(guest.strings.region.bytes()) {
        release(platform, guest, others, held);
    }
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// Opens a device by the container's name for it.
    pub(super) fn open_device(
        &mut self,
        memory: &CheckedMemory<'_>,
        kinds: (DeviceKind, HandleKind),
        name: Input,
    ) -> Answer {
        let region = self.guest.strings.region.bytes();
        let name = self.guest.desk.board_name(region, memory.text(name));
        let Some(device) = self.platform.find(kinds.0, name) else { return Answer::Failed(Code::NotFound) };
        let hold = Hold { index: u32::from(device.0), ..Hold::default() };
        let region = self.guest.strings.region.bytes();
        let handle = self.guest.desk.handles.open(region, kinds.1, hold.to_raw(), 0);
        handle.map(u64::from).ok_or(Code::Full).into()
    }

    /// The device that a handle holds.
    pub(super) fn device(&mut self, place: HandlePlace) -> Device {
        let region = self.guest.strings.region.bytes();
        Device(self.guest.desk.handles.hold(region, place).index as u16)
    }

    /// Watches a device by one of the container's handles for `bits`, beside what is watched for otherwise.
    pub(super) fn watch_device(&mut self, kind: HandleKind, place: HandlePlace, bits: u32) -> Answer {
        if bits & !3 != 0 {
            return Answer::Failed(Code::Invalid);
        }
        let region = self.guest.strings.region.bytes();
        let before = self.guest.desk.handles.hold(region, place);
        self.guest.desk.handles.watch(region, place, bits as u16);
        let all = watched_by_all(self.guest, self.others, kind, before.index);
        if let Err(error) = watch(self.platform, kind, before.index, all) {
            self.guest.desk.handles.watch(self.guest.strings.region.bytes(), place, before.watched);
            return Answer::Failed(code_of(error));
        }
        Answer::Done(0)
    }

    /// Gives a device or a socket up.
    pub(super) fn close_device(&mut self, kind: HandleKind, place: HandlePlace) -> Answer {
        release(self.platform, self.guest, self.others, (place, kind));
        Answer::Done(0)
    }

    /// By what an operation is answered that isn't done at once.
    pub(super) fn operation(&mut self, write_address: u32, read_address: u32) -> Operation {
        let number = *self.next_call;
        // The token is out, whatever comes of this call: no other one may have its number.
        *self.next_call = number.wrapping_add(1);
        let token = CallToken { id: self.guest.id, number }.to_raw();
        Operation { token, write_address, read_address }
    }

    /// What an operation has come to: its number, or the container waits for it.
    pub(super) fn progress(
        &mut self,
        operation: Operation,
        progress: Result<Progress<u32>, Error>,
    ) -> Answer {
        match progress {
            Ok(Progress::Done(number)) => Answer::Done(u64::from(number)),
            Ok(Progress::Pending) => {
                self.guest.wait = Wait::Device(operation.token as u32);
                Answer::Parked
            }
            Err(error) => Answer::Failed(code_of(error)),
        }
    }
}
