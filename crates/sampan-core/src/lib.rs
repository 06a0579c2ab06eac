// SPDX-License-Identifier: Apache-2.0
//! Containers: lifecycle, scheduler and host calls.
//!
//! A [`Runtime`] owns one arena and a fixed table of containers. Whoever drives it calls
//! [`Runtime::poll`], which runs one slice of one container at the most, and sleeps until the deadline
//! that it returns or a wake. Containers are green threads on an engine's resumable activations, so a
//! container that waits costs no stack, and kill and pause take effect between two slices whatever the
//! container is doing.
//!
//! - Nothing here blocks, and nothing allocates but `create`, which takes one region of the arena.
//! - The caller holds the platform's lock around every method; only the [`Inbox`] may be used without.
//! - No input of a guest, an image or a caller reaches a panic.
//!
//! What a module does inside is `sampan-engine`'s; C is `sampan-capi`'s.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(
        feature = "timer",
        feature = "msg",
        feature = "kv",
        feature = "clock",
        feature = "log",
        feature = "random",
        feature = "health",
        feature = "gpio",
        feature = "adc",
        feature = "i2c",
        feature = "spi",
        feature = "uart",
        feature = "sensor",
        feature = "net"
    )),
    allow(dead_code, reason = "what only areas use that are off")
)]

#[cfg(test)]
extern crate std;

mod calls;
mod config;
mod container;
mod desk;
mod inbox;
mod runtime;
mod schedule;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use calls::{Call, CallToken, Handler, HostRegistration, Message, host_functions};
pub use config::{Config, ContainerOptions};
pub use container::{ContainerStats, ContainerStatus, Event};
pub use inbox::{Inbox, InboxCell};
pub use runtime::{Authority, Runtime, RuntimeStats, refusal_status};
pub use sampan_image::{DeniedAction, Effective, Permissions};
pub use text::Name;
