// SPDX-License-Identifier: Apache-2.0
//! The tool as a user runs it: exit codes, output, options, and input that's none.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod bills;
mod both;
mod devices;
mod exit_codes;
mod guests;
mod images;
mod options;
mod output;
mod packed;
mod signed_runs;
mod signing;
mod support;
mod time;
mod trimming;
