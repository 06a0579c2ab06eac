// SPDX-License-Identifier: Apache-2.0
//! The SUIT manifest, as far as the container profile goes.
//!
//! Its commands are carried out on a table of components rather than on a device: what comes out is what each
//! component must be, and that the manifest does check it. A manifest that leaves a check out, sets a
//! parameter twice, or says anything else is refused; so all manifests that are accepted mean the same.

mod commands;

use crate::cbor::Reader;
use crate::error::{Error, ErrorKind};
use crate::identity::is_container_id;
use commands::{Draft, Sequence};

/// Components of one manifest, at most: one of each part.
pub const MAX_COMPONENTS: usize = 5;

const MANIFEST_VERSION: u32 = 1;
const KEY_VERSION: i32 = 1;
const KEY_SEQUENCE: i32 = 2;
const KEY_COMMON: i32 = 3;
const KEY_SET_VERSION: i32 = 6;
const KEY_VALIDATE: i32 = 7;
const KEY_INSTALL: i32 = 20;
const KEY_COMPONENTS: i32 = 2;
const KEY_SHARED: i32 = 4;

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A WebAssembly module.
    Module,
    /// Packed bytecode.
    Packed,
    /// Native code for one target.
    Native,
    /// Permissions, budgets and what happens at a fault.
    Policy,
    /// Digest and address of the bill of materials.
    Sbom,
    /// A trust store; never part of a container.
    Keys,
}

impl Part {
    /// Every part of a container.
    pub const ALL: [Self; MAX_COMPONENTS] =
        [Self::Module, Self::Packed, Self::Native, Self::Policy, Self::Sbom];

    /// The letter that names it in a component identifier.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Module => "m",
            Self::Packed => "b",
            Self::Native => "a",
            Self::Policy => "p",
            Self::Sbom => "s",
            Self::Keys => "k",
        }
    }

    /// The part as a person reads it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Packed => "packed bytecode",
            Self::Native => "native code",
            Self::Policy => "policy",
            Self::Sbom => "bill of materials",
            Self::Keys => "trust store",
        }
    }
}

/// Version of an image, for people: which one is newer is the sequence number's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Major, minor, patch.
    pub numbers: [u32; 3],
}

/// What the manifest says of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component<'a> {
    /// What it is.
    pub part: Part,
    /// Vendor that it's for.
    pub vendor_id: &'a [u8; 16],
    /// Class of device, engine and target that it's for.
    pub class_id: &'a [u8; 16],
    /// SHA-256 of its payload.
    pub digest: &'a [u8; 32],
    /// Bytes of its payload.
    pub size: u32,
    /// Name of the integrated payload.
    pub uri: &'a str,
    /// Where its identifier stands.
    pub offset: usize,
    /// What was read and checked of it, for `commands`.
    seen: u16,
}

impl Component<'_> {
    /// The place of one that isn't read yet.
    const NONE: Self = Self {
        part: Part::Keys,
        vendor_id: &[0; 16],
        class_id: &[0; 16],
        digest: &[0; 32],
        size: 0,
        uri: "",
        offset: 0,
        seen: 0,
    };
}

/// A manifest that keeps to the profile. Reading one authenticates nothing.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'a> {
    container: &'a str,
    sequence: u64,
    sequence_offset: usize,
    version: Option<Version>,
    components: [Component<'a>; MAX_COMPONENTS],
    count: usize,
}

