// SPDX-License-Identifier: Apache-2.0
//! The packed engine, for firmware.

use core::ffi::CStr;
use sampan_engine::Arena;
use sampan_engine_packed::PackedEngine;

/// Name in the output.
pub(crate) const NAME: &CStr = c"packed";

/// An engine; it has no memory of its own.
pub(crate) fn make(_arena: &mut Arena) -> Option<PackedEngine> {
    Some(PackedEngine::new())
}

/// The engine has no panics of its own to leave.
pub(crate) fn panicked() {}
