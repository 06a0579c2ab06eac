// SPDX-License-Identifier: Apache-2.0
//! The table as firmware uses it: a device's place in it, and what a device or a socket tells by itself.

use crate::check::{not_null, status, text, write};
use crate::runtime::{handle, sampan_runtime};
use ::sampan_platform::{Device, DeviceEvent, Devices};
use core::ffi::c_char;
use sampan_abi::limits::MAX_DEVICE_NAME;
use sampan_abi::{DeviceKind, Status};

/// Tells that a device or a socket which is watched has something new. The next poll is woken and takes it.
///
/// - `rt`: as given to the driver's `watch`. Not NULL.
/// - `kind`: `enum sampan_device_kind`.
/// - `index`: as given to `watch`: the device's place in the table, counted from 0; or the number of the socket.
/// - `value`: what is new: bits SAMPAN_EDGE_* of a digital line, SAMPAN_READY_* of a serial line or a socket.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` also if there is no such device, or `_BUSY` if
/// SAMPAN_MAX_DEVICE_EVENTS came since the last poll: this one is lost, and counted.
/// Context: any, ISR and driver included; never blocks.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_device_event(
    rt: *mut sampan_runtime,
    kind: u8,
    index: u32,
    value: u32,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let kind = DeviceKind::from_raw(kind).ok_or(Status::InvalidArgument)?;
        let place = u16::try_from(index).ok().map(Device);
        let is_there = match kind {
            DeviceKind::Net => runtime.platform().has_net(),
            kind => place.is_some_and(|place| runtime.platform().device_of(place, kind).is_some()),
        };
        if !is_there {
            return Err(Status::InvalidArgument);
        }
        runtime.inbox().event(DeviceEvent { kind, index, value })?;
        runtime.wake();
        Ok(())
    };
    status(run())
}

/// Finds a device by its name.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `kind`: `enum sampan_device_kind`.
/// - `name`: NUL-terminated. Not NULL.
/// - `out_index`: gets its place in the platform's table, for `sampan_device_event`. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` also for a name that no device can have, or `_NOT_FOUND`.
/// Context: any, ISR included; never blocks.
///
/// # Safety
///
/// `rt` stays in service during the call. `name` is readable up to its NUL, `out_index` aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_device_find(
    rt: *mut sampan_runtime,
    kind: u8,
    name: *const c_char,
    out_index: *mut u32,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let kind = DeviceKind::from_raw(kind).ok_or(Status::InvalidArgument)?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, MAX_DEVICE_NAME) }?;
        let name = core::str::from_utf8(name).map_err(|_| Status::InvalidArgument)?;
        let out_index = not_null(out_index)?;
        let Device(place) = runtime.platform().find(kind, name).ok_or(Status::NotFound)?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_index, place.into()) };
        Ok(())
    };
    status(run())
}
