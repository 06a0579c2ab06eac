// SPDX-License-Identifier: Apache-2.0
//! Files of WASI: what they are to programs, to `sampan:kv` and to who may not have them; and every bad path, pointer and size.

use super::script::{Op, Script};
use super::wasi_bounds::{MEMORY_LEN, outside};
use super::world::{REACTIONS, World, permitted_to};
use crate::ContainerOptions;
use sampan_abi::{ContainerState, ExitReason};
use sampan_image::DeniedAction;
use std::vec;
use std::vec::Vec;

const SUCCESS: u64 = 0;
const BADF: u64 = 8;
const EXIST: u64 = 20;
const FAULT: u64 = 21;
const FBIG: u64 = 22;
const ILSEQ: u64 = 25;
const INVAL: u64 = 28;
const ISDIR: u64 = 31;
const MFILE: u64 = 33;
const NAMETOOLONG: u64 = 37;
const NOENT: u64 = 44;
const NOSPC: u64 = 51;
const NOTDIR: u64 = 54;
const NOTCAPABLE: u64 = 76;

const CREAT: u64 = 1;
const DIRECTORY: u64 = 2;
const EXCL: u64 = 4;
const TRUNC: u64 = 8;
const READ: u64 = 1 << 1;
const WRITE: u64 = 1 << 6;
const BOTH: u64 = READ | WRITE;
const APPEND: u64 = 1;

/// The numbers of the first descriptors that a container opens.
const FIRST: u64 = 1 << 8;
const SECOND: u64 = FIRST + 1;
/// Where calls answer, where paths and vectors are, and where contents are.
const OUT: u64 = 0;
const PATH: u64 = 16;
const VECTOR: u64 = 400;
const CONTENT: u64 = 512;

fn memory() -> Script {
    Script::new().memory(8192)
}

fn open(script: Script, path: &[u8], how: u64, rights: u64, flags: u64) -> Script {
    let args = [3, 0, PATH, path.len() as u64, how, rights, 0, flags, OUT];
    script.op(Op::Write(PATH, path.to_vec())).wasi("path_open", "(iiiiiIIii)i", &args)
}

fn create(script: Script, path: &[u8]) -> Script {
    open(script, path, CREAT, BOTH, 0)
}

fn transfer(script: Script, name: &str, fd: u64, len: usize) -> Script {
    let vector = [(CONTENT as u32).to_le_bytes(), (len as u32).to_le_bytes()].concat();
    script.op(Op::Write(VECTOR, vector)).wasi(name, "(iiii)i", &[fd, VECTOR, 1, OUT])
}

fn write(script: Script, fd: u64, bytes: &[u8]) -> Script {
    transfer(script.op(Op::Write(CONTENT, bytes.to_vec())), "fd_write", fd, bytes.len())
}

/// Reads, and shows how much and what.
fn read(script: Script, fd: u64, len: usize) -> Script {
    let script = transfer(script.op(Op::Write(CONTENT, vec![b'-'; len])), "fd_read", fd, len);
    script.op(Op::Dump(OUT, 4)).op(Op::Dump(CONTENT, len as u64))
}

fn seek(script: Script, fd: u64, by: i64, whence: u64) -> Script {
    script.wasi("fd_seek", "(iIii)i", &[fd, by as u64, whence, OUT])
}

fn close(script: Script, fd: u64) -> Script {
    script.wasi("fd_close", "(i)i", &[fd])
}

fn unlink(script: Script, path: &[u8]) -> Script {
    let args = [3, PATH, path.len() as u64];
    script.op(Op::Write(PATH, path.to_vec())).wasi("path_unlink_file", "(iii)i", &args)
}

fn stat(script: Script, path: &[u8]) -> Script {
    let args = [3, 0, PATH, path.len() as u64, CONTENT];
    script.op(Op::Write(PATH, path.to_vec())).wasi("path_filestat_get", "(iiiii)i", &args)
}

