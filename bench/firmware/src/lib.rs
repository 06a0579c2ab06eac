// SPDX-License-Identifier: Apache-2.0
//! The engine's side of the benchmark firmware.
//!
//! `main.c` runs the kernels and prints; this loads and runs an image through the `Engine` trait, with the
//! fuel slices that a container gets, and counts what that takes. It's linked with one engine at a time, so
//! that the size of the firmware tells the size of the engine.
//!
//! On a host there is nothing here.
#![cfg_attr(target_os = "none", no_std)]

#[cfg(all(target_os = "none", any(feature = "wasmi", feature = "packed")))]
mod bench;
#[cfg(all(target_os = "none", any(feature = "wasmi", feature = "packed")))]
mod board;
#[cfg(all(target_os = "none", feature = "packed"))]
#[path = "packed.rs"]
mod engine;
#[cfg(all(target_os = "none", feature = "wasmi", not(feature = "packed")))]
#[path = "wasmi.rs"]
mod engine;
