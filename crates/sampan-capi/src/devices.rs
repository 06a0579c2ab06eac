// SPDX-License-Identifier: Apache-2.0
//! The platform's table of devices as C fills it, and what the adapters of all kinds share.

mod adc;
mod event;
mod gpio;
mod i2c;
mod sensor;
mod spi;
#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that is wrong may panic"
)]
mod tests;
mod uart;

pub use adc::sampan_adc_ops;
pub use event::{sampan_device_event, sampan_device_find};
pub use gpio::sampan_gpio_ops;
pub use i2c::sampan_i2c_ops;
pub use sensor::{sampan_sensor_channel, sampan_sensor_ops};
pub use spi::sampan_spi_ops;
pub use uart::sampan_uart_ops;

use crate::check::{known_part, not_null, read_struct, text};
use crate::platform::{CPlatform, sampan_platform};
use crate::runtime::{live, sampan_runtime};
use crate::types::CStruct;
use ::sampan_platform::{Device, Devices, Error, Operation, Progress};
use core::ffi::{c_char, c_void};
use sampan_abi::limits::{MAX_DEVICE_NAME, MAX_DEVICES};
use sampan_abi::{DeviceKind, Status};

/// A device that containers may be granted, under the name by which they ask for it.
///
/// Which pin, channel or bus that is, its direction, pull and clock are the driver's: no container can change them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_device {
    /// 1 to SAMPAN_MAX_DEVICE_NAME letters, digits, `-`, `_`, `.`, NUL-terminated; unique among those of its kind.
    pub name: *const c_char,
    /// What the driver's functions get as their first argument.
    pub ctx: *mut c_void,
    /// The driver's functions. Not NULL.
    pub ops: sampan_device_ops,
    /// `enum sampan_device_kind`: which member of `ops` is set. Not SAMPAN_DEVICE_KIND_NET.
    pub kind: u8,
}

/// The functions of one driver; all devices of a type may share them.
///
/// They are called from thread context, the runtime's lock held, and must not block: an operation is done within the millisecond
/// or so that a slice takes, or it answers `SAMPAN_STATUS_PENDING` and `sampan_call_complete` ends it later. They may call
/// nothing of the runtime but that, `sampan_device_event` and `sampan_runtime_wake`. A function that is NULL is answered for
/// with `SAMPAN_STATUS_UNSUPPORTED`, and each may answer that, `_INVALID_ARGUMENT`, `_BUSY` or `_PLATFORM` itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub union sampan_device_ops {
    /// Of SAMPAN_DEVICE_KIND_GPIO.
    pub gpio: *const sampan_gpio_ops,
    /// Of SAMPAN_DEVICE_KIND_ADC.
    pub adc: *const sampan_adc_ops,
    /// Of SAMPAN_DEVICE_KIND_I2C.
    pub i2c: *const sampan_i2c_ops,
    /// Of SAMPAN_DEVICE_KIND_SPI.
    pub spi: *const sampan_spi_ops,
    /// Of SAMPAN_DEVICE_KIND_UART.
    pub uart: *const sampan_uart_ops,
    /// Of SAMPAN_DEVICE_KIND_SENSOR.
    pub sensor: *const sampan_sensor_ops,
}

/// By what a driver answers an operation that it couldn't do at once.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_operation {
    /// sizeof(struct sampan_operation) as the library was compiled.
    pub size: u32,
    /// Where the bytes to be sent lie in the guest's memory: the driver's pointer to them is good only until it
    /// returns; later `sampan_pending_read` fetches them.
    pub write_addr: u32,
    /// Where received bytes go in the guest's memory: later `sampan_pending_write` puts them there.
    pub read_addr: u32,
    /// The runtime, for `sampan_call_complete` and the others.
    pub rt: *mut sampan_runtime,
    /// For `sampan_call_complete`, whose result is then what the operation would have answered: a negative status,
    /// or else the number that it would have written, as a `uint32_t`. 0: nobody waits, so that an operation which can't
    /// be done at once answers `SAMPAN_STATUS_BUSY`.
    pub token: u64,
}

impl sampan_operation {
    pub(crate) fn new(operation: Operation) -> Self {
        Self {
            size: size_of::<Self>().try_into().unwrap_or(0),
            write_addr: operation.write_address,
            read_addr: operation.read_address,
            rt: live(),
            token: operation.token,
        }
    }

    /// What a driver's status means for an operation with this token, `value` being what it wrote.
    pub(crate) fn progress<T>(&self, code: i32, value: T) -> Result<Progress<T>, Error> {
        if code == Status::Pending.to_raw() && self.token != 0 {
            return Ok(Progress::Pending);
        }
        done(code, Progress::Done(value))
    }
}

/// What a driver's status means, `value` being what it wrote.
pub(crate) fn done<T>(code: i32, value: T) -> Result<T, Error> {
    if code == Status::Ok.to_raw() { Ok(value) } else { Err(Error::from_status(code)) }
}

/// Functions of drivers of one kind.
///
/// # Safety
///
/// `of` reads the union's member of that kind.
unsafe trait DriverOps: CStruct {
    const KIND: DeviceKind;

    /// # Safety
    ///
    /// That member is set.
    unsafe fn of(ops: sampan_device_ops) -> *const Self;
}