fn list(script: Script, len: u64, cookie: u64) -> Script {
    let script = script.wasi("fd_readdir", "(iiiIi)i", &[3, CONTENT, len, cookie, OUT]);
    script.op(Op::Dump(OUT, 4)).op(Op::Dump(CONTENT, len))
}

/// Runs to the end of a container that may have 256 bytes of files; what its calls answered.
fn run(world: &mut World, script: &Script) -> Vec<u64> {
    run_with(world, script, &permitted_to(&["kv:256"]))
}

fn run_with(world: &mut World, script: &Script, options: &ContainerOptions<'_>) -> Vec<u64> {
    let id = world.create_with(script, options).unwrap();
    world.runtime.start(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 0);
    world.runtime.remove(id).unwrap();
    world.results()
}

/// What was read: how much, and the buffer.
fn reads(world: &World) -> Vec<(u32, Vec<u8>)> {
    let dumps = world.dumps();
    let pair = |pair: &[Vec<u8>]| (u32::from_le_bytes(pair[0][..].try_into().unwrap()), pair[1].clone());
    dumps.chunks(2).map(pair).collect()
}

fn got(len: u32, buffer: &[u8]) -> (u32, Vec<u8>) {
    (len, buffer.to_vec())
}

#[test]
fn libc_finds_one_directory() {
    let mut world = World::new();
    let script = memory().op(Op::Write(OUT, vec![9; 8])).wasi("fd_prestat_get", "(ii)i", &[3, OUT]);
    let script = script.wasi("fd_prestat_get", "(ii)i", &[4, OUT]).op(Op::Dump(OUT, 8));
    let script = script.wasi("fd_prestat_dir_name", "(iii)i", &[3, CONTENT, 1]).op(Op::Dump(CONTENT, 2));
    let script = script.wasi("fd_prestat_dir_name", "(iii)i", &[3, CONTENT, 0]);
    let script = script.wasi("fd_prestat_dir_name", "(iii)i", &[4, CONTENT, 1]);
    let script = script.wasi("fd_fdstat_get", "(ii)i", &[3, CONTENT]).op(Op::Dump(CONTENT, 24));
    let script = close(close(script, 3), 4);
    let expected = [SUCCESS, BADF, SUCCESS, NAMETOOLONG, BADF, SUCCESS, SUCCESS, BADF];
    assert_eq!(run(&mut world, &script), expected);
    let dumps = world.dumps();
    assert_eq!((&dumps[0][..], &dumps[1][..]), (&[0, 0, 0, 0, 1, 0, 0, 0][..], &b"/\0"[..]));
    let inheriting = u64::from_le_bytes(dumps[2][16..].try_into().unwrap());
    assert_eq!((dumps[2][0], inheriting & BOTH), (3, BOTH), "libc asks for no right beyond these");
}

#[test]
fn a_file_is_written_read_sought_described_and_deleted() {
    let mut world = World::new();
    let script = write(create(memory(), b"log.txt"), FIRST, b"hello, file");
    let script = script.op(Op::Dump(OUT, 4)).wasi("fd_tell", "(ii)i", &[FIRST, OUT]).op(Op::Dump(OUT, 8));
    let script = read(seek(script, FIRST, 0, 0), FIRST, 5);
    let script = read(seek(script, FIRST, -4, 2), FIRST, 8);
    let script = read(script, FIRST, 8);
    let script = stat(script, b"log.txt").op(Op::Dump(CONTENT, 64));
    let script = script.wasi("fd_filestat_get", "(ii)i", &[FIRST, CONTENT]).op(Op::Dump(CONTENT, 64));
    let script = script.wasi("fd_fdstat_get", "(ii)i", &[FIRST, CONTENT]).op(Op::Dump(CONTENT, 24));
    let script = stat(unlink(close(script, FIRST), b"log.txt"), b"log.txt");
    let script = close(unlink(script, b"log.txt"), FIRST);
    let mut expected = vec![SUCCESS; 13];
    expected.extend([NOENT, NOENT, BADF]);
    let results = run(&mut world, &script);
    assert_eq!(results, expected);
    let dumps = world.dumps();
    assert_eq!((&dumps[0][..], &dumps[1][..]), (&[11, 0, 0, 0][..], &[11, 0, 0, 0, 0, 0, 0, 0][..]));
    assert_eq!((dumps[2][0], &dumps[3][..]), (5, &b"hello"[..]));
    assert_eq!((dumps[4][0], &dumps[5][..]), (4, &b"file----"[..]));
    assert_eq!((dumps[6][0], &dumps[7][..]), (0, &b"--------"[..]));
    assert_eq!(dumps[8], dumps[9], "by path and by descriptor the same");
    assert_eq!((dumps[8][16], dumps[8][24], dumps[8][32]), (4, 1, 11), "type, names, size");
    assert_eq!((dumps[10][0], dumps[10][8]), (4, (BOTH) as u8), "what was asked for");
}

