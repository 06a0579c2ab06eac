// SPDX-License-Identifier: Apache-2.0
//! Handles: what a container holds of its host, by numbers that go stale.
//!
//! A handle is a place in the container's own table and the generation of that place, which each closing raises.
//! So one that was closed, or is from before a restart, matches nothing until its place has been used 32767 times.

use super::{Part, long, put, word};

/// Bytes of a place: kind, generation, two numbers.
const PLACE_LEN: usize = 24;
const KIND: usize = 0;
/// By what number the container itself knows it, where it chooses one; of an open file, its mark; of a socket
/// of WASI's, its flags; else 0.
const TAG: usize = 1;
const GENERATION: usize = 4;
const FIRST: usize = 8;
const SECOND: usize = 16;
const GENERATION_MAX: u32 = 0x7fff;

/// What a handle is, named after the call that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum HandleKind {
    /// A timer: when it runs out next, and its period.
    TimerCreate = 1,
    /// A subscription; its filter is on the shelf under the handle.
    MsgSubscribe = 2,
    /// A message whose sender waits: the token of the sender's call.
    MsgReceive = 3,
    /// From here on a [`Hold`](super::Hold) on something of the platform's, and what of it is to be told.
    GpioOpen = 4,
    AdcOpen = 5,
    I2cOpen = 6,
    SpiOpen = 7,
    UartOpen = 8,
    SensorOpen = 9,
    /// A socket, whichever call made it.
    NetConnect = 10,
    /// A descriptor of WASI: rights and position. One without a mark is the directory's.
    #[cfg(feature = "wasi-files")]
    PathOpen = 11,
    /// A socket of WASI's; its flags are the tag.
    #[cfg(feature = "wasi-sockets")]
    SockOpen = 12,
}

impl HandleKind {
    /// The kinds that hold something of the platform's.
    pub(super) const HOLDS: &[Self] = &[
        Self::GpioOpen,
        Self::AdcOpen,
        Self::I2cOpen,
        Self::SpiOpen,
        Self::UartOpen,
        Self::SensorOpen,
        Self::NetConnect,
        #[cfg(feature = "wasi-sockets")]
        Self::SockOpen,
    ];

    /// Whether it holds a socket.
    pub(crate) const fn is_socket(self) -> bool {
        #[cfg(feature = "wasi-sockets")]
        if matches!(self, Self::SockOpen) {
            return true;
        }
        matches!(self, Self::NetConnect)
    }
}

/// An open handle's place, found by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandlePlace(pub(super) u8);

impl HandlePlace {
    /// No place of any table.
    pub(crate) const NONE: Self = Self(u8::MAX);
}

/// One container's handles.
#[derive(Debug)]
pub(crate) struct Handles {
    part: Part,
    pub(super) count: u8,
    /// Whether a line or a socket has something to be told.
    pub(crate) news: bool,
    /// Place after that of the one that was told last.
    pub(super) next: u8,
    /// When the first timer runs out, `u64::MAX` if none does.
    pub(crate) due_us: u64,
}

impl Handles {
    pub(super) fn new(count: u8, end: &mut usize) -> Self {
        let part = Part::after(end, usize::from(count).saturating_mul(PLACE_LEN));
        Self { part, count, news: false, next: 0, due_us: u64::MAX }
    }

    /// Makes the table that of a new container.
    pub(crate) fn format(&self, region: &mut [u8]) {
        self.part.of(region).fill(0);
    }

