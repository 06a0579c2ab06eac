// SPDX-License-Identifier: Apache-2.0
//! Flash of a simulation: NOR that obeys the rules, and tears a write or fails on cue.

use crate::entropy::mix;
use sampan_platform::{Error, FlashGeometry};

/// Operations that change a flash, until power fails in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cue {
    /// Power fails in the operation after so many.
    Tear(u32),
    /// The operation after so many fails, and does nothing.
    Fail(u32),
}

/// A flash region in memory.
///
/// Of an operation in which power fails a subset of bits is done, chosen by the seed; from then on every operation fails,
/// until [`power_on`](Self::power_on).
#[derive(Clone, Debug)]
pub struct SimFlash {
    bytes: Vec<u8>,
    /// Units that were programmed since they were erased.
    programmed: Vec<bool>,
    erase_len: u32,
    program_len: u32,
    cue: Option<Cue>,
    dead: bool,
    seed: u64,
    /// Operations that changed it, done or torn.
    changes: u32,
}

impl SimFlash {
    /// An erased region.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for lengths that no flash has.
    pub fn new(len: u32, erase_len: u32, program_len: u32) -> Result<Self, Error> {
        let powers = erase_len.is_power_of_two() && program_len.is_power_of_two() && program_len <= erase_len;
        if !powers || len == 0 || !len.is_multiple_of(erase_len) {
            return Err(Error::InvalidArgument);
        }
        let units = len / program_len;
        Ok(Self {
            bytes: vec![0xff; len as usize],
            programmed: vec![false; units as usize],
            erase_len,
            program_len,
            cue: None,
            dead: false,
            seed: 0,
            changes: 0,
        })
    }

    /// Lets power fail in the change that comes after `after` more; `seed` chooses the bits that are done.
    pub const fn tear(&mut self, after: u32, seed: u64) {
        self.cue = Some(Cue::Tear(after));
        self.seed = seed;
    }

    /// Lets the change that comes after `after` more fail without effect.
    pub const fn fail(&mut self, after: u32) {
        self.cue = Some(Cue::Fail(after));
    }

    /// Power is back; what the flash holds is what the failure left.
    pub const fn power_on(&mut self) {
        self.dead = false;
    }

