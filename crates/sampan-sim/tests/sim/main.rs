// SPDX-License-Identifier: Apache-2.0
//! The simulator with a real engine: lifecycles, host functions, time, threads.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod calls;
mod cycles;
mod devices;
mod fuzz;
mod guests;
mod simulator;
mod support;
mod threads;

use sampan_engine_wasmi::RegionAllocator;
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);