    fn place<'b>(&self, region: &'b mut [u8], place: HandlePlace) -> &'b mut [u8] {
        let start = usize::from(place.0).saturating_mul(PLACE_LEN);
        self.part.of(region).get_mut(start..start.saturating_add(PLACE_LEN)).unwrap_or(&mut [])
    }

    pub(super) fn kind(&self, region: &mut [u8], place: HandlePlace) -> u8 {
        self.place(region, place).get(KIND).copied().unwrap_or(0)
    }

    fn vacant(&self, region: &mut [u8]) -> Option<HandlePlace> {
        (0..self.count).map(HandlePlace).find(|place| self.kind(region, *place) == 0)
    }

    /// Whether one more can be opened.
    pub(crate) fn has_room(&self, region: &mut [u8]) -> bool {
        self.vacant(region).is_some()
    }

    /// Opens a handle; `None` if the container has as many as it may.
    pub(crate) fn open(
        &mut self,
        region: &mut [u8],
        kind: HandleKind,
        first: u64,
        second: u64,
    ) -> Option<u32> {
        let place = self.vacant(region)?;
        let record = self.place(region, place);
        put(record, KIND, &[kind as u8]);
        put(record, TAG, &[0]);
        self.set(region, place, first, second);
        Some(self.number(region, place))
    }

    /// The number by which the container knows the handle.
    pub(crate) fn number(&self, region: &mut [u8], place: HandlePlace) -> u32 {
        let generation = word(self.place(region, place), GENERATION).saturating_add(1);
        generation << 8 | u32::from(place.0)
    }

    /// The place of an open handle of this kind.
    pub(crate) fn find(&self, region: &mut [u8], kind: HandleKind, number: u32) -> Option<HandlePlace> {
        let place = HandlePlace(number as u8);
        let open = place.0 < self.count && self.kind(region, place) == kind as u8;
        (open && self.number(region, place) == number).then_some(place)
    }

    /// Has the container know an open handle by a number of its own; or gives an open file its mark,
    /// a socket its flags.
    #[cfg(any(feature = "ocre", feature = "wasi-files", feature = "wasi-sockets"))]
    pub(crate) fn set_tag(&self, region: &mut [u8], place: HandlePlace, tag: u8) {
        put(self.place(region, place), TAG, &[tag]);
    }

    /// That number of an open handle.
    #[cfg(any(feature = "ocre", feature = "wasi-files", feature = "wasi-sockets"))]
    pub(crate) fn tag(&self, region: &mut [u8], place: HandlePlace) -> u8 {
        self.place(region, place).get(TAG).copied().unwrap_or(0)
    }

    /// The handle of that kind that the container knows by `tag`.
    #[cfg(any(feature = "ocre", feature = "wasi-files"))]
    pub(crate) fn tagged(&self, region: &mut [u8], kind: HandleKind, tag: u8) -> Option<HandlePlace> {
        (0..self.count)
            .map(HandlePlace)
            .find(|place| self.kind(region, *place) == kind as u8 && self.tag(region, *place) == tag)
    }

    /// The handle's numbers.
    pub(crate) fn get(&self, region: &mut [u8], place: HandlePlace) -> (u64, u64) {
        let record = self.place(region, place);
        (long(record, FIRST), long(record, SECOND))
    }

    pub(crate) fn set(&mut self, region: &mut [u8], place: HandlePlace, first: u64, second: u64) {
        let record = self.place(region, place);
        put(record, FIRST, &first.to_le_bytes());
        put(record, SECOND, &second.to_le_bytes());
        self.find_due(region);
        self.find_news(region);
    }

    pub(crate) fn close(&mut self, region: &mut [u8], place: HandlePlace) {
        let record = self.place(region, place);
        let generation = word(record, GENERATION);
        let next =
            if generation.saturating_add(1) >= GENERATION_MAX { 0 } else { generation.saturating_add(1) };
        put(record, KIND, &[0]);
        put(record, GENERATION, &next.to_le_bytes());
        self.find_due(region);
        self.find_news(region);
    }

    pub(super) fn clear(&mut self, region: &mut [u8]) {
        for place in (0..self.count).map(HandlePlace) {
            if self.kind(region, place) != 0 {
                self.close(region, place);
            }
        }
    }

    /// The timer that runs out first.
    fn first_timer(&self, region: &mut [u8]) -> Option<(u64, HandlePlace)> {
        let mut first: Option<(u64, HandlePlace)> = None;
        for place in (0..self.count).map(HandlePlace) {
            if self.kind(region, place) == HandleKind::TimerCreate as u8 {
                let (due_us, _) = self.get(region, place);
                if first.is_none_or(|(earlier, _)| due_us < earlier) {
                    first = Some((due_us, place));
                }
            }
        }
        first
    }

    fn find_due(&mut self, region: &mut [u8]) {
        self.due_us = self.first_timer(region).map_or(u64::MAX, |(due_us, _)| due_us);
    }

    /// Takes the timer that has run out first: its handle, and how often it has since it was last told.
    pub(crate) fn take_timer(&mut self, region: &mut [u8], now_us: u64) -> Option<(u32, u64)> {
        let (due_us, place) = self.first_timer(region).filter(|(due_us, _)| *due_us <= now_us)?;
        let (_, period_us) = self.get(region, place);
        let missed = now_us.saturating_sub(due_us).checked_div(period_us);
        let times = missed.unwrap_or(0).saturating_add(1);
        let next_us = missed.map_or(u64::MAX, |_| due_us.saturating_add(times.saturating_mul(period_us)));
        self.set(region, place, next_us, period_us);
        Some((self.number(region, place), times))
    }
}
