// SPDX-License-Identifier: Apache-2.0
//! WASI preview 1: output, arguments, clocks, random numbers, descriptors, and what is absent.

use super::script::{Op, Script};
use super::world::{Line, World, permitted};
use crate::ContainerOptions;
use sampan_abi::{ExitReason, LogLevel};
use std::string::{String, ToString};
use std::vec::Vec;

const SUCCESS: u64 = 0;
const BADF: u64 = 8;
const FAULT: u64 = 21;
const INVAL: u64 = 28;
const IO: u64 = 29;
const NOSYS: u64 = 52;
const SPIPE: u64 = 70;
/// A descriptor that isn't open: 3 may be a directory.
const UNOPENED: u64 = if cfg!(feature = "wasi-files") { 4 } else { 3 };
/// Functions that are there where files are.
const OF_FILES: [&str; 6] =
    ["fd_filestat_get", "fd_readdir", "fd_tell", "path_filestat_get", "path_open", "path_unlink_file"];

/// Runs `script` in a fresh world; returns what it printed, the line of its end taken off.
fn printed(script: &Script) -> Vec<Line> {
    let mut world = World::new();
    let id = world.start(script);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert!(world.results().iter().all(|&result| result == SUCCESS));
    let mut lines = world.board.take_lines();
    assert_eq!(lines.pop().unwrap().2, "ended: exit code 0");
    assert!(lines.iter().all(|(_, source, _)| source == "c0"), "{lines:?}");
    lines
}

fn out(text: &str) -> Line {
    (LogLevel::Info, "c0".to_string(), text.to_string())
}

fn err(text: &str) -> Line {
    (LogLevel::Warning, "c0".to_string(), text.to_string())
}

fn prints(parts: &[(u64, &[u8])]) -> Script {
    let script = Script::new().memory(1024);
    parts.iter().fold(script, |script, (fd, text)| script.print_at(0, *fd, text))
}

#[test]
fn output_becomes_lines_however_it_is_written() {
    assert_eq!(printed(&prints(&[(1, b"one\ntwo\n")])), [out("one"), out("two")]);
    assert_eq!(printed(&prints(&[(1, b"hel"), (1, b"lo"), (1, b"\n")])), [out("hello")]);
    assert_eq!(printed(&prints(&[(1, b"a\nb"), (1, b"c\nd")])), [out("a"), out("bc"), out("d")]);
    assert_eq!(printed(&prints(&[(1, b"\n\nx\n\n")])), [out(""), out(""), out("x"), out("")]);
    assert_eq!(printed(&prints(&[(1, b""), (2, b"")])), []);
    assert_eq!(printed(&prints(&[(1, b"no end")])), [out("no end")]);
}

#[test]
fn a_change_of_stream_ends_the_line() {
    let lines = printed(&prints(&[(1, b"out"), (2, b"err"), (2, b"or\n"), (1, b"put\n"), (2, b"!")]));
    assert_eq!(lines, [out("out"), err("error"), out("put"), err("!")]);
    assert_eq!(printed(&prints(&[(1, b"a\n"), (2, b"b\n"), (1, b"c\n")])), [out("a"), err("b"), out("c")]);
}

#[test]
fn a_long_line_is_split_and_one_that_just_fits_is_not() {
    let text = |len: usize| "x".repeat(len);
    let line = |len: usize| printed(&prints(&[(1, (text(len) + "\n").as_bytes())]));
    assert_eq!(line(119), [out(&text(119))]);
    assert_eq!(line(120), [out(&text(120))]);
    assert_eq!(line(121), [out(&text(120)), out("x")]);
    assert_eq!(line(300), [out(&text(120)), out(&text(120)), out(&text(60))]);
    let halves = text(60);
    let parts = [(1, halves.as_bytes()), (1, halves.as_bytes()), (1, b"\n".as_slice())];
    assert_eq!(printed(&prints(&parts)), [out(&text(120))]);
}

#[test]
fn a_container_that_ends_in_any_way_loses_no_output() {
    let mut world = World::new();
    let id = world.start(&Script::new().print_at(0, 1, b"last words").op(Op::Forever));
    world.runtime.poll();
    assert_eq!(world.take_texts("c0"), [""; 0]);
    world.runtime.restart(id).unwrap();
    assert_eq!(world.take_texts("c0"), ["last words"]);
    world.runtime.poll();
    world.runtime.kill(id).unwrap();
    assert_eq!(world.take_texts("c0"), ["last words", "ended: killed"]);
    let trap = sampan_abi::TrapKind::Unreachable;
    let id = world.start(&Script::new().print_at(0, 2, b"assertion failed").op(Op::Trap(trap)));
    world.run_to_end(id);
    assert_eq!(world.take_texts("c1"), ["assertion failed", "ended: trap: unreachable executed"]);
}