#[test]
fn a_path_leads_to_no_file_but_the_directorys_own() {
    let long = [b'n'; 64];
    let longer = [[b'.', b'/']; 130].concat();
    let cases: [(&[u8], u64); 16] = [
        (b"", NOENT),
        (b"/", NOTCAPABLE),
        (b"/name", NOTCAPABLE),
        (b"..", NOTCAPABLE),
        (b"../name", NOTCAPABLE),
        (b"./../name", NOTCAPABLE),
        (b"name/..", NOTCAPABLE),
        (b"name/", NOENT),
        (b"below/name", NOENT),
        (b".//name", NOENT),
        (b"na\0me", INVAL),
        (b"\xff\xfe", ILSEQ),
        (&long, NAMETOOLONG),
        (&longer, NAMETOOLONG),
        (b".", ISDIR),
        (b"./", ISDIR),
    ];
    for (path, errno) in cases {
        let mut world = World::new();
        let script = list(unlink(create(memory(), path), path), 64, 0);
        assert_eq!(run(&mut world, &script), [errno, errno, SUCCESS], "{path:?}");
        assert_eq!(reads(&world), [got(0, &[0; 64])], "{path:?}: nothing was made");
        let is_root = errno == ISDIR;
        assert_eq!(run(&mut world, &stat(memory(), path)), [if is_root { SUCCESS } else { errno }]);
    }
    let mut world = World::new();
    let script = stat(stat(stat(create(memory(), b"././a..b"), b"a..b"), b"./a..b"), b"A..b");
    assert_eq!(run(&mut world, &script), [SUCCESS, SUCCESS, SUCCESS, NOENT]);
    let script = create(memory(), &[b'n'; 63]);
    assert_eq!(run(&mut world, &script), [SUCCESS]);
}

#[test]
fn only_directories_have_files() {
    let at = |script: Script, fd: u64| {
        let args = [fd, 0, PATH, 1, CREAT, BOTH, 0, 0, OUT];
        let script = script.op(Op::Write(PATH, b"f".to_vec())).wasi("path_open", "(iiiiiIIii)i", &args);
        let script = script.wasi("path_filestat_get", "(iiiii)i", &[fd, 0, PATH, 1, CONTENT]);
        let script = script.wasi("path_unlink_file", "(iii)i", &[fd, PATH, 1]);
        script.wasi("fd_readdir", "(iiiIi)i", &[fd, CONTENT, 64, 0, OUT])
    };
    let mut world = World::new();
    assert_eq!(run(&mut world, &at(memory(), 3)), [SUCCESS; 4]);
    assert_eq!(run(&mut world, &at(memory(), 1)), [NOTDIR; 4]);
    assert_eq!(run(&mut world, &at(memory(), FIRST)), [BADF; 4]);
    assert_eq!(run(&mut world, &at(create(memory(), b"g"), FIRST))[1..], [NOTDIR; 4]);
    let opened = open(memory(), b".", DIRECTORY, READ, 0);
    assert_eq!(run(&mut world, &at(opened, FIRST)), [SUCCESS; 5]);
    let opened = open(memory(), b".", DIRECTORY, READ, 0);
    let opened = transfer(transfer(opened, "fd_read", FIRST, 4), "fd_write", FIRST, 4);
    let opened = close(close(seek(opened, FIRST, 0, 0), FIRST), FIRST);
    assert_eq!(run(&mut world, &opened), [SUCCESS, BADF, BADF, BADF, SUCCESS, BADF]);
}

