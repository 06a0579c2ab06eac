// SPDX-License-Identifier: Apache-2.0
//! The small layer that makes the C ABI's rules hold: pointers, lengths and struct sizes.

use crate::types::CStruct;
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use sampan_abi::Status;

/// A larger `size` is no struct of any version, but memory that nobody initialised.
const MAX_STRUCT_LEN: usize = 4096;

/// The status of a result.
pub(crate) fn status(result: Result<(), Status>) -> Status {
    result.err().unwrap_or(Status::Ok)
}

/// `Err` for NULL.
pub(crate) fn not_null<T>(pointer: *mut T) -> Result<NonNull<T>, Status> {
    NonNull::new(pointer).ok_or(Status::NullPointer)
}

/// The `len` bytes at `start`; NULL is fine when there are none.
///
/// # Safety
///
/// `start` is NULL or readable for `len` bytes, which don't change while the slice lives.
pub(crate) unsafe fn bytes<'a>(start: *const u8, len: usize) -> Result<&'a [u8], Status> {
    if len == 0 {
        return Ok(&[]);
    }
    not_null(start.cast_mut())?;
    if isize::try_from(len).is_err() {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: not NULL, not larger than an object can be, readable by the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(start, len) })
}

/// The `len` bytes at `start`, to be written; NULL is fine when there are none.
///
/// # Safety
///
/// `start` is NULL or writable for `len` bytes, which nobody else touches while the slice lives.
pub(crate) unsafe fn bytes_mut<'a>(start: *mut u8, len: usize) -> Result<&'a mut [u8], Status> {
    if len == 0 {
        return Ok(&mut []);
    }
    not_null(start)?;
    if isize::try_from(len).is_err() {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: not NULL, not larger than an object can be, writable by the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, len) })
}

/// Copies bytes; [`Status::OutOfBounds`] if there aren't as many on both sides, which callers have seen to. They
/// can't show the compiler that, and a panic would be left in every archive.
pub(crate) fn copy(from: &[u8], to: &mut [u8]) -> Result<(), Status> {
    if from.len() != to.len() {
        return Err(Status::OutOfBounds);
    }
    to.copy_from_slice(from);
    Ok(())
}

/// The NUL-terminated text at `start`, of at most `max_len` bytes.
///
/// # Safety
///
/// `start` is NULL or readable up to its NUL, and doesn't change while the slice lives.
pub(crate) unsafe fn text<'a>(start: *const c_char, max_len: usize) -> Result<&'a [u8], Status> {
    let start = not_null(start.cast_mut())?.cast::<u8>();
    let mut len = 0_usize;
    loop {
        // SAFETY: no byte before this one is NUL, so it's still part of the text.
        let place = unsafe { start.add(len) };
        // SAFETY: readable, as above.
        if unsafe { place.read() } == 0 {
            break;
        }
        if len == max_len {
            return Err(Status::InvalidArgument);
        }
        len = len.saturating_add(1);
    }
    // SAFETY: `len` bytes before the NUL, readable by the caller's promise.
    unsafe { bytes(start.as_ptr(), len) }
}

/// Reads a struct that a caller of this or another version filled.
///
/// # Safety
///
/// `pointer` is NULL, or aligned and readable for as many bytes as its `size` says.
pub(crate) unsafe fn read_struct<T: CStruct>(pointer: *const T) -> Result<T, Status> {
    // SAFETY: the caller's promise, passed on.
    let given = unsafe { known_part(pointer.cast(), align_of::<T>(), size_of::<T>()) }?;
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: `value` has at least as many bytes, and `given` is another object.
    unsafe { value.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(given.as_ptr(), given.len()) };
    // SAFETY: zeroed and partly overwritten; every bit pattern is valid for a `CStruct`.
    Ok(unsafe { value.assume_init() })
}

/// What a caller's struct has of the `known` bytes that this library knows of it. One function for all structs: it's in
/// every archive once.
///
/// # Safety
///
/// As [`read_struct`].
pub(crate) unsafe fn known_part<'a>(
    pointer: *const u32,
    align: usize,
    known: usize,
) -> Result<&'a [u8], Status> {
    // SAFETY: the caller's promise, passed on.
    let len = unsafe { struct_len(pointer, align) }?;
    // SAFETY: readable for `len` bytes by the caller's promise.
    let given = unsafe { bytes(pointer.cast::<u8>(), len) }?;
    let (given, newer) = given.split_at_checked(len.min(known)).ok_or(Status::InvalidArgument)?;
    if newer.iter().any(|&byte| byte != 0) { Err(Status::Version) } else { Ok(given) }
}

