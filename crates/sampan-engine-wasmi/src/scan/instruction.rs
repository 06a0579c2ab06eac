// SPDX-License-Identifier: Apache-2.0
//! Steps over instructions: what comes after each, and the few that the scan asks for.
//!
//! Encodings are those of the core specification, chapter 5.4; vectors, threads, exceptions and garbage
//! collection are off in this engine and aren't known here.

use super::reader::{Malformed, Reader};

/// One instruction, as far as the scan cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// A block, loop or if whose type is this entry of the type section.
    TypedBlock(u32),
    /// `i32.const 0`.
    ConstZero,
    /// `global.get`; wasmi takes an immutable one for the constant that it is.
    GlobalGet,
    /// `i32.eqz`.
    Eqz,
    /// `i32.eq` or `i32.ne`.
    Equality,
    /// `select`, with or without a type.
    Select,
    /// Any other.
    Other,
    /// None that this engine runs; where it ends isn't known.
    Unknown,
}

/// Reads one instruction with all that belongs to it.
pub(super) fn next(code: &mut Reader<'_>) -> Result<Instruction, Malformed> {
    let immediates = match code.byte()? {
        0x02..=0x04 => return block(code),
        0x0e => return branch_table(code),
        0x1b => return Ok(Instruction::Select),
        0x1c => {
            let types = code.u32()?;
            numbers(code, types)?;
            return Ok(Instruction::Select);
        }
        0x23 => {
            code.u32()?;
            return Ok(Instruction::GlobalGet);
        }
        0x28..=0x3e => return access(code),
        0x41 => {
            let zero = code.u64()? == 0;
            return Ok(if zero { Instruction::ConstZero } else { Instruction::Other });
        }
        0x43 => {
            code.bytes(4)?;
            0
        }
        0x44 => {
            code.bytes(8)?;
            0
        }
        0x45 => return Ok(Instruction::Eqz),
        0x46 | 0x47 => return Ok(Instruction::Equality),
        0xfc => return prefixed(code),
        0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x48..=0xc4 | 0xd1 => 0,
        0x0c | 0x0d | 0x10 | 0x12 | 0x20..=0x22 | 0x24..=0x26 | 0x3f | 0x40 | 0x42 | 0xd0 | 0xd2 => 1,
        0x11 | 0x13 => 2,
        _ => return Ok(Instruction::Unknown),
    };
    numbers(code, immediates)?;
    Ok(Instruction::Other)
}

/// Steps over LEB128 numbers, signed or not.
fn numbers(code: &mut Reader<'_>, count: u32) -> Result<(), Malformed> {
    for _ in 0..count {
        code.u64()?;
    }
    Ok(())
}

/// A block's type is one byte for none or a single result, else the number of an entry.
fn block(code: &mut Reader<'_>) -> Result<Instruction, Malformed> {
    let mut probe = *code;
    if matches!(probe.byte()?, 0x40..=0x7f) {
        *code = probe;
        return Ok(Instruction::Other);
    }
    Ok(Instruction::TypedBlock(code.u32()?))
}

fn branch_table(code: &mut Reader<'_>) -> Result<Instruction, Malformed> {
    let labels = code.u32()?;
    numbers(code, labels)?;
    numbers(code, 1)?;
    Ok(Instruction::Other)
}

/// A load or store: alignment, which may say that a memory's number follows, and offset.
fn access(code: &mut Reader<'_>) -> Result<Instruction, Malformed> {
    let has_memory = code.u32()? & 0x40 != 0;
    numbers(code, if has_memory { 2 } else { 1 })?;
    Ok(Instruction::Other)
}

