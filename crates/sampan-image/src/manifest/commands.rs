// SPDX-License-Identifier: Apache-2.0
//! The commands of a manifest, carried out on what is known of its components so far.
//!
//! A sequence begins with the first component selected. Each check is noted with the component, and
//! counts only if what it checks was set before it.

use super::{Component, MAX_COMPONENTS, Part};
use crate::cbor::Reader;
use crate::envelope;
use crate::error::{Error, ErrorKind};

const CONDITION_VENDOR: i64 = 1;
const CONDITION_CLASS: i64 = 2;
const CONDITION_IMAGE: i64 = 3;
const SET_COMPONENT_INDEX: i64 = 12;
const OVERRIDE_PARAMETERS: i64 = 20;
const FETCH: i64 = 21;

const PARAMETER_VENDOR: i64 = 1;
const PARAMETER_CLASS: i64 = 2;
const PARAMETER_DIGEST: i64 = 3;
const PARAMETER_SIZE: i64 = 14;
const PARAMETER_URI: i64 = 21;

/// Bits of a reporting policy; what they ask for goes to nobody here.
const REPORT_ALL: u32 = 15;
/// Commands of one sequence, at most.
const MAX_COMMANDS: usize = 64;

const CHECKED_VENDOR: u8 = 1;
const CHECKED_CLASS: u8 = 2;
const FETCHED: u8 = 4;
const CHECKED_INSTALLED: u8 = 8;
const CHECKED_VALID: u8 = 16;
const CHECKED_ALL: u8 = 31;

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

/// What is known of one component so far.
#[derive(Clone, Copy, Debug)]
struct State<'a> {
    part: Part,
    offset: usize,
    vendor_id: Option<&'a [u8; 16]>,
    class_id: Option<&'a [u8; 16]>,
    digest: Option<&'a [u8; 32]>,
    size: Option<u32>,
    uri: Option<&'a str>,
    checked: u8,
}

/// The components while the manifest is read.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    states: [Option<State<'a>>; MAX_COMPONENTS],
    count: usize,
}

/// Selected components, a bit each.
type Selection = u8;

