// SPDX-License-Identifier: Apache-2.0
//! Fuzzing of the verifier: whatever it accepts stays in its image and region, and comes back in time.
//!
//! [`corpus`] makes packed images of real and of generated modules, [`damage`] changes them by a seed, and
//! [`trial`] loads each one and runs what the verifier accepts. Image and region are heap blocks of exactly
//! the size that the engine asked for, so AddressSanitizer and Miri see each byte that is accessed outside of
//! them; without one of these a trial asserts the bound on fuel alone.
//!
//! That an access outside would be seen at all is shown by the tests of `sampan-engine-packed` that leave the
//! verifier out; `ci/fuzz` runs them first.
#![forbid(unsafe_code)]

pub mod corpus;
pub mod damage;
mod header;
mod options;
pub mod trial;
