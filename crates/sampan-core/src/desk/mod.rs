// SPDX-License-Identifier: Apache-2.0
//! The broker's part of a container's region: what it may do, its handles, its mailbox, its values.
//!
//! Everything is sized when the container is created and lies in the container's own region as plain bytes, so it
//! goes back with it. What a container wasn't granted takes no room. When a container ends, however it ends,
//! [`Desk::clear`] reclaims its handles and empties its mailbox; a handle from before never matches again.

mod grants;
mod handles;
mod holds;
mod mailbox;
mod shelf;

pub(crate) use grants::GrantTable;
pub(crate) use handles::{HandleKind, HandlePlace, Handles};
pub(crate) use holds::Hold;
pub(crate) use mailbox::{Letter, Mailbox};
pub(crate) use shelf::Shelf;

use crate::calls::Permit;
use crate::config::ContainerOptions;
use sampan_image::{DeniedAction, Devices};

/// Room for the filters of a container's subscriptions.
const FILTERS_LEN: usize = 320;

/// Bytes of where a connection goes that is being made, or that is of WASI's, on the shelf under its handle: family, address, port.
pub(crate) const REMOTE_LEN: usize = 19;
/// Bytes of a record of a shelf beside its value, its key being a handle.
const REMOTE_HEAD_LEN: usize = 8;

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

/// What events come from, in the order in which they take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Timer,
    Mailbox,
    Device,
}

impl Source {
    /// Whose turn is next.
    #[cfg(feature = "ocre")]
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Timer => Self::Mailbox,
            Self::Mailbox => Self::Device,
            Self::Device => Self::Timer,
        }
    }
}

/// Permissions whose calls make handles.
const HANDLES: u32 = {
    const fn bit(permit: Permit) -> u32 {
        1 << permit as u32
    }
    // Of values only files make any.
    let files = if cfg!(feature = "wasi-files") { bit(Permit::Kv) } else { 0 };
    files
        | bit(Permit::Timer)
        | bit(Permit::MsgPub)
        | bit(Permit::MsgSub)
        | bit(Permit::Gpio)
        | bit(Permit::Adc)
        | bit(Permit::I2c)
        | bit(Permit::Spi)
        | bit(Permit::Uart)
        | bit(Permit::Sensor)
        | bit(Permit::NetConnect)
        | bit(Permit::NetListen)
        | bit(Permit::NetUdp)
};

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
    /// The board's names of devices by the container's, and where connections go that are being made by their handles: these
    /// end in a zero, which no name does.
    pub(crate) notes: Shelf,
    pub(crate) mailbox: Mailbox,
    pub(crate) values: Shelf,
    pub(crate) rate: Rate,
    /// Where the last event came from: the others go first.
    pub(crate) told_last: Source,
    #[cfg(feature = "ocre")]
    pub(crate) ocre: crate::calls::OcreDesk,
}

impl Desk {
    /// Lays a desk out behind the first `start` bytes of a region, for a firmware with `functions` host functions; the desk, and
    /// where it ends.
    pub(crate) fn new(options: &ContainerOptions<'_>, start: usize, functions: usize) -> (Self, usize) {
        let permits = grants::permits(&options.permissions);
        let has = |permit: Permit| permits & 1 << permit as u32 != 0;
        let mail = has(Permit::MsgPub) || has(Permit::MsgSub);
        let handles = if permits & HANDLES != 0 { options.handles_or_default() } else { 0 };
        // WASI's tell where they are connected for as long as they are.
        let kept = cfg!(feature = "wasi-sockets") && (has(Permit::NetListen) || has(Permit::NetUdp));
        let remotes = if kept || has(Permit::NetConnect) { usize::from(handles) } else { 0 };
        let remotes_len = remotes.saturating_mul(REMOTE_HEAD_LEN + REMOTE_LEN);
        let mut end = start.next_multiple_of(8);
        let desk = Self {
            permits,
            told: 0,
            denied: options.denied,
            grants: GrantTable::new(&options.permissions, functions, &mut end),
            handles: Handles::new(handles, &mut end),
            filters: Shelf::new(if has(Permit::MsgSub) { FILTERS_LEN } else { 0 }, &mut end),
            notes: Shelf::new(remotes_len.saturating_add(options.aliases_len()), &mut end),
            mailbox: Mailbox::new(
                if mail { options.mailbox_or_default() } else { 0 },
                options.depth_or_default(),
                &mut end,
            ),
            values: Shelf::new(options.kv_bytes() as usize, &mut end),
            rate: Rate { per_second: options.calls_per_second, since_us: 0, used: 0 },
            told_last: Source::Device,
            #[cfg(feature = "ocre")]
            ocre: crate::calls::OcreDesk::default(),
        };
        (desk, end)
    }

    /// Whether it has some of `permit`.
    pub(crate) const fn has(&self, permit: Permit) -> bool {
        self.permits & 1 << permit as u32 != 0
    }

    /// Whether the log has told that it lacks `permit`.
    pub(crate) const fn has_told(&self, permit: Permit) -> bool {
        self.told & 1 << permit as u32 != 0
    }

    /// Notes the board's names of devices.
    pub(crate) fn fill_aliases(&mut self, devices: &Devices<'_>, region: &mut [u8]) {
        for (name, board) in devices.iter() {
            // There is room: it was made for them.
            self.notes.set(region, name.as_bytes(), board.as_bytes());
        }
    }

    /// The board's name for a device.
    pub(crate) fn board_name<'n>(&self, region: &'n mut [u8], name: &'n str) -> &'n str {
        self.notes
            .get(region, name.as_bytes())
            .and_then(|name| core::str::from_utf8(name).ok())
            .unwrap_or(name)
    }

    /// Closes all handles and drops all messages.
    pub(crate) fn clear(&mut self, region: &mut [u8]) {
        self.handles.clear(region);
        self.filters.clear();
        self.mailbox.clear();
        self.told_last = Source::Device;
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
