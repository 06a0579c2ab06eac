// SPDX-License-Identifier: Apache-2.0
//! Changes an image by a seed: bits at random, and words that a verifier might nearly refuse.
//!
//! Random bits alone are mostly refused. So code is also replaced by words whose operands lie just inside
//! or just outside of what they may be, drawn from the description of the operations; and counts and
//! records are changed together with what depends on them.

use crate::header::{Parts, at, bytes, words};
use fastrand::Rng;
use sampan_packed_format::image::{FUNCTION_WORDS, HEADER_WORDS};
use sampan_packed_format::{Field, Operation};

/// Changes of one image, at most.
const MAX_CHANGES: u32 = 6;
/// Words that one change writes, at most.
const MAX_RUN: usize = 12;

/// What `seed` makes of `image`.
#[must_use]
pub fn damage(image: &[u8], seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let mut image = words(image);
    for _ in 0..rng.u32(1..=MAX_CHANGES) {
        change(&mut image, &mut rng);
    }
    let mut damaged = bytes(&image);
    match rng.u32(..50) {
        0 => damaged.truncate(rng.usize(..=damaged.len())),
        1 => damaged.extend(std::iter::repeat_n(rng.u8(..), rng.usize(1..9))),
        _ => {}
    }
    damaged
}

fn change(image: &mut Vec<u32>, rng: &mut Rng) {
    let Some(parts) = Parts::of(image) else { return any_bit(image, rng) };
    match rng.u32(..20) {
        0 => any_bit(image, rng),
        1 => header_word(image, rng),
        2 => {
            let section = parts.rest.windows(2).nth(rng.usize(..8)).map_or(0..0, |pair| pair[0]..pair[1]);
            nudge(image, section, rng);
        }
        3 => nudge(image, parts.functions..parts.code, rng),
        4 => nudge(image, parts.constants..parts.rest[0], rng),
        5 => start_elsewhere(image, &parts, rng),
        6 => frame(image, &parts, rng),
        7 => insert_or_remove(image, &parts, rng),
        8 => copy_word(image, &parts, rng),
        _ => rewrite(image, &parts, rng),
    }
}

fn any_bit(image: &mut [u32], rng: &mut Rng) {
    if !image.is_empty() {
        let idx = rng.usize(..image.len());
        image[idx] ^= 1 << rng.u32(..32);
    }
}

/// A number that is likely to be a boundary, given the one that is there.
fn near(value: u32, rng: &mut Rng) -> u32 {
    match rng.u32(..10) {
        0..4 => value.wrapping_add(rng.u32(..5)).wrapping_sub(2),
        4 => 0,
        5 => u32::MAX.wrapping_sub(rng.u32(..3)),
        6 => 1 << rng.u32(..32),
        7 => rng.u32(..300),
        8 => (rng.u32(..300) << 16) | rng.u32(..300),
        _ => rng.u32(..),
    }
}

fn nudge(image: &mut [u32], section: std::ops::Range<usize>, rng: &mut Rng) {
    if !section.is_empty() {
        let idx = rng.usize(section);
        image[idx] = near(image[idx], rng);
    }
}

/// Not the magic: that makes no image at all.
fn header_word(image: &mut [u32], rng: &mut Rng) {
    let idx = rng.usize(1..HEADER_WORDS);
    image[idx] = near(image[idx], rng);
}

/// Any function may be the start function, whatever its parameters.
fn start_elsewhere(image: &mut [u32], parts: &Parts, rng: &mut Rng) {
    image[at::START] = rng.u32(..=parts.header.functions);
}

/// Makes the frame of a function as small as its code may bear, or a little too small.
fn frame(image: &mut [u32], parts: &Parts, rng: &mut Rng) {
    if parts.header.functions > 0 {
        let record = parts.functions + rng.usize(..parts.header.functions as usize) * FUNCTION_WORDS;
        let slots = near(image[record + 1] & 0xffff, rng) & 0xffff;
        image[record + 1] = image[record + 1] & 0xffff_0000 | slots;
    }
}

/// Puts a word into the code or takes one out, and moves everything that comes after.
fn insert_or_remove(image: &mut Vec<u32>, parts: &Parts, rng: &mut Rng) {
    if parts.header.code_words == 0 {
        return;
    }
    let place = rng.usize(..parts.header.code_words as usize);
    let is_inserted = rng.bool();
    if is_inserted {
        let word = image[parts.code + rng.usize(..parts.header.code_words as usize)];
        image.insert(parts.code + place, word);
    } else {
        image.remove(parts.code + place);
    }
    let moved =
        |value: u32, by: u32| if is_inserted { value.wrapping_add(by) } else { value.wrapping_sub(by) };
    image[at::CODE_WORDS] = moved(image[at::CODE_WORDS], 1);
    image[at::IMAGE_BYTES] = moved(image[at::IMAGE_BYTES], 4);
    for idx in 0..parts.header.functions as usize {
        let record = parts.functions + idx * FUNCTION_WORDS;
        if image[record] as usize > place {
            image[record] = moved(image[record], 1);
        }
    }
}

