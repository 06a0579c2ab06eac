// SPDX-License-Identifier: Apache-2.0
//! The verifier: one pass over an image, no memory of its own.
//!
//! What it proves is what the inner loop relies on. Every code word is an operation, so a branch may go
//! to any word of its function; the last word of a function leaves it, so control never runs out of it; every
//! slot that a word names lies in the frame, and a call checks that the frame lies in the stack; every index is
//! in range; every branch back, call and return looks at the fuel, so the time between two looks is bounded
//! by the longest function. It doesn't prove that the code is a faithful translation: that's what the
//! signature says.

use sampan_packed_format::image::{
    DATA_ACTIVE, HAS_MEMORY, MAX_INDEX, MAX_MEMORY, MIN_FRAME, NO_FUNCTION, TABLE_CHANGES,
};
use sampan_packed_format::{Check, Operation, decode_forward, field_a, field_b, field_bc, field_c};

use crate::image::{Function, Image};

/// Why an image was refused: a text for the log.
pub(crate) type Refusal = &'static str;

/// Verifies an image.
pub(crate) fn verify(image: &Image<'_>) -> Result<(), Refusal> {
    check(records(image), "packed image: bad record")?;
    check(blob(image), "packed image: bad names or data")?;
    check(functions(image), "packed image: bad code")
}

fn check(found: Option<()>, refusal: Refusal) -> Result<(), Refusal> {
    found.ok_or(refusal)
}

fn holds(condition: bool) -> Option<()> {
    condition.then_some(())
}

/// Counts, sizes, tables and segments.
fn records(image: &Image<'_>) -> Option<()> {
    let header = &image.header;
    let page_shift = header.memory_flags & 0xff;
    holds(header.functions <= MAX_INDEX && header.defined <= header.functions)?;
    holds(header.imports <= MAX_INDEX && header.data <= MAX_INDEX)?;
    holds(header.tables <= 255 && header.elements <= 255)?;
    holds(header.start == NO_FUNCTION || header.start < header.functions)?;
    holds(header.memory_flags & !(HAS_MEMORY | 0xff) == 0 && (page_shift == 0 || page_shift == 16))?;
    holds(header.memory_bytes <= header.memory_reserve && header.memory_reserve <= header.memory_limit)?;
    holds(header.memory_limit <= MAX_MEMORY)?;
    holds(header.memory_flags & HAS_MEMORY != 0 || header.memory_limit == 0)?;
    let page_mask = (1_u32 << page_shift) - 1;
    holds(header.memory_bytes & page_mask == 0 && header.memory_reserve & page_mask == 0)?;
    for idx in 0..header.tables {
        let table = image.table(idx)?;
        holds(table.size <= table.reserve && table.reserve <= table.limit && table.limit <= MAX_INDEX)?;
        holds(table.given <= table.size && table.flags & !TABLE_CHANGES == 0)?;
        // A table that lies in the image has all its entries there.
        holds(table.flags != 0 || table.given == table.limit)?;
        holds(table.first.checked_add(table.given)? <= header.entries)?;
    }
    for idx in 0..header.elements {
        let (first, count) = image.element(idx)?;
        holds(first.checked_add(count)? <= header.entries)?;
    }
    for idx in 0..header.entries {
        holds(u32::from(image.entry(idx)?) <= header.functions)?;
    }
    holds(header.entries & 1 == 0 || image.entry_padding() == Some(0))
}

/// Names and data: they use the bytes up in the order of their records.
fn blob(image: &Image<'_>) -> Option<()> {
    let header = &image.header;
    let mut next = 0_u32;
    for idx in 0..header.data {
        let data = image.data(idx)?;
        holds(data.offset == next && data.flags & !DATA_ACTIVE == 0)?;
        if data.flags & DATA_ACTIVE != 0 {
            holds(data.destination.checked_add(data.len)? <= header.memory_bytes)?;
        }
        next = next.checked_add(data.len)?;
    }
    for idx in 0..header.imports {
        let import = image.import(idx)?;
        holds(import.offset == next)?;
        next = next.checked_add(import.len())?;
        let mut slots = [0, 0];
        for (at, &ty) in image.blob(import.types(), import.params + import.results)?.iter().enumerate() {
            let side = usize::from(at as u32 >= import.params);
            *slots.get_mut(side)? += match ty {
                1 | 3 => 1,
                2 | 4 => 2,
                _ => return None,
            };
        }
        holds(import.slots == slots[0].max(slots[1]))?;
    }
    for idx in 0..header.exports {
        let export = image.export(idx)?;
        holds(export.offset == next && export.function < header.functions)?;
        next = next.checked_add(export.len)?;
    }
    holds(header.blob_bytes.checked_sub(next)? < 4)
}

