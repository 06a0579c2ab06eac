// SPDX-License-Identifier: Apache-2.0
//! What a container written in Rust can ask of its host.
//!
//! One safe function a call, in a module for each area, made from the description that the host's dispatcher
//! is made from. Nothing here allocates or keeps state. The calls exist inside a container only: built for
//! another target the crate compiles but doesn't link.
//!
//! The unsafe code here is the imports: each gets the addresses of live references, and the host checks them again.
#![no_std]

mod generated;

pub use generated::*;

/// The result of a call that answers 32 bits.
fn narrow(answer: i32) -> Result<u32, Error> {
    u32::try_from(answer).map_err(|_| Error::from_code(i64::from(answer)))
}

/// The result of a call that answers 64 bits.
fn wide(answer: i64) -> Result<u64, Error> {
    u64::try_from(answer).map_err(|_| Error::from_code(answer))
}