impl<'a> Draft<'a> {
    /// Adds a component after the others.
    pub(super) fn add(&mut self, part: Part, offset: usize) -> Result<(), Error> {
        if self.states.iter().flatten().any(|state| state.part == part) {
            return Err(ErrorKind::RepeatedComponent.at(offset));
        }
        let state = State {
            part,
            offset,
            vendor_id: None,
            class_id: None,
            digest: None,
            size: None,
            uri: None,
            checked: 0,
        };
        *self.states.get_mut(self.count).ok_or(ErrorKind::TooMany.at(offset))? = Some(state);
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
            match (reader.integer()?, sequence) {
                (SET_COMPONENT_INDEX, _) => selection = self.select(&mut reader)?,
                (OVERRIDE_PARAMETERS, Sequence::Shared | Sequence::Install) => {
                    self.set(&mut reader, selection, sequence)?;
                }
                (CONDITION_VENDOR, Sequence::Shared) => {
                    self.check(&mut reader, selection, CHECKED_VENDOR, |state| state.vendor_id.is_some())?;
                }
                (CONDITION_CLASS, Sequence::Shared) => {
                    self.check(&mut reader, selection, CHECKED_CLASS, |state| state.class_id.is_some())?;
                }
                (FETCH, Sequence::Install) => {
                    self.check(&mut reader, selection, FETCHED, |state| state.uri.is_some())?;
                }
                (CONDITION_IMAGE, Sequence::Install) => {
                    let ready = |state: &State<'_>| state.is_known() && state.checked & FETCHED != 0;
                    self.check(&mut reader, selection, CHECKED_INSTALLED, ready)?;
                }
                (CONDITION_IMAGE, Sequence::Validate) => {
                    self.check(&mut reader, selection, CHECKED_VALID, State::is_known)?;
                }
                _ => return Err(ErrorKind::UnsupportedCommand.at(offset)),
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

    fn selected(&mut self, selection: Selection) -> impl Iterator<Item = &mut State<'a>> {
        let bits = (0..Selection::BITS).map(move |index| selection >> index & 1 != 0);
        self.states.iter_mut().flatten().zip(bits).filter(|(_, selected)| *selected).map(|(state, _)| state)
    }

    /// Notes a check of the selected components, each of which must be `ready` for it.
    fn check(
        &mut self,
        reader: &mut Reader<'_>,
        selection: Selection,
        bit: u8,
        ready: impl Fn(&State<'a>) -> bool,
    ) -> Result<(), Error> {
        let offset = reader.offset();
        reader.number(REPORT_ALL)?;
        for state in self.selected(selection) {
            if !ready(state) {
                return Err(ErrorKind::MissingParameter.at(offset));
            }
            state.checked |= bit;
        }
        Ok(())
    }

    /// Sets parameters of the selected components.
    fn set(
        &mut self,
        reader: &mut Reader<'a>,
        selection: Selection,
        sequence: Sequence,
    ) -> Result<(), Error> {
        let mut keys = reader.map()?;
        let mut offset = reader.offset();
        while let Some(key) = keys.next(reader)? {
            let value = match (key, sequence) {
                (PARAMETER_VENDOR, Sequence::Shared) => Value::Vendor(reader.fixed()?),
                (PARAMETER_CLASS, Sequence::Shared) => Value::Class(reader.fixed()?),
                (PARAMETER_DIGEST, Sequence::Shared) => Value::Digest(digest(reader)?),
                (PARAMETER_SIZE, Sequence::Shared) => Value::Size(reader.number(u32::MAX)?),
                (PARAMETER_URI, _) => Value::Uri(uri(reader)?),
                _ => return Err(ErrorKind::UnsupportedParameter.at(offset)),
            };
            for state in self.selected(selection) {
                state.set(value).ok_or(ErrorKind::RepeatedParameter.at(offset))?;
            }
            offset = reader.offset();
        }
        Ok(())
    }

    /// The components, if all is known of each and all was checked.
    pub(super) fn finish(&self) -> Result<[Option<Component<'a>>; MAX_COMPONENTS], Error> {
        let mut components = [None; MAX_COMPONENTS];
        for (component, state) in components.iter_mut().zip(self.states.iter().flatten()) {
            let missing = ErrorKind::MissingParameter.at(state.offset);
            if state.checked != CHECKED_ALL {
                return Err(ErrorKind::MissingCommand.at(state.offset));
            }
            *component = Some(Component {
                part: state.part,
                vendor_id: state.vendor_id.ok_or(missing)?,
                class_id: state.class_id.ok_or(missing)?,
                digest: state.digest.ok_or(missing)?,
                size: state.size.ok_or(missing)?,
                uri: state.uri.ok_or(missing)?,
                offset: state.offset,
            });
        }
        Ok(components)
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Vendor(&'a [u8; 16]),
    Class(&'a [u8; 16]),
    Digest(&'a [u8; 32]),
    Size(u32),
    Uri(&'a str),
}

impl<'a> State<'a> {
    const fn is_known(&self) -> bool {
        self.digest.is_some() && self.size.is_some()
    }

    /// Sets a parameter; `None` if it was set before.
    fn set(&mut self, value: Value<'a>) -> Option<()> {
        match value {
            Value::Vendor(id) => once(&mut self.vendor_id, id),
            Value::Class(id) => once(&mut self.class_id, id),
            Value::Digest(digest) => once(&mut self.digest, digest),
            Value::Size(size) => once(&mut self.size, size),
            Value::Uri(uri) => once(&mut self.uri, uri),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    if place.replace(value).is_some() { None } else { Some(()) }
}

fn digest<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8; 32], Error> {
    let mut nested = reader.nested()?;
    let digest = envelope::digest(&mut nested)?;
    nested.finish()?;
    Ok(digest)
}

fn uri<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Error> {
    let offset = reader.offset();
    envelope::integrated(reader).map_err(|error| match error.kind {
        ErrorKind::UnknownKey => ErrorKind::UnsupportedParameter.at(offset),
        _ => error,
    })
}
