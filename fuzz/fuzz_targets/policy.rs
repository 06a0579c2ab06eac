// SPDX-License-Identifier: Apache-2.0
//! Policies, references to bills of materials, and modules that ask for permissions.
#![no_main]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a finding")]

#[path = "../checks.rs"]
mod checks;
#[path = "../../crates/sampan-image/tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::policy(input);
});
