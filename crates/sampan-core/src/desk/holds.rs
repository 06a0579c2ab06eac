// SPDX-License-Identifier: Apache-2.0
//! Handles of devices and sockets: what a container holds of the platform, and what of it is to be told.
//!
//! A handle's first number is its [`Hold`]. The second is what has happened and wasn't told: bits, and how often above
//! them. Edges that come faster than they are told are counted there and take no room.

use super::{HandleKind, HandlePlace, Handles};

/// Bits of an event, below how often it has come.
const BITS: u64 = u32::MAX as u64;
const ONCE: u64 = BITS + 1;

/// What a handle holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hold {
    /// Place of the device in the platform's table, or number of the socket.
    pub(crate) index: u32,
    /// Bits of what is told.
    pub(crate) watched: u16,
    /// What kind of socket; 0 for a device.
    pub(crate) role: u16,
}

impl Hold {
    pub(crate) const fn to_raw(self) -> u64 {
        self.index as u64 | (self.watched as u64) << 32 | (self.role as u64) << 48
    }

    const fn from_raw(raw: u64) -> Self {
        Self { index: raw as u32, watched: (raw >> 32) as u16, role: (raw >> 48) as u16 }
    }
}

impl Handles {
    /// What an open handle holds.
    pub(crate) fn hold(&self, region: &mut [u8], place: HandlePlace) -> Hold {
        Hold::from_raw(self.get(region, place).0)
    }

    /// Watches for other things; what wasn't told yet is forgotten.
    pub(crate) fn watch(&mut self, region: &mut [u8], place: HandlePlace, watched: u16) {
        let hold = Hold { watched, ..self.hold(region, place) };
        self.set(region, place, hold.to_raw(), 0);
    }

    fn kind_of_hold(&self, region: &mut [u8], place: HandlePlace) -> Option<HandleKind> {
        let raw = self.kind(region, place);
        HandleKind::HOLDS.iter().copied().find(|kind| *kind as u8 == raw)
    }

    /// Some handle that holds something of the platform's.
    pub(crate) fn any_hold(&self, region: &mut [u8]) -> Option<(HandlePlace, HandleKind)> {
        (0..self.count).map(HandlePlace).find_map(|place| Some((place, self.kind_of_hold(region, place)?)))
    }

    /// The handle of that kind which holds this, and which the container knows by a number of its own.
    #[cfg(feature = "ocre")]
    pub(crate) fn tagged_hold(&self, region: &mut [u8], kind: HandleKind, index: u32) -> Option<HandlePlace> {
        (0..self.count).map(HandlePlace).find(|place| {
            self.kind(region, *place) == kind as u8
                && self.tag(region, *place) != 0
                && self.hold(region, *place).index == index
        })
    }

    /// All that the container watches for there.
    pub(crate) fn watched(&self, region: &mut [u8], kind: HandleKind, index: u32) -> u32 {
        let mut bits = 0;
        for place in (0..self.count).map(HandlePlace) {
            let hold = self.hold(region, place);
            if self.kind(region, place) == kind as u8 && hold.index == index {
                bits |= u32::from(hold.watched);
            }
        }
        bits
    }

    /// Something has happened there: keeps it for who watches. With `once` that is no longer watched for then.
    pub(crate) fn happened(
        &mut self,
        region: &mut [u8],
        kind: HandleKind,
        (index, value): (u32, u32),
        once: bool,
    ) {
        for place in (0..self.count).map(HandlePlace) {
            let (first, told) = self.get(region, place);
            let hold = Hold::from_raw(first);
            let bits = value & u32::from(hold.watched);
            if self.kind(region, place) != kind as u8 || hold.index != index || bits == 0 {
                continue;
            }
            let watched = if once { hold.watched & !(bits as u16) } else { hold.watched };
            let news = (told | u64::from(bits)).checked_add(ONCE).unwrap_or(told | u64::from(bits));
            self.set(region, place, Hold { watched, ..hold }.to_raw(), news);
        }
    }

    pub(super) fn find_news(&mut self, region: &mut [u8]) {
        self.news = (0..self.count).any(|place| self.has_news(region, HandlePlace(place)));
    }

    fn has_news(&self, region: &mut [u8], place: HandlePlace) -> bool {
        self.kind_of_hold(region, place).is_some() && self.get(region, place).1 != 0
    }

    /// Takes what is to be told of one line or socket: what kind, its handle, bits and how often. All take turns.
    pub(crate) fn take_news(&mut self, region: &mut [u8]) -> Option<(HandleKind, u32, u64)> {
        let (place, news) = self.take_news_of(region, |_, _, _| true)?;
        Some((self.kind_of_hold(region, place)?, self.number(region, place), news))
    }

    /// The next line with edges that aren't told, of those that the container knows by a number of its own. What
    /// others have to tell stays.
    #[cfg(feature = "ocre")]
    pub(crate) fn take_edges(&mut self, region: &mut [u8]) -> Option<HandlePlace> {
        let is_line = |handles: &Self, region: &mut [u8], place| {
            handles.kind(region, place) == HandleKind::GpioOpen as u8 && handles.tag(region, place) != 0
        };
        self.take_news_of(region, is_line).map(|(place, _)| place)
    }

    fn take_news_of(
        &mut self,
        region: &mut [u8],
        is_wanted: impl Fn(&Self, &mut [u8], HandlePlace) -> bool,
    ) -> Option<(HandlePlace, u64)> {
        let mut places = (self.next..self.count).chain(0..self.next.min(self.count)).map(HandlePlace);
        let place = places.find(|place| self.has_news(region, *place) && is_wanted(self, region, *place))?;
        self.next = place.0.saturating_add(1);
        let (first, news) = self.get(region, place);
        self.set(region, place, first, 0);
        Some((place, news))
    }
}