fn copy_word(image: &mut [u32], parts: &Parts, rng: &mut Rng) {
    let code = parts.code..parts.constants;
    if !code.is_empty() {
        let word = image[rng.usize(code.clone())];
        image[rng.usize(code)] = word;
    }
}

/// Replaces a run of a function's words; the last word of the function often among them.
fn rewrite(image: &mut [u32], parts: &Parts, rng: &mut Rng) {
    if parts.header.functions == 0 {
        return;
    }
    let function = parts.function(image, rng.usize(..parts.header.functions as usize));
    let Some((start, len, slots)) = function.filter(|(_, len, _)| *len > 0) else { return };
    let first = if rng.u32(..4) == 0 { len.saturating_sub(rng.usize(1..=3)) } else { rng.usize(..len) };
    let count = rng.usize(1..=MAX_RUN).min(len - first);
    for position in first..first + count {
        let place = Place { after: (len - position - 1) as u32, before: position as u32 + 1, slots };
        if let Some(word) = image.get_mut(parts.code + start + position) {
            *word = plausible(parts, &place, rng);
        }
    }
}

/// Where a word stands: words after it in its function, words up to and with it, slots of its frame.
struct Place {
    after: u32,
    before: u32,
    slots: u32,
}

/// A word whose operands are mostly in range, and now and then just beyond.
fn plausible(parts: &Parts, place: &Place, rng: &mut Rng) -> u32 {
    let Some(&operation) = rng.choice(&Operation::ALL) else { return 0 };
    if rng.u32(..200) == 0 {
        return rng.u32(..);
    }
    let [a, b, c] = operation.description().encoding.fields();
    let mut word = operation as u32;
    for (field, shift) in [(a, 8), (b, 16), (c, 24)] {
        if field.bits() > 0 {
            let mask = if field.bits() == 24 { 0x00ff_ffff } else { (1 << field.bits()) - 1 };
            word |= (operand(field, parts, place, rng) & mask) << shift;
        }
    }
    word
}

fn operand(field: Field, parts: &Parts, place: &Place, rng: &mut Rng) -> u32 {
    let header = &parts.header;
    if field.slots() > 0 {
        return under(place.slots.saturating_sub(field.slots() - 1), rng);
    }
    match field {
        Field::Forward8 | Field::Forward16 | Field::Forward24 | Field::TableWords => under(place.after, rng),
        Field::Back8 | Field::Back16 | Field::Back24 => under(place.before + 1, rng),
        Field::Offset1 => under(header.memory_bytes, rng),
        Field::Offset2 => under(header.memory_bytes / 2, rng),
        Field::Offset4 | Field::Offset8 => under(header.memory_bytes / 4, rng),
        Field::Function => under(header.functions, rng),
        Field::Import => under(header.imports, rng),
        Field::Constant
        | Field::ConstantPair
        | Field::CallConstant
        | Field::IndirectConstant
        | Field::HostConstant
        | Field::ZeroConstant => under(header.constants, rng),
        Field::FarSlot | Field::ZeroStart | Field::ZeroCount => under(place.slots, rng),
        Field::Global | Field::GlobalPair => under(header.global_slots, rng),
        Field::Data => under(header.data, rng),
        Field::Element | Field::ElementB => under(header.elements, rng),
        Field::Table | Field::TableB | Field::WriteTable | Field::WriteTableB => under(header.tables, rng),
        _ => near(0, rng),
    }
}

/// A number below `bound`, often the last one, rarely the bound itself or a little more.
fn under(bound: u32, rng: &mut Rng) -> u32 {
    match rng.u32(..40) {
        0 => bound.wrapping_add(rng.u32(..2)),
        1..12 => bound.saturating_sub(1),
        12..16 => 0,
        _ => rng.u32(..bound.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus;

    #[test]
    fn a_seed_makes_the_same_image_twice_and_seeds_differ() {
        let image = &corpus::samples()[0];
        assert_eq!(damage(&image.bytes, 7), damage(&image.bytes, 7));
        let different = (0..100).filter(|&seed| damage(&image.bytes, seed) != image.bytes);
        assert!(different.count() > 90);
    }

    #[test]
    fn inserting_and_removing_keep_the_layout() {
        let image = words(&corpus::samples()[0].bytes);
        let mut rng = Rng::with_seed(1);
        for _ in 0..50 {
            let mut changed = image.clone();
            insert_or_remove(&mut changed, &Parts::of(&image).unwrap(), &mut rng);
            let parts = Parts::of(&changed).unwrap();
            assert_eq!(
                (parts.rest[8], changed[at::IMAGE_BYTES] as usize),
                (changed.len(), changed.len() * 4)
            );
        }
    }
}