#[test]
fn a_file_is_opened_as_it_was_asked_for() {
    let mut world = World::new();
    let file = || close(write(create(memory(), b"f"), FIRST, b"old"), FIRST);
    let after = |world: &mut World, script: &Script| run(world, script)[3..].to_vec();
    let again = FIRST * 2; // the next generation of the first place
    assert_eq!(run(&mut world, &open(memory(), b"f", 0, BOTH, 0)), [NOENT]);
    assert_eq!(run(&mut world, &open(memory(), b"f", CREAT | DIRECTORY, READ, 0)), [NOTDIR]);
    assert_eq!(after(&mut world, &open(file(), b"f", CREAT | EXCL, BOTH, 0)), [EXIST]);
    assert_eq!(after(&mut world, &open(file(), b"f", DIRECTORY, READ, 0)), [NOTDIR]);
    let kept = read(open(file(), b"f", EXCL | CREAT, BOTH, 0), again, 4);
    assert_eq!(after(&mut world, &kept), [EXIST, BADF]);
    world.dumps();
    assert_eq!(after(&mut world, &read(open(file(), b"f", CREAT, READ, 0), again, 4)), [SUCCESS; 2]);
    assert_eq!(reads(&world), [got(3, b"old-")]);
    assert_eq!(after(&mut world, &read(open(file(), b"f", TRUNC, BOTH, 0), again, 4)), [SUCCESS; 2]);
    assert_eq!(reads(&world), [got(0, b"----")]);
    let script = read(write(open(file(), b"f", 0, READ, 0), again, b"new"), again, 4);
    assert_eq!(after(&mut world, &script), [SUCCESS, BADF, SUCCESS], "it isn't to be written");
    assert_eq!(reads(&world), [got(3, b"old-")]);
    let script = read(write(open(file(), b"f", 0, WRITE, 0), again, b"NE"), again, 4);
    assert_eq!(after(&mut world, &script), [SUCCESS, SUCCESS, BADF], "it isn't to be read");
    world.dumps();
    let script = seek(write(open(file(), b"f", 0, BOTH, APPEND), again, b"+"), again, 0, 0);
    let script = read(seek(write(script, again, b"+"), again, 0, 0), again, 8);
    assert_eq!(after(&mut world, &script), [SUCCESS; 6]);
    assert_eq!(reads(&world), [got(5, b"old++---")]);
}

#[test]
fn a_position_may_be_anywhere_and_what_lies_between_is_zeros() {
    let mut world = World::new();
    let at = |by, whence| {
        let script = seek(write(create(memory(), b"f"), FIRST, b"abc"), FIRST, by, whence);
        read(seek(write(script, FIRST, b"x"), FIRST, 0, 0), FIRST, 8)
    };
    let mut written = |by, whence| {
        let results = run(&mut world, &at(by, whence));
        (results[2..4].to_vec(), reads(&world).remove(0))
    };
    assert_eq!(written(1, 0), (vec![SUCCESS; 2], got(3, b"axc-----")));
    assert_eq!(written(-1, 1), (vec![SUCCESS; 2], got(3, b"abx-----")));
    assert_eq!(written(2, 2), (vec![SUCCESS; 2], got(6, b"abc\0\0x--")));
    for (by, whence) in [(-1, 0), (-4, 1), (-4, 2), (i64::MIN, 2), (i64::MAX, 1), (0, 3), (0, u64::MAX)] {
        assert_eq!(written(by, whence), (vec![INVAL, SUCCESS], got(4, b"abcx----")), "{by} {whence}");
    }
    assert_eq!(written(i64::MAX, 0), (vec![SUCCESS, FBIG], got(3, b"abc-----")));
}

