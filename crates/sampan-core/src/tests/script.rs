// SPDX-License-Identifier: Apache-2.0
//! Images of the script engine: a list of operations, written by tests and decoded from bytes.
//!
//! An image is a sequence of 64-bit words and of byte strings with their length before them, so that a
//! truncated or random image is malformed as a real one is.

use super::world::keep;
use sampan_abi::TrapKind;
use sampan_engine::Status;
use std::string::String;
use std::vec::Vec;

/// First bytes of every image.
pub(crate) const MAGIC: &[u8; 4] = b"SCR1";

/// What a guest does; each operation costs one unit of fuel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Uses this much fuel more.
    Work(u64),
    /// Uses all fuel that it is ever given.
    Forever,
    /// Calls the import with these arguments and keeps the result.
    Call(u64, Vec<u64>),
    /// Writes bytes to linear memory; traps if they lie outside.
    Write(u64, Vec<u8>),
    /// Shows bytes of linear memory to the test.
    Dump(u64, u64),
    Trap(TrapKind),
    OutOfMemory,
    EngineFault,
    /// Goes on with the operation of this index.
    Jump(u64),
    /// As `Jump`, if the last result was zero.
    JumpIfZero(u64),
}

/// One import: module, name, signature.
pub(crate) type Import = (String, String, String);

/// An image, as a test describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) memory_len: u32,
    /// What the engine says that the image needs beside its linear memory.
    pub(crate) extra_need: u32,
    pub(crate) need_is_exact: bool,
    pub(crate) imports: Vec<Import>,
    pub(crate) functions: Vec<(String, Vec<Op>)>,
}

impl Script {
    /// A module with 256 bytes of memory whose `_start` the next operations fill.
    pub(crate) fn new() -> Self {
        let script = Self {
            memory_len: 256,
            extra_need: 64,
            need_is_exact: true,
            imports: Vec::new(),
            functions: Vec::new(),
        };
        script.function("_start")
    }

    /// Begins another exported function, which the next operations fill.
    pub(crate) fn function(mut self, name: &str) -> Self {
        self.functions.push((name.into(), Vec::new()));
        self
    }

    /// A module without any export.
    pub(crate) fn without_entry() -> Self {
        let mut script = Self::new();
        script.functions.clear();
        script
    }

    pub(crate) fn memory(mut self, len: u32) -> Self {
        self.memory_len = len;
        self
    }

    pub(crate) fn import(mut self, module: &str, name: &str, signature: &str) -> Self {
        self.imports.push((module.into(), name.into(), signature.into()));
        self
    }

    pub(crate) fn op(mut self, op: Op) -> Self {
        self.functions.last_mut().unwrap().1.push(op);
        self
    }

    /// Calls a function, imported where it is first called.
    pub(crate) fn call(mut self, module: &str, name: &str, signature: &str, args: &[u64]) -> Self {
        let import: Import = (module.into(), name.into(), signature.into());
        let known = self.imports.iter().position(|other| *other == import);
        let idx = known.unwrap_or_else(|| {
            self.imports.push(import);
            self.imports.len() - 1
        });
        self.op(Op::Call(idx as u64, args.to_vec()))
    }

    pub(crate) fn wasi(self, name: &str, signature: &str, args: &[u64]) -> Self {
        self.call("wasi_snapshot_preview1", name, signature, args)
    }

    pub(crate) fn exit(self, code: i32) -> Self {
        self.wasi("proc_exit", "(i)", &[u64::from(code as u32)])
    }

    pub(crate) fn stop_requested(self) -> Self {
        self.call("sampan:lifecycle", "stop-requested", "()i", &[])
    }

    /// Prints `text` through `fd`; uses the memory from `at` on.
    pub(crate) fn print_at(self, at: u32, fd: u64, text: &[u8]) -> Self {
        let mut vector = (at + 12).to_le_bytes().to_vec();
        vector.extend((text.len() as u32).to_le_bytes());
        let at = u64::from(at);
        let script = self.op(Op::Write(at, vector)).op(Op::Write(at + 12, text.to_vec()));
        script.wasi("fd_write", "(iiii)i", &[fd, at, 1, at + 8])
    }

    /// Sleeps through `poll_oneoff`; uses 88 bytes of memory from `at` on.
    pub(crate) fn sleep_at(self, at: u32, microseconds: u64) -> Self {
        let subscription = clock_subscription(7, 1, microseconds * 1000, false);
        let at = u64::from(at);
        let script = self.op(Op::Write(at, subscription));
        script.wasi("poll_oneoff", "(iiii)i", &[at, at + 48, 1, at + 80])
    }

    /// Sleeps, with memory that nothing else uses.
    pub(crate) fn sleep(self, microseconds: u64) -> Self {
        let at = self.memory_len - 88;
        self.sleep_at(at, microseconds)
    }

    /// From the beginning again, for ever.
    pub(crate) fn repeat(self) -> Self {
        self.op(Op::Jump(0))
    }

