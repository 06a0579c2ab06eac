// SPDX-License-Identifier: Apache-2.0
//! What a device or a socket tells by itself.

use crate::check::status;
use crate::runtime::{handle, sampan_runtime};
use ::sampan_platform::{Device, DeviceEvent};
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