#[test]
fn what_has_no_room_is_not_written_at_all() {
    let mut world = World::new();
    // 256 bytes hold the head of one value, its name, and 251 bytes.
    let script = write(create(memory(), b"f"), FIRST, &[b'a'; 251]);
    let script = write(script, FIRST, b"b");
    let script = write(open(create(script, b"g"), b"f", 0, BOTH, APPEND), SECOND, b"c");
    let script = read(seek(script, FIRST, 250, 0), FIRST, 3);
    let results = run(&mut world, &script);
    assert_eq!(results, [SUCCESS, SUCCESS, NOSPC, NOSPC, SUCCESS, NOSPC, SUCCESS, SUCCESS]);
    assert_eq!(reads(&world), [got(1, b"a--")]);
    let whole = ContainerOptions { ..permitted_to(&["kv:8000"]) };
    let script = write(create(memory(), b"f"), FIRST, &[b'a'; 4096]);
    let script = write(script, FIRST, b"b");
    assert_eq!(run_with(&mut world, &script, &whole), [SUCCESS, SUCCESS, FBIG]);
    let script = write(create(memory(), b"f"), FIRST, &[b'a'; 4097]);
    let script = read(script, FIRST, 1);
    assert_eq!(run_with(&mut world, &script, &whole), [SUCCESS, FBIG, SUCCESS]);
    assert_eq!(reads(&world), [got(0, b"-")]);
    let narrow = ContainerOptions { kv_bytes: Some(0), ..permitted_to(&["kv:256"]) };
    assert_eq!(run_with(&mut world, &create(memory(), b"f"), &narrow), [NOSPC]);
}

#[test]
fn a_descriptor_finds_its_file_wherever_it_has_moved() {
    let mut world = World::new();
    let set = |script: Script, value: &[u8]| {
        let script = script.op(Op::Write(PATH, b"a".to_vec())).op(Op::Write(CONTENT, value.to_vec()));
        script.call("sampan:kv/1", "set", "(iiii)i", &[PATH, 1, CONTENT, value.len() as u64])
    };
    let script = write(create(memory(), b"a"), FIRST, b"first");
    let script = write(create(script, b"b"), SECOND, b"second");
    let script = write(script, FIRST, b", grown");
    let script = read(seek(script, SECOND, 0, 0), SECOND, 8);
    // As a value it is stored anew behind all others; it's the same file.
    let script = read(seek(set(script, b"value"), FIRST, 0, 0), FIRST, 8);
    let script = read(seek(script, SECOND, 0, 0), SECOND, 8);
    // Another one of the name, after the file was deleted, is another file.
    let script = create(unlink(script, b"a"), b"a");
    let script = transfer(write(script, FIRST, b"lost"), "fd_read", FIRST, 4);
    let script = script.wasi("fd_filestat_get", "(ii)i", &[FIRST, CONTENT]);
    let script = seek(script, FIRST, 0, 2);
    let script = read(write(script, FIRST + 2, b"new"), SECOND, 4);
    let results = run(&mut world, &script);
    assert_eq!(results[..14], [SUCCESS; 14], "{results:?}");
    assert_eq!(results[14..], [NOENT, NOENT, NOENT, NOENT, SUCCESS, SUCCESS]);
    let expected = [got(6, b"second--"), got(5, b"value---"), got(6, b"second--"), got(0, b"----")];
    assert_eq!(reads(&world), expected);
}