#[test]
fn lines_of_several_containers_do_not_mix() {
    let mut world = World::new();
    let script = |text: &[u8]| Script::new().print_at(0, 1, text).wasi("sched_yield", "()i", &[]);
    world.start(&script(b"fir").print_at(0, 1, b"st\n"));
    world.start(&script(b"sec").print_at(0, 1, b"ond\n"));
    world.run_until(1_000);
    let lines: Vec<_> = world.board.take_lines().into_iter().map(|(_, from, text)| (from, text)).collect();
    let line = |from: &str, text: &str| (from.to_string(), text.to_string());
    assert!(lines.contains(&line("c0", "first")) && lines.contains(&line("c1", "second")), "{lines:?}");
}

/// One `iovec`.
fn vector(address: u32, len: u32) -> Vec<u8> {
    [address.to_le_bytes(), len.to_le_bytes()].concat()
}

/// Writes through these vectors of a memory full of `x`; returns result, bytes told as written, output.
fn write_vectors(vectors: &[(u32, u32)]) -> (u64, u32, String) {
    let mut world = World::new();
    let table: Vec<_> = vectors.iter().flat_map(|&(address, len)| vector(address, len)).collect();
    let args = [1, 0, vectors.len() as u64, 1020];
    let script = Script::new().memory(1024).op(Op::Write(128, "x".repeat(896).into_bytes()));
    let script = script.op(Op::Write(0, table)).wasi("fd_write", "(iiii)i", &args).op(Op::Dump(1020, 4));
    let id = world.start(&script);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    let mut texts = world.take_texts("c0");
    texts.pop();
    let written = u32::from_le_bytes(world.dumps()[0][..].try_into().unwrap());
    (world.results()[0], written, texts.concat())
}

#[test]
fn a_write_gathers_its_vectors_and_is_partial_when_it_is_large() {
    let written = |len: usize| (SUCCESS, len as u32, "x".repeat(len));
    assert_eq!(write_vectors(&[]), written(0));
    assert_eq!(write_vectors(&[(128, 0), (128, 0)]), written(0));
    assert_eq!(write_vectors(&[(128, 3), (200, 0), (300, 4)]), written(7));
    assert_eq!(write_vectors(&[(128, 511)]), written(511));
    assert_eq!(write_vectors(&[(128, 512)]), written(512));
    assert_eq!(write_vectors(&[(128, 513)]), written(512));
    assert_eq!(write_vectors(&[(128, 300), (128, 300), (128, 300)]), written(512));
    assert_eq!(write_vectors(&[(128, 512), (u32::MAX, u32::MAX)]), written(512), "told with the rest");
}

#[test]
fn a_vector_outside_memory_is_a_bad_address() {
    let full_of_x = u32::from_le_bytes(*b"xxxx");
    for bad in [(1000, 100), (1024, 1), (1025, 0), (u32::MAX, 1), (u32::MAX, u32::MAX), (1, u32::MAX / 2)] {
        let (result, written, _) = write_vectors(&[bad]);
        // The first 512 bytes of an overlong vector may be there, and are then all that is taken.
        if bad.0 == 1 {
            assert_eq!((result, written), (SUCCESS, 512));
        } else {
            assert_eq!((result, written), (FAULT, full_of_x), "{bad:?}");
        }
    }
    let (result, written, _) = write_vectors(&[(128, 5), (1020, 5)]);
    assert_eq!((result, written), (FAULT, full_of_x));
}

#[test]
fn other_descriptors_cannot_be_written() {
    let mut world = World::new();
    let write = |script: Script, fd: u64| script.wasi("fd_write", "(iiii)i", &[fd, 0, 1, 100]);
    let script = [0, 3, 4, u64::from(u32::MAX)].into_iter().fold(Script::new(), write);
    assert_eq!(world.results_of(&script), [BADF; 4]);
}

