// SPDX-License-Identifier: Apache-2.0
//! The engine's side of the benchmark firmware.
//!
//! `main.c` runs the kernels and prints; this loads and runs an image through the `Engine` trait, with the
//! fuel slices that a container gets, and counts what that takes. It's linked with one engine at a time, or
//! none, so that the sizes of the firmwares tell the sizes of the engines. `spec_main.c` makes of the
//! same parts a firmware that runs the WebAssembly testsuite.
//!
//! On a host there is nothing here.
#![cfg_attr(target_os = "none", no_std)]
#![cfg(target_os = "none")]

mod bench;
mod board;
#[cfg_attr(feature = "packed", path = "packed.rs")]
#[cfg_attr(all(feature = "wasmi", not(feature = "packed")), path = "wasmi.rs")]
#[cfg_attr(not(any(feature = "wasmi", feature = "packed")), path = "null.rs")]
mod engine;
#[cfg(feature = "image")]
mod image;
mod spec;
