// SPDX-License-Identifier: Apache-2.0
//! What a WebAssembly module asks for, from its custom section.
//!
//! The section holds a permission a line, each with its end: linkers join the sections of several object
//! files, and lines joined are lines still. Of the rest of the module only the sections' sizes are read.

use crate::error::{Error, ErrorKind};
use crate::permission::{MAX_PERMISSIONS, Permission, Permissions};

/// Name of the custom section.
pub const REQUEST_SECTION: &str = "sampan.permissions";

const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
/// Highest section id of core WebAssembly.
const LAST_ID: u8 = 13;

/// Reads what a module asks for; a module without the section asks for nothing.
///
/// # Errors
/// [`ErrorKind::NotAModule`], [`ErrorKind::BadSection`], [`ErrorKind::RepeatedSection`],
/// [`ErrorKind::NotText`], [`ErrorKind::TooMany`] or [`ErrorKind::BadPermission`], with the offset in the
/// module.
pub fn requested_permissions(module: &[u8]) -> Result<Permissions<'_>, Error> {
    let mut rest = module.strip_prefix(PREAMBLE).ok_or(ErrorKind::NotAModule.at(0))?;
    let offset_of = |rest: &[u8]| module.len().saturating_sub(rest.len());
    let mut found = None;
    while let [id, after @ ..] = rest {
        let offset = offset_of(rest);
        let bad = ErrorKind::BadSection.at(offset);
        let (len, after) = leb(after).ok_or(bad)?;
        let (content, after) = after.split_at_checked(len).ok_or(bad)?;
        rest = after;
        match *id {
            CUSTOM => {
                let (len, content) = leb(content).ok_or(bad)?;
                let (name, content) = content.split_at_checked(len).ok_or(bad)?;
                if name == REQUEST_SECTION.as_bytes() && found.replace((content, offset)).is_some() {
                    return Err(ErrorKind::RepeatedSection.at(offset));
                }
            }
            1..=LAST_ID => {}
            _ => return Err(bad),
        }
    }
    match found {
        Some((content, offset)) => lines(content, offset),
        None => Ok(Permissions::NONE),
    }
}

/// Checks lines of permissions.
fn lines(content: &[u8], offset: usize) -> Result<Permissions<'_>, Error> {
    let text = core::str::from_utf8(content).map_err(|_| ErrorKind::NotText.at(offset))?;
    let mut count = 0_usize;
    for line in text.split_inclusive('\n') {
        count = count.saturating_add(1);
        let line = line.strip_suffix('\n').ok_or(ErrorKind::BadPermission.at(offset))?;
        if Permission::parse(line).is_err() {
            return Err(ErrorKind::BadPermission.at(offset));
        }
    }
    if count > MAX_PERMISSIONS { Err(ErrorKind::TooMany.at(offset)) } else { Ok(Permissions::of_lines(text)) }
}

/// Reads a u32 of at most five bytes, and tells what follows. Linkers pad it, so its form isn't unique.
fn leb(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (shift, (idx, byte)) in (0..35).step_by(7).zip(bytes.iter().enumerate()) {
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            let value = usize::try_from(u32::try_from(value).ok()?).ok()?;
            return Some((value, bytes.get(idx.checked_add(1)?..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::vec::Vec;

    fn section(name: &str, content: &str) -> Vec<u8> {
        let len = u8::try_from(1 + name.len() + content.len()).unwrap();
        let name_len = u8::try_from(name.len()).unwrap();
        [&[CUSTOM, len, name_len], name.as_bytes(), content.as_bytes()].concat()
    }

    fn module(sections: &[Vec<u8>]) -> Vec<u8> {
        [PREAMBLE.to_vec(), sections.concat()].concat()
    }

    fn kind(module: &[u8]) -> Option<ErrorKind> {
        requested_permissions(module).err().map(|error| error.kind())
    }

    #[test]
    fn the_section_is_found_among_others() {
        let wanted = section(REQUEST_SECTION, "log\ngpio:led0\nlog\n");
        let module =
            module(&[section("name", "x"), std::vec![1, 1, 0], wanted, std::vec![10, 0x81, 0x80, 0, 0]]);
        let names: Vec<_> = requested_permissions(&module).unwrap().iter().map(|p| p.name).collect();
        assert_eq!(names, ["log", "gpio", "log"]);
        assert_eq!(requested_permissions(PREAMBLE).unwrap().iter().count(), 0);
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let request = |content: &str| module(&[section(REQUEST_SECTION, content)]);
        assert_eq!(kind(b"\0asm\x02\0\0\0"), Some(ErrorKind::NotAModule));
        assert_eq!(kind(&request("log")), Some(ErrorKind::BadPermission));
        assert_eq!(kind(&request("log\n\n")), Some(ErrorKind::BadPermission));
        assert_eq!(kind(&request("LOG\n")), Some(ErrorKind::BadPermission));
        assert_eq!(kind(&request("log\r\n")), Some(ErrorKind::BadPermission));
        let twice = module(&[section(REQUEST_SECTION, "log\n"), section(REQUEST_SECTION, "clock\n")]);
        assert_eq!(kind(&twice), Some(ErrorKind::RepeatedSection));
        let many = [PREAMBLE, &[0, 0xd4, 2, 18], REQUEST_SECTION.as_bytes(), &b"logs\n".repeat(65)].concat();
        assert_eq!(kind(&many), Some(ErrorKind::BadSection));
        let many = [PREAMBLE, &[0, 0xd8, 2, 18], REQUEST_SECTION.as_bytes(), &b"logs\n".repeat(65)].concat();
        assert_eq!(kind(&many), Some(ErrorKind::TooMany));
        assert_eq!(kind(&module(&[std::vec![14, 0]])), Some(ErrorKind::BadSection));
        assert_eq!(kind(&module(&[std::vec![1, 0x80, 0x80, 0x80, 0x80, 0x10]])), Some(ErrorKind::BadSection));
        let whole = request("log\ngpio:led0\n");
        for len in 0..whole.len() {
            // A module may end behind any section, and behind its preamble.
            assert_eq!(kind(&whole[..len]).is_none(), len == PREAMBLE.len(), "{len} bytes");
        }
    }
}
