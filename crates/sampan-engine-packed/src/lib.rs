// SPDX-License-Identifier: Apache-2.0
//! Verifies packed bytecode and runs it in place.
//!
//! The image stays where it is, in flash; the region holds globals, tables that change, the stack and the
//! linear memory, laid out when the image is loaded. Running allocates nothing, so nothing can run out of
//! memory then, and unloading gives the region back whole.
//!
//! Nothing of an image is trusted: see `verify.rs` for what is checked before the first instruction. The
//! unsafe code is the inner loop and what it stands on: `access.rs`, `machine.rs`, `bulk.rs`, `instance.rs`.
//!
//! Making images is `sampan-pack`; their format is `sampan-packed-format`.
#![no_std]
#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "the inner loop reads and writes through raw pointers")]
mod access;
#[allow(unsafe_code, reason = "part of the inner loop")]
mod bulk;
mod float;
mod image;
#[allow(unsafe_code, reason = "lays the region out")]
mod instance;
#[allow(unsafe_code, reason = "the inner loop")]
mod machine;
#[cfg(test)]
mod tests;
mod verify;

pub use instance::PackedInstance;
pub use sampan_packed_format::image::FORMAT_VERSION;

use sampan_abi::limits::MAX_PARAMS;
use sampan_engine::{
    Activation, Engine, EngineKind, Host, HostReply, Limits, Linker, LoadError, Location, MemoryNeed,
    MemoryUsage, Outcome, Region, Status, TrapKind,
};
use sampan_packed_format::image::{ALIGNMENT, NO_FUNCTION};
use sampan_packed_format::{Operation, field_bc};

use image::Image;
use instance::{Places, State};
use machine::{Exit, Place};

#[cfg(not(target_endian = "little"))]
compile_error!("packed images are little-endian, and run in place");

/// The engine for packed images.
#[derive(Debug, Default)]
pub struct PackedEngine {}

impl PackedEngine {
    /// An engine. It has no state of its own.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }
}

/// What came of a host call.
enum Answer {
    Goes,
    Comes(Outcome),
}

impl Engine for PackedEngine {
    type Instance = PackedInstance;

    fn accepts(&self, image: &[u8]) -> bool {
        image::is_packed(image)
    }

    fn kind(&self, _instance: &PackedInstance) -> EngineKind {
        EngineKind::Packed
    }

    fn memory_need(&self, image: &[u8], limits: &Limits) -> Result<MemoryNeed, Status> {
        let image = Image::read(image).ok_or(Status::BadImage)?;
        let places = Places::of(&image, limits).ok_or(Status::BadImage)?;
        Ok(MemoryNeed { bytes: places.end, exact: true })
    }

    fn load(
        &mut self,
        image: &'static [u8],
        region: Region,
        limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<PackedInstance, LoadError> {
        let (image, places) = match check(image, limits) {
            Ok(checked) => checked,
            Err(detail) => return Err(LoadError { status: Status::BadImage, detail, region }),
        };
        let mut instance = PackedInstance::new(image, region, places).map_err(|region| LoadError {
            status: Status::NoMemory,
            detail: "packed image: region too small",
            region,
        })?;
        match instance.link(linker) {
            Ok(()) => Ok(instance),
            Err((status, detail)) => Err(LoadError { status, detail, region: instance.into_region() }),
        }
    }

    fn exports(&self, instance: &PackedInstance, name: &str) -> bool {
        instance.machine.image.find_export(name).is_some()
    }

    fn begin(&mut self, instance: &mut PackedInstance, name: &str) -> Result<(), Status> {
        if instance.state != State::Idle {
            return Err(Status::WrongState);
        }
        let record = instance.machine.image.find_export(name).ok_or(Status::NotFound)?;
        instance.state = State::Entering(record);
        instance.machine.place = Place::Nowhere;
        Ok(())
    }

    fn resume(
        &mut self,
        instance: &mut PackedInstance,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        let given = i32::try_from(fuel).unwrap_or(i32::MAX);
        instance.machine.fuel = given;
        let outcome = activate(instance, reply, host);
        let used = i64::from(given) - i64::from(instance.machine.fuel);
        Activation { outcome, fuel: used.unsigned_abs() }
    }

    fn memory<'i>(&mut self, instance: &'i mut PackedInstance) -> &'i mut [u8] {
        if instance.state == State::Dead { &mut [] } else { instance.memory() }
    }

    fn reset(&mut self, instance: &mut PackedInstance, linker: &mut dyn Linker) -> Result<(), Status> {
        instance.reset();
        instance.link(linker).map_err(|(status, _)| {
            instance.state = State::Dead;
            status
        })
    }

    fn usage(&self, instance: &PackedInstance) -> MemoryUsage {
        // Memory never shrinks, so what is in use is the most that ever was.
        let used = instance.used();
        MemoryUsage { region: instance.region_len(), used, peak: used, linear: instance.machine.memory_len }
    }

    fn frames(&self, instance: &PackedInstance, frames: &mut [Location]) -> usize {
        let machine = &instance.machine;
        let innermost = machine.pc.offset_from(machine.code);
        let innermost = match instance.machine.place {
            Place::Nowhere => return 0,
            Place::After => innermost.saturating_sub(4),
            Place::Next => innermost,
        };
        let mut count = 0;
        for (place, offset) in frames.iter_mut().zip(core::iter::once(innermost).chain(machine.calls())) {
            *place = locate(&machine.image, offset);
            count += 1;
        }
        count
    }

    fn unload(&mut self, instance: PackedInstance) -> Region {
        instance.into_region()
    }
}