/// What `args_get` and `environ_get` make of these texts: the pointers relative to the buffer, the bytes.
fn layout(world: &mut World, options: &ContainerOptions<'_>, area: &str) -> (u32, Vec<u32>, Vec<u8>) {
    let (sizes, get) = (std::format!("{area}_sizes_get"), std::format!("{area}_get"));
    let script = Script::new().wasi(&sizes, "(ii)i", &[0, 4]).wasi(&get, "(ii)i", &[16, 80]);
    let id = world.create_with(&script.op(Op::Dump(0, 256)), options).unwrap();
    for run in 0..2 {
        if run == 0 {
            world.runtime.start(id).unwrap()
        } else {
            world.runtime.restart(id).unwrap()
        }
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    }
    world.runtime.remove(id).unwrap();
    assert_eq!(world.results(), [SUCCESS; 4]);
    let mut dumps = world.dumps();
    let memory = dumps.pop().unwrap();
    assert_eq!(dumps, std::slice::from_ref(&memory), "the same after a restart");
    let word = |at: usize| u32::from_le_bytes(memory[at..at + 4].try_into().unwrap());
    let (count, len) = (word(0), word(4) as usize);
    let pointers = (0..count as usize).map(|idx| word(16 + 4 * idx) - 80).collect();
    assert!(memory[16 + 4 * count as usize..80].iter().all(|&byte| byte == 0));
    assert!(memory[80 + len..].iter().all(|&byte| byte == 0));
    (count, pointers, memory[80..80 + len].to_vec())
}

#[test]
fn arguments_and_environment_are_laid_out_as_libc_expects() {
    let mut world = World::new();
    let options = ContainerOptions {
        name: b"pump",
        args: &[b"pump", b"", b"--rate=9"],
        env: &[b"A=1", b"LONGER=two"],
        ..permitted()
    };
    let args = layout(&mut world, &options, "args");
    assert_eq!(args, (3, [0, 5, 6].to_vec(), b"pump\0\0--rate=9\0".to_vec()));
    let env = layout(&mut world, &options, "environ");
    assert_eq!(env, (2, [0, 4].to_vec(), b"A=1\0LONGER=two\0".to_vec()));
    let plain = ContainerOptions { name: b"pump", ..permitted() };
    assert_eq!(layout(&mut world, &plain, "args"), (1, [0].to_vec(), b"pump\0".to_vec()));
    assert_eq!(layout(&mut world, &plain, "environ"), (0, [].to_vec(), [].to_vec()));
    let unnamed = permitted();
    assert_eq!(layout(&mut world, &unnamed, "args"), (1, [0].to_vec(), b"c0\0".to_vec()));
}

#[test]
fn clocks_tell_the_platforms_time_in_nanoseconds() {
    let mut world = World::new();
    world.board.advance_to(0x1_0000_0000);
    let get = |script: Script, clock| script.wasi("clock_time_get", "(iIi)i", &[clock, 1, 8 * clock]);
    let script = (0..4).fold(Script::new(), get).wasi("clock_res_get", "(ii)i", &[0, 16]);
    let script = script.wasi("clock_res_get", "(ii)i", &[1, 24]).wasi("clock_res_get", "(ii)i", &[2, 32]);
    assert_eq!(
        world.results_of(&script.op(Op::Dump(0, 40))),
        [SUCCESS, SUCCESS, INVAL, INVAL, SUCCESS, SUCCESS, INVAL]
    );
    let now_ns = 0x1_0000_0000 * 1000_u64;
    let expected: Vec<u8> =
        [now_ns, now_ns, 1000, 1000, 0].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(world.dumps(), [expected]);
}

#[test]
fn random_numbers_fill_exactly_what_was_asked_for() {
    let mut world = World::new();
    let get = |address, len| Script::new().memory(5000).wasi("random_get", "(ii)i", &[address, len]);
    assert_eq!(world.results_of(&get(16, 64).op(Op::Dump(0, 96))), [SUCCESS]);
    let memory = world.dumps().remove(0);
    assert!(memory[..16].iter().chain(&memory[80..]).all(|&byte| byte == 0));
    assert!(memory[16..80].iter().filter(|&&byte| byte != 0).count() > 50, "{memory:?}");
    assert_eq!(world.results_of(&get(0, 4096)), [SUCCESS]);
    assert_eq!(world.results_of(&get(0, 0)), [SUCCESS]);
    assert_eq!(world.results_of(&get(0, 4097)), [INVAL]);
    assert_eq!(world.results_of(&get(0, u64::from(u32::MAX))), [INVAL]);
    world.board.fail_entropy(true);
    assert_eq!(world.results_of(&get(0, 16)), [IO]);
    world.board.fail_entropy(false);
    assert_eq!(world.results_of(&get(0, 16)), [SUCCESS]);
}