/// Function records and the code of each function.
fn functions(image: &Image<'_>) -> Option<()> {
    let header = &image.header;
    let code = image.bytes.get(image.layout.code as usize..image.layout.constants as usize)?;
    let mut start = 0;
    let mut rest = code;
    for idx in 0..header.functions {
        let function = image.function(idx)?;
        holds(function.start == start && function.frame_slots >= MIN_FRAME)?;
        let end = image.function(idx + 1).map_or(header.code_words, |next| next.start);
        let words = end.checked_sub(start)?;
        let (body, tail) = rest.split_at_checked(words as usize * 4)?;
        function_code(image, function, body)?;
        rest = tail;
        start = end;
    }
    holds(rest.is_empty())
}

/// The code of one function.
fn function_code(image: &Image<'_>, function: Function, body: &[u8]) -> Option<()> {
    let frame = function.frame_slots;
    let words = body.len() as u32 / 4;
    let mut is_left = false;
    for (idx, quad) in body.chunks_exact(4).enumerate() {
        let word = u32::from_le_bytes(quad.try_into().ok()?);
        let next = idx as u32 + 1;
        let rule = Operation::RULES.get((word & 0xff) as usize)?;
        let (a, b, c) = (rule.slots_a(), rule.slots_b(), rule.slots_c());
        if (a != 0 && field_a(word) + a > frame)
            || (b != 0 && field_b(word) + b > frame)
            || (c != 0 && field_c(word) + c > frame)
        {
            return None;
        }
        is_left = rule.is_terminator();
        let check = rule.check();
        if !matches!(check, Check::None) {
            holds(operand(image, check, word, Place { next, words, frame })?)?;
        }
    }
    holds(is_left)
}

/// Where a word stands.
#[derive(Clone, Copy)]
struct Place {
    /// Number of the next word in its function.
    next: u32,
    /// Words of the function.
    words: u32,
    /// Slots of its frame.
    frame: u32,
}

/// Whether the operand that isn't a slot is in range.
#[inline]
fn operand(image: &Image<'_>, check: Check, word: u32, place: Place) -> Option<bool> {
    let header = &image.header;
    let (b, c, wide) = (field_b(word), field_c(word), field_bc(word));
    let Place { next, words, frame } = place;
    Some(match check {
        Check::None => true,
        Check::Offset1 => c < header.memory_bytes,
        Check::Offset2 => c * 2 + 2 <= header.memory_bytes,
        Check::Offset4 => c * 4 + 4 <= header.memory_bytes,
        Check::Offset8 => c * 4 + 8 <= header.memory_bytes,
        Check::Index => header.memory_bytes >= 8,
        Check::Forward8 => next + c < words,
        Check::Back8 => c <= next,
        Check::Forward16 => next + wide < words,
        Check::Back16 => wide <= next,
        Check::Forward24 => next + decode_forward(word) < words,
        // A jump back by nothing would leave the function at its end.
        Check::Back24 => (1..=next).contains(&decode_forward(word)),
        Check::Function => wide < header.functions,
        Check::Import => field_a(word) + image.import(wide)?.slots <= frame,
        Check::Constant => wide < header.constants,
        Check::ConstantPair => wide + 1 < header.constants,
        Check::CallConstant => image.constant(wide)? & 0xffff < header.functions,
        Check::IndirectConstant => {
            image.constant(wide + 1)? < header.tables && image.constant(wide).is_some()
        }
        Check::HostConstant => {
            let constant = image.constant(wide)?;
            (constant >> 16) + image.import(constant & 0xffff)?.slots <= frame
        }
        Check::ZeroCount => field_a(word) + wide <= frame,
        Check::ZeroConstant => {
            let constant = image.constant(wide)?;
            (constant >> 16) + (constant & 0xffff) <= frame
        }
        Check::FarSlot => wide < frame,
        Check::Global => wide < header.global_slots,
        Check::GlobalPair => wide + 1 < header.global_slots,
        Check::Data => wide < header.data,
        Check::Element => c < header.elements,
        Check::ElementB => b < header.elements,
        Check::Table => c < header.tables,
        Check::TableB => b < header.tables,
        Check::WriteTable => changes(image, c)?,
        Check::WriteTableB => changes(image, b)?,
        Check::TwoTables => changes(image, b)? && c < header.tables,
        Check::TableAndElement => changes(image, b)? && c < header.elements,
    })
}

/// Whether a table lies in RAM.
fn changes(image: &Image<'_>, table: u32) -> Option<bool> {
    Some(image.table(table)?.flags & TABLE_CHANGES != 0)
}
