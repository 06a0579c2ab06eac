// SPDX-License-Identifier: Apache-2.0
//! The flash region as C provides it.

use crate::check::read_struct;
use crate::devices::done;
use crate::platform::CPlatform;
use crate::types::CStruct;
use ::sampan_platform::{Error, Flash, FlashGeometry};
use core::ffi::c_void;
use sampan_abi::Status;

/// The flash region that images and records are kept in. An erased byte is 0xff.
///
/// All functions are called from thread context, one at a time, offsets and lengths within the region and multiples of the unit that
/// is concerned. They may block for as long as the part takes, and return 0 or `SAMPAN_STATUS_PLATFORM`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_flash {
    /// sizeof(struct sampan_flash) as the port compiled it.
    pub size: u32,
    /// Bytes of the region: a multiple of `erase_len`.
    pub len: u32,
    /// Bytes that are erased together: a power of two, and a multiple of `program_len`.
    pub erase_len: u32,
    /// Bytes that are programmed together, once between two erases: a power of two.
    pub program_len: u32,
    /// Where the region can be read in place; NULL if it can't.
    pub mapped: *const u8,
    /// Handed back as the first argument of every function.
    pub ctx: *mut c_void,
    /// Reads bytes at any place. Not NULL.
    pub read: Option<unsafe extern "C" fn(ctx: *mut c_void, offset: u32, buf: *mut u8, len: usize) -> i32>,
    /// Erases whole units. Power may fail meanwhile: they then hold any bits, and no other byte has changed. Not NULL.
    pub erase: Option<unsafe extern "C" fn(ctx: *mut c_void, offset: u32, len: u32) -> i32>,
    /// Programs whole units that are erased; `SAMPAN_STATUS_WRONG_STATE` if it sees that one isn't. Power may fail meanwhile: any
    /// subset of their bits is then programmed, and no other byte has changed. Not NULL.
    pub program:
        Option<unsafe extern "C" fn(ctx: *mut c_void, offset: u32, data: *const u8, len: usize) -> i32>,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_flash {}

/// Checks what a port says of its flash.
///
/// # Safety
///
/// `flash` is NULL or readable.
pub(crate) unsafe fn check(flash: *const sampan_flash) -> Result<(), Status> {
    if flash.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let flash = unsafe { read_struct(flash) }?;
    if flash.read.is_none() || flash.erase.is_none() || flash.program.is_none() {
        return Err(Status::NullPointer);
    }
    let powers = flash.erase_len.is_power_of_two() && flash.program_len.is_power_of_two();
    let whole =
        flash.len != 0 && flash.len.is_multiple_of(flash.erase_len) && flash.program_len <= flash.erase_len;
    if powers && whole { Ok(()) } else { Err(Status::InvalidArgument) }
}

impl CPlatform {
    fn region(&self) -> Result<sampan_flash, Error> {
        if self.flash.is_null() {
            return Err(Error::Unsupported);
        }
        // SAFETY: it was checked, and firmware promised that it stays.
        unsafe { read_struct(self.flash) }.map_err(|_| Error::Io)
    }
}

/// Whether `len` bytes at `offset` are in the region and whole units of `unit` bytes.
fn in_range(flash: &sampan_flash, offset: u32, len: usize, unit: u32) -> Result<(), Error> {
    let len = u32::try_from(len).map_err(|_| Error::OutOfRange)?;
    if offset.checked_add(len).is_none_or(|end| end > flash.len) {
        return Err(Error::OutOfRange);
    }
    if offset.is_multiple_of(unit) && len.is_multiple_of(unit) { Ok(()) } else { Err(Error::InvalidArgument) }
}

impl Flash for CPlatform {
    fn flash_geometry(&self) -> Option<FlashGeometry> {
        self.region().ok().map(|flash| FlashGeometry {
            len: flash.len,
            erase_len: flash.erase_len,
            program_len: flash.program_len,
            mapped_address: flash.mapped.addr(),
        })
    }

    fn flash_read(&self, offset: u32, buffer: &mut [u8]) -> Result<(), Error> {
        let flash = self.region()?;
        in_range(&flash, offset, buffer.len(), 1)?;
        let read = flash.read.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, within the region, as the port asks; `buffer` is writable for its length.
        let code = unsafe { read(flash.ctx, offset, buffer.as_mut_ptr(), buffer.len()) };
        done(code, ())
    }

    fn flash_erase(&self, offset: u32, len: u32) -> Result<(), Error> {
        let flash = self.region()?;
        in_range(&flash, offset, len as usize, flash.erase_len)?;
        let erase = flash.erase.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, whole units within the region, as the port asks.
        let code = unsafe { erase(flash.ctx, offset, len) };
        done(code, ())
    }

    fn flash_program(&self, offset: u32, data: &[u8]) -> Result<(), Error> {
        let flash = self.region()?;
        in_range(&flash, offset, data.len(), flash.program_len)?;
        let program = flash.program.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, whole units within the region, as the port asks; `data` is readable.
        let code = unsafe { program(flash.ctx, offset, data.as_ptr(), data.len()) };
        done(code, ())
    }
}