/// Implements [`DriverOps`] for the ops struct of a kind.
macro_rules! driver_ops {
    ($ops:ty, $kind:ident, $member:ident) => {
        // SAFETY: repr(C), size first, numbers and nullable pointers only.
        unsafe impl CStruct for $ops {}
        // SAFETY: it's the member of that kind.
        unsafe impl super::DriverOps for $ops {
            const KIND: DeviceKind = DeviceKind::$kind;

            unsafe fn of(ops: super::sampan_device_ops) -> *const Self {
                // SAFETY: every member is a pointer, and this one is set by the caller's promise.
                unsafe { ops.$member }
            }
        }
    };
}
use driver_ops;

/// A driver's functions as read from C, and what they get as their first argument.
struct Driver<T> {
    ops: T,
    ctx: *mut c_void,
}

/// Checks a platform's table.
///
/// # Safety
///
/// What `ops` says of devices is so as long as the result is used, and doesn't change.
pub(crate) unsafe fn table(ops: &sampan_platform) -> Result<&'static [sampan_device], Status> {
    if ops.devices_len == 0 {
        return Ok(&[]);
    }
    let start = not_null(ops.devices.cast_mut())?;
    if ops.devices_len > MAX_DEVICES || !start.is_aligned() {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: not NULL, aligned, of a sane length (all checked); readable by the caller's promise.
    let table = unsafe { core::slice::from_raw_parts(start.as_ptr(), ops.devices_len) };
    for (place, device) in table.iter().enumerate() {
        // SAFETY: the caller's promise.
        let name = unsafe { check(device) }?;
        let mut before = table.iter().take(place).filter(|other| other.kind == device.kind);
        // SAFETY: checked in an earlier round.
        if before.any(|other| unsafe { name_of(other) } == name) {
            return Err(Status::Duplicate);
        }
    }
    Ok(table)
}

/// The device's name, if everything about it is as it must be.
///
/// # Safety
///
/// What `device` says is so.
unsafe fn check(device: &sampan_device) -> Result<&[u8], Status> {
    let kind = DeviceKind::from_raw(device.kind).ok_or(Status::InvalidArgument)?;
    // SAFETY: the caller's promise.
    let name = unsafe { text(device.name, MAX_DEVICE_NAME) }?;
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || !name.iter().all(is_allowed) {
        return Err(Status::InvalidArgument);
    }
    let known = match kind {
        DeviceKind::Gpio => size_of::<sampan_gpio_ops>(),
        DeviceKind::Adc => size_of::<sampan_adc_ops>(),
        DeviceKind::I2c => size_of::<sampan_i2c_ops>(),
        DeviceKind::Spi => size_of::<sampan_spi_ops>(),
        DeviceKind::Uart => size_of::<sampan_uart_ops>(),
        DeviceKind::Sensor => size_of::<sampan_sensor_ops>(),
        DeviceKind::Net => return Err(Status::InvalidArgument),
    };
    // SAFETY: all members are pointers, of which one is set.
    let ops = unsafe { device.ops.gpio };
    // SAFETY: NULL or a driver's functions, by the caller's promise; all begin with their size and hold pointers.
    unsafe { known_part(ops.cast(), align_of::<*const c_void>(), known) }?;
    Ok(name)
}

/// # Safety
///
/// What `device` says is so, and it's of that kind.
unsafe fn ops_of<T: DriverOps>(device: &sampan_device) -> Result<T, Status> {
    // SAFETY: of that kind, by the caller's promise.
    let ops = unsafe { T::of(device.ops) };
    // SAFETY: NULL or a driver's functions, by the caller's promise.
    unsafe { read_struct(ops) }
}

/// # Safety
///
/// The device was checked.
unsafe fn name_of(device: &sampan_device) -> &[u8] {
    // SAFETY: it has such a name, as was checked.
    unsafe { text(device.name, MAX_DEVICE_NAME) }.unwrap_or_default()
}

impl CPlatform {
    /// The device at a place of the table, if it's of that kind.
    pub(crate) fn device_of(&self, device: Device, kind: DeviceKind) -> Option<&'static sampan_device> {
        self.devices.get(usize::from(device.0)).filter(|device| device.kind == kind as u8)
    }

    /// # Errors
    /// [`Error::InvalidArgument`] if there is no such device of that kind.
    fn driver<T: DriverOps>(&self, device: Device) -> Result<Driver<T>, Error> {
        let device = self.device_of(device, T::KIND).ok_or(Error::InvalidArgument)?;
        // SAFETY: the table was checked, and firmware promised that it doesn't change.
        let ops = unsafe { ops_of(device) }.map_err(|_| Error::Io)?;
        Ok(Driver { ops, ctx: device.ctx })
    }
}

impl Devices for CPlatform {
    fn find(&self, kind: DeviceKind, name: &str) -> Option<Device> {
        let is_it = |device: &sampan_device| {
            // SAFETY: the table was checked, and firmware promised that it doesn't change.
            device.kind == kind as u8 && unsafe { name_of(device) } == name.as_bytes()
        };
        self.devices.iter().position(is_it).and_then(|place| u16::try_from(place).ok()).map(Device)
    }

    fn device(&self, place: u16) -> Option<(DeviceKind, &str)> {
        let device = self.devices.get(usize::from(place))?;
        // SAFETY: the table was checked, and firmware promised that it doesn't change.
        let name = core::str::from_utf8(unsafe { name_of(device) }).ok()?;
        DeviceKind::from_raw(device.kind).map(|kind| (kind, name))
    }
}
