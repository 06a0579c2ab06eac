// SPDX-License-Identifier: Apache-2.0
//! Raw accesses of the inner loop: code, frame and linear memory behind three small types.
//!
//! Each is a pointer and no more. Their methods are safe to call because of what [`crate::verify`] has shown
//! of the image and what the loop checks as it goes, which each SAFETY line names. Values of these
//! types are made in [`crate::machine`] only, from one image and one region.

use core::mem::MaybeUninit;

use sampan_packed_format::{field_a, field_b, field_c};

/// A place in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) *const u32);

impl Cursor {
    /// The word here.
    #[inline(always)]
    pub(crate) fn word(self) -> u32 {
        // SAFETY: a cursor stands on a code word: verified branches stay in their function, whose last
        // word leaves it, and calls go to first words.
        unsafe { self.0.read() }
    }

    /// `words` further on.
    #[inline(always)]
    pub(crate) fn forward(self, words: u32) -> Self {
        Self(self.0.wrapping_add(words as usize))
    }

    /// `words` back.
    #[inline(always)]
    pub(crate) fn back(self, words: u32) -> Self {
        Self(self.0.wrapping_sub(words as usize))
    }

    /// Bytes from `start` to here.
    #[inline(always)]
    pub(crate) fn offset_from(self, start: Self) -> u32 {
        self.0.addr().wrapping_sub(start.0.addr()) as u32
    }
}

/// The frame of the running function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame(pub(crate) *mut u32);

impl Frame {
    /// Value of slot `idx` of this frame.
    #[inline(always)]
    pub(crate) fn get(self, idx: u32) -> u32 {
        // SAFETY: verified words name slots of the frame, and the call that made it checked its size.
        unsafe { self.0.wrapping_add(idx as usize).read() }
    }

    /// Sets slot `idx` of this frame.
    #[inline(always)]
    pub(crate) fn set(self, idx: u32, value: u32) {
        // SAFETY: as in `get`.
        unsafe { self.0.wrapping_add(idx as usize).write(value) }
    }

    /// Value of slots `idx` and `idx + 1`.
    #[inline(always)]
    pub(crate) fn get64(self, idx: u32) -> u64 {
        u64::from(self.get(idx)) | u64::from(self.get(idx + 1)) << 32
    }

    /// Sets slots `idx` and `idx + 1`.
    #[inline(always)]
    pub(crate) fn set64(self, idx: u32, value: u64) {
        self.set(idx, value as u32);
        self.set(idx + 1, (value >> 32) as u32);
    }

    #[inline(always)]
    pub(crate) fn a(self, word: u32) -> u32 {
        self.get(field_a(word))
    }

    #[inline(always)]
    pub(crate) fn b(self, word: u32) -> u32 {
        self.get(field_b(word))
    }

    #[inline(always)]
    pub(crate) fn c(self, word: u32) -> u32 {
        self.get(field_c(word))
    }

    #[inline(always)]
    pub(crate) fn a_signed(self, word: u32) -> i32 {
        self.a(word).cast_signed()
    }

    #[inline(always)]
    pub(crate) fn b_signed(self, word: u32) -> i32 {
        self.b(word).cast_signed()
    }

    #[inline(always)]
    pub(crate) fn c_signed(self, word: u32) -> i32 {
        self.c(word).cast_signed()
    }

    #[inline(always)]
    pub(crate) fn a64(self, word: u32) -> u64 {
        self.get64(field_a(word))
    }

    #[inline(always)]
    pub(crate) fn b64(self, word: u32) -> u64 {
        self.get64(field_b(word))
    }

    #[inline(always)]
    pub(crate) fn c64(self, word: u32) -> u64 {
        self.get64(field_c(word))
    }

    #[inline(always)]
    pub(crate) fn b64_signed(self, word: u32) -> i64 {
        self.b64(word).cast_signed()
    }

    #[inline(always)]
    pub(crate) fn c64_signed(self, word: u32) -> i64 {
        self.c64(word).cast_signed()
    }

    #[inline(always)]
    pub(crate) fn a_float(self, word: u32) -> f32 {
        f32::from_bits(self.a(word))
    }

    #[inline(always)]
    pub(crate) fn b_float(self, word: u32) -> f32 {
        f32::from_bits(self.b(word))
    }

    #[inline(always)]
    pub(crate) fn c_float(self, word: u32) -> f32 {
        f32::from_bits(self.c(word))
    }

    #[inline(always)]
    pub(crate) fn b_double(self, word: u32) -> f64 {
        f64::from_bits(self.b64(word))
    }

