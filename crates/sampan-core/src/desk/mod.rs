// SPDX-License-Identifier: Apache-2.0
//! The broker's part of a container's region: what it may do, its handles, its mailbox, its values.
//!
//! Everything is sized when the container is created and lies in the container's own region as plain bytes, so it
//! goes back with it. What a container wasn't granted takes no room. When a container ends, however it ends,
//! [`Desk::clear`] reclaims its handles and empties its mailbox; a handle from before never matches again.

mod grants;
mod handles;
mod mailbox;
mod shelf;

pub(crate) use grants::GrantTable;
pub(crate) use handles::{HandleKind, HandlePlace, Handles};
pub(crate) use mailbox::{Letter, Mailbox};
pub(crate) use shelf::Shelf;

use crate::calls::Permit;
use crate::config::ContainerOptions;
use sampan_image::DeniedAction;

/// Room for the filters of a container's subscriptions.
const FILTERS_LEN: usize = 320;

/// Some of a region's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    start: u32,
    len: u32,
}

impl Part {
    /// The next `len` bytes, kept aligned.
    fn after(end: &mut usize, len: usize) -> Self {
        let part = Self { start: *end as u32, len: len as u32 };
        *end = end.saturating_add(len).next_multiple_of(8);
        part
    }

    pub(crate) fn of<'b>(&self, region: &'b mut [u8]) -> &'b mut [u8] {
        let start = self.start as usize;
        region.get_mut(start..start.saturating_add(self.len as usize)).unwrap_or(&mut [])
    }
}

/// The broker's part.
#[derive(Debug)]
pub(crate) struct Desk {
    /// A bit for each [`Permit`] of which the container has some.
    pub(crate) permits: u32,
    /// Denials that the log was told, likewise.
    pub(crate) told: u32,
    pub(crate) denied: DeniedAction,
    pub(crate) grants: GrantTable,
    pub(crate) handles: Handles,
    pub(crate) filters: Shelf,
    pub(crate) mailbox: Mailbox,
    pub(crate) values: Shelf,
    pub(crate) rate: Rate,
    /// Whether the last event was of a timer: then messages go first.
    pub(crate) timer_told: bool,
    #[cfg(feature = "ocre")]
    pub(crate) ocre: crate::calls::OcreDesk,
    end: usize,
}

impl Desk {
    /// Lays a desk out behind the first `start` bytes of a region, for a firmware with `functions` host functions.
    pub(crate) fn new(options: &ContainerOptions<'_>, start: usize, functions: usize) -> Self {
        let permits = grants::permits(&options.permissions);
        let has = |permit: Permit| permits & 1 << permit as u32 != 0;
        let mail = has(Permit::MsgPub) || has(Permit::MsgSub);
        let handles = if mail || has(Permit::Timer) { options.handles_or_default() } else { 0 };
        let mut end = start.next_multiple_of(8);
        Self {
            permits,
            told: 0,
            denied: options.denied,
            grants: GrantTable::new(&options.permissions, functions, &mut end),
            handles: Handles::new(handles, &mut end),
            filters: Shelf::new(if has(Permit::MsgSub) { FILTERS_LEN } else { 0 }, &mut end),
            mailbox: Mailbox::new(
                if mail { options.mailbox_or_default() } else { 0 },
                options.depth_or_default(),
                &mut end,
            ),
            values: Shelf::new(options.kv_bytes() as usize, &mut end),
            rate: Rate { per_second: options.calls_per_second, since_us: 0, used: 0 },
            timer_told: false,
            #[cfg(feature = "ocre")]
            ocre: crate::calls::OcreDesk::default(),
            end,
        }
    }

    /// Where it ends in the region.
    pub(crate) const fn end(&self) -> usize {
        self.end
    }

    /// Whether it has some of `permit`.
    pub(crate) const fn has(&self, permit: Permit) -> bool {
        self.permits & 1 << permit as u32 != 0
    }

    /// Closes all handles and drops all messages.
    pub(crate) fn clear(&mut self, region: &mut [u8]) {
        self.handles.clear(region);
        self.filters.clear();
        self.mailbox.clear();
        self.timer_told = false;
        #[cfg(feature = "ocre")]
        {
            self.ocre = crate::calls::OcreDesk::default();
        }
    }
}

/// How many calls a container may make in a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    per_second: u32,
    since_us: u64,
    used: u32,
}

impl Rate {
    /// Books a call; `false` if it is one too many. Asks for the time only where there is a limit.
    pub(crate) fn take(&mut self, now_us: impl FnOnce() -> u64) -> bool {
        if self.per_second == 0 {
            return true;
        }
        let now_us = now_us();
        if now_us.saturating_sub(self.since_us) >= 1_000_000 {
            (self.since_us, self.used) = (now_us, 0);
        }
        self.used = self.used.saturating_add(1);
        self.used <= self.per_second
    }
}

/// A little-endian number in a record.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u32::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u64::from_le_bytes)
}

/// Writes bytes where there is room for them.
fn put(bytes: &mut [u8], at: usize, data: &[u8]) {
    if let Some(place) = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..data.len())) {
        place.copy_from_slice(data);
    }
}
