// SPDX-License-Identifier: Apache-2.0
//! The broker: every call that a container makes to its host comes through here.
//!
//! Four sources of host functions, in the order in which imports are looked up: WASI preview 1, Sampan's
//! own modules as `table` has them, what the firmware registered, and Ocre's, where they're built in. All of them ask the same permissions. An import is bound once, at load, to a number that
//! says which it is; a call then costs no search.

#[cfg(feature = "adc")]
mod adc;
mod check;
#[cfg(feature = "clock")]
mod clock;
mod denied;
pub(crate) mod device;
pub(crate) mod event;
mod firmware;
#[cfg(feature = "gpio")]
mod gpio;
#[cfg(feature = "health")]
mod health;
#[cfg(feature = "i2c")]
mod i2c;
#[cfg(feature = "kv")]
mod kv;
mod lifecycle;
#[cfg(feature = "log")]
mod log;
mod memory;
pub(crate) mod msg;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "ocre")]
mod ocre;
#[cfg(feature = "random")]
mod random;
#[cfg(feature = "sensor")]
mod sensor;
#[cfg(feature = "spi")]
mod spi;
#[allow(unused_imports, unused_variables, reason = "without any area there is nothing to check")]
pub(crate) mod table;
#[cfg(test)]
#[cfg(feature = "calls")]
mod tests;
#[cfg(feature = "timer")]
mod timer;
#[cfg(feature = "uart")]
mod uart;
mod wasi;
pub(crate) mod wasi_abi;

#[cfg(not(feature = "net"))]
pub(crate) use device::found;
pub(crate) use firmware::Subscribers;
pub use firmware::{Call, CallToken, Handler, HostRegistration, Message};
pub(crate) use memory::{CheckedMemory, GuestMemory, Output};
#[cfg(feature = "net")]
pub(crate) use net::found;
#[cfg(feature = "ocre")]
pub(crate) use ocre::OcreDesk;
pub(crate) use table::{Code, Permit};
pub(crate) use wasi::finish_poll;
#[cfg(feature = "wasi-sockets")]
pub(crate) use wasi::{Info, SocketWait, errno_of, finish_socket, tell_found};

use crate::container::{Guest, Wait};
use crate::desk::HandleKind;
use crate::text::log;
use sampan_abi::{ExitReason, LogLevel, Signature, Status, ValueType};
use sampan_engine::{Host, HostFunction, HostReply, Linker};
use sampan_platform::Platform;

/// What a host call counts as, in fuel: about its instructions, divided by those of a unit of fuel.
const CALL_FUEL: u32 = 50;
/// What each byte that a host call prints or makes counts as.
const BYTE_FUEL: u32 = 8;
/// Bytes copied that count as one unit of fuel.
const COPIED_BYTES: u32 = 8;

/// Numbers from here on are the firmware's registrations.
const FIRMWARE_BASE: u16 = 0x100;
/// Numbers from here on are Sampan's own.
const OWN_BASE: u16 = 0x1000;
/// Numbers from here on are Ocre's.
#[cfg(feature = "ocre")]
const OCRE_BASE: u16 = 0x2000;

/// Module, name and type of every function that is built in: all that a container can import but what the firmware
/// registers. For tools and tests; a runtime has no need of it.
pub fn host_functions() -> impl Iterator<Item = (&'static str, &'static str, Signature)> {
    let own = table::CALLS.iter().map(|entry| (entry.module, entry.name));
    let functions = wasi::names().map(|name| (wasi_abi::MODULE, name)).chain(own);
    #[cfg(feature = "ocre")]
    let functions = functions.chain(ocre::functions().map(|(_, needs)| (needs.module, needs.name)));
    functions.filter_map(|(module, name)| {
        let found = match module {
            wasi_abi::MODULE => wasi::find(name),
            own if own.starts_with("sampan:") => check::find(module, name),
            _ => None,
        };
        #[cfg(feature = "ocre")]
        let found = found.or_else(|| ocre::find(module, name));
        found.map(|(_, signature)| (module, name, signature))
    })
}

/// The firmware's host functions, in a table of fixed size.
pub(crate) struct Registry<H: 'static> {
    places: &'static mut [Option<HostRegistration<H>>],
}

impl<H> Registry<H> {
    pub(crate) fn new(places: &'static mut [Option<HostRegistration<H>>]) -> Self {
        Self { places }
    }

    pub(crate) fn add(&mut self, registration: HostRegistration<H>) -> Result<(), Status> {
        registration.check()?;
        if self.find(registration.module, registration.name).is_some() {
            return Err(Status::Duplicate);
        }
        let place = self.places.iter_mut().find(|place| place.is_none()).ok_or(Status::TableFull)?;
        *place = Some(registration);
        Ok(())
    }

    fn find(&self, module: &str, name: &str) -> Option<(u16, Signature)> {
        let matches = |place: &Option<HostRegistration<H>>| {
            place.as_ref().is_some_and(|entry| entry.module == module && entry.name == name)
        };
        let idx = self.places.iter().position(matches)?;
        let signature = self.places.get(idx)?.as_ref()?.signature;
        Some((FIRMWARE_BASE + idx as u16, signature))
    }

    /// How many functions there are.
    pub(crate) fn count(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// The permission that each function needs, if it needs one.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = Option<&'static str>> + '_ {
        self.places.iter().flatten().map(|entry| entry.permission)
    }

    fn get(&self, number: u16) -> Option<&HostRegistration<H>> {
        self.places.get(usize::from(number.checked_sub(FIRMWARE_BASE)?))?.as_ref()
    }
}