#[test]
fn files_and_values_are_the_same() {
    let mut world = World::new();
    let kv = |script: Script, name: &str, key: &[u8], signature: &str, rest: &[u64]| {
        let args = [&[PATH, key.len() as u64], rest].concat();
        script.op(Op::Write(PATH, key.to_vec())).call("sampan:kv/1", name, signature, &args)
    };
    let script = memory().op(Op::Write(CONTENT, b"80".to_vec()));
    let script = kv(script, "set", b"limit", "(iiii)i", &[CONTENT, 2]);
    let script = kv(script, "set", b"no/file", "(iiii)i", &[CONTENT, 2]);
    let script = kv(script, "set", b"..", "(iiii)i", &[CONTENT, 2]);
    let script = read(open(script, b"limit", 0, BOTH, 0), FIRST, 3);
    let script = write(script, FIRST, b"00");
    let script = kv(script, "get", b"limit", "(iiii)i", &[CONTENT, 16]).op(Op::Dump(CONTENT, 4));
    let script = kv(script, "delete", b"limit", "(ii)i", &[]);
    let script = list(script.op(Op::Dump(OUT, 0)), 8, 0);
    let mut expected = vec![SUCCESS; 9];
    expected[6] = 4;
    assert_eq!(run(&mut world, &script), expected);
    let dumps = world.dumps();
    assert_eq!((dumps[0][0], &dumps[1][..], &dumps[2][..]), (2, &b"80-"[..], &b"8000"[..]));
    assert_eq!(dumps[4], [0; 4], "what can't be a name isn't listed");
}

#[test]
fn a_directory_is_listed_in_parts() {
    let mut world = World::new();
    let script = create(create(create(memory(), b"one"), b"second"), b"3");
    let script = list(list(list(list(script, 128, 0), 40, 0), 64, 2), 8, 3);
    let script = list(list(script, 8, u64::MAX), 0, 0);
    assert_eq!(run(&mut world, &script), [SUCCESS; 9]);
    let parts = reads(&world);
    let entry = |next: u8, name: &[u8], listed: &[u8]| {
        let head =
            [&[next, 0, 0, 0, 0, 0, 0, 0][..], &listed[8..16], &[name.len() as u8, 0, 0, 0, 4, 0, 0, 0]];
        [head.concat(), name.to_vec()].concat()
    };
    let (used, all) = &parts[0];
    let entries =
        [entry(1, b"one", all), entry(2, b"second", &all[27..]), entry(3, b"3", &all[57..])].concat();
    assert_eq!((*used, &all[..82]), (82, &entries[..]));
    assert!(all[8..16] != all[35..43], "each has a number of its own");
    assert_eq!(parts[1], got(40, &entries[..40]), "cut");
    assert_eq!((parts[2].0, &parts[2].1[..25]), (25, &entries[57..]));
    assert_eq!((parts[3].0, parts[4].0, parts[5].0), (0, 0, 0));
}

#[test]
fn descriptors_are_bounded_and_closed_ones_match_nothing() {
    let mut world = World::new();
    let two = ContainerOptions { handles: 2, ..permitted_to(&["kv:256"]) };
    let script = write(create(create(memory(), b"a"), b"b"), FIRST, b"kept");
    let script = open(create(script, b"c"), b"a", TRUNC, BOTH, 0);
    let script = stat(stat(script, b"c"), b"a").op(Op::Dump(CONTENT + 32, 1));
    let script = create(close(script, FIRST), b"c").op(Op::Dump(OUT, 4));
    let script = transfer(close(script, FIRST), "fd_read", FIRST, 1);
    let expected = [SUCCESS, SUCCESS, SUCCESS, MFILE, MFILE, NOENT, SUCCESS, SUCCESS, SUCCESS, BADF, BADF];
    assert_eq!(run_with(&mut world, &script, &two), expected);
    assert_eq!(world.dumps(), [&[4][..], &((FIRST * 2) as u32).to_le_bytes()], "not emptied; a new number");
    // More often than there are marks, each another file.
    let script = (0..300_u32).fold(memory(), |script, round| {
        let name = [b'a' + (round % 7) as u8];
        close(create(script, &name), u64::from((round % 0x7fff + 1) << 8))
    });
    assert_eq!(run_with(&mut world, &script, &two), vec![SUCCESS; 600]);
}

