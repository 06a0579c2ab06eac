// SPDX-License-Identifier: Apache-2.0
//! The packed bytecode: its operations and its image, described once.
//!
//! [`Operation`] is the table of operations: the packer's encoder, the engine's decoder and verifier, the
//! disassembler and the reference in `docs/packed-format.md` are all drawn from it. [`image`] is
//! the layout of a packed image. What is said here is said nowhere else.
//!
//! Lowering WebAssembly to it is `sampan-pack`; verifying and running it is `sampan-engine-packed`.
#![no_std]
#![forbid(unsafe_code)]

mod disassembly;
mod encoding;
pub mod image;
mod operations;
mod reference;

pub use disassembly::Disassembled;
pub use encoding::{
    Check, Encoding, Field, Rule, decode_forward, field_a, field_b, field_bc, field_c, signed_bc,
};
pub use operations::{Description, Operation};
pub use reference::write_reference;

/// Slots of a frame that an 8-bit operand reaches.
pub const NEAR_SLOTS: u32 = 256;
/// Bytes of one link: where a call returns to, and how far its frame is above the caller's.
pub const LINK_BYTES: u32 = 8;
/// Fuel of one call, beside a unit for every word of what is called.
pub const CALL_CHARGE: u32 = 4;
/// Bytes that a bulk operation handles between two looks at the fuel.
pub const BULK_STEP: u32 = 1024;
/// Bytes, or slots set to zero, that a unit of fuel pays for in bulk operations.
pub const BULK_PER_FUEL: u32 = 8;
