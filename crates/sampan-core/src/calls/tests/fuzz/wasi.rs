// SPDX-License-Identifier: Apache-2.0
//! What the functions of WASI take, and where they write: the table in `calls::wasi` has their types only.
//!
//! A function that isn't here may write nowhere, so one that comes to do something has to be added. Those of sockets
//! beyond preview 1 are WAMR's; where they aren't built in, they are left out.

use super::super::{ARGUMENTS, Prepared};
use super::Random;
use crate::calls::wasi;
use crate::tests::script::{Op, Script};
use core::ops::Range;
use std::collections::BTreeSet;
use std::vec::Vec;

/// Arguments and environment of the container: two texts each, of 8 bytes together.
pub(super) const ARGS: [&[u8]; 2] = [b"one", b"two"];
pub(super) const ENV: [&[u8]; 2] = [b"a=b", b"c=d"];
const IOVEC_LEN: u64 = 8;
const EVENT_LEN: u64 = 32;
const ADDRESS_LEN: u64 = 24;
const INFO_LEN: u64 = 28;
const PATHS: &[&[u8]] = &[b"data", b"log", b"./data", b".", b"..", b"/etc", b"a\0b", b""];
const HOSTS: &[&[u8]] = &[b"10.0.0.5\0", b"broker.local\0", b"80\0"];
/// A `timestamp` to which a clock of realtime or monotonic time runs, from now on.
const SUBSCRIPTIONS: [(u8, u32, u64); 4] = [(0, 1, 500_000), (0, 0, 0), (1, 3, 0), (0, 7, 5)];

/// A part of a function's parameters.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// One of these numbers.
    Number(&'static [u64]),
    /// A descriptor.
    Fd,
    /// Address and length of a path.
    Path,
    /// Address of a text that ends with a NUL.
    Host,
    /// Address and number of vectors, of which bytes are read.
    From,
    /// Address and number of vectors to which bytes are written.
    To,
    /// Address and length of a buffer.
    Buffer,
    /// Address of so many bytes that are written.
    Out(u64),
    /// Address and number of structs of so many bytes that are written.
    Outs(u64),
    /// Address of a socket's address, which is read.
    Address,
    /// Address of subscriptions; then that of events, and how many of both.
    Poll,
}

use Part::{Address, Buffer, Fd, From, Host, Number, Out, Outs, Path, Poll, To};

const ZERO: Part = Number(&[0]);
const FLAGS: Part = Number(&[0, 1]);
const RIGHTS: Part = Number(&[u64::MAX, 1 << 1 | 1 << 6, 1 << 1, 1 << 6]);
const COOKIE: Part = Number(&[0, 1, 2]);
const HOW: Part = Number(&[0, 1, 1, 5, 9, 2]);
const CLOCK: Part = Number(&[0, 1, 2]);
const WHENCE: Part = Number(&[0, 1, 2]);
const OFFSET: Part = Number(&[0, 1, 20, u64::MAX]);

const SHAPES: &[(&str, &[Part])] = &[
    ("args_get", &[Out(8), Out(8)]),
    ("args_sizes_get", &[Out(4), Out(4)]),
    ("environ_get", &[Out(8), Out(8)]),
    ("environ_sizes_get", &[Out(4), Out(4)]),
    ("clock_res_get", &[CLOCK, Out(8)]),
    ("clock_time_get", &[CLOCK, ZERO, Out(8)]),
    ("fd_close", &[Fd]),
    ("fd_fdstat_get", &[Fd, Out(24)]),
    ("fd_fdstat_set_flags", &[Fd, Number(&[0, 4])]),
    ("fd_filestat_get", &[Fd, Out(64)]),
    ("fd_prestat_get", &[Fd, Out(8)]),
    ("fd_prestat_dir_name", &[Fd, Buffer]),
    ("fd_read", &[Fd, To, Out(4)]),
    ("fd_readdir", &[Fd, Buffer, COOKIE, Out(4)]),
    ("fd_seek", &[Fd, OFFSET, WHENCE, Out(8)]),
    ("fd_tell", &[Fd, Out(8)]),
    ("fd_write", &[Fd, From, Out(4)]),
    ("path_filestat_get", &[Fd, ZERO, Path, Out(64)]),
    ("path_open", &[Fd, ZERO, Path, HOW, RIGHTS, RIGHTS, FLAGS, Out(4)]),
    ("path_unlink_file", &[Fd, Path]),
    ("poll_oneoff", &[Poll, Out(4)]),
    ("proc_exit", &[Number(&[0, 3])]),
    ("random_get", &[Buffer]),
    ("sock_accept", &[Fd, Number(&[0, 4]), Out(4)]),
    ("sock_recv", &[Fd, To, FLAGS, Out(4), Out(2)]),
    ("sock_send", &[Fd, From, ZERO, Out(4)]),
    ("sock_shutdown", &[Fd, Number(&[1, 2, 3])]),
    ("sock_open", &[ZERO, Number(&[0, 1]), Number(&[0, 1]), Out(4)]),
    ("sock_bind", &[Fd, Address]),
    ("sock_connect", &[Fd, Address]),
    ("sock_listen", &[Fd, Number(&[1, 5])]),
    ("sock_recv_from", &[Fd, To, FLAGS, Out(ADDRESS_LEN), Out(4)]),
    ("sock_send_to", &[Fd, From, ZERO, Address, Out(4)]),
    ("sock_close", &[Fd]),
    ("sock_addr_local", &[Fd, Out(ADDRESS_LEN)]),
    ("sock_addr_remote", &[Fd, Out(ADDRESS_LEN)]),
    ("sock_addr_resolve", &[Host, Host, ZERO, Outs(INFO_LEN), Out(4)]),
];

