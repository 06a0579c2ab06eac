// SPDX-License-Identifier: Apache-2.0
//! Tests of the core from outside, through [`Runtime`](crate::Runtime), on a scripted engine.
//!
//! [`engine::ScriptEngine`] runs images that are lists of operations and fails a test in which the core
//! breaks the contract of `Engine`; [`world::World`] puts it on a board whose clock advances with the
//! fuel that is used. A world that is dropped checks that all memory has come back.

mod calls;
mod churn;
mod create;
#[cfg(feature = "calls")]
mod devices;
mod devices_board;
mod engine;
mod exits;
mod lifecycle;
#[cfg(feature = "calls")]
mod messages;
#[cfg(feature = "calls")]
mod net;
#[cfg(all(feature = "ocre", feature = "calls"))]
mod ocre;
#[cfg(all(feature = "ocre", feature = "calls"))]
mod ocre_devices;
#[cfg(feature = "calls")]
mod permissions;
mod schedule;
pub(crate) mod script;
mod signed;
mod wasi;
mod wasi_bounds;
#[cfg(all(feature = "wasi-files", feature = "calls"))]
mod wasi_files;
mod wasi_poll;
#[cfg(all(feature = "wasi-sockets", feature = "calls"))]
mod wasi_sockets;
pub(crate) mod world;
