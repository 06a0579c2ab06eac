// SPDX-License-Identifier: Apache-2.0
//! The functions that are called: whose they are, with what they work, where they may write, and what they may answer.

use super::super::Code;
use super::super::{CALLS, Entry, Id, Kind, Prepared, prelude, prepare, signature};
use super::Random;
use super::wasi::{self, Part};
#[cfg(feature = "ocre")]
use crate::calls::check::Needs;
#[cfg(feature = "ocre")]
use crate::calls::ocre;
use crate::calls::wasi_abi;
use crate::tests::script::{Import, Script};
use core::ops::Range;
use std::vec::Vec;

/// Errors of Ocre's functions, as `ocre::errno` has them.
const OCRE_ERRORS: [i64; 13] = [-1, -2, -4, -5, -11, -12, -16, -19, -22, -28, -42, -95, -110];
/// The last error number of preview 1.
const LAST_ERRNO: u64 = wasi_abi::ERRNO_NOTCAPABLE as u64;

/// One function.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    Own(&'static Entry),
    Wasi(&'static str, &'static str, &'static [Part]),
    #[cfg(feature = "ocre")]
    Ocre(&'static str, &'static Needs),
}

/// Every function that there is.
pub(super) fn all() -> Vec<Callee> {
    let own = CALLS.iter().map(Callee::Own);
    let wasi =
        wasi::functions().into_iter().map(|(name, signature, parts)| Callee::Wasi(name, signature, parts));
    let all = own.chain(wasi);
    #[cfg(feature = "ocre")]
    let all = all.chain(ocre::functions().map(|(signature, needs)| Callee::Ocre(signature, needs)));
    all.collect()
}

impl Callee {
    /// Module, name and type.
    pub(super) fn import(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Own(entry) => (entry.module, entry.name, signature(entry)),
            Self::Wasi(name, signature, _) => (wasi_abi::MODULE, name, signature),
            #[cfg(feature = "ocre")]
            Self::Ocre(signature, needs) => (needs.module, needs.name, signature),
        }
    }

    /// Makes what it needs there to be.
    pub(super) fn prelude(&self, script: Script) -> Script {
        match self {
            Self::Own(entry) => prelude(script, entry),
            Self::Wasi(name, ..) if name.starts_with("fd_") => wasi::prelude(script),
            _ => script,
        }
    }

    /// Values with which it works, and the bytes that they name.
    pub(super) fn prepare(&self, random: &Random) -> Prepared {
        match self {
            Self::Own(entry) => prepare(entry),
            Self::Wasi(_, _, parts) => wasi::prepare(random, parts),
            #[cfg(feature = "ocre")]
            Self::Ocre(_, needs) => prepare_ocre(random, needs),
        }
    }

    /// Nobody is there to end a long wait.
    pub(super) fn bound_wait(&self, values: &mut [u64], random: &Random) {
        let Self::Own(entry) = self else { return };
        match entry.id {
            Id::EventWait => values[0] = random.below(1000),
            Id::MsgRequest => values[4] = random.below(1000),
            _ => {}
        }
    }

    /// Where a call with these values may write, given the memory before it and where Ocre's messages are put.
    #[cfg_attr(not(feature = "ocre"), expect(unused_variables, reason = "only Ocre has mail"))]
    pub(super) fn outputs(&self, values: &[u64], before: &[u8], mail: &Range<u64>) -> Vec<Range<u64>> {
        match self {
            Self::Own(entry) => outputs_of(entry.params, values),
            Self::Wasi(_, _, parts) => wasi::outputs(parts, values, before),
            #[cfg(feature = "ocre")]
            Self::Ocre(_, needs) => {
                let mut outputs = outputs_of(needs.params, values);
                if needs.name == "ocre_get_event" {
                    outputs.push(mail.clone());
                }
                outputs
            }
        }
    }
}