#[test]
fn a_restart_closes_descriptors_and_keeps_files() {
    let mut world = World::new();
    let script = read(open(memory(), b"f", 0, BOTH, 0), FIRST, 4);
    let script = write(create(script, b"f"), FIRST, b"kept");
    let id = world.create_with(&script, &permitted_to(&["kv:256"])).unwrap();
    world.runtime.start(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [NOENT, BADF, SUCCESS, SUCCESS]);
    world.runtime.restart(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    // The file is there; but the number of its descriptor, which was open at the end, is nobody's now.
    assert_eq!(world.results(), [SUCCESS, BADF, SUCCESS, BADF]);
}

#[test]
fn without_the_permission_nothing_is_made_and_the_policy_decides() {
    let calls: [fn(Script) -> Script; 4] = [
        |script| create(script, b"f"),
        |script| stat(script, b"f"),
        |script| unlink(script, b"f"),
        |script| script.wasi("fd_readdir", "(iiiIi)i", &[3, CONTENT, 64, 0, OUT]),
    ];
    for call in calls {
        for (denied, exit, state) in REACTIONS {
            let mut world = World::new();
            // Bad descriptors and streams aren't files: no permission is lacking for these.
            let script = memory().wasi("fd_prestat_get", "(ii)i", &[3, OUT]);
            let script = transfer(close(script, FIRST), "fd_write", FIRST, 1);
            let script = call(call(script)).op(Op::Dump(CONTENT, 64));
            let options = ContainerOptions { denied, ..permitted_to(&["clock"]) };
            let id = world.create_with(&script, &options).unwrap();
            world.runtime.start(id).unwrap();
            assert_eq!(world.run_to_end(id), exit);
            assert_eq!(world.state(id), state);
            let goes_on = denied == DeniedAction::Error;
            let stats = world.runtime.container_stats(id).unwrap();
            assert_eq!(stats.denied_calls, if goes_on { 2 } else { 1 });
            let told = world.take_texts("c0");
            assert_eq!(told.iter().filter(|text| text.ends_with("denied: needs kv")).count(), 1, "{told:?}");
            if goes_on {
                assert_eq!(world.results(), [SUCCESS, BADF, BADF, NOTCAPABLE, NOTCAPABLE]);
                assert_eq!(world.dumps(), [[0; 64]]);
            }
            if state == ContainerState::Quarantined {
                world.runtime.release(id).unwrap();
            }
            world.runtime.remove(id).unwrap();
        }
    }
}

/// A call with good arguments, which of them points to how many bytes, and what it answers when it is made again.
struct Case {
    name: &'static str,
    signature: &'static str,
    args: &'static [u64],
    pointers: &'static [(usize, u32)],
    again: u64,
}

/// The open file is `f`, which is the byte at 0 and, for those that take a path, the last one; at 48 is a vector.
const CASES: [Case; 11] = {
    const fn case(
        name: &'static str,
        signature: &'static str,
        args: &'static [u64],
        pointers: &'static [(usize, u32)],
    ) -> Case {
        Case { name, signature, args, pointers, again: SUCCESS }
    }
    [
        case("fd_fdstat_get", "(ii)i", &[FIRST, 64], &[(1, 24)]),
        case("fd_filestat_get", "(ii)i", &[FIRST, 64], &[(1, 64)]),
        case("fd_prestat_get", "(ii)i", &[3, 64], &[(1, 8)]),
        case("fd_prestat_dir_name", "(iii)i", &[3, 64, 1], &[(1, 1)]),
        case("fd_read", "(iiii)i", &[FIRST, 48, 1, 64], &[(1, 8), (3, 4)]),
        case("fd_readdir", "(iiiIi)i", &[3, 64, 32, 0, 56], &[(1, 32), (4, 4)]),
        case("fd_seek", "(iIii)i", &[FIRST, 0, 0, 64], &[(3, 8)]),
        case("fd_tell", "(ii)i", &[FIRST, 64], &[(1, 8)]),
        case("fd_write", "(iiii)i", &[FIRST, 48, 1, 64], &[(1, 8), (3, 4)]),
        case("path_filestat_get", "(iiiii)i", &[3, 0, 0, 1, 56], &[(2, 1), (4, 64)]),
        case("path_open", "(iiiiiIIii)i", &[3, 0, 0, 1, 0, BOTH, 0, 0, 64], &[(2, 1), (8, 4)]),
    ]
};
const UNLINK: Case = Case {
    name: "path_unlink_file",
    signature: "(iii)i",
    args: &[3, 0, 1],
    pointers: &[(1, 1)],
    again: NOENT,
};

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn every_pointer_outside_memory_is_a_bad_address_and_the_last_one_inside_is_good() {
    let prepared = |takes_path: bool| {
        let vector = [64_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat();
        let script = Script::new().memory(MEMORY_LEN).op(Op::Write(0, b"f".to_vec()));
        let script = script.wasi("path_open", "(iiiiiIIii)i", &[3, 0, 0, 1, CREAT, BOTH, 0, 0, 64]);
        let last = if takes_path { b"f".to_vec() } else { vec![0] };
        script.op(Op::Write(48, vector)).op(Op::Write(u64::from(MEMORY_LEN) - 1, last))
    };
    let mut world = World::new();
    for Case { name, signature, args, pointers, again } in CASES.into_iter().chain([UNLINK]) {
        for &(at, len) in pointers {
            let call = |script: Script, address: u32| {
                let mut args = args.to_vec();
                args[at] = u64::from(address);
                script.wasi(name, signature, &args)
            };
            let script = || prepared(name.starts_with("path"));
            let good = [args[at] as u32, MEMORY_LEN - len];
            let results = run(&mut world, &good.into_iter().fold(script(), call));
            assert_eq!(results, [SUCCESS, SUCCESS, again], "{name}, argument {at}");
            let bad = outside(len);
            // The engine checks on unload that nothing behind the memory was changed.
            let results = run(&mut world, &bad.iter().copied().fold(script(), call));
            for (address, result) in bad.iter().zip(&results[1..]) {
                assert_eq!(*result, FAULT, "{name}, argument {at}, address {address:#x}");
            }
            assert_eq!(results.len(), bad.len() + 1);
        }
    }
}

#[test]
fn a_bad_length_or_vector_changes_nothing() {
    let mut world = World::new();
    let script = write(create(memory(), b"f"), FIRST, b"kept");
    let good = (CONTENT as u32, 4);
    let calls = [
        (vec![(8190, 3)], FAULT),
        (vec![good, (8192, 1)], FAULT),
        (vec![good, (u32::MAX, u32::MAX)], FAULT),
        (vec![(4, u32::MAX)], FAULT),
    ];
    let both = |script: Script, count: u64| {
        let script = script.wasi("fd_write", "(iiii)i", &[FIRST, VECTOR, count, OUT]);
        script.wasi("fd_read", "(iiii)i", &[FIRST, VECTOR, count, OUT])
    };
    let mut expected = vec![SUCCESS; 2];
    let mut script = seek(script, FIRST, 1, 0);
    expected.push(SUCCESS);
    for (vectors, errno) in calls {
        let table: Vec<u8> = vectors
            .iter()
            .flat_map(|(at, len)| [at.to_le_bytes(), u32::to_le_bytes(*len)].concat())
            .collect();
        script = both(script.op(Op::Write(VECTOR, table)), vectors.len() as u64);
        expected.extend([errno; 2]);
    }
    script = both(both(script, 1025), u64::from(u32::MAX));
    expected.extend([INVAL; 4]);
    // Lengths of paths and buffers, likewise.
    for len in [8192, u64::from(u32::MAX)] {
        script = script.wasi("path_unlink_file", "(iii)i", &[3, PATH, len]);
        script = script.wasi("fd_readdir", "(iiiIi)i", &[3, CONTENT, len, 0, OUT]);
        expected.extend([FAULT; 2]);
    }
    script = read(script, FIRST, 4);
    expected.push(SUCCESS);
    assert_eq!(run(&mut world, &script), expected);
    assert_eq!(reads(&world), [got(3, b"ept-")]);
}