    /// Operations that changed it so far.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    pub(crate) fn geometry(&self) -> FlashGeometry {
        FlashGeometry {
            len: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
            erase_len: self.erase_len,
            program_len: self.program_len,
            mapped_address: 0,
        }
    }

    fn place(&self, offset: u32, len: usize, unit: u32) -> Result<std::ops::Range<usize>, Error> {
        if self.dead {
            return Err(Error::Io);
        }
        let start = offset as usize;
        let end = start.checked_add(len).filter(|&end| end <= self.bytes.len()).ok_or(Error::OutOfRange)?;
        let unit = unit as usize;
        if start.is_multiple_of(unit) && len.is_multiple_of(unit) {
            Ok(start..end)
        } else {
            Err(Error::InvalidArgument)
        }
    }

    pub(crate) fn read(&self, offset: u32, buffer: &mut [u8]) -> Result<(), Error> {
        let place = self.place(offset, buffer.len(), 1)?;
        buffer.copy_from_slice(&self.bytes[place]);
        Ok(())
    }

    pub(crate) fn erase(&mut self, offset: u32, len: u32) -> Result<(), Error> {
        let place = self.place(offset, len as usize, self.erase_len)?;
        let units = self.units(&place);
        let whole = self.begin()?;
        if whole {
            self.programmed[units].fill(false);
        } else {
            // Neither erased nor as it was: it must be erased again.
            self.programmed[units].fill(true);
        }
        for idx in place {
            self.bytes[idx] |= self.done(whole, idx);
        }
        self.end(whole)
    }

    pub(crate) fn program(&mut self, offset: u32, data: &[u8]) -> Result<(), Error> {
        let place = self.place(offset, data.len(), self.program_len)?;
        let units = self.units(&place);
        if self.programmed[units.clone()].contains(&true) {
            return Err(Error::WrongState);
        }
        let whole = self.begin()?;
        self.programmed[units].fill(true);
        for (idx, byte) in place.zip(data) {
            self.bytes[idx] &= byte | !self.done(whole, idx);
        }
        self.end(whole)
    }

    fn units(&self, place: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let unit = self.program_len as usize;
        place.start / unit..place.end / unit
    }

    /// Whether the change that begins comes to its end.
    fn begin(&mut self) -> Result<bool, Error> {
        match self.cue {
            Some(Cue::Fail(0)) => {
                self.cue = None;
                return Err(Error::Io);
            }
            Some(Cue::Tear(0)) => {
                self.cue = None;
                self.dead = true;
            }
            Some(Cue::Fail(left)) => self.cue = Some(Cue::Fail(left - 1)),
            Some(Cue::Tear(left)) => self.cue = Some(Cue::Tear(left - 1)),
            None => {}
        }
        self.changes = self.changes.saturating_add(1);
        Ok(!self.dead)
    }

    const fn end(&self, whole: bool) -> Result<(), Error> {
        if whole { Ok(()) } else { Err(Error::Io) }
    }

    /// Bits of the byte at `idx` that are done.
    const fn done(&self, whole: bool, idx: usize) -> u8 {
        if whole { 0xff } else { mix(self.seed.wrapping_add(idx as u64)) as u8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_nor_hold() {
        let mut flash = SimFlash::new(64, 16, 4).unwrap();
        let mut got = [0; 8];
        flash.program(4, &[1, 2, 3, 4]).unwrap();
        flash.read(2, &mut got).unwrap();
        assert_eq!(got, [0xff, 0xff, 1, 2, 3, 4, 0xff, 0xff]);
        assert_eq!(flash.program(4, &[0; 4]), Err(Error::WrongState));
        assert_eq!(flash.program(0, &[0; 8]), Err(Error::WrongState));
        assert_eq!(flash.program(1, &[0; 4]), Err(Error::InvalidArgument));
        assert_eq!(flash.program(8, &[0; 3]), Err(Error::InvalidArgument));
        assert_eq!(flash.program(64, &[0; 4]), Err(Error::OutOfRange));
        assert_eq!(flash.erase(8, 16), Err(Error::InvalidArgument));
        assert_eq!(flash.erase(48, 32), Err(Error::OutOfRange));
        assert_eq!(flash.read(u32::MAX, &mut got), Err(Error::OutOfRange));
        flash.erase(0, 16).unwrap();
        flash.program(4, &[5; 4]).unwrap();
        for (len, erase_len, program_len) in [(0, 16, 4), (60, 16, 4), (64, 15, 5), (64, 4, 8)] {
            assert_eq!(SimFlash::new(len, erase_len, program_len).err(), Some(Error::InvalidArgument));
        }
    }

    #[test]
    fn a_torn_program_clears_a_subset_of_its_bits_and_nothing_else() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let mut flash = SimFlash::new(64, 16, 8).unwrap();
            flash.tear(1, seed);
            flash.program(0, &[0x55; 8]).unwrap();
            assert_eq!(flash.program(8, &[0x0f; 8]), Err(Error::Io));
            assert_eq!(flash.erase(0, 16), Err(Error::Io));
            assert_eq!(flash.read(0, &mut [0; 4]), Err(Error::Io));
            flash.power_on();
            let mut got = [0; 64];
            flash.read(0, &mut got).unwrap();
            assert_eq!((got[..8].to_vec(), got[16..].to_vec()), (vec![0x55; 8], vec![0xff; 48]));
            assert!(got[8..16].iter().all(|byte| byte & 0x0f == 0x0f));
            assert_eq!(flash.program(8, &[0; 8]), Err(Error::WrongState));
            assert_eq!(flash.changes(), 2);
            seen.insert(got[8..16].to_vec());
        }
        assert!(seen.len() > 40);
    }

    #[test]
    fn a_torn_erase_leaves_what_must_be_erased_again_and_a_failure_nothing() {
        let mut flash = SimFlash::new(64, 16, 8).unwrap();
        flash.program(0, &[0; 16]).unwrap();
        flash.fail(0);
        assert_eq!(flash.erase(0, 16), Err(Error::Io));
        let mut got = [1; 16];
        flash.read(0, &mut got).unwrap();
        assert_eq!(got, [0; 16]);
        flash.tear(0, 7);
        assert_eq!(flash.erase(0, 16), Err(Error::Io));
        flash.power_on();
        flash.read(0, &mut got).unwrap();
        assert!(got != [0; 16] && got != [0xff; 16]);
        assert_eq!(flash.program(0, &[1; 8]), Err(Error::WrongState));
        flash.erase(0, 16).unwrap();
        flash.program(0, &[1; 8]).unwrap();
    }
}