fn outputs_of(params: &[Kind], values: &[u64]) -> Vec<Range<u64>> {
    let mut values = values.iter().map(|value| u64::from(*value as u32));
    let mut next = || values.next().unwrap();
    let mut found = Vec::new();
    for kind in params {
        let start = next();
        match kind {
            Kind::Buffer(_) => found.push(start..start + next()),
            Kind::Struct { len, .. } => found.push(start..start + u64::from(*len)),
            Kind::Text(_) | Kind::Bytes(_) => _ = next(),
            #[cfg(feature = "ocre")]
            Kind::CText(_) => {}
            Kind::U32 | Kind::U64 | Kind::Handle(_) => {}
        }
    }
    found
}

#[cfg(feature = "ocre")]
fn prepare_ocre(random: &Random, needs: &Needs) -> Prepared {
    let texts: &[&[u8]] = match needs.name {
        name if name.starts_with("ocre_gpio") => &[b"led0\0", b"button0\0", b"led7\0"],
        name if name.starts_with("ocre_sensors") => &[b"room\0", b"cellar\0", b"attic\0"],
        _ => &[b"plant/1\0", b"plant/\0", b"text/plain\0"],
    };
    let mut prepared = Prepared { values: Vec::new(), writes: Vec::new() };
    let mut at = super::super::ARGUMENTS;
    for kind in needs.params {
        match kind {
            Kind::CText(_) | Kind::Bytes(_) => {
                let text = random.one_of(texts);
                prepared.writes.push((at, text.to_vec()));
                prepared.values.push(at.into());
                if matches!(kind, Kind::Bytes(_)) {
                    prepared.values.push(text.len() as u64);
                }
            }
            Kind::Buffer(_) => prepared.values.extend([1024, random.one_of(&[16, 128, 512])]),
            Kind::Struct { .. } => prepared.values.push(at.into()),
            _ => prepared.values.push(random.one_of(&[0, 1, 2, 3, 16, 40])),
        }
        at += 128;
    }
    prepared
}

/// What an answer says of the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Nothing,
    Denied,
    /// Or it is what was asked for that can't be.
    PerhapsDenied,
    Throttled,
    PerhapsThrottled,
}

/// What an answer means; `None` if it isn't documented.
pub(super) fn judge((module, name, signature): &Import, result: u64) -> Option<Counted> {
    let narrow = i64::from(result as u32 as i32);
    match module.as_str() {
        wasi_abi::MODULE => judge_wasi(name, result),
        "env" | "sampan:ocre/1" => {
            let real = f64::from_bits(result);
            let answer = if signature.ends_with('F') { real as i64 } else { narrow };
            let documented = answer >= 0 || OCRE_ERRORS.contains(&answer) || name.contains("read");
            let is_error = signature.ends_with('i') || real.fract() == 0.0;
            documented.then_some(match answer {
                -1 if is_error => Counted::Denied,
                -11 if is_error => Counted::Throttled,
                _ => Counted::Nothing,
            })
        }
        _ => {
            let answer = if signature.ends_with('I') { result as i64 } else { narrow };
            let documented = answer >= 0 || (Code::WrongState as i64..=Code::Denied as i64).contains(&answer);
            documented.then_some(match answer {
                -1 => Counted::Denied,
                -9 => Counted::Throttled,
                _ => Counted::Nothing,
            })
        }
    }
}

fn judge_wasi(name: &str, result: u64) -> Option<Counted> {
    let is_socket = name.starts_with("sock_");
    // Of a socket, and of a descriptor that may be one, it is also the answer where it would have to wait.
    let may_wait = is_socket || name.starts_with("fd_");
    (result <= LAST_ERRNO).then_some(match result as u16 {
        // Also the answer to a path that leads out of the directory.
        wasi_abi::ERRNO_NOTCAPABLE if name.starts_with("path_") || is_socket => Counted::PerhapsDenied,
        wasi_abi::ERRNO_NOTCAPABLE => Counted::Denied,
        wasi_abi::ERRNO_AGAIN if may_wait => Counted::PerhapsThrottled,
        wasi_abi::ERRNO_AGAIN => Counted::Throttled,
        _ => Counted::Nothing,
    })
}