    #[inline(always)]
    pub(crate) fn c_double(self, word: u32) -> f64 {
        f64::from_bits(self.c64(word))
    }

    #[inline(always)]
    pub(crate) fn put(self, word: u32, value: u32) {
        self.set(field_a(word), value);
    }

    #[inline(always)]
    pub(crate) fn put64(self, word: u32, value: u64) {
        self.set64(field_a(word), value);
    }

    #[inline(always)]
    pub(crate) fn put_float(self, word: u32, value: f32) {
        self.put(word, value.to_bits());
    }

    #[inline(always)]
    pub(crate) fn put_double(self, word: u32, value: f64) {
        self.put64(word, value.to_bits());
    }

    #[inline(always)]
    pub(crate) fn put_flag(self, word: u32, value: bool) {
        self.put(word, u32::from(value));
    }
}

/// Whether the processor has no unaligned accesses. There the compiler puts a value together byte by byte, in more
/// instructions than all else of an operation takes, so it's asked first whether that has to be.
const IS_STRICT: bool =
    cfg!(any(target_arch = "riscv32", all(target_arch = "arm", not(target_has_atomic = "32"))));

/// Reads an integer that isn't aligned, where that is rare and takes long. Volatile, or the compiler would read in the
/// callers after all, to hand over the value instead of its place.
///
/// # Safety
/// All of it can be read.
#[cold]
#[inline(never)]
unsafe fn read_bytes<T: Copy>(place: *const T) -> T {
    let mut value = MaybeUninit::<T>::uninit();
    for idx in 0..size_of::<T>() {
        let from = place.cast::<u8>().wrapping_add(idx);
        // SAFETY: the caller's promise.
        let byte = unsafe { from.read_volatile() };
        let to = value.as_mut_ptr().cast::<u8>().wrapping_add(idx);
        // SAFETY: a byte of the value.
        unsafe { to.write(byte) };
    }
    // SAFETY: every byte of it is written, and any bytes are an integer.
    unsafe { value.assume_init() }
}

/// Writes a value that isn't aligned, where that is rare and takes long.
///
/// # Safety
/// All of it can be written.
#[cold]
#[inline(never)]
unsafe fn write_bytes<T: Copy>(place: *mut T, value: T) {
    // SAFETY: the caller's promise.
    unsafe { place.write_unaligned(value) }
}

/// The linear memory, without its length: whoever accesses it has compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes(pub(crate) *mut u8);

impl Bytes {
    /// Reads a value that begins `offset` bytes after `at`.
    #[inline(always)]
    pub(crate) fn read<T: Copy>(self, at: u32, offset: u32) -> T {
        let place = self.0.wrapping_add(at as usize).wrapping_add(offset as usize).cast::<T>();
        if IS_STRICT && size_of::<T>() >= 4 {
            if place.is_aligned() {
                // SAFETY: as below, and it's aligned.
                return unsafe { place.read() };
            }
            // SAFETY: as below.
            return unsafe { read_bytes(place) };
        }
        // SAFETY: the loop has checked that all of it lies in the memory; `T` is an integer.
        unsafe { place.read_unaligned() }
    }

    /// Writes a value that begins `offset` bytes after `at`.
    #[inline(always)]
    pub(crate) fn write<T: Copy>(self, at: u32, offset: u32, value: T) {
        let place = self.0.wrapping_add(at as usize).wrapping_add(offset as usize).cast::<T>();
        if IS_STRICT && size_of::<T>() >= 4 {
            if place.is_aligned() {
                // SAFETY: as below, and it's aligned.
                return unsafe { place.write(value) };
            }
            // SAFETY: as below.
            return unsafe { write_bytes(place, value) };
        }
        // SAFETY: the loop has checked that all of it lies in the memory.
        unsafe { place.write_unaligned(value) }
    }

    /// Copies bytes within the memory, as if by way of another place: ranges may overlap.
    ///
    /// A loop of its own, since the general one of the compiler's library takes as much flash as all of the
    /// verifier.
    ///
    /// # Safety
    /// Both ranges lie in the memory.
    pub(crate) unsafe fn copy(self, destination: u32, source: u32, len: u32) {
        let words = len / 4 * 4;
        if destination <= source {
            for offset in (0..words).step_by(4) {
                self.write::<u32>(destination, offset, self.read(source, offset));
            }
            for offset in words..len {
                self.write::<u8>(destination, offset, self.read(source, offset));
            }
        } else {
            for offset in (words..len).rev() {
                self.write::<u8>(destination, offset, self.read(source, offset));
            }
            for offset in (0..words).step_by(4).rev() {
                self.write::<u32>(destination, offset, self.read(source, offset));
            }
        }
    }
}
