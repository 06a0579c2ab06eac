// SPDX-License-Identifier: Apache-2.0
//! The reference to a bill of materials, which itself stays off the device.

use crate::cbor::Reader;
use crate::envelope;
use crate::error::{Error, ErrorKind};

const VERSION: u32 = 1;
const KEY_VERSION: i32 = 1;
const KEY_DIGEST: i32 = 2;
const KEY_URI: i32 = 3;
/// Bytes of the address, at most.
const MAX_URI: usize = 255;

/// Digest and address of a bill of materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sbom<'a> {
    /// SHA-256 of the document.
    pub digest: &'a [u8; 32],
    /// Where it can be had; may be empty.
    pub uri: &'a str,
}

impl<'a> Sbom<'a> {
    /// Reads the payload of a component `s`.
    ///
    /// # Errors
    /// What departs from the format, by its kind and offset in `input`.
    pub fn parse(input: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(input);
        let mut keys = reader.map()?;
        keys.expect(&mut reader, KEY_VERSION)?;
        let offset = reader.offset();
        if reader.number(u32::MAX)? != VERSION {
            return Err(ErrorKind::WrongVersion.at(offset));
        }
        keys.expect(&mut reader, KEY_DIGEST)?;
        let digest = envelope::digest(&mut reader)?;
        keys.expect(&mut reader, KEY_URI)?;
        let offset = reader.offset();
        let uri = reader.text()?;
        if uri.len() > MAX_URI {
            return Err(ErrorKind::OutOfRange.at(offset));
        }
        keys.finish(&reader)?;
        reader.finish()?;
        Ok(Self { digest, uri })
    }
}