    /// Bytes of region that it needs.
    pub(crate) fn need(&self) -> u32 {
        self.memory_len.saturating_add(self.extra_need)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let words = [u64::from(self.memory_len), u64::from(self.extra_need), u64::from(self.need_is_exact)];
        words.into_iter().for_each(|value| put(&mut out, value));
        put(&mut out, self.imports.len() as u64);
        for (module, name, signature) in &self.imports {
            [module, name, signature].into_iter().for_each(|text| put_bytes(&mut out, text.as_bytes()));
        }
        put(&mut out, self.functions.len() as u64);
        for (name, ops) in &self.functions {
            put_bytes(&mut out, name.as_bytes());
            put(&mut out, ops.len() as u64);
            ops.iter().for_each(|op| op.encode(&mut out));
        }
        out
    }

    pub(crate) fn image(&self) -> &'static [u8] {
        keep(self.bytes())
    }

    /// Reads what [`bytes`](Self::bytes) wrote; anything else is a bad image.
    pub(crate) fn decode(image: &[u8]) -> Result<Self, Status> {
        let mut reader = Reader(image.strip_prefix(MAGIC).ok_or(Status::BadImage)?);
        let memory_len = reader.word_u32()?;
        let extra_need = reader.word_u32()?;
        let need_is_exact = reader.word()? != 0;
        let mut imports = Vec::new();
        for _ in 0..reader.word()? {
            imports.push((reader.text()?, reader.text()?, reader.text()?));
        }
        let mut functions = Vec::new();
        for _ in 0..reader.word()? {
            let name = reader.text()?;
            let mut ops = Vec::new();
            for _ in 0..reader.word()? {
                ops.push(Op::decode(&mut reader)?);
            }
            functions.push((name, ops));
        }
        if !reader.0.is_empty() {
            return Err(Status::BadImage);
        }
        Ok(Self { memory_len, extra_need, need_is_exact, imports, functions })
    }
}

/// A WASI subscription to a clock.
pub(crate) fn clock_subscription(user_data: u64, clock: u32, timeout_ns: u64, absolute: bool) -> Vec<u8> {
    let mut bytes = std::vec![0; 48];
    bytes[..8].copy_from_slice(&user_data.to_le_bytes());
    bytes[16..20].copy_from_slice(&clock.to_le_bytes());
    bytes[24..32].copy_from_slice(&timeout_ns.to_le_bytes());
    bytes[40] = u8::from(absolute);
    bytes
}

impl Op {
    fn encode(&self, out: &mut Vec<u8>) {
        let (tag, words, bytes): (u64, &[u64], &[u8]) = match self {
            Self::Work(fuel) => (0, &[*fuel], &[]),
            Self::Forever => (1, &[], &[]),
            Self::Call(import, args) => {
                [2, *import, args.len() as u64].iter().chain(args).for_each(|value| put(out, *value));
                return;
            }
            Self::Write(address, bytes) => {
                put(out, 3);
                put(out, *address);
                return put_bytes(out, bytes);
            }
            Self::Dump(address, len) => (4, &[*address, *len], &[]),
            Self::Trap(kind) => (5, &[*kind as u64], &[]),
            Self::OutOfMemory => (6, &[], &[]),
            Self::EngineFault => (7, &[], &[]),
            Self::Jump(target) => (8, &[*target], &[]),
            Self::JumpIfZero(target) => (9, &[*target], &[]),
        };
        put(out, tag);
        words.iter().for_each(|value| put(out, *value));
        out.extend_from_slice(bytes);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Status> {
        Ok(match reader.word()? {
            0 => Self::Work(reader.word()?),
            1 => Self::Forever,
            2 => {
                let (import, mut args) = (reader.word()?, Vec::new());
                for _ in 0..reader.word()? {
                    args.push(reader.word()?);
                }
                Self::Call(import, args)
            }
            3 => Self::Write(reader.word()?, reader.bytes()?.to_vec()),
            4 => Self::Dump(reader.word()?, reader.word()?),
            5 => Self::Trap(TrapKind::from_raw(reader.word()? as u8).ok_or(Status::BadImage)?),
            6 => Self::OutOfMemory,
            7 => Self::EngineFault,
            8 => Self::Jump(reader.word()?),
            9 => Self::JumpIfZero(reader.word()?),
            _ => return Err(Status::BadImage),
        })
    }
}

fn put(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn word(&mut self) -> Result<u64, Status> {
        let (word, rest) = self.0.split_first_chunk().ok_or(Status::BadImage)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*word))
    }

    fn word_u32(&mut self) -> Result<u32, Status> {
        u32::try_from(self.word()?).map_err(|_| Status::BadImage)
    }

    fn bytes(&mut self) -> Result<&'a [u8], Status> {
        let len = usize::try_from(self.word()?).map_err(|_| Status::BadImage)?;
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Status::BadImage)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String, Status> {
        String::from_utf8(self.bytes()?.to_vec()).map_err(|_| Status::BadImage)
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn images_decode_to_what_was_written_and_no_truncated_one_does() {
    let script = Script::new()
        .print_at(0, 1, b"hello")
        .sleep(5)
        .stop_requested()
        .op(Op::JumpIfZero(0))
        .op(Op::Work(9))
        .op(Op::Dump(1, 2))
        .function("_initialize")
        .op(Op::Trap(TrapKind::StackOverflow))
        .op(Op::OutOfMemory)
        .op(Op::EngineFault)
        .op(Op::Forever)
        .repeat();
    let image = script.bytes();
    assert_eq!(Script::decode(&image), Ok(script));
    for len in 0..image.len() {
        assert_eq!(Script::decode(&image[..len]), Err(Status::BadImage), "{len}");
    }
}
