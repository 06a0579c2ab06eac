// SPDX-License-Identifier: Apache-2.0
//! Fixed limits: reaching one is an error code.

/// Parameters of one host function.
pub const MAX_PARAMS: usize = 12;
/// Bytes in a container's name: ASCII letters, digits, `-`, `_` and `.`.
pub const MAX_NAME: usize = 23;
/// Bytes in the module or field name of a host function.
pub const MAX_IMPORT_NAME: usize = 63;
/// Containers at a time.
pub const MAX_CONTAINERS: usize = 64;
/// Host functions that firmware can register.
pub const MAX_HOST_FUNCTIONS: usize = 256;
/// Arguments or environment variables of one container.
pub const MAX_ARGS: usize = 32;
/// Bytes of all arguments and environment variables of one container, terminators included.
pub const MAX_ARGS_BYTES: usize = 4096;
/// Bytes of one log line; a longer line that a container prints is split.
pub const MAX_LOG_LINE: usize = 120;
/// Largest CPU share; see `sampan_container_options`.
pub const MAX_SHARE: u16 = 1000;
/// Lowest priority's number; 0 is the highest.
pub const MAX_PRIORITY: u8 = 7;
/// Fuel of one slice, at least.
pub const MIN_SLICE_FUEL: u32 = 1000;
/// Fuel of one slice, at most.
pub const MAX_SLICE_FUEL: u32 = 10_000_000;
/// Permissions of one container.
pub const MAX_PERMISSIONS: usize = 64;
/// Bytes of a permission.
pub const MAX_PERMISSION: usize = 127;
/// Bytes of a message's topic, or of a filter.
pub const MAX_TOPIC: usize = 127;
/// Bytes of a message's payload.
pub const MAX_PAYLOAD: usize = 4096;
/// Subscriptions of the firmware's own.
pub const MAX_SUBSCRIBERS: usize = 64;
/// Handles of one container.
pub const MAX_HANDLES: u16 = 128;
/// Bytes of one container's mailbox.
pub const MAX_MAILBOX: u32 = 65_536;
/// Bytes in a device's name: ASCII letters, digits, `-`, `_` and `.`.
pub const MAX_DEVICE_NAME: usize = 31;
/// Devices in the platform's table.
pub const MAX_DEVICES: usize = 256;
/// Events of devices that can wait for the next poll.
pub const MAX_DEVICE_EVENTS: usize = 16;
