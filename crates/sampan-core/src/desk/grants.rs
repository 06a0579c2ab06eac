// SPDX-License-Identifier: Apache-2.0
//! What a container may do, compiled when it is created.
//!
//! A call asks for a bit first. Arguments are kept as records of the texts that were asked for and granted: a
//! text that the other list covers whole stands for both, so the usual check is one comparison.

use super::{Part, put};
use crate::calls::Permit;
use sampan_image::{Argument, Effective, Meet, Permission};

/// The module asks for it.
const REQUESTED: u8 = 1;
/// The operator grants it.
const GRANTED: u8 = 2;
const BOTH: u8 = REQUESTED | GRANTED;
/// Bytes of a record beside its text: permission, lists, length.
const HEAD_LEN: usize = 3;

fn permit_of(name: &str) -> Option<Permit> {
    Permit::NAMES.iter().find(|(_, known)| *known == name).map(|(permit, _)| *permit)
}

/// A bit for each permission of which something is allowed.
pub(super) fn permits(effective: &Effective<'_>) -> u32 {
    let name = |meet| match meet {
        Meet::One(permission) => permission.name,
        Meet::Topics { name, .. } => name,
    };
    effective
        .iter()
        .filter_map(|meet| permit_of(name(meet)))
        .fold(0, |bits, permit| bits | 1 << permit as u32)
}

/// Tells each record: what may be of use of both lists, and in which it holds. An address has its port behind its host.
fn records(effective: &Effective<'_>, mut tell: impl FnMut(Permit, u8, &str, &[u8])) {
    let (requested, granted) = (effective.requested, effective.granted);
    let mut record = |permission: &Permission<'_>, lists| {
        let Some(permit) = permit_of(permission.name) else { return };
        match permission.argument {
            Argument::Name(text) | Argument::Topic(text) => tell(permit, lists, text, &[]),
            Argument::Address { host, port } => tell(permit, lists, host, &port.unwrap_or(0).to_le_bytes()),
            Argument::None | Argument::Size(_) => {}
        }
    };
    for asked in requested.iter().filter(|asked| granted.iter().any(|given| asked.meet(&given).is_some())) {
        record(&asked, if granted.cover(&asked) { BOTH } else { REQUESTED });
    }
    for given in granted.iter().filter(|given| requested.iter().any(|asked| asked.meet(given).is_some())) {
        if !requested.iter().any(|asked| asked == given) {
            record(&given, if requested.cover(&given) { BOTH } else { GRANTED });
        }
    }
}

/// The compiled table: records of arguments, and two bits for each of the firmware's host functions.
#[derive(Debug)]
pub(crate) struct GrantTable {
    records: Part,
    /// Which host functions may be called, and behind these bits as many: of which denials the log was told.
    functions: Part,
}

impl GrantTable {
    pub(super) fn new(effective: &Effective<'_>, functions: usize, end: &mut usize) -> Self {
        let mut len = 0_usize;
        records(effective, |_, _, text, port| {
            len = len.saturating_add(HEAD_LEN).saturating_add(text.len()).saturating_add(port.len());
        });
        let records = Part::after(end, len);
        let bytes = functions.div_ceil(8);
        Self { records, functions: Part::after(end, bytes.saturating_mul(2)) }
    }

    /// Fills the table. `needs` has the permission of each host function, `None` for one that all may call.
    pub(crate) fn fill(
        &self,
        effective: &Effective<'_>,
        needs: impl Iterator<Item = Option<&'static str>>,
        region: &mut [u8],
    ) {
        let place = self.records.of(region);
        let mut at = 0_usize;
        records(effective, |permit, lists, text, port| {
            let len = text.len().saturating_add(port.len());
            put(place, at, &[permit as u8, lists, len as u8]);
            at = at.saturating_add(HEAD_LEN);
            put(place, at, text.as_bytes());
            put(place, at.saturating_add(text.len()), port);
            at = at.saturating_add(len);
        });
        let bits = self.functions.of(region);
        bits.fill(0);
        for (idx, need) in needs.enumerate() {
            let allowed =
                need.is_none_or(|text| Permission::parse(text).is_ok_and(|need| effective.allows(&need)));
            if let (true, Some(byte)) = (allowed, bits.get_mut(idx / 8)) {
                *byte |= 1 << (idx % 8);
            }
        }
    }

    /// Whether the firmware's function `idx` may be called.
    pub(crate) fn allows_function(&self, region: &mut [u8], idx: usize) -> bool {
        self.functions.of(region).get(idx / 8).is_some_and(|byte| byte >> (idx % 8) & 1 != 0)
    }

    /// Whether this is the first denial of the firmware's function `idx`.
    pub(crate) fn first_denial(&self, region: &mut [u8], idx: usize) -> bool {
        let bits = self.functions.of(region);
        let told = bits.len() / 2;
        let Some(byte) = bits.get_mut(told.saturating_add(idx / 8)) else { return false };
        let bit = 1 << (idx % 8);
        let first = *byte & bit == 0;
        *byte |= bit;
        first
    }

    /// Whether `action` is within what both lists have of `permit`.
    pub(crate) fn allows(&self, region: &mut [u8], permit: Permit, action: Argument<'_>) -> bool {
        let mut rest = &*self.records.of(region);
        let mut seen = 0;
        while let Some((&[id, lists, len], after)) = rest.split_first_chunk() {
            let Some((text, after)) = after.split_at_checked(usize::from(len)) else { break };
            rest = after;
            if id != permit as u8 || seen & lists == lists {
                continue;
            }
            if argument(text, action).is_some_and(|own| own.covers(&action)) {
                seen |= lists;
                if seen == BOTH {
                    return true;
                }
            }
        }
        false
    }
}

/// What a record says, which is of the kind of `action`.
fn argument<'r>(record: &'r [u8], action: Argument<'_>) -> Option<Argument<'r>> {
    let text = |bytes| core::str::from_utf8(bytes).ok();
    Some(match action {
        Argument::Topic(_) => Argument::Topic(text(record)?),
        Argument::Address { .. } => {
            let (host, port) = record.split_last_chunk()?;
            let port = u16::from_le_bytes(*port);
            Argument::Address { host: text(host)?, port: (port != 0).then_some(port) }
        }
        _ => Argument::Name(text(record)?),
    })
}