/// Binds a container's imports, and tells the log which one can't be.
pub(crate) struct Binder<'a, P, H: 'static> {
    pub(crate) platform: &'a P,
    pub(crate) registry: &'a Registry<H>,
    pub(crate) container: &'a str,
}

impl<P: Platform, H> Linker for Binder<'_, P, H> {
    fn resolve(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValueType],
        results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        let found = match module {
            wasi_abi::MODULE => wasi::find(name),
            #[cfg(feature = "ocre")]
            ocre::OWN_MODULE => ocre::find(module, name),
            own if own.starts_with("sampan:") => check::find(module, name),
            _ => self.registry.find(module, name),
        };
        #[cfg(feature = "ocre")]
        let found = found.or_else(|| ocre::find(module, name));
        let Some((number, expected)) = found else {
            let text = format_args!("import {module}.{name}: nothing provides it");
            log(self.platform, LogLevel::Error, self.container, text);
            return Err(Status::UnknownImport);
        };
        if Signature::new(params, results) != Some(expected) {
            let text =
                format_args!("import {module}.{name}: its type is {expected}, not what the module says");
            log(self.platform, LogLevel::Error, self.container, text);
            return Err(Status::ImportType);
        }
        Ok(HostFunction(number))
    }
}

/// Answers the calls of one container during one activation.
pub(crate) struct Broker<'a, P, H: 'static> {
    pub(crate) platform: &'a P,
    pub(crate) registry: &'a Registry<H>,
    pub(crate) guest: &'a mut Guest,
    /// Number that the next parked call gets.
    pub(crate) next_call: &'a mut u32,
    /// What host calls may still cost in this slice, in fuel.
    pub(crate) fuel: u32,
    /// The other containers.
    pub(crate) others: &'a mut dyn msg::Others,
    pub(crate) subscribers: &'a Subscribers<H>,
    /// What the platform's clock showed, as it were, in 1970; `None` until the firmware has told the time.
    pub(crate) epoch_us: Option<u64>,
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    fn call_firmware(&mut self, number: u16, values: &mut [u64], memory: GuestMemory<'_>) -> HostReply {
        let Some(registration) = self.registry.get(number) else { return self.end(ExitReason::EngineFault) };
        let idx = usize::from(number - FIRMWARE_BASE);
        if !self.guest.desk.grants.allows_function(self.guest.strings.region.bytes(), idx) {
            let needs = registration.permission.unwrap_or("");
            if let Some(reply) = self.deny_function(idx, registration.module, registration.name, needs) {
                return reply;
            }
            if let (Some(kind), Some(value)) = (registration.signature.result(), values.first_mut()) {
                *value = denied_bits(kind);
            }
            return HostReply::Return;
        }
        let mut call = Call { id: self.guest.id, memory, next_number: *self.next_call, deferred: false };
        let code = registration.handler.call(&mut call, values);
        if call.deferred {
            // The token is out, whatever comes of this call: no other one may have its number.
            *self.next_call = self.next_call.wrapping_add(1);
        }
        match call.reply(code) {
            Ok(HostReply::Park) => {
                self.guest.wait = Wait::Answer(call.next_number);
                HostReply::Park
            }
            Ok(reply) => reply,
            Err(code) => self.end(ExitReason::HostError(code)),
        }
    }
}

impl<P, H> Broker<'_, P, H> {
    /// Books what a host call costs beside the engine's own fuel.
    const fn charge(&mut self, fuel: u32) {
        self.fuel = self.fuel.saturating_sub(fuel);
    }

    /// Books what a copy of that many bytes costs.
    fn charge_copy(&mut self, len: usize) {
        self.charge(u32::try_from(len).unwrap_or(u32::MAX) / COPIED_BYTES);
    }

    /// Ends the slice if its host calls have used it up: the call is parked with its answer at hand.
    ///
    /// Else a container could stretch its slice without end by calls, which cost hardly any fuel.
    fn yield_if_spent(&mut self, reply: HostReply, values: &[u64]) -> HostReply {
        if reply != HostReply::Return || self.fuel > 0 {
            return reply;
        }
        self.guest.wait = Wait::Ready(Some(values.first().copied().unwrap_or(0)));
        HostReply::Park
    }

    /// Ends the container, once the engine is back.
    const fn end(&mut self, reason: ExitReason) -> HostReply {
        self.guest.ending = Some(reason);
        HostReply::End
    }
}

/// What a denied function of the firmware's answers: the code `denied`, or what is no number.
const fn denied_bits(kind: ValueType) -> u64 {
    match kind {
        ValueType::I32 => check::code_bits(Code::Denied, false),
        ValueType::I64 => check::code_bits(Code::Denied, true),
        ValueType::F32 => f32::NAN.to_bits() as u64,
        ValueType::F64 => f64::NAN.to_bits(),
    }
}

impl<P: Platform, H: Handler> Host for Broker<'_, P, H> {
    fn call(&mut self, function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply {
        self.guest.stats.host_calls = self.guest.stats.host_calls.saturating_add(1);
        self.charge(CALL_FUEL);
        let memory = GuestMemory::new(memory);
        let reply = match function.0 {
            #[cfg(feature = "ocre")]
            OCRE_BASE.. => self.call_ocre(function.0, values, memory),
            OWN_BASE.. => self.call_own(function.0, values, memory),
            FIRMWARE_BASE.. => self.call_firmware(function.0, values, memory),
            number => self.call_wasi(number, values, memory),
        };
        self.yield_if_spent(reply, values)
    }
}