/// Every function that there is: name, type, parameters.
pub(super) fn functions() -> Vec<(&'static str, &'static str, &'static [Part])> {
    let names: BTreeSet<_> = wasi::names().chain(SHAPES.iter().map(|(name, _)| *name)).collect();
    let describe = |name: &'static str| {
        let (_, signature) = wasi::find(name)?;
        let text: &'static str = std::format!("{signature}").leak();
        let shape = SHAPES.iter().find(|(known, _)| *known == name).map(|(_, parts)| *parts);
        let numbers = || &*Vec::leak(std::vec![Number(&[0, 1, 3, 256, 512]); signature.params().len()]);
        let parts = shape.unwrap_or_else(numbers);
        let count: usize = parts.iter().map(Part::count).sum();
        assert_eq!(count, signature.params().len(), "{name}");
        Some((name, text, parts))
    };
    names.into_iter().filter_map(describe).collect()
}

impl Part {
    /// How many parameters it is.
    const fn count(&self) -> usize {
        match self {
            Path | From | To | Buffer | Outs(_) => 2,
            Poll => 3,
            Number(_) | Fd | Host | Out(_) | Address => 1,
        }
    }

    /// Its values, with what lies at `at` for them.
    fn prepare(&self, random: &Random, at: u32) -> (Vec<u64>, Vec<u8>) {
        let address = u64::from(at);
        match self {
            Number(numbers) => (std::vec![random.one_of(numbers)], Vec::new()),
            Fd => (std::vec![random.one_of(&[0, 1, 3, 3, 256, 256, 257, 258])], Vec::new()),
            Path => {
                let path = random.one_of(PATHS);
                (std::vec![address, path.len() as u64], path.to_vec())
            }
            Host => (std::vec![address], random.one_of(HOSTS).to_vec()),
            From | To => {
                let vectors = [at + 32, 20, at + 64, 30].map(u32::to_le_bytes).concat();
                (std::vec![address, random.below(3)], vectors)
            }
            Buffer => (std::vec![address, random.one_of(&[0, 1, 20, 100])], Vec::new()),
            Out(_) => (std::vec![address], Vec::new()),
            Outs(_) => (std::vec![address, random.below(3)], Vec::new()),
            // Of the fourth kind: 10.0.0.5, port 5.
            Address => (std::vec![address], [0, 0, 0, 0, 10, 0, 0, 5, 5, 0].to_vec()),
            Poll => {
                let count = random.below(3);
                let subscriptions = (0..count).flat_map(|_| subscription(random)).collect();
                (std::vec![address, address + 100, count], subscriptions)
            }
        }
    }
}

fn subscription(random: &Random) -> Vec<u8> {
    let (tag, clock, timeout_ns) = random.one_of(&SUBSCRIPTIONS);
    let mut bytes = crate::tests::script::clock_subscription(7, clock, timeout_ns, false);
    bytes[8] = tag;
    bytes
}

/// Makes a file with something in it, of which descriptor 256 is the beginning if no handle is open.
pub(super) fn prelude(script: Script) -> Script {
    const OPEN: [u64; 9] = [3, 0, 64, 4, 1, u64::MAX, 0, 0, 60];
    let content = [72, 40_u32].map(u32::to_le_bytes).concat();
    script
        .op(Op::Write(64, [b"data\0\0\0\0".to_vec(), content].concat()))
        .wasi("path_open", "(iiiiiIIii)i", &OPEN)
        .wasi("fd_write", "(iiii)i", &[256, 72, 1, 60])
        .wasi("fd_seek", "(iIii)i", &[256, 0, 0, 120])
}

/// Values with which a function of these parts works, and the bytes that they name.
pub(super) fn prepare(random: &Random, parts: &[Part]) -> Prepared {
    let mut prepared = Prepared { values: Vec::new(), writes: Vec::new() };
    let mut at = ARGUMENTS;
    for part in parts {
        let (values, bytes) = part.prepare(random, at);
        prepared.values.extend(values);
        prepared.writes.push((at, bytes));
        at += 256;
    }
    prepared
}

/// Where the call may write, given the memory before it.
pub(super) fn outputs(parts: &[Part], values: &[u64], before: &[u8]) -> Vec<Range<u64>> {
    let words: Vec<u64> = values.iter().map(|value| u64::from(*value as u32)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    for part in parts {
        let start = words[at];
        match part {
            Out(len) => found.push(start..start + len),
            Outs(len) => found.push(start..start + len * words[at + 1]),
            Buffer => found.push(start..start + words[at + 1]),
            To => found.extend(vectors(start, words[at + 1], before)),
            Poll => found.push(words[at + 1]..words[at + 1] + EVENT_LEN * words[at + 2]),
            Number(_) | Fd | Path | Host | From | Address => {}
        }
        at += part.count();
    }
    found
}

/// What the vectors at `start` name. If it is themselves, what is written first tells where the rest goes.
fn vectors(start: u64, count: u64, before: &[u8]) -> Vec<Range<u64>> {
    let array = start..start + count * IOVEC_LEN;
    let Some(bytes) = before.get(start as usize..array.end as usize) else { return Vec::new() };
    let word = |bytes: &[u8]| u64::from(u32::from_le_bytes(bytes.try_into().unwrap()));
    let range = |vector: &[u8]| word(&vector[..4])..word(&vector[..4]) + word(&vector[4..]);
    let ranges: Vec<_> = bytes.chunks_exact(IOVEC_LEN as usize).map(range).collect();
    if ranges.iter().any(|range| range.start < array.end && range.end > array.start) {
        return std::vec![0..before.len() as u64];
    }
    ranges
}
