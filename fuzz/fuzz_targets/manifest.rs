// SPDX-License-Identifier: Apache-2.0
//! Manifests whose digest and signature hold, so that all that reads one is reached.
#![no_main]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a finding")]

#[path = "../checks.rs"]
mod checks;
#[path = "../../crates/sampan-image/tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::manifest(input);
});
