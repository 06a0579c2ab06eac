// SPDX-License-Identifier: Apache-2.0
//! What the verifier keeps out, and what would become of it otherwise.
//!
//! Each image here has one word that leads outside. The verifier refuses them all. The ignored tests leave it
//! out and run them: under AddressSanitizer each must end the process, which shows that the sanitizer sees
//! what the engine does. `ci/fuzz` does so before it believes a run without findings; without a
//! sanitizer they are undefined behaviour.

extern crate std;
use super::*;
use sampan_packed_format::image::{HAS_MEMORY, Header, UNBOUNDED};
use std::vec;
use std::vec::Vec;

const LIMITS: Limits = Limits { stack_bytes: 256 };
/// Name of the only export, as long as a word.
const EXPORT: u32 = u32::from_le_bytes(*b"run!");

/// A word with fields B and C as one number.
const fn wide(operation: Operation, a: u32, bc: u32) -> u32 {
    operation as u32 | a << 8 | bc << 16
}

/// An image of one function of two slots, with one constant and four bytes of memory.
#[expect(unsafe_code, reason = "an image lies in a block of exactly its size and alignment")]
fn image(code: &[u32]) -> &'static [u8] {
    let mut header = Header {
        functions: 1,
        code_words: code.len() as u32,
        constants: 1,
        global_slots: 1,
        exports: 1,
        blob_bytes: 4,
        memory_bytes: 4,
        memory_reserve: 4,
        memory_limit: 4,
        memory_flags: HAS_MEMORY,
        start: NO_FUNCTION,
        stack_bytes: UNBOUNDED,
        defined: 1,
        ..Header::default()
    };
    let function = [0, 2];
    let (constants, globals, export) = ([7], [0], [0, 4]);
    let sections = [&function[..], code, &constants, &globals, &export, &[EXPORT]].concat();
    header.image_bytes = (header.to_words().len() + sections.len()) as u32 * 4;
    let words = [&header.to_words()[..], &sections].concat();
    let words: &'static [u32] = words.into_iter().map(u32::to_le).collect::<Vec<_>>().leak();
    // SAFETY: these are the bytes of the words, which are leaked; words, so that the image is aligned as one must be.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

const RETURN: u32 = Operation::Return as u32;

/// Reads the word behind the image: after the one constant come a global, two words of an export, a name.
fn reads_behind_the_image() -> &'static [u8] {
    image(&[wide(Operation::Constant, 0, 5), RETURN])
}

/// Writes the slot behind the region, which has 256 bytes of stack, 8 to fill up and 4 of memory from the first.
fn writes_behind_the_region() -> &'static [u8] {
    image(&[wide(Operation::FarSet, 0, 67), RETURN])
}

/// Goes on behind the image: after the code come five more words.
fn runs_out_of_its_code() -> &'static [u8] {
    image(&[Operation::Jump as u32 | 6 << 8, RETURN])
}

#[test]
fn what_leads_outside_is_refused() {
    let images = [reads_behind_the_image(), writes_behind_the_region(), runs_out_of_its_code()];
    for image in images {
        assert_eq!(check(image, &LIMITS).err(), Some("packed image: bad code"));
    }
    assert!(check(image(&[wide(Operation::Constant, 0, 0), RETURN]), &LIMITS).is_ok());
}

#[test]
fn a_jump_back_by_nothing_is_no_end_of_a_function() {
    let code = |distance: u32| image(&[RETURN, Operation::Loop as u32 | distance << 8]);
    assert!(check(code(1), &LIMITS).is_ok() && check(code(2), &LIMITS).is_ok());
    assert!(check(code(0), &LIMITS).is_err() && check(code(3), &LIMITS).is_err());
}

struct Nothing;

impl Host for Nothing {
    fn call(&mut self, _: sampan_engine::HostFunction, _: &mut [u64], _: &mut [u8]) -> HostReply {
        HostReply::End
    }
}

/// Runs an image without asking the verifier.
fn run_unverified(bytes: &'static [u8]) {
    let image = Image::read(bytes).unwrap();
    let places = Places::of(&image, &LIMITS).unwrap();
    let region = Region::from(vec![0; places.end as usize].leak());
    let mut instance = PackedInstance::new(image, region, places).unwrap();
    let mut engine = PackedEngine::new();
    engine.begin(&mut instance, "run!").unwrap();
    engine.resume(&mut instance, None, 100, &mut Nothing);
}

#[test]
#[ignore = "leaves its memory, and only a sanitizer sees it"]
fn unverified_read() {
    run_unverified(reads_behind_the_image());
}

#[test]
#[ignore = "leaves its memory, and only a sanitizer sees it"]
fn unverified_write() {
    run_unverified(writes_behind_the_region());
}

#[test]
#[ignore = "leaves its memory, and only a sanitizer sees it"]
fn unverified_jump() {
    run_unverified(runs_out_of_its_code());
}