/// Writes as much of `value` as the caller's struct has room for, and leaves its `size` as it is.
///
/// # Safety
///
/// `pointer` is NULL, or aligned, readable and writable for as many bytes as its `size` says.
pub(crate) unsafe fn write_struct<T: CStruct>(pointer: *mut T, value: &T) -> Result<(), Status> {
    // SAFETY: the caller's promise, passed on.
    let len = unsafe { struct_len(pointer.cast_const().cast(), align_of::<T>()) }?;
    let from = size_of::<u32>();
    let count = len.min(size_of::<T>()).saturating_sub(from);
    let source = core::ptr::from_ref(value).cast::<u8>();
    // SAFETY: both are at least `from` bytes long.
    let source = unsafe { source.add(from) };
    // SAFETY: as above.
    let target = unsafe { pointer.cast::<u8>().add(from) };
    // SAFETY: both have `count` bytes from there on; `value` is ours, so they don't overlap.
    unsafe { target.copy_from_nonoverlapping(source, count) };
    Ok(())
}

/// What a caller's struct says of its size.
///
/// # Safety
///
/// `pointer` is NULL, or aligned and begins with a readable `size`; `align` is that of a [`CStruct`].
unsafe fn struct_len(pointer: *const u32, align: usize) -> Result<usize, Status> {
    let pointer = not_null(pointer.cast_mut())?;
    if !pointer.as_ptr().addr().is_multiple_of(align) {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: a `CStruct` begins with its size; aligned (checked) and readable by the caller's promise.
    let len = unsafe { pointer.read() } as usize;
    if len < size_of::<u32>() || len > MAX_STRUCT_LEN { Err(Status::InvalidArgument) } else { Ok(len) }
}

/// Writes an output through a caller's pointer.
///
/// # Safety
///
/// `pointer` is aligned and writable.
pub(crate) unsafe fn write<T>(pointer: NonNull<T>, value: T) {
    // SAFETY: aligned and writable by the caller's promise.
    unsafe { pointer.write(value) };
}

/// Something that firmware owns and hands back to its own callbacks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context(pub(crate) *mut c_void);

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::multiple_unsafe_ops_per_block,
    reason = "a test that is wrong may panic"
)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    /// A struct of this version: 16 bytes, the last four padding in an older one.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Given {
        size: u32,
        first: u32,
        second: u64,
    }

    // SAFETY: repr(C), size first, numbers only.
    unsafe impl CStruct for Given {}

    const LEN: usize = size_of::<Given>();
    const WHOLE: Given = Given { size: LEN as u32, first: 0x1122_3344, second: 0x5566_7788_99aa_bbcc };

    /// A caller's memory: exactly `len` bytes of a struct that begins with `size`, aligned to 8, so that
    /// Miri sees a byte read or written too many.
    struct Caller {
        words: Vec<u64>,
        start: usize,
        len: usize,
    }

    impl Caller {
        fn new(size: u32, len: usize, fill: u8) -> Self {
            let mut words = Vec::with_capacity(len.div_ceil(8));
            words.resize(len.div_ceil(8), u64::from_ne_bytes([fill; 8]));
            let mut caller = Self { words, start: 0, len };
            caller.put(0, &size.to_ne_bytes());
            caller
        }

        /// The bytes of `value` as far as there is room, with the size of this memory.
        fn holding(value: &Given, len: usize) -> Self {
            let mut caller = Self::new(len as u32, len, 0);
            let parts = [value.first.to_ne_bytes().to_vec(), value.second.to_ne_bytes().to_vec()].concat();
            let room = len.saturating_sub(4).min(parts.len());
            caller.put(4, &parts[..room]);
            caller
        }

        fn bytes(&mut self) -> &mut [u8] {
            let (start, len) = (self.words.as_mut_ptr().cast::<u8>(), self.len);
            // SAFETY: there are at least `len` bytes, initialised, and borrowed with `self`.
            unsafe { core::slice::from_raw_parts_mut(start, len) }
        }

        fn put(&mut self, at: usize, bytes: &[u8]) {
            let room = self.len.saturating_sub(at).min(bytes.len());
            self.bytes()[at..at + room].copy_from_slice(&bytes[..room]);
        }

        fn pointer(&mut self) -> *mut Given {
            let start = self.start;
            self.bytes()[start..].as_mut_ptr().cast()
        }

        fn read(&mut self) -> Result<Given, Status> {
            // SAFETY: readable for as much as its size says; aligned, or that is what is tested.
            unsafe { read_struct(self.pointer().cast_const()) }
        }

        fn write(&mut self) -> Result<(), Status> {
            // SAFETY: writable for as much as its size says; aligned, or that is what is tested.
            unsafe { write_struct(self.pointer(), &WHOLE) }
        }
    }

    #[test]
    fn a_struct_of_this_version_crosses_whole() {
        assert_eq!(Caller::holding(&WHOLE, LEN).read(), Ok(WHOLE));
        let mut caller = Caller::new(LEN as u32, LEN, 0);
        assert_eq!(caller.write(), Ok(()));
        assert_eq!(caller.read(), Ok(WHOLE));
    }

    #[test]
    fn an_older_callers_struct_lacks_what_is_zero() {
        for len in 4..LEN {
            let read = Caller::holding(&WHOLE, len).read().unwrap();
            let mut expected = Caller::holding(&WHOLE, LEN);
            expected.bytes()[len..].fill(0);
            expected.put(0, &(len as u32).to_ne_bytes());
            let bytes = [read.size.to_ne_bytes().to_vec(), read.first.to_ne_bytes().to_vec()].concat();
            assert_eq!([bytes, read.second.to_ne_bytes().to_vec()].concat(), expected.bytes(), "{len}");
        }
    }

    #[test]
    fn an_older_callers_struct_is_filled_as_far_as_it_goes() {
        for len in 4..LEN {
            let mut caller = Caller::new(len as u32, LEN + 8, 0xa7);
            assert_eq!(caller.write(), Ok(()));
            let mut whole = Caller::holding(&WHOLE, LEN);
            whole.put(0, &(len as u32).to_ne_bytes());
            assert_eq!(caller.bytes()[..len], whole.bytes()[..len], "{len}");
            assert!(caller.bytes()[len..].iter().all(|&byte| byte == 0xa7), "{len}");
            // In memory that is no longer than it says.
            assert_eq!(Caller::new(len as u32, len, 0).write(), Ok(()));
        }
    }

    #[test]
    fn a_newer_callers_struct_may_not_set_what_is_unknown() {
        for len in [LEN + 1, LEN + 8, 1000, MAX_STRUCT_LEN] {
            let mut caller = Caller::holding(&WHOLE, len);
            assert_eq!(caller.read(), Ok(Given { size: len as u32, ..WHOLE }));
            caller.put(len - 1, &[1]);
            assert_eq!(caller.read(), Err(Status::Version));
            let mut output = Caller::new(len as u32, len, 0xa7);
            assert_eq!(output.write(), Ok(()));
            assert!(output.bytes()[LEN..].iter().all(|&byte| byte == 0xa7));
        }
    }

    #[test]
    fn sizes_that_no_struct_has_are_refused() {
        for size in [0, 1, 3, MAX_STRUCT_LEN as u32 + 1, u32::MAX] {
            let mut caller = Caller::new(size, LEN, 0);
            assert_eq!(caller.read(), Err(Status::InvalidArgument));
            assert_eq!(caller.write(), Err(Status::InvalidArgument));
            assert!(caller.bytes()[4..].iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn misaligned_and_null_structs_are_refused_unread() {
        for start in [1, 2, 4, 7] {
            let mut caller = Caller { start, ..Caller::new(LEN as u32, LEN * 2, 0) };
            assert_eq!(caller.read(), Err(Status::InvalidArgument));
            assert_eq!(caller.write(), Err(Status::InvalidArgument));
        }
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { read_struct::<Given>(core::ptr::null()) }, Err(Status::NullPointer));
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { write_struct(core::ptr::null_mut(), &WHOLE) }, Err(Status::NullPointer));
    }

    #[test]
    fn texts_end_at_their_nul_or_are_too_long() {
        let read = |text: &'static [u8], max_len| {
            // SAFETY: each text below is readable up to its NUL, or for `max_len` bytes and one.
            unsafe { text_of(text, max_len) }
        };
        assert_eq!(read(b"\0", 0), Ok(&b""[..]));
        assert_eq!(read(b"abc\0", 3), Ok(&b"abc"[..]));
        assert_eq!(read(b"abc\0after", 100), Ok(&b"abc"[..]));
        assert_eq!(read(b"abcd\0", 3), Err(Status::InvalidArgument));
        // Not one byte is read beyond what tells that it's too long.
        assert_eq!(read(b"abcd", 3), Err(Status::InvalidArgument));
        assert_eq!(read(b"\xff\0", 1), Ok(&b"\xff"[..]));
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { text(core::ptr::null(), 10) }, Err(Status::NullPointer));
    }

    /// # Safety
    ///
    /// As for `super::text`.
    unsafe fn text_of(bytes: &'static [u8], max_len: usize) -> Result<&'static [u8], Status> {
        // SAFETY: the caller's promise.
        unsafe { text(bytes.as_ptr().cast(), max_len) }
    }

    #[test]
    fn bytes_may_be_null_only_if_there_are_none() {
        let mut data = [1_u8, 2, 3];
        // SAFETY: NULL is allowed, and no byte of a block that is too large is touched.
        unsafe {
            assert_eq!(bytes(core::ptr::null(), 0), Ok(&[][..]));
            assert_eq!(bytes(core::ptr::null(), 1), Err(Status::NullPointer));
            assert_eq!(bytes(data.as_ptr(), usize::MAX), Err(Status::InvalidArgument));
            assert_eq!(bytes(data.as_ptr(), 3), Ok(&[1, 2, 3][..]));
            assert_eq!(bytes_mut(core::ptr::null_mut(), 0), Ok(&mut [][..]));
            assert_eq!(bytes_mut(core::ptr::null_mut(), 1), Err(Status::NullPointer));
            assert_eq!(bytes_mut(data.as_mut_ptr(), usize::MAX), Err(Status::InvalidArgument));
            bytes_mut(data.as_mut_ptr(), 2).unwrap().fill(9);
        }
        assert_eq!(data, [9, 9, 3]);
    }
}