impl<'a> Manifest<'a> {
    /// Id of the container; empty for a trust store.
    #[must_use]
    pub const fn container(&self) -> &'a str {
        self.container
    }

    /// Sequence number: rises with each release.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    pub(crate) const fn sequence_offset(&self) -> usize {
        self.sequence_offset
    }

    /// Version, where it has one.
    #[must_use]
    pub const fn version(&self) -> Option<Version> {
        self.version
    }

    /// The components, in the order of the manifest.
    pub fn components(&self) -> impl Iterator<Item = &Component<'a>> {
        self.components.iter().take(self.count)
    }

    /// The component that is a certain part.
    #[must_use]
    pub fn component(&self, part: Part) -> Option<&Component<'a>> {
        self.components().find(|component| component.part == part)
    }

    /// One that isn't read yet.
    pub(crate) const NONE: Self = Self {
        container: "",
        sequence: 0,
        sequence_offset: 0,
        version: None,
        components: [Component::NONE; MAX_COMPONENTS],
        count: 0,
    };

    /// Reads a manifest into its place, which moving it out of a result would copy twice.
    #[inline(never)]
    pub(crate) fn read(&mut self, mut reader: Reader<'a>) -> Result<(), Error> {
        let mut keys = reader.map()?;
        keys.expect(&mut reader, KEY_VERSION)?;
        let offset = reader.offset();
        if reader.number(u32::MAX)? != MANIFEST_VERSION {
            return Err(ErrorKind::WrongVersion.at(offset));
        }
        keys.expect(&mut reader, KEY_SEQUENCE)?;
        self.sequence_offset = reader.offset();
        self.sequence = reader.unsigned()?;
        keys.expect(&mut reader, KEY_COMMON)?;
        let mut draft = Draft::new(&mut self.components);
        self.container = common(reader.nested()?, &mut draft)?;
        let (mut validated, mut installed) = (false, false);
        let mut offset = reader.offset();
        while let Some(key) = keys.next(&mut reader)? {
            let sequence = match key {
                KEY_SET_VERSION => None,
                KEY_VALIDATE => Some(Sequence::Validate),
                KEY_INSTALL => Some(Sequence::Install),
                _ => return Err(ErrorKind::UnknownKey.at(offset)),
            };
            let block = reader.nested()?;
            match sequence {
                None => self.version = Some(version(block)?),
                Some(sequence) => draft.run(block, sequence)?,
            }
            validated |= key == KEY_VALIDATE;
            installed |= key == KEY_INSTALL;
            offset = reader.offset();
        }
        reader.finish()?;
        keys.require((validated && installed).then_some(()))?;
        self.count = draft.finish()?;
        Ok(())
    }
}

/// Reads the common block: the components, and what the shared sequence says of them. Returns the container's id.
#[inline(never)]
fn common<'a>(mut reader: Reader<'a>, draft: &mut Draft<'_, 'a>) -> Result<&'a str, Error> {
    let mut keys = reader.map()?;
    keys.expect(&mut reader, KEY_COMPONENTS)?;
    let start = reader.offset();
    let count = reader.array(MAX_COMPONENTS)?;
    let mut container = None;
    for _ in 0..count {
        let offset = reader.offset();
        let mut id = "";
        let part = component_id(&mut reader, &mut id)?;
        // All are of one container, and a trust store stands alone.
        if *container.get_or_insert(id) != id || part == Part::Keys && count != 1 {
            return Err(ErrorKind::BadComponent.at(offset));
        }
        draft.add(part, offset)?;
    }
    let container = container.ok_or(ErrorKind::BadComponent.at(start))?;
    keys.expect(&mut reader, KEY_SHARED)?;
    draft.run(reader.nested()?, Sequence::Shared)?;
    keys.finish(&reader)?;
    reader.finish()?;
    Ok(container)
}

/// Reads `[container-id, part]`, or `["k"]` for a trust store, whose container is the empty text.
fn component_id<'a>(reader: &mut Reader<'a>, id: &mut &'a str) -> Result<Part, Error> {
    let offset = reader.offset();
    let bad = ErrorKind::BadComponent.at(offset);
    let items = reader.array(2).ok().filter(|items| *items > 0).ok_or(bad)?;
    if items == 2 {
        *id = core::str::from_utf8(reader.bytes()?).map_err(|_| bad)?;
    }
    let part = match reader.bytes()? {
        b"m" => Part::Module,
        b"b" => Part::Packed,
        b"a" => Part::Native,
        b"p" => Part::Policy,
        b"s" => Part::Sbom,
        b"k" if items == 1 => return Ok(Part::Keys),
        _ => return Err(bad),
    };
    if is_container_id(id) { Ok(part) } else { Err(bad) }
}

/// Reads one to three numbers.
fn version(mut reader: Reader<'_>) -> Result<Version, Error> {
    let offset = reader.offset();
    let mut numbers = [0; 3];
    let count = reader.array(numbers.len())?;
    if count == 0 {
        return Err(ErrorKind::OutOfRange.at(offset));
    }
    for number in numbers.iter_mut().take(count) {
        *number = reader.number(u32::MAX)?;
    }
    reader.finish()?;
    Ok(Version { numbers })
}
