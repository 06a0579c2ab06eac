// SPDX-License-Identifier: Apache-2.0
//! The commands of a manifest, carried out on what is known of its components so far.
//!
//! A sequence begins with the first component selected. Each check is noted with the component, and
//! counts only if what it checks was set before it.

use super::{Component, MAX_COMPONENTS, Part};
use crate::cbor::Reader;
use crate::envelope;
use crate::error::{Error, ErrorKind};

const CONDITION_VENDOR: i32 = 1;
const CONDITION_CLASS: i32 = 2;
const CONDITION_IMAGE: i32 = 3;
const SET_COMPONENT_INDEX: i32 = 12;
const OVERRIDE_PARAMETERS: i32 = 20;
const FETCH: i32 = 21;

const PARAMETER_VENDOR: i32 = 1;
const PARAMETER_CLASS: i32 = 2;
const PARAMETER_DIGEST: i32 = 3;
const PARAMETER_SIZE: i32 = 14;
const PARAMETER_URI: i32 = 21;

/// Bits of a reporting policy; what they ask for goes to nobody here.
const REPORT_ALL: u32 = 15;
/// Commands of one sequence, at most.
const MAX_COMMANDS: usize = 64;

// What is known of a component, and what of it was checked: a bit each.
const HAS_VENDOR: u16 = 1;
const HAS_CLASS: u16 = 1 << 1;
const HAS_DIGEST: u16 = 1 << 2;
const HAS_SIZE: u16 = 1 << 3;
const HAS_URI: u16 = 1 << 4;
const HAS_ALL: u16 = HAS_VENDOR | HAS_CLASS | HAS_DIGEST | HAS_SIZE | HAS_URI;
const CHECKED_VENDOR: u16 = 1 << 5;
const CHECKED_CLASS: u16 = 1 << 6;
const FETCHED: u16 = 1 << 7;
const CHECKED_INSTALLED: u16 = 1 << 8;
const CHECKED_VALID: u16 = 1 << 9;
const CHECKED_ALL: u16 = CHECKED_VENDOR | CHECKED_CLASS | FETCHED | CHECKED_INSTALLED | CHECKED_VALID;

/// Which sequence of the manifest runs: it decides what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// In the common block: whom it's for, digests and sizes.
    Shared,
    /// Checks what is there.
    Validate,
    /// Gets the payloads and checks them.
    Install,
}

/// The components while the manifest is read, in the places where they'll stay.
#[derive(Debug)]
pub(super) struct Draft<'m, 'a> {
    components: &'m mut [Component<'a>; MAX_COMPONENTS],
    count: usize,
}

/// Selected components, a bit each.
type Selection = u8;