#[test]
fn the_three_streams_are_all_descriptors_that_exist() {
    let mut world = World::new();
    let fds = [0, 1, 2, UNOPENED, u64::from(u32::MAX)];
    let each = |name: &str, signature: &str, args: fn(u64) -> Vec<u64>| {
        fds.iter().fold(Script::new(), |script, &fd| script.wasi(name, signature, &args(fd)))
    };
    let close = each("fd_close", "(i)i", |fd| [fd].to_vec());
    assert_eq!(world.results_of(&close), [SUCCESS, SUCCESS, SUCCESS, BADF, BADF]);
    let seek = each("fd_seek", "(iIii)i", |fd| [fd, 0, 0, 8].to_vec());
    assert_eq!(world.results_of(&seek), [SPIPE, SPIPE, SPIPE, BADF, BADF]);
    let prestat = each("fd_prestat_get", "(ii)i", |fd| [fd, 8].to_vec());
    assert_eq!(world.results_of(&prestat), [BADF; 5], "libc asks from 3 on until it's told so");
    let prestat = each("fd_prestat_dir_name", "(iii)i", |fd| [fd, 8, 8].to_vec());
    assert_eq!(world.results_of(&prestat), [BADF; 5]);
    let read = each("fd_read", "(iiii)i", |fd| [fd, 0, 1, 8].to_vec());
    assert_eq!(world.results_of(&read), [SUCCESS, BADF, BADF, BADF, BADF]);
    let at_end = Script::new().op(Op::Write(8, [9; 4].to_vec()));
    let at_end = at_end.wasi("fd_read", "(iiii)i", &[0, 0, 1, 8]).op(Op::Dump(8, 4));
    assert_eq!(world.results_of(&at_end), [SUCCESS]);
    assert_eq!(world.dumps(), [[0; 4]]);
}

#[test]
fn streams_are_character_devices_and_only_output_can_be_written() {
    for (fd, rights) in [(0, 0_u64), (1, 1 << 6), (2, 1 << 6)] {
        let mut world = World::new();
        let script = Script::new().op(Op::Write(0, [0xee; 40].to_vec()));
        let script = script.wasi("fd_fdstat_get", "(ii)i", &[fd, 8]).op(Op::Dump(0, 40));
        assert_eq!(world.results_of(&script), [SUCCESS]);
        let mut stat = [0; 24];
        stat[0] = 2;
        stat[8..16].copy_from_slice(&rights.to_le_bytes());
        assert_eq!(world.dumps(), [[&[0xee; 8][..], &stat, &[0xee; 8]].concat()]);
    }
    let script = Script::new().wasi("fd_fdstat_get", "(ii)i", &[UNOPENED, 8]);
    assert_eq!(World::new().results_of(&script), [BADF]);
}

#[test]
fn what_is_absent_links_and_says_so() {
    let absent = [
        ("fd_advise", "(iIIi)i"),
        ("fd_allocate", "(iII)i"),
        ("fd_datasync", "(i)i"),
        ("fd_fdstat_set_flags", "(ii)i"),
        ("fd_fdstat_set_rights", "(iII)i"),
        ("fd_filestat_get", "(ii)i"),
        ("fd_filestat_set_size", "(iI)i"),
        ("fd_filestat_set_times", "(iIIi)i"),
        ("fd_pread", "(iiiIi)i"),
        ("fd_pwrite", "(iiiIi)i"),
        ("fd_readdir", "(iiiIi)i"),
        ("fd_renumber", "(ii)i"),
        ("fd_sync", "(i)i"),
        ("fd_tell", "(ii)i"),
        ("path_create_directory", "(iii)i"),
        ("path_filestat_get", "(iiiii)i"),
        ("path_filestat_set_times", "(iiiiIIi)i"),
        ("path_link", "(iiiiiii)i"),
        ("path_open", "(iiiiiIIii)i"),
        ("path_readlink", "(iiiiii)i"),
        ("path_remove_directory", "(iii)i"),
        ("path_rename", "(iiiiii)i"),
        ("path_symlink", "(iiiii)i"),
        ("path_unlink_file", "(iii)i"),
        ("proc_raise", "(i)i"),
        ("sock_accept", "(iii)i"),
        ("sock_recv", "(iiiiii)i"),
        ("sock_send", "(iiiii)i"),
        ("sock_shutdown", "(ii)i"),
    ];
    let call = |script: Script, (name, signature): (&str, &str)| {
        let params = signature.find(')').unwrap() - 1;
        script.wasi(name, signature, &std::vec![u64::from(u32::MAX); params])
    };
    let absent: Vec<_> = absent
        .into_iter()
        .filter(|(name, _)| !cfg!(feature = "wasi-files") || !OF_FILES.contains(name))
        .filter(|(name, _)| !cfg!(feature = "wasi-sockets") || !name.starts_with("sock_"))
        .collect();
    let script = absent.iter().copied().fold(Script::new(), call);
    assert_eq!(World::new().results_of(&script.op(Op::Dump(0, 256))), std::vec![NOSYS; absent.len()]);
}