/// Everything that a load checks of an image.
fn check(bytes: &'static [u8], limits: &Limits) -> Result<(Image<'static>, Places), &'static str> {
    if !bytes.as_ptr().addr().is_multiple_of(ALIGNMENT) {
        return Err("packed image: not aligned to 4 bytes");
    }
    let image = Image::read(bytes).ok_or("packed image: bad header")?;
    verify::verify(&image)?;
    let places = Places::of(&image, limits).ok_or("packed image: too large")?;
    Ok((image, places))
}

/// The function and code offset of a place in the code.
fn locate(image: &Image<'_>, offset: u32) -> Location {
    let record = image.function_at(offset / 4);
    let function = if record < image.header.defined {
        image.header.imports + record
    } else {
        // It stands for an import, and begins with the call of it.
        let word = image.function(record).and_then(|function| image.code_word(function.start));
        word.filter(|&word| word as u8 == Operation::CallHost as u8).map_or(record, field_bc)
    };
    Location { function, offset }
}

/// Runs an instance until it comes back.
fn activate(instance: &mut PackedInstance, reply: Option<u64>, host: &mut dyn Host) -> Outcome {
    match (instance.state, reply) {
        (State::Entering(record), None) => {
            let start = instance.machine.image.header.start;
            let has_start = instance.is_fresh && start != NO_FUNCTION;
            instance.after_start = has_start.then_some(record);
            if instance.machine.enter(if has_start { start } else { record }).is_none() {
                return trap(instance, TrapKind::StackOverflow);
            }
        }
        (State::Running, None) => {}
        (State::Waiting, Some(value)) => put_result(instance, value),
        _ => {
            instance.state = State::Dead;
            return Outcome::EngineFault;
        }
    }
    instance.state = State::Running;
    loop {
        match instance.machine.run() {
            Exit::Finished => match instance.after_start.take() {
                Some(record) => {
                    instance.is_fresh = false;
                    if instance.machine.enter(record).is_none() {
                        return trap(instance, TrapKind::StackOverflow);
                    }
                }
                None => {
                    instance.is_fresh = false;
                    instance.state = State::Idle;
                    instance.machine.place = Place::Nowhere;
                    return Outcome::Finished;
                }
            },
            Exit::Again => {
                instance.machine.pc = instance.machine.pc.back(1);
                if instance.machine.fuel < 0 {
                    instance.machine.place = Place::Next;
                    return Outcome::Yielded;
                }
            }
            Exit::OutOfFuel => return Outcome::Yielded,
            Exit::Trap(kind) => {
                instance.machine.place = Place::After;
                return trap(instance, kind);
            }
            Exit::Host => {
                instance.machine.place = Place::After;
                if let Answer::Comes(outcome) = call_host(instance, host) {
                    return outcome;
                }
            }
        }
    }
}

fn trap(instance: &mut PackedInstance, kind: TrapKind) -> Outcome {
    instance.state = State::Idle;
    Outcome::Trapped(kind)
}

/// Calls the host function that the code has come to.
fn call_host(instance: &mut PackedInstance, host: &mut dyn Host) -> Answer {
    let machine = &instance.machine;
    let (idx, base) = (machine.host_import, machine.host_base);
    let types =
        machine.image.import(idx).and_then(|import| machine.image.blob(import.types(), import.params));
    let types = types.unwrap_or(&[]);
    let mut values = [0; MAX_PARAMS];
    let mut slot = 0;
    for (value, &ty) in values.iter_mut().zip(types) {
        // 64-bit types have even numbers.
        let is_wide = ty & 1 == 0;
        *value = if is_wide { base.get64(slot) } else { u64::from(base.get(slot)) };
        slot += if is_wide { 2 } else { 1 };
    }
    let function = instance.host_function(idx);
    let count = types.len().clamp(1, MAX_PARAMS);
    let Some(arguments) = values.get_mut(..count) else { return Answer::Goes };
    match host.call(function, arguments, instance.memory()) {
        HostReply::Return => {
            let [result, ..] = values;
            put_result(instance, result);
            Answer::Goes
        }
        HostReply::Park => {
            instance.state = State::Waiting;
            Answer::Comes(Outcome::Waiting)
        }
        HostReply::End => {
            instance.state = State::Idle;
            Answer::Comes(Outcome::Ended)
        }
        HostReply::Trap(kind) => Answer::Comes(trap(instance, kind)),
    }
}

/// Puts the result of the host function where the code expects it.
fn put_result(instance: &PackedInstance, value: u64) {
    let machine = &instance.machine;
    let Some(import) = machine.image.import(machine.host_import) else { return };
    let Some(results) = machine.image.blob(import.types() + import.params, import.results) else { return };
    match results {
        [1 | 3] => machine.host_base.set(0, value as u32),
        [2 | 4] => machine.host_base.set64(0, value),
        _ => {}
    }
}