impl<'m, 'a> Draft<'m, 'a> {
    pub(super) const fn new(components: &'m mut [Component<'a>; MAX_COMPONENTS]) -> Self {
        Self { components, count: 0 }
    }

    /// Adds a component after the others.
    pub(super) fn add(&mut self, part: Part, offset: usize) -> Result<(), Error> {
        if self.components.iter().take(self.count).any(|component| component.part == part) {
            return Err(ErrorKind::RepeatedComponent.at(offset));
        }
        let place = self.components.get_mut(self.count).ok_or(ErrorKind::TooMany.at(offset))?;
        (place.part, place.offset) = (part, offset);
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Carries out a sequence.
    pub(super) fn run(&mut self, mut reader: Reader<'a>, sequence: Sequence) -> Result<(), Error> {
        let start = reader.offset();
        let items = reader.array(MAX_COMMANDS.saturating_mul(2))?;
        if items % 2 != 0 {
            return Err(ErrorKind::MissingParameter.at(start));
        }
        let mut selection = 1;
        for _ in 0..items / 2 {
            let offset = reader.offset();
            let command = reader.integer()?;
            // What a condition or a fetch needs, and what it has done then.
            let (needs, does) = match (command, sequence) {
                (SET_COMPONENT_INDEX, _) => {
                    selection = self.select(&mut reader)?;
                    continue;
                }
                (OVERRIDE_PARAMETERS, Sequence::Shared | Sequence::Install) => {
                    self.set(&mut reader, selection, sequence)?;
                    continue;
                }
                (CONDITION_VENDOR, Sequence::Shared) => (HAS_VENDOR, CHECKED_VENDOR),
                (CONDITION_CLASS, Sequence::Shared) => (HAS_CLASS, CHECKED_CLASS),
                (FETCH, Sequence::Install) => (HAS_URI, FETCHED),
                (CONDITION_IMAGE, Sequence::Install) => (HAS_DIGEST | HAS_SIZE | FETCHED, CHECKED_INSTALLED),
                (CONDITION_IMAGE, Sequence::Validate) => (HAS_DIGEST | HAS_SIZE, CHECKED_VALID),
                _ => return Err(ErrorKind::UnsupportedCommand.at(offset)),
            };
            let offset = reader.offset();
            reader.number(REPORT_ALL)?;
            for component in self.selected(selection) {
                if component.seen & needs != needs {
                    return Err(ErrorKind::MissingParameter.at(offset));
                }
                component.seen |= does;
            }
        }
        reader.finish()
    }

    /// Reads a component index, or `true` for all of them.
    fn select(&self, reader: &mut Reader<'_>) -> Result<Selection, Error> {
        if reader.at_true() {
            reader.boolean()?;
            return Ok(Selection::MAX);
        }
        let offset = reader.offset();
        let index = reader.unsigned()?;
        let known = usize::try_from(index).is_ok_and(|index| index < self.count);
        let bit = u32::try_from(index).ok().and_then(|index| (1 as Selection).checked_shl(index));
        bit.filter(|_| known).ok_or(ErrorKind::ComponentIndex.at(offset))
    }

    fn selected(&mut self, selection: Selection) -> impl Iterator<Item = &mut Component<'a>> {
        let places = self.components.iter_mut().take(self.count).enumerate();
        places.filter(move |(idx, _)| selection >> idx & 1 != 0).map(|(_, component)| component)
    }

    /// Sets parameters of the selected components.
    #[inline(never)]
    fn set(
        &mut self,
        reader: &mut Reader<'a>,
        selection: Selection,
        sequence: Sequence,
    ) -> Result<(), Error> {
        let mut keys = reader.map()?;
        let mut offset = reader.offset();
        while let Some(key) = keys.next(reader)? {
            let mut value = Component::NONE;
            let has = match (key, sequence) {
                (PARAMETER_VENDOR, Sequence::Shared) => {
                    value.vendor_id = reader.fixed()?;
                    HAS_VENDOR
                }
                (PARAMETER_CLASS, Sequence::Shared) => {
                    value.class_id = reader.fixed()?;
                    HAS_CLASS
                }
                (PARAMETER_DIGEST, Sequence::Shared) => {
                    value.digest = digest(reader)?;
                    HAS_DIGEST
                }
                (PARAMETER_SIZE, Sequence::Shared) => {
                    value.size = reader.number(u32::MAX)?;
                    HAS_SIZE
                }
                (PARAMETER_URI, _) => {
                    value.uri = uri(reader)?;
                    HAS_URI
                }
                _ => return Err(ErrorKind::UnsupportedParameter.at(offset)),
            };
            for component in self.selected(selection) {
                if component.seen & has != 0 {
                    return Err(ErrorKind::RepeatedParameter.at(offset));
                }
                component.seen |= has;
                match has {
                    HAS_VENDOR => component.vendor_id = value.vendor_id,
                    HAS_CLASS => component.class_id = value.class_id,
                    HAS_DIGEST => component.digest = value.digest,
                    HAS_SIZE => component.size = value.size,
                    _ => component.uri = value.uri,
                }
            }
            offset = reader.offset();
        }
        Ok(())
    }

    /// Number of components, if all is known of each and all was checked.
    pub(super) fn finish(&self) -> Result<usize, Error> {
        for component in self.components.iter().take(self.count) {
            if component.seen & CHECKED_ALL != CHECKED_ALL {
                return Err(ErrorKind::MissingCommand.at(component.offset));
            }
            if component.seen & HAS_ALL != HAS_ALL {
                return Err(ErrorKind::MissingParameter.at(component.offset));
            }
        }
        Ok(self.count)
    }
}

fn digest<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8; 32], Error> {
    let mut nested = reader.nested()?;
    let digest = envelope::digest(&mut nested)?;
    nested.finish()?;
    Ok(digest)
}

fn uri<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Error> {
    let offset = reader.offset();
    envelope::integrated(reader).map_err(|error| match error.kind() {
        ErrorKind::UnknownKey => ErrorKind::UnsupportedParameter.at(offset),
        _ => error,
    })
}
