// SPDX-License-Identifier: Apache-2.0
//! `sampan:lifecycle`: what a container is told about its own life.
//!
//! `stop-requested: () -> i32` answers 1 once the container's owner has asked it to stop, else 0. A stop
//! also ends a sleep early, so a loop that sleeps and asks ends in time.

use crate::container::Guest;
use sampan_abi::Signature;
use sampan_engine::HostReply;

pub(super) const MODULE: &str = "sampan:lifecycle";

pub(super) fn find(name: &str) -> Option<(u16, Signature)> {
    let signature = Signature::parse(b"()i").ok()?;
    (name == "stop-requested").then_some((0, signature))
}

pub(super) fn call(guest: &Guest, _number: u16, values: &mut [u64]) -> HostReply {
    if let Some(result) = values.first_mut() {
        *result = u64::from(guest.stop_requested);
    }
    HostReply::Return
}