/// Saturating conversions, bulk memory and tables.
fn prefixed(code: &mut Reader<'_>) -> Result<Instruction, Malformed> {
    let immediates = match code.u32()? {
        0..=7 => 0,
        9 | 11 | 13 | 15..=17 => 1,
        8 | 10 | 12 | 14 => 2,
        _ => return Ok(Instruction::Unknown),
    };
    numbers(code, immediates)?;
    Ok(Instruction::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every operator that the engine runs, so that one which is stepped over wrongly shows as a wrong count.
    const PLENTY: &str = r#"(module
        (type $pair (func (param i32 i64) (result i64 i32)))
        (import "a" "b" (func $b))
        (memory 1) (table $t 4 funcref) (table $u 4 funcref) (global $g (mut i64) (i64.const 0))
        (elem $e func $b) (data $d "x")
        (func (param $p i32) (local $f f64)
            (i32.const -2147483648) (i64.const 9223372036854775807)
            (block (param i32 i64) (result i64 i32) (drop) (drop) (i64.const -1) (i32.const 0))
            (drop) (drop)
            (loop (result f32) (f32.const 0x1p-149)) (drop)
            (if (local.get $p) (then (nop)) (else (unreachable)))
            (block (block (br_table 0 1 0 1 (local.get $p))))
            (local.set $f (f64.load offset=70000 (i32.const 128)))
            (i64.store32 align=1 (i32.const 1) (global.get $g))
            (global.set $g (i64.extend32_s (i64.trunc_sat_f64_u (local.tee $f (f64.const nan)))))
            (drop (select (result funcref) (ref.null func) (ref.func $b) (i32.eqz (local.get $p))))
            (drop (select (i32.const 1) (i32.const 2) (i32.ne (local.get $p) (i32.const 3))))
            (drop (ref.is_null (table.get $t (i32.const 1))))
            (table.set $u (i32.const 1) (ref.null func))
            (drop (table.grow $t (ref.null func) (i32.const 1))) (drop (table.size $u))
            (table.fill $t (i32.const 0) (ref.null func) (i32.const 1))
            (table.copy $t $u (i32.const 0) (i32.const 0) (i32.const 1))
            (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e)
            (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)
            (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))
            (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))
            (drop (memory.grow (memory.size)))
            (call_indirect $u (local.get $p)) (call $b)
            (return))
    )"#;

    /// How many instructions the function of a module has, as another reader counts them.
    fn counted(wasm: &[u8]) -> usize {
        let bodies = wasmparser::Parser::new(0).parse_all(wasm).filter_map(|part| match part.unwrap() {
            wasmparser::Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
        bodies.map(|body| body.get_operators_reader().unwrap().into_iter().count()).sum()
    }

    fn instructions(wasm: &[u8]) -> std::vec::Vec<Instruction> {
        let mut found = std::vec::Vec::new();
        super::super::sections(wasm, |id, mut section| {
            if id == super::super::CODE {
                assert_eq!(section.u32()?, 1);
                let mut body = section.sized()?;
                for _ in 0..body.u32()? {
                    body.u32()?;
                    body.u32()?;
                }
                while !body.is_empty() {
                    found.push(next(&mut body)?);
                }
            }
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn each_instruction_is_stepped_over_as_a_whole() {
        let wasm = wat::parse_str(PLENTY).unwrap();
        let found = instructions(&wasm);
        let count = |wanted| found.iter().filter(|&&found| found == wanted).count();
        assert_eq!(found.len(), counted(&wasm));
        assert_eq!(count(Instruction::Unknown), 0);
        assert_eq!(count(Instruction::TypedBlock(0)), 1);
        assert_eq!(count(Instruction::Select), 2);
        assert_eq!(count(Instruction::Eqz), 1);
        assert_eq!(count(Instruction::Equality), 1);
        assert_eq!(count(Instruction::GlobalGet), 1);
        assert_eq!(count(Instruction::ConstZero), 10);
    }

    #[test]
    fn what_ends_early_is_malformed() {
        for bytes in [
            &[0x41][..],
            &[0x41, 0x80],
            &[0x44, 0, 0, 0],
            &[0x0e, 2, 0, 0],
            &[0xfc],
            &[0x28, 0x42, 0],
            &[0x02],
        ] {
            assert_eq!(next(&mut Reader::new(bytes)), Err(Malformed), "{bytes:x?}");
        }
        assert_eq!(next(&mut Reader::new(&[0xfd, 0x0c])), Ok(Instruction::Unknown));
    }
}
